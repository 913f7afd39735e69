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
from gruviz.protocol.scene import Run, Scene, message

# notes timers and frames that are still to come, and queries of the screen
WATCHED = """
window.densities = [];
const media = window.matchMedia.bind(window);
window.matchMedia = (text) => {
  const query = media(text);
  if (text.includes("resolution")) window.densities.push(query);
  return query;
};
const live = window.live = { timers: new Set(), frames: new Set() };
for (const [start, stop, held] of [["setTimeout", "clearTimeout", live.timers],
  ["requestAnimationFrame", "cancelAnimationFrame", live.frames]]) {
  const begin = window[start], end = window[stop];
  window[start] = (act, ...more) => {
    const id = begin((...given) => { held.delete(id); act(...given); }, ...more);
    held.add(id);
    return id;
  };
  window[stop] = (id) => { held.delete(id); end(id); };
}
"""
ONE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>body {{ margin: 16px; background: #fff }}</style><body><div id="host"></div><script type="module">
import {{ fullParts }} from "./stage/hosts/full_stage.js";
import {{ mount }} from "./stage/stage.js";
import {{ unpack }} from "./stage/data/message.js";
const bytes = Uint8Array.from(atob("{message}"), (letter) => letter.charCodeAt(0));
mount(document.getElementById("host"), unpack(bytes), {{ parts: fullParts() }});
</script></body>"""
# one is linked to another and keeps its place in the address under "a."; one keeps it as today's links do
SCENES = {"a": {"address": "a.", "cursor": "pair"}, "b": {"cursor": "pair"}, "c": {}, "d": {"address": ""}}
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module">
import {{ stage }} from "./stage/hosts/streamlit.js";
import {{ registry }} from "./stage/hosts/registry.js";
const data = {{ {data} }};
window.calls = [];
registry.connect((requests) => window.calls.push(requests));
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
  const isDrawn = (key) => registry.stages.get(key)?.store.picture;
  while (!keys.every(isDrawn)) await new Promise((done) => setTimeout(done, 20));
}};
window.leave = Object.fromEntries(Object.keys(data).map((key) => [key, window.put(key)]));
await window.drawn(Object.keys(data));
document.body.dataset.ready = "yes";
</script></body>"""


# ten small figures around one full stage: whatever moves the stage moves the figures that are there
FIGURES = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>[data-figure] {{ min-height: 230px; margin: 12px 0; }}</style><body><script type="module">
import {{ mount }} from "./stage/stage.js";
import {{ unpack }} from "./stage/data/message.js";
import {{ figure }} from "./stage/hosts/figure.js";
import {{ fullParts }} from "./stage/hosts/full_stage.js";
import {{ whenInView }} from "./stage/hosts/in_view.js";
const message = unpack(Uint8Array.from(atob("{data}"), (letter) => letter.charCodeAt(0)));
const place = (name) => {{
  const host = document.createElement("section");
  host.dataset[name] = "";
  document.body.append(host);
  return host;
}};
window.figures = new Map();
let last = -1;
const follow = ({{ t }}) => {{
  if (t !== last) window.figures.forEach(({{ store }}) => store.set({{ t }}));
  last = t;
}};
window.full = mount(place("full"), message, {{
  parts: fullParts(),
  ports: {{ onPaint: follow }},
}});
const ends = Array.from({{ length: 10 }}, (_, k) =>
  whenInView(place("figure"), () => {{
    const host = document.querySelectorAll("[data-figure]")[k],
      made = figure(host, message, {{ gate: "zrnh"[k % 4], height: 160 }}),
      destroy = made.destroy.bind(made);
    window.figures.set(k, made);
    made.destroy = () => {{ window.figures.delete(k); destroy(); }};
    return made;
  }}));
window.leaveAll = () => {{ for (const end of ends) end(); window.full.destroy(); }};
while (!window.full.store.picture) await new Promise((done) => setTimeout(done, 20));
document.body.dataset.ready = "yes";
</script></body>"""


def traced(seed: int, steps: int, units: int) -> Run:
    model = gruviz.SplitGRU.from_params(random_params(2, units, seed, gain=3))
    return Run(f"run {seed}", gruviz.trace(model, np.random.default_rng(seed).normal(size=(steps, 2))), model)


def one_stage(scene: Scene) -> str:
    """Return the HTML of a page with one whole stage."""
    return ONE.format(message=base64.b64encode(message(scene)).decode())


def four_stages(steps: int = 60, units: int = 12) -> str:
    """Return the HTML of a page of four stages, each 20 steps longer than the one before."""
    data = ",".join(
        f'"{key}": "{base64.b64encode(message(Scene(traced(k, steps + 20 * k, units), **about), key)).decode()}"'
        for k, (key, about) in enumerate(SCENES.items())
    )
    return PAGE.format(data=data)


def ten_figures(steps: int = 60, units: int = 12) -> str:
    """Return the HTML of a page of one full stage with ten small figures below it."""
    data = base64.b64encode(message(Scene(traced(0, steps, units)), "full")).decode()
    return FIGURES.format(data=data)


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
