"""The classifier's network as a whole: its parts in order, its blocks, its description."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import (
    DIRECTIONS,
    NETWORK_KINDS,
    WAYS,
    assert_within,
    laid,
    network,
    plain_logits,
    plain_outputs,
    stable,
)

import cognomen.network
from cognomen.errors import InputError
from cognomen.network import Architecture, Network
from cognomen.rnn import GRU, AdamW, cross_entropy, pack, pool
from cognomen.rnn.engine.one_sequence import read_sequence
from cognomen.text.ragged import Ragged, pieces

SMALL = Architecture(alphabet_size=6, origin_count=4, embedding_size=5, hidden_size=3)
LENGTHS = st.lists(st.integers(1, 7), min_size=1, max_size=9)


def names(lengths: list[int], seed: int = 0) -> Ragged:
    """Names of random ids with these lengths (N,)."""
    return Ragged(np.random.default_rng(seed).integers(0, 6, sum(lengths)), np.array(lengths))


def test_only_the_letters_that_occur_are_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once for a direction, however large the alphabet is."""
    made, seen = Network(replace(SMALL, alphabet_size=3000)), list[list[int]]()
    forward = made.embedding.forward

    def watched(ids: Any) -> Any:
        seen.append(ids.tolist())
        return forward(ids)

    monkeypatch.setattr(made.embedding, "forward", watched)
    texts = Ragged(np.array([5, 2999, 5, 17, 17, 5]), np.array([2, 3, 1]))
    made.logits(texts)
    _, backward = made.forward(texts)
    assert seen == [[5, 17, 2999]] * 4
    backward(np.ones((3, 4), np.float32))
    gradient = made.grads["embedding.weight"]
    assert np.flatnonzero(gradient.any(axis=1)).tolist() == [5, 17, 2999]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
@stable
@given(kind=st.sampled_from(NETWORK_KINDS), lengths=LENGTHS, data=st.data())
def test_a_names_logits_are_its_own(
    kind: str, way: str, direction: str, lengths: list[int], data: Any
) -> None:
    """Alone, in a batch, in any order, through blocks or at once: the same logits."""
    made, texts = network(kind, way, direction, 2), names(lengths)
    at_once, _ = made.forward(texts)
    assert_within(made.logits(texts), at_once, 1e-12)
    pieces = list(texts)
    for piece, row in zip(pieces, at_once, strict=True):
        assert_within(made.logits(Ragged(piece, np.array([len(piece)])))[0], row, 1e-12)
    order = data.draw(st.permutations(range(len(pieces))))
    turned = made.logits(texts[order])
    assert_within(turned, at_once[order], 1e-12)


# --- many names, in pieces


SIZES = [
    "BLOCK",
    "TREE_NAMES",
    "TREE_LETTERS",
    "SORTED_NAMES",
    "SORTED_LETTERS",
    "PACKED_NAMES",
    "FEW_NAMES",
]
MANY = [np.random.default_rng(seed).integers(0, 3 + seed % 4, 1 + seed % 9).tolist() for seed in range(33)]


