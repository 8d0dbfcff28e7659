"""Streams of Arrow batches: the answers of a whole column, whatever the batches, in plain types."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, count, pairwise
from typing import Any

import pyarrow as pa
import pytest
from cli_running import tiny_classifier, tree_classifier
from counting import count_calls
from hypothesis import given
from hypothesis import strategies as st

from cognomen.apps import batches, memory
from cognomen.apps.tables import answer_schema, score_batches, score_column, spark_ddl
from cognomen.classifier import Classifier
from cognomen.errors import InputError

NAMES = ["Smith", None, "Müller", "Smith", "", "O'Brien", "John Smith", "北京", "123", "a" * 101, "N/A"]


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return tree_classifier()


def stream(column: Any, size: int, **others: Any) -> list[Any]:
    return pa.table({"id": list(range(len(column))), "surname": column, **others}).to_batches(size)


def rows_of(scored: Iterable[Any]) -> list[dict[str, Any]]:
    return [row for batch in scored for row in batch.to_pylist()]


@pytest.mark.parametrize("options", [{}, {"top_k": 2, "all_labels": True, "level": "group"}])
@given(sizes=st.lists(st.integers(0, 5), max_size=6), names=st.lists(st.sampled_from(NAMES), max_size=12))
def test_any_batches_are_answered_as_one_column(
    clf: Classifier, options: Any, sizes: list[int], names: list[str | None]
) -> None:
    column = pa.array(names, pa.string())
    ends = [*(min(end, len(names)) for end in accumulate(sizes)), len(names)]
    parts = [column[start:end] for start, end in pairwise([0, *ends])]
    cut = [pa.RecordBatch.from_arrays([part], ["surname"]) for part in parts]
    scored = list(score_batches(clf, cut, "surname", **options))
    assert list(map(len, scored)) == list(map(len, cut))
    answers = score_column(clf, column, **options).to_pylist()
    assert rows_of(scored) == [
        {"surname": name, **answer} for name, answer in zip(names, answers, strict=True)
    ]


@pytest.mark.parametrize("float64", [False, True])
def test_the_schema_is_published_and_plain(clf: Classifier, float64: bool) -> None:
    asked = {"prefix": "x_", "float64": float64, "top_k": 1, "all_labels": True, "level": "region"}
    schema = answer_schema(clf, **asked)
    assert [schema.names[0], schema.names[-1]] == ["x_origin", "x_p_East Asia"]
    assert set(schema.types) == {pa.string(), pa.float64() if float64 else pa.float32()}
    (batch,) = score_batches(
        clf,
        stream(NAMES, 20),
        "surname",
        prefix="x_",
        float64=float64,
        top_k=1,
        all_labels=True,
        level="region",
    )
    batch.validate(full=True)
    assert batch.schema == pa.schema([("id", pa.int64()), ("surname", pa.string()), *schema])


def test_the_schema_in_spark_s_words() -> None:
    ddl = spark_ddl(answer_schema(tiny_classifier()))
    assert ddl == (
        "`origin` STRING, `probability` FLOAT, `status` STRING, `reason` STRING, `read_surname` STRING, "
        "`maiden_name` STRING, `read_note` STRING"
    )
    assert spark_ddl(pa.schema([("a`b", pa.list_(pa.string())), ("c", pa.float64())])) == (
        "`a``b` ARRAY<STRING>, `c` DOUBLE"
    )


def test_a_text_is_scored_once_in_the_whole_stream(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_AHEAD", 1)
    calls = count_calls(clf, monkeypatch)
    scored = list(score_batches(clf, stream(["x", "y", "x", None, "y", "z", "x"] * 3, 2), "surname"))
    assert sum(names for names, _ in calls) == 3
    assert sum(map(len, scored)) == 21


def test_small_batches_are_scored_together(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since names share their beginnings; but not more than some, so that memory stays bounded."""
    monkeypatch.setattr(batches, "ROWS_AHEAD", 100)
    calls = count_calls(clf, monkeypatch)
    names = [chr(97 + i // 26) + chr(97 + i % 26) for i in range(250)]
    list(score_batches(clf, stream(names, 10), "surname"))
    assert [each for each, _ in calls] == [100, 100, 50]


def test_the_first_rows_tell_the_order(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as of a table of an engine, so that both are read alike."""
    monkeypatch.setattr(batches, "ROWS_LOOKED_AT", 5, raising=False)
    looked_at: list[list[str]] = []
    monkeypatch.setattr(memory.Memory, "order_of", lambda self, rows: looked_at.append(rows.to_pylist()))
    names = ["a b", "c", None, "d", "e", "f g"]
    list(score_batches(clf, stream(names, 2), "surname", order="given-first"))
    assert looked_at == [names[:5]]


def test_an_endless_stream(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_AHEAD", 4)
    monkeypatch.setattr(memory, "REMEMBERED", 2)  # and forgets
    endless = (pa.RecordBatch.from_pydict({"surname": ["ab", chr(97 + n % 26)]}) for n in count())
    answers = score_batches(clf, endless, "surname")
    for n in range(60):
        expected = clf.predict(["ab", chr(97 + n % 26)])
        assert next(answers)["origin"].to_pylist() == expected


def test_a_reader_with_dictionaries_and_metadata(clf: Classifier) -> None:
    column = pa.array(NAMES).dictionary_encode()
    table = pa.table({"surname": column}).replace_schema_metadata({"k": "v"})
    (batch,) = score_batches(clf, table.to_reader(), "surname")
    assert batch["origin"].to_pylist() == clf.predict(NAMES)
    assert batch.schema.field("surname").type == column.type
    assert batch.schema.metadata == {b"k": b"v"}


def test_batches_of_several_schemas(clf: Classifier) -> None:
    """As of files in which a column has nothing but null, or strings of other kinds."""
    kinds = [pa.null(), pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.string()]
    cells: list[list[str | None]] = [[None], ["Smith"], ["Rossi", None], ["Smith"], []]
    given_batches = [pa.record_batch({"n": pa.array(c, k)}) for c, k in zip(cells, kinds, strict=True)]
    scored = list(score_batches(clf, given_batches, "n"))
    assert [batch["origin"].to_pylist() for batch in scored] == [clf.predict(c) for c in cells]
    assert [batch["n"].type for batch in scored] == kinds


def test_no_batches(clf: Classifier) -> None:
    assert list(score_batches(clf, [], "surname")) == []


@pytest.mark.parametrize(
    ("given_batches", "column", "words"),
    [
        (
            stream(NAMES, 3),
            "Surname",
            r"'Surname', found 'id', 'surname'\. Did you mean 'surname'",
        ),
        (stream(NAMES, 3, Origin=NAMES), "surname", r"has the columns \['origin'\] already.*prefix="),
        (stream(NAMES, 3), "id", "strings, got values of the type int64"),
        (pa.table({"surname": NAMES}), "surname", r"got an object of type 'Table'\. Pass table\.to_batches"),
        ([pa.table({"surname": NAMES})], "surname", r"RecordBatch, got an object of type 'Table'"),
        (
            pa.record_batch({"surname": NAMES}),
            "surname",
            r"got an object of type 'RecordBatch'\. Pass .*a list of one batch",
        ),
        ([["Smith"]], "surname", "RecordBatch, got an object of type 'list'"),
        (
            [pa.RecordBatch.from_arrays([pa.array(["a"])] * 2, ["a", "a"])],
            "a",
            "one column 'a', found several of that name\\.$",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused(
    clf: Classifier, given_batches: Any, column: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        list(score_batches(clf, given_batches, column))


def test_options_are_checked_before_the_first_batch(clf: Classifier) -> None:
    with pytest.raises(InputError, match="threads"):
        score_batches(clf, [], "surname", threads=0)
    with pytest.raises(InputError, match="does not know the origin"):
        score_batches(clf, [], "surname", restrict=["Martian"])


def test_an_iterator_of_origins_lasts_for_all_batches(
    clf: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ROWS_AHEAD", 1)
    asked = ["Danish", "Korean"]
    scored = score_batches(clf, stream(["a", "b", "c", "d"], 1), "surname", restrict=iter(asked))
    assert [row["origin"] for row in rows_of(scored)] == clf.predict(["a", "b", "c", "d"], restrict=asked)
