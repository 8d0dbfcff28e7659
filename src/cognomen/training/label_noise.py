"""Shares of origins that allow for foreign names in lists, and for the names that lists lack.

The list of a country has the names of its immigrants, and a list of a few hundred names lacks nearly all that
an origin has. Taken as it stands, a Bosnian name that only the long Dutch list holds is Dutch. So names are
judged by networks that did not train on them: one trains on half of the names and judges the other half, and
a second the other way round (confident learning: Northcutt, Jiang and Chuang 2021). With s_o the share of a
name within origin o, and p_o the probability that its judge gives o, all C origins equally likely beforehand,

    s'_o = s_o p_o / (p_o + label_noise) + (UNLISTED sum_k s_k + RARE C) m_o p_o

The first term is s_o times the probability that a bearer's name is native rather than foreign; the second is
how common the name is expected to be in an origin of which a share m_o of the bearers have names that no list
holds.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.rnn.arrays import Array
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import key
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import Dataset, shown_times

UNLISTED: Final = 0.3  # how common a name is in an origin that lacks it, beside all that list it
RARE: Final = 1e-6  # the share within its origin of a name that lists usually lack
LEAST: Final = 0.02  # of a name, for an origin to be kept
BLOCK: Final = 8192  # names at once: bounds the memory


def halves(spellings: list[str]) -> NDArray[np.bool_]:
    """Whether each spelling (N,) is in the second half; all spellings of a key are in the same."""
    digests = (hashlib.sha256(f"half {key(spelling)}".encode()).digest() for spelling in spellings)
    return np.fromiter((digest[0] % 2 == 1 for digest in digests), bool, len(spellings))


def corrected(dataset: Dataset, probabilities: Array, config: TrainingConfig) -> Dataset:
    """The dataset with corrected shares.

    Args:
        dataset: its names have weights.
        probabilities: (N, C), of the origins of each training name, by judges that did not see it.
        config: the settings.
    """
    names, within, shown = dataset.training, dataset.within, dataset.shown_shares
    assert names.origins is not None and within is not None and shown is not None
    lacking = missing(names.origins, within, dataset.spellings, len(shown))
    p = probabilities[names.origins.rows, names.origins.data].astype(np.float64)
    native = within * p / (p + config.label_noise)
    origins, shares = completed(names.origins, native, probabilities, lacking)
    weights = shares.data * shown[origins.data]
    weights /= np.add.reduceat(weights, shares.starts)[shares.rows]
    return dataset.with_labels(
        {
            "origins": origins.data,
            "lengths": origins.lengths,
            "shares": weights,
            "labels": origins.data[np.lexsort([weights, origins.rows])[origins.ends - 1]],
            "frequencies": shown_times(names, native, shown, config),
        }
    )


def missing(
    origins: Ragged, within: NDArray[np.float64], spellings: list[str], count: int
) -> NDArray[np.float64]:
    """The share of the bearers of each of C origins whose names are missing, (C,).

    The spellings of a key have the same bearers.
    """
    index = {name: row for row, name in enumerate(dict.fromkeys(map(key, spellings)))}
    key_of = np.fromiter((index[key(spelling)] for spelling in spellings), np.int64, len(spellings))
    pairs = key_of[origins.rows] * count + origins.data
    order = np.lexsort([within, pairs])
    last = order[np.flatnonzero(np.diff(pairs[order], append=-1))]  # the largest share of each pair
    listed = np.bincount(origins.data[last], within[last], count)
    return np.asarray(np.maximum(1 - listed, 0))


def completed(
    origins: Ragged, native: NDArray[np.float64], probabilities: Array, lacking: NDArray[np.float64]
) -> tuple[Ragged, Ragged]:
    """The origins of N names and its shares within them, with what is expected of those that lack it.

    Args:
        origins: those that list each name.
        native: the shares within them, of native bearers.
        probabilities: (N, C), of each name's origins by its spelling.
        lacking: (C,), the share of the bearers that lists lack.
    """
    found, shares, lengths = [], [], []
    listed = Ragged(native, origins.lengths)
    for start in range(0, len(origins), BLOCK):
        block = slice(start, start + BLOCK)
        its, share = origins[block], listed[block]
        total = np.add.reduceat(share.data, share.starts)[:, None]  # (B, 1)
        dense = (UNLISTED * total + RARE * len(lacking)) * lacking * probabilities[block].astype(np.float64)
        dense[its.rows, its.data] += share.data
        name, origin = np.nonzero(dense >= LEAST * dense.sum(axis=1, keepdims=True))
        found.append(origin)
        shares.append(dense[name, origin])
        lengths.append(np.bincount(name, minlength=len(dense)))
    sizes = np.concatenate(lengths)
    return Ragged(np.concatenate(found), sizes), Ragged(np.concatenate(shares), sizes)
