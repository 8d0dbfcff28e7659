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
from cognomen.rnn.cells import Cell
from cognomen.rnn.layers import Array, Dropout, Embedding, Ids, Layer, Linear
from cognomen.rnn.packed import pack
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.prefixes import PrefixTree, prefix_tree, sort_names
from cognomen.rnn.recurrent import Recurrent
from cognomen.rnn.sharing import read_names, sum_rows

__all__ = ["Architecture", "Network"]

BLOCK = 128  # names that begin with each wave: enough rows for full-speed products, few enough for the cache
CHUNK = 16384  # names whose pooled outputs are held at a time
PACKED = 512  # names that a deeper network reads together


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
        self.embedding.check(ids)
        read = self._read_shared if self.architecture.num_layers == 1 else self._read_packed
        pooled, back_read = read(ids, lengths, rng)  # (N, F)
        pooled, back_noise = self.dropout_pooled.forward(pooled, rng)
        logits, back_output = self.output.forward(pooled)  # (N, C)

        def backward(dlogits: Array) -> None:
            back_read(back_noise(back_output(dlogits)))

        return logits, backward

    def _read_shared(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """A single layer reads every prefix once, or suffix: pooled (N, F)."""
        count, (cells,) = len(lengths), self.recurrent.levels
        trees = [prefix_tree(sort_names(ids, lengths, reverse=reverse)) for _, reverse in cells]
        parts, backwards = zip(
            *(self._read_tree(cell, tree, rng) for (cell, _), tree in zip(cells, trees, strict=True)),
            strict=True,
        )
        names = [tree.spelling[np.argsort(tree.given)] for tree in trees]  # (N,) each
        pooled = np.stack([p[n] for p, n in zip(parts, names, strict=True)], axis=2)  # (N, K, D, H)

        def backward(dpooled: Array) -> None:
            dpooled = dpooled.reshape(pooled.shape)
            for d, (back, name) in enumerate(zip(backwards, names, strict=True)):
                back(sum_rows(dpooled[:, :, d].reshape(count, -1), name, len(trees[d].ends)))

        return pooled.reshape(count, -1), backward

    def _read_tree(
        self, cell: Cell, tree: PrefixTree, rng: np.random.Generator | None, *, learn: bool = True
    ) -> tuple[Array, Callable[[Array], None]]:
        """One cell reads the names of a tree: pooled (U, K, H) for the distinct ones.

        Without noise the same letter is the same input, and each letter of the alphabet is projected once.
        """
        noisy = rng is not None and self.dropout_embedded.rate > 0
        letters = tree.letters if noisy else np.arange(self.architecture.alphabet_size)
        x, back_embedding = self.embedding.forward(letters)  # (M, E) or (V, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        a, back_project = cell.project(x)
        pooled, back_read = read_names(
            cell,
            a,
            tree,
            self.architecture.pooling,
            row_of_node=None if noisy else tree.letters,
            dropout=self.recurrent.dropout,
            rng=rng,
            learn=learn,
        )

        def backward(dpooled: Array) -> None:
            back_embedding(back_noise(back_project(back_read(dpooled))))

        return pooled, backward

    def _read_packed(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """Several layers: what a second one reads hangs on all of a name, so every letter is a step."""
        letters = pack(ids, lengths)
        x, back_embedding = self.embedding.forward(letters.data)  # (M, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        y, back_recurrent = self.recurrent.forward(letters.with_data(x), rng)  # (M, D * H)
        pooled, back_pool = pool(y, self.architecture.pooling, self.architecture.direction)  # (N, F)

        def backward(dpooled: Array) -> None:
            back_embedding(back_noise(back_recurrent(back_pool(dpooled))))

        return pooled, backward

    def logits(self, ids: Ids, lengths: Ids) -> Array:
        """As `forward`, for any number of names: in blocks, nothing remembered.

        Raises:
            InputError: a name has no letters, the lengths do not fit the ids, or an id is no letter's.
        """
        self.embedding.check(ids)
        if self.architecture.num_layers > 1:
            return self._logits_packed(ids, lengths)
        weight = self.output.params["weight"]  # (C, F)
        result = np.tile(self.output.params["bias"], (len(lengths), 1))  # (N, C)
        (cells,) = self.recurrent.levels
        kinds = len(kinds_of(self.architecture.pooling))
        heads = weight.reshape(len(weight), kinds, len(cells), -1)  # (C, K, D, H)
        for d, (cell, reverse) in enumerate(cells):
            names = sort_names(ids, lengths, reverse=reverse)
            head = heads[:, :, d].reshape(len(weight), -1)  # (C, K * H)
            for start in range(0, len(names), CHUNK):
                tree = prefix_tree(names, start, start + CHUNK, block=BLOCK)
                pooled, _ = self._read_tree(cell, tree, None, learn=False)  # (U, K * H)
                result[tree.given] += (pooled.reshape(len(pooled), -1) @ head.T)[tree.spelling]
        return result

    def _logits_packed(self, ids: Ids, lengths: Ids) -> Array:
        """Blocks of names of similar lengths."""
        starts = np.cumsum(lengths) - lengths  # (N,)
        result = np.empty((len(lengths), self.architecture.origin_count), self.output.params["weight"].dtype)
        by_length = np.argsort(lengths, kind="stable")
        for names in np.split(by_length, np.arange(PACKED, len(lengths), PACKED)):
            letters = np.concatenate([ids[starts[n] : starts[n] + lengths[n]] for n in names])
            result[names] = self.forward(letters, lengths[names])[0]
        return result
