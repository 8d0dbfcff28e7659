"""Names that begin with the surname, as their words tell: Vietnamese, Chinese, Korean, Russian ones."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from cognomen.text import words as lists
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import key

cached_key: Final = lru_cache(maxsize=1 << 14)(key)  # a column of full names has few distinct words
_ENDS_OF_SYLLABLES: Final = frozenset("aeioungrbklmpt")  # of Chinese and Korean
HAN: Final = "\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA: Final = "\u3041-\u3096\u30a1-\u30fa\u30fc"
TWO_SYLLABLES: Final = lazy_pattern("[A-Z][a-z]{1,6}-[a-z]{1,6}")
_CONSONANT: Final = "b-df-hj-np-tv-xz"
ONE_SYLLABLE: Final = lazy_pattern(
    f"(?=[A-Z])[{_CONSONANT}]{{0,2}}[aeiouy]{{1,3}}[{_CONSONANT}]{{0,2}}", re.IGNORECASE
)
_WIFE: Final = lazy_pattern(r"[^\W\d_]{3,}(?<!p)[bcdfhj-nprstvz]né", re.IGNORECASE)  # not "d'Aubigné", Daphné
_VIETNAMESE_SYLLABLE: Final = lazy_pattern(
    "(?:[cgknpt]h|ngh?|gi|qu|tr|[bcdghklmnrstvx])?[aeiouy]{1,3}(?:ch|n[gh]|[cmnpt])?"
)
# Patterns as text are compiled when first used: large ones, and ranges beyond 16 bits, take milliseconds.
# The syllables of Chinese in pinyin, but those that begin with a vowel, and these.
_PINYIN: Final = (
    "(?:[bpm](?:a(?:i|o|ng?)?|e(?:i|ng?)|o|i(?:e|ao|an|ng?)?|u)|[pmf]ou|m(?:e|iu)|f(?:a(?:ng?)?|e(?:i|ng?)|o|u)"
    "|[dtnl](?:a(?:i|o|ng?)?|e(?:i|ng?)?|ou|ong|i(?:e|ao|an|ng|u)?|u(?:o|an|n|i)?)|[nl](?:i(?:n|ang)|ue)|lia"
    "|[gkh](?:a(?:i|o|ng?)?|e(?:i|ng?)?|ou|ong|u(?:a(?:i|ng?)?|o|i|n)?)"
    "|[jqx](?:i(?:a(?:o|ng?)?|e|u|ng?|ong)?|u(?:e|an|n)?)"
    "|(?:[zcs]h?|r)(?:a(?:i|o|ng?)?|e(?:i|ng?)?|i|ou|ong|u(?:a(?:i|ng?)?|o|i|n)?)"
    "|y(?:a(?:o|ng?)?|e|i(?:ng?)?|ong?|ou|u(?:e|an|n)?)|w(?:a(?:i|ng?)?|o|e(?:i|ng?)|u))"
)
_VOWEL_OF_PINYIN: Final = "(?:a(?:i|o|ng?)?|e[nr]?|ou)"
_ONE: Final = f"(?:{_PINYIN}|{_VOWEL_OF_PINYIN})"
_TWO: Final = f"{_ONE}(?:{_PINYIN}|'{_VOWEL_OF_PINYIN})"
_KOREAN: Final = (
    "(?:ch|kk|tt|pp|ss|jj|[bdghjkmnprst])?"
    "(?:y(?:ae?|eo?|oo?|u|ou)|w(?:ae?|oo?|e|i)|ui|ae|e[oue]|o[eou]|[aeiou])(?:ng|[bgklmnpt])?"
)
EAST_ASIAN_SYLLABLES: Final = f"{_ONE}(?:{_PINYIN}|'{_VOWEL_OF_PINYIN})?|{_KOREAN}(?:{_KOREAN})?"
ANY_SURNAME: Final = (
    lists.CHINESE | lists.CHINESE_OF_TWO | lists.CHINESE_TOO | lists.KOREAN
    | lists.VIETNAMESE | lists.VIETNAMESE_BEFORE_MIDDLE
)  # fmt: skip
_EAST_ASIAN: Final = f"[{HAN}{_KANA}\uac00-\ud7a3\uff66-\uff9f]+"
_IN_ONE_WORD: Final = f"(?P<hangul>[\uac00-\ud7a3]{{2,4}})|(?P<han>[{HAN}]{{1,4}})(?:[{_KANA}]{{2,}})?"


def begins_with_surname(words: list[str]) -> bool:
    """Whether the first of several words is the surname."""
    if "." in words[0]:  # "V.O. Pillai"
        return False
    rules = _ends_in_two_syllables, _begins_vietnamese, _begins_chinese_or_korean, _ends_in_patronymic
    return all(map(_is_east_asian, words)) or any(rule(words) for rule in (*rules, _name_wife))


def _is_east_asian(word: str) -> bool:
    return not word.isascii() and bool(re.fullmatch(_EAST_ASIAN, word))


def _ends_in_two_syllables(words: list[str]) -> bool:
    """Whether a given name in two syllables follows one of one syllable: "Kim Jong-un", "Chiang Kai-shek"."""
    begins = words[-1].partition("-")[0].casefold()
    is_particle = begins in lists.PARTICLES or begins in lists.INNER_PARTICLES
    return (
        len(words) == 2
        and bool(TWO_SYLLABLES.fullmatch(words[1]) and ONE_SYLLABLE.fullmatch(words[0]))
        and not is_particle
    )


def is_common_in_spanish(word: str) -> bool:
    """Whether a word is one of the most common Spanish surnames, none of which is a given name."""
    return cached_key(word) in lists.SPANISH


def without_middle(words: list[str]) -> list[str]:
    """The words, without the middle name that reads as a particle in "An Van Nguyen"."""
    is_middle = cached_key(words[-1]) in lists.VIETNAMESE and cached_key(words[-2]) in lists.VIETNAMESE_MIDDLE
    return words[-1:] if is_middle else words


def _begins_vietnamese(words: list[str]) -> bool:
    """Whether the first word is a Vietnamese surname, and the last one is none: "Nguyen Van An"."""
    first, *middle, last = map(cached_key, words)
    common = lists.VIETNAMESE | lists.VIETNAMESE_BEFORE_MIDDLE
    has_middle = bool(middle) and middle[0] in lists.VIETNAMESE_MIDDLE
    if len(words) == 3 and is_short_surname_of_vietnamese(words) and last not in common:  # "Le Duc Tho"
        return True
    return (first in lists.VIETNAMESE or (first in common and has_middle)) and (
        last not in common or has_middle
    )


def _begins_chinese_or_korean(words: list[str]) -> bool:
    """Whether a Chinese or Korean surname stands before one or two syllables: "Xi Jinping", "Kim Jong Un".

    Not if the last word is such a surname too ("Kim Min Lee"), and not before two syllables in one word if
    the surname is a given name elsewhere: "Kim Minjun" does not tell, because of "Kim Hanson".
    """
    if not 2 <= len(words) <= 3 or (words[0][:1].isupper() and words[1].islower()):
        return False  # "Kim de Jong" has a particle
    given_words = words[1].split("-", 1) if len(words) == 2 else words[1:]
    begins, *given = map(syllables, [words[0], *given_words])
    if len(given) == 1:
        return _begins_with_one_word(begins, given[0])
    is_chinese = begins.is_chinese and all(each.of_pinyin == 1 for each in given)
    is_korean = begins.is_korean and all(each.of_korean == 1 for each in given)
    has_particle = given_words[0].casefold() in lists.PARTICLES - lists.PARTICLES_OR_KOREAN  # "Kim Du Pon"
    told = [each.is_chinese or each.is_korean for each in (given if len(words) == 2 else given[-1:])]
    return (is_chinese or (is_korean and not has_particle)) and not all(told)


def _begins_with_one_word(begins: Syllables, given: Syllables) -> bool:
    """Whether the first of two words is the surname, and the other one or two syllables of a given name."""
    if begins.is_chinese_of_two or (begins.is_chinese and given.of_pinyin == 2):
        return given.of_pinyin > 0
    if begins.is_korean and not begins.is_given and given.of_korean == 2:
        return True
    is_told = not given.may_be_surname or (begins.is_never_given and not given.is_never_given)  # "Zhang Wei"
    is_told |= given.is_often_given and not begins.is_often_given  # "Chen Wei"
    return begins.is_chinese and given.of_pinyin == 1 and is_told


class Syllables(NamedTuple):
    """What a word is in Chinese or Korean in Latin letters; all false of most words.

    Attributes:
        is_chinese: whether it is one of the common Chinese surnames.
        is_chinese_of_two: whether it is one of those of two syllables.
        is_korean: whether it is one of the common Korean ones.
        is_given: whether it is one of those that are given names elsewhere.
        is_never_given: whether it is one of the Chinese ones that hardly ever are.
        is_often_given: whether it is one of those that are given names more often.
        may_be_surname: whether it is any of these, or another common surname of one syllable.
        of_pinyin: how many syllables of pinyin it is, 1 or 2; 0 for none, and for a surname of two.
        of_korean: how many Korean syllables it is, 1 or 2; 0 for none.
    """

    is_chinese: bool = False
    is_chinese_of_two: bool = False
    is_korean: bool = False
    is_given: bool = False
    is_never_given: bool = False
    is_often_given: bool = False
    may_be_surname: bool = False
    of_pinyin: int = 0
    of_korean: int = 0


@lru_cache(maxsize=1 << 14)
def syllables(word: str) -> Syllables:
    """What a word of several letters is in Chinese or Korean."""
    name = cached_key(word)
    if len(name) < 2:
        return Syllables()
    of_pinyin, of_korean = _syllables_of(name) if is_of_syllables(name) else (0, 0)
    is_of_two = name in lists.CHINESE_OF_TWO
    return Syllables(
        name in lists.CHINESE,
        is_of_two,
        name in lists.KOREAN,
        name in lists.KOREAN_OR_GIVEN,
        name in lists.CHINESE_NEVER_GIVEN,
        name in lists.CHINESE_OFTEN_GIVEN,
        name in ANY_SURNAME,
        0 if is_of_two else of_pinyin,
        of_korean,
    )


def is_of_syllables(name: str) -> bool:
    """Whether a name in lower case is one or two syllables of Chinese or Korean."""
    return name[-1] in _ENDS_OF_SYLLABLES and _pattern(EAST_ASIAN_SYLLABLES).fullmatch(name) is not None


def _syllables_of(name: str) -> tuple[int, int]:
    """How many syllables of Chinese and of Korean a name is."""
    one, two, korean, korean_two = (
        _pattern(each).fullmatch(name) for each in (_ONE, _TWO, _KOREAN, f"{_KOREAN}{_KOREAN}")
    )
    return 1 if one else 2 * bool(two), 1 if korean else 2 * bool(korean_two)


# Large patterns are compiled when first used. (`re` keeps them too, but takes longer to find them.)
_pattern: Final = cache(re.compile)


def is_short_surname_of_vietnamese(words: list[str]) -> bool:
    """Whether the first word is Le, Do, Ho or Ly, and the others are Vietnamese syllables: "Le Hong Son"."""
    is_first = cached_key(words[0]) in lists.VIETNAMESE_BEFORE_MIDDLE
    return is_first and all(map(is_vietnamese_syllable, words[1:]))


def is_vietnamese_syllable(word: str) -> bool:
    """Whether a word is a syllable of Vietnamese."""
    return _VIETNAMESE_SYLLABLE.fullmatch(cached_key(word)) is not None


def _ends_in_patronymic(words: list[str]) -> bool:
    """Whether three words are surname, name and father's name, as in Russian registers.

    Or more, the last of which says whose son or daughter it is, as in Azerbaijani ones.
    """
    if len(words) > 2 and words[-1].casefold().replace("ʻ", "'") in lists.SON_OR_DAUGHTER:
        return True
    if len(words) != 3 or len(words[1].rstrip(".")) == 1:
        return False
    first, middle, last = map(str.casefold, words)
    all_endings = lists.PATRONYMICS + lists.PATRONYMICS_OR_SURNAMES
    is_told = last.endswith(lists.PATRONYMICS) or first.endswith(lists.BEFORE_PATRONYMICS)
    return last.endswith(all_endings) and is_told and not middle.endswith(all_endings)


def _name_wife(words: list[str]) -> bool:
    """Whether one of the first two says whose wife somebody is in Hungarian: "Kovács Jánosné"."""
    return any(map(names_wife, words[:2]))


def names_wife(word: str) -> bool:
    """Whether a word is the name of a Hungarian wife: Jánosné, Kovácsné."""
    return not word.isascii() and _WIFE.fullmatch(word) is not None


def begins_by_ending(words: list[str]) -> bool:
    """Whether the first of two words ends as surnames do, and the other does not: "Попов Иван"."""
    return len(words) == 2 and ends_as_surname(words[0]) and not ends_as_surname(words[1])


def ends_as_surname(word: str) -> bool:
    """Whether a word ends as surnames do, and no given names: Slavic, Georgian and Armenian ones."""
    name = word.casefold()
    return (
        len(name) > 4 and name.endswith(lists.ENDINGS_OF_SURNAMES) and name not in lists.GIVEN_NAMES_SO_ENDING
    )


def length_of_surname(word: str) -> int:
    """How many characters of a word are the surname, in 김민준, 佐藤太郎, 王小明; else all.

    Three ideographs may be a Japanese surname: 長谷川.
    """
    found = None if word.isascii() else re.fullmatch(_IN_ONE_WORD, word)
    if not found:
        return len(word)
    if found["hangul"]:
        return 2 if word[:2] in lists.HANGUL_OF_TWO else 1
    han = found["han"]
    if han[0] in lists.HAN_OF_ONE:
        return 1
    return 2 if len(han) == 4 else len(han)
