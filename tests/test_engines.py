"""DuckDB, Polars, pandas and Dask: the same answers in all. `make engines` runs the others as well."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cli_running import tree_classifier
from test_order import column

from cognomen.apps import engines, recipe
from cognomen.apps.memory import Memory
from cognomen.apps.tables import answer_schema, score_column
from cognomen.classifier import Classifier
from cognomen.classifier.order import ColumnOrder
from cognomen.errors import InputError, ModelError

ROWS = 100_000
ODD = [None, "", " ", "123", "北京", "a" * 101, "N/A", "Smith, John", "John Smith", "Müller", "O'Brien"]
ODD += ["'; DROP TABLE people; --", "a\tb\nc", "ß", "İ", "é" * 7, "x" * 1001, "🙂", "\x00", '"', "\ud7ff"]
PLACES = ("English", "Swedish", "Danish", "Norwegian", "Japanese", "Korean")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tree"
    tree_classifier().save(folder)
    return str(folder)


@pytest.fixture(scope="module")
def people() -> Any:
    """100,000 rows of some 3,000 different names, nulls and odd cells among them."""
    rng = np.random.default_rng(7)
    syllables = rng.choice(["ka", "mül", "o'", "son", "ng", "-ra", "Sch", "wi", "é", "ov"], (3000, 3))
    names = [*map("".join, syllables.tolist()), *ODD]
    drawn = [names[index] for index in rng.integers(0, len(names), ROWS).tolist()]
    return pa.table({"id": pa.array(range(ROWS), pa.int32()), "Surname": pa.array(drawn, pa.string())})


@pytest.fixture(scope="module")
def expected(model: str, people: Any) -> Any:
    answers = score_column(Classifier.load(model), people["Surname"], abstain_below=0.3)
    schema = answer_schema(Classifier.load(model))
    return pa.table(
        [*people.columns, *answers.cast(schema).columns], names=[*people.column_names, *schema.names]
    )


def in_duckdb(people: Any, model: str, **options: Any) -> Any:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("people", people)
    return engines.score_duckdb(
        connection, connection.table("people"), "Surname", model=model, **options
    ).to_arrow_table()


def by_function_in_duckdb(people: Any, model: str, **options: Any) -> Any:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect(config={"threads": 2})
    connection.register("people", people)
    engines.duckdb_function(connection, "origins", model=model, **options)
    return connection.sql("SELECT *, unnest(origins(Surname)) FROM people").to_arrow_table()


def in_polars(people: Any, model: str, **options: Any) -> Any:
    pl = pytest.importorskip("polars")
    return engines.score_polars(pl.from_arrow(people), "Surname", model=model, **options).to_arrow()


def streamed_in_polars(people: Any, model: str, **options: Any) -> Any:
    pl = pytest.importorskip("polars")
    lazy = engines.score_polars(pl.from_arrow(people).lazy(), "Surname", model=model, **options)
    return lazy.collect(engine="streaming").to_arrow()


def by_row_in_polars(people: Any, model: str, **options: Any) -> Any:
    pl = pytest.importorskip("polars")
    frame, answer = pl.from_arrow(people), engines.row_function(model=model, **options)
    schema = answer_schema(Classifier.load(model), float64=True, **options)
    kind = pl.Struct(pl.from_arrow(schema.empty_table()).schema)
    answers = pl.col("Surname").map_elements(answer, return_dtype=kind, skip_nulls=False)
    return frame.with_columns(answers.struct.unnest()).to_arrow()


def in_pandas(people: Any, model: str, **options: Any) -> Any:
    frame = people.to_pandas().set_index(np.arange(len(people)) // 2)  # an index with repetitions
    scored = engines.score_pandas(frame, "Surname", model=model, **options)
    assert (scored.index == frame.index).all()
    return pa.Table.from_pandas(scored, preserve_index=False)


def in_dask(people: Any, model: str, **options: Any) -> Any:
    dd = pytest.importorskip("dask.dataframe")
    frame = dd.from_pandas(people.to_pandas(), npartitions=4)
    scored = engines.score_dask(frame, "Surname", model=model, **options)
    computed = scored.compute()
    assert scored.dtypes.drop("Surname").equals(computed.dtypes.drop("Surname"))
    return pa.Table.from_pandas(computed, preserve_index=False)


ENGINES = [
    in_duckdb,
    by_function_in_duckdb,
    in_polars,
    streamed_in_polars,
    by_row_in_polars,
    in_pandas,
    in_dask,
]


def check(found: Any, expected: Any) -> None:
    """Equal but for the order of the rows, and the last digits of probabilities, which vary with batches."""
    assert found.column_names == expected.column_names
    found = found.cast(expected.schema).sort_by("id")
    labels = [name for name in expected.column_names if name != "probability"]
    assert found.select(labels) == expected.select(labels)
    ours, theirs = (table["probability"].to_numpy() for table in (expected, found))  # NaN for null
    np.testing.assert_allclose(theirs, ours, atol=1e-5)


@pytest.mark.parametrize("score", ENGINES)
def test_the_answers_are_the_same_in_all(
    score: Callable[..., Any], model: str, people: Any, expected: Any
) -> None:
    check(score(people, model, abstain_below=0.3), expected)


@pytest.mark.parametrize("score", ENGINES)
def test_options_and_all_columns(score: Callable[..., Any], model: str, people: Any) -> None:
    asked = {"top_k": 2, "all_labels": True, "restrict": ["Scandinavian"]}
    few = people.slice(0, 50)
    answers = score_column(Classifier.load(model), few["Surname"], **asked)
    found = score(few, model, **asked).sort_by("id")
    assert found.column_names == [*few.column_names, *answers.column_names]
    assert found["top_2"].to_pylist() == answers["top_2"].to_pylist()
    assert found["p_Danish"].null_count == answers["p_Danish"].null_count


@pytest.mark.parametrize("score", ENGINES)
def test_only_some_columns(score: Callable[..., Any], model: str, people: Any) -> None:
    asked = {"prefix": "n_", "columns": ["probability", "origin"]}
    few = people.slice(0, 50)
    found = score(few, model, **asked).sort_by("id")
    if score is by_row_in_polars:  # whose columns the test declares itself
        asked["float64"] = True
    assert found.column_names == [*few.column_names, "n_probability", "n_origin"]
    answers = score_column(Classifier.load(model), few["Surname"])
    assert found["n_origin"].to_pylist() == answers["origin"].to_pylist()
    assert answer_schema(Classifier.load(model), **asked).names == ["n_probability", "n_origin"]


def test_columns_that_there_are_not(model: str) -> None:
    frame = pd.DataFrame({"n": ["Smith"]})
    for columns, message in (
        (["orign"], r"columns: expected some of origin, probability, .*got 'orign'\. Did you mean 'origin'"),
        (["top_1"], "got 'top_1'"),
        ([], r"one or more, and each once, got \[\]"),
        (["origin", "origin"], "each once"),
    ):
        with pytest.raises(InputError, match=message):
            engines.score_pandas(frame, "n", model=model, columns=columns)
    found = engines.score_pandas(frame, "n", model=model, columns="origin")
    assert list(found.columns) == ["n", "origin"]


def test_dask_looks_at_some_partitions_for_the_order(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as give enough rows: each may be a large file."""
    dd = pytest.importorskip("dask.dataframe")
    looked: list[int] = []

    def order_of(memory: Any, column: Any) -> ColumnOrder:
        looked.append(len(column))
        return ColumnOrder()

    monkeypatch.setattr(Memory, "order_of", order_of)
    read: list[int] = []

    def part(size: int) -> Any:
        read.append(size)
        return pd.DataFrame({"n": ["Smith"] * size})

    def scored(*sizes: int) -> list[int]:
        read.clear()
        meta = pd.DataFrame({"n": pd.Series(["Smith"])}).iloc[:0]
        engines.score_dask(dd.from_map(part, sizes, meta=meta), "n", model=model)
        return read

    assert scored(0, 6000, 6000, 6000) == [0, 6000, 6000]
    assert scored(*[10] * 9) == [10] * engines.PARTITIONS_LOOKED_AT
    assert looked == [10_000, 80]


