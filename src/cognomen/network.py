"""The classifier's network: letters in, one number for each origin out.

ids (M,) -> embedding (M, E) -> recurrent, both directions (M, 2H) -> pooling (N, 2H * kinds) -> logits (N, C)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.layers import Array, Dropout, Embedding, Ids, Layer, Linear
from cognomen.rnn.packed import pack
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.recurrent import Recurrent

__all__ = ["Architecture", "Network"]

BLOCK = 512  # names that go through the network together: enough for full-speed products, little memory


@dataclass(frozen=True)
class Architecture:
    """Everything that fixes the shapes of a network's parameters, and how they are wired.

    Attributes:
        alphabet_size: letters, the unknown one included, V.
        origin_count: origins, C.
        cell: "gru", "lstm", "rnn" or "combined".
        embedding_size: numbers for each letter, E.
        hidden_size: numbers in each direction's memory, H.
        num_layers: recurrent layers on top of each other.
        direction: "forward", "reverse" or "both".
        pooling: "last", "max", "mean", or several joined by "+".
        nonlinearity: of the cells "rnn" and "combined"; the others have none to choose.
    """

    alphabet_size: int
    origin_count: int
    cell: str = "gru"
    embedding_size: int = 64
    hidden_size: int = 128
    num_layers: int = 1
    direction: str = "both"
    pooling: str = "max+mean"
    nonlinearity: str = "tanh"

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Architecture:
        """The reverse of `to_json`.

        Raises:
            InputError: a field is missing, unknown, of another type, or not a positive number.
        """
        expected = {field.name: type(field.default) for field in fields(cls)}
        expected |= {"alphabet_size": int, "origin_count": int}
        if wrong := expected.keys() ^ values.keys():
            raise InputError(
                f"architecture: expected the fields {sorted(expected)}; these differ: {sorted(wrong)}"
            )
        for name, kind in expected.items():
            if type(values[name]) is not kind or (kind is int and values[name] < 1):
                raise InputError(f"architecture: {name}: expected a {kind.__name__}, got {values[name]!r}")
        return cls(**values)


class Network(Layer):
    """Embedding, recurrent layers, pooling and a linear map to the origins.

    Args:
        architecture: shapes and wiring.
        dropout: in training, the share dropped after the embedding, after each recurrent layer, and
            after pooling.
        rng: source of the starting values.

    Parameters: "embedding.weight" (V, E), "recurrent.weight_ih_l0", ..., "output.weight" (C, F) and
    "output.bias" (C,), with F the width after pooling.
    """

    def __init__(
        self,
        architecture: Architecture,
        *,
        dropout: tuple[float, float, float] = (0.0, 0.0, 0.0),
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.architecture = a = architecture
        options = {"nonlinearity": a.nonlinearity} if a.cell in ("rnn", "combined") else {}
        after_embedding, after_recurrent, after_pooling = dropout
        self.embedding = Embedding(a.alphabet_size, a.embedding_size, rng=rng, dtype=dtype)
        self.dropout_embedded = Dropout(after_embedding)
        self.recurrent = Recurrent(
            a.cell,
            a.embedding_size,
            a.hidden_size,
            num_layers=a.num_layers,
            direction=a.direction,
            dropout=after_recurrent,
            rng=rng,
            dtype=dtype,
            cell_options=options,
        )
        self.dropout_pooled = Dropout(after_pooling)
        pooled = self.recurrent.output_size * len(kinds_of(a.pooling))
        self.output = Linear(pooled, a.origin_count, rng=rng, dtype=dtype)
        parts = {"embedding.{}": self.embedding, "recurrent.{}": self.recurrent, "output.{}": self.output}
        super().__init__(*self.collect(parts))

    def forward(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """Read names laid end to end, ids (M,) with lengths (N,): logits (N, C) in the same order.

        `rng` is the source of dropout's noise; without it there is none.
        """
        letters = pack(ids, lengths)
        x, back_embedding = self.embedding.forward(letters.data)  # (M, E)
        x, back_embedded = self.dropout_embedded.forward(x, rng)
        y, back_recurrent = self.recurrent.forward(letters.with_data(x), rng)  # (M, D * H)
        pooled, back_pool = pool(y, self.architecture.pooling, self.architecture.direction)  # (N, F)
        pooled, back_pooled = self.dropout_pooled.forward(pooled, rng)
        logits, back_output = self.output.forward(pooled)  # (N, C)

        def backward(dlogits: Array) -> None:
            dpooled = back_pooled(back_output(dlogits))
            back_embedding(back_embedded(back_recurrent(back_pool(dpooled))))

        return logits, backward

    def logits(self, ids: Ids, lengths: Ids) -> Array:
        """As `forward`, for any number of names: in blocks of similar lengths, nothing remembered.

        Raises:
            InputError: a name has no letters, or the lengths do not fit the ids.
        """
        if lengths.sum() != len(ids):
            raise InputError(f"the lengths add up to {lengths.sum()}, but there are {len(ids)} letters")
        if len(lengths) == 0:
            return np.empty((0, self.architecture.origin_count), dtype=self.output.params["weight"].dtype)
        starts = np.cumsum(lengths) - lengths  # (N,)
        result = np.empty((len(lengths), self.architecture.origin_count), self.output.params["weight"].dtype)
        by_length = np.argsort(lengths, kind="stable")
        for names in np.split(by_length, np.arange(BLOCK, len(lengths), BLOCK)):
            letters = np.concatenate([ids[starts[n] : starts[n] + lengths[n]] for n in names])
            result[names] = self.forward(letters, lengths[names])[0]
        return result
