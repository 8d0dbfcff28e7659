"""The answers to a whole column as `Scores`, in arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter, itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.conformal import SetLimits
from cognomen.classifier.decisions import REASONS, ScoredBlock, decide
from cognomen.classifier.origins import Level, Tree, membership
from cognomen.text.columns import Indices
from cognomen.text.names import NOTES
from cognomen.text.repair import all_composed

ROWS = 1 << 14  # spellings ranked at a time, so that memory stays bounded
_NUMBER_OF_NOTE: Final[dict[str | None, int]] = {
    None: -1,
    **{note: number for number, note in enumerate(NOTES)},
}


@dataclass(frozen=True, slots=True)
class Scores:
    """The answers to N names, in arrays.

    The last four are empty, (N, 0), unless they were asked for. K is the number of labels asked for, L that
    of all labels at the level of the call: the origins, groups or regions.

    Attributes:
        origins: (N,), the most probable origin, an index among the classifier's `origins`; -1 where no origin
            is answered.
        probabilities: (N,), the calibrated probability of the answer, at whichever level it is; NaN where
            unknown.
        reasons: (N,), why it is unknown, an index into `REASONS`; -1 where it is known.
        groups: (N,), the most probable group, an index among the classifier's `groups`; -1 where no group is
            answered, and everywhere without a tree of origins.
        regions: (N,), likewise among its `regions`.
        evidence: (N,), what the answer rests on: 0 the whole name is known, 1 its spelling; -1 if the name
            could not be read, or the model cannot tell.
        surnames: (N,), the surname that was read, a str; None if the name could not be read.
        maiden_names: (N,), the surname from birth, a str; None where the text does not say so.
        notes: (N,), how it was found, an index into `NOTES`; -1 where it is the whole name.
        top: (N, K), the most probable labels, best first; -1 where there are no more, or the name could not
            be read.
        top_probabilities: (N, K), theirs; NaN likewise.
        sets: (N, L), which labels are in the set (see `Classifier.predict_sets`); none where the name could
            not be read.
        table: (N, L), the probability of each label; NaN where the name could not be read.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]
    groups: NDArray[np.int16]
    regions: NDArray[np.int16]
    evidence: NDArray[np.int8]
    surnames: NDArray[np.object_]
    maiden_names: NDArray[np.object_]
    notes: NDArray[np.int8]
    top: NDArray[np.int16]
    top_probabilities: NDArray[np.float32]
    sets: NDArray[np.bool_]
    table: NDArray[np.float32]

    def __repr__(self) -> str:
        return f"<Scores: {len(self.reasons):,} names, {int((self.reasons < 0).sum()):,} answered>"

    @property
    def levels(self) -> NDArray[np.int8]:
        """The level of each answer, (N,): 0 an origin, 1 a group, 2 a region; -1 where unknown."""
        answered = np.stack([self.origins, self.groups, self.regions]) >= 0  # (3, N)
        return np.where(answered.any(axis=0), answered.argmax(axis=0), -1).astype(np.int8)

    def at(self, level: Level) -> NDArray[np.int16]:
        """The answer at one level, (N,): `origins`, `groups` or `regions`."""
        return {"origin": self.origins, "group": self.groups, "region": self.regions}[level]

    def take(self, rows: Indices | slice) -> Scores:
        """The scores of some rows, in their order; a row may occur more than once."""
        return Scores(*[getattr(self, field.name)[rows] for field in fields(self)])  # faster than a generator


@dataclass(frozen=True, slots=True)
class Detail:
    """What is wanted of each name beside its answer.

    Attributes:
        top_k: how many of the most probable labels.
        limits: the thresholds of sets of origins; None for no sets.
        all_labels: whether the probability of each label.
    """

    top_k: int = 0
    limits: SetLimits | None = None
    all_labels: bool = False

    def __bool__(self) -> bool:
        """Whether anything is wanted."""
        return bool(self.top_k) or self.limits is not None or self.all_labels


def score_rows(
    blocks: Iterable[ScoredBlock],
    tree: Tree,
    count: int,
    inverse: Indices,
    *,
    level: Level = "origin",
    abstain_below: float = 0.0,
    possible: NDArray[np.bool_],
    detail: Detail,
) -> Scores:
    """The scores of N rows.

    Args:
        blocks: the distinct texts, read and scored.
        tree: of the origins.
        count: the number of distinct texts, U.
        inverse: (N,), the index of each row's text; -1 for what is not a text.
        level, abstain_below: as in `decide`.
        possible: (C,), which origins are not excluded.
        detail: what is wanted beside the answers.
    """
    labels = np.zeros(len(tree.labels(level)), np.bool_)  # (L,), those that are possible
    labels[tree.index(level)[possible]] = True
    scores = _unread(count + 1, len(labels), detail)  # the last is for the index -1
    for block in blocks:
        rows, spelling = _fill_answers(scores, block, tree, level, abstain_below)
        _fill_readings(scores, block)
        if detail:
            _fill_detail(scores, block, tree, level, labels, rows, spelling, detail)
        del block  # before the next one is read
    are_in_order = len(inverse) == count and np.array_equal(inverse, np.arange(count))
    return scores.take(slice(count) if are_in_order else inverse)


