"""`cognomen explain`: which letters speak for and against an origin, and the answer to each prefix.

\b
Examples:
  cognomen explain Nakamura
  cognomen explain --origin Scottish Campbell
  cognomen explain --plot nakamura.svg Nakamura
  cognomen explain --json "O'Brien"

\b
Columns:
  for        the letter's attribution: what it adds to the origin's logit, by
             integrated gradients through the network. The baseline (a name of
             as many unknown letters) and the attributions add up to the logit
             of the name. 1 more makes the origin e = 2.7 times as probable,
             relative to the others.
  margin     what it adds to the origin's logit minus that of the most
             probable other origin.
  prefix     the answer to the letters up to this one, read as a whole name.

--plot draws them, and the network's activations: states, gates, which earlier letters each state
depends on, and the Jacobian norm by lag. The suffix sets the format: .svg, .png or .pdf.

\b
Exit codes: 0 done (also when the name cannot be read), 1 an error that the
message explains, 2 not understood, 130 Ctrl-C.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.input import argument_text, one_line
from cognomen.apps.cli.options import as_is_option, epilog, json_option, model_option, print_json
from cognomen.apps.cli.plots import plot_option
from cognomen.apps.cli.render import (
    BOLD,
    CYAN,
    DIM,
    GAP,
    PLAIN,
    REASONS,
    YELLOW,
    Piece,
    Style,
    bar,
    cell_len,
    has_colours,
    painted,
    percent,
    wrapped,
)

if TYPE_CHECKING:
    from cognomen.classifier.answers import Answer
    from cognomen.classifier.classifier import Classifier
    from cognomen.explanation.explanation import Explanation, LetterAttribution

HALF, SHORT = 10, 3  # cells of the longest bar on either side, and where there is little room
SIGNED = 6  # cells of a figure with its sign
UNKNOWN = "unknown letters alone"
SEEN = 0.02  # an error of the sum that shows in two decimals
FIRST = 9  # cells of the first column
EVIDENCE = {"known": "known as a whole name", "spelling": "by its spelling"}


@click.command("explain", epilog=epilog(__doc__))
@click.argument("name")
@click.option("--origin", metavar="O", help="Explain this origin instead of the most probable one.")
@json_option()
@plot_option
@model_option
@as_is_option
def command(
    name: str, origin: str | None, as_json: bool, picture: Path | None, model: str | None, as_is: bool
) -> None:
    """Show which letters of NAME speak for and against an origin, and the answer to each prefix.

    It shows what moved this model, not a rule of a language.
    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.explanation.explanation import explain

    classifier = Classifier.load(model)
    text = argument_text(name)
    found = explain(classifier, text, origin, full_names=not as_is)
    if as_json:
        print_json(found.to_json())
    else:
        write(found)
    if picture is not None:
        draw(classifier, found, picture, full_names=not as_is)


def draw(classifier: Classifier, found: Explanation, path: Path, *, full_names: bool) -> None:
    """Draw an explanation, or report why there is nothing to draw."""
    from cognomen.explanation.explanation import name_activations
    from cognomen.plots.explanation import plot_explanation

    if sys.stderr is not None and sys.stderr.isatty():
        click.echo(f"drawing {path} ...", err=True)  # of a long name it takes some seconds
    activations = name_activations(classifier, found.answer.name, full_names=full_names)
    if activations is None:
        click.echo(f"not drawn: {path}: the name cannot be read", err=True)
        return
    plot_explanation(found, activations, path)
    click.echo(f"drawn: {path}", err=True)


def write(found: Explanation) -> None:
    """Print an explanation for people."""
    colours = sys.stdout is not None and sys.stdout.isatty() and has_colours()
    click.echo("\n".join(painted(line, colours=colours) for line in lines_of(found)), color=colours)


def lines_of(found: Explanation) -> list[list[Piece]]:
    """Lay out an explanation: the answer, and a row for each letter."""
    name = one_line(found.answer.name or "")
    reason = REASONS.get(found.answer.reason or "", found.answer.reason or "")
    if found.origin is None:
        return [[(f"{name}: ", PLAIN), ("unknown", YELLOW), (f", {reason}", PLAIN)]]
    surname = f" → {one_line(found.answer.surname or '')}" if found.answer.note else ""
    head: list[Piece] = [(f"{name}{surname}: ", PLAIN), (found.origin, BOLD)]
    head.append((f" {percent(found.probability or 0.0)}", PLAIN))
    if found.rival is not None:
        head.append((f", {found.rival} {percent(found.probability_of(found.rival))}", DIM))
    if found.answer.reason:
        head.append((f"; answered unknown: {reason}", YELLOW))
    more = wrapped(", ".join(about(found.answer)))
    above, below = more.splitlines(), legend(found, found.origin)
    return [head, *map(dim, above), [], *table(found, found.origin), [], *map(dim, below)]


