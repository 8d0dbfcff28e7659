"""Out-of-distribution names: letters in an unlikely order, repetitions of a few letters, several scripts.

Also an upper bound for the probability of answers that rest on a doubtful spelling: a word of few letters,
one that is nearly out of distribution, or would be if its diacritics counted, or one whose letters are hardly
likelier than random ones may be a name or not. N counts names of ids.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import Calibration
from cognomen.network.ngram_layer import PRIOR_BITS, PRIOR_LETTERS, NgramLayer
from cognomen.rnn.arrays import Array
from cognomen.text.alphabet import STAND_IN, Alphabet
from cognomen.text.ragged import Ragged

LONGEST_PERIOD: Final = 3  # letters of what is repeated
REPETITIONS: Final = 3  # least number in a row: iii, tatata
LONGEST_RUN: Final = 3  # longest run of one letter in a name
MOST_SURE: Final = 0.9  # highest probability of an answer that rests on a doubtful spelling
NEARLY: Final = 0.85  # nearly out of distribution: this share of the limit
ODD_MARKS: Final = 1.15  # diacritics in unlikely places: this share of it, with them
COMMON: Final = 0.81  # share of the limit that random letters a to z reach with the names of the 18 files
LEAST_GAIN: Final = 2.0  # least number of bits that all letters together gain over it
FEW_LETTERS: Final = 4  # of a Latin name; three random letters often are a syllable of some language
EAST_ASIAN: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO")  # written together


class OodDetector:
    """Detects names that are out of distribution, and names that are nearly so.

    Args:
        ngrams: those of the network, which give the bits per letter.
        alphabet: that of the network, V.
        limits: the bits per letter above which a name is out of distribution, by its first letter, (V,); see
            `ood_limits`.
    """

    def __init__(self, ngrams: NgramLayer, alphabet: Alphabet, limits: NDArray[np.float64]) -> None:
        self.ngrams, self.alphabet, self.limits = ngrams, alphabet, limits

    def detect(
        self, names: Ragged, bits: Array, known: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which of N names of ids are out of distribution, and which are doubtful.

        A name is out of distribution if its bits per letter exceed the limit both with its diacritics and
        without them (ł is read as l). Diacritics alone do not count, since few languages are spelled with
        theirs in the training data: the 18 files have Czech without them, so that "Dvořák" would be as
        improbable as random letters. So is a name that repeats a few letters or mixes scripts. A name with
        weights of its own never is.

        A name is doubtful if it is nearly out of distribution; also if it has few letters, or diacritics in
        an unlikely place ("ÀÛòî"), where the network knows whole names and has seen most languages with
        their diacritics; or if its letters carry little information, where it does not.

        Args:
            names: the ids of the names' letters.
            bits: their bits per letter (see `NgramLayer.bits_per_letter`), (N,).
            known: which have weights of their own, (N,); none if None.

        Returns:
            Which are out of distribution, and which are doubtful, (N,) each.
        """
        if known is not None and known.all():
            return ~known, ~known
        limits = self.limits.take(names.data.take(names.starts))  # (N,)
        doubtful, as_spelled = _is_doubtful(names, bits, limits, known), bits
        if doubtful.any():
            bits = self._least_bits(names, bits, doubtful)
            doubtful = _is_doubtful(names, bits, limits, known)
        odd = is_repetition(names) | (bits > limits)
        if self._scripts is not None:
            odd |= mixes_scripts(names, self._scripts)
        if known is not None:
            doubtful |= self._is_short_latin(names) | (as_spelled > ODD_MARKS * limits)
            odd, doubtful = odd & ~known, doubtful & ~known
        return odd, doubtful

    def _least_bits(self, names: Ragged, bits: Array, which: NDArray[np.bool_]) -> Array:
        """The bits per letter of N names, (N,); for some the minimum with and without diacritics."""
        rows = np.flatnonzero(which)  # (U,)
        suspects = names[rows]
        is_mark = self.alphabet.is_mark.take(suspects.data)
        letters = self.alphabet.without_strokes.take(suspects.data)
        if not (is_mark | (letters != suspects.data)).any():
            return bits
        marks = np.bincount(suspects.rows[is_mark], minlength=len(rows))  # (U,)
        unmarked = Ragged(letters[~is_mark], suspects.lengths - marks)
        least = bits.copy()
        least[rows] = np.minimum(bits[rows], self.ngrams.bits_per_letter(unmarked))
        return least

    def _is_short_latin(self, names: Ragged) -> NDArray[np.bool_]:
        """Which names begin with a Latin letter, and have few letters, (N,)."""
        short = names.lengths <= FEW_LETTERS
        return short & self._is_latin.take(names.data.take(names.starts)) if short.any() else short

    @cached_property
    def _is_latin(self) -> NDArray[np.bool_]:
        return np.asarray(self.alphabet.scripts == "LATIN")

    @cached_property
    def _scripts(self) -> NDArray[np.int64] | None:
        """The number of the script of each id, (V,); None if there is one script."""
        numbers = script_numbers(self.alphabet)
        return numbers if numbers.max() > 1 else None


