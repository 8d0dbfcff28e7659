"""From texts to probabilities: how a column is read, and what its spellings are answered.

What the calls of a `Classifier` have in common; none of it is called from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.conformal import SetLimits
from cognomen.classifier.decisions import ScoredBlock
from cognomen.classifier.described import GERMANIC, SURNAME_FIRST, WordFeatures
from cognomen.classifier.east_asian import ORIGINS as EAST_ASIAN
from cognomen.classifier.given_names import given_name_odds
from cognomen.classifier.ideographs import may_be_ideographs, surname_lengths
from cognomen.classifier.model import Model
from cognomen.classifier.options import Options
from cognomen.classifier.order import FEWEST, ColumnOrder, order_of_column, sample_of
from cognomen.classifier.out_of_distribution import less_sure
from cognomen.classifier.parts import pool_parts
from cognomen.classifier.priors import Prior, log_prior_ratios
from cognomen.classifier.rewording import reword
from cognomen.classifier.second_surnames import ORIGINS as ORIGINS_OF_TWO
from cognomen.classifier.second_surnames import Score, SecondSurnames, second_surnames, texts_of_two
from cognomen.errors import InputError
from cognomen.network.ngram_layer import Evidence
from cognomen.text.column_reading import Column, ColumnReading
from cognomen.text.columns import Indices
from cognomen.text.ragged import Ragged
from cognomen.text.reading import Rules
from cognomen.text.repair import all_composed

Weights = NDArray[np.float64] | None
Ask = Callable[[Ragged], Evidence]

FEW = 400  # cells of a column, all of which are looked at for second surnames
FEW_WORDS = 5  # words whose features are computed one by one
MANY_IN_PARTS = 200  # surnames; to read fewer takes no longer than to leave them out
SCORED_TEXTS = 1 << 19  # distinct texts scored at once: many share prefixes, and memory stays bounded


class Scoring(Model):
    """A model that reads columns and gives their spellings probabilities."""

    _default_ratios: tuple[object, Weights] = ("of no prior yet", None)

    def _checked(self, accepted: type[Any], given: Mapping[str, Any]) -> Options:
        """The options of a call, at a level that the model has."""
        opts = Options.of(accepted, given)
        if opts.level != "origin":  # which every model has
            self.tree.check_level(opts.level)
        return opts

    def _log_prior_ratios(self, opts: Options) -> Weights:
        is_default = opts.restrict is None and isinstance(opts.prior, str) and opts.prior == "default"
        if not is_default:
            return self._ratios(opts.prior, opts.restrict)
        prior, ratios = self._default_ratios  # cached: it would take a single name noticeable time
        if prior is not self.default_prior:
            ratios = self._ratios("default")
            self._default_ratios = self.default_prior, ratios
        return ratios

    def _ratios(self, prior: Prior, restrict: Iterable[str] | None = None) -> Weights:
        default = None if self.default_prior is None else self.default_prior.shares
        return log_prior_ratios(self.tree, self.priors, prior, restrict, default=default)

    def _possible(self, weights: Weights) -> NDArray[np.bool_]:
        """Which origins can be answered, (C,)."""
        return np.full(len(self.priors), True) if weights is None else np.isfinite(weights)

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

        A caller that drops each block before the next one needs memory for one only.
        """
        return map(partial(self._score_block, texts, opts, weights), range(0, len(texts), SCORED_TEXTS))

    def _score_block(self, texts: list[str], opts: Options, weights: Weights, start: int) -> ScoredBlock:
        """The block of the texts from number `start` on.

        If the model can, detect which spellings are out of distribution, or nearly so.
        """
        texts = texts[start : start + SCORED_TEXTS]
        reading = self._read(texts, opts)
        parts = reading.parts
        detector = self.ood_detector
        ask = partial(self.network.evidence, threads=opts.threads, bits=detector is not None)
        if parts.wholes.size < MANY_IN_PARTS:
            logits, bits, known = ask(reading.spellings)
        else:
            logits, bits, known = self._evidence_with_parts(reading.spellings, parts.wholes, ask)
        if parts.wholes.size and known is not None:
            parts = parts[~known[parts.wholes]]
        temperatures = self.calibration.temperatures(known)
        if parts.wholes.size:
            logits = pool_parts(logits, temperatures, parts, self.origins, weights)
        p = softmax_with_temperature(logits, temperatures, weights)  # (S, C)
        ood = np.zeros(len(p), bool)
        if detector is not None and bits is not None:
            ood, doubtful = detector.detect(reading.spellings, bits, known)
            if doubtful.any():
                less_sure(p, doubtful)
        # 0 and 1 are indices into EVIDENCE.
        evidence = np.full(len(p), -1, np.int8) if known is None else (~known).astype(np.int8)
        if parts.wholes.size:
            ood[parts.wholes] = np.logical_and.reduceat(ood[parts.each.data], parts.each.starts)
            evidence[parts.wholes] = np.maximum.reduceat(evidence[parts.each.data], parts.each.starts)
        return ScoredBlock(start, texts, reading, p, ood, evidence, parts)

    def _evidence_with_parts(self, spellings: Ragged, wholes: Indices, ask: Ask) -> Evidence:
        """The evidence for S spellings, some of which are surnames in parts.

        Those of them that the network does not know as wholes get no logits: those of their parts are pooled.
        """
        known = self.network.knows(spellings[wholes])
        pooled = np.sort(wholes if known is None else wholes[~known])
        if not len(pooled):
            return ask(spellings)
        is_read = np.ones(len(spellings), np.bool_)
        is_read[pooled] = False
        logits, bits, known = ask(spellings[is_read])
        places, ngrams = pooled - np.arange(len(pooled)), self.network.ngrams
        logits = np.insert(logits, places, 0, axis=0)
        if bits is not None and ngrams is not None:
            bits = np.insert(bits, places, ngrams.bits_per_letter(spellings[pooled]))
        return Evidence(logits, bits, None if known is None else np.insert(known, places, False))

    # --- how a column is read -------------------------------------------------------------------------------

    def _ordered(self, opts: Options, texts: list[str]) -> Options:
        """The options, with the order of the column."""
        if isinstance(opts.order, ColumnOrder) or len(texts) < FEWEST:
            return opts
        return replace(opts, order=self._order_of(texts, opts))

    def _column(self, texts: Sequence[str], rules: Rules) -> Column:
        return Column.of(texts, self.alphabet, lower=self.lower, rules=rules)

    def _read(self, texts: list[str], opts: Options) -> ColumnReading:
        """Read the texts of a column, those of people with two surnames as such."""
        texts = all_composed(texts)
        column = self._column(texts, _rules(opts))
        if opts.full_names and (rules := self._rules_told(column, opts)) is not column.rules:
            column = column.reworded(rules)
        if not isinstance(opts.order, ColumnOrder) or (found := opts.order.second_surnames) is None:
            return column.read()
        return column.read(texts_of_two(column, found, self._score_of_two(opts)))

    def _order_of(self, texts: list[str], opts: Options) -> ColumnOrder:
        """The order of a column, which the caller may give; and whether its people have two surnames."""
        if isinstance(opts.order, ColumnOrder):
            return opts.order
        found = ColumnOrder.alone(opts.order)
        if not opts.full_names:  # there is one way to read them
            return found
        column = self._column(all_composed(sample_of(texts)), _rules(opts))

        def score(spellings: Ragged) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
            p, known = self._expected(spellings, opts.threads)
            return self._sums_of_groups(p), known

        if not found.said:
            found = order_of_column(column, score)
            if not found.decided:
                return found
        column = column.in_order(surname_first=found.order == "surname-first")
        return replace(found, second_surnames=self._second_surnames(column, opts))

    def _second_surnames(self, sample: Column, opts: Options) -> SecondSurnames | None:
        texts = sample.unusual
        if len(texts) < FEWEST or not set(ORIGINS_OF_TWO).intersection(self.origins):
            return None
        score = self._score_of_two(opts)
        if len(texts) >= FEW and second_surnames(self._column(texts[::4], sample.rules), score) is None:
            return None  # as of most columns
        return second_surnames(sample, score)

    def _score_of_two(self, opts: Options) -> Score:
        """What gives the probability that spellings are surnames of people with two, and which are known."""
        are_of_two = np.isin(self.origins, ORIGINS_OF_TWO)

        def score(spellings: Ragged) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
            p, known = self._expected(spellings, opts.threads)
            return p[:, are_of_two].sum(axis=1), known

        return score

    def _expected(
        self, spellings: Ragged, threads: int
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
        """The probabilities of S spellings under the default prior, (S, C); and which are known, (S,)."""
        found = self.network.evidence(spellings, threads=threads)
        temperatures = self.calibration.temperatures(found.known)
        ratios = self._log_prior_ratios(Options())
        return softmax_with_temperature(found.logits, temperatures, ratios), found.known

    def _features_of(self, words: list[str], threads: int) -> dict[str, WordFeatures]:
        """The features of S words, for `reword`."""
        if 1 < len(words) <= FEW_WORDS:  # faster one by one
            return {word: self._features_of([word], threads)[word] for word in words}
        p, known = self._expected(self.alphabet.encode_all(words), threads)
        is_known = np.ones(len(p), bool) if known is None else known
        given = np.log(given_name_odds(words, is_known)).tolist()
        east_asian, *others = (
            p[:, np.isin(self.origins, origins)].sum(axis=1).tolist()
            for origins in (EAST_ASIAN, SURNAME_FIRST, ORIGINS_OF_TWO, GERMANIC)
        )
        columns = given, self._sums_of_groups(p), east_asian, is_known.tolist(), *others
        return dict(zip(words, map(WordFeatures, *columns), strict=True))

    def _sums_of_groups(self, p: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities of the groups, (S, G), by those of the origins, (S, C); these without groups."""
        return self.tree.sums(p, self.tree.levels[min(1, len(self.tree.levels) - 1)])

    def rules_for(self, texts: Sequence[str], opts: Options) -> Rules:
        """How the texts of a column are read."""
        rules = _rules(opts)
        return self._rules_told(self._column(texts, rules), opts) if opts.full_names else rules

    def _rules_told(self, column: Column, opts: Options) -> Rules:
        """The rules of a column, with what the network tells of the texts that are no plain words."""
        texts, rules = column.unusual, column.rules
        words = None if column.names is None else column.names.words
        whole = "".join(words.different if words else texts)
        if not whole.isascii() and may_be_ideographs(whole):
            expected = partial(self._expected, threads=opts.threads)
            lengths = surname_lengths(texts, self.alphabet, expected, self.origins)
            rules = replace(rules, lengths=lengths) if lengths else rules
        if words or "_" in whole or len(whole.split(None, 1)) > 1:  # a single surname skips this
            order = opts.order
            if not isinstance(order, ColumnOrder):
                order = ColumnOrder.alone(order)
            is_told, may_have_two = order.decided or order.said, not order.decided
            may_have_two &= order.order == "given-first" and order.second_surnames is None
            found = reword(
                texts,
                partial(self._features_of, threads=opts.threads),
                words=words,
                order_is_told=is_told,
                surname_first=is_told and order.order == "surname-first",
                may_have_two=may_have_two,
            )
            rules = replace(rules, reworded=found) if found else rules
        return rules


def _rules(opts: Options) -> Rules:
    order = opts.order.order if isinstance(opts.order, ColumnOrder) else opts.order
    return Rules.of(opts.full_names, opts.na, opts.suffixes, surname_first=order == "surname-first")
