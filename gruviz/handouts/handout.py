"""`gruviz.handout`: scenes as one HTML file that opens from disk without a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from gruviz.handouts.document import document
from gruviz.handouts.scene_message import MOST_BYTES, Slide, edit_text, slide_message, window_of
from gruviz.inputs import sequence as inputs
from gruviz.protocol.headline import Status
from gruviz.protocol.scene import Labels, Run, Scene
from gruviz.protocol.view import View
from gruviz.tasks.answers import Head, head_of
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.task import Task
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.interventions import Intervention
from gruviz.tracing.trace import Traceable, trace
from gruviz.wording.words import LANGUAGES, words

MOST_SCENES = 50
MOST_EDITS = 100  # the limit in assets/stage/editor/edit_text.js
_MIB = 2**20


@dataclass(frozen=True, eq=False, kw_only=True)
class HandoutScene:
    """One scene of a handout.

    Args:
        model: any model `gruviz.trace` accepts.
        x: (time, input); (batch, time, input), of which the first entry is shown; or a `Sequence` with its own labels,
            channels and targets.
        title: heading of the scene.
        text: one line below the heading.
        h0: initial state, as in `gruviz.trace`.
        what_if: interventions that the scene opens with; the free run is in the file too.
        labels: one text per step, or none.
        units: names of the units, or none.
        channels: names of the inputs, or none.
        task: the task that the model's head (`model.fc`) was trained on, by name or as a `Task`; its predictions are
            shown.
        target: (time, k) target of the head, as in `Sequence.target`.
        steps: (first, last) of the steps to show, both included; None for all.
        view: fields of the view to open with, such as {"t": 5, "unit": 2, "gate": "z", "diagram": "lines"}.
    """

    model: Traceable
    x: Any
    title: str = ""
    text: str = ""
    h0: Any = None
    what_if: Iterable[Intervention] = ()
    labels: Sequence[str] = ()
    units: Sequence[str] = ()
    channels: Sequence[str] = ()
    task: str | Task | None = None
    target: Any = None
    steps: tuple[int, int] | None = None
    view: Mapping[str, Any] | None = None


def handout(
    model: Traceable | Sequence[HandoutScene | Mapping[str, Any]],
    x: Any,
    path: str | PathLike[str] | None = None,
    h0: Any = None,
    *,
    title: str = "",
    language: str = "en",
    **scene: Any,
) -> Path:
    """Write one self-contained HTML file that shows what a model does on an input.

    The file opens from disk with the network off: playback, cell diagram, equations, the explanation of any number and
    the what-if editor are in it, in English and Korean. Its numbers are those of `gruviz.trace`, bit for bit.

        gruviz.handout(model, x, "lecture.html", title="A gate that waits")
        gruviz.handout([{"model": a, "x": x, "title": "Before"}, {"model": b, "x": x, "title": "After"}], "two.html")

    Args:
        model: any model `gruviz.trace` accepts; or a list of scenes, each a `HandoutScene` or a mapping of its fields.
        x: the input, see `HandoutScene`; with a list of scenes, the path.
        path: file to write; an existing file is replaced.
        h0: as in `gruviz.trace`.
        title: title of the file and, with one model, of its scene.
        language: the language it opens in, "en" or "ko".
        scene: more fields of `HandoutScene`.

    Returns:
        The path.

    Raises:
        TypeError, ValueError: an argument cannot be shown, or exceeds the limits of a file: 16 MiB of numbers, and in
            one scene 8192 steps and 600,000 values per gate.
        OSError: the file cannot be written.

    >>> import tempfile, torch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = handout(torch.nn.GRU(1, 4), np.ones((9, 1)), f"{folder}/one.html", title="Nine ones")
    ...     made.name, made.stat().st_size < 250_000
    ('one.html', True)
    """
    if isinstance(model, Sequence):
        if path is not None or h0 is not None or scene:
            raise TypeError("With a list of scenes gruviz.handout takes a path, a title and a language, nothing else.")
        place, given = x, [scene_from(each, k) for k, each in enumerate(model)]
    else:
        if path is None:
            raise TypeError("gruviz.handout needs a path to write to, such as 'handout.html'.")
        place, given = path, [scene_from({"model": model, "x": x, "h0": h0, "title": title, **scene}, 0)]
    if not isinstance(place, str | PathLike):
        raise TypeError(f"The path given is of type {type(place).__name__}; a text or a Path is needed.")
    data = handout_html(given, title=title, language=language).encode()
    written = Path(place)
    written.write_bytes(data)
    return written


def handout_html(scenes: Sequence[HandoutScene], *, title: str = "", language: str = "en") -> str:
    """Return the file that `handout` writes, as text.

    Args:
        scenes: at least one.
        title, language: as in `handout`.

    Raises:
        TypeError, ValueError: as in `handout`.
    """
    return slides_html([slide_of(each, k) for k, each in enumerate(scenes)], title=title, language=language)


def slides_html(slides: Sequence[Slide], *, title: str, language: str) -> str:
    """Return the file with these slides, as text.

    Raises:
        TypeError, ValueError: as in `handout`.
    """
    words(language)  # raises for an unknown language
    if not isinstance(title, str):
        raise TypeError(f"title is of type {type(title).__name__}; a text is needed.")
    if not 0 < len(slides) <= MOST_SCENES:
        raise ValueError(f"A handout has 1 to {MOST_SCENES} scenes; {len(slides)} are given.")
    messages = [slide_message(each, language) for each in slides]
    if (size := sum(map(len, messages))) > MOST_BYTES:
        raise ValueError(
            f"This handout would hold {size / _MIB:.1f} MiB of numbers; at most {MOST_BYTES // _MIB} MiB fit, so give "
            "steps=(first, last), or fewer scenes."
        )
    return document(messages, title=title or slides[0].titles.get(language) or "gruviz", language=language)


def scene_from(given: object, number: int = 0) -> HandoutScene:
    """Convert a scene given as a mapping.

    Args:
        given: a scene, which is returned unchanged, or a mapping of its fields.
        number: index of the scene in its file, for messages.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(given, HandoutScene):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(
            f"Scene {number + 1} is of type {type(given).__name__}; a gruviz.HandoutScene or a mapping of its fields "
            "is needed."
        )
    names = [each.name for each in fields(HandoutScene)]
    unknown = [str(name) for name in given if name not in names]
    if unknown:
        raise TypeError(f'Scene {number + 1} has a field "{unknown[0]}"; its fields are {", ".join(names)}.')
    missing = [name for name in ("model", "x") if name not in given]
    if missing:
        raise TypeError(f"Scene {number + 1} has no {missing[0]}; it needs a model and an input x.")
    return HandoutScene(**given)


