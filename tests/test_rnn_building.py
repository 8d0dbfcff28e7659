"""Building a network of one's own: parameters, containers, states that are kept, training, files."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rnn_cases import assert_within

from cognomen.errors import InputError, TrainingError
from cognomen.io.tensors import load_tensors, save_tensors
from cognomen.rnn import (
    GRU,
    RNN,
    SGD,
    Activation,
    Adam,
    Dropout,
    Embedding,
    Epoch,
    Layer,
    Linear,
    Plateau,
    Pool,
    Recurrent,
    Sequential,
    clip_grad_norm,
    cross_entropy,
    fit,
    gradcheck,
    mean_squared_error,
    pack,
    step_decay,
)
from cognomen.rnn.cell import GatedCell

DOUBLE: Any = np.float64


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def tagger(**options: Any) -> Sequential:
    """Five letters in, five logits out, at each step."""
    made = {"rng": rng(), "dtype": DOUBLE}
    return Sequential(
        embedding=Embedding(5, 3, **made),
        lstm=Recurrent("lstm", 3, 4, **made, **options),
        output=Linear(4, 5, **made),
    )


# --- parameters


def test_an_assignment_reaches_the_layer_its_container_and_its_optimiser() -> None:
    net = tagger()
    optimiser = SGD(net.params, 1.0)
    net.params["output.bias"] = np.arange(5)
    assert (net.parts["output"].params["bias"] == np.arange(5)).all()
    net.parts["output"].params["bias"] = [1, 1, 1, 1, 1]
    optimiser.step({name: np.ones_like(p) for name, p in net.params.items()})
    assert not net.params["output.bias"].any()
    net.params |= {"output.bias": np.full(5, 3.0)}
    net.params.update({"output.bias": net.params["output.bias"] + 1})
    net.params["output.bias"] += 1
    assert (net.parts["output"].params["bias"] == 5).all()


def test_what_cannot_reach_it_is_refused() -> None:
    net = tagger()
    for change in (
        lambda: net.params.pop("output.bias"),
        lambda: net.params.setdefault("other", np.ones(1)),
        lambda: net.params.clear(),
        lambda: setattr(net, "params", {}),
        lambda: setattr(net.parts["output"], "params", dict(net.params)),
        lambda: net.params.__setitem__("output.bias", np.ones(4)),
    ):
        with pytest.raises(InputError):
            change()


def test_the_matrices_of_the_textbook_may_be_set() -> None:
    rnn = RNN(3, 4, 2, seed=0)
    rnn.V = np.eye(4)
    rnn.W, rnn.U = np.ones((2, 4)), np.zeros((4, 3))
    rnn.h = np.array([0.1, 0.2, 0.3, 0.4])
    y = rnn.step(np.ones(3))
    assert_within(y, np.full(2, np.tanh([0.1, 0.2, 0.3, 0.4]).sum()).astype(np.float32), 1e-6)


class Residual(Layer):
    """A net of one's own: its parts are collected from its attributes."""

    def __init__(self) -> None:
        self.inner = Linear(3, 3, rng=rng(1), dtype=DOUBLE)
        self.phi = Activation("tanh")
        self.outer = Linear(3, 3, rng=rng(2), dtype=DOUBLE)
        super().__init__()

    def forward(self, x: Any) -> Any:
        z, back_inner = self.inner.forward(x)
        h, back_phi = self.phi.forward(z)
        y, back_outer = self.outer.forward(h)
        return x + y, lambda dy: dy + back_inner(back_phi(back_outer(dy)))


def test_a_net_of_ones_own_collects_its_parts() -> None:
    net = Residual()
    assert list(net.params) == ["inner.weight", "inner.bias", "outer.weight", "outer.bias"]
    assert max(gradcheck(net, net.forward, rng().standard_normal((4, 3))).values()) < 1e-6
    with pytest.raises(InputError, match="inner: expected to stay"):
        net.inner = Linear(3, 3)
    assert "Residual: float64, 24 weights" in repr(net)


class Ensemble(Layer):
    """Parts in a list and in a dictionary."""

    def __init__(self) -> None:
        self.members = [Linear(2, 2), Residual()]
        self.heads = {"one": Linear(2, 1), "other": Linear(2, 1)}
        super().__init__()


def test_parts_in_lists_and_dictionaries_are_collected() -> None:
    net = Ensemble()
    assert list(net.params)[:3] == ["members.0.weight", "members.0.bias", "members.1.inner.weight"]
    assert list(net.params)[-2:] == ["heads.other.weight", "heads.other.bias"]
    assert "  members.1: <Residual: float64, 24 weights\n    inner: <Linear: 3 -> 3" in repr(net)


