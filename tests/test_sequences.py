"""One name alone, letter by letter, in a batch, in any order: the same numbers, to 1e-12 in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import (
    KINDS,
    SHAPES,
    WAYS,
    Array,
    assert_within,
    letter_by_letter,
    recurrent,
    sequences,
    stable,
)

from cognomen.errors import InputError
from cognomen.rnn import Packed, Recurrent, pack, pool
from cognomen.text.ragged import Ragged

SAME = 1e-12
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=6)
KIND, SHAPE = st.sampled_from(sorted(KINDS)), st.sampled_from(SHAPES)
SEED = st.integers(0, 2**32 - 1)


def read(layer: Recurrent, batch: list[Array]) -> list[Array]:
    return layer.forward(pack(batch))[0].unpack()


def pooled(layer: Recurrent, batch: list[Array], way: str, direction: str) -> Array:
    return pool(layer.forward(pack(batch))[0], way, direction)[0]


# --- step == sequence == batch == batch in any order


@pytest.mark.parametrize("kind", KINDS)
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_step_equals_sequence_equals_batch(kind: str, lengths: list[int], seed: int) -> None:
    layer, batch = recurrent(kind), sequences(seed, lengths)
    for sequence, from_batch in zip(batch, read(layer, batch), strict=True):
        steps = letter_by_letter(layer, sequence)
        assert_within(layer.run(sequence)[0], steps, SAME)
        assert_within(from_batch, steps, SAME)


@pytest.mark.parametrize(("direction", "layers"), SHAPES)
@stable
@given(kind=KIND, lengths=LENGTHS, seed=SEED)
def test_a_sequence_alone_equals_itself_in_a_batch(
    direction: str, layers: int, kind: str, lengths: list[int], seed: int
) -> None:
    layer, batch = recurrent(kind, direction, layers), sequences(seed, lengths)
    for sequence, from_batch in zip(batch, read(layer, batch), strict=True):
        assert_within(from_batch, layer.run(sequence)[0], SAME)


@pytest.mark.parametrize("way", WAYS)
@stable
@given(kind=KIND, shape=SHAPE, lengths=LENGTHS, seed=SEED, data=st.data())
def test_any_order_of_the_batch(
    way: str, kind: str, shape: tuple[str, int], lengths: list[int], seed: int, data: Any
) -> None:
    layer, batch = recurrent(kind, *shape), sequences(seed, lengths)
    order = data.draw(st.permutations(range(len(batch))))
    given_order = pooled(layer, batch, way, shape[0])
    other_order = pooled(layer, [batch[i] for i in order], way, shape[0])
    assert_within(other_order, given_order[order], SAME)


@stable
@given(kind=KIND, shape=SHAPE, lengths=LENGTHS, seed=SEED, data=st.data())
def test_gradients_of_a_batch_are_the_sum_of_each_ones(
    kind: str, shape: tuple[str, int], lengths: list[int], seed: int, data: Any
) -> None:
    """And every input's own gradient is what it is alone; the batch is read in another order besides."""
    layer, batch = recurrent(kind, *shape), sequences(seed, lengths)
    dys = sequences(seed + 1, lengths, layer.output_size)
    alone = []
    for sequence, dy in zip(batch, dys, strict=True):
        alone.append(layer.forward(pack([sequence]))[2](dy)[0])
    expected = {name: grad.copy() for name, grad in layer.grads.items()}
    order = data.draw(st.permutations(range(len(batch))))
    layer.zero_grad()
    y, _, backward = layer.forward(pack([batch[i] for i in order]))
    dxs = y.with_data(backward(pack([dys[i] for i in order]).data)[0]).unpack()
    for i, dx in zip(order, dxs, strict=True):
        assert_within(dx, alone[i], SAME)
    for name, grad in layer.grads.items():
        assert_within(grad, expected[name], SAME)


# --- company and padding


@pytest.mark.parametrize("way", WAYS)
@stable
@given(kind=KIND, shape=SHAPE, lengths=LENGTHS, seed=SEED)
def test_company_does_not_matter(
    way: str, kind: str, shape: tuple[str, int], lengths: list[int], seed: int
) -> None:
    """Companions that are not even numbers leave a name's result, and its gradient, as it is alone."""
    layer, mine = recurrent(kind, *shape), sequences(seed, [4])[0]
    broken = [np.full_like(other, np.nan) for other in sequences(seed, lengths)]
    alone, in_company = pack([mine]), pack([*broken, mine, *broken])
    results = []
    for batch in (alone, in_company):
        y, _, backward = layer.forward(batch)
        found, back_pool = pool(y, way, shape[0])
        dx = y.with_data(backward(back_pool(np.ones_like(found)))[0]).unpack()
        place = len(dx) // 2
        results.append((found[place], dx[place]))
    assert_within(results[1][0], results[0][0], SAME)
    assert_within(results[1][1], results[0][1], SAME)