def scored_by(score: Callable[..., Any], column: str, model: str, **options: Any) -> Any:
    table = pa.table({"Surname": ["a"], "n": [1], "Origin": ["x"]})
    if score is in_pandas:
        return engines.score_pandas(table.to_pandas(), column, model=model, **options)
    if score is in_polars:
        return engines.score_polars(
            pytest.importorskip("polars").from_arrow(table), column, model=model, **options
        )
    if score is in_dask:
        dd = pytest.importorskip("dask.dataframe")
        return engines.score_dask(dd.from_pandas(table.to_pandas()), column, model=model, **options)
    connection = pytest.importorskip("duckdb").connect()
    return engines.score_duckdb(connection, connection.from_arrow(table), column, model=model, **options)


def computed(scored: Any) -> Any:
    """Of Dask, whose columns of numbers may be missing values alone: the rows tell."""
    return scored.compute()


@pytest.mark.parametrize("score", [in_pandas, in_polars, in_dask, in_duckdb])
def test_a_wrong_call_is_refused_at_the_door(score: Callable[..., Any], model: str) -> None:
    asked = {"prefix": "x_"}
    with pytest.raises(InputError, match=r"column 'surname', found .*Did you mean 'Surname'"):
        scored_by(score, "surname", model, **asked)
    with pytest.raises(InputError, match=r"has the columns \['origin'\] already"):
        scored_by(score, "Surname", model)
    with pytest.raises(InputError, match="threads"):
        scored_by(score, "Surname", model, **asked, threads=0)
    with pytest.raises(ModelError):
        scored_by(score, "Surname", "no-model", **asked)
    with pytest.raises(InputError, match="expected a column of strings, got values of the type int64"):
        computed(scored_by(score, "n", model, **asked))


