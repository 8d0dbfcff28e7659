"""Recurrent steps along a tree of prefixes: each distinct prefix is one step, taken once.

This is the loop of `scan` with one difference: the state of a row comes from the row of its parent, anywhere
in the level above. The values of pooling travel along with the state.
"""

from __future__ import annotations

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell
from cognomen.rnn.engine.packed_weights import deferred_gradients, repeat_states
from cognomen.rnn.engine.prefix_tree import Level, PrefixTree
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.layers import Dropout
from cognomen.rnn.pooling import Pooling


def read_names(
    cell: Cell,
    a: Array,
    tree: PrefixTree,
    pooling: str,
    *,
    dropout: Dropout,
    rng: np.random.Generator | None = None,
    learn: bool = True,
    head: Array | None = None,
) -> tuple[Array, Backward]:
    """Read the names of a tree, and pool the outputs of the cell over each name.

    Args:
        cell: reads every name from its first letter. For the reverse direction pass the tree of the reversed
            names.
        a: `cell.project` of each letter of the alphabet, (..., V, A).
        tree: the names.
        pooling: one or several kinds, as for `pool`.
        dropout: of the cell's outputs.
        rng: for dropout; None outside training.
        learn: whether backward will be called; if not, nothing is kept for it.
        head: (K, Y, C), for inference only: a matrix that the pooled values are multiplied by at once, while
            they are in the cache, in place of returning them.

    Returns:
        The pooled values (U, K, Y) of each distinct name of the tree, or with a head their product (U, C);
        and backward, to the gradient by `a`.

    Raises:
        InputError: backward is called without `learn`, or with a head.
    """
    pools, learn = Pooling(pooling), learn and head is None
    # The root of the tree: one row in place of the parents that first letters do not have.
    state = cell.initial_state(1)  # (S, 1, H)
    values = np.zeros((len(pools), 1, cell.output_size), cell.dtype)  # (K, 1, Y)
    width = (len(pools), cell.output_size) if head is None else head.shape[2:]
    pooled = np.empty((len(tree.ends), *width), cell.dtype)  # (U, K, Y) or (U, C)
    steps = []
    for level in tree.levels():
        read = np.take(a, tree.letters[level.rows], axis=-2, mode="clip")  # (..., n, A)
        repeat_states(cell, level.repeats)  # siblings have the same state: it is multiplied by V once
        y, state, back_step = cell.step(read, _from_parents(state, level, 0.0))  # (n, Y), (S, n, H)
        y, back_noise = dropout.forward(y, rng)
        values, back_pool = pools.update(
            _from_parents(values, level, pools.initial), y, learn=learn
        )  # (K, n, Y)
        ended = values.take(level.ends, axis=1)  # (K, u, Y)
        found = ended if head is None else ended @ head  # (K, u, Y) or (K, u, C)
        pools.finish(found, tree.lengths[level.spellings])
        pooled[level.spellings] = found.swapaxes(0, 1) if head is None else found.sum(axis=0)
        if learn:
            steps.append((level, back_step, back_noise, back_pool))
        # What is not kept is freed, so that the next level uses the same memory, which is in the cache.
        del read, y, ended, found, back_step, back_noise, back_pool

    def backward(dpooled: Array) -> Array:
        """The same levels in reverse."""
        if not steps:
            raise InputError("these names were read with learn=False or a head: there is no gradient")
        dpooled = dpooled.reshape(pooled.shape).swapaxes(0, 1).copy()  # (K, U, Y)
        pools.finish(dpooled, tree.lengths)
        das = []
        # The gradients that reach a level from the level below it.
        dstate, dvalues = np.zeros_like(state), np.zeros_like(values)  # (S, n, H), (K, n, Y)
        with deferred_gradients(cell):
            for t in reversed(range(len(steps))):
                level, back_step, back_noise, back_pool = steps[t]
                dvalues[:, level.ends] += dpooled[:, level.spellings]
                dy = back_pool(dvalues)  # which has turned dvalues into the gradient by the values before
                da, dstate = back_step(back_noise(dy), dstate)
                das.append(da)
                if t:
                    dstate, dvalues = _to_parents([dstate, dvalues], level, len(steps[t - 1][0].parents))
        da = np.concatenate(das[::-1], axis=-2)  # (..., P, A)
        return segment_sum(da, tree.letters, a.shape[-2])

    return pooled, backward


def _from_parents(values: Array, level: Level, initial: float | Array) -> Array:
    """The values of each row's parent, (..., count, H) -> (..., n, H); first letters get the initial ones."""
    own = np.take(values, level.parents, axis=-2, mode="clip")
    own[..., : level.roots, :] = initial
    return own


def _to_parents(ds: list[Array], level: Level, count: int) -> list[Array]:
    """The sums over the children of each parent, (..., n, H) -> (..., count, H), for each of the arrays.

    Siblings are added rank by rank. Within a rank no two rows have the same parent, so plain indexing adds
    them; with repeated indices `+=` would keep only the last.
    """
    results = [np.zeros((*d.shape[:-2], count, d.shape[-1]), d.dtype) for d in ds]
    start = level.roots
    for size in np.bincount(level.sibling_ranks[start:])[1:].tolist():
        rows = slice(start, start + size)
        parents = level.parents[rows]
        for d, result in zip(ds, results, strict=True):
            if start == level.roots:
                result[..., parents, :] = d[..., rows, :]
            else:
                result[..., parents, :] += d[..., rows, :]
        start = rows.stop
    return results
