"""`cognomen protocol`: re-train and measure under protocol L or T."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.config_options import config_options
from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import encoding_option
from cognomen.apps.cli.progress import ProgressBar, protocol_progress

if TYPE_CHECKING:
    from cognomen.training.protocols import ProtocolResult

NOTES = {
    "L": ("Leak-free: no spelling is both in a training part and in its test part.",),
    "T": ("Duplicates are kept: names of the test rows may stand in training too. Only for comparison.",),
}
EXAMPLES = """\b
Examples:
  cognomen protocol L tutorial --processes 2
  cognomen protocol T tutorial --cell lstm --json > figures.json

\b
L  leak-free: ten runs, each name in one test part only, whatever its
   spelling. The figures to believe.
T  the tutorial's rows: five random 90/10 splits with duplicates kept, for
   comparison with published figures. Test rows may stand in training too.

DATA is a folder of <Origin>.txt files, a CSV, TSV or Parquet table with the columns name and origin, or the
name of a known corpus. Each run trains a network anew, so this takes minutes.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 not understood, 130 Ctrl-C.
"""


@click.command("protocol", epilog=EXAMPLES)
@click.argument("which", metavar="L|T", type=click.Choice(["L", "T"], case_sensitive=False))
@click.argument("data", type=click.Path())
@encoding_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all figures.")
@click.option("--processes", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at a time.")
@config_options()
def command(
    which: str, data: str, *, encoding: str | None, as_json: bool, processes: int, **settings: Any
) -> None:
    """Train and measure anew under protocol L or T on the names of DATA."""
    from cognomen.training.config import TrainingConfig
    from cognomen.training.protocols import run_protocol

    config = TrainingConfig(**settings)
    read_corpus(data, encoding)  # a download, or an error, comes before the long part
    with ProgressBar() as bar:
        watch = protocol_progress(bar)
        result = run_protocol(
            which.upper(), data, config, encoding=encoding, processes=processes, on_progress=watch
        )
    click.echo(json.dumps(result.to_json(), ensure_ascii=False) if as_json else report(result))


def report(result: ProtocolResult) -> str:
    """Lay the accuracy of the runs and the pooled figures out as text."""
    from cognomen.apps.cli.evaluate import EvaluationReport
    from cognomen.apps.cli.evaluate import report as figures
    from cognomen.evaluation.metrics import bootstrap_intervals

    # Under T a row may be in the test part of several runs: a bootstrap would take it for several rows.
    intervals = bootstrap_intervals(result.evaluation) if result.which == "L" else None
    pooled = EvaluationReport(result.evaluation, intervals, 0, NOTES[result.which])
    runs = " ".join(f"{accuracy:.4f}" for accuracy in result.accuracies)
    return "\n".join(
        [
            f"Protocol {result.which}: accuracy {result.mean:.4f} ± {result.standard_deviation:.4f} "
            f"(mean and standard deviation of {len(result.accuracies)} runs)",
            f"each run: {runs}\n",
            "The answers of all runs together:\n",
            figures(pooled),
        ]
    )
