"""Names share their beginnings, so a network need not read the same beginning twice.

What a cell holds after "joh" is the same for "john", "johns" and "johansen". Many names together therefore
need one step for each distinct prefix, and the other direction one for each distinct suffix: for the 18
files' names less than half of their letters. The prefixes form a tree:

    anna, ann, bo        a - n - n* - a*        (* a whole name)
                         b - o*

    wave    prefixes     row of the parent in the wave before
    0       a   b        -  -
    1       an  bo       0  1
    2       ann          0
    3       anna         0

A wave holds prefixes whose parents, one letter shorter, all stand in the wave before it. Whoever steps
through the waves gathers each row's state from its parent's row and calls the same `cell.step` as
everybody else. Siblings, as "ann" and "and" would be, have their parent's state in common, so its product
with the cell's weights is made once for all of them: for the first, whose turn is 1; the others repeat it.
Nothing is approximated, and nothing hangs on the order of the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Ids

__all__ = ["PrefixTree", "Sorted", "Wave", "check_lengths", "prefix_tree", "sort_names"]

LONGEST_SHARED = 32  # letters; two names that agree in more go separate ways from there


class Wave(NamedTuple):
    """Prefixes that are read side by side, n of them.

    Attributes:
        rows: where they stand among all nodes of the tree.
        parents: (n,), the row of each one's parent in the wave before; 0 for a first letter.
        turns: (n,), never falling: 0 for a first letter, 1 for one child of each parent, 2 for a second one,
            and so on.
        roots: how many are first letters; these stand first.
        repeats: (r,), for the last r rows, whose turns are above 1: the row of turn 1 with the same parent.
        ends: the rows, in this wave, of those that are whole names.
        spellings: which of the distinct names these are.
    """

    rows: slice
    parents: Ids
    turns: Ids
    roots: int
    repeats: Ids
    ends: Ids
    spellings: slice


@dataclass(frozen=True, eq=False)
class PrefixTree:
    """The P distinct prefixes of N names, wave after wave, T of these. U of the prefixes are whole names.

    Attributes:
        letters: (P,), the last letter of each prefix: the id that is read there.
        parents: (P,), see `Wave`.
        turns: (P,), see `Wave`.
        repeats: see `Wave`, wave after wave.
        sizes: (T,), how many prefixes a wave has.
        roots: (T,), how many of them are first letters.
        repeating: (T,), how many of them have turns above 1.
        ends: (U,), the row of each distinct name in its wave; these are numbered wave after wave.
        ending: (T,), how many end in a wave.
        lengths: (U,), in letters.
        given: (N,), which names they are, as given to `sort_names`.
        spelling: (N,), which of the distinct names each is. (Equal names of different blocks, or of more than
            `LONGEST_SHARED` letters, may count as distinct.)
    """

    letters: Ids
    parents: Ids
    turns: Ids
    repeats: Ids
    sizes: Ids
    roots: Ids
    repeating: Ids
    ends: Ids
    ending: Ids
    lengths: Ids
    given: Ids
    spelling: Ids

    def waves(self) -> Iterator[Wave]:
        """The waves in their order."""
        node = repeat = name = 0
        counts = np.stack([self.sizes, self.roots, self.repeating, self.ending], axis=1)  # (T, 4)
        for size, roots, repeating, ending in counts.tolist():
            rows, spellings = slice(node, node + size), slice(name, name + ending)
            parents, turns, ends = self.parents[rows], self.turns[rows], self.ends[spellings]
            repeats = self.repeats[repeat : repeat + repeating]
            yield Wave(rows, parents, turns, roots, repeats, ends, spellings)
            node, repeat, name = rows.stop, repeat + repeating, spellings.stop


@dataclass(frozen=True, eq=False)
class Sorted:
    """N names in the order of their letters, so that those with a prefix in common are neighbours.

    Attributes:
        ids: (M,), all letters laid end to end.
        first: (N,), where each name's first letter stands.
        lengths: (N,).
        given: (N,), which of the names as given each one is.
        shared: (N,), how many letters it has in common with the one before it.
    """

    ids: Ids
    first: Ids
    lengths: Ids
    given: Ids
    shared: Ids

    def __len__(self) -> int:
        return len(self.given)


def check_lengths(ids: Ids, lengths: Ids) -> Ids:
    """The lengths (N,) as int64.

    Raises:
        InputError: these are no whole numbers, a name has no letters, or letters are left over or lacking.
    """
    if ids.ndim != 1 or lengths.ndim != 1 or ids.dtype.kind not in "iu" or lengths.dtype.kind not in "iu":
        raise InputError(
            "expected whole numbers, ids (M,) and lengths (N,), got "
            f"{ids.dtype} {ids.shape} and {lengths.dtype} {lengths.shape}"
        )
    lengths = lengths.astype(np.int64, copy=False)
    if (len(lengths) and lengths.min() < 1) or lengths.sum() != len(ids):
        raise InputError(
            f"expected one or more letters in each name, {len(ids)} altogether, got the lengths "
            f"{lengths.tolist()[:10]}"
        )
    return lengths


def sort_names(ids: Ids, lengths: Ids, *, reverse: bool = False) -> Sorted:
    """Sort names by their letters; only the first `LONGEST_SHARED` count.

    Args:
        ids: (M,), not negative, all names' letters laid end to end.
        lengths: (N,), 1 or more each.
        reverse: whether every name is read from its end.

    Raises:
        InputError: the lengths do not fit the ids.
    """
    lengths = check_lengths(ids, lengths)
    if reverse:  # all letters turned round are all names turned round, the last one first
        turned = sort_names(ids[::-1], lengths[::-1])
        return replace(turned, given=len(lengths) - 1 - turned.given)
    table = _first_letters(ids, lengths)  # (N, K)
    order = _order(table)  # (N,)
    first = (np.cumsum(lengths) - lengths)[order]
    table, lengths = table[order], lengths[order]
    shared = np.zeros(len(order), np.int64)
    alike = table[1:] == table[:-1]  # (N-1, K)
    alike[:, -1] = False  # there are no letters in the last column
    alike[:, LONGEST_SHARED:] = False
    np.minimum(alike.argmin(axis=1), np.minimum(lengths[1:], lengths[:-1]), out=shared[1:])
    return Sorted(ids, first, lengths, order, shared)


def _first_letters(ids: Ids, lengths: Ids) -> Ids:
    """The letters that may be shared, each id one higher, and one or more columns of zeros behind, (N, K)."""
    longest = int(lengths.max(initial=0))
    if longest > LONGEST_SHARED:
        place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)  # (M,)
        ids = ids[place < LONGEST_SHARED]
    kind = np.min_scalar_type(int(ids.max(initial=0)) + 1)
    per_key = 8 // kind.itemsize  # a row is made of whole 64-bit keys
    width = (min(longest, LONGEST_SHARED) // per_key + 1) * per_key
    table = np.zeros((len(lengths), width), kind)
    table[np.arange(width) < np.minimum(lengths, LONGEST_SHARED)[:, None]] = ids.astype(kind) + kind.type(1)
    return table


def _order(table: Ids) -> Ids:
    """The order of rows (N, K) by their letters."""
    keys = table.astype(table.dtype.newbyteorder(">")).view(">u8").astype(np.uint64)  # (N, K / 8)
    order = np.argsort(keys[:, 0])
    first = keys[order, 0]
    tied = np.zeros(len(order), bool)
    tied[1:] = first[1:] == first[:-1]
    tied[:-1] |= tied[1:]
    some = order[tied]
    order[tied] = some[np.lexsort(keys[some].T[::-1])]
    return order


def prefix_tree(names: Sorted, part: slice = slice(None), *, block: int | None = None) -> PrefixTree:
    """The tree of the sorted names, or of a part of them; one or more.

    With `block`, each `block` names begin one wave after those before them. A wave then holds prefixes of
    all lengths and hardly changes its size, whatever the number of names. Prefixes are not shared between
    such blocks. Without, wave t holds the prefixes of t + 1 letters.
    """
    lengths, shared = names.lengths[part], names.shared[part].copy()
    shared[:: block or len(shared)] = 0
    rank, depth, parent, turn, first, last = _nodes(lengths, shared)
    wave = depth if block is None else depth + rank // block  # (P,)
    key = wave * (int(turn.max()) + 1) + turn
    order = np.argsort(key.astype(np.min_scalar_type(int(key.max()))), kind="stable")
    sizes = np.bincount(wave)  # (T,)
    place = np.empty_like(order)  # (P,), among all nodes, wave after wave
    place[order] = np.arange(len(order))
    row = place - (np.cumsum(sizes) - sizes)[wave]  # (P,)
    whole = np.zeros(len(order), bool)
    whole[place[last]] = True
    ends = order[np.flatnonzero(whole)]  # (U,)
    later = order[turn[order] > 1]  # children that are not their parents' first
    return PrefixTree(
        letters=names.ids[names.first[part][rank[order]] + depth[order]],
        parents=np.where(parent < 0, 0, row[parent])[order],
        turns=turn[order],
        repeats=row[first[later]],
        sizes=sizes,
        roots=np.bincount(wave[parent < 0], minlength=len(sizes)),
        repeating=np.bincount(wave[later], minlength=len(sizes)),
        ends=row[ends],
        ending=np.bincount(wave[ends], minlength=len(sizes)),
        lengths=depth[ends] + 1,
        given=names.given[part],
        spelling=(np.cumsum(whole) - 1)[place[last]],
    )


class _Nodes(NamedTuple):
    """The prefixes (P,) of a tree, name after name, the shorter first; each with the first name that has it.

    Attributes:
        rank: (P,), the name.
        depth: (P,), letters before the last one.
        parent: (P,), the node of the prefix one letter shorter; -1 for a first letter.
        turn: (P,), see `Wave`.
        first: (P,), where the turn is above 1: the parent's first child, whose turn is 1.
        last: (N,), each name's own node.
    """

    rank: Ids
    depth: Ids
    parent: Ids
    turn: Ids
    first: Ids
    last: Ids


def _nodes(lengths: Ids, shared: Ids) -> _Nodes:
    """The nodes of N names, of which each has `shared` letters in common with the one before it."""
    own = lengths - shared  # (N,), prefixes that no name before it has
    offset = np.cumsum(own) - own - shared  # (N,), its prefix of t + 1 letters is node offset + t
    rank = np.repeat(np.arange(len(own)), own)  # (P,)
    stem = _stems(offset, shared)  # (N,)
    begins = own > 0
    fork = (offset + shared)[begins]  # a name's own first node, whose parent is not the node before it
    parent = np.arange(-1, len(rank) - 1)  # (P,)
    parent[fork] = stem[begins]
    turn, first = _turns(parent, fork)
    last = np.where(begins, offset + lengths - 1, stem)  # (N,)
    return _Nodes(rank, np.arange(len(rank)) - offset[rank], parent, turn, first, last)


def _stems(offset: Ids, shared: Ids) -> Ids:
    """For each name the node of the letters that it shares with the names before it, -1 for none, (N,)."""
    stems = np.full(len(shared), -1)
    for length in range(1, int(shared.max()) + 1):
        here = np.flatnonzero(shared == length)
        owners = np.flatnonzero(shared < length)  # such a prefix is the own one of the last of these before
        stems[here] = offset[owners[np.searchsorted(owners, here) - 1]] + length - 1
    return stems


def _turns(parent: Ids, forks: Ids) -> tuple[Ids, Ids]:
    """The turn and the first sibling of each node, (P,) both; forks (F,) are each name's own first nodes."""
    follows = np.ones(len(parent) + 1, bool)
    follows[forks] = follows[-1] = False
    stems = parent[forks]  # (F,)
    order = np.argsort(stems.astype(np.int32))  # in any order among equals; the short type sorts faster
    forks, stems = forks[order], stems[order]
    start = np.flatnonzero(np.diff(stems, prepend=-2))  # (G,), where another stem's forks begin
    stem, count = stems[start], np.diff(start, append=len(stems))
    has = follows[stem + 1]  # whether the stem has a child that is no fork
    turn, first = np.ones_like(parent), np.zeros_like(parent)
    turn[forks] = np.arange(1, len(forks) + 1) - np.repeat(start - has, count)
    first[forks] = np.repeat(np.where(has, stem + 1, forks[start]), count)
    turn[forks[stems < 0]] = 0
    return turn, first
