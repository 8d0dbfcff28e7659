"""The five shapes: gradients, PyTorch, teacher forcing, and what is written."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import Array, assert_within, sequences, stable

from cognomen.errors import InputError
from cognomen.rnn import Packed, gradcheck, log_softmax, numerical_gradient, pack
from cognomen.rnn.gradcheck import relative_error
from cognomen.rnn.recurrent import scan, scan_from
from cognomen.rnn.shapes import (
    BOUNDARY,
    Attention,
    Decoder,
    Encoder,
    Hypothesis,
    ManyToMany,
    ManyToOne,
    OneToMany,
    OneToOne,
    Shape,
    SyncedManyToMany,
    beam_search,
    generate,
    greedy,
    sampler,
)
from cognomen.rnn.shapes.attention import Padded

RIGHT = 1e-6
CELLS = ["rnn", "combined", "gru", "lstm"]
LENGTHS = [2, 4, 1, 3]
CLASSES, TOKENS = 3, 5


def encoder(cell: str = "gru", direction: str = "forward", *, tokens: bool = False, h: int = 2) -> Encoder:
    rng = np.random.default_rng(3)
    size = {"embedding_size": 3} if tokens else {}
    return Encoder(cell, 6 if tokens else 3, h, direction=direction, rng=rng, dtype=np.float64, **size)


def decoder(cell: str, context: int, *, h: int = 2, **more: Any) -> Decoder:
    rng = np.random.default_rng(4)
    made = Decoder(cell, TOKENS, h, context, embedding_size=2, rng=rng, dtype=np.float64, **more)
    for param in made.params.values():
        param *= 2  # so that tokens differ in how likely they are
    return made


def texts(seed: int, lengths: list[int]) -> Packed:
    rng = np.random.default_rng(seed)
    return pack([rng.integers(1, TOKENS, length) for length in lengths])


def translator(
    cell: str = "gru", direction: str = "both", *, tokens: bool = False, **more: Any
) -> ManyToMany:
    reader = encoder(cell, direction, tokens=tokens)
    return ManyToMany(reader, decoder(cell, reader.output_size, **more))


def one_to_many() -> OneToMany:
    reader = encoder()
    return OneToMany(reader, decoder("gru", reader.output_size))


def numbers() -> Packed:
    return pack(sequences(1, LENGTHS))


def ids() -> Packed:
    return pack([np.random.default_rng(i).integers(0, 6, n) for i, n in enumerate(LENGTHS)])


def assert_gradients(net: Shape, x: Any, targets: Any) -> None:
    """Of the loss itself, by every parameter and by the input, against central differences."""
    data = x.data if isinstance(x, Packed) else x

    def forward(values: Array) -> tuple[Array, Callable[[Array], Array | None]]:
        return net.forward(x.with_data(values) if isinstance(x, Packed) else values, targets)

    errors = gradcheck(net, forward, data)
    assert max(errors.values()) < RIGHT, errors
    assert ("input" in errors) == (net.encoder.embedding is None)
    assert all(np.abs(grad).max() > 1e-4 for grad in net.grads.values()), "nothing to compare"


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_one_to_one(cell):
    x = np.random.default_rng(1).standard_normal((4, 3))
    net = OneToOne(encoder(cell), CLASSES, rng=np.random.default_rng(2))
    if cell == "combined":  # the tutorial's cell answers from the state before: there is none yet
        net.zero_grad()
        net.loss(x, np.array([0, 2, 1, 2]))[1]()
        assert np.abs(net.grads["encoder.i2h.weight_l0"]).max() == 0
        return
    logits, backward = net.forward(x)
    backward(np.ones_like(logits))
    unused = {"encoder.weight_hh_l0"}  # the state before the only step is zero
    assert {name for name, grad in net.grads.items() if np.abs(grad).max() == 0} == unused
    errors = gradcheck(net, net.forward, x)
    assert max(errors.values()) < RIGHT, errors


@pytest.mark.parametrize("tokens", [False, True])
@pytest.mark.parametrize("pooling", ["last", "max+mean"])
@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_many_to_one(cell, direction, pooling, tokens):
    net = ManyToOne(
        encoder(cell, direction, tokens=tokens), CLASSES, pooling=pooling, rng=np.random.default_rng(2)
    )
    assert_gradients(net, ids() if tokens else numbers(), None)


@pytest.mark.parametrize("direction", ["forward", "reverse", "both"])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_synced_many_to_many(cell, direction):
    net = SyncedManyToMany(encoder(cell, direction), CLASSES, rng=np.random.default_rng(2))
    assert_gradients(net, numbers(), None)


@pytest.mark.parametrize("reminded", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_of_one_to_many(cell, reminded):
    net = OneToMany(encoder("rnn", h=3), decoder(cell, 3, reminded=reminded))
    x = np.random.default_rng(1).standard_normal((4, 3))
    targets = texts(2, [3, 1, 4, 2])
    logits, backward = net.forward(x, targets)
    backward(np.ones_like(logits) * np.arange(TOKENS))
    unused = {name for name, grad in net.grads.items() if np.abs(grad).max() == 0}
    assert unused == {"encoder.weight_hh_l0"}
    errors = gradcheck(net, lambda values: net.forward(values, targets), x)
    assert max(errors.values()) < RIGHT, errors


@pytest.mark.parametrize("tokens", [False, True])
@pytest.mark.parametrize(("attention", "reminded"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_many_to_many(cell, attention, reminded, tokens):
    net = translator(cell, tokens=tokens, attention=attention, reminded=reminded)
    assert_gradients(net, ids() if tokens else numbers(), texts(2, [3, 1, 4, 2]))


def test_the_gradient_of_the_loss_is_that_of_its_logits():
    net, x, targets = translator(attention=True), numbers(), texts(2, [3, 1, 4, 2])
    net.zero_grad()
    net.loss(x, targets)[1]()
    for name in ("encoder.weight_ih_l0", "decoder.cell.weight_hh", "decoder.attention.query.weight"):
        found = numerical_gradient(lambda: net.loss(x, targets)[0], net.params[name])
        assert relative_error(net.grads[name], found) < RIGHT


def test_a_scan_from_zero_is_a_scan_and_another_start_has_a_gradient():
    cell = encoder("lstm").recurrent.levels[0][0][0]
    x = numbers()
    a, _ = cell.project(x.data)
    state = np.random.default_rng(1).standard_normal(cell.initial_state(len(LENGTHS)).shape)
    zero = np.zeros_like(state)
    assert np.array_equal(scan(cell, a, x)[0], scan_from(cell, a, x, zero)[0])
    weights = np.random.default_rng(2).standard_normal(scan(cell, a, x)[0].shape)
    _, dstate = scan_from(cell, a, x, state)[2](weights)
    found = numerical_gradient(lambda: float((scan_from(cell, a, x, state)[0] * weights).sum()), state)
    assert relative_error(dstate, found) < RIGHT


@pytest.mark.parametrize(("attention", "given"), [(False, True), (True, False), (False, False)])
def test_without_attention_or_without_a_memory_nothing_is_looked_up(attention: bool, given: bool) -> None:
    made = decoder("gru", 3, attention=attention)
    summary = np.ones((2, 3))
    memory = pack([np.ones((4, 3)), np.ones((1, 3))]) if given else None
    start = made.begin(summary, memory)
    assert start.memory is None
    written, _, weights = made.step(np.zeros(2, int), start)
    assert weights is None
    told, _ = made.shifted(texts(0, [2, 1]))
    logits, backward = made.forward(told, summary, memory)
    np.testing.assert_allclose(log_softmax(logits[:2]), written[told.sorted_indices])
    assert backward(np.ones_like(logits))[1] is None
    assert made.dropout.rate == 0.0


def test_the_order_of_a_batch_does_not_matter():
    net = translator(attention=True, reminded=True)
    xs, ts = sequences(1, LENGTHS), texts(2, [3, 1, 4, 2]).unpack()
    loss, _ = net.loss(pack(xs), pack(ts))
    turned, _ = net.loss(pack(xs[::-1]), pack(ts[::-1]))
    assert loss == pytest.approx(turned, rel=1e-12)
    sizes = [len(t) + 1 for t in ts]
    alone = [net.loss(pack([x]), pack([t]))[0] * n for x, t, n in zip(xs, ts, sizes, strict=True)]
    assert loss == pytest.approx(sum(alone) / sum(sizes), rel=1e-12)


# --- PyTorch ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_encoder_decoder_and_attention_against_torch(cell):
    torch = pytest.importorskip("torch")
    net = translator(cell, tokens=True, attention=True)
    x, targets = ids(), texts(2, [3, 1, 4, 2])
    p = {name: torch.tensor(value, requires_grad=True) for name, value in net.params.items()}
    losses = [_torch_losses(torch, cell, p, a, b) for a, b in zip(x.unpack(), targets.unpack(), strict=True)]
    expected = torch.cat(losses).mean()
    expected.backward()
    net.zero_grad()
    loss, backward = net.loss(x, targets)
    backward()
    assert loss == pytest.approx(expected.item(), rel=1e-10)
    for name, grad in net.grads.items():
        assert np.abs(grad).max() > 1e-5
        assert_within(grad, p[name].grad.numpy(), 1e-8)


def _torch_losses(torch: Any, cell: str, p: dict[str, Any], read: Array, write: Array) -> Any:
    """-log p of each token of one text, as a reader of the papers would write it."""
    f = torch.nn.functional
    make = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    both = make(3, 2, bidirectional=True).double()
    own = {k.removeprefix("encoder."): v for k, v in p.items() if "_l0" in k}
    e = p["encoder.embedding.weight"][torch.tensor(read)]
    memory, last = torch.func.functional_call(both, own, (e,))  # (L, 4)
    last = last[0] if cell == "lstm" else last
    summary = last.reshape(-1)
    start = torch.tanh(p["decoder.start.weight"] @ summary + p["decoder.start.bias"]).reshape(-1, 1, 2)
    told = torch.tensor([BOUNDARY, *write])
    said = torch.tensor([*write, BOUNDARY])
    one = make(2, 2).double()
    own = {f"{k.removeprefix('decoder.cell.')}_l0": v for k, v in p.items() if "decoder.cell" in k}
    begin = tuple(start) if cell == "lstm" else start[0]
    h, _ = torch.func.functional_call(one, own, (p["decoder.embedding.weight"][told], begin))  # (T, 2)
    weights = f.softmax(h @ p["decoder.attention.query.weight"].T @ memory.T, dim=1)
    joined = torch.cat([weights @ memory, h], dim=1)
    h = torch.tanh(joined @ p["decoder.attention.join.weight"].T + p["decoder.attention.join.bias"])
    logits = h @ p["decoder.output.weight"].T + p["decoder.output.bias"]
    return f.cross_entropy(logits, said, reduction="none")


# --- writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("attention", "reminded"), [(False, False), (True, True)])
def test_step_by_step_says_what_teacher_forcing_says(cell, attention, reminded):
    net = translator(cell, attention=attention, reminded=reminded)
    x, targets = numbers(), texts(2, [3, 3, 3, 3])
    logits, _ = net.forward(x, targets)
    told, _ = net.decoder.shifted(targets)
    expected = np.stack(told.with_data(log_softmax(logits)).unpack())  # (N, T, V)
    y, summary, _ = net._read(x)
    state = net.decoder.begin(summary, y)
    for t in range(4):
        log_p, state, weights = net.decoder.step(np.stack(told.unpack())[:, t], state)
        assert_within(log_p, expected[:, t], 1e-12)
        assert (weights is None) == (not attention)


def lively(seed: int, **more: Any) -> ManyToMany:
    """A translator of large random weights, which writes different texts of different lengths."""
    net, rng = translator(**more), np.random.default_rng(seed)
    for param in net.params.values():
        param[...] = rng.normal(0, 1.5, param.shape)
    return net


def likeliest(net: ManyToMany, x: Packed, limit: int) -> tuple[float, list[int], bool]:
    """Of all texts that end within `limit` tokens or go on after them: log-probability, tokens, ended."""
    texts = np.array(list(product(range(1, TOKENS), repeat=limit + 1)))  # (N, T)
    targets = pack(list(texts))
    logits, _ = net.forward(pack(x.unpack() * len(texts)), targets)
    told, _ = net.decoder.shifted(targets)
    log_p = np.stack(told.with_data(log_softmax(logits)).unpack())  # (N, T + 1, V)
    found = []
    for text, steps in zip(texts, log_p, strict=True):
        before = np.concatenate([[0], np.cumsum(steps[np.arange(limit + 1), text])])
        found += [(before[k] + steps[k, BOUNDARY], list(text[:k]), True) for k in range(limit + 1)]
        found.append((before[limit + 1], list(text[:limit]), False))
    return max(found)


@pytest.mark.parametrize("attention", [False, True])
def test_a_wide_beam_finds_the_likeliest_text_of_all(attention):
    kinds = set()
    for seed in range(12):
        net, x = lively(seed, attention=attention), pack(sequences(seed, [3]))
        (written,) = net.write(x, beam=TOKENS**3, limit=3)
        log_p, tokens, ended = likeliest(net, x, 3)
        assert (written.ids.tolist(), written.ended) == (tokens, ended)
        assert written.log_p == pytest.approx(log_p, rel=1e-10)
        kinds.add(ended)
    assert kinds == {True, False}


def test_what_a_beam_writes_is_as_likely_as_it_says_and_never_less_than_greedy():
    net = lively(1, attention=True)
    x = pack(sequences(7, [3, 1, 4, 2, 5, 5] * 5))
    greedy_texts, beam_texts = net.write(x, limit=6), net.write(x, beam=8, limit=6)
    better = 0
    for i, (one, other) in enumerate(zip(greedy_texts, beam_texts, strict=True)):
        for text in (one, other):
            if text.ended and len(text.ids):
                loss, _ = net.loss(pack([x.unpack()[i]]), pack([text.ids]))
                assert text.log_p == pytest.approx(-loss * (len(text.ids) + 1), rel=1e-10)
                assert text.attention is not None
                assert text.attention.shape == (len(text.ids) + 1, 5)
                assert_within(text.attention.sum(axis=1), np.ones(len(text.ids) + 1), 1e-12)
                assert text.attention[:, len(x.unpack()[i]) :].max(initial=0) == 0
        if one.ended and other.ended:
            assert other.log_p >= one.log_p - 1e-12
            better += other.log_p > one.log_p + 1e-9
    assert better >= 2, "no beam found anything better: nothing was compared"


@pytest.mark.parametrize("attention", [False, True])
def test_a_beam_of_one_is_greedy(attention):
    net = translator(attention=attention)
    x = pack(sequences(3, [3, 1, 4, 2]))
    y, summary, _ = net._read(x)
    state = net.decoder.begin(summary, y)
    one, other = (
        beam_search(net.decoder, state, 1, 6),
        generate(net.decoder, state, greedy, 6),
    )
    for a, b in zip(one, other, strict=True):
        assert a.ids.tolist() == b.ids.tolist()
        assert (a.log_p, a.ended) == (pytest.approx(b.log_p, rel=1e-12), b.ended)


def test_a_text_that_does_not_end_is_cut_at_the_limit():
    net = translator()
    net.decoder.params["output.bias"][BOUNDARY] = -50
    for beam in (1, 3):
        for text in net.write(numbers(), beam=beam, limit=5):
            assert (len(text.ids), text.ended) == (5, False)
    with pytest.raises(InputError, match="width: expected a whole number, 1 or more, got 0"):
        net.write(numbers(), beam=0)


def sample(count: int, temperature: float, **more: Any) -> list[Hypothesis]:
    net = translator()
    x = pack(sequences(3, [3]) * count)
    y, summary, _ = net._read(x)
    draws = np.random.default_rng(1).random((count, 8))
    return generate(net.decoder, net.decoder.begin(summary, y), sampler(draws, temperature), 7, **more)


def test_sampled_first_tokens_come_as_often_as_they_are_likely():
    net = translator()
    y, summary, _ = net._read(pack(sequences(3, [3])))
    log_p, _, _ = net.decoder.step(np.array([BOUNDARY]), net.decoder.begin(summary, y))
    for temperature in (1.0, 0.5):
        p = np.exp(log_p[0] / temperature)
        p /= p.sum()
        first = [int(text.ids[0]) if len(text.ids) else 0 for text in sample(4000, temperature)]
        assert_within(np.bincount(first, minlength=TOKENS) / 4000, p, 0.03)


def test_at_next_to_no_temperature_the_likeliest_is_chosen():
    log_p = np.array([[-1.6, -0.7, -1.2], [-0.5, -np.inf, -0.9]])
    for temperature in (1e-5, 1e-320):
        assert sampler(np.full((2, 1), 0.999), temperature)(log_p, 0).tolist() == [1, 0]


def test_a_sample_does_not_change_with_the_number_of_samples():
    few, many = sample(3, 1.0), sample(50, 1.0)
    assert [text.ids.tolist() for text in few] == [text.ids.tolist() for text in many[:3]]


def test_a_text_begins_with_its_prefix():
    for text in sample(200, 3.0, prefix=[2, 4]):
        assert text.ids[:2].tolist() == [2, 4]


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan, np.inf])
def test_a_temperature_is_a_positive_number(temperature):
    with pytest.raises(InputError, match="temperature: expected a positive number"):
        sampler(np.zeros((1, 1)), temperature)


# --- attention and padding --------------------------------------------------------------------------------


@stable
@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_padding_keeps_every_step_at_its_place(lengths):
    x = pack(sequences(0, lengths))
    padded, unpad = Padded.of(x)
    assert np.array_equal(unpad(padded.values), x.data)
    for row, exists, one in zip(padded.values, padded.exists, sequences(0, lengths), strict=True):
        assert np.array_equal(row[: len(one)], one)
        assert exists.tolist() == [i < len(one) for i in range(len(exists))]
        assert not row[len(one) :].any()


def test_attention_is_the_formula():
    attention = Attention(2, 3, rng=np.random.default_rng(0), dtype=np.float64)
    rng = np.random.default_rng(1)
    h, memory = rng.standard_normal((2, 4, 2)), rng.standard_normal((2, 5, 3))
    exists = np.arange(5) < np.array([[5], [2]])
    out, weights, _ = attention.forward(h, Padded(memory, exists))
    q, join, bias = (attention.params[k] for k in ("query.weight", "join.weight", "join.bias"))
    for n, t in np.ndindex(2, 4):
        length = exists[n].sum()
        scores = np.array([h[n, t] @ q.T @ m for m in memory[n, :length]])
        w = np.exp(scores) / np.exp(scores).sum()
        assert_within(weights[n, t, :length], w, 1e-12)
        assert not weights[n, t, length:].any()
        joined = np.concatenate([w @ memory[n, :length], h[n, t]])
        assert_within(out[n, t], np.tanh(join @ joined + bias), 1e-12)


# --- answers and mistakes ---------------------------------------------------------------------------------


def test_what_each_shape_predicts():
    one = np.random.default_rng(1).standard_normal((4, 3))
    rng = np.random.default_rng(0)
    assert OneToOne(encoder(), CLASSES, rng=rng).predict(one).shape == (4,)
    assert ManyToOne(encoder(), CLASSES, rng=rng).predict(numbers()).shape == (4,)
    each = SyncedManyToMany(encoder(), CLASSES, rng=rng).predict(numbers())
    assert [len(answers) for answers in each.unpack()] == LENGTHS
    assert len(translator().predict(numbers())) == 4
    assert len(OneToMany(encoder(), decoder("gru", 2)).predict(one)) == 4


def test_one_to_one_is_many_to_one_of_a_single_step():
    one = np.random.default_rng(1).standard_normal((4, 3))
    first = OneToOne(encoder(), CLASSES, rng=np.random.default_rng(0)).forward(one)[0]
    many = ManyToOne(encoder(), CLASSES, rng=np.random.default_rng(0)).forward(pack(list(one[:, None])))[0]
    assert np.array_equal(first, many)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: OneToOne(encoder(), 2).forward(numbers()), "OneToOne reads an array"),
        (lambda: ManyToOne(encoder(), 2).forward(np.zeros(2)), "ManyToOne reads a packed batch"),
        (lambda: ManyToOne(encoder(), 2).forward(ids()), r"inputs of the shape \('M', 3\)"),
        (lambda: ManyToOne(encoder(), 2).loss(numbers(), texts(1, LENGTHS)), "got packed targets"),
        (lambda: SyncedManyToMany(encoder(), 2).loss(numbers(), texts(1, [4, 2, 1, 3])), "as many steps"),
        (lambda: SyncedManyToMany(encoder(), 2).loss(numbers(), np.zeros(4, int)), "as many steps"),
        (lambda: translator().loss(numbers(), np.zeros(4, int)), "a packed batch of texts"),
        (lambda: translator().forward(numbers()), "a packed batch of texts"),
        (lambda: translator().loss(numbers(), pack([np.array([0])] * 4)), "tokens from 1 to 4, got 0 to 0"),
        (lambda: translator().loss(numbers(), pack([np.array([5])] * 4)), "tokens from 1 to 4, got 5 to 5"),
        (
            lambda: translator().loss(numbers(), texts(1, [2])),
            "a text to write for each of the 4 inputs, got 1",
        ),
        (lambda: one_to_many().loss(np.zeros((2, 3)), texts(1, [2])), "for each of the 2 inputs, got 1"),
        (lambda: one_to_many().forward(np.zeros((1, 3)), texts(1, [2, 1])), "of the 1 inputs, got 2"),
        (
            lambda: ManyToOne(encoder(), 2).loss(numbers(), np.zeros(3, int)),
            r"integers from 0 to 1 of the shape \(4,\)",
        ),
        (lambda: ManyToMany(encoder(), decoder("gru", 5)), "expected context_size 2"),
        (
            lambda: decoder("gur", 2),
            "expected one of rnn, combined, gru, lstm, or a Cell of your own .*, got 'gur'",
        ),
    ],
)
def test_mistakes_are_named(ask, said):
    with pytest.raises(InputError, match=said):
        ask()
