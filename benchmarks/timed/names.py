"""The names that the rows are measured on, and how to lay out their letters.

M counts all letters of a list of names laid end to end, N the names.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.network import Network
from cognomen.rnn.engine import choice
from cognomen.text import Alphabet
from cognomen.training import TrainingConfig

__all__ = [
    "PLAIN",
    "backwards",
    "classifier",
    "compiled",
    "corpus",
    "different_names",
    "different_prefixes",
    "pretrained",
    "read_cheaply",
    "recombined_names",
    "syllables",
    "zipf_rows",
]

DATA = "tutorial"
# The config of a plain BiGRU, as torch would be given it too.
PLAIN = TrainingConfig(
    longest_ngram=0,
    refit=False,
    logit_adjustment=0.0,
    rdrop_alpha=0.0,
    swa_start=1.0,
    dropout=(0.1, 0.0, 0.3),
    epochs=30,
    validation_share=0.05,
)
LONGEST = 40  # letters of a made-up name
Numbers = NDArray[np.int64]


@cache
def corpus() -> Corpus:
    """The 18 files: COGNOMEN_NAMES says where, else they are downloaded once."""
    return load_corpus(DATA)


@cache
def pretrained() -> Classifier:
    """The pretrained model: a BiGRU of 128, embedding 64, max and mean pooling, and weights of n-grams."""
    return Classifier.load("classic")


@cache
def classifier() -> Classifier:
    """The pretrained model's recurrent part alone, which is what the rivals have too."""
    clf = pretrained()
    network = Network(replace(clf.network.architecture, longest_ngram=0))
    network.load({name: clf.network.params[name] for name in network.params})
    return Classifier(network, clf.alphabet, clf.origins, clf.priors, clf.temperature)


@contextmanager
def compiled(by: bool) -> Iterator[None]:
    """Inside, all names are read by the compiled engine, however few, or none."""
    with patch.object(choice, "COMPILED_LETTERS", 0 if by else sys.maxsize):
        yield


def different_names(count: int | None = None, seed: int = 0) -> list[str]:
    """All different names of the 18 files in random order, or the first `count` of them."""
    names = list(dict.fromkeys(corpus().names))
    np.random.default_rng(seed).shuffle(names)
    return names[:count]


def recombined_names(count: int, seed: int = 0) -> list[str]:
    """Made-up names, all different: syllables of real ones, put together anew.

    Each real name is cut after every group of vowels ("Nakamura": Na ka mu ra), what follows the last vowel
    staying with it ("Kowalski": Ko wa lski; "Schmidt" is one). For each name an origin is drawn by its share
    of the real names, a number of syllables by that origin's real names, then a first, middle and last
    syllable from those that stand first, in the middle and last there, each as often as it does. So letters,
    lengths and shared beginnings are much like those of real names. What was made before, or is longer than
    40 letters, is passed over; origins whose names have few syllables give few different names.
    """
    made: dict[str, None] = {}
    for name in _endless_names(np.random.default_rng(seed)):
        if len(name) <= LONGEST:
            made[name] = None
        if len(made) == count:
            return list(made)
    raise AssertionError("names never end")


def syllables(name: str) -> list[str]:
    """A name cut after each group of vowels; the consonants that end it belong to its last syllable."""
    is_vowel = [_is_vowel(letter) for letter in name]
    last = max((i for i, vowel in enumerate(is_vowel) if vowel), default=len(name))
    cuts = [i for i in range(1, len(name)) if is_vowel[i - 1] and not is_vowel[i] and i <= last]
    return [name[start:end] for start, end in zip([0, *cuts], [*cuts, len(name)], strict=True)]


@cache
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFKD", letter)[0].lower() in "aeiouy"


