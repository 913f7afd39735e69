"""Settings <-> Streamlit's session: the one place that knows how widgets and Settings meet.

Every widget's key is its Settings field with a prefix. A widget that is not drawn loses its own state, so the last
Settings are kept beside it and seed it again. No widget has a callback: each run begins with `current`, which takes up
whatever boxes were changed since the last, one or several, and what each choice brings along.

The URL is read once a session and written by the browser (assets/stage/hosts/server_connection.js): Python never writes
`st.query_params`, which would undo what the client wrote there.

**A lost session.** After a restart of the server, or more than 120 s without a connection, the page in the browser goes
on in a new session: Streamlit sends it the query string of the page's *first* load, and the values of all widgets, the
new change among them. So every page carries its address in a widget nobody sees (`carry_address`). In the first run of
such a session Settings come from that, the boxes are drawn with what the browser sent (`seeded` leaves them alone), and
`take_up` begins anew with what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gruviz.app.readers import COMPARING, PARAMETER, READERS, TRAINING, read_parameter
from gruviz.app.settings import Settings
from gruviz.inputs.files import Upload
from gruviz.wording.words import LANGUAGES

_LAST = "settings"
_GOOD = "good"
_SENT = "sent"
_QUERY = "query"
_REVIVED = "revived"
_VISITS = "visits"
_LEFT = "left-behind"
_DRAWN = "drawn-on"
_PREFIX = "set."
_ADDRESS = "page-address"
# these bring other settings along: taken up first, in this order
_BRINGING = ("lang", "weights", "source", "task", "family")
UPLOAD = "upload"
CHOSEN_OVER_THE_STAGE = ("weights", "model", "trained")
LATE = 3.0  # seconds in which the browser may still send what its widgets held before
LONGEST_ADDRESS = 2**17  # characters; the server takes no longer one either


@dataclass(frozen=True)
class Good:
    """The last settings that gave a picture, with the file they read, if any."""

    settings: Settings
    upload: Upload | None


def parameter_name(settings: Settings, name: str) -> str:
    """What a parameter of the sequence in use is called among the widgets: two sequences may have one of that name."""
    return PARAMETER + (f"task-{settings.task}" if settings.source == "task" else settings.family) + "." + name


def key_of(name: str) -> str:
    """The widget key of a Settings field."""
    return _PREFIX + name


def current() -> Settings:
    """The settings as the visitor has them now: the last known, and what has been changed since."""
    if _LAST not in st.session_state:
        st.session_state[_LAST] = _at_first()
    last: Settings = st.session_state[_LAST]
    changed = {name: value for name, value in _shown() if value != getattr(last, name)}
    parameters = _shown_parameters(last)
    if not changed and not parameters:
        return last
    left = _left()
    for name in (*changed, *(parameter_name(last, name) for name in parameters)):
        left.pop(key_of(name), None)  # someone has used it since
    settings = last
    for name in sorted(changed, key=lambda name: name not in _BRINGING):
        settings = settings.chosen(name, changed[name])
    if parameter_name(settings, "") == parameter_name(last, ""):  # else they are of a sequence that is left
        for name, value in parameters.items():
            settings = settings.with_parameter(name, value)
    if any(name in changed for name in _BRINGING):
        put(settings)
    st.session_state[_LAST] = settings
    return settings


def _shown() -> Iterator[tuple[str, Any]]:
    """What the widgets hold, by field; what is no value of its field leaves its widget."""
    every, left = st.session_state.to_dict(), _left()  # one look: each at a key that is not there is slow
    for name in (*_BRINGING, *(name for name in READERS if name not in _BRINGING)):
        key = key_of(name)
        held = None if _is_stale(left, key, every.get(key)) else every.get(key)
        value = None if held is None else READERS[name](held)
        if value is not None:
            yield name, value
            if isinstance(held, str) and not isinstance(value, str):  # no widget sends it so, and none can show it
                st.session_state.pop(key, None)
        elif held is not None:
            st.session_state.pop(key, None)


def _shown_parameters(settings: Settings) -> dict[str, float]:
    """Likewise the parameters of the sequence in use that differ."""
    found, values = {}, settings.parameter_values()
    for parameter in settings.known:
        key = key_of(parameter_name(settings, parameter.name))
        held = held_by(key)
        value = None if held is None else read_parameter(parameter, held)
        if value is not None and value != values[parameter.name]:
            found[parameter.name] = value
        elif value is None and held is not None:
            st.session_state.pop(key, None)
    return found


def put(settings: Settings) -> None:
    """Make these the settings; call it before any widget is drawn.

    What the widgets held until now may be sent once more, by a question the stage asks before the browser has the new
    ones: it counts for nothing then, see `held_by`.
    """
    st.session_state[_LAST] = settings
    parameters = [str(key) for key in st.session_state if str(key).startswith(_PREFIX + PARAMETER)]
    st.session_state.pop(_LEFT, None)
    leave((*map(key_of, READERS), *parameters))


def leave(keys: Iterable[str]) -> None:
    """Have widgets begin anew; what they held may be sent once more, and counts for nothing then."""
    held = {key: st.session_state.pop(key, None) for key in keys}
    st.session_state[_LEFT] = (monotonic(), _left() | {key: value for key, value in held.items() if value is not None})


def held_by(key: str) -> Any:
    """What a widget holds; None where that is only what it held before it was left."""
    held = st.session_state.get(key)
    return None if _is_stale(_left(), key, held) else held


def _is_stale(left: dict[str, Any], key: str, held: Any) -> bool:
    return held is not None and held == left.get(key)


def _left() -> dict[str, Any]:
    """What widgets held before settings were put a moment ago, by key; what is taken out of it counts again."""
    since, left = st.session_state.get(_LEFT, (0.0, {}))
    return left if monotonic() - since < LATE else {}


# ---- a session that was lost


def _at_first() -> Settings:
    """What the session begins with."""
    left = {one.id: one for one in _sent()}
    carried = next((one.string_value for name, one in left.items() if name.endswith(f"-{_ADDRESS}")), "")
    given = dict(st.query_params)
    if not carried:
        st.session_state[_QUERY] = given
        return Settings.opening({"lang": own_language()} | given)
    st.session_state[_REVIVED] = True
    before = dict(parse_qsl(carried, keep_blank_values=True))
    kept = {name: text for name, text in given.items() if name.startswith((TRAINING, COMPARING))}
    st.session_state[_QUERY] = kept | before
    return Settings.from_query(before)


def own_language() -> str:
    """The language of the visitor's browser, as far as the page is written in it; English otherwise."""
    first = (st.context.locale or "").replace("_", "-").split("-")[0].lower()
    return first if first in LANGUAGES else Settings().lang


