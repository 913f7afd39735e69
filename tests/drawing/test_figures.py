"""The figures against the arrays they draw: values, axes, colours, words, and a bounded size."""

import html
import re
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.drawing.colours import LINES, LINES_DARK, NOT_A_NUMBER, OUT_OF_RANGE, colorscale, gate_domain
from gruviz.drawing.figures import COLUMNS, ROWS, heatmaps, pooling_of, step_bars, unit_lines
from gruviz.tracing.gate_trace import GateTrace, TraceMeta
from gruviz.wording.words import words

GATES = ("z", "r", "n", "h")
EIGHT_MB = 8_000_000


def made(steps=12, units=5, inputs=2, layers=1, batch=1, labels=(), both=False, seed=0, **changed):
    """A trace of random arrays, no model behind it; `changed` puts other arrays in."""
    rng = np.random.default_rng(seed)
    shape = (layers * (1 + both), batch, steps, units)
    arrays = {g: rng.uniform(0 if g in "zr" else -1, 1, shape).astype(np.float32) for g in GATES}
    arrays["x"] = rng.normal(size=(batch, steps, inputs)).astype(np.float32)
    arrays["h0"] = np.zeros((shape[0], batch, units), np.float32)
    for name, array in changed.items():
        arrays[name] = np.asarray(array, np.float32).reshape(arrays[name].shape)
    meta = TraceMeta("split", "before", inputs, units, layers, both, True, "float32", steps, batch)
    return GateTrace(**arrays, labels=tuple(labels), meta=meta)


def panel(figure, name):
    found = [each for each in figure.data if each.name == name]
    assert len(found) == 1, name
    return found[0]


def texts(figure):
    """Annotations without markup, line breaks as spaces."""
    return [re.sub(r"<[^>]+>", "", each.text.replace("<br>", " ")) for each in figure.layout.annotations]


def hover(figure, drawn, column, row):
    """What Plotly's hover says at a cell of a heatmap: its template filled in, the time axis naming its steps."""
    scope = {"x": drawn.x[column], "y": drawn.y[row], "z": drawn.z[row][column]}
    scope["x"] = (figure.layout.xaxis.labelalias or {}).get(f"{scope['x']:g}", scope["x"])
    if drawn.customdata is not None:
        scope["customdata"] = drawn.customdata[row][column]
    if drawn.text is not None:
        scope["text"] = drawn.text[row][column]

    def fill(match):
        name, index, form = match.groups()
        value = scope[name] if index is None else scope[name][int(index)]
        if form is not None:
            return format(float(value), form)
        return f"{value:g}" if isinstance(value, float | np.floating) else str(value)

    text = re.sub(r"%\{(\w+)(?:\[(\d)\])?(?::([^}]*))?\}", fill, drawn.hovertemplate)
    text = re.sub(r"<[^>]+>", "", text.replace("<extra></extra>", "").replace("<br>", "\n"))
    return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ")


def ticks(figure):
    """(step, text) of every labelled tick of the time axis."""
    axis = figure.layout.xaxis
    return [(step, axis.labelalias[str(step)]) for step in axis.tickvals]


def block(values, steps_each, units_each, statistic):
    """(row, column) of the pooled (time, unit) values, by a plain loop."""
    how = {"mean": np.mean, "low": np.min, "high": np.max}[statistic]
    steps, units = values.shape
    return np.array(
        [
            [how(values[t : t + steps_each, u : u + units_each].astype(float)) for t in range(0, steps, steps_each)]
            for u in range(0, units, units_each)
        ]
    )


# ---- heatmaps: what is drawn


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_one_figure_with_input_z_r_candidate_and_hidden_top_to_bottom(language, theme):
    figure = heatmaps(made(), language=language, theme=theme)
    assert isinstance(figure, go.Figure)
    assert [each.name for each in figure.data if each.type == "heatmap"] == list(GATES)
    domains = [figure.layout[f"yaxis{k or ''}"].domain for k in ("", 2, 3, 4, 5)]
    for above, below in pairwise(domains):
        assert above[1] > above[0] > below[1]
    assert domains[-1][0] >= 0
    assert domains[0][1] <= 1
    assert [panel(figure, gate).yaxis for gate in GATES] == ["y2", "y3", "y4", "y5"]
    assert {each.yaxis for each in figure.data if each.type == "scatter"} == {"y"}


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 7), st.integers(0, 99))
def test_a_small_trace_is_drawn_value_by_value(steps, units, inputs, seed):
    trace = made(steps, units, inputs, seed=seed)
    figure = heatmaps(trace)
    for gate in GATES:
        drawn = panel(figure, gate)
        assert np.array_equal(drawn.z, getattr(trace, gate)[0, 0].T)  # unit x step
        assert drawn.x.tolist() == list(range(steps))
        assert drawn.y.tolist() == list(range(units))