@pytest.fixture
def every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is too little for the preparations that many names get."""
    monkeypatch.setattr(cognomen.network.inference, "FEW_LETTERS", 0)


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 32, 33])
@pytest.mark.parametrize("name", SIZES)
def test_pieces_do_not_show(monkeypatch: pytest.MonkeyPatch, name: str, size: int, layers: int) -> None:
    """Each size alone: of blocks, of trees, of what is sorted or packed at once."""
    made = network("gru", "max+mean", "both", layers)
    monkeypatch.setattr(cognomen.network.inference, "FEW_NAMES", 1)
    monkeypatch.setattr(cognomen.network.inference, name, size)
    assert_within(made.logits(laid(MANY)), plain_logits(made, MANY), 1e-12)


@stable
@given(
    sizes=st.fixed_dictionaries({name: st.integers(1, 9) for name in SIZES}),
    kind=st.sampled_from(NETWORK_KINDS),
    direction=st.sampled_from(DIRECTIONS),
    layers=st.integers(1, 2),
    threads=st.integers(1, 3),
    count=st.integers(1, len(MANY)),
)
def test_any_pieces_on_any_threads(
    sizes: dict[str, int], kind: str, direction: str, layers: int, threads: int, count: int
) -> None:
    made = network(kind, "last+max+mean", direction, layers)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (sizes | {"FEW_LETTERS": 0}).items():
            patch.setattr(cognomen.network.inference, name, size)
        found = made.logits(laid(MANY[:count], np.uint8), threads=threads)
    assert_within(found, plain_logits(made, MANY[:count]), 1e-12)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_enough_names_for_several_threads(threads: int, layers: int) -> None:
    """With the sizes as they are: enough names that there is more than one piece."""
    made = network("gru", "max+mean", "both", layers)
    drawn = np.random.default_rng(0).integers(0, len(MANY), 2500)
    expected = plain_logits(made, MANY)[drawn]
    assert_within(made.logits(laid([MANY[i] for i in drawn]), threads=threads), expected, 1e-12)


@stable
@given(lengths=st.lists(st.integers(1, 9), max_size=12), most=st.integers(1, 5), letters=st.integers(1, 12))
def test_pieces_hold_every_name_once_and_not_too_much(lengths: list[int], most: int, letters: int) -> None:
    """A name that has too many letters by itself stands alone; no piece could take the next name too."""
    parts = list(pieces(np.cumsum(lengths), most, letters))
    rows = [i for piece in parts for i in range(len(lengths))[piece]]
    assert rows == list(range(len(lengths)))
    for piece in parts:
        count = piece.stop - piece.start
        assert 1 <= count <= most
        assert count == 1 or sum(lengths[piece]) <= letters
    if sum(lengths) <= letters:
        assert len(parts) == -(-len(lengths) // most)


@pytest.mark.parametrize("threads", [0, -1, True, False, 1.5, 2.0, "2", None])
def test_threads_that_cannot_be(threads: Any) -> None:
    with pytest.raises(InputError, match=r"threads.*1 or more"):
        Network(SMALL).logits(names([3, 2]), threads=threads)


@pytest.mark.parametrize(("layers", "letters"), [(1, 10_000), (2, 2_000)])
def test_a_very_long_name(layers: int, letters: int) -> None:
    """In the company of short names that begin and end like it."""
    made = network("rnn-tanh", "max+mean+last", "both", layers, h=1)
    long = np.random.default_rng(0).integers(0, 6, letters).tolist()
    some = [long[:3], long, [2], long[-3:]]
    expected = plain_logits(made, some)
    assert_within(made.logits(laid(some)), expected, 1e-10)
    assert_within(made.forward(laid(some))[0], expected, 1e-10)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_any_kind_of_whole_number(kind: Any, layers: int) -> None:
    """Of ids and of lengths, forth and back."""
    made = network("gru", "max+mean", "both", layers)
    texts = laid(MANY)
    expected, back = made.forward(texts)
    back(expected)
    grads = {name: grad.copy() for name, grad in made.grads.items()}
    made.zero_grad()
    some = Ragged(texts.data.astype(kind), texts.lengths.astype(kind))
    found, back = made.forward(some)
    back(found)
    assert_within(found, expected, 0.0)
    assert_within(made.logits(some), expected, 1e-12)
    for name, grad in made.grads.items():
        assert_within(grad, grads[name], 0.0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("threads", [1, 2])
def test_no_names_have_no_logits(layers: int, threads: int) -> None:
    empty, made = laid([]), Network(replace(SMALL, num_layers=layers))
    found = made.logits(empty, threads=threads)
    assert found.shape == (0, 4)
    assert found.dtype == np.float32
    with pytest.raises(InputError, match="one or more names"):
        made.forward(empty)


def test_what_is_asked_in_between_does_not_show() -> None:
    """Weights are read anew each time, also when something went wrong on the way."""
    made, fresh = network("gru", "max+mean", "both"), network("gru", "max+mean", "both")
    made.logits(laid(MANY))
    with pytest.raises(InputError):
        made.logits(laid([[99]]))
    for one in (made, fresh):
        for param in one.params.values():
            param += 0.25
    assert_within(made.logits(laid(MANY)), fresh.logits(laid(MANY)), 0.0)
    assert_within(made.forward(laid(MANY))[0], plain_logits(fresh, MANY), 1e-12)


def test_its_parts_in_order() -> None:
    """Letters to vectors, both readers, pooling, one linear map: done here by hand, part by part."""
    made, texts = network("gru", "max+mean", "both"), names([3, 1, 4])
    expected = []
    for piece in texts:
        y, _ = made.recurrent.run(made.params["embedding.weight"][piece])
        pooled = np.concatenate([y.max(axis=0), y.mean(axis=0)])
        expected.append(made.params["output.weight"] @ pooled + made.params["output.bias"])
    assert_within(made.forward(texts)[0], np.stack(expected), 1e-12)


@pytest.mark.parametrize("cell", ["rnn", "combined", "gru", "lstm"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_names_and_shapes_of_parameters(cell: str, way: str, direction: str) -> None:
    made = Network(replace(SMALL, cell=cell, pooling=way, direction=direction))
    shapes = {name: p.shape for name, p in made.params.items()}
    width = 3 * (2 if direction == "both" else 1) * len(way.split("+"))
    assert shapes["embedding.weight"] == (6, 5)
    assert shapes["output.weight"] == (4, width)
    assert shapes["output.bias"] == (4,)
    assert all(name.startswith(("embedding.", "recurrent.", "output.")) for name in shapes)
    first = "recurrent.i2h.weight_l0" if cell == "combined" else "recurrent.weight_ih_l0"
    assert first in shapes
    assert (f"{first}_reverse" in shapes) == (direction == "both")
    assert made.size == sum(p.size for p in made.params.values())


def test_parameters_are_shared_with_the_parts() -> None:
    made = Network(SMALL)
    assert made.params["output.weight"] is made.output.params["weight"]
    assert made.params["recurrent.weight_ih_l0"] is made.recurrent.params["weight_ih_l0"]
    assert made.grads["embedding.weight"] is made.embedding.grads["weight"]


def test_loading_copies_and_fits_exactly() -> None:
    texts = names([3, 2])
    one = Network(SMALL, rng=np.random.default_rng(0))
    other = Network(SMALL, rng=np.random.default_rng(1))
    assert (one.logits(texts) != other.logits(texts)).any()
    other.load(one.params)
    assert (one.logits(texts) == other.logits(texts)).all()
    one.params["output.bias"] += 1
    assert (one.logits(texts) != other.logits(texts)).all(), "a copy, not the same arrays"
    with pytest.raises(InputError, match=r"output\.bias"):
        other.load({name: p for name, p in one.params.items() if name != "output.bias"})
    with pytest.raises(InputError, match="surplus"):
        other.load(one.params | {"surplus": np.zeros(1)})
    with pytest.raises(InputError, match=r"output.bias.*\(4,\).*\(5,\)"):
        other.load(one.params | {"output.bias": np.zeros(5)})


def pickled(made: Network) -> Network:
    copied = pickle.loads(pickle.dumps(made))  # noqa: S301
    assert isinstance(copied, Network)
    return copied


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_a_copy_is_whole_and_its_own(kind: str, layers: int, copied: Callable[[Network], Network]) -> None:
    """The copy's parameters are what the copy computes with, and nothing of the original changes."""
    made, some = network(kind, "max+mean", "both", layers), laid(MANY)
    before = made.logits(some)
    twin, other = copied(made), network(kind, "max+mean", "both", layers)
    assert_within(twin.logits(some), before, 0.0)
    for one in (twin, other):
        for name, param in sorted(one.params.items()):
            param += np.random.default_rng(len(name)).uniform(-1, 1, param.shape)
    logits, back = twin.forward(some)
    expected, expected_back = other.forward(some)
    back(logits)
    expected_back(expected)
    assert_within(logits, expected, 0.0)
    assert (logits != before).any()
    assert_within(twin.logits(some), plain_logits(other, MANY), 1e-11)
    for name, grad in twin.grads.items():
        assert_within(grad, other.grads[name], 0.0)
        assert not made.grads[name].any()
    assert_within(made.logits(some), before, 0.0)


