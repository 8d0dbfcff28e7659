"""PyTorch's tutorial "Generating Names with a Character-Level RNN": its network as a cell of one's own.

    python examples/generating_names.py folder-of-names       # by default the tutorial's files are downloaded

At each step the cell reads the category and a letter, and predicts the letter after it:

    combined = [category, letter, h];   h <- i2h(combined);   y = o2o([h, i2o(combined)])
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from cognomen.rnn import Adam, Array, Cell, Dropout, Ids, Linear, Recurrent, Sequential, fit, softmax
from cognomen.tutorial import ALL_LETTERS, N_LETTERS, load_data

END = N_LETTERS  # the token after the last letter


class GenerationCell(Cell):
    """Two linear maps of input and state, concatenated, and a third of the results."""

    def __init__(self, input_size, hidden_size, *, output_size, **options):
        width = input_size + hidden_size
        self.i2h, self.i2o = Linear(width, hidden_size, **options), Linear(width, output_size, **options)
        self.o2o = Linear(hidden_size + output_size, output_size, **options)
        parts = {"i2h.{}": self.i2h, "i2o.{}": self.i2o, "o2o.{}": self.o2o}
        super().__init__(input_size, hidden_size, output_size, options["dtype"], parts)

    def project(self, x):
        """See `Cell.project`: the input is used together with the state only."""
        return x, lambda dx: dx

    def step(self, a, state):
        """See `Cell.step`."""
        combined = np.concatenate([a, state[0]], axis=1)
        h = self.i2h.apply(combined)
        joined = np.concatenate([h, self.i2o.apply(combined)], axis=1)

        def backward(dy, dstate):
            djoined = self.o2o.back(dy, joined)
            dh, do = djoined[:, : self.hidden_size] + dstate[0], djoined[:, self.hidden_size :]
            dcombined = self.i2h.back(dh, combined) + self.i2o.back(do, combined)
            return dcombined[:, : self.input_size], dcombined[None, :, self.input_size :]

        return self.o2o.apply(joined), h[None], backward


def data(category_lines: Mapping[str, Sequence[str]], rare: int) -> tuple[list[Array], list[Ids]]:
    """For each name the categories and letters as one-hot rows (T, C + V), and the letters after them (T,).

    Up to `rare` names of each category are used.
    """
    x, y = [], []
    for number, names in enumerate(category_lines.values()):
        for name in names[:rare]:
            ids = np.array([ALL_LETTERS.index(letter) for letter in name])
            category = np.tile(np.eye(len(category_lines))[number], (len(ids), 1))
            x.append(np.concatenate([category, np.eye(N_LETTERS)[ids]], axis=1).astype(np.float32))
            y.append(np.append(ids[1:], END))
    return x, y


def train(x: list[Array], y: list[Ids], epochs: int = 10, seed: int = 0) -> tuple[Sequential, float]:
    """A network learned from names, and the loss of the last epoch, in nats per letter."""
    rng = np.random.default_rng(seed)
    options = {"output_size": N_LETTERS + 1}
    net = Sequential(
        Recurrent(GenerationCell, x[0].shape[1], 128, rng=rng, cell_options=options), Dropout(0.1)
    )
    history = fit(net, x, y, epochs=epochs, batch_size=32, optimiser=Adam(net.params, 0.002))
    return net, history.losses[-1]


def sample(net: Sequential, category: Array, start: str, limit: int = 20, seed: int = 0) -> str:
    """A name of a category (C,) that begins with a letter."""
    rng, name = np.random.default_rng(seed), start
    net.reset()
    while len(name) < limit:
        logits = net.step(np.concatenate([category, np.eye(N_LETTERS)[ALL_LETTERS.index(name[-1])]]))
        drawn = rng.choice(N_LETTERS + 1, p=softmax(logits.astype(float) / 0.5))
        if drawn == END:
            break
        name += ALL_LETTERS[drawn]
    return name


if __name__ == "__main__":
    category_lines, categories = load_data(sys.argv[1] if sys.argv[1:] else None)
    net, loss = train(*data(category_lines, 200))
    for number in map(categories.index, ("Russian", "German", "Spanish", "Chinese")):
        starts = zip(categories[number][:3].upper(), range(3), strict=True)
        names = [sample(net, np.eye(len(categories))[number], start, seed=seed) for start, seed in starts]
        print(f"{categories[number]}: {', '.join(names)}")
    print(f"loss: {loss:.3f} nats per letter")
