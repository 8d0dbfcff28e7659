"""Names in batches, in the ways that a framework can take them.

    packed     like lengths side by side, none padded: what torch's PackedSequence is made for
    padded     like lengths side by side, the shorter ones filled up; the reverse direction reads its own copy
    equal      one length only in a batch
    shuffled   packed, but the names as they come: what a training loop does that does not sort

All letters of a batch are laid out step by step: x (T, N), lengths (N,).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["WAYS", "Batch", "Laid", "batches"]

WAYS = ("packed", "padded", "equal", "shuffled")
Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Laid:
    """Names laid end to end: ids (M,), lengths (N,)."""

    ids: Numbers
    lengths: Numbers

    @property
    def starts(self) -> Numbers:
        return np.asarray(np.cumsum(self.lengths) - self.lengths)


@dataclass(frozen=True)
class Batch:
    """Some of the names, the longest first.

    Attributes:
        which: their places in the list, (N,).
        x: their letters step by step, (T, N); 0 after a name's end.
        lengths: (N,).
        running: which letters are there, (T, N); None if all are.
    """

    which: Numbers
    x: Numbers
    lengths: Numbers
    running: NDArray[np.bool_] | None

    def reversed(self) -> Numbers:
        """The letters of each name from its end, (T, N)."""
        step = self.lengths - 1 - np.arange(len(self.x))[:, None]  # (T, N)
        return np.take_along_axis(self.x, step % len(self.x), axis=0)


def batches(names: Laid, way: str, size: int, rng: np.random.Generator | None = None) -> Iterator[Batch]:
    """All names in batches of at most `size`; with `rng`, in random order as far as the way allows."""
    count = len(names.lengths)
    order = np.arange(count) if rng is None else rng.permutation(count)
    if way != "shuffled":
        order = order[np.argsort(-names.lengths[order], kind="stable")]
    groups = _equal_groups(order, names.lengths) if way == "equal" else [order]
    chunks = [group[i : i + size] for group in groups for i in range(0, len(group), size)]
    if rng is not None:
        rng.shuffle(chunks)
    starts = names.starts
    for which in chunks:
        yield _batch(names, which, starts)


def _equal_groups(order: Numbers, lengths: Numbers) -> list[Numbers]:
    return np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1)


def _batch(names: Laid, which: Numbers, starts: Numbers) -> Batch:
    lengths = names.lengths[which]
    if (np.diff(lengths) > 0).any():
        which = which[np.argsort(-lengths, kind="stable")]
        lengths = names.lengths[which]
    step = np.arange(lengths[0])[:, None]  # (T, 1)
    place = starts[which] + step  # (T, N)
    if lengths[0] == lengths[-1]:
        return Batch(which, names.ids[place], lengths, None)
    running = step < lengths  # (T, N)
    return Batch(which, names.ids[np.where(running, place, 0)] * running, lengths, running)
