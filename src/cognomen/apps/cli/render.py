"""Tables and bars for terminals. Only imported when something is drawn: it needs rich."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cognomen.apps.cli.reading import one_line

if TYPE_CHECKING:
    from cognomen.classifier import Answer, OriginProbability

__all__ = ["REASONS", "AnswerTable", "bar", "percent", "plain_table"]

REASONS = {
    "empty": "nothing to read",
    "not-text": "not a text",
    "no-letters": "holds no letters",
    "unknown-script": "mostly letters unknown to the model",
    "too-long": "longer than 100 letters",
}
EIGHTHS = " ▏▎▍▌▋▊▉█"
GAP = 2  # cells between columns
PERCENT_WIDTH = len(">99.9%")
LONGEST_NAME = 28
LONGEST_RUNNER_UP = len("Vietnamese 12.3%,")


def bar(share: float, width: int) -> str:
    """Draw `share` (0 to 1) of `width` cells, exact to an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(width)


def percent(share: float) -> str:
    """Write a probability for people: one decimal, and never a certainty that is not one."""
    if share > 0.999:
        return ">99.9%"
    if share < 0.001:
        return "<0.1%"
    return f"{100 * share:.1f}%"


@dataclass(frozen=True)
class Layout:
    """Widths of the columns in cells; they depend on the terminal, the first names and the origins."""

    name: int
    origin: int
    bar: int
    verdict: int  # all that stands right of the origin

    @classmethod
    def fitting(cls, width: int, names: Sequence[str], origins: Sequence[str]) -> Layout:
        """Share `width` cells: names get what they need up to a third, the bar up to a sixth."""
        longest_origin = max(cell_len(origin) for origin in (*origins, "unknown"))
        origin = min(longest_origin, max(width // 5, 8))
        longest_name = max((cell_len(one_line(name)) for name in names), default=4)
        name = min(max(longest_name, 4), LONGEST_NAME, width // 3)
        bar_width = max(4, min(24, width // 6))
        least = bar_width + GAP + PERCENT_WIDTH
        return cls(name, origin, bar_width, max(width - name - origin - 2 * GAP, least))

    @property
    def indent(self) -> int:
        """Where the runners-up start: right of the percentage, or below the bar when that is too narrow."""
        beside = self.bar + PERCENT_WIDTH + 2 * GAP
        return beside if self.verdict - beside >= LONGEST_RUNNER_UP else 0


class AnswerTable:
    """Writes answers as table rows, block by block, with the layout of the first block."""

    def __init__(self, origins: Sequence[str], console: Console | None = None) -> None:
        self.origins = origins
        self.console = console or Console(highlight=False)
        self.layout: Layout | None = None

    def write(self, answers: Sequence[Answer]) -> None:
        """Print one row for each answer; the first call prints the heads of the columns too."""
        first = self.layout is None
        if self.layout is None:
            names = [answer.name or "" for answer in answers]
            self.layout = Layout.fitting(self.console.width, names, self.origins)
        # The gaps are part of the widths: releases of rich disagree on whether padding is.
        table = Table(box=None, show_header=False, padding=0, pad_edge=False)
        for width in (self.layout.name + GAP, self.layout.origin + GAP, self.layout.verdict):
            table.add_column(width=width)
        if first:
            table.add_row(*heads(self.layout))
        for answer in answers:
            table.add_row(*row(answer, self.layout))
        self.console.print(table)


def heads(layout: Layout) -> tuple[Text, Text, Text]:
    """Give the heads of the columns."""
    others = "also possible" if layout.indent else ""
    right = f"{'probability'.ljust(layout.indent)}{others}"
    return Text("name", style="dim"), Text("origin", style="dim"), Text(right, style="dim")


def row(answer: Answer, layout: Layout) -> tuple[Text, Text, Text]:
    """Give the cells of one answer."""
    name = name_cell(answer, layout.name)
    if answer.origin is None:
        reason = REASONS.get(answer.reason or "", answer.reason or "")
        return name, Text("unknown", style="yellow"), Text(reason, style="yellow")
    origin = Text(answer.origin, style="bold")
    origin.truncate(layout.origin, overflow="ellipsis")
    return name, origin, verdict(answer.origins, layout)


def name_cell(answer: Answer, width: int) -> Text:
    """Give the name, shortened to its column; for a full name, also the surname that was read."""
    lines = [Text(one_line(answer.name or ""))]
    if answer.note == "surname-of-full-name" and answer.surname:
        lines.append(Text(f"→ {one_line(answer.surname)}", style="dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n").join(lines)


def verdict(origins: Sequence[OriginProbability], layout: Layout) -> Text:
    """Give the bar and the percentage of the first origin, and the runners-up in words."""
    best, *others = origins
    head = Text.assemble(
        (bar(best.probability, layout.bar), "cyan"), " " * GAP, percent(best.probability).rjust(PERCENT_WIDTH)
    )
    words = [f"{each.origin} {percent(each.probability)}" for each in others]
    lines = [Text(line, style="dim") for line in filled(words, layout.verdict - layout.indent)]
    if layout.indent and lines:
        head.append(" " * GAP).append_text(lines.pop(0))
    below = [Text(" " * layout.indent).append_text(line) for line in lines]
    return Text("\n").join([head, *below])


def filled(words: Sequence[str], width: int) -> list[str]:
    """Fill lines of `width` cells with whole entries, a comma after each but the last."""
    lines: list[str] = []
    for place, word in enumerate(words):
        entry = word if place == len(words) - 1 else f"{word},"
        if lines and cell_len(lines[-1]) + 1 + cell_len(entry) <= width:
            lines[-1] += f" {entry}"
        else:
            lines.append(entry)
    return lines


def plain_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Lay rows out under their heads: the first `left` columns to the left, figures to the right."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    return "\n".join(laid_out(row, widths, left) for row in (heads, *rows))


def laid_out(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    """Pad the cells of one row."""
    cells = []
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = " " * (width - cell_len(cell))
        cells.append(cell + space if place < left else space + cell)
    return (" " * GAP).join(cells).rstrip()
