"""Parity with torch where torch is absent: against what it computed when `make_golden.py` last ran."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from parity import (
    CLIPS,
    GOLDEN,
    LOSSES,
    OPTIMISERS,
    SCHEDULES,
    check_clip,
    check_loss,
    check_network,
    check_optimiser,
    check_recurrent,
    check_schedule,
    parts_of,
)
from rnn_cases import DIRECTIONS, KINDS, SHAPES, WAYS
from safetensors.numpy import load_file


@cache
def golden(file: str) -> dict[str, np.ndarray[Any, Any]]:
    return load_file(GOLDEN / f"{file}.safetensors")


def case(file: str, name: str) -> dict[str, np.ndarray[Any, Any]]:
    found = parts_of(golden(file), f"{name}:")
    assert found, f"{file} has no case {name}"
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("direction", "layers"), SHAPES)
def test_recurrent_layers(kind: str, direction: str, layers: int) -> None:
    check_recurrent(kind, direction, layers, case(f"recurrent-{kind}", f"{direction}-{layers}"))


@pytest.mark.parametrize("pooling", WAYS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_whole_networks(pooling: str, direction: str) -> None:
    check_network("gru", pooling, direction, 1, case("networks", f"{pooling}-{direction}"))


@pytest.mark.parametrize(("smoothing", "weighted"), LOSSES)
def test_cross_entropy(smoothing: float, weighted: bool) -> None:
    check_loss(smoothing, weighted, case("losses", f"{smoothing}-{weighted}"))


@pytest.mark.parametrize("which", OPTIMISERS)
def test_optimisers(which: str) -> None:
    check_optimiser(*OPTIMISERS[which], case("optimisers", which))


@pytest.mark.parametrize("max_norm", CLIPS)
def test_clipping(max_norm: float) -> None:
    check_clip(max_norm, case("clips", f"{max_norm}"))


@pytest.mark.parametrize("which", SCHEDULES)
def test_schedules(which: str) -> None:
    check_schedule(which, *SCHEDULES[which], case("schedules", which))
