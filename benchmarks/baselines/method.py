"""What every method can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from cognomen.corpora import Corpus
from cognomen.rnn.arrays import Array
from cognomen.training.protocols import Tell

__all__ = ["Method"]


class Method(Protocol):
    """A `cognomen.training.protocols.FitPredict` that says what it is."""

    @property
    def probabilistic(self) -> bool:
        """Whether its answers mean to be probabilities, not only an order of the origins."""

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """Train on a corpus, and answer for names: (N, C), and the C origins."""

    def facts(self) -> dict[str, Any]:
        """All that fixes its training, as JSON values."""

    def size(self, corpus: Corpus) -> int:
        """How many numbers it learns from a corpus. Nothing is trained."""

    def quick(self) -> Method:
        """The same with hardly any training: to see that it works, not to quote."""
