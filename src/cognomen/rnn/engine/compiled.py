"""Names read by a GRU, compiled with Numba (the extra "fast"), for inference.

NumPy passes over all rows of a level once for each operation: those of the cell, and those that add the
letters' inputs, take the parents' states and pool, some twenty-five together. Here one loop does them all
for a row, which stays in the nearest cache. The equations are the cell's own function, `rnn.cells.gru`; the
matrix products remain NumPy's. Otherwise this is what `prefix_tree` and `shared_reading` do, and say why.

Numba keeps the compiled code on disk (in `__pycache__`, or where NUMBA_CACHE_DIR says).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numba import njit

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import gru
from cognomen.rnn.engine.prefix_tree import SortedNames
from cognomen.rnn.pooling import Pooling, kinds_of

LAST, MAX, MEAN = range(3)  # the kinds of pooling
KINDS = {"last": LAST, "max": MAX, "mean": MEAN}
# Dividing by zero raises nothing, and a product and the sum that it goes into may be one instruction.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}}


def _float32(*numbers: float) -> tuple[np.float32, ...]:
    return tuple(map(np.float32, numbers))


# tanh(x) = x P(x^2) / Q(x^2), highest powers first, fitted for the least of the largest errors: 3.5e-7 with
# rounding. The C library is called for one number after another, this is done for sixteen at once.
LARGEST = np.float32(8.4)  # beyond which tanh is 1
P = _float32(1.42881031e-08, 2.12519135e-05, 3.53356684e-03, 1.34126902e-01, 9.99999940e-01)
Q = _float32(8.14898783e-07, 3.34846845e-04, 2.60204822e-02, 4.67460036e-01, 1.0)
HALF = np.float32(0.5)


@njit(inline="always", **OPTIONS)
def _tanh(x, place):
    """`place` is where NumPy's tanh writes an array."""
    x = LARGEST if x > LARGEST else x
    x = -LARGEST if x < -LARGEST else x
    s = x * x
    p = (((P[0] * s + P[1]) * s + P[2]) * s + P[3]) * s + P[4]
    q = (((Q[0] * s + Q[1]) * s + Q[2]) * s + Q[3]) * s + Q[4]
    return x * p / q


@njit(inline="always", **OPTIONS)
def _sigmoid(pair):
    x, y = pair[0] * HALF, pair[1] * HALF
    return _tanh(x, x) * HALF + HALF, _tanh(y, y) * HALF + HALF


_gru = njit(FunctionType(gru.__code__, {"sigmoid": _sigmoid, "tanh": _tanh}), inline="always", **OPTIONS)


def source_of(*functions: Any, files: Sequence[str]) -> int:
    """A number that changes with the functions and files that code is compiled of; not 0."""
    codes = [function.__code__ for function in functions]
    code = repr([(each.co_code, each.co_names, each.co_consts) for each in codes]).encode()
    return 1 + crc32(b"".join([code, *(Path(file).read_bytes() for file in files)]))


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
    return Tree(*_tree(names.ids, names.first[part], names.lengths[part], names.shared[part], block))


