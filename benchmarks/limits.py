"""Why not more right answers? `python benchmarks/limits.py`, after `python benchmarks/classic.py`.

Looks at protocol L's test names, answered by the models of the ten folds (benchmarks/folds), and writes
benchmarks/results/limits.json:

    curve       accuracy on four folds of the config trained on an eighth, a quarter, half and all of the
                training names, and the power law through these points
    groups      which names are answered right: of one origin or several, by length
    confusions  which origins are taken for which
    rivals      how far the logistic regression errs on the same names
    rows        how many rows of protocol T's tests are in its training parts

and draws docs/limits.svg. About ten minutes on one core; `--draw` only draws.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from baselines.counted import NgramModel
from knowing import Predictions
from numpy.typing import NDArray
from timed.tables import markdown

from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import split_by_fold
from cognomen.evaluation.splits import FOLDS, validation_mask
from cognomen.io.files import write_atomically
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.text import fold, normalise
from cognomen.training import TrainingConfig
from cognomen.training.protocols import RUNS, ClassifierMethod, split

HERE = Path(__file__).parent
RESULTS, PICTURE = HERE / "results" / "limits.json", HERE.parent / "docs" / "limits.svg"
DATA = "tutorial"
SHARES = (0.125, 0.25, 0.5, 1.0)  # of the training names
CURVE_FOLDS = (0, 1, 2, 3)
LENGTHS = (4, 6, 8, 10)  # letters: at most 4, 5 or 6, ...
FIRST = (1, 2, 3, 5)
SURE = 0.9
TIMES = (2, 4)  # as many names as there are
WANTED_T = 0.875
OTHER_FLOOR = 0.1  # of errors: a power law with this one fits too
TEAL, GREY = "#2a9d8f", "#8a8f98"


def some(corpus: Corpus, rows: Sequence[int] | NDArray[np.int64]) -> Corpus:
    """Some rows of a corpus."""
    names, labels = (tuple(values[i] for i in rows) for values in (corpus.names, corpus.labels))
    return replace(corpus, names=names, labels=labels)


# --- the learning curve ---------------------------------------------------------------------------------


def learning_curve(corpus: Corpus) -> list[dict[str, float]]:
    """Names trained on and mean accuracy over four folds, for each share of their training names."""
    config = TrainingConfig(refit=False, validation_share=0.0)  # learns from all that it is given
    points = []
    for share in SHARES:
        found = [learned(corpus, k, share, config) for k in CURVE_FOLDS]
        points.append({key: float(np.mean([row[key] for row in found])) for key in found[0]})
        print(points[-1], file=sys.stderr, flush=True)
    return points


def learned(corpus: Corpus, k: int, share: float, config: TrainingConfig) -> dict[str, float]:
    """What a network knows of fold k that saw a share of the other folds, each origin's alike."""
    training, test = split_by_fold(corpus.names, k)
    part = some(corpus, training)
    if share < 1:
        part = some(part, np.flatnonzero(validation_mask(part.names, share, k, part.labels)))
    names = [corpus.names[i] for i in test]
    p, origins = ClassifierMethod(config)(part, names, k, lambda share, figures: None)
    right = np.array(origins)[p.argmax(axis=1)] == [corpus.labels[i] for i in test]
    return {"names": len(part), "accuracy": float(right.mean())}


def least_error(corpus: Corpus) -> float:
    """The share of pairs that nobody can get right: a name gets one answer, whatever its origins.

    Names are told apart as the network reads them, with their marks.
    """
    return 1 - len({normalise(name) for name in corpus.names}) / len(corpus)


def power_law(points: list[dict[str, float]], lowest: float = 0.0) -> dict[str, float]:
    """The fit of error = floor + scale * names ** -slope, floor no less than `lowest`.

    For each floor a straight line through the logarithms; of these the one with the least squared errors.
    """
    names = np.array([point["names"] for point in points])
    errors = np.array([1 - point["accuracy"] for point in points])
    best: tuple[float, float, float, float] | None = None
    for floor in np.arange(lowest, errors.min(), 0.001):
        slope, level = np.polyfit(np.log(names), np.log(errors - floor), 1)
        miss = float(((floor + np.exp(level) * names**slope - errors) ** 2).sum())
        if best is None or miss < best[0]:
            best = (miss, float(floor), float(np.exp(level)), float(-slope))
    assert best is not None
    return dict(zip(("floor", "scale", "slope"), best[1:], strict=True))


def expected(law: dict[str, float], names: float) -> float:
    """The accuracy that a power law gives for so many names."""
    return float(1 - law["floor"] - law["scale"] * names ** -law["slope"])


# --- which names --------------------------------------------------------------------------------------


