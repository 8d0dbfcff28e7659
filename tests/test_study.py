"""The study: its contract, its parts, a quick run of each experiment, and what is kept on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.errors import DataError, InputError
from cognomen.rnn import cross_entropy, gradcheck, pack
from cognomen.rnn.shapes import Encoder, ManyToOne, SyncedManyToMany
from cognomen.study import EXPERIMENTS, Experiment, Findings, Settings, Table, find_experiment
from cognomen.study.automaton import Automaton, extract, minimised
from cognomen.study.experiment import GROUPS, Numbers, parts
from cognomen.study.experiments.any_length import answers_at
from cognomen.study.experiments.long_ago import LENGTH, gradients_by_lag, marked_batch
from cognomen.study.experiments.program import sums
from cognomen.study.learning import Window, accuracy, learn, make_orthogonal, one_hot
from cognomen.study.names import Surnames, fit_names, load_names
from cognomen.study.record import digest, draw_figure, figure_path, problems, read, results_path, write
from cognomen.study.spread import Spread, how_often_less, summarise

MINE = [name for name, each in EXPERIMENTS.items() if each.group != "the five shapes"]

# --- the contract --------------------------------------------------------------------------------------


def test_experiments_are_listed_by_group():
    groups = [GROUPS.index(each.group) for each in EXPERIMENTS.values()]
    assert groups == sorted(groups)
    assert {"program", "any-length", "history", "slow", "long-ago", "future"} <= EXPERIMENTS.keys()
    assert all(each.question.endswith("?") and name == each.name for name, each in EXPERIMENTS.items())


def test_an_unknown_experiment_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"'programme'.* Did you mean 'program'"):
        find_experiment("programme")
    assert find_experiment("program") is EXPERIMENTS["program"]


def test_a_table_has_one_cell_under_each_head():
    with pytest.raises(InputError, match="2 cells"):
        Table(("a", "b"), (("1",),))
    assert Table(("a", "b"), (("x", "1"),)).markdown() == "| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_a_group_must_exist():
    each = EXPERIMENTS["program"]
    with pytest.raises(InputError, match="group"):
        Experiment("x", "no group", "?", each.measure, each.table, each.sentence, each.draw)


def test_parts_share_one_progress():
    told: list[tuple[float, str]] = []
    first, second = parts(lambda share, words: told.append((share, words)), ["a", "b"])
    for progress, share, words in (
        (first, 0.5, "x"),
        (first, 1.0, ""),
        (second, 0.5, ""),
        (second, 1.0, "y"),
    ):
        progress(share, words)
    assert told == [(0.25, "a · x"), (0.5, "a"), (0.75, "b"), (1.0, "b · y")]


@pytest.mark.parametrize(
    ("values", "form", "shown"),
    [
        ([0.9551, 0.961, 0.949], ".1%", "95.5% (94.9–96.1)"),
        ([0.99999, 1.0, 1.0], ".1%", "100.0%"),
        ([500, 3, 20, 20], "", "20 (3–500)"),
        ([1500, 20, 3000], ",", "1,500 (20–3,000)"),
        ([1.0, 2.0], ".1f", "1.5 (1.0–2.0)"),
    ],
)
def test_a_spread_is_its_median_shown_with_its_range(values, form, shown):
    assert format(Spread(values), form) == shown
    assert f"{100 * Spread([0.1, 0.2]):.0f}" == "15 (10–20)"


def test_runs_become_one():
    runs = [
        {"n": 4, "share": 0.5, "norms": [1.0, None], "name": "a", "point": 1.0, "rows": [["x", 1]]},
        {"n": 4, "share": 0.7, "norms": [3.0, None], "name": "b", "point": 2.0, "rows": [["x", 3]]},
        {"n": 4, "share": 0.6, "norms": [None, 8.0], "name": "c", "point": 3.0, "rows": [["x", 2]]},
    ]
    found = summarise(runs, first_run=("point",))
    expected = {"n": 4, "share": 0.6, "norms": [2.0, None], "name": "a", "point": 1.0, "rows": [["x", 2]]}
    assert found == expected
    assert type(found["n"]) is int
    assert found["share"].values == (0.5, 0.7, 0.6)
    assert f"{found['rows'][0][1]}" == "2 (1–3)"
    assert summarise(runs[:1]) == runs[0]
    assert summarise([{"list": [7]}, {"list": []}]) == {"list": [7]}


def test_runs_are_compared_seed_by_seed():
    one, other = Spread([0.1, 0.5, 0.3]), Spread([0.2, 0.4, 0.4])
    assert how_often_less(one, other) == "in 2 of 3 runs"
    assert how_often_less(one, 0.2) == "in 1 of 3 runs"
    assert how_often_less(0.1, 0.2) == "in 1 of 1"


def test_no_two_runs_share_a_seed(small):
    seeds = [each.seed for start in (0, 1, 2) for each in small.seeds(Settings(seed=start))]
    assert seeds == list(range(3 * small.runs))
    assert [each.seed for each in small.seeds(Settings(quick=True, seed=5))] == [5]


def test_a_letter_is_marked_where_it_is_asked_for():
    x, labels = marked_batch(40, 7, np.random.default_rng(0))
    letters = np.stack(x.unpack())  # (N, T, V + 1)
    assert (letters[:, :, -1].sum(axis=1) == 1).all()
    assert (letters[:, LENGTH - 1 - 7, -1] == 1).all()
    assert (letters[:, LENGTH - 1 - 7, :-1].argmax(axis=1) == labels).all()
    anywhere = np.stack(marked_batch(400, None, np.random.default_rng(0))[0].unpack())
    assert set(anywhere[:, :, -1].argmax(axis=1)) > {0, 25, LENGTH - 1}


# --- each experiment, quickly --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> dict[str, Findings]:
    """What quick runs gave; each is made once, when it is first asked for."""
    return {}


def quick(name: str, found: dict[str, Findings], request: pytest.FixtureRequest) -> Numbers:
    """A quick run's numbers as they would be read from disk, with all that every experiment must do."""
    if name not in found:
        experiment, shares = find_experiment(name), list[float]()
        if experiment.needs_names:
            folder = request.getfixturevalue("names_folder")
            request.getfixturevalue("monkeypatch").setenv("COGNOMEN_NAMES", str(folder))
        findings = experiment.run(Settings(quick=True), lambda share, words: shares.append(share))
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)
        kept = json.loads(json.dumps(findings.to_json(), allow_nan=False))["runs"]
        found[name] = Findings(experiment, findings.settings, tuple(kept))
        assert (found[name].table, found[name].sentence) == (findings.table, findings.sentence)
    return found[name].numbers


