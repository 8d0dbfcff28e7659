"""Answers and compositions as HTML, for notebooks.

Text has the notebook's own colour and no background, so that it can be read in a dark theme and in a light
one. Styles stand on the elements, since notebooks and their viewers remove style sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from cognomen.classifier.composition_rows import Row, rows_of

if TYPE_CHECKING:
    from cognomen.classifier.answers import Answer
    from cognomen.classifier.composition import Composition

BLUE: Final = "#0072b2"  # readable on white and on black
VERMILION: Final = "#d55e00"
CELL: Final = "padding:1px 10px 1px 0;border:0;background:none;text-align:"
DIM: Final = "opacity:.7"
CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def text(words: str) -> str:
    """Any text as HTML that says the same, stays on its line, and turns no direction but its own."""
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


def answer_html(answer: Answer) -> str:
    """An answer: its name and verdict, the likely origins, and what else is known of it."""
    name = text("not a text" if answer.name is None else answer.name)
    if answer.note and answer.surname:
        name += f" → {text(answer.surname)}"
    verdict = f"<b>{text(answer.label or 'unknown')}</b>"
    verdict += f" {percent(answer.probability)}" if answer.probability is not None else ""
    about = [f"{label}" for label in (answer.group, answer.region) if label and label != answer.label]
    about += [each for each in (answer.evidence, answer.reason, answer.note) if each]
    parts = [f"<div>{name}: {verdict} {dim(', '.join(about))}</div>"]
    if answer.origins:
        rows = [(text(o.origin), bar(o.probability), percent(o.probability)) for o in answer.origins]
        parts.append(table(("", "", "probability"), rows, "llr"))
    if answer.origin_set is not None:
        parts.append(f"<div>{dim('set: ' + (', '.join(answer.origin_set) or 'empty, too unsure'))}</div>")
    return f"<div>{''.join(parts)}</div>"


def composition_html(found: Composition) -> str:
    """A composition: what was read, and the shares with their intervals."""
    unknown = ", ".join(f"{count:,.6g} {reason}" for reason, count in found.unknown.items())
    head = f"{found.rows:,.6g} rows, {found.read:,.6g} read" + (f"; unknown: {unknown}" if unknown else "")
    heads = ("", "", "share", f"{found.level:.0%} interval", "counted")
    rows = map(_composition_row, rows_of(found))
    shares = table(heads, rows, "llrrr") if found.shares else ""
    return f"<div><div>{text(head)}</div>{shares}</div>"


def _composition_row(row: Row) -> tuple[str, ...]:
    """The cells of a row; one that is part of a sum is indented."""
    label = text(" + ".join(row.labels))
    if row.is_part:
        label = f'<span style="padding-left:1em;{DIM}">{label}</span>'
    counted = "" if row.counted is None else text(f"{row.counted:.1%}")
    interval = text(f"{row.low:.1%} to {row.high:.1%}")
    return label, bar(row.share), text(f"{row.share:.1%}"), interval, counted
