"""`cognomen study`: run the experiments on recurrent networks, and show their findings.

\b
Examples:
  cognomen study list
  cognomen study run program
  cognomen study all --quick --out my-study
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Callable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.errors import HintingGroup
from cognomen.apps.cli.options import EXIT_CODES, epilog, json_option, print_json, seed_option
from cognomen.apps.cli.progress import downloading, experiment_progress
from cognomen.apps.cli.render import wrapped
from cognomen.apps.cli.wide_tables import fitted
from cognomen.errors import DataError, InputError, MissingExtraError, TrainingError
from cognomen.plots.canvas import require_matplotlib

if TYPE_CHECKING:
    from cognomen.study import Experiment, Findings, Settings
    from cognomen.study.spread import Numbers

QUICK = click.option(
    "--quick", is_flag=True, help="A few seconds each: to see it run, too short to learn from."
)
SEED = seed_option("Seed of all random draws; a full run takes several, and no two values share one.")
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write results/NAME.json and figures/NAME.svg here.",
)


@click.group("study", cls=HintingGroup, epilog=epilog(__doc__))
def command() -> None:
    """What recurrent networks can and cannot do, shown by running code.

    Each experiment asks one question, trains on this machine, and gives a table, a figure and a sentence.
    """


@command.command(
    "list", epilog="\b\nExamples:\n  cognomen study list\n  cognomen study list --json | jq .name"
)
@json_option("Print one JSON object per line.")
def list_experiments(*, as_json: bool) -> None:
    """List the experiments and their questions."""
    from cognomen.study import EXPERIMENTS

    if as_json:
        for each in EXPERIMENTS.values():
            facts = {"name": each.name, "group": each.group, "question": each.question}
            print_json({**facts, "needs_names": each.needs_names})
        return
    indent, width = max(map(len, EXPERIMENTS)) + 4, shutil.get_terminal_size((120, 24)).columns
    for k, (group, members) in enumerate(groupby(EXPERIMENTS.values(), attrgetter("group"))):
        click.echo(f"\n{group}" if k else group)
        for each in members:
            head = f"  {each.name}".ljust(indent)
            click.echo(
                textwrap.fill(each.question, width, initial_indent=head, subsequent_indent=" " * indent)
            )


@command.command(
    "run",
    epilog=f"""\b
Examples:
  cognomen study run program
  cognomen study run history --seed 1 --out my-study
  cognomen study run nan-loss --quick --json
{EXIT_CODES}""",
)
@click.argument("name")
@QUICK
@SEED
@OUT
@json_option()
def run(name: str, *, quick: bool, seed: int, out: Path | None, as_json: bool) -> None:
    """Run the experiment NAME: seconds to a few minutes, its seeds side by side."""
    from cognomen.study import find_experiment

    show(measured(find_experiment(name), quick, seed, out), out, as_json=as_json)


@command.command(
    "all",
    epilog="""\b
Examples:
  cognomen study all --quick
  cognomen study all --out my-study
  cognomen study all --json > findings.jsonl

An experiment whose data or packages are missing is skipped, with a message on stderr.""",
)
@QUICK
@SEED
@OUT
@json_option("Print one JSON object per line.")
def run_all(*, quick: bool, seed: int, out: Path | None, as_json: bool) -> None:
    """Run all experiments, one after the other: about fifteen minutes on two cores without --quick."""
    from cognomen.study import EXPERIMENTS

    if out is not None:
        require_matplotlib()  # without it no experiment can be written
    for experiment in EXPERIMENTS.values():
        try:
            findings = measured(experiment, quick, seed, out)
        except (DataError, MissingExtraError) as error:
            click.echo(f"{experiment.name}: skipped. {error}", err=True)
            continue
        show(findings, out, as_json=as_json)


@command.command("check", epilog="\b\nExamples:\n  cognomen study check docs/study")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def check(folder: Path) -> None:
    """Check that results, sentences, tables and figures in FOLDER agree; exit with 1 if they do not."""
    from cognomen.study import EXPERIMENTS
    from cognomen.study.record import problems

    if wrong := problems(folder, EXPERIMENTS):
        raise InputError("these results do not agree:\n" + "\n".join(wrong))
    click.echo(f"{len(EXPERIMENTS)} experiments: numbers, sentences, tables and figures agree")


def measured(experiment: Experiment, quick: bool, seed: int, out: Path | None) -> Findings:
    """Run an experiment with a progress bar, after its names have been downloaded with another.

    Raises:
        TrainingError: a run's process was killed.
    """
    from cognomen.io.processes import run_all
    from cognomen.study import Findings, Settings

    if out is not None:
        from cognomen.study.record import figure_path, results_path

        require_matplotlib()  # what cannot be drawn or written is found out before the long part
        for path in (figure_path(out, experiment.name), results_path(out, experiment.name)):
            path.parent.mkdir(parents=True, exist_ok=True)
    if experiment.needs_names:
        from cognomen.corpora.download import tutorial_folder

        with downloading() as on_bytes:
            tutorial_folder(on_progress=on_bytes)
    settings = Settings(quick=quick, seed=seed)
    with experiment_progress(experiment.name) as watch:
        jobs = [(experiment.name, each) for each in experiment.seeds(settings)]
        if len(jobs) == 1 or (cores := min(os.cpu_count() or 1, len(jobs))) == 1:
            return experiment.run(settings, watch)
        runs: dict[Settings, Numbers] = {}
        for job, numbers in run_all(measure_one, jobs, cores):
            if numbers is None:
                raise TrainingError(f"{job[0]}: a run's process was killed; is there enough memory?")
            runs[job[1]] = numbers
            watch(len(runs) / len(jobs), f"{len(runs)} of {len(jobs)} runs")
        return Findings(experiment, settings, tuple(runs[each] for _, each in jobs))


def measure_one(job: tuple[str, Settings], check: Callable[[], None]) -> Numbers:
    """One run of an experiment, given its name, in a process of its own, which may be told to stop."""
    from cognomen.study import find_experiment

    return find_experiment(job[0]).measured(job[1], lambda share, words: check())


def show(findings: Findings, out: Path | None, *, as_json: bool) -> None:
    """Print the question, the table and the sentence, and write the files."""
    width = shutil.get_terminal_size((100, 24)).columns
    if as_json:
        print_json(findings.to_json())
    else:
        table = fitted(findings.table.heads, findings.table.rows, width)
        quick = " (quick: too short to learn from)" if findings.settings.quick else ""
        click.echo(wrapped(f"{findings.experiment.question}{quick}", 100) + f"\n\n{table}\n")
        click.echo(wrapped(findings.sentence, 100) + "\n")
    if out is not None:
        from cognomen.study.record import write

        for path in write(findings, out):
            click.echo(f"written: {path}", err=True)
