"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

What cannot be read as a surname, or looks like none in the training, is answered "unknown", with a reason; it
is never guessed, and never upsets the other names of a list.

What a caller knows or wants is applied in this order: `prior` (another mixture than the training's) and
`restrict` (only these origins) change the probabilities, which then sum to 1 again; `abstain_below` compares
the highest of these. An origin is the language that a surname hints at. It does not tell anyone's
nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.answers import (
    NOT_TEXT,
    Answer,
    OriginProbability,
    ScoredBlock,
    Scores,
    answer_texts,
    score_rows,
)
from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.model import Model
from cognomen.classifier.priors import Prior, log_weights
from cognomen.errors import InputError
from cognomen.text.columns import Places, distinct_texts, is_single, item_blocks
from cognomen.text.reading import read_column

if TYPE_CHECKING:
    from cognomen.classifier.composition import Composition

__all__ = ["Answer", "Classifier", "OriginProbability", "Scores"]

Weights = NDArray[np.float64] | None

TOGETHER = 1 << 19  # different texts scored together: many share prefixes, and memory stays bounded
STREAMED = 1 << 15  # names of a stream answered together


class Classifier(Model):
    """A trained network with all it needs to answer: `clf = Classifier.load(); clf("smith").origin`.

    It is made, loaded and saved as a `Model`; a classifier has the calls that answer names.
    """

    @overload  # a string is an iterable too, but the first of two that fit is taken
    def __call__(  # type: ignore[overload-overlap]
        self,
        names: str | None,
        *,
        top_k: int = 3,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
        coverage: float | None = None,
    ) -> Answer: ...

    @overload
    def __call__(
        self,
        names: Iterable[object],
        *,
        top_k: int = 3,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
        coverage: float | None = None,
    ) -> list[Answer]: ...

    def __call__(
        self,
        names: object,
        *,
        top_k: int = 3,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
        coverage: float | None = None,
    ) -> Answer | list[Answer]:
        """Answer one text, or each item of a column of texts.

        Args:
            names: a string; or a list, generator, NumPy array, pandas or Arrow column or other iterable.
                What is no text (None, NaN, a number, bytes) is answered "unknown", alone or in a column.
            top_k: how many origins an answer lists; all that can be if there are fewer.
            full_names: find the surname in a full name ("John Smith"). False takes each text as it stands.
            threads: how many threads the network may use.
            prior: the mixture of origins that is expected: "training", as the network has learned it;
                "uniform", all alike; or shares by origin, those not named being 0. Exact, by Bayes' rule.
            restrict: the only origins that can be; their probabilities sum to 1.
            abstain_below: a name whose most likely origin is less likely than this is answered "unknown"
                with the reason "low-confidence"; its `origins` are listed all the same.
            coverage: give each answer the set of origins that holds the right one this often (see
                `predict_sets`).

        Returns:
            An Answer for a single text; for a column a list of them, of its length and order.

        Raises:
            InputError: an argument is not of the kind above, an origin is not the model's, the model holds
                no thresholds for sets, or `coverage` is asked for together with `prior` or `restrict`.
        """
        _check_positive(top_k=top_k)
        _check_share(abstain_below)
        weights = self._log_weights(prior, restrict)
        limit = self._limit(coverage, weights)
        possible = np.full(len(self.origins), True) if weights is None else np.isfinite(weights)  # (C,)
        origins = [origin for origin, can_be in zip(self.origins, possible, strict=True) if can_be]
        texts, places, blocks = self._read(names, full_names, threads, weights)
        answers: list[Answer] = []
        for start, reading, p, unlike in blocks:
            block = texts[start : start + len(reading.places)]
            p_possible = p if possible.all() else p[:, possible]
            answers += answer_texts(
                block, reading, p_possible, unlike, origins, top_k, abstain_below=abstain_below, limit=limit
            )
        answers.append(NOT_TEXT)  # for the place -1
        column: list[Answer] = np.fromiter(answers, dtype=object)[places].tolist()
        return column[0] if is_single(names) else column

    def stream(
        self,
        names: object,
        *,
        top_k: int = 3,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
        coverage: float | None = None,
    ) -> Iterator[Answer]:
        """Answer the items of an iterable one after the other, also of one that never ends.

        The answers are those that the classifier gives for a list. Some ten thousand names are taken and
        answered together, so that memory stays bounded. Where the iterable raises an error, the names taken
        together with it are not answered. The arguments are those of a call, and so are the errors.
        """
        only = None if restrict is None else tuple(restrict)

        def answer(block: list[object]) -> list[Answer]:
            return self(
                block,
                top_k=top_k,
                full_names=full_names,
                threads=threads,
                prior=prior,
                restrict=only,
                abstain_below=abstain_below,
                coverage=coverage,
            )

        answer([])  # arguments are checked at once, not when the first answer is taken
        return chain.from_iterable(map(answer, item_blocks(names, STREAMED)))

    def predict(
        self,
        names: str | Iterable[object],
        *,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
    ) -> list[str | None]:
        """The most likely origin of each name, None where unknown; a single text gives a list of one.

        The arguments are those of a call, and so are the errors.
        """
        found = self.scores(
            names,
            full_names=full_names,
            threads=threads,
            prior=prior,
            restrict=restrict,
            abstain_below=abstain_below,
        )
        origins: list[str | None] = np.array([*self.origins, None], dtype=object)[found.origins].tolist()
        return origins

    def predict_sets(
        self,
        names: str | Iterable[object],
        coverage: float = 0.9,
        *,
        full_names: bool = True,
        threads: int = 1,
    ) -> list[tuple[str, ...] | None]:
        """For each name a set of origins, most likely first, that holds the right one as often as promised.

        The sets are as small as the model can make them: one origin for a clear name, several for a doubtful
        one. What is promised holds on average over names mixed as in training, not for each single name or
        origin. Where less is promised than the model's own accuracy, the least sure names get the empty set.

        Args:
            names: as a call takes them; a single text gives a list of one.
            coverage: how often, between 0 and 1.
            full_names, threads: as in a call.

        Returns:
            A set for each name; None where it could not be read.

        Raises:
            InputError: the coverage is not between 0 and 1, or the model holds no thresholds for sets.
        """
        items = [names] if is_single(names) else names
        answers = self(items, top_k=1, full_names=full_names, threads=threads, coverage=coverage)
        return [answer.origin_set for answer in answers]

    def predict_proba(
        self,
        names: str | Iterable[object],
        *,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
    ) -> NDArray[np.float32]:
        """The probability of each origin, (N, C) in the order of `origins`; NaN where a name cannot be read.

        The arguments are those of a call, and so are the errors. An origin that cannot be has the
        probability 0. A name unlike those of the training has probabilities too, to be mistrusted.
        """
        weights = self._log_weights(prior, restrict)
        texts, places, blocks = self._read(names, full_names, threads, weights, judge=False)
        result = np.empty((len(texts) + 1, len(self.origins)), np.float32)
        result[-1] = np.nan  # for the place -1
        for start, reading, p, _ in blocks:
            rows = result[start : start + len(reading.places)]
            if len(p):
                p.take(reading.places, axis=0, out=rows, mode="clip")
            rows[reading.places < 0] = np.nan
        if len(texts) == len(places) and (places == np.arange(len(places))).all():
            return result[:-1]  # each text stands at its place: no need to copy
        return result.take(places, axis=0)

    def scores(
        self,
        names: str | Iterable[object],
        *,
        full_names: bool = True,
        threads: int = 1,
        prior: Prior = "training",
        restrict: Iterable[str] | None = None,
        abstain_below: float = 0.0,
    ) -> Scores:
        """The most likely origin of each name as `predict` has it, with its probability, in arrays.

        The arguments are those of a call, and so are the errors.
        """
        _check_share(abstain_below)
        weights = self._log_weights(prior, restrict)
        texts, places, blocks = self._read(names, full_names, threads, weights)
        return score_rows(blocks, len(texts), places, abstain_below)

    def composition(
        self,
        names: str | Iterable[object],
        *,
        full_names: bool = True,
        threads: int = 1,
        restrict: Iterable[str] | None = None,
        seed: int = 0,
    ) -> Composition:
        """The shares of the origins in a list of names, with 95 % intervals (see `composition`).

        Better than counting the most likely origins: those mistakes add up. A name counts as often as it
        stands in the list. It describes the list; it says nothing of anyone in it.

        Args:
            names: as a call takes them.
            full_names, threads: as in a call.
            restrict: the only origins that the list can hold.
            seed: of the resamples behind the intervals.

        Raises:
            InputError: an argument is not of the kind above, or an origin is not the model's.
        """
        from cognomen.classifier.composition import tally  # a single answer need not wait for it

        weights = self._log_weights("training", restrict)
        texts, places, blocks = self._read(names, full_names, threads, weights)
        rows = np.bincount(places + 1, minlength=len(texts) + 1)  # (1 + U,), the first for what is no text
        possible = np.full(len(self.origins), True) if weights is None else np.isfinite(weights)
        return tally(blocks, rows, self.priors, self.origins, possible, seed)

    def _log_weights(self, prior: Prior, restrict: Iterable[str] | None) -> Weights:
        return log_weights(self.origins, self.priors, prior, restrict)

    def _limit(self, coverage: float | None, weights: Weights) -> float | None:
        """The threshold of the sets, if there are to be any."""
        if coverage is not None and weights is not None:
            raise InputError(
                "coverage: sets keep their promise for names mixed as in training only; leave prior and "
                "restrict out, or coverage"
            )
        return None if coverage is None else self.calibration.threshold(coverage)

    def _read(
        self, names: object, full_names: bool, threads: int, weights: Weights, *, judge: bool = True
    ) -> tuple[list[str], Places, Iterator[ScoredBlock]]:
        """The different texts of a column, the places (N,) they stand at, and what is made of them."""
        _check_positive(threads=threads)
        texts, places = distinct_texts(names)
        return texts, places, self._score(texts, full_names, threads, weights, judge)

    def _score(
        self, texts: Sequence[str], full_names: bool, threads: int, weights: Weights, judge: bool
    ) -> Iterator[ScoredBlock]:
        """Read the texts block by block, and give their spellings probabilities.

        With `judge`, also whether they look like anything in the training.
        """
        for start in range(0, len(texts), TOGETHER):
            block = texts[start : start + TOGETHER]
            reading = read_column(block, self.alphabet, lower=self.lower, full_names=full_names)
            ids, lengths = reading.ids, reading.lengths
            surprise = np.zeros(len(lengths)) if judge and self.judges else None  # (S,)
            logits = self.network.logits(ids, lengths, threads=threads, surprise=surprise)  # (S, C)
            p = softmax_with_temperature(logits, self.temperature, weights)
            unlike = np.full(len(p), False) if surprise is None else self.unlike(ids, lengths, surprise)
            yield ScoredBlock(start, reading, p, unlike)


def _check_positive(**numbers: object) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise InputError(f"{name}: expected a whole number, 1 or more, got {number!r}")


def _check_share(abstain_below: object) -> None:
    number = isinstance(abstain_below, (int, float, np.floating)) and not isinstance(abstain_below, bool)
    if not (number and 0 <= abstain_below <= 1):  # type: ignore[operator]
        raise InputError(f"abstain_below: expected a probability, 0 to 1, got {abstain_below!r}")
