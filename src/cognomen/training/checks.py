"""Is there enough to learn from? A corpus of which hardly anything is left is refused, with the remedy."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import REASONS
from cognomen.errors import TrainingError
from cognomen.rnn.arrays import Ids
from cognomen.text.alphabet import UNKNOWN
from cognomen.text.ragged import Ragged

MOST_DROPPED: Final = 0.5  # of the rows, duplicates not counted
MOST_UNKNOWN: Final = 0.5  # of a name's letters; with more of them it is answered "unknown-script"


def check_rows(corpus: Corpus) -> None:
    """Refuse a corpus of which most rows were dropped, or all rows of an origin; duplicates do not count.

    Raises:
        TrainingError: that is so; the message says why they were dropped, and what to do.
    """
    dropped = [row for row in corpus.report.dropped if row.reason != "duplicate"]
    lost = sorted({row.origin for row in dropped if row.origin} - set(corpus.origins))
    if not lost and len(dropped) <= MOST_DROPPED * (corpus.report.rows_kept + len(dropped)):
        return
    which = [row for row in dropped if row.origin in lost] if lost else dropped
    first = which[0]
    rows = len(which) if lost else corpus.report.rows_kept + len(dropped)
    what = f"all {rows:,} rows of {lost}" if lost else f"{len(dropped):,} of {rows:,} rows"
    raise TrainingError(
        f"{corpus.source}: {what} were dropped, the first at {first.place}, {first.name!r}: "
        f"{REASONS[first.reason]}. Correct the rows, or remove them; `cognomen data check` lists them all."
    )


def check_origins(corpus: Corpus, labels: Ids) -> None:
    """There must be two origins or more, and training labels (N,) of each.

    Raises:
        TrainingError: there are not.
    """
    if len(corpus.origins) < 2:
        raise TrainingError(
            f"expected names of two or more origins in {corpus.source}, got {list(corpus.origins)}"
        )
    if lacking := sorted(set(range(len(corpus.origins))) - set(labels.tolist())):
        raise TrainingError(
            f"no training names are left of {[corpus.origins[i] for i in lacking]}: give more names, or a "
            "smaller validation_share"
        )


def check_letters(corpus: Corpus, names: Ragged, labels: Ids) -> None:
    """Refuse an alphabet in which most names, or all names of an origin, could not be read.

    Args:
        corpus: has the origins.
        names: ids of the N training names.
        labels: their origins, (N,).

    Raises:
        TrainingError: that is so; the message names the setting.
    """
    unknown = np.add.reduceat(names.data == UNKNOWN, names.starts, dtype=np.int64)
    unread: NDArray[np.bool_] = unknown > MOST_UNKNOWN * names.lengths  # (N,)
    count = len(corpus.origins)
    read = np.bincount(labels[~unread], minlength=count)  # (C,)
    lost = [
        corpus.origins[i] for i in np.flatnonzero((read == 0) & (np.bincount(labels, minlength=count) > 0))
    ]
    if lost or unread.mean() > MOST_DROPPED:
        what = f"all names of {lost}" if lost else f"{unread.sum():,} of {len(unread):,} names"
        raise TrainingError(
            f"{corpus.source}: {what} consist mostly of letters that are too rare to be learned. Give more "
            "names, or a smaller min_letter_count (`cognomen train --min-letter-count 1`)."
        )