def _fill_answers(
    scores: Scores, block: ScoredBlock, tree: Tree, level: Level, abstain_below: float
) -> tuple[Indices, Indices]:
    """Fill in the answer to each text of a block that could be read.

    Returns:
        The numbers of these texts, and the index of each one's spelling.
    """
    found, reading = decide(block, tree, level, abstain_below), block.reading
    known = np.flatnonzero(reading.inverse >= 0)
    rows, spelling = block.start + known, reading.inverse[known]
    for each, (best, _) in zip(tree.levels, found.best, strict=True):
        scores.at(each)[rows] = best[spelling]
    scores.probabilities[rows] = found.probabilities[spelling]
    scores.reasons[rows], scores.evidence[rows] = found.reasons[spelling], block.evidence[spelling]
    return rows, spelling


def _fill_readings(scores: Scores, block: ScoredBlock) -> None:
    """Fill in the surname of each text of a block, or why it has none."""
    start, reading = block.start, block.reading
    words = np.flatnonzero(reading.which < 0)
    if len(words):
        as_they_are = [block.texts[row] for row in words.tolist()]
        scores.surnames[start + words] = all_composed(as_they_are)
    rows = np.flatnonzero(reading.which >= 0)
    which = reading.which[rows]
    if not len(rows):
        return
    plain, others = reading.readings.plain, reading.readings.others
    surnames = [*map(itemgetter(0), plain), *map(attrgetter("surname"), others)]
    notes = [*map(itemgetter(1), plain), *map(attrgetter("note"), others)]
    scores.surnames[start + rows] = np.array(surnames, object)[which]
    alone = which >= len(plain)
    maiden_names = np.array(list(map(attrgetter("maiden_name"), others)), object)
    scores.maiden_names[start + rows[alone]] = maiden_names[which[alone] - len(plain)]
    scores.notes[start + rows] = np.array([*map(_NUMBER_OF_NOTE.__getitem__, notes)], np.int8)[which]
    for row in np.flatnonzero(reading.inverse < 0).tolist():
        reason = reading.readings[reading.which[row]].reason
        scores.reasons[start + row] = REASONS.index(reason or "")


def _fill_detail(
    scores: Scores,
    block: ScoredBlock,
    tree: Tree,
    level: Level,
    labels: NDArray[np.bool_],
    rows: Indices,
    spelling: Indices,
    detail: Detail,
) -> None:
    """Fill in what was asked for beside the answers, in the rows of the spellings of a block."""
    p = tree.sums(block.probabilities, level)  # (S, L)
    if detail.all_labels:
        scores.table[rows] = p[spelling]
    if detail.limits is not None:
        scores.sets[rows] = label_sets(block.probabilities, block.known, detail.limits, tree, level)[spelling]
    if scores.top.shape[1]:
        top, highest = _ranked(np.where(labels, p, np.float32(-1)), scores.top.shape[1])
        scores.top[rows], scores.top_probabilities[rows] = top[spelling], highest[spelling]


def _ranked(p: NDArray[np.float32], top_k: int) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """The most probable labels of S spellings, (S, K), and their probabilities; -1, NaN for negatives.

    Args:
        p: the probabilities of all labels, (S, L).
        top_k: how many are wanted, K.
    """
    top, highest = np.empty((len(p), top_k), np.int16), np.empty((len(p), top_k), np.float32)
    for start in range(0, len(p), ROWS):
        rows = slice(start, start + ROWS)
        best = np.argsort(-p[rows], axis=1, kind="stable")[:, :top_k]
        top[rows], highest[rows] = best, np.take_along_axis(p[rows], best, axis=1)
    impossible = highest < 0
    top[impossible], highest[impossible] = -1, np.nan
    return top, highest


def label_sets(
    p: NDArray[np.float32], known: NDArray[np.bool_], limits: SetLimits, tree: Tree, level: Level
) -> NDArray[np.bool_]:
    """Which labels are in the set of each name, (N, L): those of which an origin is.

    Args:
        p: the probabilities of the origins, (N, C).
        known: which names the network knows by heart, (N,).
        limits: the thresholds.
        tree: of the origins.
        level: of the labels.
    """
    sets: NDArray[np.bool_] = limits.sets(p, known) @ membership(tree.index(level), bool)
    return sets


def _unread(count: int, labels: int, detail: Detail) -> Scores:
    """The scores of rows that are not text."""
    none, nothing = np.full(count, -1, np.int16), np.full(count, np.nan, np.float32)
    top_k = min(detail.top_k, labels)
    return Scores(
        origins=none,
        probabilities=nothing,
        reasons=np.full(count, REASONS.index("not-text"), np.int8),
        groups=none.copy(),
        regions=none.copy(),
        evidence=none.astype(np.int8),
        surnames=np.full(count, None, object),
        maiden_names=np.full(count, None, object),
        notes=none.astype(np.int8),
        top=np.full((count, top_k), -1, np.int16),
        top_probabilities=np.full((count, top_k), np.nan, np.float32),
        sets=np.zeros((count, labels if detail.limits is not None else 0), np.bool_),
        table=np.full((count, labels if detail.all_labels else 0), np.nan, np.float32),
    )