def slide_of(scene: HandoutScene, number: int = 0, most_cells: int | None = None) -> Slide:
    """Trace a scene's model and make its slide in both languages.

    Args:
        scene: what to show.
        number: index of the scene in its file; it makes the run's id unique.
        most_cells: largest layers x steps x (units + inputs) to show if the scene has no `steps`; None for no limit.

    Raises:
        TypeError, ValueError: as in `handout`.
    """
    for name in ("title", "text"):
        if not isinstance(getattr(scene, name), str):
            raise TypeError(f"{name} is of type {type(getattr(scene, name)).__name__}; a text is needed.")
    x, labels, channels, target, due = scene.x, scene.labels, scene.channels, scene.target, ()
    if isinstance(x, inputs.Sequence):
        x, labels, channels, due = x.x, labels or x.labels, channels or x.channels, x.due
        target = scene.x.target if target is None else target
    whole = trace(scene.model, x, scene.h0, labels=tuple(labels))
    m, what_if = whole.meta, tuple(scene.what_if)
    for name, texts, count in (("units", scene.units, m.hidden_size), ("channels", channels, m.input_size)):
        if texts and len(texts) != count:
            raise ValueError(f"{name} has {len(texts)} texts; {count} are needed, or none.")
    target = _target(target, m.steps)
    if len(what_if) > MOST_EDITS:
        raise ValueError(f"what_if holds {len(what_if)} interventions; a handout takes at most {MOST_EDITS}.")
    altered = trace(scene.model, x, scene.h0, labels=tuple(labels), what_if=what_if) if what_if else None
    notes, shown = [], whole
    steps = fitting_steps(whole, most_cells) if scene.steps is None else _steps(scene.steps)
    if steps is not None:
        if what_if:
            raise ValueError("A what-if needs the whole run; give fewer steps of x, or no what_if.")
        first, last = steps
        shown = window_of(whole, first, last)
        target = None if target is None else target[first : last + 1]
        due = due[first : last + 1]
        notes.append(window_note(first, last, m.steps))
    if m.batch > 1:
        notes.append(("batch", {"batch": m.batch}))
    run = Run(run_id(shown, number), shown, scene.model, _head(scene), target)
    view = _view(scene.view, edit_text(what_if, scene.model, scene.units))
    labelled = Labels(tuple(scene.units), tuple(channels), due=tuple(due))
    return slide(run, view, labelled, scene.title, scene.text, notes, altered)


