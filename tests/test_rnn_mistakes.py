"""Mistakes in building and training: each is refused with what was expected, not a NumPy error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cognomen.errors import CognomenError
from cognomen.rnn import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Activation,
    Adam,
    Dropout,
    Embedding,
    Linear,
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

nan = float("nan")
x = np.ones((2, 5, 3), np.float32)
ids, labels, row = np.zeros((2, 2), int), [0, 1], np.ones((2, 3))


def lin() -> Linear:
    return Linear(3, 4)


def params() -> Any:
    return lin().params


def gru() -> Recurrent:
    return Recurrent("gru", 3, 4)


def emb() -> Embedding:
    return Embedding(5, 2)


def net() -> Sequential:
    return Sequential(emb(), Recurrent("lstm", 2, 3), Linear(3, 5))


def changed_batch() -> None:
    layer = gru()
    layer.step(np.ones((2, 3)))
    layer.step(np.ones((3, 3)))


MISTAKES: dict[str, Callable[[], Any]] = {
    "lr neg": lambda: SGD(params(), -0.01),
    "lr nan": lambda: Adam(params(), nan),
    "lr str": lambda: Adam(params(), "0.1"),
    "betas": lambda: Adam(params(), 0.1, betas=(1.0, 0.0)),
    "betas3": lambda: Adam(params(), 0.1, betas=(0.1,)),
    "eps": lambda: Adam(params(), 0.1, eps=-1),
    "mom": lambda: SGD(params(), 0.1, momentum=-0.5),
    "wd": lambda: SGD(params(), 0.1, weight_decay=-1),
    "clip": lambda: clip_grad_norm(lin().grads, -1),
    "clipnan": lambda: clip_grad_norm(lin().grads, nan),
    "clipstr": lambda: clip_grad_norm(lin().grads, "1"),
    "lr none": lambda: Adam(params(), None),
    "lr inf": lambda: Adam(params(), float("inf")),
    "params list": lambda: Adam(list(params().values()), 0.1),
    "params net": lambda: Adam(lin(), 0.1),
    "lr array": lambda: Adam(params(), np.array([0.1])),
    "setlr": lambda: setattr(Adam(params(), 0.1), "learning_rate", -1),
    "assign shape": lambda: params().__setitem__("weight", np.ones(3)),
    "assign name": lambda: params().__setitem__("wieght", 1),
    "assign str": lambda: params().__setitem__("weight", "a"),
    "params =": lambda: setattr(lin(), "params", {}),
    "rnn.W": lambda: setattr(RNN(3, 4, 2), "W", np.ones(3)),
    "rnn.h": lambda: setattr(RNN(3, 4, 2), "h", np.ones(5)),
    "rnn.h0": lambda: setattr(RNN(), "U", np.ones(5)),
    "rnn.h str": lambda: setattr(RNN(3, 4, 2), "h", "a"),
    "rnn back": lambda: RNN(3, 4, 2).forward(np.ones((4, 3)))[1](np.ones((3, 2))),
    "width": lambda: gru().forward(np.ones((2, 5, 4))),
    "width lin": lambda: lin().forward(np.ones((2, 4))),
    "1d": lambda: gru().forward(np.ones(3)),
    "4d": lambda: gru().run(np.ones((1, 1, 1, 3))),
    "list": lambda: gru().forward([x[0], x[1]]),
    "lin list": lambda: lin().forward([[1, 2, 3]]),
    "lin str": lambda: lin().forward("abc"),
    "lin scalar": lambda: lin().forward(np.float64(3)),
    "state shape": lambda: gru().forward(x, np.zeros((1, 1, 1, 4))),
    "state str": lambda: gru().forward(x, "a"),
    "state lstm": lambda: net().forward(np.zeros((2, 3), int), np.zeros((2, 1, 2, 3))),
    "net state name": lambda: net().forward(np.zeros((2, 3), int), {"2": np.zeros(3)}),
    "cell width": lambda: GRU(3, 4).forward(np.ones((2, 5))),
    "cell state": lambda: GRU(3, 4).forward(np.ones((1, 3)), np.ones((1, 2, 4))),
    "read state": lambda: GRU(3, 4).read(np.ones((1, 3)), np.ones((1, 2, 4))),
    "cell read width": lambda: GRU(3, 4).read(np.ones((1, 5)), np.ones((1, 1, 4))),
    "cell 1d": lambda: GRU(3, 4).forward(np.ones(3)),
    "cell sizes": lambda: GRU(0, 4),
    "cell sizes2": lambda: LSTM(3, -1),
    "cell sizes3": lambda: GRU(3, 2.5),
    "lin sizes": lambda: Linear(0, 3),
    "lin sizes2": lambda: Linear(3, "4"),
    "emb sizes": lambda: Embedding(0, 3),
    "rec sizes": lambda: Recurrent("gru", 3, 0),
    "rec layers": lambda: Recurrent("gru", 3, 3, num_layers=0),
    "dropout": lambda: Dropout(1.5),
    "dropout str": lambda: Dropout("a"),
    "dropout nan": lambda: Dropout(nan),
    "cell name": lambda: Recurrent("gruu", 3, 4),
    "cell None": lambda: Recurrent(None, 3, 4),
    "direction": lambda: Recurrent("gru", 3, 4, direction="up"),
    "lengths": lambda: gru().forward(x, lengths=[6, 1]),
    "lengths0": lambda: gru().forward(x, lengths=[0, 1]),
    "lengthsN": lambda: gru().forward(x, lengths=[1]),
    "lengths f": lambda: gru().forward(x, lengths=[1.0, 2.0]),
    "lengths single": lambda: gru().forward(x[0], lengths=[2]),
    "lengths packed": lambda: gru().forward(pack(x), lengths=[2, 2]),
    "emb float": lambda: emb().forward(np.ones(3)),
    "emb range": lambda: emb().forward(np.array([5])),
    "emb neg": lambda: emb().forward(np.array([[-1]])),
    "emb str": lambda: emb().forward("a"),
    "net float": lambda: net().forward(row),
    "ce float": lambda: cross_entropy(row, np.array([0.5, 0.2])),
    "ce shape": lambda: cross_entropy(row, [0]),
    "ce range": lambda: cross_entropy(row, [0, 3]),
    "ce str": lambda: cross_entropy(row, ["a", "b"]),
    "ce red": lambda: cross_entropy(row, [0, 1], reduction="avg"),
    "ce scalar": lambda: cross_entropy(3.0, 0),
    "ce all ign": lambda: cross_entropy(row, [-1, -1], ignore_index=-1),
    "ce w": lambda: cross_entropy(row, [0, 1], class_weights=[1, 2]),
    "ce w neg": lambda: cross_entropy(row, [0, 1], class_weights=[1, 2, -1]),
    "ce ls": lambda: cross_entropy(row, [0, 1], label_smoothing="a"),
    "ce empty": lambda: cross_entropy(np.ones((0, 3)), []),
    "mse": lambda: mean_squared_error(row, np.ones(2)),
    "mse str": lambda: mean_squared_error("a", 1),
    "mse mask": lambda: mean_squared_error(row, row, mask=[1, 0]),
    "step shape": lambda: Adam(params(), 0.1).step({"weight": np.ones(3), "bias": np.ones(4)}),
    "step missing": lambda: Adam(params(), 0.1).step({}),
    "step inf": lambda: Adam(params(), 0.1).step({"weight": np.full((4, 3), np.inf), "bias": np.ones(4)}),
    "step params": lambda: Adam(params(), 0.1).step(lin()),
    "back shape": lambda: gru().forward(x)[2](np.ones((2, 5, 3))),
    "lin back": lambda: lin().forward(row)[1](np.ones((2, 5))),
    "back dlast": lambda: gru().forward(x)[2](np.ones((2, 5, 4)), np.ones(3)),
    "net back": lambda: net().forward(np.zeros((2, 3), int))[2](np.ones((2, 3, 4))),
    "load": lambda: lin().load({}),
    "load shape": lambda: lin().load({"weight": np.ones(3), "bias": np.ones(4)}),
    "load list": lambda: lin().load([1]),
    "seq none": lambda: Sequential(),
    "seq notlayer": lambda: Sequential(np.tanh),
    "seq gap": lambda: Sequential(Linear(3, 4), Linear(5, 2)).forward(row),
    "pool twice": lambda: Sequential(gru(), Pool(), Pool()).forward(x),
    "pool last of both": lambda: Sequential(Recurrent("gru", 3, 4, direction="both"), Pool("last")),
    "seq cell": lambda: Sequential(LSTM(3, 5)),
    "pool kind": lambda: Pool("median"),
    "pool dir": lambda: Pool("last", "up"),
    "step both": lambda: Recurrent("gru", 3, 4, direction="both").step(x[0]),
    "step 3d": lambda: gru().step(x),
    "step batch change": changed_batch,
    "act": lambda: Activation("gelu"),
    "act call": lambda: Activation(np.tanh),
    "pack none": lambda: pack([]),
    "pack mixed": lambda: pack([row, np.ones((2, 4))]),
    "pack 0d": lambda: pack([1, 2]),
    "pack str": lambda: pack("ab"),
    "pack 1d": lambda: pack(np.ones(3)),
    "fit len": lambda: fit(net(), np.zeros((3, 2), int), ids, epochs=1),
    "fit list lengths": lambda: fit(
        net(), [ids[0], ids[1][:1]], [ids[0], ids[1][:1]], epochs=1, lengths=[2, 1]
    ),
    "fit lengths": lambda: fit(net(), ids, ids, epochs=1, lengths=[2, 3]),
    "fit epochs": lambda: fit(net(), ids, ids, epochs=0),
    "fit bs": lambda: fit(net(), ids, ids, epochs=1, batch_size=0),
    "fit none": lambda: fit(net(), np.zeros((0, 2), int), np.zeros((0, 2), int), epochs=1),
    "fit opt": lambda: fit(net(), ids, ids, epochs=1, optimiser="adam"),
    "gradcheck": lambda: gradcheck(lin(), lin().forward, np.ones((2, 3), "f4")),
    "sched": lambda: step_decay(3, 10, 0, 0.1),
    "dtype": lambda: Linear(3, 4, dtype=int),
    "gru dtype": lambda: GRU(3, 4, dtype="int32"),
    "rng": lambda: Linear(3, 4, rng=3),
    "complex": lambda: lin().forward(np.ones((2, 3), complex)),
    "objects": lambda: lin().forward(np.array([[None, 1, 2]])),
    "strings": lambda: gru().forward(np.array([["a", "b", "c"]])),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str) -> None:
    with pytest.raises(CognomenError, match=r"expected|has diverged|do not exist|call reset|has its own"):
        MISTAKES[mistake]()
