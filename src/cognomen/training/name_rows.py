"""The rows of whole names: corrections of a trained network for the most common names.

A name n with the shares t_n of the origins gets a row u_n of its own that adds to the logits z_n of its
n-grams and letters. In a basis of the output's columns, Q (C, D), in which distances are those of logits, it
is the minimum of

    cross-entropy(t_n, softmax(z_n + Q u_n)) + d_n / 2 |u_n|^2,    d_n = DECAY / max(1, frequency of n)

with z_n and t_n under a prior between those under which answers are asked for; a convex problem for each name
(`fit_rows`). Rows of float32 would be most of a model. They are therefore approximated by the sum of an entry
of each of S codebooks: residual vector quantisation (Juang and Gray 1982) to begin with, then codes and
entries in turn, by what they do to the cross-entropy (`Codebooks`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import fill, look_up, name_hashes
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.losses import softmax
from cognomen.training.dataset import Names

DECAY: Final = 0.005
WEIGHT_POWER: Final = 2.0  # of the frequencies, for the codebooks: common names are approximated best
STEPS: Final = 30  # of the accelerated gradient method
STAGES: Final = 2  # codebooks, S
ENTRIES: Final = 256  # of a codebook, at most: a code is a byte
ROUNDS: Final = 3  # in which codes are chosen and entries moved, after the first quantisation
PAIRS: Final = (12, 4)  # entries of the first stage, and of the second for each, that are compared at the end
CANDIDATES: Final = 16  # nearest entries, of which the one with the least cross-entropy is chosen
SAMPLE: Final = 100_000  # rows that k-means looks at
RARE: Final = 1.0  # frequency: names shown less often than the average one
DOUBTED: Final = 0.01  # probability of a rare name's origins
BLOCK: Final = 2048  # names at once: bounds the memory


def fit_name_rows(
    network: Network,
    names: Names,
    frequencies: NDArray[np.float64],
    correction: NDArray[np.float64],
    bits: int,
    rng: np.random.Generator,
    log_prior: NDArray[np.float64] | float = 0.0,
) -> None:
    """Give the most common names rows of their own, in place.

    A rare name gets none if the network finds all its origins very unlikely: most such names are those of
    immigrants, and their spelling tells more than the list they were found in.

    Args:
        network: trained, with hashed n-grams.
        names: N training names.
        frequencies: (N,), how common each is.
        correction: (C,), the log of the origins' shares among the training names over the priors.
        bits: at most 2 to this power names get rows. There are at least twice as many slots as names, where
            that leaves room.
        rng: draws the entries that k-means begins with.
        log_prior: (C,), the log of the prior under which the rows are fitted, over the network's.
    """
    ngrams = network.ngrams
    assert isinstance(ngrams, HashedNgrams)
    bits = min(bits, math.ceil(math.log2(2 * len(names))))
    hashes = name_hashes(names.texts, ngrams.end_mark)
    keys, _ = fill(hashes, frequencies, bits)
    slots = look_up(keys, hashes) - 1  # (N,)
    order = np.argsort(-frequencies, kind="stable")
    _, first = np.unique(slots[order], return_index=True)  # two names may share a slot: the more common one
    chosen = np.sort(order[first])
    chosen = chosen[slots[chosen] >= 0]  # (M,)
    logits = network.logits(names.texts[chosen])  # (M, C)
    doubtful = (frequencies[chosen] < RARE) & (_likeliest(logits, names[chosen]) < DOUBTED)
    keys[slots[chosen[doubtful]]] = 0
    chosen, logits = chosen[~doubtful], logits[~doubtful]
    if not len(chosen):
        return
    logits += np.asarray(log_prior, logits.dtype)  # in place: with a million names they are the most memory
    often = frequencies[chosen]
    weight = ngrams.params["output.weight"]  # (C, R)
    basis = np.linalg.qr(weight)[0]  # (C, D)
    targets = _Targets(names[chosen], np.exp(log_prior - correction).astype(np.float32))
    rows = fit_rows(logits, targets, basis, DECAY / np.maximum(often, 1))  # (M, D)
    codebooks = Codebooks(logits, targets, basis, rows, often**WEIGHT_POWER, rng)
    for _ in range(ROUNDS):
        for stage in range(STAGES):
            codebooks.choose(stage)
            codebooks.move(stage)
    codebooks.choose_pairs()
    name_codes = np.zeros((len(keys), STAGES), np.uint8)
    name_codes[slots[chosen]] = codebooks.codes
    into_rank = (np.linalg.pinv(weight) @ basis).T  # (D, R)
    ngrams.tables = ngrams.tables._replace(
        name_keys=keys,
        name_codes=name_codes,
        name_codebooks=np.asarray(codebooks.entries @ into_rank, np.float32),
    )


def _likeliest(logits: Array, names: Names) -> NDArray[np.float32]:
    """The probability of the likeliest of each name's own origins, (M,)."""
    found = np.zeros(len(names), np.float32)
    for block in _blocks(len(names)):
        p = softmax(logits[block])
        own = names[np.arange(len(names))[block]].distributions(p.shape[1]) > 0
        found[block] = np.where(own, p, 0).max(axis=1)
    return found


