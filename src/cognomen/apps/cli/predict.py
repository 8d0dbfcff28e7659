"""`cognomen predict`: names in; a table, lines or JSON out.

\b
Examples:
  cognomen predict Smith Nakamura "O'Brien"
  cognomen predict --top 5 "van der Berg"
  cognomen predict --file names.txt
  cognomen predict --json --file names.txt > answers.jsonl
  cognomen predict --abstain 0.8 --coverage 0.9 --file names.txt
  cognomen predict --restrict Irish,Scottish,English Nolan Bruce
  cognomen predict --level region --file names.txt
  cognomen predict --model classic Smith
  cognomen predict --model my-model -- -name-with-a-dash

\b
Output:
  on a terminal  a table
  piped          one line per name: name, origin, probability; between tabs.
                 --top K prints K pairs of origin and probability.
                 Without an answer: "unknown", and an empty probability.
                 With --abstain or --level the first may be a group or region.
                 --coverage adds a field: the origins of the set, separated by
                 commas.
  --json         one JSON object per name (docs/schema.md)

Each name, and each empty line, gives exactly one line, in the order given. Output is UTF-8, and so is input
unless --encoding says otherwise.

\b
Exit codes: 0 done (also when some names are unknown), 1 an error that the
message explains, 2 the command was not understood, 130 Ctrl-C, 141 the reader
of the output closed it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.input import STDIN, names_for, one_line
from cognomen.apps.cli.options import answer_options, encoding_option, epilog, json_option, name_options
from cognomen.apps.cli.order import say_order

if TYPE_CHECKING:
    from cognomen.classifier.answers import Answer
    from cognomen.classifier.origins import Level, Tree

Writer = Callable[[list["Answer"]], None]


@click.command("predict", epilog=epilog(__doc__))
@click.argument("names", nargs=-1)
@click.option("--file", "path", type=click.Path(), metavar="PATH", help="Read one name per line; - is stdin.")
@encoding_option
@click.option(
    "--top", type=click.IntRange(min=1), metavar="K", help="Number of origins to show (3; piped: 1)."
)
@json_option("Print JSON lines.")
@answer_options
@name_options
def command(
    names: tuple[str, ...],
    path: str | None,
    encoding: str | None,
    top: int | None,
    as_json: bool,
    model: str | None,
    reading: dict[str, Any],
    answering: dict[str, Any],
) -> None:
    """Tell which origins each of the NAMES sounds like.

    Without NAMES, lines are read from --file PATH or standard input ("-"). A full name is answered for its
    surname: the last word, or what comes before a comma. If the surname comes first and without a comma
    (Suzuki Ichiro), give the surname alone, or --order surname-first; for a file, the order is inferred from
    its lines.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.order import ColumnOrder

    level, sets = answering["level"], answering["coverage"] is not None
    blocks = names_for(names, path, encoding)
    classifier = Classifier.load(model)
    classifier.tree.check_level(level)
    write = writer(classifier.tree, top, level, as_json=as_json, sets=sets)
    for block in blocks:
        if not isinstance(reading["order"], ColumnOrder):
            if names in ((), (STDIN,)):  # lines, not names given one by one
                reading["order"] = classifier.column_order(block, **reading)
                say_order(reading["order"])
            else:
                reading["order"] = ColumnOrder.alone(reading["order"])
        write(classifier(block, **reading, **answering, top_k=top or 3))


def writer(tree: Tree, top: int | None, level: Level, *, as_json: bool, sets: bool) -> Writer:
    """Choose how answers are written: as JSON lines, as a table on a terminal, or one line per name."""
    if as_json:
        return write_json
    if sys.stdout is not None and sys.stdout.isatty():
        from cognomen.apps.cli.render import AnswerTable

        coarser = tree.levels[tree.levels.index(level) :]
        return AnswerTable([label for each in coarser for label in tree.labels(each)]).write
    pairs = min(top or 1, len(tree.labels(level)))
    return lambda answers: write_lines(answers, pairs, sets)


def write_json(answers: list[Answer]) -> None:
    """Write one JSON object per line."""
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode  # answers contain no cycles
    write("".join([f"{encode(answer.to_json())}\n" for answer in answers]))


def write_lines(answers: list[Answer], pairs: int, sets: bool) -> None:
    """Write one line per name, separated by tabs: the name, pairs of origin and probability, the set."""
    write("".join([f"{line_of(answer, pairs, sets)}\n" for answer in answers]))


def line_of(answer: Answer, pairs: int, sets: bool) -> str:
    """Format an answer as fields separated by tabs."""
    if answer.label is None:
        fields = ["unknown", ""]
    else:
        fields = [answer.label, f"{answer.probability:.4f}"]
        for each in answer.alternatives[: pairs - 1]:
            fields += [each.origin, f"{each.probability:.4f}"]
    fields += [""] * (2 * pairs - len(fields))  # no answer, or fewer possible origins
    if sets:
        fields.append(",".join(answer.origin_set or ()))
    return "\t".join([one_line(answer.name or ""), *fields])


def write(text: str) -> None:
    """Write to standard output and flush, so that a reader gets each block at once."""
    if sys.stdout is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
