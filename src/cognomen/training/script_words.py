"""Words in scripts that tell the origin by themselves, where hardly any list of names is written in them.

All of Thai script is Thai, whatever the name, but the lists of Thai names are romanised. A network learns
what a script tells from any words in it: here, its letters in random order.
"""

from __future__ import annotations

import random
import unicodedata
from functools import cache
from typing import Final

from cognomen.corpora import Corpus
from cognomen.text.spelling import normalise

SHARE: Final = 2e-3  # of the origin, for all words in a script: names count more
SHORTEST, LONGEST = 1, 8  # letters of a word
POINTS: Final = range(0x0900, 0x3100)  # where the scripts of `origins.tsv` have their letters


def with_script_words(corpus: Corpus, times: int) -> Corpus:
    """The corpus, with words in the scripts that its origins alone are written in, as names from outside.

    Args:
        corpus: its origins may have scripts (`Corpus.origin_facts`).
        times: how often each letter occurs.
    """
    if corpus.origin_facts is None or corpus.row_weights is None:
        return corpus
    names, labels, weights = [], [], []
    for origin in corpus.origins:
        for script in corpus.origin_facts[origin].scripts:
            words = script_words(script, times)
            names += words
            labels += [origin] * len(words)
            weights += [SHARE / len(words)] * len(words)
    return corpus.with_outside(names, labels, weights)


def script_words(script: str, times: int) -> list[str]:
    """Words that have each letter of a script so many times, in random order."""
    rng = random.Random(script)
    letters = letters_of(script) * times
    rng.shuffle(letters)
    words = []
    while letters:
        size = rng.randint(SHORTEST, LONGEST)
        words.append("".join(letters[:size]))
        del letters[:size]
    return list(filter(None, map(normalise, words)))


@cache
def _names() -> tuple[tuple[str, str], ...]:
    letters = (chr(point) for point in POINTS if unicodedata.category(chr(point))[0] in "LM")
    return tuple((letter, unicodedata.name(letter, "")) for letter in letters)


def letters_of(script: str) -> list[str]:
    """The letters and vowel signs of a script."""
    return [letter for letter, name in _names() if name.startswith(script.upper())]
