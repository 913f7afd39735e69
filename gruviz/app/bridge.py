"""The browser's side of the page: address, time cursor over the charts, clicked cells. See assets/bridge.js."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from gruviz.app.settings import NAMES, PARAMETER, Settings
from gruviz.colours import Theme

_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "bridge.js"
KEY = "bridge"


def bridge(settings: Settings, step: int, unit: int, theme: Theme, on_pick: Callable[[], None]) -> None:
    """Draw nothing; write the settings into the address, mark (step, unit) in the charts, report clicks.

    Args:
        settings: what the address shall hold.
        step, unit: the cell to mark.
        theme: of the page, for the mark's colour.
        on_pick: called after a click on a heatmap; `picked()` then tells where.
    """
    component = st.components.v2.component("gruviz_bridge", js=_SCRIPT.read_text(encoding="utf-8"))
    data = {
        "query": settings.to_query(),
        "names": list(NAMES),
        "prefix": PARAMETER,
        "theme": theme,
        "step": step,
        "unit": unit,
        "ink": "#ffffff" if theme == "dark" else "#111111",
        "halo": "#111111" if theme == "dark" else "#ffffff",
    }
    component(key=KEY, data=data, on_pick_change=on_pick, on_theme_change=lambda: None, height=1)


def picked(steps: int, units: int) -> tuple[int | None, int | None]:
    """The clicked step and unit, None where the click named none or one that is not in the picture."""
    held = st.session_state.get(KEY)
    pick = held.get("pick") if isinstance(held, Mapping) else None
    if not isinstance(pick, Mapping):  # a browser may send anything
        return None, None

    def within(value: object, count: int) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count else None

    return within(pick.get("step"), steps), within(pick.get("unit"), units)


def page_theme() -> Theme:
    """The theme the browser shows, as of this rerun."""
    return "dark" if st.context.theme.type == "dark" else "light"
