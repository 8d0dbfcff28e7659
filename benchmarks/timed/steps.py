"""Training steps of ours and of torch's on the same names, for the rows and for processes side by side.

`python -m timed.steps SIDE WAY SIZE THREADS SECONDS` trains with the config of `classic` and prints its pace.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from cognomen.network import Network
from cognomen.rnn import AdamW, clip_grad_norm, cross_entropy
from cognomen.rnn.engine.blas import reuse_memory
from cognomen.text.ragged import Ragged
from cognomen.training.dataset import Names
from timed.batches import Laid, batches
from timed.names import PLAIN, classifier, corpus, read_cheaply

__all__ = ["our_steps", "pace", "their_steps"]

NO_DROPOUT = (0.0, 0.0, 0.0)
Dropout = tuple[float, float, float]
Step = Callable[[], int]


@cache
def training_names() -> Names:
    """All names of the corpus with their origins' numbers, in a random order that the files do not have."""
    order = np.random.default_rng(0).permutation(len(corpus()))
    names, labels = (np.array(column, object)[order] for column in (corpus().names, corpus().labels))
    ids, lengths = read_cheaply(list(names), classifier().alphabet)
    return Names(Ragged(ids, lengths), np.searchsorted(corpus().origins, labels.astype(str)))


def our_steps(
    size: int, dropout: Dropout = NO_DROPOUT, clip: float | None = None, by_compiled: bool = False
) -> Iterator[int]:
    """Learn from batch after batch in random order, for ever: how many names each had.

    Forward, cross entropy, backward, (clipping,) AdamW: what `training.step.TrainStep` does.
    """
    reuse_memory()  # as `train` does
    names, rng = training_names(), np.random.default_rng(0)
    network = Network(classifier().network.architecture, dropout=dropout, rng=rng)
    network.compiled = by_compiled
    optimiser = AdamW(network.params, 3e-3, weight_decay=0.01)
    noise = rng if any(dropout) else None
    while True:
        order = rng.permutation(len(names))
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            logits, backward = network.forward(names.texts[batch], noise)
            labels = names.labels[batch]
            _, dlogits = cross_entropy(logits, labels)
            network.zero_grad()
            backward(dlogits)
            if clip is not None:
                clip_grad_norm(network.grads, clip)
            optimiser.step(network.grads)
            yield len(labels)


def their_steps(
    way: str, size: int, dropout: Dropout = NO_DROPOUT, clip: float | None = None
) -> Iterator[int]:
    """The same in torch, the names batched in one of the ways of `batches`."""
    from timed.torch_side import TorchNetwork, training_step

    names, rng = training_names(), np.random.default_rng(0)
    network = TorchNetwork(classifier().network.architecture, dropout).train()
    step, laid = training_step(network, names.labels, clip=clip), Laid(names.texts.data, names.texts.lengths)
    while True:
        for batch in batches(laid, way, size, rng):
            step(batch, way)
            yield len(batch.lengths)


def pace(steps: Iterator[int], seconds: float) -> float:
    """Names a second, over about so many seconds, the first few steps left out."""
    for _ in range(5):
        next(steps)
    names, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        names += next(steps)
    return names / (time.perf_counter() - began)


def main() -> None:
    side, way = sys.argv[1:3]
    size, threads, seconds = map(int, sys.argv[3:])
    config = PLAIN
    if side == "ours":
        steps = our_steps(size, config.dropout, config.clip)
    else:
        import torch

        torch.set_num_threads(threads)
        steps = their_steps(way, size, config.dropout, config.clip)
    json.dump(pace(steps, seconds), sys.stdout)


if __name__ == "__main__":
    main()
