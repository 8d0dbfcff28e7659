"""Rates of an outcome by origin, when origins are not known but only their probabilities.

    rates = outcome_rates(clf.predict_proba(names), approved, clf.origins, clf.expected_shares())
    rates.of("Irish", True).rate, rates.of("Irish", True).naive

The naive estimate weights each outcome with the probabilities of its name. Its error does not shrink with the
number of names: it mixes the rates of all origins that names are shared by, and so makes differences look
smaller than they are (Chen, Kallus, Mao, Svacha and Udell 2019, "Fairness Under Unawareness"). It is right
only if the outcome does not depend on the origin once the name is known, as if the name itself were judged.

The other way round, suppose that the name tells nothing more of the outcome once the origin is known. Then
name and outcome have the distribution

    P(name, y) = sum_c q_c P(name | c) theta_cy,        P(name | c) ~ p_c(name) / prior_c

with the list's shares of origins q and the rates theta that are sought: McCartan, Fisher, Goldin, Ho and Imai
2025, "Estimating Racial Disparities When Race is Not Observed", Journal of the American Statistical
Association (their R package is birdie, whose rates of a categorical outcome these are; the shares are theirs
from a census, and estimated from the list here, as in `classifier.mixture`). Expectation-maximisation finds
the most likely ones: divide each name among the origins by Bayes' rule under the current shares and rates,

    r_ic ~ q_c p_ic / prior_c theta_(c, y_i)

and take the shares and rates of the divided names for the new ones. To each origin's names some with the
overall rates are added, a Dirichlet prior: without them the rate of an origin with few names would be
anything.

Both suppositions can be wrong, and no data tell which. Where the name itself matters (it is judged by a
reader, or stands for wealth), neither estimate is right; where origins of one name also live in different
places, estimate within places (`strata`), within which the supposition has to hold. The rates describe lists.
They say nothing about anyone in them.

N counts rows, U the different ones among them, C origins, Y the values of the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.text.matching import find_origin
from cognomen.text.row_values import check_none_missing

Floats = NDArray[np.float64]

LEVEL: Final = 0.95
NORMAL: Final = 1.959963984540054  # standard deviations on either side that hold 95 %
MAX_STEPS: Final = 2000
TOLERANCE: Final = 1e-7  # converged once no share or rate changes by more in a step
MOST_VALUES: Final = 100  # of an outcome: what has more is a measurement or a number of the row
TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """How often the rows of an origin have a value of the outcome.

    Attributes:
        origin: its name.
        outcome: the value.
        rate: the estimate that is corrected for uncertain origins, 0 to 1.
        low: the lower end of its interval.
        high: the upper end.
        naive: the mean of the outcomes weighted with the probabilities, for comparison.
        count: the expected number of rows of the origin.
    """

    origin: str
    outcome: Any
    rate: float
    low: float
    high: float
    naive: float
    count: float


@dataclass(frozen=True, slots=True)
class OutcomeRates:
    """The rates of an outcome by origin.

    Attributes:
        rates: one for each origin and value, by origin in the order given.
        rows: the number of rows that were used.
        unread: the number of rows left out, whose names could not be read.
        level: of the intervals, 0.95. They cover the sampling of the rows, not errors of the model, nor of
            the supposition that the name tells no more of the outcome than the origin does.
    """

    rates: tuple[OutcomeRate, ...]
    rows: int
    unread: int
    level: float = LEVEL

    def __repr__(self) -> str:
        values = ", ".join(dict.fromkeys(str(each.outcome) for each in self.rates))
        return f"<OutcomeRates: {self.rows:,} rows, {self.unread:,} unread; of {values}; see rates and of()>"

    def of(self, origin: str, outcome: Any) -> OutcomeRate:
        """The rate of a value in an origin.

        Raises:
            InputError: there is none.
        """
        origin = find_origin("origin", origin, list(dict.fromkeys(each.origin for each in self.rates)))
        by_value = {each.outcome: each for each in self.rates if each.origin == origin}
        if outcome not in by_value:
            raise InputError(f"outcome: expected one of {[*by_value]}, got {outcome!r}")
        return by_value[outcome]

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {**asdict(self), "rates": [asdict(each) for each in self.rates]}


class _Fit(NamedTuple):
    """What expectation-maximisation found in one stratum.

    Attributes:
        parts: (U, C), how each row is divided among the origins.
        shares: (C,), of the origins.
        rates: (C, Y).
    """

    parts: Floats
    shares: Floats
    rates: Floats


@one_blas_thread()  # many small products: threads would wait for each other
def outcome_rates(
    p: ArrayLike,
    outcomes: ArrayLike,
    origins: Sequence[str],
    priors: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    pseudo_count: float = 1.0,
) -> OutcomeRates:
    """Estimate the rates of an outcome by origin.

    Args:
        p: (N, C), the probabilities of the origins for each row's name: `Classifier.predict_proba`, or its
            sums over groups or regions. Rows of NaN are left out.
        outcomes: (N,), the value of each row: True and False, or texts, or whole numbers; 100 kinds at most.
        origins: the names of the C columns.
        priors: (C,), the mixture that `p` expects: `Classifier.expected_shares`.
        strata: (N,), what else the outcome depends on, such as a place: the estimates are made within each
            and then put together. None for nothing.
        pseudo_count: how many rows with the overall rates are added to each origin of each stratum.

    Raises:
        InputError: the shapes do not match, a probability is not in 0 to 1, there is no row, an outcome is
            missing, or they have too many values.
    """
    table, base = _checked_probabilities(p, priors, origins)
    values, index = _coded("outcomes", outcomes, len(table), MOST_VALUES)
    places = np.zeros(len(table), np.intp) if strata is None else _coded("strata", strata, len(table))[1]
    if not 0 < pseudo_count < np.inf:
        raise InputError(f"pseudo_count: expected a number above 0, got {pseudo_count!r}")
    read = ~np.isnan(table).any(axis=1)  # (N,)
    if not read.any():
        raise InputError("expected one or more rows with a readable name, got none")
    rows = np.flatnonzero(read)
    first, weight = _different(table[rows], index[rows], places[rows])
    chosen = rows[first]
    table, index, places = table[chosen], index[chosen], places[chosen]
    y = np.eye(len(values))[index]  # (U, Y)
    likelihood = np.divide(table, base, out=np.zeros_like(table), where=base > 0)  # (U, C)
    fits = [
        (mine, _fit(likelihood[mine], y[mine], weight[mine], base, pseudo_count))
        for mine in (np.flatnonzero(places == k) for k in np.unique(places))
    ]
    count, rate, error = _combined(fits, y, weight, pseudo_count)
    weighted = table.T * weight  # (C, U)
    naive = (weighted @ y) / np.maximum(weighted.sum(axis=1), TINY)[:, None]  # (C, Y)
    low, high = _interval(rate, error)
    counts = np.broadcast_to(count[:, None], rate.shape)
    figures = np.stack([rate, low, high, naive, counts], axis=2).tolist()  # C origins, Y values
    found = tuple(
        OutcomeRate(origin, value, *figures[c][k])
        for c, origin in enumerate(origins)
        for k, value in enumerate(values)
    )
    return OutcomeRates(found, int(read.sum()), int((~read).sum()))


def _different(
    table: Floats, index: NDArray[np.intp], places: NDArray[np.intp]
) -> tuple[NDArray[np.intp], Floats]:
    """The first of each of the U rows that differ, and how often each occurs: (U,), (U,).

    Lists repeat their names, and equal rows are divided alike.
    """
    keys = np.column_stack([table, index, places])
    place_of: dict[bytes, int] = {}
    mine = [place_of.setdefault(key.tobytes(), len(place_of)) for key in keys]
    _, first, weight = np.unique(mine, return_index=True, return_counts=True)
    return first, weight.astype(np.float64)


def _fit(likelihood: Floats, y: Floats, weight: Floats, start: Floats, pseudo_count: float) -> _Fit:
    """Expectation-maximisation within a stratum.

    Args:
        likelihood: (U, C), P(name | c) up to a factor of the row.
        y: (U, Y), one-hot outcomes.
        weight: (U,), how often each row occurs.
        start: (C,), shares to start from; what is 0 stays 0.
        pseudo_count: rows added to each origin, with the rates of all rows.
    """
    overall = weight @ y / weight.sum()  # (Y,)
    shares, rates = start / start.sum(), np.tile(overall, (len(start), 1))  # (C,), (C, Y)
    for _ in range(MAX_STEPS):
        parts = likelihood * shares * (y @ rates.T)  # (U, C)
        parts /= np.maximum(parts.sum(axis=1, keepdims=True), TINY)
        weighted = parts.T * weight  # (C, U)
        counts = weighted.sum(axis=1)  # (C,)
        before, shares = shares, counts / counts.sum()
        earlier, rates = rates, (weighted @ y + pseudo_count * overall) / (counts + pseudo_count)[:, None]
        # The rate of an origin with less than a row goes on drifting, and says nothing.
        change = np.abs(rates - earlier).max(axis=1) * np.minimum(counts, 1)  # (C,)
        if max(np.abs(shares - before).max(), change.max()) < TOLERANCE:
            break
    return _Fit(parts, shares, rates)


def _combined(
    fits: list[tuple[NDArray[np.intp], _Fit]], y: Floats, weight: Floats, pseudo_count: float
) -> tuple[Floats, Floats, Floats]:
    """Counts, rates and standard errors over all strata: (C,), (C, Y), (C, Y).

    An origin's rate is the mean of its rates in the strata, weighted with its rows there.
    """
    counts = np.array([weight[rows] @ fit.parts for rows, fit in fits])  # (strata, C)
    total = np.maximum(counts.sum(axis=0), TINY)  # (C,)
    shares = counts / total  # (strata, C)
    rates = np.array([fit.rates for _, fit in fits])  # (strata, C, Y)
    errors = np.array([_standard_errors(fit, y[rows], weight[rows], pseudo_count) for rows, fit in fits])
    rate = (shares[..., None] * rates).sum(axis=0)
    error = np.sqrt((np.square(shares)[..., None] * np.square(errors)).sum(axis=0))
    return counts.sum(axis=0), rate, error


def _standard_errors(fit: _Fit, y: Floats, weight: Floats, pseudo_count: float) -> Floats:
    """The standard error of each rate, (C, Y).

    From the information in the rows, the sum of the outer products of their scores. The score of a row by the
    logit of a rate is r_ic (y_i - theta_c), by the logits of the shares r_ic - q_c. The added rows, and one
    for the shares, have theirs too, so that the information can be inverted; the error of the shares, which
    are estimated as well, is in that of the rates.
    """
    parts, shares, rates = fit
    by_shares = parts - shares  # (U, C)
    errors = np.empty_like(rates)
    overall = weight @ y / weight.sum()  # (Y,)
    for k, of_all in enumerate(overall):
        by_rates = parts * (y[:, k, None] - rates[:, k])  # (U, C)
        scores = np.concatenate([by_rates, by_shares], axis=1)  # (U, 2C)
        added = np.concatenate([np.full(len(shares), pseudo_count * of_all * (1 - of_all)), shares])
        information = (scores.T * weight) @ scores + np.diag(added + 1e-9)
        variance = np.diag(np.linalg.inv(information))[: len(shares)]  # of the logits, (C,)
        errors[:, k] = np.sqrt(np.maximum(variance, 0)) * rates[:, k] * (1 - rates[:, k])
    return errors


def _interval(rate: Floats, error: Floats) -> tuple[Floats, Floats]:
    """The ends of 95 % intervals, symmetrical in the logit, and so within 0 and 1: (C, Y) each."""
    inside = np.clip(rate, 1e-12, 1 - 1e-12)
    logit, spread = np.log(inside / (1 - inside)), NORMAL * error / (inside * (1 - inside))
    low, high = (1 / (1 + np.exp(-np.clip(logit + sign * spread, -700, 700))) for sign in (-1, 1))
    return np.minimum(low, rate), np.maximum(high, rate)


def _checked_probabilities(p: ArrayLike, priors: ArrayLike, origins: Sequence[str]) -> tuple[Floats, Floats]:
    """The probabilities (N, C) and priors (C,)."""
    table, base = np.asarray(p, np.float64), np.asarray(priors, np.float64)
    if table.ndim != 2 or base.shape != table.shape[1:] or len(origins) != len(base):
        raise InputError(
            f"expected probabilities (N, C), C priors and C origins, got {table.shape}, {base.shape} and "
            f"{len(origins)} origins"
        )
    if ((table < 0) | (table > 1 + 1e-6)).any():
        raise InputError("p: expected probabilities from 0 to 1")
    if not (np.isfinite(base) & (base >= 0)).all() or not base.sum() > 0:
        raise InputError("priors: expected shares of at least 0, and one above 0")
    return table, base / base.sum()


def _coded(
    what: str, values: ArrayLike, rows: int, most: int | None = None
) -> tuple[list[Any], NDArray[np.intp]]:
    """The kinds of values, and the index of each row's, (N,)."""
    given = np.asarray(values)
    if given.shape != (rows,):
        raise InputError(f"{what}: expected one for each of {rows:,} rows, got {given.shape}")
    check_none_missing(values, what)
    kinds, index = np.unique(given, return_inverse=True)
    if most is not None and len(kinds) > most:
        raise InputError(
            f"{what}: expected at most {most} different values, got {len(kinds):,}, such as {kinds[0]} and "
            f"{kinds[1]}. Divide numbers into classes first, for instance with numpy.digitize."
        )
    return kinds.tolist(), index
