"""The rows of whole names: corrections of a trained network for the most common names.

A name n with the shares t_n of the origins gets a row u_n of its own that adds to the logits z_n of its
n-grams and letters. In a basis of the output's columns, Q (C, D), in which distances are those of logits, it
is the minimum of

    cross-entropy(t_n, softmax(z_n + Q u_n)) + d_n / 2 |u_n|^2,    d_n = DECAY / max(1, frequency of n)

with z_n and t_n under a prior between those under which answers are asked for; a convex problem for each name
(`fit_rows`). Lists end somewhere: in t_n, an origin whose list may lack the name has the share that such
names have on average, times the probability p_n of the origin by the name's spelling (`Unlisted`). Lists are
also noisy samples of rare names. So t_n is the logarithmic opinion pool (Genest and Zidek 1986) of the lists'
shares l_n and the spelling,

    t_n ~ l_n^(1 - w_n) p_n^w_n,    w_n = DOUBT / (1 + (sum of l_n over the origins) / SOME)

in which the spelling of a common name hardly counts.

Rows of float32 would be most of a model. They are therefore approximated by the sum of an entry of each of S
codebooks: residual vector quantisation (Juang and Gray 1982) to begin with, then codes and entries in turn,
by what they do to the cross-entropy (`Codebooks`). What these leave of the rows of the most common names,
those in the first slots of each bucket, is approximated by codebooks of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import fill, look_up, name_hashes, slots_of
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.losses import softmax
from cognomen.training.dataset import Names, Unlisted

DECAY: Final = 0.005
WEIGHT_POWERS: Final = 1.5, 2.0  # of the frequencies, for the codebooks: of all names, of common ones
STEPS: Final = 30  # of the accelerated gradient method
STAGES: Final = 2  # codebooks, S
COMMON: Final = 2  # slots of a bucket whose names have further codes
ENTRIES: Final = 256  # of a codebook, at most: a code is a byte
ROUNDS: Final = 3  # in which codes are chosen and entries moved, after the first quantisation
CANDIDATES: Final = 16  # nearest entries, of which the one with the least cross-entropy is chosen
SAMPLE: Final = 100_000  # rows that k-means looks at
RARE: Final = 1.0  # frequency: names shown less often than the average one
DOUBTED: Final = 0.01  # probability of a rare name's origins
DOUBT: Final = 0.3  # weight of the spelling of the rarest names beside lists
SOME: Final = 1e-4  # sum of a name's shares with which it has half of that weight
BLOCK: Final = 2048  # names at once: bounds the memory
PAIRS_BLOCK: Final = 32  # names at once, where all pairs of entries are compared


def fit_name_rows(
    network: Network,
    names: Names,
    frequencies: NDArray[np.float64],
    correction: NDArray[np.float64],
    bits: int,
    rng: np.random.Generator,
    log_prior: NDArray[np.float64] | float = 0.0,
    unlisted: Unlisted | None = None,
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
        unlisted: what the origins' lists lack; None if they have all names.
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
    doubtful = (frequencies[chosen] < RARE) & (_highest_of_own(logits, names[chosen]) < DOUBTED)
    keys[slots[chosen[doubtful]]] = 0
    chosen, logits = chosen[~doubtful], logits[~doubtful]
    if not len(chosen):
        return
    log_prior = np.asarray(log_prior, logits.dtype)
    logits += log_prior  # in place: with a million names they are the most memory
    often = frequencies[chosen]
    weight = ngrams.params["output.weight"]  # (C, R)
    basis = np.linalg.qr(weight)[0]  # (C, D)
    scale = np.exp(log_prior - correction).astype(np.float32)
    unlisted = None if unlisted is None else unlisted[chosen]
    targets = _Targets(names[chosen], scale, unlisted, logits, log_prior)
    rows = fit_rows(logits, targets, basis, DECAY / np.maximum(often, 1))  # (M, D)
    of_all, of_common = WEIGHT_POWERS
    codebooks = Codebooks(logits, targets, basis, rows, often**of_all, rng).fit()
    place = slots[chosen] % slots_of(keys)
    (common,) = np.nonzero(place < COMMON)
    further = codebooks.of_the_rest(common, often[common] ** of_common, rng).fit()
    name_codes = np.zeros((len(keys), STAGES), np.uint8)
    name_codes[slots[chosen]] = codebooks.codes
    common_codes = np.zeros((len(keys) // slots_of(keys), min(COMMON, slots_of(keys)), STAGES), np.uint8)
    common_codes[slots[chosen[common]] // slots_of(keys), place[common]] = further.codes
    into_rank = (np.linalg.pinv(weight) @ basis).T  # (D, R)
    ngrams.tables = ngrams.tables._replace(
        name_keys=keys,
        name_codes=name_codes,
        name_codebooks=np.asarray(codebooks.entries @ into_rank, np.float32),
        common_codes=common_codes,
        common_codebooks=np.asarray(further.entries @ into_rank, np.float32),
    )


def _highest_of_own(logits: Array, names: Names) -> NDArray[np.float32]:
    """The probability of the most probable of each name's own origins, (M,)."""
    found = np.zeros(len(names), np.float32)
    for block in _blocks(len(names)):
        p = softmax(logits[block])
        own = names[np.arange(len(names))[block]].distributions(p.shape[1]) > 0
        found[block] = np.where(own, p, 0).max(axis=1)
    return found


