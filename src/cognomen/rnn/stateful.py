"""Layers with memory: state in and state out, or kept between the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array
from cognomen.rnn.layer import Layer
from cognomen.rnn.packed import Packed

# From the gradients by the outputs, and by the last state if there is one, to those by inputs and first
# state.
StatefulBackward = Callable[..., tuple[Any, Any]]


class Stateful(Layer):
    """A layer that reads sequences from a state, and returns the state after them.

    `forward` and `run` take the state and return the next one; nothing is kept. `step` keeps it in `state`
    until `reset`, one time step at a call, without gradients: for writing text, or for a stream.

    Attributes:
        state: where `step` goes on from; None for the initial state.
    """

    state: Any = None

    def forward(
        self,
        x: Any,
        state: Any = None,
        *,
        lengths: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, Any, StatefulBackward]:
        """Read sequences.

        Args:
            x: a packed batch, a padded one (N, T, X), batch first, or a single sequence (T, X).
            state: the first state; the initial one if not given.
            lengths: of a padded batch: (N,), or a mask (N, T) of the steps that exist; all if not given.
            rng: for dropout, in training only.

        Returns:
            The outputs, as the inputs are given, with zeros for padding; the state after the last step of
            each sequence; and backward, from the gradients by both to those by `x` and `state`. The second
            one may be left out. Backward takes and returns rows (M, ...) for a packed batch.

        Raises:
            InputError: the shapes do not fit.
        """
        raise NotImplementedError

    def run(self, x: Any, state: Any = None, *, lengths: ArrayLike | None = None) -> tuple[Any, Any]:
        """As `forward`, for inference: the outputs, and the last state."""
        y, state, _ = self.forward(x, state, lengths=lengths)
        return y, state

    def step(self, x: ArrayLike) -> NDArray[Any]:
        """The output (Y,) or (N, Y) of one time step (X,) or (N, X), from the state that the last one left.

        Raises:
            InputError: the shapes do not fit, or the layer reads ahead.
        """
        if self.reads_ahead:
            raise InputError(
                f"step: expected a layer whose outputs need no later input, got {self!r}; use run"
            )
        x = np.asarray(x)
        axis = x.ndim - self.step_ndim  # of time: the first, or the second of a batch
        if axis not in (0, 1):
            shape = "(X,) or (N, X)" if self.step_ndim else "() or (N,)"
            raise InputError(f"step: expected one time step {shape}, got {x.shape}; use run for sequences")
        y, self.state, _ = self.forward(np.expand_dims(x, axis), self.state)
        return np.asarray(y.take(0, axis))

    def reset(self) -> Self:
        """Forget the state: the next `step` starts from the initial one."""
        self.state = None
        return self

    @property
    def reads_ahead(self) -> bool:
        """Whether an output depends on later inputs."""
        return False

    def chain(self, x: Array | Packed, state: Any, rng: np.random.Generator | None) -> tuple[Any, Any, Any]:
        """See `Layer.chain`."""
        return self.forward(x, state, rng=rng)
