"""`python -m cognomen.tutorial`: the loop and the protocols as a reader runs them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import clean_environment, failure, lines
from click.testing import CliRunner

from cognomen.corpora import load_corpus
from cognomen.errors import MissingExtraError
from cognomen.tutorial import LoopConfig, load_data, run_loop
from cognomen.tutorial.__main__ import command
from cognomen.tutorial.loop import TutorialTrainer
from cognomen.tutorial.vocabulary import lines_by_category

PYTHON = [sys.executable, "-m", "cognomen.tutorial"]
QUICK = ("--steps", "400", "--rate", "0.02")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three origins that a few hundred names suffice to tell apart."""
    place = tmp_path_factory.mktemp("names")
    rng = np.random.default_rng(0)
    for origin, ending in {"Alpha": "ov", "Beta": "ini", "Gamma": "mann"}.items():
        stems = ["".join(rng.choice(list("bdgklmnprstaeiou"), 3)) for _ in range(40)]
        names = [stem.capitalize() + ending for stem in stems] + ["Mü" + stem + ending for stem in stems[:3]]
        (place / f"{origin}.txt").write_text("\n".join(names), encoding="utf-8")
    return place


def run(*args: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [*PYTHON, *args],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=clean_environment(),
        timeout=120,
        check=False,
    )


def run_here(*args: str | Path) -> Any:
    """Run the command in this process, and let its errors out."""
    return CliRunner().invoke(
        command, [str(arg) for arg in args], standalone_mode=False, catch_exceptions=False
    )


def test_the_loop_tells_what_it_does_and_what_came_of_it(folder: Path) -> None:
    result = run(
        str(folder), "--steps", "5300", "--rate", "0.02", "--predict", "Bobov", "--predict", "Möbini"
    )
    told = lines(result)
    assert told[0].startswith("The last 300 of 5,300 names drawn, all origins equally often: loss 0.")
    assert told[1].startswith("All 129 rows: ")
    assert "the training rows" in told[2]
    assert told[3] == "> Bobov"
    assert told[4].startswith("  Alpha ")
    assert told[7] == "> Möbini (read as 'Mobini')"
    assert told[8].startswith("  Beta ")
    assert len(told) == 11
    progress = result.stderr.decode().splitlines()
    assert [line.split()[:2] for line in progress] == [["5,000", "94%"], ["5,300", "100%"]]
    assert all("CORRECT" in line or "WRONG (" in line for line in progress)
    assert progress[-1].endswith("· 0:00 left")


def test_json_holds_all_figures(folder: Path) -> None:
    (text,) = lines(run(str(folder), *QUICK, "--tanh", "--seed", "3", "--json", "--predict", "北京"))
    told = json.loads(text)
    category_lines, all_categories = load_data(folder)
    expected = run_loop(category_lines, all_categories, LoopConfig(400, 0.02, tanh=True, seed=3))
    assert told["all_losses"] == expected.all_losses
    assert told["all_accuracies"] == expected.all_accuracies
    assert told["settings"] == {
        "steps": 400,
        "learning_rate": 0.02,
        "hidden_size": 128,
        "tanh": True,
        "rows": False,
        "seed": 3,
    }
    assert told["names"] == 129
    assert 0 < told["seconds"] < 600
    rows = [(line, category) for category in all_categories for line in category_lines[category]]
    answers = expected.probabilities([line for line, _ in rows]).argmax(axis=1)
    right = [all_categories[a] == category for a, (_, category) in zip(answers, rows, strict=True)]
    assert told["training_rows"]["accuracy"] == pytest.approx(np.mean(right))
    assert told["answers"] == [{"name": "北京", "read_as": "", "origins": []}]


def test_a_name_of_which_nothing_is_left_is_unknown(folder: Path) -> None:
    told = run_here(folder, *QUICK, "--predict", "北京").output
    assert "> 北京 (read as '')\n  unknown" in told


