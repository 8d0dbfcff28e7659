"""`cognomen evaluate`: how good a model is on names whose origins are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import ABOUT_DATA, EXIT_CODES, encoding_option, json_option, print_json
from cognomen.apps.cli.plots import draw, ready_to_draw

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.corpora import Corpus
    from cognomen.evaluation.metrics import Evaluation, Intervals

SCORES = ("precision", "recall", "f1")
EXAMPLES = f"""\b
Examples:
  cognomen evaluate my-model people.csv
  cognomen evaluate classic names/ --json > figures.json
  cognomen evaluate my-model names/ --plots pictures

MODEL is a model folder, or classic, the pretrained model. {ABOUT_DATA}

Names are cleaned first, as for training, and figures are weighted where DATA has weights. Names of an origin
that the model does not know count as errors. Figures on names that the model was trained on are too good;
`cognomen protocol L` measures on held-out names.
{EXIT_CODES}"""


@dataclass(frozen=True)
class EvaluationReport:
    """An evaluation, and what a reader must know with it.

    Attributes:
        evaluation: the figures.
        intervals: their confidence intervals, if there are any.
        unanswered: the number of names without an answer, which the figures leave out.
        notes: sentences on how to read the figures.
    """

    evaluation: Evaluation
    intervals: Intervals | None
    unanswered: int
    notes: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """The figures, their intervals and the notes as JSON values."""
        return {
            **self.evaluation.to_json(),
            "intervals": self.intervals.to_json() if self.intervals else None,
            "unanswered": self.unanswered,
            "notes": list(self.notes),
        }


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("model", type=click.Path())
@click.argument("data", type=click.Path())
@encoding_option
@json_option("Print one JSON object with all figures.")
@click.option(
    "--plots", type=click.Path(path_type=Path), metavar="FOLDER", help="Write figures to this folder (PNG)."
)
def command(model: str, data: str, *, encoding: str | None, as_json: bool, plots: Path | None) -> None:
    """Evaluate MODEL on the names of DATA: figures with 95 % intervals, and a table by origin."""
    from cognomen.classifier.classifier import Classifier

    if plots is not None:
        ready_to_draw(plots)
    classifier = Classifier.load(model)
    corpus = read_corpus(data, encoding)
    measured = measure(classifier, corpus)
    if as_json:
        print_json({"model": model, "data": corpus.source, **measured.to_json()})
    else:
        click.echo(f"{model} on {corpus.source}\n\n{report(measured)}")
    if plots is not None:
        draw(figures(measured.evaluation, classifier.facts.get("history", [])), plots)


def measure(classifier: Classifier, corpus: Corpus) -> EvaluationReport:
    """Evaluate a classifier on a corpus.

    Raises:
        InputError: not one name could be answered.
    """
    import numpy as np

    from cognomen.errors import InputError
    from cognomen.evaluation.metrics import bootstrap_intervals, evaluate

    foreign = tuple(origin for origin in corpus.origins if origin not in classifier.origins)
    origins = (*classifier.origins, *foreign)
    answers = classifier.predict_proba(corpus.names, full_names=False)  # (N, C)
    probabilities = np.pad(answers, [(0, 0), (0, len(foreign))])
    answered = ~np.isnan(answers).any(axis=1)  # (N,)
    if not answered.any():
        raise InputError(f"none of the {len(corpus)} names of {corpus.source} can be read by this model.")
    ids = {origin: index for index, origin in enumerate(origins)}
    labels, weights = np.array([ids[label] for label in corpus.labels]), corpus.weights  # (N,), (N,)
    evaluation = evaluate(probabilities[answered], labels[answered], origins, weights=weights[answered])
    unanswered = int((~answered).sum())
    notes = list(notes_on(classifier, corpus, foreign, evaluation, unanswered))
    return EvaluationReport(evaluation, bootstrap_intervals(evaluation), unanswered, notes)


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
    from cognomen.apps.cli.render import plain_table, wrapped

    evaluation, intervals = measured.evaluation, measured.intervals
    overall = [
        ("accuracy", evaluation.accuracy, intervals.accuracy if intervals else None),
        ("macro-F1", evaluation.macro_f1, intervals.macro_f1 if intervals else None),
        ("top-3 accuracy", evaluation.top3, None),
        ("log loss", evaluation.log_loss, None),
        ("ECE", evaluation.ece, None),
    ]
    heads = (f"{evaluation.count:,} names", "", f"{intervals.level:.0%} interval" if intervals else "")
    rows = [(name, f"{figure:.3f}", span(interval)) for name, figure, interval in overall]
    return "\n\n".join([plain_table(heads, rows), by_origin(measured), *map(wrapped, measured.notes)])


def by_origin(measured: EvaluationReport) -> str:
    """Format a table with a row for each origin, each score with its interval."""
    from cognomen.apps.cli.render import amount, plain_table

    rows = []
    for scores in measured.evaluation.per_origin:
        spans = measured.intervals.per_origin[scores.origin] if measured.intervals else {}
        cells = [(f"{getattr(scores, key):.2f}", span(spans.get(key), 2)) for key in SCORES]
        if not scores.support:  # nothing was measured
            cells = [("–", "")] * len(SCORES)
        rows.append((scores.origin, amount(scores.support), *chain.from_iterable(cells)))
    return plain_table(("origin", "names", "precision", "", "recall", "", "F1", ""), rows)


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
