"""Why a name is answered "unknown": the same reason from every interface, and which of two comes first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from cognomen import Classifier
from cognomen.apps.tables import score_column
from cognomen.classifier.decisions import REASONS

STRANGE, UNSURE = "Xqzvkj", "Abel"
NAMES = [None, " ", "123", "x" * 101, "北京", "NULL", "Google Inc.", "Garc?a", STRANGE, UNSURE, "Nakamura"]
UNREADABLE = [
    "not-text", "empty", "no-letters", "too-long", "unknown-script", "placeholder", "not-a-name", "garbled"
]  # fmt: skip
WITHOUT_LIMIT = [*UNREADABLE, "unlike-training", None, None]
AT_99_PERCENT = [*UNREADABLE, "unlike-training", "low-confidence", None]
AT_1 = [*UNREADABLE, "unlike-training", "low-confidence", "low-confidence"]


def test_the_reasons_are_those_of_the_schema_in_their_order() -> None:
    page = (Path(__file__).parent.parent / "docs" / "schema.md").read_text(encoding="utf-8")
    table = page.partition("| reason | meaning |")[2].partition("\n\n")[0]
    listed = (
        "empty",
        "no-letters",
        "unknown-script",
        "too-long",
        "not-text",
        "placeholder",
        "not-a-name",
        "garbled",
        "unlike-training",
        "low-confidence",
    )
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == listed
    assert sorted(REASONS) == sorted(listed)


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return Classifier.load("classic")


def answers(clf: Classifier, limit: float) -> list[str | None]:
    return [answer.reason for answer in clf(NAMES, abstain_below=limit)]


def stream(clf: Classifier, limit: float) -> list[str | None]:
    return [answer.reason for answer in clf.stream(iter(NAMES), abstain_below=limit)]


def singly(clf: Classifier, limit: float) -> list[str | None]:
    return [clf(name, abstain_below=limit).reason for name in NAMES]


def scores(clf: Classifier, limit: float) -> list[str | None]:
    found = clf.scores(NAMES, abstain_below=limit).reasons
    return [None if reason < 0 else REASONS[reason] for reason in found]


def arrow(clf: Classifier, limit: float) -> list[str | None]:
    return list(score_column(clf, pa.array(NAMES), abstain_below=limit).column("reason").to_pylist())


@pytest.mark.parametrize("interface", [answers, stream, singly, scores, arrow])
@pytest.mark.parametrize(("limit", "expected"), [(0.0, WITHOUT_LIMIT), (0.99, AT_99_PERCENT), (1.0, AT_1)])
def test_every_interface_gives_the_same_reason(
    clf: Classifier,
    interface: Callable[[Classifier, float], list[str | None]],
    limit: float,
    expected: list[str | None],
) -> None:
    assert interface(clf, limit) == expected