NO_STRINGS = [
    [1.5, None],
    [True],
    pd.to_datetime(["2020-02-02"]),
    pd.to_timedelta(["1s"]),
    pd.period_range("2020", periods=1, freq="M"),
    pd.Categorical([1, None]),
    pd.array([b"Smith", None], dtype=pd.ArrowDtype(pa.binary())),
    pd.array([1, None], dtype=pd.ArrowDtype(pa.int64())),
]


@pytest.mark.parametrize("cells", NO_STRINGS)
def test_pandas_refuses_what_has_no_strings(cells: Any, model: str) -> None:
    with pytest.raises(InputError, match="expected a column of strings, got values of the type"):
        engines.score_pandas(pd.DataFrame({"name": cells}), "name", model=model)


def test_a_column_of_pandas_without_any_value_has_the_type_of_numbers(model: str) -> None:
    answered = engines.score_pandas(pd.DataFrame({"name": [np.nan, np.nan]}), "name", model=model)
    assert answered["reason"].tolist() == ["not-text"] * 2


TAKERS = [getattr(engines, name) for name in engines.__all__ if name.startswith("score_")]


@pytest.mark.parametrize("score", TAKERS)
def test_what_is_no_table_of_the_engine_is_said(score: Callable[..., Any], model: str) -> None:
    """Whether the engine is installed or not."""
    connection = SimpleNamespace(from_arrow=None)
    relation = (connection, 3) if score is engines.score_duckdb else (3,)
    with pytest.raises(
        InputError, match=r"expected a .*(Frame|relation|Dataset).*, got an object of type 'int'"
    ):
        score(*relation, "surname", model=model)


def test_what_is_no_connection_of_duckdb_is_said(model: str) -> None:
    with pytest.raises(InputError, match=r"expected a connection of DuckDB, got an object of type 'int'"):
        engines.duckdb_function(3, model=model)
    duckdb = pytest.importorskip("duckdb")
    people = duckdb.sql("SELECT 'Smith' AS surname")
    with pytest.raises(
        InputError, match=r"expected a connection of DuckDB, got an object of type 'DuckDBPyRelation'"
    ):
        engines.score_duckdb(people, people, "surname", model=model)


def test_a_series_is_no_table(model: str) -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(InputError, match=r"expected a pandas.DataFrame, got an object of type 'Series'"):
        engines.score_pandas(pd.Series(["Smith"]), "surname", model=model)


def test_the_function_of_duckdb_is_replaced_when_a_cell_is_run_again(model: str) -> None:
    connection = pytest.importorskip("duckdb").connect()
    engines.duckdb_function(connection, model=model, columns=["origin"])
    engines.duckdb_function(connection, model=model, columns=["status"])
    assert connection.sql("SELECT (cognomen('123')).status").fetchall() == [("unknown",)]


