"""Plain pages with stages on them, no Streamlit: a folder that is served, and a page of four stages to put there."""

from __future__ import annotations

import base64
import functools
import http.server
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import gruviz
from gruviz.models.random_weights import random_params
from gruviz.stage.scene import Run, Scene, message

# one is linked to another and keeps its place in the address under "a."; one keeps it as today's links do
SCENES = {"a": {"address": "a.", "cursor": "pair"}, "b": {"cursor": "pair"}, "c": {}, "d": {"address": ""}}
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module">
import {{ stage }} from "./stage/page/streamlit.js";
import {{ registry }} from "./stage/page/registry.js";
const data = {{ {data} }};
window.calls = [];
registry.carry((asked) => window.calls.push(asked));
window.registry = registry;
window.put = (key) => {{
  const parentElement = document.createElement("section");
  parentElement.innerHTML = '<div data-part="host"></div>';
  document.body.append(parentElement);
  const bytes = Uint8Array.from(atob(data[key]), (letter) => letter.charCodeAt(0));
  const leave = stage({{ data: bytes, parentElement }});
  return () => {{ leave(); parentElement.remove(); }};
}};
window.drawn = async (keys) => {{
  while (!keys.every((key) => registry.stages.get(key)?.drawn)) await new Promise((done) => setTimeout(done, 20));
}};
window.leave = Object.fromEntries(Object.keys(data).map((key) => [key, window.put(key)]));
await window.drawn(Object.keys(data));
document.body.dataset.ready = "yes";
</script></body>"""


def traced(seed: int, steps: int, units: int) -> Run:
    model = gruviz.SplitGRU.from_params(random_params(2, units, seed, gain=3))
    return Run(f"run {seed}", gruviz.trace(model, np.random.default_rng(seed).normal(size=(steps, 2))), model)


def four_stages(page: Path, steps: int = 60, units: int = 12) -> None:
    """Write a page of four stages, each 20 steps longer than the one before."""
    data = ",".join(
        f'"{key}": "{base64.b64encode(message(Scene(traced(k, steps + 20 * k, units), **about), key)).decode()}"'
        for k, (key, about) in enumerate(SCENES.items())
    )
    page.write_text(PAGE.format(data=data), encoding="utf-8")


@contextmanager
def served_folder() -> Iterator[tuple[Path, str]]:
    """A folder for plain pages, with the stage's files in it, and the address it is served at."""
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "stage").symlink_to(Path(__file__).resolve().parents[1] / "assets" / "stage")
        handler = functools.partial(_Quiet, directory=made)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield Path(made), f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
