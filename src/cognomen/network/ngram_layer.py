"""What the layers of n-gram weights share: tf-idf weights, and how unlike the training names a name is.

`ngrams` has a weight for each n-gram and origin, `hashed_ngrams` finds weights of low rank by hash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.layer import Layer
from cognomen.text.ragged import Ragged

FACTOR = 4.0  # the length of a name's vector x
PRIOR_COUNT = 2.0  # how many observations the shorter n-gram's estimate of a letter's probability counts for
PRIOR_LETTERS, PRIOR_BITS = 4, 3.0  # added to every name, so that one rare letter does not decide a short one
UNKNOWN = 0  # the id of the unknown letter, which is in no n-gram, and of an n-gram without a weight


class Evidence(NamedTuple):
    """What a network, or its n-grams alone, say about N names.

    Attributes:
        logits: (N, C).
        bits_per_letter: (N,), see `NgramLayer.bits_per_letter`; None if not asked for, or without n-grams. 0
            for a name that is known: nobody asks whether it is odd.
        known: (N,), whether the whole name has weights of its own; None if no name has.
    """

    logits: Array
    bits_per_letter: Array | None
    known: NDArray[np.bool_] | None = None


class NgramLayer(Layer):
    """What the layers of n-gram weights share: tf-idf weights, and the bits per letter.

    Args:
        params: the weights.
        counts: (R,), the number of training names that contain the n-gram of each row; 0 for row 0, which
            stands for all n-grams without weights, and for rows without an n-gram.
        total: the number of training names.
        single: the counts of all n-grams of one letter, summed.
        alphabet_size: letters, including the unknown one, V; also the id of the end mark.
        dropout: in training, the share of a name's n-grams that is dropped.
        grads: as for `Layer`.
    """

    def __init__(
        self,
        params: Mapping[str, Array],
        counts: NDArray[Any],
        total: float,
        single: float,
        alphabet_size: int,
        *,
        dropout: float,
        dtype: DTypeLike,
        grads: Mapping[str, Array] | None = None,
    ) -> None:
        self.end_mark, self.dropout = alphabet_size, dropout
        self._counts, self._single = counts, single  # (R,)
        idf = 1.0 + counts
        np.log(np.divide(1.0 + total, idf, out=idf), out=idf)
        self.idf = (1 + idf).astype(dtype)  # (R,)
        self.idf[counts == 0] = 0
        self._squares = np.square(self.idf)
        super().__init__(params, grads)

    @property
    def named_tables(self) -> dict[str, NDArray[Any]]:
        """The tables that define the layer besides its parameters, by name."""
        raise NotImplementedError

    @property
    def compact_tensors(self) -> dict[str, NDArray[Any]]:
        """Tables and parameters in fewer bytes, by name: parameters in float16."""
        return self.named_tables | {name: param.astype(np.float16) for name, param in self.params.items()}

    def find(self, names: Ragged) -> Ragged:
        """The n-grams of N names of ids.

        Returns:
            For each letter and end mark of each name, the rows of the known n-grams of 1 to K letters that
            end there, 0 for an unknown one, (M + 2N, K).
        """
        raise NotImplementedError

    def forward(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits that each name's n-grams add, (N, C); `rng` draws the dropout noise."""
        raise NotImplementedError

    def evidence(self, names: Ragged, *, table: Array | None = None, bits: bool = False) -> Evidence:
        """As `forward`, for inference; with `bits`, the bits per letter as well.

        For many names, a `table` made by `suffix_sums` is faster.
        """
        raise NotImplementedError

    def knows(self, names: Ragged) -> NDArray[np.bool_] | None:
        """Which names have weights of their own, (N,); None if none can."""
        return None

    def suffix_sums(self) -> Array | None:
        """What makes `evidence` of many names faster; None if nothing does."""
        return None

    def spans(self, ids: Ids) -> tuple[Ids, Ids, Array]:
        """What each known n-gram of one name, ids (T,), adds to the logits.

        Returns:
            The start and stop of each n-gram among the letters, without end marks, (R,) each; and its logits
            (R, C), which sum to those of the name.
        """
        raise NotImplementedError

    def _spans(self, nodes: Ragged) -> tuple[Ids, Ids, Ids, Array]:
        """The start, stop, row and tf-idf weight of each known n-gram of one name, (R,) each."""
        place, order = np.nonzero(nodes.data)
        last = len(nodes.data) - 2  # the number of letters
        stops = np.minimum(place, last)  # place 0 is the end mark before the first letter
        starts = np.maximum(place - order - 1, 0)
        rows = nodes.data[place, order]
        return starts, stops, rows, self.idf[rows] * self._scale(nodes)[0]

    def _features(self, nodes: Ragged, rng: np.random.Generator | None) -> Array:
        """The tf-idf weights of n-grams (P, K), with dropout noise drawn by `rng`."""
        x: Array = self.idf[nodes.data] * self._scale(nodes)[nodes.rows, None]  # (P, K)
        if rng is not None and self.dropout:
            keep = 1 - self.dropout
            x *= (rng.random(x.shape, x.dtype) < keep) / x.dtype.type(keep)
        return x

    def _scale(self, nodes: Ragged) -> Array:
        """What the idf of each name's n-grams are multiplied by, (N,)."""
        squares = self._squares.take(nodes.data.T).sum(axis=0)  # (P,)
        return inverse_norm(np.add.reduceat(squares, nodes.starts))

    def bits_per_letter(self, names: Ragged) -> Array:
        """How unlike the training names each name is: the mean of -log2 p over its letters, (N,).

        p, the probability of a letter or of the final end mark given the letters before it, is its share of
        what follows these in the training names, smoothed by adding `PRIOR_COUNT` observations distributed as
        after one letter fewer: a hierarchical Dirichlet prior (MacKay and Peto 1995). Counts are of names
        rather than of occurrences, so p is approximate. A letter drawn uniformly from an alphabet of 32 has 5
        bits. `PRIOR_LETTERS` letters of `PRIOR_BITS` bits are added to every name.
        """
        return self._bits_per_letter(self.find(names))

    def _bits_per_letter(self, nodes: Ragged) -> Array:
        """The same, from the n-grams (P, K)."""
        counts = self._counts.take(nodes.data.T).astype(np.float64, copy=False)  # (K, P)
        totals = np.zeros_like(counts)  # of all that followed the n-gram one letter shorter
        totals[0], totals[1:, 1:] = self._single, counts[:-1, :-1]
        # At most the total; but the shorter n-gram may be unknown where the longer one is not, by hash.
        np.minimum(counts, totals, out=counts)
        counts /= PRIOR_COUNT
        totals /= PRIOR_COUNT
        totals += 1
        p = np.full(len(nodes.data), 1 / (self.end_mark + 1))  # (P,), uniform
        for count, total in zip(counts, totals, strict=True):
            p += count
            p /= total
        bits = -np.log2(p)
        bits[nodes.starts] = 0  # the first end mark is in every name
        sums = np.add.reduceat(bits, nodes.starts) + PRIOR_LETTERS * PRIOR_BITS
        return np.asarray(sums / (nodes.lengths - 1 + PRIOR_LETTERS))


def inverse_norm(squares: Array) -> Array:
    """FACTOR / sqrt(squares), of their shape. Without a known n-gram a square is 0, with one at least 1, the
    lowest idf."""
    result: Array = FACTOR / np.sqrt(np.maximum(squares, 1))
    return result


def with_marks(names: Ragged, mark: int) -> Ragged:
    """Names with an end mark at both ends of each, (M + 2N,)."""
    marked = np.full(len(names.data) + 2 * len(names), mark, np.int64)
    letters = slice(1, -1) if len(names) == 1 else np.arange(len(names.data)) + 2 * names.rows + 1
    marked[letters] = names.data
    return Ragged(marked, names.lengths + 2)
