"""Explanations: attributions that sum to the logit, prefixes answered by the classifier, and activations."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from cli_running import ORIGINS, tiny_classifier
from counting import blas_threads
from hypothesis import given
from hypothesis import strategies as st

from cognomen.classifier import Classifier
from cognomen.errors import InputError
from cognomen.explanation import attribution, explain, name_activations
from cognomen.explanation.activations import record_activations
from cognomen.explanation.attribution import attribute_letters, in_double_precision
from cognomen.explanation.explanation import letters_of
from cognomen.network import Architecture, Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn.cells import CELLS, GRU
from cognomen.rnn.packed import Packed
from cognomen.rnn.pooling import POOLINGS
from cognomen.text import Alphabet
from cognomen.text.ragged import Ragged

TOLERANCE = 1e-5  # logits: of the integral, in networks this small
LETTERS = " '-abcdefghijklmnopqrstuvwxyz\u0308"
WIRINGS = list(product(sorted(CELLS), ["forward", "reverse", "both"], [1, 2]))


def network(
    cell: str = "gru", direction: str = "both", layers: int = 1, *, ngrams: bool = False, pooling: str = ""
) -> Network:
    """A network of large random weights, so that nothing is nearly linear."""
    rng = np.random.default_rng(3)
    alphabet, table = Alphabet(LETTERS), None
    if ngrams:
        names = ["nakamura", "smith", "mueller", "smithson"]
        table = frequent_ngrams(
            alphabet.encode_all(names), longest=3, min_count=1, alphabet_size=len(alphabet)
        )
    architecture = Architecture(
        len(alphabet),
        len(ORIGINS),
        cell=cell,
        embedding_size=5,
        hidden_size=6,
        num_layers=layers,
        direction=direction,
        pooling=pooling or "+".join(POOLINGS),
        longest_ngram=3 if ngrams else 0,
    )
    made = Network(architecture, ngrams=table, rng=rng)
    for name, value in made.params.items():
        value *= 1.5
        if name == "ngrams.weight":
            value[1:] = rng.normal(size=value[1:].shape)
    return made


def classifier(**wiring: object) -> Classifier:
    shares = [1 / len(ORIGINS)] * len(ORIGINS)
    return Classifier(network(**wiring), Alphabet(LETTERS), ORIGINS, shares, 1.7)  # type: ignore[arg-type]


def one_hot(ids: np.ndarray, net: Network) -> tuple[np.ndarray, np.ndarray]:
    """The logits of a name, and of one of as many unknown letters."""
    name = Ragged(ids, np.array([len(ids)]))
    return net.logits(name)[0], net.logits(name.with_data(np.zeros_like(ids)))[0]


# --- attributions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "direction", "layers"), WIRINGS)
@pytest.mark.parametrize("ngrams", [False, True])
def test_attributions_sum_to_the_logit_over_the_baseline(cell, direction, layers, ngrams):
    net = network(cell, direction, layers, ngrams=ngrams)
    ids = Alphabet(LETTERS).encode("smith-nakaxura")
    found = attribute_letters(net, ids, np.eye(len(ORIGINS)))
    name, unknown = one_hot(ids, net)
    np.testing.assert_allclose(found.total, name, atol=2e-5)
    np.testing.assert_allclose(found.baseline, unknown, atol=2e-5)
    assert np.abs(found.baseline + found.attributions.sum(axis=1) - found.total).max() <= TOLERANCE


@given(st.text("abcdefgh-'", min_size=1, max_size=12))
def test_any_names_attributions_sum_to_its_logit(name):
    net = NETWORK
    ids = Alphabet(LETTERS).encode(name)
    found = attribute_letters(net, ids, np.eye(len(ORIGINS))[:1])
    assert np.abs(found.baseline + found.attributions.sum(axis=1) - found.total).max() <= TOLERANCE


NETWORK = network(ngrams=True)


@pytest.mark.parametrize("pooling", [*POOLINGS, "max+mean"])
def test_attributions_are_integrated_gradients(pooling):
    """Against the definition: the mean slope on a fine grid of the path, by central differences."""
    net = network("gru", pooling=pooling)
    ids = Alphabet(LETTERS).encode("nakam")
    exact = in_double_precision(net)
    weight = exact.embedding.params["weight"]
    low, way = weight[:1], weight[ids] - weight[:1]
    step, count = 1e-5, 2000
    middles = (np.arange(count) + 0.5) / count  # (count,)
    expected = []
    for t in range(len(ids)):
        x = np.repeat((low + middles[:, None, None] * way)[None], 2, axis=0)  # (2, count, T, E)
        x[:, :, t] += np.array([step, -step])[:, None, None] * way[t]
        up, down = logits_of(exact, x.reshape(-1, *way.shape)).reshape(2, count, -1)
        expected.append((up - down)[:, 0].mean() / (2 * step))
    found = attribute_letters(net, ids, np.eye(len(ORIGINS))[:1])
    np.testing.assert_allclose(found.attributions[0], expected, atol=2e-3)


def logits_of(exact: Network, x: np.ndarray) -> np.ndarray:
    """Logits (N, C) for embeddings (N, T, E)."""
    from cognomen.rnn.pooling import pool

    count, steps, _ = x.shape
    rows = x.swapaxes(0, 1).reshape(count * steps, -1)
    y, _, _ = exact.recurrent.forward(Packed(rows, np.full(steps, count), np.arange(count)))
    pooled, _ = pool(y, exact.architecture.pooling, exact.architecture.direction)
    return exact.output.forward(pooled)[0]


def test_targets_are_linear():
    ids = Alphabet(LETTERS).encode("nakamura")
    both = attribute_letters(NETWORK, ids, np.eye(len(ORIGINS))[:2])
    margin = attribute_letters(NETWORK, ids, np.array([[1.0, -1, 0, 0]]))
    np.testing.assert_allclose(margin.attributions[0], both.attributions[0] - both.attributions[1], atol=1e-3)
    assert margin.total[0] == pytest.approx(both.total[0] - both.total[1])


def test_an_unknown_letter_has_no_attribution():
    ids = np.array([0, 5, 0, 7])
    values = attribute_letters(network(), ids, np.eye(len(ORIGINS))).attributions
    assert (values[:, [0, 2]] == 0).all()
    assert (values[:, [1, 3]] != 0).all()
    alone = attribute_letters(network(), np.zeros(3, int), np.eye(len(ORIGINS)))
    assert (alone.attributions == 0).all()
    np.testing.assert_array_equal(alone.baseline, alone.total)


def test_ngrams_are_divided_equally_among_their_letters():
    net = network(ngrams=True)
    for name, value in net.params.items():
        if not name.startswith("ngrams."):
            value[...] = 0
    assert net.ngrams is not None
    net.ngrams.params["weight"][...] = 0
    alphabet = Alphabet(LETTERS)
    wanted = [*alphabet.encode("smi")]
    [row] = np.flatnonzero((net.ngrams.letters == wanted).all(axis=1)) + 1
    net.ngrams.params["weight"][row, 0] = 6
    ids = alphabet.encode("asmith")
    found = attribute_letters(net, ids, np.eye(len(ORIGINS))[:1])
    whole = net.logits(Ragged(ids, np.array([6])))[0, 0]
    assert whole > 1
    np.testing.assert_allclose(found.attributions[0], whole / 3 * np.array([0, 1, 1, 1, 0, 0]), rtol=1e-6)
    assert found.baseline == 0


def test_end_marks_that_count_less_are_divided_among_the_letters_of_ngrams():
    net = network(ngrams=True)
    for value in net.params.values():
        value[...] = 0
    assert net.ngrams is not None
    alphabet = Alphabet(LETTERS)
    [mark] = np.flatnonzero((net.ngrams.letters == [len(alphabet), 0, 0]).all(axis=1)) + 1
    net.ngrams.params["weight"][mark, 0] = 1
    ids = alphabet.encode("xsmxx")  # nothing is known of x
    found = attribute_letters(net, ids, np.eye(len(ORIGINS))[:1])
    less = np.subtract(*net.logits(Ragged(np.r_[ids, np.zeros(5, int)], np.array([5, 5]))))[0]
    assert less < -0.1
    np.testing.assert_allclose(found.attributions[0], less / 2 * np.array([0, 1, 1, 0, 0]), rtol=1e-5)


def test_the_network_is_not_touched():
    net = network(ngrams=True)
    before = {name: (value.copy(), net.grads[name].copy()) for name, value in net.params.items()}
    ids = Alphabet(LETTERS).encode("smith")
    attribute_letters(net, ids, np.eye(len(ORIGINS)))
    record_activations(net, ids)
    for name, (value, grad) in before.items():
        assert (net.params[name] == value).all()
        assert (net.grads[name] == grad).all()


# --- explanations -----------------------------------------------------------------------------------------


def test_an_explanation_adds_up_to_the_probability():
    clf = classifier(ngrams=True)
    found = explain(clf, "Nakamura")
    answer = clf("Nakamura", top_k=4)
    assert found.answer == answer
    assert [found.origin, found.rival] == [each.origin for each in answer.origins[:2]]
    assert found.probability == answer.probability
    assert found.baseline + sum(each.attribution for each in found.letters) == pytest.approx(
        found.logit, abs=1e-5
    )
    assert found.baseline_margin + sum(e.margin for e in found.letters) == pytest.approx(
        found.margin, abs=1e-5
    )
    ratio = answer.origins[0].probability / answer.origins[1].probability
    assert found.margin == pytest.approx(np.log(ratio), abs=1e-4)
    logits = clf.logits(["Nakamura"])[0] / clf.temperature
    assert found.logit == pytest.approx(logits[ORIGINS.index(found.origin)], abs=1e-4)


def test_another_origin_is_explained_against_the_likeliest():
    clf = classifier()
    best, *_, last = clf("Nakamura", top_k=4).origins
    found = explain(clf, "Nakamura", last.origin)
    assert (found.origin, found.rival, found.probability) == (last.origin, best.origin, last.probability)
    assert found.margin < 0
    with pytest.raises(InputError, match=r"origin: .* 'Japanes'. Did you mean 'Japanese'\?"):
        explain(clf, "Nakamura", "Japanes")


def test_prefixes_are_answered_as_whole_names():
    clf = classifier()
    found = explain(clf, "O'Müller")
    for end, letter in zip([1, 2, 3, 4, 5, 6, 7, 8], found.letters, strict=True):
        answer = clf("O'Müller"[:end], top_k=4, full_names=False)
        assert [each.origin for each in letter.prefix_origins] == [each.origin for each in answer.origins]
        for mine, theirs in zip(letter.prefix_origins, answer.origins, strict=True):
            assert mine.probability == pytest.approx(theirs.probability, abs=1e-6)
            assert letter.prefix_probability(mine.origin) == mine.probability


def test_a_prefix_that_is_no_name_has_no_origins():
    found = explain(classifier(), "'t Hooft")
    assert [each.letter for each in found.letters] == list("'t hooft")
    assert found.letters[0].prefix_origins == ()
    assert np.isnan(found.letters[0].prefix_probability(ORIGINS[0]))
    assert found.letters[0].to_json(ORIGINS[0])["prefix_probability"] is None
    assert found.letters[1].prefix_origins


def test_marks_belong_to_their_letters():
    found = explain(classifier(), "Müllër")
    assert [each.letter for each in found.letters] == ["m", "ü", "l", "l", "ë", "r"]
    assert letters_of("u\u0308\u0301a") == [slice(0, 3), slice(3, 4)]
    assert found.baseline + sum(each.attribution for each in found.letters) == pytest.approx(
        found.logit, abs=1e-5
    )
    assert name_activations(classifier(), "Müllër").jacobian_norms.shape == (2, 6, 6)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("123", "no-letters"),
        ("田中", "unknown-script"),
        ("a" * 101, "too-long"),
        (None, "not-text"),
    ],
)
def test_what_cannot_be_read_says_why(name, reason):
    found = explain(classifier(), name)
    assert (found.answer.reason, found.origin, found.letters) == (reason, None, ())
    assert (found.logit, found.margin, found.probability) == (None, None, None)
    assert found.to_json()["reason"] == reason
    assert name_activations(classifier(), name) is None


def test_a_full_name_is_explained_by_its_surname():
    found = explain(classifier(), "John Smith")
    assert "".join(each.letter for each in found.letters) == "smith"
    whole = explain(classifier(), "John Smith", full_names=False)
    assert "".join(each.letter for each in whole.letters) == "john smith"


def test_a_single_origin_has_no_rival():
    found = explain(tiny_classifier(("Czech",)), "Novak")
    assert (found.rival, found.margin, found.baseline_margin) == (None, None, None)
    assert {each.margin for each in found.letters} == {None}
    assert found.to_json()["letters"][0]["prefix_origins"] == [{"origin": "Czech", "probability": 1.0}]


# --- inside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "direction", "layers"), WIRINGS)
def test_jacobian_norms_are_the_derivatives_of_the_states(cell, direction, layers):
    net = network(cell, direction, layers)
    ids = Alphabet(LETTERS).encode("nakamur")  # 7 letters: not E, not H
    found = record_activations(net, ids)
    exact = in_double_precision(net)
    x = exact.embedding.params["weight"][ids]  # (T, E)
    step = 1e-6
    for s in range(len(ids)):
        slopes = []
        for e in range(x.shape[1]):
            moved = [x.copy(), x.copy()]
            moved[0][s, e] += step
            moved[1][s, e] -= step
            up, down = (states_of(exact, each) for each in moved)
            slopes.append((up - down) / (2 * step))  # (D, T, H)
        expected = np.sqrt((np.array(slopes) ** 2).sum(axis=(0, 3)))  # (D, T)
        np.testing.assert_allclose(found.jacobian_norms[:, :, s], expected, atol=1e-6)


def states_of(exact: Network, x: np.ndarray) -> np.ndarray:
    """The last layer's hidden states after each letter, (D, T, H), by the plainest loop."""
    for cells in exact.recurrent.levels:
        outputs, states = [], []
        for cell, reverse in cells:
            state, ys, hs = cell.initial_state(1), [], []
            for row in x[::-1] if reverse else x:
                y, state = cell.read(row[None], state)
                ys.append(y[0])
                hs.append(state[0, 0].copy())
            outputs.append(np.array(ys[::-1] if reverse else ys))
            states.append(np.array(hs[::-1] if reverse else hs))
        x = np.concatenate(outputs, axis=1)
    return np.array(states)