def test_seeds_and_precision() -> None:
    one, same, other = (Network(SMALL, rng=np.random.default_rng(seed)) for seed in (0, 0, 1))
    for name, p in one.params.items():
        assert p.dtype == np.float32
        assert p.tobytes() == same.params[name].tobytes()
        assert p.tobytes() != other.params[name].tobytes()
    texts = names([3, 2])
    logits, backward = one.forward(texts)
    assert logits.dtype == np.float32
    backward(np.ones_like(logits))
    assert all(grad.dtype == np.float32 for grad in one.grads.values())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_dropout_in_each_place_is_noise_for_training_only(place: int) -> None:
    rates = tuple(0.5 if i == place else 0.0 for i in range(3))
    made = Network(SMALL, dropout=rates, rng=np.random.default_rng(0))  # type: ignore[arg-type]
    plain = Network(SMALL, rng=np.random.default_rng(0))
    texts = names([3, 5, 2])
    assert (made.forward(texts)[0] == plain.forward(texts)[0]).all()
    assert (made.logits(texts) == plain.logits(texts)).all()
    noisy = made.forward(texts, np.random.default_rng(0))[0]
    assert (noisy != plain.forward(texts)[0]).any()
    assert (noisy == made.forward(texts, np.random.default_rng(0))[0]).all()
    assert (noisy != made.forward(texts, np.random.default_rng(1))[0]).any()


