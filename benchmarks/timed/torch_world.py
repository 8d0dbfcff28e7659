"""PyTorch trains what `world` trains: nn.GRU, and beside it the n-grams' rows in an nn.EmbeddingBag.

What can be done beforehand is done for it, untimed: letters that are shown as unknown, the layout of the
letters, the n-grams' rows and their tf-idf weights, the targets. Of two readings of a name with the same
letters, the GRU reads one, as ours does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cognomen.network import Network
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.text.ragged import Ragged
from cognomen.training import TrainingConfig
from cognomen.training.dataset import Names
from timed.batches import Batch, Laid, batches
from timed.torch_side import TorchNetwork

__all__ = ["Prepared", "TorchWorld", "loss_of", "prepare", "training_step", "with_our_weights"]


@dataclass(frozen=True)
class Prepared:
    """N readings of names, as torch takes them.

    Attributes:
        texts: their ids.
        distinct: the distinct ones of these, laid out.
        of_reading: the place of each reading's letters among those, (N,).
        rows: the rows of all n-grams, laid end to end, (G,).
        weights: their tf-idf weights, (G,).
        starts: where those of each reading start, (N,).
        targets: the shares of the origins, (N, C).
    """

    texts: Ragged
    distinct: Batch
    of_reading: Tensor
    rows: Tensor
    weights: Tensor
    starts: Tensor
    targets: Tensor


def prepare(network: Network, names: Names, texts: Ragged, way: str) -> Prepared:
    """Lay out readings, in one of the ways of `batches`.

    Args:
        network: ours, whose n-grams they are.
        names: N names, each as often as it is read.
        texts: what is read of them, some letters unknown.
        way: of the layout.
    """
    ngrams = network.ngrams
    assert isinstance(ngrams, HashedNgrams)
    padded = np.full((len(texts), texts.lengths.max()), -1)
    padded[texts.rows, texts.positions] = texts.data
    _, first, inverse = np.unique(padded, axis=0, return_index=True, return_inverse=True)
    distinct = texts[first]
    (batch,) = batches(Laid(distinct.data, distinct.lengths), way, len(distinct))
    nodes = ngrams.find(texts)
    x = ngrams._features(nodes, None)  # (P, K)
    place, order = np.nonzero(x)
    counts = np.bincount(nodes.rows[place], minlength=len(texts))
    return Prepared(
        texts,
        batch,
        torch.from_numpy(np.argsort(batch.which)[inverse]),
        torch.from_numpy(nodes.data[place, order]),
        torch.from_numpy(x[place, order]),
        torch.from_numpy(np.cumsum(counts) - counts),
        torch.from_numpy(names.targets(network.architecture.origin_count)),
    )


class TorchWorld(TorchNetwork):
    """`Network` with hashed n-grams; the gradient of their rows is sparse, or dense."""

    def __init__(self, network: Network, config: TrainingConfig, *, sparse: bool) -> None:
        a = network.architecture
        super().__init__(a, config.dropout)
        rows = len(network.params["ngrams.embedding"])
        bag = nn.EmbeddingBag(rows, a.ngram_rank, mode="sum", sparse=sparse)
        output = nn.Linear(a.ngram_rank, a.origin_count, bias=False)
        self.ngrams = nn.ModuleDict({"embedding": bag, "output": output})
        self.ngram_dropout = config.ngram_dropout

    def parts(self, given: Prepared, way: str) -> tuple[Tensor, Tensor]:
        """The logits (N, C) of the recurrent part, and those of the n-grams."""
        pooled = self.pooled(given.distinct, way)[given.of_reading]  # (N, F)
        rows, weights, starts = given.rows, given.weights, given.starts
        if self.training and self.ngram_dropout:  # dropped rows are not read, nor do they get a gradient
            keep = 1 - self.ngram_dropout
            kept = torch.rand(len(rows)) < keep
            starts = functional.pad(kept.cumsum(0), (1, 0))[starts]
            rows, weights = rows[kept], weights[kept] / keep
        embedded = self.ngrams["embedding"](rows, starts, per_sample_weights=weights)  # (N, R)
        return self.output(self.after_pooling(pooled)), self.ngrams["output"](embedded)


def with_our_weights(network: Network, config: TrainingConfig, *, sparse: bool) -> TorchWorld:
    """A network with the weights of ours, to be trained."""
    made = TorchWorld(network, config, sparse=sparse)
    ours = {name: torch.tensor(p) for name, p in network.params.items()}
    ours["ngrams.embedding.weight"] = ours.pop("ngrams.embedding")
    made.load_state_dict(ours)
    return made.train()


def loss_of(
    parts: tuple[Tensor, Tensor], targets: Tensor, correction: Tensor, config: TrainingConfig
) -> Tensor:
    """The loss of `TrainStep`: of all evidence, of the recurrent part, and how much two readings differ."""
    of_letters = parts[0] + correction  # (N, C)
    logits = of_letters + parts[1]
    loss = functional.cross_entropy(logits, targets)
    loss += config.rnn_loss_weight * functional.cross_entropy(of_letters, targets)
    if config.rdrop_alpha:
        log_p, log_q = functional.log_softmax(logits, 1).chunk(2)
        apart = (log_p.exp() - log_q.exp()) * (log_p - log_q)
        loss += config.rdrop_alpha * apart.sum() / (2 * len(log_p))
    return loss


def training_step(
    network: TorchWorld, correction: Tensor, config: TrainingConfig
) -> Callable[[Prepared, str], None]:
    """A function that learns from one batch: forward, loss, backward, clipping, AdamW.

    Rows with a sparse gradient are moved by SparseAdam, only those of the batch, as ours are.
    """
    rows = network.ngrams["embedding"].weight
    sparse = network.ngrams["embedding"].sparse
    dense = [p for p in network.parameters() if not (sparse and p is rows)]
    decay = config.weight_decay
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(dense, config.learning_rate, weight_decay=decay, fused=True)
    ]
    if sparse:
        optimisers.append(torch.optim.SparseAdam([rows], config.learning_rate))

    def step(given: Prepared, way: str) -> None:
        loss = loss_of(network.parts(given, way), given.targets, correction, config)
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        clip(network, config.clip)
        for optimiser in optimisers:
            optimiser.step()

    return step


def clip(network: TorchWorld, largest: float) -> None:
    """nn.utils.clip_grad_norm_, which takes no sparse gradients."""
    grads = []
    for parameter in network.parameters():
        if parameter.grad.is_sparse:
            parameter.grad = parameter.grad.coalesce()
            grads.append(parameter.grad._values())
        else:
            grads.append(parameter.grad)
    norm = nn.utils.get_total_norm(grads)
    if norm > largest:
        torch._foreach_mul_(grads, float(largest / norm))
