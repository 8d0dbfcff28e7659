"""The surname in the name of one person: by comma, by capitals, by language, else the last or first word."""

from __future__ import annotations

from itertools import groupby
from typing import Final, NamedTuple

from cognomen.text import words as lists
from cognomen.text.affixes import (
    ACRONYM,
    OFFICES,
    PUNCTUATION,
    ROLES,
    bare_key,
    comes_before_names,
    describes,
    ends_in_initials,
    is_initials,
    is_short_surname,
    is_title,
    without_suffixes,
    without_titles,
)
from cognomen.text.particles import (
    end_of_surname,
    has_letter,
    is_dash,
    is_joiner,
    is_particle_anywhere,
    opens_surname,
    start_of_particles,
    start_of_surname,
)
from cognomen.text.patterns import lazy_pattern
from cognomen.text.surname_first import (
    begins_by_ending,
    begins_with_surname,
    is_common_in_spanish,
    length_of_surname,
    without_middle,
)
from cognomen.text.things import COMPANY

_FOOTNOTE: Final = lazy_pattern(r"(?<=[^\W\d_A-Z]{2})\^?\d$")  # Jane Doe1
_COMMA: Final = lazy_pattern("[,،，、]")
_PREFIX: Final = lazy_pattern(r"(?:Mc|Mac|De|Du|Le|La|Di|Van|Fitz|[DdLlO]['’])(?=\w\w)")


class Style(NamedTuple):
    """How names are written that do not tell by themselves.

    Attributes:
        surname_first: the surname comes first.
        two_surnames: it is two words, with their particles, where another is left for a given name.
    """

    surname_first: bool = False
    two_surnames: bool = False


ALONE: Final = Style()


def surname_of_person(text: str, style: Style = ALONE) -> tuple[str, bool]:
    """The surname in the name of one person, and whether it was that of the first of several people.

    It is the text itself if no surname is found.

    Args:
        text: the name.
        style: how names are written that do not tell by themselves.
    """
    parts = [part.split() for part in _COMMA.split(text) if has_letter(part)]
    if not parts:
        return text, False
    several, natural = _people(parts)
    if natural or len(parts) == 1 or _are_degrees(parts):
        words = _of_words(parts[0], ALONE if natural else style)
    else:
        words = _before_comma(parts[0], parts[1], style)
    surname = " ".join(words).strip(PUNCTUATION)
    surname = _FOOTNOTE.sub("", surname) if len(parts[0]) > 1 else surname
    return (surname, several) if has_letter(surname) else (text, False)


def _people(parts: list[list[str]]) -> tuple[bool, bool]:
    """Whether the commas of a text stand between people, and whether these are written surname last.

    "Smith J, Doe A" and "Smith, J. and Doe, A." are several people; so are those of "J. Smith, A. Doe",
    "Dr. Anna Smith, Dr. Al Roe" and "John Smith, Al Roe and Bo Lee", with their surnames last, and those of
    three full names or more.
    """
    if len(parts) == 1:
        return False, False
    of_words = all(len(part) > 1 for part in parts)
    by_and = any(is_and(part, place) for part in parts for place in range(1, len(part) - 1))
    are_many = len(parts) > 2 and not any(
        part[0][:1].isdigit() or any(map(describes, part)) for part in parts
    )
    begin = all(is_initials(part[0]) for part in parts) or all(is_title(part[0]) for part in parts)
    natural = of_words and (by_and or are_many or begin)
    cited = of_words and all(
        (len(part[0]) > 2 or part[0].istitle()) and ends_in_initials(part) for part in parts
    )
    return natural or by_and or cited or _alternate(parts), natural


def _alternate(parts: list[list[str]]) -> bool:
    """Whether surnames and initials take turns: "Smith, J., Doe, A."."""
    initials = [word for part in parts[1::2] for word in part]
    return len(parts) > 3 and all(map(is_initials, initials)) and not any(map(describes, parts[2]))


def _are_degrees(parts: list[list[str]]) -> bool:
    """Whether what follows commas is degrees that look like initials: "Ahmad Fauzi, S.H., M.H."."""
    after = parts[1:]
    return len(after) > 1 < len(parts[0]) and all(len(part) == 1 and is_initials(part[0]) for part in after)


def is_and(words: list[str], place: int) -> bool:
    """Whether a word stands between people: not the "und" of "von und zu" or "von Berg und Thal"."""
    if is_particle_anywhere(words[place + 1]):
        return False
    if words[place] in lists.AND_OF_FULL_NAMES:
        return 1 < place < len(words) - 2 and words[place + 1][:1].isupper()
    if words[place] not in lists.AND:
        return False
    is_noble = words[place] in lists.JOINERS and any(map(is_particle_anywhere, words[:place]))
    return not (is_noble and len(words) == place + 2)


def _before_comma(words: list[str], given: list[str], style: Style) -> list[str]:
    """The surname in "Cortes Ortiz, Ana": all before the comma, unless what follows is no given name."""
    name = without_suffixes(without_titles(list(filter(_is_word, words))))
    natural = _is_apposition(given, name) or (
        len(name) > 1 and (is_initials(name[0]) or _capitals(name) or begins_with_surname(name))
    )
    if natural or (comes_before_names(words[0]) and len(words) > 1):
        return _of_words(words, style)
    return _particles_after(given) + name


