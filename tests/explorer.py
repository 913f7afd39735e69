"""The Explore page as a visitor's hands and eyes, for the browser tests and the screenshot script."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page, expect

HEATMAPS = ".st-key-heatmaps .js-plotly-plot"
CELL = """([name, step, unit]) => {
  const chart = document.querySelector('.st-key-heatmaps .js-plotly-plot'), layout = chart._fullLayout;
  const data = chart._fullData.find((each) => each.name === name);
  const y = layout[data.yaxis.replace('y', 'yaxis')], box = chart.getBoundingClientRect();
  return [box.left + layout.xaxis._offset + layout.xaxis.l2p(step), box.top + y._offset + y.l2p(unit)];
}"""
VALUE = """([name, step, unit]) => {
  const data = document.querySelector('.st-key-heatmaps .js-plotly-plot')._fullData.find((each) => each.name === name);
  return data.z[unit][step];
}"""


class Explorer:
    """One browser page on the app."""

    def __init__(self, context: BrowserContext, address: str):
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("console", lambda m: self.faults.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.on("request", lambda request: self._same_host(request.url))

    def _same_host(self, url: str) -> None:
        if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.faults.append(f"request to another host: {url}")

    def goto(self, query: str = "") -> None:
        self.page.goto(f"{self.address}/?{query}" if query else self.address)
        self.settled()

    def settled(self) -> None:
        """The heatmaps are drawn and no rerun is under way."""
        self.page.wait_for_selector(f"{HEATMAPS} .heatmaplayer", timeout=40_000)
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(
            timeout=40_000
        )
        self.page.wait_for_function("!!document.querySelector('.gruviz-cursor')")

    def widget(self, name: str) -> Locator:
        return self.page.locator(f".st-key-set-{name}")

    def choose(self, name: str, option: str) -> None:
        """Pick an option of a segmented control or select box by its shown text."""
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

    def value(self, gate: str, step: int, unit: int) -> float:
        """The number drawn at a cell of the Plotly heatmap."""
        return self.page.evaluate(VALUE, [gate, step, unit])

    def place(self, gate: str, step: int, unit: int) -> tuple[float, float]:
        """Where a cell is on the screen; scrolls it into view first."""
        for _ in range(2):
            x, y = self.page.evaluate(CELL, [gate, step, unit])
            height = self.page.viewport_size["height"]
            if 60 < y < height - 20:
                break
            self.page.evaluate("(by) => document.querySelector('[data-testid=stMain]').scrollBy(0, by)", y - height / 2)
            self.page.wait_for_timeout(250)
        return x, y

    def address_now(self, *parts: str) -> str:
        """The address once it holds these parts (written a moment after the rerun)."""
        for part in parts:
            self.page.wait_for_function("(part) => location.search.includes(part)", arg=part)
        return self.page.url

    def text(self) -> str:
        return self.page.locator("[data-testid=stMain]").inner_text()

    def alert(self) -> str:
        return self.page.locator("[data-testid=stAlert]").first.inner_text()
