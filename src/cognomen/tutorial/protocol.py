"""The tutorial's network on held-out names.

The video trains on all rows and tests on none. Under protocol L the network is trained ten times, each time
without a tenth of the names, and tested on those. Protocol T does so five times with rows as they are listed;
there a name that is listed twice may be on both sides, so T is too optimistic. See `training.protocols`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cognomen.corpora import Corpus
from cognomen.rnn import Array
from cognomen.training.protocols import Tell
from cognomen.tutorial.loop import LoopConfig, LoopProgress, run_loop
from cognomen.tutorial.vocabulary import lines_by_category, unicode_to_ascii

__all__ = ["TutorialTrainer"]


@dataclass(frozen=True)
class TutorialTrainer:
    """A method for `run_protocol`: trains as in the tutorial. Run k uses the config's seed + k."""

    settings: LoopConfig

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `cognomen.training.protocols.FitPredict`."""

        def on_progress(progress: LoopProgress) -> None:
            figures = f"loss {progress.mean_loss:.3f}, right {progress.accuracy:.1%}"
            tell(progress.share, figures)

        category_lines, all_categories = lines_by_category(corpus)
        settings = replace(self.settings, seed=self.settings.seed + seed)
        fitted = run_loop(category_lines, all_categories, settings, on_progress)
        return fitted.probabilities([unicode_to_ascii(name) for name in names]), all_categories
