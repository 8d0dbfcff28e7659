"""The programs of examples/: each learns, as well as its twin in plain PyTorch, and is no longer than it."""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
from pathlib import Path
from typing import Any

import char_lstm
import generating_names
import min_char_rnn
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
# The budget of each in these tests, what measures its quality, and what that must at least be.
LOSSES: dict[str, tuple[dict[str, int], float]] = {
    "sine_wave": ({"epochs": 20}, 0.03),
    "adding_problem": ({"epochs": 30, "steps": 10}, 0.005),
    "forecasting": ({"epochs": 12}, 0.005),
    "sentiment": ({"epochs": 8}, -0.95),
    "reversing": ({"epochs": 12}, -0.25),
}
NAMES = {
    "Greek": ["Alepis", "Kotsidis", "Pappas", "Andrianakis", "Galanos", "Kalakos"] * 5,
    "Irish": ["O'Brien", "O'Shea", "Quirke", "Duffy", "O'Neill", "Brady"] * 5,
}


def twin(name: str) -> Any:
    pytest.importorskip("torch", reason="PyTorch is what we compare with").set_num_threads(1)
    return importlib.import_module(f"torch_examples.{name}")


def lines_of_code(path: Path) -> int:
    """The lines of a program without its imports, data, docstrings, comments, and the call at its end."""
    source = path.read_text(encoding="utf-8")
    lines: set[int] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in ("data", "padded"):
            lines |= set(range(node.lineno, (node.end_lineno or 0) + 1)) - docstrings(node)
    code = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type
        not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    }
    return len(lines & code)


def docstrings(tree: ast.AST) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            found |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_no_longer_than_in_torch(name: str) -> None:
    ours = lines_of_code(ROOT / "examples" / f"{name}.py")
    theirs = lines_of_code(ROOT / "benchmarks" / "torch_examples" / f"{name}.py")
    assert 3 < ours <= theirs, f"{ours} lines, {theirs} in torch"


def test_the_documents_tell_the_lines() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`(\w+)`\].*\| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    folders = [ROOT / "examples", ROOT / "benchmarks" / "torch_examples"]
    counted = [
        (name, *(str(lines_of_code(folder / f"{name}.py")) for folder in folders)) for name in EXAMPLES
    ]
    assert sorted(rows) == counted


def first(result: Any) -> float:
    """The measure of quality, smaller is better."""
    return float(result[0] if isinstance(result, tuple) else result)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOSSES)
def test_it_learns_as_well_as_in_torch(name: str) -> None:
    budget, bar = LOSSES[name]
    ours = first(importlib.import_module(name).train(**budget))
    theirs = first(twin(name).train(**budget))
    if bar < 0:  # a share of right answers
        assert ours > -bar
        assert ours > theirs - 0.1
    else:
        assert ours < bar
        assert ours < 1.5 * theirs


def small_text() -> tuple[str, Any, Any]:
    return char_lstm.data(ROOT / "docs" / "study" / "02-backpropagation.md")


def by_frequency(ids: Any) -> float:
    """The loss of always predicting the letters by how frequent they are, in nats."""
    p = np.unique(ids, return_counts=True)[1] / ids.size
    return float(-(p * np.log(p)).sum())


def test_the_character_model_learns_as_well_as_in_torch_and_writes() -> None:
    letters, ids, held_out = small_text()
    net = char_lstm.train(letters, ids, epochs=6, steps=32)
    ours = char_lstm.test(net, held_out)
    assert ours < by_frequency(ids) - 0.2
    written = char_lstm.sample(net, letters, "The ", count=50)
    assert written.startswith("The ")
    assert len(written) == 54
    assert written != char_lstm.sample(net, letters, "The ", count=50, seed=1)
    theirs = twin("char_lstm")
    assert ours < theirs.test(theirs.train(letters, ids, epochs=6, steps=32), held_out) + 0.1


def test_min_char_rnn_learns_as_well_as_in_torch_and_writes(tmp_path: Path) -> None:
    chapters = sorted((ROOT / "docs" / "study").glob("0*.md"))
    text = tmp_path / "chapters.md"  # one alone is too short to learn from
    text.write_text("".join(chapter.read_text("utf-8") for chapter in chapters), "utf-8")
    letters, ids, _ = char_lstm.data(text)
    ids = ids.ravel()[:40_000]
    rnn, losses = min_char_rnn.train(len(letters), ids, limit=len(ids))
    ours = np.mean(losses[-200:])
    assert ours < by_frequency(ids) - 0.2
    assert len(min_char_rnn.sample(rnn, letters, count=20)) == 20
    theirs = np.mean(twin("min_char_rnn").train(len(letters), ids, limit=len(ids))[1][-200:])
    assert ours < theirs + 0.25, "seeds alone make .1 on either side"


def test_names_are_generated_as_well_as_in_torch() -> None:
    x, y = generating_names.data(NAMES, 100)
    net, ours = generating_names.train(x, y, epochs=30)
    assert ours < 1.2
    assert generating_names.sample(net, np.array([0.0, 1.0]), "O").startswith("O")
    theirs = twin("generating_names").train(x, y, epochs=30)[1]
    assert ours < theirs + 0.1
