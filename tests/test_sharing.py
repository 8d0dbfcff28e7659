"""Reading along the tree of prefixes: the same numbers as letter by letter, and the same gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import (
    DIRECTIONS,
    KINDS,
    NETWORK_KINDS,
    WAYS,
    Array,
    assert_within,
    laid,
    nearest_kink,
    nearest_tie,
    network,
    plain_logits,
    plain_outputs,
    recurrent,
    stable,
)

from cognomen.errors import InputError
from cognomen.network import Architecture, Network
from cognomen.rnn import Dropout, gradcheck, numerical_gradient, pack, pool
from cognomen.rnn.cell import Cell
from cognomen.rnn.engine import segments, shared_reading
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import prefix_tree, sort_names
from cognomen.rnn.engine.segments import segment_sum, sequence_sums
from cognomen.rnn.engine.shared_reading import read_names
from cognomen.rnn.gradcheck import relative_error
from cognomen.rnn.pooling import POOLINGS, Pooling
from cognomen.text.ragged import Ragged

Name = Sequence[int]

MARGIN = 1e-3
RIGHT = 1e-6
# Twice the same, one the beginning of another, one the end, one letter alone, and letter 0 at all places.
FAMILY = [(1, 4, 2), (1, 4), (1, 4, 2), (4, 2, 5, 0), (2,), (1, 4, 3, 0), (4, 2), (0, 4, 2), (2,)]
NAMES = st.lists(
    st.lists(st.integers(0, 2) | st.integers(0, 5), min_size=1, max_size=6), min_size=1, max_size=9
)
SEED = st.integers(0, 2**32 - 1)


# --- one cell along a tree


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [None, 1, 2, 4])
@pytest.mark.parametrize("turned", [False, True])
def test_a_cell_along_the_tree_is_the_cell_along_each_name(
    kind: str, block: int | None, turned: bool
) -> None:
    """Every kind of cell and all poolings at once, in a tree with blocks or without."""
    ((cell, _),) = recurrent(kind).levels[0]
    x = np.random.default_rng(0).standard_normal((6, 3))
    tree = prefix_tree(sort_names(laid(FAMILY), reverse=turned), block=block)
    found, _ = read_names(cell, cell.project(x)[0], tree, "last+max+mean", dropout=Dropout(0.0))
    for i, spelling in zip(tree.sorted_indices, tree.inverse, strict=True):
        y = plain_outputs(cell, x[list(FAMILY[i])[:: -1 if turned else 1]])
        assert_within(found[spelling], np.stack([y[-1], y.max(axis=0), y.mean(axis=0)]), 1e-12)


@given(names=NAMES, block=st.none() | st.integers(1, 4))
def test_siblings_have_one_product_in_common(names: list[Name], block: int | None) -> None:
    """The state is multiplied once for each prefix that goes on, and for the first letters' zeros."""
    ((cell, _),) = recurrent("gru").levels[0]
    cell = prepack(cell)
    linear: Any = cell.recurrent  # type: ignore[attr-defined]
    multiplied, apply = [], linear.apply

    def watched(x: Array) -> Array:
        multiplied.append(len(x) - len(linear.repeats))
        return apply(x)

    linear.apply = watched
    tree = prefix_tree(sort_names(laid(names)), block=block)
    read_names(cell, cell.project(np.zeros((6, 3)))[0], tree, "last", dropout=Dropout(0.0))
    expected = 0
    for start in range(0, len(names), block or len(names)):
        part = [names[i] for i in tree.sorted_indices[start : start + (block or len(names))]]
        prefixes = {tuple(name[:end]) for name in part for end in range(1, len(name) + 1)}
        expected += len({prefix[:-1] for prefix in prefixes} - {()}) + sum(len(p) == 1 for p in prefixes)
    assert sum(multiplied) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [None, 2])
