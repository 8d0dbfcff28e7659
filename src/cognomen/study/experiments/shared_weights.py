"""The weights are shared over time: a recurrent network is a deep network whose layers are all the same.

Unrolled by hand, a network of T steps has T layers. Here these are T separate copies of one cell, each with
weights and gradients of its own. With equal weights the copies compute what the recurrent network computes,
and the sum of their gradients is its gradient: backpropagation through time is backpropagation. Then the
copies are trained independently, and both networks get the same few sums of binary numbers as training
data: what one step of the shared network learns about carrying, all other steps know too.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from numpy.typing import DTypeLike

from cognomen.plots.canvas import GREY, Figure, panel, series
from cognomen.rnn import Array, Layer, Packed, pack
from cognomen.rnn.gradcheck import relative_error
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.rnn.shapes.wiring import BackToInput, Input, Targets
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, parts
from cognomen.study.experiments.program import sums
from cognomen.study.learning import learn
from cognomen.study.spread import lines

STEPS = 10  # digits of each number
HIDDEN = 16
KINDS = ("rnn", "gru", "lstm")
EXAMPLES = (10, 20, 50, 100, 200, 500, 1000)


class Copies(SyncedManyToMany):
    """A recurrent net unrolled into T cells and output layers with separate weights.

    Args:
        net: the initial weights of all copies.
        steps: T, the length of all sequences.
    """

    def __init__(self, net: SyncedManyToMany, steps: int) -> None:
        (((cell, _),),) = net.encoder.recurrent.levels
        self.cells = [deepcopy(cell) for _ in range(steps)]
        self.outputs = [deepcopy(net.output) for _ in range(steps)]
        named: dict[str, Layer] = {f"{t}.encoder.{{}}_l0": copy for t, copy in enumerate(self.cells)}
        named |= {f"{t}.output.{{}}": output for t, output in enumerate(self.outputs)}
        Layer.__init__(self, *self.collect(named))

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`; all sequences have T steps, one for each copy."""
        x = self._steps(x)
        data = x.data.astype(self.cells[0].dtype, copy=False)  # (M, X)
        state = self.cells[0].initial_state(len(x))  # (S, N, H)
        logits, backs = [], []
        for rows, cell, output in zip(x.steps(), self.cells, self.outputs, strict=True):
            a, back_project = cell.project(data[rows])
            y, state, back_step = cell.step(a, state)  # (N, H), (S, N, H)
            answer, back_output = output.forward(y)  # (N, C)
            logits.append(answer)
            backs.append((rows, back_project, back_step, back_output))

        def backward(d: Array) -> Array:
            dx = np.empty_like(data)  # (M, X)
            dstate = np.zeros_like(state)  # (S, N, H)
            for rows, back_project, back_step, back_output in reversed(backs):
                da, dstate = back_step(back_output(d[rows]), dstate)
                dx[rows] = back_project(da)
            return dx

        return np.concatenate(logits), backward

    def gradients(self, name: str) -> list[Array]:
        """The gradient by one of the parameters, for each copy."""
        return [self.grads[f"{t}.{name}"] for t in range(len(self.cells))]


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Compare the gradients of three cells with those of their copies, then train both."""
    check, train = parts(on_progress, ["gradients", "learning"])
    gradients = []
    for done, cell in enumerate(KINDS, start=1):
        gradients.append([cell, *_compare(cell, settings.seed)])
        check(done / len(KINDS), cell)
    counts = EXAMPLES[2:5:2] if settings.quick else EXAMPLES
    steps = 150 if settings.quick else 1500
    rows = [
        [count, *_trained_on(count, steps, settings.seed, progress)]
        for count, progress in in_parts(train, counts, "{} sums".format)
    ]
    shared = _net("rnn", settings.seed)
    return {
        "steps": STEPS,
        "hidden_size": HIDDEN,
        "gradients": gradients,
        "by_step": _by_step(settings.seed),
        "weights": [shared.size, Copies(shared, STEPS).size],
        "sums": 1000,
        "rows": rows,
    }


def _net(cell: str, seed: int, dtype: DTypeLike = np.float64) -> SyncedManyToMany:
    rng = np.random.default_rng(seed)
    return SyncedManyToMany(Encoder(cell, 2, HIDDEN, rng=rng, dtype=dtype), 2, rng=rng)


def _compare(cell: str, seed: int) -> tuple[int, float, float]:
    """Weights, and how far the outputs and the gradients of a network are from those of its copies."""
    rng = np.random.default_rng(seed)
    net = _net(cell, seed)
    copies = Copies(net, STEPS)
    x = pack(rng.standard_normal((8, STEPS, 2)))
    answers, backward = net.forward(x)
    same, back = copies.forward(x)
    d = pack(rng.standard_normal((8, STEPS, 2))).data  # (M, C)
    backward(d)
    back(d)
    errors = [
        relative_error(grad, np.sum(copies.gradients(name), axis=0)) for name, grad in net.grads.items()
    ]
    return net.size, relative_error(answers, same), max(errors)


def _by_step(seed: int) -> list[list[float]]:
    """The norm of each copy's gradient of V, for a loss on all answers and on the last one."""
    rng = np.random.default_rng(seed)
    copies = Copies(_net("rnn", seed), STEPS)
    x = pack(rng.standard_normal((64, STEPS, 2)))
    norms = []
    for first in (0, STEPS - 1):
        d = np.zeros((STEPS, 64, 2))
        d[first:] = [1, -1]
        copies.zero_grad()
        copies.forward(x)[1](d.reshape(-1, 2))
        norms.append([float(np.linalg.norm(grad)) for grad in copies.gradients("encoder.weight_hh_l0")])
    return norms


