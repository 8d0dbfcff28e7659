"""Class priors other than those of the training names, and restriction to some of the origins.

A network that was trained with half of its names from one origin expects half of all names to be. By Bayes'
rule, under another prior its probabilities are p'(c), proportional to p(c) prior'(c) / prior(c): on logits,
add log(prior'(c) / prior(c)).

A model may have a default prior of its own: the sizes of populations, tempered. Whole populations would let
the largest origins swallow their small neighbours, while equal shares give common names to small origins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.origins import Tree
from cognomen.errors import InputError, shortened
from cognomen.io.model_folder import is_within

Prior = str | Mapping[str, float]
Shares = NDArray[np.float64]

NAMED = ("default", "training", "uniform")


@dataclass(frozen=True)
class DefaultPrior:
    """The mixture of origins that a model expects by default, and what made it.

    Attributes:
        populations: of each origin, in any unit, (C,).
        power: what they are raised to: 1 keeps them, 0 makes all origins equally likely.
    """

    populations: tuple[float, ...]
    power: float

    def __post_init__(self) -> None:
        numbers = all(type(each) in (int, float) and 1e-9 <= each <= 1e12 for each in self.populations)
        if not (self.populations and numbers):
            raise InputError("default_prior: expected populations from 1e-9 to 1e12, one for each origin")
        if type(self.power) not in (int, float) or not 0 <= self.power <= 1:
            raise InputError(f"default_prior: expected a power from 0 to 1, got {self.power!r}")

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each origin, (C,): its population to the power, scaled to sum to 1."""
        tempered = np.asarray(self.populations, np.float64) ** self.power
        return tuple((tempered / tempered.sum()).tolist())

    def to_json(self) -> dict[str, Any]:
        """The attributes as JSON values, and the shares that follow from them, for readers of the file."""
        return {"populations": list(self.populations), "power": self.power, "shares": list(self.shares)}

    @classmethod
    def from_json(cls, facts: Any) -> Self:
        """The inverse of `to_json`.

        Raises:
            InputError: these are not populations above 0, a power from 0 to 1, and the shares they make.
        """
        if not (isinstance(facts, dict) and isinstance(facts.get("populations"), list)):
            raise InputError(f"default_prior: expected populations and a power, got {shortened(facts)}")
        prior = cls(tuple(facts["populations"]), facts.get("power", math.nan))
        shares = facts.get("shares")
        shares = shares if isinstance(shares, list) else []
        if len(shares) != len(prior.shares) or not all(is_within(each, 0, 1) for each in shares):
            raise InputError(f"default_prior: expected {len(prior.populations)} shares")
        if not np.allclose(np.asarray(shares, np.float64), prior.shares, rtol=1e-6):
            raise InputError(
                "default_prior: expected the shares to be populations ** power, scaled to sum to 1"
            )
        return prior


def log_prior_ratios(
    tree: Tree,
    priors: Sequence[float],
    prior: Prior = "training",
    restrict: Iterable[str] | None = None,
    *,
    default: Sequence[float] | None = None,
) -> Shares | None:
    """What to add to the logits, (C,): log(prior' / prior), and -inf for an excluded origin.

    Args:
        tree: the C origins; with groups and regions, these may be named in place of their origins.
        priors: (C,), their shares in training.
        prior: "default"; "training", which keeps those of the training; "uniform", 1 / C for each; or the
            expected shares by origin, which are scaled to sum to 1, so counts will do. The share of a group
            or region is divided among its origins as by default. An origin that is not named has the share 0.
        restrict: the only possible origins; all of them if None.
        default: (C,), the shares that "default" means; those of the training if None.

    Returns:
        The log ratios, or None if nothing changes.

    Raises:
        InputError: an origin that the model does not know, invalid shares, or no possible origin.
    """
    if isinstance(prior, str) and prior == "default" and default is None:
        prior = "training"
    if isinstance(prior, str) and prior == "training" and restrict is None:
        return None
    ratios = _log_ratios(tree, priors, prior, priors if default is None else default)
    if restrict is not None:
        if isinstance(restrict, str):
            raise InputError(
                f"restrict: expected a list of origins, got the text {restrict!r}: put it in [ ]"
            )
        possible = [origin for name in restrict for origin in tree.find("restrict", name)]
        if not possible:
            raise InputError("restrict: expected one or more origins, got none")
        ratios = np.where(np.isin(tree.origins, possible), ratios, -np.inf)
    if np.isneginf(ratios).all():
        raise InputError("prior and restrict leave no origin: none of restrict has a share above 0 in prior")
    return ratios


def _log_ratios(tree: Tree, priors: Sequence[float], prior: Prior, default: Sequence[float]) -> Shares:
    """log(prior' / prior), (C,)."""
    if isinstance(prior, Mapping):
        return _log_ratios_of(tree, priors, _given_shares(tree, prior, np.asarray(default, np.float64)))
    if not isinstance(prior, str) or prior not in NAMED:
        expected = ", ".join(f'"{name}"' for name in NAMED)
        raise InputError(f"prior: expected {expected} or a mapping from origins to shares, got {prior!r}")
    if prior == "training":
        return np.zeros(len(default))
    shares = np.asarray(default, np.float64) if prior == "default" else np.ones(len(default))
    return _log_ratios_of(tree, priors, shares / shares.sum())


def _log_ratios_of(tree: Tree, priors: Sequence[float], shares: Shares) -> Shares:
    """The same for shares (C,) that sum to 1."""
    unseen = [o for o, old, new in zip(tree.origins, priors, shares, strict=True) if new > 0 and not old > 0]
    if unseen:
        raise InputError(f"prior: the model was trained without names of {unseen}, so their share must be 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: Shares = np.log(shares) - np.log(np.asarray(priors, np.float64))
    return np.where(shares > 0, ratios, -np.inf)


def _given_shares(tree: Tree, prior: Mapping[str, float], default: Shares) -> Shares:
    """The shares of a mapping."""
    shares, named = np.zeros(len(default)), np.zeros(len(default), bool)
    for name, share in prior.items():
        members = np.isin(tree.origins, tree.find("prior", name))  # (C,)
        if twice := [tree.origins[k] for k in np.flatnonzero(members & named)]:
            raise InputError(f"prior: {twice[0]!r} is given twice")
        number = not isinstance(share, (bool, str)) and hasattr(share, "__float__") and float(share)
        if number is False or not 0 <= number < math.inf:
            raise InputError(f"prior: expected shares of 0 or more, got {share!r} for {name!r}")
        named |= members
        parts = np.where(members, default, 0)  # (C,)
        shares += float(share) * (parts / parts.sum() if parts.sum() > 0 else members / members.sum())
    highest = shares.max()
    if not highest > 0:
        raise InputError("prior: expected a share above 0 for one origin or more, got none")
    shares /= highest  # as the sum of very large numbers is infinite
    scaled: Shares = shares / shares.sum()
    return scaled
