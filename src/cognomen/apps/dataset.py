"""A folder of Parquet files in, the same folder with the answers as new columns out, file by file.

Each file is written whole or not at all, and says in its metadata how it was scored. So a run that was
interrupted goes on where it stopped, and a file that cannot be scored does not stop the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple, Unpack

from cognomen import __version__
from cognomen.apps.contract import ModelFacts
from cognomen.apps.memory import Memory
from cognomen.apps.recipe import Recipe
from cognomen.apps.score_file import ScoreSummary, memory_for, score_open_table
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.options import Options, ScoreOptions
from cognomen.classifier.order import ColumnOrder
from cognomen.errors import CognomenError, DataError, check_whole_number
from cognomen.io.arrow import require_pyarrow
from cognomen.io.processes import run_all
from cognomen.io.tables import ROW_FORMATS, ParquetTable

NOTE: Final = "cognomen"  # the key in the metadata of a file
KILLED: Final = "a process was killed, with this file or another in work; is there enough memory?"


@dataclass(frozen=True)
class DatasetSummary:
    """How the files of a dataset were scored.

    Attributes:
        files: how many there are.
        kept: how many of them an earlier run has scored already.
        failed: why a file was not scored, by its path in the dataset.
        rows, answered, unknown: of the files that were scored now, as in `ScoreSummary`.
        orders: the order of full names that was found in files scored now, which depend on it: how many
            files have each ("files"), and the lowest probability of it ("probability").
    """

    files: int
    kept: int
    failed: dict[str, str]
    rows: int
    answered: int
    unknown: dict[str, int]
    orders: dict[str, dict[str, float]]


class _Job(NamedTuple):
    """A file to score."""

    recipe: Recipe
    prefix: str
    contract: ModelFacts | None
    column: str
    source: Path
    target: Path
    note: dict[str, Any]


def score_dataset(
    folder: str | Path,
    column: str,
    out: str | Path,
    model: str | Path | None = None,
    *,
    prefix: str = "",
    processes: int = 1,
    force: bool = False,
    contract: ModelFacts | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
    on_failure: Callable[[str, str], None] = lambda file, message: None,
    **options: Unpack[ScoreOptions],
) -> DatasetSummary:
    """Write a copy of a dataset, in which each file has the answers as more columns (see `score_table`).

    The paths of the files stay, and so do the partitions that they name ("country=FR/part-0.parquet"). Files
    that do not end in .parquet, or that begin with "_" or ".", are not part of a dataset. A file of `out`
    that a run with the same model and options has written from the same file (of that size and time) is kept.

    Args:
        folder: the dataset.
        column: the column of names: its heading, ignoring case, or its number, counted from 1.
        out: the folder to write; it is made where it is missing.
        model: a pretrained model's name or a model's folder; the default model if None.
        prefix: prepended to the headings of the new columns.
        processes: how many files are scored at the same time, each in a process of its own. A script that
            asks for more than one needs `if __name__ == "__main__":`, as always with processes.
        force: whether files that are there already are replaced, all of them.
        contract: as for `score_table`.
        on_rows: called after each file with the number of rows done.
        on_failure: called for each file that cannot be scored, with its path and the reason.
        **options: as for `Classifier.scores`.

    Raises:
        DataError: there is no such dataset, `out` is in it or around it, or holds a file of other settings.
        InputError: an argument is invalid.
        ModelError: there is no such model.
        MissingExtraError: pyarrow is not installed.
        TypeError: there is no such option.
    """
    check_whole_number("processes", processes)
    Options.of(ScoreOptions, options)
    source, target = Path(folder), Path(out)
    paths = dataset_files(source)
    _check_apart(source, target)
    asked: Any = {**options, "model": model}
    recipe = Recipe.of(asked)
    jobs = [_job(recipe, prefix, contract, column, source / path, target / path) for path in paths]
    waiting = jobs if force else [job for job in jobs if not _is_done(job)]
    waiting.sort(key=lambda job: job.source.stat().st_size, reverse=True)  # so that none ends long after all
    failed: dict[str, str] = {}
    scored: list[ScoreSummary] = []
    here = ((job, _score(job, lambda: None)) for job in waiting)
    for job, result in here if processes == 1 else run_all(_score, waiting, processes):
        if isinstance(result, ScoreSummary):
            scored.append(result)
            on_rows(sum(each.rows for each in scored))
        else:
            file = job.source.relative_to(source).as_posix()
            failed[file] = KILLED if result is None else result
            on_failure(file, failed[file])
    rows, answered = sum(each.rows for each in scored), sum(each.answered for each in scored)
    counts = sum((Counter(each.unknown) for each in scored), Counter[str]())
    unknown = {reason: counts[reason] for reason in REASONS if counts[reason]}
    orders = _orders_of([each.order for each in scored])
    return DatasetSummary(len(jobs), len(jobs) - len(waiting), failed, rows, answered, unknown, orders)


def _orders_of(found: Sequence[ColumnOrder]) -> dict[str, dict[str, float]]:
    """How many columns show each order, and how surely at least."""
    sure: dict[str, list[float]] = {}
    for order in found:
        if order.decided and order.probability is not None:
            sure.setdefault(order.order, []).append(order.probability)
    return {order: {"files": len(each), "probability": min(each)} for order, each in sorted(sure.items())}


def dataset_files(folder: Path) -> list[str]:
    """The paths of a dataset's files in its folder, in order.

    Raises:
        DataError: there is no such folder, or it has no such files.
        MissingExtraError: pyarrow is not installed.
    """
    pa = require_pyarrow("Reading a dataset")
    import pyarrow.dataset

    if not folder.is_dir():
        raise DataError(f"expected a folder of .parquet files, found no folder {str(folder)!r}.")
    root = folder.resolve()
    found = pyarrow.dataset.dataset(root, schema=pa.schema([]), format="parquet").files  # opens none of them
    paths = (Path(each).relative_to(root) for each in found)
    files = sorted(path.as_posix() for path in paths if path.suffix.lower() == ".parquet")
    if not files:
        raise DataError(f"expected .parquet files in the folder {str(folder)!r}, found none.")
    return files


def _check_apart(source: Path, target: Path) -> None:
    """Raise DataError if one folder is in the other, or the target looks like a file."""
    one, other = source.resolve(), target.resolve()
    if target.exists() and not target.is_dir():
        raise DataError(f"{target}: expected a folder for the new files, found a file.")
    if target.suffix.lower() in ROW_FORMATS:
        raise DataError(
            f"{target}: expected a folder for the new files, as {source} is one; got the name of a table."
        )
    if one == other or one in other.parents or other in one.parents:
        raise DataError(f"{target}: expected a folder outside of the dataset {source}. Choose another one.")


def _job(
    recipe: Recipe, prefix: str, contract: ModelFacts | None, column: str, source: Path, target: Path
) -> _Job:
    """The job for a file, with the note of what its result depends on."""
    asked = (__version__, recipe.digest, prefix, contract, column, sorted(recipe.options.items()))
    state = source.stat()
    note = {
        "settings": sha256(repr(asked).encode()).hexdigest(),
        "source": [state.st_size, state.st_mtime_ns],
    }
    return _Job(recipe, prefix, contract, column, source, target, note)


def _is_done(job: _Job) -> bool:
    """Whether the file was scored before; False if its source has changed since.

    Raises:
        DataError: there is a file that such a run has not written.
    """
    if not job.target.exists():
        return False
    note = _note_of(job.target)
    if note.get("settings") != job.note["settings"]:
        raise DataError(
            f"{job.target} is there already, and was not written with this model and these options. Replace "
            "all files with --force (force=True), or choose another folder."
        )
    return note == job.note


def _note_of(path: Path) -> dict[str, Any]:
    """The note in a file; {} without one."""
    pa = require_pyarrow("Reading a dataset")
    try:
        metadata = pa.parquet.read_metadata(path).metadata or {}
        note = json.loads(metadata.get(NOTE.encode(), b"{}"))
    except (pa.ArrowException, OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


@lru_cache(1)
def _memory(recipe: Recipe, contract: ModelFacts | None) -> Memory:
    """What a process remembers from file to file."""
    return memory_for(recipe.classifier(), recipe.options, contract)


def _score(job: _Job, check: Callable[[], None]) -> ScoreSummary | str:
    """Score a file; give the reason if it cannot be."""
    pa = require_pyarrow("Scoring a dataset")
    try:
        job.target.parent.mkdir(parents=True, exist_ok=True)
        return score_open_table(
            _memory(job.recipe, job.contract),
            ParquetTable(job.source),
            job.column,
            job.target,
            prefix=job.prefix,
            notes={NOTE: json.dumps(job.note)},
            on_rows=lambda rows: check(),
        )
    except (CognomenError, OSError, pa.ArrowException) as error:
        return str(error)
