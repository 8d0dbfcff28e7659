"""Tables for terminals that may be narrower than they are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest

from cognomen.apps.cli.render import GAP, plain_table


def fitted(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Format rows of two or more cells below their headings in `width` cells, long cells on several lines.

    Where not even the longest words of all columns fit, the columns are divided among several tables, as few
    as will do, and each begins with the first column.
    """
    first, *others = zip(heads, *rows, strict=True)
    for parts in range(1, len(others) + 1):
        ends = [len(others) * k // parts for k in range(parts + 1)]
        tables = [(first, *others[start:end]) for start, end in pairwise(ends)]
        if all(table_width(map(longest_word, table)) <= width for table in tables):
            break
    return "\n\n".join(plain_table(*lines_of(table, width)) for table in tables)


def longest_word(column: Sequence[str]) -> int:
    """The least width of a column."""
    return max(map(len, " ".join(column).split()), default=1)


def table_width(widths: Iterable[int]) -> int:
    """The width of a table whose columns have these widths."""
    return sum(width + GAP for width in widths) - GAP


def lines_of(columns: Sequence[Sequence[str]], width: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The first line of a table, and the others.

    Columns are as narrow as their words, and then widened where most lines are needed, cells before headings.
    """
    widths = list(map(longest_word, columns))

    def needed(column: int) -> tuple[int, int]:
        head, *cells = (len(divided(cell, widths[column])) for cell in columns[column])
        return max(cells), head

    while table_width(widths) < width:
        tallest = max(range(len(columns)), key=needed)
        if needed(tallest) <= (1, 1):
            break
        widths[tallest] += 1
    lines: list[tuple[str, ...]] = []
    for row in zip(*columns, strict=True):
        cells = [divided(cell, most) for cell, most in zip(row, widths, strict=True)]
        if not lines:  # headings stand on their columns
            cells = [[""] * (max(map(len, cells)) - len(cell)) + cell for cell in cells]
        lines += zip_longest(*cells, fillvalue="")
    return lines[0], lines[1:]


def divided(cell: str, width: int) -> list[str]:
    """A cell on lines of at most so many characters."""
    return textwrap.wrap(cell, width, break_on_hyphens=False)