@pytest.mark.parametrize("name", MINE)
def test_each_experiment_runs_and_its_numbers_are_drawn(name, found, request):
    quick(name, found, request)
    assert len(found[name].table.rows) >= 2
    assert found[name].sentence.endswith(".")
    assert any(digit in found[name].sentence for digit in "0123456789")
    picture = draw_figure(found[name])
    assert f"sha256:{digest(found[name].runs)}".encode() in picture


def test_a_picture_is_the_same_bytes_each_time(found, request):
    quick("bigger", found, request)
    assert draw_figure(found["bigger"]) == draw_figure(found["bigger"])  # no date, no ids by chance


def test_a_net_becomes_an_adder(found, request):
    numbers = quick("program", found, request)
    digits, right, whole, no_carry = numbers["rows"][-1]
    assert digits == 10 * numbers["longest_in_training"]
    assert right == whole == numbers["automaton_right"] == numbers["state_is_carry"] == 1
    assert no_carry < 0.6
    # The textbook's adder: with 0 carried 11 leads to a carry, with 1 carried 00 leads out of it.
    assert numbers["automaton"] == {
        "next": [[0, 0, 0, 1], [0, 1, 1, 1]],
        "says": [[0, 1, 1, 0], [1, 0, 0, 1]],
    }


def test_parity_holds_at_any_length(found, request):
    rows = {
        (row["net"], row["question"][:13]): row["shares"]
        for row in quick("any-length", found, request)["rows"]
    }
    assert min(rows["recurrent", "is the number"]) == 1
    assert rows["window", "is the number"][-1] < 0.7


def test_order_and_distance_count(found, request):
    numbers = quick("history", found, request)
    right = dict(numbers["rows"])
    assert right["whole names"] > max(numbers["commonest"], right["letters shuffled"])


