"""How quickly the page "See it think" answers in Chromium: each key, and the first answer after it is opened.

    python benchmarks/page.py     # writes results/page.json

A key is timed from the event until its script has ended: the answer, its bars, and the beliefs. The first
answer is timed from the opening of the file, beside an empty file's load. It needs Playwright and Chromium.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from timed.timing import machine

from cognomen.apps.page.build import build_page
from cognomen.network.generator import Generator

RESULT = Path(__file__).with_name("results") / "page.json"
OPENED = 7  # times
LATIN = (
    "Arabic",
    "Chinese",
    "Czech",
    "English",
    "French",
    "German",
    "Greek",
    "Italian",
    "Japanese",
    "Polish",
)
TYPE = """async (names) => {
  const input = document.querySelector("input.name"), times = [];
  for (const name of names) {
    for (let length = 1; length <= name.length; length++) {
      input.value = name.slice(0, length);
      const start = performance.now();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      times.push(performance.now() - start);
      await new Promise((done) => setTimeout(done, 80));
    }
  }
  return times;
}"""


def measure(browser: Any, file: Path, names: list[str]) -> dict[str, Any]:
    """Time the page in a file."""
    firsts = [first_answer(browser, file) for _ in range(OPENED)]
    page = opened(browser, file)
    times = np.array(page.evaluate(TYPE, names))
    page.close()
    return {
        "keys": len(times),
        "key p50 ms": round(float(np.quantile(times, 0.5)), 1),
        "key p95 ms": round(float(np.quantile(times, 0.95)), 1),
        "first answer ms": round(float(np.median(firsts))),
        "megabytes": round(file.stat().st_size / 1e6, 2),
    }


def opened(browser: Any, file: Path) -> Any:
    """The page, when all of it is there."""
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    return page


def first_answer(browser: Any, file: Path) -> float:
    """Milliseconds from the opening of a file to the page's first answer."""
    page = opened(browser, file)
    found: float = page.evaluate("performance.getEntriesByName('answered')[0].startTime")
    page.close()
    return found


def empty_load(browser: Any, file: Path) -> float:
    """Milliseconds that an empty page takes to load."""
    page = browser.new_page()
    page.goto(file.as_uri())
    found: float = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.close()
    return found


def main() -> None:
    """Measure the pages of both pretrained classifiers."""
    from playwright.sync_api import sync_playwright

    generator = Generator.load()
    names = [name for origin in LATIN for name in generator.names(origin, 2, script="Latin", seed=3)]
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        empty = Path(folder) / "empty.html"
        empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
        found = {"machine": machine(), "empty page ms": 0}
        found["empty page ms"] = round(float(np.median([empty_load(browser, empty) for _ in range(OPENED)])))
        for model in ("classic", "world"):
            file = Path(folder) / f"{model}.html"
            file.write_text(build_page(model), encoding="utf-8")
            found[model] = measure(browser, file, names)
        browser.close()
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
