"""The five shapes, each on a real task: one task per file."""

from __future__ import annotations

__all__: list[str] = []