@pytest.mark.parametrize("inputs", [1, 2, 4, 5, 30, 200])
@pytest.mark.parametrize("labels", [(), tuple("abcdefghijkl")])
def test_everything_stands_on_one_time_axis(inputs, labels):
    h = np.zeros((12, 5))
    h[3] = np.nan
    figure = heatmaps(made(inputs=inputs, labels=labels, h=h))
    assert {each.xaxis or "x" for each in figure.data} == {"x"}
    assert [key for key in figure.to_dict()["layout"] if key.startswith("xaxis")] == ["xaxis"]
    assert list(figure.layout.xaxis.range) == [-0.5, 11.5]


def test_layer_and_batch_are_chosen_from_the_arrays():
    trace = made(layers=2, both=True, batch=3)
    for layer in range(4):
        for batch in range(3):
            figure = heatmaps(trace, layer=layer, batch=batch)
            for gate in GATES:
                assert np.array_equal(panel(figure, gate).z, getattr(trace, gate)[layer, batch].T)
            drawn = [each.y for each in figure.data if each.type == "scatter"]
            assert np.array_equal(np.stack(drawn, 1), trace.x[batch])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 19), st.integers(0, 19))
def test_a_window_holds_both_its_ends(a, b):
    first, last = min(a, b), max(a, b)
    trace = made(20, labels=[f"s{k}" for k in range(20)])
    figure = heatmaps(trace, window=(first, last))
    for gate in GATES:
        drawn = panel(figure, gate)
        assert drawn.x.tolist() == list(range(first, last + 1))
        assert np.array_equal(drawn.z, getattr(trace, gate)[0, 0, first : last + 1].T)
        assert f"step {first}\ns{first}\n" in hover(figure, drawn, 0, 0)
    assert list(figure.layout.xaxis.range) == [first - 0.5, last + 0.5]
    assert ticks(figure)[0] == (first, f"{first}<br>s{first}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"layer": 2}, "layer is 2; this trace has layer 0 to 1"),
        ({"layer": -1}, "layer is -1"),
        ({"batch": 3}, "batch is 3; this trace has batch 0 to 2"),
        ({"batch": -1}, "batch is -1"),
        ({"window": (0, 12)}, "steps 0 to 12 are asked for; this trace has steps 0 to 11"),
        ({"window": (-1, 3)}, "steps -1 to 3"),
        ({"window": (5, 4)}, "steps 5 to 4"),
    ],
)
@pytest.mark.parametrize("draw", [heatmaps, lambda trace, **more: unit_lines(trace, 0, **more)])
def test_what_is_not_in_the_trace_is_named(draw, arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw(made(layers=2, batch=3), **arguments)


# ---- colours


@pytest.mark.parametrize("scale", [0.001, 1, 50])
def test_colour_domains_are_fixed_whatever_the_data(scale):
    rng = np.random.default_rng(0)
    trace = made(**{gate: rng.normal(size=(12, 5)) * scale for gate in GATES})
    layout = heatmaps(trace).layout
    assert (layout.coloraxis.cmin, layout.coloraxis.cmax) == (0, 1)
    assert (layout.coloraxis2.cmin, layout.coloraxis2.cmax) == (-1, 1)


@pytest.mark.parametrize("inputs", [1, 9])
def test_there_is_one_colour_bar_per_domain_beside_its_panels(inputs):
    figure = heatmaps(made(inputs=inputs))
    layout = figure.layout
    assert [panel(figure, gate).coloraxis for gate in GATES] == ["coloraxis", "coloraxis", "coloraxis2", "coloraxis2"]
    for axis, (lower, upper) in {"coloraxis": ("r", "z"), "coloraxis2": ("h", "n")}.items():
        bar = layout[axis].colorbar
        assert layout[axis].showscale is not False
        low = layout["yaxis" + panel(figure, lower).yaxis[1:]].domain[0]
        high = layout["yaxis" + panel(figure, upper).yaxis[1:]].domain[1]
        assert (bar.y, bar.yanchor, bar.lenmode) == (low, "bottom", "fraction")
        assert bar.y + bar.len == pytest.approx(high)
        assert {min(bar.tickvals), max(bar.tickvals)} == {layout[axis].cmin, layout[axis].cmax}
    bars = [key for key in figure.to_dict()["layout"] if key.startswith("coloraxis")]
    assert bars == ["coloraxis", "coloraxis2"] + ["coloraxis3"] * (inputs > 4) or set(bars) == {
        "coloraxis",
        "coloraxis2",
    } | ({"coloraxis3"} if inputs > 4 else set())
    # no heatmap brings a bar of its own
    assert all(each.coloraxis or each.showscale is False for each in figure.data if each.type == "heatmap")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palettes_are_those_of_the_theme(theme):
    layout = heatmaps(made(), theme=theme).layout
    for axis, gate in (("coloraxis", "z"), ("coloraxis2", "h")):
        assert [list(stop) for stop in layout[axis].colorscale] == colorscale(gate_domain(gate), theme)


@pytest.mark.parametrize("draw", [heatmaps, lambda t, **m: step_bars(t, 0, **m), lambda t, **m: unit_lines(t, 0, **m)])
def test_dark_and_light_differ_in_ink_and_are_transparent_to_the_page(draw):
    light, dark = draw(made(), theme="light").layout, draw(made(), theme="dark").layout
    assert light.font.color != dark.font.color
    assert int(light.font.color[1:3], 16) < 128 < int(dark.font.color[1:3], 16)
    for layout in (light, dark):
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_the_hidden_state_is_drawn_in_other_colours_in_the_dark():
    light, dark = heatmaps(made()), heatmaps(made(), theme="dark")
    assert light.layout.coloraxis2.colorscale != dark.layout.coloraxis2.colorscale


# ---- words


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_panel_has_its_title_above_and_one_sentence_below(language):
    w = words(language)
    figure = heatmaps(made(), language=language)
    said, notes = texts(figure), figure.layout.annotations
    for name, axis in zip(("x", *GATES), ("yaxis", "yaxis2", "yaxis3", "yaxis4", "yaxis5"), strict=True):
        low, high = figure.layout[axis].domain
        title = w["gates"][name] + (f" · {w['figure']['keeps']}" if name == "z" else "")
        above, below = notes[said.index(title)], notes[said.index(w["captions"][name])]
        assert (above.y, above.yanchor, above.yref) == (high, "bottom", "paper")
        assert (below.y, below.yanchor, below.yref) == (low, "top", "paper")
        assert below.yshift <= 0
    assert sum("z = 1" in text and w["figure"]["keeps"] in text for text in said) == 1


def test_z_is_titled_in_both_languages_with_what_one_means():
    assert any("z = 1 keeps" in text for text in texts(heatmaps(made(), language="en")))
    assert any("z = 1이면 유지" in text for text in texts(heatmaps(made(), language="ko")))


def test_captions_wrap_for_a_phone_and_lose_no_word():
    for language in ("en", "ko"):
        for note in heatmaps(made(), language=language).layout.annotations:
            lines = re.sub(r"</?b>", "", note.text).split("<br>")
            wide = [sum(1.8 if ord(letter) > 0x1100 else 1 for letter in line) for line in lines]
            assert max(wide) < 62


MEANING = {
    "en": {
        "z": "keeps 93.00% of h",
        "r": "lets 93.00% of the previous state into the candidate",
        "n": "written with weight 1 − z",
        "h": "is the new hidden state",
    },
    "ko": {"z": "h의 93.00%를 유지", "r": "이전 상태의 93.00%가 후보에", "n": "가중치 1 − z", "h": "새 은닉 상태"},
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("gate", GATES)
def test_hover_says_gate_step_label_unit_value_and_meaning(gate, language):
    values = np.zeros((12, 5))
    values[7, 3] = 0.93
    trace = made(labels=[f"name{k}" for k in range(12)], **{gate: values})
    figure = heatmaps(trace, language=language)
    said = hover(figure, panel(figure, gate), 7, 3)
    w = words(language)
    assert said.startswith(w["gates"][gate])
    for part in ("7\nname7\n", f"{gate} = 0.9300", MEANING[language][gate]):
        assert part in said
    unit, step = {"en": ("unit 3", "step 7"), "ko": ("유닛 3", "스텝 7")}[language]
    assert unit in said
    assert step in said
    assert not re.search(r"[{}%]\{|customdata", said)


def test_hover_without_labels_names_the_step_alone():
    figure = heatmaps(made())
    said = hover(figure, panel(figure, "z"), 7, 3)
    assert re.search(r"unit 3 · step 7$", said, re.MULTILINE)


def test_hover_of_a_pooled_cell_says_how_many_and_all_three_numbers():
    trace = made(1800, 200)
    figure = heatmaps(trace)
    said = hover(figure, panel(figure, "z"), 2, 1)
    cells = trace.z[0, 0, 6:9, 3:6]
    assert "3 steps around 7" in said
    assert "3 units around 4" in said
    assert f"low {cells.min():.3f} · mean {cells.mean():.3f} · high {cells.max():.3f}" in said
    # a mean of several z keeps nothing: no sentence about one cell
    assert "keeps" not in said


def test_named_units_stand_on_the_unit_axis():
    names = ("latch", "mirror", "half-way", "follower", "x")
    layout = heatmaps(made(), units=names).layout
    for axis in ("yaxis2", "yaxis3", "yaxis4", "yaxis5"):
        assert list(layout[axis].ticktext) == list(names)
        assert list(layout[axis].tickvals) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("units", [1, 5, 40, 96, 200])
def test_the_first_unit_is_on_top_and_every_cell_is_inside(units):
    figure = heatmaps(made(units=units))
    for gate in GATES:
        drawn = panel(figure, gate)
        bottom, top = figure.layout["yaxis" + drawn.yaxis[1:]].range
        assert bottom > top
        half = (drawn.y[1] - drawn.y[0]) / 2 if len(drawn.y) > 1 else 0.5
        assert top <= drawn.y[0] - half + 1e-9
        assert bottom >= drawn.y[-1] + half - 1e-9


def test_labels_stand_on_the_time_axis_under_their_steps():
    labels = [""] * 30
    labels[4], labels[20] = "set", "reset"
    assert ticks(heatmaps(made(30, labels=labels))) == [(4, "4<br>set"), (20, "20<br>reset")]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 600), st.integers(1, 30))
