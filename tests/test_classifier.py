"""The classifier: any input, one answer for each; what cannot be read is unknown, with its reason."""

from __future__ import annotations

import itertools
import json
import math
import sys
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from counting import count_calls
from hypothesis import given, settings
from hypothesis import strategies as st

import cognomen
from cognomen.classifier import Answer, Classifier, OriginProbability, scoring
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.decisions import REASONS, ScoredBlock
from cognomen.classifier.options import Options
from cognomen.errors import InputError, ModelError
from cognomen.io import pretrained as pretrained_module
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.io.pretrained import DEFAULT
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet
from cognomen.text.ragged import Ragged

ORIGINS = ("English", "German", "Irish", "Japanese", "Vietnamese")
LETTERS = " '-abcdefghijklmnopqrstuvwxyz\u0303\u0308"
NAMES = ["smith", "Müller", "O'Brien", "van der Berg", "Nguyễn", "x", "Nakamura", "smith", "Quach-Smith"]


def make(seed: int = 5, **changes: Any) -> Classifier:
    """A classifier with random weights, spread wide enough that its answers differ."""
    architecture = Architecture(len(LETTERS) + 1, len(ORIGINS), embedding_size=8, hidden_size=12, **changes)
    network = Network(architecture, rng=np.random.default_rng(seed))
    for parameter in network.params.values():
        parameter *= 2
    facts = {"seed": seed, "validation": {"accuracy": 0.8126}}
    return Classifier(
        network, Alphabet(LETTERS), ORIGINS, [0.4, 0.3, 0.1, 0.1, 0.1], 1.5, facts, "# A card\n"
    )


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return make()


# --- one answer ----------------------------------------------------------------------------------------


def test_an_answer_is_what_the_network_says(clf: Classifier) -> None:
    """Followed by hand: the letters' numbers, the network, the temperature, softmax."""
    ids = np.array([LETTERS.index(letter) + 1 for letter in "smith"])
    z = clf.network.forward(Ragged(ids, np.array([5])))[0][0].astype(np.float64) / 1.5  # (C,)
    p = np.exp(z) / np.exp(z).sum()
    answer = clf("Smith", top_k=5)
    assert {o.origin: o.probability for o in answer.origins} == pytest.approx(
        dict(zip(ORIGINS, p, strict=True)), abs=1e-6
    )
    assert answer.origin == ORIGINS[p.argmax()]
    assert answer.probability == answer.origins[0].probability
    assert (answer.name, answer.surname, answer.status) == ("Smith", "Smith", "ok")
    assert (answer.reason, answer.note) == (None, None)


@settings(deadline=None)
@given(st.text(st.sampled_from(LETTERS.strip()), min_size=1, max_size=20).filter(lambda t: t.isalpha()))
def test_probabilities_fall_and_sum_to_one(clf: Classifier, name: str) -> None:
    answer = clf(name, top_k=5, full_names=False, na=None)
    shares = [o.probability for o in answer.origins]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(1, abs=1e-6)
    assert {o.origin for o in answer.origins} == set(ORIGINS)


def test_equal_probabilities_come_in_the_order_of_the_origins() -> None:
    origins = [f"O{number:02}" for number in range(40)]
    network = Network(Architecture(3, 40, embedding_size=4, hidden_size=4), rng=np.random.default_rng(0))
    network.params["output.weight"].fill(0)
    network.params["output.bias"][:] = [0, 1] * 20
    flat = Classifier(network, Alphabet("ab"), origins, [1 / 40] * 40)
    assert [o.origin for o in flat("ab", top_k=40).origins] == origins[1::2] + origins[::2]
    assert flat.predict("ab") == ["O01"]


@pytest.mark.parametrize(("top_k", "count"), [(1, 1), (3, 3), (5, 5), (99, 5)])
def test_top_k(clf: Classifier, top_k: int, count: int) -> None:
    assert len(clf("smith", top_k=top_k).origins) == count
    assert clf("smith", top_k=top_k).origins == clf("smith", top_k=5).origins[:count]


@pytest.mark.parametrize("top_k", [0, -1, 1.5, "3", None, True])
def test_top_k_must_be_a_number_above_zero(clf: Classifier, top_k: Any) -> None:
    with pytest.raises(InputError, match="top_k: expected a whole number, 1 or more, got"):
        clf("smith", top_k=top_k)


def test_three_origins_unless_asked(clf: Classifier) -> None:
    assert len(clf("smith").origins) == 3


def test_json_of_an_answer(clf: Classifier) -> None:
    top = (OriginProbability("A", 0.5),)
    answer = Answer("J. Ng", "A", 0.5, top, "ok", None, "Ng", "a-note", level="origin")
    text = '{"name": "J. Ng", "origin": "A", "probability": 0.5, '
    text += '"origins": [{"origin": "A", "probability": 0.5}], '
    text += '"status": "ok", "reason": null, "surname": "Ng", "note": "a-note", "origin_set": null, '
    rest = '"group": null, "group_probability": null, '
    rest += '"region": null, "region_probability": null, "evidence": null, "parts": [], "maiden_name": null}'
    text += f'"level": "origin", {rest}'
    assert json.dumps(answer.to_json()) == text
    unknown = '{"name": "", "origin": null, "probability": null, "origins": [], '
    unknown += '"status": "unknown", "reason": "empty", "surname": null, "note": null, "origin_set": null, '
    unknown += f'"level": null, {rest}'
    assert json.dumps(clf("").to_json()) == unknown


