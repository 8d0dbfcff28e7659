"""Recurrent cells: how one input changes the hidden state.

A cell has two halves. `project` depends on the inputs alone, so all steps of a batch go through it in one
matrix product. `step` combines one projected input `a` with the state:

    a, back_a = cell.project(x)                 # (M, X) -> (..., M, A)
    y, state, back = cell.step(a_t, state)      # (..., N, A), (S, N, H) -> (N, Y), (S, N, H)
    da_t, dstate = back(dy, dstate)             # one step back in time

A state is an array (S, N, H): one slot for most cells, two for the LSTM, the hidden state always first. In
cells with gates `a` is (G, N, H), one gate after the other, so that each gate is contiguous in memory.
Gate order, parameter names and initial values of the gated cells and of `Elman` are those of torch.nn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer, check_sizes, gradient_of, rows_of
from cognomen.rnn.layers import Linear

StepBackward = Callable[[Array, Array], tuple[Array, Array]]


class Cell(Layer):
    """The interface of all cells: the sizes X, H and Y, an initial state, `project` and `step`."""

    slots = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        dtype: DTypeLike,
        parts: Mapping[str, Layer],
    ) -> None:
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.dtype = np.dtype(dtype)
        super().__init__(*self.collect(parts))

    def initial_state(self, count: int) -> Array:
        """The state before the first step: zeros, (S, N, H)."""
        return np.zeros((self.slots, count, self.hidden_size), dtype=self.dtype)

    def project(self, x: Array) -> tuple[Array, Backward]:
        """The part of a step that depends on the inputs alone, (M, X) -> (..., M, A)."""
        raise NotImplementedError

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """One step from a projected input (..., N, A) and a state (S, N, H).

        Returns:
            The output (N, Y), the next state, and backward: from the gradients by these to those by `a` and
            `state`. The next state may share memory with the output; neither shares it with `a` or `state`.
        """
        raise NotImplementedError

    def forward(
        self, x: Array, state: Array | None = None
    ) -> tuple[Array, Array, Callable[..., tuple[Array, Array]]]:
        """Both halves: one step from an input (N, X) and a state (S, N, H), the initial one if not given.

        Returns:
            The output (N, Y), the next state, and backward: from the gradients by these, the second of which
            may be left out, to those by `x` and `state`.

        Raises:
            InputError: the shape of `x` or of `state` is wrong.
        """
        x, state = self.checked(x, state)
        a, back_project = self.project(x)
        y, after, back = self.step(a, state)

        def backward(dy: Array, dafter: Array | None = None) -> tuple[Array, Array]:
            dafter = np.zeros_like(after) if dafter is None else gradient_of(after, dafter)
            da, dstate = back(gradient_of(y, dy), dafter)
            return back_project(da), dstate

        return y, after, backward

    def read(self, x: Array, state: Array) -> tuple[Array, Array]:
        """As `forward`, for inference: from x (N, X) and state (S, N, H) to output (N, Y) and next state."""
        if x.shape != (len(x), self.input_size) or state.shape != (self.slots, len(x), self.hidden_size):
            x, state = self.checked(x, state)
        y, state, _ = self.step(self.project(x)[0], state)
        return y, state

    def checked(self, x: Array, state: Array | None) -> tuple[Array, Array]:
        """An input (N, X) and a state (S, N, H), the initial one if not given.

        Raises:
            InputError: one has another shape. NumPy would repeat the state of one sequence for all.
        """
        if np.ndim(x) != 2:
            raise InputError(
                f"x: expected one step of a batch (N, {self.input_size}), got {np.shape(x)}; "
                + self.of_sequences
            )
        x = rows_of(x, self.input_size).astype(self.dtype, copy=False)
        if state is None:
            return x, self.initial_state(len(x))
        return x, state_like(state, (self.slots, len(x), self.hidden_size), self.dtype)

    @property
    def of_sequences(self) -> str:
        """What an error says to those who give sequences to a cell."""
        sizes = f"{self.input_size}, {self.hidden_size}"
        return f"for sequences there is Recurrent({type(self).__name__}, {sizes})"

    def describe(self) -> str:
        """See `Layer.describe`."""
        sizes = [self.input_size, self.hidden_size]
        return " -> ".join(
            map(str, sizes if self.output_size == self.hidden_size else [*sizes, self.output_size])
        )


class GatedCell(Cell):
    """A cell with a linear map of the input and one of the hidden state for each of G gates.

        a = W_ih x + bias_ih,   b = W_hh h + bias_hh,   both (G, N, H), or (N, H) for a cell without gates

    Parameters: `weight_ih` (G * H, X), `weight_hh` (G * H, H), `bias_ih` (G * H,), `bias_hh` (G * H,), all
    initialised uniformly on [-1 / sqrt(H), 1 / sqrt(H)).
    """

    gates: int | None = None
    # The number of leading gates that use only the sum a + b (None: all gates): there the engine adds bias_hh
    # to a, once for all steps. 0 is right for any cell.
    summed: int | None = 0

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: Initializer | None = None,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        bound = hidden_size**-0.5
        self.input, self.recurrent = (
            Linear(size, hidden_size, rng=rng, bias=bias, bound=bound, dtype=dtype, blocks=self.gates)
            for size in (input_size, hidden_size)
        )
        parts = {"{}_ih": self.input, "{}_hh": self.recurrent}
        super().__init__(input_size, hidden_size, hidden_size, dtype, parts)

    def project(self, x: Array) -> tuple[Array, Backward]:
        """W_ih x + bias_ih, for all steps at once, (M, X) -> (G, M, H)."""
        return self.input.apply(x), lambda da: self.input.back(da, x)

    def read(self, x: Array, state: Array) -> tuple[Array, Array]:
        """See `Cell.read`; without the backward function of `project`."""
        if x.shape != (len(x), self.input_size) or state.shape != (self.slots, len(x), self.hidden_size):
            x, state = self.checked(x, state)
        y, state, _ = self.step(self.input.apply(x), state)
        return y, state


def state_like(state: object, wanted: tuple[int, ...], dtype: DTypeLike) -> Array:
    """A given state as an array of the shape `wanted`.

    Raises:
        InputError: it has another shape. NumPy would repeat the state of one sequence for all.
    """
    try:
        found: Array = np.asarray(state, dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"state: expected numbers of the shape {wanted}: {error}") from error
    if found.shape != wanted:
        raise InputError(
            f"state: expected the shape {wanted} (slots, cells of a stack, sequences of a batch, hidden "
            f"units), got {found.shape}; None is the initial state"
        )
    return found
