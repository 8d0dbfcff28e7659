"""A sheet to draw boxes, arrows and words on, written as SVG.

The sheet brings its own light ground, so that it reads alike on white and on dark pages. Colours are Okabe
and Ito's, told apart by colour-blind eyes; what a colour says, a word or a place says too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "PURPLE", "Point", "Sheet"]

Point = tuple[float, float]
Colours = tuple[str, str]  # of a box: its ground, and its line

INK: Final = "#1b1b1b"
GREY: Final = "#5a5a5a"
BLUE: Final = ("#dcebf7", "#0072B2")
GREEN: Final = ("#d9f0e8", "#00785a")
ORANGE: Final = ("#fbe6d6", "#B84F00")
PURPLE: Final = ("#f4e3ee", "#9c4a7c")
BARBS = (2.75, -2.75)  # how far the head of an arrow turns back, in radians
GROUND, FRAME = "#fdfdfb", "#c9c9c4"
SANS, MONO = "Helvetica, Arial, 'DejaVu Sans', sans-serif", "Menlo, Consolas, 'DejaVu Sans Mono', monospace"


class Sheet:
    """A drawing of a given size.

    Args:
        width, height: in pixels at usual size.
        title: what it shows, in a few words, for those who do not see it too.
        description: the same in a few sentences.
    """

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self.root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "width": _number(width),
                "height": _number(height),
                "role": "img",
                "font-family": SANS,
            },
        )
        ElementTree.SubElement(self.root, "title").text = title
        ElementTree.SubElement(self.root, "desc").text = description
        self._add("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=8, fill=GROUND, stroke=FRAME)

    def _add(self, tag: str, **attributes: str | float) -> ElementTree.Element:
        named = {
            key.replace("_", "-"): value if isinstance(value, str) else _number(value)
            for key, value in attributes.items()
        }
        return ElementTree.SubElement(self.root, tag, named)

    def box(self, centre: Point, size: Point, colours: Colours, *, dashed: bool = False) -> None:
        """A box with round corners around its centre."""
        (x, y), (width, height), (ground, line) = centre, size, colours
        drawn = self._add(
            "rect", x=x - width / 2, y=y - height / 2, width=width, height=height, rx=6, fill=ground,
            stroke=line, stroke_width=1.6,
        )  # fmt: skip
        if dashed:
            drawn.set("stroke-dasharray", "5 4")

    def words(
        self,
        place: Point,
        text: str,
        *,
        size: float = 14,
        colour: str = INK,
        anchor: str = "middle",
        bold: bool = False,
        mono: bool = False,
        italic: bool = False,
    ) -> None:
        """Words, half of whose height is above `place`."""
        x, y = place
        drawn = self._add("text", x=x, y=y + 0.35 * size, font_size=size, fill=colour, text_anchor=anchor)
        for wanted, name, value in [
            (bold, "font-weight", "bold"),
            (mono, "font-family", MONO),
            (italic, "font-style", "italic"),
        ]:
            if wanted:
                drawn.set(name, value)
        drawn.text = text

    def arrow(self, points: Sequence[Point], *, colour: str = INK, dashed: bool = False) -> None:
        """An arrow along straight lines, its head at the last point."""
        (x0, y0), (x, y) = points[-2:]
        self._line("M " + " L ".join(f"{_number(a)} {_number(b)}" for a, b in points), colour, dashed)
        self._head((x, y), math.atan2(y - y0, x - x0), colour)

    def line(self, points: Sequence[Point], *, colour: str = INK) -> None:
        """Straight lines without a head."""
        self._line("M " + " L ".join(f"{_number(a)} {_number(b)}" for a, b in points), colour, False)

    def dot(self, place: Point) -> None:
        """Where lines part; lines that merely cross have none."""
        self._add("circle", cx=place[0], cy=place[1], r=3, fill=INK)

    def node(self, place: Point, sign: str, *, radius: float = 13) -> None:
        """A circle in which numbers are combined, with the sign of how."""
        drawn = self._add("circle", cx=place[0], cy=place[1], r=radius, fill=GROUND, stroke=INK)
        drawn.set("stroke-width", "1.6")
        self.words(place, sign, size=17)

    def curve(
        self,
        start: Point,
        first: Point,
        second: Point,
        end: Point,
        *,
        colour: str = INK,
        dashed: bool = False,
    ) -> None:
        """An arrow along a Bézier curve with two points of control."""
        numbers = [f"{_number(x)} {_number(y)}" for x, y in (start, first, second, end)]
        self._line(f"M {numbers[0]} C {', '.join(numbers[1:])}", colour, dashed)
        self._head(end, math.atan2(end[1] - second[1], end[0] - second[0]), colour)

    def _line(self, path: str, colour: str, dashed: bool) -> None:
        drawn = self._add("path", d=path, fill="none", stroke=colour, stroke_width=1.6)
        if dashed:
            drawn.set("stroke-dasharray", "5 4")

    def _head(self, tip: Point, angle: float, colour: str) -> None:
        sides = [
            (tip[0] + 10 * math.cos(angle + turn), tip[1] + 10 * math.sin(angle + turn)) for turn in BARBS
        ]
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in [tip, *sides])
        self._add("polygon", points=points, fill=colour)

    def text(self) -> str:
        """The file."""
        ElementTree.indent(self.root)
        return ElementTree.tostring(self.root, encoding="unicode") + "\n"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