@stable
@given(kind=KIND, shape=SHAPE, lengths=LENGTHS, seed=SEED, data=st.data())
def test_nothing_flows_between_names(
    kind: str, shape: tuple[str, int], lengths: list[int], seed: int, data: Any
) -> None:
    """A loss on one name alone: the other names' letters have no gradient at all, not even a tiny one."""
    layer, batch = recurrent(kind, *shape), sequences(seed, lengths)
    chosen = data.draw(st.integers(0, len(batch) - 1))
    y, _, backward = layer.forward(pack(batch))
    dy = [np.full((length, layer.output_size), float(i == chosen)) for i, length in enumerate(lengths)]
    dxs = y.with_data(backward(pack(dy).data)[0]).unpack()
    assert all((dx == 0).all() for i, dx in enumerate(dxs) if i != chosen)


@stable
@given(kind=KIND, layers=st.integers(1, 2), seed=SEED, at=st.integers(0, 4))
def test_only_what_has_been_read_counts(kind: str, layers: int, seed: int, at: int) -> None:
    """A forward reader's outputs hang on the letters so far, a reverse reader's on the letters to come."""
    (sequence,) = sequences(seed, [6])
    other = sequence.copy()
    other[at + 1] += 1
    forward, reverse = recurrent(kind, "forward", layers), recurrent(kind, "reverse", layers)
    assert_within(forward.run(other)[0][: at + 1], forward.run(sequence)[0][: at + 1], 0)
    assert_within(reverse.run(other)[0][at + 2 :], reverse.run(sequence)[0][at + 2 :], 0)


# --- packing


@stable
@given(lengths=LENGTHS, seed=SEED)
def test_packing_round_trip(lengths: list[int], seed: int) -> None:
    batch = sequences(seed, lengths)
    packed = pack(batch)
    for sequence, again in zip(batch, packed.unpack(), strict=True):
        assert_within(again, sequence, 0)
    end_to_end = pack(Ragged(np.concatenate(batch), np.array(lengths)))
    assert_within(end_to_end.data, packed.data, 0)
    assert_within(end_to_end.batch_sizes, packed.batch_sizes, 0)
    assert_within(end_to_end.sorted_indices, packed.sorted_indices, 0)


@stable
@given(lengths=LENGTHS, seed=SEED)
def test_what_a_packed_batch_says_of_itself(lengths: list[int], seed: int) -> None:
    batch = sequences(seed, lengths)
    packed = pack(batch)
    assert (np.diff(packed.batch_sizes) <= 0).all()
    assert packed.batch_sizes.sum() == len(packed.data) == sum(lengths)
    assert packed.lengths.tolist() == sorted(lengths, reverse=True)
    for row, name in enumerate(packed.sorted_indices):
        assert packed.lengths[row] == lengths[name]
        assert_within(packed.data[packed.last[row]], batch[name][-1], 0)
    for step, rows in enumerate(packed.steps()):
        running = [name for name in packed.sorted_indices if lengths[name] > step]
        assert_within(packed.data[rows], np.stack([batch[name][step] for name in running]), 0)


@stable
@given(lengths=LENGTHS, seed=SEED)
def test_reverse_is_an_involution_and_turns_each_sequence_round(lengths: list[int], seed: int) -> None:
    batch = sequences(seed, lengths)
    packed = pack(batch)
    assert packed.reverse[packed.reverse].tolist() == list(range(len(packed.data)))
    for sequence, turned in zip(batch, packed.with_data(packed.data[packed.reverse]).unpack(), strict=True):
        assert_within(turned, sequence[::-1], 0)


def test_the_picture_in_the_docstring() -> None:
    packed = pack(Ragged(np.array(list("abcdef")), np.array([2, 3, 1])))
    assert "".join(packed.data) == "cafdbe"
    assert packed.batch_sizes.tolist() == [3, 2, 1]
    assert packed.sorted_indices.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    "batch",
    [
        [],
        [np.ones((2, 3)), np.ones((0, 3))],
        Ragged(np.ones((3, 2)), np.array([2, 0, 1])),
        Ragged(np.ones((0, 2)), np.array([], dtype=np.int64)),
    ],
)
def test_what_cannot_be_packed(batch: Any) -> None:
    with pytest.raises(InputError, match="pack: expected one or more sequences of at least one step, got"):
        pack(batch)


# --- directions and layers


def parts(layer: Recurrent, *, level: int, reverse: bool) -> dict[str, Array]:
    """One cell's parameters out of a bigger layer, named as in a layer that holds nothing else."""
    end = f"_l{level}_reverse" if reverse else f"_l{level}"
    return {f"{n.removesuffix(end)}_l0": p for n, p in layer.params.items() if n.endswith(end)}


