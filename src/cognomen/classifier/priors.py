"""Class priors other than those of the training names, and restriction to some of the origins.

A network that was trained with half of its names from one origin expects half of all names to be. By Bayes'
rule, under another prior its probabilities are p'(c), proportional to p(c) prior'(c) / prior(c): on logits,
add log(prior'(c) / prior(c)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.matching import find_origin

Prior = str | Mapping[str, float]


def log_prior_ratios(
    origins: Sequence[str],
    priors: Sequence[float],
    prior: Prior = "training",
    restrict: Iterable[str] | None = None,
) -> NDArray[np.float64] | None:
    """What to add to the logits, (C,): log(prior' / prior), and -inf for an excluded origin.

    Args:
        origins: the C origins.
        priors: (C,), their shares in training.
        prior: "training" keeps them; "uniform" is 1 / C for each; or the expected shares by origin, which are
            scaled to sum to 1, so counts will do. An origin that is not among them has the share 0.
        restrict: the only possible origins; all of them if None.

    Returns:
        The log ratios, or None if nothing changes.

    Raises:
        InputError: an origin that the model does not know, invalid shares, or no possible origin.
    """
    if isinstance(prior, str) and prior == "training" and restrict is None:
        return None
    ratios = _log_ratios(origins, priors, prior)
    if restrict is not None:
        if isinstance(restrict, str):
            raise InputError(
                f"restrict: expected a list of origins, got the text {restrict!r}: put it in [ ]"
            )
        possible = [find_origin("restrict", origin, origins) for origin in restrict]
        if not possible:
            raise InputError("restrict: expected one or more origins, got none")
        ratios = np.where(np.isin(origins, possible), ratios, -np.inf)
    if np.isneginf(ratios).all():
        raise InputError("prior and restrict leave no origin: none of restrict has a share above 0 in prior")
    return ratios


def _log_ratios(origins: Sequence[str], priors: Sequence[float], prior: Prior) -> NDArray[np.float64]:
    """log(prior' / prior), (C,)."""
    if isinstance(prior, str):
        if prior == "training":
            return np.zeros(len(origins))
        if prior != "uniform":
            raise InputError(f'prior: expected "training", "uniform" or shares by origin, got {prior!r}')
        prior = dict.fromkeys(origins, 1.0)
    shares = _shares(origins, prior)  # (C,)
    unseen = [o for o, old, new in zip(origins, priors, shares, strict=True) if new > 0 and not old > 0]
    if unseen:
        raise InputError(f"prior: the model was trained without names of {unseen}, so their share must be 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: NDArray[np.float64] = np.log(shares) - np.log(np.asarray(priors, np.float64))
    return np.where(shares > 0, ratios, -np.inf)


def _shares(origins: Sequence[str], prior: Mapping[str, float]) -> NDArray[np.float64]:
    """The expected shares in the order of the origins, scaled to sum to 1."""
    if not isinstance(prior, Mapping):
        raise InputError(
            f'prior: expected "training", "uniform" or a mapping from origins to shares, got {prior!r}'
        )
    given: dict[str, float] = {}
    for name, share in prior.items():
        origin = find_origin("prior", name, origins)
        if origin in given:
            raise InputError(f"prior: {origin!r} is given twice")
        number = not isinstance(share, (bool, str)) and hasattr(share, "__float__") and float(share)
        if number is False or not 0 <= number < math.inf:
            raise InputError(f"prior: expected shares of 0 or more, got {share!r} for {origin!r}")
        given[origin] = float(share)
    shares = np.array([given.get(origin, 0.0) for origin in origins])
    if not shares.sum() > 0:
        raise InputError("prior: expected a share above 0 for one origin or more, got none")
    scaled: NDArray[np.float64] = shares / shares.sum()
    return scaled
