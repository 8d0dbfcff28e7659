"""The tree of prefixes: it spells the names that were given, and nothing stands in it twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import laid, stable

from cognomen.errors import InputError
from cognomen.rnn.engine.prefix_tree import (
    LONGEST_SHARED,
    PrefixTree,
    SortedNames,
    check_names,
    letters_of,
    prefix_tree,
    sort_names,
)
from cognomen.text.ragged import Ragged

Name = tuple[int, ...]

# Few letters, so that much is shared; and letters on both sides of what 8 and 16 bits can hold.
ALPHABETS = [[0], [0, 1], [0, 1, 2], [0, 127, 128], [254, 255], [0, 255, 256], [3, 65534, 65535], [1, 65536]]
LETTERS = st.sampled_from(ALPHABETS)
FIELDS = [
    "letters",
    "parents",
    "sibling_ranks",
    "repeats",
    "sizes",
    "roots",
    "repeating",
    "ends",
    "ending",
    "lengths",
]


def names_of(letters: Sequence[int], longest: int = 6) -> st.SearchStrategy[list[Name]]:
    return st.lists(
        st.lists(st.sampled_from(letters), min_size=1, max_size=longest).map(tuple), min_size=1, max_size=12
    )


NAMES = LETTERS.flatmap(names_of)


@st.composite
def long_names(draw: st.DrawFn) -> list[Name]:
    """Names that agree in about as many letters as are shared at most, and go on for a while."""
    agreed = draw(st.sampled_from([1, LONGEST_SHARED - 1, LONGEST_SHARED, LONGEST_SHARED + 1, 40]))
    begin = tuple(draw(st.lists(st.integers(0, 2), min_size=agreed, max_size=agreed)))
    tails = st.lists(st.lists(st.integers(0, 2), max_size=9).map(tuple), min_size=1, max_size=7)
    return [begin + tail for tail in draw(tails)]


def common(one: Name, other: Name) -> int:
    """How many letters two names share, at most as many as are ever shared."""
    same = [a == b for a, b in zip(one, other, strict=False)]
    return min([*same, False].index(False), LONGEST_SHARED)


def distinct_prefixes(names: Sequence[Name]) -> int:
    """How many steps these names need: one for each prefix; what is too long to share counts each time."""
    short = {name[:end] for name in names for end in range(1, min(len(name), LONGEST_SHARED) + 1)}
    return len(short) + sum(max(0, len(name) - LONGEST_SHARED) for name in names)


def ends_of(tree: PrefixTree) -> list[tuple[Name, int]]:
    """Each distinct name as the tree spells it, from parent to child, and the level in which it ends."""
    before: list[Name] = []
    found = []
    for t, level in enumerate(tree.levels()):
        count = level.rows.stop - level.rows.start
        assert count > 0, "a level without a row"
        assert len(level.parents) == len(level.sibling_ranks) == count
        stems = [()] * level.roots + [before[p] for p in level.parents[level.roots :]]
        before = [(*stem, x) for stem, x in zip(stems, tree.letters[level.rows].tolist(), strict=True)]
        assert level.spellings.start == len(found)
        found += [(before[row], t) for row in level.ends]
        assert level.spellings.stop == len(found)
    assert sum(tree.sizes) == len(tree.letters) == len(tree.parents) == len(tree.sibling_ranks)
    return found


def assert_spells(tree: PrefixTree, names: Sequence[Name], given_rows: Sequence[int]) -> None:
    """The tree holds exactly these rows of `names`, each under its own spelling."""
    found = [name for name, _ in ends_of(tree)]
    assert sorted(tree.sorted_indices.tolist()) == sorted(given_rows)
    assert [found[i] for i in tree.inverse] == [names[i] for i in tree.sorted_indices]
    assert set(tree.inverse.tolist()) == set(range(len(found))), "an end that is nobody's"
    assert tree.lengths.tolist() == [len(name) for name in found]


def assert_turns(tree: PrefixTree) -> None:
    """Sums over children may go turn by turn; and the first child stands for what all have in common."""
    before = 0
    for level in tree.levels():
        roots, sibling_ranks, parents = level.roots, level.sibling_ranks.tolist(), level.parents.tolist()
        assert sibling_ranks == sorted(sibling_ranks)
        assert sibling_ranks[:roots] == parents[:roots] == [0] * roots
        assert all(0 <= parent < before for parent in parents[roots:])
        children: dict[int, list[int]] = {}
        for row in range(roots, len(parents)):
            children.setdefault(parents[row], []).append(row)
        for rows in children.values():
            assert [sibling_ranks[row] for row in rows] == list(range(1, len(rows) + 1))
        later = range(len(parents) - len(level.repeats), len(parents))
        assert all(turn < 2 for turn in sibling_ranks[: later.start])
        assert level.repeats.tolist() == [children[parents[row]][0] for row in later]
        before = len(parents)
    assert len(tree.repeats) == sum(tree.repeating) == (tree.sibling_ranks > 1).sum()


# --- letters that occur


@given(names=NAMES)
def test_letters_are_numbered_in_their_order(names: Sequence[Name]) -> None:
    letters, numbered = letters_of(laid(names))
    assert letters.tolist() == sorted({letter for name in names for letter in name})
    assert [tuple(letters[name].tolist()) for name in numbered] == list(names)
    assert numbered.data.dtype.itemsize <= 2, "the smallest type sorts fastest"


# --- sorting


def assert_sorted(found: SortedNames, names: Sequence[Name]) -> None:
    """Every name once, in the order of its letters, with what it shares with the one before."""
    order = found.sorted_indices.tolist()
    assert len(found) == len(names)
    assert sorted(order) == list(range(len(names)))
    spans = zip(found.first.tolist(), found.lengths.tolist(), strict=True)
    assert [tuple(found.ids[f : f + n].tolist()) for f, n in spans] == [names[i] for i in order]
    cut = [names[i][:LONGEST_SHARED] for i in order]
    assert cut == sorted(cut)
    neighbours = itertools.pairwise(order)
    assert found.shared.tolist() == [0, *(common(names[a], names[b]) for a, b in neighbours)]


@pytest.mark.parametrize("reverse", [False, True])
@given(names=NAMES | long_names())
def test_names_are_sorted_by_their_letters(reverse: bool, names: list[Name]) -> None:
    read = [name[::-1] for name in names] if reverse else names
    assert_sorted(sort_names(laid(names), reverse=reverse), read)


@pytest.mark.parametrize(
    "kind", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32, np.int64, np.uint64]
)
@stable
@given(data=st.data())
def test_whatever_kind_of_number_an_id_is(kind: Any, data: st.DataObject) -> None:
    """Up to the highest number that the kind can hold."""
    highest = min(int(np.iinfo(kind).max), 2**48)  # an alphabet has no more letters
    names = data.draw(names_of([0, 1, highest - 1, highest]))
    found = sort_names(laid(names, kind))
    assert_sorted(found, names)
    tree = prefix_tree(found)
    assert_spells(tree, names, range(len(names)))
    assert len(tree.letters) == distinct_prefixes(names)


@pytest.mark.parametrize("read", [check_names, sort_names])
def test_names_without_letters(read: Any) -> None:
    with pytest.raises(InputError, match=r"one or more letters in each name, got none in \[1\]"):
        read(laid([[1, 2], [], [3], []]))


def test_nothing_to_sort() -> None:
    assert len(sort_names(laid([]))) == len(sort_names(laid([]), reverse=True)) == 0


# --- the tree


@given(names=NAMES | long_names())
def test_a_tree_spells_its_names_and_holds_no_prefix_twice(names: list[Name]) -> None:
    tree = prefix_tree(sort_names(laid(names)))
    assert_spells(tree, names, range(len(names)))
    assert_turns(tree)
    assert len(tree.letters) == distinct_prefixes(names)
    assert [t + 1 for _, t in ends_of(tree)] == tree.lengths.tolist(), (
        "level t holds prefixes of t + 1 letters"
    )
    if max(map(len, names)) <= LONGEST_SHARED:
        assert len(tree.ends) == len(set(names))


@given(names=NAMES | long_names(), block=st.integers(1, 14))
def test_blocks_begin_one_after_the_other(names: list[Name], block: int) -> None:
    """Prefixes are shared within a block alone; the i-th block's first letters are read in level i."""
    tree = prefix_tree(sort_names(laid(names)), block=block)
    assert_spells(tree, names, range(len(names)))
    assert_turns(tree)
    blocks = [tree.sorted_indices[i : i + block].tolist() for i in range(0, len(names), block)]
    assert len(tree.letters) == sum(distinct_prefixes([names[i] for i in part]) for part in blocks)
    ends = ends_of(tree)
    levels = [ends[i][1] - len(ends[i][0]) + 1 for i in tree.inverse]
    assert levels == [i // block for i in range(len(names))]


@given(names=NAMES | long_names(), block=st.integers(1, 14))
def test_a_block_costs_one_path_at_most(names: list[Name], block: int) -> None:
    found = sort_names(laid(names))
    whole, cut = prefix_tree(found), prefix_tree(found, block=block)
    lost = [
        common(names[a], names[b])
        for a, b in zip(found.sorted_indices, found.sorted_indices[1:], strict=False)
    ]
    assert len(cut.letters) - len(whole.letters) == sum(lost[block - 1 :: block])


@given(names=NAMES | long_names(), data=st.data(), block=st.none() | st.integers(1, 5))
def test_the_tree_of_a_part(names: list[Name], data: st.DataObject, block: int | None) -> None:
    """A part's tree is that of its names alone; the parts together hold every name once."""
    found = sort_names(laid(names))
    cut = data.draw(st.integers(0, len(names)))
    rows = []
    for part in (slice(0, cut), slice(cut, len(names))):
        if part.start == part.stop:
            continue
        mine = found.sorted_indices[part].tolist()
        tree = prefix_tree(found, part, block=block)
        assert_spells(tree, names, mine)
        assert_turns(tree)
        if block is None:
            assert len(tree.letters) == distinct_prefixes([names[i] for i in mine])
        rows += tree.sorted_indices.tolist()
    assert sorted(rows) == list(range(len(names)))
    assert found.shared[0] == 0, "sorting is what it was"
    assert_sorted(found, names)


@given(names=NAMES | long_names(), block=st.none() | st.integers(1, 5))
def test_reverse_is_the_tree_of_the_names_turned_round(names: list[Name], block: int | None) -> None:
    turned = [name[::-1] for name in names]
    found = prefix_tree(sort_names(laid(names), reverse=True), block=block)
    expected = prefix_tree(sort_names(laid(turned)), block=block)
    assert_spells(found, turned, range(len(names)))
    assert_turns(found)
    assert ends_of(found) == ends_of(expected)
    for field in FIELDS:
        assert getattr(found, field).tolist() == getattr(expected, field).tolist(), field


@given(names=NAMES, data=st.data())
def test_the_order_of_the_names_does_not_show(names: list[Name], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(names))
    one, other = (prefix_tree(sort_names(laid(some))) for some in (names, shuffled))
    for field in (*FIELDS, "inverse"):
        assert getattr(one, field).tolist() == getattr(other, field).tolist(), field


# --- examples


def test_the_picture_in_the_docstring() -> None:
    """anna, ann and bo: a b, then an bo, ann, anna."""
    a, n, b, o = range(4)
    tree = prefix_tree(sort_names(laid([(a, n, n, a), (a, n, n), (b, o)])))
    assert tree.letters.tolist() == [a, b, n, o, n, a]
    assert tree.parents.tolist() == [0, 0, 0, 1, 0, 0]
    assert tree.sizes.tolist() == [2, 2, 1, 1]
    assert tree.roots.tolist() == [2, 0, 0, 0]
    assert tree.sibling_ranks.tolist() == [0, 0, 1, 1, 1, 1]
    assert tree.repeats.tolist() == []
    assert tree.ending.tolist() == [0, 1, 1, 1]
    assert tree.lengths.tolist() == [2, 3, 4]
    assert dict(zip(tree.sorted_indices.tolist(), tree.inverse.tolist(), strict=True)) == {0: 2, 1: 1, 2: 0}


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        ([(5,)], [1]),
        ([(5,), (5,), (5,)], [1]),
        ([(1, 2, 3)], [1, 1, 1]),
        ([(1, 2, 3), (1,), (1, 2), (1, 2, 3)], [1, 1, 1]),
        ([(1, 2), (1, 3), (1, 4), (2, 2)], [2, 4]),
    ],
)
def test_small_trees(names: list[Name], sizes: list[int]) -> None:
    tree = prefix_tree(sort_names(laid(names)))
    assert tree.sizes.tolist() == sizes
    assert_spells(tree, names, range(len(names)))


