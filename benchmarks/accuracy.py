"""Compare `classic` with other methods on the same ten folds: `python benchmarks/accuracy.py`.

All run under protocol L, cheapest first, and each goes into `benchmarks/results/accuracy.json` as soon as it
has ended. `classic` and the video's network are taken from `results/classic.json` and
`results/tutorial.json` where these hold the same method on the same names, and measured here where not.

    python benchmarks/accuracy.py                       all methods, about an hour on two slow cores
    python benchmarks/accuracy.py --only gru,lstm       these only; the others stay as measured last
    python benchmarks/accuracy.py --missing             those that have no figures as they are now
    python benchmarks/accuracy.py --quick               all in small form, two folds, under two minutes: to
                                                        see that it works (results/accuracy-quick.json)

Needs the 18 files (`cognomen data fetch`) and scikit-learn, a referee only: `make bench` installs it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from baselines.counted import MostFrequent, NgramModel
from baselines.method import Method
from baselines.networks import HIDDEN_SIZES, OurNetwork, VideoNetwork, plain
from baselines.ngrams_alone import NgramsAlone
from timed.tables import markdown
from timed.timing import load, machine

from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import evaluate
from cognomen.io.files import write_atomically
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.training import TrainingConfig, run_protocol
from cognomen.training.dataset import corpus_sha256
from cognomen.training.protocols import RunProgress, split
from cognomen.tutorial.loop import LoopConfig

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "accuracy.json"
DATA = "tutorial"
FIGURES = ("macro_f1", "top3", "log_loss", "ece")
OF_PROBABILITIES = ("log_loss", "ece", "reliability")
QUICK_FOLDS = (0, 1)
ELSEWHERE = {"video": "tutorial.json", "classic": "classic.json"}


@dataclass(frozen=True)
class Row:
    """A method and what the table calls it."""

    words: str
    method: Method


ROWS = {
    "most-frequent": Row("always the most frequent origin", MostFrequent()),
    "naive-bayes": Row("3-grams, naive Bayes", NgramModel("naive Bayes", 3, 3, 0.1)),
    "svm": Row("1-5-gram TF-IDF, linear SVM", NgramModel("linear SVM", 1, 5, 1.0, min_names=2)),
    "logistic": Row("1-4-gram TF-IDF, logistic regression", NgramModel("logistic regression", 1, 4, 20.0)),
    "logistic-balanced": Row(
        "the same, with balanced class weights",
        NgramModel("logistic regression", 1, 4, 20.0, balanced=True),
    ),
    "video": Row("the video's network and loop", VideoNetwork(LoopConfig())),
    **{
        cell: Row(f"bidirectional {words} {HIDDEN_SIZES[cell]}", OurNetwork(plain(cell)))
        for cell, words in {"rnn": "Elman", "combined": "combined", "lstm": "LSTM", "gru": "GRU"}.items()
    },
    "ngrams-alone": Row("`classic` without its GRU: n-grams alone", NgramsAlone(TrainingConfig())),
    "gru-alone": Row("`classic` without its n-grams: GRU alone", OurNetwork(TrainingConfig(longest_ngram=0))),
    "classic": Row("`classic`: GRU and n-grams", OurNetwork(TrainingConfig())),
}


def measure(row: Row) -> dict[str, Any]:
    """What protocol L says of a method."""

    def tell(progress: RunProgress) -> None:
        if round(progress.share * 500) % 50 == 0:
            print(f"run {progress.run}: {progress.share:.0%} {progress.figures}", file=sys.stderr, flush=True)

    facts, method = row.method.facts(), row.method
    result = run_protocol("L", DATA, method, facts=facts, processes=2, on_progress=tell)
    return entry(result.to_json(), method.probabilistic)


def measure_quickly(row: Row, corpus: Corpus) -> dict[str, Any]:
    """The same of two folds, hardly trained, here in this process."""
    method, began = row.method.quick(), time.perf_counter()
    answers, labels = [], []
    for k in QUICK_FOLDS:
        test = split("L", corpus, k)[1]
        with one_blas_thread():
            names = [corpus.names[i] for i in test]
            p, origins = method(training_part(corpus, k), names, k, lambda share, figures: None)
        answers.append(p[:, [list(origins).index(origin) for origin in corpus.origins]])
        labels.append(np.searchsorted(corpus.origins, [corpus.labels[i] for i in test]))
    accuracies = [float((p.argmax(axis=1) == y).mean()) for p, y in zip(answers, labels, strict=True)]
    result = {
        "accuracies": accuracies,
        "mean": float(np.mean(accuracies)),
        "standard_deviation": float(np.std(accuracies, ddof=1)),
        "evaluation": evaluate(np.concatenate(answers), np.concatenate(labels), corpus.origins).to_json(),
        "seconds": round(time.perf_counter() - began, 1),
        "method": row.method.facts(),
    }
    return entry(result, method.probabilistic)


def training_part(corpus: Corpus, k: int) -> Corpus:
    """What run k of protocol L trains on."""
    training = split("L", corpus, k)[0]
    return replace(
        corpus,
        names=tuple(corpus.names[i] for i in training),
        labels=tuple(corpus.labels[i] for i in training),
    )


def entry(result: Mapping[str, Any], probabilistic: bool = True) -> dict[str, Any]:
    """What is kept of a protocol's result; log loss and ECE only of answers that mean to be probabilities."""
    evaluation = {k: v for k, v in result["evaluation"].items() if k != "confusion"}
    intervals = {k: v for k, v in result.get("intervals", {}).items() if not isinstance(v, dict)}
    if not probabilistic:
        for name in OF_PROBABILITIES:
            evaluation.pop(name, None)
    kept = ("mean", "standard_deviation", "accuracies", "seconds", "method")
    return {
        **{key: result[key] for key in kept if key in result},
        "evaluation": evaluation,
        **({"intervals": intervals} if intervals else {}),
    }