@dataclass(frozen=True)
class _Targets:
    """The shares of the origins in M names under the priors, (M, C), made for a block when it is needed.

    Attributes:
        names: with shares among the names shown.
        scale: (C,), the priors over the shares of the origins among the names shown.
        unlisted: what the lists lack, with M totals.
        logits: (M, C), what the network tells of the names by their spelling, under the prior of the rows.
        log_prior: (C,), the log of that prior over the network's.
    """

    names: Names
    scale: Array
    unlisted: Unlisted | None = None
    logits: Array | None = None
    log_prior: Array | float = 0.0

    def __getitem__(self, block: slice) -> Array:
        names = self.names[np.arange(len(self.names))[block]]
        shares = names.distributions(len(self.scale))
        if self.unlisted is not None and self.logits is not None:
            totals = self.unlisted.totals[block, None]
            spelled = softmax(self.logits[block] - self.log_prior)
            listed = shares * totals + self.unlisted.shares * spelled
            doubt = DOUBT / (1 + totals * len(self.scale) / SOME)
            shares = listed ** (1 - doubt) * spelled**doubt
        targets = (shares * self.scale).astype(np.float32)
        return np.asarray(targets / targets.sum(axis=1, keepdims=True))

    def of(self, some: NDArray[np.int64]) -> _Targets:
        """Those of some of the names."""
        unlisted = None if self.unlisted is None else self.unlisted[some]
        logits = None if self.logits is None else self.logits[some]
        return replace(self, names=self.names[some], unlisted=unlisted, logits=logits)


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
        count = max(1, min(ENTRIES, len(rows)))
        self.entries = np.zeros((STAGES, count, basis.shape[1]), np.float32)
        for stage in range(STAGES if len(rows) else 0):
            sample = rng.permutation(len(rows))[:SAMPLE]
            entries = k_means(self._left(sample, stage), weights[sample], self.entries.shape[1], rng)
            for block in _blocks(len(rows)):
                self.codes[block, stage] = nearest(self._left(block, stage), entries, 1)[:, 0]
            self.entries[stage] = entries

    def of_the_rest(
        self, some: NDArray[np.int64], weights: NDArray[np.float64], rng: np.random.Generator
    ) -> Codebooks:
        """Others, for what these leave of some of the rows."""
        sums = self.sums(some)
        logits = self.logits[some] + sums @ self.basis.T
        return Codebooks(logits, self.targets.of(some), self.basis, self.rows[some] - sums, weights, rng)

    def fit(self) -> Self:
        """Choose codes and move entries in turn, until they fit each other."""
        for _ in range(ROUNDS):
            for stage in range(STAGES):
                self.choose(stage)
                self.move(stage)
        self.choose_pairs()
        return self

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
        """Choose the codes of both stages together: of all pairs, the one with the least cross-entropy.

        Its exponential is a product of matrices: for logits z, targets t and what two entries add, a and b,

            exp(log sum exp(z + a + b) - t (a + b)) = sum(exp(z + a - t a) exp(b)) exp(-t b).
        """
        first, second = self.entries @ self.basis.T  # (K, C) each
        exp_second = np.exp(second).T  # (C, K)
        for block in _blocks(len(self.rows), PAIRS_BLOCK):
            t = self.targets[block]  # (B, C)
            with_first = self.logits[block][:, None] + first - (t @ first.T)[..., None]  # (B, K, C)
            exp_first = np.exp(with_first - with_first.max(axis=(1, 2), keepdims=True))
            losses = exp_first @ exp_second * np.exp(-t @ second.T)[:, None]  # (B, K, K), up to a factor
            best = losses.reshape(len(t), -1).argmin(axis=1)
            self.codes[block] = np.stack(np.divmod(best, len(second)), axis=1)

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


def _blocks(count: int, size: int | None = None) -> Iterator[slice]:
    size = size or BLOCK
    return (slice(start, start + size) for start in range(0, count, size))