# --- full names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "surname"), [("John Smith", "Smith"), ("SMITH, John", "SMITH"), ("Vincent van Gogh", "van Gogh")]
)
def test_a_full_name_is_answered_for_its_surname(clf: Classifier, text: str, surname: str) -> None:
    answer = clf(text)
    assert (answer.name, answer.surname, answer.note) == (text, surname, "surname-of-full-name")
    assert answer.origins == clf(surname).origins
    np.testing.assert_array_equal(clf.predict_proba(text), clf.predict_proba(surname))


@pytest.mark.parametrize("surname", ["van der Berg", "de Vries", "O'Brien", "Quach-Smith", "smith"])
def test_a_surname_is_taken_as_it_stands(clf: Classifier, surname: str) -> None:
    assert clf(surname) == clf(surname, full_names=False)
    assert (clf(surname).surname, clf(surname).note) == (surname, None)


def test_full_names_can_be_taken_as_surnames(clf: Classifier) -> None:
    answer = clf("John Smith", full_names=False)
    assert (answer.surname, answer.note) == ("John Smith", None)
    assert answer.origins != clf("Smith").origins
    assert clf(["John Smith"], full_names=False) == [answer]
    p = clf.predict_proba("John Smith", full_names=False)
    assert p.max() == np.float32(answer.probability)
    assert clf.predict("John Smith", full_names=False) == [answer.origin]


# --- what cannot be answered ---------------------------------------------------------------------------

BAD = [
    ("", "empty"),
    ("   ", "empty"),
    ("\t\n\u00a0", "empty"),
    ("123", "no-letters"),
    ("4711 0815", "no-letters"),
    ("-", "placeholder"),
    ("N/A", "placeholder"),
    ("jane@doe.org", "not-a-name"),
    ("Garc\ufffda", "garbled"),
    ("\u200b", "no-letters"),
    ("\u0308", "no-letters"),
    ("\ud800", "no-letters"),
    ("🙂", "no-letters"),
    ("👩‍👩‍👧‍👦🇮🇪", "no-letters"),
    ("Иванов", "unknown-script"),
    ("北京", "unknown-script"),
    ("Παπαδόπουλος", "unknown-script"),
    ("محمد", "unknown-script"),
    ("smИИИИИ", "unknown-script"),
    ("a" * 500, "too-long"),
    ("И" * 500, "too-long"),
    ("a" * 101, "too-long"),
    ("Jr " * 100_000, "too-long"),
    (None, "not-text"),
    (float("nan"), "not-text"),
    (np.nan, "not-text"),
    (np.float64("nan"), "not-text"),
    (pd.NA, "not-text"),
    (pd.NaT, "not-text"),
    (b"bytes", "not-text"),
    (bytearray(b"bytes"), "not-text"),
    (5, "not-text"),
    (True, "not-text"),
    (object(), "not-text"),
    (np.array(7), "not-text"),
]
NUMBERED = [f"{number}-{reason}" for number, (_, reason) in enumerate(BAD)]
TABLE = pytest.mark.parametrize(("bad", "reason"), BAD, ids=NUMBERED)


@TABLE
def test_what_cannot_be_read_is_unknown_with_its_reason(clf: Classifier, bad: Any, reason: str) -> None:
    name = bad if isinstance(bad, str) else None
    for full_names in (True, False):
        answer = clf(bad, full_names=full_names)
        assert answer == Answer(name, None, None, (), "unknown", reason, None, None)
    assert clf.predict(bad) == [None]
    assert np.isnan(clf.predict_proba(bad)).all()
    assert clf.predict_proba(bad).shape == (1, 5)


@TABLE
def test_it_does_not_upset_the_others_of_its_list(clf: Classifier, bad: Any, reason: str) -> None:
    answers = clf(["smith", bad, "Müller"])
    assert [a.reason for a in answers] == [None, reason, None]
    assert [a.origin for a in answers] == clf.predict(["smith", bad, "Müller"])
    assert answers[0].origin == clf("smith").origin
    assert answers[0].probability == pytest.approx(clf("smith").probability, abs=2e-6)
    p = clf.predict_proba(["smith", bad, "Müller"])
    np.testing.assert_array_equal(np.isnan(p).all(axis=1), [False, True, False])
    assert not np.isnan(p[[0, 2]]).any()


@pytest.mark.parametrize("name", ["a" * 100, "smИИ", "Nguyễn", "Smith1", " smith ", "smith🙂"])
def test_what_can_be_read_is_answered(clf: Classifier, name: str) -> None:
    """The longest surname, half a surname of unknown letters, and what only looks odd."""
    assert clf(name, full_names=False).status == "ok"
    assert clf(name).status == "ok"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_gets_an_answer(clf: Classifier, text: str) -> None:
    answer = clf(text)
    assert answer.name == text
    assert (answer.status == "ok") == (answer.origin is not None) == (answer.reason is None)
    assert json.loads(json.dumps(answer.to_json()))["name"] == text
    assert clf.predict(text) == [answer.origin]


