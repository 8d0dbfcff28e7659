"""PyTorch's nn.GRU with the weights of ours, at its best: in inference and in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from cognomen import Classifier
from cognomen.network import Architecture
from timed.batches import Batch, Laid, batches
from timed.names import read_cheaply

__all__ = ["TorchNetwork", "probabilities", "torch_network", "training_step"]

BELOW = -2.0  # less than any output of a GRU, which lie within -1 and 1


class TorchNetwork(nn.Module):
    """Embedding, GRU in both directions, max and mean over the letters, linear: `cognomen.network.Network`.

    Its parameters have the names of ours. Batches come step by step, which saves torch the transposing.
    """

    def __init__(self, a: Architecture, dropout: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        super().__init__()
        if (a.cell, a.direction, a.pooling, a.num_layers, dropout[1]) != ("gru", "both", "max+mean", 1, 0.0):
            raise ValueError(f"expected a plain BiGRU with max and mean pooling, got {a}, dropout {dropout}")
        self.embedding = nn.Embedding(a.alphabet_size, a.embedding_size)
        self.recurrent = nn.GRU(a.embedding_size, a.hidden_size, bidirectional=True)
        self.output = nn.Linear(4 * a.hidden_size, a.origin_count)
        self.after_embedding, self.after_pooling = nn.Dropout(dropout[0]), nn.Dropout(dropout[2])
        self._directions = [self._one_direction(suffix) for suffix in ("", "_reverse")]

    def _one_direction(self, suffix: str) -> nn.GRU:
        """A GRU that shares the parameters of one direction; in no list of modules, so they count once."""
        gru = nn.GRU(self.recurrent.input_size, self.recurrent.hidden_size)
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
            setattr(gru, name, getattr(self.recurrent, name + suffix))
        return gru

    def forward(self, batch: Batch, way: str) -> Tensor:
        """Logits (N, C) in the order of the batch."""
        return self.output(self.after_pooling(self.pooled(batch, way)))  # type: ignore[no-any-return]

    def pooled(self, batch: Batch, way: str) -> Tensor:
        """Max and mean of the states (N, F)."""
        return self._padded(batch) if way == "padded" else self._packed(batch)

    def _embedded(self, ids: NDArray[np.integer[Any]]) -> Tensor:
        return self.after_embedding(self.embedding(torch.from_numpy(ids)))  # type: ignore[no-any-return]

    def _packed(self, batch: Batch) -> Tensor:
        if batch.running is None:
            return _pooled(self.recurrent(self._embedded(batch.x))[0], None)
        sizes = torch.from_numpy(batch.running.sum(axis=1))
        letters = PackedSequence(self._embedded(batch.x[batch.running]), sizes)
        y, _ = pad_packed_sequence(self.recurrent(letters)[0], padding_value=BELOW)
        return _pooled(y, torch.from_numpy(batch.lengths))

    def _padded(self, batch: Batch) -> Tensor:
        if batch.running is None:
            return self._packed(batch)
        lengths, absent = torch.from_numpy(batch.lengths), torch.from_numpy(~batch.running)[:, :, None]
        parts = []
        for x, gru in zip((batch.x, batch.reversed()), self._directions, strict=True):
            y = gru(self._embedded(x))[0].masked_fill(absent, BELOW)
            parts.append(_pooled(y, lengths))
        half = self.recurrent.hidden_size
        return torch.cat([p[:, part] for part in (slice(half), slice(half, None)) for p in parts], 1)


def _pooled(y: Tensor, lengths: Tensor | None) -> Tensor:
    """Outputs (T, N, Y), BELOW where there is no letter: max and mean, (N, 2Y)."""
    if lengths is None:
        return torch.cat([y.amax(0), y.mean(0)], 1)
    beyond = BELOW * (len(y) - lengths)[:, None]
    return torch.cat([y.amax(0), (y.sum(0) - beyond) / lengths[:, None]], 1)


def torch_network(architecture: Architecture, params: Mapping[str, NDArray[Any]]) -> TorchNetwork:
    """A network with given weights, for inference."""
    network = TorchNetwork(architecture)
    network.load_state_dict({name: torch.tensor(np.asarray(p)) for name, p in params.items()})
    return network.eval()


def probabilities(
    network: TorchNetwork, clf: Classifier, names: Sequence[str], way: str, size: int
) -> NDArray[np.float32]:
    """From text to probabilities (N, C) as torch does it best: `read_cheaply`, then batches."""
    laid = Laid(*read_cheaply(names, clf.alphabet))
    result = np.empty((len(names), len(clf.origins)), np.float32)
    with torch.inference_mode():
        for batch in batches(laid, way, size):
            p = torch.softmax(network(batch, way) / clf.temperature, 1)
            result[batch.which] = p.numpy()
    return result


def training_step(
    network: TorchNetwork,
    labels: NDArray[np.integer[Any]],
    learning_rate: float = 3e-3,
    clip: float | None = None,
) -> Callable[[Batch, str], None]:
    """A function that learns from one batch: forward, cross entropy, backward, (clipping,) AdamW."""
    optimiser = torch.optim.AdamW(network.parameters(), learning_rate, weight_decay=0.01, fused=True)
    loss_of = nn.CrossEntropyLoss()

    def step(batch: Batch, way: str) -> None:
        loss = loss_of(network(batch, way), torch.from_numpy(labels[batch.which]))
        optimiser.zero_grad()
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimiser.step()

    return step
