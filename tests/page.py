"""The page as the tests of its parts see it: opened on a link, read, asked."""

import base64
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner

from gruviz.protocol.message import unpack
from gruviz.protocol.shared_data import whole

APP = str(Path(__file__).resolve().parents[1] / "gruviz" / "app" / "pages.py")


def opened(**query):
    """A fresh session on exactly this link; a name with a dot comes as p__gap."""
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in query.items():
        at.query_params[name.replace("__", ".")] = str(value)
    return at.run()


def sound(at):
    assert not at.exception, [each.message for each in at.exception]
    assert [each.value for each in at.error] == []
    over = [unpack(each.proto.bytes)[0]["status"] for each in at.get("bidi_component") if is_stage(each.proto)]
    assert [each["text"] for each in over if each is not None and each["kind"] == "problem"] == []
    return at


def is_stage(proto):
    return proto.component_name == "gruviz_stage"


def component(at, name):
    (found,) = [each.proto for each in at.get("bidi_component") if each.proto.component_name == f"gruviz_{name}"]
    return found


def scene(at):
    """The header and the arrays the stage gets, once the browser has put in what scenes have alike."""
    header, arrays = unpack(component(at, "stage").bytes)
    header.pop("alike")
    return whole(header), arrays


def payload(at):
    """What the page tells the browser beside the stage."""
    return unpack(component(at, "courier").bytes)[0]["page"]


def drawn(at, gate):
    """The numbers of one panel of the stage, unit x step."""
    return scene(at)[1][gate].T


def numbers_drawn(at):
    """All of the stage's numbers, to tell whether two pictures are the same."""
    # NaN, where nothing is due, is not equal to itself
    return {name: np.where(np.isnan(array), None, array).tolist() for name, array in scene(at)[1].items()}


def figure(at, key="gates"):
    """A Plotly figure on the page."""
    return json.loads(next(each.proto.spec for each in at.get("plotly_chart") if each.key == key))


def plotted(at, gate, key="gates", axis="z"):
    """The numbers of one trace of a Plotly figure."""
    array = next(each[axis] for each in figure(at, key)["data"] if each.get("name") == gate)
    if not isinstance(array, dict):
        return np.array(array)
    flat = np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])
    return flat.reshape([int(k) for k in str(array.get("shape", flat.size)).split(",")])


def said(at):
    """Every word in the main area."""
    kinds = ("markdown", "caption", "info", "latex", "error")
    return "\n".join(each.value for kind in kinds for each in getattr(at.main, kind))


def status(at):
    """What is said over the stage."""
    return scene(at)[0]["status"]


def told(at):
    """All that is said over the stage, what is behind "more" too, and what is on its button."""
    found = status(at)
    return "\n".join([found["text"], found["more"], *(found["act"] or ())[2:]])


def noted(at):
    """The note over the stage; "" where there is none."""
    return status(at)["text"] if status(at)["kind"] == "note" else ""


def offered(at, name):
    """The texts of the choices over the stage, by value."""
    (menu,) = [each for each in scene(at)[0]["menus"] if each["name"] == name]
    return {choice["value"]: choice["text"] for _, choices in menu["groups"] for choice in choices}


def choose(at, name, value):
    """Choose something over the stage."""
    return send(at, {"name": name, "value": value}, event="choose", whole=True)


def counted(settings):
    """What of settings makes the picture, and so is in its link."""
    return {name: getattr(settings, name) for name in (*settings.counting, "parameters" if settings.known else "lang")}


def unescaped(text):
    return text.replace("\\", "")


def shown_by(at):
    """The error sentence: over the stage, or where there is none, on the page, without Markdown's backslashes."""
    assert not at.exception
    if at.error:
        (error,) = at.error
        return unescaped(error.value)
    assert status(at)["kind"] == "problem"
    return status(at)["text"]


def send(at, value, event="ask", whole=False, key="explore", of="courier"):
    """What the browser sends through the courier, a question of one stage or the theme; or through another component.

    It runs the fragment alone, as a browser asks for it, or the whole page. After a fragment's run `at` holds what
    the fragment drew and nothing else.
    """
    states = at._tree.get_widget_states()
    sent = states.widgets.add()
    sent.id = _make_trigger_id(component(at, of).id, "events")
    sent.json_trigger_value = json.dumps([{"event": event, "value": {key: value} if event == "ask" else value}])
    with pytest.MonkeyPatch.context() as patch:
        if not whole:
            # in the order they are drawn
            fragment = list(at._fragment_storage._fragments)[["courier", "seen", "inview"].index(of)]
            patch.setattr(local_script_runner, "RerunData", partial(RerunData, fragment_id=fragment))
        return at._run(states)


def looked(at):
    """The page once its checks have come into view: they are computed then, and not before."""
    return send(at, scene(at)[0]["trace"]["id"], event="look", whole=True, of="inview")


def reply(at, key="explore"):
    """The header and the arrays of the reply on its way to a stage."""
    header, arrays = unpack(component(at, "courier").bytes)
    return header["replies"].get(key), {name.removeprefix(f"{key}/"): array for name, array in arrays.items()}
