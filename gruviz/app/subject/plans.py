"""A TrainingPlan in the address, both ways, and in one line of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zlib import crc32

from gruviz.app.readers import LONGEST_IN_URL, PARAMETER, READERS, TRAINING
from gruviz.protocol.view import EXPERIMENT, View
from gruviz.tasks.catalogue import TASKS
from gruviz.training.plan import TrainingPlan
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

NUMBERS = ("hidden_size", "learning_rate", "t_max", "seed", "most_steps")  # in this order
CHOICES = ("model", "init")


def to_query(plan: TrainingPlan) -> dict[str, str]:
    """What of the address makes this plan; what the task brings itself is left out, and a text too long for a link.

    >>> to_query(TrainingPlan("parity", "split", seed=3, parameters={"noise": 0.1}))
    {'train.task': 'parity', 'train.model': 'split', 'train.seed': '3', 'train.p.noise': '0.1'}
    """
    usual = TrainingPlan(plan.task)
    named = {name: getattr(plan, name) for name in (*CHOICES, *NUMBERS) if getattr(plan, name) != getattr(usual, name)}
    named |= {PARAMETER + name: value for name, value in plan.parameters if value != usual.values[name]}
    if plan.text and fits(plan):
        named["text"] = plan.text
    return {
        TRAINING + name: str(value).removesuffix(".0") if isinstance(value, float) else str(value)
        for name, value in ({"task": plan.task} | named).items()
    }


def experiment(query: Mapping[str, str]) -> dict[str, str]:
    """What of the address is an experiment on this page's stage; as none where the address is another page's.

    >>> experiment({"train.task": "parity", "bent": "lesion u3"})["bent"], experiment({"bent": "lesion u3"})["bent"]
    ('lesion u3', '')
    """
    given = query if from_query(query) is not None else {}
    found = {name: READERS[name](given.get(name)) for name in EXPERIMENT}
    return {name: getattr(View(), name) if value is None else value for name, value in found.items()}


def fits(plan: TrainingPlan) -> bool:
    """Whether the address can hold the whole plan."""
    return len(plan.text) <= LONGEST_IN_URL


def from_query(query: Mapping[str, str]) -> TrainingPlan | None:
    """The plan of an address; None where it names none. What is unknown or out of range takes the task's default.

    >>> from_query({"train.task": "parity", "train.seed": "1e99", "train.hidden_size": "8"}).hidden_size
    8
    """
    given = {name.removeprefix(TRAINING): text for name, text in query.items() if name.startswith(TRAINING)}
    if given.get("task") not in TASKS:
        return None
    plan = TrainingPlan(given["task"])
    for name in ("text", *CHOICES, *NUMBERS, *(PARAMETER + name for name in plan.values)):
        if name not in given or (name == "text" and len(given[name]) > LONGEST_IN_URL):
            continue
        try:
            plan = _with(plan, name, given[name])
        except (Problem, ValueError):
            continue
    return plan


def described(plan: TrainingPlan, language: str) -> str:
    """One line that tells a plan from others: its task, model, seed, and what is not as usual.

    Args:
        plan: to describe.
        language: "en" or "ko".
    """
    w = words(language)
    said = [w["tasks"][plan.task], w["models"][plan.model]]
    labels = {
        "hidden_size": w["page"]["hidden_size"],
        "learning_rate": w["train"]["learning_rate"],
        "t_max": w["page"]["t_max"],
        "seed": w["page"]["seed"],
        "most_steps": w["train"]["most_steps"],
        "init": w["train"]["initialisation"],
        "text": w["train"]["text"],
        **{PARAMETER + name: w["task_parameters"][name] for name in plan.values},
    }
    found = {name.removeprefix(TRAINING): text for name, text in to_query(plan).items()}
    found = {name: text for name, text in found.items() if name in labels}
    shown = {"init": w["train"][f"init_{plan.init}"]}
    if plan.text:  # texts may begin alike, and the longest are not in the address
        shown["text"] = f"{plan.text[:20]} … #{crc32(plan.text.encode('utf-8', 'surrogatepass')):08x}"
    said += [f"{labels[name]} {text}" for name, text in (found | shown).items() if name in found or name == "text"]
    return " · ".join(said)


def brief(plan: TrainingPlan, language: str) -> str:
    """What tells trainings of one task apart, first: a list is narrow.

    Args:
        plan: to name.
        language: "en" or "ko".
    """
    w = words(language)
    units = w["page"]["hidden_size"].partition(" (")[0].partition("(")[0]
    said = [f"{w['page']['seed']} {plan.seed}", f"{units} {plan.hidden_size}", w["models"][plan.model]]
    return " · ".join([*said, w["tasks"][plan.task]])


def _with(plan: TrainingPlan, name: str, text: str) -> TrainingPlan:
    if name == "text" or name in CHOICES:
        return replace(plan, **{name: text})
    value = float(text[:40])
    if name.startswith(PARAMETER):
        return replace(plan, parameters=plan.values | {name.removeprefix(PARAMETER): value})
    return replace(plan, **{name: value})
