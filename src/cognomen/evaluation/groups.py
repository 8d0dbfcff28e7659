"""Spellings that belong together, and the part of a split that they are in: protocol W, steps 2 and 3.

The native and romanised spellings of a name are one group, and so are women's and men's forms by rule. A
group is in one part, so that no test name is in training under another spelling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from cognomen.text.spelling import key

Part = Literal["test", "validation", "training"]

PARTS: Final = 20
SHORTEST_STEM: Final = 3  # letters before an ending; "Eva" is no woman's form of "Ev"

# Endings of women's forms, and those of the men's forms that they may belong to, as keys have them: without
# diacritics in Latin, Greek and Cyrillic letters, with и for й.
_MENS_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    # Czech and Slovak: Nováková, Procházková; Novotná. Bulgarian and Russian: Ivanova.
    "ova": ("", "a", "o", "ov", "ovs"),
    "eva": ("ev", "evs"),
    "ina": ("in", "ins"),
    "yna": ("yn",),
    "a": ("y",),
    # Latvian, besides -ova, -ina, -ska: Ozola, Pētersone, Neimane, Eglīte, Balode, Kurzemniece.
    "la": ("ls",),
    "sone": ("sons",),
    "ite": ("itis",),
    "ode": ("odis",),
    "mane": ("manis",),
    "iece": ("ieks",),
    # Polish: Kowalska, Sawicka, Zawadzka. Czech: Dvorská. Ukrainian and Bulgarian, romanised: Kovalska.
    "ska": ("ski", "sky", "skis", "skij", "skiy", "skyi", "skyy"),
    "cka": ("cki", "cky", "ckis", "ckij"),
    "zka": ("zki", "zky", "zkyi"),
    # Russian, romanised: Dostoevskaya, Tolstaya.
    "skaya": ("ski", "sky", "skii", "skij", "skiy", "skoi", "skoy"),
    "skaia": ("ski", "sky", "skii", "skij", "skiy", "skoi", "skoy"),
    "aya": ("oi", "oy", "y", "yi", "yy", "iy"),
    # Lithuanian: Kazlauskienė; Kazlauskaitė, Petrytė, Butkutė.
    "iene": ("a", "as", "e", "is", "ius", "us", "ys"),
    "aite": ("a", "as"),
    "yte": ("e", "is", "ys"),
    "ute": ("us",),
    # Icelandic and Faroese: Jónsdóttir.
    "dottir": ("son",),
    # Greek, romanised: Papadopoulou, Economidou; Papadaki, Karagianni.
    "ou": ("os", "is", "as"),
    "aki": ("akis",),
    "anni": ("annis",),
    # Greek.
    "ου": ("οσ", "ησ", "ασ"),
    "η": ("ησ",),
    "α": ("ασ",),
    # Russian, Bulgarian, Ukrainian, Macedonian.
    "ова": ("ов",),
    "ева": ("ев",),
    "єва": ("єв",),
    "ина": ("ин",),
    "іна": ("ін",),
    "ына": ("ын",),
    "ая": ("ии", "ои", "ыи", "ы"),
    "ская": ("скии", "скои", "скі"),
    "цкая": ("цкии", "цкои", "цкі"),
    "ска": ("ски", "скии"),
    "цка": ("цки", "цкии"),
    "ська": ("ськии",),
    "цька": ("цькии",),
    "зька": ("зькии",),
    "а": ("ии",),
    # Belarusian: Іванава, Васільева.
    "ава": ("ау",),
    "ьева": ("ьеу",),
}
_LONGEST: Final = max(map(len, _MENS_ENDINGS))


def mens_forms(name_key: str) -> list[str]:
    """The keys of the men's forms that a name may be the woman's form of, by its ending.

    Most names that end so are no women's forms; then these are keys that no name has.
    """
    forms = []
    for size in range(1, min(_LONGEST, len(name_key) - SHORTEST_STEM) + 1):
        stem, ending = name_key[:-size], name_key[-size:]
        forms += [stem + mens for mens in _MENS_ENDINGS.get(ending, ())]
        if ending == "ova":  # Havlíčková, Němcová: the men's form has an e before its last letter
            forms.append(f"{stem[:-1]}e{stem[-1]}")
    return forms


def group_keys(rows: Iterable[Iterable[str]]) -> dict[str, str]:
    """The groups of spellings that belong together (protocol W, step 2).

    Args:
        rows: spellings of one name, the native and the romanised ones of a list's row for instance, in each
            row. Spellings without letters are passed over.

    Returns:
        For the `key` of each spelling the key of its group: the smallest key of its members.
    """
    groups = _DisjointSets()
    keys: set[str] = set()
    for spellings in rows:
        first = ""
        for each in filter(None, map(key, spellings)):
            if each not in keys:
                keys.add(each)
                for form in mens_forms(each):
                    groups.join(each, form)
            first = first or each
            groups.join(first, each)
    smallest: dict[str, str] = {}
    for each in keys:  # without the men's forms that no row has
        root = groups.find(each)
        smallest[root] = min(each, smallest.get(root, each))
    return {each: smallest[groups.find(each)] for each in keys}


def part_of_group(group: str) -> Part:
    """The part that a group is in, given its key (protocol W, step 3).

    SHA-256 of "world" and the key, modulo 20: 0 is test, 1 is validation, the rest training.
    """
    number = int(hashlib.sha256(("world" + group).encode()).hexdigest(), 16) % PARTS
    return "test" if number == 0 else "validation" if number == 1 else "training"


class _DisjointSets:
    """Sets of keys that are joined pair by pair (union-find)."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def find(self, member: str) -> str:
        """The member that stands for the whole set."""
        parents = self._parents
        while (parent := parents.setdefault(member, member)) != member:
            parents[member] = parents[parent]  # path halving
            member = parent
        return member

    def join(self, one: str, other: str) -> None:
        """Make one set of theirs."""
        self._parents[self.find(one)] = self.find(other)
