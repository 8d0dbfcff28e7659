"""Weights of letter n-grams and of whole names, found by hash: for many names in many scripts.

`ngrams.Ngrams` keeps the letters of each n-gram and a weight for each origin. With a million names and
eighty origins that would be hundreds of megabytes. Here an n-gram, or a whole name, is known by a hash of its
letters (feature hashing: Weinberger et al. 2009), which selects a row of R numbers; a matrix turns the sum of
a name's rows into logits, so that the weights have rank R:

    u = sum(x_g E[g] over the n-grams g of the name) + the name's own row   (R,)
    logits = W u                                                            (C,)

x_g is the n-gram's tf-idf weight, as in `ngrams`. `hashing` tells which n-grams and names have rows, and how
those of names are stored. Training leaves them alone: they are fitted afterwards, to what the rest of the
network does not tell of these names (`training.name_rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.hashing import Hashes, HashTables, hash_names, letters_alone, look_up, slots_of
from cognomen.network.ngram_layer import UNKNOWN, Evidence, NgramLayer
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.rnn.initializers import Initializer, uniform
from cognomen.rnn.layers import Linear
from cognomen.text.ragged import Ragged, pieces

CACHED_NAMES, CACHED_LETTERS = 1 << 8, 1 << 12  # whose rows stay in the cache until they are added


class HashedNgrams(NgramLayer):
    """The weights of n-grams of up to K letters and of whole names, by hash.

    Args:
        tables: which n-grams and names have rows, and the rows of names.
        longest: letters in the longest n-grams, K.
        alphabet_size: letters, including the unknown one, V.
        origin_count: origins, C.
        rank: R.
        dropout: in training, the share of a name's n-grams that is dropped.
        rng: draws the initial values.
        embedding: (1 + B, R), its initial values. int8 and float16 are kept, without a copy, for
            inference.

    Raises:
        InputError: the tables or the embedding have other sizes.

    Parameters: "embedding" (1 + B, R), of which row 0, for all other n-grams, stays zero; and "output.weight"
    (C, R).
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
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
        embedding: NDArray[Any] | None = None,
    ) -> None:
        tables.check(rank)
        # Few numbers, of which each name sums some: NumPy is slow with those of float16.
        of_all, of_common = (b.astype(np.float32) for b in (tables.name_codebooks, tables.common_codebooks))
        self.tables = tables._replace(name_codebooks=of_all, common_codebooks=of_common)
        self.longest = longest
        shape = (1 + len(tables.keys), rank)
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
        is_single = np.zeros(len(counts), bool)
        is_single[self._rows(letters)] = True  # the end mark is in each of them, and counts once
        single = counts[is_single].sum()
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

    @property
    def named_tables(self) -> dict[str, NDArray[Any]]:
        """See `NgramLayer.named_tables`."""
        return self.tables._asdict()

    @property
    def compact_tensors(self) -> dict[str, NDArray[Any]]:
        """See `NgramLayer.compact_tensors`; rows in int8 (see `quantise`)."""
        return self.named_tables | quantise(self)

    def find(self, names: Ragged) -> Ragged:
        """The rows of the n-grams, as in `NgramLayer.find`."""
        return self._find(names)[0]

    def _find(self, names: Ragged) -> tuple[Ragged, Ids]:
        """The rows of the n-grams, (M + 2N, K), and the slots of the names, (N,); 0 for unknown ones."""
        hashes = hash_names(names, self.longest, self.end_mark)
        nodes = hashes.marked.with_data(self._rows(hashes.ngrams).T)
        return nodes, look_up(self.tables.name_keys, hashes.names)

    def _rows(self, hashes: Hashes) -> Ids:
        return look_up(self.tables.keys, hashes)

    def knows(self, names: Ragged) -> NDArray[np.bool_]:
        """As in `NgramLayer.knows`."""
        return np.asarray(look_up(self.tables.name_keys, hash_names(names, 1, self.end_mark).names) > 0)

    def forward(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits that each name's n-grams and the name itself add, (N, C).

        Backward leaves the rows of names alone.
        """
        nodes, slots = self._find(names)  # (P, K), (N,)
        x = self._features(nodes, rng)  # (P, K)
        logits, back_output = self.output.forward(self._sum(nodes, x) + self._name_rows(slots))

        def backward(dlogits: Array) -> None:
            du = back_output(dlogits)  # (N, R)
            place, order = np.nonzero(x)
            rows, name = nodes.data[place, order], nodes.rows[place]
            cast("RowGradient", self.grads["embedding"]).add(rows, x[place, order], du, name)

        return logits, backward

    def _name_rows(self, slots: Ids) -> Array:
        """The rows of the names in these slots, zeros for slot 0, (N, R)."""
        tables = self.tables
        rows = np.zeros((len(slots), tables.name_codebooks.shape[2]), self.idf.dtype)
        (known,) = slots.nonzero()
        if len(known):
            found = slots[known] - 1
            rows[known] = _sums(tables.name_codebooks, tables.name_codes[found])
            bucket, place = np.divmod(found, slots_of(tables.name_keys))
            (common,) = np.nonzero(place < tables.common_codes.shape[1])
            codes = tables.common_codes[bucket[common], place[common]]
            rows[known[common]] += _sums(tables.common_codebooks, codes)
        return rows

    def _sum(self, nodes: Ragged, x: Array) -> Array:
        """The sums over each name of x (P, K) times the rows of the embedding, (N, R)."""
        if len(nodes) > CACHED_NAMES:
            of_names, parts = nodes.with_data(x), pieces(nodes.ends, CACHED_NAMES, CACHED_LETTERS)
            return np.concatenate([self._sum(nodes[part], of_names[part].data) for part in parts])
        rows = self.params["embedding"].take(nodes.data, axis=0).astype(x.dtype, copy=False)  # (P, K, R)
        return np.asarray(np.add.reduceat(np.matmul(x[:, None, :], rows)[:, 0], nodes.starts))

    def evidence(self, names: Ragged, *, table: Array | None = None, bits: bool = False) -> Evidence:
        """As in `NgramLayer.evidence`; with which names have rows of their own."""
        nodes, slots = self._find(names)
        u = self._sum(nodes, self._features(nodes, None)) + self._name_rows(slots)
        known, found = slots > 0, None
        if bits:
            found = np.zeros(len(known))
            if not known.all():
                np.copyto(found, self._bits_per_letter(nodes), where=~known)
        return Evidence(self.output.apply(u), found, known)

    def spans(self, ids: Ids) -> tuple[Ids, Ids, Array]:
        """As in `NgramLayer.spans`; the name itself is a span of all letters."""
        nodes, slots = self._find(Ragged(ids, np.array([len(ids)])))
        starts, stops, rows, x = self._spans(nodes)
        embedded = x[:, None] * self.params["embedding"].take(rows, axis=0).astype(x.dtype, copy=False)
        if slots[0] > 0:
            starts, stops = np.append(starts, 0), np.append(stops, len(ids))
            embedded = np.concatenate([embedded, self._name_rows(slots)])
        return starts, stops, self.output.apply(embedded)


def _sums(codebooks: Array, codes: NDArray[np.uint8]) -> Array:
    """The sums of an entry of each codebook (S, K, R), for codes (N, S): (N, R)."""
    return np.asarray(codebooks[np.arange(len(codebooks)), codes].sum(axis=1))


def quantise(layer: HashedNgrams) -> dict[str, NDArray[Any]]:
    """The tensors of a layer for inference: the embedding (1 + B, R) as int8, scaled in the output (C, R).

    Each column of the embedding, and of the codebooks of names, is divided by the embedding's largest number
    in it / 127, and that column of the output's weight multiplied by it; by more if float16 could not hold
    the codebooks otherwise.
    """
    tables = layer.tables
    embedding = layer.params["embedding"].astype(np.float32)
    codebooks = [books.astype(np.float32) for books in (tables.name_codebooks, tables.common_codebooks)]
    most = np.max([np.abs(books).max(axis=(0, 1)) for books in codebooks], axis=0)
    scale = np.abs(embedding).max(axis=0) / 127  # (R,)
    scale[scale == 0] = 1
    scale = np.maximum(scale, most / np.finfo(np.float16).max)
    of_all, of_common = ((books / scale).astype(np.float16) for books in codebooks)
    return {
        "embedding": np.rint(embedding / scale).astype(np.int8),
        "output.weight": (layer.params["output.weight"] * scale).astype(np.float16),
        "name_codebooks": of_all,
        "common_codebooks": of_common,
    }
