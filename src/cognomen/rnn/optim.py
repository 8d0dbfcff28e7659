"""Optimisers, gradient clipping and learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array
from cognomen.rnn.engine.row_gradient import RowGradient


class Optimiser:
    """Updates parameters in place, given their gradients.

    `state` and `steps` are all that it keeps between steps: arrays by name, and their number. To resume from
    a checkpoint, copy stored ones into a new optimiser.
    """

    kinds: tuple[str, ...] = ()  # of the arrays that are kept for each parameter

    def __init__(self, params: Mapping[str, Array], learning_rate: float, weight_decay: float = 0.0) -> None:
        if not params:
            raise InputError(
                "no parameters: a network that takes its sizes from its first input has none before it"
            )
        if narrow := [name for name, param in params.items() if param.dtype.itemsize < 4]:
            raise InputError(
                f"expected parameters of single or double precision, got {params[narrow[0]].dtype} in "
                f"{narrow[0]}: small updates would be rounded away. Load them into a new network, in float32"
            )
        self.params = params
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, Array] = {}

    def step(self, grads: Mapping[str, Array]) -> None:
        """Update all parameters once."""
        self.steps += 1
        for name, param in self.params.items():
            grad, state = grads[name], self._state_of(name)
            if isinstance(grad, RowGradient):  # only its rows move
                rows, part = grad.rows, param[grad.rows]
                part_state = {moment: whole[rows] for moment, whole in state.items()}
                self._move(part, grad.values, part_state)
                param[rows] = part
                for moment, whole in state.items():
                    whole[rows] = part_state[moment]
            else:
                self._move(param, grad, state)

    def _state_of(self, name: str) -> dict[str, Array]:
        """The arrays of `state` that belong to a parameter, by kind."""
        return {kind: self.state[f"{kind}.{name}"] for kind in self.kinds if self.state}

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        """Update a parameter, or some of its rows, and its state in place."""
        raise NotImplementedError


class SGD(Optimiser):
    """Stochastic gradient descent: v <- momentum * v + g, p <- p - rate * v."""

    kinds = ("velocity",)

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, weight_decay)
        self.momentum = momentum
        if momentum:
            self.state = {f"velocity.{name}": np.zeros_like(p) for name, p in params.items()}

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        if self.momentum:
            velocity = state["velocity"]
            velocity *= self.momentum
            velocity += grad
            grad = velocity
        param -= self.learning_rate * grad


class AdamW(Optimiser):
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   both corrected for their initial value of zero,
    p <- (1 - rate * decay) p - rate * m / (sqrt(v) + eps)
    """

    kinds = ("mean", "square")

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, learning_rate, weight_decay)
        self.betas, self.eps = betas, eps
        for moment in self.kinds:
            self.state |= {f"{moment}.{name}": np.zeros_like(p) for name, p in params.items()}

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        first, second = self.betas
        mean, square = state["mean"], state["square"]
        change = grad - mean  # reused for all that follows: this memory is in the cache
        change *= 1 - first
        mean += change
        np.multiply(grad, grad, out=change)
        change -= square
        change *= 1 - second
        square += change
        np.sqrt(square, out=change)
        change /= math.sqrt(1 - second**self.steps)
        change += self.eps
        np.divide(mean, change, out=change)
        change *= self.learning_rate / (1 - first**self.steps)
        param *= 1 - self.learning_rate * self.weight_decay
        param -= change


class Adam(AdamW):
    """Adam with L2 regularisation: the weight decay is added to the gradient, as in torch.optim.Adam."""

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, betas=betas, eps=eps, weight_decay=0.0)
        self.penalty = weight_decay

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        super()._move(param, grad + self.penalty * param if self.penalty else grad, state)


def clip_grad_norm(grads: Mapping[str, Array], max_norm: float) -> float:
    """Scale all gradients by one factor, so that their Euclidean norm is at most `max_norm`, in place.

    Returns the norm before clipping (Pascanu et al. 2013). If it is NaN or infinite, training has diverged.
    """
    norm = math.sqrt(sum(map(_squared_norm, grads.values())))
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


def _squared_norm(grad: Array | RowGradient) -> float:
    return grad.squared_norm() if isinstance(grad, RowGradient) else float(np.vdot(grad, grad))


def cosine(step: int, steps: int, start: float, end: float = 0.0) -> float:
    """The learning rate on half a cosine wave from `start` at step 0 to `end` at step `steps` - 1."""
    return _half_wave(step / max(steps - 1, 1), start, end)


def warmup(step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25) -> float:
    """The learning rate that rises as in `one_cycle`, then stays constant: for averaged weights."""
    top = warm_up * steps - 1
    return _half_wave(step / top if top > 0 else 1.0, start * peak, peak)


def one_cycle(
    step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25, end: float = 1e-4
) -> float:
    """The learning rate of the one-cycle policy (Smith & Topin 2018), as torch's OneCycleLR computes it.

    It rises from `start` * peak to peak during the first `warm_up` share of the steps, and falls to
    `end` * `start` * peak at the last one, both on half a cosine wave.
    """
    top = warm_up * steps - 1
    if step <= top:
        return warmup(step, steps, peak, warm_up=warm_up, start=start)
    return _half_wave((step - top) / (steps - 1 - top), peak, end * start * peak)


def _half_wave(share: float, start: float, end: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
