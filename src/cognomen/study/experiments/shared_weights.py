"""The weights are shared over time: a recurrent net is a deep one whose layers are all the same.

Unrolled by hand, a net of T steps has T layers. Here these are T separate copies of one cell, each with
weights and gradients of its own. With equal weights the copies compute what the recurrent net computes, and
the sum of their gradients is its gradient: backpropagation through time is backpropagation. Then the copies
are let go, to learn each for itself, and both nets get the same few sums of binary numbers to learn from:
what one step has learned of carrying, the others of the shared net know too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, plain
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.cells import CELLS
from cognomen.rnn.gradcheck import relative_error
from cognomen.rnn.layers import Layer, Linear
from cognomen.study.drawing import MARKERS, percent_axis
from cognomen.study.experiment import Experiment, Numbers, OnProgress, Settings, Table, parts
from cognomen.study.experiments.program import sums
from cognomen.study.learning import Reader, learn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SHARED_WEIGHTS", "Copies", "draw", "measure", "sentence", "table"]

STEPS = 10  # digits of each number
HIDDEN = 16
KINDS = ("rnn", "gru", "lstm")
EXAMPLES = (10, 20, 50, 100, 200, 500, 1000)


class Copies(Layer):
    """T cells one after the other, each with an answer of its own: a recurrent net, unrolled and let go.

    Args:
        net: a net with an answer after every step; each copy starts with its weights.
        steps: T, and no sequence can be longer.
    """

    def __init__(self, cell: str, net: Reader, steps: int) -> None:
        (((made, _),),) = net.recurrent.levels
        dtype, rng = made.dtype, np.random.default_rng(0)
        make = CELLS[cell]
        self.cells = [make(made.input_size, made.hidden_size, rng=rng, dtype=dtype) for _ in range(steps)]
        classes = len(net.output.params["bias"])
        self.outputs = [Linear(made.hidden_size, classes, rng=rng, dtype=dtype) for _ in range(steps)]
        for copy, output in zip(self.cells, self.outputs, strict=True):
            copy.load(made.params)
            output.load(net.output.params)
        named: dict[str, Layer] = {f"{t}.{{}}_l0": copy for t, copy in enumerate(self.cells)}
        named |= {f"{t}.output.{{}}": output for t, output in enumerate(self.outputs)}
        super().__init__(*self.collect(named))

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """Read x (N, T, X): logits (N, T, C); each copy reads one step."""
        state = self.cells[0].start(len(x))  # (S, N, H)
        logits, backs = [], []
        for t, (cell, output) in enumerate(zip(self.cells, self.outputs, strict=True)):
            a, back_project = cell.project(x[:, t])
            y, state, back_step = cell.step(a, state)  # (N, H), (S, N, H)
            answer, back_output = output.forward(y)  # (N, C)
            logits.append(answer)
            backs.append((back_project, back_step, back_output))

        def backward(d: Array) -> Array:
            dx = np.empty_like(x)  # (N, T, X)
            dstate = np.zeros_like(state)  # (S, N, H)
            for t in reversed(range(len(backs))):
                back_project, back_step, back_output = backs[t]
                da, dstate = back_step(back_output(d[:, t]), dstate)
                dx[:, t] = back_project(da)
            return dx

        return np.stack(logits, axis=1), backward

    def gradients(self, name: str) -> list[Array]:
        """What each copy says of one of its weights."""
        return [self.grads[f"{t}.{name}"] for t in range(len(self.cells))]


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Compare the gradients of three cells with those of their copies, then let copies learn."""
    check, train = parts(on_progress, ["gradients", "learning"])
    gradients = []
    for done, cell in enumerate(KINDS, start=1):
        gradients.append([cell, *_compare(cell, settings.seed)])
        check(done / len(KINDS), cell)
    counts = EXAMPLES[2:5:2] if settings.quick else EXAMPLES
    steps = 150 if settings.quick else 1500
    rows = []
    for count, progress in zip(counts, parts(train, [f"{n} sums" for n in counts]), strict=True):
        rows.append([count, *_taught(count, steps, settings.seed, progress)])
    shared = Reader("rnn", 2, HIDDEN, 2, every=True)
    return {
        "steps": STEPS,
        "hidden_size": HIDDEN,
        "gradients": gradients,
        "by_step": _by_step(settings.seed),
        "weights": [shared.size, Copies("rnn", shared, STEPS).size],
        "sums": 1000,
        "rows": rows,
    }


def _compare(cell: str, seed: int) -> tuple[int, float, float]:
    """Weights, and how far the answers and the gradients of a net are from those of its copies."""
    rng = np.random.default_rng(seed)
    net = Reader(cell, 2, HIDDEN, 2, every=True, seed=seed, dtype=np.float64)
    copies = Copies(cell, net, STEPS)
    x = rng.standard_normal((8, STEPS, 2))
    answers, backward = net.forward(x)
    same, back = copies.forward(x)
    d = rng.standard_normal(answers.shape)
    backward(d)
    back(d)
    errors = [
        relative_error(grad, np.sum(copies.gradients(name), axis=0)) for name, grad in net.grads.items()
    ]
    return net.size, relative_error(answers, same), max(errors)