# --- columns -------------------------------------------------------------------------------------------


def sorted_dictionary(names: list[str]) -> pa.DictionaryArray:
    """As a category of pandas becomes one: its values do not stand in the order of the rows."""
    values = sorted(set(names))
    return pa.DictionaryArray.from_arrays(pa.array([values.index(name) for name in names]), pa.array(values))


COLUMNS: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda names: (name for name in names),
    "iterator": iter,
    "keys": lambda names: dict.fromkeys(names).keys(),
    "array of objects": lambda names: np.array(names, dtype=object),
    "array of text": np.array,
    "strided array": lambda names: np.array([n for name in names for n in (name, "?")])[::2],
    "series": pd.Series,
    "series of objects": lambda names: pd.Series(names, dtype=object),
    "series with its own index": lambda names: pd.Series(names, index=range(90, 90 - len(names), -1)),
    "categorical": lambda names: pd.Series(names, dtype="category"),
    "index": pd.Index,
    "arrow array": pa.array,
    "arrow chunks": lambda names: pa.chunked_array([names[:2], names[2:]]),
    "arrow dictionary": lambda names: pa.array(names).dictionary_encode(),
    "arrow dictionary in another order": sorted_dictionary,
    "arrow views": lambda names: pa.array(names, pa.string_view()),
    "arrow values": lambda names: list(pa.array(names)),
    "series of arrow": lambda names: pd.Series(names, dtype="string[pyarrow]"),
}


@pytest.mark.parametrize("different", [False, True])
@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_of_column_keeps_its_length_and_order(clf: Classifier, kind: str, different: bool) -> None:
    names = list(dict.fromkeys(NAMES)) if kind == "keys" or different else NAMES
    expected = clf(names)
    found = clf(COLUMNS[kind](names))
    assert found == expected
    assert [answer.name for answer in found] == names
    assert all(type(answer.name) is str for answer in found)
    assert clf.predict(COLUMNS[kind](names)) == [answer.origin for answer in expected]
    one_by_one = np.concatenate([clf.predict_proba([name]) for name in names])
    np.testing.assert_allclose(clf.predict_proba(COLUMNS[kind](names)), one_by_one, atol=1e-6)


@pytest.mark.parametrize(
    "column",
    [
        ["smith", None, "Müller", float("nan")],
        np.array(["smith", None, "Müller", np.nan], dtype=object),
        pd.Series(["smith", None, "Müller", np.nan]),
        pd.Series(["smith", pd.NA, "Müller", None], dtype="string"),
        pd.Index(["smith", None, "Müller", np.nan]),
        pa.array(["smith", None, "Müller", None]),
    ],
    ids=["list", "array", "series", "string series", "index", "arrow"],
)
def test_missing_values_stay_in_their_places(clf: Classifier, column: Any) -> None:
    assert [answer.reason for answer in clf(column)] == [None, "not-text", None, "not-text"]
    assert [origin is None for origin in clf.predict(column)] == [False, True, False, True]
    np.testing.assert_array_equal(np.isnan(clf.predict_proba(column))[:, 0], [False, True, False, True])


def test_a_column_of_columns_holds_no_text(clf: Classifier) -> None:
    items = [
        ["smith"],
        ("smith",),
        {"smith"},
        {"smith": 1},
        np.array(["smith"]),
        pd.Series(["smith"]),
        "smith",
    ]
    assert [answer.reason for answer in clf(items)] == ["not-text"] * 6 + [None]
    assert clf.predict([["smith"], []]) == clf.predict(pa.array([["smith"], []])) == [None, None]


def test_a_set_is_answered_in_its_own_order(clf: Classifier) -> None:
    names = set(NAMES)
    assert [answer.name for answer in clf(names)] == list(names)


@pytest.mark.parametrize("single", ["smith", np.str_("smith"), np.array("smith"), pa.scalar("smith")])
def test_a_single_text_gets_one_answer_and_one_row(clf: Classifier, single: Any) -> None:
    assert clf(single) == clf("smith")
    assert type(clf(single).name) is str
    assert clf.predict(single) == clf.predict(["smith"])
    assert clf.predict_proba(single).shape == (1, 5)


@pytest.mark.parametrize("empty", [[], (), iter(()), np.array([], dtype=object), pd.Series([], dtype=object)])
def test_an_empty_column_gives_nothing(clf: Classifier, empty: Any) -> None:
    assert clf(empty) == []
    assert clf.predict(empty) == []
    assert clf.predict_proba(empty).shape == (0, 5)
    assert clf.predict_proba(empty).dtype == np.float32


@pytest.mark.parametrize("unknown", [[""], [None, None], ["", "123", "北京"]])
def test_a_column_without_any_answer(clf: Classifier, unknown: list[Any]) -> None:
    assert clf.predict(unknown) == [None] * len(unknown)
    assert np.isnan(clf.predict_proba(unknown)).all()
    assert clf.predict_proba(unknown).shape == (len(unknown), 5)


