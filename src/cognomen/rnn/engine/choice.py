"""Whether names are read by the compiled engine: if Numba is installed, can do it, and is worth its start."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import GRU
from cognomen.rnn.engine import LARGEST_SIZE, shared_reading
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import PrefixTree, SortedNames, prefix_tree, sort_names
from cognomen.rnn.layers import Dropout
from cognomen.text.ragged import Ragged

if TYPE_CHECKING:
    from cognomen.rnn.engine.compiled import Tree

COMPILED_LETTERS = 100_000  # to import Numba takes what it saves over ten times as many, but only once


def is_worth_compiling(cell: Cell, letters: int) -> bool:
    """Whether `engine.compiled` is to read so many letters with this cell: a GRU in float32, not too large.

    Where Numba cannot be imported, or finds no place for what it compiles, a warning says so.
    """
    able = type(cell) is GRU and cell.dtype == np.float32 and cell.hidden_size <= LARGEST_SIZE
    if not able or letters < COMPILED_LETTERS or find_spec("numba") is None:
        return False
    return _numba_works()


@cache
def _numba_works() -> bool:
    """Whether one name can be read with Numba, which compiles then; a warning says why not."""
    try:
        import numba

        from cognomen.rnn.engine import compiled

        if vars(numba.config)["DISABLE_JIT"]:
            raise RuntimeError("NUMBA_DISABLE_JIT is set")
        cell, one = prepack(GRU(1, 1)), np.ones(1, np.int64)
        tree = compiled.prefix_tree(sort_names(Ragged(one, one)), slice(None), block=1)
        a, head = np.zeros((3, 2, 1), np.float32), np.ones((1, 1, 1), np.float32)
        compiled.read_names(cell, a, tree, "last", head)
    except (ImportError, OSError, RuntimeError) as error:  # not found, no place for what is compiled, ...
        warnings.warn(f"Numba is installed, but names are read without it: {error}", RuntimeWarning, 3)
        return False
    return True


def tree_of(
    names: SortedNames, part: slice = slice(None), *, block: int | None = None, compiled: bool
) -> PrefixTree | Tree:
    """The tree of a non-empty part of the names (see `prefix_tree`), for one engine or the other."""
    if not compiled:
        return prefix_tree(names, part, block=block)
    from cognomen.rnn.engine.compiled import prefix_tree as compiled_tree

    return compiled_tree(names, part, block=block or len(names))


def read_names(
    cell: Cell,
    a: Array,
    tree: PrefixTree | Tree,
    pooling: str,
    *,
    dropout: Dropout,
    rng: np.random.Generator | None = None,
    head: Array | None = None,
) -> tuple[Array, Backward]:
    """`shared_reading.read_names`, by the engine that the tree is for; the compiled one knows no dropout."""
    if isinstance(tree, PrefixTree):
        return shared_reading.read_names(cell, a, tree, pooling, dropout=dropout, rng=rng, head=head)
    from cognomen.rnn.engine import compiled, compiled_learning

    if head is None:
        return compiled_learning.read_names(cell, a, tree, pooling)
    return compiled.read_names(cell, a, tree, pooling, head), _no_backward


def _no_backward(d: Array) -> Array:
    raise InputError("these names were read with a head: there is no gradient")
