"""From Settings to the input: what is typed, pasted, uploaded or chosen, as a scaled Sequence; kept for a while."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from gruviz.app.explore.weights import text_model
from gruviz.app.server.memory import memory
from gruviz.app.settings import Settings
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


def sequence_of(settings: Settings, upload: Upload | None) -> tuple[Sequence, Scaling]:
    """The input the settings describe, rescaled as they say.

    Raises:
        Problem: what was given cannot be read; the sentence says where and what would be accepted.
    """
    given = replace(Settings(), **{name: getattr(settings, name) for name in _FIELDS[settings.source]})
    file = upload if settings.source == "file" else None
    text_task = _text_task(settings)
    typed = {name: _digest(getattr(given, name)) for name in ("numbers", "text", "table")}
    key = (
        replace(given, **typed),
        None if file is None else (file.name, blake2b(file.data, digest_size=16).digest()),
        None if text_task is None else (_digest(text_task.text), text_task.channels),
    )
    return memory().get("sequence", key, lambda: _sequence(given, file, text_task), lambda found: _bytes_of(found[0]))


def _text_task(settings: Settings) -> Task | None:
    """What the weights were trained on, where the input must be in their alphabet: then it is part of the input."""
    spells = settings.source == "text" and settings.per == "characters" and settings.code == "onehot"
    if spells or (settings.source == "task" and settings.task == "characters"):
        held = text_model(settings)
        return None if held is None else held.plan.made()
    return None


def _digest(text: str) -> str:
    # the text itself would live as long as what was read from it
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _bytes_of(found: Table | Sequence) -> int:
    """About what it holds: its numbers, and 100 bytes a text."""
    if isinstance(found, Sequence):
        return found.x.nbytes + 100 * (len(found.labels) + len(found.due) + len(found.channels))
    return found.bytes


_FIELDS = {
    "task": ("source", "scale", "task", "sseed", "parameters"),
    "synthetic": ("source", "scale", "family", "steps", "sseed", "parameters"),
    "numbers": ("source", "scale", "numbers"),
    "text": ("source", "scale", "text", "per", "code", "esize", "sseed"),
    "table": ("source", "scale", "table", "header", "columns", "labels"),
    "file": ("source", "scale", "header", "columns", "labels"),
}
INPUT_FIELDS = tuple(sorted(set().union(*_FIELDS.values())))


def _sequence(settings: Settings, upload: Upload | None, text_task: Task | None) -> tuple[Sequence, Scaling]:
    if settings.source == "numbers":
        found = parse_numbers(settings.numbers)
    elif settings.source == "text" and text_task is not None:
        found = spelled(settings.text, text_task.channels)
    elif settings.source == "text":
        found = encode_text(settings.text, settings.per, settings.code, settings.esize, settings.sseed)
    elif settings.source in ("table", "file"):
        opened = table_of(settings, upload)
        if isinstance(opened, Table):
            known = tuple(name for name in settings.columns if name in opened.columns)
            label = settings.labels if settings.labels in opened.columns else None
            opened = opened.sequence(known or None, label)
        found = opened
    elif settings.source == "task":
        task = text_task or TASKS[settings.task]
        found = task.example(settings.sseed, **settings.parameter_values())
    else:
        found = generate(settings.family, settings.steps, settings.sseed, **settings.parameter_values())
    return rescale(found, settings.scale)
