"""A trained model: its network, what its numbers mean, and how it comes from disk and goes there."""

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
from cognomen.rnn.arrays import Array, Ids
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import normalise

__all__ = ["Model"]


class Model:
    """A trained network, and what its inputs and outputs mean.

    Args:
        network: gives the logits.
        alphabet: its letters.
        origins: the names of its outputs, C.
        priors: the share of each origin among the training names, (C,).
        calibration: what makes the logits probabilities (see `calibration`); a number is the temperature.
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
        calibration: Calibration | float = 1.0,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
        *,
        lower: bool = True,
    ) -> None:
        self.network, self.alphabet, self.lower = network, alphabet, lower
        self.origins = tuple(origins)
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
        if "generator" in facts["architecture"]:
            raise ModelError(
                f"{folder}: expected a model that reads names, found one that writes them. It is for "
                "`cognomen generate ORIGIN --model FOLDER`; without --model, the shipped one reads names."
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
                f"{folder}: the model's parts do not fit each other: {error}. Copy the whole model folder "
                "anew from its source, or train it anew."
            ) from error

    def save(self, folder: str | Path, *, half: bool = False) -> None:
        """Write the model to a folder, atomically; a model that stands there is replaced.

        Args:
            folder: where to.
            half: store the weights as float16, in half the bytes. Probabilities differ by some 1e-4 then.

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
        tensors = self.network.tensors
        if half:
            tensors |= {name: param.astype(np.float16) for name, param in self.network.params.items()}
        write_artifact(folder, Artifact(tensors, facts, self.card))

    @property
    def temperature(self) -> float:
        """What the logits are divided by."""
        return self.calibration.temperature

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

    @property
    def judges(self) -> bool:
        """Whether it can tell names unlike those of the training."""
        return self.calibration.unlike_above is not None and self.network.ngrams is not None

    def unlike(self, ids: Ids, lengths: Ids, surprise: Array) -> NDArray[np.bool_]:
        """Which names are unlike those of the training, (N,); from letters (M,), lengths (N,), surprise (N,).

        Both with its marks and without them such a name has more surprise than the calibration's limit. Marks
        alone make none unlike, as few languages have theirs in training: the 18 files spell Czech without,
        so "Dvořák" would be as strange as random letters.
        """
        limit, ngrams = self.calibration.unlike_above, self.network.ngrams
        if limit is None or ngrams is None:
            raise InputError("this model cannot tell: it has no n-grams, or too few names were held out")
        unlike = surprise > limit
        rows = np.flatnonzero(unlike)  # (U,)
        spelt = lengths[rows]
        places = np.arange(spelt.sum()) + np.repeat(np.cumsum(lengths)[rows] - np.cumsum(spelt), spelt)
        letters = ids[places]
        is_mark = self.alphabet.is_mark.take(letters)
        if is_mark.any():
            marks = np.bincount(np.repeat(np.arange(len(rows)), spelt)[is_mark], minlength=len(rows))  # (U,)
            unlike[rows] = ngrams.surprise(letters[~is_mark], spelt - marks) > limit
        return unlike

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
    """The accuracy among the facts of a training that is best founded, in words; [] if none was measured."""
    measured = facts.get("protocols", {}).get("L", {}).get("mean")
    if measured is not None:
        return [f"protocol L accuracy {measured:.3f}"]
    measured = facts.get("validation", {}).get("accuracy")
    return [] if measured is None else [f"validation accuracy {measured:.3f}"]