def test_only_rotations_and_open_gates_keep_the_gradient(found, request):
    numbers = quick("long-ago", found, request)
    faded = {
        row["words"]: fading[100] / fading[0]
        for row, fading in zip(numbers["rows"], numbers["fading"], strict=True)
    }
    assert faded["Elman"] < 1e-20
    assert faded["Elman, orthogonal"] > 1e-6


def test_the_future_is_told_late_or_from_both_ends(found, request):
    forward, late, both = (shares[-1] for shares in quick("future", found, request)["shares"].values())
    assert forward < 0.32
    assert min(late, both) > 0.95


def test_sharing_prefixes_changes_nothing_but_the_steps(found, request):
    numbers = quick("slow", found, request)
    assert numbers["apart"] < 1e-5
    assert numbers["prefixes"] < 0.8 * numbers["letters"]


def test_times_are_told_in_milliseconds_beside_their_ratio():
    row = {"rows": 9, "names": 5, "letters": 40, "prefixes": 20, "apart": 0.0, "lengths": [1, 1000]}
    times = {"1": [[0.0021, 0.003], [1.74, 0.2]], "64": [[0.5, 0.5], [12.6, 10.5]]}
    numbers = row | {"milliseconds": times, "sharing_milliseconds": [207.6, 69.2]}
    assert find_experiment("slow").table(numbers).rows == (
        ("1", "0.0021", "0.0030", "0.7", "0.50", "0.50", "1.0"),
        ("1,000", "1.7", "0.20", "8.7", "13", "10", "1.2"),
    )
    sentence = find_experiment("slow").sentence(numbers)
    assert "take 1.7 ms, 8.7 times as long" in sentence
    assert "read in 69 ms, letter by letter in 208, 3.0 times as long" in sentence


def test_equal_seeds_give_equal_numbers(found, request):
    again = EXPERIMENTS["program"].run(Settings(quick=True))
    assert json.loads(json.dumps(again.numbers)) == quick("program", found, request)
    other = EXPERIMENTS["program"].run(Settings(quick=True, seed=1))
    assert other.numbers != again.numbers


# --- what they are made of -----------------------------------------------------------------------------


def test_sums_are_sums():
    pairs, total, carries = sums(50, 20, np.random.default_rng(0))
    places = 1 << np.arange(20)
    expected = (pairs * places[:, None]).sum(axis=(1, 2))
    assert ((total * places).sum(axis=1) + (carries[:, -1] << 20) == expected).all()


@st.composite
def machines(draw: st.DrawFn) -> Automaton:
    size, kinds = draw(st.integers(1, 6)), draw(st.integers(1, 3))

    def rows(largest: int) -> list[list[int]]:
        row = st.lists(st.integers(0, largest), min_size=kinds, max_size=kinds)
        return draw(st.lists(row, min_size=size, max_size=size))

    return Automaton(rows(size - 1), rows(1))


@given(machines(), st.integers(0, 99))
def test_a_minimised_automaton_says_the_same_with_no_two_states_alike(machine, seed):
    small, state_of = minimised(machine)
    symbols = np.random.default_rng(seed).integers(0, len(machine.next[0]), (20, 30))
    said, states = machine.run(symbols)
    small_said, small_states = small.run(symbols)
    assert (said == small_said).all()
    assert (state_of[states] == small_states).all()
    assert len(minimised(small)[0].next) == len(small.next) == len(set(state_of.tolist()))


def test_the_automaton_is_read_from_noisy_states():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (40, 30))
    odd = bits.cumsum(axis=1) % 2
    states = np.stack([2.0 * odd, 1.0 - odd, bits], axis=-1) + 0.02 * rng.standard_normal((40, 30, 3))
    found = extract(states, bits, odd)
    assert found is not None
    automaton, state_of = found
    assert automaton == Automaton([[0, 1], [1, 0]], [[0, 1], [1, 0]])
    assert (state_of == odd).all()


def test_states_that_are_no_automaton_give_none():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (40, 30))
    assert extract(rng.standard_normal((40, 30, 3)), bits, rng.integers(0, 2, (40, 30))) is None