@pytest.mark.parametrize(("cell", "direction", "layers"), WIRINGS)
def test_states_are_those_of_the_network(cell, direction, layers):
    net = network(cell, direction, layers)
    ids = Alphabet(LETTERS).encode("smith")
    found = record_activations(net, ids)
    exact = in_double_precision(net)
    np.testing.assert_allclose(found.states, states_of(exact, exact.embedding.params["weight"][ids]))
    assert found.directions == {"both": ("forward", "reverse")}.get(direction, (direction,))


def test_the_gates_make_the_states():
    """With them the states follow from each other as the cells' docstrings say."""
    found = record_activations(network("gru"), np.array([5, 6, 7]))
    assert list(found.gates) == ["reset", "update"]
    h, z = found.states[0], found.gates["update"][0]
    candidate = (h[1] - z[1] * h[0]) / (1 - z[1])
    assert (np.abs(candidate) <= 1).all()
    found = record_activations(network("lstm"), np.array([5, 6, 7]))
    assert sorted(found.gates) == ["candidate", "forget", "input", "output"]
    gates = {name: values[0] for name, values in found.gates.items()}
    c = np.zeros_like(found.states[0, 0])
    for t in range(3):
        c = gates["forget"][t] * c + gates["input"][t] * gates["candidate"][t]
        np.testing.assert_allclose(gates["output"][t] * np.tanh(c), found.states[0, t], atol=1e-12)
    assert record_activations(network("rnn"), np.array([5, 6])).gates == {}


