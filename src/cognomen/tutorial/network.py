"""The tutorial's network: input and memory side by side, two linear maps, log-softmax.

        input     hidden
           \\       /
           combined
            /     \\
          i2h     i2o
          |        |
          |    log-softmax
          |        |
       hidden    output

Why is there no tanh? The textbook's network has one: h <- tanh(V h + U x). The tutorial's leaves it out, so
its memory is a sum with one share for each letter, multiplied by the same matrix once for each letter that
follows: the letters never interact, and nothing keeps the memory within bounds. It is left out here because
it is left out there; `nonlinearity="tanh"` puts it in. The gain is small: of names never met, 56.6 % are
answered right with it and 53.6 % without (protocol L, benchmarks/results/tutorial.json).

Why is every output but the last thrown away? Because the loss is asked for once, after the last letter, when
the memory has met the whole name. Backpropagation reaches every letter all the same, through the memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from cognomen.rnn import Array, Backward, Combined, Ids, Layer, Optimiser, log_softmax, pack, scan
from cognomen.rnn.cells import StepBackward
from cognomen.rnn.nonlinearities import NonlinearityLike

__all__ = ["RNN", "nll_loss", "train"]


class RNN(Layer):
    """The tutorial's network, a `cognomen.rnn.Combined` cell with a log-softmax on its output.

    Args:
        input_size: numbers in a letter, X; 57 in the tutorial.
        hidden_size: numbers in the memory, H; 128 in the tutorial.
        output_size: categories, C; 18 in the tutorial.
        nonlinearity: what stands between i2h and the next memory; the tutorial has nothing there.
        rng: the source of the starting values.
        dtype: of all numbers.

    Parameters have the names and shapes of the tutorial's torch module: `i2h.weight` (H, X+H), `i2h.bias`
    (H,), `i2o.weight` (C, X+H), `i2o.bias` (C,).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        nonlinearity: NonlinearityLike = "identity",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.hidden_size = hidden_size
        self.cell = Combined(
            input_size, hidden_size, output_size, nonlinearity=nonlinearity, rng=rng, dtype=dtype
        )
        super().__init__(self.cell.params, self.cell.grads)

    def init_hidden(self) -> Array:
        """The memory before the first letter: zeros, (1, H)."""
        hidden: Array = self.cell.initial_state(1)[0]
        return hidden

    def forward(self, input_tensor: Array, hidden_tensor: Array) -> tuple[Array, Array]:
        """Read a letter (1, X) with the memory (1, H): log-probabilities (1, C), next memory (1, H)."""
        logits, state, _ = self.cell.step(input_tensor, hidden_tensor[None])
        return log_softmax(logits), state[0]

    __call__ = forward

    def read(self, line_tensor: Array) -> tuple[Array, Backward]:
        """Read a name (T, 1, X) letter by letter: the last output (1, C), and the way back through time.

        `backward` takes the gradient of the loss by that output, adds to `grads`, and returns the gradient by
        the letters (T, 1, X).
        """
        state = self.cell.initial_state(1)  # (1, 1, H)
        backwards: list[StepBackward] = []
        for letter in line_tensor:
            logits, state, back = self.cell.step(letter, state)
            backwards.append(back)
        output = log_softmax(logits)  # (1, C)

        def backward(doutput: Array) -> Array:
            dlogits = doutput - np.exp(output) * doutput.sum(axis=1, keepdims=True)  # (1, C)
            dstate = np.zeros_like(state)  # (1, 1, H)
            dline = np.empty_like(line_tensor)  # (T, 1, X)
            for t in reversed(range(len(backwards))):
                dline[t], dstate = backwards[t](dlogits, dstate)
                dlogits = np.zeros_like(dlogits)  # outputs before the last one do not enter the loss
            return dline

        return output, backward

    def read_all(self, line_tensors: Sequence[Array]) -> Array:
        """The last outputs (N, C) for many names (T_i, 1, X), all read side by side."""
        packed = pack([line[:, 0] for line in line_tensors])
        logits, _ = scan(self.cell, packed.data, packed)  # (M, C)
        last = np.empty((len(line_tensors), logits.shape[1]), logits.dtype)  # (N, C)
        last[packed.sorted_indices] = logits[packed.last]
        return log_softmax(last)


def nll_loss(output: Array, category_tensor: Ids) -> tuple[float, Array]:
    """The mean of -output at the right categories, and its gradient (N, C); torch.nn.NLLLoss.

    Args:
        output: log-probabilities, (N, C).
        category_tensor: the number of each name's category, (N,).
    """
    rows = np.arange(len(output))
    doutput = np.zeros_like(output)  # (N, C)
    doutput[rows, category_tensor] = -1 / len(output)
    return float(-output[rows, category_tensor].mean()), doutput


def train(rnn: RNN, optimiser: Optimiser, line_tensor: Array, category_tensor: Ids) -> tuple[Array, float]:
    """Learn from one name: read it, ask for the loss, go back through time, move every weight once.

    Args:
        rnn: the network; its weights change in place.
        optimiser: what moves them; made with `rnn.params`.
        line_tensor: (T, 1, X).
        category_tensor: (1,).

    Returns:
        output (1, C), from before the weights moved, and the loss.
    """
    output, backward = rnn.read(line_tensor)
    loss, doutput = nll_loss(output, category_tensor)
    rnn.zero_grad()
    backward(doutput)
    optimiser.step(rnn.grads)
    return output, loss
