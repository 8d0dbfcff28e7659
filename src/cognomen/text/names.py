"""The surname in a name as people write it.

find_surname("SMITH, John")       ->  surname "SMITH"
find_surname("Vincent van Gogh")  ->  surname "van Gogh"

The rules, in their order: text is repaired; the surname from birth, asides and all people but the first are
set apart (here); then come commas, capitals, languages that begin with the surname, and at last the last word
with what belongs to it (`full_names`). `docs/names.md` shows them at work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from cognomen.text import words as lists
from cognomen.text.affixes import PUNCTUATION, bare_key, is_title
from cognomen.text.forms import plainer
from cognomen.text.full_names import ALONE, Style, is_and, surname_of_person
from cognomen.text.particles import has_letter
from cognomen.text.parts import parts_of
from cognomen.text.patterns import lazy_pattern
from cognomen.text.placeholders import without_addresses
from cognomen.text.repair import repair
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import length_of_surname
from cognomen.text.word_kinds import usual_surname

SURNAME_OF_FULL_NAME: Final = "surname-of-full-name"
SEVERAL_PEOPLE: Final = "several-people"
REPAIRED_ENCODING: Final = "repaired-encoding"
NOTES: Final = (SURNAME_OF_FULL_NAME, SEVERAL_PEOPLE, REPAIRED_ENCODING)

_BORN_WORDS: Final = "|".join(lists.BORN).replace("Née", r"Née(?=\s+\w)")  # which may be a surname itself
_BORN: Final = lazy_pattern(
    rf"(?<=[^\s])[,;]?\s+[(\[]?(?:{_BORN_WORDS}|NÉE)\b\.?:?(?P<rest>[^,;()\[\]]*)[)\]]?"
)
_BRACKETS: Final = lazy_pattern(
    r'\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|"[^"]*"|“[^”“]*”|«[^«»]*»|„[^“”„]*[“”]'
    r"|(?<=\w\s)['‘][^\W\d_]{2,}['’](?![^\s,])"
)
_EMPTY: Final = lazy_pattern("< *>")  # where an address was
_OPENING: Final = lazy_pattern("[(\\[<\"“«„]|\\s['‘]")
_ONE_WORD_AND_QUOTED: Final = lazy_pattern(r"\S+\s+['‘]\S+['’]")  # of which the second is no nickname
_OPEN: Final = lazy_pattern(r"(?<=\w)\s*[(\[<].*$", re.DOTALL)
_AND_OTHERS: Final = lazy_pattern(
    r",?\s+(?:et|&|and|и)\s+(?:al|alii|others|др)\b.*$", re.DOTALL | re.IGNORECASE
)
_NO_BRACKETS: Final = str.maketrans(dict.fromkeys('()[]<>"“”«»„', " "))
_NOT_PLAIN: Final = lazy_pattern(r"-(?:san|sama|sensei)$")  # Tanaka-san
_NO_JOINTS: Final = str.maketrans("", "", "'’-")
_BETWEEN_PEOPLE: Final = lazy_pattern(r"[;；؛]|\s[/|>→=]\s|(?<=[^\W\d_][^\W\d_])/(?=[^\W\d_][^\W\d_])")
# Whose child or wife somebody is, other names, telephone numbers, and pronouns, after a name.
_RELATION: Final = lazy_pattern(
    r"(?<=\w),?\s+(?:[sdwc]/o|a/[lp]|viuda|vda\.?|του|της)\s.*$", re.DOTALL | re.IGNORECASE
)
_ALIASES: Final = "|".join(map(re.escape, sorted(lists.ALIASES)))
_ALIAS: Final = lazy_pattern(
    rf"(?<=\w)['’]?,?\s+(?:@|[af]\.k\.a\.|(?:ext|tel)\.?(?=\s[\d+(])|{_ALIASES})\s.*$", re.DOTALL
)
_PRONOUNS: Final = lazy_pattern(r"(?<=\w)\s+[a-z]{2,}(?:/[a-z]{2,})+$")
# Words that are written together: J.Smith, Dr.Smith; john.smith and john_smith7 if that is all.
_INITIALS_OF_WORD: Final = lazy_pattern(r"^(?:[^\W\d_]\.-?)+(?=[^\W\d_]{2,}(?:['’-][^\W\d_]+)*(?:[\s,;]|$))")
_TWO_WORDS: Final = lazy_pattern(r"(?<=[^\W\d_][^\W\d_]\.)(?=([^\W\d_])[^\W\d_])")
_USER: Final = lazy_pattern(r"([^\W\d_]{2,}(?:[._][^\W\d_]{2,})+)\d*")
_QUOTES: Final = "'‘’`\""
_BRACES: Final = lazy_pattern(r"(?<!\S)\{|\}(?![^\s,;])")  # that hold words of BibTeX together
_IN_KATAKANA: Final = lazy_pattern("[\u30a1-\u30fa\u30fc]+(?:・[\u30a1-\u30fa\u30fc]+)+")


@dataclass(frozen=True, slots=True)
class FoundSurname:
    """The surname found in a text.

    Attributes:
        surname: the surname as spelled in the text, or in the text repaired.
        note: None if the whole text is the surname; "several-people" if it is that of the first of several;
            "repaired-encoding" if the text had been decoded wrongly; else "surname-of-full-name".
        maiden_name: the surname from birth, if the text says so ("née Johnson").
    """

    surname: str
    note: str | None = None
    maiden_name: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of a surname in two, one by one (see `parts_of`): "Ruiz y Lopez" has Ruiz and Lopez."""
        return parts_of(self.surname)


