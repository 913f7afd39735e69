"""Makes the README's screenshots: `python tests/pictures.py` (needs Chromium; writes assets/pictures)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from explorer import Explorer
from served import visited

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "trained": (
        "",  # as the page opens
        1400,
        900,
        "light",
    ),
    "reset": ("weights=reset&model=torch&t=49&unit=1&gate=n", 1400, 900, "dark"),
    "text": (
        "weights=korean&source=text&text=나는 봄을 기다린다&lang=ko&t=4&unit=15&gate=r",
        1400,
        900,
        "light",
    ),
    "phone": ("weights=leaky&family=impulse&steps=140&p.position=0.05&p.width=40", 390, 844, "dark"),
}


def main() -> None:
    folder = ROOT / "assets" / "pictures"
    folder.mkdir(exist_ok=True)
    with visited() as (address, browser):

        def picture(name: str, width: int, height: int, scheme: str, show: Callable[[Explorer], None]) -> None:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = Explorer(context, address)
            show(page)
            page.page.wait_for_timeout(1500)
            page.page.screenshot(path=folder / f"{name}.png")
            context.close()

        for name, (query, *look) in PICTURES.items():
            picture(name, *look, lambda page, query=query: page.goto(query))
        picture("train", 1400, 900, "light", trained)
        picture("compare", 1400, 1100, "light", compared)
        picture("what_if", 1400, 900, "dark", bent)


def compared(page: Explorer) -> None:
    """A trained model read under the other reset placement."""
    query = "weights=delayed_copy&source=task&task=delayed_copy&sseed=83&model=torch&trained=torch&vs.what=models"
    page.page.goto(f"{page.address}/compare?{query}")
    page.page.wait_for_selector(".st-key-difference [data-part=heat]", timeout=60_000)


def bent(page: Explorer) -> None:
    """The opening model with three units that keep everything, as a difference."""
    page.goto("weights=delayed_copy&source=task&task=delayed_copy&sseed=83&bent=clamp z 1 u5-7 t10-30&show=difference")
    page.until("stage.experiment.picture.differences !== null")


def trained(page: Explorer) -> None:
    """The adding problem, learned."""
    page.page.goto(f"{page.address}/train?train.task=adding&t=21&unit=3&gate=z")
    page.settled()
    page.page.locator(".st-key-train_start button").click()
    page.page.wait_for_selector(".st-key-train_send", timeout=120_000)
    page.settled()


if __name__ == "__main__":
    main()
