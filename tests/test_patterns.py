"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest
from test_imports import MODULES

from cognomen.text.patterns import lazy_pattern


def test_answers_as_a_compiled_pattern_does():
    lazy, compiled = lazy_pattern("a(b+)", re.IGNORECASE), re.compile("a(b+)", re.IGNORECASE)
    found = lazy.search("xABBy")
    assert found is not None
    assert found[1] == "BB"
    assert lazy.sub("-", "abbab") == compiled.sub("-", "abbab") == "--"
    assert lazy.split("1ab2") == compiled.split("1ab2")
    assert (lazy.pattern, lazy.flags) == (compiled.pattern, compiled.flags)


def test_is_compiled_when_first_used_and_kept(monkeypatch):
    asked = []
    monkeypatch.setattr(re, "compile", lambda *given, true=re.compile: asked.append(given) or true(*given))
    lazy = lazy_pattern("ab+")
    assert asked == []
    assert all(lazy.match("abb") for _ in range(3))
    assert asked == [("ab+", 0)]


def test_has_nothing_that_a_pattern_lacks():
    with pytest.raises(AttributeError, match="no attribute 'look'"):
        lazy_pattern("a").look  # noqa: B018


def test_every_pattern_can_be_compiled():
    """A mistake in one would not be noticed when its module is imported."""
    found = 0
    for module in MODULES:
        if module.startswith(("text.", "classifier.", "apps.cli.input")):
            for value in vars(importlib.import_module(f"cognomen.{module}")).values():
                if type(value).__name__ == "_LazyPattern":
                    assert isinstance(value.pattern, str)
                    found += 1
    assert found > 60


def test_a_plain_name_needs_few_of_them():
    code = (
        "import re; true = re.compile; from cognomen import Classifier; asked = []\n"
        "re.compile = lambda *given: asked.append(given) or true(*given)\n"
        "Classifier.load('classic')('smith'); print(len(asked))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert 0 < int(shown) < 20
