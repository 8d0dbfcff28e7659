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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.given_names import given_name_odds
from cognomen.classifier.parts import FIRST_COUNTS_MOST, LAST_COUNTS_MOST
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged
from cognomen.text.reading import Rules, read_column
from cognomen.text.spelling import normalise
from cognomen.text.words import JOINERS

ORIGINS: Final = (*FIRST_COUNTS_MOST, *LAST_COUNTS_MOST)
WEIGHT: Final = 0.02  # `a`: of what is known of a word beforehand
TRUST: Final = 0.5
PRIOR: Final = (1.0, 9.0)  # people with two surnames and with one, seen before the column
ROUNDS: Final = 30
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


class _Cells(NamedTuple):
    """K cells that may have two surnames, and how many others tell by themselves that they have.

    Of each its text, the word in the middle and the surname's last word. `scored` has the probability of
    words to be of `ORIGINS`, and whether they are known.
    """

    texts: list[str]
    middles: list[str]
    ends: list[str]
    told: int
    scored: dict[str, tuple[float, bool]]


def second_surnames(
    texts: Sequence[str], alphabet: Alphabet, score: Score, *, lower: bool, rules: Rules
) -> SecondSurnames | None:
    """What a column shows; None if too few of its people have two surnames.

    Args:
        texts: of several words, some of the column.
        alphabet: of the network.
        score: the probability of S spellings to be of `ORIGINS`, (S,); and which are known, (S,), None if it
            cannot tell.
        lower: whether the network reads names in lower case.
        rules: how texts are read, in the order of the column.
    """
    cells = _candidates(texts, alphabet, score, lower, rules)
    if not cells.texts:
        return None
    words = _words(texts, alphabet, lower, rules)
    ratios = _ratios(cells, words)
    share = PRIOR[0] / sum(PRIOR)
    for _ in range(ROUNDS):
        of_two = _probabilities(ratios, share)
        share = (of_two.sum() + cells.told + PRIOR[0]) / (len(ratios) + cells.told + sum(PRIOR))
    if (of_two > 0.5).sum() < 2:
        return None
    return SecondSurnames(float(share), tuple((word, *counts) for word, counts in sorted(words.items())))


def texts_of_two(
    texts: Sequence[str],
    found: SecondSurnames,
    alphabet: Alphabet,
    score: Score,
    *,
    lower: bool,
    rules: Rules,
) -> frozenset[str]:
    """The texts whose surname is two words. The arguments are those of `second_surnames`, and its result."""
    cells = _candidates(texts, alphabet, score, lower, rules)
    if not cells.texts:
        return frozenset()
    words = {word: (surnames, given) for word, surnames, given in found.words}
    of_two = _probabilities(_ratios(cells, words), found.share) > 0.5
    return frozenset(text for text, is_two in zip(cells.texts, of_two.tolist(), strict=True) if is_two)


def _probabilities(ratios: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """The probability of two surnames in each cell, (K,), by its likelihood ratio."""
    return np.asarray(share * ratios / (share * ratios + 1 - share))


def _plausible(
    texts: Sequence[str], alphabet: Alphabet, score: Score, rules: Rules
) -> tuple[list[str], dict[str, tuple[float, bool]]]:
    """The texts of three words or more that may have two surnames, and the scores of their words."""
    # Without the words that have a dot, initials and titles.
    long = [text for text in texts if text.count(" ") - text.count(".") > 1 and "," not in text]
    beside = slice(0, -1) if rules.surname_first else slice(1, None)  # without the first given name
    words = [set(filter(None, map(normalise, text.split()[beside]))) for text in long]
    different = sorted(set().union(*words))
    if not different:
        return [], {}
    p, known = score(alphabet.encode_all(different))
    is_known = np.ones(len(p), bool) if known is None else known
    scored = dict(zip(different, zip(p.tolist(), is_known.tolist(), strict=True), strict=True))
    likely = {word for word, (of_two, _) in scored.items() if of_two >= PLAUSIBLE}
    return [text for text, of_text in zip(long, words, strict=True) if not likely.isdisjoint(of_text)], scored


def _candidates(texts: Sequence[str], alphabet: Alphabet, score: Score, lower: bool, rules: Rules) -> _Cells:
    """The cells that are read otherwise if they have two surnames."""
    long, scored = _plausible(texts, alphabet, score, rules)
    asked = replace(rules, two_surnames=frozenset(long))
    one, two = (read_column(long, alphabet, lower=lower, rules=each).unusual for each in (rules, asked))
    found, middles, ends, told = list[str](), list[str](), list[str](), 0
    for row, reading in one.items():
        end, both = reading.surname or "", two[row].surname or ""
        middle = both.removeprefix(end) if rules.surname_first else both.removesuffix(end)
        words = [word for word in middle.split() if word.lower() not in JOINERS]  # "COMÍN I OLIVERES"
        spelling = normalise(words[-1]) if words and middle != both else ""
        last = normalise(end).split()[-1] if end else ""
        if len(spelling) > 1 and {spelling, last} <= scored.keys() and JOINERS.isdisjoint(end.split()):
            found.append(long[row])
            middles.append(spelling)
            ends.append(last)
        elif " " in end and reading.parts:
            told += 1
    return _Cells(found, middles, ends, told, scored)


def _words(texts: Sequence[str], alphabet: Alphabet, lower: bool, rules: Rules) -> dict[str, tuple[int, int]]:
    """How often each word is read as a surname, and stands at the other end of the name."""
    surnames, given = Counter[str](), Counter[str]()
    for row, reading in read_column(texts, alphabet, lower=lower, rules=rules).unusual.items():
        if reading.surname:
            surnames[normalise(reading.surname).split()[-1]] += 1
            given[normalise(texts[row].split()[-1 if rules.surname_first else 0])] += 1
    return {word: (surnames[word], given[word]) for word in surnames.keys() | given.keys()}


def _ratios(cells: _Cells, words: dict[str, tuple[int, int]]) -> NDArray[np.float64]:
    """The likelihood ratio of two surnames to one in each cell, (K,)."""
    different = sorted({*cells.middles, *cells.ends})
    place = {word: number for number, word in enumerate(different)}
    middles, ends = ([place[word] for word in each] for each in (cells.middles, cells.ends))
    scored = np.array([cells.scored[word] for word in different])  # (S, 2)
    p, known = np.clip(scored[:, 0], 0.001, 0.999), scored[:, 1] > 0
    trusted = (p / (1 - p)) ** TRUST  # (S,)
    q = 1 / (1 + given_name_odds(different, known))
    counts = np.array([words.get(word, (0, 0)) for word in different])  # (S, 2)
    of_words = (counts[:, 0] + WEIGHT * q) / (counts[:, 1] + WEIGHT * (1 - q))
    return np.asarray(of_words[middles] * trusted[middles] * trusted[ends])
