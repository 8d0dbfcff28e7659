"""Reading names along the tree of their prefixes: each distinct prefix is one step, taken once.

It is the loop of `scan` with one difference: a row's state comes from its parent's row, wherever in the wave
before that stands. What pooling needs of the letters so far travels along with the state.
"""

from __future__ import annotations

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cells import Cell
from cognomen.rnn.engine.packed_weights import deferred_gradients, repeat_states
from cognomen.rnn.engine.prefix_tree import PrefixTree, Wave
from cognomen.rnn.engine.segments import sum_rows
from cognomen.rnn.layers import Dropout
from cognomen.rnn.pooling import Pooling

__all__ = ["read_names"]


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
    """Read the names of a tree, and pool what the cell says over the letters of each.

    Args:
        cell: it reads every name from the beginning; the tree of names turned round makes it read from
            the end.
        a: what `cell.project` gives for each letter of the alphabet, (..., V, A).
        tree: the names.
        pooling: one or several ways, as for `pool`.
        dropout: of the cell's outputs.
        rng: the source of its noise; without it there is none.
        learn: whether backward will be called; if not, nothing is remembered for it.
        head: (K, Y, C), what pooled values are multiplied with while they are still in the cache, in place of
            keeping them; for whoever does not learn.

    Returns:
        A row for each distinct name of the tree and way of pooling, (U, K, Y), or with a head (U, C); and
        backward, to the gradient by `a`.
    """
    ways = Pooling(pooling)
    # One row each, before the first letter; it only stands in for parents that first letters lack.
    state = cell.start(1)  # (S, 1, H)
    values = np.zeros((len(ways), 1, cell.output_size), cell.dtype)  # (K, 1, Y)
    width = (len(ways), cell.output_size) if head is None else head.shape[2:]
    pooled = np.empty((len(tree.ends), *width), cell.dtype)  # (U, K, Y) or (U, C)
    steps = []
    for wave in tree.waves():
        read = np.take(a, tree.letters[wave.rows], axis=-2, mode="clip")  # (..., n, A)
        # (n, Y), (S, n, H); siblings have their parent's state in common
        repeat_states(cell, wave.repeats)
        y, state, back_step = cell.step(read, _from_parents(state, wave, 0.0))
        y, back_noise = dropout.forward(y, rng)
        values, back_join = ways.join(_from_parents(values, wave, ways.start), y)  # (K, n, Y)
        ended = values.take(wave.ends, axis=1)  # (K, u, Y)
        shares = ended if head is None else ended @ head  # (K, u, Y) or (K, u, C)
        ways.finish(shares, tree.lengths[wave.spellings])
        pooled[wave.spellings] = shares.swapaxes(0, 1) if head is None else shares.sum(axis=0)
        if learn and head is None:
            steps.append((wave, back_step, back_noise, back_join))

    def backward(dpooled: Array) -> Array:
        """The same waves, last one first."""
        if not steps:
            raise InputError("these names were read with learn=False, or a head: there is no way back")
        dpooled = dpooled.reshape(pooled.shape).swapaxes(0, 1).copy()  # (K, U, Y)
        ways.finish(dpooled, tree.lengths)
        das = []
        # What the waves behind have to say, for the rows of the one before them.
        dstate, dvalues = np.zeros_like(state), np.zeros_like(values)  # (S, n, H), (K, n, Y)
        with deferred_gradients(cell):
            for t in reversed(range(len(steps))):
                wave, back_step, back_noise, back_join = steps[t]
                dvalues[:, wave.ends] += dpooled[:, wave.spellings]
                dy = back_join(dvalues)  # and dvalues is now the gradient by the values before
                da, dstate = back_step(back_noise(dy), dstate)
                das.append(da)
                if t:
                    dstate, dvalues = _to_parents([dstate, dvalues], wave, len(steps[t - 1][0].parents))
        da = np.concatenate(das[::-1], axis=-2)  # (..., P, A)
        return sum_rows(da, tree.letters, a.shape[-2])

    return pooled, backward


def _from_parents(values: Array, wave: Wave, start: float | Array) -> Array:
    """Give each row of a wave its parent's values, (..., count, H) -> (..., n, H); first letters start."""
    own = np.take(values, wave.parents, axis=-2, mode="clip")
    own[..., : wave.roots, :] = start
    return own


def _to_parents(ds: list[Array], wave: Wave, count: int) -> list[Array]:
    """Sum the rows of arrays (..., n, H) by their parents, (..., count, H) each."""
    results = [np.zeros((*d.shape[:-2], count, d.shape[-1]), d.dtype) for d in ds]
    start = wave.roots
    for size in np.bincount(wave.turns[start:])[1:].tolist():
        rows = slice(start, start + size)
        parents = wave.parents[rows]  # no two are the same
        for d, result in zip(ds, results, strict=True):
            if start == wave.roots:
                result[..., parents, :] = d[..., rows, :]
            else:
                result[..., parents, :] += d[..., rows, :]
        start = rows.stop
    return results