@pytest.mark.parametrize(("stdin", "prompts"), [("Tatamann\n\nquit\nBobov\n", 3), ("Tatamann\n", 2)])
def test_asking_goes_on_until_quit_or_the_end(folder: Path, stdin: str, prompts: int) -> None:
    result = run(str(folder), "--rows", *QUICK, "--ask", stdin=stdin.encode())
    told = result.stdout.decode()
    assert result.returncode == 0
    assert told.count("Input: ") == prompts
    assert "all rows equally often: loss" in told
    assert "Input: > Tatamann\n  Gamma" in told
    assert "Bobov" not in told


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("no-such-folder",), 1, "no folder or table"),
        (("FOLDER", "--rate", "5"), 1, "training diverged"),
        (("FOLDER", "--ask", "--json"), 2, "leave one of them out"),
        (("FOLDER", "--protocol", "L", "--predict", "Bobov"), 2, "leave --predict and --ask out"),
        (("FOLDER", "--steps", "0"), 2, "x>=1"),
        ((), 2, "Missing argument 'DATA'"),
    ],
)
def test_errors_are_messages(folder: Path, args: tuple[str, ...], code: int, says: str) -> None:
    filled = [str(folder) if arg == "FOLDER" else arg for arg in args]
    assert says in failure(run(*filled), code)


def test_errors_in_json(folder: Path) -> None:
    error = json.loads(failure(run(str(folder), "--rate", "5", "--json"), 1))["error"]
    assert error["type"] == "TrainingError"
    assert "Try 0.5" in error["message"]


def test_names_of_another_script_are_refused_before_the_long_part(tmp_path: Path) -> None:
    for origin, name in {"Latin": "Caesar", "Han": "司馬"}.items():
        (tmp_path / f"{origin}.txt").write_text(name, encoding="utf-8")
    for options in ((), ("--protocol", "T")):
        assert "'司馬' (Han)" in failure(run(str(tmp_path), *options), 1)


def test_pictures(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: nothing is drawn")
    told = run_here(folder, *QUICK, "--plots", tmp_path / "new")
    for name in ("loss.png", "confusion.png"):
        assert (tmp_path / "new" / name).read_bytes().startswith(b"\x89PNG")
        assert f"drawn: {tmp_path / 'new' / name}" in told.stderr


def test_without_matplotlib_pictures_are_refused_before_the_training(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    args = [str(folder), "--steps", "10", "--plots", str(tmp_path)]
    result = CliRunner().invoke(command, args, standalone_mode=False)
    assert isinstance(result.exception, MissingExtraError)
    assert "pip install 'cognomen[plots]'" in str(result.exception)
    assert not result.output


def test_both_protocols(folder: Path, tmp_path: Path) -> None:
    args = (folder, "--steps", "250", "--rate", "0.02", "--protocol", "both", "--processes", "2")
    measured = json.loads(run_here(*args, "--json", "--plots", tmp_path).stdout)
    assert set(measured) == {"L", "T"}
    for which, runs, rows in (("L", 10, len(load_corpus(folder))), ("T", 5, 129)):
        result = measured[which]
        assert result["protocol"] == which
        assert len(result["accuracies"]) == runs
        assert result["corpus"]["rows"] == rows
        assert result["method"]["tutorial"]["steps"] == 250
        assert result["evaluation"]["accuracy"] > 0.6
        assert (tmp_path / f"confusion-{which}.png").exists()


def test_one_protocol_for_people(folder: Path) -> None:
    told = run_here(folder, "--steps", "20", "--protocol", "T").stdout
    assert told.startswith("Protocol T: accuracy 0.")
    assert "only for comparison" in " ".join(told.split())
    assert "Protocol L" not in told


def test_a_run_trains_on_its_part_with_a_seed_of_its_own(folder: Path) -> None:
    told: list[tuple[float, str]] = []
    corpus = load_corpus(folder)
    trainer = TutorialTrainer(LoopConfig(50, hidden_size=8, seed=4))
    names = ["Müllerov", "Bo-bini"]
    probabilities, origins = trainer(corpus, names, 2, lambda share, figures: told.append((share, figures)))
    expected = run_loop(*lines_by_category(corpus), LoopConfig(50, hidden_size=8, seed=6))
    np.testing.assert_array_equal(probabilities, expected.probabilities(["Mullerov", "Bobini"]))
    assert list(origins) == ["Alpha", "Beta", "Gamma"]
    assert [share for share, _ in told] == [1.0]
    assert told[0][1].startswith("loss 1.")


def test_ctrl_c_ends_the_loop(folder: Path) -> None:
    with subprocess.Popen(
        [*PYTHON, str(folder), "--steps", "100000000"],
        stderr=subprocess.PIPE,
        env=clean_environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's `&` ignores it
    ) as process:
        assert process.stderr is not None
        assert b"5,000" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert b"Traceback" not in rest
    assert b"Interrupted." in rest
