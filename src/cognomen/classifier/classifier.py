"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

A text that cannot be read as a surname, or that is unlike the training names, is answered "unknown" with a
reason; it is never guessed, and does not affect the other names of a column. An origin is the language that a
surname hints at. It does not tell anyone's nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.answers import NOT_TEXT, Answer, answer_block
from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.conformal import SetLimits
from cognomen.classifier.decisions import ScoredBlock
from cognomen.classifier.model import Model
from cognomen.classifier.oddness import less_sure
from cognomen.classifier.options import (
    AnswerOptions,
    CompositionOptions,
    Options,
    PredictOptions,
    ProbaOptions,
    ReadOptions,
    ScoreOptions,
)
from cognomen.classifier.order import FEWEST, ColumnOrder, order_of_column
from cognomen.classifier.origins import Level
from cognomen.classifier.parts import pool_parts
from cognomen.classifier.priors import Prior, log_prior_ratios
from cognomen.classifier.scores import Detail, Scores, score_rows
from cognomen.errors import InputError
from cognomen.text.columns import distinct_texts, is_single, item_blocks
from cognomen.text.ragged import Ragged
from cognomen.text.reading import Rules, read_column

if TYPE_CHECKING:
    from cognomen.classifier.composition import Composition

Weights = NDArray[np.float64] | None

SCORED_TEXTS = 1 << 19  # distinct texts scored at once: many share prefixes, and memory stays bounded
STREAMED_NAMES = 1 << 15  # names of a stream answered at once