def test_strings_of_any_kind(model: str) -> None:
    """Dictionaries, categories, enumerations and columns of nothing but null."""
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    names, few = ["Smith", None, "Rossi", "Smith"], ["Smith", "Rossi"]
    expected = Classifier.load(model).predict(names)
    for kind in (pl.String, pl.Categorical, pl.Enum(few)):
        frame = pl.DataFrame({"n": pl.Series(names, dtype=kind)})
        assert engines.score_polars(frame, "n", model=model)["origin"].to_list() == expected
    arrow = [pd.ArrowDtype(pa_kind) for pa_kind in (pa.string(), pa.large_string(), pa.string_view())]
    for kind in ("category", "string", *arrow, object, pd.SparseDtype(object, None)):
        frame = pd.DataFrame({"n": pd.Series(names, dtype=kind)})
        origins = engines.score_pandas(frame, "n", model=model)["origin"]
        assert origins.where(origins.notna(), None).astype(object).tolist()[:1] == expected[:1]
        assert origins.isna().tolist() == [name is None for name in expected]
    nulls = engines.score_polars(pl.DataFrame({"n": [None, None]}), "n", model=model)
    assert nulls["reason"].to_list() == ["not-text"] * 2
    connection = duckdb.connect()
    connection.execute("CREATE TYPE kind AS ENUM ('Smith', 'Rossi')")
    connection.execute('CREATE TABLE people (id int, "my ""name" kind)')
    connection.executemany("INSERT INTO people VALUES (?, ?)", list(enumerate(names)))
    scored = engines.score_duckdb(
        connection, connection.table("people"), 'my "name', model=model, prefix="x y_"
    )
    found = scored.order("id").project('"x y_origin"').fetchall()
    assert [origin for (origin,) in found] == expected


def test_no_rows(model: str) -> None:
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    empty = pa.table({"n": pa.array([], pa.string())})
    assert engines.score_polars(pl.from_arrow(empty), "n", model=model).shape == (0, 12)
    assert engines.score_pandas(empty.to_pandas(), "n", model=model).shape == (0, 12)
    connection = duckdb.connect()
    assert engines.score_duckdb(connection, connection.from_arrow(empty), "n", model=model).fetchall() == []


def test_pandas_columns_of_any_objects(model: str) -> None:
    frame = pd.DataFrame({"name": ["Smith", 1.5, b"x", None, float("nan"), pd.NA, ["a"]]}, dtype=object)
    scored = engines.score_pandas(frame, "name", model=model)
    assert scored["reason"].tolist()[1:] == ["not-text"] * 6
    assert scored["origin"][0] == Classifier.load(model).predict("Smith")[0]


def test_strings_of_pandas_are_not_taken_one_by_one(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    monkeypatch.setattr("cognomen.text.columns._as_texts", lambda items: taken.extend(items) or items)
    for kind, expected in (("string", False), (object, True)):
        frame = pd.DataFrame({"n": pd.Series(["Smith", None], dtype=kind)})
        assert engines.score_pandas(frame, "n", model=model)["status"].tolist() == ["ok", "unknown"]
        assert ("Smith" in taken) == expected


def test_headings_of_pandas_need_not_be_texts(model: str) -> None:
    """As of a file that is read with header=None."""
    frame = pd.DataFrame([[1, "Smith"], [2, None]])
    assert engines.score_pandas(frame, 1, model=model)["status"].tolist() == ["ok", "unknown"]
    with pytest.raises(InputError, match=r"expected one column '1', found 0, 1\. Did you mean '1'"):
        engines.score_pandas(frame, "1", model=model)


@pytest.mark.parametrize("heading", ["*", "^.*$"])
def test_headings_of_polars_are_no_patterns(heading: str, model: str) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"id": [1, 2], heading: ["Smith", None], "other": ["Rossi", "Rossi"]})
    for table in (frame, frame.lazy()):
        scored = engines.score_polars(table, heading, model=model).lazy().collect()
        assert scored["read_surname"].to_list() == ["Smith", None]
        assert scored.columns[:3] == frame.columns


