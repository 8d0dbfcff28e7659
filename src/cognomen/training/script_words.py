"""Words that teach letters which no name has (see `letters`).

All of Thai script is Thai, whatever the name, but the lists of Thai names are romanised. A network learns
what a script tells from any words in it: here, its letters in random order.

There are more Chinese characters than those in the lists. What one more of them tells depends on what stands
beside it, and is learned from the names themselves, a character of which is replaced by the letter that
stands for unknown ones.
"""

from __future__ import annotations

import random
import unicodedata
from functools import cache
from typing import Final

from cognomen.corpora import Corpus
from cognomen.text.alphabet import STAND_IN, is_ideograph
from cognomen.text.spelling import normalise

TIMES: Final = 20  # each letter occurs in the words of its script
SHORTEST, LONGEST = 1, 8  # letters of a word
POINTS: Final = range(0x0900, 0x3100)  # where the scripts of `origins.tsv` have their letters


def words_of(corpus: Corpus) -> tuple[list[str], list[str]]:
    """Words in the scripts that an origin of the corpus alone is written in, names with an unknown ideograph,
    and the origin of each of both.

    There are none for a corpus without weights: only networks of weighted names learn them.
    """
    words: list[str] = []
    labels: list[str] = []
    if corpus.origin_facts is None or corpus.row_weights is None:
        return words, labels
    for origin in corpus.origins:
        for script in corpus.origin_facts[origin].scripts:
            made = script_words(script)
            words += made
            labels += [origin] * len(made)
    for name, origin in zip(corpus.names, corpus.labels, strict=True):
        made = with_unknown_ideographs(normalise(name)) if name and is_ideograph(name[0]) else []
        words += made
        labels += [origin] * len(made)
    return words, labels


def with_unknown_ideographs(name: str) -> list[str]:
    """A name with each ideograph of it unknown, and with all of them; it has none but ideographs."""
    if not name or not all(map(is_ideograph, name)):
        return []
    one = [name[:i] + STAND_IN + name[i + 1 :] for i in range(len(name))]
    return list(dict.fromkeys([*one, STAND_IN * len(name)]))


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
