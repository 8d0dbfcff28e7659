"""`fit` and `take_step`: which optimisers and data they take, and what they say of the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from cognomen.errors import CognomenError, InputError, TrainingError
from cognomen.rnn import (
    SGD,
    Adam,
    AdamW,
    Linear,
    Optimiser,
    Plateau,
    Recurrent,
    Sequential,
    fit,
    mean_squared_error,
    pack,
    take_step,
)

rng = np.random.default_rng(0)
X = rng.standard_normal((8, 5, 2)).astype(np.float32)
Y = X.sum(axis=2, keepdims=True)


def make() -> Sequential:
    rng = np.random.default_rng(1)
    return Sequential(Recurrent("gru", 2, 3, rng=rng), Linear(3, 1, rng=rng))


def fitted(x: Any = X, y: Any = Y, **options: Any) -> Sequential:
    net = make()
    fit(net, x, y, **{"epochs": 1, "batch_size": 4, **options})
    return net


def test_the_number_of_epochs_is_asked_for_by_the_function_that_was_called() -> None:
    with pytest.raises(TypeError, match=r"^fit\(\) missing .*'epochs'"):
        fit(make(), X, Y)  # type: ignore[call-arg]


# --- optimisers


def test_parameters_that_are_read_only_are_refused() -> None:
    """As those of a loaded model; not in the first step, and with the remedy."""
    frozen = make().params
    frozen["0.weight_hh_l0"].flags.writeable = False
    with pytest.raises(InputError, match=r"0\.weight_hh_l0, which is read-only.*copy\.deepcopy"):
        Adam(frozen, 0.1)


def test_an_optimiser_of_another_net_is_refused() -> None:
    net, other = make(), make()
    with pytest.raises(InputError, match=r"optimiser: expected one of net\.params.*0\.weight_ih_l0"):
        fit(net, X, Y, epochs=1, optimiser=Adam(other.params, 0.1))
    with pytest.raises(InputError, match=r"optimiser: expected one of net\.params"):
        take_step(net, Adam(other.params, 0.1), lambda: None)
    with pytest.raises(InputError, match=r"optimiser: expected one of net\.params"):
        fit(net, X, Y, epochs=1, optimiser=Adam({**net.params, "1.bias": np.zeros(1)}, 0.1))


def test_an_optimiser_of_some_parameters_leaves_the_others() -> None:
    net = make()
    before = {name: param.copy() for name, param in net.params.items()}
    some = {name: param for name, param in net.params.items() if name.startswith("1.")}
    fit(net, X, Y, epochs=1, optimiser=Adam(some, 0.1))
    moved = {name for name, param in net.params.items() if (param != before[name]).any()}
    assert moved == some.keys()


@pytest.mark.parametrize("name", ["0", "1"])
@pytest.mark.parametrize("optimiser", [AdamW, partial(SGD, weight_decay=0.1, momentum=0.5)])
def test_a_frozen_layer_stays(name: str, optimiser: Callable[..., Optimiser]) -> None:
    net = make()
    made = optimiser(net.params, 0.1)
    fit(net, X, Y, epochs=1, batch_size=4, optimiser=made)  # momenta are not zero
    net.parts[name].requires_grad = False
    before = {key: param.copy() for key, param in net.params.items()}
    fit(net, X, Y, epochs=1, batch_size=4, optimiser=made)
    moved = {key for key, param in net.params.items() if (param != before[key]).any()}
    assert moved == {key for key in net.params if not key.startswith(name)}


def test_a_frozen_part_of_a_cell_stays() -> None:
    net = make()
    cell: Any = net.parts["0"].levels[0][0][0]  # type: ignore[attr-defined]
    cell.recurrent.requires_grad = False
    before = {key: param.copy() for key, param in net.params.items()}
    fit(net, X, Y, epochs=3)
    stays = {key for key, param in net.params.items() if (param == before[key]).all()}
    assert stays == {"0.weight_hh_l0", "0.bias_hh_l0"}


def test_frozen_gradients_do_not_count_in_the_norm() -> None:
    net = make()
    net.parts["0"].requires_grad = False
    before = net.params["1.bias"].copy()

    def backward() -> None:
        net.grads["0.bias_ih_l0"].fill(1e6)
        net.grads["1.bias"].fill(0.5)

    take_step(net, SGD(net.params, 1.0), backward, clip=1.0)
    assert net.params["1.bias"] == pytest.approx(before - 0.5)


# --- data and options


def test_packed_examples_are_those_of_a_list() -> None:
    lengths = [5, 2, 3, 1, 4, 5, 2, 1]
    x, y = pack(X, lengths), pack(Y, lengths)
    packed, listed = fitted(x, y), fitted(x.unpack(), y.unpack())
    for name, param in packed.params.items():
        assert (param == listed.params[name]).all()
    assert fitted(x, y, validation=(x, y)).params


MISTAKES: dict[str, tuple[str, Callable[[], Any]]] = {
    "validation": ("validation: expected", lambda: fitted(validation=X)),
    "validation, two": ("validation: expected", lambda: fitted(validation=X[:2])),
    "validation, one": ("validation: expected", lambda: fitted(validation=(X,))),
    "loss": ("loss: expected a function.* got 'mse'", lambda: fitted(loss="mse")),
    "schedule": (r"schedule: expected a function.* got 0\.1", lambda: fitted(schedule=0.1)),
    "callback": ("callbacks: expected a list", lambda: fitted(callbacks=print)),
    "callbacks": ("callbacks: expected a list", lambda: fitted(callbacks=[print, 3])),
    "packed and lengths": ("has its own", lambda: fitted(pack(X), pack(Y), lengths=[5] * 8)),
    "number": ("expected an array of examples", lambda: fitted(3, 3)),
    "number with lengths": ("expected an array of examples", lambda: fitted(3, Y, lengths=[5] * 8)),
    "plateau": ("validation data", lambda: Plateau(Adam(make().params, 0.1))(None)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str) -> None:
    said, make_it = MISTAKES[mistake]
    with pytest.raises(InputError, match=said):
        make_it()


# --- numbers that are not finite


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("packed", [False, True])
def test_data_that_are_not_finite_are_blamed(value: float, packed: bool) -> None:
    broken = Y.copy()
    broken[3, 2] = value
    given = (lambda a: pack(a)) if packed else (lambda a: a)
    with pytest.raises(InputError, match="targets: expected finite numbers, got 1 in a batch"):
        fitted(given(X), given(broken))


def test_inputs_that_are_not_finite_are_blamed() -> None:
    broken = X.copy()
    broken[3, 2, 1] = np.nan
    with pytest.raises(InputError, match="x: expected finite numbers, got 1 in a batch"):
        fitted(broken)
    with pytest.raises(InputError, match="x: expected finite numbers"):
        fitted(validation=(broken, Y))


def test_a_net_with_a_loss_of_its_own_blames_the_data_too() -> None:
    class Own(Sequential):
        def loss(self, x: Any, y: Any, rng: Any) -> Any:
            out, _, backward = self.forward(x)
            value, dout = mean_squared_error(out, y)
            return value, lambda: backward(dout)

    with pytest.raises(InputError, match="targets: expected finite numbers, got 40"):
        fit(Own(*make().parts.values()), X, Y * np.nan, epochs=1)


def test_what_a_loss_leaves_out_may_be_nan() -> None:
    broken = Y.copy()
    broken[:, 4] = np.nan
    fitted(X, broken, loss=lambda y, t: mean_squared_error(y, t, mask=np.isfinite(t)))


def diverged(optimiser: Optimiser, net: Sequential) -> None:
    net.zero_grad()
    take_step(net, optimiser, lambda: net.grads["1.bias"].fill(np.nan))


def test_a_first_step_that_diverges_does_not_blame_the_learning_rate() -> None:
    net = make()
    optimiser = SGD(net.params, 0.1)
    with pytest.raises(TrainingError, match=r"in the first step.*Look at the data"):
        diverged(optimiser, net)
    take_step(net, optimiser, lambda: None)
    with pytest.raises(CognomenError, match=r"after 1 steps.*smaller learning rate"):
        diverged(optimiser, net)
