"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown(heads: Sequence[str], rows: Iterable[Iterable[object]], *, left: int | None = None) -> str:
    """A table.

    Args:
        heads: the headings.
        rows: the cells of each row.
        left: how many columns are aligned to the left, the others to the right; all if None.
    """
    left = len(heads) if left is None else left
    rule = ["---"] * left + ["---:"] * (len(heads) - left)
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in (heads, rule, *rows))
