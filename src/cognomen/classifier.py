"""Names in, answers out.

    any text -> surname -> letters -> ids -> logits -> probabilities -> Answer

What cannot be read as a surname is answered "unknown", with a reason; it is never guessed, and never upsets
the other names of a list. An origin is the language that a surname hints at. It does not tell anyone's
nationality, ethnicity or religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import Alphabet
from cognomen.answers import (
    NOT_TEXT,
    Answer,
    OriginProbability,
    ScoredBlock,
    Scores,
    answer_texts,
    score_rows,
)
from cognomen.artifact import Artifact, read_artifact, write_artifact
from cognomen.calibration import softmax_with_temperature
from cognomen.columns import distinct_texts, is_single, item_blocks
from cognomen.errors import InputError, ModelError
from cognomen.folders import whole_folder
from cognomen.network import Architecture, Network
from cognomen.reading import read_column
from cognomen.rnn.layers import Array, Blank
from cognomen.text import normalise

__all__ = ["Answer", "Classifier", "OriginProbability", "Scores", "find_model"]

SHIPPED = Path(__file__).parent / "models"
DEFAULT = "classic"
TOGETHER = 1 << 19  # different texts scored together: many share prefixes, and memory stays bounded
STREAMED = 1 << 15  # names of a stream answered together


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
        answers: list[Answer] = []
        for start, reading, p in self._score(texts, full_names, threads):
            block = texts[start : start + len(reading.places)]
            answers += answer_texts(block, reading, p, self.origins, top_k)
        answers.append(NOT_TEXT)  # for the place -1
        column: list[Answer] = np.fromiter(answers, dtype=object)[places].tolist()
        return column[0] if is_single(names) else column

    def stream(
        self, names: object, *, top_k: int = 3, full_names: bool = True, threads: int = 1
    ) -> Iterator[Answer]:
        """Answer the items of an iterable one after the other, also of one that never ends.

        The answers are those that the classifier gives for a list. Some ten thousand names are taken and
        answered together, so that memory stays bounded. Where the iterable raises an error, the names taken
        together with it are not answered. The arguments are those of a call.

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
        result = np.full((len(texts) + 1, len(self.origins)), np.nan, np.float32)  # the last for the place -1
        for start, reading, p in self._score(texts, full_names, threads):
            known = np.flatnonzero(reading.places >= 0)
            result[start + known] = p[reading.places[known]]
        return result.take(places, axis=0)

    def scores(self, names: str | Iterable[object], *, full_names: bool = True, threads: int = 1) -> Scores:
        """The most likely origin of each name as `predict` has it, with its probability, in arrays.

        Raises:
            InputError: threads is not 1 or more, or `names` is a table or a dictionary.
        """
        _check_positive(threads=threads)
        texts, places = distinct_texts(names)
        return score_rows(self._score(texts, full_names, threads), len(texts), places)

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

    def _score(self, texts: Sequence[str], full_names: bool, threads: int) -> Iterator[ScoredBlock]:
        """Read the texts block by block, and give their spellings probabilities."""
        for start in range(0, len(texts), TOGETHER):
            block = texts[start : start + TOGETHER]
            reading = read_column(block, self.alphabet, lower=self.lower, full_names=full_names)
            logits = self.network.logits(reading.ids, reading.lengths, threads=threads)  # (S, C)
            yield start, reading, softmax_with_temperature(logits, self.temperature)

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
