"""The Explore page as a visitor's hands and eyes, for the browser tests and the screenshot script."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

HANDLE = (Path(__file__).parent / "stage_handle.js").read_text(encoding="utf-8")
DRAWN = """(root) => new Promise((done) => {
  const look = () => root.gruviz?.store.picture ? done(true) : setTimeout(look, 20);
  look();
})"""
# what the stages of the page share; it has no global name
REGISTRY = """(await import(performance.getEntriesByType("resource").map(({ name }) => name)
  .find((name) => name.endsWith("/registry.js")))).registry"""


class Explorer:
    """One browser page on the app, or on a plain page that holds a stage."""

    def __init__(self, context: BrowserContext, address: str):
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.add_init_script(HANDLE)
        self.page.add_init_script("performance.setResourceTimingBufferSize(2000)")  # a page loads more than 250 files
        self.faults: list[str] = []
        self.sent: list[int] = []
        self.received: list[int] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("console", lambda m: self.faults.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.on("request", lambda request: self._same_host(request.url))
        self.page.on("websocket", self._count)

    def _same_host(self, url: str) -> None:
        if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.faults.append(f"request to another host: {url}")

    def _count(self, socket: Any) -> None:
        socket.on("framesent", lambda frame: self.sent.append(len(frame)))
        socket.on("framereceived", lambda frame: self.received.append(len(frame)))

    def goto(self, query: str = "") -> None:
        self.page.goto(f"{self.address}/?{query}")
        self.settled()

    def settled(self) -> None:
        """The stage is drawn and no rerun is under way."""
        self.page.wait_for_selector("[data-part=heat]", timeout=40_000)
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(
            timeout=40_000
        )
        self.root.evaluate(DRAWN)

    def look_below(self) -> None:
        """Scroll to what is true of the picture: it is computed then, and not before."""
        self.page.locator(".st-key-equations").scroll_into_view_if_needed()
        expect(self.page.get_by_text(re.compile("PyTorch forward|PyTorch 순전파")).first).to_be_visible(timeout=15_000)
        expect(self.page.get_by_text("comparing with the PyTorch forward")).to_have_count(0, timeout=15_000)
        self.settled()

    # ---- the controls beside the stage

    def widget(self, name: str) -> Locator:
        return self.page.locator(f".st-key-set-{name}")

    def choose(self, name: str, option: str) -> None:
        """Pick an option of a segmented control, a select box or a menu over the stage by its shown text."""
        menu = self.page.locator(f"[data-menu={name}]")
        if menu.count():
            if name == "weights":
                menu.select_option(label=option)
            else:
                menu.get_by_role("button", name=option, exact=True).click()
            self.page.wait_for_timeout(300)
            self.settled()
            return
        widget = self.widget(name)
        # an open list closes when the page scrolls under it
        widget.scroll_into_view_if_needed()
        self.page.wait_for_timeout(200)
        box = widget.get_by_role("combobox")
        if box.count():
            box.click()
            self.page.get_by_role("option", name=option, exact=True).click()
        else:
            widget.get_by_text(option, exact=True).click()
        self.page.wait_for_timeout(300)
        self.settled()

    def type_into(self, name: str, text: str) -> None:
        area = self.widget(name).locator("textarea, input").first
        area.fill(text)
        area.press("Control+Enter" if area.evaluate("e => e.tagName") == "TEXTAREA" else "Enter")
        self.page.wait_for_timeout(300)
        self.settled()

    # ---- the stage

    @property
    def root(self) -> Locator:
        return self.page.locator("[data-part=root]")

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    def press(self, name: str) -> None:
        """Click one of the stage's buttons."""
        self.page.locator(f"[data-do={name}]").click()

    def stage(self, expression: str, arg: Any = None) -> Any:
        """Evaluate JavaScript with `stage` and `arg` in reach."""
        return self.root.evaluate(
            f"(root, arg) => {{ const stage = handleOf(root.gruviz); return {expression}; }}", arg
        )

    def options(self) -> None:
        """Open what the stage keeps behind "view"."""
        if self.part("options").is_hidden():
            self.press("view")

    def choose_layer(self, layer: int) -> None:
        """Press the button of a layer over the panels."""
        self.part("layers").locator(f"[data-layer='{layer}']").click()

    def ask(self, question: Any, key: str = "explore") -> None:
        """Send something through the courier as a stage does."""
        self.page.evaluate(f"async ([key, question]) => ({REGISTRY}).ask(key, question)", [key, question])

    def view(self) -> dict[str, Any]:
        """The chosen step, unit, gate, layer and so on."""
        return self.stage("({...stage.view, window: stage.window})")

    def until(self, expression: str, arg: Any = None) -> None:
        """Wait for something to be true of the stage."""
        self.root.evaluate(
            f"""(root, arg) => new Promise((done, fail) => {{
              const stage = handleOf(root.gruviz), start = performance.now();
              const look = () => {expression} ? done(true)
                : performance.now() - start > 15000 ? fail(new Error({expression!r} + " " + JSON.stringify(stage.view)))
                : setTimeout(look, 20);
              look();
            }})""",
            arg,
        )

    def value(self, gate: str, step: int, unit: int) -> float:
        """The number the stage holds for a cell."""
        return self.stage("stage.valueOf(...arg)", [gate, step, unit])

    def values(self, gate: str) -> np.ndarray:
        """All of an exact tile (time, unit)."""
        found = self.stage("[[...stage.panels.tile.arrays[arg]], stage.panels.tile.units]", gate)
        return np.array(found[0], np.float32).reshape(-1, found[1])

    def place(self, gate: str, step: int, unit: int) -> tuple[float, float]:
        """Where a cell is on the screen; scrolls it into view first."""
        for _ in range(3):
            x, y = self.stage("stage.placeOf(...arg)", [gate, step, unit])
            height = self.page.viewport_size["height"]
            if 70 < y < height - 20 or not self.page.locator("[data-testid=stMain]").count():
                break
            self.page.evaluate("(by) => document.querySelector('[data-testid=stMain]').scrollBy(0, by)", y - height / 2)
            self.page.wait_for_timeout(450)
        return x, y

    def click_cell(self, gate: str, step: int, unit: int) -> None:
        self.page.mouse.click(*self.place(gate, step, unit))

    def key(self, *keys: str) -> None:
        """Press keys while the stage has the focus."""
        self.part("panels").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, start: tuple[float, float], end: tuple[float, float], *, shift: bool = False) -> None:
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()
        if shift:
            self.page.keyboard.up("Shift")

    def pixel(self, x: float, y: float) -> tuple[int, int, int]:
        """The colour on the screen at a point."""
        clip = {"x": round(x), "y": round(y), "width": 1, "height": 1}
        return Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))

    # ---- the rest of the page

    def address_now(self, *parts: str) -> str:
        """The address once it holds these parts (written a moment after the change)."""
        for part in parts:
            self.page.wait_for_function("(part) => location.search.includes(part)", arg=part)
        return self.page.url

    def text(self) -> str:
        return self.page.locator("[data-testid=stMain]").inner_text()

    @property
    def status(self) -> Locator:
        """What is said over the stage."""
        return self.part("status")

    def alert(self) -> str:
        """The problem said there."""
        return self.page.locator("[data-part=status].problem .sentence").inner_text()
