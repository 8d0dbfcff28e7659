"""Surnames of Russian lists as Belarusian writes them: Козлов becomes Казлоў, and Kazlou in a passport.

Lists of Belarus are in Russian, but its passports have the Belarusian name. The spelling follows the sound:
unstressed о is а (akanne), д and т before soft vowels are дз and ц, в after a vowel is ў, and ж, ш, ч, ц, р
are always hard. Which vowel is stressed is not written. It is guessed from the ending; where that leaves two
(-ов, -ев, -ин), both spellings are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

# Surnames in Belarus are of the same kinds as in the countries around it, roughly in these shares; of each so
# many names are taken.
SHARES: Final = {"Belarusian": 0.35, "Russian": 0.4, "Ukrainian": 0.25}
NAMES: Final = 6000
BEARERS: Final = 1e5  # in all: what the list is worth beside others

_VOWELS: Final = "аеёиоуыэюя"
_SOFT: Final = "еёиюяь"
_HARD: Final = "жшчщцр"  # always hard
_AFTER_HARD: Final = {"ё": "о", "и": "ы", "ю": "у", "я": "а", "ь": ""}
_PLAIN: Final = {"и": "і", "щ": "шч", "ъ": "ʼ"}
# Endings after which the stress is known: how many vowels it is from the end. The first that fits counts.
_STRESS: Final = (
    ("[сц]кая", 3),
    ("[ео]вич|енко|[ёо]нок|[сц]кий|ик", 2),
    ("[её]ва|ова|ина|ына", 0),  # on the ending or before it
    ("[её]в|ов|ин|ын", 0),
    ("ой|[уюая]к|ец|[аеёиоуыэюя][бвгджзклмнпрстфхцчшщ]ь?", 1),
    (".", 2),
)


def in_belarusian(name: str) -> list[str]:
    """The likely Belarusian spellings of a surname in Russian spelling."""
    word = name.lower()
    return list(dict.fromkeys(_spelled(word, stress).capitalize() for stress in _stresses(word)))


def _stresses(word: str) -> list[int]:
    """The places of the vowels that may be stressed."""
    vowels = [place for place, letter in enumerate(word) if letter in _VOWELS]
    if "ё" in word:
        return [word.index("ё")]
    if len(vowels) < 2:
        return vowels or [0]
    back = next(back for ending, back in _STRESS if re.search(f"({ending})$", word))
    if back:
        return [vowels[max(-back, -len(vowels))]]
    last = 2 if word.endswith("а") else 1
    return list(dict.fromkeys([vowels[-last], vowels[max(-last - 1, -len(vowels))]]))


def _spelled(word: str, stress: int) -> str:
    vowels = [place for place, letter in enumerate(word) if letter in _VOWELS]
    before = max(
        (place for place in vowels if place < stress), default=-1
    )  # the vowel before the stressed one
    letters = "".join(_letter(word, place, stress, before) for place in range(len(word)))
    letters = re.sub("[іы]й$", lambda found: found[0][0], letters).replace("тск", "цк")
    return letters.replace("ўь", "ў").replace("ўʼ", "ў")


def _letter(word: str, place: int, stress: int, before: int) -> str:
    """What the letter at a place becomes; `stress` and `before` are the places of vowels."""
    letter, last, following = word[place], word[place - 1 : place], word[place + 1 : place + 3]
    if letter == "о":
        return "о" if place == stress else "а"
    if letter == "е":
        if last and last in _HARD:
            return "э" if place == stress else "а"
        return "я" if place == before else "е"
    if letter == "ь" and following[:1] and following[0] in _VOWELS and last not in "лнсзц":
        return "ʼ"
    if letter in _AFTER_HARD and last and last in _HARD:
        return _AFTER_HARD[letter]
    if letter in "дт" and following and (following[0] in _SOFT or re.match(f"[вм][{_SOFT}]", following)):
        return "дз" if letter == "д" else "ц"
    if letter == "в" and last and last in _VOWELS and not (following and following[0] in _VOWELS):
        return "ў"
    return _PLAIN.get(letter, letter)


def in_belarus(names: Iterable[tuple[str, str, float]]) -> Iterator[tuple[list[str], float]]:
    """Names as they are in Belarus: the likely spellings of each, and its bearers.

    Args:
        names: origin, name in Russian spelling and bearers, of a list that holds the names of these origins.
    """
    bearers: dict[str, list[tuple[float, str]]] = {origin: [] for origin in SHARES}
    for origin, name, count in names:
        if origin in bearers and not name.endswith(("ых", "их")):  # which are Russian forms
            bearers[origin].append((count, name))
    for origin, its in bearers.items():
        most = sorted(its, reverse=True)[:NAMES]
        scale = SHARES[origin] * BEARERS / (sum(count for count, _ in most) or 1.0)
        for count, name in most:
            yield in_belarusian(name), count * scale
