"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

What cannot be read as a surname is answered "unknown", with a reason; it is never guessed, and never upsets
the other names of a list. An origin is the language that a surname hints at. It does not tell anyone's
nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import Alphabet
from cognomen.artifact import Artifact, read_artifact, write_artifact
from cognomen.calibration import softmax_with_temperature
from cognomen.errors import InputError, ModelError
from cognomen.folders import whole_folder
from cognomen.network import Architecture, Network
from cognomen.reading import (
    REASONS,
    ColumnReading,
    Places,
    Reading,
    distinct_texts,
    is_single,
    item_blocks,
    read_column,
)
from cognomen.rnn.layers import Array, Blank
from cognomen.text import normalise

__all__ = ["Answer", "Classifier", "OriginProbability", "Scores", "find_model"]

SHIPPED = Path(__file__).parent / "models"
DEFAULT = "classic"
TOGETHER = 1 << 18  # different texts scored together: many share prefixes, and memory stays bounded
STREAMED = 1 << 15  # names of a stream answered together


@dataclass(frozen=True, slots=True)
class OriginProbability:
    """An origin, and how likely it is by the model."""

    origin: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier says about one name.

    Attributes:
        name: the text as it was given; None where something else was given.
        origin: the most likely origin; None if unknown.
        probability: the calibrated probability of `origin`; None if unknown.
        origins: the most likely origins, highest first; () if unknown.
        status: "ok" or "unknown".
        reason: why it is unknown: "not-text", "empty", "no-letters", "too-long" or "unknown-script".
        surname: the part of `name` that was classified; None if unknown.
        note: "surname-of-full-name" if `surname` was found in a full name.
    """

    name: str | None
    origin: str | None
    probability: float | None
    origins: tuple[OriginProbability, ...]
    status: str
    reason: str | None
    surname: str | None
    note: str | None

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, always all of them and in this order."""
        return {
            "name": self.name,
            "origin": self.origin,
            "probability": self.probability,
            "origins": [{"origin": o.origin, "probability": o.probability} for o in self.origins],
            "status": self.status,
            "reason": self.reason,
            "surname": self.surname,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """The most likely origin of each of N names, in arrays.

    Attributes:
        origins: (N,), its place among the classifier's `origins`; -1 where unknown.
        probabilities: (N,), its calibrated probability; NaN where unknown.
        reasons: (N,), why it is unknown, a place in `reading.REASONS`; -1 where it is known.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]


class Classifier:
    """A trained network with all it needs to answer: `clf = Classifier.load(); clf("smith").origin`.

    Args:
        network: gives the logits.
        alphabet: its letters.
        origins: the names of its outputs, C.
        priors: the share of each origin among the training names, (C,).
        temperature: what the logits are divided by (see `calibration`).
        facts: how the model was trained; JSON values.
        card: the model card, Markdown.
        lower: whether the network reads names in lower case.

    Raises:
        InputError: the parts do not fit each other.
    """

    def __init__(
        self,
        network: Network,
        alphabet: Alphabet,
        origins: Sequence[str],
        priors: Sequence[float],
        temperature: float = 1.0,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
        *,
        lower: bool = True,
    ) -> None:
        self.network, self.alphabet, self.lower = network, alphabet, lower
        self.origins = tuple(origins)
        self.priors = tuple(float(share) for share in priors)
        self.temperature = float(temperature)
        self.facts = dict(facts or {})
        self.card = card
        a = network.architecture
        for what, expected, found in [
            ("letters, the unknown one included", a.alphabet_size, len(alphabet)),
            ("origins", a.origin_count, len(self.origins)),
            ("priors", a.origin_count, len(self.priors)),
        ]:
            if found != expected:
                raise InputError(f"the network is made for {expected} {what}, got {found}")

    @classmethod
    def load(cls, model: str | Path | None = None) -> Classifier:
        """Load a model: the shipped one, or any model's folder.

        Args:
            model: nothing or "classic" for the model that comes with Cognomen; else a folder (a folder of
                that very name is "./classic").

        Raises:
            ModelError: there is no such model, or its folder is damaged or foreign.
        """
        folder = find_model(DEFAULT if model is None else model)
        artifact = read_artifact(folder)
        facts = artifact.facts
        try:
            network = Network(Architecture.from_json(facts["architecture"]), rng=Blank())
            network.load(artifact.tensors)
            return cls(
                network,
                Alphabet(facts["alphabet"]),
                facts["origins"],
                facts["priors"],
                facts["calibration"]["temperature"],
                facts["training"],
                artifact.card,
                lower=facts["lower"],
            )
        except InputError as error:
            raise ModelError(
                f"{folder}: the model's parts do not fit each other: {error}. Copy the whole model folder "
                "anew from its source, or train it anew."
            ) from error

    def save(self, folder: str | Path) -> None:
        """Write the model to a folder, atomically; a model that stands there is replaced.

        Raises:
            ModelError: the folder holds something else, or cannot be written.
        """
        facts = {
            "alphabet": self.alphabet.letters,
            "architecture": self.network.architecture.to_json(),
            "calibration": {"temperature": self.temperature},
            "lower": self.lower,
            "origins": self.origins,
            "priors": self.priors,
            "training": self.facts,
        }
        write_artifact(folder, Artifact(self.network.params, facts, self.card))

    @overload  # a string is an iterable too, but the first of two that fit is taken
    def __call__(  # type: ignore[overload-overlap]
        self, names: str | None, *, top_k: int = 3, full_names: bool = True, threads: int = 1
    ) -> Answer: ...

    @overload
    def __call__(
        self, names: Iterable[object], *, top_k: int = 3, full_names: bool = True, threads: int = 1
    ) -> list[Answer]: ...

    def __call__(
        self, names: object, *, top_k: int = 3, full_names: bool = True, threads: int = 1
    ) -> Answer | list[Answer]:
        """Answer one text, or each item of a column of texts.

        Args:
            names: a string; or a list, generator, NumPy array, pandas or Arrow column or other iterable.
                What is no text (None, NaN, a number, bytes) is answered "unknown", alone or in a column.
            top_k: how many origins an answer lists; all of them if there are fewer.
            full_names: find the surname in a full name ("John Smith"). False takes each text as it stands.
            threads: how many threads the network may use.

        Returns:
            An Answer for a single text; for a column a list of them, of its length and order.

        Raises:
            InputError: top_k or threads is not 1 or more, or `names` is a table or a dictionary.
        """
        _check_positive(top_k=top_k, threads=threads)
        texts, places = distinct_texts(names)
        answers = self._answers(texts, top_k, full_names, threads)
        column: list[Answer] = _at(answers, places, _unknown(Reading(None, reason="not-text"))).tolist()
        return column[0] if is_single(names) else column

    def stream(
        self, names: object, *, top_k: int = 3, full_names: bool = True, threads: int = 1
    ) -> Iterator[Answer]:
        """Answer the items of an iterable one after the other, also of one that never ends.

        The answers are those that the classifier gives for a list. Some ten thousand names are taken and
        answered together, so that memory stays bounded; the arguments are those of a call.

        Raises:
            InputError: top_k or threads is not 1 or more, or `names` is a table or a dictionary.
        """
        _check_positive(top_k=top_k, threads=threads)
        blocks = item_blocks(names, STREAMED)
        return (
            answer
            for block in blocks
            for answer in self(block, top_k=top_k, full_names=full_names, threads=threads)
        )

    def predict(
        self, names: str | Iterable[object], *, full_names: bool = True, threads: int = 1
    ) -> list[str | None]:
        """The most likely origin of each name, None where unknown; a single text gives a list of one.

        Raises:
            InputError: threads is not 1 or more, or `names` is a table or a dictionary.
        """
        found = self.scores(names, full_names=full_names, threads=threads).origins  # (N,)
        origins: list[str | None] = np.array([*self.origins, None], dtype=object)[found].tolist()
        return origins

    def predict_proba(
        self, names: str | Iterable[object], *, full_names: bool = True, threads: int = 1
    ) -> NDArray[np.float32]:
        """The probability of each origin, (N, C) in the order of `origins`; a row of NaN where unknown.

        Raises:
            InputError: threads is not 1 or more, or `names` is a table or a dictionary.
        """
        _check_positive(threads=threads)
        texts, places = distinct_texts(names)
        parts = [_at(p, reading.places, np.nan) for reading, p in self._score(texts, full_names, threads)]
        result: NDArray[np.float32] = _at(
            parts[0] if len(parts) == 1 else np.concatenate(parts), places, np.nan
        )
        return result

    def scores(self, names: str | Iterable[object], *, full_names: bool = True, threads: int = 1) -> Scores:
        """The most likely origin of each name as `predict` has it, with its probability, in arrays.

        Raises:
            InputError: threads is not 1 or more, or `names` is a table or a dictionary.
        """
        _check_positive(threads=threads)
        texts, places = distinct_texts(names)
        origins, probabilities, reasons = (np.empty(len(texts), t) for t in (np.int16, np.float32, np.int8))
        start = 0
        for reading, p in self._score(texts, full_names, threads):
            block = slice(start, start := start + len(reading.places))
            best = p.argmax(axis=1)  # (S,)
            origins[block] = _at(best, reading.places, -1)
            probabilities[block] = _at(
                np.take_along_axis(p, best[:, None], axis=1)[:, 0], reading.places, np.nan
            )
            reasons[block] = _reasons(reading)
        return Scores(
            _at(origins, places, -1),
            _at(probabilities, places, np.nan),
            _at(reasons, places, REASONS.index("not-text")),
        )

    def logits(self, surnames: Sequence[str]) -> Array:
        """The network's own outputs for texts that are known to be surnames, (N, C); no reason is looked for.

        Raises:
            InputError: a text has no letters.
        """
        spellings = [normalise(surname, lower=self.lower) for surname in surnames]
        if "" in spellings:
            raise InputError(
                f"expected surnames, got {surnames[spellings.index('')]!r}, which has no letters"
            )
        readable = [self.alphabet.without_unknown_marks(spelling) for spelling in spellings]
        return self.network.logits(*self.alphabet.encode_all(readable))

    def _score(
        self, texts: Sequence[str], full_names: bool, threads: int
    ) -> Iterator[tuple[ColumnReading, NDArray[np.float32]]]:
        """Read the texts in blocks, at least one, and give each spelling its probabilities, (S, C)."""
        for start in range(0, max(len(texts), 1), TOGETHER):
            block = texts[start : start + TOGETHER]
            reading = read_column(block, self.alphabet, lower=self.lower, full_names=full_names)
            logits = self.network.logits(reading.ids, reading.lengths, threads=threads)  # (S, C)
            yield reading, softmax_with_temperature(logits, self.temperature)

    def _answers(
        self, texts: Sequence[str], top_k: int, full_names: bool, threads: int
    ) -> NDArray[np.object_]:
        """An answer for each text, (U,)."""
        answers: list[Answer] = []
        for reading, p in self._score(texts, full_names, threads):
            tops = self._most_likely(p, top_k)
            block = texts[len(answers) : len(answers) + len(reading.places)]
            for row, (text, place) in enumerate(zip(block, reading.places.tolist(), strict=True)):
                read = reading.unusual.get(row)
                if place < 0 and read is not None:
                    answers.append(_unknown(read))
                elif read is None:
                    answers.append(_known(text, tops[place], text, None))
                else:
                    answers.append(_known(text, tops[place], read.surname, read.note))
        result = np.empty(len(answers), dtype=object)
        result[:] = answers
        return result

    def _most_likely(self, p: NDArray[np.float32], top_k: int) -> list[tuple[OriginProbability, ...]]:
        """The most likely origins of each spelling, highest first."""
        best = np.argsort(-p, axis=1, kind="stable")[:, :top_k]  # (S, K)
        highest = np.take_along_axis(p, best, axis=1)  # (S, K)
        origins = np.array(self.origins, dtype=object)[best]  # (S, K)
        by_rank = (
            map(OriginProbability, origins[:, k].tolist(), highest[:, k].tolist())
            for k in range(best.shape[1])
        )
        return list(zip(*by_rank, strict=True))

    def __repr__(self) -> str:
        a = self.network.architecture
        shown = ", ".join(self.origins[:3]) + (", ..." if len(self.origins) > 3 else "")
        parts = [
            f"{len(self.origins)} origins ({shown})",
            f"{a.cell} {a.embedding_size}-{a.hidden_size}, {self.network.size:,} weights",
            *_accuracy(self.facts),
        ]
        return f"<Classifier: {'; '.join(parts)}>"


def _check_positive(**numbers: object) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise InputError(f"{name}: expected a whole number, 1 or more, got {number!r}")


def _at(values: NDArray[Any], places: Places, missing: object) -> NDArray[Any]:
    """The values (U, ...) at these places (N,), `missing` at -1; themselves if that changes nothing."""
    if len(values) == len(places) and (places == np.arange(len(places))).all():
        return values
    if not len(values):
        return np.full((len(places), *values.shape[1:]), missing, dtype=values.dtype)
    result = values[places]
    result[places < 0] = missing
    return result


def _reasons(reading: ColumnReading) -> NDArray[np.int8]:
    """Why each text has no spelling, a place in REASONS, (U,); -1 where it has one."""
    reasons = np.full(len(reading.places), -1, dtype=np.int8)
    for row in np.flatnonzero(reading.places < 0).tolist():
        reasons[row] = REASONS.index(reading.unusual[row].reason or "")
    return reasons


def _known(name: str, top: tuple[OriginProbability, ...], surname: str | None, note: str | None) -> Answer:
    return Answer(name, top[0].origin, top[0].probability, top, "ok", None, surname, note)


def _unknown(reading: Reading) -> Answer:
    return Answer(reading.name, None, None, (), "unknown", reading.reason, None, None)


def _accuracy(facts: Mapping[str, Any]) -> list[str]:
    """The accuracy among the facts of a training that is best founded, in words; [] if none was measured."""
    measured = facts.get("protocols", {}).get("L", {}).get("mean")
    if measured is not None:
        return [f"protocol L accuracy {measured:.3f}"]
    measured = facts.get("validation", {}).get("accuracy")
    return [] if measured is None else [f"validation accuracy {measured:.3f}"]


def find_model(model: str | Path) -> Path:
    """The folder of a shipped model's name, or of a path."""
    shipped = sorted(path.parent.name for path in SHIPPED.glob("*/model.json"))
    if model in shipped:
        return SHIPPED / model
    if model == DEFAULT:
        raise ModelError(
            f"expected the shipped model {DEFAULT!r} in {SHIPPED}, found none: this installation is not "
            "whole. Install Cognomen anew, or load a model of your own: Classifier.load('FOLDER')."
        )
    folder = Path(model)
    if folder.name != model or _is_there(folder):
        return folder
    import difflib  # only whoever mistypes a name waits for it

    close = difflib.get_close_matches(model, shipped)
    hint = f"Did you mean {close[0]!r}?" if close else f"Shipped: {', '.join(shipped) or 'none'}."
    raise ModelError(f"{model!r}: expected a shipped model's name or a model's folder, found neither. {hint}")


def _is_there(folder: Path) -> bool:
    try:
        return whole_folder(folder).exists()
    except (OSError, ValueError):  # a name that no folder can have
        return False
