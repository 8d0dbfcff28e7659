"""Training a generator: every origin's names told again, letter by letter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.network.generator import Generator, GeneratorConfig, name_hashes, spell
from cognomen.rnn.arrays import Ids
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.shapes import fit
from cognomen.text.alphabet import Alphabet


def train_generator(
    corpus: Corpus,
    config: GeneratorConfig | None = None,
    *,
    on_progress: Callable[[float, str], None] = lambda share, words: None,
) -> Generator:
    """Train a generator on names and their origins.

    Args:
        corpus: the names.
        config: the settings; `GeneratorConfig()` when not given.
        on_progress: is told after every step what share is done, and the loss.

    Raises:
        TrainingError: no name is left to learn from.
    """
    config = GeneratorConfig() if config is None else config
    spelt = [spell(name) for name in corpus.names]
    alphabet = Alphabet.from_names(spelt, min_count=config.min_letter_count)
    usable = [i for i, name in enumerate(spelt) if name and not set(name) - set(alphabet.letters)]
    if not usable:
        raise TrainingError("expected names to learn from, got none that are spelt with common letters")
    made = Generator(alphabet, corpus.origins, config)
    rows = np.searchsorted(corpus.origins, [corpus.labels[i] for i in usable])  # (N,)
    texts = [alphabet.encode(spelt[i]) for i in usable]
    counts = np.bincount(rows)[rows].astype(float)  # (N,), names of the same origin
    rng = np.random.default_rng(config.seed)
    seen = 0

    def batch(which: Ids) -> tuple[Ids, Packed]:
        nonlocal seen
        balance = config.resampling * (1 - seen / (len(rows) * config.epochs))
        seen += len(which)
        drawn = rng.choice(len(rows), len(which), p=counts**-balance / (counts**-balance).sum())
        return rows[drawn], pack([texts[i] for i in drawn])

    fit(
        made.network,
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
    made.training_hashes = np.unique(name_hashes(corpus.names))
    made.facts = {"names": len(usable), "corpus": corpus.source, "config": config.to_json()}
    return made
