"""Temperature scaling: from logits to calibrated probabilities.

A network is often overconfident. Dividing all its logits by one number, the temperature, moves every answer
towards the uniform distribution (above 1) or away from it (below 1), and never changes the order of origins
(Guo et al. 2017, "On Calibration of Modern Neural Networks").

What is fitted to held-out names is kept in a `Calibration`: the temperature, and the thresholds of prediction
sets (see `conformal`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.conformal import (
    COVERAGES,
    LEVELS,
    SetLimits,
    origin_score_levels,
    origin_thresholds,
    score_levels,
    threshold,
)
from cognomen.errors import InputError, shortened
from cognomen.io.model_folder import HIGHEST as MOST_TEMPERATURE
from cognomen.io.model_folder import LOWEST as LEAST_TEMPERATURE
from cognomen.io.model_folder import is_within
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import log_softmax, softmax

LOWEST, HIGHEST = 0.05, 20.0  # bounds of a fit, which would go to 0 where every name is right
ROWS = 1 << 11  # rows at a time, so that temporaries stay in the cache
MOST_BITS = 1e6  # per letter
HIGHEST_SCORE = 1e6  # of a set
BISECTIONS = 60  # of the range above: enough for float64
LEAST_MISTAKES = 10  # in the names of a fit, for a temperature below 1


@dataclass(frozen=True)
class Calibration:
    """What turns a network's logits into probabilities and prediction sets.

    Attributes:
        temperature: the divisor of the logits, above 0.
        known_temperature: that of names with weights of their own, which were learned and not read; None if
            it is the same.
        set_levels: the thresholds for a coverage of 0, 1/200, 2/200 ... and 1, 201 non-decreasing numbers;
            None if no names were held out to fit them.
        ood_threshold: in bits per letter (see `ngrams`): names above it are out-of-distribution; None if too
            few names were held out to set it.
        script_ood_thresholds: for names whose first letter is of one of these scripts (see
            `Alphabet.scripts`), in place of `ood_threshold`; None if there are none. A script that is not
            among them has had too few names to tell.
        origin_set_levels: the thresholds of each origin for `conformal.COVERAGES`, (C,) tuples, fitted to
            names without weights of their own. They replace `set_levels`; None if there are none.
    """

    temperature: float = 1.0
    set_levels: tuple[float, ...] | None = None
    ood_threshold: float | None = None
    script_ood_thresholds: Mapping[str, float] | None = None
    origin_set_levels: tuple[tuple[float, ...], ...] | None = None
    known_temperature: float | None = None

    def temperatures(self, known: NDArray[np.bool_] | None) -> float | NDArray[np.float64]:
        """The divisor of the logits of N names: one for all, or (N,).

        Args:
            known: which names have weights of their own, (N,); None if no name has.
        """
        if known is None or self.known_temperature is None:
            return self.temperature
        return np.where(known, self.known_temperature, self.temperature)

    def set_limits(self, coverage: float) -> SetLimits:
        """The scores up to which an origin belongs to a set of this coverage.

        Raises:
            InputError: the coverage is not between 0 and 1, or there are no thresholds.
        """
        if self.origin_set_levels is not None:
            known = None if self.known_temperature is None else coverage
            return SetLimits(origin_thresholds(self.origin_set_levels, coverage), known)
        if self.set_levels is None:
            raise InputError(
                "this model has no thresholds for sets of origins: it was trained by an older Cognomen, or "
                "without held-out names. Train it again with a validation_share above 0 (`cognomen train`)."
            )
        return SetLimits(threshold(self.set_levels, coverage))

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, without those that are None."""
        return {name: _listed(value) for name, value in vars(self).items() if value is not None}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Calibration:
        """The inverse of `to_json`.

        Raises:
            InputError: the thresholds are not rising numbers, as many as there are coverages, or
                `ood_threshold` is not a number.
        """
        levels, by_origin = facts.get("set_levels"), facts.get("origin_set_levels")
        limit, known = facts.get("ood_threshold"), facts.get("known_temperature")
        _check_range("ood_threshold", limit, 0, MOST_BITS)
        _check_range("known_temperature", known, LEAST_TEMPERATURE, MOST_TEMPERATURE)
        if levels is not None:
            levels = _rising("set_levels", levels, LEVELS + 1)
        if by_origin is not None:
            if not isinstance(by_origin, list):
                raise InputError("origin_set_levels: expected a list with one for each origin")
            by_origin = tuple(_rising("origin_set_levels", each, len(COVERAGES)) for each in by_origin)
        by_script = facts.get("script_ood_thresholds")
        if by_script is not None and not isinstance(by_script, dict):
            raise InputError(f"script_ood_thresholds: expected numbers by script, got {shortened(by_script)}")
        for each in (by_script or {}).values():
            _check_range("script_ood_thresholds", each, 0, MOST_BITS, optional=False)
        return cls(float(facts["temperature"]), levels, limit, by_script, by_origin, known)


def _check_range(name: str, value: Any, low: float, high: float, *, optional: bool = True) -> None:
    """Raise InputError unless a value of JSON is a number from `low` to `high`, or None if that may be."""
    if not (optional and value is None) and not is_within(value, low, high):
        raise InputError(f"{name}: expected a number from {low:g} to {high:g}, got {shortened(value)}")


def _listed(value: Any) -> Any:
    """Tuples, of tuples too, as lists."""
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _rising(name: str, levels: Any, count: int) -> tuple[float, ...]:
    """The levels as a tuple, if they are rising numbers."""
    numbers = isinstance(levels, list) and all(
        is_within(each, -HIGHEST_SCORE, HIGHEST_SCORE) for each in levels
    )
    if not (numbers and len(levels) == count and levels == sorted(levels)):
        raise InputError(f"{name}: expected {count} rising numbers")
    return tuple(map(float, levels))


