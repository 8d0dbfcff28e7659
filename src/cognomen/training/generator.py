"""Training a generator on the names of each origin, letter by letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.network.name_filter import NameFilter
from cognomen.network.scripts import script_of
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.training_loop import OnProgress
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import lowercase


def train_generator(
    corpus: Corpus,
    config: GeneratorConfig | None = None,
    *,
    on_progress: OnProgress = lambda share, message: None,
) -> Generator:
    """Train a generator on names and their origins.

    Args:
        corpus: the names.
        config: the settings; `GeneratorConfig()` by default.
        on_progress: called after every step with the share of the work that is done, and the loss.

    Raises:
        TrainingError: no name has only common letters, or training diverged.
    """
    config = GeneratorConfig() if config is None else config
    spelled = [lowercase(name) for name in corpus.names]
    alphabet = Alphabet.from_names(spelled, min_count=config.min_letter_count)
    weighted = (corpus.weights > 0).tolist()
    usable = [i for i, name in enumerate(spelled) if name and weighted[i] and alphabet.has_all(name)]
    if not usable:
        raise TrainingError("expected names in common letters to train on, got none")
    part = corpus.part(np.array(usable))
    scripts = [script_of(name) or "" for name in part.names]
    generator = Generator(alphabet, scripts_by_origin(part.labels, scripts, part.weights), config)
    row_of = {each: row for row, each in enumerate(generator.lists)}
    rows = np.array([row_of[each] for each in zip(part.labels, scripts, strict=True)])  # (N,)
    texts = alphabet.encode_all([spelled[i] for i in usable])
    draw = Draws(rows, part.weights**config.frequency_power, config)

    def batch(which: Ids) -> tuple[Ids, Packed]:
        """As many names as asked for."""
        drawn = draw(len(which))
        return rows[drawn], pack(texts[drawn])

    fit_batches(
        generator.network,
        len(usable),
        batch,
        epochs=config.epochs,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        clip=config.clip,
        seed=config.seed,
        on_progress=on_progress,
    )
    generator.training_names = NameFilter.of(corpus.names)
    generator.facts = {"names": len(usable), "corpus": corpus.source, "config": config.to_json()}
    return generator


class Draws:
    """Draws names: a list first, by its current weight, and then one of its names.

    Args:
        rows: the list of each of N names, (N,), from 0 to K - 1.
        weights: how much each name counts in its list, (N,).
        config: says how often short lists are drawn, and the seed.
    """

    def __init__(self, rows: Ids, weights: Array, config: GeneratorConfig) -> None:
        self.config, self.rng = config, np.random.default_rng(config.seed)
        self.order = np.argsort(rows, kind="stable")
        self.counts = np.bincount(rows).astype(float)  # (K,)
        # From k to k + 1 for the names of list k, so that one search finds the name of a list.
        totals = np.bincount(rows, weights)  # (K,)
        self.cumulative = np.cumsum((weights / totals[rows])[self.order])  # (N,)
        self.drawn, self.all = 0, len(rows) * config.epochs

    def __call__(self, count: int) -> Ids:
        """The indices of `count` names, (count,)."""
        c, done = self.config, min(self.drawn / self.all, 1)
        self.drawn += count
        weights = self.counts ** (1 - c.resampling - (c.final_resampling - c.resampling) * done)
        lists = self.rng.choice(len(weights), count, p=weights / weights.sum())
        places = np.searchsorted(self.cumulative, lists + self.rng.random(count), side="right")
        return self.order[np.minimum(places, len(self.order) - 1)]


def scripts_by_origin(
    origins: Sequence[str], scripts: Sequence[str], weights: Array
) -> dict[str, tuple[str, ...]]:
    """The scripts of each origin: Latin last, as names in it are romanised then; the others by weight.

    Args:
        origins: of each name, (N,).
        scripts: of each name, (N,).
        weights: how much each name counts, (N,).
    """
    totals: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for origin, script, weight in zip(origins, scripts, weights.tolist(), strict=True):
        totals[origin][script] += weight
    return {
        origin: tuple(sorted(its, key=lambda script: (script == "Latin", -its[script], script)))
        for origin, its in sorted(totals.items())
    }
