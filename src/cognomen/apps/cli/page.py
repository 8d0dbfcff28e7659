"""`cognomen page`: the page "See it think" as one HTML file.

\b
Examples:
  cognomen page --out cognomen.html
  cognomen page --out classic.html --model classic
  cognomen page --out site/cognomen.html --study study/

Open the file in a browser, from the disk or from any server. The network and its weights are inside:
the page makes no request, and nothing that is typed into it leaves it.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 the command was not understood, 130 Ctrl-C.
"""

from __future__ import annotations

from pathlib import Path

import click

from cognomen.apps.cli.options import epilog, model_option


@click.command("page", epilog=epilog(__doc__))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file to write."
)
@model_option
@click.option(
    "--study",
    metavar="PATH",
    help='Path from the file to the pages of the study, such as "study/"; without it the page names them '
    "without links.",
)
def command(out: Path, model: str | None, study: str | None) -> None:
    """Write a page on which a network can be watched, opened and trained.

    One HTML file for a browser: type a name, see the hidden state and the gates behind the answer, step
    through them, follow the gradient backwards, train a small network, and break it. It needs no server.
    """
    from cognomen.apps.page.build import build_page
    from cognomen.io.files import write_atomically

    write_atomically(out, build_page(model, study=study).encode("utf-8"))
    click.echo(f"written: {out}", err=True)
