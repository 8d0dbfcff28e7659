"""The five shapes side by side, drawn from what their classes say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from cognomen.rnn.shapes import ManyToMany, ManyToOne, OneToMany, OneToOne, Shape, SyncedManyToMany
from drawings.svg import BLUE, GREEN, GREY, ORANGE, PURPLE, Sheet

__all__ = ["Column", "columns_of", "draw_shapes"]

# Each with its name and the example of the task that it learns in the study.
SHAPES: tuple[tuple[type[Shape], str, str], ...] = (
    (OneToOne, "one to one", "image → class"),
    (OneToMany, "one to many", "image → caption"),
    (ManyToOne, "many to one", "surname → origin"),
    (ManyToMany, "many to many", "English → French"),
    (SyncedManyToMany, "synced many to many", "frame → label, each"),
)
STEPS = 3  # that "many" is drawn as
NODE, GAP = (34, 34), 58  # of a box, and between the middles of two
BETWEEN, MARGIN = 38, 34  # two shapes, and the sheet's edge
CHARACTER = 8.8  # about the width of one in a heading
Y_TITLE, Y_OUT, Y_STATE, Y_IN, Y_TASK, Y_LEGEND = 30, 80, 150, 220, 264, 302


@dataclass(frozen=True)
class Column:
    """One step: which parts it has."""

    reads: bool
    answers: bool
    writes: bool  # by a decoder


def columns_of(shape: type[Shape]) -> list[Column]:
    """The steps of a shape, from its class: how much it reads, and how that is answered."""
    read = STEPS if shape.reads_many else 1
    if issubclass(shape, ManyToMany):
        return [Column(True, False, False)] * read + [Column(False, True, True)] * STEPS
    each = issubclass(shape, SyncedManyToMany)
    return [Column(True, each or step == read - 1, False) for step in range(read)]


def draw_shapes() -> str:
    """Draw the five shapes: SVG."""
    widths = [
        max(GAP * (len(columns_of(shape)) - 1) + NODE[0], CHARACTER * len(name)) for shape, name, _ in SHAPES
    ]
    width = sum(widths) + BETWEEN * (len(SHAPES) - 1) + 2 * MARGIN
    told = "; ".join(f"{name}: {task}" for _, name, task in SHAPES)
    sheet = Sheet(
        width, 330, "The five shapes of a recurrent network",
        f"Inputs below, states in the middle, outputs above. {told}.",
    )  # fmt: skip
    left = float(MARGIN)
    for (shape, name, task), room in zip(SHAPES, widths, strict=True):
        middle = left + room / 2
        sheet.words((middle, Y_TITLE), name, size=15, bold=True)
        sheet.words((middle, Y_TASK), task, size=13, colour=GREY)
        _draw(sheet, middle, columns_of(shape))
        left += room + BETWEEN
    _legend(sheet, width / 2)
    return sheet.text()


def _draw(sheet: Sheet, middle: float, columns: list[Column]) -> None:
    """The steps of one shape, around `middle`."""
    first = middle - GAP * (len(columns) - 1) / 2
    half = NODE[1] / 2
    for step, column in enumerate(columns):
        x = first + GAP * step
        if column.reads:
            sheet.box((x, Y_IN), NODE, BLUE)
            sheet.arrow([(x, Y_IN - half), (x, Y_STATE + half + 1)])
        sheet.box((x, Y_STATE), NODE, PURPLE if column.writes else GREEN)
        if column.answers:
            sheet.arrow([(x, Y_STATE - half), (x, Y_OUT + half + 1)])
            sheet.box((x, Y_OUT), NODE, ORANGE)
        if step:
            sheet.arrow([(x - GAP + half, Y_STATE), (x - half - 1, Y_STATE)])
            if column.writes and columns[step - 1].writes:
                _told(sheet, x - GAP, x)


def _told(sheet: Sheet, before: float, x: float) -> None:
    """What was written is told to the next step."""
    middle = (before + x) / 2
    sheet.curve(
        (before + NODE[0] / 2, Y_OUT), (middle + 6, Y_OUT), (middle, Y_STATE - 40), (x - 8, Y_STATE - 18),
        colour=GREY, dashed=True,
    )  # fmt: skip


def _legend(sheet: Sheet, middle: float) -> None:
    entries = [(BLUE, "input"), (GREEN, "state, reading"), (PURPLE, "state, writing"), (ORANGE, "output")]
    told = "the token written last, told to the next step"
    widths = [7 * len(text) + 44 for _, text in entries]
    x = middle - (sum(widths) + 42 + 6.5 * len(told)) / 2
    for (colours, text), width in zip(entries, widths, strict=True):
        sheet.box((x, Y_LEGEND), (14, 14), colours)
        sheet.words((x + 14, Y_LEGEND), text, size=13, colour=GREY, anchor="start")
        x += width
    sheet.arrow([(x, Y_LEGEND), (x + 34, Y_LEGEND)], colour=GREY, dashed=True)
    sheet.words((x + 42, Y_LEGEND), told, size=13, colour=GREY, anchor="start")
