"""A trained model: its network, what its inputs and outputs mean, and how it is loaded and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import Calibration
from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.io.pretrained import DEFAULT, find_model
from cognomen.network.architecture import Architecture
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import normalise


class Model:
    """A trained network, and what its inputs and outputs mean.

    Args:
        network: the network.
        alphabet: the letters of its input.
        origins: the names of its outputs, C.
        priors: the share of each origin among the training names, (C,).
        calibration: turns logits into probabilities (see `calibration`); a number is a temperature.
        facts: how the model was trained; JSON values.
        card: the model card, Markdown.
        lower: whether the network reads names in lower case.

    Raises:
        InputError: the parts do not fit together.
    """

    def __init__(
        self,
        network: Network,
        alphabet: Alphabet,
        origins: Sequence[str],
        priors: Sequence[float],
        calibration: Calibration | float = 1.0,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
        *,
        lower: bool = True,
    ) -> None:
        self.network, self.alphabet, self.lower = network, alphabet, lower
        self.origins = tuple(origins)
        self._origin_array = np.array(self.origins, dtype=object)  # (C,)
        self.priors = tuple(float(share) for share in priors)
        if not isinstance(calibration, Calibration):
            calibration = Calibration(float(calibration))
        self.calibration = calibration
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
    def load(cls, model: str | Path | None = None) -> Self:
        """Load a pretrained model, or one from a folder.

        Args:
            model: "classic", the pretrained model and the default, or a folder. (A folder with the name of a
                pretrained model is written "./classic".)

        Raises:
            ModelError: there is no such model, or its folder is damaged or not a model.
        """
        folder = find_model(DEFAULT if model is None else model)
        artifact = read_artifact(folder)
        facts = artifact.facts
        if "generator" in facts["architecture"]:
            raise ModelError(
                f"{folder}: expected a classifier, found a generator, which is for `cognomen generate ORIGIN "
                "--model FOLDER`. Leave out --model for the pretrained classifier."
            )
        try:
            network = Network.from_tensors(Architecture.from_json(facts["architecture"]), artifact.tensors)
            return cls(
                network,
                Alphabet(facts["alphabet"]),
                facts["origins"],
                facts["priors"],
                Calibration.from_json(facts["calibration"]),
                facts["training"],
                artifact.card,
                lower=facts["lower"],
            )
        except InputError as error:
            raise ModelError(
                f"{folder}: the model's parts do not fit together: {error}. Copy the whole model folder "
                "again from its source, or train it again."
            ) from error

    def save(self, folder: str | Path, *, half: bool = False) -> None:
        """Write the model to a folder, atomically; a model that is there is replaced.

        Args:
            folder: where to.
            half: store the weights as float16, in half the bytes, and those of hashed n-grams and names as
                int8. Probabilities then differ by about 1e-4, with hashed n-grams 1e-2 at most.

        Raises:
            ModelError: the folder holds something else, or cannot be written.
        """
        facts = {
            "alphabet": self.alphabet.letters,
            "architecture": self.network.architecture.to_json(),
            "calibration": self.calibration.to_json(),
            "lower": self.lower,
            "origins": self.origins,
            "priors": self.priors,
            "training": self.facts,
        }
        tensors = self.network.compact_tensors if half else self.network.tensors
        write_artifact(folder, Artifact(tensors, facts, self.card))

    @property
    def temperature(self) -> float:
        """What the logits are divided by."""
        return self.calibration.temperature

    def logits(self, surnames: Sequence[str]) -> Array:
        """The network's outputs for texts that are known to be surnames, (N, C).

        Raises:
            InputError: a text has no letters.
        """
        spellings = [normalise(surname, lower=self.lower) for surname in surnames]
        if "" in spellings:
            raise InputError(
                f"expected surnames, got {surnames[spellings.index('')]!r}, which has no letters"
            )
        readable = [self.alphabet.without_unknown_marks(spelling) for spelling in spellings]
        return self.network.logits(self.alphabet.encode_all(readable))

    @property
    def detects_ood(self) -> bool:
        """Whether the model can tell names that are out of distribution, unlike its training names."""
        return self.calibration.ood_threshold is not None and self.network.ngrams is not None

    def out_of_distribution(self, names: Ragged, bits: Array) -> NDArray[np.bool_]:
        """Which of N names of ids are unlike the training names, (N,).

        Such a name has more bits per letter than the calibration's threshold both with its marks and without
        them. Marks alone do not count, since few languages are spelled with theirs in training: the 18 files
        have Czech without marks, so that "Dvořák" would look as odd as random letters.

        Args:
            names: the ids of the names' letters.
            bits: their bits per letter (see `Ngrams.bits_per_letter`), (N,).

        Raises:
            InputError: the model cannot tell.
        """
        threshold, ngrams = self.calibration.ood_threshold, self.network.ngrams
        if threshold is None or ngrams is None:
            raise InputError("this model cannot tell: it has no n-grams, or too few names were held out")
        odd = bits > threshold
        if not odd.any():
            return odd
        rows = np.flatnonzero(odd)  # (U,)
        suspects = names[rows]
        is_mark = self.alphabet.is_mark.take(suspects.data)
        if is_mark.any():
            marks = np.bincount(suspects.rows[is_mark], minlength=len(rows))  # (U,)
            unmarked = Ragged(suspects.data[~is_mark], suspects.lengths - marks)
            odd[rows] = ngrams.bits_per_letter(unmarked) > threshold
        return odd

    def __repr__(self) -> str:
        a = self.network.architecture
        shown = ", ".join(self.origins[:3]) + (", ..." if len(self.origins) > 3 else "")
        parts = [
            f"{len(self.origins)} origins ({shown})",
            f"{a.cell} {a.embedding_size}-{a.hidden_size}, {self.network.size:,} weights",
            *_accuracy(self.facts),
        ]
        return f"<{type(self).__name__}: {'; '.join(parts)}>"


def _accuracy(facts: Mapping[str, Any]) -> list[str]:
    """The most reliable accuracy among the facts of the training, in words; [] if none was measured."""
    measured = facts.get("protocols", {}).get("L", {}).get("mean")
    if measured is not None:
        return [f"protocol L accuracy {measured:.3f}"]
    measured = facts.get("validation", {}).get("accuracy")
    return [] if measured is None else [f"validation accuracy {measured:.3f}"]
