"""What looks like no name at all: one or two letters again and again, letters of several scripts.

And how sure an answer may be that rests on spelling alone: of a word of few letters, or of one that is nearly
unlike the training names, or together hardly likelier than random letters, an accident cannot be told from a
name. N counts names of ids.
"""

from __future__ import annotations

from typing import Final
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from cognomen.network.ngram_layer import PRIOR_BITS, PRIOR_LETTERS
from cognomen.rnn.arrays import Array
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged

LONGEST_PERIOD: Final = 3  # letters that are repeated
REPETITIONS: Final = 3  # that are no name: iii, tatata
LONGEST_RUN: Final = 3  # of one letter within a name
MOST_SURE: Final = 0.9  # of what rests on doubtful spelling
NEARLY: Final = 0.85  # of the bits per letter that are out of distribution
COMMON: Final = 0.81  # of the same; as many as letters drawn from a to z have, of the 18 files' names
LEAST_GAIN: Final = 2.0  # bits that all letters together are likelier than with so many each
FEW_LETTERS: Final = 4  # of a Latin name: three random letters are often a syllable of some language
EAST_ASIAN: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO")  # written together


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
        known = script if category(letter) in ("Ll", "Lu", "Lo") else ""
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

    A short name tells little, and a long one may gain letter by letter what no letter gains alone.

    Args:
        bits: per letter (see `NgramLayer.bits_per_letter`), (N,).
        lengths: the number of letters, (N,); the end counts as one more.
        limits: the bits per letter that are out of distribution, (N,).
    """
    total = bits * (lengths + 1 + PRIOR_LETTERS) - PRIOR_LETTERS * PRIOR_BITS
    return np.asarray(total > (lengths + 1) * COMMON * limits - LEAST_GAIN)


def less_sure(p: Array, doubtful: NDArray[np.bool_]) -> None:
    """Lower the highest probability of doubtful names to `MOST_SURE`; the others share what it loses.

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
