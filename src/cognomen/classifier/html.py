"""Pieces of HTML for notebooks: what `_repr_html_` of answers, compositions and explanations is made of.

Text has the notebook's own colour and no background, so that it can be read in a dark theme and in a light
one. Styles stand on the elements, since notebooks and their viewers remove style sheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from cognomen.text.patterns import lazy_pattern

BLUE: Final = "#0072b2"  # readable on white and on black
VERMILION: Final = "#d55e00"
CELL: Final = "padding:1px 10px 1px 0;border:0;background:none;text-align:"
DIM: Final = "opacity:.7"
CONTROLS: Final = lazy_pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def text(words: str) -> str:
    """Any text as HTML: escaped, on one line, and isolated, so that it turns no other text's direction."""
    return f"<bdi>{escape(CONTROLS.sub(' ', words))}</bdi>"


def dim(words: str) -> str:
    """Text that matters less."""
    return f'<span style="{DIM}">{text(words)}</span>'


def bar(share: float, colour: str = BLUE, *, width: float = 8) -> str:
    """A bar of `share` (0 to 1) of `width` em."""
    length = min(max(share, 0.0), 1.0) * width
    return f'<div style="background:{colour};height:.75em;min-width:1px;width:{length:.2f}em"></div>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    """A table.

    Args:
        heads: text.
        rows: cells of HTML.
        sides: to which each column is aligned, "l" or "r".
    """
    aligned = [{"l": "left", "r": "right"}[side] for side in sides]
    head = "".join(
        f'<th style="{CELL}{side};{DIM};font-weight:normal">{text(each)}</th>'
        for each, side in zip(heads, aligned, strict=True)
    )
    lines = [
        "".join(f'<td style="{CELL}{side}">{cell}</td>' for cell, side in zip(row, aligned, strict=True))
        for row in rows
    ]
    body = "".join(f'<tr style="background:none">{line}</tr>' for line in lines)
    style = "color:inherit;font-size:inherit;border-collapse:collapse;margin:.3em 0"
    return f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def percent(share: float) -> str:
    """A probability, never rounded to certainty."""
    return text(">99.9%" if share > 0.999 else "<0.1%" if share < 0.001 else f"{share:.1%}")
