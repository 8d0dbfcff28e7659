"""The tutorial as PyTorch has it since 2025: a data set, a network of ready-made parts, an evaluation.

    alldata = NamesDataset()
    train_set, test_set = random_split(alldata, [0.85, 0.15], rng)
    rnn = CharRNN(N_ALLOWED, 128, len(alldata.labels_uniq))
    all_losses = train_char_rnn(rnn, train_set, n_epoch=27, learning_rate=0.15)
    confusion = evaluate(rnn, test_set, alldata.labels_uniq)

One more letter than in the video, "_", stands for every letter that is not among the 57.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn import SGD, Array, Ids, Linear, Pool, Recurrent, Sequential, fit, log_softmax, pack
from cognomen.tutorial.vocabulary import ALL_LETTERS, UNKNOWN_LETTER, line_to_tensor, load_data

ALLOWED_CHARACTERS: Final = ALL_LETTERS + UNKNOWN_LETTER
N_ALLOWED: Final = len(ALLOWED_CHARACTERS)
BLOCK: Final = 2000  # names that `evaluate` reads at once


@dataclass(frozen=True, eq=False)
class Names:
    """N names and their labels.

    `names[i]` is (label_tensor (1,), data_tensor (T, 1, 58), label, name), as in the tutorial.

    Attributes:
        data: the names, in the 58 letters.
        labels: of each name.
        labels_uniq: the labels that there are, in the order of their indices.
    """

    data: Sequence[str]
    labels: Sequence[str]
    labels_uniq: Sequence[str]

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Ids, Array, str, str]:
        label, name = self.labels[index], self.data[index]
        number = np.array([self.labels_uniq.index(label)])
        return number, line_to_tensor(name, ALLOWED_CHARACTERS), label, name

    def sequences(self) -> tuple[list[Array], Ids]:
        """The names as one-hot rows, (T_i, 58) each, and the indices of their labels (N,)."""
        numbers = {label: number for number, label in enumerate(self.labels_uniq)}
        lines = [line_to_tensor(name, ALLOWED_CHARACTERS)[:, 0] for name in self.data]
        return lines, np.array([numbers[label] for label in self.labels])


class NamesDataset(Names):
    """The names of a folder of <Origin>.txt files, or of anything else that `load_data` reads.

    Args:
        data_dir: the folder; by default the tutorial's files, downloaded once.

    Raises:
        DataError, DownloadError: see `load_data`.
    """

    def __init__(self, data_dir: str | os.PathLike[str] | None = None) -> None:
        lines, categories = load_data(data_dir)
        rows = [(line, category) for category in categories for line in lines[category]]
        super().__init__([line for line, _ in rows], [category for _, category in rows], categories)


def random_split(names: Names, shares: Sequence[float], rng: np.random.Generator) -> list[Names]:
    """Shuffle the names and divide them into parts of the given shares, which sum to 1.

    Raises:
        InputError: they do not sum to 1, or one is negative.
    """
    if min(shares, default=-1) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise InputError(f"shares: expected numbers of 0 or more that sum to 1, got {list(shares)}")
    ends = np.rint(np.cumsum(shares) * len(names)).astype(int)
    parts = np.split(rng.permutation(len(names)), ends[:-1])
    data, labels = np.array(names.data, object), np.array(names.labels, object)
    return [Names(data[part].tolist(), labels[part].tolist(), names.labels_uniq) for part in parts]


class CharRNN(Sequential):
    """A recurrent layer, and a linear map of its last hidden state; `rnn(line_tensor)` adds the log-softmax.

    Args:
        input_size: X; 58 in the tutorial.
        hidden_size: H; 128 in the tutorial.
        output_size: the number of categories, C.
        rng: of the initial weights.

    Parameters have the names of the tutorial's module: "rnn.weight_ih_l0", ..., "h2o.weight", "h2o.bias".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(
            rnn=Recurrent("rnn", input_size, hidden_size, rng=rng, dtype=dtype),
            last=Pool("last"),
            h2o=Linear(hidden_size, output_size, rng=rng, dtype=dtype),
        )

    def __call__(self, line_tensor: Array) -> Array:
        """The log-probabilities (1, C) of a name (T, 1, X)."""
        return log_softmax(self.run(line_tensor[:, 0])[0][None])


def label_from_output(output: Array, output_labels: Sequence[str]) -> tuple[str, int]:
    """The most probable label, and its index; output is (1, C) or (C,).

    Raises:
        InputError: there is not one output for each label.
    """
    if output.size != len(output_labels):
        raise InputError(f"output: expected {len(output_labels)} numbers, one per label, got {output.shape}")
    index = int(output.argmax())
    return output_labels[index], index


def train_char_rnn(
    rnn: CharRNN,
    training_data: Names,
    *,
    n_epoch: int = 10,
    n_batch_size: int = 64,
    learning_rate: float = 0.2,
    seed: int = 0,
) -> list[float]:
    """Train on batches of names with stochastic gradient descent, gradients clipped to a norm of 3.

    Returns:
        The mean loss of each epoch.

    Raises:
        TrainingError: there is no name, or training diverged.
    """
    optimiser = SGD(rnn.params, learning_rate)
    lines, labels = training_data.sequences()
    history = fit(
        rnn,
        lines,
        labels,
        epochs=n_epoch,
        batch_size=n_batch_size,
        optimiser=optimiser,
        clip=3.0,
        seed=seed,
    )
    return history.losses


def evaluate(rnn: CharRNN, testing_data: Names, classes: Sequence[str]) -> Array:
    """What names of each class are taken for: shares (C, C), a row for each class, zeros if it has none."""
    confusion = np.zeros((len(classes), len(classes)))
    lines, labels = testing_data.sequences()
    for start in range(0, len(lines), BLOCK):
        logits, _ = rnn.run(pack(lines[start : start + BLOCK]))
        np.add.at(confusion, (labels[start : start + BLOCK], logits.argmax(axis=1)), 1)
    return np.asarray(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1))
