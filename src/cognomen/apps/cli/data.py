"""`cognomen data`: the corpora, where they are kept, and what is in data of your own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import encoding_option

if TYPE_CHECKING:
    from pathlib import Path

    from cognomen.corpora import CleaningReport


@click.group(
    "data",
    epilog="""\b
Examples:
  cognomen data list
  cognomen data fetch tutorial
  cognomen data check names/

\b
Where things are kept:
  COGNOMEN_CACHE  the folder of downloads (`cognomen data path` shows it)
  COGNOMEN_NAMES  a folder to use as the corpus tutorial, instead of a download""",
)
def command() -> None:
    """The known corpora, where they are kept, and a check of your own data."""


@command.command("list", epilog="\b\nExample:\n  cognomen data list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_corpora(*, as_json: bool) -> None:
    """List the corpora that are known by name, and whether they are here already."""
    from cognomen.corpora import KNOWN_CORPORA

    for name, description in KNOWN_CORPORA.items():
        folder = folder_of(name)
        if as_json:
            facts = {"name": name, "description": description, "folder": str(folder), "here": folder.is_dir()}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            here = f"in {folder}" if folder.is_dir() else f"not here yet: cognomen data fetch {name}"
            click.echo(f"{name}: {description}\n  {here}")


@command.command("path", epilog="\b\nExamples:\n  cognomen data path\n  ls $(cognomen data path tutorial)")
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """Print the folder of downloads, or the one where the corpus NAME is or would be kept."""
    from cognomen.corpora import cache_folder

    click.echo(str(cache_folder() if name is None else folder_of(known(name))))


@command.command("fetch", epilog="\b\nExample:\n  cognomen data fetch tutorial")
@click.argument("name", default="tutorial")
def fetch(name: str) -> None:
    """Download the corpus NAME (tutorial), unless it is here already, and print its folder.

    Each file is checked against its known SHA-256. What is in the cache is never touched again.
    """
    from cognomen.apps.cli.progress import downloading
    from cognomen.corpora import tutorial_folder

    known(name)
    with downloading() as on_bytes:
        click.echo(str(tutorial_folder(on_progress=on_bytes)))


@command.command(
    "check",
    epilog="\b\nExamples:\n  cognomen data check names/\n  cognomen data check people.csv --rows\n"
    "  cognomen data check tutorial --json",
)
@click.argument("data", type=click.Path())
@encoding_option
@click.option("--rows", is_flag=True, help="Also list every row left out, and names of several origins.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as one JSON object.")
def check(data: str, *, encoding: str | None, rows: bool, as_json: bool) -> None:
    """Read DATA as training would, and say what would be left out, and why.

    DATA is a folder of <Origin>.txt files with a name a line, a CSV, TSV or Parquet table with the columns
    name and origin, or the name of a known corpus.
    """
    corpus = read_corpus(data, encoding)
    if as_json:
        counts = {origin: corpus.labels.count(origin) for origin in corpus.origins}
        facts = {"data": corpus.source, "origins": counts, **corpus.report.to_json()}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(f"{corpus.source}: {len(corpus):,} names of {len(corpus.origins)} origins")
    click.echo(corpus.report.summary())
    click.echo("\n" + "\n".join(f"{corpus.labels.count(origin):>8,}  {origin}" for origin in corpus.origins))
    if rows:
        click.echo(listed(corpus.report))


def listed(report: CleaningReport) -> str:
    """Give a line for every row left out, then one for every name under several origins."""
    dropped = [f"{row.place}\t{row.reason}\t{row.name}\t{row.origin}" for row in report.dropped]
    shared = [f"{name}\t{', '.join(origins)}" for name, origins in sorted(report.shared.items())]
    return "\n".join(["\nleft out:", *dropped, "\nunder several origins:", *shared])


def known(name: str) -> str:
    """Give the name back; click.UsageError with the known ones when it is none of them."""
    from cognomen.corpora import KNOWN_CORPORA

    if name not in KNOWN_CORPORA:
        raise click.UsageError(f"no corpus is known as {name!r}; known: {', '.join(KNOWN_CORPORA)}.")
    return name


def folder_of(name: str) -> Path:
    """Give the folder of a known corpus, without fetching anything."""
    import os
    from pathlib import Path

    from cognomen.corpora import cache_folder, tutorial_folder

    assert name == "tutorial"  # the only one so far
    return tutorial_folder() if os.environ.get("COGNOMEN_NAMES") else Path(cache_folder()) / name
