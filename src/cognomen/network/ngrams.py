"""Letter n-grams: how strongly each short run of letters speaks for each origin.

    logits of a name = sum over its n-grams g of x[g] weight[g],   x[g] = 4 idf[g] / |idf of all its n-grams|

Each n-gram counts by how rare it is among the training names (its inverse document frequency, idf), and long
names do not count more than short ones: the usual tf-idf of text classification, with vectors of length 1 (an
n-gram that occurs twice counts as two), times a factor that lets n-grams learn at the pace of the other
parameters. An end mark is added before the first letter and after the last, so "|ko" and "ov|" are n-grams
too.

A recurrent state must learn what a run of letters means before it can use it; an n-gram has a weight of its
own. The two err on different names, so their sum is more accurate than either.

The n-grams form a trie. At each letter the ones that end there are the children, by this letter, of the
ones that ended at the letter before:

    |ko      |      |k   |ko          node[p, k] = child[node[p-1, k-1], letter[p]]
                    k    ko
                         o
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.ngram_layer import UNKNOWN, Evidence, NgramLayer, inverse_norm, with_marks
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.segments import segment_sum, sequence_sums
from cognomen.text.ragged import Ragged


class Ngrams(NgramLayer):
    """The weights of G n-grams of up to K letters.

    Args:
        letters: (G, K), the letters' ids, shorter n-grams first, padded with zeros. The end mark has the id
            `alphabet_size`. All prefixes of an n-gram must be among the n-grams.
        counts: (G,), the number of training names that contain each one. The end mark's count is the number
            of names.
        alphabet_size: letters, including the unknown one, V.
        origin_count: origins, C.
        dropout: in training, the share of a name's n-grams that is dropped.
        weight: (G + 1, C), the initial values; zeros if None. float16 is kept, without a copy, for inference:
            a name looks up a dozen of the thousands of rows.

    Raises:
        InputError: `letters` is not such a table, or the counts or weights do not fit it.

    Parameters: "weight" (G + 1, C). Row 0, for all other n-grams, stays zero.

    Attributes:
        child: the trie, (S + 2, V + 1): the index of each n-gram extended by each letter, 0 for an unknown
            one. Row 0 is for the unknown n-gram, the last for the empty one.
    """

    def __init__(
        self,
        letters: Ids,
        counts: Ids,
        alphabet_size: int,
        origin_count: int,
        *,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
        weight: Array | None = None,
    ) -> None:
        self.letters = letters
        kinds = {letters.dtype.kind, counts.dtype.kind}
        if letters.ndim != 2 or letters.shape[1] < 1 or kinds - set("iu"):
            raise InputError(
                "n-grams: expected whole numbers, letters (G, K) and counts (G,), got "
                f"{letters.dtype} {letters.shape} and {counts.dtype} {counts.shape}"
            )
        if counts.shape != letters.shape[:1] or not (counts > 0).all():
            raise InputError(
                f"n-grams: expected a count above 0 for each of {len(letters)}, got {counts.shape} counts"
            )
        self.counts = counts
        self.child = _trie(letters, alphabet_size)
        shape = (len(letters) + 1, origin_count)
        weight = np.zeros(shape, dtype) if weight is None else weight
        if weight.shape != shape:
            raise InputError(f"n-grams: expected weights of the shape {shape}, got {weight.shape}")
        super().__init__(
            {"weight": weight if weight.dtype == np.float16 else weight.astype(dtype)},
            np.concatenate([np.zeros(1, counts.dtype), counts]),
            counts.max(initial=0),  # the end mark is in every name
            counts[(letters > UNKNOWN).sum(axis=1) == 1].sum(),
            alphabet_size,
            dropout=dropout,
            dtype=dtype,
        )

    @property
    def named_tables(self) -> dict[str, NDArray[Any]]:
        """See `NgramLayer.named_tables`."""
        return {"letters": self.letters, "counts": self.counts}

    def find(self, names: Ragged) -> Ragged:
        """The n-grams of N names of ids.

        Returns:
            For each letter and end mark of each name, the indices of the known n-grams of 1 to K letters that
            end there, 0 for an unknown one, (M + 2N, K).
        """
        marked = with_marks(names, self.end_mark)  # (P,)
        nodes = np.zeros((self.letters.shape[1], len(marked.data)), np.int64)  # (K, P)
        width = self.child.shape[1]
        child = self.child.ravel()
        nodes[0] = child.take(marked.data + (len(child) - width))  # letters after the empty n-gram
        for k in range(1, len(nodes)):
            # Two end marks meet between two names, and no n-gram contains both: none crosses over.
            nodes[k, 1:] = child.take(nodes[k - 1, :-1] * width + marked.data[1:])
        return marked.with_data(nodes.T)

    def forward(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits that each name's n-grams add, (N, C); `rng` draws the dropout noise."""
        nodes = self.find(names)  # (P, K)
        name, x = nodes.rows, self._features(nodes, rng)  # (P,), (P, K)
        place, order = np.nonzero(x)
        rows, name, x = nodes.data[place, order], name[place], x[place, order, None]  # (R,), (R,), (R, 1)
        logits = segment_sum(x * self.params["weight"].take(rows, axis=0), name, len(names))

        def backward(dlogits: Array) -> None:
            present, which = np.unique(rows, return_inverse=True)
            self.grads["weight"][present] += segment_sum(x * dlogits[name], which, len(present))

        return logits, backward

    def evidence(self, names: Ragged, *, table: Array | None = None, bits: bool = False) -> Evidence:
        """As `forward`, for inference; with `bits`, the bits per letter as well.

        For many names, a `table` made by `suffix_sums` is faster.
        """
        nodes = self.find(names)  # (P, K)
        if table is None:
            idf, weight = self.idf.take(nodes.data), self.params["weight"].take(nodes.data, axis=0)
            sums = np.empty((len(idf), weight.shape[2] + 1), idf.dtype)  # (P, C + 1)
            sums[:, :-1] = np.matmul(idf[:, None, :], weight)[:, 0]  # (P, 1, K) @ (P, K, C)
            np.add.reduce(idf * idf, axis=1, out=sums[:, -1])
            sums = np.add.reduceat(sums, nodes.starts)  # (N, C + 1)
        else:
            sums = sequence_sums(table, nodes.with_data(nodes.data.T.max(axis=0)))  # (N, C + 1)
        logits = sums[:, :-1] * inverse_norm(sums[:, -1:])
        return Evidence(logits, self._bits_per_letter(nodes) if bits else None)

    def suffix_sums(self) -> Array:
        """Sums over each n-gram and its suffixes of idf * weight and of idf^2, (G + 1, C + 1).

        All known n-grams that end at one letter are suffixes of the longest of them, which has the highest
        index: one lookup replaces K. Made from the current weights.
        """
        idf = self.idf[:, None]  # (G + 1, 1)
        table = np.concatenate([idf * self.params["weight"], idf * idf], axis=1)
        for group, suffix in self._suffixes:
            table[group] += table.take(suffix, axis=0)
        return table

    @cached_property
    def _suffixes(self) -> list[tuple[slice, Ids]]:
        """For each length above 1: the n-grams of that length, and each one's longest proper suffix or 0."""
        letters, width = self.letters.T.astype(np.int64), self.child.shape[1]  # (K, G)
        child = self.child.ravel().astype(np.int64)  # wide enough for the index arithmetic below
        ends, groups = _ends(self.letters).tolist(), []
        for length in range(2, len(letters) + 1):
            own = slice(ends[length - 1], ends[length])
            suffix = np.zeros(own.stop - own.start, np.int64)
            for start in range(length - 1, 0, -1):  # longer ones overwrite shorter ones
                node = child.take(letters[start, own] + (len(child) - width))
                for k in range(start + 1, length):
                    node = child.take(node * width + letters[k, own])
                suffix = np.where(node > UNKNOWN, node, suffix)
            groups.append((slice(1 + own.start, 1 + own.stop), suffix))
        return groups

    def spans(self, ids: Ids) -> tuple[Ids, Ids, Array]:
        """What each known n-gram of one name, ids (T,), adds to the logits.

        Returns:
            The start and stop of each n-gram among the letters, without end marks, (R,) each; and its logits
            (R, C), which sum to those of the name.
        """
        starts, stops, rows, x = self._spans(self.find(Ragged(ids, np.array([len(ids)]))))
        return starts, stops, x[:, None] * self.params["weight"].take(rows, axis=0)