def _trained_on(count: int, steps: int, seed: int, on_progress: OnProgress) -> tuple[float, float]:
    """The accuracy on digits of new sums after training on `count` sums: of the net and the copies."""
    rng = np.random.default_rng(seed)
    pairs, total, _ = sums(count, STEPS, rng)
    asked, right, _ = sums(1000, STEPS, rng)

    def batch(step: int) -> tuple[Packed, Packed]:
        rows = rng.integers(0, count, 64)
        return pack(pairs[rows]), pack(total[rows])

    def trained(net: SyncedManyToMany, progress: OnProgress) -> float:
        learn(net, batch, steps, on_progress=progress)
        return float((net.predict(pack(asked)).data == pack(right).data).mean())

    net = _net("rnn", seed, np.float32)
    copies = Copies(net, STEPS)
    shared, own = parts(on_progress, ["shared", "copies"])
    return trained(net, shared), trained(copies, own)


def table(numbers: Numbers) -> Table:
    """Digits right by the number of training sums."""
    shared, copies = numbers["weights"]
    heads = (
        "training sums",
        f"digits right, one cell for all steps ({shared:,} weights)",
        f"digits right, {numbers['steps']} independent copies ({copies:,} weights)",
    )
    return Table(heads, tuple((f"{n:,}", f"{one:.1%}", f"{many:.1%}") for n, one, many in numbers["rows"]))


def sentence(numbers: Numbers) -> str:
    """How well the sum over copies agrees, and the value of sharing."""
    worst = max(error for *_, error in numbers["gradients"])
    kinds = ", ".join({"rnn": "Elman"}.get(kind, kind.upper()) for kind, *_ in numbers["gradients"])
    count, one, many = max(numbers["rows"], key=lambda row: row[1] - row[2])
    shared, copies = numbers["weights"]
    return (
        f"Unrolled into {numbers['steps']} copies, the networks ({kinds}) have the same gradient, as the sum "
        f"over the copies, up to a relative error of {worst:.0e}, which is rounding. Independent copies have "
        f"{copies:,} weights instead of {shared:,}. Trained on {count:,} sums they get {many:.1%} of the "
        f"digits of new sums right, the network with shared weights {one:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The contribution of each step to the gradient, and the value of sharing."""
    left, right = figure.subplots(1, 2)
    places = np.arange(1, numbers["steps"] + 1)
    for which, words in enumerate(("loss on every answer", "loss on the last answer")):
        norms = numbers["by_step"][which]
        left.plot(places[1:], norms[1:], label=words, **series(which))
    panel(
        left,
        "What each step adds to the gradient of V",
        legend="lower right",
        yscale="log",
        xticks=places,
        xlabel="step (the first has no memory: its share is 0)",
        ylabel="norm of its share",
    )
    counts = [row[0] for row in numbers["rows"]]
    for which, words in enumerate(("one cell for all steps", f"{numbers['steps']} separate copies")):
        shares = [row[1 + which] for row in numbers["rows"]]
        lines(right, counts, shares, label=words, **series(which))
    right.axhline(0.5, color=GREY, ls=":", label="guessing")
    panel(
        right,
        f"Adding numbers of {numbers['steps']} digits",
        low=0.3,
        ticks=counts,
        legend="lower right",
        xscale="log",
        xlabel="training sums",
        percent="digits of new sums right, %",
    )