@pytest.mark.parametrize(
    "table",
    [
        np.array([["smith", "x"], ["y", "z"]]),
        pd.DataFrame({"surname": ["smith"]}),
        {"surname": "smith"},
        pa.table({"surname": ["smith"]}),
    ],
)
def test_a_table_is_refused(clf: Classifier, table: Any) -> None:
    for face in (clf, clf.predict, clf.predict_proba, clf.scores, clf.stream):
        with pytest.raises(InputError, match="Pass one of its columns"):
            face(table)


def test_predict_proba_has_float32_in_the_order_of_the_origins(clf: Classifier) -> None:
    p = clf.predict_proba(NAMES)
    assert p.dtype == np.float32
    assert p.shape == (len(NAMES), len(ORIGINS))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    for row, answer in zip(p, clf(NAMES), strict=True):
        assert ORIGINS[row.argmax()] == answer.origin
        assert float(row.max()) == answer.probability


def test_logits_are_those_behind_the_probabilities(clf: Classifier) -> None:
    z = clf.logits(["Smith", "MÜLLER"])
    p = np.exp(z / 1.5) / np.exp(z / 1.5).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, clf.predict_proba(["smith", "müller"]), atol=1e-6)
    assert clf.logits([]).shape == (0, 5)
    with pytest.raises(InputError, match="got '123', which has no letters"):
        clf.logits(["smith", "123"])


def test_scores_are_the_answers_in_arrays(clf: Classifier) -> None:
    names = [*NAMES, None, "", "John Smith", "123"]
    scores, answers = clf.scores(names), clf(names)
    assert [None if o < 0 else ORIGINS[o] for o in scores.origins] == [a.origin for a in answers]
    assert [None if np.isnan(p) else p for p in scores.probabilities] == [a.probability for a in answers]
    assert [None if r < 0 else REASONS[r] for r in scores.reasons] == [a.reason for a in answers]
    assert [scores.origins.dtype, scores.probabilities.dtype, scores.reasons.dtype] == ["i2", "f4", "i1"]
    assert len(clf.scores([]).origins) == 0


# --- threads -------------------------------------------------------------------------------------------


def faces(clf: Classifier) -> list[Callable[..., Any]]:
    return [clf, clf.predict, clf.predict_proba, clf.scores, lambda names, **o: list(clf.stream(names, **o))]


def test_threads_reach_the_network(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(clf, monkeypatch)
    for face in faces(clf):
        face(NAMES, threads=2)
        face(NAMES)
    assert [threads for _, threads in calls] == [2, 1] * 5


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", None, True])
def test_threads_must_be_a_number_above_zero(clf: Classifier, threads: Any) -> None:
    for face in faces(clf):
        with pytest.raises(InputError, match="threads: expected a whole number, 1 or more, got"):
            face([], threads=threads)


def test_several_threads_may_call_at_once(clf: Classifier) -> None:
    """Enough names for the network to share its work among threads too."""
    names = [f"{name}{a}{b}" for name in ("sm", "mü", "o'") for a in LETTERS[3:] for b in LETTERS[3:]]
    expected = clf(names)
    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(clf, names, threads=1 + number % 2) for number in range(8)]
    for each in found:
        assert_alike(each.result(), expected)


# --- blocks and streams --------------------------------------------------------------------------------


def test_answers_do_not_depend_on_blocks(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*NAMES, None, "", "John Smith", "123", "北京", "Smith-x", "Mu\u0308ller"]
    whole, p, origins, scores = clf(names), clf.predict_proba(names), clf.predict(names), clf.scores(names)
    for size in (1, 2, 5, 9):
        monkeypatch.setattr(scoring, "SCORED_TEXTS", size)
        monkeypatch.setattr("cognomen.classifier.classifier.STREAMED_NAMES", size)
        for answers in (clf(names), list(clf.stream(names)), list(clf.stream(iter(names)))):
            assert_alike(answers, whole)
        np.testing.assert_allclose(clf.predict_proba(names), p, atol=2e-6, rtol=0)
        assert clf.predict(names) == origins
        np.testing.assert_array_equal(clf.scores(names).reasons, scores.reasons)
        np.testing.assert_allclose(clf.scores(names).probabilities, scores.probabilities, atol=2e-6, rtol=0)


