"""A server that was restarted under an open page, and that stands under a base path behind others."""

from pathlib import Path
from urllib.parse import urlsplit

from explorer import Explorer
from playwright.sync_api import Browser, expect
from served import served

UNDER = "/deep/er"


def test_a_page_that_outlives_its_server_goes_on_where_it_was(chromium: Browser, tmp_path: Path):
    log = tmp_path / "log.txt"
    with served(log, under=UNDER) as address:
        port = urlsplit(address).port
        e = Explorer(chromium.new_context(viewport={"width": 1400, "height": 900}), address)
        e.goto()  # as a visitor begins: of what follows the first address knows nothing
        e.choose("weights", "Random weights")
        e.type_into("hidden", "9")
        e.key("End")
        e.address_now("hidden=9", "weights=random", "t=46")
        files = e.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        assert any(f"{address}/gruviz/stage/" in name and name.endswith("/streamlit.js") for name in files)
    assert e.faults == []
    with served(log, port, UNDER):
        # the first change after it is not thrown away, and nothing else is
        e.page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=60_000)
        e.type_into("seed", "5")
        e.until("stage.scene.trace.units === 9")
        link = e.address_now("hidden=9", "weights=random", "seed=5", "t=46")
        assert "source=task" in link
        assert e.widget("hidden").locator("input").first.input_value() == "9"
        assert e.view()["t"] == 46
        # what is kept back until it is looked at comes here too
        e.look_below()
        expect(e.page.locator(".katex-display").first).to_be_visible()
    e.context.close()
    assert "Traceback" not in log.read_text()
