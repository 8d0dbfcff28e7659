"""The tree of origins: sums that fit together at every level, and names that users give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cli_running import PLACES
from hypothesis import given
from hypothesis import strategies as st

from cognomen.classifier.origins import LEVELS, Tree
from cognomen.errors import InputError

TREE = Tree(tuple(PLACES), list(PLACES.values()))


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Any tree: each origin in one of some groups, each group in one of some regions."""
    region_of = draw(st.lists(st.integers(0, 3), min_size=1, max_size=6))
    groups = draw(st.lists(st.integers(0, len(region_of) - 1), min_size=1, max_size=20))
    places = [(f"group {group}", f"region {region_of[group]}") for group in groups]
    return Tree([f"origin {k}" for k in range(len(groups))], places)


@given(trees(), st.integers(0, 1000), st.sampled_from([np.float32, np.float64]))
def test_a_label_is_as_likely_as_its_origins_together(tree: Tree, seed: int, dtype: Any) -> None:
    p = np.random.default_rng(seed).dirichlet(np.full(len(tree.origins), 0.3), 7).astype(dtype)
    below = p
    for level in LEVELS:
        found = tree.sums(p, level)
        assert found.dtype == dtype
        expected = [p[:, tree.index(level) == k].sum(axis=1) for k in range(len(tree.labels(level)))]
        np.testing.assert_allclose(found, np.transpose(expected), atol=1e-6)
        # Exactly, not only up to rounding: answers at two levels never contradict each other.
        up = [tree.index(level)[(tree.index(lower(level)) == k).argmax()] for k in range(below.shape[1])]
        assert (found[:, up] >= below).all()
        assert found.max() <= 1
        below = found


def lower(level: str) -> Any:
    return LEVELS[max(LEVELS.index(level) - 1, 0)]  # type: ignore[arg-type]


@given(trees())
def test_it_is_the_same_after_json(tree: Tree) -> None:
    again = Tree.from_json(tree.origins, tree.to_json())
    assert (again.places, again.groups, again.regions) == (tree.places, tree.groups, tree.regions)


def test_groups_and_regions_come_in_the_order_of_the_origins() -> None:
    assert TREE.groups == ("British", "Scandinavian", "Japanese", "Korean")
    assert TREE.regions == ("Europe", "East Asia")
    assert TREE.index("region").tolist() == [0, 0, 0, 0, 1, 1]


def test_a_part_of_the_tree() -> None:
    part = TREE.only(np.array([False, True, False, True, False, True]))
    assert part.origins == ("Swedish", "Norwegian", "Korean")
    assert part.groups == ("Scandinavian", "Korean")
    assert part.regions == ("Europe", "East Asia")


def test_origins_without_a_tree() -> None:
    flat = Tree(["A", "B"])
    assert (flat.groups, flat.regions, flat.levels, flat.to_json()) == ((), (), ("origin",), None)
    assert flat.find("restrict", "a") == ("A",)
    with pytest.raises(InputError, match=r'level: expected "origin", got .group.: this model knows origins'):
        flat.check_level("group")


@pytest.mark.parametrize(
    ("name", "origins"),
    [
        ("Swedish", ("Swedish",)),
        ("scandinavian", ("Swedish", "Danish", "Norwegian")),
        ("East Asia", ("Japanese", "Korean")),
        ("Japanese", ("Japanese",)),  # also a group
    ],
)
def test_a_name_stands_for_its_origins(name: str, origins: tuple[str, ...]) -> None:
    assert TREE.find("restrict", name) == origins


def test_an_origin_has_precedence_over_a_group_of_its_name() -> None:
    tree = Tree(["Turkish", "Uzbek"], [("Turkish", "Asia"), ("Turkish", "Asia")])
    assert tree.find("restrict", "Turkish") == ("Turkish",)


def test_a_misspelt_group_is_pointed_out() -> None:
    with pytest.raises(InputError, match=r"restrict: .* 'Scandinavia'. Did you mean 'Scandinavian'"):
        TREE.find("restrict", "Scandinavia")


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ("Europe", r"tree: expected a list of \[group, region\], got 'Europe'"),
        ([["Nordic", "Europe"]], "a group and a region for each of 2 origins, got 1"),
        ([["Nordic", "Europe"], ["Nordic"]], "expected pairs of texts"),
        ([["Nordic", "Europe"], ["Nordic", 3]], "expected pairs of texts"),
        ([["Nordic", "Europe"], ["", "Europe"]], "expected pairs of texts"),
        ([["Nordic", "Europe"], "ab"], "expected pairs of texts"),
        ([["Nordic", "Europe"], ["Nordic", "Asia"]], "'Nordic' lies in two regions, Europe and Asia"),
    ],
)
def test_what_is_no_tree_is_refused(places: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Tree.from_json(["Danish", "Finnish"], places)
