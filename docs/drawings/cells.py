"""The GRU and the LSTM: one step of each, with what it keeps on the line at the top."""

from __future__ import annotations

from itertools import pairwise

from drawings.svg import GREEN, GREY, ORANGE, PURPLE, Point, Sheet

__all__ = ["draw_gru", "draw_lstm"]

BOX, WIDTH = (52, 36), 400  # narrow, so that the letters can be read on a telephone too
HALF, RADIUS = BOX[1] / 2, 13  # of a box's height, and of a circle
KEPT, RIGHT = 62, WIDTH - 12  # the height of the line of what is kept, and its end
GATE, CANDIDATE = ORANGE, GREEN
APART = 10  # the ends of both inputs of a box, from its middle


def draw_gru() -> str:
    """Draw one step of a GRU: SVG."""
    sheet = Sheet(
        WIDTH, 416, "One step of a GRU",
        "The state h runs along the top, multiplied by the update gate z, and the candidate n times 1 - z is "
        "added. The gates z and r read h and the input x; the candidate reads x, and V h multiplied by r.",
    )  # fmt: skip
    z, r, product, n, row = 100.0, 184.0, 250.0, 316.0, 216.0
    bus, inputs, less, mixed = 282.0, 322.0, 205.0, 134.0
    kept, added, written = (z, KEPT), (n, KEPT), (n, mixed)
    sheet.words((20, KEPT - 20), "h", size=17, italic=True)
    sheet.words((RIGHT - 10, KEPT - 20), "h, new", size=15, italic=True, anchor="end")
    _along(sheet, [(12, KEPT), kept, added, (RIGHT, KEPT)])
    sheet.words((z + 18, KEPT - 22), "z · h is kept", size=13, colour=GREY, anchor="start")
    _gate(sheet, (z, row), "z", "update", side=-1)
    _gate(sheet, (r, row), "r", "reset", side=-1)
    _gate(sheet, (n, row), "n", "tanh", colours=CANDIDATE)
    for place, sign in ((kept, "×"), (added, "+"), (written, "×"), ((product, row), "×")):
        sheet.node(place, sign)
    sheet.node((less, mixed), "1−", radius=16)
    sheet.arrow([(z, row - HALF), (z, KEPT + RADIUS)])
    sheet.dot((z, mixed))
    sheet.arrow([(z, mixed), (less - 16, mixed)])
    sheet.arrow([(less + 16, mixed), (n - RADIUS, mixed)])
    sheet.words(((less + n) / 2, mixed - 14), "1 − z", size=13, colour=GREY)
    sheet.arrow([(n, row - HALF), (n, mixed + RADIUS)])
    sheet.arrow([(n, mixed - RADIUS), (n, KEPT + RADIUS)])
    sheet.arrow([(r + BOX[0] / 2, row), (product - RADIUS, row)])
    sheet.arrow([(product + RADIUS, row), (n - BOX[0] / 2, row)])
    sheet.dot((40, KEPT))
    sheet.line([(40, KEPT), (40, bus), (product, bus)])
    _rising(sheet, bus, [(z - APART, row + HALF), (r - APART, row + HALF), (product, row + RADIUS)])
    _rising(sheet, inputs, [(z + APART, row + HALF), (r + APART, row + HALF), (n, row + HALF)])
    sheet.words((product + 10, row + 38), "V h", size=13, colour=GREY, anchor="start")
    _input(sheet, (z + APART, n), inputs)
    _legend(sheet, 392, [(GATE, "gate, 0 to 1"), (CANDIDATE, "candidate, −1 to 1")])
    return sheet.text()


