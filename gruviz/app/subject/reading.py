"""From Settings to the input: what is typed, pasted, uploaded or chosen, as a scaled Sequence; kept for a while."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from gruviz.app.server.memory import memory
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import symbols_of
from gruviz.inputs.files import Upload, read_upload
from gruviz.inputs.scaling import Scaling, rescale
from gruviz.inputs.sequence import Sequence
from gruviz.inputs.synthetic import generate
from gruviz.inputs.tables import Table, read_table
from gruviz.inputs.text import encode_text
from gruviz.inputs.typed_numbers import parse_numbers
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import spelled
from gruviz.tasks.task import Task
from gruviz.wording.problems import Problem

HEADER = {"auto": None, "yes": True, "no": False}


def open_upload(upload: Upload, header: str) -> Table | Sequence:
    """An uploaded file, parsed."""
    key = (upload.name, blake2b(upload.data, digest_size=16).digest(), header)
    return memory().get("upload", key, lambda: _opened(upload, header), _bytes_of)


def _opened(upload: Upload, header: str) -> Table | Sequence:
    found = read_upload(upload.name, upload.data)
    if isinstance(found, Table) and HEADER[header] is not None:
        return read_table(upload.data, upload.name, HEADER[header])
    return found


def open_table(text: str, header: str) -> Table:
    """A pasted table, parsed."""
    return memory().get("table", (_digest(text), header), lambda: read_table(text, "CSV", HEADER[header]), _bytes_of)


def table_of(settings: Settings, upload: Upload | None) -> Table | Sequence:
    """What the visitor gave as a table: pasted, or as a file.

    Raises:
        Problem: it cannot be read, or no file is chosen yet.
    """
    if settings.source == "table":
        return open_table(settings.table, settings.header)
    if upload is None:
        raise Problem("no_file")
    return open_upload(upload, settings.header)


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are taken for.

    Args:
        inputs: those that are read; () for every column of numbers but the label.
        label: the one that labels the steps.
        by_itself: whether nobody chose that one: it holds dates, or only rises.
        left_out: a column that only rises and is therefore no input.
    """

    inputs: tuple[str, ...] = ()
    label: str | None = None
    by_itself: bool = False
    left_out: str | None = None


def roles_of(settings: Settings, table: Table) -> Roles:
    """Which columns are inputs and which one labels the steps: as chosen, else as the columns look."""
    chosen = tuple(name for name in settings.columns if name in table.columns)
    label = settings.labels if settings.labels in table.columns else None
    if settings.rising:
        return Roles(chosen, label)
    clock = None if table.clock in (label, *chosen) else table.clock
    by_itself = table.dates or clock if label is None else None
    inputs = chosen
    if not chosen and clock is not None:
        numbers = (name for name, numeric in zip(table.columns, table.numeric, strict=True) if numeric)
        inputs = tuple(name for name in numbers if name not in (label, clock))
        if not inputs:  # the label was chosen from the numbers, and nothing else would be read
            return Roles((), label)
    return Roles(inputs, label or by_itself, by_itself is not None, clock)


def sequence_of(settings: Settings, upload: Upload | None) -> tuple[Sequence, Scaling]:
    """The input the settings describe, rescaled as they say.

    Raises:
        Problem: what was given cannot be read; the sentence says where and what would be accepted.
    """
    file = upload if settings.source == "file" else None
    text_task = _text_task(settings)
    given = {name: getattr(settings, name) for name in _FIELDS[settings.source]}
    key = (
        *(_digest(value) if name in _TYPED else value for name, value in given.items()),
        None if file is None else (file.name, blake2b(file.data, digest_size=16).digest()),
        None if text_task is None else (_digest(text_task.text), text_task.channels, text_task.unit),
    )
    return memory().get(
        "sequence", key, lambda: _sequence(settings, file, text_task), lambda found: _bytes_of(found[0])
    )


def _text_task(settings: Settings) -> Task | None:
    """What the weights were trained on, where the input must be in its symbols: then it is part of the input."""
    task = symbols_of(settings)
    if task is None:
        return None
    if settings.source == "text" and settings.code == "onehot":
        return task if unit_of(settings, task) else None
    return task if task.unit and settings.source == "task" and settings.task == task.name else None


def unit_of(settings: Settings, task: Task) -> str:
    """What typed text is cut into for weights of that task; "" where it cannot be in its symbols.

    Characters are cut further where the model reads parts of them. "go" is one symbol of a task without a text.
    """
    if settings.per == "characters":
        return task.unit or "characters"
    fits = settings.per == task.unit or (settings.per == "words" and not task.unit)
    return settings.per if fits else ""


def _digest(text: str) -> str:
    # the text itself would live as long as what was read from it
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _bytes_of(found: Table | Sequence) -> int:
    """About what it holds: its numbers, and 100 bytes a text."""
    if isinstance(found, Sequence):
        target = 0 if found.target is None else found.target.nbytes
        return found.x.nbytes + target + 100 * (len(found.labels) + len(found.due) + len(found.channels))
    return found.bytes


_FIELDS = {
    "task": ("source", "scale", "task", "sseed", "parameters"),
    "synthetic": ("source", "scale", "family", "steps", "sseed", "parameters"),
    "numbers": ("source", "scale", "numbers"),
    "text": ("source", "scale", "text", "per", "code", "esize", "sseed"),
    "table": ("source", "scale", "table", "header", "columns", "labels", "rising"),
    "file": ("source", "scale", "header", "columns", "labels", "rising"),
}
_TYPED = ("numbers", "text", "table")
INPUT_FIELDS = tuple(sorted(set().union(*_FIELDS.values())))


def _sequence(settings: Settings, upload: Upload | None, text_task: Task | None) -> tuple[Sequence, Scaling]:
    if settings.source == "numbers":
        found = parse_numbers(settings.numbers)
    elif settings.source == "text" and text_task is not None:
        per, of_text = unit_of(settings, text_task), bool(text_task.unit)
        found = spelled(settings.text, text_task.channels, per, next_is_due=of_text)
    elif settings.source == "text":
        found = encode_text(settings.text, settings.per, settings.code, settings.esize, settings.sseed)
    elif settings.source in ("table", "file"):
        opened = table_of(settings, upload)
        if isinstance(opened, Table):
            roles = roles_of(settings, opened)
            opened = opened.sequence(roles.inputs or None, roles.label)
        found = opened
    elif settings.source == "task":
        task = text_task or TASKS[settings.task]
        found = task.example(settings.sseed, **settings.parameter_values())
    else:
        found = generate(settings.family, settings.steps, settings.sseed, **settings.parameter_values())
    return rescale(found, settings.scale)
