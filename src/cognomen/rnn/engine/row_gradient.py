"""The gradient of a matrix of which a batch uses few rows, such as an embedding of many n-grams."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from cognomen.rnn.arrays import Array, Ids


class RowGradient:
    """The gradients of some rows; all other rows have none.

    It can be cleared (`fill(0)`) and scaled (`*=`) like the array of a dense gradient. `optim` moves the rows
    that it has and leaves the others, with their moments and their decay, as they are: the cost of a step
    depends on the batch and not on the matrix. With Adam that is "lazy" Adam, as torch.optim.SparseAdam.

    Args:
        shape: of the matrix, (B, R).
        dtype: of the values.

    Attributes:
        rows: (n,), the rows that have a gradient, each once, in order.
        values: (n, R), their gradients.
    """

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.fill(0)

    def fill(self, value: float) -> None:
        """Set the gradient to zero.

        Raises:
            ValueError: the value is not 0.
        """
        if value != 0:
            raise ValueError(f"a row gradient can only be filled with 0, got {value}")
        self.rows: Ids = np.zeros(0, np.int64)
        self.values: Array = np.zeros((0, *self.shape[1:]), self.dtype)

    def __imul__(self, factor: float) -> RowGradient:
        self.values *= factor
        return self

    def squared_norm(self) -> float:
        """The sum of the squares of all elements."""
        return float(np.vdot(self.values, self.values))

    def add(self, rows: Ids, weights: Array, d: Array, which: Ids) -> None:
        """Add weights[i] * d[which[i]] to the gradient of rows[i], for all i of M.

        Args:
            rows: (M,), from 0 to B - 1, in any order; a row may come several times.
            weights: (M,).
            d: (K, R).
            which: (M,), from 0 to K - 1.
        """
        rows = np.concatenate([self.rows, rows])
        added = weights[:, None] * d.take(which, axis=0)
        values = np.concatenate([self.values, added.astype(self.dtype, copy=False)])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        first = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])[: len(rows)])
        self.rows = rows[first]
        self.values = np.add.reduceat(values.take(order, axis=0), first) if len(first) else values

    def to_dense(self) -> Array:
        """The whole gradient, (B, R)."""
        dense = np.zeros(self.shape, self.dtype)
        dense[self.rows] = self.values
        return dense