def test_dropout_where_it_is_said_to_be() -> None:
    """With all letters' vectors at one, what stands behind each dropout shows its own share of zeros."""
    made = Network(replace(SMALL, hidden_size=50), dropout=(0.2, 0.5, 0.8))
    assert made.dropout_embedded.rate == 0.2
    assert made.recurrent.dropout.rate == 0.5
    assert made.dropout_pooled.rate == 0.8
    with pytest.raises(InputError, match="dropout"):
        Network(SMALL, dropout=(0.0, 1.0, 0.0))


def test_asking_leaves_gradients_and_weights_alone() -> None:
    made, texts = Network(SMALL), names([3, 2])
    before = {name: p.copy() for name, p in made.params.items()}
    made.logits(texts)
    assert all((made.params[name] == p).all() for name, p in before.items())
    assert all((grad == 0).all() for grad in made.grads.values())


def test_a_name_without_letters() -> None:
    made, texts = Network(SMALL), Ragged(np.array([1, 2, 3]), np.array([2, 0, 1]))
    for read in (made.forward, made.logits):
        with pytest.raises(InputError, match=r"lengths: expected one or more letters in each name.*\[1\]"):
            read(texts)


@pytest.mark.parametrize("stray", [-1, 6])
def test_ids_outside_the_alphabet(stray: int) -> None:
    """-1 is the trap of the tutorial's data: it must not read as the last letter."""
    made, texts = Network(SMALL), laid([[1, stray, 3]])
    for read in (made.forward, made.logits):
        with pytest.raises(InputError, match="0 to 5"):
            read(texts)


def test_it_learns_names_by_heart() -> None:
    texts = names([3, 5, 2, 4, 6, 3, 2, 4], seed=3)
    labels = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    made = Network(SMALL, rng=np.random.default_rng(0))
    optimiser = AdamW(made.params, 0.02)
    for _ in range(80):
        logits, backward = made.forward(texts)
        loss, dlogits = cross_entropy(logits, labels)
        made.zero_grad()
        backward(dlogits)
        optimiser.step(made.grads)
    assert loss < 0.1
    assert made.logits(texts).argmax(axis=1).tolist() == labels.tolist()


# --- the description


