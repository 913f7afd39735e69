"""The trainings of a visitor: those of this session, and after a reload those its browser remembers."""

from __future__ import annotations

import streamlit as st

from gruviz.app.server.trainings import trainings
from gruviz.training.plan import TrainingPlan

_MINE = "train.mine"  # this session's trainings: plan -> id; the same plan gives the same weights
MOST_MINE = 12
COOKIE, LONGEST_COOKIE = "gruviz_trainings", 1000


def mine() -> dict[TrainingPlan, str]:
    """Plan -> id of each, oldest first; what is put in there is kept."""
    if _MINE not in st.session_state:
        # the page was loaded anew: its trainings are known by what it left in the browser
        names = _cookie()[:LONGEST_COOKIE].split(".")[:MOST_MINE]
        standings = {name: trainings().standing(name) for name in names}
        st.session_state[_MINE] = {found.plan: name for name, found in standings.items() if found is not None}
    return st.session_state[_MINE]


def under_way() -> TrainingPlan | None:
    """The plan of this session that trains or waits to."""
    standings = {plan: trainings().standing(name) for plan, name in mine().items()}
    return next((plan for plan, found in standings.items() if found is not None and found.active), None)


def _cookie() -> str:
    return st.context.cookies.get(COOKIE, "")
