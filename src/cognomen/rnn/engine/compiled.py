"""Names read by a GRU, compiled with Numba (the extra "fast"), for inference.

NumPy passes over all rows of a level once for each operation: those of the cell, and those that add the
letters' inputs, take the parents' states and pool, some twenty-five together. Here one loop does them all
for a row, which stays in the nearest cache (`kernels`). The matrix products remain NumPy's. Otherwise this is
what `prefix_tree` and `shared_reading` do, and say why.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.engine import KINDS
from cognomen.rnn.engine.machine_code import given, load_kernels
from cognomen.rnn.engine.prefix_tree import SortedNames
from cognomen.rnn.pooling import Pooling, kinds_of

LINE: Final = 64  # bytes


class Tree(NamedTuple):
    """The P distinct prefixes of N sorted names, U of them whole names, in T levels; see `PrefixTree`.

    In each level the prefixes that go on are numbered from 1: their states are kept, and multiplied once for
    all children. Number 0 is the root, the parent of first letters.

    Attributes:
        letters: (P,), the id of the last letter of each prefix.
        parents: (P,), the number of its parent in the level before.
        numbers: (P,), its own number; 0 if it does not go on.
        ends: (P,), its index among the whole names of its level; -1 if it is none.
        counts: (T, 3): the prefixes, the numbers of the level before with the root, the whole names.
        lengths: (U,), the number of letters of each distinct name.
        inverse: (N,), the index of each name among the distinct ones.
    """

    letters: Ids
    parents: Ids
    numbers: Ids
    ends: Ids
    counts: Ids
    lengths: Array
    inverse: Ids


def prefix_tree(names: SortedNames, part: slice, *, block: int) -> Tree:
    """The tree of a non-empty part of the sorted names; see `prefix_tree.prefix_tree`."""
    first, lengths, shared = names.first[part], names.lengths[part], names.shared[part]
    count, most = len(lengths), int(lengths.sum())
    levels = int((lengths + np.arange(count) // block).max())
    counts = np.zeros((levels, 3), np.int64)  # (T, 3)
    counts[:, 1] = 1  # the root
    place, path = np.empty(levels, np.int64), np.empty(int(lengths.max()), np.int64)
    positions, inverse = np.empty(most, np.int64), np.empty(count, np.int64)
    parents, numbers, ends = np.zeros((3, most), np.int32)
    ends -= 1
    distinct = np.empty(count, np.float32)
    of_names, of_tree = (first, lengths, shared, counts, place, path), (parents, numbers, ends, distinct)
    load_kernels().number_prefixes(*given(count, block, levels, *of_names, positions, inverse, *of_tree))
    size, _, different = counts.sum(axis=0).tolist()
    letters = names.ids.take(positions[:size]).astype(np.int32)
    return Tree(letters, parents[:size], numbers[:size], ends[:size], counts, distinct[:different], inverse)


def read_names(cell: Cell, a: Array, tree: Tree, pooling: str, head: Array) -> Array:
    """Read the names of a tree; see `shared_reading.read_names`.

    Args:
        cell: a prepacked GRU in float32.
        a: `cell.project` of each letter of the alphabet, (3, V, H).
        tree: the names.
        pooling: one or several kinds.
        head: (K, H, C).

    Returns:
        The pooled values of each distinct name, multiplied by the head, (U, C).
    """
    size, linear = cell.hidden_size, vars(cell)["recurrent"]
    kinds = np.array([KINDS[kind] for kind in kinds_of(pooling)], np.int64)  # (K,)
    _, most, most_ended = tree.counts.max(axis=0).tolist()
    # Of the prefixes that go on, in the level before and in this one: states (n, H), pooled values (n, K, H).
    before, after = ((aligned(most, size), aligned(most, len(kinds), size)) for _ in range(2))
    before[0][0] = after[0][0] = 0.0
    before[1][0] = after[1][0] = Pooling(pooling).initial[:, 0]
    b, ended = aligned(most, 3, size), aligned(most_ended, len(kinds), size)
    flat_b, flat_ended = b.reshape(most, -1), ended.reshape(most_ended, len(kinds) * size)
    flat_head = head.reshape(-1, head.shape[2])  # (K * H, C)
    found = np.empty((len(tree.lengths), head.shape[2]), np.float32)  # (U, C)
    a, bias = gate_inputs(cell, a)  # (V, 3, H), (H,)
    step = load_kernels().step
    rest = given(a, b, bias, kinds, *tree[:4], tree.lengths, ended, aligned(size))
    turns = [given(*before, *after), given(*after, *before)]
    row = name = 0
    for t, (rows, numbers, names) in enumerate(tree.counts.tolist()):
        np.matmul((before, after)[t % 2][0][:numbers], linear.columns, out=flat_b[:numbers])
        step(*given(row, row + rows, name, 0, 0, 0, len(kinds), size), *turns[t % 2], *rest)
        np.matmul(flat_ended[:names], flat_head, out=found[name : name + names])
        row, name = row + rows, name + names
    return found


def gate_inputs(cell: Cell, a: Array) -> tuple[Array, Array]:
    """`cell.project` of each letter, (3, V, H), as the kernels read it: (V, 3, H); the bias of b_n, (H,)."""
    given_bias = vars(cell)["recurrent"].bias
    inputs, bias = aligned(a.shape[1], 3, a.shape[2]), aligned(a.shape[2])
    inputs[...] = a.swapaxes(0, 1)
    bias[...] = 0.0 if given_bias is None else given_bias.reshape(-1)
    return inputs, bias


def aligned(*shape: int) -> Array:
    """An array that begins with a line of the cache, so that vectors of its numbers do not lie in two.

    NumPy's begin at any multiple of 16 bytes, with which the kernels take a tenth more time.
    """
    size = math.prod(shape) * np.dtype(np.float32).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(np.float32).reshape(shape)