def test_labels_on_the_axis_never_crowd_and_are_never_wrong(steps, length):
    labels = [chr(97 + k % 26) * length for k in range(steps)]
    shown = ticks(heatmaps(made(steps, 1, 1, labels=labels)))
    assert 1 <= len(shown) <= 40
    assert len(shown) * 7 * length <= 640 or len(shown) <= 3
    for step, text in shown:
        assert text == f"{step}<br>{labels[step]}"


def test_labels_are_in_every_panel_of_a_wide_input_too():
    figure = heatmaps(made(labels=[f"name{k}" for k in range(12)], inputs=9))
    assert "step 7\nname7\n" in hover(figure, panel(figure, "x"), 7, 3)


@pytest.mark.parametrize("inputs", [1, 4])
def test_labels_are_in_the_hover_of_the_input_lines(inputs):
    figure = heatmaps(made(labels=[f"name{k}" for k in range(12)], inputs=inputs))
    assert figure.layout.xaxis.labelalias["7"] == "7<br>name7"
    for drawn in figure.data[:inputs]:
        assert "step %{x}" in drawn.hovertemplate  # the axis names the step


@pytest.mark.parametrize("steps", [600, 1300])
def test_every_steps_label_is_in_hover_also_where_its_tick_is_not(steps):
    axis = heatmaps(
        made(steps, 2, 1, labels=[f"name{k}" for k in range(steps)]), window=(steps - 200, steps - 1)
    ).layout.xaxis
    assert axis.labelalias == {str(k): f"{k}<br>name{k}" for k in range(steps - 200, steps)}
    assert axis.hoverformat == axis.tickformat == "d"  # else Plotly would look for another text


