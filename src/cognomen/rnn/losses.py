"""Softmax, cross-entropy, squared errors, and the divergence of two predictions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError, check_number
from cognomen.rnn.arrays import Array

REDUCTIONS = ("mean", "sum", "none")


def log_softmax(logits: Array) -> Array:
    """log(softmax(logits)) over the classes, (..., C) -> (..., C), without overflow."""
    top = logits.max(axis=-1, keepdims=True)
    if np.isposinf(top).any():  # inf - inf is NaN: classes with infinite logits share all probability
        shared = np.where(logits == top, 0, -np.inf).astype(logits.dtype)
        logits, top = np.where(np.isposinf(top), shared, logits), np.where(np.isposinf(top), 0, top)
    shifted = logits - top
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def softmax(logits: Array) -> Array:
    """Probabilities of the classes, exp(logits) / sum(exp(logits)), (..., C) -> (..., C)."""
    # (C, ...): a reduction over the first axis is vectorised, over a short last one it is not.
    columns = np.ascontiguousarray(logits.T)
    p = np.exp(columns - np.maximum.reduce(columns))
    p /= np.add.reduce(p)
    return np.ascontiguousarray(p.T)


def cross_entropy(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    class_weights: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    """The mean of -log p(label), and its gradient by the logits.

    With label smoothing s (Szegedy et al. 2016) the target distribution q is 1 - s on the label, plus s / C
    on every class. With class weights w the loss is -sum(w q log p) / sum(w of the labels), as in torch.nn;
    for distributions, where torch divides by N, the weight of a row is that of its classes on average.

    Args:
        logits: (N, C), or (..., C), as (N, T, C) for sequences. A class with a logit of -inf is impossible.
        labels: the right classes, 0 to C - 1, of the shape of the logits without its last axis; or, of the
            whole shape, a distribution over the classes for each row.
        class_weights: (C,), all 1 by default.
        label_smoothing: s, in [0, 1).
        ignore_index: rows with this label, as those of padding, count for nothing.
        reduction: "mean", "sum", or "none" for the loss of each row.

    Returns:
        The loss, and its gradient, of the shape of the logits; with "none" the loss of each row, and the
        gradient of that.

    Raises:
        InputError: the shapes do not fit, a label is not a class, no row counts, or an option is invalid.
    """
    logits, labels = _floats("logits", logits), np.asarray(labels)
    rows = logits.reshape(-1, logits.shape[-1])  # (N, C)
    counts = _counting(labels, logits.shape, ignore_index)  # (N,)
    check_number("label_smoothing", label_smoothing, below=1)
    weights = _class_weights(class_weights, rows)  # (C,)
    target = np.full_like(rows, label_smoothing / rows.shape[1])  # (N, C)
    if labels.shape == logits.shape:
        q = labels.reshape(rows.shape)
        target += (1 - label_smoothing) * q
        total = q @ weights  # (N,)
    else:
        ids = np.where(counts, labels.ravel(), 0)
        target[np.arange(len(rows)), ids] += 1 - label_smoothing
        target[~counts] = 0
        total = weights[ids] * counts
    target *= weights
    log_p = log_softmax(rows)  # (N, C)
    dlogits = np.exp(log_p) * target.sum(axis=1, keepdims=True) - target  # (N, C)
    if not np.isfinite(log_p).all():  # an impossible class counts only as a target: 0 * inf is NaN
        log_p = np.where((target == 0) & np.isneginf(log_p), 0, log_p)
    return _reduced(-(target * log_p), dlogits, total.sum(), reduction, logits.shape)


def mean_squared_error(
    y: ArrayLike, targets: ArrayLike, *, mask: ArrayLike | None = None, reduction: str = "mean"
) -> tuple[Any, Array]:
    """The mean of (y - target)^2 over all numbers, and its gradient by y.

    Args:
        y: the outputs, of any shape.
        targets: numbers of the same shape.
        mask: which numbers count, booleans of the shape of y or of its leading axes, as (N, T) for padded
            sequences (N, T, Y); all by default.
        reduction: "mean", "sum", or "none" for the square of each number.

    Returns:
        The loss, and its gradient, of the shape of y.

    Raises:
        InputError: the shapes differ, nothing counts, or the reduction is invalid.
    """
    y, targets = _floats("y", y), _floats("targets", targets)
    counts = np.ones(y.shape, bool) if mask is None else np.asarray(mask)
    if targets.shape != y.shape or counts.dtype != bool or counts.shape != y.shape[: counts.ndim]:
        raise InputError(
            f"targets: expected the shape of the outputs, {y.shape}, got {targets.shape}"
            + ("" if mask is None else f", and a mask of booleans, got {counts.dtype} {counts.shape}")
        )
    counts = np.broadcast_to(counts.reshape(counts.shape + (1,) * (y.ndim - counts.ndim)), y.shape)
    # Replaced, not multiplied: what does not count may be NaN.
    difference = np.where(counts, y - targets.astype(y.dtype, copy=False), y.dtype.type(0))
    squares, dy = difference * difference, 2 * difference
    return _reduced(squares.reshape(-1, 1), dy.reshape(-1, 1), y.dtype.type(counts.sum()), reduction, y.shape)


def _reduced(
    losses: Array, d: Array, total: Any, reduction: str, shape: tuple[int, ...]
) -> tuple[Any, Array]:
    """The losses (N, K) of rows, summed, and their gradient; both divided by `total` for the mean."""
    if reduction not in REDUCTIONS:
        raise InputError(f"reduction: expected one of {', '.join(REDUCTIONS)}, got {reduction!r}")
    if reduction == "none":
        rows = losses.sum(axis=1)
        return rows.reshape(shape if rows.size == math.prod(shape) else shape[:-1]), d.reshape(shape)
    if reduction == "sum":
        return float(losses.sum()), d.reshape(shape)
    if not total > 0:
        raise InputError(f"expected something to take the mean of: the weights that count sum to {total}")
    return float(losses.sum() / total), (d / total).reshape(shape)


def _floats(name: str, values: ArrayLike) -> Array:
    """An array of floating-point numbers; integers become some."""
    try:
        found = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name}: expected an array of numbers: {error}") from error
    if found.dtype.kind not in "fiu" or found.ndim == 0:
        raise InputError(f"{name}: expected an array of numbers, got {found.dtype} {found.shape}")
    return found if found.dtype.kind == "f" else found.astype(np.float64)


def _counting(labels: NDArray[Any], shape: tuple[int, ...], ignore_index: int | None) -> NDArray[np.bool_]:
    """Which rows count, (N,).

    Raises:
        InputError: these are not labels of logits of this shape.
    """
    count, classes = math.prod(shape[:-1]), shape[-1]
    all_count = np.ones(count, bool)
    if count and labels.shape == shape:
        if labels.dtype.kind in "fiu" and (labels >= 0).all() and np.allclose(labels.sum(-1), 1, atol=1e-3):
            return all_count
    elif count and labels.shape == shape[:-1] and labels.dtype.kind in "iu":
        counts = all_count if ignore_index is None else labels.ravel() != ignore_index
        used = labels.ravel()[counts]
        if 0 <= used.min(initial=0) <= used.max(initial=0) < classes:
            return counts
    found, hint = f"{labels.dtype} {labels.shape}", ""
    if labels.dtype.kind in "fiu" and labels.size:
        lowest = labels.min()
        found += f" from {lowest} to {labels.max()}"
        if labels.dtype.kind == "f" and labels.shape != shape:
            hint = "; for numbers there is mean_squared_error"
        elif labels.shape == shape[:-1] and lowest < 0 and ignore_index is None:
            hint = f"; to leave the rows out whose label is {lowest}, pass ignore_index={lowest}"
    raise InputError(
        f"labels: expected integers from 0 to {classes - 1} of the shape {shape[:-1]}, one or more, or "
        f"distributions over {classes} classes of the shape {shape}, got {found}{hint}"
    )


def _class_weights(class_weights: ArrayLike | None, rows: Array) -> Array:
    """The weights (C,) of the classes."""
    classes = rows.shape[1]
    if class_weights is None:
        return np.ones(classes, rows.dtype)
    weights = np.asarray(class_weights)
    if weights.shape != (classes,) or weights.dtype.kind not in "fiu" or not (weights >= 0).all():
        raise InputError(
            f"class_weights: expected {classes} numbers of 0 or more, got {weights.dtype} {weights.shape}"
        )
    return weights.astype(rows.dtype)


def disagreement(logits: Array, others: Array) -> tuple[float, Array, Array]:
    """The symmetric Kullback-Leibler divergence of two predictions, and its gradients by both.

    The mean over the rows of (KL(p || q) + KL(q || p)) / 2 = sum((p - q)(log p - log q)) / 2, with p and q
    the probabilities of the two: the term that R-Drop adds to the loss (Liang et al. 2021).

    Args:
        logits: (N, C).
        others: (N, C), for the same rows.

    Returns:
        The divergence in nats, 0 or more, and its gradients (N, C) by `logits` and by `others`.

    Raises:
        InputError: the shapes differ, or N is 0.
    """
    if logits.shape != others.shape or not len(logits):
        raise InputError(f"others: expected one or more rows, {logits.shape} like logits, got {others.shape}")
    log_p, log_q = log_softmax(logits), log_softmax(others)  # (N, C)
    p, q, apart = np.exp(log_p), np.exp(log_q), log_p - log_q
    of_p, of_q = (p * apart).sum(axis=1, keepdims=True), (q * apart).sum(axis=1, keepdims=True)  # (N, 1)
    half = 2 * len(logits)
    return (
        float((of_p - of_q).sum() / half),
        (p * (apart - of_p) + p - q) / half,
        (q * (of_q - apart) + q - p) / half,
    )
