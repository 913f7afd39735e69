"""A visitor without a browser: the real protocol over a websocket, for benchmarks and tests of many at once.

It does what the browser does that costs the server anything: sends the values of all widgets with every change, tells
which messages it still holds, and asks for the sums of the chosen unit once the picture rests.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

HELD = 2  # runs for which a browser keeps a message, see Streamlit's global.maxCachedMessageAge
WIDGETS = {
    "number_input": "double_value",
    "selectbox": "string_value",
    "button_group": "string_array_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "slider": "double_array_value",
    "checkbox": "bool_value",
    "multiselect": "string_array_value",
    "button": "trigger_value",
    "file_uploader": "",
}


@dataclass
class Run:
    """What came back from one run of the page or of a fragment.

    Args:
        begun: `perf_counter` when it was asked for.
        picture: seconds until the stage's message was here; None where none came.
        finished: seconds until the script had ended.
        bytes: received, of the websocket's messages.
        arrays: of these, the numbers of the stage's message.
        stages: headers of the stage's messages.
        texts: every markdown text, alert and html that came.
    """

    begun: float = 0.0
    picture: float | None = None
    finished: float = 0.0
    bytes: int = 0
    arrays: int = 0
    stages: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Visitor:
    """One visitor of a page; `async with Visitor(address) as visitor` opens it.

    Args:
        address: of the server, such as "http://localhost:8501".
        query: of the page's address.
        page: "" for the first one, "train".
        headers: more of them for the handshake, such as a cookie.
    """

    def __init__(self, address: str, query: str = "", page: str = "", headers: Iterable[tuple[str, str]] = ()) -> None:
        self.address, self.query, self.page, self.headers = address, query, page, list(headers)
        self.opened = Run()
        self.values: dict[str, tuple[str, str, Any]] = {}  # user's key -> (widget's id, field, value)
        self.fragments: dict[str, str] = {}
        self.components: dict[str, tuple[str, str]] = {}  # key -> (id, fragment)
        self.script = ""
        self.every: float | None = None  # seconds after which the page has its browser look again, where it has one do
        self._held: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        parts = urlsplit(self.address)
        begun = perf_counter()
        self._socket = await connect(
            f"ws://{parts.netloc}{parts.path}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            compression=None,
            additional_headers=self.headers,
            open_timeout=60,
            ping_interval=None,
        )
        try:
            self.opened = await self.rerun(begun=begun)
        except BaseException:
            await self._socket.close()
            raise
        return self

    async def __aexit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        await self._socket.close()

    async def change(self, key: str, value: Any) -> Run:
        """Set a widget of the page.

        Args:
            key: of a settings field's widget, such as "sseed", or the whole key of another.
            value: as the widget has it.
        """
        key = f"set.{key}" if f"set.{key}" in self.values else key
        name, kind, _ = self.values[key]
        self.values[key] = (name, kind, value)
        return await self.rerun()

    async def press(self, key: str) -> Run:
        """Press a button."""
        name, kind, _ = self.values[key]
        return await self.rerun(trigger=(name, kind, True))

    async def choose(self, name: str, value: str) -> Run:
        """Choose weights or a model over the stage: the fragment that hears of it draws the page anew."""
        return await self._tell("choose", {"name": name, "value": value}, picture=True)

    async def sums(self, run: Run) -> Run:
        """Ask what the chosen unit's numbers are added up from, as a stage does once it rests; `run` brought it."""
        scene = run.stages[-1]
        steps = scene["trace"]["steps"]
        unit = scene["view"].get("unit", scene["home"]["unit"])
        asked = {
            "kind": "sums",
            "layer": 0,
            "unit": unit,
            "first": 0,
            "last": min(steps, 256) - 1,
            "id": self._runs,
            "trace": scene["trace"]["id"],
            "view": scene["view"],
        }
        return await self._tell("ask", {scene["key"]: asked})

    async def _tell(self, event: str, value: Any, picture: bool = False) -> Run:
        name, fragment = self.components["courier"]
        found = json.dumps([{"event": event, "value": value}])
        return await self.rerun(
            trigger=(f"$$STREAMLIT_INTERNAL_KEY_{name}__events", "json_trigger_value", found),
            fragment=fragment,
            picture=picture,
        )

    async def rerun(
        self,
        trigger: tuple[str, str, Any] | None = None,
        fragment: str = "",
        picture: bool = False,
        begun: float | None = None,
    ) -> Run:
        """Have the page run with the widgets as they are, and wait for the end.

        Args:
            trigger: (id, field, value) of what was pressed.
            fragment: run that alone.
            picture: wait for a stage's message, which another run may bring than the first.
            begun: when the clock started; now when None.
        """
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.script
        state.page_name = "" if self.script else self.page
        state.fragment_id = fragment
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        # not later: a run may end in another, and both may name what was told to be here
        self._held = {name: each for name, each in self._held.items() if self._runs - each[1] < HELD}
        state.cached_message_hashes.extend(self._held)
        for name, kind, value in self.values.values():
            if kind and kind != "trigger_value" and value is not None:
                _put(state.widget_states.widgets.add(), name, kind, value)
        if trigger is not None:
            _put(state.widget_states.widgets.add(), *trigger)
        self._runs += 1
        run = Run(begun=perf_counter() if begun is None else begun)
        await self._socket.send(message.SerializeToString())
        while True:
            async with asyncio.timeout(120):  # asyncio.wait_for may swallow that the visitor is told to leave
                data = await self._socket.recv()
            run.bytes += len(data)
            found = ForwardMsg.FromString(data)
            self._take(found, run)
            if found.WhichOneof("type") != "script_finished":
                continue
            kind = ForwardMsg.ScriptFinishedStatus.Name(found.script_finished)
            if kind == "FINISHED_WITH_COMPILE_ERROR":
                raise RuntimeError("the page's script cannot be read")
            if kind != "FINISHED_EARLY_FOR_RERUN" and not (picture and run.picture is None):
                run.finished = perf_counter() - run.begun
                return run

    def _take(self, found: ForwardMsg, run: Run) -> None:
        kind = found.WhichOneof("type")
        if kind == "ref_hash":
            held, _ = self._held[found.ref_hash]
            self._held[found.ref_hash] = held, self._runs
            copy = ForwardMsg()
            copy.CopyFrom(held)
            copy.metadata.CopyFrom(found.metadata)
            found, kind = copy, copy.WhichOneof("type")
        elif found.metadata.cacheable:
            self._held[found.hash] = found, self._runs
        if kind == "new_session":
            self.script = self.script or found.new_session.page_script_hash
        elif kind == "navigation":  # which of the pages it is; what a new session names is the script of them all
            self.script = found.navigation.page_script_hash
            self.every = None
        elif kind == "auto_rerun":
            self.every = found.auto_rerun.interval
        elif kind == "delta" and found.delta.WhichOneof("type") == "new_element":
            self._element(found.delta.new_element, found.delta.fragment_id, run)

    def _element(self, element: Any, fragment: str, run: Run) -> None:
        kind = element.WhichOneof("type")
        found = getattr(element, kind)
        if kind == "bidi_component":
            name = _key_of(found.id)
            self.components[name] = found.id, fragment
            if found.component_name.endswith("gruviz_stage"):
                header, arrays = _opened(found.bytes)
                run.stages.append(header)
                run.arrays += arrays
                run.picture = perf_counter() - run.begun
        elif kind in WIDGETS:
            self.values[_key_of(found.id)] = found.id, WIDGETS[kind], _value(kind, found)
        elif kind in ("markdown", "alert", "html"):
            run.texts.append(found.body)