def spoken(language: str) -> dict[str, str]:
    """What the address says of the language: nothing where all would be English without a word."""
    usual = Settings().lang
    return {} if language == usual == own_language() else {"lang": language}


def _sent() -> list[WidgetState]:
    """The state of every widget as the browser sent it, of those too that are not drawn yet."""
    context = get_script_run_ctx()
    return [] if context is None else context.session_state.get_widget_states()


def query() -> dict[str, str]:
    """The address this session began with."""
    current()
    return st.session_state[_QUERY]


def carry_address(settings: Settings, beside: Mapping[str, str]) -> None:
    """Leave the address in the page, where a session finds it that takes the place of this one. Nobody sees it.

    Args:
        settings: as they are.
        beside: what of the address is the page's own.
    """
    query = settings.to_query(everything=True) | spoken(settings.lang) | dict(beside)
    st.session_state[_ADDRESS] = urlencode(query, errors="replace")
    st.text_input("address", key=_ADDRESS, label_visibility="collapsed")  # assets/page.css hides it


def take_up(settings: Settings) -> None:
    """Once the boxes are drawn: begin anew where a session has been lost and they hold something else.

    Args:
        settings: they were drawn with.
    """
    if st.session_state.pop(_REVIVED, False) and current() != settings:
        st.rerun()