def test_pooled_units_do_not_take_the_labels_off_the_time_axis():
    figure = heatmaps(made(12, 200, labels=[f"name{k}" for k in range(12)]))
    assert "7<br>name7" in figure.layout.xaxis.labelalias.values()


def test_pooled_units_do_not_take_the_label_out_of_hover():
    figure = heatmaps(made(12, 200, labels=[f"name{k}" for k in range(12)]))
    assert "name7" in hover(figure, panel(figure, "z"), 7, 3)


# ---- not a number, out of range


def overlays(figure):
    """Heatmaps beside the four gates and the input."""
    return [each for each in figure.data if each.type == "heatmap" and each.name not in ("x", *GATES)]


def test_a_clean_trace_has_no_marks_and_no_legend_for_them():
    trace = gruviz.trace(gruviz.SplitGRU(1, 4), np.random.default_rng(0).normal(size=(40, 1)) * 50)
    figure = heatmaps(trace)
    assert overlays(figure) == []
    assert not any(each.legendgroup for each in figure.data)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("gate", GATES)
def test_nan_and_out_of_range_are_seen_apart(gate, language):
    values = np.full((12, 5), 0.5)
    values[2, 1], values[3, 4], values[4, 0], values[5, 2] = np.nan, 1.5, -1.5, np.inf
    figure = heatmaps(made(**{gate: values}), language=language)
    w = words(language)["figure"]
    found = overlays(figure)
    assert [each.colorscale[0][1] for each in found] == [NOT_A_NUMBER, OUT_OF_RANGE]
    nan, outside = found
    assert np.argwhere(np.isfinite(np.asarray(nan.z, float))).tolist() == [[1, 2]]
    assert np.argwhere(np.isfinite(np.asarray(outside.z, float))).tolist() == [[0, 4], [2, 5], [4, 3]]
    base = panel(figure, gate)
    for mark in found:
        assert {colour for _, colour in mark.colorscale} == {mark.colorscale[0][1]}
        assert (mark.yaxis, mark.showscale) == (base.yaxis, False)
        assert list(figure.data).index(mark) > list(figure.data).index(base)  # drawn over it
        assert np.array_equal(mark.x, base.x)
        assert np.array_equal(mark.y, base.y)
    assert w["not_a_number"] in hover(figure, nan, 2, 1)
    assert "nan" in hover(figure, nan, 2, 1)
    assert w["out_of_range"] in hover(figure, outside, 3, 4)
    assert f"{gate} = 1.5" in hover(figure, outside, 3, 4)
    legend = {each.name: each.marker.color for each in figure.data if each.legendgroup}
    assert legend == {w["not_a_number"]: NOT_A_NUMBER, w["out_of_range"]: OUT_OF_RANGE}
    assert all(each.showlegend for each in figure.data if each.legendgroup)


