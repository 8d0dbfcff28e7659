"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

What cannot be read as a surname is answered "unknown", with a reason; it is never guessed, and never upsets
the other names of a list. An origin is the language that a surname hints at. It does not tell anyone's
nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from cognomen.reading import Reading, distinct_texts, is_single, read_text
from cognomen.rnn.layers import Array
from cognomen.text import normalise

__all__ = ["Answer", "Classifier", "OriginProbability", "find_model"]

SHIPPED = Path(__file__).parent / "models"
DEFAULT = "classic"


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
            network = Network(Architecture.from_json(facts["architecture"]))
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
        self, names: str | None, *, top_k: int = 3, full_names: bool = True
    ) -> Answer: ...

    @overload
    def __call__(
        self, names: Iterable[object], *, top_k: int = 3, full_names: bool = True
    ) -> list[Answer]: ...

    def __call__(self, names: object, *, top_k: int = 3, full_names: bool = True) -> Answer | list[Answer]:
        """Answer one text, or each item of a column of texts.

        Args:
            names: a string; or a list, generator, NumPy array, pandas column or other iterable. What is no
                text (None, NaN, a number, bytes) is answered "unknown", alone or in a column.
            top_k: how many origins an answer lists; all of them if there are fewer.
            full_names: find the surname in a full name ("John Smith"). False takes each text as it stands.

        Returns:
            An Answer for a single text; for a column a list of them, of its length and order.

        Raises:
            InputError: top_k is not 1 or more, or `names` is a table or a dictionary.
        """
        if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
            raise InputError(f"top_k: expected a whole number, 1 or more, got {top_k!r}")
        readings, places = self._read_all(names, full_names)
        answers = self._answers(readings, top_k)
        column = [answers[place] for place in places]
        return column[0] if is_single(names) else column

    def predict(self, names: str | Iterable[object], *, full_names: bool = True) -> list[str | None]:
        """The most likely origin of each name, None where unknown; a single text gives a list of one.

        Raises:
            InputError: `names` is a table or a dictionary.
        """
        readings, places = self._read_all(names, full_names)
        best = self._probabilities(readings).argmax(axis=1)  # (U,)
        found = [None if r.spelling is None else self.origins[c] for r, c in zip(readings, best, strict=True)]
        return [found[place] for place in places]

    def predict_proba(self, names: str | Iterable[object], *, full_names: bool = True) -> NDArray[np.float32]:
        """The probability of each origin, (N, C) in the order of `origins`; a row of NaN where unknown.

        Raises:
            InputError: `names` is a table or a dictionary.
        """
        readings, places = self._read_all(names, full_names)
        return self._probabilities(readings)[places]

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

    def _read_all(self, names: object, full_names: bool) -> tuple[list[Reading], NDArray[np.intp]]:
        """A reading of each of the U different texts, and (N,) which of them stands at each place."""
        texts, places = distinct_texts(names)
        return [read_text(t, self.alphabet, lower=self.lower, full_names=full_names) for t in texts], places

    def _probabilities(self, readings: Sequence[Reading]) -> NDArray[np.float32]:
        """(U, C); a row of NaN for each reading without a spelling. Equal spellings are scored once."""
        result = np.full((len(readings), len(self.origins)), np.nan, dtype=np.float32)
        rows: dict[str, list[int]] = {}
        for row, reading in enumerate(readings):
            if reading.spelling is not None:
                rows.setdefault(reading.spelling, []).append(row)
        logits = self.network.logits(*self.alphabet.encode_all(list(rows)))
        for same, p in zip(rows.values(), softmax_with_temperature(logits, self.temperature), strict=True):
            result[same] = p
        return result

    def _answers(self, readings: Sequence[Reading], top_k: int) -> list[Answer]:
        probabilities = self._probabilities(readings)  # (U, C)
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :top_k]  # (U, K)
        highest = np.take_along_axis(probabilities, best, axis=1)  # (U, K)
        return [
            self._answer(reading, columns, values)
            for reading, columns, values in zip(readings, best.tolist(), highest.tolist(), strict=True)
        ]

    def _answer(self, reading: Reading, columns: list[int], probabilities: list[float]) -> Answer:
        if reading.spelling is None:
            return Answer(reading.name, None, None, (), "unknown", reading.reason, None, None)
        top = tuple(
            OriginProbability(self.origins[column], p)
            for column, p in zip(columns, probabilities, strict=True)
        )
        origin, p = top[0].origin, top[0].probability
        return Answer(reading.name, origin, p, top, "ok", None, reading.surname, reading.note)

    def __repr__(self) -> str:
        a = self.network.architecture
        shown = ", ".join(self.origins[:3]) + (", ..." if len(self.origins) > 3 else "")
        parts = [
            f"{len(self.origins)} origins ({shown})",
            f"{a.cell} {a.embedding_size}-{a.hidden_size}, {self.network.size:,} weights",
            *_accuracy(self.facts),
        ]
        return f"<Classifier: {'; '.join(parts)}>"


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