def _ends(letters: Ids) -> Ids:
    """How many n-grams of letters (G, K) have at most 0, 1, ..., K letters, (K + 1,)."""
    lengths = (letters > UNKNOWN).sum(axis=1, dtype=np.int16)  # (G,)
    return np.searchsorted(lengths, np.arange(letters.shape[1] + 1), side="right")


def _trie(letters: Ids, alphabet_size: int) -> Ids:
    """The index of each n-gram extended by each letter, 0 for an unknown one, (S + 2, V + 1).

    Row 0 is for the unknown n-gram, rows 1 to S for those that may have children, the last for the empty one.
    """
    if letters.max(initial=0) > alphabet_size:
        raise InputError(f"n-grams: expected letters from 0 to {alphabet_size}, got {letters.max()}")
    known = letters > UNKNOWN  # (G, K)
    lengths = known.sum(axis=1, dtype=np.int16)  # (G,)
    longest, ends = letters.shape[1], _ends(letters)
    child = np.zeros((ends[longest - 1] + 2, alphabet_size + 1), np.min_scalar_type(len(letters)))
    rows = np.full(len(letters), len(child) - 1)  # the row of each one's prefix of k letters
    for k in range(longest):
        own, longer = slice(ends[k], ends[k + 1]), slice(ends[k + 1], None)
        child[rows[own], letters[own, k]] = np.arange(ends[k] + 1, ends[k + 1] + 1)
        rows[longer] = child[rows[longer], letters[longer, k]]
        if (rows[longer] == UNKNOWN).any():
            break
    in_order = ends[0] == 0 and (np.diff(lengths) >= 0).all() and (known[:, 1:] <= known[:, :-1]).all()
    if not in_order or np.count_nonzero(child) != len(letters):
        raise InputError("n-grams: expected each once, shorter ones first, with all their prefixes")
    return child


