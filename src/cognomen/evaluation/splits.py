"""Splits into training and test names without leakage: all spellings of a name are on the same side.

N counts names.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.spelling import fold, key

FOLDS = 10


def fold_number(name: str) -> int:
    """The test fold (0 to 9) of a name under protocol L: SHA-256 of "cv" and its folded form, modulo 10.

    All spellings with the same folded form ("Müller", "muller") share a fold, whatever their origins. Names
    of which folding leaves nothing are told apart by their `key`.
    """
    spelling = fold(name) or key(name) or name
    return int(hashlib.sha256(("cv" + spelling).encode()).hexdigest(), 16) % FOLDS


def fold_numbers(names: Iterable[str]) -> NDArray[np.int64]:
    """`fold_number` of each name, (N,)."""
    return np.array([fold_number(name) for name in names], np.int64)


def split_by_fold(names: Sequence[str], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows outside fold k (training) and in it (test), as sorted indices, (M,) and (N - M,).

    Raises:
        InputError: k is not from 0 to 9.
    """
    if k not in range(FOLDS):
        raise InputError(f"expected a fold from 0 to {FOLDS - 1}, got {k!r}")
    in_test = fold_numbers(names) == k  # (N,)
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def validation_mask(
    names: Sequence[str], share: float, seed: int, labels: Sequence[str] | None = None
) -> NDArray[np.bool_]:
    """Which rows to hold out for validation, (N,): about `share` of the names, never part of a name.

    Rows with the same `key` are on the same side. With `labels` (one origin per row) the split is
    stratified, and an origin with two names or more is on both sides if its names allow it: origins choose
    in turn, the rarest first, each counting what rarer ones have taken of the names that they share
    (iterative stratification: Sechidis, Tsoumakas & Vlahavas 2011). The choice depends on the seed and the
    set of rows, not on their order. A share of 0 holds out nothing.

    Raises:
        InputError: the share is not between 0 and 1, or the labels do not match the names.
    """
    if share == 0:
        return np.zeros(len(names), np.bool_)
    _check_share(share)
    origins = ["" for _ in names] if labels is None else labels
    if len(origins) != len(names):
        raise InputError(f"expected one label per name: {len(names)} names, {len(origins)} labels")
    spellings = [key(name) or name for name in names]
    members: defaultdict[str, set[str]] = defaultdict(set)
    for spelling, origin in zip(spellings, origins, strict=True):
        members[origin].add(spelling)
    chosen: set[str] = set()
    decided: set[str] = set()
    rng = np.random.default_rng(seed)
    for origin in sorted(members, key=lambda origin: (len(members[origin]), origin)):
        undecided = sorted(members[origin] - decided)  # sorted: sets have no order that a seed could fix
        wanted = max(0, _part(len(members[origin]), share) - len(members[origin] & chosen))
        chosen.update(undecided[i] for i in rng.permutation(len(undecided))[:wanted])
        decided |= members[origin]
    return np.array([spelling in chosen for spelling in spellings], np.bool_)


def stratified_split(
    labels: Sequence[str], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Protocol T's split: training and test rows as sorted indices, (M,) and (N - M,).

    Of each origin `share` is for testing. Rows are drawn independently at random, so equal names may be on
    both sides: this split leaks. Use it only to compare with published scores.

    Raises:
        InputError: the share is not between 0 and 1.
    """
    _check_share(share)
    rng = np.random.default_rng(seed)
    in_test = np.zeros(len(labels), np.bool_)  # (N,)
    origin_of_row = np.asarray(labels)
    for origin in np.unique(origin_of_row):
        rows = np.flatnonzero(origin_of_row == origin)
        in_test[rng.permutation(rows)[: _part(len(rows), share)]] = True
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def _part(count: int, share: float) -> int:
    """`share` of `count`, rounded, with at least one on each side if there are two or more."""
    return min(max(round(share * count), 1), count - 1)


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise InputError(f"expected a share between 0 and 1 (such as 0.1), got {share!r}")
