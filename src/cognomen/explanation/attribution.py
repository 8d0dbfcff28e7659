"""How much each letter of a name adds to a logit, such that the shares sum to it.

Integrated gradients (Sundararajan, Taly & Yan 2017, "Axiomatic Attribution for Deep Networks"): the letters'
embeddings x move on a straight line from a baseline x0, where every letter is the unknown one, to the name.
A letter's share is what its own movement adds to the logit F on the way:

    share_t = (x_t - x0) . integral of dF/dx_t from x0 to x,        sum of the shares = F(x) - F(x0)

The gradient is backpropagation through time, by the network's own layers. What n-grams add needs no path: it
is a sum, and each one's share is spread evenly over its letters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cognomen.network.network import Network
from cognomen.network.ngrams import Ngrams
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.initializers import Blank
from cognomen.rnn.packed import Packed
from cognomen.rnn.pooling import kinds_of

__all__ = ["TOLERANCE", "Attributions", "attribute_letters", "in_double_precision"]

TOLERANCE = 1e-5  # in logits: how much the shares' sum may miss
TOLERANCE_OF_SEGMENT = 1e-7
SEGMENTS = 64  # of the path at first: enough to find where another letter leads in max pooling
NODES, WEIGHTS = (each / 2 for each in np.polynomial.legendre.leggauss(3) + np.array([[1.0], [0.0]]))
MOST_LETTERS = 1 << 18  # read along the path, before less exact shares are good enough
TOGETHER = 1 << 12  # letters read at once: what is remembered of them stays small


class Attributions(NamedTuple):
    """What the letters add to each of K weighted sums of logits.

    Attributes:
        attributions: (K, T), of each letter.
        baseline: (K,), what a name of as many unknown letters has.
        total: (K,), what the name has: `baseline` and all attributions, within `TOLERANCE`. Only a name
            of some hundred letters may miss by more.
    """

    attributions: Array
    baseline: Array
    total: Array


def attribute_letters(network: Network, ids: Ids, targets: Array) -> Attributions:
    """The share of each letter of one name.

    Args:
        network: a classifier's; it is not touched, and may be in use.
        ids: the name's letters, (T,).
        targets: (K, C), whose logits are summed, and how: a row with a single 1 is one origin's logit, one
            with 1 and -1 how far an origin is ahead of another.

    Raises:
        InputError: the name has no letters, or an id is no letter's.
    """
    exact = in_double_precision(network)
    names = np.concatenate([np.zeros_like(ids), ids])  # the baseline, and the name
    logits, _ = exact.forward(names, np.array([len(ids)] * 2))  # (2, C)
    start, total = (targets @ logits.T).T  # (K,) each
    shares = _along_path(exact, ids, targets)
    if network.ngrams is not None:
        spread, base = _ngram_shares(network.ngrams, ids, targets)
        shares, start, total = shares + spread, start + base, total + base + spread.sum(axis=1)
    return Attributions(shares, start, total)


def in_double_precision(network: Network) -> Network:
    """The recurrent part of a network in double precision, with gradients of its own."""
    twin = Network(replace(network.architecture, longest_ngram=0), rng=Blank(), dtype=np.float64)
    twin.load({name: value for name, value in network.params.items() if not name.startswith("ngrams.")})
    return twin


def _ngram_shares(ngrams: Ngrams, ids: Ids, targets: Array) -> tuple[Array, Array]:
    """What n-grams add, spread over their letters, (K, T); and what they add to the baseline, (K,).

    N-grams of end marks alone every name has. Where they count less beside others, that is by all the letters
    of these alike.
    """
    starts, stops, values = ngrams.spans(ids)
    added = targets @ values.T.astype(np.float64)  # (K, R)
    spread, covered = np.zeros((len(targets), len(ids))), np.zeros(len(ids), bool)
    for each in np.flatnonzero(starts < stops):
        letters = slice(starts[each], stops[each])
        spread[:, letters] += added[:, each, None] / (stops[each] - starts[each])
        covered[letters] = True
    _, _, of_baseline = ngrams.spans(np.zeros_like(ids))
    base = targets @ of_baseline.sum(axis=0).astype(np.float64)  # (K,)
    change = added[:, starts >= stops].sum(axis=1) - base  # (K,)
    if covered.any():
        spread[:, covered] += change[:, None] / covered.sum()
    return spread, base


# --- the path ---------------------------------------------------------------------------------------------


def _along_path(network: Network, ids: Ids, targets: Array) -> Array:
    """Integrate in segments, halving those whose shares do not sum to what they should: (K, T)."""
    weight = network.embedding.params["weight"]  # (V, E)
    start, way = weight[:1], weight[ids] - weight[:1]  # (1, E), (T, E)
    kinds = len(kinds_of(network.architecture.pooling))
    heads = (targets @ network.output.params["weight"]).reshape(len(targets), kinds, -1)  # (K, kinds, Y)
    shares, left = np.zeros((len(targets), len(ids))), MOST_LETTERS // len(ids)
    edges = np.linspace(0, 1, SEGMENTS + 1)
    pending = np.stack([edges[:-1], edges[1:]], axis=1)  # (P, 2)
    most = max(1, TOGETHER // (len(ids) * len(NODES)))
    while len(pending):
        segments, pending = pending[:most], pending[most:]
        left -= len(segments) * len(NODES)
        found, missed = _over_segments(network, start, way, heads, segments)
        good = (missed <= TOLERANCE_OF_SEGMENT) | (left < len(pending) * len(NODES))
        shares += found[:, good].sum(axis=1)
        low, high = segments[~good].T
        halves = [np.stack([low, (low + high) / 2], axis=1), np.stack([(low + high) / 2, high], axis=1)]
        pending = np.concatenate([*halves, pending])
    return shares


def _over_segments(
    network: Network, start: Array, way: Array, heads: Array, segments: Array
) -> tuple[Array, Array]:
    """The shares (K, P, T) of segments (P, 2), by Gauss and Legendre's rule of three points in each.

    Also by how much each segment's sum misses what the logits gain in it, (P,).
    """
    widths = np.diff(segments)  # (P, 1)
    nodes = (segments[:, :1] + NODES * widths).ravel()  # (P * 3,)
    y, _ = _outputs(network, start + segments.reshape(-1, 1) * way[:, None])  # (T, P * 2, Y)
    ends = y.reshape(len(way), len(segments), 2, -1)
    slopes = _pooling_slopes(network, ends[:, :, 0], ends[:, :, 1])  # (kinds, T, P, Y)
    dy = np.einsum("jky,ktpy->jtpy", heads, slopes)  # (K, T, P, Y)
    gains = (dy * (ends[:, :, 1] - ends[:, :, 0])).sum(axis=(1, 3))  # (K, P)
    _, backward = _outputs(network, start + nodes[:, None] * way[:, None])  # (T, P * 3, Y)
    weights = (WEIGHTS * widths)[..., None]  # (P, 3, 1)
    shares = []
    for each in dy:
        dx = backward(np.repeat(each, len(NODES), axis=1))  # (T, P * 3, E)
        along = (dx * way[:, None]).sum(axis=2).T.reshape(*weights.shape[:2], -1)  # (P, 3, T)
        shares.append((along * weights).sum(axis=1))
    found = np.array(shares)  # (K, P, T)
    return found, np.abs(found.sum(axis=2) - gains).max(axis=0)


def _outputs(network: Network, x: Array) -> tuple[Array, Backward]:
    """What the recurrent layers say at each letter, for embeddings (T, N, E): (T, N, Y)."""
    steps, count, _ = x.shape
    packed = Packed(x.reshape(steps * count, -1), np.full(steps, count), np.arange(count))
    y, backward = network.recurrent.forward(packed)

    def back(dy: Array) -> Array:
        return backward(dy.reshape(steps * count, -1)).reshape(x.shape)

    return y.data.reshape(steps, count, -1), back


def _pooling_slopes(network: Network, low: Array, high: Array) -> Array:
    """How each pooled value follows the letters' outputs, from some (T, P, Y) to others: (kinds, T, P, Y)."""
    steps, _, width = low.shape
    forward = {"forward": width, "reverse": 0, "both": width // 2}[network.architecture.direction]
    slopes = []
    for kind in kinds_of(network.architecture.pooling):
        slope: Array = np.zeros(low.shape)
        if kind == "max":
            slope = _slope_of_max(low, high)
        elif kind == "mean":
            slope += 1 / steps
        elif kind == "last":
            slope[-1, :, :forward] = 1
            slope[0, :, forward:] = 1
        slopes.append(slope)
    return np.stack(slopes)


def _slope_of_max(low: Array, high: Array) -> Array:
    """How the largest over T follows each of the T, on the way from low to high, (T, P, Y) all three.

    Where another letter takes the lead, each of the two counts for the part of the way that it leads, their
    lines taken as straight. So what the largest gains is the sum of slope times gain, to the last digit.
    """
    first, last = low.argmax(axis=0)[None], high.argmax(axis=0)[None]  # (1, P, Y)
    ahead, behind = (
        np.take_along_axis(y, leader, 0) - np.take_along_axis(y, other, 0)
        for y, leader, other in [(low, first, last), (high, last, first)]
    )  # how far the first leads at the beginning, and the last at the end
    both = ahead + behind
    led = np.divide(ahead, both, out=np.ones_like(both), where=both > 0)  # (1, P, Y)
    slope = np.zeros_like(low)
    np.put_along_axis(slope, last, 1 - led, 0)
    np.put_along_axis(slope, first, np.where(first == last, 1, led), 0)
    return slope
