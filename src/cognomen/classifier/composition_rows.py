"""The rows of a composition as people read it: what cannot be told apart as one row, then each."""

from __future__ import annotations

from dataclasses import dataclass

from cognomen.classifier.composition import SHOWN, Composition, JointShare, OriginShare


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


def is_shown(share: OriginShare) -> bool:
    """Whether a share does not round to nothing."""
    return max(share.share, share.counted) >= SHOWN


def rows_of(found: Composition) -> list[Row]:
    """The rows of a composition: what cannot be told apart as one row, then each; largest first."""
    parts = {each.origin: each for each in found.shares}
    of_joint = {origin for joint in found.joint for origin in joint.origins}
    alone = [each for each in found.shares if is_shown(each) and each.origin not in of_joint]
    rows: list[Row] = []
    together: list[JointShare | OriginShare] = [*found.joint, *alone]
    for each in sorted(together, key=lambda each: -round(each.share, 6)):
        if isinstance(each, OriginShare):
            rows.append(Row((each.origin,), each.share, each.low, each.high, each.counted))
            continue
        rows.append(Row(each.origins, each.share, each.low, each.high, None))
        members = [parts[origin] for origin in each.origins]
        rows += [Row((m.origin,), m.share, m.low, m.high, m.counted, is_part=True) for m in members]
    return rows
