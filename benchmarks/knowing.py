"""Does the model know what it knows? `python benchmarks/knowing.py`, after `python benchmarks/classic.py`.

Asks the models of protocol L's ten folds (benchmarks/folds) for their test names, which none of them has seen
in training or calibration, and writes benchmarks/results/knowing.json. Measured are

    sets          how often they hold the right origin, and how large they are, in each fold
    abstaining    how many names are answered, and how many of these right, by `abstain_below`
    composition   how far off the shares of lists with another mixture are: estimated, and counted

No model is trained here; about a minute on one core.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.composition import Composition, compose
from cognomen.classifier.conformal import in_sets, score_levels, threshold
from cognomen.classifier.mixture import estimate_shares
from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import split_by_fold
from cognomen.evaluation.splits import FOLDS
from cognomen.io.files import write_atomically

HERE = Path(__file__).parent
COVERAGES = (0.8, 0.9, 0.95)
LIMITS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
SPREADS = (0.1, 0.3, 1.0)  # of the Dirichlet that draws the shares: few origins ... all of them
SIZES = (200, 1000, 5000)
MIXTURES = "| Dirichlet | names | error, EM | error, counted | ratio | 95 % intervals that hold |"
GIVEN = ("spread", "size", "ratio")  # of a row, what is no mean of its lists
LARGE = 0.01  # shares that are looked at for doubts
KINDS = ("doubted", "together", "trusted")
LISTS, LISTS_WITH_INTERVALS = 200, 40  # of each spread and size

Table = NDArray[np.floating[Any]]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Predictions:
    """What the runs answered: p (N, C), labels (N,), fold (N,), set_levels (K, 201) or None."""

    p: Table
    labels: Places
    fold: Places
    set_levels: Table | None = None

    @classmethod
    def of_models(cls, folder: Path, corpus: Corpus) -> Predictions:
        """What the models of the ten folds, each in its folder, answer for their test names."""
        tests = [split_by_fold(corpus.names, k)[1] for k in range(FOLDS)]  # (N_k,) each
        models = [Classifier.load(folder / str(k)) for k in range(FOLDS)]
        p = []
        for clf, rows in zip(models, tests, strict=True):
            logits = clf.logits([corpus.names[row] for row in rows])
            p.append(softmax_with_temperature(logits, clf.temperature))  # (N_k, C)
        labels = np.searchsorted(corpus.origins, np.array(corpus.labels))
        return cls(
            np.concatenate(p),
            labels[np.concatenate(tests)],
            np.repeat(np.arange(FOLDS), [len(rows) for rows in tests]),
            np.array([clf.calibration.set_levels for clf in models], float),
        )


# --- sets -----------------------------------------------------------------------------------------------


def measure_sets(found: Predictions, coverages: tuple[float, ...] = COVERAGES) -> dict[str, Any]:
    """Coverage and size of the sets of each fold's test names.

    A fold's thresholds are those that its run fitted to its own validation names; where these are not
    given, thresholds from the test names of the other folds.
    """
    folds = np.unique(found.fold)
    own = found.set_levels is not None
    rows = [fold_sets(found, int(k), coverages) for k in folds]
    return {
        "thresholds": "of each run's own validation names" if own else "of the other folds' test names",
        "folds": len(folds),
        "coverages": [
            {
                "promised": coverage,
                "held": float(np.mean([row[i]["held"] for row in rows])),
                "held_by_fold": [row[i]["held"] for row in rows],
                "size": float(np.mean([row[i]["size"] for row in rows])),
                "empty": float(np.mean([row[i]["empty"] for row in rows])),
                "single": float(np.mean([row[i]["single"] for row in rows])),
            }
            for i, coverage in enumerate(coverages)
        ],
    }


def fold_sets(found: Predictions, k: int, coverages: tuple[float, ...]) -> list[dict[str, float]]:
    """The sets of one fold's test names at each coverage."""
    test = found.fold == k  # (N,)
    p, labels = found.p[test], found.labels[test]
    ranked = np.argsort(-p, axis=1, kind="stable")  # (N, C)
    rank = (ranked == labels[:, None]).argmax(axis=1)  # (N,), of the right origin
    levels = (
        score_levels(found.p[~test], found.labels[~test])
        if found.set_levels is None
        else found.set_levels[k].tolist()
    )
    rows = []
    for coverage in coverages:
        sizes = in_sets(p, threshold(levels, coverage)).sum(axis=1)  # (N,)
        parts = {"held": rank < sizes, "size": sizes, "empty": sizes == 0, "single": sizes == 1}
        rows.append({name: float(part.mean()) for name, part in parts.items()})
    return rows


