"""Re-train the shipped model `classic` and re-measure its recipe: `python benchmarks/classic.py`.

Runs `cognomen protocol` for L and T and the training command that stands in the model's card, and writes
`benchmarks/results/classic.json` and the model's folder, whose card quotes those figures. With `--card` only
the card is written anew from the results that are there. Needs the 18 files (`cognomen data fetch`); about a
quarter of an hour on two slow cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cognomen import Classifier
from cognomen.card import model_card
from cognomen.files import write_whole

RESULTS = Path(__file__).parent / "results" / "classic.json"
SHIPPED = Path(__file__).parent.parent / "src" / "cognomen" / "models" / "classic"
DATA = "tutorial"


def cognomen(*words: str) -> str:
    """What a command prints, run as a user would; its progress stays visible."""
    command = [sys.executable, "-m", "cognomen", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def quoted(result: dict[str, Any]) -> dict[str, Any]:
    """The figures that the card shows; the rest stays in the results."""
    evaluation = {k: v for k, v in result["evaluation"].items() if k not in ("confusion", "reliability")}
    return {**{k: result[k] for k in ("mean", "standard_deviation", "accuracies")}, "evaluation": evaluation}


def write_card(clf: Classifier) -> None:
    """Save a classifier as the shipped model, with what was measured in its facts and its card."""
    protocols = json.loads(RESULTS.read_text(encoding="utf-8"))
    clf.facts["protocols"] = {which: quoted(result) for which, result in protocols.items()}
    clf.card = model_card(clf.origins, clf.priors, clf.facts)
    clf.save(SHIPPED)


def main() -> None:
    if sys.argv[1:] == ["--card"]:
        write_card(Classifier.load(SHIPPED))
        return
    measured = {
        which: json.loads(cognomen("protocol", which, DATA, "--json", "--processes", "2")) for which in "LT"
    }
    RESULTS.parent.mkdir(exist_ok=True)
    write_whole(RESULTS, (json.dumps(measured, indent=1) + "\n").encode())
    with tempfile.TemporaryDirectory() as folder:
        cognomen("train", DATA, "--out", f"{folder}/classic", "--seed", "0")
        write_card(Classifier.load(f"{folder}/classic"))


if __name__ == "__main__":
    main()
