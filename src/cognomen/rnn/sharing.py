"""Reading names along the tree of their prefixes: each distinct prefix is one step, taken once.

It is the loop of `scan` with one difference: a row's state comes from its parent's row, wherever in the wave
before that stands. What pooling needs of the letters so far travels along with the state.
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn.cells import Cell
from cognomen.rnn.layers import Array, Backward, Dropout, Ids
from cognomen.rnn.pooling import CARRIED, kinds_of
from cognomen.rnn.prefixes import PrefixTree, Wave

__all__ = ["read_names", "sum_rows"]


def read_names(
    cell: Cell,
    a: Array,
    tree: PrefixTree,
    pooling: str,
    *,
    row_of_node: Ids | None = None,
    dropout: Dropout,
    rng: np.random.Generator | None = None,
    learn: bool = True,
) -> tuple[Array, Backward]:
    """Read the names of a tree, and pool what the cell says over the letters of each.

    Args:
        cell: it reads every name from the beginning; the tree of names turned round makes it read from
            the end.
        a: what `cell.project` gives for each node of the tree, (..., M, A).
        tree: the names.
        pooling: one or several ways, as for `pool`.
        row_of_node: (M,); where it is given, node i reads row `row_of_node[i]` of `a`, which may have any rows.
        dropout: of the cell's outputs.
        rng: the source of its noise; without it there is none.
        learn: whether backward will be called; if not, nothing is remembered for it.

    Returns:
        A row for each distinct name of the tree and way of pooling, (U, K, Y), and backward, to the gradient by `a`.
    """
    ways = [CARRIED[kind] for kind in kinds_of(pooling)]
    state = cell.start(1)  # (S, 1, H)
    carried = [np.full((1, cell.output_size), way.start, cell.dtype) for way in ways]
    pooled = np.empty((len(tree.ends), len(ways), cell.output_size), cell.dtype)  # (U, K, Y)
    steps = []
    for wave in tree.waves():
        first = slice(len(wave.parents) - wave.roots, None)
        state = np.take(state, wave.parents, axis=1, mode="clip")  # (S, n, H)
        state[:, first] = cell.start(wave.roots)
        here = a[..., wave.rows, :] if row_of_node is None else a.take(row_of_node[wave.rows], -2)
        y, state, back_step = cell.step(here, state)  # (n, Y), (S, n, H)
        y, back_noise = dropout.forward(y, rng)
        backs = []
        for k, way in enumerate(ways):
            before = np.take(carried[k], wave.parents, axis=0, mode="clip")  # (n, Y)
            before[first] = way.start
            carried[k], back = way.join(before, y)
            pooled[wave.spellings, k] = carried[k][wave.ends]
            backs.append(back)
        if learn:
            steps.append((wave, back_step, back_noise, backs))
    shares = np.stack([way.share(tree.lengths.astype(cell.dtype)) for way in ways], axis=1)[:, :, None]

    def backward(dpooled: Array) -> Array:
        """The same waves, last one first."""
        dpooled = dpooled.reshape(pooled.shape) * shares  # (U, K, Y)
        da = np.empty((*a.shape[:-2], len(tree.letters), a.shape[-1]), a.dtype)  # (..., M, A)
        count = len(steps[-1][0].parents)
        dstate = cell.start(count)  # (S, n, H), what the waves behind this one have to say
        dcarried = [np.zeros((count, cell.output_size), cell.dtype) for _ in ways]
        for t in reversed(range(len(steps))):
            wave, back_step, back_noise, backs = steps[t]
            dy = np.zeros_like(dcarried[0])  # (n, Y)
            for k, back in enumerate(backs):
                dcarried[k][wave.ends] += dpooled[wave.spellings, k]
                dcarried[k], dy_k = back(dcarried[k])
                dy += dy_k
            da[..., wave.rows, :], dstate = back_step(back_noise(dy), dstate)
            count = len(steps[t - 1][0].parents)
            dstate = _to_parents(dstate, wave, count)
            dcarried = [_to_parents(d, wave, count) for d in dcarried]
        return da if row_of_node is None else sum_rows(da, row_of_node, a.shape[-2])

    return pooled * shares, backward


def _to_parents(d: Array, wave: Wave, count: int) -> Array:
    """Sum the rows (..., n, H) of a wave by their parents, (..., count, H)."""
    result = np.zeros((*d.shape[:-2], count, d.shape[-1]), d.dtype)
    stop = len(wave.parents) - wave.roots
    start = 0
    for size in np.bincount(wave.turns[:stop]).tolist():  # no two rows of a turn have the same parent
        rows = slice(start, start + size)
        result[..., wave.parents[rows], :] += d[..., rows, :]
        start += size
    return result


def sum_rows(d: Array, groups: Ids, count: int) -> Array:
    """Sum the rows (..., M, A) by their group, a number below `count` for each: (..., count, A)."""
    if len(groups) == count and np.bincount(groups, minlength=count).max() == 1:
        return d.take(np.argsort(groups), axis=-2)
    one_hot = (np.arange(count)[:, None] == groups).astype(d.dtype)  # (count, M)
    return one_hot @ d
