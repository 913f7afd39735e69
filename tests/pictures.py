"""Makes the README's screenshots: `python tests/pictures.py` (needs Chromium; writes assets/pictures)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from explorer import Explorer
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "trained": (
        "weights=delayed_copy&source=task&model=torch&order=mean_z&gate=z&t=12&unit=10",
        1400,
        900,
        "light",
    ),
    "reset": ("weights=reset&model=torch&t=49&unit=1&gate=n", 1400, 900, "dark"),
    "text": (
        "weights=random&hidden=24&gain=4&source=text&text=게이트를 열어 보면 GRU가 보인다&lang=ko",
        1400,
        900,
        "light",
    ),
    "phone": ("weights=leaky&family=impulse&steps=140&p.position=0.05&p.width=40", 390, 844, "dark"),
}


def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        (ROOT / "assets" / "pictures").mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, (query, width, height, scheme) in PICTURES.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = Explorer(context, address)
                page.goto(query)
                page.page.wait_for_timeout(1500)
                page.page.screenshot(path=ROOT / "assets" / "pictures" / f"{name}.png")
                context.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
