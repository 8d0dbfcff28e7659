"""The answer to each name, an `Answer`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, compress
from operator import itemgetter
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.conformal import SetLimits
from cognomen.classifier.decisions import EVIDENCE, REASONS, Decision, ScoredBlock, decide
from cognomen.classifier.origins import LEVELS, Level, Tree
from cognomen.classifier.scores import ROWS, label_sets
from cognomen.text.repair import composed


@dataclass(frozen=True, slots=True)
class OriginProbability:
    """An origin, or at another level a group or a region, and its probability."""

    origin: str
    probability: float


@dataclass(frozen=True, slots=True)
class SurnamePart:
    """A part of a surname in two parts, its own most probable origin, group or region, and how probable."""

    surname: str
    origin: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier says about one name.

    Each level is answered by itself: in doubtful cases `group` need not be the group of `origin`.

    Attributes:
        name: the text as given; None if it was not a text.
        origin: the most probable origin; None if unknown, or if the answer is a group or a region.
        probability: the calibrated probability of the answer at its `level`; None if unknown.
        origins: the most probable origins, highest first; () if the name could not be read. With the option
            `level` these are groups or regions.
        status: "ok" or "unknown".
        reason: why it is unknown: "not-text", "empty", "no-letters", "too-long", "unknown-script",
            "placeholder", "not-a-name" or "garbled" if it could not be read; "unlike-training" if it is out
            of distribution: its sequence of letters is unlike those of the training names; "low-confidence"
            if nothing was probable enough.
        surname: the part of `name` that was classified; None if it could not be read.
        note: "surname-of-full-name" if `surname` was found in a full name, "several-people" if it is that of
            the first of several, "repaired-encoding" if the text had been decoded wrongly; None if `name` is
            the surname.
        origin_set: the set of origins, most probable first, that contains the right one with the coverage
            asked for; None if none was, or the name could not be read. With `level` it has groups or regions.
        level: "origin", "group" or "region": the most specific level that is probable enough (see
            `Options.abstain_below`); None if unknown.
        group: the most probable group; None if unknown, if only the region is probable enough, or if the
            model has no tree of origins.
        group_probability: the sum of the probabilities of its origins; None without a group.
        region: the most probable region; None if unknown, or if the model has no tree of origins.
        region_probability: the sum of the probabilities of its origins; None without a region.
        evidence: what the answer rests on: "known" if the network has weights for the whole name, "spelling"
            if it only reads the letters; None if it has no such weights, or the name could not be read.
        parts: the parts of a surname in two (García Márquez, Smith-Jones) whose answers are pooled, with what
            is answered to each alone; () if the surname has one part, or is known as a whole.
        maiden_name: the surname from birth, if `name` says so ("Mary Toogood née Johnson").
    """

    name: str | None
    origin: str | None
    probability: float | None
    origins: tuple[OriginProbability, ...]
    status: str
    reason: str | None
    surname: str | None
    note: str | None
    origin_set: tuple[str, ...] | None = None
    level: Level | None = None
    group: str | None = None
    group_probability: float | None = None
    region: str | None = None
    region_probability: float | None = None
    evidence: str | None = None
    parts: tuple[SurnamePart, ...] = ()
    maiden_name: str | None = None

    @property
    def label(self) -> str | None:
        """The answer at its level: the origin, the group or the region; None if unknown."""
        if self.level is None:
            return None
        return {"origin": self.origin, "group": self.group, "region": self.region}[self.level]

    @property
    def alternatives(self) -> tuple[OriginProbability, ...]:
        """The `origins` besides the answer; all of them if the answer is at another level, or unknown."""
        answered = self.origins and self.origins[0] == OriginProbability(
            self.label or "", self.probability or 0.0
        )
        return self.origins[1:] if answered else self.origins

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, always all of them and in this order."""
        return {
            **{field: getattr(self, field) for field in self.__slots__},
            "origins": [{"origin": o.origin, "probability": o.probability} for o in self.origins],
            "origin_set": None if self.origin_set is None else list(self.origin_set),
            "parts": [asdict(part) for part in self.parts],
        }

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from cognomen.classifier.html import bar, dim, percent, table, text

        name = text("not a text" if self.name is None else self.name if self.name.strip() else "no text")
        if self.note and self.surname:
            name += f" → {text(self.surname)}"
        verdict = f"<b>{text(self.label or 'unknown')}</b>"
        verdict += f" {percent(self.probability)}" if self.probability is not None else ""
        about = [f"{label}" for label in (self.group, self.region) if label and label != self.label]
        about += [each for each in (self.evidence, self.reason, self.note) if each]
        if self.maiden_name:
            about.append(f"maiden name {self.maiden_name}")
        parts = [f"<div>{name}: {verdict} {dim(', '.join(about))}</div>"]
        if self.parts:
            of_parts = [f"{each.surname}: {each.origin} {each.probability:.1%}" for each in self.parts]
            parts.append(f"<div>{dim('parts: ' + '; '.join(of_parts))}</div>")
        if self.origins:
            rows = [(text(o.origin), bar(o.probability), percent(o.probability)) for o in self.origins]
            parts.append(table(("", "", "probability"), rows, "llr"))
        if self.origin_set is not None:
            parts.append(f"<div>{dim('set: ' + (', '.join(self.origin_set) or 'empty, too unsure'))}</div>")
        return f"<div>{''.join(parts)}</div>"


NOT_TEXT: Final = Answer(None, None, None, (), "unknown", "not-text", None, None)


def answer_block(
    block: ScoredBlock,
    tree: Tree,
    top_k: int,
    *,
    level: Level = "origin",
    abstain_below: float = 0.0,
    limits: SetLimits | None = None,
) -> list[Answer]:
    """The answer to each text of a block.

    Args:
        block: texts, read and scored.
        tree: of the origins whose probabilities the block has.
        top_k: how many labels an answer lists.
        level, abstain_below: as in `decide`.
        limits: of the sets of origins; None for no sets.
    """
    found = decide(block, tree, level, abstain_below)
    tops, sets = _most_probable(block, tree, level, top_k, limits)
    origins, *places = _by_level(tree, found)
    numbers, reasons = _numbers(found.probabilities), _texts(REASONS, found.reasons)
    evidence = _texts(EVIDENCE, block.evidence)
    # What is said of each spelling, by field, (S,) each: joined name by name only, for the sake of memory.
    levels = _texts(LEVELS, found.levels)
    described = (origins[0], numbers, tops, reasons, sets, levels, *chain(*places), evidence)
    answers = list[Answer]()
    parts: dict[int, Any] = {}
    if block.parts.wholes.size:
        parts.update(zip(block.parts.wholes.tolist(), block.parts.each, strict=True))
    for row, (text, spelling) in enumerate(zip(block.texts, block.reading.inverse.tolist(), strict=True)):
        read = block.reading.unusual.get(row)
        if spelling < 0 and read is not None:
            answers.append(Answer(text, None, None, (), "unknown", read.reason, None, None))
            continue
        origin, p, top, reason, *last = map(itemgetter(spelling), described)
        status = "unknown" if reason else "ok"
        if read is None:
            answers.append(Answer(text, origin, p, top, status, reason, composed(text), None, *last))
            continue
        of_parts = zip(read.parts, (tops[part][0] for part in parts.get(spelling, ())), strict=False)
        shown = tuple(SurnamePart(part, best.origin, best.probability) for part, best in of_parts)
        more = *last, shown, read.maiden_name
        answers.append(Answer(text, origin, p, top, status, reason, read.surname, read.note, *more))
    return answers


def _by_level(tree: Tree, found: Decision) -> list[tuple[list[Any], list[Any]]]:
    """For each of `LEVELS` the answer and its probability, (S,) each; None for levels that the tree lacks."""
    nothing: list[Any] = [None] * len(found.levels)
    answered = [
        (_texts(tree.labels(level), labels), _numbers(p))
        for level, (labels, p) in zip(tree.levels, found.best, strict=True)
    ]
    return answered + [(nothing, nothing)] * (len(LEVELS) - len(answered))


def _texts(texts: Sequence[str], indices: NDArray[np.integer[Any]]) -> list[Any]:
    """Texts by their indices, None for -1."""
    return list(map((*texts, None).__getitem__, indices.tolist()))


def _numbers(numbers: NDArray[np.float32]) -> list[Any]:
    """Numbers, None for NaN."""
    found = numbers.astype(object)
    found[np.isnan(numbers)] = None
    return cast("list[Any]", found.tolist())


def _most_probable(
    block: ScoredBlock,
    tree: Tree,
    level: Level,
    top_k: int,
    limits: SetLimits | None,
) -> tuple[list[tuple[OriginProbability, ...]], Sequence[tuple[str, ...] | None]]:
    """The most probable labels of each spelling, highest first; and its set, None without limits."""
    p = block.probabilities
    table = tree.sums(p, level)  # (S, K), of all spellings: sums of fewer might be rounded otherwise
    labels = tree.labels(level)  # (K,)
    tops: list[tuple[OriginProbability, ...]] = []
    sets: list[tuple[str, ...] | None] = [None] * len(p) if limits is None else []
    for start in range(0, len(p), ROWS):
        rows = slice(start, start + ROWS)
        ranked = np.argsort(-table[rows], axis=1, kind="stable")  # (S, K)
        tops += _tops(table[rows], labels, ranked[:, :top_k])
        if limits is not None:
            inside = label_sets(p[rows], block.known[rows], limits, tree, level)  # (S, K)
            inside = np.take_along_axis(inside, ranked, axis=1)
            in_order = np.array(labels, dtype=object)[ranked].tolist()
            sets += map(tuple, map(compress, in_order, inside.tolist()))
    return tops, sets


def _tops(
    table: NDArray[np.float32], labels: Sequence[str], best: NDArray[np.intp]
) -> Iterator[tuple[OriginProbability, ...]]:
    """The most probable labels of each spelling.

    Args:
        table: the probabilities of all labels, (S, K).
        labels: their names, (K,).
        best: the numbers of the most probable ones, (S, top_k).
    """
    highest = table[np.arange(len(table))[:, None], best].tolist()  # (S, top_k)
    for which, p in zip(best.tolist(), highest, strict=True):
        yield tuple(map(OriginProbability, map(labels.__getitem__, which), p))
