"""The tasks of the five shapes: their data, their baselines, and a quick run of each."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import stable

from cognomen.errors import InputError, MissingExtraError, TrainingError
from cognomen.io.extras import require
from cognomen.rnn import fit_batches, pack
from cognomen.rnn.shapes import Encoder, ManyToOne, OneToOne
from cognomen.study import EXPERIMENTS, Experiment, Settings
from cognomen.study.tasks import captions, clips, digits, kanji, numbers
from cognomen.study.tasks.common import Vocabulary, edit_distance, split

TASKS = ("digits", "captions", "numbers", "kanji", "clips")
PACKAGES = {"digits": "sklearn", "captions": "sklearn", "clips": "sklearn", "numbers": "num2words"}
PACKAGES["kanji"] = "japanese_personal_name_dataset"


@pytest.mark.parametrize("name", TASKS)
def test_each_task_runs_quickly_and_shows_what_it_measured(name):
    pytest.importorskip(PACKAGES[name])
    check(EXPERIMENTS[name])


@pytest.mark.parametrize("name", ["origins", "surnames"])
def test_each_task_on_names_runs_quickly(name, names_folder, monkeypatch):
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    check(EXPERIMENTS[name])


def check(task: Experiment) -> None:
    from matplotlib.figure import Figure

    shares: list[float] = []
    found = task.run(Settings(quick=True), lambda share, words: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    (kept,) = json.loads(json.dumps(found.to_json(), allow_nan=False))["runs"]  # JSON values alone
    assert task.table(kept) == found.table
    assert task.sentence(kept) == found.sentence
    assert found.sentence.endswith(".")
    assert len(found.table.rows) >= 3
    figure = Figure(figsize=task.size)
    task.draw(figure, kept)
    assert figure.axes or figure.subfigs


def test_equal_seeds_give_equal_numbers():
    pytest.importorskip("num2words")
    first, again = (numbers.measure(Settings(quick=True), lambda *_: None) for _ in range(2))
    assert first == again


# --- what they share --------------------------------------------------------------------------------------


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    with pytest.raises(MissingExtraError, match=r"'no-such-thing'.*pip install 'cognomen\[study\]'"):
        require("no_such_thing", "study", "this task", "no-such-thing")


@stable
@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_edit_distance_is_the_plain_recursion(one, other):
    def plain(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(plain(a[1:], b) + 1, plain(a, b[1:]) + 1, plain(a[1:], b[1:]) + (a[0] != b[0]))

    assert edit_distance(one, other) == plain(one, other)


def test_vocabulary_leaves_the_boundary_free():
    words = Vocabulary([["b", "a"], ["c"]])
    assert (len(words), words.encode(["a", "c"]).tolist()) == (4, [1, 3])
    assert words.decode([2, 1]) == ["b", "a"]
    assert words.encode(["a", "?"], unknown=0).tolist() == [1, 0]
    with pytest.raises(KeyError):
        words.encode(["?"])


def test_split_takes_its_share_of_each_class_and_shares_no_row():
    labels = np.repeat([3, 5], [50, 10])
    training, test = split(labels, 1)
    assert sorted([*training, *test]) == list(range(60))
    assert np.bincount(labels[test]).tolist() == [0, 0, 0, 10, 0, 2]


def test_fit_learns_is_seeded_and_notices_divergence():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 3)).astype(np.float32)
    labels = (x[:, 0] > x[:, 1]).astype(np.int64)

    def trained(rate: float) -> tuple[OneToOne, list[float]]:
        net = OneToOne(Encoder("rnn", 3, 8, rng=np.random.default_rng(1)), 2, rng=np.random.default_rng(2))
        history = fit_batches(
            net, 60, lambda which: (x[which], labels[which]), epochs=30, batch_size=7, learning_rate=rate
        )
        return net, history.losses

    net, losses = trained(1e-2)
    assert len(losses) == 30
    assert losses[-1] < 0.3 < losses[0]
    assert (net.predict(x) == labels).mean() > 0.9
    assert losses == trained(1e-2)[1]
    with pytest.raises(TrainingError, match="got none"):
        fit_batches(net, 0, lambda which: (x[which], labels[which]), epochs=1)
    with np.errstate(invalid="ignore", over="ignore"), pytest.raises(TrainingError, match="diverged"):
        trained(1e38)
    x[0] = np.inf
    with np.errstate(invalid="ignore"), pytest.raises(InputError, match="x: expected finite numbers, got 3"):
        trained(1e-2)


def test_fit_shows_every_example_once_in_each_epoch():
    net = ManyToOne(Encoder("rnn", 1, 2), 2)
    seen: list[int] = []

    def batch(which: Sequence[int]) -> tuple[object, object]:
        seen.extend(which)
        return pack([np.ones((1, 1))] * len(which)), np.zeros(len(which), int)

    fit_batches(net, 10, batch, epochs=3, batch_size=4)  # type: ignore[arg-type]
    assert sorted(seen[:10]) == sorted(seen[20:]) == list(range(10))
    assert seen[:10] != seen[10:20]


# --- their data and baselines -----------------------------------------------------------------------------


def test_numbers_are_read_in_both_languages():
    pytest.importorskip("num2words")
    (pair,) = numbers.read([97_092])
    assert pair.english == ["ninety", "-seven", "thousand", "and", "ninety", "-two"]
    assert pair.french == ["quatre", "-vingt", "-dix", "-sept", "mille", "quatre", "-vingt", "-douze"]
    assert numbers.read([100_000])[0].english == ["one", "hundred", "thousand"]
    assert numbers.tokens("one thousand, two") == ["one", "thousand", ",", "two"]


def test_numbers_drawn_are_different_and_of_all_lengths():
    found = numbers.draw_numbers(500, np.random.default_rng(0))
    assert len(set(found)) == 500
    assert 0 <= min(found) < 20
    assert 900_000 < max(found) < 1_000_000


def test_short_numbers_are_not_all_among_the_first_which_are_the_test():
    found = numbers.draw_numbers(22_000, np.random.default_rng(0))
    assert sum(number < 100 for number in found) == 100
    assert sum(number < 100 for number in found[:2000]) < 25


def test_word_by_word_finds_the_translation_of_each_word():
    pairs = [numbers.Pair(["a", "b"], ["x", "y"]), numbers.Pair(["a"], ["x"]), numbers.Pair(["b"], ["y"])]
    assert numbers.word_by_word(pairs) == {"a": "x", "b": "y"}


def test_captions_are_english():
    assert "this is an eight" in captions.captions(8)
    assert "this is a seven" in captions.captions(7)
    assert len({text for digit in range(10) for text in captions.captions(digit)}) == 50
    assert captions.share_allowed(["this is a two", "this is a tao"], np.array([2, 2])) == 0.5
    assert captions.kinds(["this is a two", "a handwritten six", "?"]) == [1, 1, 0, 0, 0, 1]


def test_what_was_seen_before_in_a_clip():
    shown = np.array([[3, 5, 3, 3, 7, 5]])
    assert clips.seen_before(shown).tolist() == [[0, 0, 1, 1, 0, 1]]
    images, labels = np.arange(20, dtype=np.float32)[:, None], np.arange(20) % 4
    x, answers = clips.make_clips(images, labels, np.arange(10, 20), 5, np.random.default_rng(0))
    assert x.data.min() >= 10  # of the pool alone
    for clip, before, again in zip(
        x.unpack(), answers["before"].unpack(), answers["again"].unpack(), strict=True
    ):
        kinds = (clip[:, 0] % 4).astype(int).tolist()
        assert before.tolist() == [int(kind in kinds[:t]) for t, kind in enumerate(kinds)]
        assert again.tolist() == [int(kind in kinds[t + 1 :]) for t, kind in enumerate(kinds)]


def test_the_best_guess_by_place():
    assert clips.guess(np.array([[0, 0, 0, 1], [1, 1, 0, 1]])) == {"frames": [0.75, 0.75], "all": 0.75}


def test_surnames_in_kanji_stand_once_each():
    pytest.importorskip("japanese_personal_name_dataset")
    names = kanji.surnames()
    assert len({name for name, _ in names}) == len(names) == 1999
    assert dict(names)["田中"] == "たなか"
    assert all("ぁ" <= letter <= "ん" for _, reading in names for letter in reading)


def test_readings_are_shared_out_among_characters():
    names = [
        ("山田", "やまだ"),
        ("山本", "やまもと"),
        ("田中", "たなか"),
        ("本田", "ほんだ"),
        ("中山", "なかやま"),
    ]
    names += [("山", "やま"), ("中", "なか"), ("本", "もと")]
    found = kanji.frequent_readings(names)
    assert (found["山"], found["中"], found["本"], found["田"]) == ("やま", "なか", "もと", "だ")
    chance = {"山": {"やま": 1.0}, "田": {"だ": 0.5, "た": 0.5}}
    assert kanji.align(("山田", "やまだ"), chance) == ["やま", "だ"]
    assert kanji.align(("山田", "や"), chance) == []  # too short to share out


def test_rates_count_wrong_kana():
    found = kanji.rates([("山", "やま"), ("田", "た")], ["やま", "だだ"], [True, False])
    assert found == {"error_rate": 2 / 3, "error_rate_known": 0.0, "whole": 0.5}


def test_the_nearest_mean_image():
    images = np.repeat(np.eye(10, dtype=np.float32), 2, axis=0)
    labels = np.repeat(np.arange(10), 2)
    assert digits.nearest_mean(images, labels, images[::2] * 0.9).tolist() == list(range(10))


def test_the_length_that_fails_is_the_first_beyond_training():
    rows = [[8, 5, 0.5, 1.0], [9, 5, 0.95, 1.0], [10, 5, 0.8, 1.0], [11, 5, 0.1, 1.0]]
    assert numbers.failing({"short": 8, "lengths": rows}) == 10
    assert numbers.failing({"short": 8, "lengths": rows[:2]}) is None
