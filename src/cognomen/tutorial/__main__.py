"""`python -m cognomen.tutorial DATA`: runs the tutorial's loop, draws figures, and answers for names.

\b
Examples:
  python -m cognomen.tutorial tutorial --plots pictures
  python -m cognomen.tutorial names/ --predict Satoshi --predict Jackson
  python -m cognomen.tutorial names/ --tanh --ask
  python -m cognomen.tutorial names/ --protocol both --processes 2 --json

DATA is a folder of <Origin>.txt files, a CSV, TSV or Parquet table with the columns name and origin, or the
name of a known corpus ("tutorial" is downloaded once).

Progress goes to stderr: names drawn, loss, name / guess, CORRECT or WRONG.
A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 not understood, 130 Ctrl-C.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from cognomen.apps.cli.config_options import config_options
from cognomen.apps.cli.errors import run_guarded
from cognomen.apps.cli.options import epilog
from cognomen.apps.cli.plots import plots_option
from cognomen.apps.cli.progress import downloading
from cognomen.corpora import Corpus, load_corpus
from cognomen.tutorial.loop import LoopConfig, run_loop
from cognomen.tutorial.report import (
    QUIT,
    answer,
    converse,
    draw,
    draw_confusion,
    in_words,
    remembered,
    summary,
    tell,
)
from cognomen.tutorial.vocabulary import lines_by_category


@click.command(
    "python -m cognomen.tutorial",
    epilog=epilog(__doc__),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("data", type=click.Path())
@config_options(LoopConfig, learning_rate="--rate")
@click.option("--predict", "names", multiple=True, metavar="NAME", help="Answer this name after training.")
@click.option("--ask", is_flag=True, help=f"Ask for names after training, until {QUIT!r}.")
@plots_option("Write figures there (PNG).")
@click.option(
    "--protocol",
    type=click.Choice(["L", "T", "both"]),
    help="Instead, evaluate on held-out names: ten trainings (L), five (T).",
)
@click.option(
    "--processes", type=click.IntRange(min=1), default=1, show_default=True, help="Trainings in parallel."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all results.")
def command(
    data: str,
    *,
    names: tuple[str, ...],
    ask: bool,
    plots: Path | None,
    protocol: str | None,
    processes: int,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train the name tutorial's network on DATA as in its video: 100,000 single names, SGD, rate .005."""
    if protocol and (names or ask):
        raise click.UsageError(
            "--protocol trains networks only to measure them: leave --predict and --ask out."
        )
    if ask and as_json:
        raise click.UsageError("--ask talks to a person, --json to a program: leave one of them out.")
    with downloading() as on_bytes:
        corpus = load_corpus(data, clean=False, on_progress=on_bytes)
    if protocol:
        lines_by_category(corpus)  # names that cannot be written are refused before the long part
        which = ["L", "T"] if protocol == "both" else [protocol]
        measure(data, LoopConfig(**settings), which, processes, plots, as_json=as_json)
    else:
        train_once(corpus, LoopConfig(**settings), names, plots, ask=ask, as_json=as_json)


def train_once(
    corpus: Corpus,
    settings: LoopConfig,
    names: Iterable[str],
    plots: Path | None,
    *,
    ask: bool,
    as_json: bool,
) -> None:
    """Train on all rows, as in the tutorial; report the results; answer for names."""
    category_lines, all_categories = lines_by_category(corpus)
    began = time.monotonic()
    fitted = run_loop(category_lines, all_categories, settings, lambda progress: tell(progress, began))
    seconds = round(time.monotonic() - began, 1)
    evaluation = remembered(fitted, category_lines)
    answers = [answer(fitted, name) for name in names]
    if as_json:
        facts = {"data": corpus.source, "names": len(corpus), "seconds": seconds}
        figures = {**fitted.to_json(), "training_rows": evaluation.to_json(), "answers": answers}
        click.echo(json.dumps(facts | figures, ensure_ascii=False))
    else:
        click.echo("\n".join([summary(fitted, evaluation), *map(in_words, answers)]))
    if plots is not None:
        draw(fitted, evaluation, plots)
    if ask:
        converse(fitted)


def measure(
    data: str,
    settings: LoopConfig,
    protocols: Sequence[str],
    processes: int,
    plots: Path | None,
    *,
    as_json: bool,
) -> None:
    """Evaluate the network on held-out names under each protocol."""
    from cognomen.apps.cli.progress import ProgressBar, protocol_progress
    from cognomen.apps.cli.protocol import report as in_full
    from cognomen.training.protocols import run_protocol
    from cognomen.tutorial.loop import TutorialTrainer

    trainer, facts = TutorialTrainer(settings), {"tutorial": settings.to_json()}
    results = {}
    for which in protocols:
        with ProgressBar() as bar:
            watch = protocol_progress(bar)
            result = run_protocol(which, data, trainer, facts=facts, processes=processes, on_progress=watch)
        results[which] = result.to_json()
        if not as_json:
            click.echo(in_full(result) + "\n")
        if plots is not None:
            path = plots / f"confusion-{which}.png"
            draw_confusion(result.evaluation, path, "What names set aside were taken for")
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False))


if __name__ == "__main__":
    run_guarded(command, sys.argv[1:], "python -m cognomen.tutorial")