class _Origin:
    """The syllables of one origin's names by their place, and how many a name has."""

    def __init__(self, names: Sequence[str]) -> None:
        cut = [syllables(name) for name in names]
        self.counts = np.array([len(parts) for parts in cut])
        self.first = np.array([parts[0] for parts in cut if len(parts) > 1] or [""], object)
        self.middle = np.array([part for parts in cut for part in parts[1:-1]] or [""], object)
        self.last = np.array([parts[-1] for parts in cut if len(parts) > 1] or [""], object)
        self.whole = np.array([parts[0] for parts in cut if len(parts) == 1] or [""], object)

    def make(self, count: int, rng: np.random.Generator) -> list[str]:
        """So many names, repeated ones among them."""
        sizes = rng.choice(self.counts, count)
        names = np.where(sizes == 1, rng.choice(self.whole, count), rng.choice(self.first, count))
        for place in range(1, int(sizes.max()) - 1):
            names = names + np.where(place < sizes - 1, rng.choice(self.middle, count), "")
        return list(names + np.where(sizes > 1, rng.choice(self.last, count), ""))


def _endless_names(rng: np.random.Generator, block: int = 20_000) -> Iterator[str]:
    """Names without end, the origins mixed."""
    by_origin: defaultdict[str, list[str]] = defaultdict(list)
    for name, origin in zip(corpus().names, corpus().labels, strict=True):
        by_origin[origin].append(name)
    origins = [_Origin(names) for names in by_origin.values()]
    shares = np.array([len(names) for names in by_origin.values()]) / len(corpus())
    while True:
        counts = rng.multinomial(block, shares)
        names = [
            name for origin, n in zip(origins, counts, strict=True) if n for name in origin.make(int(n), rng)
        ]
        rng.shuffle(names)
        yield from names


def zipf_rows(rows: int, different: int, seed: int = 0) -> Numbers:
    """Which of the different names stands in each row, (rows,): all at least once, shares as 1 / rank."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, different + 1)
    drawn = np.searchsorted(np.cumsum(shares), rng.random(rows - different) * shares.sum())
    column = np.concatenate([np.arange(different), np.minimum(drawn, different - 1)])
    rng.shuffle(column)
    return column


def read_cheaply(names: Sequence[str], alphabet: Alphabet) -> tuple[Numbers, Numbers]:
    """Ids (M,) and lengths (N,) for the rivals, the cheapest way there is: all names in a few calls.

    Lower case, NFKD, one look-up for all letters; what is no letter, and marks that the alphabet lacks, are
    dropped. No surname is looked for in a full name and nothing is refused, which ours does.
    """
    text = unicodedata.normalize("NFKD", "\n".join(names).casefold())
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")  # (M + N - 1 and what is dropped,)
    ids = _table(alphabet)[np.minimum(codes, TABLE - 1)]
    ids = ids[ids != DROPPED]
    is_end = ids == END
    bounds = np.concatenate([[-1], np.flatnonzero(is_end), [len(ids)]])
    return ids[~is_end].astype(np.int64), np.diff(bounds) - 1


TABLE, DROPPED, END = 0x400, -1, -2  # code points in the table; what stands in it for no letter, and for "\n"


@cache
def _table(alphabet: Alphabet) -> NDArray[np.int16]:
    """The id of each code point; the last serves all beyond."""
    table = np.zeros(TABLE, np.int16)
    for code, letter in enumerate(map(chr, range(TABLE - 1))):
        known = letter in alphabet.letters
        table[code] = alphabet.encode(letter)[0] if known or letter.isalpha() else DROPPED
    table[ord("\n")] = END
    return table


def different_prefixes(ids: Numbers, lengths: Numbers) -> tuple[int, int]:
    """How many different beginnings names have, and how many of these go on.

    So many steps must be taken, and so many states be multiplied: those of whole names only are read no more.
    """
    text = ids.astype(np.uint8).tobytes()
    ends = np.cumsum(lengths).tolist()
    words = [text[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]
    prefixes = {word[:size] for word in words for size in range(1, len(word) + 1)}
    return len(prefixes), len({prefix[:-1] for prefix in prefixes} - {b""})


def backwards(ids: Numbers, lengths: Numbers) -> Numbers:
    """The ids (M,) with each name written from its end."""
    starts = np.cumsum(lengths) - lengths
    return ids[np.repeat(2 * starts + lengths - 1, lengths) - np.arange(len(ids))]
