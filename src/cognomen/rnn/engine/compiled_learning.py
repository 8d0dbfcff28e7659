"""Names read by a GRU, compiled with Numba (the extra "fast"), for training. See `compiled`.

The children of a prefix share its product with the weights. So on the way back their gradients are added
before they are multiplied, once for each prefix that goes on; NumPy's engine does it once for each prefix.
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell
from cognomen.rnn.engine import KINDS, LARGEST_SIZE, ROWS
from cognomen.rnn.engine.compiled import Tree, aligned, gate_inputs
from cognomen.rnn.engine.machine_code import given, load_kernels
from cognomen.rnn.pooling import Pooling, kinds_of


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
    a, bias = gate_inputs(cell, a)  # (V, 3, H), (H,)
    kinds = np.array([KINDS[kind] for kind in kinds_of(pooling)], np.int64)  # (K,)
    # Of the numbers of all levels, the root of each among them: states, pooled values, products.
    kept, levels = int(tree.counts[:, 1].sum()), _levels(tree)
    states, values, b = aligned(kept, size), aligned(kept, len(kinds), size), aligned(kept, 3, size)
    roots = [first for _, _, first, _, _ in levels]
    states[roots], values[roots] = 0.0, pools.initial[:, 0]
    pooled = aligned(len(tree.lengths), len(kinds), size)  # (U, K, H)
    kernels, row = load_kernels(), aligned(ROWS * LARGEST_SIZE)
    read = given(a, b, bias, kinds, *tree[:4])
    rest = *given(states, values) * 2, *read, *given(tree.lengths, pooled, row[:size])
    for start, stop, first, last, name in levels:
        np.matmul(states[first:last], linear.columns, out=b.reshape(kept, -1)[first:last])
        kernels.step(*given(start, stop, name, first, last, name, len(kinds), size), *rest)
    means = [k for k, kind in enumerate(pools.kinds) if kind.divide]

    def backward(dpooled: Array) -> Array:
        dpooled = np.array(dpooled, np.float32).reshape(pooled.shape)
        dpooled[:, means] /= tree.lengths[:, None, None]
        # Where a prefix does not go on, it is given the gradient of the next level's root: none.
        dstates, dvalues = aligned(kept + 1, size), aligned(kept + 1, len(kinds), size)
        da, db = aligned(*a.shape), aligned(*b.shape)
        for gradient in (da, db, dstates, dvalues):
            gradient.fill(0)
        rest = *given(states, values), *read, *given(dpooled, da, db, dstates, dvalues, row)
        for start, stop, root, last, name in reversed(levels):
            kernels.step_back(*given(start, stop, name, root, last, len(kinds), size), *rest)
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
