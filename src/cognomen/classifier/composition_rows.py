"""The shares of a composition, and its rows as people read them.

Origins that cannot be told apart have one row for their sum, and then a row each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DOUBT: Final = """\
Origins joined by + cannot be told apart here: one by one, the names behind one of the shares are more \
probably of the other origin. This happens where the names of a list differ from those in training. Their \
sum is reliable; how it is divided is not."""
SHOWN: Final = 0.0005  # smaller shares are neither shown nor doubted
COUNTED: Final = 0.005  # shown though the share is smaller: counting would find an origin that is not there


@dataclass(frozen=True, slots=True)
class Leaning:
    """The origin that the names behind another origin's share have when they are classified one by one.

    Attributes:
        origin: its name.
        together: the share of both.
        low: the lower end of its interval.
        high: the upper end.
    """

    origin: str
    together: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OriginShare:
    """The share of an origin, or of a group or region, in a list.

    Attributes:
        origin: its name; that of the group or region, if these were asked for.
        share: the estimate, 0 to 1.
        low: the lower end of the interval.
        high: the upper end.
        counted: the fraction of the names with it as the most probable origin, for comparison.
        leaning: None, or the origin that the names behind this share have one by one: this share is then in
            doubt, and the share of both together is more reliable.
    """

    origin: str
    share: float
    low: float
    high: float
    counted: float
    leaning: Leaning | None = None


@dataclass(frozen=True, slots=True)
class JointShare:
    """The share of several origins whose shares cannot be told apart.

    Attributes:
        origins: those of which one leans to another (see `Leaning`), largest share first.
        share: the sum of their shares.
        low: the lower end of its interval.
        high: the upper end.
    """

    origins: tuple[str, ...]
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a composition as people read it.

    Attributes:
        labels: one, or several whose shares cannot be told apart.
        share, low, high: of these together.
        counted: as in `OriginShare`; None for several.
        is_part: whether the row before it, or further up, has the sum of which this is a part.
    """

    labels: tuple[str, ...]
    share: float
    low: float
    high: float
    counted: float | None
    is_part: bool = False


def amount(number: float) -> str:
    """Format a number of names, or a weight, which need not be whole."""
    return f"{number:,.4g}" if number < 1000 and number != int(number) else f"{number:,.0f}"


def is_shown(share: OriginShare) -> bool:
    """Whether a share is large enough to print, or would be much larger if answers were counted."""
    return share.share >= SHOWN or share.counted >= COUNTED


def rows_of(shares: Sequence[OriginShare], joint: Sequence[JointShare]) -> list[Row]:
    """The rows of a composition, largest first; origins that cannot be told apart stand below their sum."""
    parts = {each.origin: each for each in shares}
    of_joint = {origin for each in joint for origin in each.origins}
    alone = [each for each in shares if is_shown(each) and each.origin not in of_joint]
    rows: list[Row] = []
    together: list[JointShare | OriginShare] = [*joint, *alone]
    for each in sorted(together, key=lambda each: -round(each.share, 6)):
        if isinstance(each, OriginShare):
            rows.append(Row((each.origin,), each.share, each.low, each.high, each.counted))
            continue
        rows.append(Row(each.origins, each.share, each.low, each.high, None))
        members = [parts[origin] for origin in each.origins]
        rows += [Row((m.origin,), m.share, m.low, m.high, m.counted, is_part=True) for m in members]
    return rows
