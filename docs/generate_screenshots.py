"""Write the pictures of the page "See it think": `make screenshots`. It needs Playwright and Chromium.

Browsers differ in how they draw, so no test compares these pictures: take them again when the page changes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cognomen.apps.page.build import build_page

FIGURES = Path(__file__).parent / "figures"
READY = "html[data-ready]"


def main() -> None:
    """Take all pictures of the page of the default model."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text(build_page(study="study/"), encoding="utf-8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = opened(browser, file, width=1280, scheme="light")
        first = page.locator("#type-app").bounding_box()
        clip = {"x": 0, "y": 0, "width": 1280, "height": first["y"] + first["height"] + 12}
        page.screenshot(path=FIGURES / "page.png", clip=clip, full_page=True)
        page.locator("#inside-app").screenshot(path=FIGURES / "page-inside.png")
        browser.close()


def opened(browser: Any, file: Path, *, width: int, scheme: str) -> Any:
    """The page with a name, when everything about it has been worked out."""
    window = {"width": width, "height": 1400}
    page = browser.new_page(viewport=window, color_scheme=scheme, reduced_motion="reduce")
    page.goto(file.as_uri())
    page.wait_for_selector(READY)
    page.get_by_label("A surname, in any script").fill("Kowalczyk")
    letters = page.locator("#inside-app .letters")
    while not letters.inner_text().startswith("k") or "·" in letters.inner_text():  # those of the name before
        page.wait_for_timeout(200)
    return page


if __name__ == "__main__":
    main()