@pytest.mark.parametrize("method", ["predict_proba", "scores"])
def test_a_block_is_gone_when_the_next_is_read(
    clf: Classifier, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Its probabilities and letters would double the memory that a million names need."""
    blocks, real = [], clf._score_block

    def watched(*given: Any) -> ScoredBlock:
        assert all(each() is None for each in blocks)
        block = real(*given)
        blocks.extend(map(weakref.ref, (block.probabilities, block.reading.spellings)))
        return block

    monkeypatch.setattr(scoring, "SCORED_TEXTS", 2)
    monkeypatch.setattr(clf, "_score_block", watched)
    getattr(clf, method)(NAMES)
    assert len(blocks) > 4


def assert_alike(answers: list[Answer], expected: list[Answer]) -> None:
    """The same answers to float32 rounding."""
    assert len(answers) == len(expected)
    for a, b in zip(answers, expected, strict=True):
        assert (a.name, a.origin, a.reason, a.surname, a.note) == (
            b.name,
            b.origin,
            b.reason,
            b.surname,
            b.note,
        )
        assert [o.origin for o in a.origins] == [o.origin for o in b.origins]
        assert [o.probability for o in a.origins] == pytest.approx(
            [o.probability for o in b.origins], abs=2e-6
        )


def test_a_stream_may_have_no_end(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cognomen.classifier.classifier.STREAMED_NAMES", 4)
    taken: list[str] = []

    def endless() -> Iterator[str]:
        for name in itertools.cycle(NAMES):
            taken.append(name)
            yield name

    answers = clf.stream(endless())
    assert taken == []
    assert_alike(list(itertools.islice(answers, 6)), clf(NAMES[:6]))
    assert len(taken) == 8


def test_an_error_of_the_source_is_passed_on(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[str]:
        yield from NAMES[:6]
        raise OSError("the line went dead")

    monkeypatch.setattr("cognomen.classifier.classifier.STREAMED_NAMES", 4)
    answers = clf.stream(broken())
    assert_alike(list(itertools.islice(answers, 4)), clf(NAMES[:4]))
    with pytest.raises(OSError, match="the line went dead"):
        next(answers)
    for face in faces(clf):
        with pytest.raises(OSError, match="the line went dead"):
            face(broken())


@pytest.mark.parametrize(
    "column", [[], "smith", ["smith"], pa.array(NAMES), np.array(NAMES), pd.Series(NAMES)]
)
def test_a_stream_of_any_column(clf: Classifier, column: Any) -> None:
    expected = [clf(column)] if isinstance(column, str) else clf(column)
    assert list(clf.stream(column)) == expected


def test_a_stream_passes_its_options_on(clf: Classifier) -> None:
    assert list(clf.stream(["John Smith"], top_k=1, full_names=False)) == [
        clf("John Smith", top_k=1, full_names=False)
    ]
    with pytest.raises(InputError, match="top_k: expected"):
        clf.stream(NAMES, top_k=0)  # at once, not with the first answer


# --- a name's answer is its own ------------------------------------------------------------------------


@settings(deadline=None)
@given(
    company=st.lists(st.text(st.sampled_from(LETTERS), min_size=1, max_size=30), max_size=40),
    place=st.integers(0, 40),
)
def test_an_answer_does_not_depend_on_the_company(clf: Classifier, company: list[str], place: int) -> None:
    alone = clf.predict_proba("Nakamura")[0]
    place = min(place, len(company))
    row = clf.predict_proba([*company[:place], "Nakamura", *company[place:]])[place]
    np.testing.assert_allclose(row, alone, atol=2e-6, rtol=0)


def test_marks_that_the_alphabet_lacks_are_passed_over(clf: Classifier) -> None:
    mark = "\u0331"
    assert mark not in clf.alphabet.letters
    assert clf.predict_proba(["smi" + mark + "th"]).tolist() == clf.predict_proba(["smith"]).tolist()
    assert clf.logits(["smi" + mark + "th"]).tolist() == clf.logits(["smith"]).tolist()


def test_many_names_and_blocks(clf: Classifier) -> None:
    """More names than the network reads at once, shuffled: every name keeps its answer."""
    rng = np.random.default_rng(8)
    names = ["".join(rng.choice(list("aeioumnrst"), rng.integers(1, 15))) for _ in range(1500)]
    order = rng.permutation(1500)
    p = clf.predict_proba(names)
    np.testing.assert_allclose(clf.predict_proba([names[i] for i in order]), p[order], atol=2e-6, rtol=0)


def test_different_texts_and_the_surnames_of_full_names_are_scored_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each spelling of a few texts once; of a column, plain words and spellings of full names."""
    clf = make()
    calls = count_calls(clf, monkeypatch)
    names = ["Smith", "smith", "Anna Smith", "SMITH, Ann", "x", "Smith", None, "", "x"]
    answers = clf(names)
    assert [answer.name for answer in answers] == names
    assert len({answer.origins for answer in answers}) == 3
    assert clf.predict(names)[0] == answers[0].origin
    clf.predict_proba(names)
    assert [count for count, _ in calls] == [2, 2, 2]
    clf.predict_proba([*names, *"abc"])
    assert calls[-1] == (4 + 3, 1)


def test_a_model_that_minds_capitals(tmp_path: Path) -> None:
    letters = "abAB"
    network = Network(Architecture(5, 2, embedding_size=4, hidden_size=4), rng=np.random.default_rng(0))
    clf = Classifier(network, Alphabet(letters), ["X", "Y"], [0.5, 0.5], lower=False)
    assert clf("Ab").origins != clf("ab").origins
    assert (clf.logits(["Ab"]) != clf.logits(["ab"])).any()
    clf.save(tmp_path / "model")
    assert Classifier.load(tmp_path / "model")("Ab") == clf("Ab")


# --- on disk -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cell": "lstm", "num_layers": 2, "pooling": "last"},
        {"cell": "combined", "direction": "forward"},
        {"cell": "rnn", "direction": "reverse", "nonlinearity": "relu", "pooling": "mean"},
    ],
)
def test_a_saved_model_gives_the_same_answers(tmp_path: Path, changes: dict[str, Any]) -> None:
    clf = make(**changes)
    clf.save(tmp_path / "model")
    again = Classifier.load(tmp_path / "model")
    assert again(NAMES, top_k=5) == clf(NAMES, top_k=5)
    np.testing.assert_array_equal(again.predict_proba(NAMES), clf.predict_proba(NAMES))
    for field in ("origins", "priors", "temperature", "alphabet", "facts", "card", "lower"):
        assert getattr(again, field) == getattr(clf, field), field
    assert again.network.architecture == clf.network.architecture