class Classifier(Model):
    """A trained network and what it needs to answer: `clf = Classifier.load(); clf("smith").origin`.

    It is made, loaded and saved as a `Model`. The keyword arguments of all calls are described by `Options`;
    each call accepts those that make sense for it.
    """

    _default_ratios: tuple[object, Weights] = ("of no prior yet", None)

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
            if options.get("order", "auto") == "auto":
                options["order"] = self._order_of(distinct_texts(block)[0], Options(**options)).order
            yield self(block, **options)

    def predict(self, names: str | Iterable[object], **options: Unpack[PredictOptions]) -> list[str | None]:
        """The most likely origin of each name, None where unknown; for a single text a list of one.

        With `level` it is the most likely group or region; the answer is never at another level. Options and
        errors are those of a call, without `top_k` and `coverage`.
        """
        level = self._checked(PredictOptions, options).level
        found = self.scores(names, **options).at(level)
        labels: list[str | None] = np.array([*self.tree.labels(level), None], dtype=object)[found].tolist()
        return labels

    def predict_sets(
        self, names: str | Iterable[object], coverage: float = 0.9, **options: Unpack[ReadOptions]
    ) -> list[tuple[str, ...] | None]:
        """A set of origins for each name, most likely first, that contains the right one with this coverage.

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
            options: those of how names are read (`full_names`, `na`, `suffixes`), `threads` and `level`.

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

        Options and errors are those of a call, and `all_labels`. The most likely labels, the sets and the
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

        More accurate than counting the most likely origins, whose errors add up. A name counts as often as it
        occurs. The shares describe the list; they say nothing about anyone in it.

        Args:
            names: as for a call.
            counts: how often each name counts, (N,), finite and at least 0: the bearers of the names of a
                table, for instance. Once for each time it occurs if None.
            seed: of the bootstrap behind the intervals.
            options: `full_names`, `na`, `suffixes`, `threads`; `restrict`, the only origins that the list can
                contain; and `level`, for the shares of groups or regions, the sums of those of their origins.

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
        blocks = self._score(texts, replace(opts, order=order.order), weights)
        shares, possible = self._default_shares, self._possible(weights)
        found = tally(blocks, rows, shares, self.tree, possible, level=opts.level, seed=seed)
        return replace(found, order=order)

    def column_order(self, names: str | Iterable[object], **options: Unpack[ReadOptions]) -> ColumnOrder:
        """In which order the names of a column are written (see `order`), as the other calls find it.

            >>> clf.column_order(["Nagy Péter", "Kovács Anna", ...]).order
            'surname-first'

        A call decides for itself; ask here for the columns that are read part by part, or to see how sure it
        is.

        Args:
            names: as for a call.
            options: those of how names are read; with an `order` other than "auto", it is that.
        """
        return self._order_of(distinct_texts(names)[0], self._checked(ReadOptions, options))

    def _ordered(self, opts: Options, texts: list[str]) -> Options:
        """The options, with the order of the column."""
        if opts.order != "auto" or len(texts) < FEWEST:
            return opts
        return replace(opts, order=self._order_of(texts, opts).order)

    def _order_of(self, texts: list[str], opts: Options) -> ColumnOrder:
        if opts.order != "auto":
            return ColumnOrder(opts.order)

        level = self.tree.levels[min(1, len(self.tree.levels) - 1)]

        def score(spellings: Ragged) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
            found = self.network.evidence(spellings, threads=opts.threads)
            temperatures = self.calibration.temperatures(found.known)
            p = softmax_with_temperature(found.logits, temperatures, self._log_prior_ratios(Options()))
            return self.tree.sums(p, level), found.known

        return order_of_column(texts, self.alphabet, score, lower=self.lower, rules=_rules(opts))

    def _checked(self, accepted: type[Any], given: Mapping[str, Any]) -> Options:
        """The options of a call, at a level that the model has."""
        opts = Options.of(accepted, given)
        self.tree.check_level(opts.level)
        return opts

    def _log_prior_ratios(self, opts: Options) -> Weights:
        is_default = opts.restrict is None and isinstance(opts.prior, str) and opts.prior == "default"
        if not is_default:
            return self._ratios(opts.prior, opts.restrict)
        prior, ratios = self._default_ratios  # kept, as a lone name would notice the time
        if prior is not self.default_prior:
            ratios = self._ratios("default")
            self._default_ratios = self.default_prior, ratios
        return ratios

    def _ratios(self, prior: Prior, restrict: Iterable[str] | None = None) -> Weights:
        default = None if self.default_prior is None else self.default_prior.shares
        return log_prior_ratios(self.tree, self.priors, prior, restrict, default=default)

    def _possible(self, weights: Weights) -> NDArray[np.bool_]:
        """Which origins can be answered, (C,)."""
        return np.full(len(self.origins), True) if weights is None else np.isfinite(weights)

    def _set_limits(self, opts: Options) -> SetLimits | None:
        """The thresholds of sets of origins, None if there are to be no sets."""
        if opts.coverage is None:
            return None
        usual = ("default",) if self.default_prior is not None else ("default", "training")
        if opts.restrict is not None or not (isinstance(opts.prior, str) and opts.prior in usual):
            raise InputError(
                "coverage: it only holds under the model's default prior, with all origins; leave out prior "
                "and restrict, or coverage"
            )
        return self.calibration.set_limits(opts.coverage)

    def _score(self, texts: list[str], opts: Options, weights: Weights) -> Iterator[ScoredBlock]:
        """Read distinct texts block by block, and give their spellings probabilities.

        Whoever drops a block before the next one has memory for one only.
        """
        return map(partial(self._score_block, texts, opts, weights), range(0, len(texts), SCORED_TEXTS))

    def _score_block(self, texts: list[str], opts: Options, weights: Weights, start: int) -> ScoredBlock:
        """The block of the texts from number `start` on.

        If the model can tell, find out which are unlike the training names, or nearly so.
        """
        texts = texts[start : start + SCORED_TEXTS]
        reading = read_column(texts, self.alphabet, lower=self.lower, rules=_rules(opts))
        logits, bits, known = self.network.evidence(
            reading.spellings, threads=opts.threads, bits=self.detects_ood
        )
        parts = tuple(each for each in reading.parts if known is None or not known[each.whole])
        temperatures = self.calibration.temperatures(known)
        if parts:
            logits = pool_parts(logits, temperatures, parts, self.origins, weights)
        p = softmax_with_temperature(logits, temperatures, weights)  # (S, C)
        ood = np.zeros(len(p), bool)
        if bits is not None:
            ood, doubtful = self.unlikeness(reading.spellings, bits, known)
            if doubtful.any():
                less_sure(p, doubtful)
        # 0 and 1 are indices into EVIDENCE.
        evidence = np.full(len(p), -1, np.int8) if known is None else (~known).astype(np.int8)
        for whole, of_whole, _ in parts:
            ood[whole] = ood[list(of_whole)].all()
            evidence[whole] = evidence[list(of_whole)].max()
        return ScoredBlock(start, texts, reading, p, ood, evidence, parts)


def _rules(opts: Options) -> Rules:
    return Rules.of(opts.full_names, opts.na, opts.suffixes, surname_first=opts.order == "surname-first")
