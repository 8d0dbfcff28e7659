"""Write the README's table from the results: `python benchmarks/figures.py`; with `--check`, is it stale?"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from cognomen.files import write_whole

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
BLOCK = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- /figures -->)", re.DOTALL)
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
    return "".join(lines)


def main() -> None:
    text = README.read_text(encoding="utf-8")
    written, count = BLOCK.subn(lambda _: table(), text)
    if count != 1:
        sys.exit("README.md: expected one place between <!-- figures --> and <!-- /figures -->")
    if sys.argv[1:] == ["--check"]:
        sys.exit(
            0 if written == text else "README.md: the figures are stale; run: python benchmarks/figures.py"
        )
    write_whole(README, written.encode())


if __name__ == "__main__":
    main()
