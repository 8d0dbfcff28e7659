"""Names with their given names in a column of their own."""

from __future__ import annotations

from collections.abc import Sequence


def hold_full_names(names: Sequence[object], given: Sequence[object]) -> bool:
    """Whether names of several words mostly hold the given names beside them: "John Smith", "John"."""
    pairs = [(name, each) for name, each in zip(names, given, strict=True) if _has_words(name, 2)]
    told = [(name, each) for name, each in pairs if _has_words(each, 1)]
    return 2 * sum(_rest(str(name), str(each)) is not None for name, each in told) >= max(len(told), 1)


def surnames_first(names: Sequence[object], given: Sequence[object], *, full_names: bool) -> list[object]:
    """The names with the given name after a comma, so that all before it is read as the surname.

    Args:
        names: (N,), full names or surnames; what is not text stays as it is.
        given: (N,), the given name of each, or what is not text.
        full_names: names hold the given name; one that does not hold it stays as it is. If not, all of a name
            is the surname.
    """
    return [_joined(name, each, full_names) for name, each in zip(names, given, strict=True)]


def _joined(name: object, given: object, full_names: bool) -> object:
    if not (
        isinstance(name, str) and isinstance(given, str) and _has_words(given, 1) and _has_words(name, 1)
    ):
        return name
    rest = _rest(name, given)
    if "," in name or (rest is None and full_names):
        return name
    return f"{rest or name}, {given}"


def _rest(name: str, given: str) -> str | None:
    """The name without its given name at the beginning or the end; None if that is not there, or is all."""
    words, others = name.split(), given.split()
    count = len(others)
    folded, sought = [word.casefold() for word in words], [word.casefold() for word in others]
    if count >= len(words):
        return None
    if folded[:count] == sought:
        return " ".join(words[count:])
    return " ".join(words[:-count]) if folded[-count:] == sought else None


def _has_words(text: object, count: int) -> bool:
    return isinstance(text, str) and len(text.split()) >= count