def fit_calibration(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    log_prior_ratios: ArrayLike | None = None,
    by_origin: bool = False,
) -> Calibration:
    """Fit a temperature, and then thresholds of prediction sets, to held-out names.

    With fewer than ten mistakes the data do not bound the confidence (the fit would go to temperature 0), and
    the temperature is at least 1.

    Args:
        logits: (N, C), finite.
        labels: (N,), integers from 0 to C - 1. Without names there is nothing to fit: the temperature is 1,
            and there are no thresholds.
        weights: (N,), how much each name counts for the temperature; all alike if None.
        log_prior_ratios: (C,), those of the model's default prior (see `priors`), under which sets are made;
            None if it is that of the training. The temperature is fitted without them, as the labels are
            distributed as in training.
        by_origin: whether each origin gets thresholds of its own (see `conformal`).

    Raises:
        InputError: the logits are not a finite matrix, or the labels do not match them.
    """
    z = _checked_logits(logits)  # (N, C)
    if len(z) == 0:
        return Calibration()
    temperature = fit_temperature(z, labels, weights)
    mistakes = int((z.argmax(axis=1) != np.asarray(labels)).sum())
    if mistakes < LEAST_MISTAKES:
        temperature = max(temperature, 1.0)
    p = softmax_with_temperature(z, temperature, log_prior_ratios)
    if by_origin:
        return Calibration(temperature, origin_set_levels=origin_score_levels(p, labels))
    return Calibration(temperature, score_levels(p, labels))


def softmax_with_temperature(
    logits: ArrayLike, temperature: ArrayLike, log_prior_ratios: ArrayLike | None = None
) -> Array:
    """Probabilities: the softmax of logit / temperature + log prior ratio.

    Args:
        logits: (N, C), finite.
        temperature: above 0; 1 changes nothing. One for all names, or (N,).
        log_prior_ratios: (C,), one for each origin (see `priors`), not all of them -inf.

    Returns:
        (N, C), in the logits' precision.

    Raises:
        InputError: the logits are not a finite matrix, or the temperature is not above 0.
    """
    z = _checked_logits(logits)  # (N, C)
    divisor = np.asarray(temperature)
    if not ((divisor > 0) & (divisor < np.inf)).all():
        raise InputError(f"temperature: expected a finite number above 0, got {temperature!r}")
    divisor = divisor.astype(z.dtype)[..., None] if divisor.ndim else divisor.astype(z.dtype)
    weights = np.asarray(0 if log_prior_ratios is None else log_prior_ratios, dtype=z.dtype)
    result = np.empty_like(z)
    for start in range(0, len(z), ROWS):
        rows = slice(start, start + ROWS)
        result[rows] = softmax(z[rows] / (divisor[rows] if divisor.ndim else divisor) + weights)
    return result


def fit_temperature(logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> float:
    """The temperature, from 0.05 to 20, that minimises the mean log loss of the labels.

    The loss is convex in the inverse b = 1 / T, and its derivative is the mean over the names of the expected
    logit under the probabilities at b minus the label's logit. Bisection finds its zero.

    Fit it on names that the network was not trained on: on training names a network is too often right.

    Args:
        logits: (N, C), finite, one or more rows.
        labels: (N,), integers from 0 to C - 1.
        weights: (N,), how much each name counts; all alike if None.

    Returns:
        The temperature; 1.0 if no other is better.

    Raises:
        InputError: the logits are not a finite matrix, or the labels do not match them.
    """
    z = _checked_logits(logits).astype(np.float64)  # (N, C)
    y = _checked_labels(labels, z)  # (N,)
    w = None if weights is None else np.asarray(weights, np.float64)
    low, high = math.log(1 / HIGHEST), math.log(1 / LOWEST)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(z, y, w, math.exp(middle)) < 0 else (low, middle)
    temperature = math.exp(-(low + high) / 2)
    return temperature if _log_loss(z, y, w, 1 / temperature) < _log_loss(z, y, w, 1.0) else 1.0


def _log_loss(z: Array, y: Ids, w: Array | None, b: float) -> float:
    return -float(np.average(log_softmax(b * z)[np.arange(len(y)), y], weights=w))


def _slope(z: Array, y: Ids, w: Array | None, b: float) -> float:
    """The derivative of the mean log loss with respect to b: the sum over C of p z, minus the label's z."""
    expected = (softmax(b * z) * z).sum(axis=1)  # (N,)
    return float(np.average(expected - z[np.arange(len(y)), y], weights=w))


def _checked_logits(logits: ArrayLike) -> Array:
    z: NDArray[Any] = np.asarray(logits)
    if z.dtype.kind != "f":
        raise InputError(f"logits: expected floating-point numbers, got {z.dtype}")
    if z.ndim != 2 or z.shape[1] == 0:
        raise InputError(f"logits: expected the shape (N, C), a row per name, got {z.shape}")
    if not np.isfinite(z).all():
        row, column = np.argwhere(~np.isfinite(z))[0]
        raise InputError(f"logits: expected finite numbers, got {z[row, column]} at [{row}, {column}]")
    return z


def _checked_labels(labels: ArrayLike, z: Array) -> Ids:
    y: NDArray[Any] = np.asarray(labels)
    if len(z) == 0:
        raise InputError("logits: expected one or more names to fit a temperature to, got none")
    if y.shape != z.shape[:1] or not np.issubdtype(y.dtype, np.integer):
        raise InputError(f"labels: expected {len(z)} integers, got {y.dtype} of shape {y.shape}")
    if y.min() < 0 or y.max() >= z.shape[1]:
        raise InputError(f"labels: expected 0 to {z.shape[1] - 1}, got {y.min()} to {y.max()}")
    return y
