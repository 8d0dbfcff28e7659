"""N-grams and whole names known by a hash of their letters, and which of them have rows of weights.

A hash chooses a bucket of a table, whose slots belong to one n-gram or name each: those whose keys, 16 other
bits of their hashes, are in them. No letters are kept; one without a slot passes for another about once in
8,000 times.

An n-gram's row is trained with the network. A name's is the sum of an entry of each of S codebooks, so that
it takes S bytes (residual vector quantisation: Juang and Gray 1982); the most common names, in the first
slots of each bucket, take T bytes more: see `training.name_rows`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.network.ngram_layer import UNKNOWN, with_marks
from cognomen.rnn.arrays import Array, Ids
from cognomen.text.ragged import Ragged

Hashes = NDArray[np.uint64]
# Odd constants with well-spread bits: the golden ratio and, from SplitMix64 (Steele et al. 2014), its mixers.
STEP, MIX_1, MIX_2 = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_SHIFT_1, _SHIFT_2, _SHIFT_3 = map(np.uint64, (30, 27, 31))
KEY_BITS, _AT_ONCE = 16, 1 << 17
SLOTS = 8  # of a bucket, one for each bit of a byte: with one, a third of the frequent lose theirs to others
# 256 to the power of i, times this, has i + 1 in its highest byte.
_ONE_TO_EIGHT, _LAST_BYTE = np.uint64(0x0102030405060708), np.uint64(56)


class HashTables(NamedTuple):
    """Which n-grams and names have rows, and the rows of names.

    Attributes:
        keys: (B,), uint16, the key of the n-gram in each slot; 0 for an empty one. B is a power of 2.
        counts: (B,), log(1 + the number of training names that contain it), float16 is enough.
        name_keys: (W,), uint16, the key of the whole name in each slot. W is a power of 2.
        name_codes: (W, S), uint8, which entry of each codebook the row of a slot's name is the sum of.
        name_codebooks: (S, K, R), floating-point; float16 is enough.
        common_codes: (W / 8, F, T), uint8, further codes of the names in the first F slots of a bucket.
        common_codebooks: (T, K, R), likewise.
    """

    keys: NDArray[np.uint16]
    counts: Array
    name_keys: NDArray[np.uint16]
    name_codes: NDArray[np.uint8]
    name_codebooks: Array
    common_codes: NDArray[np.uint8]
    common_codebooks: Array

    @classmethod
    def of_ngrams(cls, keys: NDArray[np.uint16], counts: Array, rank: int) -> Self:
        """Tables in which no name has a row."""
        codes, codebooks = np.zeros((1, 1), np.uint8), np.zeros((1, 1, rank), np.float32)
        return cls(keys, counts, np.zeros(1, np.uint16), codes, codebooks, codes[None], codebooks)

    def check(self, rank: int) -> None:
        """Raise InputError unless they are tables of this kind, of rows of a rank, that fit each other."""
        kinds = [table.dtype.name.rstrip("0123456789") for table in self]
        powers = all(keys.ndim == 1 and keys.size.bit_count() == 1 for keys in (self.keys, self.name_keys))
        slots = slots_of(self.name_keys)
        first = (*self.common_codes.shape, 0, 0)[1]
        fit = (
            self.keys.shape == self.counts.shape
            and _fit(self.name_codes, self.name_codebooks, (self.name_keys.size,), rank)
            and _fit(self.common_codes, self.common_codebooks, (self.name_keys.size // slots, first), rank)
            and 1 <= first <= slots
        )
        if kinds != ["uint", "float", "uint", "uint", "float", "uint", "float"] or not (powers and fit):
            found = ", ".join(f"{table.dtype} {table.shape}" for table in self)
            raise InputError(
                "n-grams: expected keys (B,) and names' keys (W,) of whole numbers, B and W powers of 2, "
                f"counts (B,), names' codes (W, S) of whole numbers, codebooks (S, K, {rank}), common names' "
                f"codes (W / {SLOTS}, F, T) and codebooks (T, K, {rank}); got {found}"
            )
        for codes, codebooks in (
            (self.name_codes, self.name_codebooks),
            (self.common_codes, self.common_codebooks),
        ):
            if codes.size and int(codes.max()) >= codebooks.shape[1]:
                raise InputError(
                    f"n-grams: expected names' codes below {codebooks.shape[1]}, the entries of a codebook; "
                    f"got {codes.max()}"
                )


def _fit(codes: NDArray[np.uint8], codebooks: Array, shape: tuple[int, ...], rank: int) -> bool:
    """Whether there is a code for each codebook, and rows of a rank in these."""
    ends = codebooks.ndim == 3 and codebooks.shape[2] == rank
    return ends and codes.shape == (*shape, len(codebooks))


class Hashed(NamedTuple):
    """The hashes of N names: of their n-grams, (K, M + 2N), and of the names, (N,); 0 for none."""

    marked: Ragged  # the names with end marks, (M + 2N,)
    ngrams: Hashes
    names: Hashes


def hash_names(names: Ragged, longest: int, end_mark: int) -> Hashed:
    """Hash the n-grams of 1 to `longest` letters that end at each letter and end mark, and the names.

    Nothing that contains the unknown letter has a hash, nor has an n-gram that would begin before its name.
    """
    marked = with_marks(names, end_mark)  # (P,)
    return hash_marked(marked, letter_hashes(end_mark).take(marked.data), longest)


def hash_marked(marked: Ragged, letters: Hashes, longest: int) -> Hashed:
    """As `hash_names`, of names with end marks and the hashes of their letters, (P,) each."""
    known, positions = marked.data != UNKNOWN, marked.positions
    h, whole = np.zeros((longest, len(letters)), np.uint64), np.zeros((longest, len(letters)), bool)
    h[:1], whole[:1] = letters, known
    for k in range(1, longest):
        np.multiply(h[k - 1, :-1], STEP, out=h[k, 1:])
        h[k] += letters
        np.logical_and(whole[k - 1, :-1], known[1:], out=whole[k, 1:])
    orders = np.arange(longest)[:, None]
    whole &= positions >= orders  # (K, P)
    powers = _powers(1 + int(positions.max(initial=0)))
    sums = np.add.reduceat(letters * powers.take(positions), marked.starts)
    all_known = np.logical_and.reduceat(known, marked.starts)
    ngrams = np.where(whole, mix(h + orders.astype(np.uint64)), 0)
    return Hashed(marked, ngrams, np.where(all_known, mix(sums), 0))


@lru_cache(4)
def letter_hashes(end_mark: int) -> Hashes:
    """The hash of each letter, the end mark being the last, (V + 1,); read-only."""
    hashes = mix(np.arange(1, end_mark + 2, dtype=np.uint64))
    hashes.flags.writeable = False
    return hashes


@lru_cache(256)
def _powers(count: int) -> Hashes:
    """What the hash of each letter of a name is multiplied by."""
    return np.cumprod(np.full(count, STEP), dtype=np.uint64)


def mix(h: Hashes) -> Hashes:
    """Spread every bit over all bits: the finaliser of SplitMix64."""
    h = h ^ (h >> _SHIFT_1)
    h *= MIX_1
    h ^= h >> _SHIFT_2
    h *= MIX_2
    h ^= h >> _SHIFT_3
    return h


def _buckets(hashes: Hashes, size: int) -> Ids:
    """The bucket that each hash chooses in a table of a size."""
    chosen = (hashes >> np.uint64(KEY_BITS)) & np.uint64(size // min(SLOTS, size) - 1)
    return chosen.astype(np.int64)


def _key(hashes: Hashes) -> NDArray[np.uint16]:
    """16 bits that do not choose the bucket; never 0, which stands for none."""
    return np.asarray(np.maximum(hashes.astype(np.uint16), 1))  # the lowest bits


def slots_of(keys: NDArray[np.uint16]) -> int:
    """The slots of each bucket of a table of keys: as many as it has, if these are less than a bucket's."""
    return min(SLOTS, max(1, keys.size))


