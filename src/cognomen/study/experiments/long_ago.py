"""Long-term dependencies are hard to learn: how gradients vanish on their way back, and what helps.

Two tasks, both on random letters. In the first, the network must name the first letter after the last one:
only what it remembers counts, and the lag between the two can be chosen freely. In the second, one letter
anywhere in the sequence is marked, and after the last letter the network must name the marked one: it must
choose what to keep, and keep it while letters that do not count go by. This is what gates are for (Hochreiter
& Schmidhuber 1997, who used tasks of this kind).

On its way back, a gradient is multiplied at each step by the same matrix and by slopes below one, so it
shrinks or grows exponentially with the lag (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio
2013). Remedies: initialising the matrix as a rotation (Saxe et al. 2014), gates, forget gates that start
open (Gers et al. 2000; Jozefowicz et al. 2015), and lags that increase while the network learns. Gradient
clipping is for gradients that grow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from cognomen.plots.canvas import GREY, Figure, panel, series
from cognomen.rnn import Adam, Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, ManyToOne
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, parts, rounded
from cognomen.study.learning import Batch, accuracy, learn, make_orthogonal, one_hot
from cognomen.study.spread import lines

LETTERS, HIDDEN, RATE = 4, 32, 3e-3
LAGS = (5, 10, 20, 50, 100)
TOP = 200  # the end of a growing lag
FADING = 200  # steps over which the norm of the gradient is measured
OPEN = 5.0  # the initial bias of open forget gates: sigmoid(5) = .993 is kept at each step
GOOD = 0.95  # the accuracy that counts as learned
ENOUGH = 0.05  # the loss at which a growing lag is increased
LENGTH = 50  # letters of which one is marked
MARKED_LAGS = (0, 5, 10, 20, 49)  # letters between the marked one and the end, in the test
STEPS = {"fixed": 300, "marked": 1500}  # of training, at most


class Variant(NamedTuple):
    """A cell, its initialisation, and the largest norm of the gradient."""

    words: str
    cell: str
    clip: float = 1.0
    orthogonal: bool = False
    open_gates: bool = False


VARIANTS = (
    Variant("Elman, not clipped", "rnn", clip=math.inf),
    Variant("Elman", "rnn"),
    Variant("Elman, orthogonal", "rnn", orthogonal=True),
    Variant("GRU", "gru"),
    Variant("LSTM", "lstm"),
    Variant("LSTM, forget gates open", "lstm", open_gates=True),
)
QUICK = ("Elman", "Elman, orthogonal", "LSTM")
SMALLEST = 1e-30  # the smallest gradient in the figure


def _new(variant: Variant, seed: int, inputs: int = LETTERS) -> ManyToOne:
    rng = np.random.default_rng(seed)
    net = ManyToOne(Encoder(variant.cell, inputs, HIDDEN, rng=rng), LETTERS, rng=rng)
    if variant.orthogonal:
        make_orthogonal(net, np.random.default_rng(seed))
    if variant.open_gates:
        net.params["encoder.bias_ih_l0"][HIDDEN : 2 * HIDDEN] = OPEN  # gates in the order i, f, g, o
    return net


def _batch(count: int, lag: int, rng: np.random.Generator) -> tuple[Packed, Ids]:
    """Sequences of lag + 1 letters, one-hot, and the first letter of each, (N,)."""
    ids = rng.integers(0, LETTERS, (count, lag + 1))
    return pack(one_hot(ids, LETTERS)), ids[:, 0]


def marked_batch(count: int, lag: int | None, rng: np.random.Generator) -> tuple[Packed, Ids]:
    """Sequences with one letter marked, one-hot and a mark, (T, N, V + 1); and the marked letters, (N,).

    Args:
        count: N.
        lag: how many letters follow the marked one; a random number for each sequence if None.
        rng: draws the letters and the places.
    """
    ids = rng.integers(0, LETTERS, (count, LENGTH))
    rows, places = np.arange(count), rng.integers(0, LENGTH, count)
    if lag is not None:
        places[:] = LENGTH - 1 - lag
    x = one_hot(ids, LETTERS + 1)  # (N, T, V + 1)
    x[rows, places, LETTERS] = 1
    return pack(x), ids[rows, places]


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Measure gradients before training; train at each lag, with a growing lag, and on a marked letter."""
    variants = [variant for variant in VARIANTS if variant.words in QUICK] if settings.quick else VARIANTS
    lags = LAGS[:2] if settings.quick else LAGS
    steps = {task: count // 3 if settings.quick else count for task, count in STEPS.items()}
    rows, fading = [], []
    for variant, progress in in_parts(on_progress, variants, attrgetter("words")):
        fading.append([rounded(g) for g in gradients_by_lag(_new(variant, settings.seed), settings.seed)])
        at_once, growing, marked = parts(progress, ["at once", "growing", "marked"])
        fixed = [
            _learned_at(variant, lag, steps["fixed"], settings.seed, report)
            for lag, report in in_parts(at_once, lags, "lag {}".format)
        ]
        top = lags[-1] if settings.quick else TOP
        reached, grown = _learned_growing(variant, top, steps["fixed"], settings.seed, growing)
        rows.append(
            {
                "words": variant.words,
                "fixed": fixed,
                "reach": _reach(fixed, lags),
                "reached": reached,
                "grown": grown,
                "marked": _learned_marked(variant, steps["marked"], settings.seed, marked),
            }
        )
    return {
        "letters": LETTERS,
        "hidden_size": HIDDEN,
        "lags": lags,
        "top": TOP,
        "length": LENGTH,
        "marked_lags": MARKED_LAGS,
        "steps": steps,
        "rows": rows,
        "fading": fading,
    }


def gradients_by_lag(net: ManyToOne, seed: int) -> Array:
    """The norm of the gradient by the letter k steps before the last, for k = 0, 1, ..., (FADING,).

    The mean over 32 sequences, each with a random gradient by the logits.
    """
    rng = np.random.default_rng(seed)
    x, _ = _batch(32, FADING - 1, rng)
    logits, backward = net.forward(x)
    dx = np.asarray(backward(rng.standard_normal(logits.shape).astype(np.float32)), np.float64)  # (M, V)
    norms: Array = np.linalg.norm(dx, axis=-1).reshape(FADING, -1).mean(axis=1)[::-1]
    return norms


def _train(
    net: ManyToOne, variant: Variant, batch: Batch, steps: int, tolerance: float, on_progress: OnProgress
) -> None:
    how: dict[str, Any] = {"learning_rate": RATE, "clip": variant.clip, "tolerance": tolerance}
    learn(net, batch, steps, on_progress=on_progress, **how)
    on_progress(1.0, "")


def _learned_at(variant: Variant, lag: int, steps: int, seed: int, on_progress: OnProgress) -> float:
    """The recall of a network trained at this lag only."""
    net, rng = _new(variant, seed), np.random.default_rng(seed)
    _train(net, variant, lambda step: _batch(32, lag, rng), steps, 0.02, on_progress)
    return accuracy(net, *_batch(200, lag, rng))


def _learned_marked(variant: Variant, steps: int, seed: int, on_progress: OnProgress) -> list[float]:
    """The recall of a marked letter among others, by the number of letters that follow it."""
    net, rng = _new(variant, seed, LETTERS + 1), np.random.default_rng(seed)
    _train(net, variant, lambda step: marked_batch(32, None, rng), steps, 0.01, on_progress)
    return [accuracy(net, *marked_batch(500, lag, rng)) for lag in MARKED_LAGS]


def _learned_growing(
    variant: Variant, top: int, steps: int, seed: int, on_progress: OnProgress
) -> tuple[int, float]:
    """The longest lag learned when the lag increased by half whenever the loss had fallen below .05.

    And its accuracy at the lag `top`, the end of the curriculum.
    """
    net, rng = _new(variant, seed), np.random.default_rng(seed)
    optimiser, reached, lag = Adam(net.params, RATE), 0, 3
    while reached < top:
        losses = learn(
            net,
            lambda step, lag=lag: _batch(32, lag, rng),  # type: ignore[misc]
            steps,
            optimiser=optimiser,
            clip=variant.clip,
            tolerance=ENOUGH,
        )
        if np.mean(losses[-20:]) >= ENOUGH:
            break
        reached, lag = lag, min(top, lag + 1 + lag // 2)
        on_progress(math.log(reached) / math.log(top), f"lag {reached}")
    on_progress(1.0, f"lag {reached}")
    return reached, accuracy(net, *_batch(200, top, rng))


def table(numbers: Numbers) -> Table:
    """How the gradient vanishes, and what each variant recalls."""
    far = min(100, FADING - 1)
    heads = (
        "network",
        f"gradient at lag {far} relative to lag 0",
        "longest lag learned by itself",
        "longest lag learned, with an increasing lag",
        f"marked letter recalled, with up to {numbers['length'] - 1} letters after it",
    )
    rows = [
        (
            row["words"],
            f"{faded[far] / faded[0]:.0e}",
            f"{row['reach']}",
            f"{row['reached']}",
            f"{row['marked'][-1]:.0%}",
        )
        for row, faded in zip(numbers["rows"], numbers["fading"], strict=True)
    ]
    return Table(heads, tuple(rows))


def _reach(shares: Sequence[float], lags: Sequence[int]) -> int:
    """The longest lag up to which all lags are learned, 0 for none."""
    recalled = takewhile(lambda pair: pair[1] >= GOOD, zip(lags, shares, strict=True))
    return max((lag for lag, _ in recalled), default=0)


def sentence(numbers: Numbers) -> str:
    """How far each variant reaches: trained at one lag, with an increasing one, and on a marked letter."""
    rows = numbers["rows"]
    fixed, grown = ("; ".join(f"{row['words']} {row[key]}" for row in rows) for key in ("reach", "reached"))
    marked = "; ".join(f"{row['words']} {row['marked'][-1]:.0%}" for row in rows)
    faded = dict(zip((row["words"] for row in rows), numbers["fading"], strict=True))["Elman"]
    return (
        "In an untrained Elman network, the gradient with respect to a letter 100 steps back is "
        f"{faded[100] / faded[0]:.0e} of that with respect to the last letter. The longest lag up "
        f"to which {GOOD:.0%} of the first letters are recalled after {numbers['steps']['fixed']} training "
        f"steps at that lag: {fixed}. The longest lag learned when it increased from 3 to {numbers['top']} "
        f"with the network's progress: {grown}. Recall of a marked letter with {numbers['length'] - 1} "
        f"others after it, trained with the mark anywhere among {numbers['length']} letters: {marked} "
        f"(chance: {1 / numbers['letters']:.0%})."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Gradients by lag; recall by lag, trained at one lag; and of a marked letter."""
    fading, fixed, marked = figure.subplots(1, 3)
    for place, (row, faded) in enumerate(zip(numbers["rows"], numbers["fading"], strict=True)):
        style = {**series(place), "markersize": 5}
        if row["words"] != "Elman, not clipped":  # before training it is the other one
            ratios = np.array(faded) / faded[0]
            fading.plot(np.where(ratios < SMALLEST, np.nan, ratios), markevery=25, **style)
        lines(fixed, numbers["lags"], row["fixed"], label=row["words"], **style)
        lines(marked, numbers["marked_lags"], row["marked"], **style)
    panel(
        fading,
        "Gradient before training",
        yscale="log",
        ylim=(SMALLEST, 10),
        xlabel="lag, letters before the last",
        ylabel="norm, of that at lag 0",
    )
    for axes in (fixed, marked):
        axes.axhline(1 / numbers["letters"], color=GREY, ls=":", lw=1)
    panel(
        fixed,
        "The first letter, trained at one lag",
        xscale="log",
        ticks=numbers["lags"],
        xlabel="lag, letters",
        percent="recalled, %",
    )
    panel(
        marked,
        "A marked letter among others",
        xlabel="letters after the marked one",
        percent="recalled, %",
    )
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
