"""Runs computed once: from the cache, within the visitor's share, the large ones in line."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import partial
from typing import TypeVar

from gruviz.app.server.memory import CELL, memory
from gruviz.app.server.turns import LARGE, allowance, compute_turns, still_wanted, visitor
from gruviz.models.gru import GRUModel
from gruviz.protocol.scene import Run

AfterPiece = Callable[[float], None]
T = TypeVar("T")


def compute_run(
    kind: str,
    key: Hashable,
    name: str,
    cells: int,
    prepare: Callable[[], GRUModel],
    compute: Callable[[GRUModel, AfterPiece], Run],
    counted: bool = True,
) -> Run:
    """Return a run from the cache, or compute it there.

    Args:
        kind: of key; keys of two kinds never meet.
        key: everything the run follows from.
        name: id of the run, by which it is counted.
        cells: steps x units x layers, as `Memory.cells_of` gives them.
        prepare: gives the model, before the run waits for its turn; it may wait for a turn itself.
        compute: makes the run; it calls the function it gets with the share that is done, 0 to 1, now and then.
        counted: whether it counts as the visitor's.

    Raises:
        Problem: it is more than the visitor's share, or it cannot be made.
    """
    found = memory().held_value(kind, key)
    if found is not None:
        return found
    with allowance().turn(cells, still_wanted) if cells >= LARGE else nullcontext():
        who = visitor() if counted else ""
        make = partial(_compute, who, name, cells, prepare, compute)
        return memory().get(kind, key, make, lambda run: run.bytes, CELL * cells)


def _compute(
    who: str, name: str, cells: int, prepare: Callable[[], GRUModel], compute: Callable[[GRUModel, AfterPiece], Run]
) -> Run:
    with allowance().counted(who, cells, name) as report_share:
        model = prepare()
        # a large run has a line of its own; a small one need not wait for the end of its piece, which takes 20 ms
        turns = compute_turns() if cells < LARGE else None

        def after_piece(share: float) -> None:
            report_share(share)
            still_wanted()
            if turns is not None:
                turns.offer(share)

        with nullcontext() if turns is None else turns.turn():
            return compute(model, after_piece)
