"""Texts that are no names, by kind, from a seed: what stands in a column by mistake or by malice."""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable, Iterator

ASCII = string.ascii_lowercase
SCRIPTS = (  # code points of letters
    *((0x61, 0x7A), (0xDF, 0xFF), (0x430, 0x44F), (0x3B1, 0x3C9), (0x5D0, 0x5EA), (0x627, 0x64A)),
    *((0x905, 0x939), (0xE01, 0xE2E), (0x10D0, 0x10F0), (0x561, 0x586), (0x3041, 0x3096), (0x4E00, 0x9FFF)),
    (0xAC00, 0xD7A3),
)
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x200B, 0x202E, 0x2066, 0xFEFF]))
SYMBOLS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~£€§°±²³µ¶·¼½¾×÷"

Random = random.Random


def letters(rng: Random, low: int = 3, high: int = 15) -> str:
    """Random ASCII letters."""
    return "".join(rng.choices(ASCII, k=rng.randint(low, high)))


def capitalised(rng: Random) -> str:
    """The same, as a name is written."""
    return letters(rng).capitalize()


def repeated(rng: Random) -> str:
    """One letter again and again."""
    return rng.choice(ASCII) * rng.randint(3, 20)


def repeated_pair(rng: Random) -> str:
    """Two or three letters again and again."""
    return letters(rng, 2, 3) * rng.randint(3, 8)


def keys(rng: Random) -> str:
    """A walk along a row of a keyboard."""
    row = rng.choice(ROWS[:3])
    start = rng.randrange(len(row) - 3)
    walk = row[start : start + rng.randint(4, len(row))]
    return walk[::-1] if rng.random() < 0.5 else walk


def hexadecimal(rng: Random) -> str:
    """Digits of base 16."""
    return "".join(rng.choices("0123456789abcdef", k=rng.choice([4, 6, 8, 12, 16, 32, 40])))


def identifier(rng: Random) -> str:
    """A letter or three, and digits."""
    return letters(rng, 1, 3) + "".join(rng.choices(string.digits, k=rng.randint(2, 8)))


def encoded(rng: Random) -> str:
    """Base 64."""
    return base64.b64encode(rng.randbytes(rng.randint(4, 24))).decode()


def universal(rng: Random) -> str:
    """A UUID."""
    return str(uuid.UUID(int=rng.getrandbits(128)))


def among(rng: Random, others: str, share: float) -> str:
    """Letters with other characters among them."""
    return "".join(rng.choice(others) if rng.random() < share else rng.choice(ASCII) for _ in range(12))


def surrogates(rng: Random) -> str:
    """Lone surrogates among letters."""
    return among(rng, "".join(map(chr, range(0xD800, 0xE000, 7))), 0.3)


def controls(rng: Random) -> str:
    """Control and format characters among letters."""
    return among(rng, CONTROLS, 0.3)


def symbols(rng: Random) -> str:
    """Punctuation and signs among letters."""
    return among(rng, SYMBOLS, 0.4)


def digits(rng: Random) -> str:
    """Digits among letters."""
    return among(rng, string.digits, 0.4)


def mixed_scripts(rng: Random) -> str:
    """Letters of several scripts in one word."""
    return "".join(chr(rng.randint(*rng.choice(SCRIPTS))) for _ in range(rng.randint(3, 12)))


def one_script(rng: Random) -> str:
    """Random letters of one script other than Latin."""
    low, high = rng.choice(SCRIPTS[2:11])
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(4, 12)))


def anything(rng: Random) -> str:
    """Any characters of Unicode."""
    return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randint(1, 12)))


KINDS: dict[str, Callable[[Random], str]] = {
    "letters": letters,
    "capitalised letters": capitalised,
    "one letter repeated": repeated,
    "two letters repeated": repeated_pair,
    "keys in a row": keys,
    "hexadecimal": hexadecimal,
    "identifiers": identifier,
    "base 64": encoded,
    "UUIDs": universal,
    "surrogates among letters": surrogates,
    "controls among letters": controls,
    "symbols among letters": symbols,
    "digits among letters": digits,
    "mixed scripts": mixed_scripts,
    "letters of one script": one_script,
    "any characters": anything,
}


def texts(kind: str, count: int, seed: int = 0) -> Iterator[str]:
    """Yield texts of a kind; the first of many are the same as those of fewer."""
    rng = Random(f"{seed} {kind}")
    return (KINDS[kind](rng) for _ in range(count))
