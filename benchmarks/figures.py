"""Write the documents' tables from the results: `python benchmarks/figures.py`; `--check`: are they stale?"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import accuracy
import knowing
import limits
import outside
import unlike
from speed import table as table_of
from speed_profile import table as profile_table

from cognomen.io.files import write_whole

HERE = Path(__file__).parent
README, DOCS = HERE.parent / "README.md", HERE.parent / "docs"
PROTOCOLS = {"L": "L, leak-free", "T": "T, the tutorial's rows"}


def results(name: str) -> dict[str, Any]:
    """The results of one benchmark."""
    read: dict[str, Any] = json.loads((HERE / "results" / f"{name}.json").read_text(encoding="utf-8"))
    return read


def row(protocol: str, model: str, result: dict[str, Any], pooled: dict[str, Any]) -> str:
    """One line of the table."""
    accuracy = f"{result['mean']:.3f} ± {result['standard_deviation']:.3f}"
    scores = " | ".join(f"{pooled[key]:.3f}" for key in ("macro_f1", "top3", "log_loss", "ece"))
    return f"| {PROTOCOLS[protocol]} | {model} | {accuracy} | {scores} |\n"


def table() -> str:
    """The shipped model's recipe and the video's network, under both protocols."""
    classic, video = results("classic"), results("tutorial")["video"]
    lines = ["| protocol | model | accuracy | macro-F1 | top-3 | log loss | ECE |\n", "| --- " * 7 + "|\n"]
    for protocol in PROTOCOLS:
        lines.append(row(protocol, "`classic`", classic[protocol], classic[protocol]["evaluation"]))
        lines.append(row(protocol, "the video's", video[protocol], video[protocol]["pooled"]))
    more = results("outside")["L"]
    lines.insert(3, row("L", "its recipe, with names from outside", more, more["evaluation"]))
    return "".join(lines)


WAYS = {
    "video": "as in the video: every origin drawn equally often, no tanh",
    "tanh": "with the tanh that its network lacks",
    "rows": "with rows drawn as they come, not every origin equally often",
}


def tutorial_table() -> str:
    """The tutorial's network, trained in three ways."""
    lines = ["| the loop | accuracy under L | under T |\n", "| --- " * 3 + "|\n"]
    for way, words in WAYS.items():
        cells = (results("tutorial")[way][p] for p in PROTOCOLS)
        shown = (f"{cell['mean']:.3f} ± {cell['standard_deviation']:.3f}" for cell in cells)
        lines.append(f"| {words} | {' | '.join(shown)} |\n")
    return "".join(lines)


def where(here: dict[str, Any]) -> str:
    """What machine and which versions measured something."""
    versions = ", ".join(f"{name} {v}" for name, v in here["versions"].items() if v and name != "cognomen")
    return f"Measured on {here['processor']}, {here['cores']} cores, {here['blas'][0]}; {versions}.\n\n"


def speed_table(with_targets: bool = True) -> str:
    """What `speed.py` measured, or only what has a target, and on what machine."""
    measured = results("speed")
    return where(measured["machine"]) + table_of(measured["rows"], with_targets=with_targets)


def filled(text: str, mark: str, table: str) -> str:
    """The text with the table between its two marks."""
    block = re.compile(rf"(?<=<!-- {mark} -->\n).*(?=<!-- /{mark} -->)", re.DOTALL)
    written, count = block.subn(lambda _: table, text)
    if count != 1:
        sys.exit(f"expected one place between <!-- {mark} --> and <!-- /{mark} -->")
    return written


def main() -> None:
    profile = results("profile")
    pages = {
        README: {
            "figures": table(),
            "accuracy": accuracy.table(results("accuracy")),
            "tutorial": tutorial_table(),
            "speed": speed_table(),
        },
        DOCS / "knowing.md": {
            "knowing": knowing.tables(results("knowing")) + "\n",
            "unlike": unlike.table(results("unlike")) + "\n",
        },
        DOCS / "accuracy.md": {
            "curve": limits.curve_table(results("limits")),
            "errors": limits.error_tables(results("limits")),
            "rows": limits.rows_sentence(results("limits")),
            "outside": outside.sentence(results("outside")),
        },
        DOCS / "speed.md": {
            "profile": where(profile["machine"]) + profile_table(profile),
            "speed-all": speed_table(with_targets=False),
        },
    }
    for page, tables in pages.items():
        text = written = page.read_text(encoding="utf-8")
        for mark, made in tables.items():
            written = filled(written, mark, made)
        if sys.argv[1:] != ["--check"]:
            write_whole(page, written.encode())
        elif written != text:
            sys.exit(f"{page.name}: the figures are stale; run: python benchmarks/figures.py")


if __name__ == "__main__":
    main()