def test_saving_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    make().save(tmp_path / "one")
    Classifier.load(str(tmp_path / "one")).save(tmp_path / "two")
    for name in ("model.safetensors", "model.json", "README.md"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_half_precision_tensors_are_widened(tmp_path: Path) -> None:
    clf = make()
    clf.save(tmp_path / "model")
    whole = read_artifact(tmp_path / "model")
    half = {name: tensor.astype(np.float16) for name, tensor in whole.tensors.items()}
    write_artifact(tmp_path / "half", Artifact(half, whole.facts, whole.card))
    found = Classifier.load(tmp_path / "half")
    assert {p.dtype.name for p in found.network.params.values()} == {"float32"}
    np.testing.assert_allclose(found.predict_proba(NAMES), clf.predict_proba(NAMES), atol=0.02)


def change_architecture(whole: Artifact, **changes: Any) -> Artifact:
    facts = whole.facts | {"architecture": whole.facts["architecture"] | changes}
    return Artifact(whole.tensors, facts, whole.card)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hidden_size": 13}, "expected the shape"),
        ({"embedding_size": 9}, "expected the shape"),
        ({"origin_count": 6}, "expected the shape"),
        ({"alphabet_size": 40}, "expected the shape"),
        ({"cell": "lstm"}, "expected the shape"),
        ({"num_layers": 2}, "expected the parameters"),
        ({"direction": "forward"}, "expected the parameters"),
        ({"pooling": "max"}, "expected the shape"),
        ({"pooling": "max+sum"}, "pooling"),
        ({"cell": "transformer"}, "expected one of"),
        ({"direction": "sideways"}, "expected one of"),
        ({"hidden_size": "12"}, "expected an integer"),
        ({"heads": 4}, "these fields are missing or unknown: ['heads']"),
    ],
)
def test_tensors_that_do_not_fit_the_architecture(
    tmp_path: Path, clf: Classifier, changes: dict[str, Any], reason: str
) -> None:
    clf.save(tmp_path / "model")
    write_artifact(tmp_path / "model", change_architecture(read_artifact(tmp_path / "model"), **changes))
    with pytest.raises(ModelError, match="parts do not fit together") as caught:
        Classifier.load(tmp_path / "model")
    assert reason in str(caught.value)
    assert str(tmp_path / "model") in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"alphabet": "abc"}, "letters, the unknown one included, got 4"),
        ({"alphabet": "aa"}, "each letter once"),
        ({"origins": ["A", "B"], "priors": [0.5, 0.5]}, "the network is made for 5 origins, got 2"),
    ],
)
def test_facts_that_do_not_fit_the_network(
    tmp_path: Path, clf: Classifier, changes: dict[str, Any], reason: str
) -> None:
    clf.save(tmp_path / "model")
    whole = read_artifact(tmp_path / "model")
    write_artifact(tmp_path / "model", Artifact(whole.tensors, whole.facts | changes, whole.card))
    with pytest.raises(ModelError, match="parts do not fit together") as caught:
        Classifier.load(tmp_path / "model")
    assert reason in str(caught.value)


def test_parts_that_do_not_fit_make_no_classifier(clf: Classifier) -> None:
    with pytest.raises(InputError, match="the network is made for 5 priors, got 1"):
        Classifier(clf.network, clf.alphabet, ORIGINS, [1.0])


# --- which model ---------------------------------------------------------------------------------------


