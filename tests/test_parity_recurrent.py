"""Recurrent layers as torch's own tests use them: sizes, directions, depth, lengths, states, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rnn_cases import assert_within

from cognomen.rnn import Embedding, Linear, Recurrent, Sequential, pack

torch = pytest.importorskip("torch", reason="PyTorch is the referee here")

CELLS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
DOUBLE = np.float64


def pair(
    cell: str, x: int, h: int, layers: int, both: bool, bias: bool, **options: Any
) -> tuple[Recurrent, Any]:
    """Ours and torch's, with torch's initial values."""
    torch.manual_seed(x + h)
    theirs = CELLS[cell](x, h, layers, bias=bias, bidirectional=both, batch_first=True, **options).double()
    cell_options = {"nonlinearity": options["nonlinearity"]} if options else None
    ours = Recurrent(
        cell,
        x,
        h,
        num_layers=layers,
        direction="both" if both else "forward",
        bias=bias,
        dtype=DOUBLE,
        cell_options=cell_options,
    )
    ours.load(theirs.state_dict())
    return ours, theirs


def given_state(ours: Recurrent, count: int, rng: np.random.Generator) -> Any:
    return rng.standard_normal(ours.initial_state(count).shape)


def torch_state(cell: str, state: Any) -> Any:
    """(S, L, N, H) as torch takes it, and the leaves that get gradients."""
    leaves = [torch.from_numpy(slot.copy()).requires_grad_() for slot in state]
    return (tuple(leaves) if cell == "lstm" else leaves[0]), leaves


def stacked(state: Any) -> Any:
    return torch.stack(list(state)) if isinstance(state, tuple) else state[None]


@pytest.mark.parametrize("lengths", [None, [5, 3, 5, 1]])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("x", "h"), [(1, 1), (4, 3), (3, 7)])
@pytest.mark.parametrize("cell", CELLS)
def test_padded_batches_with_states(
    cell: str, x: int, h: int, layers: int, both: bool, bias: bool, lengths: list[int] | None
) -> None:
    """Outputs, last states, and the gradients of both by inputs, first state and every parameter."""
    ours, theirs = pair(cell, x, h, layers, both, bias)
    rng = np.random.default_rng(1)
    xs = rng.standard_normal((4, 5, x))
    state = given_state(ours, 4, rng)
    y, last, backward = ours.forward(xs, state, lengths=lengths)
    dy, dlast = rng.standard_normal(y.shape), rng.standard_normal(last.shape)
    dx, dstate = backward(dy, dlast)

    inputs = torch.from_numpy(xs).requires_grad_()
    first, leaves = torch_state(cell, state)
    if lengths is None:
        expected, after = theirs(inputs, first)
    else:
        rows = torch.nn.utils.rnn.pack_padded_sequence(
            inputs, lengths, batch_first=True, enforce_sorted=False
        )
        packed, after = theirs(rows, first)
        expected, _ = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    after = stacked(after)
    ((expected * torch.from_numpy(dy)).sum() + (after * torch.from_numpy(dlast)).sum()).backward()
    assert_within(y, expected.detach().numpy(), 1e-10)
    assert_within(last, after.detach().numpy(), 1e-10)
    assert_within(dx, inputs.grad.numpy(), 1e-9)
    assert_within(dstate, np.stack([leaf.grad.numpy() for leaf in leaves]), 1e-9)
    for name, param in theirs.named_parameters():
        assert_within(ours.grads[name], param.grad.numpy(), 1e-8)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_single_sequence(cell: str, both: bool) -> None:
    """Without an axis for the batch, in inputs, outputs and states."""
    ours, theirs = pair(cell, 3, 4, 2, both, True)
    rng = np.random.default_rng(2)
    x, state = rng.standard_normal((6, 3)), given_state(ours, 1, rng)[:, :, 0]
    y, last = ours.run(x, state)
    with torch.no_grad():
        expected, after = theirs(torch.from_numpy(x), torch_state(cell, state)[0])
    assert_within(y, expected.numpy(), 1e-10)
    assert_within(last, stacked(after).numpy(), 1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_relu_and_no_state(cell: str) -> None:
    options = {"nonlinearity": "relu"} if cell == "rnn" else {}
    ours, theirs = pair(cell, 3, 4, 2, True, True, **options)
    x = np.random.default_rng(3).standard_normal((2, 5, 3))
    with torch.no_grad():
        expected, after = theirs(torch.from_numpy(x))
    y, last = ours.run(x)
    assert_within(y, expected.numpy(), 1e-10)
    assert_within(last, stacked(after).numpy(), 1e-10)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_step_of_a_cell(cell: str) -> None:
    """torch's cells: the same names, outputs and gradients, from a given state."""
    from cognomen.rnn import CELLS as OURS

    make = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}[cell]
    theirs = make(3, 4).double()
    ours = OURS[cell](3, 4, dtype=DOUBLE)
    ours.load(theirs.state_dict())
    rng = np.random.default_rng(4)
    x, state = rng.standard_normal((2, 3)), rng.standard_normal((ours.slots, 2, 4))
    y, after, backward = ours.forward(x, state)
    dx, dstate = backward(np.zeros_like(y), np.ones_like(after))
    inputs = torch.from_numpy(x).requires_grad_()
    first, leaves = torch_state(cell, state)
    expected = stacked(theirs(inputs, first))
    expected.sum().backward()
    assert_within(after, expected.detach().numpy(), 1e-10)
    assert_within(dx, inputs.grad.numpy(), 1e-10)
    assert_within(dstate, np.stack([leaf.grad.numpy() for leaf in leaves]), 1e-10)
    for name, param in theirs.named_parameters():
        assert_within(ours.grads[name], param.grad.numpy(), 1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_states_carry_over_as_in_one_piece(cell: str) -> None:
    """Two halves with the state between them are the whole, with gradients through the state as well."""
    ours, _ = pair(cell, 3, 4, 2, False, True)
    x = np.random.default_rng(5).standard_normal((2, 6, 3))
    whole, last, backward = ours.forward(x)
    dy = np.random.default_rng(6).standard_normal(whole.shape)
    dx, _ = backward(dy)
    expected = {name: grad.copy() for name, grad in ours.grads.items()}
    ours.zero_grad()
    first, state, back_first = ours.forward(x[:, :2])
    second, end, back_second = ours.forward(x[:, 2:], state)
    dsecond, dstate = back_second(dy[:, 2:])
    dfirst, _ = back_first(dy[:, :2], dstate)
    assert_within(np.concatenate([first, second], axis=1), whole, 1e-12)
    assert_within(end, last, 1e-12)
    assert_within(np.concatenate([dfirst, dsecond], axis=1), dx, 1e-12)
    for name, grad in ours.grads.items():
        assert_within(grad, expected[name], 1e-12)


class Tagger(torch.nn.Module):  # type: ignore[misc]
    """Embedding, two LSTM layers, output."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(7, 3)
        self.lstm = torch.nn.LSTM(3, 4, 2, batch_first=True)
        self.output = torch.nn.Linear(4, 7)

    def forward(self, ids: Any, state: Any = None) -> tuple[Any, Any]:
        y, state = self.lstm(self.embedding(ids), state)
        return self.output(y), state


def test_a_whole_module_loads_as_it_is_and_back() -> None:
    """Parts under torch's attribute names have torch's parameter names: both directions, no renaming."""
    theirs = Tagger().double()
    ours = Sequential(
        embedding=Embedding(7, 3, dtype=DOUBLE),
        lstm=Recurrent("lstm", 3, 4, num_layers=2, dtype=DOUBLE),
        output=Linear(4, 7, dtype=DOUBLE),
    )
    ours.load(theirs.state_dict())
    ids = np.random.default_rng(0).integers(0, 7, (3, 5))
    logits, state, backward = ours.forward(ids)
    expected, _ = theirs(torch.from_numpy(ids))
    assert_within(logits, expected.detach().numpy(), 1e-10)
    backward(np.ones_like(logits))
    expected.sum().backward()
    for name, param in theirs.named_parameters():
        assert_within(ours.grads[name], param.grad.numpy(), 1e-8)
    ours.params["output.bias"] = np.arange(7.0)
    theirs.load_state_dict({name: torch.from_numpy(p) for name, p in ours.params.items()})
    again, after = theirs(torch.from_numpy(ids))
    logits, state = ours.run(ids)
    assert_within(logits, again.detach().numpy(), 1e-10)
    assert_within(state["lstm"], stacked(after).detach().numpy(), 1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_of_torch_takes_our_tensors_as_they_are(cell: str) -> None:
    ours = Recurrent(cell, 3, 4, num_layers=2, direction="both")
    theirs = CELLS[cell](3, 4, 2, bidirectional=True, batch_first=True)
    theirs.load_state_dict({name: torch.from_numpy(p) for name, p in ours.params.items()}, strict=True)
    x = np.random.default_rng(0).standard_normal((2, 5, 3)).astype(np.float32)
    with torch.no_grad():
        assert_within(ours.run(x)[0], theirs(torch.from_numpy(x))[0].numpy(), 1e-6)


def test_a_padded_batch_is_its_packed_one() -> None:
    ours, _ = pair("gru", 3, 4, 2, True, True)
    rng = np.random.default_rng(7)
    xs = [rng.standard_normal((length, 3)) for length in (2, 5, 3)]
    packed, last, backward = ours.forward(pack(xs))
    padded, lengths = pack(xs).pad(np.nan)
    mask = np.arange(5) < lengths[:, None]
    for given in (lengths, mask):
        y, end, back = ours.forward(padded, lengths=given)
        assert_within(y, packed.pad()[0], 0)
        assert_within(end, last, 0)
        dx, _ = back(np.ones_like(y))
        assert_within(dx, packed.with_data(backward(np.ones_like(packed.data))[0]).pad()[0], 1e-12)
    holes = np.array([[True, False, True, True, False]] * 3)  # Keras skips masked steps wherever they are
    y, _ = ours.run(padded, lengths=np.ones_like(mask) & holes & mask)
    assert_within(y[1, [0, 2, 3]], ours.run(xs[1][[0, 2, 3]])[0], 1e-12)
    assert not y[:, [1, 4]].any()
