"""The benchmarks' own parts: rivals answer as we do, names are laid out whole, tables say what was measured.

No timing decides anything here.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

import engines
import figures
import numpy as np
import page
import pytest
import serve
import speed
import speed_profile
from timed import names as timed_names
from timed.batches import WAYS, Laid, batches
from timed.processes import free_environment, hold_to_one_thread, run_processes
from timed.timing import Line, Target, Times, alternate, best_way

from cognomen.rnn import cross_entropy
from cognomen.text import normalise
from cognomen.text.ragged import Ragged

NAMES = [
    "Smith",
    "Nakamura",
    "O'Brien",
    "Müller",
    "Béringer",
    "Li",
    "Nguyễn",
    "Van Der Berg",
    "Große",
    "Lund:",
]
needs_names = pytest.mark.skipif("COGNOMEN_NAMES" not in os.environ, reason="COGNOMEN_NAMES is not set")


@pytest.fixture(scope="module")
def clf():
    """The recurrent part alone, as the rivals have it."""
    return timed_names.classifier()


@pytest.fixture(scope="module")
def laid(clf):
    return Laid(*timed_names.read_cheaply(NAMES, clf.alphabet))


def test_the_cheap_reading_gives_the_classifiers_letters(clf, laid):
    letters = [clf.alphabet.without_unknown_marks(normalise(name)) for name in NAMES]
    expected = clf.alphabet.encode_all(letters)
    np.testing.assert_array_equal(laid.ids, expected.data)
    np.testing.assert_array_equal(laid.lengths, expected.lengths)


def test_different_prefixes_and_suffixes_are_counted():
    words = ["ab", "abc", "b", "ab"]
    ids = np.array([ord(letter) for letter in "".join(words)])
    lengths = np.array([len(word) for word in words])
    assert timed_names.different_prefixes(ids, lengths) == (len({"a", "ab", "abc", "b"}), len({"a", "ab"}))
    turned = timed_names.backwards(ids, lengths)
    assert "".join(map(chr, turned)) == "bacbabba"
    assert timed_names.different_prefixes(turned, lengths) == (
        len({"b", "ba", "c", "cb", "cba"}),
        len({"b", "c", "cb"}),
    )


def test_syllables_are_cut_after_vowels_and_lose_nothing():
    assert timed_names.syllables("Nakamura") == ["Na", "ka", "mu", "ra"]
    assert timed_names.syllables("Kowalski") == ["Ko", "wa", "lski"]
    assert timed_names.syllables("Schmidt") == ["Schmidt"]
    assert timed_names.syllables("Ng") == ["Ng"]
    assert all("".join(timed_names.syllables(name)) == name for name in NAMES)


@needs_names
def test_recombined_names_are_different_and_always_the_same():
    names = timed_names.recombined_names(3000, seed=3)
    assert len(set(names)) == len(names) == 3000
    assert names == timed_names.recombined_names(3000, seed=3)
    assert not set(names) <= set(timed_names.corpus().names)
    assert all(0 < len(name) <= timed_names.LONGEST for name in names)


def test_a_zipf_column_holds_every_value_and_the_first_most_often():
    column = timed_names.zipf_rows(20_000, 500)
    counts = np.bincount(column, minlength=500)
    assert len(column) == 20_000
    assert counts.min() >= 1
    assert counts.argmax() == 0
    assert counts[0] == pytest.approx(2 * counts[1], rel=0.15)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rng", [None, 0])
def test_batches_hold_every_name_once_and_whole(laid, way, rng):
    names = np.split(laid.ids, laid.starts[1:])
    seen = []
    for batch in batches(laid, way, 3, None if rng is None else np.random.default_rng(rng)):
        assert len(batch.which) <= 3
        assert way != "equal" or batch.running is None
        for row, which in enumerate(batch.which):
            length = batch.lengths[row]
            np.testing.assert_array_equal(batch.x[:length, row], names[which])
            np.testing.assert_array_equal(batch.reversed()[:length, row], names[which][::-1])
            assert (batch.x[length:, row] == 0).all()
        seen += batch.which.tolist()
    assert sorted(seen) == list(range(len(NAMES)))


@pytest.mark.parametrize("way", WAYS)
def test_torch_answers_as_we_do(clf, way):
    pytest.importorskip("torch")
    from timed.torch_side import probabilities, torch_network

    network = torch_network(clf.network.architecture, clf.network.params)
    theirs = probabilities(network, clf, NAMES, way, 4)
    np.testing.assert_allclose(theirs, clf.predict_proba(NAMES, full_names=False), atol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_torch_has_our_gradients(clf, laid, way):
    pytest.importorskip("torch")
    import torch
    from timed.torch_side import torch_network

    labels = np.arange(len(NAMES)) % len(clf.origins)
    network = torch_network(clf.network.architecture, clf.network.params)
    (batch,) = batches(laid, way if way != "equal" else "packed", len(NAMES))
    torch.nn.functional.cross_entropy(network(batch, way), torch.from_numpy(labels[batch.which])).backward()
    logits, backward = clf.network.forward(Ragged(laid.ids, laid.lengths))
    clf.network.zero_grad()
    backward(cross_entropy(logits, labels)[1])
    for name, parameter in network.named_parameters():
        np.testing.assert_allclose(parameter.grad.numpy(), clf.network.grads[name], atol=1e-5, err_msg=name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("way", ["equal", "padded"])
def test_onnx_runtime_answers_as_we_do(clf, way):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from timed.onnx_side import OnnxSide

    theirs = OnnxSide(clf).probabilities(NAMES, way, 4)
    np.testing.assert_allclose(theirs, clf.predict_proba(NAMES, full_names=False), atol=1e-5)


@needs_names
def test_training_steps_go_through_all_names():
    from timed.steps import our_steps, training_names

    steps = our_steps(len(training_names()) // 2 + 1, dropout=(0.1, 0.0, 0.1), clip=1.0)
    assert next(steps) + next(steps) == len(training_names())


def test_works_are_timed_in_turn_after_a_rehearsal():
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in "ab"}
    times = alternate(works, 2, prepare={"b": lambda: calls.append("get ready")})
    ready = ["get ready", "b"]
    assert calls == ["a", *ready, "a", *ready, *ready, "a"]
    assert all(len(t.seconds) == 2 for t in times.values())
    assert Times((3.0, 1.0, 2.0)).median == 2.0


def test_the_best_way_is_the_fastest():
    import time

    way, seconds = best_way({"slow": lambda: time.sleep(0.05), "fast": lambda: None}, 1)
    assert way == "fast"
    assert seconds.keys() == {"slow", "fast"}


def test_the_table_says_what_met_its_target_and_what_is_missing():
    lines = [
        Line("w", "a", "1", "2", 3.0, Target(">=", 2.5)),
        Line("w", "a", "1", "2", 0.02, Target("<=", 0.01)),
        Line("w", "a", "1", "2", 700.0, Target("<=", 500, "MB")),
        Line("w", "a", "1", "2", 1.5),
    ]
    measured = {"missing": None, "lines": [line.to_json() for line in lines]}
    rows = {"torch": measured, "onnx": {"missing": "not measured: install onnx", "lines": []}}
    shown = speed.table(rows)
    assert "| 3.00x | ≥ 2.50x | yes |" in shown
    assert "| 0.02x | ≤ 0.0100x | **no** |" in shown
    assert "| 700 MB | ≤ 500 MB | **no** |" in shown
    assert "| 1.50x |  |  |" in shown
    assert "not measured: install onnx |" in shown


def test_each_processor_has_its_file_and_the_worst_line_is_quoted(tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "RESULTS", tmp_path)
    for name, kernel, least, most in [("Swift(R) A", "Haswell", 3.0, 1.1), ("Slow B", "SkylakeX", 2.0, 1.0)]:
        lines = [
            Line("w", "a", "", "", least, Target(">=", 1)),
            Line("w", "a", "", "", most, Target("<=", 2)),
        ]
        here = {"processor": name, "blas": [f"openblas 0.3 {kernel}"]}
        rows = {"torch": {"missing": None, "lines": [line.to_json() for line in lines]}}
        speed.results_path(here).write_text(json.dumps({"machine": here, "rows": rows}), encoding="utf-8")
        speed.results_path(here, quick=True).write_text("not to quote", encoding="utf-8")
    assert speed.results_path({"processor": "Swift(R) A", "blas": []}).name == "speed-swift-a.json"
    assert [each["machine"]["processor"] for each in speed.all_results()] == ["Slow B", "Swift(R) A"]
    assert [figures.weakest("torch", place)[1] for place in (0, 1)] == ["Slow B", "Swift A"]
    profile = speed.results_path({"processor": "Slow B", "blas": []}, kind="profile")
    profile.write_text('{"machine": {"processor": "Slow B"}}', encoding="utf-8")
    assert profile.name == "profile-slow-b.json"
    assert [each["machine"]["processor"] for each in speed.all_results("profile")] == ["Slow B"]


def test_every_row_has_its_function():
    from importlib import import_module

    for place in speed.ROWS.values():
        module, function = place.split(":")
        assert callable(getattr(import_module(module), function))


def test_a_row_without_its_rival_says_what_to_install(monkeypatch):
    def absent(setting):
        raise ModuleNotFoundError("No module named 'sklearn.linear_model'", name="sklearn.linear_model")

    def broken(setting):
        raise ModuleNotFoundError("No module named 'cognomen.nothing'", name="cognomen.nothing")

    from timed import inference

    monkeypatch.setattr(inference, "sklearn_row", absent)
    assert speed.measure("sklearn", None)["missing"] == "not measured: install scikit-learn"
    monkeypatch.setattr(inference, "sklearn_row", broken)
    with pytest.raises(ModuleNotFoundError):
        speed.measure("sklearn", None)


def test_the_number_of_threads_is_not_chosen_too_late():
    with pytest.raises(AssertionError, match="NumPy is loaded"):
        hold_to_one_thread()
    assert "OPENBLAS_NUM_THREADS" not in free_environment()


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs os.wait4")
def test_a_process_is_measured_without_this_ones_memory():
    import sys

    ballast = np.ones(30_000_000)  # 240 MB
    runs = run_processes({"nothing": [sys.executable, "-S", "-c", ""]}, 1)["nothing"]
    assert ballast.sum() > 0
    assert 2 < runs.peak < 100
    assert len(runs.times.seconds) == 1


@pytest.mark.parametrize("by", [False, True])
def test_the_profile_knows_its_phases_functions(clf, by):
    if by:
        pytest.importorskip("numba", reason="numba is not installed: pip install 'cognomen[fast]'")
    clock, phases = speed_profile.Clock(), speed_profile.COMPILED_PHASES if by else speed_profile.PHASES
    column = import_module("cognomen.text.column_reading").Column
    read = column.read
    with timed_names.compiled(by), speed_profile.watched(clock, phases):
        watched = clf.predict_proba(NAMES * 50)
    assert all(seconds > 0 for seconds in clock.seconds.values())
    assert clock.seconds.keys() == phases.keys()
    assert column.read is read
    np.testing.assert_allclose(watched, clf.predict_proba(NAMES * 50), atol=1e-6)


# --- the server and the engines ------------------------------------------------------------------------


def test_the_servers_table_tells_of_half_an_hour_if_there_was_one():
    load = {"calls per second": 9.6, "names per second": 10, "p50 ms": 1.4, "p99 ms": 2.6, "errors": 0}
    found = {side: dict.fromkeys(serve.LOADS, load) for side in serve.SIDES}
    rows = serve.table(found).splitlines()
    assert len(rows) == 2 + len(serve.SIDES) * len(serve.LOADS)
    assert rows[2] == "| cognomen | single | 10 | 10 | 1 ms | 3 ms | 0 |"
    soaked = {"minutes": 30, "calls": 1234, "errors": 2, "p99 ms": 3.4, "p50 ms": 1.6}
    soaked |= {"calls per second": 5.6, "machine": {"processor": "a Z80"}}
    soaked |= {"MB after a tenth": 89.6, "MB at the end": 91.2}
    *_, said = serve.table(found | {"saturation": soaked}).splitlines()
    assert said.startswith(
        "30 minutes with 64 clients on a Z80: 1,234 calls, 6 a second, 2 errors, p50 2 ms, p99 3 ms;"
    )
    assert said.endswith("held 90 MB after a tenth of the time, and 91 MB at the end.")


def test_an_engines_cost_says_what_is_javas(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "RESULTS", tmp_path)
    result = {"engine": "spark", "version": "4", "workers": 2, "rows": 10, "rows_per_s": 5}
    result |= {"rows_per_cpu_s": 7, "cost": 1.5, "cost_of_java": 0.4, "compared": 30, "different": 0}
    other = result | {"engine": "duckdb", "workers": 1, "cost_of_java": 0.0}
    for each in (result, other, result | {"cost": 1.25, "floor": 0.5}):
        engines.keep(each)
    log = (tmp_path / "engines.log").read_text("utf-8").splitlines()
    assert [line.split(" times")[0] for line in log] == [
        "duckdb 4, 1 worker: 1.50",
        "spark 4, 2 workers: 1.25",
    ]
    assert "0.40 of it Java's" in log[1]
    assert "Java" not in log[0]
    assert "floor" not in log[0]
    assert "Java's (floor 0.50)" in log[1]
    kept = json.loads((tmp_path / "engines.json").read_text("utf-8"))
    table = engines.table(kept)
    assert "| spark | 4 | 2 | 7 | 39,682.5 | 1.25x, 0.40 of it Java's | 0.50x | 5 | 0 of 30 |" in table
    assert "missed by duckdb (1 worker)." in table


def test_the_faults_of_the_page_are_tabled_with_their_ranges():
    def run(well, badly):
        return {
            "well": {"accuracy": well, "diverged": False},
            "badly": {"accuracy": badly, "diverged": badly is None},
        }

    runs = [run(1.0, 0.5), run(1.0, 0.56), run(1.0, None), run(1.0, 0.52)]
    text = page.faults_table({"steps": 600, "faults": {"clip": {"name": "No clipping", "runs": runs}}})
    assert "| No clipping | 100% | 52% (50%–56%) | 1 of 4 |" in text
    assert "after 600 steps" in text


def test_the_pages_show_what_was_measured(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["figures.py", "--check"])
    figures.main()
