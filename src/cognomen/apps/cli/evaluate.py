"""`cognomen evaluate`: how good a model is on names whose origins are known.

\b
Examples:
  cognomen evaluate my-model people.csv
  cognomen evaluate classic names/ --json > figures.json
  cognomen evaluate my-model names/ --plots pictures

MODEL is a model folder, or a pretrained model: world or classic. {ABOUT_DATA}

Names are cleaned first, as for training, and figures are weighted where DATA has weights. Names of an origin
that the model does not know count as errors. Figures on names that the model was trained on are too good;
`cognomen protocol L` measures on held-out names.
{EXIT_CODES}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import (
    CLASSIFIER,
    DATA,
    data_options,
    epilog,
    json_option,
    level_option,
    print_json,
    prior_option,
)
from cognomen.apps.cli.plots import draw, plots_option
from cognomen.apps.cli.render import plain_table, wrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.origins import Level, Tree
    from cognomen.classifier.priors import Prior
    from cognomen.corpora import Corpus
    from cognomen.evaluation.intervals import Intervals
    from cognomen.evaluation.metrics import Evaluation, Misses

MOST_ABSENT = 20  # origins without names that have a row in the table
SCORES = ("precision", "recall", "f1")


@dataclass(frozen=True)
class EvaluationReport:
    """An evaluation, and what a reader must know with it.

    Attributes:
        evaluation: the figures.
        intervals: their confidence intervals, if there are any.
        unanswered: the number of names without an answer, which the figures leave out.
        notes: sentences on how to read the figures.
        levels: the accuracy at each higher level of the model's tree of origins; {} without.
        misses: how far the wrong answers are from the right ones in this tree; None without.
        level: of the answers that the figures are about.
    """

    evaluation: Evaluation
    intervals: Intervals | None
    unanswered: int
    notes: Sequence[str]
    levels: Mapping[str, float] = field(default_factory=dict)
    misses: Misses | None = None
    level: Level = "origin"

    def to_json(self) -> dict[str, Any]:
        """The figures, their intervals and the notes as JSON values."""
        return {
            **self.evaluation.to_json(),
            "intervals": self.intervals.to_json() if self.intervals else None,
            "unanswered": self.unanswered,
            "notes": list(self.notes),
            "levels": dict(self.levels),
            "misses": self.misses.to_json() if self.misses else None,
        }


@click.command("evaluate", epilog=epilog(__doc__))
@click.argument("model", type=CLASSIFIER)
@click.argument("data", type=DATA)
@data_options
@json_option("Print one JSON object with all figures.")
@level_option
@prior_option
@plots_option("Write figures to this folder (PNG).")
def command(
    model: str,
    data: str,
    *,
    reading: dict[str, Any],
    as_json: bool,
    level: Level,
    prior: Prior,
    plots: Path | None,
) -> None:
    """Evaluate MODEL on the names of DATA: figures with 95 % intervals, and a table by origin.

    With --level the figures are those of groups or regions of origins.
    """
    from cognomen.classifier.classifier import Classifier

    classifier = Classifier.load(model)
    corpus = read_corpus(data, **reading)
    measured = measure(classifier, corpus, level, prior)
    if as_json:
        print_json({"model": model, "data": corpus.source, **measured.to_json()})
    else:
        click.echo(f"{model} on {corpus.source}\n\n{report(measured)}")
    if plots is not None:
        draw(figures(measured.evaluation, classifier.facts.get("history", [])), plots)


def measure(
    classifier: Classifier, corpus: Corpus, level: Level = "origin", prior: Prior = "default"
) -> EvaluationReport:
    """Evaluate a classifier on a corpus.

    Raises:
        InputError: not one name could be answered, or the model has no such level or prior.
    """
    import numpy as np

    from cognomen.errors import InputError
    from cognomen.evaluation.intervals import bootstrap_intervals
    from cognomen.evaluation.metrics import evaluate

    tree = classifier.tree
    tree.check_level(level)
    foreign = tuple(origin for origin in corpus.origins if origin not in tree.origins)
    every = (*tree.origins, *foreign)
    right = np.array([every.index(origin) for origin in corpus.origins])[corpus.label_ids]  # (N,)
    p = classifier.predict_proba(corpus.names, full_names=False, na=None, prior=prior)  # (N, C)
    answered = ~np.isnan(p).any(axis=1)  # (N,)
    if not answered.any():
        raise InputError(f"none of the {len(corpus)} names of {corpus.source} can be read by this model.")
    weights = corpus.weights[answered]
    found = {
        each: evaluate(*labelled(tree, each, p[answered], right[answered], foreign), weights=weights)
        for each in tree.levels[tree.levels.index(level) :]
    }
    evaluation, unanswered = found.pop(level), int((~answered).sum())
    return EvaluationReport(
        evaluation,
        bootstrap_intervals(evaluation),
        unanswered,
        list(notes_on(classifier, corpus, foreign, evaluation, unanswered)),
        {each: coarser.accuracy for each, coarser in found.items()},
        None if tree.places is None else misses_of(tree, level, evaluation),
        level,
    )


def labelled(
    tree: Tree, level: Level, p: NDArray[Any], right: NDArray[Any], foreign: tuple[str, ...]
) -> tuple[NDArray[Any], NDArray[Any], tuple[str, ...]]:
    """The probabilities at a level, the right labels, and what they are called.

    Args:
        tree: of C origins.
        level: one of its levels, of K labels.
        p: of the origins, (N, C).
        right: the right origins, (N,), indices of the C origins and then of the foreign ones.
        foreign: origins that the tree does not have, F. They are labels at every level.

    Returns:
        Probabilities (N, K + F), the right labels (N,), and the K + F labels.
    """
    import numpy as np

    labels = tree.labels(level)
    label_of = np.concatenate([tree.index(level), len(labels) + np.arange(len(foreign))])  # (C + F,)
    return np.pad(tree.sums(p, level), [(0, 0), (0, len(foreign))]), label_of[right], (*labels, *foreign)


def misses_of(tree: Tree, level: Level, evaluation: Evaluation) -> Misses:
    """How far the wrong answers at a level are from the right ones in the tree."""
    import numpy as np

    from cognomen.evaluation.metrics import misses

    places = []
    for each in ("group", "region"):
        place = np.full(len(evaluation.origins), -1)  # foreign origins have none
        place[tree.index(level)] = tree.index(each)
        places.append(place)
    return misses(evaluation.confusion, *places)


def notes_on(
    classifier: Classifier,
    corpus: Corpus,
    foreign: tuple[str, ...],
    evaluation: Evaluation,
    unanswered: int,
) -> Iterator[str]:
    """Yield what to bear in mind: known names, origins that the model lacks, names without an answer."""
    from cognomen.training.dataset import corpus_sha256

    if classifier.facts.get("corpus_sha256") == corpus_sha256(corpus):
        yield (
            "The model was trained on these very names: the figures show what it remembers, not how it does "
            "on new names. For that: cognomen protocol L DATA."
        )
    else:
        yield "Figures on training names are too good; whether some of these names are such is not known."
    if foreign:
        count = sum(label in foreign for label in corpus.labels)
        yield f"The model does not know {', '.join(foreign)}: {count:,} names here, which count as errors."
    if corpus.row_weights is not None:
        yield "The figures are weighted: each name counts as much as its row in the data says."
    if unanswered:
        accuracy = evaluation.accuracy * evaluation.weight / corpus.weights.sum()
        yield (
            f'{unanswered:,} names were answered "unknown" and are left out of the figures; counted as '
            f"errors, they make the accuracy {accuracy:.3f}."
        )
    if evaluation.absent:
        yield f"No names here for {', '.join(evaluation.absent)}: each counts 0 in macro-F1."


def report(measured: EvaluationReport) -> str:
    """Format the figures, the table by origin and the notes as text."""
    evaluation, intervals = measured.evaluation, measured.intervals
    overall = [
        ("accuracy", evaluation.accuracy, intervals.accuracy if intervals else None),
        ("macro-F1", evaluation.macro_f1, intervals.macro_f1 if intervals else None),
        ("top-3 accuracy", evaluation.top3, None),
        ("log loss", evaluation.log_loss, None),
        ("ECE", evaluation.ece, None),
        *((f"{level} accuracy", accuracy, None) for level, accuracy in measured.levels.items()),
    ]
    heads = (f"{evaluation.count:,} names", "", f"{intervals.level:.0%} interval" if intervals else "")
    rows = [(name, f"{figure:.3f}", span(interval)) for name, figure, interval in overall]
    notes = [*distances(measured.misses), *measured.notes]
    return "\n\n".join([plain_table(heads, rows), by_origin(measured), *map(wrapped, notes)])


def distances(misses: Misses | None) -> Iterator[str]:
    """Yield a sentence on how far the wrong answers are from the right ones, if there is anything to say."""
    if misses is not None and misses.errors:
        from cognomen.classifier.composition_rows import amount

        yield (
            f"Of the {amount(misses.errors)} errors {misses.near:.1%} are near misses (an origin of the same "
            f"group), {misses.region:.1%} have the right region, and {misses.far:.1%} are far."
        )


def by_origin(measured: EvaluationReport) -> str:
    """Format a table with a row for each origin, or label of another level, each score with its interval."""
    from cognomen.classifier.composition_rows import amount

    rows, unit = [], "names" if measured.evaluation.weight == measured.evaluation.count else "weight"
    many = len(measured.evaluation.absent) > MOST_ABSENT  # a note names them; a table of dashes helps nobody
    for scores in measured.evaluation.per_origin:
        if many and not scores.support:  # named below the table
            continue
        spans = measured.intervals.per_origin[scores.origin] if measured.intervals else {}
        cells = [(f"{getattr(scores, key):.2f}", span(spans.get(key), 2)) for key in SCORES]
        if not scores.support:  # nothing was measured
            cells = [("–", "")] * len(SCORES)
        rows.append((scores.origin, amount(scores.support), *chain.from_iterable(cells)))
    return plain_table((measured.level, unit, "precision", "", "recall", "", "F1", ""), rows)


def span(interval: tuple[float, float] | None, decimals: int = 3) -> str:
    """Format an interval; "" if there is none."""
    return "" if interval is None else "–".join(f"{end:.{decimals}f}" for end in interval)


def figures(
    evaluation: Evaluation, history: Sequence[Mapping[str, Any]]
) -> dict[str, Callable[[Path], None]]:
    """The figures of an evaluation by file name, and the loss curve if the model holds its history."""
    from cognomen.plots.evaluation import confusion_matrix, loss_curve, reliability_diagram
    from cognomen.training.run import EpochRecord

    drawn: dict[str, Callable[[Path], None]] = {
        "confusion.png": partial(confusion_matrix, evaluation),
        "reliability.png": partial(reliability_diagram, evaluation),
    }
    if history:
        drawn["loss.png"] = partial(loss_curve, [EpochRecord(**record) for record in history])
    return drawn
