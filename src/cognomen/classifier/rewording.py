"""Cells whose surname can only be found with the help of the network.

No rule on letters distinguishes "Smith-Jones Mary" from "Mary-Jane Smith", or "Mary Jones, Peter Brown" from
"García Márquez, Ana María". The features of their words do: whether the network knows them as surnames, how
much they are like given names (`given_names`), and how probable East Asian origins are. Such a cell is
reworded into an unambiguous form, which the same rules read as any other text:

    Smith-Jones Mary        ->  Smith-Jones, Mary
    Wong Kar-Wai            ->  Wong, Kar-Wai
    Tony Leung Chiu-wai     ->  Leung, Tony Chiu-wai
    Mary Jones, Peter Brown ->  Mary Jones; Peter Brown
    Jane Doe, London        ->  Jane Doe
    Juan Pérez y Ana Gómez  ->  Juan Pérez & Ana Gómez
    Sylvie LY               ->  LY, Sylvie

and the cells of `two_words` and `iberian`.

The thresholds were chosen on Faker's given names and the surnames of the corpus world's lists
(benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import compress
from typing import Final

import numpy as np

from cognomen.classifier.described import (
    DASHED,
    DESCRIBED,
    LETTER,
    MIN_TEXTS,
    WORD,
    FeaturesOf,
    FeaturesOfAll,
    Reworded,
    WordFeatures,
    compiled,
    description,
    reword_descriptions,
    surnames_precede_commas,
)
from cognomen.classifier.east_asian import (
    APART,
    BEFORE_HYPHEN,
    GIVEN,
    NO_GIVEN_NAME,
    PERHAPS,
    are_syllables,
    is_surname,
    surname_before_syllables,
)
from cognomen.classifier.iberian import reword_two_surnames
from cognomen.classifier.two_words import reword_surname_first
from cognomen.text import words as lists
from cognomen.text.affixes import OFFICES, bare_key, may_be_short_surname, without_titles
from cognomen.text.forms import NAMED, plainer
from cognomen.text.names_by_kinds import Words
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.patterns import lazy_pattern
from cognomen.text.repair import composed
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import is_common_in_spanish

THRESHOLD: Final = 3.0  # least log odds of a rewording
AGREEMENT_WEIGHT: Final = 2.0  # log odds added for surnames of one group of origins
LONGEST: Final = 100  # characters of a text
FEW: Final = 100  # texts
AFTER_AND_THRESHOLD: Final = 1.0  # least log odds of a given name, for a word after an "and"

_BRACKETS_LAST: Final = lazy_pattern(r"( [(\[].*[)\]]$)")
_HYPHENS: Final = str.maketrans("\u2010\u2011", "--")
_HYPHENATED: Final = rf"{LETTER}{{2,}}-{LETTER}{{2,}}(?: {WORD}){{1,2}}"
_TWO_NAMES: Final = rf"{WORD}(?: {WORD}){{1,2}}, ?{WORD}(?: {WORD}){{1,2}}"
_JOINED: Final = rf"{WORD}(?: {WORD})+ (?-i:[yei]) {WORD}(?: {WORD})+"


def reword(
    texts: Sequence[str],
    features_of: FeaturesOfAll,
    *,
    words: Words | None = None,
    order_is_told: bool = False,
    surname_first: bool = False,
    may_have_two: bool = True,
) -> dict[str, str]:
    """Unambiguous rewordings of the texts whose surname the features of their words show.

    If there are many texts of one kind and most are not to be reworded, none is: in a column of names such as
    "Cortes Ortiz, Ana María" there are no people on both sides of a comma.

    Args:
        texts: any texts.
        features_of: computes the features of words, spelled as `normalise` spells them.
        words: of the texts, if they have been told apart.
        order_is_told: the column has shown whether given names come first, so whether "Smith-Jones" is one.
        surname_first: it has shown that surnames do.
        may_have_two: names may end in two surnames, of which it has told nothing.
    """
    are_several = np.array(
        [" " in text or "_" in text or not text.isprintable() for text in texts], np.bool_
    )  # for other spaces
    several = list(compress(texts, are_several))
    plain = {text: _plain(text) for text in _candidates(several, words and words[are_several])}
    first = reword_two_surnames(several, lambda text: _plain(text)[0], features_of) if may_have_two else {}
    first |= {} if order_is_told else reword_surname_first(several, _name, features_of)
    first = {text: wording + _name_and_brackets(text)[1] for text, wording in first.items()}
    cores = [core for core, _ in plain.values()]
    begin_with_surname = surnames_precede_commas(cores)
    of_kinds = [text for text in cores if _is_candidate(text, described=not begin_with_surname)]
    if order_is_told:
        of_kinds = [text for text in of_kinds if "-" not in text.split(" ")[0] or description(text)]
    spelled = {text: _spellings(text) for text in dict.fromkeys(of_kinds)}
    spelled = {text: words for text, words in spelled.items() if all(words)}
    if not spelled:
        return first
    features, found = features_of(sorted(set().union(*spelled.values()))), dict[str, str]()
    for kind in (",", "", "XX"):
        of_kind = [text for text in spelled if _kind_of(text) == kind]
        if order_is_told:
            of_kind = [text for text in of_kind if "-" not in text.split(" ")[0]]
        pairs = [(text, each) for text in of_kind if (each := _reworded(text, features))]
        odds = [each.odds for _, each in pairs if each.odds < math.inf]
        least = math.inf if len(odds) >= MIN_TEXTS and np.median(odds) < 0 else THRESHOLD
        found |= {text: each.text for text, each in pairs if each.odds > least or each.odds == math.inf}
    if not begin_with_surname:
        others = [text for text in spelled if text not in found]
        found |= reword_descriptions(others, features, len(several), surname_first=surname_first)
    return first | {text: found[core] + rest for text, (core, rest) in plain.items() if core in found}


def _candidates(texts: Sequence[str], words: Words | None) -> list[str]:
    """The texts that may be of the few kinds about which the network is asked.

    Of letters and spaces alone, these are the texts with a word of one letter or of two capitals, and of
    those with three words or more the ones with a word of a form, or two syllables at the end.
    """
    if len(texts) < FEW:  # of which arrays take longer
        return list(texts)
    words = words or Words.of(texts)
    tells = words.any_word(_tells)  # (U,)
    asked = np.flatnonzero(~tells & (words.of_texts.lengths > 2))
    tells[asked] = words.any_word(NAMED.__contains__)[asked]
    last = words.of_texts.ends[asked] - 1
    tells[asked] |= words.words_at(last, lists.PARTICLES_LAST.__contains__)
    are_given = words.words_at(last - 1, lambda word: _is_syllable(word) and not is_particle_anywhere(word))
    asked, last = asked[are_given], last[are_given]
    tells[asked] |= words.words_at(last, _is_syllable)
    return list(compress(texts, tells))


def _tells(word: str) -> bool:
    """Whether a word has other than letters, is one letter, or two capitals."""
    return not word.isalpha() or len(word) < 2 or (len(word) == 2 and word.isupper())


def _is_syllable(word: str) -> bool:
    return compiled(PERHAPS).fullmatch(word) is not None


def _name(text: str) -> str:
    return _name_and_brackets(text)[0]


def _plain(text: str) -> tuple[str, str]:
    """The plain form of a name without titles, and the brackets after it."""
    name, brackets = _name_and_brackets(text)
    return " ".join(without_titles(name.split())), brackets


def _name_and_brackets(text: str) -> tuple[str, str]:
    """The plain form of a name, with composed letters and one kind of hyphen, and the brackets after it."""
    seen = text if text.isascii() else composed(text).translate(_HYPHENS)
    name, *rest = _BRACKETS_LAST.split(plainer(" ".join(seen.split())), 1)
    return name, "".join(rest)


def _kind_of(text: str) -> str:
    return "," if "," in text else "XX" if _has_two_capitals(text) else ""


def _has_two_capitals(text: str) -> bool:
    """Whether one of two words is two capitals that may be a surname: Sylvie LY, LE Sylvie."""
    first, _, last = text.partition(" ")
    if " " in last or first.isupper() == last.isupper():
        return False
    return may_be_short_surname(first) or may_be_short_surname(last)


def _is_candidate(text: str, *, described: bool) -> bool:
    """Whether a text has one of the few forms that may be reworded, judged by its characters.

    Args:
        text: with single spaces.
        described: whether what follows a comma may be a description of the person before it.
    """
    spaces = text.count(" ")
    if not spaces or len(text) > LONGEST:
        return False
    patterns: tuple[str, ...]
    if "," in text:
        patterns = (DESCRIBED,) if described else (_TWO_NAMES,) if spaces > 1 else ()
    elif (":" in text and spaces > 1) or " – " in text or " — " in text:
        patterns = (DASHED,)
    elif "-" in text:
        patterns = (_HYPHENATED, BEFORE_HYPHEN, _JOINED, APART, DASHED)
    elif spaces == 1:
        return (text[1].isupper() or text[-1].isupper()) and _has_two_capitals(text)
    else:
        patterns = (_JOINED,) if spaces > 3 else (APART,)
    return any(compiled(pattern).fullmatch(text) for pattern in patterns)


def _spellings(text: str) -> set[str]:
    """The words of a text and their parts at hyphens, as the network reads them; "" for no letters."""
    if found := description(text):
        text = f"{found['name']} {found['rest']}"
    words = re.findall(r"[^\s,]+", text)
    return {normalise(each) for word in words for each in (word, *word.split("-"))}


def _reworded(text: str, features: dict[str, WordFeatures]) -> Reworded | None:
    def of(word: str) -> WordFeatures:
        return features[normalise(word)]

    if "," in text:
        return _two_people(text, of) if compiled(_TWO_NAMES).fullmatch(text) else None
    if compiled(DASHED).fullmatch(text):
        return None
    words = text.split(" ")
    if _has_two_capitals(text):
        return _two_capitals(words, of)
    if any(map(str.isupper, words)) and not text.isupper():  # capitals show the surname
        return None
    if not lists.JOINERS.isdisjoint(words):
        return _people_joined(text, of)
    in_two_parts = "-" in words[0] and compiled(_HYPHENATED).fullmatch(text)
    return _begins_hyphenated(words, of) if in_two_parts else surname_before_syllables(words, of)


def _two_people(text: str, of: FeaturesOf) -> Reworded | None:
    """Two people on either side of a comma: "Mary Jones, Peter Brown", but "Cortes Ortiz, Ana María".

    The first words are like given names, the last ones like surnames, and the groups of origins of the two
    surnames agree more than those of the first surname and the first word.
    """
    before, after = (part.split() for part in text.split(","))
    is_office = bare_key(after[-1]) in OFFICES  # "Jane Doe, Acme Corp"
    if is_office or is_particle_anywhere(before[0]) or is_common_in_spanish(before[0]):
        return None
    first, surname, last = map(of, (before[0], before[-1], after[-1]))
    agree = float(surname.groups @ (last.groups - first.groups))
    odds = first.given - last.given + AGREEMENT_WEIGHT * agree
    if are_syllables(before + after):  # "Xin Li, Yu Wang", "Li Xin, Wang Yu"
        ends = [[is_surname(of(part[place])) for part in (before, after)] for place in (0, -1)]
        odds = math.inf if any(map(all, ends)) else odds
    return Reworded(text.replace(",", ";"), odds)


def _people_joined(text: str, of: FeaturesOf) -> Reworded | None:
    """Two full names with an "and" between them that also joins surnames."""
    one, *others = re.split(" [yei] ", text)
    if len(others) != 1 or " " not in one or " " not in others[0]:
        return None
    begins = others[0].split()[0]
    if is_particle_anywhere(begins) or of(begins).given <= AFTER_AND_THRESHOLD:
        return None
    return Reworded(f"{one} & {others[0]}")


def _two_capitals(words: list[str], of: FeaturesOf) -> Reworded | None:
    """Two capitals that are a surname beside a given name, "Sylvie LY", and initials after a surname."""
    short, other = words if words[0].isupper() else reversed(words)
    if short.casefold() in lists.PARTICLES - lists.VIETNAMESE_BEFORE_MIDDLE:
        return None
    features = of(other)
    if (
        short == words[1]
        and features.known
        and features.east_asian < GIVEN
        and features.given < NO_GIVEN_NAME
    ):
        return Reworded(f"{other}, {short}")  # "Souza MA", though it may be syllables
    return Reworded(f"{short}, {other}", features.given)


def _begins_hyphenated(words: list[str], of: FeaturesOf) -> Reworded | None:
    """A surname in two parts before given names: "Smith-Jones Mary", but "Mary-Jane Smith"."""
    parts = words[0].split("-")
    if any(map(is_particle_anywhere, parts)) or are_syllables(parts):  # "Abdul-Rahman Ali", "Kar-Wai Wong"
        return None
    one, other = map(of, parts)
    agree = float(one.groups @ other.groups)
    odds = (
        min(of(word).given for word in words[1:]) - (one.given + other.given) / 2 + AGREEMENT_WEIGHT * agree
    )
    return Reworded(f"{words[0]}, {' '.join(words[1:])}", odds)