@pytest.mark.parametrize("way", [*WAYS, "last+max+mean"])
def test_what_goes_back_along_the_tree(kind: str, block: int | None, way: str) -> None:
    """Against central differences: by every projected letter, and by every parameter of the cell."""
    layer = recurrent(kind)
    ((cell, _),) = layer.levels[0]
    tree = prefix_tree(sort_names(laid(FAMILY)), block=block)
    x = lively_inputs(layer, cell)
    a, _ = cell.project(x)

    def forward(a: Array) -> tuple[Array, Callable[[Array], Array]]:
        return read_names(cell, a, tree, way, dropout=Dropout(0.0))

    found, backward = forward(a)
    weights = np.random.default_rng(0).standard_normal(found.shape)
    da = backward(weights)
    cell.zero_grad()
    assert_within(backward(weights), da, 0.0)  # nothing is used up
    stepped = {name: p for name, p in cell.params.items() if not name.endswith("_ih")}  # the rest is in a

    def loss() -> float:
        return float((forward(a)[0] * weights).sum())

    assert np.abs(da).max() > 1e-2
    assert relative_error(da, numerical_gradient(loss, a)) < RIGHT
    for name, param in stepped.items():
        assert relative_error(cell.grads[name], numerical_gradient(loss, param)) < RIGHT, name


def lively_inputs(layer: Any, cell: Cell) -> Array:
    """Draw parameters and letters (V, X) until no relu and no largest value is near its kink."""
    for seed in range(500):
        rng = np.random.default_rng(seed)
        for param in layer.params.values():
            param[...] = rng.uniform(-1, 1, param.shape)
        x = rng.standard_normal((6, 3))
        batch = pack([x[list(name)] for name in FAMILY])
        outputs = [plain_outputs(cell, x[list(name)]) for name in FAMILY]
        moving = np.abs(np.concatenate(outputs)).max(axis=0).min() > 0.1
        if moving and nearest_kink(layer, batch) > MARGIN and nearest_tie(outputs) > MARGIN:
            return x
    raise AssertionError("no inputs away from all kinks")


def test_nothing_is_kept_that_nobody_will_ask_for() -> None:
    """Without learning the numbers are the same, and backward has nothing to work with."""
    ((cell, _),) = recurrent("gru").levels[0]
    a, _ = cell.project(np.random.default_rng(0).standard_normal((6, 3)))
    tree = prefix_tree(sort_names(laid(FAMILY)))
    learnt, _ = read_names(cell, a, tree, "max+mean", dropout=Dropout(0.0))
    asked, backward = read_names(cell, a, tree, "max+mean", dropout=Dropout(0.0), learn=False)
    assert_within(asked, learnt, 0.0)
    with pytest.raises(InputError, match="learn=False"):
        backward(asked)


def test_a_head_takes_what_is_pooled_wave_by_wave() -> None:
    ((cell, _),) = recurrent("gru").levels[0]
    rng = np.random.default_rng(0)
    a, _ = cell.project(rng.standard_normal((6, 3)))
    tree = prefix_tree(sort_names(laid(FAMILY)))
    pooled, _ = read_names(cell, a, tree, "max+mean", dropout=Dropout(0.0))  # (U, K, H)
    head = rng.standard_normal((*pooled.shape[1:], 3))  # (K, H, C)
    found, backward = read_names(cell, a, tree, "max+mean", dropout=Dropout(0.0), head=head)
    assert_within(found, np.einsum("ukh,khc->uc", pooled, head), 1e-12)
    with pytest.raises(InputError, match="there is no gradient"):
        backward(found)


# --- whole networks


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", [*WAYS, "mean+last"])
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_a_network_equals_the_plain_loop(kind: str, way: str, direction: str, layers: int) -> None:
    made = network(kind, way, direction, layers)
    expected = plain_logits(made, FAMILY)
    assert np.ptp(expected, axis=0).max() > 1e-3, "names that cannot be told apart prove nothing"
    assert_within(made.forward(laid(FAMILY))[0], expected, 1e-12)
    assert_within(made.logits(laid(FAMILY)), expected, 1e-12)