def ood_limits(calibration: Calibration, alphabet: Alphabet) -> NDArray[np.float64] | None:
    """The limit of the bits per letter, by a name's first letter, (V,); None for no limit."""
    limit, by_script = calibration.ood_threshold, calibration.script_ood_thresholds
    if by_script is not None:
        return np.array([by_script.get(script, np.inf) for script in alphabet.scripts.tolist()])
    return None if limit is None else np.full(len(alphabet), limit)


def _is_doubtful(
    names: Ragged, bits: Array, limits: NDArray[np.float64], known: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """Which names are nearly out of distribution by their bits per letter; if no name is known, also those
    whose letters say little about them."""
    nearly = bits > NEARLY * limits
    return nearly if known is not None else nearly | gains_little(bits, names.lengths, limits)


def is_repetition(names: Ragged) -> NDArray[np.bool_]:
    """Which names are a few letters repeated, or have one letter four times in a row, (N,)."""
    ids, found = names.data, np.zeros(len(names.lengths), bool)
    for period in range(1, LONGEST_PERIOD + 1):
        alike = ids[period:] == ids[:-period]
        if not alike.any():
            continue
        same = np.zeros(len(ids), bool)  # (M,), as the letter one period before, in the same name
        same[period:] = alike & (names.rows[period:] == names.rows[:-period])
        count = np.add.reduceat(same, names.starts, dtype=np.int64)  # (N,)
        found |= (count == names.lengths - period) & (names.lengths >= REPETITIONS * period)
        if period == 1:
            run = same.copy()
            for back in range(1, LONGEST_RUN):
                run[back:] &= same[:-back]
            found |= np.logical_or.reduceat(run, names.starts)
    return found


def script_numbers(alphabet: Alphabet) -> NDArray[np.int64]:
    """The number of the script of each id, (V,), East Asian ones being one; 0 for what has none."""
    number_of = {"": 0}
    numbers = [0]
    for letter, script in zip(alphabet.letters, alphabet.scripts[1:].tolist(), strict=True):
        known = script if category(letter) in ("Ll", "Lu", "Lo") or letter == STAND_IN else ""
        known = EAST_ASIAN[0] if known in EAST_ASIAN else known
        numbers.append(number_of.setdefault(known, len(number_of)))
    return np.array(numbers, np.int64)


def mixes_scripts(names: Ragged, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which names have letters of several scripts, (N,).

    Args:
        names: the ids.
        numbers: from `script_numbers`, (V,).
    """
    scripts = numbers.take(names.data)  # (M,)
    highest = np.maximum.reduceat(scripts, names.starts)
    lowest = np.minimum.reduceat(np.where(scripts == 0, len(numbers), scripts), names.starts)
    return np.asarray(lowest < highest)


def gains_little(bits: Array, lengths: NDArray[np.int64], limits: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which names' letters, all together, are hardly likelier than random ones, (N,).

    A short name carries little information; in a long one many small gains add up.

    Args:
        bits: per letter (see `NgramLayer.bits_per_letter`), (N,).
        lengths: the number of letters, (N,); the end counts as one more.
        limits: the bits per letter that are out of distribution, (N,).
    """
    total = bits * (lengths + 1 + PRIOR_LETTERS) - PRIOR_LETTERS * PRIOR_BITS
    return np.asarray(total > (lengths + 1) * COMMON * limits - LEAST_GAIN)


def less_sure(p: Array, doubtful: NDArray[np.bool_]) -> None:
    """Lower the highest probability of doubtful names to `MOST_SURE`; the others share the difference.

    Args:
        p: probabilities, (N, C), changed in place; a name that has one possible origin keeps it.
        doubtful: (N,).
    """
    rows = np.flatnonzero(doubtful)
    rows = rows[p[rows].max(axis=1, initial=0) > MOST_SURE]
    part = p[rows]  # (U, C)
    best = part.argmax(axis=1)[:, None]
    highest = np.take_along_axis(part, best, axis=1)  # (U, 1)
    np.put_along_axis(part, best, 0, axis=1)
    rest = part.sum(axis=1, keepdims=True)  # (U, 1)
    several = rest[:, 0] > 0
    part *= np.divide(1 - MOST_SURE, rest, out=np.ones_like(rest), where=rest > 0)
    np.put_along_axis(part, best, np.where(rest > 0, np.float32(MOST_SURE), highest), axis=1)
    p[rows[several]] = part[several]
