"""How others write a GRU, as a table; each row can be tried on the weights on the page."""

from __future__ import annotations

import streamlit as st

from gruviz.app.compare import controls
from gruviz.app.settings import Settings
from gruviz.models.conventions import CONVENTIONS, Convention
from gruviz.sources.derived import Converted, ReadAs
from gruviz.wording.words import words

_TABLE = "compare_conventions"


def conventions(settings: Settings) -> None:
    """The table; a row that is chosen is tried.

    Args:
        settings: the visitor's.
    """
    c = words(settings.lang)["compare"]
    with st.expander(c["conventions"], icon=":material/translate:", key="compare_others"):
        st.markdown(c["conventions_about"])
        rows = list(CONVENTIONS.values())
        found = st.dataframe(
            [_row(each, settings.lang) for each in rows],
            hide_index=True,
            key=_TABLE,
            on_select="rerun",
            selection_mode="single-row",
            width="stretch",
            height="content",
        )
        chosen = rows[found.selection.rows[0]] if found.selection.rows else None
        if chosen is None:
            st.caption(c["conventions_choose"])
            return
        own = "after" if settings.model == "torch" else "before"
        with st.container(horizontal=True):
            st.button(
                c["try_read"].format(title=chosen.title),
                key="compare_try_read",
                icon=":material/file_open:",
                on_click=controls.put_reading,
                args=(ReadAs.prefix + chosen.name,),
                help=c["try_read_about"],
            )
            st.button(
                c["try_written"].format(title=chosen.title),
                key="compare_try_written",
                icon=":material/sync_alt:",
                on_click=controls.put_reading,
                args=(Converted.prefix + chosen.name,),
                help=c["try_written_about"],
                disabled=chosen.reset != own,
            )
        if chosen.reset != own:
            st.caption(c["not_written"].format(title=chosen.title))
        st.caption(f"{chosen.title}: {chosen.source}")


def _row(one: Convention, language: str) -> dict[str, str]:
    w = words(language)
    c = w["compare"]
    cells = {
        "column_title": one.title,
        "column_z": c[f"z_{one.z}"],
        "column_reset": w["page"][one.reset],
        "column_order": ", ".join(one.order),
        "column_biases": c[f"biases_{one.biases.replace(' ', '_')}"],
        "column_source": one.source,
    }
    return {c[name]: text for name, text in cells.items()}
