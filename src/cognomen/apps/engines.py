"""Tables of other programs: DuckDB, Polars, pandas, Dask, Spark, Ray Data and Daft.

    from cognomen.apps.engines import score_polars
    scored = score_polars(frame, "surname")

Each `score_...` takes a table and the heading of its column of names, and returns a table of the same kind:
its rows and columns, and then those of `tables.answer_schema`, strings and a float. The answers are those
of `tables.score_column` in all of them. docs/engines.md has a recipe and figures for each.

All take the same keywords:

    model        a pretrained model's name or a model's folder; the default model if None. A process loads it
                 once, and remembers some million answers.
    prefix       prepended to the headings of the new columns.
    float64      whether the probability is a double instead of a float.
    columns      which of the new columns are wanted, such as ["origin", "probability"], without the prefix;
                 all if None. Engines with workers take their time for each column.
    **options    as for `tables.score_column`. With the order "auto" the first 10,000 rows tell in which order
                 full names are written, so that all are read alike; they are looked at right away.

and raise InputError if the table lacks the column, has one of the new ones already, or an option is invalid;
ModelError if there is no such model; MissingExtraError if pyarrow is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, Unpack

from cognomen.apps.batches import ROWS_AHEAD, joined_schema, spark_ddl
from cognomen.apps.recipe import KEPT, EngineOptions, Recipe
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import is_string_column

__all__ = [
    "duckdb_function",
    "row_function",
    "score_daft",
    "score_dask",
    "score_duckdb",
    "score_pandas",
    "score_polars",
    "score_ray",
    "score_spark",
]

PARTITIONS_LOOKED_AT: Final = 8  # of Dask, in search of the order of the names
ROWS_KEPT: Final = 1 << 16  # answers that are kept as dictionaries, which are large


def row_function(**options: Unpack[EngineOptions]) -> Callable[[object], dict[str, Any]]:
    """A function from one name to its answers, {"origin": "English", "probability": 0.43, ...}.

    For what goes row by row, such as `Series.map` of pandas and `Expr.map_elements` of Polars. It may be sent
    to workers, which load the model once. A whole column is answered many times as fast by the other
    functions here, and shows in which order its names are.
    """
    return _RowFunction(Recipe.of(options))


class _RowFunction:
    """The function of `row_function`; it is pickled as its recipe, without what it remembers."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe, self._answer = recipe, _row_answers(recipe)

    def __reduce__(self) -> tuple[type[_RowFunction], tuple[Recipe]]:
        return _RowFunction, (self._recipe,)

    def __call__(self, name: object) -> dict[str, Any]:
        return self._answer(name if isinstance(name, str) else None).copy()


@lru_cache(KEPT)
def _row_answers(recipe: Recipe) -> Callable[[str | None], dict[str, Any]]:
    """What a process answers to single names, remembered by all functions with the recipe."""
    return lru_cache(ROWS_KEPT)(recipe.scorer().row)


def _expect(kind: str, table: Any, *methods: str) -> None:
    """Raise InputError unless a table has what those of an engine have."""
    if not all(hasattr(table, name) for name in methods):
        raise InputError(f"expected a {kind}, got an object of type {type(table).__name__!r}")


def score_pandas(frame: Any, column: Hashable, **options: Unpack[EngineOptions]) -> Any:
    """Score a pandas.DataFrame; its index stays."""
    _expect("pandas.DataFrame", frame, "iloc", "columns")
    recipe = Recipe.for_table(options, list(frame.columns), column)
    return _answer_frame(frame, column, recipe.ordered(lambda count: _strings(frame[column].head(count))))


def _answer_frame(frame: Any, column: Hashable, recipe: Recipe) -> Any:
    import pandas as pd

    answers = recipe.scorer()(_strings(frame[column])).to_pandas()
    answers.index = frame.index
    return pd.concat([frame, answers], axis=1)


