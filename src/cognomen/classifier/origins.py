"""A tree of origins: each origin belongs to a group, and each group to a region.

    region   Europe
    group    Scandinavian             Baltic
    origin   Swedish  Danish ...      Latvian  Lithuanian

The probability of a group is the sum over its origins, and that of a region the sum over its groups. So a
group is never less probable than one of its origins, nor a region than one of its groups.

N counts names, C origins, G groups, R regions, K the labels of any one level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError, shortened
from cognomen.text.matching import find_origin

Level = Literal["origin", "group", "region"]
Place = tuple[str, str]  # the group and the region of an origin

LEVELS: Final[tuple[Level, ...]] = ("origin", "group", "region")  # from the most to the least specific


class Tree:
    """The origins, with their groups and regions; or without, if a model has none.

    Args:
        origins: the names of the C origins.
        places: the group and the region of each origin, (C,) pairs; None if there are no groups.

    Attributes:
        origins: as given.
        groups: the G groups, in the order in which the origins first name them; () if there are none.
        regions: the R regions, likewise.
        levels: the levels that there are, `LEVELS` or only the first.

    Raises:
        InputError: the places are not a pair of texts for each origin, or a group lies in two regions.
    """

    def __init__(self, origins: Sequence[str], places: Sequence[Place] | None = None) -> None:
        self.origins = tuple(origins)
        self.places = None if places is None else _checked(places, len(self.origins))
        region_of = dict(self.places or ())
        self.groups = tuple(region_of)
        self.regions = tuple(dict.fromkeys(region_of.values()))
        self.levels = LEVELS[:1] if self.places is None else LEVELS
        self._up = [_indices((group for group, _ in self.places or ()), self.groups)]  # (C,), then (G,)
        self._up.append(_indices(region_of.values(), self.regions))
        self._members = [membership(up, np.float32) for up in self._up]  # (C, G), (G, R)

    def labels(self, level: Level) -> tuple[str, ...]:
        """The origins, groups or regions, (K,)."""
        return {"origin": self.origins, "group": self.groups, "region": self.regions}[level]

    def index(self, level: Level) -> NDArray[np.intp]:
        """The label of each origin at a level, an index into `labels`, (C,)."""
        index = np.arange(len(self.origins))
        for up in self._up[: self.levels.index(level)]:
            index = up[index]
        return index

    def sums(self, p: NDArray[Any], level: Level) -> NDArray[Any]:
        """The probabilities at a level, (N, K): the sums over the origins of each label, at most 1.

        Args:
            p: of the origins, (N, C).
            level: one of `levels`.
        """
        return self.all_sums(p, level)[-1]

    def all_sums(self, p: NDArray[Any], last: Level) -> list[NDArray[Any]]:
        """`sums` of p (N, C) at each level, up to the last one that is wanted: (N, C), (N, G), (N, R)."""
        found = [p]
        for members in self._members[: self.levels.index(last)]:
            # Regions are summed from groups: no order of additions makes one smaller than a group of its own.
            p = p @ members.astype(p.dtype, copy=False)
            np.minimum(p, 1, out=p)
            found.append(p)
        return found

    def only(self, possible: NDArray[np.bool_]) -> Tree:
        """The tree of some of the origins, without groups and regions that have none of them.

        Args:
            possible: (C,), which ones.
        """
        kept = np.flatnonzero(possible).tolist()
        places = None if self.places is None else [self.places[k] for k in kept]
        return Tree([self.origins[k] for k in kept], places)

    def find(self, where: str, name: object) -> tuple[str, ...]:
        """The origins that a user means by the name of an origin, a group or a region; case is ignored.

        Where an origin has the name of a group, it is the origin that is meant.

        Args:
            where: the name of the argument, for the error message.
            name: what the user gave.

        Raises:
            InputError: there is nothing of this name.
        """
        labels = dict.fromkeys(label for level in self.levels for label in self.labels(level))
        found = find_origin(where, name, list(labels))
        level = next(level for level in self.levels if found in self.labels(level))
        number = self.labels(level).index(found)
        return tuple(self.origins[k] for k in np.flatnonzero(self.index(level) == number))

    def check_level(self, level: Level) -> None:
        """Raise InputError unless there are labels at this level."""
        if level not in self.levels:
            raise InputError(
                f'level: expected "origin", got {level!r}: this model knows origins, but no groups or regions'
            )

    def to_json(self) -> list[list[str]] | None:
        """The group and the region of each origin, in their order; None if there are none."""
        return None if self.places is None else [list(place) for place in self.places]

    @classmethod
    def from_json(cls, origins: Sequence[str], places: Any) -> Self:
        """The inverse of `to_json`.

        Raises:
            InputError: as for the class.
        """
        if not (places is None or isinstance(places, list)):
            raise InputError(f"tree: expected a list of [group, region], got {shortened(places)}")
        return cls(origins, places)


def membership(index: NDArray[np.intp], dtype: Any) -> NDArray[Any]:
    """Which of C members has which of K labels, as ones and zeros (C, K), from the label of each (C,)."""
    return np.equal.outer(index, np.arange(index.max(initial=-1) + 1)).astype(dtype)


def _indices(names: Iterable[str], labels: Sequence[str]) -> NDArray[np.intp]:
    number = {label: k for k, label in enumerate(labels)}
    return np.array([number[name] for name in names], np.intp)


def _checked(places: Sequence[Any], count: int) -> tuple[Place, ...]:
    """The places as pairs of texts."""
    if len(places) != count:
        raise InputError(
            f"tree: expected a group and a region for each of {count} origins, got {len(places)}"
        )
    region_of: dict[str, str] = {}
    for place in places:
        pair = isinstance(place, (list, tuple)) and len(place) == 2
        if not (pair and all(isinstance(each, str) and each for each in place)):
            raise InputError(f"tree: expected pairs of texts, [group, region], got {shortened(place)}")
        group, region = place
        if region_of.setdefault(group, region) != region:
            raise InputError(
                f"tree: the group {group!r} lies in two regions, {region_of[group]} and {region}"
            )
    return tuple((group, region) for group, region in places)
