"""The parts of a surname in two: García Márquez, Ruiz y Lopez, Smith-Jones, Jansen-van Dijk."""

from __future__ import annotations

from typing import Final

from cognomen.text.particles import JOINED, is_particle_anywhere
from cognomen.text.patterns import lazy_pattern

_JOINT: Final = lazy_pattern(r"(?<=\w\w)[-‐‑](?=[^\W\d_][^\W\d_])")


def parts_of(surname: str) -> tuple[str, ...]:
    """The parts of a surname, one by one; most have one part, themselves.

    Particles stay with their part: "Jansen-van Dijk" has Jansen and van Dijk, "al-Masri" one part. So has a
    name whose syllables are joined by a hyphen, "Ou-yang", as its small letter shows.
    """
    parts: list[list[str]] = [[]]
    for word in _apart(surname):
        if word in JOINED:
            continue
        parts[-1].append(word)
        if not is_particle_anywhere(word):
            parts.append([])
    joined = tuple(" ".join(part) for part in parts if part)
    return joined if len(joined) > 1 else (surname,)


def are_joined_by_hyphen(surname: str) -> bool:
    """Whether the parts of a surname stand on either side of a hyphen, rather than side by side."""
    return not surname.replace(" ", "").isalpha() and (bool(_JOINT.search(surname)) or " - " in surname)


def _apart(surname: str) -> list[str]:
    """The words of a surname, those of hyphenated names one by one."""
    if surname.replace(" ", "").isalpha():  # as most are
        return surname.split()
    before, *after = _JOINT.sub(" - ", surname).split(" - ")
    words, in_one_case = before.split(), surname.islower()
    for each in after:
        head, *rest = each.split() or [""]
        is_syllable = head.islower() and not in_one_case and not is_particle_anywhere(head)
        if is_syllable or (words and is_particle_anywhere(words[-1])):
            words[-1:] = [f"{words[-1]}-{head}" if words else head]
        else:
            words.append(head)
        words += rest
    return words
