"""The encoder: recurrent layers, with an embedding where the inputs are tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array
from cognomen.rnn.cell import Cell
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Embedding
from cognomen.rnn.packed import Packed
from cognomen.rnn.recurrent import Recurrent


def one_step(x: NDArray[Any]) -> Packed:
    """A batch (N, ...) as N sequences of one step."""
    return Packed(x, np.array([len(x)]), np.arange(len(x)))


class Encoder(Layer):
    """Reads a packed batch with recurrent layers, and an embedding if the inputs are tokens.

    Args:
        cell: as for `Recurrent`.
        input_size: X; with `embedding_size`, the size of the vocabulary, V.
        hidden_size: H, of each direction.
        embedding_size: E; if given, inputs are ids of tokens.
        num_layers, direction, dropout, cell_options: as for `Recurrent`.
        rng: of the initial values.

    Attributes:
        output_size: Y, H for each direction.

    Parameters: "weight_ih_l0" and so on as in `Recurrent`, and "embedding.weight" (V, E).
    """

    def __init__(
        self,
        cell: str | Callable[..., Cell],
        input_size: int,
        hidden_size: int,
        *,
        embedding_size: int | None = None,
        num_layers: int = 1,
        direction: str = "forward",
        dropout: float = 0.0,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
        cell_options: Mapping[str, Any] | None = None,
    ) -> None:
        self.direction, self.dtype = direction, np.dtype(dtype)
        self.embedding = None
        parts: dict[str, Layer] = {}
        if embedding_size is not None:
            self.embedding = Embedding(input_size, embedding_size, rng=rng, dtype=dtype)
            parts["embedding.{}"] = self.embedding
        self.recurrent = Recurrent(
            cell,
            embedding_size or input_size,
            hidden_size,
            num_layers=num_layers,
            direction=direction,
            dropout=dropout,
            rng=rng,
            dtype=dtype,
            cell_options=cell_options,
        )
        self.input_size, self.output_size = input_size, self.recurrent.output_size
        super().__init__(*self.collect({**parts, "{}": self.recurrent}))

    def forward(
        self, x: Packed, rng: np.random.Generator | None = None
    ) -> tuple[Packed, Callable[[Array], Array | None]]:
        """Map inputs (M, X), or ids (M,), to outputs (M, Y); backward returns the gradient by x, None for
        ids.

        `rng` is for dropout, in training only.

        Raises:
            InputError: the inputs have the wrong shape, or an id is not in [0, V).
        """
        wanted = (self.input_size,) if self.embedding is None else ()
        if x.data.shape[1:] != wanted:
            raise InputError(
                f"expected inputs of the shape {('M', *wanted)}, M steps in all, got {x.data.shape}"
            )
        if self.embedding is None:
            y, _, back_read = self.recurrent.forward(x, rng=rng)
            return y, lambda dy: back_read(dy)[0]
        e, back_embedding = self.embedding.forward(x.data)  # (M, E)
        y, _, back_read = self.recurrent.forward(x.with_data(e), rng=rng)
        return y, lambda dy: back_embedding(back_read(dy)[0])
