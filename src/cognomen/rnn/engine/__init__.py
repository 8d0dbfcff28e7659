"""What makes the library fast without changing its results."""

from typing import Final

__all__: list[str] = []

# Of the compiled engine:
LARGEST_SIZE: Final = 1024  # hidden units
ROWS: Final = 12  # of LARGEST_SIZE numbers, in which `kernels.step_back` computes
LAST, MAX, MEAN = range(3)  # the kinds of pooling
KINDS: Final = {"last": LAST, "max": MAX, "mean": MEAN}
