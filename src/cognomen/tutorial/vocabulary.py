"""The tutorial's functions on names and letters, under their names.

A letter is a one-hot row of 57 elements; a name is a sequence of them. The 57 are the ASCII letters and "
.,;'". `unicode_to_ascii` drops all others, and diacritics. (`cognomen.text` keeps them: "ü" is evidence that
"u" is not.)
"""

from __future__ import annotations

import os
import string
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from cognomen.corpora import Corpus, load_corpus
from cognomen.errors import DataError, InputError
from cognomen.rnn import Array, Ids

ALL_LETTERS: Final = string.ascii_letters + " .,;'"
N_LETTERS: Final = len(ALL_LETTERS)
UNKNOWN_LETTER: Final = "_"  # stands for all others where it is one of the letters: see `char_rnn`

Example = tuple[str, str, Ids, Array]  # category, line, category_tensor (1,), line_tensor (T, 1, 57)


def unicode_to_ascii(text: str) -> str:
    """A name in the 57 letters: "Ślusàrski" -> "Slusarski".

    Diacritics are dropped (Unicode NFD, category Mn), and so are all other characters that are not among the
    57: "Au-Yong" becomes "AuYong", "Weiß" becomes "Wei", a name in another script the empty string.
    """
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn" and c in ALL_LETTERS)


def letter_to_index(letter: str, letters: str = ALL_LETTERS) -> int:
    """The index of a letter among the 57, or among others; if "_" is one of these it stands for all others.

    Raises:
        InputError: it is not one of them, or not a single letter. (`str.find`, which the video uses,
            returns -1; as an index that is the last of the 57, so it read a hyphen as an apostrophe.)
    """
    index = _find(letter, letters) if len(letter) == 1 else -1
    if index < 0:
        what = _described(letter) if len(letter) == 1 else f"{len(letter)} letters, {letter!r}"
        raise InputError(f"expected one of the tutorial's {len(letters)} letters {letters!r}, got {what}")
    return index


def _find(letter: str, letters: str) -> int:
    """The index of a letter, or of "_"; -1 if neither is one of the letters."""
    index = letters.find(letter)
    return index if index >= 0 else letters.find(UNKNOWN_LETTER)


def letter_to_tensor(letter: str, letters: str = ALL_LETTERS) -> Array:
    """A letter as a one-hot row, (1, 57). Raises InputError as `letter_to_index` does."""
    tensor = np.zeros((1, len(letters)), dtype=np.float32)
    tensor[0, letter_to_index(letter, letters)] = 1
    return tensor


def line_to_tensor(line: str, letters: str = ALL_LETTERS) -> Array:
    """A name as one-hot rows, (T, 1, 57), or as many as there are letters; see `letter_to_index`.

    Raises:
        InputError: the line is empty, or a letter is not one of the 57; the message names it and its
            position.
    """
    if not line:
        raise InputError("expected a name of one letter or more, got an empty one")
    indices = [_find(letter, letters) for letter in line]  # T of them
    if -1 in indices:
        place = indices.index(-1)
        raise InputError(
            f"letter {place + 1} of {line!r} is {_described(line[place])}, which is not one of the "
            f"tutorial's {len(letters)} letters {letters!r}. unicode_to_ascii leaves such letters out and "
            f"makes this name {unicode_to_ascii(line)!r}"
        )
    tensor = np.zeros((len(line), 1, len(letters)), dtype=np.float32)
    tensor[np.arange(len(line)), 0, indices] = 1
    return tensor


def _described(letter: str) -> str:
    return f"{letter!r} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})"


def load_data(data: str | os.PathLike[str] | None = None) -> tuple[dict[str, list[str]], list[str]]:
    """Names by origin, and the origins: `category_lines, all_categories`.

    All rows are kept, including duplicates and the 24 lines "To The First Page", as in the tutorial: 20,074
    rows in 18 categories. There are two differences. Categories are sorted, so that their indices do not
    depend on the file system; and white space around a row is removed (ten rows of the 18 files end in a
    space).

    Args:
        data: a folder of <Origin>.txt files, or anything else that `load_corpus` reads; by default the
            tutorial's files, downloaded once.

    Raises:
        DataError: the names cannot be read, or one has none of the 57 letters.
        DownloadError: the tutorial's files are not in the cache and cannot be downloaded.
    """
    return lines_by_category(load_corpus("tutorial" if data is None else data, clean=False))


def lines_by_category(corpus: Corpus) -> tuple[dict[str, list[str]], list[str]]:
    """The rows of a corpus in the 57 letters: `category_lines, all_categories`.

    Raises:
        DataError: a name has none of the 57 letters.
    """
    category_lines: dict[str, list[str]] = {category: [] for category in corpus.origins}
    for name, category in zip(corpus.names, corpus.labels, strict=True):
        category_lines[category].append(unicode_to_ascii(name))
    _refuse_unwritable(corpus)
    return category_lines, list(category_lines)


def _refuse_unwritable(corpus: Corpus) -> None:
    rows = zip(corpus.names, corpus.labels, strict=True)
    lost = [(name, label) for name, label in rows if not unicode_to_ascii(name).strip()]
    if lost:
        name, label = lost[0]
        raise DataError(
            f"{len(lost)} of the {len(corpus)} names of {corpus.source} cannot be written with the "
            f"tutorial's {N_LETTERS} letters, the first is {name!r} ({label}). Remove them, or use "
            "`cognomen train`, whose alphabet depends on the names"
        )


def random_training_example(
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    rng: np.random.Generator | None = None,
) -> Example:
    """Draw a category uniformly, and then one of its names.

    So each Vietnamese row is drawn 129 times as often as each Russian one, and the network learns a uniform
    prior. On the rows as they are this costs much accuracy, and is why the loop's results are below those
    published for this network: compare `random_row`.

    Args:
        category_lines: the names of each category.
        all_categories: the categories, in the order of their indices.
        rng: a random generator; an unseeded one by default.

    Returns:
        category, line, category_tensor (1,) with the index of the category, line_tensor (T, 1, 57).
    """
    rng = np.random.default_rng() if rng is None else rng
    number = int(rng.integers(len(all_categories)))
    row = int(rng.integers(len(category_lines[all_categories[number]])))
    return _example(category_lines, all_categories, number, row)


def random_row(
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    rng: np.random.Generator | None = None,
) -> Example:
    """Draw a row uniformly: as `random_training_example`, but with common origins more often.

    The video does not do this. With it the same network is right for 73.6 % of held-out names instead of
    53.6 %, but worse on rare origins: macro-F1 falls from .316 to .281 (protocol L,
    benchmarks/results/tutorial.json).
    """
    rng = np.random.default_rng() if rng is None else rng
    sizes = [len(category_lines[category]) for category in all_categories]
    row = int(rng.integers(sum(sizes)))
    number = 0
    while row >= sizes[number]:
        row -= sizes[number]
        number += 1
    return _example(category_lines, all_categories, number, row)


def _example(
    category_lines: Mapping[str, Sequence[str]], all_categories: Sequence[str], number: int, row: int
) -> Example:
    category = all_categories[number]
    line = category_lines[category][row]
    return category, line, np.array([number]), line_to_tensor(line)


def category_from_output(output: Array, all_categories: Sequence[str]) -> str:
    """The most probable category; output is (1, C) or (C,).

    Raises:
        InputError: it has not an element for each category.
    """
    if output.size != len(all_categories):
        raise InputError(
            f"expected an output of {len(all_categories)} elements, one per category, got {output.shape}"
        )
    return all_categories[int(output.argmax())]
