"""Weights of letter n-grams and of whole names, found by hash: for many names in many scripts.

`ngrams.Ngrams` keeps the letters of each n-gram and a weight for each origin. With a million names and
eighty origins that would be hundreds of megabytes. Here an n-gram, or a whole name, is known by a hash of its
letters (feature hashing: Weinberger et al. 2009), which selects a row of an embedding with R numbers; a
matrix turns the sum of a name's rows into logits, so that the weights have rank R:

    u = sum(x_g E[g] over the n-grams g of the name) + x_name E[name]     (R,)
    logits = W u                                                            (C,)

x_g is the n-gram's tf-idf weight, as in `ngrams`. A row belongs to one n-gram: beside it stands a key, 16
other bits of the hash, and an n-gram with another key has no row. So a new name passes for a known one about
once in 65,000 times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.ngrams import UNKNOWN, Evidence, NgramLayer, with_marks
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.rnn.initializers import Initializer, uniform
from cognomen.rnn.layers import Linear
from cognomen.text.ragged import Ragged

# x_name. The n-grams together have the length ngrams.FACTOR; a name's own row is seen far less often than
# they are, and has to be learned in a few steps.
NAME_FACTOR: Final = 8.0
Hashes = NDArray[np.uint64]
# Odd constants with well-spread bits: the golden ratio and, from SplitMix64 (Steele et al. 2014), its mixers.
_STEP, _MIX_1, _MIX_2 = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_KEY_BITS, _AT_ONCE = 16, 1 << 17


class HashTables(NamedTuple):
    """Which n-grams and names have rows.

    Attributes:
        keys: (B,), uint16, the key of the n-gram in each bucket; 0 for an empty one. B is a power of 2.
        counts: (B,), log(1 + the number of training names that contain it), float16 is enough.
        name_keys: (W,), uint16, the key of the whole name in each bucket. W is a power of 2.
    """

    keys: NDArray[np.uint16]
    counts: Array
    name_keys: NDArray[np.uint16]


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
        sizes = len(tables.keys), len(tables.name_keys)
        if any(size & (size - 1) or size == 0 for size in sizes) or len(tables.counts) != sizes[0]:
            raise InputError(
                f"n-grams: expected tables whose lengths are powers of 2, got {sizes} keys and "
                f"{len(tables.counts)} counts"
            )
        rows = 1 + sum(sizes)
        if embedding is None:
            embedding = uniform(rng, 0.1, (rows, rank), dtype)
            embedding[UNKNOWN] = 0
        if embedding.shape != (rows, rank):
            raise InputError(
                f"n-grams: expected an embedding of the shape {(rows, rank)}, got {embedding.shape}"
            )
        self.output = Linear(rank, origin_count, rng=rng, bias=False, dtype=dtype)
        # Not an array: most rows have no gradient. It is cleared, scaled and given to the optimiser as one.
        gradient = cast("Array", RowGradient(embedding.shape, embedding.dtype))
        counts = np.zeros(1 + sizes[0])
        counts[1:] = np.expm1(tables.counts.astype(np.float64)) * (tables.keys > 0)
        single = counts[self._rows(_hashes(_letters_alone(alphabet_size), 1, alphabet_size).ngrams[0])].sum()
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
        hashes = _hashes(names, self.longest, self.end_mark)
        nodes = hashes.marked.with_data(self._rows(hashes.ngrams).T)
        rows = _lookup(self.tables.name_keys, hashes.names)
        return nodes, np.where(rows > 0, rows + len(self.tables.keys), 0)

    def _rows(self, hashes: Hashes) -> Ids:
        return _lookup(self.tables.keys, hashes)

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


class _Hashed(NamedTuple):
    """The hashes of N names: of their n-grams, (K, M + 2N), and of the names, (N,); 0 for none."""

    marked: Ragged  # the names with end marks, (M + 2N,)
    ngrams: Hashes
    names: Hashes


def _hashes(names: Ragged, longest: int, end_mark: int) -> _Hashed:
    """Hash the n-grams of 1 to `longest` letters that end at each letter and end mark, and the names.

    Nothing that contains the unknown letter has a hash, nor has an n-gram that would begin before its name.
    """
    marked = with_marks(names, end_mark)  # (P,)
    letters = _mix(marked.data.astype(np.uint64) + np.uint64(1))
    known = marked.data != UNKNOWN
    ngrams = np.zeros((longest, len(letters)), np.uint64)
    h, whole = np.zeros(len(letters), np.uint64), known
    positions = marked.positions
    for k in range(longest):
        before = np.concatenate([np.zeros(1, np.uint64), h[:-1]])
        h = before * _STEP + letters
        whole = known & np.concatenate([[False], whole[:-1]]) & (positions >= k) if k else known
        ngrams[k] = np.where(whole, _mix(h + np.uint64(k)), 0)
    powers = np.cumprod(np.full(positions.max(initial=0) + 1, _STEP))
    sums = np.add.reduceat(letters * powers[positions], marked.starts)
    all_known = np.logical_and.reduceat(known, marked.starts)
    return _Hashed(marked, ngrams, np.where(all_known, _mix(sums), 0))


def _mix(h: Hashes) -> Hashes:
    """Spread every bit over all bits: the finaliser of SplitMix64."""
    h = (h ^ (h >> np.uint64(30))) * _MIX_1
    h = (h ^ (h >> np.uint64(27))) * _MIX_2
    return np.asarray(h ^ (h >> np.uint64(31)))


def _bucket(hashes: Hashes, size: int) -> Ids:
    return ((hashes >> np.uint64(_KEY_BITS)) & np.uint64(size - 1)).astype(np.int64)


def _key(hashes: Hashes) -> NDArray[np.uint16]:
    """16 bits that do not choose the bucket; never 0, which stands for none."""
    low = hashes & np.uint64((1 << _KEY_BITS) - 1)
    return np.asarray(np.maximum(low, np.uint64(1)).astype(np.uint16))


def _lookup(keys: NDArray[np.uint16], hashes: Hashes) -> Ids:
    """1 + the bucket of each hash, 0 for a hash without one."""
    buckets = _bucket(hashes, len(keys))
    return np.where((keys[buckets] == _key(hashes)) & (hashes > 0), buckets + 1, 0)


def _letters_alone(alphabet_size: int) -> Ragged:
    """Each letter of the alphabet but the unknown one, and the end mark, as a name."""
    letters = np.arange(1, alphabet_size + 1)
    return Ragged(letters, np.ones(len(letters), np.int64))


def hash_tables(
    names: Ragged,
    weights: NDArray[np.float64],
    *,
    longest: int,
    min_count: int,
    alphabet_size: int,
    ngram_bits: int,
    name_bits: int,
) -> HashTables:
    """Choose the n-grams and names that get rows: of those that want one bucket, the most frequent.

    Args:
        names: N names of ids.
        weights: (N,), how common each name is.
        longest: letters in the longest n-grams.
        min_count: names that must contain an n-gram.
        alphabet_size: letters, including the unknown one, V.
        ngram_bits: the number of buckets for n-grams is 2 to this power.
        name_bits: the same for names.
    """
    seen, own = [], []
    for start in range(0, len(names), _AT_ONCE):
        part = names[slice(start, start + _AT_ONCE)]
        hashes = _hashes(part, longest, alphabet_size)
        row = np.repeat(np.arange(len(part)), part.lengths + 2)
        for of_length in hashes.ngrams:
            order = np.lexsort((row, of_length))
            found, its_row = of_length[order], row[order]
            again = (found[1:] == found[:-1]) & (its_row[1:] == its_row[:-1])  # a name counts once
            first = np.concatenate([[True], ~again])
            seen.append(found[first & (found > 0)])
        own.append(hashes.names)
    ngrams, counts = np.unique(np.concatenate(seen), return_counts=True)
    frequent = counts >= min_count
    keys, stored = _fill(ngrams[frequent], counts[frequent].astype(np.float64), ngram_bits)
    name_keys, _ = _fill(np.concatenate(own), weights, name_bits)
    return HashTables(keys, np.log1p(stored).astype(np.float16), name_keys)


def _fill(hashes: Hashes, weights: NDArray[np.float64], bits: int) -> tuple[NDArray[np.uint16], Array]:
    """The keys and weights of the buckets, (2^bits,) each."""
    order = np.argsort(weights, kind="stable")
    order = order[hashes[order] > 0]
    keys, kept = np.zeros(1 << bits, np.uint16), np.zeros(1 << bits)
    buckets = _bucket(hashes[order], len(keys))  # of several in one bucket, the last one stays
    keys[buckets], kept[buckets] = _key(hashes[order]), weights[order]
    return keys, kept


def quantise(params: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """The parameters of `HashedNgrams` for inference: the embedding as int8, its scales in the output.

    Each column of the embedding is divided by its largest number / 127, and that column of the output's
    weight multiplied by it.
    """
    scale = np.abs(params["embedding"]).max(axis=0) / 127  # (R,)
    scale[scale == 0] = 1
    embedding = np.rint(params["embedding"] / scale).astype(np.int8)
    return {"embedding": embedding, "output.weight": params["output.weight"] * scale}
