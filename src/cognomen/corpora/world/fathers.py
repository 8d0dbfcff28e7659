"""Readers of lists of fathers' names, which stand in the surname's place in Egypt and Ethiopia."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cognomen.corpora.world.letters import in_title_case, tidy
from cognomen.corpora.world.lists import Read, Reader
from cognomen.corpora.world.rows import WorldRow

_LEAST_FATHERS: Final = 3
_FOREIGN: Final = "western_modern"  # where a name is from: Natalia, Mitterrand
_OTHER_SPELLINGS: Final = 0.25  # how common each of them is, beside the usual one
_LEAST_MEN: Final = 0.3  # of those with a given name; fathers are men
# Letters by which spellings of one Arabic name differ besides vowels: Gamal and Jamal, Qasim and Kasem.
_SAME_SOUND: Final = str.maketrans({"j": "g", "q": "k"})


def egyptian(read: Read) -> Iterator[WorldRow]:
    """Names of 3.8 million Egyptian students after the first one, which are those of fathers and families.

    Religions, which the package guesses, are not read.
    """
    data = json.loads(gzip.decompress(read("egy_names/data/names.json.gz")))
    tokens = data["metadata"]["corpus_tokens"]
    for entry in data["names"]:
        first, share = entry["p"][0] / 100, entry["tp"] / 100  # of the name as the first one; of all names
        fathers = round(share * tokens * (1 - first))
        if fathers >= _LEAST_FATHERS and entry["ot"] != _FOREIGN:
            usual, *others = _spellings(entry)
            yield WorldRow("Arabic", "EG", tidy(entry["a"]), usual, fathers)
            for roman in others:
                yield WorldRow("Arabic", "EG", tidy(entry["a"]), roman, fathers * _OTHER_SPELLINGS)


def _spellings(entry: Mapping[str, Any]) -> list[str]:
    """A name in Latin letters, the usual spelling first, and others with its consonants and no vowel less.

    Joseph is not another spelling of Youssef then, nor the Indian Syed one of Sayed.
    """
    usual = tidy(entry["e"])
    others = [tidy(name) for name in (entry.get("ev") or "").split("|")]
    alike = [name for name in others if consonants(name) == consonants(usual)]
    spellings = [usual, *(name for name in alike if _vowels(name) >= _vowels(usual))]
    return list(dict.fromkeys(in_title_case(name) for name in spellings))


def _vowels(roman: str) -> int:
    return sum(letter in "aeiou" for letter in roman.lower())


def consonants(roman: str) -> str:
    """The consonants of a romanised Arabic name, doubled ones once: "Abd al-Rahman" is "bdlrhmn"."""
    letters = re.sub("[^a-z]|[aeiouwy]", "", roman.lower().translate(_SAME_SOUND))
    return re.sub(r"(.)\1+", r"\1", letters)


def ethiopian(read: Read) -> Iterator[WorldRow]:
    """Given names of men, in Ethiopic letters and as Ethiopians spell them in Latin ones."""
    for entry in json.loads(read("habesha_names/data/given_names.json"))["entries"]:
        if entry["gender"].get("m", 0) >= _LEAST_MEN:
            for roman in dict.fromkeys((entry["canonical"], *entry["variants"])):
                yield WorldRow("Ethiopian", "ET", tidy(entry["fidel"]), tidy(roman))


FATHERS_READERS: Final[Mapping[str, Reader]] = {
    "eg_students": egyptian,
    "et_habesha": ethiopian,
}