class _Targets:
    """The shares of the origins in M names under the priors, (M, C), made for a block when it is needed."""

    def __init__(self, names: Names, scale: Array) -> None:
        self.names, self.scale = names, scale

    def __getitem__(self, block: slice) -> Array:
        names = self.names[np.arange(len(self.names))[block]]
        targets = names.distributions(len(self.scale)) * self.scale
        return np.asarray(targets / targets.sum(axis=1, keepdims=True))


def fit_rows(logits: Array, targets: _Targets, basis: Array, decay: NDArray[np.float64]) -> Array:
    """The best row of each name, (M, D), by Nesterov's accelerated gradient method (1983).

    The second derivative of the cross-entropy is at most 1/2 in any direction.

    Args:
        logits: (M, C), without the rows.
        targets: (M, C).
        basis: (C, D), orthonormal columns.
        decay: (M,), the weight of the squared lengths of the rows.
    """
    rows: Array = np.zeros((len(logits), basis.shape[1]), np.float32)
    for block in _blocks(len(logits)):
        z, t, d = logits[block], targets[block], decay[block, None].astype(np.float32)
        step = 1 / (0.5 + d)
        u: Array = rows[block]  # (B, D)
        ahead = u
        momentum = 1.0
        for _ in range(STEPS):
            gradient = (softmax(z + ahead @ basis.T) - t) @ basis + d * ahead
            new = ahead - step * gradient
            following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + (momentum - 1) / following * (new - u)
            u, momentum = new, following
        rows[block] = u
    return rows


