"""A trained model: its network, what its inputs and outputs mean, and how it is loaded and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cognomen.classifier.calibration import Calibration
from cognomen.classifier.origins import Place, Tree
from cognomen.classifier.out_of_distribution import OodDetector, ood_limits
from cognomen.classifier.priors import DefaultPrior
from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, is_within, read_artifact, write_artifact
from cognomen.io.pretrained import DEFAULT, find_model, find_on_hub
from cognomen.network.architecture import Architecture
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array
from cognomen.text.alphabet import Alphabet
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
        places: the group and the region of each origin, (C,) pairs (see `Tree`); None for no tree of origins.
        default_prior: the mixture that is expected unless a call names another; None for the training's.

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
        places: Sequence[Place] | None = None,
        default_prior: DefaultPrior | None = None,
    ) -> None:
        self.network, self.alphabet, self.lower = network, alphabet, lower
        self.tree = Tree(origins, places)
        self.default_prior = default_prior
        self.priors = tuple(float(share) for share in priors)
        if not isinstance(calibration, Calibration):
            calibration = Calibration(float(calibration))
        self.calibration = calibration
        self.facts = dict(facts or {})
        self.card = card
        a, by_origin = network.architecture, calibration.origin_set_levels
        for what, expected, found in [
            ("letters, the unknown one included", a.alphabet_size, len(alphabet)),
            ("origins", a.origin_count, len(self.origins)),
            ("priors", a.origin_count, len(self.priors)),
            ("shares of a default prior", a.origin_count, len(self._default_shares)),
            ("thresholds of origins", a.origin_count, len(self.origins if by_origin is None else by_origin)),
        ]:
            if found != expected:
                raise InputError(f"the network is made for {expected} {what}, got {found}")

    @classmethod
    def load(cls, model: str | Path | None = None) -> Self:
        """Load a pretrained model, or one from a folder.

        Args:
            model: the name of a pretrained model, or a folder: "world", the default, with the surnames of the
                world in their scripts and as common as they are; or "classic", with the 18 files of the
                tutorial. (A folder with the name of a pretrained model is written "./classic".)

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
                places=Tree.from_json(facts["origins"], facts.get("tree")).places,
                default_prior=_default_prior(facts.get("default_prior")),
            )
        except InputError as error:
            raise ModelError(
                f"{folder}: the model's parts do not fit together: {error}. Copy the whole model folder "
                "again from its source, or train it again."
            ) from error

    @classmethod
    def from_pretrained(cls, model: str | Path | None = None, *, revision: str | None = None) -> Self:
        """As `load`, or from a repository of the Hugging Face hub: `Classifier.from_pretrained("me/names")`.

        Args:
            model: a pretrained model's name, a folder; or OWNER/NAME, which is fetched once (with
                `pip install 'cognomen[hub]'`) and kept in the hub's cache.
            revision: of a repository: a branch, a tag or a commit.

        Raises:
            ModelError: there is no such model, or it is damaged.
            MissingExtraError: a repository is to be fetched, and huggingface_hub is not installed.
        """
        return cls.load(find_on_hub(DEFAULT if model is None else model, revision))

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
        if self.tree.places is not None:
            facts["tree"] = self.tree.to_json()
        if self.default_prior is not None:
            facts["default_prior"] = self.default_prior.to_json()
        tensors = self.network.compact_tensors if half else self.network.tensors
        write_artifact(folder, Artifact(tensors, facts, self.card))

    @property
    def origins(self) -> tuple[str, ...]:
        """The names of the network's outputs, (C,)."""
        return self.tree.origins

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the origins, in the order in which the origins first name them; () without a tree."""
        return self.tree.groups

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the groups, likewise."""
        return self.tree.regions

    @property
    def _default_shares(self) -> tuple[float, ...]:
        """The mixture of origins that is expected by default, (C,)."""
        return self.priors if self.default_prior is None else self.default_prior.shares

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

    @cached_property
    def ood_detector(self) -> OodDetector | None:
        """What tells names that are unlike the training names; None if the model cannot tell."""
        limits = ood_limits(self.calibration, self.alphabet)
        if self.network.ngrams is None or limits is None:
            return None
        return OodDetector(self.network.ngrams, self.alphabet, limits)

    def __repr__(self) -> str:
        a = self.network.architecture
        shown = ", ".join(self.origins[:3]) + (", ..." if len(self.origins) > 3 else "")
        parts = [
            f"{len(self.origins)} origins ({shown})",
            f"{a.cell} {a.embedding_size}-{a.hidden_size}, {self.network.size:,} weights",
            *_accuracy(self.facts),
        ]
        return f"<{type(self).__name__}: {'; '.join(parts)}>"


def _default_prior(facts: Any) -> DefaultPrior | None:
    return None if facts is None else DefaultPrior.from_json(facts)


def _accuracy(facts: Mapping[str, Any]) -> list[str]:
    """The most reliable accuracy among the facts of the training, in words; [] if none was measured."""
    for words, path in (
        ("protocol L accuracy", ("protocols", "L", "mean")),
        ("validation accuracy", ("validation", "accuracy")),
    ):
        found: Any = facts
        for key in path:  # a model may come from anywhere, and its facts are not checked one by one
            found = found.get(key) if isinstance(found, Mapping) else None
        if is_within(found, 0, 1):
            return [f"{words} {found:.3f}"]
    return []