@pytest.mark.parametrize("cell", ["rnn", "combined", "gru", "lstm"])
def test_the_description_survives_json(cell: str) -> None:
    described = replace(SMALL, cell=cell, num_layers=2, direction="reverse", pooling="last")
    assert Architecture.from_json(described.to_json()) == described
    twice = Network(Architecture.from_json(described.to_json()))
    assert {n: p.shape for n, p in twice.params.items()} == {
        n: p.shape for n, p in Network(described).params.items()
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_size", 0),
        ("hidden_size", -3),
        ("hidden_size", "3"),
        ("hidden_size", 3.0),
        ("num_layers", True),
        ("num_layers", None),
        ("alphabet_size", 0),
        ("cell", 3),
        ("pooling", None),
    ],
)
def test_descriptions_with_wrong_values(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        Architecture.from_json(SMALL.to_json() | {name: value})


def test_descriptions_with_wrong_fields() -> None:
    values = SMALL.to_json()
    with pytest.raises(InputError, match="surplus"):
        Architecture.from_json(values | {"surplus": 1})
    with pytest.raises(InputError, match="cell"):
        Architecture.from_json({name: value for name, value in values.items() if name != "cell"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("cell", "gruu"), ("direction", "sideways"), ("pooling", "median"), ("nonlinearity", "selu")],
)
def test_words_that_mean_nothing_are_refused_when_the_network_is_made(name: str, value: str) -> None:
    with pytest.raises(InputError, match=value):
        Network(replace(SMALL, **({"cell": "rnn"} | {name: value})))


def test_pooling_of_packed_outputs_is_in_the_order_given() -> None:
    lengths = np.array([1, 3, 2])
    data = np.arange(6.0)[:, None]
    pooled, _ = pool(pack(Ragged(data, lengths)), "last")
    assert pooled.ravel().tolist() == [0, 3, 5]


def test_parameters_beside_linear_maps_are_each_directions_own() -> None:
    """A cell may have parameters that a step of both directions together would mix up."""

    class Scaled(GRU):
        def __init__(self, *sizes: int, **options: Any) -> None:
            super().__init__(*sizes, **options)
            self.add("scale", np.ones(1, self.dtype))

        def step(self, a: Any, state: Any) -> Any:
            y, state, back = super().step(a, state)
            return y * self.params["scale"], state, back

    rng = np.random.default_rng(0)
    cells = [(Scaled(3, 4, rng=rng), reverse) for reverse in (False, True)]
    cells[1][0].params["scale"][:] = 5
    x = rng.standard_normal((6, 3)).astype(np.float32)
    found = read_sequence(cells, x)
    for d, (cell, reverse) in enumerate(cells):
        assert_within(found[:, d], plain_outputs(cell, x[::-1] if reverse else x), 1e-6)


def test_a_cell_may_call_forward_where_ours_call_apply() -> None:
    class Plain(GRU):
        def project(self, x: Any) -> Any:
            return self.input.forward(x)

        def step(self, a: Any, state: Any) -> Any:
            (h,) = state
            b, back_h = self.recurrent.forward(h)
            after = (np.tanh(a[0] + b[0]) + a[1] * b[1] + a[2] + b[2])[None]
            return after[0], after, lambda dy, dstate: back_h(dy)

    rng = np.random.default_rng(0)
    cells = [(Plain(3, 4, rng=rng), reverse) for reverse in (False, True)]
    x = rng.standard_normal((6, 3)).astype(np.float32)
    found = read_sequence(cells, x)
    for d, (cell, reverse) in enumerate(cells):
        assert_within(found[:, d], plain_outputs(cell, x[::-1] if reverse else x), 1e-5)


def test_a_missing_table_of_ngrams_is_named() -> None:
    architecture = replace(SMALL, longest_ngram=2)
    made = Network(replace(SMALL, longest_ngram=0))
    with pytest.raises(InputError, match=r"missing: ngrams.letters, ngrams.counts"):
        Network.from_tensors(architecture, made.tensors)
    with pytest.raises(InputError, match=r"these differ: \['ngrams.counts'\]"):
        Network.from_tensors(made.architecture, {**made.tensors, "ngrams.counts": np.ones(1, int)})


def test_a_nonlinearity_that_the_cell_does_not_use_is_checked_too() -> None:
    with pytest.raises(InputError, match="selu"):
        Network(replace(SMALL, cell="gru", nonlinearity="selu"))


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn", "combined"])
def test_single_names_of_a_network_that_cannot_change(cell: str) -> None:
    """What reads them is prepared once; ids may have a type in which no more than letters are counted."""
    sizes = Architecture(200, 4, cell=cell, embedding_size=5, hidden_size=6, pooling="max+mean")
    made = Network(sizes, rng=np.random.default_rng(0))
    loaded = Network.from_tensors(sizes, made.tensors)
    for name in ([199, 130, 199], [7], [150, 3]):
        one = Ragged(np.array(name, np.uint8), np.array([len(name)]))
        assert_within(loaded.logits(one), made.forward(one)[0], 1e-6)
    assert loaded.letter_reader() is loaded.letter_reader() is not None
    assert made.letter_reader() is None
    with pytest.raises(ValueError, match="read-only"):
        loaded.params["embedding.weight"][...] = 0


def test_letters_are_prepared_when_a_name_has_them_for_the_first_time() -> None:
    """Not all of an alphabet for one name; and what was read before changes no bit of an answer."""
    made = Network(SMALL, rng=np.random.default_rng(0))

    def read(network: Network, *ids: int) -> Any:
        return network.logits(Ragged(np.array(ids), np.array([len(ids)])))

    first, second = Network.from_tensors(SMALL, made.tensors), Network.from_tensors(SMALL, made.tensors)
    alone = read(first, 1, 2, 1)
    reader = first.letter_reader()
    assert reader is not None
    assert (~reader._lacking).nonzero()[0].tolist() == [1, 2]
    read(second, 3)
    read(second, 2, 3)
    assert (read(second, 1, 2, 1) == alone).all()
    assert (read(first, 3) == read(second, 3)).all()


def test_a_copy_of_a_loaded_network_may_change() -> None:
    made = Network(SMALL, rng=np.random.default_rng(0))
    loaded, one = Network.from_tensors(SMALL, made.tensors), Ragged(np.array([1, 2, 1]), np.array([3]))
    before = loaded.logits(one)
    other = copy.deepcopy(loaded)
    other.params["embedding.weight"][...] += 1
    assert_within(other.logits(one), other.forward(one)[0], 1e-6)
    assert np.abs(other.logits(one) - before).max() > 1e-3
    assert (loaded.logits(one) == before).all()
