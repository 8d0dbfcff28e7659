"""How much a word is like a given name, by its letters: for telling which end of full names is the surname.

A logistic regression on the letter n-grams of words without their marks, known by hashes (Weinberger et al.
2009), and so without a list of names: 2**14 numbers, the n-grams of given names and surnames alike.

    P(given name) = 1 / (1 + exp(-(sum(w_g over the n-grams g) / sqrt(their number) + bias)))

It was trained by benchmarks/given_names.py, and says nothing of an origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.io.pretrained import PRETRAINED
from cognomen.io.tensors import load_tensors
from cognomen.network.hashing import hash_marked, mix
from cognomen.network.ngram_layer import with_marks
from cognomen.text.alphabet import code_points
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import without_diacritics

KNOWN: Final = (0.97, 0.7)  # the shares of surnames, and of given names, that the network knows as surnames
WEIGHTS: Final = PRETRAINED / "given_names.safetensors"
BITS: Final = 14  # of the number of an n-gram
LONGEST: Final = 4  # letters of an n-gram, end marks among them
END_MARK: Final = 1  # a code point that no text has


def given_name_probabilities(spellings: Sequence[str]) -> NDArray[np.float64]:
    """How likely each word is to be a given name rather than a surname, if it is as likely a priori, (S,)."""
    weights, bias = _weights()
    ngrams = ngrams_of(spellings)
    scores = np.add.reduceat(weights[ngrams.data], ngrams.starts) / np.sqrt(ngrams.lengths) + bias
    return np.asarray(1 / (1 + np.exp(-scores)))


def log_odds_by_letters(spellings: Sequence[str]) -> list[float]:
    """The log odds of a given name, S numbers, by letters alone."""
    p = given_name_probabilities(spellings)
    found: list[float] = np.log(p / (1 - p)).tolist()
    return found


def given_name_odds(spellings: Sequence[str], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The odds of a given name rather than a surname, (S,), by letters and by what the network knows.

    Args:
        spellings: words.
        known: which of them the network knows as surnames, (S,).
    """
    given = given_name_probabilities(spellings)
    surname = (1 - given) * np.where(known, KNOWN[0], 1 - KNOWN[0])
    return np.asarray(given * np.where(known, KNOWN[1], 1 - KNOWN[1]) / surname)


def ngrams_of(spellings: Sequence[str]) -> Ragged:
    """The numbers of the n-grams of S words, one or more each: S lists of hashes of `BITS` bits."""
    plain = [without_diacritics(spelling) for spelling in spellings]
    letters = Ragged(code_points("".join(plain)), np.fromiter(map(len, plain), np.int64, len(plain)))
    marked = with_marks(letters, END_MARK)
    hashed = hash_marked(marked, mix(marked.data.astype(np.uint64) + np.uint64(1)), LONGEST)
    exists = hashed.ngrams.T > 0  # (M + 2S, K)
    counts = np.add.reduceat(exists.sum(axis=1), hashed.marked.starts)
    return Ragged((hashed.ngrams.T[exists] >> np.uint64(64 - BITS)).astype(np.int64), counts)


@cache
def _weights() -> tuple[NDArray[np.float32], float]:
    """The weight of each n-gram, (2**BITS,), and the bias."""
    tensors = load_tensors(WEIGHTS)
    return tensors["weights"] * tensors["scale"], float(tensors["bias"][0])