@pytest.mark.parametrize("score", [in_duckdb, in_polars, streamed_in_polars, in_pandas, in_dask])
def test_all_parts_of_a_column_are_read_in_one_order(score: Callable[..., Any]) -> None:
    """As its first rows show; or as the caller says."""
    cells = column("Hungarian", "surname-first")
    names = pa.table({"id": range(len(cells)), "Surname": cells})
    answers = score_column(Classifier.load(), names["Surname"])
    assert answers["read_surname"][0].as_py() == "Nagy"  # which the cell alone does not tell
    assert (
        score(names, "world").sort_by("id")["read_surname"].to_pylist() == answers["read_surname"].to_pylist()
    )
    told = score(names, "world", order="given-first").sort_by("id")
    assert told["read_surname"][0].as_py() == cells[0].split()[1]


def test_a_process_loads_the_model_once(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads begin with it at the same time; a model that was trained again is another one."""
    loads: list[Any] = []
    original = Classifier.load
    monkeypatch.setattr(Classifier, "load", lambda name: loads.append(name) or original(name))
    recipe._scorer.cache_clear()
    recipe._classifier.cache_clear()
    made = recipe.Recipe.of({"model": model, "na": ["X"]})
    sent = recipe.Recipe(made.model, made.digest, {"na": ["X"]})
    threads = [threading.Thread(target=sent.scorer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [model]
    assert made.scorer() is sent.scorer()


def test_a_worker_with_another_model_refuses(model: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    Classifier.load(model).save(folder)
    made = recipe.Recipe.of({"model": folder})
    tree_classifier(
        {"English": 0.5} | dict.fromkeys(["Swedish", "Danish", "Norwegian", "Japanese", "Korean"], 0.1)
    ).save(folder)
    recipe._scorer.cache_clear()
    recipe._classifier.cache_clear()
    with pytest.raises(ModelError, match="this worker has another model of that name"):
        made.scorer()
    again = recipe.Recipe.of({"model": folder})
    assert engines.score_pandas(pd.DataFrame({"n": ["Smith"]}), "n", model=folder)["origin"][0] == "English"
    assert again != made


@pytest.mark.parametrize(
    "asked",
    [
        {"abstain_below": 0.4},
        {"level": "group", "top_k": 2},
        {"top_k": 9, "restrict": ["Danish", "English"]},
        {"all_labels": True, "restrict": ["Scandinavian"], "top_k": 1},
        {"all_labels": True, "level": "region"},
        {"coverage": 0.5},
        {"na": ["Smith"], "full_names": False},
    ],
    ids=repr,
)
def test_a_row_alone_has_the_values_of_its_column(model: str, asked: Any) -> None:
    names = ["Smith", "Dvorak", "123", None, "John Smith", "Li"]
    if "coverage" in asked:
        model = "classic"  # which has thresholds
    answer = engines.row_function(model=model, prefix="x_", **asked)
    for name, expected in zip(
        names, score_column(Classifier.load(model), pa.array(names), **asked).to_pylist(), strict=True
    ):
        found = answer(name)
        assert list(found) == [f"x_{heading}" for heading in expected]
        for heading, value in expected.items():
            if isinstance(value, float):
                value = pytest.approx(value, abs=1e-6)
            assert found[f"x_{heading}"] == value, heading


def test_one_row_at_a_time(model: str) -> None:
    answer, clf = engines.row_function(model=model), Classifier.load(model)
    for name in ["Smith", "Smith", "123", None, 1.5, "John Smith"]:
        found, expected = answer(name), clf(name)
        assert found["origin"] == expected.origin
        assert found["reason"] == expected.reason
        assert found["read_surname"] == expected.surname
        assert found["probability"] == pytest.approx(expected.probability)
    answer("Smith").clear()
    assert answer("Smith")["origin"] == clf("Smith").origin


def test_a_function_of_single_values_may_be_sent_to_workers(model: str) -> None:
    dd, cloudpickle = pytest.importorskip("dask.dataframe"), pytest.importorskip("cloudpickle")
    answer = engines.row_function(model=model, columns=["origin"])
    sent = cloudpickle.loads(cloudpickle.dumps(answer))
    assert sent("Smith") == answer("Smith")
    names = dd.from_pandas(pd.Series(["Smith", None, "Rossi"]), npartitions=2)
    found = names.map(answer, meta=("answers", object)).compute(scheduler="synchronous")
    assert found.tolist() == [answer(name) for name in ("Smith", None, "Rossi")]
