"""Surnames with their origins, for training and evaluation.

    load_corpus("tutorial")      the 18 files of the PyTorch tutorials, downloaded once
    load_corpus("world")         surnames of 83 origins, built with `cognomen data build world`
    load_corpus("names/")        a folder of <Origin>.txt files, one name per line
    load_corpus("names.csv")     a table with the columns name and origin, and perhaps a weight for each row
                                 (count, weight or share): CSV, TSV, Parquet or a workbook

An origin is the label under which a collection lists a spelling. It hints at the language a name comes from;
it does not tell anyone's nationality, ethnicity or religion.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.corpora.cleaning import CleaningReport, clean_rows
from cognomen.corpora.download import (
    OnBytes,
    changed_files,
    tutorial_folder,
    world_path,
)
from cognomen.corpora.folder import read_folder
from cognomen.corpora.rows import DroppedRow, Row, SourceRows, rows_of
from cognomen.corpora.table import COLUMNS, Columns, read_table
from cognomen.errors import DataError, InputError
from cognomen.io.files import found_instead
from cognomen.io.tables import EXPECTED, is_table
from cognomen.text.matching import closest, did_you_mean

if TYPE_CHECKING:
    from cognomen.corpora.world.manifest import Origin

__all__ = [
    "KNOWN_CORPORA",
    "CleaningReport",
    "Corpus",
    "DroppedRow",
    "load_corpus",
]

KNOWN_CORPORA: Final[Mapping[str, str]] = {
    "tutorial": "20,074 surnames of 18 origins, from the PyTorch tutorials (Sean Robertson, MIT licence)",
    "world": "surnames of 83 origins in many scripts, merged from 48 open sources",
}


@dataclass(frozen=True)
class Corpus:
    """Surnames with their origins.

    Attributes:
        names: the surnames as the source spells them, trimmed; N of them.
        labels: the origin of each.
        source: the name of a known corpus, or the last part of the path (models are shared, paths are not).
        report: which rows were dropped, and why.
        outside: the number of rows, the last ones, that were added from elsewhere (`with_outside`): a model
            is trained on them, but not calibrated or evaluated.
        row_weights: how often each name occurs under its origin, or how large its share is, (N,), finite and
            at least 0; None if the source has no weights. A name may have several origins, in a row for each.
        shares: whether the weights are shares within the origins, which are then equally likely beforehand,
            rather than counts.
        origin_facts: the group, region and people of each origin, by its name; None if they are not known.

    Raises:
        InputError: there is not one label, and one weight if there are any, for each name; or only some
            origins have facts.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    source: str
    report: CleaningReport
    outside: int = 0
    row_weights: NDArray[np.float64] | None = field(default=None, compare=False)
    shares: bool = False
    origin_facts: Mapping[str, Origin] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        weights = len(self.names) if self.row_weights is None else len(self.row_weights)
        if not len(self.names) == len(self.labels) == weights:
            raise InputError(
                f"expected a label and a weight for each of {len(self.names):,} names, got "
                f"{len(self.labels):,} labels and {weights:,} weights"
            )
        if self.origin_facts is not None and (
            unplaced := sorted(set(self.labels) - self.origin_facts.keys())
        ):
            raise InputError(f"expected facts of every origin, got none of {unplaced}")

    def __repr__(self) -> str:
        return f"<Corpus: {self.source}, {len(self.names):,} names of {len(set(self.labels))} origins>"

    @classmethod
    def from_names(
        cls,
        names: Iterable[object],
        labels: Iterable[str],
        weights: ArrayLike | None = None,
        *,
        source: str = "names",
        clean: bool = True,
    ) -> Corpus:
        """A corpus of names that you have in Python.

            Corpus.from_names(["Smith", "Rossi"], ["English", "Italian"])

        Args:
            names: N surnames; what is not a text (None, NaN), or empty, is dropped as "empty-cell".
            labels: the origin of each, N texts.
            weights: how often each name occurs under its origin, (N,), finite and at least 0; None if that
                does not count.
            source: what the corpus is called in reports and model cards.
            clean: as for `load_corpus`.

        Raises:
            InputError: there is not one label and one weight for each name, or they are not of this kind.
            DataError: no name is left.
        """
        rows, report = clean_rows(rows_of(names, labels, weights, source), clean=clean)
        return _corpus_of(rows, report, source, weighted=weights is not None)

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each name under its origin, (N,); all 1 if the source has none."""
        return np.ones(len(self)) if self.row_weights is None else self.row_weights

    @cached_property
    def label_ids(self) -> NDArray[np.int64]:
        """The index of each label among `origins`, (N,)."""
        ids = {origin: index for index, origin in enumerate(self.origins)}
        return np.fromiter(map(ids.__getitem__, self.labels), np.int64, len(self))

    @property
    def weight_by_origin(self) -> dict[str, float]:
        """The total weight of each origin's names."""
        totals = np.bincount(self.label_ids, self.weights, len(self.origins))
        return dict(zip(self.origins, totals.tolist(), strict=True))

    def part(self, rows: NDArray[np.integer]) -> Corpus:
        """The corpus of M of its rows, given by their indices (M,) in ascending order."""
        indices = rows.tolist()
        return replace(
            self,
            names=tuple(map(self.names.__getitem__, indices)),
            labels=tuple(map(self.labels.__getitem__, indices)),
            outside=int((rows >= len(self) - self.outside).sum()),
            row_weights=None if self.row_weights is None else self.row_weights[rows],
        )

    def with_outside(self, names: Sequence[str], labels: Sequence[str]) -> Corpus:
        """The corpus with names from elsewhere appended, and their origins, N each.

        `train` shows them at first only, and neither calibrates nor evaluates with them. Leave out the names
        of your test part.
        """
        more = np.ones(len(names))
        return replace(
            self,
            names=(*self.names, *names),
            labels=(*self.labels, *labels),
            source=f"{self.source} and names from outside",
            outside=self.outside + len(names),
            row_weights=None if self.row_weights is None else np.append(self.row_weights, more),
        )

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The distinct labels, sorted; C of them."""
        return tuple(sorted(set(self.labels)))

    def __len__(self) -> int:
        """N, the number of names."""
        return len(self.names)


def load_corpus(
    data: str | os.PathLike[str],
    *,
    clean: bool = True,
    encoding: str | None = None,
    columns: tuple[str, str] | tuple[str, str, str] = COLUMNS,
    on_progress: OnBytes | None = None,
) -> Corpus:
    """Read names for training or evaluation.

    Args:
        data: a folder of <Origin>.txt files, a table (.csv, .tsv, .parquet, .xlsx ...), or the name of a
            known corpus ("./tutorial" is a folder of this name).
        clean: drop junk and duplicates as protocol L does, and add the weights of duplicates; False keeps
            every row unchanged but trimmed.
        encoding: of the text files and of a CSV or TSV table; UTF-8 if None.
        columns: those of a table that hold the names, the origins, and perhaps how often each row counts
            (else the one called count, weight or share): headings, ignoring case, or numbers, counted from 1.
        on_progress: called during a download with the bytes received and expected (None if unknown).

    Raises:
        InputError: `data` is not a path, or no table though columns are named, or there is no such encoding.
        DataError: there is no such data, or it cannot be read; the message names file and line.
        DownloadError: a known corpus cannot be fetched.
        MissingExtraError: what reads such a table is not installed.
    """
    try:
        source, found = _read(data, encoding, columns, on_progress)
    except OSError as error:
        raise DataError(f"cannot read {os.fspath(data)!r}: {error}") from error
    # The spellings of the world are those that are to be learned, with and without diacritics.
    rows, report = clean_rows(found, clean=clean and data != "world")
    corpus = _corpus_of(rows, report, source, weighted=found.weighted)
    return replace(corpus, shares=found.shares, origin_facts=_world_facts() if data == "world" else None)


def _corpus_of(rows: list[Row], report: CleaningReport, source: str, *, weighted: bool) -> Corpus:
    """The corpus of cleaned rows. Raises DataError if there are none."""
    if not rows:
        raise DataError(f"no name is left of {source} after cleaning:\n{report.summary()}")
    names, labels = tuple(row.name for row in rows), tuple(row.origin for row in rows)
    weights = np.array([row.weight for row in rows]) if weighted else None
    return Corpus(names, labels, source, report, row_weights=weights)


def _read(
    data: str | os.PathLike[str],
    encoding: str | None,
    columns: Columns,
    on_progress: OnBytes | None,
) -> tuple[str, SourceRows]:
    if not isinstance(data, (str, os.PathLike)) or not os.fspath(data):
        raise InputError(
            f"expected the path of a folder or table, or one of {list(KNOWN_CORPORA)}, got {data!r}"
        )
    if isinstance(columns, str) or len(columns) not in (2, 3):
        raise InputError(f"columns: expected (name, origin) or (name, origin, count), got {columns!r}")
    if columns != COLUMNS and (data in KNOWN_CORPORA or Path(data).is_dir()):
        raise InputError(f"columns: expected {COLUMNS}, as {os.fspath(data)!r} is not a table, got {columns}")
    if data == "tutorial":
        folder = tutorial_folder(on_progress=on_progress)
        # COGNOMEN_NAMES may be a folder of other files, which must not pass for the known corpus.
        return "tutorial" if not changed_files(folder) else folder.name, read_folder(folder)
    if data == "world":
        return "world", read_table(_world_table())
    path = Path(data)
    if path.parts[:1] == ("~",):
        path = path.expanduser()
    source = path.name or path.resolve().name
    if path.is_dir():
        return source, read_folder(path, encoding)
    if is_table(path) and path.exists():
        return source, read_table(path, encoding, columns)
    raise DataError(_foreign_file(path) if path.exists() else _no_such_path(path))


def _world_facts() -> dict[str, Origin]:
    from cognomen.corpora.world.manifest import read_origins

    return {origin.name: origin for origin in read_origins()}


def _world_table() -> Path:
    path = world_path()
    if not path.is_file():
        raise DataError(f"the corpus world is not in {path}. Build it: cognomen data build world")
    return path


def _foreign_file(path: Path) -> str:
    expected = f"expected a folder or {EXPECTED}, got the file {str(path)!r}"
    if path.suffix.lower() == ".txt":
        return f"{expected}. To read <Origin>.txt files, give their folder: {str(path.parent)!r}."
    return f"{expected}, which is neither."


def _no_such_path(path: Path) -> str:
    siblings: list[str] = []
    if path.is_symlink():
        return f"expected a folder or {EXPECTED}, {found_instead(path)}."
    if path.parent.is_dir():
        siblings = [entry.name for entry in islice(path.parent.iterdir(), 1000)]
    close = closest(path.name, siblings)
    hint = f" Did you mean {str(path.parent / close)!r}?" if close else did_you_mean(str(path), KNOWN_CORPORA)
    return (
        f"there is no folder or table {str(path)!r}.{hint} Give a folder of <Origin>.txt files, {EXPECTED}, "
        f"or a known corpus: {', '.join(KNOWN_CORPORA)}."
    )
