"""The loops that Numba (the extra "fast") compiles: see `compiled`, which calls them.

The equations are the cell's own function, `rnn.cells.gru`. Arrays come as pointers to their first number.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
from numba import carray, njit  # type: ignore[attr-defined]

from cognomen.rnn.cells import gru, gru_back
from cognomen.rnn.engine import LARGEST_SIZE, LAST, MAX, MEAN, ROWS

# Dividing by zero raises nothing, and a product and the sum that it goes into may be one instruction.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}}
# Python cannot call it: so it needs nothing of Numba's (see `machine_code`).
KERNEL = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


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
def _sigmoid(x):
    x *= HALF
    return _tanh(x, x) * HALF + HALF


@njit(inline="always", **OPTIONS)
def _sigmoid_of_second(pair):
    return pair[0], _sigmoid(pair[1])


# Given r in place of a_r + b_r, which a loop of its own computes: n has to wait for r, and a processor that
# looks ahead by some hundred operations finds more to do meanwhile.
_gru = njit(
    FunctionType(gru.__code__, {"sigmoid": _sigmoid_of_second, "tanh": _tanh}), inline="always", **OPTIONS
)
_gru_back = njit(FunctionType(gru_back.__code__, {}), inline="always", **OPTIONS)


@njit(inline="always", **OPTIONS)
def _rows(pointer, size):
    """An array (n, H)."""
    return carray(pointer, (1, size))  # nothing asks how many


@njit(inline="always", **OPTIONS)
def _tables(pointer, count, size):
    """An array (n, K, H)."""
    return carray(pointer, (1, count, size))


@njit(inline="always", **OPTIONS)
def _pool(kinds, before, p, y, after, n):
    for k in range(before.shape[1]):
        if kinds[k] == LAST:
            for j in range(before.shape[2]):
                after[n, k, j] = y[j]
        elif kinds[k] == MAX:
            for j in range(before.shape[2]):
                after[n, k, j] = before[p, k, j] if before[p, k, j] > y[j] else y[j]
        else:
            for j in range(before.shape[2]):
                after[n, k, j] = before[p, k, j] + y[j]


@njit(inline="always", **OPTIONS)
def _finish(kinds, ended, u, length):
    for k in range(ended.shape[1]):
        if kinds[k] == MEAN:
            for j in range(ended.shape[2]):
                ended[u, k, j] /= length


@njit(**KERNEL)
def number_prefixes(
    names, block, levels, first, lengths, shared, counts, place, path, positions, inverse,
    parents, numbers, ends, distinct,
):  # fmt: skip
    """Go through N sorted names: new are the prefixes that the name before, of the same block, does not have.

    Where each name begins, how many letters it has, and how many it shares with the one before, is (N,).
    `place` (T,) and `path`, as long as the longest name, are for what is remembered; `positions` (P,) gets
    where the last letters of prefixes are. The rest is of the tree: see `compiled.Tree`. The levels' numbers
    start at 1, the root, and `ends` at -1.
    """
    counts = _rows(counts, 3)
    for i in range(names):
        for depth in range(shared[i] if i % block else 0, lengths[i]):
            counts[depth + i // block, 0] += 1
    here = 0
    for level in range(levels):
        place[level] = here
        here += counts[level, 0]
    for i in range(names):
        for depth in range(shared[i] if i % block else 0, lengths[i]):
            level = depth + i // block
            here = place[level]
            path[depth] = here  # where the prefixes of a name were put, from short to long
            place[level] = here + 1
            positions[here] = first[i] + depth
            if depth > 0:
                parent = path[depth - 1]
                if numbers[parent] == 0:
                    numbers[parent] = counts[level, 1]
                    counts[level, 1] += 1
                parents[here] = numbers[parent]
        level, whole = lengths[i] - 1 + i // block, path[lengths[i] - 1]
        if ends[whole] < 0:
            ends[whole] = counts[level, 2]
            counts[level, 2] += 1
        inverse[i] = ends[whole]
    here = 0
    for level in range(levels):
        place[level] = here  # of the level's whole names
        here += counts[level, 2]
    for i in range(names):
        inverse[i] += place[lengths[i] - 1 + i // block]
        distinct[inverse[i]] = lengths[i]


# Indices are unsigned: rows that might be counted from the end prevent vector instructions.
@njit(**KERNEL)
def step(
    start, stop, name, before, after, at, count, size, states, values, next_states, next_values,
    a, b, bias, kinds, letters, parents, numbers, ends, lengths, ended, y,
):  # fmt: skip
    """Step the prefixes from number `start` to `stop`, one level; its whole names begin with number `name`.

    Of the prefixes that go on, in the level before and in this one, are the states (n, H), the pooled values
    (n, K, H) and the products b (n, 3, H), from the rows `before` and `after` on; `ended` (u, K, H) gets the
    pooled values of whole names, from the row `at` on. `y` (H,) is for the state of one prefix.
    """
    states, next_states = _rows(states, size), _rows(next_states, size)
    values, next_values = _tables(values, count, size), _tables(next_values, count, size)
    a, b, ended = _tables(a, 3, size), _tables(b, 3, size), _tables(ended, count, size)
    for i in range(start, stop):
        v, p, n = np.uint32(letters[i]), np.uint32(before + parents[i]), np.uint32(after + numbers[i])
        for j in range(size):
            y[j] = _sigmoid(a[v, 0, j] + b[p, 0, j])
        for j in range(size):
            rz = (y[j], a[v, 1, j] + b[p, 1, j])
            y[j] = _gru(rz, a[v, 2, j], b[p, 2, j] + bias[j], states[p, j])[0]
        if numbers[i] > 0:
            for j in range(size):
                next_states[n, j] = y[j]
            _pool(kinds, values, p, y, next_values, n)
        if ends[i] >= 0:
            u = np.uint32(at + ends[i])
            _pool(kinds, values, p, y, ended, u)
            _finish(kinds, ended, u, lengths[name + ends[i]])


@njit(**KERNEL)
def step_back(
    start, stop, name, before, after, count, size, states, values,
    a, b, bias, kinds, letters, parents, numbers, ends, dpooled, da, db, dstates, dvalues, row,
):  # fmt: skip
    """The way back through a level; see `step`. `row` is for what is computed of one prefix.

    The gates are computed once more: that takes less time than to keep them.
    """
    states, dstates = _rows(states, size), _rows(dstates, size)
    values, dvalues = _tables(values, count, size), _tables(dvalues, count, size)
    a, b, dpooled = _tables(a, 3, size), _tables(b, 3, size), _tables(dpooled, count, size)
    da, db = _tables(da, 3, size), _tables(db, 3, size)
    for i in range(start, stop):
        v, p = np.uint32(letters[i]), np.uint32(before + parents[i])
        own, u = np.uint32(after + numbers[i]), np.uint32(name + ends[i])
        for j in range(size):
            row[R + j] = _sigmoid(a[v, 0, j] + b[p, 0, j])
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
        for k in range(count):
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
