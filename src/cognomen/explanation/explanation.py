"""Why a name is classified as it is: what each letter adds, and the classifier's answer to each prefix.

    explain(clf, "Nakamura").letters[0]     ->  "n": what it adds for Japanese, and the answer to "n" alone

The attributions are computed from the model itself (see `attribution`). They say what moved this model; they
are not rules of a language, and say nothing about anyone who bears the name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from unicodedata import category, normalize

import numpy as np

from cognomen.classifier.answers import Answer, OriginProbability
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import Options
from cognomen.classifier.parts import part_weights
from cognomen.explanation.activations import Activations, record_activations
from cognomen.explanation.attribution import Attributions, attribute_letters
from cognomen.text.column_reading import Parts
from cognomen.text.matching import find_origin
from cognomen.text.parts import are_joined_by_hyphen
from cognomen.text.ragged import Ragged
from cognomen.text.reading import SurnameReading, read_surname

SHOWN = 3  # origins of a prefix, in JSON
BAR_WIDTH = 5  # em, of the longest bar in a notebook
# Keys of the answer, in JSON.
ANSWERED = (
    *("name", "status", "reason", "surname", "note"),
    *("level", "group", "group_probability", "region", "region_probability", "evidence"),
    "parts",
)
FIGURES = ("rival", "baseline", "logit", "convergence_delta", "baseline_margin", "margin")


def _probability(origin: str | None, origins: Iterable[OriginProbability]) -> float:
    """The probability of one of the origins; NaN if it is not among them."""
    return next((each.probability for each in origins if each.origin == origin), math.nan)


@dataclass(frozen=True, slots=True)
class LetterAttribution:
    """What one letter, with its combining marks, contributes to the answer.

    Attributes:
        letter: as the model reads it: usually in lower case, and composed ("ü").
        attribution: what it adds to the logit of the explained origin.
        margin: what it adds to the margin of that origin over the rival; None if there is no other origin.
        prefix_origins: the classifier's answer to the prefix that ends with this letter, as a whole name: all
            origins, most probable first; () where the prefix cannot be read as a name.
    """

    letter: str
    attribution: float
    margin: float | None
    prefix_origins: tuple[OriginProbability, ...]

    def prefix_probability(self, origin: str | None) -> float:
        """The probability of an origin for this prefix; NaN where the prefix cannot be read as a name."""
        return _probability(origin, self.prefix_origins)

    def to_json(self, origin: str | None) -> dict[str, Any]:
        """The fields as JSON values: the prefix's three most probable origins, and `origin`'s probability."""
        return {
            "letter": self.letter,
            "attribution": self.attribution,
            "margin": self.margin,
            "prefix_probability": self.prefix_probability(origin) if self.prefix_origins else None,
            "prefix_origins": [asdict(each) for each in self.prefix_origins[:SHOWN]],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the letters of a name lead to an origin.

    Logits are those behind the probabilities: the network's, divided by the temperature, without the default
    prior, which adds the same number for every name. An increase of 1 makes an origin e = 2.7 times as likely
    relative to any origin whose logit is unchanged.

    Attributes:
        answer: the classifier's answer, with all origins.
        origin: whose logit is explained: the origin asked for, else the most probable one; None if the name
            could not be read.
        rival: the most probable other origin; None if there is none.
        baseline: the logit of a name of as many unknown letters.
        logit: the logit of the name: `baseline` plus all attributions, less `convergence_delta`.
        convergence_delta: the error of the numerical integral behind the attributions, in logits.
        baseline_margin, margin: the same for the origin's margin, its logit minus the rival's.
        letters: in order; () if the name could not be read.
    """

    answer: Answer
    origin: str | None = None
    rival: str | None = None
    baseline: float | None = None
    logit: float | None = None
    convergence_delta: float | None = None
    baseline_margin: float | None = None
    margin: float | None = None
    letters: tuple[LetterAttribution, ...] = ()

    def __repr__(self) -> str:
        letters = " ".join(f"{each.letter}{each.attribution:+.2f}" for each in self.letters)
        found = f"{self.origin} {self.probability:.1%}: {letters}" if letters else str(self.answer.reason)
        return f"<Explanation: {self.answer.name!r}, {found}>"

    @property
    def probability(self) -> float | None:
        """The probability of the explained origin; None if the name could not be read."""
        return None if self.origin is None else self.probability_of(self.origin)

    def probability_of(self, origin: str) -> float:
        """The probability of an origin; NaN if the name could not be read."""
        return _probability(origin, self.answer.origins)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, always all of them and in this order."""
        answer = self.answer.to_json()
        return {
            **{key: answer[key] for key in ANSWERED},
            "origin": self.origin,
            "probability": self.probability,
            **{figure: getattr(self, figure) for figure in FIGURES},
            "letters": [each.to_json(self.origin) for each in self.letters],
        }

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from cognomen.classifier.html import dim, percent, table, text

        if self.origin is None or not self.letters:
            return self.answer._repr_html_()
        name = text(self.answer.surname or self.answer.name or "")
        head = f"{name}: <b>{text(self.origin)}</b> {percent(self.probability or 0.0)}"
        if self.rival is not None:
            head += f" {dim('rather than ' + self.rival)} {percent(self.probability_of(self.rival))}"
        if self.answer.reason:
            head += f" {dim('answered unknown: ' + self.answer.reason)}"
        longest = max(abs(each.attribution) for each in self.letters) or 1.0
        rows = [
            (dim("baseline"), "", "", _signed(self.baseline), _signed(self.baseline_margin), ""),
            *(_html_cells(each, longest) for each in self.letters),
            (dim("sum"), "", "", _signed(self.logit), _signed(self.margin), ""),
        ]
        heads = ("letter", "against", "for", f"for {self.origin}", "margin", "prefix")
        return f"<div><div>{head}</div>{table(heads, rows, 'lrlrrl')}</div>"


def _html_cells(letter: LetterAttribution, longest: float) -> tuple[str, ...]:
    """The cells of a letter in a notebook, with a bar to the left or to the right."""
    from cognomen.classifier.html import BLUE, VERMILION, bar, dim, percent, text

    length = letter.attribution / longest
    against = f'<div style="display:inline-block">{bar(-length, VERMILION, width=BAR_WIDTH)}</div>'
    speaks = bar(length, BLUE, width=BAR_WIDTH) if length >= 0 else ""
    best = letter.prefix_origins[0] if letter.prefix_origins else None
    prefix = dim("not a name yet") if best is None else f"{text(best.origin)} {percent(best.probability)}"
    return (
        f"<b>{text('␣' if letter.letter == ' ' else letter.letter)}</b>",
        against if length < 0 else "",
        speaks,
        _signed(letter.attribution),
        _signed(letter.margin),
        prefix,
    )


def _signed(figure: float | None) -> str:
    return "" if figure is None else f"{figure:+.2f}"


def explain(
    clf: Classifier, name: str | None, origin: str | None = None, *, full_names: bool = True
) -> Explanation:
    """Attribute a name's logit to its letters.

    A name that cannot be read gets an explanation without letters, whose `answer` holds the reason.

    Args:
        clf: a classifier.
        name: one text.
        origin: whose logit to explain; the most probable one if None.
        full_names: find the surname in a full name, as the classifier does.

    Raises:
        InputError: the model does not know the origin.
    """
    if origin is not None:
        origin = find_origin("origin", origin, clf.origins)
    answer = clf(name, top_k=len(clf.origins), full_names=full_names)
    reading = _reading(clf, name, full_names)
    spelling = reading.spelling
    if not spelling:
        return Explanation(answer)
    ranked = [each.origin for each in answer.origins]
    explained = origin or ranked[0]
    rival = next((each for each in ranked if each != explained), None)
    if answer.parts:
        found = _attributions_of_parts(clf, reading, explained, rival)
    else:
        found = _attributions(clf, spelling, explained, rival)
    baseline, baseline_margin = found.baseline.tolist()
    logit, margin = found.total.tolist()
    if rival is None:
        baseline_margin = margin = None
    figures = baseline, logit, float(found.convergence_delta[0]), baseline_margin, margin
    return Explanation(answer, explained, rival, *figures, _letters(clf, spelling, found, rival))


def _letters(
    clf: Classifier, spelling: str, found: Attributions, rival: str | None
) -> tuple[LetterAttribution, ...]:
    """What each letter contributes, and the answer to the prefix that it ends."""
    groups = letters_of(spelling)
    prefixes = clf(
        [spelling[: group.stop] for group in groups], top_k=len(clf.origins), full_names=False, na=None
    )
    return tuple(
        LetterAttribution(
            normalize("NFC", spelling[group]),
            float(found.attributions[0, group].sum()),
            None if rival is None else float(found.attributions[1, group].sum()),
            prefix.origins,
        )
        for group, prefix in zip(groups, prefixes, strict=True)
    )


def _reading(clf: Classifier, name: str | None, full_names: bool) -> SurnameReading:
    """The letters that the network reads, if the text can be read."""
    if not isinstance(name, str):
        return SurnameReading()
    rules = clf.rules_for([name], Options(full_names=full_names))
    return read_surname(name, clf.alphabet, lower=clf.lower, rules=rules)


def _attributions_of_parts(
    clf: Classifier, reading: SurnameReading, origin: str, rival: str | None
) -> Attributions:
    """The weighted mean of the parts' attributions, as the logits of the whole are that of theirs."""
    spelling, parts = reading.spelling or "", reading.part_spellings
    alone = clf.network.evidence(clf.alphabet.encode_all(parts))
    divisors = np.broadcast_to(clf.calibration.temperatures(alone.known), len(parts))[:, None]  # (P, 1)
    numbers = Parts.of([(0, range(len(parts)), are_joined_by_hyphen(reading.surname or ""))])
    ratios = np.log(clf.expected_shares()) - np.log(clf.priors)  # (C,)
    weights = part_weights(alone.logits / divisors, numbers, clf.origins, ratios)  # (P,)
    letters, end = np.zeros((2, len(spelling))), 0
    baseline, total, delta = np.zeros((3, 2))
    for part, weight in zip(parts, weights, strict=True):
        found = Attributions(*(weight * each for each in _attributions(clf, part, origin, rival)))
        start = spelling.index(part, end)
        end = start + len(part)
        letters[:, start:end] = found.attributions
        baseline, total = baseline + found.baseline, total + found.total
        delta = delta + found.convergence_delta
    return Attributions(letters, baseline, total, delta)


