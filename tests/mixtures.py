"""Made-up lists whose mixture is known, for the tests of shares."""

from __future__ import annotations

from typing import Any

import numpy as np

PRIORS = np.array([0.5, 0.3, 0.15, 0.05])
ORIGINS = ["A", "B", "C", "D"]
Table = np.ndarray[Any, Any]


def a_list(shares: Any, names: int, seed: int = 0, *, apart: float = 1.5) -> Table:
    """Probabilities (U, C) of names drawn from such a mixture, as a calibrated model of PRIORS gives them.

    A name is a point, drawn around its origin's corner; so p(name | origin) is known.
    """
    rng = np.random.default_rng(seed)
    origin = rng.choice(4, names, p=shares)
    points = rng.normal(0, 1, (names, 4)) + apart * np.eye(4)[origin]
    log_density = -((points[:, None] - apart * np.eye(4)) ** 2).sum(axis=2) / 2  # (U, C)
    p = np.exp(log_density) * PRIORS
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32)