# --- abstaining -----------------------------------------------------------------------------------------


def measure_abstaining(found: Predictions, limits: tuple[float, ...] = LIMITS) -> list[dict[str, float]]:
    """How many names are answered, and how many of these right, for each `abstain_below`."""
    sure, right = found.p.max(axis=1), found.p.argmax(axis=1) == found.labels  # (N,), (N,)
    rows = []
    for limit in limits:
        answered = sure >= limit
        rows.append(
            {
                "abstain_below": limit,
                "answered": float(answered.mean()),
                "accuracy": float(right[answered].mean()) if answered.any() else float("nan"),
            }
        )
    return rows


# --- composition ----------------------------------------------------------------------------------------


def measure_composition(
    found: Predictions,
    *,
    within_folds: bool = False,
    spreads: tuple[float, ...] = SPREADS,
    sizes: tuple[int, ...] = SIZES,
    lists: int = LISTS,
    with_intervals: int = LISTS_WITH_INTERVALS,
    seed: int = 0,
) -> dict[str, Any]:
    """Errors of the shares of lists with another mixture than the training's.

    The shares of a list are drawn from a Dirichlet, its names with replacement from the test names of their
    origins: of all folds together, or of one fold drawn for each list, which has only a handful of names of
    a rare origin, so that a long list repeats each of them a hundred times. The error is the mean over the
    origins of the distance to the list's own shares; the ratio is that of the mean errors. Intervals are
    about the drawn shares.
    """
    rng = np.random.default_rng(seed)
    priors = np.bincount(found.labels, minlength=found.p.shape[1]) / len(found.labels)
    rows = []
    for spread in spreads:
        for size in sizes:
            drawn = [
                list_errors(part, priors, rng, spread, size, intervals=i < with_intervals)
                for i, part in enumerate(parts(found, rng, lists, within_folds=within_folds))
            ]
            means = {
                name: float(np.mean([each[name] for each in drawn if name in each])) for name in drawn[0]
            }
            rows.append({"spread": spread, "size": size, **means, "ratio": means["em"] / means["counted"]})
    overall = {name: float(np.mean([row[name] for row in rows])) for name in rows[0] if name not in GIVEN}
    return {
        "drawn_from": "one fold at a time" if within_folds else "all folds together",
        "lists": lists,
        "seed": seed,
        "mixtures": rows,
        "overall": {**overall, "ratio": overall["em"] / overall["counted"]},
    }


def parts(
    found: Predictions, rng: np.random.Generator, lists: int, *, within_folds: bool
) -> Iterator[Predictions]:
    """What each list is drawn from: everything, or a fold."""
    for _ in range(lists):
        chosen = found.fold == rng.choice(found.fold) if within_folds else np.full(len(found.fold), True)
        yield Predictions(found.p[chosen], found.labels[chosen], found.fold[chosen])


def list_errors(
    found: Predictions,
    priors: Table,
    rng: np.random.Generator,
    spread: float,
    size: int,
    *,
    intervals: bool,
) -> dict[str, float]:
    """Draw one list, and measure how far its shares are missed."""
    count = found.p.shape[1]
    shares = rng.dirichlet(np.full(count, spread)) * np.isin(np.arange(count), found.labels)  # (C,)
    shares /= shares.sum()
    names = draw_list(found.labels, shares, size, rng)  # (size,)
    there = np.bincount(found.labels[names], minlength=count) / size  # (C,)
    rows, times = np.unique(names, return_counts=True)  # (U,), (U,)
    p = found.p[rows]
    counted = np.bincount(p.argmax(axis=1), times, count) / size  # (C,)
    errors = {
        "em": float(np.abs(estimate_shares(p, times, priors) - there).mean()),
        "counted": float(np.abs(counted - there).mean()),
    }
    if intervals:
        origins = [str(c) for c in range(count)]
        composed = compose(p.astype(np.float32), times, priors, origins, unknown={})
        errors["intervals_hold"] = float(
            np.mean([each.low <= shares[int(each.origin)] <= each.high for each in composed.shares])
        )
        errors |= doubts(composed, there)
    return errors