@pytest.mark.parametrize("shape", [ManyToOne, SyncedManyToMany])
@pytest.mark.parametrize(("cell", "direction"), [("rnn", "forward"), ("lstm", "both")])
def test_the_experiments_nets_have_their_gradients(cell, direction, shape):
    net = shape(Encoder(cell, 3, 4, direction=direction, dtype=np.float64), 2)
    batch = pack(np.random.default_rng(0).standard_normal((5, 4, 3)))
    errors = gradcheck(net, lambda data: net.forward(batch.with_data(data)), batch.data)
    assert max(errors.values()) < 1e-6


def test_windows_gradients():
    net = Window(3, 4, 2)
    for layer in (net.inner, net.output):
        assert layer.params["weight"].dtype == np.float32
    labels = np.array([0, 1, 1, 0])
    x = np.eye(4, 3, dtype=np.float32)
    learn(net, lambda step: (x, labels), 200, learning_rate=0.05)
    assert (net.predict(x) == labels).all()


def test_sequences_of_one_length_are_packed_step_after_step():
    x = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    packed = pack(x)
    assert (packed.data == x.swapaxes(0, 1).reshape(8, 3)).all()
    assert packed.batch_sizes.tolist() == [2] * 4
    assert packed.sorted_indices.tolist() == [0, 1]


