"""An explanation as HTML, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cognomen.classifier.html import BLUE, VERMILION, answer_html, bar, dim, percent, table, text

if TYPE_CHECKING:
    from cognomen.explanation.explanation import Explanation, LetterAttribution

WIDTH = 5  # em of the longest bar on either side


def explanation_html(found: Explanation) -> str:
    """An explanation: the answer, and a row for each letter between the baseline and the sum."""
    if found.origin is None or not found.letters:
        return answer_html(found.answer)
    name = found.answer.surname or found.answer.name or ""
    head = f"{text(name)}: <b>{text(found.origin)}</b> {percent(found.probability or 0.0)}"
    if found.rival is not None:
        head += f" {dim('rather than ' + found.rival)} {percent(found.probability_of(found.rival))}"
    longest = max(abs(each.attribution) for each in found.letters) or 1.0
    heads = ("letter", "against", "for", f"for {found.origin}", "margin", "prefix")
    rows = [
        (dim("baseline"), "", "", _signed(found.baseline), _signed(found.baseline_margin), ""),
        *(_row(each, longest) for each in found.letters),
        (dim("sum"), "", "", _signed(found.logit), _signed(found.margin), ""),
    ]
    letters = table(heads, rows, "lrlrrl")
    return f"<div><div>{head}</div>{letters}</div>"


def _row(letter: LetterAttribution, longest: float) -> tuple[str, ...]:
    length = letter.attribution / longest
    against = f'<div style="display:inline-block">{bar(-length, VERMILION, width=WIDTH)}</div>'
    speaks = bar(length, BLUE, width=WIDTH) if length >= 0 else ""
    best = letter.prefix_origins[0] if letter.prefix_origins else None
    prefix = dim("not a name yet") if best is None else f"{text(best.origin)} {percent(best.probability)}"
    return (
        f"<b>{text('␣' if letter.letter == ' ' else letter.letter)}</b>",
        against if length < 0 else "",
        speaks,
        _signed(letter.attribution),
        _signed(letter.margin),
        prefix,
    )


def _signed(figure: float | None) -> str:
    return "" if figure is None else text(f"{figure:+.2f}")
