"""Protocol L with training names from outside: `python benchmarks/outside.py`.

The names that the corpus `world` has of the 18 origins are added to the training part of each fold, save
those that fold like a name of the test, or share its key. Writes `benchmarks/results/outside.json` when all
ten folds have run. To compare settings, use `--inner`: fold 0 is left out of it all, and folds 1, 4, 7 and 8
(or those of `--folds`) are held out in turn.

Their origins come in other shares than those of the 18 files, and their spelling in other fashions: training
shows them at first, and allows for their shares (`cognomen.training.dataset`). What a habit of the files
contradicts is respelt or left out (`outside_names.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from outside_names import Settings, outside_names, with_outside

from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import Evaluation, evaluate
from cognomen.evaluation.splits import FOLDS, fold_numbers
from cognomen.io.files import write_atomically
from cognomen.rnn.arrays import Array
from cognomen.training import TrainingConfig, run_protocol
from cognomen.training.protocols import ClassifierMethod, RunProgress, Tell

RESULTS = Path(__file__).parent / "results" / "outside.json"
DATA = "tutorial"
NEVER = 0  # the fold that no comparison of settings sees
INNER = (1, 4, 7, 8)


@dataclass(frozen=True)
class WithOutside(ClassifierMethod):
    """Trains on a fold's names and those from outside.

    Attributes:
        settings: what is added.
        never: names kept out besides those of the test.
    """

    settings: Settings = field(default_factory=Settings)
    never: tuple[str, ...] = ()

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `FitPredict`."""
        return super().__call__(self.merged(corpus, names, seed), names, seed, tell)

    def merged(self, corpus: Corpus, names: Sequence[str], seed: int) -> Corpus:
        """What is learnt from in the run that answers for these names."""
        return with_outside(corpus, outside_names(corpus.origins), [*names, *self.never], self.settings, seed)


def tell(progress: RunProgress) -> None:
    """Show on stderr how far a run is, at each tenth."""
    if round(progress.share * 500) % 50 == 0:
        print(f"run {progress.run}: {progress.share:.0%} {progress.figures}", file=sys.stderr)


def quietly(done: float, figures: str) -> None:
    """Say nothing."""


def one_fold(method: WithOutside, fold: int, inner: bool) -> tuple[Array, Array]:
    """The answers for a fold (N, C), and the right ones (N,)."""
    corpus = load_corpus(DATA)
    folds = fold_numbers(corpus.names)
    names, labels = np.array(corpus.names, object), np.array(corpus.labels, object)
    training = (folds != fold) & ~(inner & (folds == NEVER))
    part = replace(corpus, names=tuple(names[training]), labels=tuple(labels[training]))
    method = replace(method, never=tuple(names[folds == NEVER]) if inner else ())
    probabilities, origins = method(part, list(names[folds == fold]), fold, quietly)
    if tuple(origins) != corpus.origins:
        raise SystemExit(f"fold {fold}: expected all origins in training, got {list(origins)}")
    return probabilities, np.searchsorted(corpus.origins, labels[folds == fold].astype(str))


def some_folds(method: WithOutside, folds: Sequence[int], inner: bool, processes: int) -> None:
    """Tell the figures of these folds."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        answers = [run.result() for run in [pool.submit(one_fold, method, fold, inner) for fold in folds]]
    accuracies = [float((p.argmax(axis=1) == right).mean()) for p, right in answers]
    together, right = (np.concatenate(parts) for parts in zip(*answers, strict=True))
    print(line(accuracies, evaluate(together, right, load_corpus(DATA).origins)))


def facts(method: WithOutside) -> dict[str, Any]:
    """What is added where nothing is held out: how many names of each origin."""
    merged = method.merged(load_corpus(DATA), [], 0)
    added = merged.labels[len(merged) - merged.outside :]
    return {
        "settings": asdict(method.settings),
        "names": len(added),
        "by_origin": dict(sorted(Counter(added).items())),
    }


def line(accuracies: Sequence[float], found: Evaluation | dict[str, Any]) -> str:
    """The figures of a measurement, in one line."""
    figures = found if isinstance(found, dict) else found.to_json()
    return (
        f"accuracy {np.mean(accuracies):.4f} (pooled {figures['accuracy']:.4f})  "
        f"macro-F1 {figures['macro_f1']:.4f}  top-3 {figures['top3']:.4f}  "
        f"log loss {figures['log_loss']:.4f}  ECE {figures['ece']:.4f}"
    )


def sentence(results: dict[str, Any]) -> str:
    """What was added, and what it brought."""
    added, found = results["outside"], results["L"]
    counts = sorted(added["by_origin"].items(), key=lambda pair: -pair[1])
    listed = ", ".join(f"{origin} {count:,}" for origin, count in counts)
    figures = found["evaluation"]
    words = {"macro_f1": "macro-F1", "top3": "top-3", "log_loss": "log loss", "ece": "ECE"}
    return (
        f"{added['names']:,} names: {listed}. Under L: accuracy {found['mean']:.3f} ± "
        f"{found['standard_deviation']:.3f}, "
        f"{', '.join(f'{shown} {figures[key]:.3f}' for key, shown in words.items())}.\n"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inner", action="store_true", help="compare settings: leave out fold 0")
    parser.add_argument("--folds", type=int, nargs="+", choices=range(FOLDS), help="only these")
    parser.add_argument("--settings", type=json.loads, default={}, help="fields of Settings, as JSON")
    parser.add_argument("--config", type=json.loads, default={}, help="fields of the config, as JSON")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    method = WithOutside(TrainingConfig(**given.config), Settings(**given.settings))
    if given.inner or given.folds:
        folds = given.folds or INNER
        print(method, "inner" if given.inner else "test", "folds", *folds, flush=True)
        some_folds(method, folds, given.inner, given.processes)
        return
    added = facts(method)
    told = {"config": method.config.to_json(), "outside": added["settings"]}
    result = run_protocol(
        "L", DATA, method, facts=told, processes=given.processes, on_progress=tell
    ).to_json()
    write_atomically(RESULTS, (json.dumps({"L": result, "outside": added}, indent=1) + "\n").encode())
    print(line(result["accuracies"], result["evaluation"]))


if __name__ == "__main__":
    main()
