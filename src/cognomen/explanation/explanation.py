"""Why a name is answered as it is: what its letters speak for and against, and the belief after each of them.

    explain(clf, "Nakamura").letters[0]     ->  "n": what it adds for Japanese, and what "n" alone sounds like

The shares come from the model itself (see `attribution`). They say what moved this model; they are no rule of
a language, and say nothing of anyone who bears the name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from unicodedata import category, normalize

import numpy as np

from cognomen.classifier.answers import Answer, OriginProbability
from cognomen.classifier.classifier import Classifier
from cognomen.explanation.activations import Workings, look_inside
from cognomen.explanation.attribution import letter_shares
from cognomen.rnn.arrays import Array
from cognomen.text.matching import find_origin
from cognomen.text.reading import read_text

__all__ = ["Explanation", "LetterShare", "explain", "letters_of", "workings"]

SHOWN = 3  # origins of a belief, in JSON


@dataclass(frozen=True, slots=True)
class LetterShare:
    """What one letter, its marks included, has to do with the answer.

    Attributes:
        letter: as the model reads it: in lower case, as a rule, and composed ("ü").
        share: what it adds to the logit of the origin that is explained.
        margin: what it adds to how far this origin is ahead of the rival; None if there is no other origin.
        belief: the classifier's answer to the letters up to this one taken as a whole name: all origins, most
            likely first; () where they cannot be read as a name.
    """

    letter: str
    share: float
    margin: float | None
    belief: tuple[OriginProbability, ...]

    def probability(self, origin: str) -> float:
        """How likely the origin was after this letter; NaN where the letters could not be read as a name."""
        return next((each.probability for each in self.belief if each.origin == origin), math.nan)

    def to_json(self, origin: str) -> dict[str, Any]:
        """The fields as JSON values; the belief's most likely origins, and the probability of `origin`."""
        belief = [{"origin": each.origin, "probability": each.probability} for each in self.belief[:SHOWN]]
        return {
            "letter": self.letter,
            "share": self.share,
            "margin": self.margin,
            "probability": self.probability(origin) if self.belief else None,
            "belief": belief,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the letters of a name lead to an origin.

    Logits are those behind the probabilities: the network's, divided by the temperature. So 1 more makes an
    origin e = 2.7 times as likely, compared with any origin whose logit stays.

    Attributes:
        answer: the classifier's answer, with all origins.
        origin: whose logit is explained: the origin asked for, else the most likely one; None where the name
            could not be read.
        rival: the likeliest origin besides it; None if there is none.
        start: the logit that a name of as many unknown letters has, the baseline.
        logit: the logit that the name has: `start` and all shares.
        start_margin, margin: the same of how far the origin is ahead of the rival.
        letters: in order; () where the name could not be read.
    """

    answer: Answer
    origin: str | None = None
    rival: str | None = None
    start: float | None = None
    logit: float | None = None
    start_margin: float | None = None
    margin: float | None = None
    letters: tuple[LetterShare, ...] = ()

    @property
    def probability(self) -> float | None:
        """How likely the explained origin is; None where the name could not be read."""
        return None if self.origin is None else self.probability_of(self.origin)

    def probability_of(self, origin: str) -> float:
        """How likely an origin is; NaN where the name could not be read."""
        return next((each.probability for each in self.answer.origins if each.origin == origin), math.nan)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, always all of them and in this order."""
        said = self.answer.to_json()
        return {
            **{key: said[key] for key in ("name", "status", "reason", "surname", "note")},
            "origin": self.origin,
            "probability": self.probability,
            "rival": self.rival,
            "start": self.start,
            "logit": self.logit,
            "start_margin": self.start_margin,
            "margin": self.margin,
            "letters": [each.to_json(self.origin or "") for each in self.letters],
        }


def explain(
    clf: Classifier, name: str | None, origin: str | None = None, *, full_names: bool = True
) -> Explanation:
    """Say what each letter of a name speaks for.

    A name that cannot be read gives an explanation without letters, whose `answer` says why.

    Args:
        clf: a classifier.
        name: one text.
        origin: whose logit is to be explained; the most likely one if None.
        full_names: find the surname in a full name, as the classifier does.

    Raises:
        InputError: the model does not know the origin.
    """
    if origin is not None:
        origin = find_origin("origin", origin, clf.origins)
    answer = clf(name, top_k=len(clf.origins), full_names=full_names)
    spelling = _spelling(clf, name, full_names)
    if not spelling:
        return Explanation(answer)
    ranked = [each.origin for each in answer.origins]
    explained = origin or ranked[0]
    rival = next((each for each in ranked if each != explained), None)
    shares, start, total = _shares(clf, spelling, explained, rival)
    groups = letters_of(spelling)
    beliefs = clf([spelling[: group.stop] for group in groups], top_k=len(clf.origins), full_names=False)
    letters = tuple(
        LetterShare(
            _composed(spelling[group]),
            float(shares[0, group].sum()),
            None if rival is None else float(shares[1, group].sum()),
            belief.origins,
        )
        for group, belief in zip(groups, beliefs, strict=True)
    )
    lead = (None, None) if rival is None else (float(start[1]), float(total[1]))
    return Explanation(answer, explained, rival, float(start[0]), float(total[0]), lead[0], lead[1], letters)


def _spelling(clf: Classifier, name: str | None, full_names: bool) -> str | None:
    """The letters that the network reads of a text; None if it cannot be read."""
    if not isinstance(name, str):
        return None
    return read_text(name, clf.alphabet, lower=clf.lower, full_names=full_names).spelling


def _shares(clf: Classifier, spelling: str, origin: str, rival: str | None) -> tuple[Array, Array, Array]:
    """Shares (2, T), start (2,) and total (2,): of the origin's logit, and of its lead over the rival."""
    wanted, other = ([float(each == name) for each in clf.origins] for name in (origin, rival))
    targets = np.array([wanted, np.subtract(wanted, other)])  # (2, C)
    found = letter_shares(clf.network, clf.alphabet.encode(spelling), targets)
    return tuple(each / clf.temperature for each in found)  # type: ignore[return-value]


def letters_of(spelling: str) -> list[slice]:
    """Where each letter stands in a spelling, together with the marks after it."""
    begins = [place for place, each in enumerate(spelling) if not place or category(each)[0] != "M"]
    return [slice(*ends) for ends in zip(begins, [*begins[1:], len(spelling)], strict=True)]


def _composed(letter: str) -> str:
    return normalize("NFC", letter)


def workings(
    clf: Classifier, name: str | None, *, full_names: bool = True
) -> tuple[tuple[str, ...], Workings] | None:
    """What happens in the network at each letter of a name; None where it cannot be read.

    Returns:
        The L letters, and what happens at them, marks and their letter taken together (see `Workings`).
    """
    spelling = _spelling(clf, name, full_names)
    if not spelling:
        return None
    groups = letters_of(spelling)
    found = look_inside(clf.network, clf.alphabet.encode(spelling)).merged(groups)
    return tuple(_composed(spelling[group]) for group in groups), found