def holds(key: str) -> bool:
    """Whether a widget holds something, be it that the browser has sent it and it is not drawn yet."""
    if st.session_state.get(key) is not None:
        return held_by(key) is not None
    return any(one.id.endswith(f"-{key}") and one.WhichOneof("value") is not None for one in _sent())


def seeded(name: str, value: Any) -> str:
    """A widget's key, its state set to `value` if it has none: not drawn yet, or a number box that was emptied.

    Another page's is another widget, whatever its key: what the one held shows the other empty.
    """
    key, page, drawn = key_of(name), _page(), st.session_state.setdefault(_DRAWN, {})
    if drawn.setdefault(name, page) != page or not holds(key):
        st.session_state[key] = value
    drawn[name] = page
    return key


def _page() -> str:
    """Which page is drawn, as Streamlit knows it."""
    context = get_script_run_ctx()
    return "" if context is None else context.page_script_hash


def choose(name: str, value: object) -> bool:
    """Take a choice made in the browser outside of any widget; then the page has to be drawn anew.

    Args:
        name: of a field that is chosen over the stage.
        value: as the browser sent it.

    Returns:
        Whether it is one that can be taken.
    """
    read = READERS[name](value) if name in CHOSEN_OVER_THE_STAGE else None
    if read is None:
        return False
    put(current().chosen(name, read))
    return True


def visit(address: str, number: int) -> None:
    """Take the settings of an address the visitor went back to; then the page has to be drawn anew.

    Args:
        address: its query, with or without "?"; one that is too long is as one that is empty.
        number: the browser's own, see `visits`.
    """
    st.session_state[_VISITS] = number
    put(Settings.opening({"lang": own_language()} | query_of(address)))


def query_of(address: str) -> dict[str, str]:
    """Names and texts of an address' query, with or without "?"; one that is too long is as one that is empty."""
    text = address.removeprefix("?")
    return dict(parse_qsl(text, keep_blank_values=True)) if len(text) <= LONGEST_ADDRESS else {}


def visits() -> int:
    """The number of the last address gone back to; 0 before."""
    return st.session_state.get(_VISITS, 0)


# ---- between pages


def send(settings: Settings, page: str = "explore", own: object = None) -> None:
    """Make these the settings of a page, and have it shown.

    Not before: until then the browser may still send what its widgets held when they were last there.

    Args:
        settings: the page's from then on.
        page: its name, as it arrives by.
        own: what is for that page alone.
    """
    st.session_state[_SENT] = settings, page, own


def sent_to() -> str:
    """The page that shall be shown; "" where none was asked for."""
    return st.session_state[_SENT][1] if _SENT in st.session_state else ""


def arrive(page: str) -> object:
    """On a page that settings can be sent to, before any widget is drawn: take them.

    Returns:
        What was sent for this page alone; None where nothing was.
    """
    if sent_to() != page:
        return None
    settings, _, own = st.session_state.pop(_SENT)
    put(settings)
    return own


# ---- beside the widgets


def note(**found: Any) -> None:
    """Keep settings that no widget shows."""
    st.session_state[_LAST] = replace(current(), **found)


def current_upload() -> Upload | None:
    """The uploaded file, if there is one; of a lost session there is only its name."""
    file = st.session_state.get(UPLOAD)
    return Upload(file.name, file.getvalue()) if isinstance(file, UploadedFile) else None


def remember_good(settings: Settings, upload: Upload | None) -> None:
    """Keep what worked, to show it while what follows does not."""
    st.session_state[_GOOD] = Good(settings, upload)


def last_good() -> Good | None:
    """What worked last in this session, if anything did."""
    return st.session_state.get(_GOOD)