def frequent_ngrams(names: Ragged, *, longest: int, min_count: int, alphabet_size: int) -> tuple[Ids, Ids]:
    """The n-grams of 1 to `longest` letters that at least `min_count` names contain.

    Args:
        names: N names of ids; 0, the unknown letter, is in no n-gram.
        longest: letters in the longest n-grams, K.
        min_count: names that must contain an n-gram.
        alphabet_size: letters, including the unknown one, V.

    Returns:
        Their letters (G, K), as `Ngrams` takes them, and how many names contain each one, (G,).
    """
    marked = with_marks(names, alphabet_size)
    letters, name, place = marked.data, marked.rows, marked.positions  # (P,) each
    table = np.empty((1, 0), np.int64)  # the empty n-gram
    tables, all_counts = [], []
    nodes = np.zeros(len(letters) + 1, np.int64)  # the row of the table that ends before each letter, or -1
    for k in range(longest):
        may = np.flatnonzero((nodes[:-1] >= 0) & (letters != UNKNOWN) & (place >= k))
        codes = nodes[may] * (alphabet_size + 1) + letters[may]
        found, which = np.unique(codes, return_inverse=True)
        once = np.unique(which * len(names) + name[may])  # each n-gram of a name once
        counts = np.bincount(once // len(names), minlength=len(found))
        frequent = counts >= min_count
        nodes = np.full(len(letters) + 1, -1)
        nodes[may + 1] = np.where(frequent, np.cumsum(frequent) - 1, -1)[which]
        before, letter = np.divmod(found[frequent], alphabet_size + 1)
        table = np.column_stack([table[before], letter])
        tables.append(np.pad(table, ((0, 0), (0, longest - k - 1))))
        all_counts.append(counts[frequent])
    return _narrow(np.concatenate(tables), alphabet_size), _narrow(np.concatenate(all_counts), len(names))


def _narrow(numbers: Ids, highest: int) -> Ids:
    return numbers.astype(np.min_scalar_type(highest))
