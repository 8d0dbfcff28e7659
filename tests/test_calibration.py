"""Temperature: it is found where it is known, never makes the loss worse, and refuses what is no logits."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cognomen.classifier import calibration
from cognomen.classifier.calibration import (
    Calibration,
    fit_calibration,
    fit_temperature,
    softmax_with_temperature,
)
from cognomen.classifier.conformal import in_sets, score_levels
from cognomen.errors import InputError

FINITE = st.floats(-30, 30, width=32)


def log_loss(logits: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], temperature: float) -> float:
    """By the formula, without the library."""
    z = logits.astype(np.float64) / temperature
    return float(np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(labels)), labels]))


def drawn(seed: int, names: int, temperature: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Logits, and labels drawn from the probabilities that they have at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (names, 18))
    z = logits / temperature
    labels = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    return logits, labels


# --- probabilities -------------------------------------------------------------------------------------


def test_at_temperature_one_it_is_softmax() -> None:
    found = softmax_with_temperature(np.log([[1.0, 2.0, 5.0]]), 1.0)
    np.testing.assert_allclose(found, [[0.125, 0.25, 0.625]], rtol=1e-12)


def test_at_temperature_two_it_is_the_square_root() -> None:
    found = softmax_with_temperature(np.log([[1.0, 4.0, 25.0]]), 2.0)
    np.testing.assert_allclose(found, [[0.125, 0.25, 0.625]], rtol=1e-12)


@settings(deadline=None)
@given(
    logits=hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2), elements=FINITE),
    temperature=st.floats(0.05, 20),
)
def test_rows_sum_to_one_and_keep_their_order(logits: np.ndarray[Any, Any], temperature: float) -> None:
    found = softmax_with_temperature(logits, temperature)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    rows = np.arange(len(logits))
    assert (found[rows, logits.argmax(axis=1)] == found.max(axis=1)).all()


def test_large_logits_do_not_overflow() -> None:
    np.testing.assert_array_equal(softmax_with_temperature([[1e4, -1e4]], 0.05), [[1.0, 0.0]])


def test_many_rows_are_taken_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = np.random.default_rng(1).normal(0, 3, (11, 4)).astype(np.float32)
    whole = softmax_with_temperature(logits, 1.5)
    monkeypatch.setattr(calibration, "ROWS", 3)
    for table in (logits, np.asfortranarray(logits), logits[::-1][::-1]):
        np.testing.assert_array_equal(softmax_with_temperature(table, 1.5), whole)


def test_no_names_give_no_rows() -> None:
    assert softmax_with_temperature(np.empty((0, 3), np.float32), 2.0).shape == (0, 3)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_must_be_above_zero(temperature: float) -> None:
    with pytest.raises(InputError, match="temperature: expected a finite number above 0, got"):
        softmax_with_temperature([[1.0, 2.0]], temperature)


# --- fitting -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.3, 0.7, 1.0, 1.6, 4.0])
def test_a_known_temperature_is_found(temperature: float) -> None:
    found = fit_temperature(*drawn(seed=1, names=20_000, temperature=temperature))
    assert found == pytest.approx(temperature, rel=0.03)


def test_nowhere_near_is_the_loss_lower() -> None:
    logits, labels = drawn(seed=2, names=500, temperature=2.5)
    found = fit_temperature(logits, labels)
    best = log_loss(logits, labels, found)
    assert all(best < log_loss(logits, labels, found * near) for near in (0.999, 1.001, 0.5, 2))


@settings(deadline=None)
@given(data=st.data(), names=st.integers(1, 12), origins=st.integers(1, 6))
def test_it_never_worsens_the_loss(data: st.DataObject, names: int, origins: int) -> None:
    logits = data.draw(hnp.arrays(np.float32, (names, origins), elements=FINITE))
    labels = data.draw(hnp.arrays(np.int64, names, elements=st.integers(0, origins - 1)))
    found = fit_temperature(logits, labels)
    assert 0.05 * (1 - 1e-9) <= found <= 20 * (1 + 1e-9)
    assert log_loss(logits, labels, found) <= log_loss(logits, labels, 1.0) + 1e-9


def test_no_matter_what_is_added_to_a_row() -> None:
    logits, labels = drawn(seed=3, names=300, temperature=2.0)
    shifted = logits + np.arange(300)[:, None]
    assert fit_temperature(shifted, labels) == pytest.approx(fit_temperature(logits, labels), rel=1e-9)


def test_always_right_and_always_wrong_stay_within_the_range() -> None:
    logits = np.eye(4)
    assert fit_temperature(logits, np.arange(4)) == pytest.approx(0.05)
    assert fit_temperature(logits, (np.arange(4) + 1) % 4) == pytest.approx(20)


def test_where_no_temperature_helps_it_is_one() -> None:
    assert fit_temperature(np.zeros((3, 2)), [0, 1, 0]) == 1.0


@pytest.mark.parametrize(
    ("logits", "labels", "reason"),
    [
        ([1.0, 2.0], [0], r"logits: expected the shape \(N, C\), a row per name, got \(2,\)"),
        (np.zeros((2, 0)), [0, 0], r"logits: expected the shape \(N, C\)"),
        ([[1, 2]], [0], "logits: expected floating-point numbers, got int64"),
        ([["a", "b"]], [0], "logits: expected floating-point numbers"),
        ([[0.0, 1.0], [0.0, np.nan]], [0, 0], r"logits: expected finite numbers, got nan at \[1, 1\]"),
        ([[np.inf, 1.0]], [0], r"logits: expected finite numbers, got inf at \[0, 0\]"),
        (np.zeros((0, 2)), np.zeros(0, int), "expected one or more names"),
        ([[1.0, 2.0]], [0, 1], r"labels: expected 1 integers, got int64 of shape \(2,\)"),
        ([[1.0, 2.0]], [0.0], "labels: expected 1 integers, got float64"),
        ([[1.0, 2.0]], [2], "labels: expected 0 to 1, got 2 to 2"),
        ([[1.0, 2.0]], [-1], "labels: expected 0 to 1, got -1 to -1"),
    ],
)
def test_what_is_no_logits_or_no_labels_is_refused(logits: Any, labels: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        fit_temperature(logits, labels)


# --- all that is fitted --------------------------------------------------------------------------------


def test_a_calibration_is_a_temperature_and_thresholds() -> None:
    logits, labels = drawn(seed=4, names=3000, temperature=1.7)
    found = fit_calibration(logits, labels)
    assert found.temperature == fit_temperature(logits, labels)
    p = softmax_with_temperature(logits, found.temperature)
    assert found.set_levels == score_levels(p, labels)
    held = in_sets(p, found.set_limits(0.9).read)[np.arange(3000), labels]
    assert held.mean() == pytest.approx(0.9, abs=0.005)


def test_hardly_a_mistake_makes_no_answer_surer() -> None:
    """A network that errs on fewer than ten names keeps its own temperature, if the fit is below 1."""
    logits = np.eye(4)[np.arange(400) % 4] * 3
    right, labels = np.arange(400) % 4, np.arange(400) % 4
    labels[:9] = (labels[:9] + 1) % 4
    assert fit_temperature(logits, right) < 1
    assert fit_calibration(logits, right).temperature == fit_calibration(logits, labels).temperature == 1
    labels[9] = (labels[9] + 1) % 4
    assert fit_calibration(logits, labels).temperature == fit_temperature(logits, labels) < 1
    unsure = fit_calibration(np.eye(4) * 30, [1, 2, 3, 0])
    assert unsure.temperature > 1


def test_without_names_there_is_nothing_to_fit() -> None:
    assert fit_calibration(np.empty((0, 4)), np.empty(0, np.int64)) == Calibration(1.0, None)


def test_a_calibration_goes_to_json_and_back() -> None:
    found = fit_calibration(*drawn(seed=5, names=50, temperature=1.2))
    assert Calibration.from_json(json.loads(json.dumps(found.to_json()))) == found
    found = fit_calibration(*drawn(seed=5, names=50, temperature=1.2), by_origin=True)
    assert found.set_levels is None
    assert Calibration.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert Calibration(1.5).to_json() == {"temperature": 1.5}
    assert Calibration.from_json({"temperature": 1.5}) == Calibration(1.5)


@pytest.mark.parametrize(
    "levels", [[], [0.0] * 200, ["a"] * 201, [*np.arange(200), -1], "x" * 201, {"0": 1}, [True] * 201]
)
def test_what_are_no_thresholds_is_refused(levels: Any) -> None:
    with pytest.raises(InputError, match="set_levels: expected 201 rising numbers"):
        Calibration.from_json({"temperature": 1.0, "set_levels": levels})


@pytest.mark.parametrize("levels", [3, [[0.5] * 22], [[0.5] * 22 + [0.4]], [0.5] * 23])
def test_what_are_no_thresholds_of_origins_is_refused(levels: Any) -> None:
    with pytest.raises(InputError, match="origin_set_levels: expected"):
        Calibration.from_json({"temperature": 1.0, "origin_set_levels": levels})


@pytest.mark.parametrize("by_origin", [False, True])
def test_thresholds_are_those_of_the_default_prior(by_origin: bool) -> None:
    """So that sets keep their promise where they are made: under this prior."""
    logits, labels = drawn(seed=6, names=4000, temperature=1.4)
    ratios = np.log(np.arange(1, logits.shape[1] + 1))
    found = fit_calibration(logits, labels, log_prior_ratios=ratios, by_origin=by_origin)
    assert found.temperature == fit_temperature(logits, labels)
    p = softmax_with_temperature(logits, found.temperature, ratios)
    held = in_sets(p, found.set_limits(0.9).read)[np.arange(4000), labels]
    assert held.mean() == pytest.approx(0.9, abs=0.01)
    assert fit_calibration(logits, labels, by_origin=by_origin) != found


def test_a_calibration_without_thresholds_says_how_to_get_them() -> None:
    with pytest.raises(InputError, match=r"has no thresholds.*Train it again with a validation_share"):
        Calibration(1.5).set_limits(0.9)


def test_log_prior_ratios_are_added_after_the_temperature() -> None:
    found = softmax_with_temperature(np.log([[1.0, 4.0, 25.0]]), 2.0, np.log([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(found, [[0.1, 0.4, 0.5]], rtol=1e-12)
