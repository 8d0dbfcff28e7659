"""Labels that allow for foreign names in lists, and for the names that lists lack.

The list of a country has the names of its immigrants, and a list of a few hundred names lacks nearly all that
an origin has. Taken as it stands, a Bosnian name that only the long Dutch list holds is Dutch. So labels are
corrected by what the network has learned of spellings itself (bootstrapping: Reed et al. 2015). Let s_o be
the share of a name within origin o, p_o the probability that the network gives o, all origins equally likely
beforehand, and m_o the share of the bearers of o whose names no list of o holds. Then

    native:     n_o = s_o p_o / (p_o + label_noise min(1, (RARE / s_o)^2))
    corrected:  n_o + sum_k (s_k - n_k) m_o p_o / sum_k m_k p_k

n_o / s_o is the probability that a bearer found in the list of o is no foreigner there; bearers of common
names hardly are. Foreign ones are given to the origins that the name may be native to unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.network.network import Network
from cognomen.rnn.losses import softmax
from cognomen.text.ragged import Ragged
from cognomen.training.dataset import Dataset, Names

RARE: Final = 5e-6  # a share: foreign names have less each
LEAST: Final = 0.02  # of a name, for an origin to be kept
BLOCK: Final = 8192  # names at once: bounds the memory


def corrected(dataset: Dataset, network: Network, label_noise: float) -> Dataset:
    """The dataset with corrected labels.

    Args:
        dataset: its names have weights.
        network: its probabilities are under the dataset's priors.
        label_noise: the odds that the bearer of a rare name is foreign, if all origins spell alike.
    """
    names, shown = dataset.training, dataset.shown_shares
    assert names.origins is not None
    assert shown is not None
    blocks = list(_corrected_blocks(dataset, network, label_noise))
    origin, share, lengths = (np.concatenate(each) for each in zip(*blocks, strict=True))
    origins = Ragged(origin, lengths)
    share = share * shown[origin]
    share /= np.add.reduceat(share, origins.starts)[origins.rows]
    best = np.lexsort([share, origins.rows])[origins.ends - 1]  # the last of each name has most
    return replace(dataset, training=Names(names.texts, origin[best], origins, Ragged(share, lengths)))


def _corrected_blocks(
    dataset: Dataset, network: Network, label_noise: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]]:
    """Of each block of names: their origins, the corrected shares within these, and how many each has."""
    names, lacking = dataset.training, dataset.lacking
    assert names.origins is not None
    assert dataset.within is not None
    assert lacking is not None
    log_priors = np.log(dataset.priors)
    within = Ragged(dataset.within, names.origins.lengths)
    for start in range(0, len(names), BLOCK):
        block = slice(start, start + BLOCK)
        listed, share = names.origins[block], within[block]
        p = softmax(network.logits(names.texts[block]) - log_priors)  # (B, C)
        of_listed = p[listed.rows, listed.data]
        foreign_odds = label_noise * np.minimum(1, np.square(RARE / share.data))
        native = share.data * of_listed / (of_listed + foreign_odds)
        foreign = np.add.reduceat(share.data - native, share.starts)[:, None]  # (B, 1)
        unlisted = lacking * p
        found = foreign * unlisted / unlisted.sum(axis=1, keepdims=True).clip(1e-12)
        found[listed.rows, listed.data] += native
        name, origin = np.nonzero(found >= LEAST * found.sum(axis=1, keepdims=True))
        yield origin, found[name, origin], np.bincount(name, minlength=len(found))
