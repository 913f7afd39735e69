"""What a model's head says at each step, what was due there, and where it is wrong.

    y_t = W h_t + b        h: the states of the top layer, both directions side by side
    p_t = softmax(y_t)     of classes

Of signs and numbers y_t itself is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gruviz.tasks.task import Task, share_all_signs, share_within_half
from gruviz.tracing.explain import Explanation
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.terms import Block
from gruviz.tracing.trace import Traceable

Kind = Literal["classes", "signs", "numbers"]
HALF = 0.5  # as share_within_half has it


@dataclass(frozen=True, eq=False)
class Head:
    """The linear layer that reads the states, and what its outputs mean.

    Args:
        kind: "classes": probabilities of which the largest is the answer; "signs": of each output the sign counts;
            "numbers": they are the answer.
        names: of the outputs.
        within: of numbers: off by less than this counts as right; None where no right and wrong exists, only how far.
        w: (output, unit) float32.
        b: (output,) float32.
    """

    kind: Kind
    names: tuple[str, ...]
    within: float | None
    w: NDArray[np.float32]
    b: NDArray[np.float32]

    @property
    def judges(self) -> bool:
        """Whether an answer is right or wrong, and not merely near or far."""
        return self.kind != "numbers" or self.within is not None


@dataclass(frozen=True, eq=False)
class Answers:
    """What is said over a trace.

    Args:
        kind, names: as of the head.
        y: (time, output) float32: probabilities of classes; of signs and numbers the outputs.
        target: (time, k) what was due, as `Sequence.target` has it, or None.
        wrong: (time,) float32: 1 wrong, 0 right, NaN where nothing is due or nothing can be wrong.
    """

    kind: Kind
    names: tuple[str, ...]
    y: NDArray[np.float32]
    target: NDArray[np.float32] | None
    wrong: NDArray[np.float32]


def head_of(model: Traceable, task: Task) -> Head | None:
    """The head of a model that has learned a task; None where it has none, or one of another size.

    Args:
        model: any that can be traced; its head is `fc`.
        task: says what the outputs mean.

    >>> from gruviz.tasks.catalogue import TASKS
    >>> from gruviz import SplitGRU
    >>> head = head_of(SplitGRU(1, 4, out_features=2), TASKS["parity"])
    >>> head.kind, head.names, head.w.shape, head_of(SplitGRU(1, 4), TASKS["parity"])
    ('classes', ('even', 'odd'), (2, 4), None)
    """
    fc = getattr(model, "fc", None)
    if fc is None or len(fc.weight) != task.output_size:
        return None
    if task.loss == "cross_entropy":
        kind, within = "classes", None
    else:
        kind = "signs" if task.metric.of is share_all_signs else "numbers"
        within = HALF if task.metric.of is share_within_half else None
    w = fc.weight.detach().cpu().numpy().astype(np.float32)
    b = np.zeros(len(w), np.float32) if fc.bias is None else fc.bias.detach().cpu().numpy().astype(np.float32)
    return Head(kind, task.answers, within, w, b)


def answers(head: Head, trace: GateTrace, target: NDArray | None = None, batch: int = 0) -> Answers:
    """What a head says over a whole trace.

    Args:
        head: of the model that was traced.
        trace: its trace.
        target: (time, k) as `Sequence.target` has it; None where nothing is due.
        batch: entry of that axis.

    Raises:
        ValueError: the head or the target is not of this trace's size.
    """
    y = said(head, states_of(trace, batch))
    return Answers(head.kind, head.names, y, target, wrong(head, y, target))


def states_of(trace: GateTrace, batch: int | slice = 0, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
    """What a head reads (time, unit): the states of the top layer, both directions side by side.

    Args:
        trace, batch: which; of a slice of sequences (batch, time, unit).
        first, last: steps, both included; to the end when None.
    """
    part = slice(first, None if last is None else last + 1)
    top = trace.h[-(1 + trace.meta.bidirectional) :, batch, part]
    return top[0] if len(top) == 1 else np.concatenate(list(top), axis=-1)


def said(head: Head, states: NDArray) -> NDArray[np.float32]:
    """What a head makes of states (time, unit): (time, output), see `Answers.y`.

    Raises:
        ValueError: it reads another number of units.

    >>> head = Head("classes", ("a", "b"), None, np.float32([[0], [1]]), np.float32([0, 0]))
    >>> said(head, np.float32([[0], [np.log(3)]])).round(4).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    return as_said(head, outputs(head, states))


