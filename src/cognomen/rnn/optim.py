"""Optimisers, gradient clipping and learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array

__all__ = ["SGD", "Adam", "AdamW", "Optimiser", "climb", "clip_grad_norm", "cosine", "one_cycle"]


class Optimiser:
    """Changes parameters in place, given their gradients.

    `state` holds what it remembers between steps: arrays by name, to be stored with a checkpoint. Fill a new
    optimiser's `state` and `steps` with stored ones and it goes on as if it had never stopped.
    """

    def __init__(self, params: Mapping[str, Array], learning_rate: float, weight_decay: float = 0.0) -> None:
        if not params:
            raise InputError(
                "no parameters to move: a network that takes its sizes from its first input has none yet"
            )
        if narrow := [name for name, param in params.items() if param.dtype.itemsize < 4]:
            raise InputError(
                f"expected parameters of single or double precision, got {params[narrow[0]].dtype} in "
                f"{narrow[0]}: small steps would be lost. Load them into a new network, which is wider"
            )
        self.params = params
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, Array] = {}

    def step(self, grads: Mapping[str, Array]) -> None:
        """Move every parameter once."""
        self.steps += 1
        for name, param in self.params.items():
            self._move(name, param, grads[name])

    def _move(self, name: str, param: Array, grad: Array) -> None:
        raise NotImplementedError


class SGD(Optimiser):
    """Stochastic gradient descent: p -= rate * v, with v <- momentum * v + g."""

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

    def _move(self, name: str, param: Array, grad: Array) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        if self.momentum:
            velocity = self.state[f"velocity.{name}"]
            velocity *= self.momentum
            velocity += grad
            grad = velocity
        param -= self.learning_rate * grad


class AdamW(Optimiser):
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   both corrected for their start at zero,
    p <- (1 - rate * decay) p - rate * m / (sqrt(v) + eps)
    """

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
        for moment in ("mean", "square"):
            self.state |= {f"{moment}.{name}": np.zeros_like(p) for name, p in params.items()}

    def _move(self, name: str, param: Array, grad: Array) -> None:
        first, second = self.betas
        mean, square = self.state[f"mean.{name}"], self.state[f"square.{name}"]
        change = grad - mean  # one array for all that follows: memory that is warm already
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
    """Adam with the weight decay, if any, added to the gradient instead (torch.optim.Adam)."""

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

    def _move(self, name: str, param: Array, grad: Array) -> None:
        super()._move(name, param, grad + self.penalty * param if self.penalty else grad)


def clip_grad_norm(grads: Mapping[str, Array], max_norm: float) -> float:
    """Scale all gradients down together so that their common Euclidean norm is at most `max_norm`.

    Returns the norm before clipping (Pascanu et al. 2013); NaN or infinity there means diverged training.
    """
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


def cosine(step: int, steps: int, start: float, end: float = 0.0) -> float:
    """The learning rate on a half wave from `start` at step 0 to `end` at the last, `steps` - 1."""
    return _half_wave(step / max(steps - 1, 1), start, end)


def climb(step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25) -> float:
    """The learning rate that climbs as that of `one_cycle` does, and stays: for averaged weights."""
    top = warm_up * steps - 1
    return _half_wave(step / top if top > 0 else 1.0, start * peak, peak)


def one_cycle(
    step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25, end: float = 1e-4
) -> float:
    """The learning rate of the one-cycle policy (Smith & Topin 2018), as torch's OneCycleLR computes it.

    It climbs from `start` * peak to peak during the first `warm_up` share of the steps, and falls to
    `end` * `start` * peak at the last, both on half a cosine wave.
    """
    top = warm_up * steps - 1
    if step <= top:
        return climb(step, steps, peak, warm_up=warm_up, start=start)
    return _half_wave((step - top) / (steps - 1 - top), peak, end * start * peak)


def _half_wave(share: float, start: float, end: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