def test_a_mark_stands_in_the_legend_once_however_many_panels_have_it():
    nan = np.full((12, 5), np.nan)
    figure = heatmaps(made(z=nan, r=nan, n=nan, h=nan))
    assert len(overlays(figure)) == 4
    assert len([each for each in figure.data if each.legendgroup]) == 1


@pytest.mark.parametrize("statistic", ["mean", "low", "high"])
def test_one_bad_value_is_seen_through_pooling(statistic):
    h = np.zeros((6000, 8))
    h[1234, 5] = 1.2
    h[4321, 2] = np.nan
    figure = heatmaps(made(6000, 8, 1, h=h), statistic=statistic)
    found = {
        each.colorscale[0][1]: np.argwhere(np.isfinite(np.asarray(each.z, float))).tolist() for each in overlays(figure)
    }
    assert found == {OUT_OF_RANGE: [[5, 123]], NOT_A_NUMBER: [[2, 432]]}


def test_out_of_range_input_weights_do_not_hide_that_a_real_model_diverged():
    model = gruviz.SplitGRU(1, 3)
    trace = gruviz.trace(model, np.array([[0.0], [np.nan], [0.0]]))
    marks = {each.name.split()[0] for each in overlays(heatmaps(trace))}
    assert marks == set(GATES)


