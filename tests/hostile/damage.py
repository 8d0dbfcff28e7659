"""Model folders that are damaged, with checksums that fit: what a malicious or broken writer could make."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

HOSTILE_NUMBERS = (
    *(10**400, -(10**400), 10**18, 2**31, 65_537, 0, -1, 0.5),
    *(1e-300, 1e300, -1e300, float("nan"), float("inf")),
)
HOSTILE_VALUES = (*HOSTILE_NUMBERS, None, True, "", "x", "\ud800", [], {}, [[]], {"a": 1}, "A" * 100_000)

Place = tuple[str | int, ...]


def leaves(value: Any, place: Place = (), most: int = 3) -> Iterator[Place]:
    """Yield where the values of nested JSON are, and the containers too; of long lists the first `most`."""
    yield place
    items: Any = ()
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:most]
    for key, each in items:
        yield from leaves(each, (*place, key), most)


def changed(facts: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """A copy of the facts with another value at a place."""
    result = copy.deepcopy(facts)
    inside: Any = result
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    return result


def write_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Write a model.json whose checksum fits its contents."""
    others = {key: value for key, value in facts.items() if key != "facts_sha256"}
    text = json.dumps(others, sort_keys=True)
    sealed = others | {"facts_sha256": sha256(text.encode("ascii")).hexdigest()}
    (folder / "model.json").write_text(json.dumps(sealed, sort_keys=True, indent=2), "ascii")