def groups(corpus: Corpus, rows: NDArray[np.int64], rank: NDArray[np.int64]) -> list[dict[str, Any]]:
    """The share of each group among the test names, and how often the right origin stands first in it.

    rank (N,): 0 where it stands first.
    """
    folded = [fold(name) for name in corpus.names]
    origins: dict[str, set[str]] = {}
    for name, origin in zip(folded, corpus.labels, strict=True):
        origins.setdefault(name, set()).add(origin)
    shared = np.array([len(origins[folded[i]]) > 1 for i in rows])
    length = np.array([len(normalise(corpus.names[i])) for i in rows])
    parts = {"names of one origin": ~shared, "names of several origins": shared}
    for low, high in zip((0, *LENGTHS), (*LENGTHS, 99), strict=True):
        words = f"{low + 1} letters or more" if high == 99 else f"{low + 1} to {high} letters"
        parts[words if low else f"up to {high} letters"] = (length > low) & (length <= high)
    return [
        {
            "group": group,
            "share": float(part.mean()),
            "accuracy": float((rank[part] == 0).mean()),
            "top3": float((rank[part] < 3).mean()),
        }
        for group, part in parts.items()
        if part.any()
    ]


def confusions(found: Predictions, origins: Sequence[str], most: int = 10) -> list[dict[str, Any]]:
    """Which origins are taken for which, the most frequent ones: counts, and shares of all errors."""
    answers = found.p.argmax(axis=1)
    wrong = answers != found.labels
    pairs, counts = np.unique(
        np.stack([found.labels[wrong], answers[wrong]], axis=1), axis=0, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")[:most]
    return [
        {
            "origin": origins[pairs[i, 0]],
            "taken_for": origins[pairs[i, 1]],
            "names": int(counts[i]),
            "share": float(counts[i] / wrong.sum()),
            "of_origin": float(counts[i] / (found.labels == pairs[i, 0]).sum()),
        }
        for i in order
    ]


def rivals(corpus: Corpus, found: Predictions) -> dict[str, float]:
    """How the logistic regression on 1-4-grams answers the names of four folds that the model gets wrong."""
    method, places = NgramModel("logistic regression", 1, 4, 20.0), list(corpus.origins)
    same, also, wrong, either = 0, 0, 0, []
    for k in CURVE_FOLDS:
        training, test = split_by_fold(corpus.names, k)
        names = [corpus.names[i] for i in test]
        p, origins = method(some(corpus, training), names, k, lambda share, figures: None)
        theirs = np.array([places.index(origin) for origin in origins])[p.argmax(axis=1)]
        labels, ours = found.labels[found.fold == k], found.p[found.fold == k].argmax(axis=1)
        err = ours != labels
        wrong, also = wrong + int(err.sum()), also + int((err & (theirs != labels)).sum())
        same += int((err & (theirs == ours)).sum())
        either.append(float(((ours == labels) | (theirs == labels)).mean()))
    return {"also_wrong": also / wrong, "same_answer": same / wrong, "either_right": float(np.mean(either))}


def tutorial_rows(corpus: Corpus) -> dict[str, float]:
    """Of protocol T's test rows: how many stand in training too, under the same origin or others only."""
    kinds = []
    for k in range(RUNS["T"]):
        training, test = split("T", corpus, k)
        rows = {(fold(corpus.names[i]), corpus.labels[i]) for i in training}
        names = {name for name, _ in rows}
        for i in test:
            name = fold(corpus.names[i])
            kinds.append(0 if (name, corpus.labels[i]) in rows else 1 if name in names else 2)
    same, others, new = (float(np.mean(np.array(kinds) == kind)) for kind in range(3))
    return {"same": same, "others_only": others, "new": new, "needed_of_new": (WANTED_T - same) / new}


# --- results ------------------------------------------------------------------------------------------


def measure() -> dict[str, Any]:
    corpus = load_corpus(DATA)
    found = Predictions.of_models(HERE / "folds", corpus)
    rows = np.concatenate([split_by_fold(corpus.names, k)[1] for k in range(FOLDS)])
    ranked = np.argsort(-found.p, axis=1, kind="stable")  # (N, C)
    rank = (ranked == found.labels[:, None]).argmax(axis=1)  # (N,), of the right origin
    points, lowest = learning_curve(corpus), least_error(corpus)
    return {
        "curve": {
            "folds": list(CURVE_FOLDS),
            "points": points,
            "least_error": lowest,
            "law": power_law(points, lowest),
            "other_law": power_law(points, OTHER_FLOOR),
        },
        "groups": groups(corpus, rows, rank),
        "first": {str(k): float((rank < k).mean()) for k in FIRST},
        "top3_trusted": float(np.sort(found.p, axis=1)[:, -3:].sum(axis=1).mean()),
        "sure": {
            "above": SURE,
            "share_of_errors": float((found.p.max(axis=1) >= SURE)[rank > 0].mean()),
            "share_of_names": float((found.p.max(axis=1) >= SURE).mean()),
        },
        "confusions": confusions(found, corpus.origins),
        "rivals": rivals(corpus, found),
        "rows": tutorial_rows(load_corpus(DATA, clean=False)),
    }


def curve_table(results: dict[str, Any]) -> str:
    """Accuracy by names trained on, and what the power law expects of more."""
    law, points = results["curve"]["law"], results["curve"]["points"]
    rows = [(f"{point['names']:,.0f}", f"{point['accuracy']:.3f}") for point in points]
    for names in (times * points[-1]["names"] for times in TIMES):
        rows.append((f"{names:,.0f}: extrapolated", f"{expected(law, names):.3f}"))
    other = results["curve"]["other_law"]
    ceiling = 1 - results["curve"]["least_error"]
    return (
        markdown(("names trained on", "accuracy"), rows)
        + f"\nThe fitted error tends to {law['floor']:.1%}; the best fit that tends to "
        f"{other['floor']:.0%} predicts {expected(other, names):.3f} in the last row.\n"
        f"\nNo more than {ceiling:.1%} can be right, because some names are listed under several origins.\n"
    )


def error_tables(results: dict[str, Any]) -> str:
    """Groups of names, the confusions, and what else is known of the errors."""
    lines = ["| names | share of all | accuracy | top-3 |\n", "| --- " * 4 + "|\n"]
    lines += [
        f"| {r['group']} | {r['share']:.1%} | {r['accuracy']:.1%} | {r['top3']:.1%} |\n"
        for r in results["groups"]
    ]
    lines += ["\n| origin | taken for | names | share of all errors | share of the origin's names |\n"]
    lines += ["| --- " * 5 + "|\n"]
    for r in results["confusions"]:
        shown = f"{r['names']} | {r['share']:.1%} | {r['of_origin']:.0%}"
        lines.append(f"| {r['origin']} | {r['taken_for']} | {shown} |\n")
    first, sure, other = results["first"], results["sure"], results["rivals"]
    places = ", ".join(f"{first[str(k)]:.1%} within the first {k}" for k in FIRST[1:])
    lines.append(
        f"\nThe right origin is ranked first for {first['1']:.1%} of the names: {places}. The "
        f"three highest probabilities sum to {results['top3_trusted']:.1%} on average. Of the wrong answers "
        f"{sure['share_of_errors']:.0%} had a probability of {sure['above']:.0%} or more, as had "
        f"{sure['share_of_names']:.0%} of all answers. On four folds, the logistic regression is also wrong "
        f"on {other['also_wrong']:.0%} of our wrong names, with the same answer on "
        f"{other['same_answer']:.0%}; an oracle choosing the better of the two would be right on "
        f"{other['either_right']:.1%}.\n"
    )
    return "".join(lines)


def rows_sentence(results: dict[str, Any]) -> str:
    """Protocol T's test rows, and what its target asks of the new ones."""
    rows = results["rows"]
    return (
        f"Of protocol T's test rows {rows['same']:.1%} are also in the training part, apart from "
        f"diacritics, {rows['others_only']:.1%} only under other origins, which misleads, and "
        f"{rows['new']:.1%} not at all. If all of the first were right and none of the second, an accuracy "
        f"of {WANTED_T} would need {rows['needed_of_new']:.1%} of the third.\n"
    )


def draw(results: dict[str, Any]) -> None:
    """The learning curve: points measured, and the power law to four times as many names."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    points, law = results["curve"]["points"], results["curve"]["law"]
    names = np.array([point["names"] for point in points])
    further = np.geomspace(names[0], TIMES[-1] * names[-1], 60)
    coloured = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    style: dict[Any, Any] = dict.fromkeys(coloured, GREY)
    with plt.rc_context(style | {"svg.hashsalt": "limits", "font.size": 10, "svg.fonttype": "none"}):
        figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
        curve = [expected(law, n) for n in further]
        axes.plot(further, curve, color=GREY, linestyle="--", label="power law through the points")
        shown = [point["accuracy"] for point in points]
        axes.plot(names, shown, "o", color=TEAL, markersize=8, label="measured, four folds")
        axes.set(xscale="log", xlabel="names trained on", ylabel="accuracy")
        ticks = [*names, *(times * names[-1] for times in TIMES)]
        axes.set_xticks(ticks, [f"{n:,.0f}" for n in ticks])
        axes.minorticks_off()
        axes.grid(color=GREY, alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, labelcolor="linecolor", loc="lower right")
        figure.savefig(PICTURE, transparent=True, metadata={"Date": None, "Creator": None})
        plt.close(figure)


def main() -> None:
    if sys.argv[1:] != ["--draw"]:
        with one_blas_thread():
            results = measure()
        write_atomically(RESULTS, (json.dumps(results, indent=1) + "\n").encode())
    draw(json.loads(RESULTS.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
