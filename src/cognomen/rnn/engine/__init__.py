"""What makes the library fast without changing its results."""

from typing import Final

__all__: list[str] = []

LARGEST_SIZE: Final = 1024  # hidden units, for the compiled engine
