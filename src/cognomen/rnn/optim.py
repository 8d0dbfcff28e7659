"""Optimisers: how parameters change, given their gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cognomen.errors import InputError, TrainingError, check_number
from cognomen.rnn.arrays import Array
from cognomen.rnn.clipping import squared_norm
from cognomen.rnn.engine.row_gradient import RowGradient


class Optimiser:
    """Updates parameters in place, given their gradients.

    `state` and `steps` are all that it keeps between steps: arrays by name, and their number. To resume from
    a checkpoint, copy stored ones into a new optimiser.

    Args:
        params: of a layer, `layer.params`.
        learning_rate: 0 or more; it may be set between steps, as schedules do.
        weight_decay: 0 or more.

    Raises:
        InputError: there are no parameters, they are in half precision, or a number is out of range.
    """

    kinds: tuple[str, ...] = ()  # of the arrays that are kept for each parameter
    decoupled = False  # whether weight decay shrinks the parameters, instead of being added to the gradients

    def __init__(self, params: Mapping[str, Array], learning_rate: float, weight_decay: float = 0.0) -> None:
        if not isinstance(params, Mapping):
            raise InputError(f"params: expected those of a layer, layer.params, got {type(params).__name__}")
        if not params:
            raise InputError(
                "no parameters: a network that takes its sizes from its first input has none before it"
            )
        if narrow := [name for name, param in params.items() if param.dtype.itemsize < 4]:
            raise InputError(
                f"expected parameters of single or double precision, got {params[narrow[0]].dtype} in "
                f"{narrow[0]}: small updates would be rounded away. Load them into a new network, in float32"
            )
        if frozen := [name for name, param in params.items() if not param.flags.writeable]:
            raise InputError(
                f"expected parameters that can be changed, got {frozen[0]}, which is read-only, as those of "
                "a loaded model are: train a copy of the network (copy.deepcopy)"
            )
        self.params = params
        self.learning_rate = learning_rate
        self.weight_decay = check_number("weight_decay", weight_decay)
        self.steps = 0
        self.state: dict[str, Array] = {}

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float) -> None:
        self._learning_rate = check_number("learning_rate", learning_rate)

    def step(self, grads: Mapping[str, Array | None]) -> None:
        """Update all parameters once, except those whose gradient is None, which are frozen.

        Raises:
            InputError: the gradients are not those of the parameters.
            TrainingError: a gradient is infinite or NaN; the message names its parameter.
            In both cases nothing has changed, and the step does not count.
        """
        if not isinstance(grads, Mapping):
            raise InputError(f"grads: expected those of a layer, layer.grads, got {type(grads).__name__}")
        moving = [name for name in self.params if name not in grads or grads[name] is not None]
        checked = {name: _checked(name, self.params[name], grads.get(name)) for name in moving}
        self.steps += 1
        for name, grad in checked.items():
            param, state = self.params[name], self._state_of(name)
            if isinstance(grad, RowGradient):  # only its rows move
                rows, part = grad.rows, param[grad.rows]
                part_state = {moment: whole[rows] for moment, whole in state.items()}
                self._move(part, self._regularised(part, grad.values), part_state)
                param[rows] = part
                for moment, whole in state.items():
                    whole[rows] = part_state[moment]
            else:
                self._move(param, self._regularised(param, grad), state)

    def _regularised(self, param: Array, grad: Array) -> Array:
        """The gradient of the loss with L2 regularisation."""
        return grad + self.weight_decay * param if self.weight_decay and not self.decoupled else grad

    def _zeros(self) -> dict[str, Array]:
        """A first value of every array that is kept."""
        return {f"{kind}.{name}": np.zeros_like(p) for kind in self.kinds for name, p in self.params.items()}

    def _state_of(self, name: str) -> dict[str, Array]:
        """The arrays of `state` that belong to a parameter, by kind."""
        return {kind: self.state[f"{kind}.{name}"] for kind in self.kinds if self.state}

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        """Update a parameter, or some of its rows, and its state in place."""
        raise NotImplementedError


class SGD(Optimiser):
    """Stochastic gradient descent: v <- momentum * v + g, p <- p - rate * v.

    With `nesterov` (Nesterov 1983, as Sutskever et al. 2013 write it) p <- p - rate * (g + momentum * v).

    Raises:
        InputError: as for `Optimiser`, the momentum is not 0 or more, or it is 0 with `nesterov`.
    """

    kinds = ("velocity",)

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, weight_decay)
        self.momentum, self.nesterov = check_number("momentum", momentum), nesterov
        if nesterov and not momentum:
            raise InputError("momentum: expected a number above 0 with nesterov, got 0")
        if momentum:
            self.state = self._zeros()

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        if self.momentum:
            velocity = state["velocity"]
            velocity *= self.momentum
            velocity += grad
            grad = grad + self.momentum * velocity if self.nesterov else velocity
        param -= self.learning_rate * grad


class AdamW(Optimiser):
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   both corrected for their initial value of zero,
    p <- (1 - rate * decay) p - rate * m / (sqrt(v) + eps)

    Raises:
        InputError: as for `Optimiser`, the betas are not two numbers in [0, 1), or eps is below 0.
    """

    kinds = ("mean", "square")
    decoupled = True

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
        first, second = _pair(betas)
        self.betas = check_number("betas", first, below=1), check_number("betas", second, below=1)
        self.eps = check_number("eps", eps)
        self.state = self._zeros()

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
        if self.decoupled:
            param *= 1 - self.learning_rate * self.weight_decay
        param -= change


