"""The tutorial's network: input and hidden state concatenated, two linear maps, log-softmax.

        input     hidden
           \\       /
           combined
            /     \\
          i2h     i2o
          |        |
          |    log-softmax
          |        |
       hidden    output

Why is there no tanh? The textbook's network has one: h <- tanh(V h + U x). Without it the hidden state is a
sum with one term per letter, multiplied by the same matrix once for each letter that follows: letters never
interact, and the state is unbounded. It is left out here as in the tutorial; `nonlinearity="tanh"` adds it.
The gain is small: 56.6 % of held-out names are right with it, 53.6 % without (protocol L,
benchmarks/results/tutorial.json).

Why are all outputs but the last ignored? The loss is computed once, after the last letter, when the hidden
state depends on the whole name. Through the state the gradient reaches all letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from cognomen.rnn import Array, Backward, Combined, Ids, Layer, Optimiser, log_softmax, pack, pool
from cognomen.rnn.cell import StepBackward
from cognomen.rnn.nonlinearities import NonlinearityLike
from cognomen.rnn.recurrent import scan


class RNN(Layer):
    """The tutorial's network, a `cognomen.rnn.Combined` cell with a log-softmax on its output.

    Args:
        input_size: X; 57 in the tutorial.
        hidden_size: H; 128 in the tutorial.
        output_size: the number of categories, C; 18 in the tutorial.
        nonlinearity: applied between i2h and the next hidden state; none in the tutorial.
        rng: of the initial weights.
        dtype: of all arrays.

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
        """The initial hidden state: zeros, (1, H)."""
        hidden: Array = self.cell.initial_state(1)[0]
        return hidden

    def forward(self, input_tensor: Array, hidden_tensor: Array) -> tuple[Array, Array]:
        """From a letter (1, X) and a hidden state (1, H): log-probabilities (1, C), next state (1, H)."""
        logits, state, _ = self.cell.step(input_tensor, hidden_tensor[None])
        return log_softmax(logits), state[0]

    __call__ = forward

    def read(self, line_tensor: Array) -> tuple[Array, Backward]:
        """The last output (1, C) of a name (T, 1, X), and backward.

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
                dlogits = np.zeros_like(dlogits)  # the loss does not depend on the outputs before the last
            return dline

        return output, backward

    def read_all(self, line_tensors: Sequence[Array]) -> Array:
        """The last outputs (N, C) of a batch of names (T_i, 1, X)."""
        packed = pack([line[:, 0] for line in line_tensors])
        logits, _ = scan(self.cell, packed.data, packed)  # (M, C)
        return log_softmax(pool(packed.with_data(logits), "last")[0])  # (N, C)


def nll_loss(output: Array, category_tensor: Ids) -> tuple[float, Array]:
    """The mean of -output at the right categories, and its gradient (N, C), as torch.nn.NLLLoss.

    Args:
        output: log-probabilities, (N, C).
        category_tensor: the indices of the right categories, (N,).
    """
    rows = np.arange(len(output))
    doutput = np.zeros_like(output)  # (N, C)
    doutput[rows, category_tensor] = -1 / len(output)
    return float(-output[rows, category_tensor].mean()), doutput


def train(rnn: RNN, optimiser: Optimiser, line_tensor: Array, category_tensor: Ids) -> tuple[Array, float]:
    """One training step on one name: forward, loss, backward, update.

    Args:
        rnn: its weights change in place.
        optimiser: made with `rnn.params`.
        line_tensor: (T, 1, X).
        category_tensor: (1,).

    Returns:
        The output (1, C) and the loss, from before the update.
    """
    output, backward = rnn.read(line_tensor)
    loss, doutput = nll_loss(output, category_tensor)
    rnn.zero_grad()
    backward(doutput)
    optimiser.step(rnn.grads)
    return output, loss
