"""Weights of letter n-grams and of whole names, found by hash: for many names in many scripts.

`ngrams.Ngrams` keeps the letters of each n-gram and a weight for each origin. With a million names and
eighty origins that would be hundreds of megabytes. Here an n-gram, or a whole name, is known by a hash of its
letters (feature hashing: Weinberger et al. 2009), which selects a row of an embedding with R numbers; a
matrix turns the sum of a name's rows into logits, so that the weights have rank R:

    u = sum(x_g E[g] over the n-grams g of the name) + x_name E[name]     (R,)
    logits = W u                                                            (C,)

x_g is the n-gram's tf-idf weight, as in `ngrams`. `hashing` tells which n-grams and names have rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.hashing import Hashes, HashTables, hash_names, letters_alone, look_up
from cognomen.network.ngram_layer import UNKNOWN, Evidence, NgramLayer
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.rnn.initializers import Initializer, uniform
from cognomen.rnn.layers import Linear
from cognomen.text.ragged import Ragged

# x_name. The n-grams together have the length ngrams.FACTOR; a name's own row is seen far less often than
# they are, and has to be learned in a few steps.
NAME_FACTOR: Final = 8.0


class HashedNgrams(NgramLayer):
    """The weights of n-grams of up to K letters and of whole names, by hash.

    Args:
        tables: which n-grams and names have rows.
        longest: letters in the longest n-grams, K.
        alphabet_size: letters, including the unknown one, V.
        origin_count: origins, C.
        rank: R.
        dropout: in training, the share of a name's n-grams that is dropped.
        name_dropout: in training, the share of names whose own row is dropped, so that the other parts learn
            to do without it.
        rng: draws the initial values.
        embedding: (1 + B + W, R), its initial values. int8 and float16 are kept, without a copy, for
            inference.

    Raises:
        InputError: the tables or the embedding have other sizes.

    Parameters: "embedding" (1 + B + W, R), of which row 0, for all other n-grams and names, stays zero; the
    rows of n-grams stand before those of names. And "output.weight" (C, R).
    """

    def __init__(
        self,
        tables: HashTables,
        longest: int,
        alphabet_size: int,
        origin_count: int,
        rank: int,
        *,
        dropout: float = 0.0,
        name_dropout: float = 0.0,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
        embedding: NDArray[Any] | None = None,
    ) -> None:
        self.tables, self.longest, self.name_dropout = tables, longest, name_dropout
        tables.check()
        shape = (1 + len(tables.keys) + len(tables.name_keys), rank)
        if embedding is None:
            embedding = uniform(rng, 0.1, shape, dtype)
            embedding[UNKNOWN] = 0
        elif embedding.shape != shape:
            raise InputError(f"n-grams: expected an embedding of the shape {shape}, got {embedding.shape}")
        elif embedding.dtype not in (np.int8, np.float16):
            embedding = embedding.astype(dtype)
        self.output = Linear(rank, origin_count, rng=rng, bias=False, dtype=dtype)
        # Not an array: most rows have no gradient. It is cleared, scaled and given to the optimiser as one.
        gradient = cast("Array", RowGradient(embedding.shape, embedding.dtype))
        counts = np.concatenate([[0.0], np.expm1(tables.counts.astype(np.float64)) * (tables.keys > 0)])
        letters = hash_names(letters_alone(alphabet_size), 1, alphabet_size).ngrams[0]
        single = counts[np.unique(self._rows(letters))].sum()  # the end mark is in each of them
        super().__init__(
            {"embedding": embedding, "output.weight": self.output.params["weight"]},
            counts,
            counts.max(),  # the end mark is in every name
            single,
            alphabet_size,
            dropout=dropout,
            dtype=dtype,
            grads={"embedding": gradient, "output.weight": self.output.grads["weight"]},
        )

    def find(self, names: Ragged) -> Ragged:
        """The rows of the n-grams, as in `NgramLayer.find`."""
        return self._find(names)[0]

    def _find(self, names: Ragged) -> tuple[Ragged, Ids]:
        """The rows of the n-grams, (M + 2N, K), and those of the names, (N,); 0 for unknown ones."""
        hashes = hash_names(names, self.longest, self.end_mark)
        nodes = hashes.marked.with_data(self._rows(hashes.ngrams).T)
        rows = look_up(self.tables.name_keys, hashes.names)
        return nodes, np.where(rows > 0, rows + len(self.tables.keys), 0)

    def _rows(self, hashes: Hashes) -> Ids:
        return look_up(self.tables.keys, hashes)

    def forward(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits that each name's n-grams and the name itself add, (N, C)."""
        nodes, own = self._find(names)  # (P, K), (N,)
        x = self._features(nodes, rng)  # (P, K)
        kept = np.ones(len(own)) if rng is None else rng.random(len(own)) >= self.name_dropout
        x_own = (NAME_FACTOR * kept * (own > 0)).astype(x.dtype)  # (N,)
        u = self._sum(nodes, x)  # (N, R)
        u += x_own[:, None] * self.params["embedding"].take(own, axis=0)
        logits, back_output = self.output.forward(u)

        def backward(dlogits: Array) -> None:
            du = back_output(dlogits)  # (N, R)
            place, order = np.nonzero(x)
            named = np.flatnonzero(x_own)
            rows = np.concatenate([nodes.data[place, order], own[named]])
            name = np.concatenate([nodes.rows[place], named])
            weights = np.concatenate([x[place, order], x_own[named]])
            cast("RowGradient", self.grads["embedding"]).add(rows, weights, du, name)

        return logits, backward

    def _sum(self, nodes: Ragged, x: Array) -> Array:
        """The sums over each name of x (P, K) times the rows of the embedding, (N, R)."""
        rows = self.params["embedding"].take(nodes.data, axis=0).astype(x.dtype, copy=False)  # (P, K, R)
        return np.asarray(np.add.reduceat(np.matmul(x[:, None, :], rows)[:, 0], nodes.starts))

    def evidence(self, names: Ragged, *, table: Array | None = None, bits: bool = False) -> Evidence:
        """As in `NgramLayer.evidence`; with which names have rows of their own."""
        nodes, own = self._find(names)
        x = self._features(nodes, None)
        u = self._sum(nodes, x)
        u += NAME_FACTOR * self.params["embedding"].take(own, axis=0).astype(x.dtype, copy=False)
        found = self._bits_per_letter(nodes) if bits else None
        return Evidence(self.output.apply(u), found, own > 0)

    def spans(self, ids: Ids) -> tuple[Ids, Ids, Array]:
        """As in `NgramLayer.spans`; the name itself is a span of all letters."""
        nodes, own = self._find(Ragged(ids, np.array([len(ids)])))
        starts, stops, rows, x = self._spans(nodes)
        if own[0] > 0:
            starts, stops = np.append(starts, 0), np.append(stops, len(ids))
            rows, x = np.append(rows, own), np.append(x, self.idf.dtype.type(NAME_FACTOR))
        embedded = x[:, None] * self.params["embedding"].take(rows, axis=0).astype(x.dtype, copy=False)
        return starts, stops, self.output.apply(embedded)


def quantise(params: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """The parameters of `HashedNgrams` for inference: the embedding as int8, its scales in the output.

    Each column of the embedding is divided by its largest number / 127, and that column of the output's
    weight multiplied by it.
    """
    scale = np.abs(params["embedding"]).max(axis=0) / 127  # (R,)
    scale[scale == 0] = 1
    embedding = np.rint(params["embedding"] / scale).astype(np.int8)
    return {"embedding": embedding, "output.weight": params["output.weight"] * scale}