def _strings(names: Any) -> Any:
    """A Series; of strings an Arrow column, which it mostly is inside: that is read several times as fast.

    Raises:
        InputError: it is of a type that has no strings, and not all of it is missing.
    """
    import pandas as pd

    kind = names.dtype
    if isinstance(kind, pd.StringDtype | pd.ArrowDtype):
        column = names.array.__arrow_array__()
        if is_string_column(column):
            return column
    elif isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    if not (pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype)) and names.notna().any():
        raise InputError(
            f"expected a column of strings, got values of the type {names.dtype}. Cast it to strings."
        )
    return names


def score_dask(frame: Any, column: Hashable, **options: Unpack[EngineOptions]) -> Any:
    """Score a Dask DataFrame, lazily. Threads take turns; processes, or a cluster, use several cores."""
    _expect("Dask DataFrame", frame, "map_partitions", "columns")
    from dask.dataframe.utils import make_meta

    recipe = Recipe.for_table(options, list(frame.columns), column)
    recipe = recipe.ordered(lambda count: _first_rows(frame[column], count))
    answered = _answer_frame(make_meta(frame), column, recipe)
    return frame.map_partitions(_answer_frame, column, recipe, meta=answered)


def _first_rows(names: Any, count: int) -> list[Any]:
    """Up to so many rows of a Dask Series, from its first partitions, of which some may be empty."""
    found: list[Any] = []
    for part in names.partitions[:PARTITIONS_LOOKED_AT].to_delayed():
        found += part.head(count - len(found)).compute().tolist()
        if len(found) == count:
            break
    return found


def score_polars(frame: Any, column: str, **options: Unpack[EngineOptions]) -> Any:
    """Score a Polars DataFrame, or lazily a LazyFrame, also one that is streamed."""
    _expect("Polars DataFrame or LazyFrame", frame, "collect_schema")
    import polars as pl

    schema = frame.collect_schema()
    recipe = Recipe.for_table(options, schema.names(), column)
    cells = pl.nth(schema.names().index(column))  # `pl.col` would take "*" and "^s.*$" for several columns
    names = frame.lazy().select(cells)
    recipe = recipe.ordered(lambda count: names.head(count).collect().to_series().to_arrow())

    def answers(names: Any) -> Any:
        return pl.from_arrow(recipe.structs(names.to_arrow()))

    kind = answers(pl.Series([], dtype=schema[column])).dtype  # raises InputError unless they are strings
    found = cells.map_batches(answers, return_dtype=kind, is_elementwise=True)
    return frame.with_columns(found.struct.unnest())


def duckdb_function(connection: Any, name: str = "cognomen", **options: Unpack[EngineOptions]) -> None:
    """Give a DuckDB connection a function from a name to a struct of its answers.

        duckdb_function(connection)
        connection.sql("SELECT *, unnest(cognomen(surname)) FROM people")
        connection.sql("SELECT id FROM people WHERE cognomen(surname).origin = 'English'")

    Another one of that name is replaced. DuckDB calls it with 2,048 rows at a time. For a whole table
    `score_duckdb` is faster, and finds out in which order names are written: with the order "auto" the
    function reads each name alone.
    """
    _expect("connection of DuckDB", connection, "create_function", "remove_function")
    import duckdb

    recipe = Recipe.of(options)
    with suppress(duckdb.InvalidInputException):  # there was none: in a notebook a cell is run again
        connection.remove_function(name)
    connection.create_function(
        name,
        recipe.structs,
        ["VARCHAR"],
        f"STRUCT({_sql_columns(recipe.schema)})",
        type="arrow",
        null_handling="special",  # or else null would be answered with null
    )


