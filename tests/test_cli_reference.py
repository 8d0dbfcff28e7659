"""docs/generate_reference.py: writes what the code says, and notices a page that says something else."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "docs" / "generate_reference.py"


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with two short modules to describe, writing into a folder of its own."""
    spec = spec_from_file_location("generate_reference", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "reference")
    monkeypatch.setattr(module, "MODULES", ["cognomen", "cognomen.rnn", "cognomen.errors"])
    return module


def called(generator: ModuleType, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["generate_reference.py", *options])
    return generator.main()


def test_a_missing_or_stale_page_fails_the_check(generator, monkeypatch, capsys):
    assert called(generator, monkeypatch, "--check") == 1
    assert called(generator, monkeypatch) == 0
    assert called(generator, monkeypatch, "--check") == 0
    page = generator.FOLDER / "api.md"
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert called(generator, monkeypatch, "--check") == 1
    assert "api.md" in capsys.readouterr().err.splitlines()[-1]


def test_the_pages_hold_commands_and_public_names(generator, monkeypatch):
    called(generator, monkeypatch)
    commands = (generator.FOLDER / "cli.md").read_text("utf-8")
    assert "\n## cognomen data check\n" in commands
    assert "Usage: cognomen train [OPTIONS] DATA" in commands
    library = (generator.FOLDER / "api.md").read_text("utf-8")
    assert "\n### RNN\n" in library
    assert "RNN.step(x: ArrayLike) -> Array" in library
    assert "- `ModelError`: see `cognomen.errors`" in library
    assert " at 0x" not in library
