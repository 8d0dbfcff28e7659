"""docs/generate_reference.py: writes what the code says, and notices a page that says something else."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import cognomen

SCRIPT = Path(__file__).parent.parent / "docs" / "generate_reference.py"


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, writing into a folder of its own."""
    spec = spec_from_file_location("generate_reference", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "reference")
    return module


@pytest.fixture
def short(generator: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The same with three short packages to describe."""
    monkeypatch.setattr(generator, "PACKAGES", ["cognomen", "cognomen.rnn", "cognomen.errors"])
    return generator


def called(generator: ModuleType, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["generate_reference.py", *options])
    return generator.main()


def test_a_missing_or_stale_page_fails_the_check(short, monkeypatch, capsys):
    assert called(short, monkeypatch, "--check") == 1
    assert called(short, monkeypatch) == 0
    assert called(short, monkeypatch, "--check") == 0
    page = short.FOLDER / "api.md"
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert called(short, monkeypatch, "--check") == 1
    assert "api.md" in capsys.readouterr().err.splitlines()[-1]


def test_the_pages_hold_commands_and_public_names(short, monkeypatch):
    called(short, monkeypatch)
    commands = (short.FOLDER / "cli.md").read_text("utf-8")
    assert "\n## cognomen data check\n" in commands
    assert "Usage: cognomen train [OPTIONS] DATA" in commands
    library = (short.FOLDER / "api.md").read_text("utf-8")
    assert "\n### RNN\n" in library
    assert "RNN.step(x: ArrayLike) -> Array" in library
    assert "- `ModelError`: see [`cognomen.errors`](#cognomenerrors)" in library
    assert " at 0x" not in library


def test_every_package_that_exports_names_is_in_the_reference(generator):
    package = Path(cognomen.__file__).parent
    names = (".".join(path.parent.relative_to(package.parent).parts) for path in package.rglob("__init__.py"))
    exporting = {name for name in names if getattr(import_module(name), "__all__", None)}
    assert exporting - {"cognomen.apps.cli"} <= set(generator.PACKAGES)  # cli.md is about that one


def test_the_reference_holds_every_exported_name_and_no_other(generator, monkeypatch):
    called(generator, monkeypatch)
    library = (generator.FOLDER / "api.md").read_text("utf-8")
    exported = [name for each in generator.PACKAGES for name in import_module(each).__all__]
    assert set(re.findall(r"^(?:### |- `)(\w+)", library, re.MULTILINE)) == set(exported)
