"""`cognomen generate`: new surnames of an origin, one per line.

\b
Examples:
  cognomen generate Italian
  cognomen generate Japanese --script Latin
  cognomen generate Japanese -n 10 --seed 1 --temperature .8 --start Ta
  cognomen generate Irish -n 1000 | sort -u > irish.txt
  cognomen generate --origins
  cognomen generate Polish -n 3 --json

\b
Output:
  one name per line, in composed form (NFC); with --json one object per line:
  {"name": ..., "script": ..., "origin": ..., "seed": ..., "temperature": ...}

Names are in the script that the origin's names are mostly written in, unless
--script or the letters of --start are of another one; --origins lists them.
Equal options give equal names, and a larger count only adds names. A name may occur twice, and may be the
name of a real person. None is in the lists that the model was trained on, unless 50 draws gave no other.

\b
Exit codes: 0 done, 1 an error that the message explains (no such origin or
script, an unknown letter), 2 the command was not understood, 130 Ctrl-C, 141
the reader of the output closed it.
"""

from __future__ import annotations

from typing import Any

import click

from cognomen.apps.cli.options import epilog, json_option, print_json, seed_option


@click.command("generate", epilog=epilog(__doc__))
@click.argument("origin", required=False)
@click.option(
    "-n", "count", type=click.IntRange(1, 1_000_000), default=10, show_default=True, help="How many names."
)
@click.option("--script", metavar="SCRIPT", help="The script of the names: Latin, Cyrillic, Hangul …")
@seed_option("Seed of the random draws.")
@click.option(
    "--temperature",
    type=click.FloatRange(0, 10, min_open=True),
    default=0.8,
    show_default=True,
    metavar="X",
    help="Low: common sounds; high: unusual ones.",
)
@click.option("--start", default="", metavar="LETTERS", help="The first letters of each name.")
@click.option("--known", is_flag=True, help="Allow names from the training lists, too.")
@click.option(
    "--origins",
    "list_origins",
    is_flag=True,
    help="List the origins that the model knows, and their scripts.",
)
@json_option("Print JSON lines.")
@click.option(
    "--model",
    type=click.Path(),
    metavar="MODEL",
    help="The folder of a generator, instead of the pretrained one.",
)
def command(
    origin: str | None,
    count: int,
    list_origins: bool,
    as_json: bool,
    model: str | None,
    **drawing: Any,
) -> None:
    """Generate surnames that sound like those of ORIGIN, letter by letter.

    A recurrent network, trained on lists of real surnames, invents names that are in none of them. An
    invented name hints at a language. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.network.generator import LISTED_BY, Generator
    from cognomen.network.scripts import script_of
    from cognomen.text.matching import find_origin

    if origin is None and not list_origins:
        raise click.UsageError("Missing argument 'ORIGIN'; --origins lists them.")
    generator = Generator.load(model)
    if list_origins or origin is None:
        if as_json:
            print_json({"origins": list(generator.origins), "scripts": generator.scripts})
        else:
            for each, scripts in generator.scripts.items():
                click.echo(f"{each}: {', '.join(scripts)}")
        return
    origin = find_origin("origin", origin, generator.origins, listed_by=LISTED_BY)
    facts = {"origin": origin, "seed": drawing["seed"], "temperature": drawing["temperature"]}
    for name in generator.stream(origin, count, **drawing):
        if as_json:
            print_json({"name": name, "script": script_of(name), **facts})
        else:
            click.echo(name)
