"""Letter n-grams: how strongly each short run of letters speaks for each origin.

    logits of a name = sum over its n-grams g of x[g] weight[g],   x[g] = 4 idf[g] / |idf of all its n-grams|

Each n-gram counts by how rare it is among the training names (its inverse document frequency, idf), and long
names do not count more than short ones: the usual tf-idf of text classification, with vectors of length 1 (an
n-gram that stands twice counts as two), times a factor that lets n-grams learn at the pace of the other
parameters. A name is read with a mark before its first letter and one behind its last, so "|ko" and "ov|" are
n-grams too.

A recurrent state must learn what such a run means before it can use it; a weight of its own says it at once.
The two err on different names, so a network that adds both knows more than either.

The n-grams form a trie. At each letter the ones that end there are the children, by this letter, of the
ones that ended at the letter before:

    |ko      |      |k   |ko          node[p, k] = child[node[p-1, k-1], letter[p]]
                    k    ko
                         o
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.layers import Layer

__all__ = ["Ngrams", "frequent_ngrams"]

FACTOR = 4.0
SIGHTINGS = 2.0
USUAL_LETTERS, USUAL_BITS = 4, 3.0
UNKNOWN = 0  # the letter that no n-gram holds, and the n-gram that nobody knows


class Ngrams(Layer):
    """The weights of G n-grams of up to K letters.

    Args:
        letters: (G, K), the letters' ids from 1 on, shorter n-grams first, zeros behind them. The id after
            the last letter's, `alphabet_size`, is the mark at both ends of a name. An n-gram's beginnings
            must be among the n-grams.
        counts: (G,), how many training names hold each one. The mark's own count is that of all names.
        alphabet_size: letters, the unknown one included, V.
        origin_count: origins, C.
        dropout: in training, the share of a name's n-grams that is not seen.
        weight: (G + 1, C), the first values; zeros if None. Numbers of half precision stay as they are, not
            copied, for whoever only asks: of thousands of n-grams a name has a dozen.

    Raises:
        InputError: the table of letters is none, or the counts or weights do not fit it.

    Parameters: "weight" (G + 1, C). Row 0 stands for all other n-grams, and stays zero.
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
        self.letters, self.end_mark, self.dropout = letters, alphabet_size, dropout
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
        self._counts = np.concatenate([np.zeros(1, counts.dtype), counts])  # (G + 1,)
        idf = 1.0 + self._counts
        np.log(np.divide(idf.max(), idf, out=idf), out=idf)
        self.idf = (1 + idf).astype(dtype)  # (G + 1,)
        self.idf[UNKNOWN] = 0
        self._child = _trie(letters, alphabet_size)
        self._squares = np.square(self.idf)
        self._single = counts[(letters > UNKNOWN).sum(axis=1) == 1].sum()  # of all n-grams of one letter
        shape = (len(letters) + 1, origin_count)
        weight = np.zeros(shape, dtype) if weight is None else weight
        if weight.shape != shape:
            raise InputError(f"n-grams: expected weights of the shape {shape}, got {weight.shape}")
        super().__init__({"weight": weight if weight.dtype == np.float16 else weight.astype(dtype)})

    def find(self, ids: Ids, lengths: Ids) -> tuple[Ids, Ids]:
        """The n-grams of names laid end to end, ids (M,) with lengths (N,).

        Returns:
            For each letter and end mark, name after name, the known n-grams of 1 to K letters that end there,
            0 for one that is not known, (M + 2N, K); and where each name begins, (N,).
        """
        marked, starts = _with_marks(ids, lengths, self.end_mark)  # (P,), (N,)
        nodes = np.zeros((self.letters.shape[1], len(marked)), np.int64)  # (K, P)
        width = self._child.shape[1]
        child = self._child.ravel()
        nodes[0] = child[width + marked]
        for k in range(1, len(nodes)):
            # Over the border of two names stand two marks, which no n-gram holds.
            before = nodes[k - 1, :-1]
            nodes[k, 1:] = child.take((before + (before > UNKNOWN)) * width + marked[1:])
        return nodes.T, starts

    def forward(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """What each name's n-grams add to its logits, (N, C); `rng` is the source of dropout's noise."""
        nodes, starts = self.find(ids, lengths)  # (P, K)
        name = np.repeat(np.arange(len(lengths)), lengths + 2)  # (P,)
        x = self.idf[nodes] * self._per_name(nodes, starts)[name, None]  # (P, K)
        if rng is not None and self.dropout:
            keep = 1 - self.dropout
            x *= (rng.random(x.shape, x.dtype) < keep) / x.dtype.type(keep)
        place, order = np.nonzero(x)
        rows, name, x = nodes[place, order], name[place], x[place, order, None]  # (R,), (R,), (R, 1)
        logits = segment_sum(x * self.params["weight"].take(rows, axis=0), name, len(lengths))

        def backward(dlogits: Array) -> None:
            present, which = np.unique(rows, return_inverse=True)
            self.grads["weight"][present] += segment_sum(x * dlogits[name], which, len(present))

        return logits, backward

    def _per_name(self, nodes: Ids, starts: Ids) -> Array:
        """What the idf of a name's n-grams (P, K) are multiplied by, (N,)."""
        squares = self._squares.take(nodes.T).sum(axis=0)  # (P,)
        return _factor(np.add.reduceat(squares, starts))

    def add_to(
        self,
        logits: Array,
        ids: Ids,
        lengths: Ids,
        surprise: Array | None = None,
        *,
        summed: Array | None = None,
    ) -> None:
        """Add what each name's n-grams say to logits (N, C); fill `surprise` (N,). Nothing is remembered.

        Of many names, `summed()` makes it faster.
        """
        nodes, starts = self.find(ids, lengths)  # (P, K)
        if summed is None:
            weight, idf = self.params["weight"], self.idf[:, None]
            sums = np.zeros((len(nodes), weight.shape[1]), idf.dtype)  # (P, C)
            for rows in nodes.T:
                sums += weight.take(rows, axis=0) * idf.take(rows, axis=0)
            logits += np.add.reduceat(sums, starts, axis=0) * self._per_name(nodes, starts)[:, None]
        else:
            sums = np.add.reduceat(summed.take(nodes.T.max(axis=0), axis=0), starts, axis=0)  # (N, C + 1)
            logits += sums[:, :-1] * _factor(sums[:, -1:])
        if surprise is not None:
            surprise[...] = self._surprise(nodes, starts, lengths)

    def summed(self) -> Array:
        """For each n-gram, with all that end in it, the sums of idf * weight and of idf^2, (G + 1, C + 1).

        All known n-grams that end at a letter end in the longest of them, which has the highest number. So
        one look-up tells of all. Made of the weights as they are now.
        """
        idf = self.idf[:, None]  # (G + 1, 1)
        table = np.concatenate([idf * self.params["weight"], idf * idf], axis=1)
        for group, suffix in self._suffixes:
            table[group] += table.take(suffix, axis=0)
        return table

    @cached_property
    def _suffixes(self) -> list[tuple[slice, Ids]]:
        """For each length above 1: those n-grams, and the longest other one that each ends in, 0 for none."""
        letters, width = self.letters.T.astype(np.int64), self._child.shape[1]  # (K, G)
        child = self._child.ravel().astype(np.int64)  # numbers that places can be reckoned with
        ends, groups = _ends(self.letters).tolist(), []
        for length in range(2, len(letters) + 1):
            own = slice(ends[length - 1], ends[length])
            suffix = np.zeros(own.stop - own.start, np.int64)
            for start in range(length - 1, 0, -1):  # longer ones overwrite shorter ones
                node = child.take(width + letters[start, own])
                for k in range(start + 1, length):
                    node = child.take((node + (node > UNKNOWN)) * width + letters[k, own])
                suffix = np.where(node > UNKNOWN, node, suffix)
            groups.append((slice(1 + own.start, 1 + own.stop), suffix))
        return groups

    def spans(self, ids: Ids) -> tuple[Ids, Ids, Array]:
        """What each known n-gram of one name, ids (T,), adds to the logits.

        Returns:
            Where the n-grams begin and end among the letters, (R,) each, without the marks at the ends; and
            their shares (R, C), whose sum is the name's.
        """
        nodes, name_starts = self.find(ids, np.array([len(ids)]))
        place, order = np.nonzero(nodes)
        stops = np.minimum(place, len(ids))  # the mark before the first letter stands at place 0
        starts = np.maximum(place - order - 1, 0)
        rows = nodes[place, order]
        x = self.idf[rows] * self._per_name(nodes, name_starts)[0]  # (R,)
        return starts, stops, x[:, None] * self.params["weight"].take(rows, axis=0)

    def surprise(self, ids: Ids, lengths: Ids) -> Array:
        """How little names look like the training names: the mean of -log2 of their letters' chances, (N,).

        The chance of a letter, or of the mark at the end, after the letters before it is its share of
        what follows these in the training names, as if `SIGHTINGS` more had followed as the shorter n-grams
        have it: a Dirichlet prior for each length (MacKay and Peto 1995). Counts are of names, not of places,
        so it is nearly a chance. In bits a letter: a letter drawn blindly from an alphabet of 32 has 5. Four
        letters of usual 3 bits are taken to stand in every name: a short one is not unlike all others for a
        single rare letter.
        """
        return self._surprise(*self.find(ids, lengths), lengths)

    def _surprise(self, nodes: Ids, starts: Ids, lengths: Ids) -> Array:
        """The same, of n-grams (P, K) that were found already."""
        p = np.full(len(nodes), 1 / (self.end_mark + 1))  # (P,), blindly
        before = np.full(len(nodes), self._single)
        for k in range(nodes.shape[1]):
            here = self._counts[nodes[:, k]]  # never more than its beginning's count
            p = (here + SIGHTINGS * p) / (before + SIGHTINGS)
            before = np.concatenate([[0], here[:-1]])
        bits = -np.log2(p)
        bits[starts] = 0  # the mark before a name says nothing
        total = np.add.reduceat(bits, starts) + USUAL_LETTERS * USUAL_BITS
        return np.asarray(total / (lengths + 1 + USUAL_LETTERS))


def _factor(squares: Array) -> Array:
    """FACTOR over the root of each sum of squares; 0 where no n-gram is known."""
    return np.divide(FACTOR, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0)


def _ends(letters: Ids) -> Ids:
    """How many n-grams of letters (G, K) have up to 0, 1, ..., K of these, shorter ones first, (K + 1,)."""
    lengths = (letters > UNKNOWN).sum(axis=1, dtype=np.int16)  # (G,)
    return np.searchsorted(lengths, np.arange(letters.shape[1] + 1), side="right")


def _trie(letters: Ids, alphabet_size: int) -> Ids:
    """The n-gram that each letter makes of a shorter one, 0 where none is known, (S + 2, V + 1).

    Row 0 belongs to the unknown n-gram, row 1 to the empty one, row 1 + i to the i-th of the S that may have
    children.
    """
    if letters.max(initial=0) > alphabet_size:
        raise InputError(f"n-grams: expected letters from 0 to {alphabet_size}, got {letters.max()}")
    known = letters > UNKNOWN  # (G, K)
    lengths = known.sum(axis=1, dtype=np.int16)  # (G,)
    longest, ends = letters.shape[1], _ends(letters)
    child = np.zeros((ends[longest - 1] + 2, alphabet_size + 1), np.min_scalar_type(len(letters)))
    rows = np.ones(len(letters), np.int32)  # of each one's beginning
    for k in range(longest):
        own, longer = slice(ends[k], ends[k + 1]), slice(ends[k + 1], None)
        child[rows[own], letters[own, k]] = np.arange(ends[k] + 1, ends[k + 1] + 1)
        rows[longer] = child[rows[longer], letters[longer, k]].astype(np.int32) + 1
        if (rows[longer] == 1).any():
            break
    in_order = ends[0] == 0 and (np.diff(lengths) >= 0).all() and (known[:, 1:] <= known[:, :-1]).all()
    if not in_order or np.count_nonzero(child) != len(letters):
        raise InputError("n-grams: expected each once, shorter ones first, and their beginnings among them")
    return child


def frequent_ngrams(
    ids: Ids, lengths: Ids, *, longest: int, min_count: int, alphabet_size: int
) -> tuple[Ids, Ids]:
    """The n-grams of 1 to `longest` letters that `min_count` names or more hold.

    Args:
        ids: (M,), all names' letters laid end to end; 0, the unknown letter, is in no n-gram.
        lengths: (N,).

    Returns:
        Their letters (G, longest), as `Ngrams` takes them, and how many names hold each one, (G,).
    """
    marked, starts = _with_marks(ids, lengths, alphabet_size)  # (P,)
    name = np.repeat(np.arange(len(lengths)), lengths + 2)  # (P,)
    place = np.arange(len(marked)) - starts[name]  # in its name
    table = np.empty((1, 0), np.int64)  # the only n-gram of no letters
    tables, all_counts = [], []
    nodes = np.zeros(len(marked) + 1, np.int64)  # which row of the table ends before each letter, -1 for none
    for k in range(longest):
        may = np.flatnonzero((nodes[:-1] >= 0) & (marked != UNKNOWN) & (place >= k))
        codes = nodes[may] * (alphabet_size + 1) + marked[may]
        found, which = np.unique(codes, return_inverse=True)
        once = np.unique(which * len(lengths) + name[may])  # each n-gram of a name
        counts = np.bincount(once // len(lengths), minlength=len(found))
        frequent = counts >= min_count
        nodes = np.full(len(marked) + 1, -1)
        nodes[may + 1] = np.where(frequent, np.cumsum(frequent) - 1, -1)[which]
        before, letter = np.divmod(found[frequent], alphabet_size + 1)
        table = np.column_stack([table[before], letter])
        tables.append(np.pad(table, ((0, 0), (0, longest - k - 1))))
        all_counts.append(counts[frequent])
    letters, numbers = np.concatenate(tables), np.concatenate(all_counts)
    return _narrow(letters, alphabet_size), _narrow(numbers, len(lengths))


def _narrow(numbers: Ids, highest: int) -> Ids:
    return numbers.astype(np.min_scalar_type(highest))


def _with_marks(ids: Ids, lengths: Ids, mark: int) -> tuple[Ids, Ids]:
    """The letters with a mark at both ends of each name, (M + 2N,), and where each name begins, (N,)."""
    starts = np.cumsum(lengths + 2) - lengths - 2
    marked = np.empty(len(ids) + 2 * len(lengths), np.int64)
    marked[starts] = marked[starts + lengths + 1] = mark
    inside = np.ones(len(marked), bool)
    inside[starts] = inside[starts + lengths + 1] = False
    marked[inside] = ids
    return marked, starts
