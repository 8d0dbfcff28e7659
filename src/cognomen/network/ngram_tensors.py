"""The n-grams of a network: the layer that an architecture asks for, and the tensors that define it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.architecture import Architecture
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import HashTables
from cognomen.network.ngram_layer import NgramLayer
from cognomen.network.ngrams import Ngrams
from cognomen.rnn.arrays import Ids
from cognomen.rnn.initializers import Initializer

# Which n-grams have weights: letters (G, K) and counts (G,), see `Ngrams`, or see `HashedNgrams`.
Tables = tuple[Ids, Ids] | HashTables
EXACT = "ngrams.letters", "ngrams.counts"
HASHED = tuple(f"ngrams.{field}" for field in HashTables._fields)
WEIGHTS = "ngrams.weight", "ngrams.embedding"  # exact, hashed


def table_names(a: Architecture) -> tuple[str, ...]:
    """The tensors that define the n-grams of a network, besides their weights."""
    if not a.longest_ngram:
        return ()
    return HASHED if a.ngram_rank else EXACT


def tables_of(a: Architecture, tensors: Mapping[str, NDArray[Any]]) -> Tables | None:
    """The n-grams that have weights, None for none.

    Raises:
        InputError: tensors are missing.
    """
    names = table_names(a)
    if missing := [name for name in names if name not in tensors]:
        raise InputError(f"expected the tensors {' and '.join(names)}, missing: {', '.join(missing)}")
    found: Any = tuple(tensors[name] for name in names)
    return HashTables(*found) if names == HASHED else found or None


def weight_of(tensors: Mapping[str, NDArray[Any]]) -> NDArray[Any] | None:
    """The weights of the n-grams, or their embedding."""
    return next((tensors[name] for name in WEIGHTS if name in tensors), None)


def make_ngrams(
    a: Architecture,
    tables: Tables | None,
    weight: NDArray[Any] | None,
    *,
    dropout: float,
    rng: Initializer,
    dtype: DTypeLike,
) -> NgramLayer | None:
    """The layer of the n-grams, if there is to be one.

    Raises:
        InputError: the tables are not what the architecture says.
    """
    sizes = (a.alphabet_size, a.origin_count)
    if isinstance(tables, HashTables) and a.longest_ngram and a.ngram_rank:
        return HashedNgrams(
            tables,
            a.longest_ngram,
            *sizes,
            a.ngram_rank,
            dropout=dropout,
            rng=rng,
            dtype=dtype,
            embedding=weight,
        )
    if isinstance(tables, HashTables) or a.ngram_rank:
        raise InputError(
            "expected hashed n-grams just where there are an ngram_rank and a longest_ngram; these are "
            f"{a.ngram_rank} and {a.longest_ngram}"
        )
    longest = 0 if tables is None else tables[0].shape[-1]
    if longest != a.longest_ngram:
        raise InputError(f"expected n-grams of up to {a.longest_ngram} letters, got {longest} (0: none)")
    return None if tables is None else Ngrams(*tables, *sizes, dropout=dropout, dtype=dtype, weight=weight)