def test_names_are_unique_and_a_shared_layer_counts_once() -> None:
    one, other = Linear(2, 2), Linear(2, 2)
    with pytest.raises(InputError, match="two parameters have the name 'weight'"):
        Layer.collect({"{}": one, "{0}": other})
    twice = Sequential(one, Activation("relu"), one)
    assert list(twice.params) == ["0.weight", "0.bias"]
    assert twice.size == 6


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])  # noqa: S301
def test_copies_have_weights_of_their_own(copied: Any) -> None:
    net = tagger()
    twin = copied(net)
    twin.params["output.bias"] = np.full(5, 7.0)
    assert (twin.parts["output"].params["bias"] == 7).all()
    assert not (net.params["output.bias"] == 7).any()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Linear(3, 4), "<Linear: 3 -> 4, float32, 16 weights>"),
        (Embedding(5, 2), "<Embedding: 5 x 2, float32, 10 weights>"),
        (Dropout(0.5), "<Dropout: rate 0.5>"),
        (Activation("relu"), "<Activation: relu>"),
        (GRU(3, 4), "<GRU: 3 -> 4, float32, 108 weights>"),
        (
            Recurrent("lstm", 3, 4, num_layers=2, direction="both", dtype=DOUBLE),
            "lstm, 3 -> 8, 2 layers, both",
        ),
        (
            Sequential(Linear(2, 2), out=Linear(2, 1)),
            "float32, 9 weights\n  0: <Linear: 2 -> 2, float32, 6 weights>\n  out: <Linear",
        ),
    ],
)
def test_layers_say_what_they_are(layer: Layer, said: str) -> None:
    assert said in repr(layer)


# --- files


def test_any_net_is_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    net, other = tagger(), tagger()
    net.params["output.bias"] = np.arange(5)
    save_tensors(path, net.params, facts={"letters": "abcde"})
    other.load(load_tensors(path))
    for name, param in net.params.items():
        assert_within(other.params[name], param, 0)
    with pytest.raises(InputError, match=r"these differ: .*l1"):
        tagger(num_layers=2).load(load_tensors(path))
    with pytest.raises(InputError, match=r"weight: expected the shape \(5, 3\), got \(5, 4\)"):
        Sequential(Embedding(5, 3)).load({"0.weight": np.ones((5, 4))})