def _by_step(seed: int) -> list[list[float]]:
    """How much each copy adds to the gradient of V, as a norm: for a loss on all answers, and on the last."""
    rng = np.random.default_rng(seed)
    net = Reader("rnn", 2, HIDDEN, 2, every=True, seed=seed, dtype=np.float64)
    copies = Copies("rnn", net, STEPS)
    x = rng.standard_normal((64, STEPS, 2))
    norms = []
    for first in (0, STEPS - 1):
        d = np.zeros((64, STEPS, 2))
        d[:, first:] = [1, -1]
        copies.zero_grad()
        copies.forward(x)[1](d)
        norms.append([float(np.linalg.norm(grad)) for grad in copies.gradients("weight_hh_l0")])
    return norms


def _taught(count: int, steps: int, seed: int, on_progress: OnProgress) -> tuple[float, float]:
    """Digits right in new sums, after learning from `count` sums: with shared weights, with copies."""
    rng = np.random.default_rng(seed)
    pairs, total, _ = sums(count, STEPS, rng)
    asked, right, _ = sums(1000, STEPS, rng)

    def batch(step: int) -> tuple[Array, Ids]:
        rows = rng.integers(0, count, 64)
        return pairs[rows].astype(np.float32), total[rows]

    found = []
    for which, progress in enumerate(parts(on_progress, ["shared", "copies"])):
        net: Reader | Copies = Reader("rnn", 2, HIDDEN, 2, every=True, seed=seed)
        if which and isinstance(net, Reader):
            net = Copies("rnn", net, STEPS)
        learn(net, batch, steps, on_progress=progress)
        said = net.forward(asked.astype(np.float32))[0].argmax(axis=-1)
        found.append(float((said == right).mean()))
    return found[0], found[1]


def table(numbers: Numbers) -> Table:
    """Digits right by the number of sums learned from."""
    shared, copies = numbers["weights"]
    heads = (
        "sums to learn from",
        f"digits right, one cell for all steps ({shared:,} weights)",
        f"{numbers['steps']} copies, each its own ({copies:,} weights)",
    )
    return Table(heads, tuple((f"{n:,}", f"{one:.1%}", f"{many:.1%}") for n, one, many in numbers["rows"]))


def sentence(numbers: Numbers) -> str:
    """How well the sum over copies agrees, and what sharing is worth."""
    worst = max(error for *_, error in numbers["gradients"])
    kinds = ", ".join({"rnn": "Elman"}.get(kind, kind.upper()) for kind, *_ in numbers["gradients"])
    count, one, many = max(numbers["rows"], key=lambda row: row[1] - row[2])
    shared, copies = numbers["weights"]
    return (
        f"Unrolled into {numbers['steps']} copies, the nets ({kinds}) have the same gradient, as the sum "
        f"over the copies, up to {worst:.0e} of its size, which is rounding. Let go, the copies are "
        f"{copies:,} weights instead of {shared:,}, and learn each for itself: from {count:,} sums they get "
        f"{many:.1%} of the digits of new sums right, the net that shares its weights {one:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """What each step adds to the gradient, and what sharing is worth."""
    left, right = figure.subplots(1, 2)
    places = np.arange(1, numbers["steps"] + 1)
    for which, words in enumerate(("loss on every answer", "loss on the last answer")):
        norms = numbers["by_step"][which]
        left.plot(places[1:], norms[1:], marker=MARKERS[which], color=COLOURS[which], label=words)
    plain(left, "What each step adds to the gradient of V")
    left.set(
        xlabel="step (the first has no memory: its share is 0)", ylabel="norm of its share", yscale="log"
    )
    left.set_xticks(places)
    left.legend(frameon=False, loc="lower right")
    counts = [row[0] for row in numbers["rows"]]
    for which, words in enumerate(("one cell for all steps", f"{numbers['steps']} copies, each its own")):
        shares = [row[1 + which] for row in numbers["rows"]]
        right.plot(counts, shares, marker=MARKERS[which], color=COLOURS[which], label=words)
    right.axhline(0.5, color=GREY, ls=":", label="guessing")
    plain(right, f"Adding numbers of {numbers['steps']} digits")
    percent_axis(right, "digits of new sums right, %", 0.3)
    right.set(xlabel="sums to learn from", xscale="log")
    right.set_xticks(counts, [f"{n:,}" for n in counts])
    right.minorticks_off()
    right.legend(frameon=False, loc="lower right")


SHARED_WEIGHTS = Experiment(
    name="shared-weights",
    group="what recurrence gives",
    question="What is it worth that all steps share their weights?",
    measure=measure,
    table=table,
    sentence=sentence,
    draw=draw,
    size=(10.0, 4.2),
)