def _attributions(clf: Classifier, spelling: str, origin: str, rival: str | None) -> Attributions:
    """Attributions of the origin's logit and of its margin over the rival, as rows 0 and 1."""
    one_hot, other = ([float(each == name) for each in clf.origins] for name in (origin, rival))
    targets = np.array([one_hot, np.subtract(one_hot, other)])  # (2, C)
    ids = clf.alphabet.encode(spelling)
    found = attribute_letters(clf.network, ids, targets)
    known = clf.network.evidence(Ragged(ids, np.array([len(ids)]))).known
    temperature = float(np.max(clf.calibration.temperatures(known)))
    return Attributions(*(each / temperature for each in found))


def letters_of(spelling: str) -> list[slice]:
    """Where each letter, together with the combining marks after it, is in a spelling."""
    starts = [place for place, each in enumerate(spelling) if not place or category(each)[0] != "M"]
    return [slice(*ends) for ends in zip(starts, [*starts[1:], len(spelling)], strict=True)]


def name_activations(clf: Classifier, name: str | None, *, full_names: bool = True) -> Activations | None:
    """The network's activations at each letter of a name, combining marks merged with their letter.

    Returns:
        The activations, T being the name's letters as in `explain`; None if the name cannot be read.
    """
    spelling = _reading(clf, name, full_names).spelling
    if not spelling:
        return None
    return record_activations(clf.network, clf.alphabet.encode(spelling)).merged(letters_of(spelling))
