"""Surnames in two parts: the answer pools those of the parts.

The logits of the whole are a weighted mean of those of its parts, each divided by its temperature: its
probabilities are then the geometric mean of theirs, scaled to sum to 1 (a logarithmic opinion pool). It is
surer than each where the parts agree, and less sure where they do not. Of the pools that were tried, it had
the least log loss (benchmarks/NOTES.md). A surname that the network knows as a whole is answered as a whole.

Parts joined by a hyphen count alike. Of Spanish and Catalan surnames side by side the first, the father's,
counts twice as much as the others; of Portuguese ones the last. Which they are, the parts say when they count
alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.column_reading import Parts

FIRST_COUNTS_MOST: Final = ("Spanish", "Catalan", "Basque")
LAST_COUNTS_MOST: Final = ("Portuguese",)


def pool_parts(
    logits: NDArray[np.float32],
    temperatures: float | NDArray[np.float64],
    parts: Parts,
    origins: Sequence[str],
    log_prior_ratios: NDArray[np.float64] | None,
) -> NDArray[np.float32]:
    """The logits of S spellings, with those of surnames in parts pooled.

    Args:
        logits: (S, C).
        temperatures: one for all, or (S,).
        parts: which spellings have parts, and which are these; one or more.
        origins: the names of the C origins.
        log_prior_ratios: (C,), what will be added to the logits divided by temperature; None for nothing.
    """
    divisors = np.broadcast_to(temperatures, len(logits))[:, None]  # (S, 1)
    flat = parts.each.data  # (M,)
    of_parts = logits[flat] / divisors[flat]  # (M, C)
    weights = part_weights(of_parts, parts, origins, log_prior_ratios)
    pooled = np.add.reduceat(of_parts * weights[:, None], parts.each.starts)  # (K, C), of K surnames
    result = logits.copy()
    result[parts.wholes] = pooled * divisors[parts.wholes]
    return result


def part_weights(
    of_parts: NDArray[np.floating[Any]],
    parts: Parts,
    origins: Sequence[str],
    log_prior_ratios: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """How much each part counts, (M,); those of a surname sum to 1.

    Args:
        of_parts: (M, C), the logits of all parts in order, divided by the temperature.
        parts, origins, log_prior_ratios: as in `pool_parts`.
    """
    counts, first, last = parts.each.lengths, parts.each.starts, parts.each.ends - 1  # (K,) each
    alike = np.add.reduceat(of_parts, first) / counts[:, None]  # (K, C)
    likeliest = (alike + (0 if log_prior_ratios is None else log_prior_ratios)).argmax(axis=1)  # (K,)
    side_by_side = ~parts.alike
    weights = np.ones(len(of_parts))  # (M,)
    weights[first] += side_by_side & np.isin(origins, FIRST_COUNTS_MOST)[likeliest]
    weights[last] += side_by_side & np.isin(origins, LAST_COUNTS_MOST)[likeliest]
    return np.asarray(weights / np.repeat(np.add.reduceat(weights, first), counts))
