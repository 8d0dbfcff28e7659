"""Words in scripts that tell the origin by themselves, where hardly any list of names is written in them.

All of Thai script is Thai, whatever the name, but the lists of Thai names are romanised. A network learns
what a script tells from any words in it: here, its letters in random order (see `letters`).
"""

from __future__ import annotations

import random
import unicodedata
from functools import cache
from typing import Final

from cognomen.corpora import Corpus
from cognomen.text.spelling import normalise

TIMES: Final = 20  # each letter occurs in the words of its script
SHORTEST, LONGEST = 1, 8  # letters of a word
POINTS: Final = range(0x0900, 0x3100)  # where the scripts of `origins.tsv` have their letters


def words_of(corpus: Corpus) -> tuple[list[str], list[str]]:
    """Words in the scripts that an origin of the corpus alone is written in, and the origin of each word.

    There are none for a corpus without weights: only networks of weighted names learn them.
    """
    words, labels = [], []
    if corpus.origin_facts is not None and corpus.row_weights is not None:
        for origin in corpus.origins:
            for script in corpus.origin_facts[origin].scripts:
                made = script_words(script)
                words += made
                labels += [origin] * len(made)
    return words, labels


def script_words(script: str) -> list[str]:
    """Words that have each letter of a script equally often, in random order."""
    rng = random.Random(script)
    letters = letters_of(script) * TIMES
    rng.shuffle(letters)
    words = []
    while letters:
        size = rng.randint(SHORTEST, LONGEST)
        words.append("".join(letters[:size]))
        del letters[:size]
    return list(filter(None, map(normalise, words)))


def letters_of(script: str) -> list[str]:
    """The letters and vowel signs of a script."""
    return [letter for letter, name in _names() if name.startswith(script.upper())]


@cache
def _names() -> tuple[tuple[str, str], ...]:
    letters = (chr(point) for point in POINTS if unicodedata.category(chr(point))[0] in "LM")
    return tuple((letter, unicodedata.name(letter, "")) for letter in letters)
