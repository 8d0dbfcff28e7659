"""Words that teach letters which no name has (see `letters`).

All of Thai script is Thai, whatever the name, but the lists of Thai names are romanised. A network learns
what a script tells from any words in it: here, its letters in random order.

Lists of a few hundred names lack letters that other names have: घ and झ, of Devanagari. What
one tells is learned from names of its script in which it takes the place of another letter; or it is one that
a single language writes, and tells that.

There are more Chinese characters than those in the lists. What one more of them tells depends on what stands
beside it, and is learned from the names themselves, a character of which is replaced by the letter that
stands for unknown ones.
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from itertools import chain
from typing import Final

from cognomen.corpora import Corpus
from cognomen.network.scripts import script_of
from cognomen.text.alphabet import STAND_IN, is_ideograph
from cognomen.text.spelling import normalise

TIMES: Final = 20  # each letter occurs in the words of its script
SHORTEST, LONGEST = 1, 8  # letters of a word
POINTS: Final = range(0x0900, 0x3100)  # where the scripts of `origins.tsv` have their letters
# Where the scripts that several origins share, or whose lists are long, have the letters that are in use.
MODERN: Final = {
    "ARABIC": (range(0x0620, 0x0700),),
    "ARMENIAN": (range(0x0561, 0x0588),),
    "BENGALI": (range(0x0980, 0x0A00),),
    "CYRILLIC": (range(0x0430, 0x0530),),
    "DEVANAGARI": (range(0x0900, 0x0980),),
    "GEORGIAN": (range(0x10D0, 0x10F1),),
    "GREEK": (range(0x03B1, 0x03CA),),
    "HANGUL": (range(0x1100, 0x1113), range(0x1161, 0x1176), range(0x11A8, 0x11C3)),
}
# Letters that one origin's language alone writes, of those in its script.
OF_ONE: Final = {
    letter: origin
    for origin, letters in {
        "Afghan": "ټځڅډړږښګڼېۍ",
        "Assamese": "ৰৱ",
        "Kazakh": "ңһ",
        "Macedonian": "ѕ",
        "Uzbek": "ҳ",
    }.items()
    for letter in letters
}


def words_of(corpus: Corpus, min_count: int) -> tuple[list[str], list[str]]:
    """Words that teach letters, and the origin of each: in the scripts that an origin of the corpus alone is
    written in, names with a letter that fewer than `min_count` have, and names with an unknown ideograph.

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
    rare = with_rare_letters(corpus, min_count)
    words += [word for word, _ in rare]
    labels += [origin for _, origin in rare]
    for name, origin in zip(corpus.names, corpus.labels, strict=True):
        made = with_unknown_ideographs(normalise(name)) if name and is_ideograph(name[0]) else []
        words += made
        labels += [origin] * len(made)
    return words, labels


def with_rare_letters(corpus: Corpus, min_count: int) -> list[tuple[str, str]]:
    """Names in which a letter that few names of its script have replaces another, with their origins.

    The origins of a script are equally frequent. Each letter occurs `TIMES` times, and once alone for each
    origin, unless it is a sign of one.
    """
    names_in: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, origin in zip(corpus.names, corpus.labels, strict=True):
        if (script := (script_of(name[:1]) or "").upper()) in MODERN:
            names_in[script][origin].append(normalise(name))
    made = []
    for script, names_of in sorted(names_in.items()):
        rng = random.Random(script)
        counts = Counter(chain.from_iterable(chain.from_iterable(names_of.values())))
        for letter in (each for each in modern_letters(script) if counts[each] < min_count):
            for _ in range(TIMES):
                origin = rng.choice(sorted(names_of))
                if word := _replaced(rng.choice(names_of[origin]), letter, rng):
                    made.append((word, OF_ONE.get(letter, origin)))
            if normalise(letter) == letter:  # a mark does not stand alone
                made += [(letter, OF_ONE.get(letter, origin)) for origin in sorted(names_of)]
    return [(word, origin) for word, origin in made if origin in corpus.origins]


def _replaced(name: str, letter: str, rng: random.Random) -> str:
    """The name with the letter in place of one of its kind, a letter or a mark; "" if it has none."""
    kind = unicodedata.category(letter)[0]
    places = [place for place, each in enumerate(name) if unicodedata.category(each)[0] == kind]
    place = rng.choice(places) if places else None
    return "" if place is None else normalise(name[:place] + letter + name[place + 1 :])


def modern_letters(script: str) -> list[str]:
    """The letters and vowel signs of a script as they are read, without those that are read as others."""
    letters = [chr(point) for point in chain.from_iterable(MODERN[script])]
    return [
        each
        for each in letters
        if unicodedata.category(each)[0] in "LM" and normalise(f"x{each}") == f"x{each}"
    ]


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
