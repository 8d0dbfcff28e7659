"""The usual list of advantages and drawbacks, and what learners ask: one experiment in each file."""

from __future__ import annotations

__all__: list[str] = []
