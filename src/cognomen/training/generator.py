"""Training a generator on the names of each origin, letter by letter."""

from __future__ import annotations

import numpy as np

from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.network.generator import Generator, GeneratorConfig, name_hashes
from cognomen.rnn.arrays import Ids
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.training import OnProgress
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
    usable = [i for i, name in enumerate(spelled) if name and not set(name) - set(alphabet.letters)]
    if not usable:
        raise TrainingError("expected names in common letters to train on, got none")
    generator = Generator(alphabet, corpus.origins, config)
    rows = np.searchsorted(corpus.origins, [corpus.labels[i] for i in usable])  # (N,)
    texts = [alphabet.encode(spelled[i]) for i in usable]
    counts = np.bincount(rows)[rows].astype(float)  # (N,), of the same origin
    rng = np.random.default_rng(config.seed)
    seen = 0

    def batch(which: Ids) -> tuple[Ids, Packed]:
        """As many names as asked for, drawn with the current weights of the origins."""
        nonlocal seen
        weights = counts ** -(config.resampling * (1 - seen / (len(rows) * config.epochs)))
        seen += len(which)
        drawn = rng.choice(len(rows), len(which), p=weights / weights.sum())
        return rows[drawn], pack([texts[i] for i in drawn])

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
    generator.training_hashes = np.unique(name_hashes(corpus.names))
    generator.facts = {"names": len(usable), "corpus": corpus.source, "config": config.to_json()}
    return generator
