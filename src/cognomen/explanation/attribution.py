"""How much each letter of a name adds to a logit.

Integrated gradients (Sundararajan, Taly & Yan 2017, "Axiomatic Attribution for Deep Networks"): the letters'
embeddings x move in a straight line from a baseline x0, where every letter is the unknown one, to the name.
A letter's attribution is what its own movement adds to the logit F along this path:

    attribution_t = (x_t - x0) . integral of dF/dx_t from x0 to x,     sum of attributions = F(x) - F(x0)

The gradient is backpropagation through time, by the network's own layers, and the integral is Simpson's rule
on a number of segments. By how much the sum misses is reported as the convergence delta. N-grams need
no path: their contributions are a sum, and each one's is divided equally among its letters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cognomen.network.network import Network
from cognomen.network.ngram_layer import NgramLayer
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.rnn.engine.packed_weights import linears, prepack
from cognomen.rnn.initializers import Zeros
from cognomen.rnn.packed import Packed
from cognomen.rnn.pooling import kinds_of
from cognomen.text.ragged import Ragged

SEGMENTS = 96  # of the path: of 2,000 surnames, the median convergence delta is then 2e-8, the largest 1.5e-3
MOST_LETTERS = SEGMENTS * 45  # along the path: a longer name has fewer segments, which bounds the work
LETTERS_AT_ONCE = 1 << 12  # along the path: bounds the memory that backpropagation needs


class Attributions(NamedTuple):
    """What the letters add to each of K weighted sums of logits.

    Attributes:
        attributions: (K, T), of each letter.
        baseline: (K,), the value for a name of as many unknown letters.
        total: (K,), the value for the name.
        convergence_delta: (K,), the sum of attributions minus (total - baseline): the error of the integral.
    """

    attributions: Array
    baseline: Array
    total: Array
    convergence_delta: Array


def attribute_letters(network: Network, ids: Ids, targets: Array) -> Attributions:
    """Attribute weighted sums of logits to the letters of one name.

    Args:
        network: a classifier's; it is left unchanged, and may be in use.
        ids: the name's letters, (T,).
        targets: (K, C), the weights: a one-hot row is one origin's logit, a row with 1 and -1 the margin of
            one origin over another.

    Raises:
        InputError: the name has no letters, or an id is outside the alphabet.
    """
    with one_blas_thread():
        return _attribute(network, ids, targets)


def _attribute(network: Network, ids: Ids, targets: Array) -> Attributions:
    double = in_double_precision(network)
    names = np.concatenate([np.zeros_like(ids), ids])  # the baseline, and the name
    logits, _ = double.forward(Ragged(names, np.array([len(ids)] * 2)))  # (2, C)
    baseline, total = (targets @ logits.T).T  # (K,) each
    attributions = _integrate(double, ids, targets)  # (K, T)
    delta = attributions.sum(axis=1) - (total - baseline)
    if network.ngrams is not None:  # exact: they add nothing to the delta
        by_letter, base = _attribute_ngrams(network.ngrams, ids, targets)
        attributions, baseline = attributions + by_letter, baseline + base
        total = total + base + by_letter.sum(axis=1)
    return Attributions(attributions, baseline, total, delta)


def in_double_precision(network: Network) -> Network:
    """A copy of the recurrent part of a network in float64, which computes gradients by its inputs alone."""
    twin = Network(
        replace(network.architecture, longest_ngram=0, ngram_rank=0), rng=Zeros(), dtype=np.float64
    )
    twin.load({name: value for name, value in network.params.items() if not name.startswith("ngrams.")})
    for cells in twin.recurrent.levels:
        for index, (cell, reverse) in enumerate(cells):
            cells[index] = (packed := prepack(cell)), reverse
            for part in linears(packed).values():
                part.requires_grad = False
    return twin


def _attribute_ngrams(ngrams: NgramLayer, ids: Ids, targets: Array) -> tuple[Array, Array]:
    """What n-grams add, divided among their letters, (K, T); and what they add to the baseline, (K,).

    N-grams of end marks only are in every name, the baseline too, but count less beside others. That
    difference is divided equally among all the letters that these others cover.
    """
    starts, stops, values = ngrams.spans(ids)
    added = targets @ values.T.astype(np.float64)  # (K, R)
    by_letter, covered = np.zeros((len(targets), len(ids))), np.zeros(len(ids), bool)
    for each in np.flatnonzero(starts < stops):
        letters = slice(starts[each], stops[each])
        by_letter[:, letters] += added[:, each, None] / (stops[each] - starts[each])
        covered[letters] = True
    _, _, of_baseline = ngrams.spans(np.zeros_like(ids))
    base = targets @ of_baseline.sum(axis=0).astype(np.float64)  # (K,)
    change = added[:, starts >= stops].sum(axis=1) - base  # (K,)
    if covered.any():
        by_letter[:, covered] += change[:, None] / covered.sum()
    return by_letter, base


# --- the path ---------------------------------------------------------------------------------------------


def _integrate(network: Network, ids: Ids, targets: Array) -> Array:
    """Integrated gradients of the recurrent part, (K, T).

    Max pooling has a kink wherever another letter takes the lead, and sums of gradients at fixed points
    would converge slowly. So each segment takes the pooling's mean slope over the segment instead of its
    gradient: the pooled values then gain exactly slope times gain, and only the recurrent layers, which are
    smooth, are left to Simpson's rule, whose points are the segment's ends and its middle.
    """
    weight = network.embedding.params["weight"]  # (V, E)
    way = weight[ids] - weight[0]  # (T, E)
    kinds = len(kinds_of(network.architecture.pooling))
    heads = (targets @ network.output.params["weight"]).reshape(len(targets), kinds, -1)  # (K, kinds, Y)
    attributions = np.zeros((len(targets), len(ids)))
    count = min(SEGMENTS, max(1, MOST_LETTERS // len(ids)))
    batches = min(count, -(-2 * count * len(ids) // LETTERS_AT_ONCE))
    for segments in np.array_split(np.arange(count), batches):
        points = np.linspace(segments[0], segments[-1] + 1, 2 * len(segments) + 1) / count  # (P,)
        y, backward = _outputs(network, weight[0] + points[:, None] * way[:, None])  # (T, P, Y)
        slopes = _pooling_slopes(network, y[:, :-1:2], y[:, 2::2])  # (kinds, T, S, Y), S segments
        for k, head in enumerate(heads):
            part = np.einsum("ky,ktsy->tsy", head, slopes) / (6 * count)
            dy = np.zeros_like(y)
            dy[:, :-1:2] += part
            dy[:, 1::2] += 4 * part
            dy[:, 2::2] += part
            attributions[k] += (backward(dy) * way[:, None]).sum(axis=(1, 2))
    return attributions


def _outputs(network: Network, x: Array) -> tuple[Array, Backward]:
    """The recurrent layers' outputs at each letter, for embeddings (T, N, E): (T, N, Y)."""
    steps, count, _ = x.shape
    packed = Packed(x.reshape(steps * count, -1), np.full(steps, count), np.arange(count))
    y, _, backward = network.recurrent.forward(packed)

    def back(dy: Array) -> Array:
        dx: Array = backward(dy.reshape(steps * count, -1))[0]
        return dx.reshape(x.shape)

    return y.data.reshape(steps, count, -1), back


