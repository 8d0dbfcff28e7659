"""Sums over segments: rows of an array that have the same index, or that a sequence names."""

from __future__ import annotations

import numpy as np

from cognomen.rnn.arrays import Array, Ids
from cognomen.text.ragged import Ragged

MOST_ONE_HOT = 1 << 20  # elements; a product with a larger one-hot matrix is slower than sorting


def segment_sum(d: Array, groups: Ids, count: int) -> Array:
    """The sums (..., count, A) of the rows (..., M, A) by segment: `groups` (M,), each in [0, count).

    `np.add.at` does the same, many times slower. Of three ways the fastest for the sizes is taken: a
    permutation where each segment has one row, a product with a one-hot matrix, or sorting.
    """
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


def sequence_sums(table: Array, rows: Ragged) -> Array:
    """The sums of the rows of a table (B, A) that each of N sequences names, (N, A).

    The first rows of all sequences are added, then the second ones of those that have two, and so on: sums
    over whole arrays, where `np.add.reduceat` takes twice as long to go from row to row.

    Args:
        table: (B, A).
        rows: indices of its rows, one or more in each of N sequences, N above 0.
    """
    order = np.argsort(-rows.lengths, kind="stable")  # the longest first
    starts, lengths = rows.starts[order], rows.lengths[order]  # (N,) each
    sums = table.take(rows.data[starts], axis=0)  # (N, A)
    for place, count in enumerate((len(lengths) - np.cumsum(np.bincount(lengths))).tolist()):
        if place and count:
            sums[:count] += table.take(rows.data[starts[:count] + place], axis=0)
    result = np.empty_like(sums)
    result[order] = sums
    return result
