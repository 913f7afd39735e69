"""Links of all forms that were ever written: each opens the weights it opened before."""

from urllib.parse import parse_qsl

import pytest

from gruviz.app.compare.sides import Comparison, sides_of
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import source_of
from gruviz.sources.derived import Closed, Converted, Fitted, Initial, Misread, ReadAs
from gruviz.sources.hand_built import Leaky, Preset
from gruviz.sources.link import ORIGINS, source_from
from gruviz.sources.random_init import Random
from gruviz.sources.trained import Shipped
from gruviz.wording.problems import Problem

OPENING = Shipped("delayed_copy", "split")
LINKS = {
    # links of the first forms do not name the weights
    "": (OPENING, "split"),
    "lang=ko": (OPENING, "split"),
    "model=torch": (Shipped("delayed_copy", "torch"), "torch"),
    "lang=ko&model=concat": (OPENING, "concat"),
    "t=30": (Preset("latch"), "split"),
    "hidden=9": (Preset("latch"), "split"),
    "source=numbers&numbers=1+2+3": (Preset("latch"), "split"),
    "weights=latch&t=30&unit=1": (Preset("latch"), "split"),
    "weights=change&model=concat": (Preset("change"), "concat"),
    "weights=reset&model=torch": (Preset("reset"), "torch"),
    "weights=leaky": (Leaky("2, 8, 32"), "split"),
    "weights=leaky&halves=4%2C+9": (Leaky("4, 9"), "split"),
    "weights=random": (Random(16), "split"),
    "weights=random&hidden=8&seed=3&gain=2.5&zbias=1&rbias=-1": (Random(8, 3, 2.5, 1.0, -1.0), "split"),
    "weights=random&hidden=8&model=torch&layers=2&both=1": (
        Random(8, num_layers=2, is_bidirectional=True),
        "torch",
    ),
    "weights=random&hidden=8&layers=2&both=1": (Random(8), "split"),
    "weights=chrono&tmax=50&zbias=2": (Random(16, t_max=50), "split"),
    "weights=chrono&hidden=5&seed=2&model=torch&layers=3": (Random(5, 2, t_max=100, num_layers=3), "torch"),
    "weights=nonsense": (Preset("latch"), "split"),
    # of the two that were trained for a task, links of the first forms name none
    "weights=parity": (Shipped("parity", "split"), "split"),
    "weights=parity&model=torch": (Shipped("parity", "torch"), "torch"),
    "weights=parity&model=concat": (Shipped("parity", "split"), "concat"),
    "weights=parity&trained=torch": (Shipped("parity", "torch"), "split"),
    "weights=parity&trained=split&model=torch": (Shipped("parity", "split"), "torch"),
    "weights=characters&source=text&text=hello": (Shipped("characters", "split"), "split"),
    "weights=delayed_copy&source=synthetic&family=sine&steps=40": (OPENING, "split"),
}
RANDOM = Random(5)
READ = "weights=random&hidden=5&model=torch&vs.what=read&vs.read="
COMPARED = {
    "vs.what=models": (OPENING, OPENING),
    "vs.what=models&vs.other=concat&vs.third=1": (OPENING, OPENING, OPENING),
    "weights=random&hidden=5&vs.what=models&vs.closing=r1": (Closed(RANDOM, "r1"), Closed(RANDOM, "r1")),
    "weights=random&hidden=5&vs.what=models&vs.closing=first": (Closed(RANDOM, "first"), Closed(RANDOM, "first")),
    "weights=parity&vs.what=start": (
        Initial(Shipped("parity", "split"), "start"),
        Shipped("parity", "split"),
    ),
    "weights=parity&vs.what=trained": (Shipped("parity", "split"), Shipped("parity", "torch")),
    "weights=random&hidden=5&vs.what=random&vs.seed=0": (RANDOM, Random(5, 1)),
    "weights=latch&vs.what=random&vs.seed=5": (Preset("latch"), Random(4, 5)),
    "weights=latch&vs.what=what_if&vs.bent=clamp+z+1": (Preset("latch"), Preset("latch")),
    f"{READ}other_reset": (RANDOM, Misread(RANDOM, "other_reset")),
    f"{READ}b_hn_merged": (RANDOM, Misread(RANDOM, "b_hn_merged")),
    f"{READ}as.keras": (RANDOM, ReadAs(RANDOM, "keras")),
    f"{READ}to.onnx": (RANDOM, Converted(RANDOM, "onnx")),
    f"{READ}fit": (RANDOM, Fitted(RANDOM, "fit")),
    f"{READ}as.nothing": (RANDOM, Misread(RANDOM, "other_reset")),
}


def query_of(link):
    return dict(parse_qsl(link, keep_blank_values=True))


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_its_weights(link):
    settings = Settings.opening(query_of(link))
    assert (source_of(settings), settings.model) == LINKS[link]


@pytest.mark.parametrize("link", COMPARED)
def test_a_link_of_compare_opens_its_sides(link):
    query = query_of(link)
    sides = sides_of(Settings.opening(query), Comparison.from_query(query))
    assert tuple(side.source for side in sides) == COMPARED[link]


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("weights=mine&mine=0123456789abcdef", "model_gone"),
        ("vs.what=training&vs.mine=abc.5", "training_gone"),
        ("vs.what=training&vs.mine=abc.5&vs.since=2", "training_gone"),
    ],
)
def test_what_is_not_on_this_server_is_one_sentence(link, key):
    query = query_of(link)
    with pytest.raises(Problem) as caught:
        sides_of(Settings.opening(query), Comparison.from_query(query))
    assert caught.value.key == key


@pytest.mark.parametrize("source", dict.fromkeys(source for source, _ in LINKS.values()), ids=repr)
def test_the_fields_of_a_source_give_it_back(source):
    settings = Settings()
    defaults = {name: getattr(settings, name) for origin in ORIGINS.values() for name in origin.link_fields}
    assert source_from(defaults | {"model": "torch"} | source.to_link(), {}.get) == source


@pytest.mark.parametrize("name", ORIGINS)
def test_the_fields_that_count_are_fields_of_the_link(name):
    origin = ORIGINS[name]
    for kind in ("split", "concat", "torch"):
        assert set(origin.fields_for(name, kind)) <= set(origin.link_fields)