def test_the_reset_gate_makes_the_candidate():
    net = in_double_precision(network("gru", "forward"))
    [[(cell, _)]] = net.recurrent.levels
    found = record_activations(net, np.array([5, 6, 7]))
    h, r, z = found.states[0], found.gates["reset"][0], found.gates["update"][0]
    a = cell.input.apply(net.embedding.params["weight"][[6]])[2, 0]
    b = cell.recurrent.apply(h[:1])[2, 0]
    np.testing.assert_allclose((1 - z[1]) * np.tanh(a + r[1] * b) + z[1] * h[0], h[1])


def test_lags_count_in_the_order_of_reading():
    found = record_activations(network(), np.array([5, 6, 7, 8]))
    lags = found.norms_by_lag()
    assert lags.shape == (2, 4)
    assert lags[0, 1] == pytest.approx(np.mean([found.jacobian_norms[0, t, t - 1] for t in (1, 2, 3)]))
    assert lags[1, 3] == pytest.approx(found.jacobian_norms[1, 0, 3])
    assert (np.triu(found.jacobian_norms[0], 1) == 0).all()
    assert (np.tril(found.jacobian_norms[1], -1) == 0).all()


def test_letters_and_marks_merge():
    found = record_activations(network(), np.array([5, 6, 7]))
    merged = found.merged([slice(0, 2), slice(2, 3)])
    np.testing.assert_array_equal(merged.states[0], found.states[0][[1, 2]])
    np.testing.assert_array_equal(merged.states[1], found.states[1][[0, 2]])
    np.testing.assert_array_equal(merged.gates["reset"][1], found.gates["reset"][1][[0, 2]])
    assert merged.jacobian_norms[0, 1, 0] == pytest.approx(np.hypot(*found.jacobian_norms[0, 2, :2]))
    with pytest.raises(InputError, match="got none"):
        record_activations(network(), np.array([], int))