def test_files_that_hold_no_tensors(tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    with pytest.raises(InputError, match="No such file"):
        load_tensors(path)
    path.write_bytes(b"not at all")
    with pytest.raises(InputError, match="safetensors format"):
        load_tensors(path)
    with pytest.raises(InputError, match="bias: expected an array"):
        save_tensors(path, {"bias": [1, 2]})  # type: ignore[dict-item]
    assert path.read_bytes() == b"not at all"


# --- cells of one's own


class Leaky(GatedCell):
    """h <- (h + tanh(V h + U x)) / 2"""

    def step(self, a: Any, state: Any) -> Any:
        h = state[0]
        new = np.tanh(self.recurrent.apply(h) + a)
        after = (h + new) / 2

        def backward(dy: Any, dstate: Any) -> Any:
            dh = dy + dstate[0]
            dz = dh / 2 * (1 - new * new)
            return dz, (dh / 2 + self.recurrent.back(dz, h))[None]

        return after, after[None], backward


def test_a_cell_of_ones_own_is_an_argument() -> None:
    layer = Recurrent(Leaky, 3, 4, num_layers=2, direction="both", rng=rng(), dtype=DOUBLE)
    assert "Leaky, 3 -> 8" in repr(layer)
    errors = gradcheck(layer, layer.forward, rng().standard_normal((2, 4, 3)))
    assert max(errors.values()) < 1e-6


# --- states that are kept


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", Leaky])
@pytest.mark.parametrize("count", [None, 3])
def test_step_by_step_is_the_whole(cell: Any, count: int | None) -> None:
    layer = Recurrent(cell, 3, 4, num_layers=2, rng=rng(), dtype=DOUBLE)
    xs = rng(1).standard_normal((5, 3) if count is None else (count, 5, 3))
    whole, last = layer.run(xs)
    steps = [layer.step(x) for x in (xs if count is None else xs.swapaxes(0, 1))]
    assert_within(np.stack(steps, axis=-2), whole, 1e-12)
    assert_within(layer.state, last, 1e-12)
    layer.reset()
    assert_within(layer.step(xs[0] if count is None else xs[:, 0]), steps[0], 0)


def test_a_whole_net_goes_step_by_step() -> None:
    net = tagger()
    ids = rng().integers(0, 5, (2, 6))
    whole, last = net.run(ids)
    assert_within(np.stack([net.step(letters) for letters in ids.T], axis=1), whole, 1e-12)
    assert_within(net.state["lstm"], last["lstm"], 1e-12)
    alone = net.reset().step(ids[0, 0])
    assert_within(alone, whole[0, 0], 1e-12)
    with pytest.raises(InputError, match="state: expected the shape"):
        net.step(ids[:, 0])
    with pytest.raises(InputError, match="later input"):
        Recurrent("gru", 3, 4, direction="both").step(np.ones(3))


def test_truncated_backpropagation_is_that_of_the_chunk_alone() -> None:
    """The state that is carried over is a constant: gradients do not flow into the chunk before."""
    net = tagger()
    ids = rng().integers(0, 5, (2, 7))
    _, state, _ = net.forward(ids[:, :3])
    logits, _, backward = net.forward(ids[:, 3:6], state)
    _, dlogits = cross_entropy(logits, ids[:, 4:])
    net.zero_grad()
    _, dstate = backward(dlogits)
    again = copy.deepcopy(net)
    again.zero_grad()
    logits, _, backward = again.forward(ids[:, 3:6], {"lstm": state["lstm"].copy()})
    backward(cross_entropy(logits, ids[:, 4:])[1])
    for name, grad in net.grads.items():
        assert_within(grad, again.grads[name], 0)
    assert np.abs(dstate["lstm"]).max() > 0


# --- sequential


@pytest.mark.parametrize("lengths", [None, [4, 1, 3]])
def test_gradients_of_a_net_with_pooling(lengths: Any) -> None:
    made = {"rng": rng(), "dtype": DOUBLE}
    net = Sequential(
        Linear(2, 3, **made),
        Activation("tanh"),
        Recurrent("gru", 3, 2, direction="both", **made),
        Pool("last+mean", "both"),
        Linear(8, 2, **made),
    )
    x = rng(1).standard_normal((3, 4, 2))

    def forward(x: Any) -> Any:
        y, _, backward = net.forward(x, lengths=lengths)
        return y, lambda dy: backward(dy)[0]

    assert max(gradcheck(net, forward, x).values()) < 1e-6
    alone, _ = net.run(x[1][: 1 if lengths else 4])
    assert_within(alone, net.run(x, lengths=lengths)[0][1], 1e-12)


def test_dropout_in_training_only() -> None:
    net = Sequential(Linear(3, 50), Dropout(0.5))
    x = np.ones((4, 3), np.float32)
    assert (net.forward(x, rng=rng())[0] == 0).any()
    assert not (net.run(x)[0] == 0).any()


# --- losses


def test_an_impossible_class_costs_nothing_unless_it_is_the_target() -> None:
    loss, d = cross_entropy([[0, 0, -np.inf]], [0])
    assert loss == pytest.approx(np.log(2))
    assert_within(d, np.array([[-0.5, 0.5, 0]]), 1e-12)
    assert cross_entropy([[0, 0, -np.inf]], [2])[0] == np.inf
    assert cross_entropy([[0, 0, np.inf]], [0])[0] == np.inf
    assert cross_entropy([[0, 0, np.inf]], [2])[0] == 0
    assert cross_entropy([[0, -np.inf]], [[1.0, 0.0]])[0] == 0


def test_padding_is_ignored_in_either_way() -> None:
    logits, labels = rng().standard_normal((2, 3, 4)), rng().integers(0, 4, (2, 3))
    labels[0, 2] = -1
    loss, d = cross_entropy(logits, labels, ignore_index=-1)
    assert not d[0, 2].any()
    kept = labels != -1
    assert loss == pytest.approx(cross_entropy(logits[kept], labels[kept])[0])
    y, targets = rng().standard_normal((2, 3, 4)), rng(1).standard_normal((2, 3, 4))
    targets[0, 2] = np.nan
    loss, d = mean_squared_error(y, targets, mask=kept)
    assert loss == pytest.approx(((y - targets)[kept] ** 2).mean())
    assert not d[0, 2].any()


def test_labels_of_padding_without_ignore_index_are_told_how_to_leave_out() -> None:
    with pytest.raises(InputError, match=r"from -100 to 1; to leave .* is -100, pass ignore_index=-100$"):
        cross_entropy(np.zeros((3, 2)), [0, -100, 1])
    with pytest.raises(InputError, match=r"from 0 to 2$"):
        cross_entropy(np.zeros((2, 2)), [0, 2])
    with pytest.raises(InputError, match=r"from -100 to 0$"):
        cross_entropy(np.zeros((2, 2)), [0, -100], ignore_index=-1)


# --- optimisers


def test_a_step_that_raises_does_not_count() -> None:
    layer = Linear(3, 2, rng=rng())
    optimiser = Adam(layer.params, 0.1)
    before = layer.params["weight"].copy()
    bad = {"weight": np.ones((2, 3)), "bias": np.array([1, np.inf])}
    with pytest.raises(TrainingError, match="gradient of bias is not finite"):
        optimiser.step(bad)
    assert optimiser.steps == 0
    assert_within(layer.params["weight"], before, 0)
    assert not any(state.any() for state in optimiser.state.values())


def test_large_gradients_that_are_finite_may_be_used() -> None:
    params = {"w": np.zeros(4, np.float32)}
    SGD(params, 0.0).step({"w": np.full(4, 3e38, np.float32)})


def test_infinite_gradients_are_not_turned_into_nan() -> None:
    grads = {"w": np.array([1.0, np.inf])}
    assert clip_grad_norm(grads, 1.0) == np.inf
    assert_within(grads["w"], np.array([1.0, np.inf]), 0)


# --- fit


def sums(count: int, steps: int = 6) -> tuple[Any, Any]:
    """Sequences of numbers, and the sum up to each step."""
    x = rng(3).uniform(-1, 1, (count, steps, 1)).astype(np.float32)
    return x, x.cumsum(axis=1)


def adder() -> Sequential:
    return Sequential(
        Recurrent("rnn", 1, 8, rng=rng(), cell_options={"nonlinearity": "identity"}), Linear(8, 1, rng=rng())
    )


def test_fit_learns_with_all_its_options() -> None:
    net = adder()
    optimiser = Adam(net.params, 0.01)
    plateau = Plateau(optimiser, patience=3)
    seen: list[Epoch] = []

    def noted(epoch: Epoch) -> bool:
        seen.append(epoch)
        assert epoch.validation_loss is not None
        plateau(epoch.validation_loss)
        return epoch.validation_loss < 1e-3

    history = fit(
        net,
        *sums(200),
        epochs=100,
        batch_size=20,
        optimiser=optimiser,
        validation=sums(30),
        callbacks=[noted],
    )
    assert history.epochs == seen
    assert len(seen) < 100, "the callback ended it"
    assert history.validation_losses[-1] < 1e-3 < history.validation_losses[0]
    net.reset()
    assert_within(np.array([net.step([1.0]), net.step([1.0])]), np.array([[1.0], [2.0]]), 0.2)


def test_a_net_of_ones_own_is_fitted() -> None:
    x = rng().standard_normal((60, 3))
    history = fit(Residual(), x, np.tanh(x) + x, epochs=40, learning_rate=0.05, batch_size=10)
    assert history.losses[-1] < history.losses[0] / 5


def test_what_keeps_its_state_is_not_fitted() -> None:
    with pytest.raises(InputError, match="one chunk after another"):
        fit(RNN(1, 8, 1), *sums(20), epochs=1)


def test_fit_follows_a_schedule() -> None:
    net, rates = adder(), []
    optimiser = SGD(net.params, 0.1)

    def schedule(step: int, steps: int) -> float:
        assert steps == 6
        rates.append(partial(step_decay, every=2, start=0.1, factor=0.5)(step, steps))
        return rates[-1]

    fit(net, *sums(20), epochs=3, batch_size=10, optimiser=optimiser, schedule=schedule)
    assert rates == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    assert optimiser.learning_rate == pytest.approx(0.025)


def test_fit_reads_padded_batches_lists_and_packed_ones_alike() -> None:
    """The same examples of unequal length, given in three ways, give the same weights."""
    lengths = rng().integers(1, 7, 30)
    x, y = sums(30)
    ragged = (
        [each[:n] for each, n in zip(x, lengths, strict=True)],
        [e[:n] for e, n in zip(y, lengths, strict=True)],
    )
    mask = np.arange(6) < lengths[:, None]
    found = []
    for given, options in [(ragged, {}), ((x, y), {"lengths": lengths}), ((x, y), {"lengths": mask})]:
        net = adder()
        fit(net, *given, epochs=3, batch_size=8, **options)
        found.append(net.params["1.weight"].copy())
    assert_within(found[1], found[0], 0)
    assert_within(found[2], found[0], 0)


def test_fit_on_one_label_for_each_sequence() -> None:
    x = [rng(seed).standard_normal((3 + seed % 3, 2)).astype(np.float32) for seed in range(60)]
    labels = [int(each[:, 0].sum() > 0) for each in x]
    net = Sequential(Recurrent("gru", 2, 8, rng=rng()), Pool(), Linear(8, 2, rng=rng()))
    loss = partial(cross_entropy, label_smoothing=0.01)
    history = fit(net, x, labels, epochs=60, batch_size=20, optimiser=Adam(net.params, 0.02), loss=loss)
    assert history.losses[-1] < 0.2
    y, _ = net.run(pack(x))
    assert (y.argmax(axis=1) == labels).mean() > 0.9


def test_a_net_that_diverges_says_so() -> None:
    net = adder()
    with pytest.raises(TrainingError, match=r"diverged .* that of 0\.weight"), np.errstate(all="ignore"):
        fit(net, *sums(50, 30), epochs=50, optimiser=SGD(net.params, 1e6), clip=np.inf)
