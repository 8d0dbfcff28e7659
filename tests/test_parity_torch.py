"""PyTorch as the referee: same weights, same inputs, same outputs and gradients, in float64."""

from __future__ import annotations

import numpy as np
import pytest
from parity import (
    CLIPS,
    GOLDEN,
    LOSSES,
    OPTIMISERS,
    SCHEDULES,
    check_clip,
    check_loss,
    check_network,
    check_optimiser,
    check_recurrent,
    check_schedule,
)
from rnn_cases import DIRECTIONS, KINDS, NETWORK_KINDS, SHAPES, WAYS, assert_within, sequences
from safetensors.numpy import load_file

from cognomen.network import Architecture, Network
from cognomen.rnn import GRU, Recurrent, cross_entropy, pack

torch = pytest.importorskip("torch", reason="PyTorch is the referee here; the golden files stand in")

import make_golden  # noqa: E402  (it imports torch)

LENGTHS = (3, 5, 1, 5, 2)


@pytest.mark.parametrize(("direction", "layers"), SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_recurrent_layers(kind: str, direction: str, layers: int) -> None:
    case = make_golden.recurrent_case(kind, direction, layers, x=5, h=4, lengths=LENGTHS)
    check_recurrent(kind, direction, layers, case)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("pooling", WAYS)
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_whole_networks(kind: str, pooling: str, direction: str) -> None:
    for layers in (1, 2):
        case = make_golden.network_case(kind, pooling, direction, layers, e=5, h=4)
        check_network(kind, pooling, direction, layers, case)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("biased", [True, False])
def test_default_starting_values_of_torch(cell: str, direction: str, biased: bool) -> None:
    """torch's own sizes and starting values load under its own names, and give its gradients.

    The sum of all outputs as the loss: the trap in which a hand-written GRU came out at .405 instead of .091.
    """
    torch.manual_seed(0)
    make = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    theirs = make(10, 20, 2, bias=biased, bidirectional=direction == "both").double()
    ours = Recurrent(cell, 10, 20, num_layers=2, direction=direction, bias=biased, dtype=np.float64)
    ours.load({name: p.detach().numpy() for name, p in theirs.named_parameters()})
    xs = sequences(1, [7, 4, 7], 10)
    y, _, backward = ours.forward(pack(xs))
    dx = y.with_data(backward(np.ones_like(y.data))[0]).unpack()
    inputs = [torch.from_numpy(x).requires_grad_() for x in xs]
    outputs = theirs(torch.nn.utils.rnn.pack_sequence(inputs, enforce_sorted=False))[0]
    outputs.data.sum().backward()
    for mine, other in zip(y.unpack(), torch.nn.utils.rnn.unpack_sequence(outputs), strict=True):
        assert_within(mine, other.detach().numpy(), 1e-10)
    for mine, x in zip(dx, inputs, strict=True):
        assert_within(mine, x.grad.numpy(), 1e-8)
    for name, p in theirs.named_parameters():
        assert_within(ours.grads[name], p.grad.numpy(), 1e-8)


def test_default_starting_values_of_ours() -> None:
    """A GRU as it is made, one letter read: torch.nn.GRUCell with its values has its gradients."""
    ours = GRU(6, 8, rng=np.random.default_rng(2), dtype=np.float64)
    theirs = torch.nn.GRUCell(6, 8).double()
    theirs.load_state_dict({name: torch.from_numpy(p.copy()) for name, p in ours.params.items()})
    rng = np.random.default_rng(3)
    x, h = rng.standard_normal((4, 6)), rng.standard_normal((4, 8))
    a, back_project = ours.project(x)
    _, state, back = ours.step(a, h[None])
    da, dstate = back(np.zeros((4, 8)), np.ones((1, 4, 8)))
    dx = back_project(da)
    tx, th = torch.from_numpy(x).requires_grad_(), torch.from_numpy(h).requires_grad_()
    out = theirs(tx, th)
    out.sum().backward()
    assert_within(state[0], out.detach().numpy(), 1e-10)
    assert_within(dx, tx.grad.numpy(), 1e-8)
    assert_within(dstate[0], th.grad.numpy(), 1e-8)
    for name, p in theirs.named_parameters():
        assert_within(ours.grads[name], p.grad.numpy(), 1e-8)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_networks_tensors_load_into_torch_as_they_are(cell: str) -> None:
    """Names and shapes fit under `strict`, and the stored precision, float32, gives the same outputs."""
    architecture = Architecture(9, 3, cell=cell, embedding_size=5, hidden_size=7, num_layers=2)
    ours = Network(architecture, rng=np.random.default_rng(0))
    make = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    theirs = make(5, 7, 2, bidirectional=True)
    tensors = {
        name.removeprefix("recurrent."): torch.from_numpy(p.copy())
        for name, p in ours.params.items()
        if name.startswith("recurrent.")
    }
    theirs.load_state_dict(tensors, strict=True)
    (x,) = [x.astype(np.float32) for x in sequences(4, [6], 5)]
    with torch.no_grad():
        expected = theirs(torch.from_numpy(x))[0].numpy()
    assert_within(ours.recurrent.run(x)[0], expected, 1e-6)


def test_packing_is_torchs_layout() -> None:
    xs = sequences(0, [2, 5, 1, 3])
    ours = pack(xs)
    theirs = torch.nn.utils.rnn.pack_sequence([torch.from_numpy(x) for x in xs], enforce_sorted=False)
    assert_within(ours.data, theirs.data.numpy(), 0)
    assert_within(ours.batch_sizes, theirs.batch_sizes.numpy(), 0)
    assert_within(ours.sorted_indices, theirs.sorted_indices.numpy(), 0)


@pytest.mark.parametrize(("smoothing", "weighted"), LOSSES)
def test_cross_entropy(smoothing: float, weighted: bool) -> None:
    check_loss(smoothing, weighted, make_golden.loss_case(smoothing, weighted))


@pytest.mark.parametrize(("smoothing", "weighted"), LOSSES)
def test_cross_entropy_of_distributions(smoothing: float, weighted: bool) -> None:
    """Torch takes the mean over the rows, whatever the weights."""
    rng = np.random.default_rng(8)
    logits, q, weights = (
        rng.normal(0, 3, (5, 4)),
        rng.dirichlet(np.ones(4), 5),
        np.array([0.5, 2.0, 1.0, 1.5]),
    )
    theirs = torch.from_numpy(logits).requires_grad_()
    used = torch.from_numpy(weights) if weighted else None
    expected = torch.nn.functional.cross_entropy(theirs, torch.from_numpy(q), used, label_smoothing=smoothing)
    expected.backward()
    loss, dlogits = cross_entropy(
        logits, q, class_weights=weights if weighted else None, label_smoothing=smoothing
    )
    scale = (q @ weights).mean() if weighted else 1.0
    assert_within(np.array(loss * scale), expected.detach().numpy(), 1e-12)
    assert theirs.grad is not None
    assert_within(dlogits * scale, theirs.grad.numpy(), 1e-12)


@pytest.mark.parametrize("which", OPTIMISERS)
def test_optimisers(which: str) -> None:
    check_optimiser(*OPTIMISERS[which], make_golden.optimiser_case(which))


@pytest.mark.parametrize("max_norm", CLIPS)
def test_clipping(max_norm: float) -> None:
    check_clip(max_norm, make_golden.clip_case(max_norm))


@pytest.mark.parametrize("which", SCHEDULES)
def test_schedules(which: str) -> None:
    check_schedule(which, *SCHEDULES[which], make_golden.schedule_case(which))


def test_golden_files_are_what_torch_says_today() -> None:
    """Else `python tests/make_golden.py` is due, or torch has changed its mind."""
    fresh = make_golden.golden_files()
    assert {path.stem for path in GOLDEN.glob("*.safetensors")} == fresh.keys()
    for name, tensors in fresh.items():
        stored = load_file(GOLDEN / f"{name}.safetensors")
        assert stored.keys() == tensors.keys()
        for key, value in tensors.items():
            assert_within(stored[key], value, 1e-12)
