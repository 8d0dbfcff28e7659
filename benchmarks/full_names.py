"""What full names cost beside their surnames: `python benchmarks/full_names.py`.

400,000 names of eight countries: surnames drawn by how common the lists of the corpus world say they are, and
one of Faker's given names of the country before each, or two before one in four. Prints the CPU seconds of
`Classifier.scores` for the different full names, and for the surnames of the same rows, one after the other:
the first time, when words of both are new to the process, and the least of the other runs. Target: a ratio
of at most 1.5.

    python benchmarks/full_names.py                  writes results/full_names.json
    python benchmarks/full_names.py --rows 20000     quick, and writes nothing

Needs COGNOMEN_WORLD and Faker (the extra `bench`). Numba is used if it is installed; NUMBA=0 leaves it out.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sys
from importlib.util import find_spec
from pathlib import Path

if os.environ.get("NUMBA") == "0":
    sys.modules["numba"] = None  # type: ignore[assignment]

from order import given_names, is_latin, weights_of_lists
from score_csv import cpu
from timed.timing import machine

from cognomen import Classifier

RESULTS = Path(__file__).parent / "results" / "full_names.json"
ROWS, REPEATS = 400_000, 7
LOCALES = {
    "English": "en_GB", "French": "fr_FR", "Czech": "cs_CZ", "Dutch": "nl_NL", "Norwegian": "no_NO",
    "Finnish": "fi_FI", "Italian": "it_IT", "Turkish": "tr_TR",
}  # fmt: skip


def people(world: Path, rows: int) -> dict[str, str]:
    """The surname in each of different full names."""
    weights, rng = weights_of_lists(world), random.Random(5)
    found = []
    for origin, locale in LOCALES.items():
        given = given_names(locale)
        latin = {name: weight for name, weight in weights[origin].items() if is_latin(name)}
        for surname in rng.choices(list(latin), list(latin.values()), k=rows // len(LOCALES)):
            count = 2 if rng.random() < 0.25 else 1
            found.append((" ".join([*rng.choices(given, k=count), surname]), surname))
    rng.shuffle(found)
    return dict(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the CPU time of full names with that of surnames.")
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    named = people(Path(os.environ["COGNOMEN_WORLD"]), rows)
    columns = list(named), list(named.values())
    classifier = Classifier.load()
    classifier.scores(["Anna Berg", "smith"] * 10_000)  # prepares the weights, and compiles
    runs = []
    for _ in range(REPEATS + 1):
        gc.collect()
        runs.append([cpu(lambda names=names: classifier.scores(names)) for names in columns])  # type: ignore[misc]
    full, surnames = (min(each) for each in zip(*runs[1:], strict=True))  # other work only adds
    numba = find_spec("numba") is not None if "numba" not in sys.modules else sys.modules["numba"] is not None
    results = {
        "machine": machine(),
        "engine": "fast" if numba else "NumPy",
        "rows": len(named),
        "surnames": len(set(columns[1])),
        "full_names_cpu_s": round(full, 3),
        "surnames_cpu_s": round(surnames, 3),
        "ratio": round(full / surnames, 2),
        "first_ratio": round(runs[0][0] / runs[0][1], 2),
    }
    print(json.dumps(results, indent=1, ensure_ascii=False))
    if rows == ROWS:
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        kept[results["engine"]] = results
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
