"""How often, and with what, a network is asked."""

from __future__ import annotations

from typing import Any

import pytest

from cognomen.classifier import Classifier


def count_calls(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """From now on each call of the network adds (names, threads) to this list."""
    calls: list[tuple[int, int]] = []
    original = clf.network.logits

    def logits(ids: Any, lengths: Any, *, threads: int = 1, **options: Any) -> Any:
        calls.append((len(lengths), threads))
        return original(ids, lengths, threads=threads, **options)

    monkeypatch.setattr(clf.network, "logits", logits)
    return calls