def outputs(head: Head, states: NDArray) -> NDArray[np.float32]:
    """y = W h + b of states (time, unit), as the metric of a task takes them; of classes before the softmax.

    Raises:
        ValueError: it reads another number of units.

    >>> head = Head("numbers", ("y",), None, np.float32([[2.0, -1.0]]), np.float32([0.5]))
    >>> outputs(head, np.float32([[1.0, 1.0]])).tolist()
    [[1.5]]
    """
    if states.shape[1] != head.w.shape[1]:
        raise ValueError(f"The head reads {head.w.shape[1]} units; these are states of {states.shape[1]}.")
    with np.errstate(all="ignore"):  # a diverged model must be seen, not stopped
        return states.astype(np.float32, copy=False) @ head.w.T + head.b


def as_said(head: Head, y: NDArray[np.float32]) -> NDArray[np.float32]:
    """What outputs (time, output) mean, see `Answers.y`: of classes softmax(y), else y itself.

    >>> as_said(Head("classes", ("a", "b"), None, np.ones((2, 1)), np.zeros(2)), np.float32([[3, 3]])).tolist()
    [[0.5, 0.5]]
    """
    if head.kind != "classes":
        return y
    with np.errstate(all="ignore"):
        p = y - y.max(axis=1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=1, keepdims=True)
    return p


def wrong(head: Head, y: NDArray, target: NDArray | None) -> NDArray[np.float32]:
    """Where what is said is not what was due, by the rule of the task's metric: see `Answers.wrong`.

    Args:
        head: that said it.
        y: (time, output) as `said` gives it.
        target: (time, k), or None.

    Raises:
        ValueError: the target has not a row for each step, or other columns than the head's answers.

    >>> head = Head("numbers", ("depth",), 0.5, np.ones((1, 1)), np.zeros(1))
    >>> wrong(head, np.array([[1.4], [1.6], [9.0]]), np.array([[1.0], [1.0], [np.nan]])).tolist()
    [0.0, 1.0, nan]
    """
    found = np.full(len(y), np.nan, np.float32)
    if target is None:
        return found
    wanted = (len(y), 1 if head.kind == "classes" else y.shape[1])
    if target.shape != wanted:
        raise ValueError(f"The target has shape {target.shape}; {wanted} is needed.")
    if not head.judges:
        return found
    due = ~np.isnan(target).any(axis=1)
    given, right = y[due], target[due]
    if head.kind == "classes":
        off = given.argmax(axis=1) != right[:, 0]
    elif head.kind == "signs":
        off = ((given > 0) != (right > 0)).any(axis=1)
    else:
        off = ~(np.abs(given - right) < head.within).all(axis=1)
    found[due] = off
    return found


def explained(head: Head, trace: GateTrace, time: int, output: int, batch: int = 0) -> Explanation:
    """The terms that make one of a head's outputs: its weights times the states, and its bias.

    Args:
        head: of the model that was traced.
        trace: its trace.
        time, output, batch: which number.

    Returns:
        An Explanation whose gate is "y" and whose unit is the output; its terms are of the kinds "output" (W h) and
        "bias". `total` is the output; `value` too, but of classes their probability, of which `squash` says nothing.

    Raises:
        ValueError: there is no such step or output.

    >>> import gruviz
    >>> head = Head("numbers", ("y",), None, np.float32([[2.0, -1.0]]), np.float32([0.5]))
    >>> trace = gruviz.trace(gruviz.SplitGRU.from_params(gruviz.GRUParams(*map(np.zeros, ((6, 1), (6, 2), 6, 6)))),
    ...     np.ones((2, 1)), h0=np.array([1.0, 1.0]))
    >>> found = explained(head, trace, 0, 0)
    >>> found.total, [(term.kind, term.index, term.value) for term in found.terms]
    (1.0, [('output', 0, 1.0), ('output', 1, -0.5), ('bias', None, 0.5)])
    """
    trace.require(batch=batch, time=time)
    if not 0 <= output < len(head.w):
        raise ValueError(f"output is {output}; the head has outputs 0 to {len(head.w) - 1}.")
    states = states_of(trace, batch, time, time)
    w, h = head.w[output].astype(np.float64), states.astype(np.float64)
    blocks = (Block("output", w, h), Block("bias", head.b[[output]].astype(np.float64)))
    with np.errstate(all="ignore"):
        total = float(sum(block.values.sum() for block in blocks))
    value = float(said(head, states)[0, output]) if head.kind == "classes" else total
    layer = len(trace.h) - 1
    return Explanation("y", layer, batch, int(time), int(output), value, total, None, {}, blocks)
