"""Softmax, cross-entropy, and the divergence of two predictions."""

from __future__ import annotations

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids


def log_softmax(logits: Array) -> Array:
    """log(softmax(logits)) along the last axis, without overflow."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis: exp(logits) / sum(exp(logits))."""
    # (C, ...): a reduction over the first axis is vectorised, over a short last one it is not.
    columns = np.ascontiguousarray(logits.T)
    p = np.exp(columns - np.maximum.reduce(columns))
    p /= np.add.reduce(p)
    return np.ascontiguousarray(p.T)


def cross_entropy(
    logits: Array, labels: Ids | Array, *, class_weights: Array | None = None, label_smoothing: float = 0.0
) -> tuple[float, Array]:
    """The mean of -log p(label), and its gradient by the logits.

    With label smoothing s (Szegedy et al. 2016) the target distribution q is 1 - s on the label, plus s / C
    on every class. With class weights w the loss is -sum(w q log p) / sum(w of the labels), as in torch.nn;
    for distributions, where torch divides by N, the weight of a row is that of its classes on average.

    Args:
        logits: (N, C).
        labels: (N,), the right classes, 0 to C - 1; or (N, C), a distribution over the classes for each row.
        class_weights: (C,), all 1 by default.
        label_smoothing: s, in [0, 1).

    Returns:
        The loss, and its gradient (N, C).

    Raises:
        InputError: the shapes do not fit, a label is not a class, N is 0, or s is not in [0, 1).
    """
    count, classes = logits.shape
    soft = labels.shape == logits.shape
    if count == 0 or not (soft or labels.shape == (count,)) or not _are_valid(labels, classes, soft=soft):
        raise InputError(
            f"labels: expected {count or 'one or more'} numbers from 0 to {classes - 1}, or as many "
            f"distributions over {classes} classes, got {labels!r}"
        )
    if not 0 <= label_smoothing < 1:
        raise InputError(f"label_smoothing: expected a share in [0, 1), got {label_smoothing}")
    if class_weights is not None and class_weights.shape != (classes,):
        raise InputError(f"class_weights: expected {classes} numbers, got the shape {class_weights.shape}")
    weights = np.ones(classes, logits.dtype) if class_weights is None else class_weights.astype(logits.dtype)
    target = np.full_like(logits, label_smoothing / classes)  # (N, C)
    if soft:
        target += (1 - label_smoothing) * labels
    else:
        target[np.arange(count), labels] += 1 - label_smoothing
    target *= weights
    log_p = log_softmax(logits)  # (N, C)
    total = (labels @ weights if soft else weights[labels]).sum()
    loss = -(target * log_p).sum() / total
    dlogits = (np.exp(log_p) * target.sum(axis=1, keepdims=True) - target) / total  # (N, C)
    return float(loss), dlogits


def _are_valid(labels: Ids | Array, classes: int, *, soft: bool) -> bool:
    if soft:
        return bool((labels >= 0).all() and np.allclose(labels.sum(axis=1), 1, atol=1e-3))
    return bool(0 <= labels.min() <= labels.max() < classes)


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