def _put(state: Any, name: str, kind: str, value: Any) -> None:
    state.id = name
    if kind.endswith("_array_value"):
        getattr(state, kind).data.extend(value)
    else:
        setattr(state, kind, value)


def _key_of(name: str) -> str:
    """The key a widget was given, from its id: `$$ID-<hash>-<key>`."""
    return name.split("-", 2)[2] if name.count("-") > 1 else name


def _value(kind: str, found: Any) -> Any:
    """What the browser would send of a widget as it is drawn."""
    if kind == "number_input":
        return found.value if found.set_value else found.default if found.HasField("default") else None
    if kind == "selectbox":
        if found.set_value:
            return found.raw_value
        return found.options[found.default] if found.HasField("default") else None
    if kind == "button_group":
        return list(found.raw_values) if found.set_value else [found.options[k].content for k in found.default]
    if kind in ("text_input", "text_area"):
        return found.value if found.set_value else found.default if found.HasField("default") else None
    if kind == "slider":
        return list(found.value if found.set_value else found.default)
    if kind == "checkbox":
        return found.value if found.set_value else found.default
    if kind == "multiselect":
        return list(found.raw_values) if found.set_value else [found.options[k] for k in found.default]
    return None


def _opened(message: bytes) -> tuple[dict[str, Any], int]:
    """Header of a stage's message, and the bytes of its arrays; see gruviz/protocol/message.py."""
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), len(message) - 4 - length
