"""Comparing ours with what torch computed: the cases besides networks, and a check for each sort of case."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rnn_cases import Array, assert_within, network, recurrent

from cognomen.rnn import SGD, Adam, AdamW, clip_grad_norm, cosine, cross_entropy, one_cycle, pack
from cognomen.text.ragged import Ragged

GOLDEN = Path(__file__).parent / "golden" / "torch"
LOSSES = [(smoothing, weighted) for smoothing in (0.0, 0.1) for weighted in (False, True)]
OPTIMISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "sgd-decay": ("SGD", {"weight_decay": 0.1}),
    "sgd-momentum": ("SGD", {"momentum": 0.9}),
    "sgd-momentum-decay": ("SGD", {"momentum": 0.8, "weight_decay": 0.1}),
    "adam": ("Adam", {}),
    "adam-decay": ("Adam", {"weight_decay": 0.1, "betas": (0.8, 0.9)}),
    "adamw": ("AdamW", {}),
    "adamw-decay": ("AdamW", {"weight_decay": 0.2, "betas": (0.8, 0.9), "eps": 1e-3}),
}
RATES = [0.1, 0.2, 0.05, 0.1, 0.1, 0.01]  # the rate changes between steps, as schedules change it
CLIPS = [0.5, 100.0]
SCHEDULES: dict[str, tuple[int, dict[str, float]]] = {
    "one-cycle": (40, {}),
    "one-cycle-long": (997, {"warm_up": 0.25, "start": 0.1, "end": 1e-3}),
    "one-cycle-short": (7, {"warm_up": 0.5}),
    "cosine": (25, {"end": 0.01}),
}


def parts_of(case: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """The tensors whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in case.items() if name.startswith(prefix)}


def check_grads(layer: Any, case: Mapping[str, Array]) -> None:
    """Every gradient as torch gave it; and torch gave some, or the comparison would mean nothing."""
    expected = parts_of(case, "grad/")
    assert layer.grads.keys() == expected.keys()
    for name, grad in layer.grads.items():
        assert np.abs(expected[name]).max() > 1e-4, f"{name}: torch's gradient is too small to compare"
        assert_within(grad, expected[name], 1e-8)


def check_recurrent(kind: str, direction: str, layers: int, case: Mapping[str, Array]) -> None:
    """Outputs and gradients of recurrent layers against a case that torch computed."""
    h = case["y"].shape[1] // (2 if direction == "both" else 1)
    layer = recurrent(kind, direction, layers, x=case["x"].shape[1], h=h)
    layer.load(parts_of(case, "param/"))
    y, _, backward = layer.forward(pack(Ragged(case["x"], case["lengths"])))
    assert_within(np.concatenate(y.unpack()), case["y"], 1e-10)
    dx, _ = backward(pack(Ragged(case["dy"], case["lengths"])).data)
    assert_within(np.concatenate(y.with_data(dx).unpack()), case["dx"], 1e-8)
    check_grads(layer, case)


def check_network(kind: str, pooling: str, direction: str, layers: int, case: Mapping[str, Array]) -> None:
    """Logits, loss and gradients of a whole network against a case that torch computed."""
    e, classes = case["param/embedding.weight"].shape[1], len(case["param/output.bias"])
    made = network(kind, pooling, direction, layers, e=e, h=int(case["hidden_size"]))
    assert classes == made.architecture.origin_count
    made.load(parts_of(case, "param/"))
    logits, backward = made.forward(Ragged(np.asarray(case["ids"]), np.asarray(case["lengths"])))
    assert_within(logits, case["logits"], 1e-10)
    loss, dlogits = cross_entropy(
        logits, case["labels"], class_weights=case["class_weights"], label_smoothing=0.1
    )
    assert_within(np.array(loss), case["loss"], 1e-10)
    backward(dlogits)
    check_grads(made, case)


def check_loss(smoothing: float, weighted: bool, case: Mapping[str, Array]) -> None:
    """Cross-entropy and its gradient against torch."""
    weights = case["weights"] if weighted else None
    loss, dlogits = cross_entropy(
        case["logits"], case["labels"], class_weights=weights, label_smoothing=smoothing
    )
    assert_within(np.array(loss), case["loss"], 1e-12)
    assert_within(dlogits, case["dlogits"], 1e-12)


def check_optimiser(which: str, options: dict[str, Any], case: Mapping[str, Array]) -> None:
    """The parameters after every one of several steps, at changing learning rates."""
    params = {name: value.copy() for name, value in parts_of(case, "start/").items()}
    make: Any = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}[which]
    optimiser = make(params, RATES[0], **options)
    for step, rate in enumerate(RATES):
        optimiser.learning_rate = rate
        optimiser.step(parts_of(case, f"grad{step}/"))
        for name, expected in parts_of(case, f"after{step}/").items():
            assert_within(params[name], expected, 1e-12)


def check_clip(max_norm: float, case: Mapping[str, Array]) -> None:
    """Clipping; torch divides by the norm + 1e-6, hence the wider tolerance."""
    grads = {name: value.copy() for name, value in parts_of(case, "before/").items()}
    assert clip_grad_norm(grads, max_norm) == pytest.approx(float(case["norm"]), rel=1e-12)
    for name, expected in parts_of(case, "after/").items():
        assert_within(grads[name], expected, 1e-6)


def check_schedule(which: str, steps: int, options: dict[str, float], case: Mapping[str, Array]) -> None:
    """The learning rate at every step, from a peak of .3."""
    rate: Any = cosine if which == "cosine" else one_cycle
    rates = np.array([rate(step, steps, 0.3, **options) for step in range(steps)])
    assert_within(rates, case["rates"], 1e-14)
