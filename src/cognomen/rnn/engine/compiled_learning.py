"""Names read by a GRU, compiled with Numba, for training: forward and back. See `compiled`.

The children of a prefix share its product with the weights. So on the way back their gradients are added
before they are multiplied, once for each prefix that goes on; NumPy's engine does it once for each prefix.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
from numba import njit

from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import gru, gru_back
from cognomen.rnn.engine import LARGEST_SIZE, compiled
from cognomen.rnn.engine.compiled import KINDS, LAST, MAX, OPTIONS, Tree, gates, source_of, step
from cognomen.rnn.pooling import Pooling, kinds_of

# What is computed for a row, in one array at fixed places: so the compiler sees that nothing overlaps.
Y, R, Z, N, DH, DV, DR, DZ, DN, DB = range(0, 10 * LARGEST_SIZE, LARGEST_SIZE)
ZERO = np.float32(0)
_gru_back = njit(FunctionType(gru_back.__code__, {}), inline="always", **OPTIONS)


def read_names(cell: Cell, a: Array, tree: Tree, pooling: str) -> tuple[Array, Backward]:
    """Read the names of a tree; see `shared_reading.read_names`.

    Args:
        cell: a prepacked GRU in float32.
        a: `cell.project` of each letter of the alphabet, (3, V, H).
        tree: the names.
        pooling: one or several kinds.

    Returns:
        The pooled values (U, K, H) of each distinct name; and backward, to the gradient by `a`.
    """
    size, linear, pools = cell.hidden_size, vars(cell)["recurrent"], Pooling(pooling)
    a = np.ascontiguousarray(a.swapaxes(0, 1))  # (V, 3, H)
    bias = np.zeros(size, np.float32) if linear.bias is None else linear.bias.reshape(size)  # of b_n
    kinds = np.array([KINDS[kind] for kind in kinds_of(pooling)])  # (K,)
    # Of the numbers of all levels, the root of each among them: states, pooled values, products.
    kept, levels = int(tree.counts[:, 1].sum()), _levels(tree)
    states = np.zeros((kept, size), np.float32)
    values = np.empty((kept, len(kinds), size), np.float32)
    values[[first for _, _, first, _, _ in levels]] = pools.initial[:, 0]
    b = np.empty((kept, 3, size), np.float32)
    pooled = np.empty((len(tree.lengths), len(kinds), size), np.float32)  # (U, K, H)
    for start, stop, first, last, name in levels:
        np.matmul(states[first:last], linear.columns, out=b.reshape(kept, -1)[first:last])
        before, after = ((states[part], values[part]) for part in (slice(first, last), slice(last, None)))
        step(a, b[first:last], bias, kinds, tree, (start, stop, name), before, after, pooled[name:])
    means = [k for k, kind in enumerate(pools.kinds) if kind.divide]

    def backward(dpooled: Array) -> Array:
        dpooled = dpooled.reshape(pooled.shape).copy()
        dpooled[:, means] /= tree.lengths[:, None, None]
        da, db = np.zeros_like(a), np.zeros_like(b)
        # Where a prefix does not go on, it is given the gradient of the next level's root: none.
        dstates, dvalues = (np.zeros((kept + 1, *x.shape[1:]), np.float32) for x in (states, values))
        for level in reversed(levels):
            _backward(a, b, bias, kinds, tree, level, states, values, dpooled, da, db, dstates, dvalues)
            _, _, root, last, _ = level
            dstates[root:last] += db.reshape(kept, -1)[root:last] @ linear.params["weight"]
            dstates[root] = dvalues[root] = 0
        linear.add_grads(db.swapaxes(0, 1), states)
        return da.swapaxes(0, 1)

    return pooled, backward


def _levels(tree: Tree) -> list[tuple[int, ...]]:
    """Of each level, where its rows, the numbers of the level before and its whole names are.

    start and stop of the rows, first and last of the numbers, and the first whole name.
    """
    rows, numbers, _ = np.cumsum(tree.counts, axis=0).T  # (T,) each
    names = np.cumsum(tree.counts[:, 2]) - tree.counts[:, 2]
    columns = [rows - tree.counts[:, 0], rows, numbers - tree.counts[:, 1], numbers, names]
    return [tuple(level) for level in np.stack(columns, axis=1).tolist()]


def _compiled_backward(source: int) -> Any:
    """The way back through a level, for equations of this source; see `compiled._compiled_step`.

    The gates are computed once more: that takes less time than to keep them.
    """

    @njit(cache=True, nogil=True, **OPTIONS)
    def backward(a, b, bias, kinds, tree, level, states, values, dpooled, da, db, dstates, dvalues):
        assert source
        start, stop, first, last, name = level
        size = states.shape[1]
        row = np.empty(10 * LARGEST_SIZE, np.float32)
        for i in range(start, stop):
            v, p = np.uint32(tree.letters[i]), np.uint32(first + tree.parents[i])
            own, u = np.uint32(last + tree.numbers[i]), np.uint32(name + tree.ends[i])
            for j in range(size):
                row[Y + j], row[R + j], row[Z + j], row[N + j] = gates(a, v, b, p, bias, states, j)
            for j in range(size):
                row[DH + j] = dstates[own, j]
            for k in range(len(kinds)):
                for j in range(size):
                    row[DV + j] = dvalues[own, k, j]
                if tree.ends[i] >= 0:
                    for j in range(size):
                        row[DV + j] += dpooled[u, k, j]
                _pool_back(kinds[k], k, values, p, row, dvalues, size)
            for j in range(size):
                b_n = b[p, 2, j] + bias[j]
                row[DR + j], row[DZ + j], row[DN + j], row[DB + j], row[DH + j] = _gru_back(
                    row[DH + j], row[R + j], row[Z + j], row[N + j], b_n, states[p, j]
                )
            _add(row, DR, da, v, 0, size)
            _add(row, DZ, da, v, 1, size)
            _add(row, DN, da, v, 2, size)
            _add(row, DR, db, p, 0, size)
            _add(row, DZ, db, p, 1, size)
            _add(row, DB, db, p, 2, size)
            for j in range(size):
                dstates[p, j] += row[DH + j]

    return backward


@njit(inline="always", **OPTIONS)
def _add(row, at, sums, i, gate, size):
    for j in range(size):
        sums[i, gate, j] += row[at + j]


@njit(inline="always", **OPTIONS)
def _pool_back(kind, k, values, p, row, dvalues, size):
    """To a row's output, and to its parent's pooled values; of equal maxima the first has the gradient."""
    if kind == MAX:
        for j in range(size):
            is_own = row[Y + j] > values[p, k, j]
            row[DH + j] += row[DV + j] if is_own else ZERO
            row[DV + j] = ZERO if is_own else row[DV + j]
    else:
        for j in range(size):
            row[DH + j] += row[DV + j]
    if kind != LAST:
        for j in range(size):
            dvalues[p, k, j] += row[DV + j]


_backward = _compiled_backward(source_of(gru, gru_back, files=[compiled.__file__, __file__]))
