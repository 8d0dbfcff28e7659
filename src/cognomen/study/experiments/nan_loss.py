"""Why is my loss NaN? Something overflowed a few steps earlier: look at the norm of the gradient.

The task: the input is a sequence of letters, and after the last one the network must say which occurred
most often. It is trained by plain gradient descent, with several learning rates and input lengths. A run
ends at its first number that is not finite.

There are two causes. An unbounded state (relu or the identity in place of tanh) is multiplied by V at each
step, so on a long input it is large, and its gradient is larger; one step with such a gradient moves the
weights so far that the next input overflows. Or the loss is computed literally, as log(exp(z) / sum
exp(z)): exp overflows at 89 in float32, or underflows to a zero whose logarithm is infinite, though the
loss itself is an ordinary number.

The remedies: a bounded state, gradient clipping (Pascanu, Mikolov & Bengio 2013), a smaller learning rate,
and a log-softmax that subtracts the largest logit first. V is initialised as the identity in all networks,
as recommended for relu (Le, Jaitly & Hinton 2015): nothing is forgotten, so the length counts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Axes, Figure, panel, series
from cognomen.rnn import SGD, Array, Ids, clip_grad_norm, cross_entropy, pack
from cognomen.rnn.shapes import Encoder, ManyToOne
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, rounded
from cognomen.study.learning import one_hot
from cognomen.study.spread import values_of

LETTERS, HIDDEN = 4, 32
LENGTHS = (10, 30, 100)
RATES = (0.001, 0.01, 0.1, 1.0, 3.0)
STEPS = 120
SHOWN = 8  # the last steps of a run, whose gradient norms are kept


class Variant(NamedTuple):
    """The cell's nonlinearity, how the loss is computed, and the norm to which gradients are clipped."""

    words: str
    phi: str
    as_written: bool = False
    clip: float = math.inf

    @property
    def clipped(self) -> bool:
        """Whether gradients are clipped."""
        return self.clip < math.inf


VARIANTS = (
    Variant("tanh", "tanh"),
    Variant("tanh, log(softmax) as written", "tanh", as_written=True),
    Variant("relu", "relu"),
    Variant("relu, clipped", "relu", clip=1.0),
    Variant("identity", "identity"),
    Variant("identity, clipped", "identity", clip=1.0),
)
SHADES = {  # what a run's field in the picture means
    "better than chance": "#cfe6f5",
    "at chance": "#ececec",
    "worse": "#f7dcb0",
    "not finite, from that step on": COLOURS[1],
}