def doubts(found: Composition, there: Table) -> dict[str, float]:
    """How large are a list's shares in doubt, together with the origins they lean to, and the others?

    Each with the sum of its distances to what is there.
    """
    sums = {f"{kind}{what}": 0.0 for kind in KINDS for what in ("", "_missed")}

    def add(kind: str, share: float, *origins: str) -> None:
        sums[kind] += share
        sums[f"{kind}_missed"] += abs(share - sum(float(there[int(origin)]) for origin in origins))

    for each in found.shares:
        if each.share < LARGE:
            continue
        add("doubted" if each.leaning else "trusted", each.share, each.origin)
        if each.leaning:
            add("together", each.leaning.together, each.origin, each.leaning.origin)
    return sums


def draw_list(labels: Places, shares: Table, size: int, rng: np.random.Generator) -> Places:
    """The rows (size,) of a list with about these shares, drawn with replacement from each origin's."""
    counts = rng.multinomial(size, shares)  # (C,)
    return np.concatenate(
        [rng.choice(np.flatnonzero(labels == c), n) for c, n in enumerate(counts.tolist()) if n]
    )


# --- all of it ------------------------------------------------------------------------------------------


def measure(found: Predictions, **settings: Any) -> dict[str, Any]:
    """All figures; `settings` are those of `measure_composition`."""
    return {
        "names": len(found.labels),
        "accuracy": float((found.p.argmax(axis=1) == found.labels).mean()),
        "sets": measure_sets(found),
        "abstaining": measure_abstaining(found),
        "composition": measure_composition(found, **settings),
        "composition_within_folds": measure_composition(found, within_folds=True, **settings),
    }


def tables(results: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    sets = [
        f"| {row['promised']:.2f} | {row['held']:.3f} | {min(row['held_by_fold']):.3f} to "
        f"{max(row['held_by_fold']):.3f} | {row['size']:.2f} | {row['single']:.1%} | {row['empty']:.1%} |"
        for row in results["sets"]["coverages"]
    ]
    abstaining = [
        f"| {row['abstain_below']:.2f} | {row['answered']:.1%} | {row['accuracy']:.3f} |"
        for row in results["abstaining"]
    ]
    return "\n\n".join(
        "\n".join([heads, "| --- " * (heads.count("|") - 1) + "|", *rows])
        for heads, rows in [
            ("| promised | held | by fold | mean size | one origin | empty |", sets),
            ("| abstain below | answered | accuracy of these |", abstaining),
            *((MIXTURES, mixture_rows(results[key])) for key in ("composition", "composition_within_folds")),
        ]
    )


def mixture_rows(result: dict[str, Any]) -> list[str]:
    """The lines of a table of mixtures."""
    rows = [
        f"| {row['spread']:g} | {row['size']:,} | {row['em']:.2%} | {row['counted']:.2%} "
        f"| {row['ratio']:.2f} | {row['intervals_hold']:.1%} |"
        for row in result["mixtures"]
    ]
    overall = result["overall"]
    last = f"| {overall['em']:.2%} | {overall['counted']:.2%} | {overall['ratio']:.2f} | |"
    return [*rows, f"| all, from {result['drawn_from']} | {last}", "", doubt_line(overall)]


def doubt_line(overall: dict[str, float]) -> str:
    """What a doubt is worth."""
    missed = {kind: overall[f"{kind}_missed"] / max(overall[kind], 1e-9) for kind in KINDS}
    return (
        f"Of the shares of 1% or more, those in doubt are {overall['doubted']:.0%} of a list, and off by "
        f"{missed['doubted']:.0%} of their size; together with the origins they lean to by "
        f"{missed['together']:.0%}. The others are off by {missed['trusted']:.0%}."
    )


def main() -> None:
    """Measure, print the tables, and write the results."""
    results = measure(Predictions.of_models(HERE / "folds", load_corpus("tutorial")))
    print(tables(results))
    write_atomically(HERE / "results" / "knowing.json", (json.dumps(results, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
