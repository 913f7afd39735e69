"""The controls of what a page is about: its weights and its input."""

from __future__ import annotations

import json

import streamlit as st

from gruviz.app import state
from gruviz.app.readers import MAX_LAYERS, MAX_UNITS, SOURCES
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.app.subject.weights import origin_of, symbols_of
from gruviz.inputs.parameters import MAX_SEED
from gruviz.inputs.scaling import SCALINGS, Scaling
from gruviz.inputs.sequence import MAX_STEPS, Sequence
from gruviz.inputs.synthetic import FAMILIES
from gruviz.inputs.tables import Table
from gruviz.inputs.text import ENCODINGS, NOT_UTF_8, UNITS
from gruviz.sources.hand_built import Leaky
from gruviz.sources.random_init import Random
from gruviz.sources.trained import Shipped
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import plain, subtracted

_REFUSED = f'.st-key-{state.UPLOAD} [data-testid="stFileUploader"]:has([aria-invalid="true"])::after'
MOST_LISTED = 60  # symbols a model reads
LONGEST_NAME = 40  # of a column, as the page writes it
MOST_SENT = 17  # of 1,000,000 bytes, as browsers count: more than the 16 MiB that are read


def weights_controls(settings: Settings) -> None:
    """What can be said of the chosen weights beyond their name."""
    draw = _OF_WEIGHTS.get(origin_of(settings))
    if draw is not None:
        draw(settings)


def _shipped(settings: Settings) -> None:
    w = words(settings.lang)
    st.segmented_control(
        w["page"]["trained_as"],
        ["split", "torch"],
        format_func=w["models"].get,
        required=True,
        width="stretch",
        key=state.seeded("trained", settings.trained),
        help=w["page"]["trained_as_help"],
    )


def _leaky(settings: Settings) -> None:
    w = words(settings.lang)
    st.text_input(
        w["page"]["half_lives"],
        key=state.seeded("halves", settings.halves),
        max_chars=80,
        help=w["terms"]["half_lives"],
    )


def _random(settings: Settings) -> None:
    w = words(settings.lang)
    p = w["page"]
    fields = Random.fields_for(settings.weights, settings.model)
    left, right = st.columns(2)
    left.number_input(
        p["hidden_size"],
        1,
        MAX_UNITS,
        value=None,
        step=1,
        key=state.seeded("hidden", settings.hidden),
        help=w["terms"]["hidden_size"],
    )
    right.number_input(p["seed"], 0, MAX_SEED, value=None, step=1, key=state.seeded("seed", settings.seed))
    st.slider(p["gain"], 0.0, 20.0, step=0.1, key=state.seeded("gain", settings.gain), help=p["gain_help"])
    if "tmax" in fields:
        st.number_input(
            p["t_max"],
            3,
            MAX_STEPS,
            value=None,
            step=1,
            key=state.seeded("tmax", settings.tmax),
            help=w["terms"]["t_max"],
        )
    else:
        st.slider(p["z_bias"], -10.0, 10.0, step=0.1, key=state.seeded("zbias", settings.zbias), help=p["z_bias_help"])
    st.slider(p["r_bias"], -10.0, 10.0, step=0.1, key=state.seeded("rbias", settings.rbias), help=p["r_bias_help"])
    if "layers" in fields:
        st.number_input(
            p["layers"],
            1,
            MAX_LAYERS,
            value=None,
            step=1,
            key=state.seeded("layers", settings.layers),
            help=p["layers_help"],
        )
        st.toggle(p["both_ways"], key=state.seeded("both", settings.both))


_OF_WEIGHTS = {Shipped: _shipped, Leaky: _leaky, Random: _random}


def sequence_controls(settings: Settings) -> None:
    """Where the input comes from."""
    w = words(settings.lang)
    p = w["page"]
    st.selectbox(
        p["source"],
        SOURCES,
        format_func=lambda name: p["source_" + name],
        key=state.seeded("source", settings.source),
    )
    controls = {
        "task": _task,
        "synthetic": _synthetic,
        "numbers": _numbers,
        "text": _text,
        "table": _table,
        "file": _table,
    }
    controls[settings.source](settings)


def _synthetic(settings: Settings) -> None:
    w = words(settings.lang)
    p = w["page"]
    st.selectbox(
        p["family"],
        list(FAMILIES),
        format_func=w["families"].get,
        help=w["families_about"][settings.family],
        key=state.seeded("family", settings.family),
    )
    left, right = st.columns(2)
    left.number_input(p["steps"], 1, MAX_STEPS, value=None, step=1, key=state.seeded("steps", settings.steps))
    right.number_input(p["seed"], 0, MAX_SEED, value=None, step=1, key=state.seeded("sseed", settings.sseed))
    _parameters(settings, w["parameters"])


def _task(settings: Settings) -> None:
    w = words(settings.lang)
    p = w["page"]
    st.selectbox(
        p["task"],
        list(TASKS),
        format_func=w["tasks"].get,
        help=w["tasks_about"][settings.task],
        key=state.seeded("task", settings.task),
    )
    st.number_input(p["example"], 0, MAX_SEED, value=None, step=1, key=state.seeded("sseed", settings.sseed))
    own = symbols_of(settings) if settings.task == "characters" else None
    if own is not None and own.name == "characters" and own.text != TASKS["characters"].text:
        st.caption(p["own_text"].format(start=plain(" ".join(own.text[:200].split())[:40])))
    _parameters(settings, w["task_parameters"])


