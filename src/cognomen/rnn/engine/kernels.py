"""The loops that Numba (the extra "fast") compiles, for arrays in C order: see `compiled`, which calls them.

The equations are the cell's own function, `rnn.cells.gru`.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
from numba import njit

from cognomen.rnn.cells import gru, gru_back
from cognomen.rnn.engine import LARGEST_SIZE, LAST, MAX, MEAN, ROWS

# Dividing by zero raises nothing, and a product and the sum that it goes into may be one instruction.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}}
# Nothing is counted, and Python cannot call it: so it needs nothing of Numba's (see `machine_code`).
ALONE = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def _float32(*numbers: float) -> tuple[np.float32, ...]:
    return tuple(map(np.float32, numbers))


# tanh(x) = x P(x^2) / Q(x^2), highest powers first, fitted for the least of the largest errors: 3.5e-7 with
# rounding. The C library is called for one number after another, this is done for sixteen at once.
LARGEST = np.float32(8.4)  # beyond which tanh is 1
P = _float32(1.42881031e-08, 2.12519135e-05, 3.53356684e-03, 1.34126902e-01, 9.99999940e-01)
Q = _float32(8.14898783e-07, 3.34846845e-04, 2.60204822e-02, 4.67460036e-01, 1.0)
HALF, ZERO = np.float32(0.5), np.float32(0)
# What `step_back` computes of a row, from copies, all in one array at fixed places: so the compiler sees that
# nothing overlaps. Of several arrays it would have to check that, and above eight checks it gives up.
Y, R, Z, N, B, H, DH, DV, DR, DZ, DN, DB = range(0, ROWS * LARGEST_SIZE, LARGEST_SIZE)


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
_gru_back = njit(FunctionType(gru_back.__code__, {}), inline="always", **OPTIONS)


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


@njit(**ALONE, **OPTIONS)
def number_prefixes(
    first, begin, lengths, blocks, counts, place, path, positions, parents, numbers, ends, inverse
):
    """Go through N sorted names, and number the prefixes that a name does not share with the one before it.

    `first`, `begin`, `lengths`, `blocks` and `inverse` are (N,): where each name's letters are, how many it
    shares, how many it has, and its block; `place` (T,) is where the next prefix of each level is put. The
    rest is of the tree (see `compiled.Tree`), of which the counts of numbers and whole names are filled in.
    """
    for i in range(len(lengths)):
        for depth in range(begin[i], lengths[i]):
            level = depth + blocks[i]
            here = path[depth] = place[level]
            place[level] += 1
            positions[here] = first[i] + depth
            if depth > 0:
                parent = path[depth - 1]
                if numbers[parent] == 0:
                    numbers[parent] = counts[level, 1]
                    counts[level, 1] += 1
                parents[here] = numbers[parent]
        level, whole = lengths[i] - 1 + blocks[i], path[lengths[i] - 1]
        if ends[whole] < 0:
            ends[whole] = counts[level, 2]
            counts[level, 2] += 1
        inverse[i] = ends[whole]


# Indices are unsigned: rows that might be counted from the end prevent vector instructions.
@njit(**ALONE, **OPTIONS)
def step(
    start, stop, name, before, after, at,
    states, values, next_states, next_values,
    a, b, bias, kinds, letters, parents, numbers, ends, lengths, ended, y,
):  # fmt: skip
    """Step the prefixes from number `start` to `stop`, one level; its whole names begin with number `name`.

    Of the prefixes that go on, in the level before and in this one, are the states (n, H), the pooled values
    (n, K, H) and the products b (n, 3, H), from the rows `before` and `after` on; `ended` (u, K, H) gets the
    pooled values of whole names, from the row `at` on. `y` (H,) is for the state of one prefix.
    """
    for i in range(start, stop):
        v, p, n = np.uint32(letters[i]), np.uint32(before + parents[i]), np.uint32(after + numbers[i])
        for j in range(len(y)):
            y[j] = gates(a, v, b, p, bias, states, j)[0]
        if numbers[i] > 0:
            for j in range(len(y)):
                next_states[n, j] = y[j]
            _pool(kinds, values, p, y, next_values, n)
        if ends[i] >= 0:
            u = np.uint32(at + ends[i])
            _pool(kinds, values, p, y, ended, u)
            _finish(kinds, ended, u, lengths[name + ends[i]])


@njit(**ALONE, **OPTIONS)
def step_back(
    start, stop, name, before, after,
    states, values, a, b, bias, kinds, letters, parents, numbers, ends,
    dpooled, da, db, dstates, dvalues, row,
):  # fmt: skip
    """The way back through a level; see `step`. `row` is for what is computed of one prefix.

    The gates are computed once more: that takes less time than to keep them.
    """
    size = states.shape[1]
    for i in range(start, stop):
        v, p = np.uint32(letters[i]), np.uint32(before + parents[i])
        own, u = np.uint32(after + numbers[i]), np.uint32(name + ends[i])
        for j in range(size):
            row[R + j] = a[v, 0, j] + b[p, 0, j]
        for j in range(size):
            row[Z + j] = a[v, 1, j] + b[p, 1, j]
        for j in range(size):
            row[N + j] = a[v, 2, j]
        for j in range(size):
            row[B + j] = b[p, 2, j] + bias[j]
        for j in range(size):
            row[H + j] = states[p, j]
        for j in range(size):
            row[Y + j], row[R + j], row[Z + j], row[N + j] = _gru(
                (row[R + j], row[Z + j]), row[N + j], row[B + j], row[H + j]
            )
        for j in range(size):
            row[DH + j] = dstates[own, j]
        for k in range(len(kinds)):
            for j in range(size):
                row[DV + j] = dvalues[own, k, j]
            if ends[i] >= 0:
                for j in range(size):
                    row[DV + j] += dpooled[u, k, j]
            _pool_back(kinds[k], k, values, p, row, dvalues, size)
        for j in range(size):
            row[DR + j], row[DZ + j], row[DN + j], row[DB + j], row[DH + j] = _gru_back(
                row[DH + j], row[R + j], row[Z + j], row[N + j], row[B + j], row[H + j]
            )
        _add(row, DR, da, v, 0, size)
        _add(row, DZ, da, v, 1, size)
        _add(row, DN, da, v, 2, size)
        _add(row, DR, db, p, 0, size)
        _add(row, DZ, db, p, 1, size)
        _add(row, DB, db, p, 2, size)
        for j in range(size):
            dstates[p, j] += row[DH + j]


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
