"""What happens under stress: `make hostile` (a sample), `make hostile-full` (hours), or

    python tests/hostile/run.py [--full] [--only models texts score train interrupts] [--out FILE]
    python tests/hostile/run.py --write     put the figures of FILE into docs/reliability.md

FILE is benchmarks/results/hostile.json where a run is full. The exit code is 1 where something went wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from hostile.damage import HOSTILE_VALUES, changed, leaves, write_facts  # noqa: E402
from hostile.processes import interrupt, kill_score, kill_train  # noqa: E402
from hostile.strings import KINDS, texts  # noqa: E402

from cognomen import Classifier  # noqa: E402
from cognomen.errors import ModelError  # noqa: E402
from cognomen.io.model_folder import read_artifact  # noqa: E402
from cognomen.io.pretrained import PRETRAINED, pretrained_models  # noqa: E402
from cognomen.network.generator import Generator  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "hostile.json"
PAGE = ROOT / "docs" / "reliability.md"
SIZES = {  # of the sample, and of a full run
    "json": (97, 1),  # every so many bytes of model.json
    "tensors": (99_991, 1000),
    "facts": (40, 1),  # one of so many damaged facts with checksums that fit
    "texts": (30_000, 1_000_000),
    "kills": (4, 100),
    "moments": (2, 50),
}
SURE = 0.9
# Kinds of which a right answer may be sure: a script that one origin alone writes tells it.
BY_SCRIPT = ("letters of one script",)


# --- models -----------------------------------------------------------------------------------------------


def flipped_bytes(step: int, tensor_step: int) -> dict[str, Any]:
    """Flip a bit of every so many bytes of each pretrained model: it is refused, or reads the same."""
    found: Counter[str] = Counter()
    rng = random.Random(3)
    for model in pretrained_models():
        with TemporaryDirectory() as name:
            folder = Path(name) / "model"
            shutil.copytree(PRETRAINED / model, folder)
            whole = read_artifact(folder)
            for file, every in (("model.json", step), ("model.safetensors", tensor_step)):
                path = folder / file
                data = bytearray(path.read_bytes())
                for place in range(0, len(data), every):
                    before = data[place]
                    data[place] ^= 1 << rng.randrange(8)
                    path.write_bytes(data)
                    found[f"bytes of {file}"] += 1
                    found["damage unnoticed"] += not _refused_or_equal(folder, whole.facts)
                    data[place] = before
                path.write_bytes(data)
    return dict(found)


def _refused_or_equal(folder: Path, facts: dict[str, Any]) -> bool:
    """Whether a damaged folder is refused, or the damage was to white space."""
    try:
        return read_artifact(folder).facts == facts
    except ModelError:
        return True


def absurd_facts(one_of: int) -> dict[str, Any]:
    """Facts that make no sense, with checksums that fit: each model is refused, or answers."""
    found: Counter[str] = Counter()
    for model in pretrained_models():
        kind = Generator if model == "generator" else Classifier
        with TemporaryDirectory() as name:
            folder = Path(name) / "model"
            shutil.copytree(PRETRAINED / model, folder)
            facts = json.loads((folder / "model.json").read_bytes())
            places = [place for place in leaves(facts, most=2) if place]
            damaged = [(place, value) for place in places for value in HOSTILE_VALUES]
            for place, value in random.Random(5).sample(damaged, len(damaged) // one_of):
                write_facts(folder, changed(facts, place, value))
                found["models with absurd facts"] += 1
                found[_outcome(kind, folder)] += 1
    return dict(found)


def _outcome(kind: type[Classifier] | type[Generator], folder: Path) -> str:
    try:
        loaded = kind.load(folder)
        if isinstance(loaded, Classifier):
            loaded(["Smith", "O'Brien"])
        return "that answered"
    except ModelError:
        return "refused"
    except Exception as error:  # noqa: BLE001  what is looked for
        sys.stderr.write(f"{folder}: {error!r}\n")
        return "with other errors"


# --- texts ------------------------------------------------------------------------------------------------


def hostile_texts(count: int) -> dict[str, Any]:
    """Texts of all kinds: none stops a column, and hardly any is answered with confidence."""
    result: dict[str, Any] = {}
    for model in ("world", "classic"):
        clf, kinds = Classifier.load(model), {}
        for kind in KINDS:
            column = list(texts(kind, count // len(KINDS)))
            scores = clf.scores(column)
            sure = (scores.reasons < 0) & (scores.probabilities > SURE)
            known = scores.evidence == 0
            kinds[kind] = {
                "texts": len(column),
                "answered": round(float((scores.reasons < 0).mean()), 5),
                "sure": round(float((sure & ~known).mean()), 5),
                "sure_known": round(float((sure & known).mean()), 5),
            }
            alone = random.Random(7).sample(range(len(column)), 20)
            assert [clf(column[row]).reason is None for row in alone] == [
                bool(scores.reasons[row] < 0) for row in alone
            ], kind
        counted = [row for kind, row in kinds.items() if kind not in BY_SCRIPT]
        weights = [row["texts"] for row in counted]
        result[model] = {
            "texts": sum(row["texts"] for row in kinds.values()),
            "sure": round(float(np.average([row["sure"] for row in counted], weights=weights)), 6),
            "kinds": kinds,
        }
    return result


# --- all --------------------------------------------------------------------------------------------------

BATTERIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "models": lambda full: {
        **flipped_bytes(SIZES["json"][full], SIZES["tensors"][full]),
        **absurd_facts(SIZES["facts"][full]),
    },
    "texts": lambda full: hostile_texts(SIZES["texts"][full]),
    "score": lambda full: kill_score(SIZES["kills"][full]),
    "train": lambda full: kill_train(SIZES["kills"][full]),
    "interrupts": lambda full: interrupt(SIZES["moments"][full]),
}
FAULTS = (
    *("damage unnoticed", "with other errors", "outputs cut short", "failed to go on", "other models"),
    *("other outputs", "left behind", "tracebacks", "other exit codes"),
)


def faults(result: dict[str, Any]) -> list[str]:
    """What went wrong."""
    counts = {
        f"{battery}, {what}": found[what]
        for battery, found in result.items()
        if isinstance(found, dict)
        for what in FAULTS
        if found.get(what)
    }
    unsure = result.get("texts", {})
    counts |= {f"{m}, sure of non-names": row["sure"] for m, row in unsure.items() if row["sure"] > 0.001}
    return [f"{what}: {count}" for what, count in counts.items()]


def table(result: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    lines = ["| tried | how often | found |", "| --- | --- | --- |"]
    for battery, found in result.items():
        if battery == "texts" or not isinstance(found, dict):
            continue
        (first, count), *rest = [(what, n) for what, n in found.items() if what not in FAULTS]
        more = "; ".join(f"{n:,} {what}" for what, n in rest)
        wrong = "; ".join(f"{found[what]:,} {what}" for what in FAULTS if what in found)
        lines.append(f"| {battery}: {first} | {count:,} | {more + '; ' if more else ''}{wrong} |")
    if "texts" in result:
        lines += ["", "| texts | world: answered | sure | classic: answered | sure |", "| --- " * 5 + "|"]
        world, classic = result["texts"]["world"], result["texts"]["classic"]
        for kind, row in world["kinds"].items():
            other = classic["kinds"][kind]
            lines.append(
                f"| {row['texts']:,} {kind} | {row['answered']:.1%} | {row['sure']:.3%} | "
                f"{other['answered']:.1%} | {other['sure']:.3%} |"
            )
        lines.append(
            f"| **all but letters of one script** | | **{world['sure']:.3%}** | | **{classic['sure']:.3%}** |"
        )
    return "\n".join(lines)


def write_page(result: dict[str, Any]) -> None:
    """Put the figures into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition("<!-- hostile -->")
    _, _, after = rest.partition("<!-- /hostile -->")
    text = f"{before}<!-- hostile -->\n{table(result)}\n<!-- /hostile -->{after}"
    PAGE.write_text(text, "utf-8")


def main() -> None:
    """Run the batteries."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="all of it: hours")
    parser.add_argument("--only", nargs="+", choices=BATTERIES, default=list(BATTERIES))
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE", help="the figures, as JSON")
    parser.add_argument("--write", action="store_true", help="put them into docs/reliability.md")
    parser.add_argument(
        "--size", nargs="+", default=[], metavar="WHAT=N", help=f"other sizes: {', '.join(SIZES)}"
    )
    asked = parser.parse_args()
    for what, _, size in (each.partition("=") for each in asked.size):
        SIZES[what] = (int(size), int(size))
    out: Path = asked.out
    result: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
    if asked.write:
        write_page(result)
        return
    for name in asked.only:
        began = time.monotonic()
        result[name] = BATTERIES[name](int(asked.full))
        print(f"{name}: {time.monotonic() - began:.0f} s", json.dumps(result[name])[:600], flush=True)
        if asked.full or out != RESULTS:
            out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if wrong := faults({name: result[name] for name in asked.only}):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