# ---- size


@pytest.mark.parametrize(
    ("steps", "units", "inputs"), [(100_000, 8, 1), (2000, 1024, 4), (601, 97, 1024), (100_000, 200, 5), (1, 1024, 1)]
)
def test_what_is_sent_is_bounded_whatever_the_trace(steps, units, inputs):
    shape = (1, 1, steps, units)
    rng = np.random.default_rng(0)
    row = rng.uniform(0.01, 0.99, shape[-1]).astype(np.float32)
    same = np.broadcast_to(row, shape) if steps * units > 3e6 else (rng.random(shape, np.float32))
    meta = TraceMeta("split", "before", inputs, units, 1, False, True, "float32", steps, 1)
    x = rng.random((1, steps, inputs), np.float32)
    trace = GateTrace(same, same, same, same, x, np.zeros((1, 1, units), np.float32), (), meta)
    figure = heatmaps(trace)
    for drawn in figure.data:
        if drawn.type == "heatmap":
            assert np.asarray(drawn.z).shape[0] <= ROWS <= 96
            assert np.asarray(drawn.z).shape[1] <= COLUMNS <= 600
        else:
            assert len(drawn.x) <= (2 * COLUMNS if drawn.fill == "toself" else COLUMNS)
    assert len(figure.to_json()) < EIGHT_MB
    assert len(unit_lines(trace, 0).to_json()) < 500_000
    assert len(step_bars(trace, 0).to_json()) < 100_000


def test_marks_everywhere_stay_bounded():
    bad = np.where(np.arange(1200 * 192).reshape(1200, 192) % 7 < 3, np.nan, 7.0)
    figure = heatmaps(made(1200, 192, 8, **dict.fromkeys(GATES, bad)))
    assert len(overlays(figure)) == 4
    far = np.full((1200, 192), -123.456)
    assert len(heatmaps(made(1200, 192, 8, **dict.fromkeys(GATES, far))).to_json()) < 1.25 * EIGHT_MB
    mixed = np.full((600, 96), 123.456)
    mixed[::2] = np.nan
    assert len(heatmaps(made(600, 96, 8, **dict.fromkeys(GATES, mixed))).to_json()) < 1.25 * EIGHT_MB


@pytest.mark.parametrize("length", [3, 12, 256])
def test_labels_however_long_stay_bounded(length):
    labels = [(chr(97 + k % 26) * length) for k in range(600)]
    assert len(heatmaps(made(600, 96, 30, labels=labels)).to_json()) < EIGHT_MB