def _parameters(settings: Settings, names: dict[str, str]) -> None:
    values = settings.parameter_values()
    columns = st.columns(2)
    for k, parameter in enumerate(settings.known):
        number = int if parameter.integer else float
        key = state.seeded(state.parameter_name(settings, parameter.name), number(values[parameter.name]))
        columns[k % 2].number_input(
            names[parameter.name],
            number(parameter.low),
            number(parameter.high),
            step=number(parameter.step),
            value=None,
            key=key,
        )


def _numbers(settings: Settings) -> None:
    p = words(settings.lang)["page"]
    st.text_area(
        p["numbers"], key=state.seeded("numbers", settings.numbers), help=p["numbers_help"], placeholder="0 1 0 0 1"
    )


def _text(settings: Settings) -> None:
    p = words(settings.lang)["page"]
    st.text_area(p["text"], key=state.seeded("text", settings.text))
    task = symbols_of(settings)
    if task is not None and settings.code == "onehot" and reading.unit_of(settings, task):
        known = " ".join(task.channels[:MOST_LISTED]) + (" …" if len(task.channels) > MOST_LISTED else "")
        st.caption(p["spelled"].format(count=len(task.channels), symbols=plain(known)))
    # one below the other: beside each other their choices are cut off
    st.selectbox(p["text_unit"], UNITS, format_func=p.get, key=state.seeded("per", settings.per))
    st.selectbox(p["encoding"], ENCODINGS, format_func=p.get, key=state.seeded("code", settings.code))
    if settings.code == "embedding":
        left, right = st.columns(2)
        left.number_input(
            p["embedding_size"],
            1,
            MAX_UNITS,
            value=None,
            step=1,
            key=state.seeded("esize", settings.esize),
        )
        right.number_input(p["seed"], 0, MAX_SEED, value=None, step=1, key=state.seeded("sseed", settings.sseed))


def _table(settings: Settings) -> None:
    p = words(settings.lang)["page"]
    if settings.source == "table":
        st.text_area(p["paste"], key=state.seeded("table", settings.table), help=p["paste_help"], height=150)
    else:
        # of any kind: what cannot be read is refused in a sentence of ours, over the stage
        st.file_uploader(p["upload"], key=state.UPLOAD, help=p["upload_help"], max_upload_size=MOST_SENT)
        # what the browser itself refuses to send turns red there, and tells why where only a mouse finds it
        st.html(f"<style>{_REFUSED} {{ content: {json.dumps(p['upload_refused'], ensure_ascii=False)} }}</style>")
    try:
        opened = reading.table_of(settings, state.current_upload())
    except Problem:
        opened = None  # the page says what is wrong; here there are no columns to offer
    if isinstance(opened, Table) and opened.encoding in NOT_UTF_8:
        st.caption(p["encoding_" + opened.encoding])
    st.segmented_control(
        p["header"],
        list(reading.HEADER),
        format_func=lambda name: p["header_" + name],
        required=True,
        key=state.seeded("header", settings.header),
    )
    if not isinstance(opened, Table):
        return
    known = [name for name in settings.columns if name in opened.columns]
    if tuple(known) != settings.columns:
        st.session_state[state.key_of("columns")] = known
    st.multiselect(p["columns"], opened.columns, key=state.seeded("columns", known), help=p["columns_help"])
    label = settings.labels if settings.labels in opened.columns else ""
    if label != settings.labels:
        st.session_state[state.key_of("labels")] = label
    roles = reading.roles_of(settings, opened)
    by_itself = p["label_by_itself"].format(column=roles.label[:LONGEST_NAME]) if roles.by_itself else p["none"]
    st.selectbox(
        p["label_column"],
        ["", *opened.columns],
        format_func=lambda name: name or by_itself,
        key=state.seeded("labels", label),
    )
    _rising(settings, opened, roles)


def _rising(settings: Settings, table: Table, roles: reading.Roles) -> None:
    """What was decided about columns of dates and numbers that only rise, and one click to have it otherwise."""
    p = words(settings.lang)["page"]
    decided = []
    if roles.by_itself and roles.label == table.dates:
        decided.append(p["dates_label"].format(column=_bold(roles.label)))
    elif roles.by_itself:
        decided.append(p["clock_labels"].format(column=_bold(roles.label)))
    if roles.left_out not in (None, roles.label):
        decided.append(p["clock_left_out"].format(column=_bold(roles.left_out)))
    for sentence in decided:
        st.caption(sentence)
    asked = table.clock or table.dates
    if asked is not None and (decided or settings.rising):
        label = p["read_clock"].format(column=_bold(asked)) if table.clock else p["no_labels"]
        st.toggle(label, key=state.seeded("rising", settings.rising))


def _bold(column: str) -> str:
    return f"**{plain(column[:LONGEST_NAME])}**"


def scaling_control(settings: Settings) -> None:
    """How the input is rescaled."""
    p = words(settings.lang)["page"]
    st.selectbox(
        p["scaling"], SCALINGS, format_func=lambda how: p["scaling_" + how], key=state.seeded("scale", settings.scale)
    )


def show_size(sequence: Sequence, scaling: Scaling, language: str) -> None:
    """The size of the input, and how it was rescaled."""
    p = words(language)["page"]
    note = p["preview"].format(steps=sequence.steps, inputs=sequence.inputs)
    if scaling.how != "none":
        every = list(zip(sequence.channels, scaling.offset, scaling.scale, strict=True))
        parts = [p["scaled_part"].format(channel=plain(c[:40]), offset=subtracted(o), scale=s) for c, o, s in every[:3]]
        if len(every) > 3:
            parts.append(p["scaled_more"].format(count=len(every) - 3))
        note += "  \n" + p["scaled"].format(parts="; ".join(parts))
    st.caption(note)