def draw_lstm() -> str:
    """Draw one step of an LSTM: SVG."""
    sheet = Sheet(
        WIDTH, 440, "One step of an LSTM",
        "The cell c runs along the top, multiplied by the forget gate f, and the candidate g times the input "
        "gate i is added. The output h is tanh(c) times the output gate o. All four read h and the input x.",
    )  # fmt: skip
    f, i, g, o, row = 84.0, 164.0, 248.0, 336.0, 244.0
    bus, inputs, mixed = 310.0, 350.0, 142.0
    middle, out = (i + g) / 2, (o, 170.0)
    kept, added, written = (f, KEPT), (middle, KEPT), (middle, mixed)
    sheet.words((20, KEPT - 20), "c", size=17, italic=True)
    sheet.words((RIGHT - 10, KEPT - 20), "c, new", size=15, italic=True, anchor="end")
    _along(sheet, [(12, KEPT), kept, added, (RIGHT, KEPT)])
    sheet.words((f + 16, KEPT - 22), "f · c is kept", size=13, colour=GREY, anchor="start")
    for x, name, words, side in ((f, "f", "forget", -1), (i, "i", "input", -1), (o, "o", "output", 1)):
        _gate(sheet, (x, row), name, words, side=side)
    _gate(sheet, (g, row), "g", "tanh", colours=CANDIDATE)
    for place, sign in ((kept, "×"), (added, "+"), (written, "×"), (out, "×")):
        sheet.node(place, sign)
    sheet.arrow([(f, row - HALF), (f, KEPT + RADIUS)])
    sheet.arrow([(i, row - HALF), (i, mixed), (middle - RADIUS, mixed)])
    sheet.arrow([(g, row - HALF), (g, mixed), (middle + RADIUS, mixed)])
    sheet.arrow([(middle, mixed - RADIUS), (middle, KEPT + RADIUS)])
    sheet.dot((o, KEPT))
    sheet.arrow([(o, KEPT), (o, 96)])
    sheet.box((o, 112), (52, 28), PURPLE)
    sheet.words((o, 112), "tanh", size=14)
    sheet.arrow([(o, 126), (o, out[1] - RADIUS)])
    sheet.arrow([(o, row - HALF), (o, out[1] + RADIUS)])
    sheet.arrow([(o + RADIUS, out[1]), (RIGHT, out[1])])
    sheet.words((RIGHT, out[1] + 20), "h, new", size=13, italic=True, anchor="end")
    sheet.words((16, bus - 16), "h", size=17, italic=True)
    sheet.line([(12, bus), (o - APART, bus)])
    _rising(sheet, bus, [(x - APART, row + HALF) for x in (f, i, g, o)])
    _rising(sheet, inputs, [(x + APART, row + HALF) for x in (f, i, g, o)])
    _input(sheet, (f + APART, o + APART), inputs)
    _legend(sheet, 420, [(GATE, "gate, 0 to 1"), (CANDIDATE, "candidate, −1 to 1")])
    return sheet.text()


def _along(sheet: Sheet, places: list[Point]) -> None:
    """What is kept, from circle to circle."""
    for number, (start, end) in enumerate(pairwise(places)):
        ahead = 0 if number == len(places) - 2 else RADIUS
        sheet.arrow([(start[0] + (RADIUS if number else 0), start[1]), (end[0] - ahead, end[1])])


def _gate(
    sheet: Sheet,
    place: Point,
    name: str,
    words: str,
    *,
    colours: tuple[str, str] = GATE,
    side: int = 1,
) -> None:
    """A gate or a candidate; what it is called stands beside its upper corner."""
    sheet.box(place, BOX, colours)
    sheet.words(place, name, size=17, italic=True)
    x = place[0] + side * 8
    sheet.words((x, place[1] - HALF - 11), words, size=13, colour=GREY, anchor="start" if side > 0 else "end")


def _rising(sheet: Sheet, start: float, ends: list[Point]) -> None:
    """Arrows from a line up to boxes."""
    for x, y in ends:
        sheet.arrow([(x, start), (x, y)])
        sheet.dot((x, start))


def _input(sheet: Sheet, ends: Point, height: float) -> None:
    """The line from which boxes read x, and x below it."""
    middle = sum(ends) / 2
    sheet.line([(ends[0], height), (ends[1], height)])
    sheet.line([(middle, height), (middle, height + 14)])
    sheet.words((middle, height + 28), "x", size=17, italic=True)


def _legend(sheet: Sheet, height: float, entries: list[tuple[tuple[str, str], str]]) -> None:
    x = 22.0
    for colours, text in entries:
        sheet.box((x, height), (14, 14), colours)
        sheet.words((x + 13, height), text, size=13, colour=GREY, anchor="start")
        x += 8 * len(text) + 34
