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
from cognomen.rnn.engine.prefix_tree import PrefixTree, SortedNames, prefix_tree
from cognomen.rnn.layers import Dropout

if TYPE_CHECKING:
    from cognomen.rnn.engine.compiled import Tree

COMPILED_LETTERS = 100_000  # to load the kernels takes what they save over half as many again, but only once


def is_worth_compiling(cell: Cell, letters: int) -> bool:
    """Whether `engine.compiled` is to read so many letters with this cell: a GRU in float32, not too large.

    Where Numba cannot be imported, or finds no place for what it compiles, a warning says so.
    """
    able = type(cell) is GRU and cell.dtype == np.float32 and cell.hidden_size <= LARGEST_SIZE
    return able and letters >= COMPILED_LETTERS and _numba_works()


@cache
def _numba_works() -> bool:
    """Whether there are compiled kernels, or can be; a warning says why not."""
    if find_spec("numba") is None:
        return False
    try:
        from cognomen.rnn.engine.machine_code import load_kernels

        load_kernels()
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
