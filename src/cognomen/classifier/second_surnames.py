"""Which full names of a column have two surnames: "Ana Molina Herrero", but "Ana Lucía Molina".

Spanish, Catalan, Basque and Portuguese names have two, and no cell tells whether the word in the middle is
the first of them or a second given name. A column does. For the word m in the middle and the last word e of
the surname as it is read otherwise, the odds of two surnames are

    share / (1 - share) * (n_s(m) + a q(m)) / (n_g(m) + a (1 - q(m))) * f(m) f(e)

n_s and n_g count how often m is read as a surname in the column, and how often it stands at the other end of
a name. q is the probability that m is a surname by its letters (`given_names`) and by whether the network
knows it as one, and `a` what that weighs, in cells of the column. With the probability p that a word is a
surname of these languages, f is (p / (1 - p)) ** `TRUST`. The share of people with two surnames is fitted to
the column by expectation-maximisation, with a prior that asks for evidence: in a mixture of two kinds of
people only the weight is unknown (Dempster, Laird and Rubin 1977).

The weights were chosen on columns made of other names than those they are measured on: benchmarks/order.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.given_names import given_name_odds
from cognomen.classifier.parts import FIRST_COUNTS_MOST, LAST_COUNTS_MOST
from cognomen.text.column_reading import Column
from cognomen.text.columns import Indices, distinct
from cognomen.text.names_by_kinds import MOST_WORDS, NamesByKinds
from cognomen.text.ragged import Ragged
from cognomen.text.reading import SurnameReading
from cognomen.text.spelling import normalise
from cognomen.text.words import JOINERS

ORIGINS: Final = (*FIRST_COUNTS_MOST, *LAST_COUNTS_MOST)
WEIGHT: Final = 0.02  # `a`: of what is known of a word beforehand
TRUST: Final = 0.5
PRIOR: Final = (1.0, 9.0)  # people with two surnames and with one, seen before the column
ROUNDS: Final = 30
UNTOLD: Final = -2  # in place of the number of a word
PLAUSIBLE: Final = 0.2  # the probability that one word of a name must have to be of `ORIGINS`

Score = Callable[[Ragged], tuple[NDArray[np.float32], NDArray[np.bool_] | None]]


@dataclass(frozen=True, slots=True)
class SecondSurnames:
    """What a column shows of second surnames.

    Attributes:
        share: of the names of three words and more, those with two surnames.
        words: how often words are read as surnames, and stand at the other end of the name.
    """

    share: float
    words: tuple[tuple[str, int, int], ...]


class _Words(NamedTuple):
    """D words of names that may be surnames.

    Attributes:
        spellings: in alphabetical order.
        of: the number of each word's spelling, by the word as it is written.
        p: (D,), the probability that each is of `ORIGINS`.
        known: (D,), whether the network knows it.
    """

    spellings: list[str]
    of: dict[str, int]
    p: NDArray[np.float32]
    known: NDArray[np.bool_]


class _Cells(NamedTuple):
    """K cells that may have two surnames.

    Attributes:
        rows: (K,), which of the unusual texts of the column they are, in order.
        middles: (K,), the number of the word in the middle of each.
        ends: (K,), that of the surname's last word.
        words: all that are numbered.
    """

    rows: Indices
    middles: Indices
    ends: Indices
    words: _Words


def second_surnames(column: Column, score: Score) -> SecondSurnames | None:
    """What a column shows; None if too few of its people have two surnames.

    Args:
        column: texts of several words, some of the column, read in its order.
        score: the probability of S spellings to be of `ORIGINS`, (S,); and which are known, (S,), None if it
            cannot tell.
    """
    plausible, words = _plausible(column, score)
    cells = _candidates(column, plausible, words)
    if not len(cells.rows):
        return None
    reading = column.read().unusual
    plausible[cells.rows] = False
    others = (reading[row] for row in np.flatnonzero(plausible).tolist())
    told = sum(" " in (other.surname or "") and bool(other.parts) for other in others)
    counts = _counts(column.unusual, reading, column.rules.surname_first)
    ratios = _ratios(cells, counts)
    share = PRIOR[0] / sum(PRIOR)
    for _ in range(ROUNDS):
        of_two = _probabilities(ratios, share)
        share = (of_two.sum() + told + PRIOR[0]) / (len(ratios) + told + sum(PRIOR))
    if (of_two > 0.5).sum() < 2:
        return None
    return SecondSurnames(float(share), tuple((word, *pair) for word, pair in sorted(counts.items())))


def texts_of_two(column: Column, found: SecondSurnames, score: Score) -> NDArray[np.bool_]:
    """Which of the V unusual texts have two surnames, (V,), by what their column shows."""
    cells = _candidates(column, *_plausible(column, score))
    result = np.zeros(len(column.unusual), np.bool_)
    if len(cells.rows):
        counts = {word: (surnames, given) for word, surnames, given in found.words}
        result[cells.rows] = _probabilities(_ratios(cells, counts), found.share) > 0.5
    return result


def _probabilities(ratios: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """The probability of two surnames in each cell, (K,), by its likelihood ratio."""
    return np.asarray(share * ratios / (share * ratios + 1 - share))


def _plausible(column: Column, score: Score) -> tuple[NDArray[np.bool_], _Words]:
    """Which texts may have two surnames, (V,), and the words of those with three words or more."""
    # Without the words that have a dot, initials and titles.
    long = np.array([t.count(" ") - t.count(".") > 1 and "," not in t for t in column.unusual], np.bool_)
    different, of_texts = _words_of(column, np.flatnonzero(long))
    first_given = (of_texts.lengths - 1)[of_texts.rows] if column.rules.surname_first else 0
    is_beside = of_texts.positions != first_given
    used, places = np.unique(of_texts.data[is_beside], return_inverse=True)
    different = [different[number] for number in used.tolist()]
    spellings = list(map(normalise, different))
    words = sorted({*spellings} - {""})
    numbers = {word: number for number, word in enumerate(words)}
    number_of = np.array([numbers.get(each, -1) for each in spellings], np.intp)
    p, known = score(column.alphabet.encode_all(words)) if words else (np.empty(0, np.float32), None)
    is_likely = np.append(p >= PLAUSIBLE, False)[number_of[places]]
    long[long] = np.bincount(of_texts.rows[is_beside], is_likely, len(of_texts)) > 0
    is_known = np.ones(len(p), np.bool_) if known is None else known
    return long, _Words(words, dict(zip(different, number_of.tolist(), strict=True)), p, is_known)


def _words_of(column: Column, rows: Indices) -> tuple[list[str], Ragged]:
    """Different words, and their numbers in some of the unusual texts."""
    names = column.names
    if names is not None and all(word.split() == [word] for word in names.words.different):
        return names.words.different, names.words.of_texts[rows]
    texts = [column.unusual[row].split() for row in rows.tolist()]  # with spaces of other kinds, or several
    different, numbers = distinct(chain.from_iterable(texts), sum(map(len, texts)))
    return different, Ragged(numbers, np.array(list(map(len, texts)), np.int64))


def _candidates(column: Column, plausible: NDArray[np.bool_], words: _Words) -> _Cells:
    """The cells that are read otherwise if they have two surnames."""
    middles, ends = _by_kinds(column, plausible, words)
    numbers = {word: number for number, word in enumerate(words.spellings)}
    for row in np.flatnonzero(plausible & (middles == UNTOLD)).tolist():
        middles[row], ends[row] = (numbers.get(word, -1) for word in _middle_and_end(column, row))
    rows = np.flatnonzero(plausible & (middles >= 0) & (ends >= 0))
    return _Cells(rows, middles[rows], ends[rows], words)


def _by_kinds(column: Column, plausible: NDArray[np.bool_], words: _Words) -> tuple[Indices, Indices]:
    """The numbers of the middle word and of the last one, (V,) each, where the kinds of words decide.

    -1 where there is no such word, `UNTOLD` where a name is to be read alone.
    """
    found = np.full((2, len(plausible)), UNTOLD)
    if column.names is None:
        return found[0], found[1]
    rows, (low, high, end) = _spans(column, column.names, plausible)  # (R,), (3, R)
    tokens, different = column.names.words.of_texts, column.names.words.different
    is_joiner = np.array([word.lower() in JOINERS for word in different], np.bool_)
    starts, place = tokens.starts[rows], high - 1
    for _ in range(MOST_WORDS):
        place = place - ((place >= low) & is_joiner[tokens.data[starts + np.maximum(place, 0)]])
    number_of = np.array([words.of.get(word, -1) for word in different], np.intp)
    middles = number_of[tokens.data[starts + np.maximum(place, 0)]]  # (R,)
    ends = number_of[tokens.data[starts + end]]
    is_short = np.array([len(spelling) < 2 for spelling in words.spellings] + [True])
    middles[(place < low) | is_short[middles]] = -1
    # Names whose letters the network may not read are read alone.
    is_read = np.array([*map(column.alphabet.has_all, words.spellings), True])
    told = is_read[middles] & is_read[ends]
    found[:, rows[told]] = middles[told], ends[told]
    return found[0], found[1]


def _spans(column: Column, names: NamesByKinds, plausible: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """The rows of R names whose kinds of words decide, and the span of the words that only two surnames have.

    The beginning and the end of the span, and the place of the surname's last word, are counted in words from
    the beginning of the name, (3, R).
    """
    spans = np.full((3, len(plausible)), UNTOLD)
    for number, group in enumerate(names.groups):
        rows = group[plausible[group]]
        if not len(rows):
            continue
        one, two = (column.place(number, each) for each in (False, True))
        if one is None or two is None:
            continue
        span = (one.stop, two.stop) if column.rules.surname_first else (two.start, one.start)
        is_same = one.start == two.start if column.rules.surname_first else one.stop == two.stop
        spans[:, rows] = np.array([*(span if is_same else (0, 0)), one.stop - 1])[:, None]
    told = np.flatnonzero(spans[2] >= 0)
    return told, spans[:, told]


def _middle_and_end(column: Column, row: int) -> tuple[str, str]:
    """The word in the middle of a cell and the last one of its surname, "" if it cannot have two."""
    one, two = (column.read_one(column.unusual[row], each).surname or "" for each in (False, True))
    middle = two.removeprefix(one) if column.rules.surname_first else two.removesuffix(one)
    words = [word for word in middle.split() if word.lower() not in JOINERS]  # "COMÍN I OLIVERES"
    spelling = normalise(words[-1]) if words and middle != two else ""
    if len(spelling) < 2:
        return "", ""
    return spelling, normalise(one).split()[-1]


def _counts(
    texts: Sequence[str], readings: Mapping[int, SurnameReading], surname_first: bool
) -> dict[str, tuple[int, int]]:
    """How often each word is read as a surname, and stands at the other end of the name."""
    surnames, given = Counter[str](), Counter[str]()
    for row, reading in readings.items():
        if reading.surname:
            surnames[normalise(reading.surname).split()[-1]] += 1
            given[normalise(texts[row].split()[-1 if surname_first else 0])] += 1
    return {word: (surnames[word], given[word]) for word in surnames.keys() | given.keys()}


def _ratios(cells: _Cells, counts: Mapping[str, tuple[int, int]]) -> NDArray[np.float64]:
    """The likelihood ratio of two surnames to one in each cell, (K,)."""
    used, inverse = np.unique([cells.middles, cells.ends], return_inverse=True)  # (S,), (2, K)
    middles, ends = inverse.reshape(2, -1)
    different = [cells.words.spellings[number] for number in used.tolist()]
    p, known = np.clip(cells.words.p[used].astype(np.float64), 0.001, 0.999), cells.words.known[used]
    trusted = (p / (1 - p)) ** TRUST  # (S,)
    q = 1 / (1 + given_name_odds(different, known))
    counted = np.array([counts.get(word, (0, 0)) for word in different])  # (S, 2)
    of_words = (counted[:, 0] + WEIGHT * q) / (counted[:, 1] + WEIGHT * (1 - q))
    return np.asarray(of_words[middles] * trusted[middles] * trusted[ends])
