"""Many to one: a surname in, its origin out. This is what Cognomen is for.

There is one trainer (`training.train`) and one way to measure it (protocol L, `training.protocols`): the
task only calls them, for the first of the protocol's ten folds. The figure for the pretrained model
`classic` on all ten is quoted from its facts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace

import numpy as np

from cognomen.classifier.model import Model
from cognomen.corpora import load_corpus
from cognomen.evaluation.metrics import evaluate
from cognomen.plots.canvas import Figure, bars
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.training.config import TrainingConfig
from cognomen.training.protocols import ClassifierMethod, in_columns, split

QUICK = TrainingConfig(
    embedding_size=8, hidden_size=8, longest_ngram=0, epochs=1, batch_size=512, refit=False
)


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on nine folds, test on the first."""
    corpus = load_corpus("tutorial")
    training, test = split("L", corpus, 0)
    rows = training[::10] if settings.quick else training
    asked = corpus.part(test)
    config = QUICK if settings.quick else TrainingConfig()
    trainer = ClassifierMethod(replace(config, seed=settings.seed))
    p, origins = trainer(corpus.part(rows), asked.names, 0, on_progress)
    answers = in_columns(p, origins, corpus.origins, len(test), 0)  # (N, C)
    found = evaluate(answers, np.searchsorted(corpus.origins, asked.labels), corpus.origins)
    common, count = Counter(asked.labels).most_common(1)[0]
    return {
        "training": len(rows),
        "test": len(test),
        "accuracy": found.accuracy,
        "macro_f1": found.macro_f1,
        "top3": found.top3,
        "commonest": common,
        "always_commonest": count / len(test),
        "origins": [[each.origin, each.support, each.recall, each.f1] for each in found.per_origin],
        "config": asdict(config),
        "all_folds": shipped_accuracy(),
    }


def shipped_accuracy() -> float | None:
    """The mean accuracy of `classic` over protocol L's ten folds, None where it was not measured."""
    mean: float | None = Model.load("classic").facts.get("protocols", {}).get("L", {}).get("mean")
    return mean


def table(numbers: Numbers) -> Table:
    """Recall and F1 by origin."""
    rows = [
        (origin, f"{count}", f"{recall:.2f}", f"{f1:.2f}") for origin, count, recall, f1 in numbers["origins"]
    ]
    total = ("all", f"{numbers['test']}", f"{numbers['accuracy']:.3f}", f"{numbers['macro_f1']:.3f}")
    return Table(("origin", "test names", "recognised", "F1"), (*rows, total))


def sentence(numbers: Numbers) -> str:
    """Accuracy and macro-F1."""
    text = (
        f"For {numbers['accuracy']:.1%} of {numbers['test']:,} held-out surnames, the network predicts the "
        f"origin in the lists (macro-F1 {numbers['macro_f1']:.2f}); always answering {numbers['commonest']} "
        f"is right for {numbers['always_commonest']:.1%}"
    )
    if numbers["all_folds"] is None:
        return f"{text}."
    return (
        f"{text}. Over all ten folds of protocol L the pretrained model classic reaches "
        f"{numbers['all_folds']:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The share recognised, by origin, the most frequent origin on top."""
    rows = sorted(numbers["origins"], key=lambda row: -row[1])
    recalls = {f"{origin} ({count})": 100 * recall for origin, count, recall, _ in rows}
    bars(figure.subplots(), recalls, "{:.0f}", xlabel="test names with the right origin, %", limit=108)
