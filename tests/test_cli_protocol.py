"""`cognomen protocol`: small networks under both protocols, watched, and stopped."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from cli_running import clean_environment, failure, inside, interruptible, lines, not_for_ever, run

from cognomen.apps.cli.progress import ProgressBar, protocol_progress
from cognomen.training import TrainingConfig, run_protocol
from cognomen.training.protocols import RunProgress

PAGE = (Path(__file__).parent.parent / "docs" / "schema.md").read_text("utf-8")
SMALL = ["--hidden-size", "4", "--embedding-size", "4", "--epochs", "1", "--no-refit"]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("names")
    stems = [a + b + c for a in "BDKLMNPRST" for b in "aeiou" for c in "lrn"]
    for origin, ending in {"Japanese": "moto", "Polish": "owski"}.items():
        (folder / f"{origin}.txt").write_text("\n".join(stem + ending for stem in stems[:60]), "utf-8")
    return str(folder)


def test_json_is_the_result_of_the_protocol(names):
    [line] = lines(run("protocol", "T", names, *SMALL, "--seed", "5", "--processes", "2", "--json"))
    facts = json.loads(line)
    config = TrainingConfig(hidden_size=4, embedding_size=4, epochs=1, seed=5, refit=False)
    expected = run_protocol("T", names, config, processes=2)
    ours, theirs = ({**each, "seconds": 0} for each in (facts, json.loads(json.dumps(expected.to_json()))))
    assert ours == theirs
    [row] = [line for line in PAGE.splitlines() if line.startswith("| `protocol` |")]
    documented = re.findall("`([a-z_]+)`", re.sub(r"\([^)]*\)", "", row))[1:]
    assert [key for key in documented if key != "intervals"] == list(facts)


def test_leak_free_figures_come_with_intervals_and_progress(names):
    result = run("protocol", "l", names, *SMALL, "--processes", "2")
    text = "\n".join(lines(result))
    assert text.startswith("Protocol L: accuracy ")
    assert "10 runs" in text
    assert "95% interval" in text
    assert "Leak-free" in text
    told = result.stderr.decode().splitlines()
    assert sorted(line.split()[1] for line in told) == sorted(f"{k}/10" for k in range(1, 11))
    assert all("trained" in line and "left" in line for line in told)


def test_a_name_for_no_protocol_and_missing_data_are_explained():
    assert "'X'" in failure(inside("protocol", "X", "names"), 2)
    assert "no-such-names" in failure(inside("protocol", "L", "no-such-names"), 1)


def test_ctrl_c_ends_all_runs_with_130(names):
    command = interruptible("protocol", "L", names, "--hidden-size", "8", "--epochs", "2000")
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=clean_environment())
    with process, not_for_ever(process):
        assert process.stderr is not None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)  # it is at work
        process.send_signal(signal.SIGINT)
        message = process.stderr.read().decode()
        assert process.wait() == 130
    assert "Traceback" not in message
    assert "Interrupted" in message


def test_progress_counts_each_run_once_and_all_together(capsys):
    with ProgressBar() as bar:
        watch = protocol_progress(bar)
        for run_number, share in [(0, 0.5), (1, 1.0), (0, 1.0), (1, 1.0)]:
            watch(RunProgress(run_number, 2, share, "loss 1.000"))
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" · ")[0] for line in told] == ["run 2/2 trained", "run 1/2 trained"]
    assert told[1].endswith("0:00 left")