@lru_cache(maxsize=1 << 12)  # a column is read several times, first to find its order
def find_surname(
    text: str,
    *,
    suffixes: frozenset[str] = frozenset(),
    surname_first: bool = False,
    two_surnames: bool = False,
) -> FoundSurname:
    """Find the surname in a name as people write it.

    The surname comes before a comma ("SMITH, John"), else it is what is in capitals among other words
    ("Marie DUPONT"), else the last word. Particles before it belong to it ("van der Berg", "De La Cruz");
    titles, initials and suffixes ("Jr.", "III", "PhD") do not. Names in Chinese, Japanese or Korean
    writing, and those that begin with a common Vietnamese surname, with a Chinese or Korean one before
    syllables of these languages ("Mao Zedong"), or end in a Russian father's name, are read surname first.
    Other names written so ("Kim Minjun", "Nagy Péter") are misread, unless `surname_first` says so: a single
    name does not tell, a column often does (`classifier.order`).

    It never raises. The surname of a surname of one word is itself.

    Args:
        text: any text.
        suffixes: more words that are no part of a name, in lower case and without dots.
        surname_first: names that do not tell by themselves begin with the surname: the first word, and the
            particles before it.
        two_surnames: the surname in names that do not tell by themselves is two words, with the particles
            before them, where another is left for a given name: Ruiz Gallardón in "Ana Ruiz Gallardón".
    """
    style = Style(surname_first, two_surnames)
    words = text.split()
    if suffixes and not suffixes.isdisjoint(map(bare_key, words)):
        return _without(words, suffixes, text, style)
    whole = repair(text)
    if len(words) == 1 and whole == text and _is_plain(words[0]):
        return FoundSurname(words[0])
    if style == ALONE and "\n" not in text and (usual := usual_surname(text)):
        return FoundSurname(usual, SURNAME_OF_FULL_NAME)
    surname, maiden, several = _read(plainer(_on_one_line(whole)), style)
    if several:
        note: str | None = SEVERAL_PEOPLE
    elif whole != text:
        note = REPAIRED_ENCODING
    else:
        note = None if _is_all_of(surname, text) else SURNAME_OF_FULL_NAME
    return FoundSurname(surname, note, maiden)


def _without(words: list[str], suffixes: frozenset[str], text: str, style: Style) -> FoundSurname:
    """The surname in a text without some of its words, whose commas stay."""
    kept = ["," * word.endswith(",") if bare_key(word) in suffixes else word for word in words]
    if not has_letter("".join(kept)):
        return FoundSurname(text)
    found = find_surname(" ".join(kept), **style._asdict())
    return replace(found, note=found.note or SURNAME_OF_FULL_NAME)


def _is_all_of(surname: str, text: str) -> bool:
    if has_letter(text.replace(surname, "", 1)) and surname in text:
        return False
    return surname == text or normalise(surname, lower=False) == normalise(text, lower=False)


