"""The logits of any number of names: how inference divides its work.

One name, names with a single recurrent layer, which share their prefixes, and several layers are read in
different ways, with the same results. Memory beyond the result does not grow with the number of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cognomen.network.ngram_layer import Evidence
from cognomen.network.trainable import TrainableNetwork
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.engine.blas import map_on_threads, one_blas_thread, reuse_memory
from cognomen.rnn.engine.choice import is_worth_compiling, tree_of
from cognomen.rnn.engine.one_sequence import read_sequence
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import SortedNames, letters_of, sort_names
from cognomen.rnn.pooling import pool_sequence
from cognomen.text.ragged import Ragged, pieces

# Limits on names and on letters, of which the first one reached counts.
BLOCK = 192  # names that start at each level of a tree: enough rows for fast products, few for the cache
TREE_NAMES, TREE_LETTERS = 1 << 15, 1 << 20  # read as one prefix tree; a thread's unit of work
SORTED_NAMES, SORTED_LETTERS = 1 << 19, 1 << 23  # sorted at once, to share prefixes; bounds the memory
PACKED_NAMES, PACKED_LETTERS = 1 << 9, 1 << 13  # read as one packed batch, whose states are all kept
FEW_NAMES = 1 << 10  # fewer names are not worth a thread of their own
FEW_LETTERS = 1 << 12  # fewer letters are not worth pieces and the settings of the BLAS


def infer(network: TrainableNetwork, names: Ragged, *, threads: int, bits: bool) -> Evidence:
    """What a network says of N names of ids, each with letters.

    Args:
        network: reads them.
        names: the ids.
        threads: how many may be used.
        bits: whether to give the bits per letter as well.
    """
    logits = np.empty((len(names), network.architecture.origin_count), network.dtype)  # (N, C)
    if len(names.data) < FEW_LETTERS:
        return _fill(network, logits, names, 1, bits)
    reuse_memory()
    with one_blas_thread():
        parts = pieces(names.ends, SORTED_NAMES, SORTED_LETTERS)
        return _joined(logits, [_fill(network, logits[part], names[part], threads, bits) for part in parts])


def _fill(network: TrainableNetwork, logits: Array, names: Ragged, threads: int, bits: bool) -> Evidence:
    """Fill in the logits (N, C) of one piece, and return them with what else is known of its names."""
    count = len(names)
    if count == 0:
        return Evidence(logits, None)
    if count == 1:
        logits[0] = _read_one(network, names.data)
    elif network.architecture.num_layers > 1:
        _read_packed(network, logits, names, threads)
    else:
        _read_shared(network, logits, names, threads)
    if network.ngrams is None:
        return Evidence(logits, None)
    ngrams = network.ngrams
    table = ngrams.suffix_sums() if len(names.data) > len(ngrams.idf) else None

    def add(part: slice) -> Evidence:
        found = ngrams.evidence(names[part], table=table, bits=bits)
        logits[part] += found.logits
        return found

    if count == 1:
        return add(slice(None))._replace(logits=logits)
    return _joined(logits, map_on_threads(add, _parts(names.ends, threads), threads))


def _read_shared(network: TrainableNetwork, logits: Array, names: Ragged, threads: int) -> None:
    """A single layer: each direction reads each prefix of a tree once."""
    (cells,) = network.recurrent.levels
    logits[...] = network.output.params["bias"]
    weight = network.output.params["weight"]  # (C, F)
    heads = weight.T.reshape(-1, len(cells), network.architecture.hidden_size, len(weight))  # (K, D, H, C)
    letters, names = letters_of(names)
    in_order = map_on_threads(lambda cell: sort_names(names, reverse=cell[1]), cells, threads)
    compiled = is_worth_compiling(cells[0][0], len(names.data))
    for d, (cell, _) in enumerate(cells):
        head = np.ascontiguousarray(heads[:, d])  # (K, H, C)
        _add_direction(network, logits, cell, head, letters, in_order[d], threads, compiled=compiled)


def _read_one(network: TrainableNetwork, ids: Ids) -> Array:
    """One name (T,), without the preparation that only pays for many: its logits (C,)."""
    reader, vectors = network.letter_reader(), network.embedding.params["weight"]  # (V, E)
    # (T, D, H), each direction in the order in which it reads.
    y = reader.read(ids) if reader else read_sequence(network.recurrent.levels[0], vectors[ids])
    for below, cells in pairwise(network.recurrent.levels):
        in_order = [y[::-1, d] if reverse else y[:, d] for d, (_, reverse) in enumerate(below)]
        y = read_sequence(cells, np.concatenate(in_order, axis=1))
    pooled = pool_sequence(y, network.architecture.pooling)  # (K, D, H)
    logits: Array = network.output.apply(pooled.reshape(1, -1))[0]
    return logits


def _add_direction(
    network: TrainableNetwork,
    logits: Array,
    cell: Cell,
    head: Array,
    letters: Ids,
    names: SortedNames,
    threads: int,
    *,
    compiled: bool,
) -> None:
    """Add the logits of one direction, part of the names by part."""

    def add(part: slice) -> None:
        tree = tree_of(names, part, block=BLOCK, compiled=compiled)
        found, _ = network.read_tree(prepack(cell), tree, letters, None, head)  # (U, C)
        order = names.sorted_indices[part]
        sums = logits.take(order, axis=0)  # much faster than logits[indices] += ...
        sums += found.take(tree.inverse, axis=0)
        logits[order] = sums

    map_on_threads(add, _parts(np.cumsum(names.lengths), threads), threads)


def _read_packed(network: TrainableNetwork, logits: Array, names: Ragged, threads: int) -> None:
    """Several layers, in batches of names of similar lengths."""
    by_length = np.argsort(names.lengths, kind="stable")  # (N,)

    def fill(part: slice) -> None:
        which = by_length[part]
        logits[which] = network.recurrent_logits(names[which])[0]

    ends = np.cumsum(names.lengths[by_length])
    map_on_threads(fill, pieces(ends, PACKED_NAMES, PACKED_LETTERS), threads)


def _joined(logits: Array, parts: list[Evidence]) -> Evidence:
    """The evidence of consecutive parts of the names, whose logits (N, C) are filled in."""
    bits = [part.bits_per_letter for part in parts if part.bits_per_letter is not None]
    known = [part.known for part in parts if part.known is not None]
    return Evidence(logits, np.concatenate(bits) if bits else None, np.concatenate(known) if known else None)


def _parts(ends: Ids, threads: int) -> Iterator[slice]:
    """Cut names (see `pieces`) into units of work: each thread gets some, unless there are few."""
    return pieces(ends, min(TREE_NAMES, max(FEW_NAMES, -(-len(ends) // threads))), TREE_LETTERS)