@pytest.fixture
def pretrained(tmp_path: Path, clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose default model is the random one, seen from another working folder."""
    clf.save(tmp_path / "models" / DEFAULT)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(pretrained_module, "PRETRAINED", tmp_path / "models")
    return tmp_path / "models" / DEFAULT


@pytest.mark.usefixtures("pretrained")
def test_the_shipped_model_is_the_default(clf: Classifier) -> None:
    found = Classifier.load()("smith")
    assert found == Classifier.load(DEFAULT)("smith")
    assert found.probability == pytest.approx(clf("smith").probability, abs=1e-6)


@pytest.mark.usefixtures("pretrained")
def test_a_folder_of_the_shipped_name_is_reached_by_a_path() -> None:
    other = make(seed=6)
    other.save(DEFAULT)
    probability = other("smith").probability
    for path in (f"./{DEFAULT}", Path(DEFAULT)):
        assert Classifier.load(path)("smith").probability == pytest.approx(probability, abs=1e-6)
    assert Classifier.load(DEFAULT)("smith").probability != pytest.approx(probability, abs=1e-6)


@pytest.mark.usefixtures("pretrained")
def test_a_folder_by_its_bare_name() -> None:
    make(seed=6).save("mine")
    assert Classifier.load("mine").facts["seed"] == 6
    Path("mine").rename(".mine.previous")  # as after a replacement that was cut short
    assert Classifier.load("mine").facts["seed"] == 6


@pytest.mark.usefixtures("pretrained")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (DEFAULT[:-1], rf"Did you mean '{DEFAULT}'\?"),
        ("resnet", rf"Pretrained: {DEFAULT}\."),
        ("x" * 300, rf"Pretrained: {DEFAULT}\."),
        ("some/where", "found nothing. Check the path"),
        (Path(DEFAULT[:-1]), "found nothing. Check the path"),
    ],
)
def test_a_model_that_is_not_there(name: str | Path, hint: str) -> None:
    with pytest.raises(ModelError, match=hint) as caught:
        Classifier.load(name)
    assert str(name) in str(caught.value)


@pytest.mark.parametrize("model", [None, DEFAULT])
def test_an_installation_without_its_model_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str | None
) -> None:
    monkeypatch.setattr(pretrained_module, "PRETRAINED", tmp_path)
    with pytest.raises(ModelError, match=rf"pretrained model '{DEFAULT}'.*Reinstall Cognomen") as caught:
        Classifier.load(model)
    assert str(tmp_path) in str(caught.value)


def test_a_damaged_model_is_refused(pretrained: Path) -> None:
    data = (pretrained / "model.safetensors").read_bytes()
    (pretrained / "model.safetensors").write_bytes(data[:-1])
    with pytest.raises(ModelError, match="cut short"):
        Classifier.load()


@pytest.fixture(scope="module")
def classic() -> Classifier:
    """The model of the 18 files."""
    return Classifier.load("classic")


@TABLE
def test_the_real_model_does_not_guess_either(classic: Classifier, bad: Any, reason: str) -> None:
    assert (classic(bad).status, classic(bad).reason) == ("unknown", reason)
    assert classic.predict(["smith", bad]) == [classic("smith").origin, None]


def test_the_real_model_is_small_and_answers(classic: Classifier) -> None:
    folder = pretrained_module.PRETRAINED / "classic"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2_000_000
    assert len(classic.origins) == 18
    assert classic.predict(["Smith", "Nakamura", "Kowalczyk"]) == ["English", "Japanese", "Polish"]


@pytest.mark.parametrize("model", [None, "classic"])
def test_smith_is_english_whichever_model_answers(model: str | None) -> None:
    assert Classifier.load(model).predict(["smith", "Nakamura"]) == ["English", "Japanese"]


# --- how it shows itself -------------------------------------------------------------------------------


def test_the_real_model_says_the_same_of_a_long_list_and_of_its_parts(classic: Classifier) -> None:
    """As many n-grams at once as narrow numbers could not count."""
    rng = np.random.default_rng(0)
    letters = np.array(list("aaeeeiioounnrrsstlkmdvcz"))
    names = ["".join(rng.choice(letters, size)) for size in rng.integers(3, 14, 12_000)]
    whole = classic.predict_proba(names)
    parts = [classic.predict_proba(names[start : start + 300]) for start in range(0, 12_000, 300)]
    np.testing.assert_allclose(whole, np.concatenate(parts), atol=1e-4)


def test_repr_says_what_it_is() -> None:
    weights = f"{make().network.size:,}"
    assert repr(make()) == (
        f"<Classifier: 5 origins (English, German, Irish, ...); gru 8-12, {weights} weights; "
        "validation accuracy 0.813>"
    )


def test_repr_of_scores_is_a_line() -> None:
    assert repr(make().scores(["murphy", "123"] * 500)) == "<Scores: 1,000 names, 500 answered>"


def test_repr_names_three_origins_in_full() -> None:
    network = Network(Architecture(len(LETTERS) + 1, 3, embedding_size=2, hidden_size=2))
    three = Classifier(network, Alphabet(LETTERS), ["A", "B", "C"], [0.5, 0.3, 0.2])
    assert repr(three).startswith("<Classifier: 3 origins (A, B, C); gru 2-2, ")


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({}, "weights>"),
        (
            {"validation": {"accuracy": 0.5}, "protocols": {"L": {"mean": 0.8412}}},
            "protocol L accuracy 0.841>",
        ),
        ({"protocols": {"T": {"mean": 0.9}}}, "weights>"),
    ],
)
def test_repr_names_the_best_founded_accuracy(clf: Classifier, facts: dict[str, Any], end: str) -> None:
    again = Classifier(clf.network, clf.alphabet, clf.origins, clf.priors, facts=facts)
    assert repr(again).endswith(end)


def test_weights_stored_in_half_the_bytes(clf: Classifier, tmp_path: Path) -> None:
    clf.save(tmp_path / "whole")
    clf.save(tmp_path / "half", half=True)
    sizes = [(tmp_path / each / "model.safetensors").stat().st_size for each in ("whole", "half")]
    assert sizes[1] < 0.6 * sizes[0]
    again = Classifier.load(tmp_path / "half")
    assert again.network.params["output.weight"].dtype == np.float32
    np.testing.assert_allclose(again.predict_proba(NAMES), clf.predict_proba(NAMES), atol=1e-3)
    assert np.abs(again.predict_proba(NAMES) - clf.predict_proba(NAMES)).max() > 0


# --- a single name -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [Classifier.__call__, lambda clf, name: clf.predict([name]), lambda clf, name: clf.predict_proba(name)],
)
def test_a_single_name_takes_few_calls(ask: Callable[[Classifier, str], object]) -> None:
    """Nothing is prepared for it that only pays for many: at most 150 calls of our functions."""
    clf, package = Classifier.load("classic"), str(Path(cognomen.__file__).parent)
    clf(["Smith", "O'Brien", "Möller"])
    for word in ("smith", "abcdefgjklno", "pqruvwxyz'ü"):  # which prepare the weights, and these letters
        ask(clf, word)
    for name in ("Nakamura", "Kowalczyk", "Papadopoulos", "O'Sullivan", "Müller", "Li"):
        calls: list[str] = []

        def count(frame: FrameType, event: str, _: Any, calls: list[str] = calls) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(package):
                calls.append(frame.f_code.co_name)

        sys.setprofile(count)
        try:
            ask(clf, name)
        finally:
            sys.setprofile(None)
        most = 150 if name.isascii() else 200  # one that is doubted is read without its marks as well
        assert len(calls) <= most, name


@pytest.mark.parametrize("name", ["Nakamura", "Li", "ő", "Nguyễn", "xqzvk"])
def test_a_single_name_is_answered_as_in_a_column(name: str) -> None:
    clf = Classifier.load()
    all_origins = len(clf.origins)
    alone = clf(name, top_k=all_origins)
    among = clf([name, *map(str, range(9)), "Smith", "Jones"], top_k=all_origins)[0]
    assert alone.reason == among.reason
    p_alone, p_among = ({o.origin: o.probability for o in a.origins} for a in (alone, among))
    assert p_alone == pytest.approx(p_among, abs=1e-6)


# --- options -------------------------------------------------------------------------------------------

ALL_OPTIONS = {
    "full_names": True,
    "order": "auto",
    "na": (),
    "suffixes": (),
    "threads": 1,
    "level": "origin",
    "restrict": None,
    "prior": "default",
    "abstain_below": 0.0,
    "top_k": 3,
    "coverage": None,
    "all_labels": False,
}


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        ("__call__", "all_labels"),
        ("stream", "all_labels"),
        ("predict", "top_k coverage all_labels"),
        ("scores", ""),
        ("predict_proba", "top_k coverage abstain_below all_labels"),
        ("composition", "top_k coverage abstain_below prior all_labels"),
        ("predict_sets", "top_k abstain_below prior restrict all_labels"),
    ],
)
def test_each_call_takes_the_options_that_it_uses(call: str, refused: str) -> None:
    made = make()
    calibration = Calibration(1.5, tuple(np.linspace(0, 1, 201).tolist()))
    clf = Classifier(made.network, made.alphabet, made.origins, made.priors, calibration)
    method = getattr(clf, call)
    for name, value in ALL_OPTIONS.items():
        if name in refused.split():
            with pytest.raises(TypeError, match=rf"unexpected keyword argument '{name}'; expected any of"):
                method(["smith"], **{name: value})
        elif call != "predict_sets" or name != "coverage":
            method(["smith"], **{name: value})
    with pytest.raises(TypeError, match="unexpected keyword argument 'topk'"):
        method(["smith"], topk=3)


def test_options_have_the_documented_defaults() -> None:
    assert asdict(Options()) == ALL_OPTIONS


@pytest.mark.parametrize("option", ["na", "suffixes"])
@pytest.mark.parametrize("bad", ["missing", iter(["missing"]), 3])
def test_words_are_given_as_a_list(clf: Classifier, option: str, bad: Any) -> None:
    with pytest.raises(InputError, match=f"{option}: expected a list of texts, got"):
        clf("smith", **{option: bad})


def test_what_is_no_name_is_for_the_caller_to_say(clf: Classifier) -> None:
    assert [a.reason for a in clf(["NULL", "Null", "smith"])] == ["placeholder", None, None]
    assert clf("NULL", na=None).reason is None
    assert clf("smith", na=["smith"]).reason == "placeholder"
    assert clf("Anna Smith MVP", suffixes=["mvp"]).surname == "Smith"


def test_restrict_may_be_an_iterator(clf: Classifier) -> None:
    expected = list(clf.stream(NAMES, restrict=["German", "Irish"]))
    assert list(clf.stream(NAMES, restrict=iter(["German", "Irish"]))) == expected
    assert clf(NAMES, restrict=iter(["German", "Irish"])) == expected


def test_half_of_a_letter_that_was_decoded_wrongly_is_no_soft_hyphen() -> None:
    clf, texts = Classifier.load(), ["GarcÃ\xada", "Ana GarcÃ\xada", "Gar\xadcía", *NAMES]
    assert [clf(text).surname for text in texts[:3]] == ["García"] * 3
    assert [answer.surname for answer in clf(texts)][:3] == ["García"] * 3