def look_up(keys: NDArray[np.uint16], hashes: Hashes) -> Ids:
    """1 + the slot of each hash, 0 for a hash without one: of the shape of the hashes."""
    slots = slots_of(keys)
    places = _buckets(hashes, len(keys))
    same = np.zeros((*hashes.shape, SLOTS), bool)
    np.equal(keys.reshape(-1, slots).take(places, axis=0), _key(hashes)[..., None], out=same[..., :slots])
    first = same.view("<u8")[..., 0]  # a byte for each slot
    first &= -first  # only the lowest that is 1
    first *= _ONE_TO_EIGHT
    first >>= _LAST_BYTE  # 1 + the slot within the bucket; 0 for none
    places *= slots
    places += first.view(np.int64)
    places *= (first > 0) & (hashes > 0)
    return places


def letters_alone(alphabet_size: int) -> Ragged:
    """Each letter of the alphabet but the unknown one, and the end mark, as a name: V names of one id."""
    letters = np.arange(1, alphabet_size + 1)
    return Ragged(letters, np.ones(len(letters), np.int64))


def ngram_table(
    names: Ragged, *, longest: int, min_count: int, alphabet_size: int, bits: int
) -> tuple[NDArray[np.uint16], Array]:
    """Choose the n-grams that get rows: of those that want one bucket, the most frequent ones.

    Args:
        names: names of ids.
        longest: letters in the longest n-grams.
        min_count: names that must contain an n-gram.
        alphabet_size: letters, including the unknown one, V.
        bits: the number of slots is 2 to this power.

    Returns:
        The keys and counts of `HashTables`.
    """
    ngrams: Hashes = np.zeros(0, np.uint64)  # of the parts so far: far fewer than all that occur
    counts: NDArray[Any] = np.zeros(0)
    for start in range(0, len(names), _AT_ONCE):
        part, seen = names[slice(start, start + _AT_ONCE)], [ngrams]
        row = np.repeat(np.arange(len(part)), part.lengths + 2)
        for of_length in hash_names(part, longest, alphabet_size).ngrams:
            order = np.lexsort((row, of_length))
            found, its_row = of_length[order], row[order]
            again = (found[1:] == found[:-1]) & (its_row[1:] == its_row[:-1])  # a name counts once
            first = np.concatenate([[True], ~again])
            seen.append(found[first & (found > 0)])
        once = np.ones(sum(map(len, seen[1:])))
        ngrams, which = np.unique(np.concatenate(seen), return_inverse=True)
        counts = np.bincount(which, np.concatenate([counts, once]))
    frequent = counts >= min_count
    keys, stored = fill(ngrams[frequent], counts[frequent], bits)
    return keys, np.log1p(stored).astype(np.float16)


def name_hashes(names: Ragged, end_mark: int) -> Hashes:
    """The hashes of whole names, (N,); 0 for those with an unknown letter."""
    parts = [names[slice(start, start + _AT_ONCE)] for start in range(0, len(names), _AT_ONCE)]
    return np.concatenate([hash_names(part, 0, end_mark).names for part in parts])


def fill(hashes: Hashes, weights: NDArray[np.float64], bits: int) -> tuple[NDArray[np.uint16], Array]:
    """The keys and weights of the slots, (2^bits,) each: the first ones of a bucket for the most frequent."""
    keys, kept = np.zeros(1 << bits, np.uint16), np.zeros(1 << bits)
    order = np.argsort(-weights, kind="stable")
    order = order[hashes[order] > 0]
    slots = slots_of(keys)
    buckets = _buckets(hashes[order], len(keys))
    by_bucket = np.argsort(buckets, kind="stable")
    order, buckets = order[by_bucket], buckets[by_bucket]
    rank = np.arange(len(order)) - np.searchsorted(buckets, buckets)  # within the bucket
    fits = rank < slots
    chosen, order = (buckets * slots + rank)[fits], order[fits]
    keys[chosen], kept[chosen] = _key(hashes[order]), weights[order]
    return keys, kept