@pytest.mark.parametrize("direction", DIRECTIONS)
@stable
@given(kind=st.sampled_from(NETWORK_KINDS), way=st.sampled_from(WAYS), layers=st.integers(1, 2), names=NAMES)
def test_any_names_read_as_the_plain_loop_reads_them(
    direction: str, kind: str, way: str, layers: int, names: list[Name]
) -> None:
    made = network(kind, way, direction, layers)
    expected = plain_logits(made, names)
    assert_within(made.forward(laid(names))[0], expected, 1e-12)
    assert_within(made.logits(laid(names, np.uint8)), expected, 1e-12)


@pytest.mark.parametrize("layers", [1, 2])
def test_long_names_that_agree_for_long(layers: int) -> None:
    """More letters in common than are ever shared, at either end."""
    rng = np.random.default_rng(0)
    same = rng.integers(0, 6, 40).tolist()
    names = [same, same[:32], [*same, 1], [*same, 2], [1, *same], [2, *same], same[:31], same[:33], same]
    made = network("lstm", "max+mean+last", "both", layers)
    expected = plain_logits(made, names)
    for kind in (np.uint8, np.int64):
        assert_within(made.forward(laid(names, kind))[0], expected, 1e-12)
        assert_within(made.logits(laid(names, kind)), expected, 1e-12)


