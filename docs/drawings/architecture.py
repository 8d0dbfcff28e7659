"""The classifier's network, with the sizes of the tensors of one very model."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import category

from cognomen.classifier.model import Model
from cognomen.network.network import Network
from cognomen.text.spelling import normalise
from drawings.svg import BLUE, GREEN, GREY, ORANGE, PURPLE, Colours, Sheet

__all__ = ["draw_classifier"]

WIDTH, WIDER, MIDDLE, NGRAMS = (
    640.0,
    900.0,
    320.0,
    760.0,
)  # the middle of the main column, and of what may stand beside it
WIDE, HALF, SIDE = 540.0, 262.0, 220.0  # boxes: a whole row, one direction, the n-grams
LINE, GAP, TOP = 19.0, 44.0, 74.0  # between lines in a box, between rows, above the first row


@dataclass(frozen=True)
class _Row:
    """One stage: boxes side by side, each with a heading and the parameters it holds; what comes out."""

    boxes: list[tuple[str, list[str]]]
    result: str
    colours: Colours

    @property
    def height(self) -> float:
        return LINE * (1 + max(len(lines) for _, lines in self.boxes)) + 16


def draw_classifier(model: Model, name: str = "Nakamura") -> str:
    """Draw the way of a name through a model's network, with the shape of every tensor: SVG.

    Args:
        model: any model.
        name: a surname for the first row.
    """
    network = model.network
    letters = normalise(name, lower=model.lower)
    rows = _rows(network, letters, model)
    height = TOP + sum(row.height + GAP for row in rows) + 52
    sheet = Sheet(
        WIDTH if network.ngrams is None else WIDER,
        height,
        "The network that classifies surnames",
        f"From {name!r} to {len(model.origins)} probabilities, through {network.size:,} weights. "
        + " Then ".join(f"{'; '.join(head for head, _ in row.boxes)}: {row.result}." for row in rows),
    )  # fmt: skip
    sheet.words((MIDDLE, 30), f"“{name}”  →  {' '.join(map(_shown, letters))}", size=17, bold=True)
    sheet.words((MIDDLE, 54), f"T = {len(letters)} letters", size=13, colour=GREY)
    y, edges = TOP, []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        edges.append((y, y + row.height))
        _draw_row(sheet, row, following, y)
        y += row.height + GAP
    _draw_ngrams(sheet, network, edges)
    sheet.words(
        (MIDDLE, height - 46), f"{len(model.origins)} probabilities, which sum to 1", size=15, bold=True
    )
    sheet.words((MIDDLE, height - 20), f"{network.size:,} weights", size=13, colour=GREY)
    return sheet.text()


def _shown(letter: str) -> str:
    """A mark over the circle that stands for any letter, a space as a sign of its own."""
    return "␣" if letter == " " else f"◌{letter}" if category(letter).startswith("M") else letter


def _rows(network: Network, letters: str, model: Model) -> list[_Row]:
    """The stages of a network, from its own parameters."""
    a, steps = network.architecture, len(letters)
    ways = {"forward": ["→"], "reverse": ["←"], "both": ["→", "←"]}[a.direction]
    rows = [
        _Row([("alphabet: a number for each letter", [f"{a.alphabet_size} letters"])], f"({steps})", BLUE),
        _Row(
            [("embedding: a vector for each letter", _tensors(network, "embedding."))],
            f"({steps}, {a.embedding_size})",
            BLUE,
        ),
    ]
    for level in range(a.num_layers):
        boxes = []
        for way in ways:
            end = f"_l{level}" + ("_reverse" if way == "←" and len(ways) > 1 else "")
            reads = "reads forward →" if way == "→" else "← reads from the end"
            boxes.append((f"{a.cell.upper()}, {reads}", _tensors(network, "recurrent.", end)))
        rows.append(_Row(boxes, f"({steps}, {len(ways) * a.hidden_size})", GREEN))
    width = network.output.params["weight"].shape[1]
    pooled = f"pooling over the letters: {a.pooling.replace('+', ' and ')}"
    rows.append(_Row([(pooled, ["no weights"])], f"({width})", GREEN))
    rows.append(
        _Row([("linear map to the origins", _tensors(network, "output."))], _logits(a.origin_count), ORANGE)
    )
    if network.ngrams is not None:
        rows.append(_Row([("sum", ["logits of both"])], _logits(a.origin_count), ORANGE))
    scaled = f"softmax(logits / {model.temperature:.2f})"
    rows.append(_Row([("calibration", [scaled])], f"({a.origin_count})", ORANGE))
    return rows


def _logits(count: int) -> str:
    return f"({count}) logits"


def _tensors(network: Network, prefix: str, suffix: str = "") -> list[str]:
    """A line for each parameter of these beginnings and ends: its name and shape."""
    return [
        f"{name.removeprefix(prefix)} {value.shape}".replace(",)", ")")
        for name, value in network.params.items()
        if name.startswith(prefix) and name.endswith(suffix)
    ]


def _places(row: _Row) -> list[float]:
    """Where the middles of a row's boxes stand."""
    return [MIDDLE + (place - (len(row.boxes) - 1) / 2) * (WIDE - HALF) for place in range(len(row.boxes))]


def _draw_row(sheet: Sheet, row: _Row, following: _Row | None, top: float) -> None:
    """The boxes of a row, and the arrows to what follows, with the shape of what goes there."""
    size = WIDE if len(row.boxes) == 1 else HALF
    for x, (heading, lines) in zip(_places(row), row.boxes, strict=True):
        _draw_box(sheet, x, top, (size, row.height), row.colours, heading, lines)
    bottom = top + row.height
    ways = max(_places(row), [MIDDLE] if following is None else _places(following), key=len)
    for x in ways:
        sheet.arrow([(x, bottom), (x, bottom + GAP - 2)])
    place, anchor = (MIDDLE + 14, "start") if len(ways) == 1 else (MIDDLE, "middle")
    sheet.words((place, bottom + GAP / 2 - 2), row.result, size=14, anchor=anchor, mono=True)


def _draw_box(
    sheet: Sheet,
    x: float,
    top: float,
    size: tuple[float, float],
    colours: Colours,
    heading: str,
    lines: list[str],
) -> None:
    sheet.box((x, top + size[1] / 2), size, colours)
    sheet.words((x, top + 18), heading, size=14, bold=True)
    for number, line in enumerate(lines, start=1):
        sheet.words((x, top + 18 + LINE * number), line, size=13, mono=True)


def _draw_ngrams(sheet: Sheet, network: Network, edges: list[tuple[float, float]]) -> None:
    """Beside the recurrent way, where there are any, the n-grams: from the letters to the sum."""
    ngrams = network.ngrams
    if ngrams is None:
        return
    (start, begin), (top, bottom) = edges[0], edges[2]
    count, longest = ngrams.letters.shape
    lines = [f"{count:,} of up to {longest} letters", *_tensors(network, "ngrams.")]
    height = LINE * (1 + len(lines)) + 16
    y = (top + bottom - height) / 2
    right, into = MIDDLE + WIDE / 2, sum(edges[-2]) / 2
    sheet.arrow([(right, (start + begin) / 2), (NGRAMS, (start + begin) / 2), (NGRAMS, y - 2)])
    _draw_box(sheet, NGRAMS, y, (SIDE, height), PURPLE, "letter n-grams", lines)
    sheet.arrow([(NGRAMS, y + height), (NGRAMS, into), (right + 2, into)])
    sheet.words(
        (NGRAMS - 10, into - 16), _logits(network.architecture.origin_count), size=14, anchor="end", mono=True
    )
