"""The engines of `benchmarks/engines.py`, opened with so many workers: functions that score a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa

from cognomen import Classifier
from cognomen.apps import engines
from cognomen.apps.tables import score_batches, spark_ddl
from cognomen.classifier.options import OrderOption

TWO = ("origin", "probability")
TOLD: OrderOption = "given-first"
Score = Callable[[Any], Any]  # of a table with the columns id and surname


class Opened(NamedTuple):
    """An engine that runs.

    `floor` does what `score` does, but with the same answers in each row. `order` is that of the names, where
    it is told: functions of single values cannot find it out.
    """

    score: Score
    close: Callable[[], None] = lambda: None
    floor: Score | None = None
    order: OrderOption = "auto"


def in_one_stream(_workers: int) -> Opened:
    classifier = Classifier.load()
    return Opened(
        lambda table: pa.Table.from_batches(score_batches(classifier, table.to_batches(2_000), "surname"))
    )


def in_pandas(_workers: int) -> Opened:
    return Opened(lambda table: pa.Table.from_pandas(engines.score_pandas(table.to_pandas(), "surname")))


def row_by_row(answers: Callable[[Any, Callable[[Any], Any]], list[Any]], _workers: int) -> Opened:
    """What gets the names and the function of single values, and answers with a list of dictionaries."""
    answer = engines.row_function(order=TOLD)
    return Opened(
        lambda table: beside(table, pa.Table.from_pylist(answers(table["surname"], answer))), order=TOLD
    )


def mapped_by_pandas(names: Any, answer: Callable[[Any], Any]) -> list[Any]:
    return list(names.to_pandas().map(answer))


def mapped_by_polars(names: Any, answer: Callable[[Any], Any]) -> list[Any]:
    import polars as pl

    kinds = {name: pl.Float64 if name == "probability" else pl.String for name in answer(None)}
    series = pl.from_arrow(names)
    return list(series.map_elements(answer, return_dtype=pl.Struct(kinds), skip_nulls=False))


def mapped_by_dask(names: Any, answer: Callable[[Any], Any]) -> list[Any]:
    import dask.dataframe as dd

    series = dd.from_pandas(names.to_pandas(), npartitions=8).map(answer, meta=("answers", object))
    return list(series.compute(scheduler="synchronous"))


def mapped_by_duckdb(names: Any, answer: Callable[[Any], Any]) -> list[Any]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    kind = {name: "DOUBLE" if name == "probability" else "VARCHAR" for name in answer(None)}
    connection.create_function(
        "answer", answer, ["VARCHAR"], duckdb.struct_type(kind), null_handling="special"
    )
    connection.register("people", pa.table({"name": names}))
    found = connection.sql("SELECT answer(name) FROM people").fetchall()
    connection.close()
    return [answered for (answered,) in found]


def beside(table: Any, answers: Any) -> Any:
    """A table with its answers."""
    names = [*table.column_names, *answers.column_names]
    return pa.table([*table.columns, *answers.columns], names=names)


def all_alike(answer: Any, rows: int) -> Any:
    """The one row of a table, as often as there are rows."""
    return pa.table({name: pa.repeat(answer[name][0], rows) for name in answer.column_names})


def an_answer(**options: Any) -> Any:
    """The answer to a name with the columns that engines get, a table of one row."""
    names = pa.record_batch({"name": ["Nakamura"]})
    (answered,) = score_batches(Classifier.load(), [names], "name", **options)
    return pa.table(answered).drop_columns("name")


def in_polars(_workers: int) -> Opened:
    import polars as pl

    return Opened(lambda table: engines.score_polars(pl.from_arrow(table), "surname").to_arrow())


def in_duckdb(_workers: int) -> Opened:
    import duckdb

    connection = duckdb.connect()

    def score(table: Any) -> Any:
        return engines.score_duckdb(connection, connection.from_arrow(table), "surname").to_arrow_table()

    return Opened(score, connection.close)


def by_duckdb_function(workers: int) -> Opened:
    import duckdb

    connection = duckdb.connect(config={"threads": workers})
    engines.duckdb_function(connection, order=TOLD)
    answer = an_answer()
    kind = duckdb.struct_type(
        {each.name: "VARCHAR" if pa.types.is_string(each.type) else "FLOAT" for each in answer.schema}
    )

    def alike(names: Any) -> Any:
        return all_alike(answer, len(names)).to_struct_array()

    connection.create_function("alike", alike, ["VARCHAR"], kind, type="arrow", null_handling="special")

    def through(function: str) -> Score:
        def score(table: Any) -> Any:
            connection.register("people", table)
            return connection.sql(f"SELECT *, unnest({function}(surname)) FROM people").to_arrow_table()

        return score

    return Opened(through("cognomen"), connection.close, through("alike"), order=TOLD)


def in_dask(workers: int) -> Opened:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    import dask
    import dask.dataframe as dd
    import pandas as pd
    from dask.dataframe.utils import make_meta

    pool, answer = ProcessPoolExecutor(workers, get_context("spawn")), an_answer()

    def alike(frame: Any) -> Any:
        answers = all_alike(answer, len(frame)).to_pandas().set_index(frame.index)
        return pd.concat([frame, answers], axis=1)

    def through(work: Callable[[Any], Any]) -> Score:
        def score(table: Any) -> Any:
            frame = dd.from_pandas(table.to_pandas(), npartitions=8)
            with dask.config.set(scheduler="processes", pool=pool):
                return pa.Table.from_pandas(work(frame).compute())

        return score

    return Opened(
        through(lambda frame: engines.score_dask(frame, "surname")),
        pool.shutdown,
        through(lambda frame: frame.map_partitions(alike, meta=alike(make_meta(frame)))),
    )


def in_spark(workers: int, **options: Any) -> Opened:
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
    local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    spark = builder.config(map=local).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    answer = an_answer(**options)

    def alike(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            (joined,) = beside(batch, all_alike(answer, len(batch))).combine_chunks().to_batches()
            yield joined

    def floor(frame: Any) -> Any:
        kinds = StructType.fromDDL(spark_ddl(answer.schema))
        return frame.mapInArrow(alike, StructType([*frame.schema, *kinds]))

    def through(work: Callable[[Any], Any]) -> Score:
        return lambda table: work(spark.createDataFrame(table).repartition(8)).toArrow()

    return Opened(
        through(lambda frame: engines.score_spark(frame, "surname", **options)), spark.stop, through(floor)
    )


def in_ray(workers: int) -> Opened:
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False

    answer = an_answer()

    def through(work: Callable[[Any], Any]) -> Score:
        def score(table: Any) -> Any:
            dataset = ray.data.from_arrow(table).repartition(8)
            return pa.concat_tables(ray.get(work(dataset).to_arrow_refs()))

        return score

    def alike(table: Any) -> Any:
        return beside(table, all_alike(answer, len(table)))

    return Opened(
        through(lambda dataset: engines.score_ray(dataset, "surname")),
        ray.shutdown,
        through(lambda dataset: dataset.map_batches(alike, batch_format="pyarrow")),
    )


def in_daft(_workers: int) -> Opened:
    import daft

    return Opened(lambda table: engines.score_daft(daft.from_arrow(table), "surname").to_arrow())


BY_ROW = ", row by row"
MANY_ROWS = 400_000
LARGER = f", {MANY_ROWS:,} rows"  # in as many partitions as other tables
ENGINES: dict[str, tuple[Callable[[int], Opened], tuple[int, ...], str | None]] = {
    "score_batches of 2,000 rows": (in_one_stream, (1,), None),
    "pandas": (in_pandas, (1,), "pandas"),
    f"pandas{BY_ROW}": (partial(row_by_row, mapped_by_pandas), (1,), "pandas"),
    "polars": (in_polars, (1,), "polars"),
    f"polars{BY_ROW}": (partial(row_by_row, mapped_by_polars), (1,), "polars"),
    "duckdb": (in_duckdb, (1,), "duckdb"),
    "duckdb, its function": (by_duckdb_function, (1,), "duckdb"),
    f"duckdb{BY_ROW}": (partial(row_by_row, mapped_by_duckdb), (1,), "duckdb"),
    "dask": (in_dask, (1, 2), "dask"),
    f"dask{BY_ROW}": (partial(row_by_row, mapped_by_dask), (1,), "dask"),
    f"dask{LARGER}": (in_dask, (1, 2), "dask"),
    "spark": (in_spark, (1, 2), "pyspark"),
    f"spark{LARGER}": (in_spark, (1, 2), "pyspark"),
    "spark, two columns": (partial(in_spark, columns=TWO), (1,), "pyspark"),
    "ray": (in_ray, (1, 2), "ray"),
    f"ray{LARGER}": (in_ray, (1, 2), "ray"),
    "daft": (in_daft, (1,), "daft"),
}
