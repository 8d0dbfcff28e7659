"""`cognomen generate`: new surnames of an origin, one a line."""

from __future__ import annotations

import json

import click

EXAMPLES = """\b
Examples:
  cognomen generate Japanese
  cognomen generate Japanese -n 10 --seed 1 --temperature .8 --start Ta
  cognomen generate Irish -n 1000 | sort -u > irish.txt
  cognomen generate --origins
  cognomen generate Polish -n 3 --json

\b
Output:
  a name a line, its marks composed (NFC); with --json an object a line:
  {"name": ..., "origin": ..., "seed": ..., "temperature": ...}

The same options give the same names, and the first names of many are those of fewer. The same may come twice,
and one may be somebody's; none is of the lists that it learned from, unless 50 draws gave nothing else.

\b
Exit codes: 0 done, 1 an error that the message explains (no such origin, a
letter that it does not know), 2 not understood, 130 Ctrl-C, 141 the reader left.
"""


@click.command("generate", epilog=EXAMPLES)
@click.argument("origin", required=False)
@click.option(
    "-n", "count", type=click.IntRange(1, 1_000_000), default=10, show_default=True, help="How many names."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the chance.")
@click.option(
    "--temperature",
    type=click.FloatRange(0, 10, min_open=True),
    default=0.8,
    show_default=True,
    metavar="X",
    help="Low keeps to the usual, high dares the unusual.",
)
@click.option("--start", default="", metavar="LETTERS", help="The first letters of each name.")
@click.option("--known", is_flag=True, help="Let names of the lists that it learned from come too.")
@click.option("--origins", "list_origins", is_flag=True, help="List the origins that it knows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
@click.option(
    "--model",
    metavar="MODEL",
    help="A generator's folder instead of the shipped one.",
)
def command(
    origin: str | None,
    count: int,
    seed: int,
    temperature: float,
    start: str,
    known: bool,
    list_origins: bool,
    as_json: bool,
    model: str | None,
) -> None:
    """Write surnames that sound like those of ORIGIN, letter by letter.

    A recurrent network makes them up; it has learned from lists of real surnames, and writes what is in none
    of them. A made-up name hints at a language. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.network.generator import Generator

    if origin is None and not list_origins:
        raise click.UsageError("Missing argument 'ORIGIN'; --origins lists them.")
    generator = Generator.load(model)
    if list_origins or origin is None:
        known_to_it = list(generator.origins)
        click.echo(json.dumps({"origins": known_to_it}) if as_json else "\n".join(known_to_it))
        return
    facts = {"origin": generator.origins[generator.row(origin)], "seed": seed, "temperature": temperature}
    for name in generator.stream(origin, count, seed=seed, temperature=temperature, start=start, known=known):
        click.echo(json.dumps({"name": name, **facts}, ensure_ascii=False) if as_json else name)