@pytest.mark.parametrize(("steps", "units"), [(1200, 5), (12, 200), (601, 97)])
@pytest.mark.parametrize("statistic", ["mean", "low", "high"])
def test_a_pooled_cell_shows_the_chosen_statistic(steps, units, statistic):
    trace = made(steps, units, 1)
    figure = heatmaps(trace, statistic=statistic)
    steps_each, units_each = pooling_of(trace)
    assert (steps_each, units_each) == (-(-steps // 600), -(-units // 96))
    for gate in GATES:
        drawn = panel(figure, gate)
        wanted = block(getattr(trace, gate)[0, 0], steps_each, units_each, statistic)
        np.testing.assert_allclose(drawn.z, wanted, atol=1e-6)
        assert drawn.x[0] == (steps_each - 1) / 2
        assert drawn.y[0] == (units_each - 1) / 2
    three = [block(trace.h[0, 0], steps_each, units_each, how) for how in ("low", "mean", "high")]
    np.testing.assert_allclose(panel(figure, "h").customdata, np.stack(three, -1), atol=1e-6)


def test_pooling_follows_the_window():
    trace = made(1800, 5, 1)
    assert pooling_of(trace) == (3, 1)
    assert pooling_of(trace, (0, 599)) == pooling_of(trace, (700, 1299)) == (1, 1)
    assert pooling_of(trace, (0, 600)) == (2, 1)
    assert np.array_equal(panel(heatmaps(trace, window=(700, 1299)), "h").z, trace.h[0, 0, 700:1300].T)
    drawn = panel(heatmaps(trace, window=(700, 1300)), "h")
    np.testing.assert_allclose(drawn.z, block(trace.h[0, 0, 700:1301], 2, 1, "mean"), atol=1e-6)
    assert drawn.x[:2].tolist() == [700.5, 702.5]


def test_drawing_leaves_the_trace_alone():
    trace = made(1300, 100, 7)
    before = {name: getattr(trace, name).copy() for name in ("r", "z", "n", "h", "x")}
    heatmaps(trace)
    for name, array in before.items():
        assert np.array_equal(getattr(trace, name), array)


# ---- the input strip


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
def test_few_inputs_are_lines_under_their_names(inputs):
    trace = made(inputs=inputs)
    names = ["set", "reset", "third", "fourth"][:inputs]
    figure = heatmaps(trace, channels=names)
    drawn = [each for each in figure.data if each.type == "scatter"]
    assert [each.name for each in drawn] == names
    assert all(bool(each.showlegend) == (inputs > 1) for each in drawn)
    assert len({each.line.color for each in drawn}) == inputs
    for i, each in enumerate(drawn):
        assert np.array_equal(each.y, trace.x[0, :, i])
        assert each.x.tolist() == list(range(12))
        assert names[i] in each.hovertemplate


@pytest.mark.parametrize("inputs", [5, 12, 96])
def test_many_inputs_are_colour(inputs):
    trace = made(inputs=inputs)
    figure = heatmaps(trace)
    assert not [each for each in figure.data if each.type == "scatter"]
    drawn = panel(figure, "x")
    assert np.array_equal(drawn.z, trace.x[0].T)
    assert drawn.yaxis in (None, "y")
    axis = figure.layout[drawn.coloraxis]
    extent = float(np.abs(trace.x).max())
    assert (axis.cmin, axis.cmax) == (-extent, extent)
    assert len(axis.colorbar.to_plotly_json()) > 0
    assert drawn.coloraxis not in {panel(figure, gate).coloraxis for gate in GATES}


def test_an_input_of_infinite_values_is_drawn_all_the_same():
    x = np.zeros((1200, 6))
    x[:2, 0] = np.inf, -np.inf
    assert panel(heatmaps(made(1200, 5, 6, x=x)), "x").z.shape == (6, 600)


# ---- one step


def test_bars_are_the_values_of_one_step_on_fixed_ranges():
    trace = made(layers=2, batch=2)
    figure = step_bars(trace, 7, layer=1, batch=1, units=tuple("abcde"), selected=3)
    assert [each.name for each in figure.data] == list(GATES)
    for drawn in figure.data:
        wanted = getattr(trace, drawn.name)[1, 1, 7]
        assert drawn.type == "bar"
        assert np.array_equal(drawn.x, wanted)
        assert drawn.y.tolist() == [0, 1, 2, 3, 4]
        axis = figure.layout["xaxis" + (drawn.xaxis or "x")[1:]]
        low = 0 if drawn.name in "zr" else -1
        assert list(axis.range) == [low, 1]
        assert (drawn.marker.cmin, drawn.marker.cmax) == (low, 1)
        assert np.array_equal(drawn.marker.color, wanted)
        outline = np.asarray(drawn.marker.line.width)
        assert (outline > 0).tolist() == [False, False, False, True, False]
        assert drawn.name in axis.title.text
        assert "%{x:.4f}" in drawn.hovertemplate
        assert "%{z" not in drawn.hovertemplate
    assert list(figure.layout.yaxis.ticktext) == list("abcde")


def test_bars_stand_side_by_side_and_none_is_outlined_unless_chosen():
    figure = step_bars(made(), 0)
    domains = [figure.layout[f"xaxis{k}"].domain for k in ("", 2, 3, 4)]
    assert all(a[1] < b[0] for a, b in pairwise(domains))
    assert not any(np.any(each.marker.line.width) for each in figure.data)
    chosen = step_bars(made(), 0, selected=0)
    assert np.asarray(chosen.data[0].marker.line.width).tolist()[0] > 0


def test_bars_of_a_wide_model_are_pooled_and_the_chosen_units_row_is_outlined():
    trace = made(3, 200, 1)
    figure = step_bars(trace, 1, selected=100)
    for drawn in figure.data:
        assert len(drawn.x) == 67
        np.testing.assert_allclose(drawn.x, block(getattr(trace, drawn.name)[0, 0, 1:2], 1, 3, "mean")[:, 0], atol=1e-6)
        assert np.flatnonzero(drawn.marker.line.width).tolist() == [33]
        assert "3 units around" in drawn.hovertemplate


@pytest.mark.parametrize("arguments", [{"step": 12}, {"step": -1}, {"step": 0, "layer": 1}, {"step": 0, "batch": 1}])
def test_bars_of_what_is_not_there_are_refused(arguments):
    with pytest.raises(ValueError, match="this trace has"):
        step_bars(made(), **arguments)


# ---- one unit


@pytest.mark.parametrize(("theme", "colours"), [("light", LINES), ("dark", LINES_DARK)])
def test_lines_are_the_values_of_one_unit_on_fixed_ranges(theme, colours):
    trace = made(layers=2, batch=2)
    figure = unit_lines(trace, 3, layer=1, batch=1, theme=theme)
    assert [each.name for each in figure.data] == list(GATES)
    for drawn in figure.data:
        assert np.array_equal(drawn.y, getattr(trace, drawn.name)[1, 1, :, 3])
        assert drawn.x.tolist() == list(range(12))
        assert drawn.line.color == colours[drawn.name]
        assert drawn.yaxis == ("y" if drawn.name in "zr" else "y2")
        assert "%{y:.4f}" in drawn.hovertemplate
        assert "%{z" not in drawn.hovertemplate
        assert "step" in drawn.hovertemplate
    for axis, (low, high) in {"yaxis": (0, 1), "yaxis2": (-1, 1)}.items():
        bottom, top = figure.layout[axis].range
        assert low - 0.1 < bottom <= low
        assert high <= top < high + 0.1
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert list(figure.layout.xaxis.range) == [-0.5, 11.5]
    # r and the candidate are told from z and h without colour too
    dashes = {each.name: each.line.dash for each in figure.data}
    assert dashes["z"] != dashes["r"]
    assert dashes["h"] != dashes["n"]


def test_lines_follow_the_window():
    trace = made()
    figure = unit_lines(trace, 1, window=(3, 8))
    assert panel(figure, "h").x.tolist() == [3, 4, 5, 6, 7, 8]
    assert np.array_equal(panel(figure, "h").y, trace.h[0, 0, 3:9, 1])
    assert list(figure.layout.xaxis.range) == [2.5, 8.5]


def test_lines_of_a_long_trace_are_means_in_a_band_of_extremes():
    trace = made(3000, 4, 1)
    figure = unit_lines(trace, 2)
    for gate in GATES:
        values = trace.__getattribute__(gate)[0, 0, :, 2:3]
        drawn, band = panel(figure, gate), panel(figure, f"{gate} range")
        np.testing.assert_allclose(drawn.y, block(values, 5, 1, "mean")[0], atol=1e-6)
        high, low = np.split(np.asarray(band.y), 2)
        assert np.array_equal(high, block(values, 5, 1, "high")[0].astype(np.float32))
        assert np.array_equal(low[::-1], block(values, 5, 1, "low")[0].astype(np.float32))
        assert np.array_equal(band.x, np.concatenate([drawn.x, drawn.x[::-1]]))
        assert not band.showlegend
        assert band.yaxis == drawn.yaxis
        assert "5 steps around" in drawn.hovertemplate


@pytest.mark.parametrize("unit", [5, -1])
def test_a_unit_that_is_not_there_is_named(unit):
    with pytest.raises(ValueError, match=f"unit is {unit}; this trace has units 0 to 4"):
        unit_lines(made(), unit)


def bands(figure):
    return [drawn for drawn in figure.data if drawn.type == "scatter" and drawn.fill == "toself"]


def test_a_pooled_input_shows_its_lowest_and_highest_as_a_band():
    trace = made(1800, 2, 2)
    first, _ = bands(heatmaps(trace))
    cells = trace.x[0, :, 0].reshape(600, 3)
    y = np.asarray(first.y)
    np.testing.assert_array_equal(y[:600], cells.max(1))
    np.testing.assert_array_equal(y[600:][::-1], cells.min(1))
    assert not bands(heatmaps(made(100, 2, 2)))