@pytest.mark.parametrize(("cell", "blocks"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_an_orthogonal_start_is_one_in_each_gate(cell, blocks):
    net = ManyToOne(Encoder(cell, 3, 8), 2)
    make_orthogonal(net, np.random.default_rng(0))
    for block in np.split(net.params["encoder.weight_hh_l0"], blocks):
        assert np.allclose(block @ block.T, np.eye(8), atol=1e-5)


def test_learning_stops_when_it_is_enough():
    rng = np.random.default_rng(0)
    net, x = (
        ManyToOne(Encoder("rnn", 2, 4, rng=rng), 2, rng=rng),
        pack(one_hot(np.array([[0, 1], [1, 0]]), 2)),
    )
    labels, shares = np.array([0, 1]), list[float]()
    losses = learn(
        net,
        lambda step: (x, labels),
        500,
        tolerance=0.1,
        on_progress=lambda share, words: shares.append(share),
    )
    assert 20 < len(losses) < 500
    assert accuracy(net, x, labels) == 1
    assert len(shares) == len(losses)


def test_answers_are_the_same_step_by_step():
    rng = np.random.default_rng(0)
    net = SyncedManyToMany(Encoder("rnn", 2, 4, rng=rng), 2, rng=rng)
    for value in net.params.values():
        value *= 4  # so that answers differ
    bits = np.random.default_rng(0).integers(0, 2, (40, 9))
    assert 0 < answers_at(net, bits).mean() < 1
    found = [each[-1] for each in net.predict(pack(one_hot(bits, 2))).unpack()]
    assert answers_at(net, bits).tolist() == found


def test_gradients_by_lag_begin_with_the_last_letter():
    net = ManyToOne(Encoder("rnn", 4, 8), 4)
    net.params["encoder.weight_hh_l0"][...] = 0  # no memory: only the last letter counts
    norms = gradients_by_lag(net, 0)
    assert norms[0] > 0
    assert (norms[1:] == 0).all()


def test_names_are_learned_from_and_held_out(names_folder, monkeypatch):
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    names = load_names(quick=True)
    assert not set(names.training) & set(names.test)
    assert len(names.training) == len(names.training_labels) > 8 * len(names.test) > 0
    turned = names.changed(lambda name: name[::-1])
    assert turned.test == tuple(name[::-1] for name in names.test)


def test_a_network_learns_made_up_names():
    some = tuple(f"{a}{b}" for a in "abcd" for b in "xyz")
    labels = np.array([name[1] == "x" for name in some], np.int64)
    names = Surnames(some, labels, some, labels, ("no", "yes"))
    fitted = fit_names(names, epochs=60, batch_size=6, hidden_size=8, embedding_size=4)
    assert fitted.test.accuracy == fitted.training.accuracy == 1
    assert names.commonest == pytest.approx(2 / 3)
    assert (fitted.logits(some).argmax(axis=1) == labels).all()
    again = fit_names(names, epochs=60, batch_size=6, hidden_size=8, embedding_size=4)
    assert again.test.loss == fitted.test.loss


def test_each_name_is_seen_once_an_epoch(monkeypatch):
    some, labels, seen = tuple("abcdefg"), np.arange(7), list[int]()

    def watched(logits, answers, **options):
        seen.extend(answers.tolist())
        return cross_entropy(logits, answers, **options)

    monkeypatch.setattr("cognomen.study.names.cross_entropy", watched)
    fit_names(Surnames(some, labels, some[:1], labels[:1], some), epochs=2, batch_size=3)
    assert sorted(seen[:7]) == sorted(seen[7:14]) == labels.tolist()


# --- what is kept --------------------------------------------------------------------------------------


def measured(settings: Settings, on_progress: Callable[[float, str], None]) -> Numbers:
    on_progress(1.0, "done")
    return {"shares": [0.25, 0.5], "quick": settings.quick}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """An experiment that takes no time, the only one there is."""
    each = Experiment(
        name="small",
        group="what learners ask",
        question="How much is it?",
        measure=measured,
        table=lambda numbers: Table(("what", "share"), tuple(("x", f"{s}") for s in numbers["shares"])),
        sentence=lambda numbers: f"It is {numbers['shares'][0]}.",
        draw=lambda figure, numbers: figure.subplots().plot(numbers["shares"]) and None,
    )
    monkeypatch.setattr("cognomen.study.registry.EXPERIMENTS", {"small": each})
    monkeypatch.setattr("cognomen.study.EXPERIMENTS", {"small": each})
    return each


def test_findings_come_back_as_they_were_written(small, tmp_path):
    findings = small.run(Settings(seed=3))
    assert write(findings, tmp_path) == [figure_path(tmp_path, "small"), results_path(tmp_path, "small")]
    assert read(tmp_path, "small") == findings
    assert problems(tmp_path, {"small": small}) == []
    facts = json.loads(results_path(tmp_path, "small").read_text("utf-8"))
    assert (
        facts["sentence"]
        == "It is 0.25. (The median of 6 runs with a seed each; in parentheses, their range.)"
    )
    assert facts["settings"] == {"quick": False, "seed": 3}
    assert len(facts["runs"]) == small.runs == 6
    assert "<dc:title>How much is it?</dc:title>" in figure_path(tmp_path, "small").read_text("utf-8")


def changed(path: Path, one: str, other: str) -> None:
    text = path.read_text("utf-8")
    assert one in text
    path.write_text(text.replace(one, other), "utf-8")


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        ("It is 0.25.", "It is 0.26.", ["the sentence"]),
        ('["x", "0.5"]', '["x", "0.6"]', ["the table"]),
        ("How much", "How little", ["the question"]),
        ("[0.25, 0.5]", "[0.25, 0.6]", ["the table", "other numbers"]),
        ('"quick": false, "seed"', '"quick": true, "seed"', ["quick run"]),
        ('"shares": [', '"parts": [', ["cannot read"]),
        ('"runs": [', '"runs": [,', ["expected the results"]),
        ('"settings"', '"setting"', ["expected settings"]),
    ],
)
def test_each_disagreement_is_found(small, tmp_path, one, other, wrong):
    write(small.run(), tmp_path)
    changed(results_path(tmp_path, "small"), one, other)
    found = problems(tmp_path, {"small": small})
    assert len(found) == len(wrong)
    assert all(words in line for words, line in zip(wrong, found, strict=True))


def test_a_picture_that_was_touched_is_found(small, tmp_path):
    write(small.run(), tmp_path)
    assert problems(tmp_path, {"small": small}) == []
    changed(figure_path(tmp_path, "small"), "#", "# ")
    assert problems(tmp_path, {"small": small}) == [
        "small: the picture has changed since it was drawn; run it again"
    ]


def test_missing_results_and_pictures_are_found(small, tmp_path):
    assert problems(tmp_path, {"small": small}) == ["small: there are no results"]
    with pytest.raises(DataError, match=r"small\.json"):
        read(tmp_path, "small")
    write(small.run(), tmp_path)
    figure_path(tmp_path, "small").unlink()
    assert problems(tmp_path, {"small": small}) == ["small: there is no picture"]
