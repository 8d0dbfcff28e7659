"""A recurrent network folded, and unrolled along its steps."""

from __future__ import annotations

from cognomen.errors import InputError
from cognomen.rnn import RNN
from cognomen.rnn.nonlinearities import NONLINEARITIES
from drawings.svg import BLUE, GREEN, GREY, ORANGE, Point, Sheet

__all__ = ["draw_unrolled"]

Y_OUT, Y_STATE, Y_IN = 60, 160, 260  # heights of the three rows
NODE = (74, 44)
FOLDED, FIRST, STEP = 90, 370, 150  # where the columns stand


def draw_unrolled(rnn: RNN) -> str:
    """Draw `rnn` as one box with a loop, and beside it as the same box at three steps: SVG.

    Raises:
        InputError: the network has no sizes yet.
    """
    if not rnn.params:
        raise InputError("expected an RNN that knows its sizes: give it an input_size, or let it make a step")
    phi = _name_of(rnn)
    sheet = Sheet(
        800, 380, "A recurrent network, unrolled",
        f"Left: input x goes through U into the state h, which goes through V into itself and through W into "
        f"the output y. Right: the same at the steps t-1, t and t+1. h = {phi}(V h + U x), y = W h.",
    )  # fmt: skip
    _column(sheet, FOLDED, "")
    sheet.curve(
        (FOLDED + 37, Y_STATE - 8), (FOLDED + 110, Y_STATE - 75), (FOLDED + 110, Y_STATE + 75),
        (FOLDED + 38, Y_STATE + 8),
    )  # fmt: skip
    sheet.words((FOLDED + 104, Y_STATE), "V", italic=True, bold=True)
    sheet.words((FIRST - 126, Y_STATE), "=", size=26, colour=GREY)
    for step, name in enumerate(("ₜ₋₁", "ₜ", "ₜ₊₁")):
        x = FIRST + step * STEP
        _column(sheet, x, name)
        _along(sheet, (x - STEP + 37, Y_STATE), (x - 38, Y_STATE), begins=step == 0)
    end = FIRST + 2 * STEP
    _along(sheet, (end + 37, Y_STATE), (end + STEP - 38, Y_STATE), ends=True)
    _equations(sheet, rnn)
    return sheet.text()


def _name_of(rnn: RNN) -> str:
    """What the network's non-linearity is called; the Greek letter for one of the reader's own."""
    return next((name for name, each in NONLINEARITIES.items() if each is rnn.phi), "φ")


def _column(sheet: Sheet, x: float, step: str) -> None:
    """Input, state and output of one step, from below."""
    for y, letter, colours in [(Y_IN, "x", BLUE), (Y_STATE, "h", GREEN), (Y_OUT, "y", ORANGE)]:
        sheet.box((x, y), NODE, colours)
        sheet.words((x, y), letter + step, size=18, italic=True)
    for y, matrix in [(Y_IN, "U"), (Y_STATE, "W")]:
        sheet.arrow([(x, y - 22), (x, y - 78)])
        sheet.words((x + 14, y - 48), matrix, italic=True, bold=True)


def _along(sheet: Sheet, start: Point, end: Point, *, begins: bool = False, ends: bool = False) -> None:
    """The state's way to the next step; at the outer ends it comes from afar."""
    x0 = end[0] - 50 if begins else start[0]
    x1 = x0 + 50 if ends else end[0]
    sheet.arrow([(x0, start[1]), (x1, end[1])], dashed=begins or ends)
    sheet.words(((x0 + x1) / 2 - 3, start[1] - 15), "V", italic=True, bold=True)


def _equations(sheet: Sheet, rnn: RNN) -> None:
    """The two lines of the network with its own function, and the sizes of its matrices."""
    phi, bias = _name_of(rnn), rnn.bias
    h = f"hₜ = {phi}(V hₜ₋₁ + U xₜ{' + b' if bias else ''})"
    y = f"yₜ = W hₜ{' + c' if bias else ''}"
    sheet.words((400, 320), f"{h}     and     {y}", size=18, italic=True)
    sizes = {"U": "weight_ih", "V": "weight_hh", "W": "output.weight"}
    written = [f"{letter} {' × '.join(map(str, rnn.params[name].shape))}" for letter, name in sizes.items()]
    sheet.words(
        (400, 352), f"The same three matrices at every step: {', '.join(written)}.", size=13, colour=GREY
    )
