"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

A text that cannot be read as a surname, or that is unlike the training names, is answered "unknown" with a
reason; it is never guessed, and does not affect the other names of a column. An origin is the language that a
surname hints at. It does not tell anyone's nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.answers import NOT_TEXT, Answer, answer_block
from cognomen.classifier.decisions import ScoredBlock
from cognomen.classifier.options import (
    AnswerOptions,
    CompositionOptions,
    Options,
    PredictOptions,
    ProbaOptions,
    ReadOptions,
    ScoreOptions,
)
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.origins import Level
from cognomen.classifier.priors import Prior
from cognomen.classifier.scores import Detail, Scores, score_rows
from cognomen.classifier.scoring import Scoring
from cognomen.text.columns import distinct_texts, is_single, item_blocks

if TYPE_CHECKING:
    from cognomen.classifier.composition import Composition

STREAMED_NAMES = 1 << 15  # names of a stream answered at once


class Classifier(Scoring):
    """A trained network and what it needs to answer: `clf = Classifier.load(); clf("smith").origin`.

    It is made, loaded and saved as a `Model`. The keyword arguments of all calls are described by `Options`;
    each call accepts those that make sense for it.
    """

    @overload  # a string is an iterable too, but the first overload that fits is taken
    def __call__(  # type: ignore[overload-overlap]
        self, names: str | None, **options: Unpack[AnswerOptions]
    ) -> Answer: ...

    @overload
    def __call__(self, names: Iterable[object], **options: Unpack[AnswerOptions]) -> list[Answer]: ...

    def __call__(self, names: object, **options: Unpack[AnswerOptions]) -> Answer | list[Answer]:
        """Answer one text, or each item of a column of texts.

        Args:
            names: a string; or a list, generator, NumPy array, pandas or Arrow column or other iterable.
                What is not a text (None, NaN, a number, bytes) is answered "unknown", alone or in a column.
            options: any of `Options`.

        Returns:
            An Answer for a single text; for a column a list of them, in its order.

        Raises:
            InputError: an option is invalid, an origin is not the model's, the model has no groups or regions
                or no thresholds for sets, or `coverage` is combined with another prior or with `restrict`.
        """
        opts = self._checked(AnswerOptions, options)
        weights = self._log_prior_ratios(opts)
        limits = self._set_limits(opts)
        possible = self._possible(weights)
        tree = self.tree if possible.all() else self.tree.only(possible)
        texts, inverse = distinct_texts(names)
        opts = self._ordered(opts, texts)
        answers: list[Answer] = []
        for block in self._score(texts, opts, weights):
            if tree is not self.tree:
                block = block._replace(probabilities=block.probabilities[:, possible])
            answers += answer_block(
                block, tree, opts.top_k, level=opts.level, abstain_below=opts.abstain_below, limits=limits
            )
        answers.append(NOT_TEXT)  # for the index -1
        if is_single(names):
            return answers[int(inverse[0])]
        return list(map(answers.__getitem__, inverse.tolist()))

    def stream(self, names: object, **options: Unpack[AnswerOptions]) -> Iterator[Answer]:
        """Answer the items of an iterable, even an endless one, one after another.

        The answers are those of a call. Some ten thousand names are taken and answered at once, so that
        memory stays bounded; if the iterable raises an error, the names taken with it are not answered. With
        the order "auto", the first of these tell the order of all. The options and errors are those of a
        call.
        """
        if (restrict := options.get("restrict")) is not None and not isinstance(restrict, str):
            options["restrict"] = tuple(restrict)  # it may be an iterator, and is used for each block
        self([], **options)  # so that options are checked now, not when the first answer is taken
        return chain.from_iterable(self._answered(item_blocks(names, STREAMED_NAMES), options))

    def _answered(self, blocks: Iterable[list[Any]], options: AnswerOptions) -> Iterator[list[Answer]]:
        """The answers to blocks of names, in the order that the first of them shows."""
        for block in blocks:
            options["order"] = self._order_of(distinct_texts(block)[0], Options(**options))
            yield self(block, **options)

    def predict(self, names: str | Iterable[object], **options: Unpack[PredictOptions]) -> list[str | None]:
        """The most probable origin of each name, None where unknown; for a single text a list of one.

        With `level` it is the most probable group or region; the answer is never at another level. Options
        and errors are those of a call, without `top_k` and `coverage`.
        """
        level = Options.of(PredictOptions, options).level
        found = self.scores(names, **options).at(level)
        labels: list[str | None] = np.array([*self.tree.labels(level), None], dtype=object)[found].tolist()
        return labels

    def predict_sets(
        self, names: str | Iterable[object], coverage: float = 0.9, **options: Unpack[ReadOptions]
    ) -> list[tuple[str, ...] | None]:
        """A set of origins for each name, most probable first, which contains the right one this often.

        The sets are as small as the model allows: one origin for a clear name, several for an ambiguous one.
        If the model has one threshold for all origins, the coverage holds on average over names distributed
        as those it was calibrated with, in the same mixture. If it has a threshold for each origin, it holds
        on average over the names of each origin, and so for any mixture. Neither holds for each name. If the
        coverage is lower than the model's accuracy, the least certain names get the empty set.

        With `level` a set has the groups or regions of its origins, and so contains the right one at least
        this often. Sets are made under the default prior, for which the thresholds were fitted.

        Args:
            names: as for a call; a single text gives a list of one.
            coverage: the share of names whose set contains the right origin, between 0 and 1.
            options: those of how names are read (`full_names`, `order`, `na`, `suffixes`); `threads`; and
                `level`.

        Returns:
            A set for each name; None where it could not be read.

        Raises:
            InputError: the coverage is not between 0 and 1, or the model has no thresholds for sets.
        """
        self._checked(ReadOptions, options)
        items = [names] if is_single(names) else names
        return [answer.origin_set for answer in self(items, top_k=1, coverage=coverage, **options)]

    def predict_proba(
        self, names: str | Iterable[object], **options: Unpack[ProbaOptions]
    ) -> NDArray[np.float32]:
        """The probability of each origin, (N, C) in the order of `origins`; NaN where a name cannot be read.

        With `level` it is that of each group, (N, G) in the order of `groups`, or of each region, (N, R). An
        origin that `prior` or `restrict` rule out has the probability 0. Names unlike the training names have
        probabilities too, which are not to be trusted. Options and errors are those of a call, without
        `abstain_below`, `top_k` and `coverage`.
        """
        opts = self._checked(ProbaOptions, options)
        texts, inverse = distinct_texts(names)
        opts = self._ordered(opts, texts)
        result = np.empty((len(texts) + 1, len(self.tree.labels(opts.level))), np.float32)
        result[-1] = np.nan  # for the index -1
        for block in self._score(texts, opts, self._log_prior_ratios(opts)):
            self._fill_probabilities(result, block, opts.level)
            del block  # before the next one is read

        if len(texts) == len(inverse) and (inverse == np.arange(len(inverse))).all():
            return result[:-1]  # every row is a text of its own: no need to copy
        return result.take(inverse, axis=0)

    def _fill_probabilities(self, result: NDArray[np.float32], block: ScoredBlock, level: Level) -> None:
        """Fill in the rows of the texts of a block, of (U + 1, K)."""
        spelling = block.reading.inverse
        rows = result[block.start : block.start + len(spelling)]
        if len(block.probabilities):
            p = self.tree.sums(block.probabilities, level)  # (S, K)
            p.take(spelling, axis=0, out=rows, mode="clip")
        rows[spelling < 0] = np.nan

    def expected_shares(
        self, prior: Prior = "default", restrict: Iterable[str] | None = None, level: Level = "origin"
    ) -> NDArray[np.float64]:
        """The shares of the origins under a prior, before any name is read, (C,); (G,) or (R,) with `level`.

        Args:
            prior, restrict, level: as in `Options`.

        Raises:
            InputError: as for a call.
        """
        opts = self._checked(ProbaOptions, {"prior": prior, "restrict": restrict, "level": level})
        ratios = self._log_prior_ratios(opts)
        shares = np.asarray(self.priors, np.float64)
        if ratios is not None:
            shares = np.where(np.isneginf(ratios), 0, shares * np.exp(ratios))
        return np.asarray(self.tree.sums(shares[None] / shares.sum(), opts.level)[0])

    def scores(self, names: str | Iterable[object], **options: Unpack[ScoreOptions]) -> Scores:
        """The answer to each name as in a call, with its probability, in arrays.

        Options and errors are those of a call, and `all_labels`. The most probable labels, the sets and the
        probability of each label are there only if `top_k`, `coverage` or `all_labels` ask for them.
        """
        opts = self._checked(ScoreOptions, options)
        weights, limits = self._log_prior_ratios(opts), self._set_limits(opts)
        texts, inverse = distinct_texts(names)
        opts = self._ordered(opts, texts)
        return score_rows(
            self._score(texts, opts, weights),
            self.tree,
            len(texts),
            inverse,
            level=opts.level,
            abstain_below=opts.abstain_below,
            possible=self._possible(weights),
            detail=Detail(opts.top_k if "top_k" in options else 0, limits, opts.all_labels),
        )

    def composition(
        self,
        names: str | Iterable[object],
        *,
        counts: ArrayLike | None = None,
        seed: int = 0,
        **options: Unpack[CompositionOptions],
    ) -> Composition:
        """The shares of the origins in a list of names, with 95 % intervals (see `composition`).

        More accurate than counting the most probable origins, whose errors add up. A name counts as often
        as it occurs. The shares describe the list; they say nothing about anyone in it.

        Args:
            names: as for a call.
            counts: how often each name counts, (N,), finite and at least 0: the bearers of the names of a
                table, for instance. Once for each time it occurs if None.
            seed: of the bootstrap behind the intervals.
            options: `full_names`, `order`, `na`, `suffixes`, `threads`; `restrict`, the only origins that the
                list can contain; and `level`, for the shares of groups or regions, the sums of those of their
                origins.

        Raises:
            InputError: an option is invalid, an origin is not the model's, or counts do not match the names.
        """
        # Not needed for answers, so loaded on demand.
        from cognomen.classifier.composition import occurrences, tally

        opts = self._checked(CompositionOptions, options)
        weights = self._log_prior_ratios(opts)
        texts, inverse = distinct_texts(names)
        rows = occurrences(inverse, len(texts), counts)  # (1 + U,)
        order = self._order_of(texts, opts)
        blocks = self._score(texts, replace(opts, order=order), weights)
        shares, possible = self._default_shares, self._possible(weights)
        found = tally(blocks, rows, shares, self.tree, possible, level=opts.level, seed=seed)
        return replace(found, order=order)

    def column_order(self, names: str | Iterable[object], **options: Unpack[ReadOptions]) -> ColumnOrder:
        """In which order the names of a column are written (see `order`), as the other calls find it.

            >>> clf.column_order(["Nagy Péter", "Kovács Anna", ...]).order
            'surname-first'

        A call decides for itself; ask here for a column that is read part by part, each of which is then
        given the result as its `order`, or to see how sure it is.

        Args:
            names: as for a call.
            options: those of how names are read; with an `order` other than "auto", it is that.
        """
        opts = self._checked(ReadOptions, options)
        return self._order_of(distinct_texts(names)[0] if opts.full_names else [], opts)
