"""Types of arrays and of backward functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Ids = NDArray[np.integer[Any]]
Backward = Callable[[Array], Array]
