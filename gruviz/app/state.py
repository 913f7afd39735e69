"""Settings <-> Streamlit's session: the one place that knows how widgets and Settings meet.

Every widget's key is its Settings field with a prefix. A widget that is not drawn loses its own state, so the last
Settings are kept beside it and seed it again. The URL is read once a session and written by the browser (courier.js):
Python never writes `st.query_params`, which would undo what the client wrote there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from gruviz.app.settings import PARAMETER, Settings
from gruviz.inputs.files import Upload

_LAST = "settings"
_GOOD = "good"
_SENT = "sent"
_TAKEN = "taken"
_PREFIX = "set."
UPLOAD = "upload"


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
    """The settings as the visitor has them now: widgets over the last known, the URL at the start of a session."""
    if _LAST not in st.session_state:
        st.session_state[_LAST] = Settings.opening(dict(st.query_params))
    last: Settings = st.session_state[_LAST]
    found: dict[str, Any] = {}
    for field in fields(Settings):
        value = st.session_state.get(key_of(field.name))
        if value is not None and field.name != "parameters":
            found[field.name] = tuple(value) if isinstance(value, list) else value
    settings = replace(last, **found)
    for name in settings.parameter_values():
        value = st.session_state.get(key_of(parameter_name(settings, name)))
        if value is not None:
            settings = settings.with_parameter(name, value)
    st.session_state[_LAST] = settings
    return settings


def put(settings: Settings) -> None:
    """Make these the settings; call it from a callback, before any widget is drawn.

    What the widgets held is kept aside: another callback that reached the server together with this one asks for it.
    """
    st.session_state[_LAST] = settings
    held = {name: st.session_state.pop(name, None) for name in (key_of(field.name) for field in fields(Settings))}
    st.session_state[_TAKEN] = st.session_state.get(_TAKEN, {}) | {k: v for k, v in held.items() if v is not None}
    for key in [key for key in st.session_state if str(key).startswith(_PREFIX + PARAMETER)]:
        del st.session_state[key]


def send(settings: Settings) -> None:
    """Make these the settings of the Explore page once it is shown.

    Not before: until then the browser may still send what its widgets held when they were last there.
    """
    st.session_state[_SENT] = settings


def is_sent() -> bool:
    """Whether the Explore page shall be shown."""
    return _SENT in st.session_state


def arrive() -> None:
    """On the Explore page, before any widget is drawn: take what was sent to it."""
    st.session_state.pop(_TAKEN, None)  # all callbacks have run
    if _SENT in st.session_state:
        put(st.session_state.pop(_SENT))


def seeded(name: str, value: Any) -> str:
    """A widget's key, its state set to `value` if it has none: not drawn yet, or a number box that was emptied."""
    key = key_of(name)
    if st.session_state.get(key) is None:
        st.session_state[key] = value
    return key


def note(**found: Any) -> None:
    """Keep settings that no widget shows."""
    st.session_state[_LAST] = replace(current(), **found)


def change(make: Callable[[Settings, Any], Settings], name: str) -> None:
    """Callback of a widget whose choice brings other settings along."""
    key = key_of(name)
    value = st.session_state.get(key, st.session_state.get(_TAKEN, {}).get(key))
    if value is not None:
        put(make(current(), value))


def current_upload() -> Upload | None:
    """The uploaded file, if there is one."""
    file = st.session_state.get(UPLOAD)
    return None if file is None else Upload(file.name, file.getvalue())


def remember_good(settings: Settings, upload: Upload | None) -> None:
    """Keep what worked, to show it while what follows does not."""
    st.session_state[_GOOD] = Good(settings, upload)


def last_good() -> Good | None:
    """What worked last in this session, if anything did."""
    return st.session_state.get(_GOOD)
