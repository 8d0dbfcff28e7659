"""How often, and with what, a network is asked."""

from __future__ import annotations

from typing import Any

import pytest

from cognomen.classifier import Classifier
from cognomen.text.ragged import Ragged


def count_calls(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """From now on each call of the network adds (names, threads) to this list."""
    calls: list[tuple[int, int]] = []
    original = clf.network.evidence

    def evidence(names: Ragged, *, threads: int = 1, **options: Any) -> Any:
        calls.append((len(names), threads))
        return original(names, threads=threads, **options)

    monkeypatch.setattr(clf.network, "evidence", evidence)
    return calls