@pytest.mark.parametrize("kind", KINDS)
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_reverse_is_forward_on_what_is_turned_round(kind: str, lengths: list[int], seed: int) -> None:
    forward, reverse = recurrent(kind, "forward"), recurrent(kind, "reverse")
    reverse.load(forward.params)
    batch = sequences(seed, lengths)
    turned = read(forward, [sequence[::-1] for sequence in batch])
    for mine, other in zip(read(reverse, batch), turned, strict=True):
        assert_within(mine, other[::-1], SAME)


@pytest.mark.parametrize("kind", KINDS)
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_both_is_forward_and_reverse_side_by_side(kind: str, lengths: list[int], seed: int) -> None:
    both, one, other = (recurrent(kind, direction) for direction in ("both", "forward", "reverse"))
    one.load(parts(both, level=0, reverse=False))
    other.load(parts(both, level=0, reverse=True))
    batch = sequences(seed, lengths)
    for mine, left, right in zip(read(both, batch), read(one, batch), read(other, batch), strict=True):
        assert_within(mine, np.concatenate([left, right], axis=1), SAME)


@pytest.mark.parametrize("kind", KINDS)
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_two_layers_are_one_on_the_other(kind: str, lengths: list[int], seed: int) -> None:
    two, below, above = recurrent(kind, layers=2), recurrent(kind), recurrent(kind, x=2)
    below.load(parts(two, level=0, reverse=False))
    above.load(parts(two, level=1, reverse=False))
    batch = sequences(seed, lengths)
    for mine, other in zip(read(two, batch), read(above, read(below, batch)), strict=True):
        assert_within(mine, other, SAME)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_names_and_shapes_of_parameters(cell: str) -> None:
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    layer = Recurrent(cell, 5, 2, num_layers=2, direction="both")
    shapes = {name: p.shape for name, p in layer.params.items()}
    for level, width in ((0, 5), (1, 4)):
        for end in (f"l{level}", f"l{level}_reverse"):
            assert shapes.pop(f"weight_ih_{end}") == (gates * 2, width)
            assert shapes.pop(f"weight_hh_{end}") == (gates * 2, 2)
            assert shapes.pop(f"bias_ih_{end}") == shapes.pop(f"bias_hh_{end}") == (gates * 2,)
    assert shapes == {}
    assert all(p.dtype == np.float32 for p in layer.params.values())


@pytest.mark.parametrize("kind", KINDS)
def test_starting_values_fill_torchs_range(kind: str) -> None:
    """Evenly within 1 / sqrt(H), or for the combined cell's linear maps within 1 / sqrt(X + H)."""
    layer = recurrent(kind, x=16, h=48)
    bound = 64**-0.5 if kind.startswith("combined") else 48**-0.5
    values = np.concatenate([p.ravel() for p in layer.params.values()])
    assert np.abs(values).max() <= bound
    assert np.quantile(np.abs(values), [0.25, 0.5, 0.75]) == pytest.approx(
        np.array([0.25, 0.5, 0.75]) * bound, rel=0.1
    )
    assert values.mean() == pytest.approx(0, abs=0.05 * bound)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_float32_and_near_float64(kind: str) -> None:
    small, exact = recurrent(kind, "both", 2, dtype=np.float32), recurrent(kind, "both", 2)
    x = pack(sequences(0, [2, 5, 3]))
    y, _, backward = small.forward(x.with_data(x.data.astype(np.float32)))
    dx, _ = backward(np.ones_like(y.data))
    assert y.data.dtype == dx.dtype == np.float32
    assert all(array.dtype == np.float32 for array in (*small.params.values(), *small.grads.values()))
    assert_within(y.data, exact.forward(x)[0].data, 1e-4)


@pytest.mark.parametrize("sizes", [(0, 2, 1), (3, 0, 1), (3, 2, 0), (3, -1, 1)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int]) -> None:
    x, h, layers = sizes
    with pytest.raises(InputError, match="1 or more"):
        Recurrent("gru", x, h, num_layers=layers)


def test_wrong_names_are_refused() -> None:
    with pytest.raises(InputError, match="gru"):
        Recurrent("gruu", 3, 2)
    with pytest.raises(InputError, match="both"):
        Recurrent("gru", 3, 2, direction="bidirectional")
    with pytest.raises(InputError, match="tanh"):
        Recurrent("rnn", 3, 2, cell_options={"nonlinearity": "sigmoid"})
    with pytest.raises(InputError, match=r"max.*median"):
        pool(pack(sequences(0, [2])), "max+median")


def test_packed_shares_one_layout() -> None:
    packed = pack(sequences(0, [2, 3]))
    other = packed.with_data(packed.data * 2)
    assert isinstance(other, Packed)
    assert other.batch_sizes is packed.batch_sizes
    assert other.sorted_indices is packed.sorted_indices
    assert_within(other.data, packed.data * 2, 0)


def test_repr_of_a_batch_is_a_line() -> None:
    batch = pack([np.zeros((3, 2), np.float32)] * 1000)
    assert repr(batch) == "<Packed: 1,000 sequences, data (3000, 2) float32>"
