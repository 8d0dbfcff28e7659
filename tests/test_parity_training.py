"""Losses, optimisers and schedules against torch, option by option."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rnn_cases import assert_within

from cognomen.rnn import (
    SGD,
    Adagrad,
    Plateau,
    RMSprop,
    clip_grad_value,
    cross_entropy,
    mean_squared_error,
    step_decay,
)

torch = pytest.importorskip("torch", reason="PyTorch is the referee here")
F = torch.nn.functional

REDUCTIONS = ["mean", "sum", "none"]


def compare(ours: tuple[Any, Any], theirs: Any, leaf: Any) -> None:
    """The loss and its gradient; with no reduction that of the sum."""
    loss, d = ours
    assert_within(np.asarray(loss), theirs.detach().numpy(), 1e-12)
    theirs.sum().backward()
    assert_within(d, leaf.grad.numpy(), 1e-12)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("ignored", [None, -100, 2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_cross_entropy(
    shape: tuple[int, ...], smoothing: float, weighted: bool, ignored: int | None, reduction: str
) -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 2, (*shape, 4)), rng.integers(0, 4, shape)
    if ignored is not None:
        labels.flat[1] = ignored
    weights = rng.random(4) if weighted else None
    leaf = torch.from_numpy(logits).requires_grad_()
    theirs = F.cross_entropy(
        leaf.reshape(-1, 4),
        torch.from_numpy(labels.ravel()),
        weight=None if weights is None else torch.from_numpy(weights),
        label_smoothing=smoothing,
        ignore_index=-100 if ignored is None else ignored,
        reduction=reduction,
    )
    ours = cross_entropy(
        logits,
        labels,
        class_weights=weights,
        label_smoothing=smoothing,
        ignore_index=ignored,
        reduction=reduction,
    )
    compare((np.ravel(ours[0]) if reduction == "none" else ours[0], ours[1]), theirs, leaf)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5,), (4, 3), (2, 3, 2)])
def test_mean_squared_error(shape: tuple[int, ...], reduction: str) -> None:
    rng = np.random.default_rng(1)
    y, targets = rng.standard_normal(shape), rng.standard_normal(shape)
    leaf = torch.from_numpy(y).requires_grad_()
    theirs = F.mse_loss(leaf, torch.from_numpy(targets), reduction=reduction)
    compare(mean_squared_error(y, targets, reduction=reduction), theirs, leaf)


OPTIMISERS: list[tuple[Any, str, dict[str, Any]]] = [
    (SGD, "SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (Adagrad, "Adagrad", {}),
    (Adagrad, "Adagrad", {"weight_decay": 0.1, "eps": 1e-4}),
    (RMSprop, "RMSprop", {}),
    (RMSprop, "RMSprop", {"alpha": 0.9, "momentum": 0.8, "weight_decay": 0.1, "eps": 1e-3}),
]


@pytest.mark.parametrize(("make", "name", "options"), OPTIMISERS)
def test_optimisers(make: Any, name: str, options: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    start = rng.standard_normal((3, 2))
    params = {"w": start.copy()}
    leaf = torch.nn.Parameter(torch.from_numpy(start.copy()))
    ours, theirs = make(params, 0.1, **options), getattr(torch.optim, name)([leaf], 0.1, **options)
    for step in range(8):
        rate, grad = 0.1 / (step + 1), rng.standard_normal((3, 2))
        ours.learning_rate = theirs.param_groups[0]["lr"] = rate
        leaf.grad = torch.from_numpy(grad)
        ours.step({"w": grad})
        theirs.step()
        assert_within(params["w"], leaf.detach().numpy(), 1e-12)


def test_step_decay() -> None:
    leaf = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([leaf], 0.5)
    theirs = torch.optim.lr_scheduler.StepLR(optimiser, 3, gamma=0.2)
    for step in range(10):
        assert step_decay(step, 10, 3, 0.5, factor=0.2) == pytest.approx(optimiser.param_groups[0]["lr"])
        optimiser.step()
        theirs.step()


@pytest.mark.parametrize("patience", [0, 2])
def test_plateau(patience: int) -> None:
    losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0.5, 0.49999, 0.5, 0.5, 0.5]
    ours = SGD({"w": np.zeros(1)}, 1.0)
    theirs = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    plateau = Plateau(ours, factor=0.5, patience=patience, lowest=0.1)
    expected = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, factor=0.5, patience=patience, min_lr=0.1)
    for loss in losses:
        plateau(loss)
        expected.step(loss)
        assert ours.learning_rate == pytest.approx(theirs.param_groups[0]["lr"])


def test_clipping_by_value() -> None:
    grad = np.random.default_rng(3).standard_normal((4, 4))
    leaf = torch.nn.Parameter(torch.zeros(4, 4, dtype=torch.float64))
    leaf.grad = torch.from_numpy(grad.copy())
    torch.nn.utils.clip_grad_value_([leaf], 0.5)
    clip_grad_value({"w": grad}, 0.5)
    assert_within(grad, leaf.grad.numpy(), 0)