@njit(cache=True, nogil=True)
def _tree(ids, first, lengths, shared, block):
    """Goes through the names in order: new are the prefixes that the name before does not have."""
    stop = lengths + np.arange(len(lengths)) // block  # (N,), the level after the last letter's
    counts = np.zeros((np.max(stop), 3), np.int64)  # (T, 3)
    counts[:, 1] = 1  # the root
    for i in range(len(lengths)):
        for depth in range(shared[i] if i % block else 0, lengths[i]):
            counts[depth + i // block, 0] += 1
    place = np.cumsum(counts[:, 0]) - counts[:, 0]  # (T,), where the next prefix of each level is put
    size = np.sum(counts[:, 0])
    letters, parents, numbers, ends = np.zeros((4, size), np.int32)
    ends -= 1
    inverse = np.empty(len(lengths), np.int64)
    path = np.zeros(np.max(lengths), np.int64)  # where the prefixes of a name were put, from short to long
    for i in range(len(lengths)):
        for depth in range(shared[i] if i % block else 0, lengths[i]):
            level = depth + i // block
            here = path[depth] = place[level]
            place[level] += 1
            letters[here] = ids[first[i] + depth]
            if depth > 0:
                parent = path[depth - 1]
                if numbers[parent] == 0:
                    numbers[parent] = counts[level, 1]
                    counts[level, 1] += 1
                parents[here] = numbers[parent]
        level, whole = stop[i] - 1, path[lengths[i] - 1]
        if ends[whole] < 0:
            ends[whole] = counts[level, 2]
            counts[level, 2] += 1
        inverse[i] = ends[whole]
    before = np.cumsum(counts[:, 2]) - counts[:, 2]  # (T,), the whole names of the levels before
    distinct = np.empty(np.sum(counts[:, 2]), np.float32)
    for i in range(len(lengths)):
        inverse[i] += before[stop[i] - 1]
        distinct[inverse[i]] = lengths[i]
    return letters, parents, numbers, ends, counts, distinct, inverse


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
    a = np.ascontiguousarray(a.swapaxes(0, 1))  # (V, 3, H)
    bias = np.zeros(size, np.float32) if linear.bias is None else linear.bias.reshape(size)  # of b_n
    kinds = np.array([KINDS[kind] for kind in kinds_of(pooling)])  # (K,)
    _, most, most_ended = tree.counts.max(axis=0).tolist()
    # Of the prefixes that go on, in the level before and in this one: states (n, H), pooled values (n, K, H).
    before, after = (
        (np.zeros((most, size), np.float32), np.empty((most, len(kinds), size), np.float32)) for _ in range(2)
    )
    before[1][0] = after[1][0] = Pooling(pooling).initial[:, 0]
    b, flat_b = _matrix(most, 3, size)
    ended, flat_ended = _matrix(most_ended, len(kinds), size)
    flat_head = head.reshape(-1, head.shape[2])  # (K * H, C)
    found = np.empty((len(tree.lengths), head.shape[2]), np.float32)  # (U, C)
    row = name = 0
    for rows, numbers, names in tree.counts.tolist():
        np.matmul(before[0][:numbers], linear.columns, out=flat_b[:numbers])
        step(a, b, bias, kinds, tree, (row, row + rows, name), before, after, ended)
        np.matmul(flat_ended[:names], flat_head, out=found[name : name + names])
        row, name, before, after = row + rows, name + names, after, before
    return found


def _matrix(*shape: int) -> tuple[Array, Array]:
    """An empty array, and a view of it as a matrix."""
    array = np.empty(shape, np.float32)
    return array, array.reshape(shape[0], math.prod(shape[1:]))


@njit(inline="always", **OPTIONS)
def gates(a, v, b, p, bias, states, j):
    """The next state, r, z and n: of letter v after the prefix p, at place j."""
    rz = (a[v, 0, j] + b[p, 0, j], a[v, 1, j] + b[p, 1, j])
    return _gru(rz, a[v, 2, j], b[p, 2, j] + bias[j], states[p, j])


@njit(inline="always", **OPTIONS)
def _pool(kinds, before, p, y, after, n):
    for k in range(len(kinds)):
        if kinds[k] == LAST:
            for j in range(len(y)):
                after[n, k, j] = y[j]
        elif kinds[k] == MAX:
            for j in range(len(y)):
                after[n, k, j] = before[p, k, j] if before[p, k, j] > y[j] else y[j]
        else:
            for j in range(len(y)):
                after[n, k, j] = before[p, k, j] + y[j]


@njit(inline="always", **OPTIONS)
def _finish(kinds, ended, u, length):
    for k in range(len(kinds)):
        if kinds[k] == MEAN:
            for j in range(ended.shape[2]):
                ended[u, k, j] /= length


def _compiled_step(source: int) -> Any:
    """One level, for equations of this source: Numba does not use what it kept if that was another."""

    # Indices are unsigned: rows that might be counted from the end prevent vector instructions.
    @njit(cache=True, nogil=True, **OPTIONS)
    def step(a, b, bias, kinds, tree, place, before, after, ended):
        assert source
        states, values = before
        next_states, next_values = after
        start, stop, name = place
        y = np.empty(states.shape[1], np.float32)
        for i in range(start, stop):
            v, p, n = np.uint32(tree.letters[i]), np.uint32(tree.parents[i]), np.uint32(tree.numbers[i])
            for j in range(len(y)):
                y[j] = gates(a, v, b, p, bias, states, j)[0]
            if n > 0:
                for j in range(len(y)):
                    next_states[n, j] = y[j]
                _pool(kinds, values, p, y, next_values, n)
            if tree.ends[i] >= 0:
                u = np.uint32(tree.ends[i])
                _pool(kinds, values, p, y, ended, u)
                _finish(kinds, ended, u, tree.lengths[name + u])

    return step


step = _compiled_step(source_of(gru, files=[__file__]))
