"""Attention: at each step the decoder takes a weighted mean of all encoder outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Linear
from cognomen.rnn.losses import softmax
from cognomen.rnn.packed import Packed


class Padded(NamedTuple):
    """Sequences padded with zeros to the longest one.

    Attributes:
        values: (N, T, Y), in the order of the input.
        exists: (N, T), False for padding.
    """

    values: Array
    exists: NDArray[np.bool_]

    @classmethod
    def of(cls, x: Packed) -> tuple[Self, Callable[[Array], Array]]:
        """Pad a packed batch; backward maps the gradient (N, T, Y) to (M, Y)."""
        places, exists = x.places  # (N, T) each

        def backward(d: Array) -> Array:
            dx = np.empty_like(x.data)  # (M, Y)
            dx[places[exists]] = d[exists]
            return dx

        return cls(x.data[places] * exists[..., None], exists), backward

    def take(self, rows: Ids) -> Self:
        """The sequences at M indices (M,)."""
        return type(self)(self.values[rows], self.exists[rows])


class Attention(Layer):
    """Global attention (Luong, Pham & Manning 2015), with their score "general".

        s_l = h . W_a m_l        the score of encoder output m_l, given the decoder's state h
        w = softmax(s)           the weights, over all l that exist
        c = sum_l w_l m_l        the context
        h' = tanh(W_c [c, h])    the attentional state, which the output layer reads

    Parameters: "query.weight" (Y, H), "join.weight" (H, Y + H), "join.bias" (H,).
    """

    def __init__(
        self,
        hidden_size: int,
        memory_size: int,
        *,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.query = Linear(hidden_size, memory_size, rng=rng, bias=False, dtype=dtype)
        self.join = Linear(memory_size + hidden_size, hidden_size, rng=rng, dtype=dtype)
        super().__init__()

    def forward(
        self, h: Array, memory: Padded
    ) -> tuple[Array, Array, Callable[[Array], tuple[Array, Array]]]:
        """Attend from decoder states h (N, T, H) to the encoder outputs in `memory` (N, L, Y).

        Returns:
            The attentional states (N, T, H), the weights (N, T, L), and backward: from the gradient by the
            former to those by h and by the memory's values.
        """
        count, steps, hidden = h.shape
        m = memory.values  # (N, L, Y)
        flat = h.reshape(-1, hidden)  # (N * T, H)
        q, back_query = self.query.forward(flat)
        q = q.reshape(count, steps, -1)  # (N, T, Y)
        scores = q @ m.swapaxes(1, 2)  # (N, T, L)
        scores += np.where(memory.exists, 0, -np.inf).astype(h.dtype)[:, None]
        weights = softmax(scores)  # (N, T, L)
        context = weights @ m  # (N, T, Y)
        z, back_join = self.join.forward(np.concatenate([context.reshape(len(flat), -1), flat], axis=1))
        out = np.tanh(z)  # (N * T, H)

        def backward(d: Array) -> tuple[Array, Array]:
            djoined = back_join(d.reshape(out.shape) * (1 - out * out))  # (N * T, Y + H)
            dcontext = djoined[:, :-hidden].reshape(context.shape)
            dweights = dcontext @ m.swapaxes(1, 2)  # (N, T, L)
            dscores = weights * (dweights - (dweights * weights).sum(axis=-1, keepdims=True))
            dmemory = weights.swapaxes(1, 2) @ dcontext + dscores.swapaxes(1, 2) @ q  # (N, L, Y)
            dh = djoined[:, -hidden:] + back_query((dscores @ m).reshape(len(flat), -1))
            return dh.reshape(h.shape), dmemory

        return out.reshape(h.shape), weights, backward
