"""Particles: which words belong to the surname beside them, and where a surname begins or ends with them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cognomen.text import words as lists
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import kind_of
from cognomen.text.surname_first import is_common_in_spanish, is_short_surname_of_vietnamese

_APOSTROPHES: Final = lazy_pattern("[’ʼ‘`´]")
_ANYWHERE: Final = lists.PARTICLES | lists.SMALL_PARTICLES | lists.INNER_PARTICLES | {"o", "und"}
JOINED: Final = lists.JOINERS | {"-", "–"}


def start_of_surname(words: list[str], place: int, *, two_surnames: bool = False) -> int:
    """Where the surname begins that ends with, or in capitals begins with, the word at `place`."""
    if place > 0 and words[place].casefold() in lists.SECOND_WORDS:
        place -= 1
    start = start_of_particles(words, place)
    while start > 0:
        before = words[start - 1]
        is_joint = is_joiner(before, two_surnames) and (start > 2 or before.islower())  # not "John Y Smith"
        if start > 1 and (is_dash(before) or is_joint):  # "Smith - Jones", "Ruiz y Lopez"
            start = start_of_particles(words, start - 2)
        elif start > 1 and (
            is_dash(before[-1:]) or is_dash(words[start][:1])
        ):  # "Smith- Jones", "Jansen -van Dijk"
            start = start_of_particles(words, start - 1)
        else:
            break
    return start


def end_of_surname(words: list[str], *, two_surnames: bool = False) -> int:
    """Where the surname ends that a name begins with: "van Gogh Vincent", "Ruiz y Lopez Ana"."""
    if is_short_surname_of_vietnamese(words):
        return 1
    end = _end_of_particles(words, 0)
    while end + 1 < len(words):
        if is_dash(words[end]) or is_joiner(words[end], two_surnames):
            end = _end_of_particles(words, end + 1)
        elif is_dash(words[end - 1][-1:]) or is_dash(words[end][:1]):
            end = _end_of_particles(words, end)
        elif words[end].casefold() in lists.SECOND_WORDS:
            end += 1
        elif words[end].casefold() in lists.OF and _end_of_particles(words, end) < len(words):
            end = _end_of_particles(words, end)  # "García de la Cruz Ana"
        else:
            break
    if end + 1 >= len(words) or (two_surnames and any(is_joiner(word, True) for word in words[1:end])):
        return end
    second = _end_of_particles(words, end)
    are_common = is_common_in_spanish(words[end - 1]) and is_common_in_spanish(words[second - 1])
    return second if second < len(words) and (two_surnames or are_common) else end


def is_joiner(word: str, two_surnames: bool = False) -> bool:
    """Whether a word joins two surnames; in capitals, I and E only where there are two."""
    return word in lists.JOINERS or word == "Y" or (two_surnames and word.lower() in lists.JOINERS)


def _end_of_particles(words: list[str], start: int) -> int:
    """The end of the particles at `start` and the word after them; of the word there if it is none."""
    end = start
    while end + 1 < len(words) and opens_surname(words, end):
        end += 1
    return end + 1


def opens_surname(words: list[str], place: int) -> bool:
    """Whether a word is a particle of the surname that a name begins with."""
    has_given_name = place + 2 < len(words)
    if has_given_name and words[place].casefold() in lists.INNER_PARTICLES:  # "Al Dawsari Salem"
        return True
    before_particle = has_given_name and is_particle_anywhere(words[place + 1])
    return _is_particle(words, place, before_particle=before_particle)


def start_of_particles(words: list[str], end: int) -> int:
    """The start of the run of particles before `end`; `end` if there is none."""
    start = end
    while start > 0 and _is_particle(words, start - 1, before_particle=start < end):
        start -= 1
    return start


def _is_particle(words: list[str], place: int, *, before_particle: bool) -> bool:
    word, following = words[place], words[place + 1] if place + 1 < len(words) else ""
    name = _APOSTROPHES.sub("'", word.casefold()).lstrip("-")
    if word in ("d", "d.") and place > 0 and words[place - 1] in ("v", "v."):  # "Jan v. d. Steen"
        return True
    if word == "b.":  # "Ahmad b. Hanbal"
        return place > 0 and words[place - 1][:1].isupper() and following[:1].isupper()
    if name in ("d", "o"):  # not "D. Smith"; "D arcy", "O Brien"
        return name == "o" or following[:1] in tuple("aeiou")
    if name == "und":
        return before_particle  # "von und zu"
    if name == "an":
        return place > 0 and words[place - 1].casefold() in ("mac", "nic", "mhac")  # "Mac an tSaoir"
    if name == "ni":
        return following[1:2] == "h"  # "Ni Bhriain", for Ní
    name = name.removesuffix(".")
    if name in lists.INNER_PARTICLES:
        return place > 0 or (word.islower() and not following.islower())
    are_initials = len(word) > 1 and word.isupper() and following.islower()  # "AB de Villiers"
    is_small = word.islower() or (before_particle and not are_initials)
    if name in lists.PARTICLES or (name in lists.SMALL_PARTICLES and is_small):
        return True
    head, dash, tail = word.rpartition("-")  # "Jansen-van Dijk"
    return bool(dash and has_letter(head)) and tail.islower() and is_particle_anywhere(tail)


@lru_cache(maxsize=1 << 14)
def is_particle_anywhere(word: str) -> bool:
    """Whether a word is a particle in some name."""
    return _APOSTROPHES.sub("'", word.casefold()).removesuffix(".") in _ANYWHERE


def is_dash(word: str) -> bool:
    """Whether a word is a dash, or several."""
    return bool(word) and all(kind_of(character) == "-" for character in word)


def has_letter(text: str) -> bool:
    """Whether there is a letter in a text."""
    return any(map(str.isalpha, text))
