"""What a user meant by a word: matching that ignores case, and hints for misspellings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cognomen.errors import InputError

NEAR = 0.7  # of difflib's ratio: "surname" and "name" are near each other, "Nowhere" and "Hebrew" are not


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most similar to this one, ignoring case; None if none is similar."""
    import difflib  # only a misspelt word pays for the import

    by_key = {each.casefold(): each for each in known}
    matches = difflib.get_close_matches(word.casefold(), by_key, n=1, cutoff=NEAR)
    return by_key[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence to append to an error message, with a leading space; "" if no known word is similar."""
    match = closest(word, known)
    return "" if match is None else f" Did you mean {match!r}?"


MOST_LISTED = 30  # origins in a message


def find_origin(
    where: str, origin: object, origins: Sequence[str], *, listed_by: str = "cognomen model origins"
) -> str:
    """The origin as the model spells it; case is ignored.

    Args:
        where: the name of the argument, for the error message.
        origin: what the user gave.
        origins: the origins that the model knows.
        listed_by: the command that lists them.

    Raises:
        InputError: the model does not know the origin.
    """
    if origin in origins:
        return str(origin)
    by_key = {each.casefold(): each for each in origins}
    if str(origin).casefold() in by_key:
        return by_key[str(origin).casefold()]
    known = f"It knows {', '.join(origins)}" if len(origins) <= MOST_LISTED else f"`{listed_by}` lists them"
    hint = did_you_mean(str(origin), origins) or f" {known}."
    raise InputError(f"{where}: the model does not know the origin {origin!r}.{hint}")
