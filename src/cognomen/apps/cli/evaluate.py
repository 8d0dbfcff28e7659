"""`cognomen evaluate`: how good is a model on names whose origins are known?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import encoding_option
from cognomen.apps.cli.plots import draw, ready_to_draw

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.corpora import Corpus
    from cognomen.evaluation.metrics import Evaluation, Intervals

SCORES = ("precision", "recall", "f1")
EXAMPLES = """\b
Examples:
  cognomen evaluate my-model people.csv
  cognomen evaluate classic names/ --json > figures.json
  cognomen evaluate my-model names/ --plots pictures

MODEL is a model folder, or classic, the shipped one. DATA is a folder of <Origin>.txt files, a CSV, TSV or
Parquet table with the columns name and origin, or the name of a known corpus.

The names are cleaned first, as for training. Names of an origin that the model does not know count as errors.
Figures on names that the model was trained on flatter it; `cognomen protocol L` measures without them.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 not understood, 130 Ctrl-C.
"""


@dataclass(frozen=True)
class Measured:
    """What came out, and what a reader must know beside the figures."""

    evaluation: Evaluation
    intervals: Intervals | None
    unanswered: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """One object: the figures, their intervals, and the notes."""
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all figures.")
@click.option("--plots", type=click.Path(path_type=Path), metavar="FOLDER", help="Draw pictures there (PNG).")
def command(model: str, data: str, *, encoding: str | None, as_json: bool, plots: Path | None) -> None:
    """Measure MODEL on the names of DATA: figures with 95 % intervals, and a table by origin."""
    from cognomen.classifier.classifier import Classifier

    if plots is not None:
        ready_to_draw(plots)
    classifier = Classifier.load(model)
    corpus = read_corpus(data, encoding)
    measured = measure(classifier, corpus)
    if as_json:
        facts = {"model": model, "data": corpus.source, **measured.to_json()}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(f"{model} on {corpus.source}\n\n{report(measured)}")
    if plots is not None:
        draw(pictures(measured.evaluation, classifier.facts.get("history", [])), plots)


def measure(classifier: Classifier, corpus: Corpus) -> Measured:
    """Answer every name and score the answers.

    Raises InputError when not one name could be answered.
    """
    import numpy as np

    from cognomen.errors import InputError
    from cognomen.evaluation.metrics import bootstrap_intervals, evaluate

    strangers = tuple(origin for origin in corpus.origins if origin not in classifier.origins)
    origins = (*classifier.origins, *strangers)
    answers = classifier.predict_proba(corpus.names, full_names=False)  # (N, C)
    probabilities = np.pad(answers, [(0, 0), (0, len(strangers))])
    answered = ~np.isnan(answers).any(axis=1)  # (N,)
    if not answered.any():
        raise InputError(f"none of the {len(corpus)} names of {corpus.source} can be read by this model.")
    place = {origin: number for number, origin in enumerate(origins)}
    labels = np.array([place[label] for label in corpus.labels])
    evaluation = evaluate(probabilities[answered], labels[answered], origins)
    unanswered = int((~answered).sum())
    notes = (
        *seen_before(classifier, corpus),
        *stranger_note(corpus, strangers),
        *unanswered_note(evaluation, unanswered),
        *absent_note(evaluation),
    )
    return Measured(evaluation, bootstrap_intervals(evaluation), unanswered, notes)


def seen_before(classifier: Classifier, corpus: Corpus) -> list[str]:
    """Say whether the model has been trained on these names, as far as that can be known."""
    from cognomen.training.run import fingerprint

    if classifier.facts.get("corpus_sha256") == fingerprint(corpus):
        return [
            "The model was trained on these very names: the figures tell what it remembers, not how it does "
            "on new names. For that: cognomen protocol L DATA."
        ]
    return ["Names that the model was trained on flatter it; whether these are among them is not known."]


def stranger_note(corpus: Corpus, strangers: tuple[str, ...]) -> list[str]:
    """Say which origins the model cannot answer."""
    if not strangers:
        return []
    count = sum(label in strangers for label in corpus.labels)
    return [
        f"The model does not know {', '.join(strangers)}: such names count as errors here, {count:,} of them."
    ]


def unanswered_note(evaluation: Evaluation, unanswered: int) -> list[str]:
    """Say what the accuracy is when names without an answer count as errors."""
    if not unanswered:
        return []
    share = evaluation.accuracy * evaluation.count / (evaluation.count + unanswered)
    return [
        f'{unanswered:,} names were answered "unknown" and are left out of the figures; counted as errors, '
        f"they make the accuracy {share:.3f}."
    ]


def absent_note(evaluation: Evaluation) -> list[str]:
    """Say which origins have no names here."""
    if not evaluation.absent:
        return []
    return [f"No names here for {', '.join(evaluation.absent)}: each counts 0 in macro-F1."]


def report(measured: Measured) -> str:
    """Lay the figures, the table by origin and the notes out as text."""
    from cognomen.apps.cli.render import plain_table, wrapped

    evaluation, intervals = measured.evaluation, measured.intervals
    figures = [
        ("accuracy", evaluation.accuracy, intervals.accuracy if intervals else None),
        ("macro-F1", evaluation.macro_f1, intervals.macro_f1 if intervals else None),
        ("top-3 accuracy", evaluation.top3, None),
        ("log loss", evaluation.log_loss, None),
        ("ECE", evaluation.ece, None),
    ]
    heads = (f"{evaluation.count:,} names", "", f"{intervals.level:.0%} interval" if intervals else "")
    rows = [(name, f"{figure:.3f}", span(interval)) for name, figure, interval in figures]
    notes = [wrapped(note) for note in measured.notes]
    return "\n\n".join([plain_table(heads, rows), by_origin(measured), *notes])


def by_origin(measured: Measured) -> str:
    """Lay one row for each origin out, each score with its interval."""
    from cognomen.apps.cli.render import plain_table

    rows = []
    for scores in measured.evaluation.per_origin:
        spans = measured.intervals.per_origin[scores.origin] if measured.intervals else {}
        cells = [(f"{getattr(scores, key):.2f}", span(spans.get(key), 2)) for key in SCORES]
        if not scores.support:  # nothing was measured
            cells = [("–", "")] * len(SCORES)
        rows.append((scores.origin, f"{scores.support:,}", *chain.from_iterable(cells)))
    return plain_table(("origin", "names", "precision", "", "recall", "", "F1", ""), rows)


def span(interval: tuple[float, float] | None, decimals: int = 3) -> str:
    """Write an interval; nothing where there is none."""
    if interval is None:
        return ""
    low, high = interval
    return f"{low:.{decimals}f}–{high:.{decimals}f}"


def pictures(
    evaluation: Evaluation, history: Sequence[Mapping[str, Any]]
) -> dict[str, Callable[[Path], None]]:
    """Name the pictures that show an evaluation, and how the model's training went if it tells."""
    from cognomen.plots.evaluation import confusion_matrix, loss_curve, reliability_diagram
    from cognomen.training.progress import EpochRecord

    drawn: dict[str, Callable[[Path], None]] = {
        "confusion.png": partial(confusion_matrix, evaluation),
        "reliability.png": partial(reliability_diagram, evaluation),
    }
    if history:
        drawn["loss.png"] = partial(loss_curve, [EpochRecord(**record) for record in history])
    return drawn
