"""Measure the name tutorial's own network under protocols L and T: `python benchmarks/tutorial.py`.

Three ways to train it, each as its command does: as in the video; with the tanh that the video's network
lacks; with rows drawn as they come, which gives figures like those published for it. 48 trainings of 100,000
names, two at a time: about half an hour. Writes `benchmarks/results/tutorial.json`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cognomen.io.files import write_atomically

RESULTS = Path(__file__).parent / "results"
DATA = "tutorial"
WAYS = {"video": [], "tanh": ["--tanh"], "rows": ["--rows"]}
FIGURES = ("accuracy", "macro_f1", "top3", "log_loss", "ece")


def tutorial(*words: str) -> dict[str, Any]:
    """Run the command as a reader would; its progress stays visible."""
    command = [sys.executable, "-m", "cognomen.tutorial", DATA, "--json", *words]
    print("$", *command[1:], file=sys.stderr, flush=True)
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return result


def loop(options: list[str]) -> dict[str, Any]:
    """The video's own run: all rows trained on, and the same rows asked for."""
    run = tutorial(*options)
    return {
        "settings": run["settings"],
        "last_loss": run["all_losses"][-1],
        "training_rows": {figure: run["training_rows"][figure] for figure in FIGURES},
        "seconds": run["seconds"],
    }


def protocols(options: list[str]) -> dict[str, Any]:
    """The figures of both protocols, without their tables."""
    measured = tutorial("--protocol", "both", "--processes", "2", *options)
    return {which: brief(result) for which, result in measured.items()}


def brief(result: dict[str, Any]) -> dict[str, Any]:
    """Mean and standard deviation of the runs' accuracies, and the figures of their answers together."""
    kept = ("mean", "standard_deviation", "accuracies", "corpus")
    pooled = {figure: result["evaluation"][figure] for figure in ("names", *FIGURES)}
    recall = {scores["origin"]: scores["recall"] for scores in result["evaluation"]["origins"]}
    return {**{key: result[key] for key in kept}, "pooled": pooled, "recall": recall}


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    results = {way: {"loop": loop(options), **protocols(options)} for way, options in WAYS.items()}
    write_atomically(RESULTS / "tutorial.json", (json.dumps(results, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