# --- the pretrained model ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "most"),
    [("Smith", 1e-5), ("Nakamura", 1e-5), ("Müller", 1e-5), ("Ng", 1e-5), ("Wolfeschlegelstein", 1e-3)],
)
def test_the_shipped_model_is_explained_whole(name, most):
    found = explain(Classifier.load("classic"), name)
    delta = found.baseline + sum(each.attribution for each in found.letters) - found.logit
    assert delta == pytest.approx(found.convergence_delta, abs=1e-9)
    assert abs(delta) < most
    total = found.baseline_margin + sum(each.margin for each in found.letters)
    assert total == pytest.approx(found.margin, abs=most)


def test_the_convergence_delta_stays_small_where_the_states_change_steeply():
    """Among the worst of 2,000 names of the 18 files, whose median is 2e-8."""
    found = explain(Classifier.load("classic"), "Katzenellenbogen")
    assert 1e-6 < abs(found.convergence_delta) < 5e-3


def test_more_segments_bring_the_delta_down(monkeypatch):
    net, ids = network(), Alphabet(LETTERS).encode("smith-nakaxura")
    deltas = []
    for segments in (4, 8, 16):
        monkeypatch.setattr("cognomen.explanation.attribution.SEGMENTS", segments)
        deltas.append(np.abs(attribute_letters(net, ids, np.eye(len(ORIGINS))).convergence_delta).max())
    assert deltas[0] > 8 * deltas[1] > 64 * deltas[2]