@pytest.mark.parametrize(("kind", "size"), [(np.uint8, 256), (np.uint16, 300), (np.int64, 65538)])
def test_large_alphabets(kind: Any, size: int) -> None:
    """The highest letters of all, which one more bit would not hold."""
    made = Network(Architecture(size, 3, embedding_size=2, hidden_size=2), dtype=np.float64)
    high = [size - 1, size - 2, min(size, 257) - 2]
    names = [[0, high[0]], [high[0]], [0], [high[1], high[0]], [0, high[0], 1], high, [high[0]] * 3]
    expected = plain_logits(made, names)
    assert_within(made.forward(laid(names, kind))[0], expected, 1e-12)
    assert_within(made.logits(laid(names, kind)), expected, 1e-12)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_single_precision_is_near(kind: str, layers: int) -> None:
    """At the sizes that are in use, within 1e-5 of the plain loop in double precision."""
    cell, options = KINDS[kind]
    options = {"nonlinearity": "identity"} | options
    architecture = Architecture(30, 18, cell=cell, hidden_size=128 // layers, num_layers=layers, **options)
    rng = np.random.default_rng(0)
    made = Network(architecture, rng=rng)
    double = Network(architecture, dtype=np.float64)
    double.load(made.params)
    names = [rng.integers(0, 4, n).tolist() for n in rng.integers(1, 9, 40)]
    expected = plain_logits(double, names)
    for found in (made.forward(laid(names))[0], made.logits(laid(names))):
        assert found.dtype == np.float32
        assert_within(found, expected, 1e-5)


# --- gradients of whole networks


def gradients(made: Network, back: Callable[[Array], None], d: Array) -> dict[str, Array]:
    made.zero_grad()
    back(d)
    return {name: grad.copy() for name, grad in made.grads.items()}


def packed(made: Network, names: Sequence[Name]) -> tuple[Array, Callable[[Array], None]]:
    """The network's parts joined here, every letter of every name a step of its own."""
    letters = pack(laid(names))
    x, back_x = made.embedding.forward(letters.data)
    y, _, back_y = made.recurrent.forward(letters.with_data(x))
    pooled, back_pool = pool(y, made.architecture.pooling, made.architecture.direction)
    logits, back_logits = made.output.forward(pooled)
    return logits, lambda d: back_x(back_y(back_pool(back_logits(d)))[0])


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", [*WAYS, "mean+last"])
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_shared_steps_have_the_gradients_of_all_their_names(kind: str, way: str, direction: str) -> None:
    made = network(kind, way, direction)
    logits, back = made.forward(laid(FAMILY))
    expected_logits, expected_back = packed(made, FAMILY)
    assert_within(logits, expected_logits, 1e-12)
    d = np.random.default_rng(1).standard_normal(logits.shape)
    found, expected = gradients(made, back, d), gradients(made, expected_back, d)
    assert all(np.abs(grad).max() > 0 for grad in expected.values())
    for name, grad in found.items():
        assert_within(grad, expected[name], 1e-12)
    back(d)
    for name, grad in made.grads.items():
        assert_within(grad, expected[name] + found[name], 1e-12)  # gradients add up


@stable
@given(kind=st.sampled_from(NETWORK_KINDS), direction=st.sampled_from(DIRECTIONS), names=NAMES, seed=SEED)
def test_any_names_gradients(kind: str, direction: str, names: list[Name], seed: int) -> None:
    made = network(kind, "last+mean", direction)
    logits, back = made.forward(laid(names))
    d = np.random.default_rng(seed).standard_normal(logits.shape)
    found, expected = gradients(made, back, d), gradients(made, packed(made, names)[1], d)
    for name, grad in found.items():
        assert_within(grad, expected[name], 1e-11)


def kinks_are_far(made: Network) -> bool:
    x = pack([made.embedding.params["weight"][list(name)] for name in FAMILY])
    outputs = made.recurrent.forward(x)[0].unpack()
    return nearest_kink(made.recurrent, x) > MARGIN and nearest_tie(outputs) > MARGIN


@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_a_whole_network_against_central_differences(kind: str) -> None:
    """With names twice and names within names; also with noise, which is the same each time."""
    made = network(kind, "max+mean+last", "both")
    for seed in range(500):
        made.load({k: np.random.default_rng(seed).uniform(-1, 1, p.shape) for k, p in made.params.items()})
        if kinks_are_far(made):
            break
    names = laid(FAMILY)
    errors = gradcheck(made, lambda ids: made.forward(names.with_data(ids)), names.data)
    assert max(errors.values()) < RIGHT, errors
    assert min(np.abs(grad).max() for grad in made.grads.values()) > 1e-3


@pytest.mark.parametrize("kind", ["rnn-tanh", "combined-tanh", "gru", "lstm"])
def test_gradients_with_noise(kind: str) -> None:
    """The noise is the same each time, so the loss is a function of the parameters alone."""
    made = network(kind, "mean+last", "both")
    made.dropout_embedded.rate = made.recurrent.dropout.rate = made.dropout_pooled.rate = 0.3
    names = laid(FAMILY)

    def forward(ids: Array) -> Any:
        return made.forward(names.with_data(ids), np.random.default_rng(8))

    errors = gradcheck(made, forward, names.data)
    assert max(errors.values()) < RIGHT, errors


@pytest.mark.parametrize("kind", KINDS)
def test_deferring_changes_no_gradient(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ((cell, _),) = recurrent(kind).levels[0]
    a, _ = cell.project(np.random.default_rng(0).standard_normal((6, 3)))
    found, backward = read_names(
        cell, a, prefix_tree(sort_names(laid(FAMILY))), "max+mean", dropout=Dropout(0.0)
    )
    d = np.random.default_rng(1).standard_normal(found.shape)
    da = backward(d)
    deferred = {name: grad.copy() for name, grad in cell.grads.items()}
    monkeypatch.setattr(shared_reading, "deferred_gradients", nullcontext)
    cell.zero_grad()
    assert_within(backward(d), da, 0.0)
    assert any(grad.any() for grad in deferred.values())
    for name, grad in cell.grads.items():
        assert_within(grad, deferred[name], 1e-12)


# --- noise


def handing_on(size: int, direction: str, way: str = "mean") -> Network:
    """A network whose answer is what it reads: every letter is ones, and the memory plays no part."""
    sizes = {"cell": "rnn", "embedding_size": size, "hidden_size": size, "nonlinearity": "identity"}
    made = Network(Architecture(6, size, direction=direction, pooling=way, **sizes), dtype=np.float64)
    blank = {name: np.zeros(p.shape) for name, p in made.params.items()}
    blank["embedding.weight"][...] = 1
    blank["output.weight"][...] = np.eye(*blank["output.weight"].shape)
    for name in blank:
        if "weight_ih" in name:
            blank[name][...] = np.eye(size)
    made.load(blank)
    return made


def noisy(made: Network, names: Sequence[Name], seed: int = 0) -> Array:
    return made.forward(laid(names), np.random.default_rng(seed))[0]


def test_a_letter_loses_the_same_in_all_names() -> None:
    """Noise on letters is drawn once for each letter of the alphabet, anew for each batch."""
    made = handing_on(200, "forward")
    made.dropout_embedded.rate = 0.5
    one, thrice, other, both = noisy(made, [(1,), (1, 1, 1), (2,), (2, 1)])
    assert set(one) == {0.0, 2.0}
    assert_within(thrice, one, 1e-12)
    assert (one != other).any()
    assert_within(both, (one + other) / 2, 1e-12)
    again = noisy(made, [(1,)], seed=1)[0]
    assert (again != one).any()


def test_a_prefix_loses_the_same_in_all_names() -> None:
    """Noise on outputs is drawn once for each prefix; the same letter behind another one has its own."""
    made = handing_on(200, "forward")
    made.recurrent.dropout.rate = 0.5
    one, twice, same, other = noisy(made, [(1,), (1, 1), (1, 1), (2, 1)])
    second = 2 * twice - one  # of the mean of two letters, the second one's part
    assert set(second) == {0.0, 2.0}
    assert (second != one).any()
    assert_within(same, twice, 0.0)
    assert set(other) == {0.0, 1.0, 2.0}
    assert (other != twice).any()


def test_the_two_readers_draw_their_own_noise() -> None:
    for place in ("embedded", "recurrent"):
        made = handing_on(100, "both")
        (made.dropout_embedded if place == "embedded" else made.recurrent.dropout).rate = 0.5
        weight = made.params["output.weight"]  # (C, 2 * H)
        logits, _ = made.forward(laid([(1,)]), np.random.default_rng(0))
        weight[...] = np.roll(weight, 100, axis=1)
        assert (logits != made.forward(laid([(1,)]), np.random.default_rng(0))[0]).any()


def test_noise_after_pooling_is_each_names_own() -> None:
    made = handing_on(200, "forward")
    made.dropout_pooled.rate = 0.5
    one, same = noisy(made, [(1,), (1,)])
    assert set(one) == set(same) == {0.0, 2.0}
    assert (one != same).any()


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("place", ["embedded", "recurrent", "pooled"])
def test_noise_has_the_right_mean(place: str, direction: str) -> None:
    """What is kept is scaled up: over many features and draws the mean is what it is without noise."""
    made = handing_on(500, direction)
    places = {
        "embedded": made.dropout_embedded,
        "recurrent": made.recurrent.dropout,
        "pooled": made.dropout_pooled,
    }
    places[place].rate = 0.3
    names = [(1, 2, 3), (1, 2), (3,)]
    draws = np.stack([noisy(made, names, seed) for seed in range(20)])  # (20, N, C)
    assert_within(made.forward(laid(names))[0], np.ones((3, 500)), 1e-12)
    assert_within(draws.mean(axis=(0, 2)), np.ones(3), 0.04)  # 10,000 draws: six standard deviations
    assert (draws == noisy(made, names, 0)).all(axis=(1, 2)).tolist() == [True] + [False] * 19


# --- the parts


@given(groups=st.lists(st.integers(0, 5), min_size=1, max_size=9), more=st.integers(0, 3), seed=SEED)
def test_rows_are_summed_by_their_group(groups: list[int], more: int, seed: int) -> None:
    """Groups may be empty, and there may be arrays upon arrays."""
    count = max(groups) + 1 + more
    for shape in [(len(groups), 3), (2, len(groups), 3)]:
        d = np.random.default_rng(seed).standard_normal(shape)
        expected = np.zeros((*shape[:-2], count, 3))
        for row, group in enumerate(groups):
            expected[..., group, :] += d[..., row, :]
        assert_within(segment_sum(d, np.array(groups), count), expected, 1e-12)
        assert segment_sum(d.astype(np.float32), np.array(groups), count).dtype == np.float32


def test_rows_of_many_groups_are_summed_without_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    d, groups = np.random.default_rng(0).standard_normal((2, 50, 3)), np.arange(50) ** 2 % 17
    expected = segment_sum(d, groups, 20)
    monkeypatch.setattr(segments, "MOST_ONE_HOT", 0)
    assert_within(segment_sum(d, groups, 20), expected, 1e-12)


@given(groups=st.permutations(range(6)))
def test_rows_that_only_change_places(groups: list[int]) -> None:
    d = np.arange(12.0).reshape(6, 2)
    assert_within(segment_sum(d, np.array(groups), 6)[groups], d, 0.0)


@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=9), seed=SEED)
def test_rows_are_summed_by_the_sequence_that_names_them(lengths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, rows = rng.standard_normal((4, 3)), rng.integers(0, 4, sum(lengths))
    expected = np.stack([table[each].sum(axis=0) for each in np.split(rows, np.cumsum(lengths)[:-1])])
    assert_within(sequence_sums(table, Ragged(rows, np.array(lengths))), expected, 1e-12)


@pytest.mark.parametrize("kind", POOLINGS)
def test_poolings_are_carried(kind: str) -> None:
    """Joined letter by letter they are the pooling by hand; backward is right in both arguments."""
    pooling, rng = Pooling(kind), np.random.default_rng(0)
    y = rng.standard_normal((5, 4, 3))  # (T, N, Y)
    values = np.broadcast_to(pooling.initial, (1, 4, 3)).copy()
    for letter in y:
        values, _ = pooling.update(values, letter)
    pooling.finish(values, np.full(4, 5))
    assert_within(values[0], {"last": y[-1], "max": y.max(axis=0), "mean": y.mean(axis=0)}[kind], 1e-12)
    before, letter, weights = y[:1].copy(), y[1], y[2:3]
    dbefore = weights.copy()
    dletter = pooling.update(before, letter)[1](dbefore)

    def loss() -> float:
        return float((pooling.update(before, letter)[0] * weights).sum())

    assert relative_error(dbefore, numerical_gradient(loss, before)) < RIGHT
    assert relative_error(dletter, numerical_gradient(loss, letter)) < RIGHT


def test_poolings_side_by_side_are_each_alone() -> None:
    rng = np.random.default_rng(0)
    before, y, d = rng.standard_normal((3, 4, 2)), rng.standard_normal((4, 2)), rng.standard_normal((3, 4, 2))
    after, backward = Pooling("max+last+mean").update(before, y)
    dbefore, dys = d.copy(), []
    dy = backward(dbefore)
    for k, kind in enumerate(["max", "last", "mean"]):
        alone, back = Pooling(kind).update(before[k : k + 1], y)
        assert_within(after[k], alone[0], 0.0)
        dbefore_alone = d[k : k + 1].copy()
        dys.append(back(dbefore_alone).copy())
        assert_within(dbefore[k], dbefore_alone[0], 0.0)
    assert_within(dy, sum(dys), 1e-12)


def test_among_equals_the_first_letter_counts() -> None:
    before, y = np.array([[[1.0, 2.0, 3.0]]]), np.array([[1.0, 3.0, 2.0]])
    d = np.ones((1, 1, 3))
    dy = Pooling("max").update(before, y)[1](d)
    assert d.tolist() == [[[1, 0, 1]]]
    assert dy.tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("kind", ["max", "mean", "last"])
def test_what_is_not_a_number_shows(kind: str) -> None:
    """A network that has run away must not look healthy."""
    value, _ = Pooling(kind).update(np.zeros((1, 1, 1)), np.array([[np.nan]]))
    assert np.isnan(value).all()
