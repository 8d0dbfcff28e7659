"""`cognomen data`: the known corpora, where they are kept, and a check of your own data.

\b
Examples:
  cognomen data list
  cognomen data fetch tutorial
  cognomen data check names/
  cognomen data build world

\b
Environment variables:
  COGNOMEN_CACHE  the folder of downloads (`cognomen data path` prints it)
  COGNOMEN_NAMES  a folder to use as the corpus tutorial, without a download
  COGNOMEN_WORLD  a folder with sources/ and raw/, to build world from
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.errors import HintingGroup
from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import ABOUT_DATA, DATA, data_options, epilog, json_option, print_json
from cognomen.apps.cli.progress import downloading, experiment_progress
from cognomen.apps.cli.render import plain_table

if TYPE_CHECKING:
    from cognomen.corpora import CleaningReport


@click.group("data", cls=HintingGroup, epilog=epilog(__doc__))
def command() -> None:
    """The known corpora, where they are kept, and a check of your own data."""


@command.command("list", epilog="\b\nExample:\n  cognomen data list")
@json_option("Print one JSON object per line.")
def list_corpora(*, as_json: bool) -> None:
    """List the corpora that are known by name, and whether they have been downloaded."""
    from cognomen.corpora import KNOWN_CORPORA

    for name, description in KNOWN_CORPORA.items():
        place = place_of(name)
        if as_json:
            facts = {"name": name, "description": description}
            print_json({**facts, "folder": str(place), "here": place.exists()})
        else:
            verb = "build" if name == "world" else "fetch"
            here = f"in {place}" if place.exists() else f"not here yet: cognomen data {verb} {name}"
            click.echo(f"{name}: {description}\n  {here}")


@command.command("path", epilog="\b\nExamples:\n  cognomen data path\n  ls $(cognomen data path tutorial)")
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """Print the folder of downloads, or the place of the corpus NAME, whether or not it is there."""
    from cognomen.corpora.download import cache_folder

    click.echo(str(cache_folder() if name is None else place_of(known(name))))


@command.command("fetch", epilog="\b\nExample:\n  cognomen data fetch tutorial")
@click.argument("name", default="tutorial")
def fetch(name: str) -> None:
    """Download the corpus NAME (tutorial) unless it has been downloaded, and print its folder.

    Each file is compared with its known SHA-256. Cached files are never modified.
    """
    from cognomen.corpora.download import tutorial_folder

    if known(name) == "world":
        raise click.UsageError("world is built of many sources: cognomen data build world.")
    with downloading() as on_bytes:
        click.echo(str(tutorial_folder(on_progress=on_bytes)))


@command.command(
    "build", epilog="\b\nExamples:\n  cognomen data build world\n  cognomen data build world --out world.tsv"
)
@click.argument("name", type=click.Choice(["world"]))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .parquet or .tsv file. Default: in the folder of downloads.",
)
@json_option("Print the report as one JSON object.")
def build(name: str, *, out: Path | None, as_json: bool) -> None:
    """Build the corpus NAME (world): read its sources, and merge them into one table.

    Downloads and packages, pinned and with known hashes, are put into the folder of downloads; the other
    sources are read from COGNOMEN_WORLD. The report says which sources are missing, and which origins have
    fewer names.
    """
    from cognomen.corpora.download import world_path
    from cognomen.corpora.world import build_world

    path = out or world_path()
    with experiment_progress("world") as tell:
        report = build_world(path, tell)
    if as_json:
        print_json({"corpus": name, "out": str(path), **report.to_json()})
    else:
        click.echo(f"{report.summary()}\n{path}")


@command.command(
    "check",
    epilog="\b\nExamples:\n  cognomen data check names/\n  cognomen data check people.csv --rows\n"
    f"  cognomen data check tutorial --json\n\n{ABOUT_DATA}",
)
@click.argument("data", type=DATA)
@data_options
@click.option("--rows", is_flag=True, help="Also list each dropped row, and names with several origins.")
@json_option("Print the whole report as one JSON object.")
def check(data: str, *, reading: dict[str, Any], rows: bool, as_json: bool) -> None:
    """Read DATA as training does, and report what is dropped, and why; and the weight of each origin."""
    from cognomen.classifier.composition_rows import amount

    corpus = read_corpus(data, **reading)
    counts = dict(sorted(Counter(corpus.labels).items()))
    weights = corpus.weight_by_origin
    if as_json:
        report = corpus.report.to_json()
        print_json({"data": corpus.source, "origins": counts, "weights": weights, **report})
        return
    click.echo(f"{corpus.source}: {len(corpus):,} names of {len(counts)} origins")
    click.echo(corpus.report.summary())
    if corpus.row_weights is None:
        click.echo("\n" + "\n".join(f"{count:>8,}  {origin}" for origin, count in counts.items()))
    else:
        table = [(origin, f"{count:,}", amount(weights[origin])) for origin, count in counts.items()]
        click.echo("\n" + plain_table(("origin", "names", "weight"), table))
    if rows:
        click.echo(listed(corpus.report))


def listed(report: CleaningReport) -> str:
    """Format a line for each dropped row, then one for each name with several origins."""
    dropped = [f"{row.place}\t{row.reason}\t{row.name}\t{row.origin}" for row in report.dropped]
    shared = [f"{name}\t{', '.join(origins)}" for name, origins in sorted(report.shared.items())]
    return "\n".join(["\ndropped:", *(dropped or ["none"]), "\nwith several origins:", *(shared or ["none"])])


def known(name: str) -> str:
    """Return the name of a known corpus.

    Raises:
        click.UsageError: no corpus has this name; the message lists those that exist.
    """
    from cognomen.corpora import KNOWN_CORPORA

    if name not in KNOWN_CORPORA:
        raise click.UsageError(f"no corpus is known as {name!r}; known: {', '.join(KNOWN_CORPORA)}.")
    return name


def place_of(name: str) -> Path:
    """The folder or file of a known corpus; nothing is downloaded."""
    import os

    from cognomen.corpora.download import cache_folder, tutorial_folder, world_path

    if name == "world":
        return world_path()
    return tutorial_folder() if os.environ.get("COGNOMEN_NAMES") else cache_folder() / name