def dim(line: str) -> list[Piece]:
    """A line that is not the main thing."""
    return [(line, DIM)]


def legend(found: Explanation, origin: str) -> Iterator[str]:
    """Yield what the columns and the first and last rows of the table mean."""
    yield from term(
        f"for {origin}",
        f"what the letter adds to the logit of {origin}: +1 makes it 2.7 times as likely, all else equal",
    )
    if found.rival:
        yield from term(
            "margin", f"what it adds to the lead over {found.rival}, the difference of the two logits"
        )
    count = len(found.letters)
    letters = f"{count} unknown letter{'s' * (count != 1)}"
    yield from term("baseline", f"the logit and the lead of a name of {letters}")
    if abs(found.convergence_delta or 0.0) >= SEEN:
        error = f"{abs(found.convergence_delta or 0.0):.2g}"
        yield from term("sum", f"baseline and letters add up to it within {error}, as the name is long")
    yield from term("prefix", "the answer to the letters up to this one, read as a whole name")


def term(word: str, meaning: str) -> list[str]:
    """A word and what it means, in lines."""
    return wrapped(f"{word}: {meaning}.").split("\n")


def about(answer: Answer) -> Iterator[str]:
    """Yield the group and the region of an answer, and what it rests on: the parts of a surname in two, if it
    is not known as a whole."""
    for what, label, p in (
        ("group", answer.group, answer.group_probability),
        ("region", answer.region, answer.region_probability),
    ):
        if label is not None:
            yield f"{what} {label} {percent(p or 0.0)}"
    if answer.parts:
        parts = [f"{each.surname} ({each.origin} {percent(each.probability)})" for each in answer.parts]
        yield f"pooled from {' and '.join(parts)}"
    elif answer.evidence is not None:
        yield EVIDENCE[answer.evidence]


def table(found: Explanation, origin: str) -> list[list[Piece]]:
    """Lay out the baseline, each letter's attribution with the answer to the prefix, and the sum.

    On a narrow terminal bars are shorter, and then the answers that take too much room are without `origin`.
    """
    heads = (f"for {origin}", "margin" if found.rival else "")
    longest = max(abs(each.attribution) for each in found.letters) or 1.0
    answers = [prefix_answer(each, origin) for each in found.letters]
    widths = [max(cell_len(head), SIGNED) for head in heads]
    room = shutil.get_terminal_size((120, 24)).columns - FIRST - sum(width + GAP for width in widths) - GAP
    half = min(HALF, max((room - max(map(cell_len, [UNKNOWN, *answers]))) // 2, SHORT))

    def row(letter: Piece, length: float, figures: Sequence[object], words: str, style: Style) -> list[Piece]:
        first = letter[0] + " " * (FIRST - cell_len(letter[0]))
        right = "".join(f"{'':{GAP}}{each:>{width}}" for each, width in zip(figures, widths, strict=True))
        told = words if cell_len(words) <= room - 2 * half else words.partition(",")[0]
        return [(first, letter[1]), *signed_bar(length, half), (f"{right}{'':{GAP}}", style), (told, style)]

    letters = zip(found.letters, answers, strict=True)
    return [
        row(("letter", DIM), 0, heads, "prefix", DIM),
        row(("baseline", DIM), 0, signed(found.baseline, found.baseline_margin), UNKNOWN, DIM),
        *(
            row(
                ("␣" if each.letter == " " else one_line(each.letter), BOLD),
                each.attribution / longest,
                signed(each.attribution, each.margin),
                answer,
                PLAIN,
            )
            for each, answer in letters
        ),
        row(("sum", DIM), 0, signed(found.logit, found.margin), "", PLAIN),
    ]


def signed(*figures: float | None) -> list[str]:
    """Format the figures of a row with their signs."""
    return ["" if each is None else f"{each:+.2f}" for each in figures]


def signed_bar(length: float, half: int = HALF) -> list[Piece]:
    """Draw a bar from the middle: to the right if positive, to the left if negative."""
    if length >= 0:
        return [(" " * half, PLAIN), (bar(length, half), CYAN)]
    halves = round(-length * half * 2)
    left = "▐" * (halves % 2) + "█" * (halves // 2)
    return [(left.rjust(half), YELLOW), (" " * half, PLAIN)]


def prefix_answer(letter: LetterAttribution, origin: str) -> str:
    """The answer to the prefix in words, and the probability of the explained origin if it is another."""
    if not letter.prefix_origins:
        return "not a name yet"
    best = letter.prefix_origins[0]
    words = f"{best.origin} {percent(best.probability)}"
    return (
        words if best.origin == origin else f"{words}, {origin} {percent(letter.prefix_probability(origin))}"
    )
