"""The tree of the prefixes of many names: each distinct prefix needs one recurrent step, taken once.

The state of a cell after "joh" is the same for "john", "johns" and "johansen". So many names together need
one step for each distinct prefix, and in the reverse direction one for each distinct suffix: for the names of
the 18 files, less than half as many steps as letters. The prefixes form a tree:

    anna, ann, bo        a - n - n* - a*        (* a whole name)
                         b - o*

    level   prefixes     row of the parent in the level above
    0       a   b        -  -
    1       an  bo       0  1
    2       ann          0
    3       anna         0

The parent of a prefix is one letter shorter and is always in the level directly above. A loop over the levels
gathers the state of each row from its parent's row and calls the same `cell.step` as every other loop.

Siblings, such as "ann" and "and", share the state of their parent, so the product of that state with the
recurrent weights is computed once, for the sibling of rank 1, and repeated for the others.

The result is exact, and does not depend on the order of the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Ids
from cognomen.text.ragged import Ragged

# Letters that may be shared; longer common prefixes are read once per name. A bound keeps the table that is
# sorted small, whatever the longest name.
LONGEST_SHARED = 32


class Level(NamedTuple):
    """n prefixes that are stepped together.

    Attributes:
        rows: their rows among all nodes of the tree.
        parents: (n,), the row of each parent within the level above; 0 for a first letter.
        sibling_ranks: (n,), non-decreasing: 0 for a first letter, otherwise 1, 2, ... among the children of
            one parent.
        roots: the number of first letters, which come first.
        repeats: (r,), for the last r rows, those of rank 2 and above: the row of their sibling of rank 1.
        ends: the rows, within this level, of the prefixes that are whole names.
        spellings: the indices of these among the distinct names.
    """

    rows: slice
    parents: Ids
    sibling_ranks: Ids
    roots: int
    repeats: Ids
    ends: Ids
    spellings: slice


@dataclass(frozen=True, eq=False)
class PrefixTree:
    """The P distinct prefixes of N names, of which U are whole names, in T levels.

    Attributes:
        letters: (P,), the id of the last letter of each prefix: the letter that is read there.
        parents: (P,), see `Level`.
        sibling_ranks: (P,), see `Level`.
        repeats: see `Level`; those of all levels end to end.
        sizes: (T,), the number of prefixes in each level.
        roots: (T,), how many of these are first letters.
        repeating: (T,), how many of these have rank 2 or above.
        ends: (U,), the row of each distinct name within its level; these are numbered level by level.
        ending: (T,), the number of names that end in each level.
        lengths: (U,), the number of letters of each distinct name.
        sorted_indices: (N,), the position of each name in the input of `sort_names`.
        inverse: (N,), the index of each name among the distinct ones, as from `numpy.unique`. Equal names in
            different blocks, or of more than `LONGEST_SHARED` letters, may count as distinct.
    """

    letters: Ids
    parents: Ids
    sibling_ranks: Ids
    repeats: Ids
    sizes: Ids
    roots: Ids
    repeating: Ids
    ends: Ids
    ending: Ids
    lengths: Ids
    sorted_indices: Ids
    inverse: Ids

    def levels(self) -> Iterator[Level]:
        """The levels from the first letters on."""
        node = repeat = name = 0
        counts = np.stack([self.sizes, self.roots, self.repeating, self.ending], axis=1)  # (T, 4)
        for size, roots, repeating, ending in counts.tolist():
            rows, spellings = slice(node, node + size), slice(name, name + ending)
            parents, sibling_ranks, ends = self.parents[rows], self.sibling_ranks[rows], self.ends[spellings]
            repeats = self.repeats[repeat : repeat + repeating]
            yield Level(rows, parents, sibling_ranks, roots, repeats, ends, spellings)
            node, repeat, name = rows.stop, repeat + repeating, spellings.stop


@dataclass(frozen=True, eq=False)
class SortedNames:
    """N names in alphabetical order of their ids, so that names with a common prefix are adjacent.

    Attributes:
        ids: (M,), all letters end to end, in the original order.
        first: (N,), the position in `ids` of each name's first letter.
        lengths: (N,).
        sorted_indices: (N,), the position of each name in the input.
        shared: (N,), the number of leading letters in common with the name before it.
    """

    ids: Ids
    first: Ids
    lengths: Ids
    sorted_indices: Ids
    shared: Ids

    def __len__(self) -> int:
        return len(self.sorted_indices)


def check_names(names: Ragged) -> None:
    """Raise InputError unless these are names of ids, with one or more letters each."""
    if names.data.ndim != 1 or names.data.dtype.kind not in "iu":
        raise InputError(f"ids: expected integers (M,), got {names.data.dtype} {names.data.shape}")
    if len(names) and names.lengths.min() < 1:
        raise InputError(
            f"lengths: expected one or more letters in each name, got none in [{names.lengths.argmin()}]"
        )


def letters_of(names: Ragged) -> tuple[Ids, Ragged]:
    """The A letters that occur in names of ids, (A,), in order; and the names as numbers of these.

    An alphabet may have thousands of letters, of which a few names have some dozens.
    """
    letters = np.flatnonzero(np.bincount(names.data))
    numbers = np.zeros(int(letters.max(initial=0)) + 1, np.min_scalar_type(len(letters)))
    numbers[letters] = np.arange(len(letters))
    return letters, names.with_data(numbers.take(names.data))


def sort_names(names: Ragged, *, reverse: bool = False) -> SortedNames:
    """Sort N names by their ids; only the first `LONGEST_SHARED` letters are compared.

    Args:
        names: their ids, non-negative.
        reverse: read each name from its end.

    Raises:
        InputError: these are not names of ids.
    """
    check_names(names)
    if reverse:  # reversing all letters reverses each name, and the order of the names
        turned = sort_names(Ragged(names.data[::-1], names.lengths[::-1]))
        return replace(turned, sorted_indices=len(names) - 1 - turned.sorted_indices)
    table = _first_letters(names)  # (N, K)
    order = _order(table)  # (N,)
    table, lengths = table[order], names.lengths[order]
    shared = np.zeros(len(order), np.int64)
    alike = table[1:] == table[:-1]  # (N-1, K)
    alike[:, -1] = False  # padding in every row: argmin below always finds a difference
    alike[:, LONGEST_SHARED:] = False
    np.minimum(alike.argmin(axis=1), np.minimum(lengths[1:], lengths[:-1]), out=shared[1:])
    return SortedNames(names.data, names.starts[order], lengths, order, shared)


def _first_letters(names: Ragged) -> Ids:
    """The letters that may be shared, (N, K): ids plus 1, then at least one column of zeros.

    Zero sorts before every letter, so a name comes before the longer ones that begin with it.
    """
    ids, lengths = names.data, np.minimum(names.lengths, LONGEST_SHARED)
    longest = int(names.lengths.max(initial=0))
    if longest > LONGEST_SHARED:
        ids = ids[names.positions < LONGEST_SHARED]
    kind = np.min_scalar_type(int(ids.max(initial=0)) + 1)
    per_key = 8 // kind.itemsize  # `_order` views each row as 64-bit keys
    width = (min(longest, LONGEST_SHARED) // per_key + 1) * per_key
    table = np.zeros((len(lengths), width), kind)
    table[np.arange(width) < lengths[:, None]] = ids.astype(kind) + kind.type(1)
    return table


def _order(table: Ids) -> Ids:
    """The indices (N,) that sort the rows (N, K) lexicographically.

    Eight letters at a time are compared as one 64-bit number; big-endian bytes make its order theirs. Most
    names differ within the first eight letters, so only the ties are sorted by the other keys.
    """
    keys = table.astype(table.dtype.newbyteorder(">")).view(">u8").astype(np.uint64)  # (N, K / 8)
    order = np.argsort(keys[:, 0])
    first = keys[order, 0]
    tied = np.zeros(len(order), bool)
    tied[1:] = first[1:] == first[:-1]
    tied[:-1] |= tied[1:]
    some = order[tied]
    order[tied] = some[np.lexsort(keys[some].T[::-1])]
    return order


def prefix_tree(names: SortedNames, part: slice = slice(None), *, block: int | None = None) -> PrefixTree:
    """The tree of the sorted names, or of a non-empty part of them.

    Without `block`, level t holds the prefixes of t + 1 letters: few in the first and last levels, thousands
    in between. With `block`, each `block` names start one level below those before them, so a level holds
    prefixes of all lengths and all levels have about the same size, whatever the number of names: enough rows
    for fast products, few enough for the cache. Prefixes are then shared within a block only.
    """
    lengths, shared = names.lengths[part], names.shared[part].copy()
    shared[:: block or len(shared)] = 0
    name, depth, parent, rank, first, last = _nodes(lengths, shared)
    level = depth if block is None else depth + name // block  # (P,)
    # Nodes in their final order: by level, within a level by rank. The smallest type sorts fastest.
    key = level * (int(rank.max()) + 1) + rank
    order = np.argsort(key.astype(np.min_scalar_type(int(key.max()))), kind="stable")
    sizes = np.bincount(level)  # (T,)
    place = np.empty_like(order)  # (P,), the inverse of `order`
    place[order] = np.arange(len(order))
    row = place - (np.cumsum(sizes) - sizes)[level]  # (P,)
    whole = np.zeros(len(order), bool)
    whole[place[last]] = True
    ends = order[np.flatnonzero(whole)]  # (U,)
    later = order[rank[order] > 1]  # siblings that repeat the first one's product
    return PrefixTree(
        letters=names.ids[names.first[part][name[order]] + depth[order]],
        parents=np.where(parent < 0, 0, row[parent])[order],
        sibling_ranks=rank[order],
        repeats=row[first[later]],
        sizes=sizes,
        roots=np.bincount(level[parent < 0], minlength=len(sizes)),
        repeating=np.bincount(level[later], minlength=len(sizes)),
        ends=row[ends],
        ending=np.bincount(level[ends], minlength=len(sizes)),
        lengths=depth[ends] + 1,
        sorted_indices=names.sorted_indices[part],
        inverse=(np.cumsum(whole) - 1)[place[last]],
    )


class _Nodes(NamedTuple):
    """The P nodes of a tree, each numbered with the first name that has it, name by name, from short to long.

    Attributes:
        name: (P,), the index of that name.
        depth: (P,), the number of letters before the last one.
        parent: (P,), the node of the prefix one letter shorter; -1 for a first letter.
        rank: (P,), see `Level.sibling_ranks`.
        first: (P,), for ranks above 1: the node of the sibling of rank 1.
        last: (N,), the node of each whole name.
    """

    name: Ids
    depth: Ids
    parent: Ids
    rank: Ids
    first: Ids
    last: Ids


def _nodes(lengths: Ids, shared: Ids) -> _Nodes:
    """The nodes of N sorted names, each of which has `shared` letters in common with the one before it."""
    own = lengths - shared  # (N,), the number of prefixes that no earlier name has
    offset = np.cumsum(own) - own - shared  # (N,), a name's own prefix of t + 1 letters is node offset + t
    name = np.repeat(np.arange(len(own)), own)  # (P,)
    stem = _stems(offset, shared)  # (N,)
    begins = own > 0
    fork = (offset + shared)[begins]  # the first node of each name; all others follow their parent directly
    parent = np.arange(-1, len(name) - 1)  # (P,)
    parent[fork] = stem[begins]
    rank, first = _sibling_ranks(parent, fork)
    last = np.where(begins, offset + lengths - 1, stem)  # (N,)
    return _Nodes(name, np.arange(len(name)) - offset[name], parent, rank, first, last)


def _stems(offset: Ids, shared: Ids) -> Ids:
    """The node of the prefix that each name shares with the one before it, -1 if there is none, (N,)."""
    stems = np.full(len(shared), -1)
    for length in range(1, int(shared.max()) + 1):
        here = np.flatnonzero(shared == length)
        # That prefix is an own node of the last name before that shares less than `length` letters itself.
        owners = np.flatnonzero(shared < length)
        stems[here] = offset[owners[np.searchsorted(owners, here) - 1]] + length - 1
    return stems


def _sibling_ranks(parent: Ids, forks: Ids) -> tuple[Ids, Ids]:
    """The rank of each node among its siblings, and the sibling of rank 1, both (P,).

    Args:
        parent: (P,), of each node.
        forks: (F,), the first own node of each name. Every other node directly follows its parent, and so is
            its first child: rank 1.
    """
    follows = np.ones(len(parent) + 1, bool)  # whether a node is the first child of the one before
    follows[forks] = follows[-1] = False
    stems = parent[forks]  # (F,)
    order = np.argsort(stems.astype(np.int32))  # ties in any order; the short type sorts faster
    forks, stems = forks[order], stems[order]
    start = np.flatnonzero(np.diff(stems, prepend=-2))  # (G,), the first fork of each stem
    stem, count = stems[start], np.diff(start, append=len(stems))
    has = follows[stem + 1]  # (G,), whether the stem has a child that is no fork
    rank, first = np.ones_like(parent), np.zeros_like(parent)
    rank[forks] = np.arange(1, len(forks) + 1) - np.repeat(start - has, count)
    first[forks] = np.repeat(np.where(has, stem + 1, forks[start]), count)
    rank[forks[stems < 0]] = 0
    return rank, first