def test_long_names_are_integrated_in_batches(monkeypatch):
    net, ids = network(), Alphabet(LETTERS).encode("smith")
    whole = attribute_letters(net, ids, np.eye(len(ORIGINS)))
    for at_once in (1, 100):
        monkeypatch.setattr("cognomen.explanation.attribution.LETTERS_AT_ONCE", at_once)
        for mine, theirs in zip(attribute_letters(net, ids, np.eye(len(ORIGINS))), whole, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-12)


# --- the work for long names ----------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 20, 45, 88, 100])
def test_the_work_is_bounded(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that are read along the path, with the ends of the segments and of the batches."""
    read = 0
    original = attribution._outputs

    def counted(net: Network, x: Any) -> Any:
        nonlocal read
        read += x.shape[0] * x.shape[1]
        return original(net, x)

    monkeypatch.setattr(attribution, "_outputs", counted)
    ids = np.arange(length) % 5 + 1
    found = attribute_letters(NETWORK, ids, np.eye(4)[:1])
    assert read <= 2.1 * attribution.MOST_LETTERS
    delta = found.attributions.sum() - (found.total - found.baseline)
    assert delta == pytest.approx(found.convergence_delta)
    assert abs(found.convergence_delta[0]) < 0.01


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("call", [attribute_letters, record_activations])
def test_products_run_on_one_thread(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    original = GRU.step

    def step(self: GRU, *arguments: Any) -> Any:
        seen.append(blas_threads())
        return original(self, *arguments)

    monkeypatch.setattr(GRU, "step", step)
    call(NETWORK, np.array([1, 2, 3]), *([np.eye(4)[:1]] if call is attribute_letters else []))
    assert seen
    assert all(each == {1} for each in seen)