def score_duckdb(connection: Any, relation: Any, column: str, **options: Unpack[EngineOptions]) -> Any:
    """Score a relation of DuckDB: its distinct names are answered, now, and joined to it, when it is used.

        people = connection.sql("FROM 'people/*.parquet'")
        score_duckdb(connection, people, "surname").write_parquet("scored.parquet")

    Args:
        connection: that of the relation, such as `duckdb.default_connection()`.
        relation: such as `connection.table("people")`. DuckDB does not promise to keep the order of its rows.
        column, **options: see `cognomen.apps.engines`.
    """
    _expect("connection of DuckDB", connection, "from_arrow")
    _expect("relation of DuckDB", relation, "project", "distinct")
    pa = require_pyarrow("Scoring a relation of DuckDB")
    recipe = Recipe.for_table(options, relation.columns, column)
    name = _quoted(column)
    cells = relation.project(name)
    recipe = recipe.ordered(lambda count: pa.table(cells.limit(count)).column(0))
    names = pa.RecordBatchReader.from_stream(cells.distinct())
    schema = joined_schema(names.schema, recipe.schema)
    answers = connection.from_arrow(pa.Table.from_batches(recipe.stream(names, column), schema))
    headings = ", ".join(f"answers.{_quoted(each)}" for each in recipe.schema.names)
    on = f"rows.{name} IS NOT DISTINCT FROM answers.{name}"  # so that null finds null
    joined = relation.set_alias("rows").join(answers.set_alias("answers"), on, how="left")
    return joined.project(f"rows.*, {headings}")


def _quoted(heading: str) -> str:
    """A heading as an identifier of SQL."""
    return '"' + heading.replace('"', '""') + '"'


def _sql_columns(schema: Any) -> str:
    words = {"string": "VARCHAR", "float": "FLOAT", "double": "DOUBLE"}
    return ", ".join(f"{_quoted(each.name)} {words.get(str(each.type), 'VARCHAR[]')}" for each in schema)


def score_spark(frame: Any, column: str, **options: Unpack[EngineOptions]) -> Any:
    """Score a Spark DataFrame, lazily. The workers need Cognomen and pyarrow, and the model's folder.

    Where Spark starts workers with another Python than this one, PYSPARK_PYTHON names the right one.
    """
    _expect("Spark DataFrame", frame, "mapInArrow")
    from pyspark.sql.types import StructType

    recipe = Recipe.for_table(options, frame.columns, column)
    names = frame.select(frame[column])
    # `take` asks as few partitions as have the rows; `limit` would take as many of each.
    recipe = recipe.ordered(lambda count: [row[0] for row in names.take(count)])
    answers = StructType.fromDDL(spark_ddl(recipe.schema))

    def stream(batches: Iterable[Any]) -> Iterator[Any]:
        return recipe.stream(batches, column)

    return frame.mapInArrow(stream, StructType([*frame.schema, *answers]))


def score_ray(dataset: Any, column: str, **options: Unpack[EngineOptions]) -> Any:
    """Score a Dataset of Ray, lazily. The workers need Cognomen, and the model's folder."""
    _expect("Dataset of Ray", dataset, "map_batches")
    pa = require_pyarrow("Scoring a Dataset of Ray")
    recipe = Recipe.for_table(options, dataset.columns(), column)
    names = dataset.select_columns([column])
    recipe = recipe.ordered(lambda count: [row[column] for row in names.take(count)])

    def answered(table: Any) -> Any:
        schema = joined_schema(table.schema, recipe.schema)
        return pa.Table.from_batches(recipe.stream(table.to_batches(), column), schema)

    return dataset.map_batches(answered, batch_format="pyarrow", batch_size=ROWS_AHEAD)


def score_daft(frame: Any, column: str, **options: Unpack[EngineOptions]) -> Any:
    """Score a DataFrame of Daft, lazily."""
    _expect("DataFrame of Daft", frame, "column_names")
    import daft

    pa = require_pyarrow("Scoring a DataFrame of Daft")
    recipe = Recipe.for_table(options, frame.column_names, column)
    recipe = recipe.ordered(lambda count: frame.select(column).limit(count).to_arrow().column(0))
    kind = daft.DataType.from_arrow_type(pa.struct(recipe.schema))

    def answers(names: Any) -> Any:
        return recipe.structs(names.to_arrow())

    scored = daft.func.batch(return_dtype=kind, unnest=True)(answers)
    return frame.select("*", scored(frame[column]))