@pytest.mark.parametrize("agreed", [31, 32, 33, 40])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int64])
def test_names_that_agree_for_long_share_so_many_letters(agreed: int, kind: Any) -> None:
    """Beyond 32 letters each goes its own way, and keeps its own letters."""
    begin = (1,) * agreed
    names = [(*begin, 2, *[3] * 9), begin, (*begin, 3), begin, (1,) * 32]
    for reverse in (False, True):
        given_names = [name[::-1] for name in names] if reverse else names
        tree = prefix_tree(sort_names(laid(given_names, kind), reverse=reverse))
        assert_spells(tree, names, range(len(names)))
        assert_turns(tree)
        assert len(tree.letters) == distinct_prefixes(names)


def test_a_name_that_is_the_beginning_of_a_long_one() -> None:
    """32 letters are a prefix of 40: the short one ends on the way, whichever is given first."""
    names = [(1,) * 40, (1,) * 32]
    for some in (names, names[::-1], names * 2):
        tree = prefix_tree(sort_names(laid(some)))
        assert_spells(tree, some, range(len(some)))
        assert len(tree.letters) == distinct_prefixes(some)


@given(names=LETTERS.flatmap(lambda letters: names_of(letters, 3)))
def test_there_are_no_more_turns_than_children(names: list[Name]) -> None:
    """The first letters' turn is 0."""
    tree = prefix_tree(sort_names(laid(names)))
    prefixes = {name[:end] for name in names for end in range(1, len(name) + 1)}
    assert tree.sibling_ranks.max() <= max(sum(p[:-1] == stem for p in prefixes) for stem in prefixes)


@pytest.mark.parametrize(("ids", "length"), [([1.5, 2.5], 2), ([[1, 2]], 1), ([True, False], 2)])
def test_ids_that_are_no_integers(ids: Any, length: int) -> None:
    with pytest.raises(InputError, match="ids: expected integers"):
        sort_names(Ragged(np.array(ids), np.array([length])))