class Codebooks:
    """Codes and codebooks for M rows.

    Args:
        logits: (M, C), without the rows.
        targets: (M, C).
        basis: (C, D), orthonormal columns.
        rows: (M, D), the best ones.
        weights: (M,), how much each name counts.
        rng: draws the sample and the first entries of k-means.

    Attributes:
        codes: (M, S).
        entries: (S, K, D).
    """

    def __init__(
        self,
        logits: Array,
        targets: _Targets,
        basis: Array,
        rows: Array,
        weights: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> None:
        self.logits, self.targets, self.basis, self.rows, self.weights = logits, targets, basis, rows, weights
        self.codes = np.zeros((len(rows), STAGES), np.int64)
        self.entries = np.zeros((STAGES, min(ENTRIES, len(rows)), basis.shape[1]), np.float32)
        for stage in range(STAGES):
            sample = rng.permutation(len(rows))[:SAMPLE]
            entries = k_means(self._left(sample, stage), weights[sample], self.entries.shape[1], rng)
            for block in _blocks(len(rows)):
                self.codes[block, stage] = nearest(self._left(block, stage), entries, 1)[:, 0]
            self.entries[stage] = entries

    def _left(self, block: slice | Ids, stage: int) -> Array:
        """What the other stages leave of the rows of a block, (B, D)."""
        return np.asarray(self.rows[block] - self.sums(block) + self._of_stage(block, stage))

    def _of_stage(self, block: slice | Ids, stage: int) -> Array:
        return np.asarray(self.entries[stage, self.codes[block, stage]])

    def sums(self, block: slice | Ids) -> Array:
        """The approximate rows of a block, (B, D)."""
        return np.asarray(sum(self._of_stage(block, stage) for stage in range(STAGES)))

    def choose(self, stage: int) -> None:
        """Choose the codes of a stage again: the entry with the least cross-entropy.

        Only the nearest ones, and the present one, are compared.
        """
        count = min(CANDIDATES, self.entries.shape[1])
        added = self.entries[stage] @ self.basis.T  # (K, C)
        for block in _blocks(len(self.rows)):
            near = nearest(self._left(block, stage), self.entries[stage], count)
            found = np.concatenate([near, self.codes[block, stage, None]], axis=1)  # (B, count + 1)
            others = (self.sums(block) - self._of_stage(block, stage)) @ self.basis.T  # (B, C)
            logits = (self.logits[block] + others)[:, None] + added[found]  # (B, count + 1, C)
            loss = _log_sum_exp(logits) - np.einsum("bc,bkc->bk", self.targets[block], logits)
            self.codes[block, stage] = found[np.arange(len(found)), loss.argmin(axis=1)]

    def choose_pairs(self) -> None:
        """Choose the codes of both stages together: stage by stage a name may stay with a poor pair.

        Of the entries of the first stage that are nearest to a row, with those of the second that are nearest
        to what each leaves, and of the present pair, the one with the least cross-entropy.
        """
        first, second = self.entries
        counts = [min(count, len(first)) for count in PAIRS]
        added = self.entries @ self.basis.T  # (S, K, C)
        for block in _blocks(len(self.rows)):
            rows = self.rows[block]  # (B, D)
            one = np.repeat(nearest(rows, first, counts[0]), counts[1], axis=1)  # (B, P)
            left = rows[:, None] - first[one[:, :: counts[1]]]  # (B, counts[0], D)
            two = nearest(left.reshape(-1, rows.shape[1]), second, counts[1]).reshape(one.shape)
            one, two = (np.c_[pair, now] for pair, now in zip((one, two), self.codes[block].T, strict=True))
            logits = self.logits[block][:, None] + added[0, one] + added[1, two]  # (B, P + 1, C)
            loss = _log_sum_exp(logits) - np.einsum("bc,bkc->bk", self.targets[block], logits)
            best = np.arange(len(rows)), loss.argmin(axis=1)
            self.codes[block] = np.stack([one[best], two[best]], axis=1)

    def move(self, stage: int) -> None:
        """Move the entries of a stage against the gradient of the names' mean cross-entropy."""
        total = np.zeros(self.entries[stage].shape)  # (K, D)
        for block in _blocks(len(self.rows)):
            p = softmax(self.logits[block] + self.sums(block) @ self.basis.T)
            gradient = (p - self.targets[block]) @ self.basis * self.weights[block, None]
            total += segment_sum(gradient, self.codes[block, stage], len(total))
        weights = np.bincount(self.codes[:, stage], self.weights, len(total))[:, None]
        self.entries[stage] -= 1.5 * total / np.maximum(weights, 1e-9)


def k_means(
    points: Array, weights: NDArray[np.float64], count: int, rng: np.random.Generator, rounds: int = 12
) -> Array:
    """The centres (K, D) of weighted points, by Lloyd's method."""
    shares = weights / weights.sum()
    drawn = rng.choice(len(points), min(count, len(points)), replace=False, p=shares)
    centres = points[np.resize(drawn, count)].astype(np.float64)  # (K, D)
    for _ in range(rounds):
        closest = np.concatenate([nearest(points[block], centres, 1)[:, 0] for block in _blocks(len(points))])
        mass = np.bincount(closest, weights, count)
        sums = segment_sum(points * weights[:, None], closest, count)
        used = mass > 0
        centres[used] = sums[used] / mass[used, None]
        unused = int(np.count_nonzero(~used))
        centres[~used] = points[rng.choice(len(points), unused, p=shares)]
    return np.asarray(centres, np.float32)


def nearest(points: Array, centres: Array, count: int) -> Ids:
    """The indices of the `count` nearest centres of each point, (B, count), in no order."""
    distances = np.square(centres).sum(axis=1) - 2 * points @ centres.T  # (B, K), less |point|^2
    if count == 1:
        return np.asarray(distances.argmin(axis=1)[:, None])
    return np.asarray(np.argpartition(distances, count - 1, axis=1)[:, :count])


def _log_sum_exp(logits: Array) -> Array:
    most = logits.max(axis=-1)
    return np.asarray(most + np.log(np.exp(logits - most[..., None]).sum(axis=-1)))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))
