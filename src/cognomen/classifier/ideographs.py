"""Where the surname ends in names of three to six ideographs: 习近平, 欧阳修, 石破茂, 長谷川, 長谷川美智子.

The characters do not show it: three may be a surname of one or two before a given name, or a Japanese
surname. The network knows most surnames in Chinese characters. So the surname is the whole text if the
network knows it; otherwise the longest prefix that it knows, which may be a single character unless that is
a Japanese surname. Five or more characters without a known prefix of two or more are a phrase, not a name:
我是中国人.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import filterfalse
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet, code_points
from cognomen.text.patterns import lazy_pattern
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import HAN

JAPANESE: Final = "Japanese"
LONGEST: Final = 16  # characters, with spaces around the name
IDEOGRAPHS: Final = lazy_pattern(f"[{HAN}]{{3,6}}")
LONGEST_OF_ONE: Final = 4  # characters of a name whose surname may be the first one alone


def may_be_ideographs(text: str) -> bool:
    """Whether there may be ideographs in a text."""
    return bool(code_points(text).max(initial=0) >= ord(HAN[0]))


def surname_lengths(
    texts: Sequence[str],
    alphabet: Alphabet,
    expected: Callable[[Ragged], tuple[NDArray[np.float32], NDArray[np.bool_] | None]],
    origins: Sequence[str],
) -> dict[str, int]:
    """How many characters the surname has, for the texts that the network decides; 0 if a text is no name.

    Args:
        texts: of any kind.
        alphabet: of the network.
        expected: the probabilities of S spellings, (S, C), and which the network knows, (S,).
        origins: C names.
    """
    short = (text.strip() for text in filterfalse(str.isascii, texts) if 2 < len(text) < LONGEST)
    # Characters without a meaning, such as U+4DC0, have no spelling.
    names = [each for each in short if IDEOGRAPHS.fullmatch(each) and all(map(normalise, each))]
    if not names or JAPANESE not in origins:
        return {}
    beginnings = list(dict.fromkeys(name[:size] for name in names for size in range(1, len(name) + 1)))
    p, known = expected(alphabet.encode_all([normalise(each) for each in beginnings]))
    if known is None:
        return {}
    japanese = p[:, origins.index(JAPANESE)] > 0.5
    is_surname = {
        each: bool(is_known and (len(each) > 1 or not is_japanese))
        for each, is_known, is_japanese in zip(beginnings, known, japanese, strict=True)
    }
    lengths = {}
    for name in names:
        shortest = 1 if len(name) <= LONGEST_OF_ONE else 2
        found = [size for size in range(shortest, len(name) + 1) if is_surname[name[:size]]]
        if found or shortest > 1:
            lengths[name] = max(found, default=0)
    return lengths
