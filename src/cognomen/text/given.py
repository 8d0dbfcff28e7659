"""Names with their given names in a column of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cognomen.text.names import find_surname
from cognomen.text.spelling import key


class _Rest(NamedTuple):
    """What a name is besides its given name, and whether it stands after it."""

    words: list[str]
    is_after: bool


def hold_full_names(names: Sequence[object], given: Sequence[object]) -> bool:
    """Whether names of several words mostly hold the given names beside them: "John Smith", "John"."""
    pairs = [(name, each) for name, each in zip(names, given, strict=True) if _has_words(name, 2)]
    told = [(name, each) for name, each in pairs if _has_words(each, 1)]
    return 2 * sum(_rest(str(name), str(each)) is not None for name, each in told) >= max(len(told), 1)


def words_after(names: Sequence[object], given: Sequence[object]) -> list[str]:
    """The first of several words after the given name, without initials and particles.

    In "John Paul Smith" it is a given name too, in "Ana Molina Herrero" a surname.
    """
    found: list[str] = []
    for name, each in zip(names, given, strict=True):
        if _has_words(name, 3) and _has_words(each, 1):
            rest = _rest(str(name), str(each))
            if rest is not None and rest.is_after and len(rest.words) > 1:
                found.append(rest.words[0])
    return [word for word in found if len(_letters(word)) > 1 and not word[0].islower()]


def surnames_first(
    names: Sequence[object], given: Sequence[object], *, full_names: bool, more_given: bool = False
) -> list[object]:
    """The names with the given name after a comma, so that all before it is read as the surname.

    Args:
        names: (N,), full names or surnames; what is not text stays as it is.
        given: (N,), the given name of each, or what is not text.
        full_names: names hold the given name; one that does not hold it stays as it is. If not, all of a name
            is the surname.
        more_given: more given names may follow the first: "John Paul Smith", "John".
    """
    return [_joined(name, each, full_names, more_given) for name, each in zip(names, given, strict=True)]


def _joined(name: object, given: object, full_names: bool, more_given: bool) -> object:
    if not (
        isinstance(name, str) and isinstance(given, str) and _has_words(given, 1) and _has_words(name, 1)
    ):
        return name
    rest = _rest(name, given)
    if "," in name or (rest is None and full_names):
        return name
    surname = name if rest is None else " ".join(rest.words)
    if rest is not None and rest.is_after and more_given:
        surname = find_surname(surname).surname or surname
    return f"{surname}, {given}"


def _rest(name: str, given: str) -> _Rest | None:
    """The name without its given name at the beginning or the end; None if that is not there, or is all."""
    words, others = name.split(), given.split()
    count = len(others)
    folded, sought = [word.casefold() for word in words], [word.casefold() for word in others]
    if count < len(words):
        if folded[:count] == sought:
            return _Rest(words[count:], is_after=True)
        if folded[-count:] == sought:
            return _Rest(words[:-count], is_after=False)
    letters = _letters(given)  # written otherwise: Péter and Peter, Min Jun and Min-jun
    if letters:
        for count in range(1, len(words)):
            if _letters(" ".join(words[:count])) == letters:
                return _Rest(words[count:], is_after=True)
            if _letters(" ".join(words[count:])) == letters:
                return _Rest(words[:count], is_after=False)
    return None


def _letters(text: str) -> str:
    """The letters alone, without their marks."""
    return "".join(filter(str.isalpha, key(text)))


def _has_words(text: object, count: int) -> bool:
    return isinstance(text, str) and len(text.split()) >= count