def _pooling_slopes(network: Network, low: Array, high: Array) -> Array:
    """The mean slope of each pooled value by the letters' outputs, from low to high (T, S, Y).

    Returns:
        (kinds, T, S, Y)
    """
    steps, _, width = low.shape
    forward = {"forward": width, "reverse": 0, "both": width // 2}[network.architecture.direction]
    last = np.zeros_like(low)
    last[-1, :, :forward] = last[0, :, forward:] = 1  # where each direction ends
    slopes = {"last": last, "mean": np.full_like(low, 1 / steps), "max": _slope_of_max(low, high)}
    return np.stack([slopes[kind] for kind in kinds_of(network.architecture.pooling)])


def _slope_of_max(low: Array, high: Array) -> Array:
    """The mean slope of the maximum over T by each of the T outputs, from low to high, (T, S, Y) all three.

    Where another letter takes the lead, each of the two counts for the part of the way on which it leads,
    with outputs taken as straight lines. The maximum's gain is then the sum of slope times gain, exactly.
    """
    first, last = low.argmax(axis=0)[None], high.argmax(axis=0)[None]  # (1, S, Y)
    ahead, behind = (
        np.take_along_axis(y, leader, 0) - np.take_along_axis(y, other, 0)
        for y, leader, other in [(low, first, last), (high, last, first)]
    )  # by how much the first leads at the beginning, and the last at the end
    both = ahead + behind
    led = np.divide(ahead, both, out=np.ones_like(both), where=both > 0)  # (1, S, Y)
    slope = np.zeros_like(low)
    np.put_along_axis(slope, last, 1 - led, 0)
    np.put_along_axis(slope, first, np.where(first == last, 1, led), 0)
    return slope
