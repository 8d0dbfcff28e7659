"""The batteries are part of the project: their figures are in the page, and a fault is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import run
from hostile.strings import KINDS, texts


def test_the_page_has_the_figures_of_the_results() -> None:
    assert run.table(json.loads(run.RESULTS.read_text("utf-8"))) in run.PAGE.read_text("utf-8")


def test_faults_are_told() -> None:
    result = {
        "train": {"kills": 4, "other models": 1, "left behind": 0},
        "texts": {"world": {"sure": 0.002}, "classic": {"sure": 0.0005}},
    }
    assert run.faults(result) == ["train, other models: 1", "world, sure of non-names: 0.002"]
    assert run.faults({"train": {"kills": 4, "other models": 0}}) == []


@pytest.mark.parametrize("kind", KINDS)
def test_texts_follow_from_their_seed(kind: str) -> None:
    some = list(texts(kind, 20))
    assert list(texts(kind, 50))[:20] == some
    assert list(texts(kind, 20, seed=1)) != some or kind in ("keys in a row", "one letter repeated")


def test_models_with_absurd_facts_are_a_battery(tmp_path: Path) -> None:
    script = Path(run.__file__)
    out = tmp_path / "out.json"
    command = [sys.executable, str(script), "--only", "models", "--out", str(out), "--size"]
    sizes = ["json=9973", "tensors=5000011", "facts=997"]
    subprocess.run([*command, *sizes], check=True, capture_output=True)
    found = json.loads(out.read_text("utf-8"))["models"]
    assert found["damage unnoticed"] == 0
    assert found["models with absurd facts"] == found["refused"] + found.get("that answered", 0) > 0