class Run(NamedTuple):
    """A training run, up to the first number that is infinite or NaN."""

    losses: list[float]
    norms: list[float]  # of the gradient at each step, before clipping
    bad: str | None  # the first array of the last step that was not finite; None if all were


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train each variant, at each length and rate."""
    lengths, rates = (LENGTHS[:1], RATES[2:]) if settings.quick else (LENGTHS, RATES)
    steps = STEPS // 3 if settings.quick else STEPS
    asked = [(variant, length, rate) for variant in VARIANTS for length in lengths for rate in rates]
    runs: list[dict[str, Any]] = []
    for (variant, length, rate), progress in in_parts(on_progress, asked, _words_of):
        run = train(variant, length, rate, settings.seed, steps)
        progress(1.0, "")
        runs.append(
            {
                "way": variant.words,
                "length": length,
                "rate": rate,
                "steps": len(run.losses),
                "diverged": int(run.bad is not None),
                "before": rounded(run.norms[-2]) if run.bad and len(run.norms) > 1 else None,
                "loss": None if run.bad else rounded(float(np.mean(run.losses[-20:]))),
                "norms": [rounded(norm) for norm in run.norms[-SHOWN:]],
            }
        )
    loose = [variant.words for variant in VARIANTS if variant.phi != "tanh" and not variant.clipped]
    norms = (run["before"] for run in runs if run["way"] in loose)
    before = [norm for norm in norms if norm is not None]
    return {
        "steps": steps,
        "lengths": lengths,
        "rates": rates,
        "guess": math.log(LETTERS),
        "runs": runs,
        "diverged": {
            variant.words: sum(run["diverged"] for run in runs if run["way"] == variant.words)
            for variant in VARIANTS
        },
        "before": [float(np.median(before)), max(before)] if before else None,
    }


def _words_of(asked: tuple[Variant, int, float]) -> str:
    variant, length, rate = asked
    return f"{variant.words}, {length} letters, rate {rate:g}"


def loss_as_written(logits: Array, labels: Ids) -> tuple[float, Array]:
    """-log(softmax) as in the formula, and its gradient (N, C): what not to do."""
    e = np.exp(logits)  # (N, C); overflows
    p = e / e.sum(axis=1, keepdims=True)  # inf / inf is NaN
    rows = np.arange(len(logits))
    loss = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    return float(loss), p / len(logits)


def train(variant: Variant, length: int, rate: float, seed: int, steps: int) -> Run:
    """Train on sequences of one length, for a number of steps or until a number is not finite."""
    start, rng = np.random.default_rng(seed), np.random.default_rng(seed)
    encoder = Encoder("rnn", LETTERS, HIDDEN, rng=start, cell_options={"nonlinearity": variant.phi})
    net = ManyToOne(encoder, LETTERS, rng=start)
    net.params["encoder.weight_hh_l0"][...] = np.eye(HIDDEN)
    optimiser, losses, norms = SGD(net.params, rate), [], []
    with np.errstate(all="ignore"):  # overflow is what is measured
        for _ in range(steps):
            x = one_hot(rng.integers(0, LETTERS, (32, length)), LETTERS)  # (N, T, V)
            labels = x.sum(axis=1).argmax(axis=1)  # (N,)
            logits, backward = net.forward(pack(x))
            loss, dlogits = (loss_as_written if variant.as_written else cross_entropy)(logits, labels)
            net.zero_grad()
            backward(dlogits)
            norms.append(clip_grad_norm(net.grads, variant.clip))
            losses.append(loss)
            found: dict[str, Any] = {"the answers": logits, "the loss": loss, "the gradient": norms[-1]}
            bad = next((words for words, value in found.items() if not np.isfinite(value).all()), None)
            if bad is not None:
                return Run(losses, norms, bad)
            optimiser.step(net.grads)
    return Run(losses, norms, None)


def _of(numbers: Numbers, variant: str) -> list[dict[str, Any]]:
    return [run for run in numbers["runs"] if run["way"] == variant]


def table(numbers: Numbers) -> Table:
    """The result at each length and rate: the step at which it diverged, or the loss; medians."""
    heads = ("letters, learning rate", *(variant.words for variant in VARIANTS))
    places = [(length, rate) for length in numbers["lengths"] for rate in numbers["rates"]]
    columns = [[_ended(run) for run in _of(numbers, variant.words)] for variant in VARIANTS]
    rows = [(f"{length}, {rate:g}", *cells) for (length, rate), *cells in zip(places, *columns, strict=True)]
    return Table(heads, tuple(rows))


def _ended(run: dict[str, Any], bad: str = "NaN, step") -> str:
    diverged = values_of(run["diverged"])
    if all(diverged):
        return f"{bad} {float(run['steps']):.0f}"
    if any(diverged):
        return f"{sum(diverged)} of {len(diverged)} NaN"
    loss = float(run["loss"])
    digits = ".2f" if loss < 10 else ".0f" if loss < 1000 else ".0e"
    return format(loss, digits)


def sentence(numbers: Numbers) -> str:
    """The number of diverged runs of each variant, and the gradient one step before."""
    counts = [f"{words} {count}" for words, count in numbers["diverged"].items()]
    text = (
        f"Number of runs, of {len(numbers['runs']) // len(VARIANTS)} each with {numbers['steps']} steps, "
        f"that reached a non-finite value: {'; '.join(counts)}."
    )
    if numbers["before"] is not None:
        middle, most = numbers["before"]
        text += (
            " With relu or the identity in place of tanh and without clipping, the norm of the gradient one "
            f"step before had a median of {middle:,.0f} and a maximum of {most:.0e}."
        )
    return text


def draw(figure: Figure, numbers: Numbers) -> None:
    """The results of all runs, and the gradients of diverging ones."""
    grid, norms = figure.subplots(1, 2, width_ratios=(2.2, 1))
    _draw_grid(grid, numbers)
    loose = [variant for variant in VARIANTS if not variant.clipped]
    for place, variant in enumerate(loose):
        style = {**series(place), "markersize": 5, "lw": 1}
        label: str | None = variant.words
        for run in _of(numbers, variant.words):
            if all(values_of(run["diverged"])):
                values = [norm for norm in run["norms"] if norm is not None]
                first = 1 - len(run["norms"])
                norms.plot(range(first, first + len(values)), values, label=label, **style)
                label = None
    norms.axvline(0, color=GREY, ls="--", lw=1)
    panel(
        norms,
        "On the way to NaN, without clipping",
        yscale="log",
        xlabel="steps, with the first infinite or NaN at 0",
        ylabel="norm of the gradient",
    )
    norms.legend(frameon=False, fontsize=9)


def _draw_grid(axes: Axes, numbers: Numbers) -> None:
    """A cell for each run: the step at which it diverged, or its final loss."""
    from matplotlib.patches import Patch, Rectangle

    lengths, rates = numbers["lengths"], numbers["rates"]
    for row, variant in enumerate(VARIANTS):
        for column, run in enumerate(_of(numbers, variant.words)):
            x = column + 0.5 * (column // len(rates))
            shade = _shade(run, numbers["guess"])
            axes.add_patch(Rectangle((x - 0.48, row - 0.45), 0.96, 0.9, facecolor=shade))
            axes.text(
                x,
                row,
                _ended(run, "step").replace(" of ", "/"),  # as wide as the cell is
                ha="center",
                va="center",
                fontsize=8,
                color="white" if any(values_of(run["diverged"])) else "black",
            )
    places = [c + 0.5 * (c // len(rates)) for c in range(len(lengths) * len(rates))]
    axes.set_xticks(places, [f"{rate:g}" for _ in lengths for rate in rates], fontsize=8)
    axes.set_yticks(range(len(VARIANTS)), [variant.words.replace(", log", ",\nlog") for variant in VARIANTS])
    axes.set(xlim=(-0.6, places[-1] + 0.6), ylim=(len(VARIANTS) - 0.4, -0.9), xlabel="learning rate")
    for group, length in enumerate(lengths):
        middle = places[group * len(rates)] + (len(rates) - 1) / 2
        axes.text(middle, -0.7, f"{length} letters", ha="center", color=GREY)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    colours = [Patch(facecolor=colour, label=words) for words, colour in SHADES.items()]
    axes.legend(
        handles=colours, loc="upper center", bbox_to_anchor=(0.45, -0.13), ncols=len(SHADES), frameon=False
    )
    title = f"Loss after {numbers['steps']} steps (chance: {numbers['guess']:.2f})"
    axes.set_title(title, fontsize=11, loc="left")


def _shade(run: dict[str, Any], guess: float) -> str:
    if any(values_of(run["diverged"])):
        return SHADES["not finite, from that step on"]
    if run["loss"] < 0.9 * guess:
        return SHADES["better than chance"]
    return SHADES["worse" if run["loss"] > 1.5 * guess else "at chance"]