class Adam(AdamW):
    """Adam with L2 regularisation: the weight decay is added to the gradient, as in torch.optim.Adam."""

    decoupled = False

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, betas=betas, eps=eps, weight_decay=weight_decay)


class Adagrad(Optimiser):
    """Steps that get smaller the more a parameter has moved (Duchi, Hazan & Singer 2011).

    s <- s + g^2,   p <- p - rate * g / (sqrt(s) + eps)

    Raises:
        InputError: as for `Optimiser`, or eps is below 0.
    """

    kinds = ("square",)

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, weight_decay)
        self.eps = check_number("eps", eps)
        self.state = self._zeros()

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        square = state["square"]
        square += grad * grad
        param -= self.learning_rate * grad / (np.sqrt(square) + self.eps)


class RMSprop(Optimiser):
    """Gradients divided by their recent root mean square (Tieleman & Hinton 2012), as in torch.optim.

    s <- alpha s + (1 - alpha) g^2,   v <- momentum * v + g / (sqrt(s) + eps),   p <- p - rate * v

    Raises:
        InputError: as for `Optimiser`, alpha is not in [0, 1), or eps or the momentum is below 0.
    """

    kinds = ("square", "velocity")

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, learning_rate, weight_decay)
        self.alpha, self.eps = check_number("alpha", alpha, below=1), check_number("eps", eps)
        self.momentum = check_number("momentum", momentum)
        self.state = self._zeros()

    def _move(self, param: Array, grad: Array, state: dict[str, Array]) -> None:
        square, velocity = state["square"], state["velocity"]
        square *= self.alpha
        square += (1 - self.alpha) * grad * grad
        velocity *= self.momentum
        velocity += grad / (np.sqrt(square) + self.eps)
        param -= self.learning_rate * velocity


def _checked(name: str, param: Array, grad: Array | RowGradient | None) -> Array | RowGradient:
    if not isinstance(grad, np.ndarray | RowGradient) or grad.shape != param.shape:
        got = "none" if grad is None else getattr(grad, "shape", type(grad).__name__)
        raise InputError(f"{name}: expected a gradient {param.shape}, as in layer.grads, got {got}")
    # Quick: finite only if all elements are. The squares of finite elements may overflow as well.
    values = grad.values if isinstance(grad, RowGradient) else grad
    if not math.isfinite(squared_norm(grad)) and not np.isfinite(values).all():
        raise TrainingError(
            f"the gradient of {name} is not finite: training has diverged. Try a smaller learning rate, or "
            "clip the gradients (clip_grad_norm)"
        )
    return grad


def _pair(betas: object) -> tuple[object, object]:
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise InputError(f"betas: expected two numbers, got {betas!r}")
    return betas[0], betas[1]
