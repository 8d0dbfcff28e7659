"""The five shapes, each at a real task: one task in each file."""

from __future__ import annotations

__all__: list[str] = []
