"""Our networks, and the video's, as methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cognomen.corpora import Corpus
from cognomen.training import TrainingConfig
from cognomen.training.protocols import ClassifierMethod
from cognomen.training.run import TrainingRun
from cognomen.tutorial.loop import TutorialTrainer
from cognomen.tutorial.network import RNN
from cognomen.tutorial.vocabulary import N_LETTERS

__all__ = ["HIDDEN_SIZES", "OurNetwork", "VideoNetwork", "plain"]

HIDDEN_SIZES = {"rnn": 235, "combined": 162, "lstm": 108, "gru": 128}  # networks of one size, within 1 %


@dataclass(frozen=True)
class OurNetwork(ClassifierMethod):
    """A config, trained as `cognomen train` does."""

    probabilistic: bool = True

    def facts(self) -> dict[str, Any]:
        """The config's settings, as `cognomen protocol` writes them."""
        return {"config": self.config.to_json()}

    def size(self, corpus: Corpus) -> int:
        """The network's parameters; of the second one, where the config trains two."""
        last = replace(self.config, validation_share=0.0) if self.config.refits else self.config
        return TrainingRun(corpus, last).network.size

    def quick(self) -> OurNetwork:
        """A single epoch."""
        return replace(self, config=replace(self.config, epochs=1))


@dataclass(frozen=True)
class VideoNetwork(TutorialTrainer):
    """The name tutorial's network and loop."""

    probabilistic: bool = True

    def facts(self) -> dict[str, Any]:
        """The settings, as `python -m cognomen.tutorial` writes them."""
        return {"tutorial": self.settings.to_json()}

    def size(self, corpus: Corpus) -> int:
        """The network's parameters."""
        return RNN(N_LETTERS, self.settings.hidden_size, len(corpus.origins)).size

    def quick(self) -> VideoNetwork:
        """A hundredth of the names."""
        return replace(self, settings=replace(self.settings, steps=self.settings.steps // 100))


def plain(cell: str) -> TrainingConfig:
    """A cell trained alone, once: no n-grams, no favour for rare origins, no second training on all names."""
    return TrainingConfig(
        cell=cell,
        hidden_size=HIDDEN_SIZES[cell],
        longest_ngram=0,
        refit=False,
        logit_adjustment=0.0,
        rdrop_alpha=0.0,
        swa_start=1.0,
        epochs=20,
        dropout=(0.1, 0.0, 0.3),
    )
