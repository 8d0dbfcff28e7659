"""Tables and bars for terminals."""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.input import one_line

if TYPE_CHECKING:
    from cognomen.classifier.answers import Answer

Style = Mapping[str, Any]  # what click.style takes
Piece = tuple[str, Style]
PLAIN: Style = {}
DIM: Style = {"dim": True}
BOLD: Style = {"bold": True}
CYAN: Style = {"fg": "cyan"}
YELLOW: Style = {"fg": "yellow"}

REASONS = {
    "empty": "nothing to read",
    "not-text": "not a text",
    "no-letters": "holds no letters",
    "unknown-script": "letters unknown to the model",
    "too-long": "longer than 100 letters",
    "placeholder": "stands for a missing name",
    "not-a-name": "a company, address or title",
    "garbled": "letters were lost in decoding",
    "unlike-training": "unlike all training names",
    "low-confidence": "too unsure",
}
EIGHTHS = " ▏▎▍▌▋▊▉█"
GAP = 2  # cells between columns
PERCENT_WIDTH = len(">99.9%")
LONGEST_NAME = 28
LONGEST_RUNNER_UP = len("Vietnamese 12.3%,")
EVIDENCE_WIDTH = len("spelling")
WIDE = 60  # cells, enough to show the evidence


def bar(share: float, width: int) -> str:
    """A bar of `share` (0 to 1) of `width` cells, to an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(width)


def percent(share: float) -> str:
    """A probability for people: with one decimal, and never rounded to certainty."""
    if share > 0.999:
        return ">99.9%"
    if share < 0.001:
        return "<0.1%"
    return f"{100 * share:.1f}%"


@dataclass(frozen=True)
class Layout:
    """Widths of the columns in cells."""

    name: int
    origin: int
    bar: int
    evidence: int  # with the gap before it; 0 if it is not shown
    verdict: int  # everything to the right of the origin

    @classmethod
    def fitting(
        cls, width: int, names: Sequence[str], labels: Sequence[str], *, evidence: bool = False
    ) -> Layout:
        """Divide `width` cells: names get what they need up to a third, the bar up to a sixth.

        The evidence, if there is any, takes half of its cells from the bar, and is left out without room.
        """
        told = GAP + EVIDENCE_WIDTH if evidence and width >= WIDE else 0
        longest_label = max(cell_len(label) for label in (*labels, "unknown"))
        origin = min(longest_label, max(width // 4, 8))
        bar_width = max(4, min(24, width // 6) - told // 2)
        least = bar_width + GAP + PERCENT_WIDTH + told
        longest_name = max((cell_len(one_line(name)) for name in names), default=4)
        room = min(width // 3, width - origin - 2 * GAP - least)
        name = min(max(longest_name, 4), LONGEST_NAME, max(room, 4))
        return cls(name, origin, bar_width, told, max(width - name - origin - 2 * GAP, least))

    @property
    def indent(self) -> int:
        """Where the other origins start: to the right of all else or, without room, below the bar."""
        beside = self.bar + PERCENT_WIDTH + self.evidence + 2 * GAP
        return beside if self.verdict - beside >= LONGEST_RUNNER_UP else 0


class AnswerTable:
    """Writes answers as rows of a table, in blocks; the first block determines the layout.

    Args:
        labels: what can be answered: the origins, and perhaps groups and regions.
        width: in cells; that of the terminal if None.
        colours: whether to use colours; if None, unless NO_COLOR is set or the terminal has none.
    """

    def __init__(
        self, labels: Sequence[str], width: int | None = None, *, colours: bool | None = None
    ) -> None:
        self.labels = labels
        self.width = shutil.get_terminal_size().columns if width is None else width
        self.colours = has_colours() if colours is None else colours
        self.layout: Layout | None = None

    def write(self, answers: Sequence[Answer]) -> None:
        """Print a row for each answer; the first call prints the headings, too."""
        click.echo("\n".join(self.lines(answers)), color=self.colours)

    def lines(self, answers: Sequence[Answer]) -> Iterator[str]:
        """The lines that `write` prints."""
        if self.layout is None:
            names = [answer.name or "" for answer in answers]
            told = any(answer.evidence for answer in answers)
            self.layout = Layout.fitting(self.width, names, self.labels, evidence=told)
            yield painted(heads(self.layout), colours=self.colours)
        for answer in answers:
            for pieces in row(answer, self.layout):
                yield painted(pieces, colours=self.colours)


def painted(pieces: Sequence[Piece], *, colours: bool) -> str:
    """Join the pieces of a line, with colours if they are used."""
    if not colours:
        return "".join(text for text, _ in pieces).rstrip()
    return "".join(click.style(text, **style) if style else text for text, style in pieces)


def has_colours() -> bool:
    """Whether the terminal has colours and they are not turned off (no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def heads(layout: Layout) -> list[Piece]:
    """The headings of the columns."""
    right = "probability".ljust(layout.bar + GAP + PERCENT_WIDTH)
    if layout.evidence:
        right += " " * GAP + "evidence"
    if layout.indent:
        right = right.ljust(layout.indent) + "also possible"
    return [(padded("name", layout.name) + padded("origin", layout.origin) + right, DIM)]


def row(answer: Answer, layout: Layout) -> Iterator[list[Piece]]:
    """The lines of an answer."""
    names = name_lines(answer)
    if answer.label is None:
        label, verdicts = ("unknown", YELLOW), refusal(answer, layout)
    else:
        label, verdicts = (answer.label, BOLD), verdict(answer, layout)
    if answer.origin_set is not None:
        verdicts += set_lines(answer.origin_set, layout)
    blank = ("", PLAIN)
    for name, word, pieces in zip_longest(names, [label], verdicts):
        yield [column(name or blank, layout.name), column(word or blank, layout.origin), *(pieces or [])]


def column(piece: Piece, width: int) -> Piece:
    """Fit a piece into a column of `width` cells and the gap after it."""
    text, style = piece
    return padded(shortened(text, width), width), style


def padded(text: str, width: int) -> str:
    """Pad to `width` cells, and the gap after them."""
    return text + " " * (width - cell_len(text) + GAP)


def name_lines(answer: Answer) -> list[Piece]:
    """The name, and the surname that was found in it if that is not all of it."""
    lines = [(one_line(answer.name or ""), PLAIN)]
    if answer.note and answer.surname:
        lines.append((f"→ {one_line(answer.surname)}", DIM))
    parts = (
        f"  {one_line(each.surname)}: {each.origin} {percent(each.probability)}" for each in answer.parts
    )
    return lines + [(part, DIM) for part in parts]


def verdict(answer: Answer, layout: Layout) -> list[list[Piece]]:
    """The bar and the percentage of the answer, and the alternatives as text."""
    probability = answer.probability or 0.0
    share = " " * GAP + percent(probability).rjust(PERCENT_WIDTH)
    head = [(bar(probability, layout.bar), CYAN), (share, PLAIN)]
    if layout.evidence:
        head.append((" " * GAP + (answer.evidence or "").ljust(EVIDENCE_WIDTH), DIM))
    words = [f"{each.origin} {percent(each.probability)}" for each in answer.alternatives]
    width = layout.verdict - layout.indent
    lines = [shortened(line, width) for line in filled(words, width)]
    if layout.indent and lines:
        head.append((" " * GAP + lines.pop(0), DIM))
    return [head, *([(" " * layout.indent + line, DIM)] for line in lines)]


def refusal(answer: Answer, layout: Layout) -> list[list[Piece]]:
    """The reason for no answer, and the answer that was too uncertain, if any."""
    reason = REASONS.get(answer.reason or "", answer.reason or "")
    first, *rest = [f"{each.origin} {percent(each.probability)}" for each in answer.origins] or [""]
    both = f"{reason}: {first}," if first else reason
    if cell_len(both) <= layout.verdict:
        lines = filled([both.rstrip(","), *rest], layout.verdict)
    else:  # nothing is cut that fits on a line of its own
        lines = [f"{reason}:", *filled([first, *rest], layout.verdict)]
    return [[(shortened(line, layout.verdict), YELLOW)] for line in lines]


def set_lines(origins: Sequence[str], layout: Layout) -> list[list[Piece]]:
    """The set of origins as text."""
    lines = filled(origins, layout.verdict - len("set: ")) or ["empty, too unsure"]
    heads = ["set: "] + [" " * len("set: ")] * (len(lines) - 1)
    return [[(shortened(head + line, layout.verdict), DIM)] for head, line in zip(heads, lines, strict=True)]


def cell_len(text: str) -> int:
    """The width of a text in cells: two for a wide letter, none for a mark (Unicode UAX 11)."""
    return sum(map(cells_of, text))


def cells_of(character: str) -> int:
    """The width of a character in cells."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, width: int) -> str:
    """The text, truncated with an ellipsis to `width` cells."""
    if cell_len(text) <= width:
        return text
    ends = accumulate(map(cells_of, text))
    return text[: sum(end < width for end in ends)] + "…"


def filled(words: Sequence[str], width: int) -> list[str]:
    """Fill lines of `width` cells with whole entries, a comma after each but the last."""
    lines: list[str] = []
    for entry in [*(f"{word}," for word in words[:-1]), *words[-1:]]:
        if lines and cell_len(lines[-1]) + 1 + cell_len(entry) <= width:
            lines[-1] += f" {entry}"
        else:
            lines.append(entry)
    return lines


def wrapped(text: str, fallback: int = 80) -> str:
    """Wrap each line at spaces to the width of the terminal, at most 100 cells.

    Indented lines, such as commands to copy, and words longer than a line stay as they are.

    Args:
        text: one paragraph a line.
        fallback: the width where stdout is not a terminal.
    """
    width = min(shutil.get_terminal_size((fallback, 24)).columns, 100)
    lines = text.split("\n")
    return "\n".join(
        line
        if line.startswith(" ")
        else textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def hanging(head: str, text: str) -> str:
    """Wrap a list with ", " between its entries to the right of a head, to the width of the terminal.

    An entry is never divided, nor is any other text.
    """
    width = min(shutil.get_terminal_size().columns, 100)
    lines = filled(text.split(", "), width - cell_len(head))
    return "\n".join([head + lines[0], *(" " * cell_len(head) + line for line in lines[1:])])


def plain_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Format rows below their headings: the first `left` columns left-aligned, the others right-aligned."""
    columns = []
    for index, column in enumerate(zip(heads, *rows, strict=True)):
        width = max(map(cell_len, column))
        spaces = [" " * (width - cell_len(cell)) for cell in column]
        pairs = zip(column, spaces, strict=True)
        columns.append([cell + space if index < left else space + cell for cell, space in pairs])
    return "\n".join((" " * GAP).join(row).rstrip() for row in zip(*columns, strict=True))
