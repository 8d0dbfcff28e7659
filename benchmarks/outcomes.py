"""How far off two estimates of an outcome's rates by origin are, where the rates are known.

    python benchmarks/outcomes.py            # writes benchmarks/results/outcomes.json

The 18 files are a list of names with their origins. An outcome is drawn for each row with a rate that depends
on its origin alone; the rates are drawn too, from 0.1 to 0.9. Then the origins are forgotten, but for
probabilities:

    calibrated    each name's origins are drawn from the probabilities, as they are in the list
    as labelled   origins are those of the files, and the probabilities the pretrained models' as they are

`classic` has seen most of these names in training, and `world` many of them; the errors of names that neither
has seen are larger. The estimates are those of `cognomen.evaluation.outcomes`; errors are means over origins
with at least 50 rows, and over draws.
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timed.tables import markdown

from cognomen import Classifier
from cognomen.classifier.mixture import estimate_shares
from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import OutcomeRates, outcome_rates

RESULT = Path(__file__).with_name("results") / "outcomes.json"
LEAST = 50  # rows of an origin


def measure(draws: int, rows: int) -> dict[str, Any]:
    """All figures."""
    corpus = load_corpus("tutorial")
    found: dict[str, Any] = {"draws": draws, "rows": rows}
    for model in ("classic", "world"):
        clf = Classifier.load(model)
        p = clf.predict_proba(corpus.names, full_names=False)
        keep = np.flatnonzero(~np.isnan(p).any(axis=1))
        priors = clf.expected_shares()
        truth = labels(corpus, clf)
        labelled = keep[truth[keep] >= 0]
        found[model] = {
            "calibrated": errors(clf.origins, p[keep], priors, None, draws, rows),
            "as labelled": errors(clf.origins, p[labelled], priors, truth[labelled], draws, rows),
        }
    return found


def labels(corpus: Corpus, clf: Classifier) -> NDArray[np.intp]:
    """The origin of each row, an index among the classifier's; -1 where it is none of these."""
    number = {origin: k for k, origin in enumerate(clf.origins)}
    return np.array([number.get(label, -1) for label in corpus.labels])


def errors(
    origins: tuple[str, ...],
    p: NDArray[np.float32],
    priors: NDArray[np.float64],
    truth: NDArray[np.intp] | None,
    draws: int,
    rows: int,
) -> dict[str, float]:
    """Mean absolute errors of both estimates, how often intervals hold the rate, and seconds of an estimate.

    Args:
        origins: C.
        p: (N, C), under the priors.
        priors: (C,).
        truth: (N,), the origins; None to draw them from the probabilities.
        draws: how many lists.
        rows: of a list.
    """
    rng, figures = np.random.default_rng(0), []
    shares = estimate_shares(p, np.ones(len(p)), priors)
    in_list = np.divide(p * shares, priors, where=priors > 0, out=np.zeros(p.shape))
    cumulated = (in_list / in_list.sum(axis=1, keepdims=True)).cumsum(axis=1)  # (N, C)
    for _ in range(draws):
        rates = rng.uniform(0.1, 0.9, len(origins))
        which = rng.choice(len(p), min(rows, len(p)), replace=False)
        drawn = (cumulated[which] < rng.random((len(which), 1))).sum(axis=1).clip(max=len(origins) - 1)
        origin = drawn if truth is None else truth[which]
        outcome = rng.random(len(which)) < rates[origin]
        began = time.perf_counter()
        found = outcome_rates(p[which], outcome, origins, priors)
        seconds = time.perf_counter() - began
        figures.append([*compared(found, origin, outcome, rates), seconds])
    names = ("naive", "corrected", "held", "seconds")
    return dict(zip(names, np.mean(figures, axis=0).round(4).tolist(), strict=True))


def compared(
    found: OutcomeRates,
    origin: NDArray[np.intp],
    outcome: NDArray[np.bool_],
    rates: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Mean absolute errors of the naive and the corrected estimate, and how often an interval holds."""
    table = np.array([[r.naive, r.rate, r.low, r.high] for r in found.rates if r.outcome])  # (C, 4)
    shown = np.bincount(origin, minlength=len(rates)) >= LEAST
    table, true = table[shown], rates[shown]
    held = (table[:, 2] <= true) & (true <= table[:, 3])
    return np.abs(table[:, 0] - true).mean(), np.abs(table[:, 1] - true).mean(), held.mean()


def table(found: dict[str, Any]) -> str:
    """The table of docs/outcomes.md."""
    heads = ("model", "origins", "error, weighted", "error, corrected", "intervals that hold the rate")
    rows = []
    for model, which in product(("classic", "world"), ("calibrated", "as labelled")):
        f = found[model][which]
        rows.append((model, which, f"{f['naive']:.3f}", f"{f['corrected']:.3f}", f"{f['held']:.0%}"))
    return markdown(heads, rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    found = measure(given.draws, given.rows)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