def _is_plain(word: str) -> bool:
    """Whether a word is a surname as it is: letters, with apostrophes and hyphens between them."""
    if not word.isascii() and length_of_surname(word) < len(word):
        return False
    if "-" in word and _NOT_PLAIN.search(word):
        return False
    return word.isalpha() or (word[0] + word.translate(_NO_JOINTS) + word[-1]).isalpha()


def _on_one_line(text: str) -> str:
    """The text with single spaces, and a semicolon between lines of several words: those are people."""
    lines = [line.split() for line in text.split("\n") if has_letter(line)] if "\n" in text else []
    if len(lines) > 1 and all(len(words) > 1 for words in lines):
        return "; ".join(map(" ".join, lines))
    return " ".join(text.split())


def _read(text: str, style: Style) -> tuple[str, str | None, bool]:
    """The surname, the surname from birth, and whether there are several people."""
    rest, maiden = _without_birth_name(_apart(text))
    rest, several = _first_person(_without_quotes(_without_asides(rest)))
    surname, more = surname_of_person(rest, style)
    while " " not in surname and (shorter := surname_of_person(_apart(plainer(surname)))[0]) != surname:
        surname = shorter  # it can only get shorter
    return (surname, maiden, several or more) if has_letter(surname) else (text, None, False)


def _apart(text: str) -> str:
    """The text with spaces between words that are written together, and without quotation marks around it."""
    text = _without_quotes(text)
    if _IN_KATAKANA.fullmatch(text):  # foreign names, which keep their order
        return text.rpartition("・")[2]
    text = text.replace("・", " ")
    if "{" in text:
        text = _BRACES.sub("", text)
    if (user := _USER.fullmatch(text)) and (text.islower() or "_" in text):
        return user[1].replace("_", " ").replace(".", " ")
    if "." not in text:
        return text
    text = _INITIALS_OF_WORD.sub(r"\g<0> ", text)
    return _TWO_WORDS.sub(lambda found: " " if found[1].isupper() else "", text)


def _without_quotes(text: str) -> str:
    """The text without quotation marks around it."""
    text = text.strip()
    while len(text) > 2 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text


def _without_birth_name(text: str) -> tuple[str, str | None]:
    """The text without the surname from birth, and that surname: Mary Toogood née Johnson."""
    found = _BORN.search(text)
    if not found:
        return text, None
    rest = found["rest"].strip(PUNCTUATION)
    is_name = any(word[:1].isupper() for word in rest.split()) and not re.search(
        r"\d", rest
    )  # not "born in 1950"
    return f"{text[: found.start()]} {text[found.end() :]}", rest if is_name else None


def _without_asides(text: str) -> str:
    """The text without addresses, brackets, quotations and "et al."; what is in them if that is all."""
    plain = _EMPTY.sub(" ", without_addresses(text))
    outside = plain
    if _OPENING.search(plain) and not _ONE_WORD_AND_QUOTED.fullmatch(plain):
        outside = _OPEN.sub("", _BRACKETS.sub(" ", plain))
    if " al" in outside or " others" in outside or " др" in outside:
        outside = _AND_OTHERS.sub("", outside)
    if " " in outside:
        outside = _PRONOUNS.sub("", _RELATION.sub("", _ALIAS.sub("", outside)))
    inside = plain.translate(_NO_BRACKETS)  # "(John)(Smith)(Jr)"
    return next((each for each in (outside, inside, text) if has_letter(each)), text)


def _first_person(text: str) -> tuple[str, bool]:
    """The part of the text with the surname of the first person, and whether there are several."""
    people = list(filter(has_letter, _BETWEEN_PEOPLE.split(text)))
    if len(people) > 1:
        return people[0], sum(len(person.split()) > 1 for person in people) > 1  # not "Smith; John"
    words, several = text.split(), False
    while "," not in text and (place := next((i for i in range(1, len(words) - 1) if is_and(words, i)), 0)):
        several = True
        if _has_surname(words[:place], words[place + 1 :]):
            return " ".join(words[:place]), True
        words = words[place + 1 :]
    return " ".join(words), several


def _has_surname(first: list[str], second: list[str]) -> bool:
    """Whether the first of two people has a surname alone: not in "Mr. and Mrs. Smith", "Al and Bo Lee"."""
    names = [
        [word for word in words if not is_title(word)] for words in (first, filter(has_letter, second[:3]))
    ]
    return names[0] != ["M."] and len(names[0]) >= min(2, len(names[1]))
