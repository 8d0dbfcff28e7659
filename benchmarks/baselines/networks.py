"""Our networks, and the video's, as methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cognomen.corpora import Corpus
from cognomen.training import Recipe
from cognomen.training.protocols import RecipeTrainer
from cognomen.training.run import Run
from cognomen.tutorial.network import RNN
from cognomen.tutorial.protocol import TutorialTrainer
from cognomen.tutorial.vocabulary import N_LETTERS

__all__ = ["HIDDEN_SIZES", "OurNetwork", "VideoNetwork", "plain"]

HIDDEN_SIZES = {"rnn": 235, "combined": 162, "lstm": 108, "gru": 128}  # networks of one size, within 1 %


@dataclass(frozen=True)
class OurNetwork(RecipeTrainer):
    """A recipe, trained as `cognomen train` does."""

    probabilistic: bool = True

    def facts(self) -> dict[str, Any]:
        """The recipe's settings, as `cognomen protocol` writes them."""
        return {"recipe": self.recipe.to_json()}

    def size(self, corpus: Corpus) -> int:
        """The network's parameters; of the second one, where the recipe trains two."""
        last = replace(self.recipe, validation_share=0.0) if self.recipe.refits else self.recipe
        return Run(corpus, last).network.size

    def quick(self) -> OurNetwork:
        """A single epoch."""
        return replace(self, recipe=replace(self.recipe, epochs=1))


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


def plain(cell: str) -> Recipe:
    """A cell trained alone, once: no n-grams, no favour for rare origins, no second training on all names."""
    return Recipe(
        cell=cell,
        hidden_size=HIDDEN_SIZES[cell],
        longest_ngram=0,
        refit=False,
        balance=0.0,
        agreement=0.0,
        average_from=1.0,
        epochs=20,
        dropout=(0.1, 0.0, 0.3),
    )