def slide(
    run: Run,
    view: View,
    labels: Labels,
    title: str = "",
    text: str = "",
    notes: Sequence[tuple[str, Mapping[str, object]]] = (),
    altered: GateTrace | None = None,
) -> Slide:
    """Make a slide of a run, in both languages.

    Args:
        run: what is shown.
        view: to open with.
        labels: names; their language is ignored.
        title, text: used in both languages.
        notes: sentences over the stage, each a key of `[handout]` in assets/words with its fields.
        altered: see `Slide`.
    """
    scenes = {}
    for language in LANGUAGES:
        sentences = [words(language)["handout"][key].format(**given) for key, given in notes]
        status = Status("note", " ".join(sentences)) if sentences else None
        scenes[language] = Scene(run, view, replace(labels, language=language), status=status)
    return Slide(scenes, dict.fromkeys(LANGUAGES, title), dict.fromkeys(LANGUAGES, text), altered)


def window_note(first: int, last: int, steps: int) -> tuple[str, Mapping[str, int]]:
    """Return the note about a part of a run, as `slide` takes it.

    Args:
        first, last: steps shown, both included.
        steps: of the whole run.

    >>> window_note(0, 9, 30)
    ('first_steps', {'count': 10, 'steps': 30})
    """
    if first == 0:
        return "first_steps", {"count": last + 1, "steps": steps}
    return "window", {"first": first, "last": last, "steps": steps}


def fitting_steps(whole: GateTrace, most_cells: int | None) -> tuple[int, int] | None:
    """Return the first and last step of the part that fits, from step 0 on; None if the whole run fits."""
    m = whole.meta
    if most_cells is None:
        return None
    steps = max(1, most_cells // (len(whole.h) * m.hidden_size + m.input_size))
    return None if m.steps <= steps else (0, steps - 1)


def _head(scene: HandoutScene) -> Head | None:
    if scene.task is None:
        return None
    task = TASKS.get(scene.task) if isinstance(scene.task, str) else scene.task
    if not isinstance(task, Task):
        raise ValueError(f'There is no task "{scene.task}"; the tasks are {", ".join(TASKS)}.')
    head = head_of(scene.model, task)
    if head is None:
        raise ValueError("The model has no head (its fc) of the size this task needs; leave task out.")
    return head


def run_id(shown: GateTrace, number: int = 0) -> str:
    """Return an id that differs between the runs of one file."""
    hashed = blake2b(digest_size=8)
    for array in (shown.h, shown.z, shown.x):
        hashed.update(np.ascontiguousarray(array).tobytes())
    return f"{number} {hashed.hexdigest()}"


def _target(target: Any, steps: int) -> np.ndarray | None:
    if target is None:
        return None
    found = np.asarray(target, np.float32)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != steps:
        raise ValueError(f"target has shape {np.shape(target)}; ({steps}, k) is needed.")
    return found


def _steps(steps: object) -> tuple[int, int]:
    if not isinstance(steps, tuple | list) or len(steps) != 2:
        raise ValueError(f"steps is {steps!r}; (first, last) is needed, or None.")
    return steps[0], steps[1]


def _view(given: Mapping[str, Any] | None, bent: str) -> View:
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"view is of type {type(given).__name__}; a mapping of fields is needed.")
    names = [each.name for each in fields(View) if each.name not in ("bent", "drawn")]
    unknown = [str(name) for name in given or {} if name not in names]
    if unknown:
        raise ValueError(f'The view has no field "{unknown[0]}"; its fields are {", ".join(names)}.')
    return View(**{**(given or {}), "bent": bent})
