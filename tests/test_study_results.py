"""What docs/study quotes is what its results say: docs/generate_study.py."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from cognomen.study import EXPERIMENTS
from cognomen.study.record import figure_path, problems, read, results_path, write
from cognomen.training import TrainingConfig

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("generate_study", DOCS / "generate_study.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_studys_pages_tables_and_pictures_are_what_the_results_say(script):
    assert script.stale(DOCS / "study") == []


@pytest.fixture
def folder(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of one page and one experiment, with its results in docs, filled in."""
    program = EXPERIMENTS["program"]
    monkeypatch.setattr(script, "EXPERIMENTS", {"program": program})
    monkeypatch.setattr(script, "STUDY", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate_study.py"])
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n<!-- study program -->\n<!-- /study program -->\n\nWords.\n", "utf-8")
    write(read(DOCS / "study", "program"), tmp_path)
    assert script.main() == 0
    return tmp_path


def test_a_page_is_filled_with_sentence_and_table(script, folder):
    text = (folder / "page.md").read_text("utf-8")
    assert text.startswith("# A page\n\n<!-- study program -->\n\nA network of 114 weights")
    assert "| digits in each number | digits right |" in text
    assert text.endswith("|\n\n<!-- /study program -->\n\nWords.\n")
    assert script.stale(folder) == []


def check(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["generate_study.py", "--check"])
    code: int = script.main()
    return code


def test_a_page_that_says_otherwise_fails_the_check(script, folder, monkeypatch, capsys):
    page = folder / "page.md"
    page.write_text(page.read_text("utf-8").replace("A network of 114", "A network of 115"), "utf-8")
    assert check(script, monkeypatch) == 1
    assert "page.md: what it quotes" in capsys.readouterr().err


def test_a_page_must_quote_experiments_that_exist(script, folder):
    page = folder / "page.md"
    page.write_text("<!-- study nothing -->\n<!-- /study nothing -->\n", "utf-8")
    assert script.stale(folder) == ["page.md: there is no experiment nothing"]


def test_a_changed_number_fails_the_check_until_the_rest_is_made_anew(script, folder, monkeypatch):
    results = results_path(folder, "program")
    text = results.read_text("utf-8")
    results.write_text(text.replace('"weights": 114', '"weights": 113'), "utf-8")
    assert len(script.stale(folder)) == 2  # sentence and picture; pages are asked when these agree
    before = figure_path(folder, "program").read_bytes()
    monkeypatch.setattr(sys, "argv", ["generate_study.py"])
    assert script.main() == 0
    assert figure_path(folder, "program").read_bytes() != before
    assert "A network of 113" in (folder / "page.md").read_text("utf-8")
    assert check(script, monkeypatch) == 0


def test_another_shipped_model_or_config_is_found(script, tmp_path, monkeypatch):
    study = DOCS / "study"
    assert script.outdated(study) == []
    monkeypatch.setattr(script, "TrainingConfig", lambda: TrainingConfig(epochs=3))
    assert [line[:31] for line in script.outdated(study)] == ["origins: the config has changed"]
    monkeypatch.undo()
    monkeypatch.setattr(script, "shipped_accuracy", lambda: 0.9)
    assert script.outdated(study) == ["origins: the pretrained model classic has changed"]
    assert script.stale(study) == script.outdated(study)
    write(read(study, "origins"), tmp_path)
    monkeypatch.setattr(script, "EXPERIMENTS", {"origins": EXPERIMENTS["origins"]})
    script.redraw(tmp_path)
    assert "the pretrained model classic reaches 90.0%." in read(tmp_path, "origins").sentence
    assert problems(tmp_path, script.EXPERIMENTS) == []


def test_what_chapter_3_says_of_gates_is_what_the_runs_say():
    runs = [{row["words"]: row for row in run["rows"]} for run in read(DOCS / "study", "long-ago").runs]
    assert len(runs) == 6
    farther = {
        cell: sum(rows[cell]["reach"] > rows["Elman"]["reach"] for rows in runs) for cell in ("GRU", "LSTM")
    }
    assert farther == {"GRU": 1, "LSTM": 0}
    for rows in runs:
        for gated in ("GRU", "LSTM"):
            assert rows[gated]["reached"] == 200
            assert min(rows[gated]["marked"]) > 0.9
        for plain in ("Elman", "Elman, not clipped", "Elman, orthogonal"):
            assert max(rows[plain]["marked"][1:]) < 0.35  # chance is a quarter
    assert sum(rows["Elman, not clipped"]["reached"] < 200 for rows in runs) == 6