def _is_apposition(words: list[str], name: list[str]) -> bool:
    """Whether what follows a comma describes: "PhD", "1st Duke of Wellington", "the singer"."""
    begins_small = words[0][:1].islower() and not (is_particle_anywhere(words[0]) or is_title(words[0]))
    no_capitals = not any(word.isupper() and not is_initials(word) for word in name)
    is_full = len(name) > 1 and not is_particle_anywhere(name[0]) and no_capitals
    describe = all(
        describes(word) or (is_full and ACRONYM.fullmatch(word.strip(PUNCTUATION))) for word in words
    )
    begins_place = len(words) > 1 and bare_key(words[0]) in lists.BEGIN_PLACES
    is_office = (
        begins_place or "of" in words[1:] or bare_key(words[-1]) in (OFFICES if len(words) > 1 else ROLES)
    )
    return describe or is_office or words[0][:1].isdigit() or (begins_small and name[-1][:1].isupper())


def _particles_after(given: list[str]) -> list[str]:
    """The particles at the end of "Vincent van": in lower case, or several after a name ("Ana De La")."""
    start = start_of_particles(given, len(given))
    small = all(word == word.lower() for word in given[start:])
    return given[start:] if small or (start > 0 and len(given) - start > 1) else []


def _of_words(words: list[str], style: Style) -> list[str]:
    """The surname in a name without commas."""
    words = without_titles(_without_comment(list(filter(_is_word, words))))
    if not (len(words) == 2 and {words[1], bare_key(words[1])} & lists.SUFFIXES_OR_SURNAMES):
        words = without_suffixes(words)
    if len(words) == 1:
        return [words[0][: length_of_surname(words[0])]]
    if capitals := _capitals(words):
        return words[start_of_surname(words, capitals.start) : capitals.stop]
    if begins_with_surname(words) or begins_by_ending(words):
        return words[:1]
    if style.surname_first and (not is_initials(words[0]) or opens_surname(words, 0)):
        return words[: end_of_surname(words, two_surnames=style.two_surnames)]
    words = without_middle(words)
    start = start_of_surname(words, len(words) - 1, two_surnames=style.two_surnames)
    if start > 1 and is_common_in_spanish(words[0]):  # "García Márquez Gabriel"
        return words[: 1 + is_common_in_spanish(words[1])]
    return words[_start_of_two(words, start, style) :]


def _start_of_two(words: list[str], start: int, style: Style) -> int:
    """Where the surname begins that may have another one before it."""
    if start > 0 and is_common_in_spanish(words[start - 1]):
        is_one = is_particle_anywhere(words[start])  # "Pérez del Arco", but "García Márquez"
        start = start_of_particles(words, start - 1)
        if not is_one:
            return start
    are_joined = any(is_joiner(word, True) for word in words[start + 1 :])
    if not style.two_surnames or are_joined or start < 2:
        return start
    first = start_of_surname(words, start - 1)
    if first > 1 and is_particle_anywhere(words[first]) and is_common_in_spanish(words[first - 1]):
        first -= 1  # "Álvarez de Eulate Peñaranda"
    return first or start


def _is_word(word: str) -> bool:
    return has_letter(word) or is_dash(word)


def _without_comment(words: list[str]) -> list[str]:
    """The words before a dash and a comment, "John Smith - footballer", or a place, "Lord Smith of Kelvin".

    Or a byname or a role: "John Smith the Younger", "Kate Winslet as Rose", but "In memory of John Smith".

    A comment is in lower case, in capitals where the name is not, of several words, or a job.
    """
    for place in range(1, len(words) - 1):
        before, comment = words[place - 1], words[place + 1 :]
        has_other_case = (comment[0].islower() and before[:1].isupper()) or (
            comment[0].isupper() and before.istitle()
        )
        tells = len(comment) > 1 or bare_key(comment[0]) in ROLES
        is_comment = is_dash(words[place]) and (has_other_case or (place > 1 and tells))
        is_firm = bare_key(comment[-1]) in COMPANY  # "- De Berg Inc."
        if is_comment and (is_firm or not is_particle_anywhere(comment[0])):  # not "Jansen - van Dijk"
            return words[:place]
        if place > 1 and words[place] in lists.AFTER_NAMES and _ends_name(words, place):
            return words[:place]
    return words


def _ends_name(words: list[str], place: int) -> bool:
    """Whether "of" and its like follow a name: not in "In memory of John", nor the "in" of "in 't Veld"."""
    is_name = words[place - 1][:1].isupper() or not words[0][:1].isupper()
    return is_name and not (words[place] == "in" and is_particle_anywhere(words[place + 1]))


def _capitals(words: list[str]) -> range | None:
    """Where the words in capitals are, if others are not: "FERRAND PREVOT Anna", "Vincent VAN GOGH"."""
    if all(word == word.upper() for word in words):
        return None
    groups, place = [], 0
    for is_upper, group in groupby(
        words, lambda word: (word.isupper() and len(word) > 1) or is_capital(word)
    ):
        found = list(group)
        place += len(found)
        if is_upper and any(map(is_capital, found)):
            start, stop = place - len(found), place
            while is_initials(words[stop - 1]):  # "PUSARLA V. Sindhu"
                stop -= 1
            while is_initials(words[start]):  # "M. DUPONT Jean"
                start += 1
            groups.append(range(start, stop))
    if groups:
        return groups[0] if groups[0].start == 0 else groups[-1]
    return range(1) if is_short_surname(words[0], words[1:]) else None


def is_capital(word: str) -> bool:
    """Whether a word is in capitals and no initials: O'BRIEN, McDONALD."""
    bare = word if word.isupper() else _PREFIX.sub("", word)
    return bare.isupper() and sum(map(str.isalpha, word)) > 2 and not is_initials(word)
