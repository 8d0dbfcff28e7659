"""How quickly the page "See it think" answers in Chromium: each key, and the first answer after it is opened.

    python benchmarks/page.py     # writes results/page.json

A key is timed from the event until its script has ended: the answer, its bars, and the beliefs. The first
answer is timed from the opening of the file, beside an empty file's load: when it is shown; when the network
has computed it; and when any name is answered, for which the tables of n-grams have to be there. It needs
Playwright and Chromium. For figures to publish the machine must be idle.
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

MARKS = "['answered', 'complete'].map((name) => performance.getEntriesByName(name)[0].startTime)"
SHOWN = """() => new Promise((done) => new PerformanceObserver((list) => {
  const found = list.getEntries().find(({ identifier }) => identifier === "first-answer");
  if (found) done(found.renderTime || found.startTime);
}).observe({ type: "element", buffered: true }))"""


def measure(browser: Any, file: Path, names: list[str]) -> dict[str, Any]:
    """Time the page in a file."""
    shown, computed, any_name = np.median([first_answers(browser, file) for _ in range(OPENED)], axis=0)
    page = opened(browser, file)
    times = np.array(page.evaluate(TYPE, names))
    page.close()
    return {
        "keys": len(times),
        "key p50 ms": round(float(np.quantile(times, 0.5)), 1),
        "key p95 ms": round(float(np.quantile(times, 0.95)), 1),
        "first answer shown ms": round(float(shown)),
        "first answer computed ms": round(float(computed)),
        "any name answered ms": round(float(any_name)),
        "megabytes": round(file.stat().st_size / 1e6, 2),
    }


def table(found: dict[str, Any]) -> str:
    """The results in Markdown; a dash for what has not been measured."""
    models = ("classic", "world")
    rows = {
        "size, MB": "megabytes",
        "a key, median, ms": "key p50 ms",
        "a key, 95 % are under, ms": "key p95 ms",
        "first answer shown, ms": "first answer shown ms",
        "first answer computed, ms": "first answer computed ms",
        "any name is answered from, ms": "any name answered ms",
    }
    lines = ["|  | `classic` | `world` |\n", "| --- | ---: | ---: |\n"]
    for words, key in rows.items():
        lines.append(f"| {words} | {' | '.join(str(found[model].get(key, '–')) for model in models)} |\n")
    empty, load = found["empty page ms"], found["machine"]["load"][0]
    said = f"An empty page loads in {empty} ms. The load of the machine was {load:.0f}.\n"
    return "".join([*lines, "\n", said])


def faults_table(found: dict[str, Any]) -> str:
    """What `faults.mjs` measured, in Markdown: right answers without and with each fault of part 7."""
    lines = ["| fault | right without it | right with it | overflows |\n", "| --- " * 4 + "|\n"]
    for fault in found["faults"].values():
        runs = fault["runs"]
        well, badly = ([run[way]["accuracy"] for run in runs] for way in ("well", "badly"))
        overflows = f"{badly.count(None)} of {len(runs)}"
        lines.append(f"| {fault['name']} | {in_short(well)} | {in_short(badly)} | {overflows} |\n")
    said = f"\nOn held-out items after {found['steps']} steps: the median of the seeds, and their range.\n"
    return "".join([*lines, said])


def in_short(shares: list[float | None]) -> str:
    """The median and the range of shares; None is that of a training that overflowed."""
    low, middle, high = np.quantile([share for share in shares if share is not None], (0, 0.5, 1))
    return f"{middle:.0%}" if low == high else f"{middle:.0%} ({low:.0%}–{high:.0%})"


def opened(browser: Any, file: Path) -> Any:
    """The page, when all of it is there."""
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    return page


def first_answers(browser: Any, file: Path) -> tuple[float, float, float]:
    """Milliseconds from the opening of a file until an answer is shown, one is computed, any one can be."""
    page = opened(browser, file)
    shown: float = page.evaluate(SHOWN)
    computed, any_name = page.evaluate(MARKS)
    page.close()
    return shown, computed, any_name


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
