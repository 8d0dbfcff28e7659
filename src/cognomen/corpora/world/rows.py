"""The rows of a source: names with what the source says of them, and tables of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cognomen.io.arrow import require_pyarrow

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow

COLUMNS: Final = ("origin", "country", "native", "roman", "count", "rank")
PURPOSE: Final = "Building the corpus world"


class WorldRow(NamedTuple):
    """A name in a source; "" or None where the source does not say.

    Attributes:
        origin: the language or culture of the list, not of its bearers.
        country: ISO 3166 code of the country that the list is from.
        native: the name as it is written there.
        roman: the same in plain Latin letters, if that differs.
        bearers: how many bear the name, the column `count`: persons, or a share; comparable within a source
            and an origin only.
        rank: 1 for the most common name.
    """

    origin: str
    country: str
    native: str
    roman: str = ""
    bearers: float | None = None
    rank: int | None = None


def table_of(rows: Iterable[WorldRow]) -> pyarrow.Table:
    """A table with a column for each field."""
    pa = require_pyarrow(PURPOSE)
    columns: Sequence[Sequence[object]] = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pa.table(dict(zip(COLUMNS, columns, strict=True)), schema=_schema())


def read_rows(path: Path) -> pyarrow.Table:
    """Read a file `sources/NAME.tsv` as it is: tabs only, no quoting.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowInvalid: it is not such a table.
    """
    pa = require_pyarrow(PURPOSE)
    schema = _schema()
    read, parse, convert = (
        pa.csv.ReadOptions(),
        pa.csv.ParseOptions(delimiter="\t", quote_char=False),
        pa.csv.ConvertOptions(column_types=schema, include_columns=list(COLUMNS), null_values=[""]),
    )
    return pa.csv.read_csv(path, read, parse, convert)


def parquet_rows(data: bytes, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a Parquet file, of these columns only."""
    pa = require_pyarrow(PURPOSE)
    table: pyarrow.Table = pa.parquet.read_table(io.BytesIO(data), columns=list(columns))
    return zip(*(table[column].to_pylist() for column in columns), strict=True)


def _schema() -> pyarrow.Schema:
    pa = require_pyarrow(PURPOSE)
    kinds = (*[pa.string()] * 4, pa.float64(), pa.int64())
    return pa.schema(list(zip(COLUMNS, kinds, strict=True)))
