"""Columns of Arrow tables: scored as the classifier scores a list, each different text once."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from counting import count_calls
from hypothesis import given
from hypothesis import strategies as st

from cognomen.apps.answer_columns import ANSWER_COLUMNS, AnswerColumns
from cognomen.apps.tables import score_column
from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration
from cognomen.errors import InputError, MissingExtraError
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet

LETTERS = " '-abcdefghijklmnopqrstuvwxyz\u0308"
ORIGINS = ["English", "German", "Irish"]
NAMES = ["Smith", None, "Müller", "Smith", "", "O'Brien", "John Smith", "北京", "123", None, "a" * 101]


@pytest.fixture(scope="module")
def clf() -> Classifier:
    architecture = Architecture(len(LETTERS) + 1, len(ORIGINS), embedding_size=8, hidden_size=12)
    network = Network(architecture, rng=np.random.default_rng(5))
    for parameter in network.params.values():
        parameter *= 2
    return Classifier(network, Alphabet(LETTERS), ORIGINS, [0.5, 0.3, 0.2], 1.5)


def rows_of(answers: list[Any]) -> list[dict[str, Any]]:
    keys = ("origin", "probability", "status", "reason")
    return [
        {key: getattr(a, key) for key in keys}
        | {"read_surname": a.surname, "maiden_name": a.maiden_name, "read_note": a.note}
        for a in answers
    ]


KINDS = {"string": pa.string(), "large_string": pa.large_string(), "string_view": pa.string_view()}


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_column_is_scored_as_a_list(clf: Classifier, kind: str, encoded: bool) -> None:
    array = pa.array(NAMES, KINDS[kind])
    chunked = pa.chunked_array([array.slice(0, 3), array.slice(3, 0), array.slice(3)])
    for column in (array, chunked):
        table = score_column(clf, column.dictionary_encode() if encoded else column)
        assert table.to_pylist() == rows_of(clf(NAMES))


def test_the_columns_of_the_answers(clf: Classifier) -> None:
    table = score_column(clf, pa.chunked_array([NAMES, NAMES]))
    assert table.column_names == list(ANSWER_COLUMNS)
    kinds = {name: table.schema.field(name).type for name in table.column_names}
    assert kinds["probability"] == pa.float32()
    assert all(kinds[name].value_type == pa.string() for name in ("origin", "status", "reason"))
    assert [table[name].num_chunks for name in table.column_names] == [1] * 7
    table.validate(full=True)
    nulls = {name: table[name].null_count for name in table.column_names}
    assert nulls == {
        **{"origin": 12, "probability": 12, "status": 0, "reason": 10},
        **{"read_surname": 12, "maiden_name": 22, "read_note": 20},
    }
    assert table["origin"].chunk(0).dictionary.to_pylist() == ORIGINS


def test_the_surname_from_birth_has_a_column(clf: Classifier) -> None:
    names = ["Mary Toogood née Johnson", "Smith", None, "Anna Berg", "Mary Toogood née Johnson", *NAMES]
    found = score_column(clf, pa.array(names))["maiden_name"].to_pylist()
    assert found == ["Johnson", None, None, None, "Johnson", *[None] * len(NAMES)]


@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=4), max_size=4))
def test_any_chunks(clf: Classifier, chunks: list[list[str | None]]) -> None:
    column = pa.chunked_array(chunks, pa.string())
    names = list(chain.from_iterable(chunks))
    assert score_column(clf, column)["reason"].to_pylist() == [a.reason for a in clf(names)]
    separate = pa.chunked_array([pa.array(c, pa.string()).dictionary_encode() for c in chunks] or [[]])
    if chunks:
        assert score_column(clf, separate)["origin"].to_pylist() == clf.predict(names)


@pytest.mark.parametrize(
    "column", [pa.chunked_array([], pa.string()), pa.array([], pa.string()), pa.nulls(0)]
)
def test_no_rows(clf: Classifier, column: Any) -> None:
    table = score_column(clf, column)
    assert table.num_rows == 0
    assert table.column_names == list(ANSWER_COLUMNS)


def test_nothing_but_nulls(clf: Classifier) -> None:
    unknown = dict.fromkeys(ANSWER_COLUMNS) | {"status": "unknown", "reason": "not-text"}
    assert score_column(clf, pa.nulls(2)).to_pylist() == [unknown] * 2
    assert score_column(clf, pa.nulls(2, pa.string())).to_pylist() == [unknown] * 2


def test_options_reach_the_classifier(clf: Classifier) -> None:
    column = pa.array(["John Smith"])
    taken = score_column(clf, column, full_names=False)["probability"].to_pylist()
    assert taken == [clf("John Smith", full_names=False).probability] != [clf("John Smith").probability]
    assert score_column(clf, column, threads=2).num_rows == 1
    with pytest.raises(InputError, match="threads: expected a whole number"):
        score_column(clf, column, threads=0)


def test_different_texts_are_scored_once(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(clf, monkeypatch)
    score_column(clf, pa.chunked_array([["x", "y", None] * 50, ["y", "z"] * 50]))
    score_column(clf, pa.array(["w", "x"] + ["y", "z"] * 50).dictionary_encode().slice(2))
    assert [names for names, _ in calls] == [3, 2]


def test_the_answers_join_their_table(clf: Classifier) -> None:
    table = pa.table({"surname": pa.chunked_array([["Smith"], ["Müller", None]])})
    joined = table.append_column("origin", score_column(clf, table["surname"])["origin"])
    assert joined.to_pylist()[2] == {"surname": None, "origin": None}
    assert joined["origin"].to_pylist() == clf.predict(["Smith", "Müller", None])
    assert joined.to_pandas()["origin"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([1, 2]), r"the type int64\. Try column\.cast"),
        (pa.array([b"x"]), "the type binary"),
        (pa.array([1]).dictionary_encode(), "dictionary<values=int64"),
        (pa.array([["x"]]), "the type list"),
        (pa.table({"name": ["x"], "b": ["y"]}), r"a whole Table\. Pass .*table\['name'\] or table\['b'\]"),
        (["x"], r"object of type 'list'\. Convert it with pyarrow\.array"),
        (pd.Series(["x"]), "object of type 'Series'"),
        ("x", "object of type 'str'"),
        (pa.scalar("x"), "object of type 'StringScalar'"),
        (None, "object of type 'NoneType'"),
    ],
)  # fmt: skip
def test_what_is_no_column_of_strings_is_refused(clf: Classifier, column: Any, words: str) -> None:
    with pytest.raises(
        InputError, match=f"expected a pyarrow Array or ChunkedArray of strings, got.*{words}"
    ):
        score_column(clf, column)


def test_without_pyarrow_the_command_to_install_it_is_told(
    clf: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = pa.array(["x"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        MissingExtraError, match=r"needs the package 'pyarrow'.*pip install 'cognomen\[tables\]'"
    ):
        score_column(clf, column)


@pytest.mark.parametrize("restrict", [None, ["Irish", "English"]])
def test_the_most_likely_labels_are_those_of_the_answers(clf: Classifier, restrict: list[str] | None) -> None:
    table = score_column(clf, pa.array(NAMES), top_k=9, restrict=restrict, abstain_below=0.9).to_pylist()
    for row, answer in zip(table, clf(NAMES, top_k=9, restrict=restrict, abstain_below=0.9), strict=True):
        found = [(row[f"top_{k}"], row[f"top_{k}_probability"]) for k in (1, 2, 3)]
        expected = [(each.origin, each.probability) for each in answer.origins]
        assert found == expected + [(None, None)] * (3 - len(expected))
        assert "top_4" not in row


def test_sets_and_the_probability_of_each_label(clf: Classifier) -> None:
    levels = (0.0, *np.linspace(0.4, 1, 200))
    clf = Classifier(clf.network, clf.alphabet, clf.origins, clf.priors, Calibration(1.5, set_levels=levels))
    table = score_column(clf, pa.array(NAMES), coverage=0.4, all_labels=True)
    assert table.column_names[7:] == ["origin_set", "p_English", "p_German", "p_Irish"]
    p = clf.predict_proba(NAMES)
    sets = [None if each is None else set(each) for each in clf.predict_sets(NAMES, 0.4)]
    assert {len(each or ()) for each in sets} >= {1, 2}
    for row, expected, of_name in zip(table.to_pylist(), sets, p.tolist(), strict=True):
        found = [row[f"p_{origin}"] for origin in ORIGINS]
        assert (None if row["origin_set"] is None else set(row["origin_set"])) == expected
        assert found == ([None] * 3 if expected is None else of_name)
    table.validate(full=True)
    columns = AnswerColumns.of(clf.tree, {"coverage": 0.4, "all_labels": True})
    values = columns.values(clf.scores(NAMES, coverage=0.4, all_labels=True))
    assert table.to_pydict() == dict(zip(columns.names, values, strict=True))