def elsewhere(name: str, sha256: str, folder: Path) -> dict[str, Any] | None:
    """What another benchmark measured of this method on these names, if it did."""
    if name not in ELSEWHERE or not (path := folder / ELSEWHERE[name]).exists():
        return None
    results = json.loads(path.read_text(encoding="utf-8"))
    result = results["L"] if name == "classic" else of_video(results["video"])
    same = result["method"] == ROWS[name].method.facts() and result["corpus"]["sha256"] == sha256
    return entry(result) | {"from": path.name} if same else None


def of_video(results: Mapping[str, Any]) -> dict[str, Any]:
    """What `tutorial.py` keeps of protocol L, as `cognomen protocol` gives it."""
    method = {"tutorial": results["loop"]["settings"]}
    return {**results["L"], "evaluation": results["L"]["pooled"], "method": method}


def current(results: Mapping[str, Any], folder: Path = RESULTS.parent) -> dict[str, dict[str, Any]]:
    """The methods that have figures, in the table's order; figures of other settings do not count.

    What another benchmark measures is read from there, so that its newest figures are the ones quoted.
    """
    found = {}
    for name, row in ROWS.items():
        measured = results["methods"].get(name, {})
        other = None if results["quick"] else elsewhere(name, results["corpus"]["sha256"], folder)
        if other is not None:
            found[name] = measured | other
        elif measured.get("method") == row.method.facts() and "from" not in measured:
            found[name] = measured
    return found


def table(results: Mapping[str, Any], only: Collection[str] = tuple(ROWS)) -> str:
    """The methods that were measured, or some of them, as a Markdown table."""
    rows = []
    for name, measured in ((n, m) for n, m in current(results).items() if n in only):
        accuracy = f"{measured['mean']:.3f} ± {measured['standard_deviation']:.3f}"
        figures = (measured["evaluation"].get(key) for key in FIGURES)
        shown = ("–" if figure is None else f"{figure:.3f}" for figure in figures)
        rows.append((ROWS[name].words, accuracy, *shown))
    return markdown(("method", "accuracy", "macro-F1", "top-3", "log loss", "ECE"), rows)


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare `classic` with other methods.")
    parser.add_argument("--quick", action="store_true", help="two folds in small form, under two minutes")
    parser.add_argument("--only", metavar="NAME,NAME", help=f"some of: {','.join(ROWS)}")
    parser.add_argument("--missing", action="store_true", help="only what has no figures as it is now")
    given = parser.parse_args()
    given.names = given.only.split(",") if given.only else list(ROWS)
    if unknown := [name for name in given.names if name not in ROWS]:
        parser.error(f"there are no methods {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return given


def earlier(path: Path, corpus: Corpus, *, quick: bool) -> dict[str, Any]:
    """The results so far, if they are of the same names."""
    about = {"source": corpus.source, "rows": len(corpus), "sha256": corpus_sha256(corpus)}
    if path.exists():
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if results["corpus"] == about:
            return results
    return {"quick": quick, "corpus": about, "methods": {}}


def add(results: dict[str, Any], name: str, corpus: Corpus) -> None:
    """Measure a method, or take what was measured elsewhere, and put it among the results."""
    row, here = ROWS[name], {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "load": load()}
    if results["quick"]:
        found = measure_quickly(row, corpus) | here
    else:
        taken = elsewhere(name, results["corpus"]["sha256"], RESULTS.parent)
        found = taken or measure(row) | here
    found["parameters"] = row.method.size(training_part(corpus, 0))
    results["machine"] = {key: value for key, value in machine().items() if key != "load"}
    methods = {**results["methods"], name: found}
    results["methods"] = {each: methods[each] for each in ROWS if each in methods}


def main() -> None:
    given = asked()
    corpus = load_corpus(DATA)
    path = RESULTS.with_name("accuracy-quick.json") if given.quick else RESULTS
    results = earlier(path, corpus, quick=given.quick)
    done = current(results) if given.missing else {}
    for name in (name for name in ROWS if name in given.names and name not in done):
        print(f"{name} ...", file=sys.stderr, flush=True)
        add(results, name, corpus)
        write_atomically(path, (json.dumps(results, indent=1, ensure_ascii=False) + "\n").encode())
    print(table(results))


if __name__ == "__main__":
    main()
