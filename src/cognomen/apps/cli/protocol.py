"""`cognomen protocol`: re-train and measure under protocol L or T.

\b
Examples:
  cognomen protocol L tutorial --processes 2
  cognomen protocol T tutorial --cell lstm --json > figures.json

\b
L  leak-free: ten runs, in which all spellings of a name are in the same
   part. These are the figures to trust.
T  the tutorial's rows: five random 90/10 splits with duplicates kept, for
   comparison with published figures. Test rows may be training rows too.

{ABOUT_DATA} Each run trains a new network, which takes minutes.
{EXIT_CODES}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.config_options import config_options
from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import DATA, data_options, epilog, json_option, print_json
from cognomen.apps.cli.progress import ProgressBar, protocol_progress

if TYPE_CHECKING:
    from cognomen.training.protocols import ProtocolResult

NOTES = {
    "L": ("Leak-free: no spelling is in both a training part and its test part.",),
    "T": ("Duplicates are kept, so test rows may be in the training part too: only for comparison.",),
}


@click.command("protocol", epilog=epilog(__doc__))
@click.argument("which", metavar="L|T", type=click.Choice(["L", "T"], case_sensitive=False))
@click.argument("data", type=DATA)
@data_options
@json_option("Print one JSON object with all figures.")
@click.option("--processes", type=click.IntRange(min=1), default=1, show_default=True, help="Parallel runs.")
@config_options()
def command(
    which: str, data: str, *, reading: dict[str, Any], as_json: bool, processes: int, **settings: Any
) -> None:
    """Train and evaluate under protocol L or T on the names of DATA."""
    from cognomen.training.config import TrainingConfig
    from cognomen.training.protocols import run_protocol

    config = TrainingConfig(**settings)
    read_corpus(data, **reading)  # downloads, or fails, before the long part
    with ProgressBar() as bar:
        watch = protocol_progress(bar)
        result = run_protocol(which.upper(), data, config, **reading, processes=processes, on_progress=watch)
    print_json(result.to_json()) if as_json else click.echo(report(result))


def report(result: ProtocolResult) -> str:
    """Format the accuracy of the runs and the pooled figures as text."""
    from cognomen.apps.cli.evaluate import EvaluationReport
    from cognomen.apps.cli.evaluate import report as figures
    from cognomen.evaluation.intervals import bootstrap_intervals

    # Under T a row may be in several runs' test parts; a bootstrap would count it as several rows.
    intervals = bootstrap_intervals(result.evaluation) if result.which == "L" else None
    pooled = EvaluationReport(result.evaluation, intervals, 0, NOTES[result.which])
    runs = " ".join(f"{accuracy:.4f}" for accuracy in result.accuracies)
    return "\n".join(
        [
            f"Protocol {result.which}: accuracy {result.mean:.4f} ± {result.standard_deviation:.4f} "
            f"(mean and standard deviation of {len(result.accuracies)} runs)",
            f"each run: {runs}\n",
            "The test rows of all runs together:\n",
            figures(pooled),
        ]
    )
