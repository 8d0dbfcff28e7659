"""Sums over the rows of an array that belong together."""

from __future__ import annotations

import numpy as np

from cognomen.rnn.arrays import Array, Ids

__all__ = ["sum_rows"]

MOST_ONE_HOT = 1 << 20  # numbers; a product with more of them is slower than sorting


def sum_rows(d: Array, groups: Ids, count: int) -> Array:
    """Sum the rows (..., M, A) by their group, a number below `count` for each: (..., count, A)."""
    if len(groups) == count and np.bincount(groups, minlength=count).max(initial=0) == 1:
        return d.take(np.argsort(groups), axis=-2)
    if count * len(groups) <= MOST_ONE_HOT:
        one_hot = np.zeros((count, len(groups)), d.dtype)
        one_hot[groups, np.arange(len(groups))] = 1
        return one_hot @ d
    order = np.argsort(groups, kind="stable")
    present, first = np.unique(groups[order], return_index=True)
    result = np.zeros((*d.shape[:-2], count, d.shape[-1]), d.dtype)
    result[..., present, :] = np.add.reduceat(d.take(order, axis=-2), first, axis=-2)
    return result
