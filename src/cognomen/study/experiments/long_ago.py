"""Long-term dependencies are hard to learn: how gradients vanish on their way back, and four remedies.

The task: the input is a sequence of random letters, and after the last one the network must name the first.
Only what it remembers counts, and the lag between the two can be chosen freely.

On its way back, a gradient is multiplied at each step by the same matrix and by slopes below one, so it
shrinks or grows exponentially with the lag (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio
2013). Remedies: initialising the matrix as a rotation (Saxe et al. 2014), gates, forget gates that start
open (Gers et al. 2000; Jozefowicz et al. 2015), and lags that increase while the network learns. Gradient
clipping is for gradients that grow.
"""

from __future__ import annotations

import math
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, MARKERS, Figure, bars, panel
from cognomen.rnn import Adam, Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, ManyToOne
from cognomen.rnn.training import OnProgress
from cognomen.study.experiment import Experiment, Numbers, Settings, Table, parts, rounded
from cognomen.study.learning import accuracy, learn, make_orthogonal, one_hot

LETTERS, HIDDEN = 4, 32
LAGS = (5, 10, 20, 50, 100, 500)
FADING = 200  # steps over which the norm of the gradient is measured
OPEN = 5.0  # the initial bias of open forget gates: sigmoid(5) = .993 is kept at each step
GOOD = 0.95  # the accuracy that counts as learned
ENOUGH = 0.05  # the loss at which a growing lag is increased


class Way(NamedTuple):
    """A cell, its initialisation, and the largest norm of the gradient."""

    words: str
    cell: str
    clip: float = 1.0
    orthogonal: bool = False
    open_gates: bool = False


WAYS = (
    Way("Elman, not clipped", "rnn", clip=math.inf),
    Way("Elman", "rnn"),
    Way("Elman, orthogonal, not clipped", "rnn", clip=math.inf, orthogonal=True),
    Way("Elman, orthogonal", "rnn", orthogonal=True),
    Way("GRU, not clipped", "gru", clip=math.inf),
    Way("GRU", "gru"),
    Way("GRU, orthogonal", "gru", orthogonal=True),
    Way("LSTM, not clipped", "lstm", clip=math.inf),
    Way("LSTM", "lstm"),
    Way("LSTM, orthogonal", "lstm", orthogonal=True),
    Way("LSTM, forget gates open", "lstm", open_gates=True),
)
QUICK = ("Elman", "Elman, orthogonal", "LSTM")
SMALLEST = 1e-30  # the smallest gradient in the figure


def _new(way: Way, seed: int) -> ManyToOne:
    rng = np.random.default_rng(seed)
    net = ManyToOne(Encoder(way.cell, LETTERS, HIDDEN, rng=rng), LETTERS, rng=rng)
    if way.orthogonal:
        make_orthogonal(net, np.random.default_rng(seed))
    if way.open_gates:
        net.params["encoder.bias_ih_l0"][HIDDEN : 2 * HIDDEN] = OPEN  # gates in the order i, f, g, o
    return net


def _batch(count: int, lag: int, rng: np.random.Generator) -> tuple[Packed, Ids]:
    """Sequences of lag + 1 letters, one-hot, and the first letter of each, (N,)."""
    ids = rng.integers(0, LETTERS, (count, lag + 1))
    return pack(one_hot(ids, LETTERS)), ids[:, 0]


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Measure gradients before training; train at each lag; train with a growing lag."""
    ways = [way for way in WAYS if way.words in QUICK] if settings.quick else WAYS
    lags = LAGS[:2] if settings.quick else LAGS
    steps = 100 if settings.quick else 300
    rows, fading = [], []
    for way, progress in zip(ways, parts(on_progress, [way.words for way in ways]), strict=True):
        fading.append([rounded(g) for g in gradients_by_lag(_new(way, settings.seed), settings.seed)])
        at_once, growing = parts(progress, ["at once", "growing"])
        fixed = [
            _learned_at(way, lag, steps, settings.seed, report)
            for lag, report in zip(lags, parts(at_once, [f"lag {lag}" for lag in lags]), strict=True)
        ]
        reached, grown = _learned_growing(way, lags[-1], steps, settings.seed, growing)
        rows.append({"words": way.words, "fixed": fixed, "reached": reached, "grown": grown})
    return {
        "letters": LETTERS,
        "hidden_size": HIDDEN,
        "lags": lags,
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


def _learned_at(way: Way, lag: int, steps: int, seed: int, on_progress: OnProgress) -> float:
    """The recall of a network trained at this lag only."""
    net, rng = _new(way, seed), np.random.default_rng(seed)
    learn(
        net,
        lambda step: _batch(32, lag, rng),
        steps,
        learning_rate=3e-3,
        clip=way.clip,
        tolerance=0.02,
        on_progress=on_progress,
    )
    return accuracy(net, *_batch(200, lag, rng))


def _learned_growing(way: Way, top: int, steps: int, seed: int, on_progress: OnProgress) -> tuple[int, float]:
    """The longest lag learned when the lag increased by half whenever the loss had fallen below .05.

    And its accuracy at the lag `top`, the end of the curriculum.
    """
    net, rng = _new(way, seed), np.random.default_rng(seed)
    optimiser, reached, lag = Adam(net.params, 3e-3), 0, 3
    while reached < top:
        losses = learn(
            net,
            lambda step, lag=lag: _batch(32, lag, rng),  # type: ignore[misc]
            steps,
            optimiser=optimiser,
            clip=way.clip,
            tolerance=ENOUGH,
        )
        if np.mean(losses[-20:]) >= ENOUGH:
            break
        reached, lag = lag, min(top, lag + 1 + lag // 2)
        on_progress(math.log(reached) / math.log(top), f"lag {reached}")
    on_progress(1.0, f"lag {reached}")
    return reached, accuracy(net, *_batch(200, top, rng))


def table(numbers: Numbers) -> Table:
    """How the gradient vanishes, and what each way recalls."""
    far, lags = min(100, FADING - 1), numbers["lags"]
    heads = (
        "network",
        f"gradient at lag {far} relative to lag 0",
        f"recalled at lag {lags[0]}",
        *(f"{lag}" for lag in lags[1:]),
        "longest lag learned, with an increasing lag",
        f"then recalled at {lags[-1]}",
    )
    rows = [
        (
            row["words"],
            f"{faded[far] / faded[0]:.0e}",
            *(f"{share:.0%}" for share in row["fixed"]),
            f"{row['reached']}",
            f"{row['grown']:.0%}",
        )
        for row, faded in zip(numbers["rows"], numbers["fading"], strict=True)
    ]
    return Table(heads, tuple(rows))


def _reach(shares: list[float], lags: list[int]) -> int:
    """The longest lag up to which all lags are learned, 0 for none."""
    recalled = takewhile(lambda pair: pair[1] >= GOOD, zip(lags, shares, strict=True))
    return max((lag for lag, _ in recalled), default=0)


def sentence(numbers: Numbers) -> str:
    """How far each way reaches, trained at a single lag and with an increasing one."""
    lags, rows = numbers["lags"], numbers["rows"]
    fixed = [f"{row['words']} {_reach(row['fixed'], lags)}" for row in rows]
    grown = [f"{row['words']} {row['reached']}" for row in rows]
    faded = dict(zip((row["words"] for row in rows), numbers["fading"], strict=True))["Elman"]
    return (
        "In an untrained Elman network, the gradient with respect to a letter 100 steps back is "
        f"{faded[100] / faded[0]:.0e} of that with respect to the last letter. The longest lag up to which "
        f"{GOOD:.0%} of the first letters are recalled after {numbers['steps']} training steps at that lag, "
        f"one run each: {'; '.join(fixed)} (chance: {1 / numbers['letters']:.0%}). The longest lag learned "
        f"when the lag increased from 3 to {lags[-1]} with the network's progress: {'; '.join(grown)}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Gradients by lag, accuracy by lag, and the longest lag learned with a growing one."""
    fading, fixed, grown = figure.subplots(1, 3, width_ratios=(1, 1, 0.7))
    lags, rows = numbers["lags"], numbers["rows"]
    colours: dict[str, str] = {}
    for row, faded in zip(rows, numbers["fading"], strict=True):
        if "not clipped" in row["words"]:  # these are in the table and the bars only
            continue
        place = len(colours)
        colours[row["words"]] = COLOURS[place]
        style = {"color": COLOURS[place], "marker": MARKERS[place], "markersize": 5}
        ratios = np.array(faded) / faded[0]
        fading.plot(np.where(ratios < SMALLEST, np.nan, ratios), markevery=25, **style)
        fixed.plot(lags, row["fixed"], label=row["words"], **style)
    panel(
        fading,
        "Gradient before training",
        yscale="log",
        ylim=(SMALLEST, 10),
        xlabel="lag, letters before the last",
        ylabel="norm, of that at lag 0",
    )
    fixed.axhline(1 / numbers["letters"], color=GREY, ls=":", lw=1)
    panel(
        fixed,
        "Trained at one lag",
        xscale="log",
        ticks=lags,
        xlabel="lag, letters",
        percent="first letters recalled, %",
    )
    reached = {row["words"]: row["reached"] for row in rows}
    bars(
        grown,
        reached,
        "{:,}",
        limit=1.2 * max(*reached.values(), 1),
        color=[colours.get(words, "white") for words in reached],
        edgecolor=[colours[words.removesuffix(", not clipped")] for words in reached],
        title="Trained with a growing lag",
        xlabel="lag learned, letters",
    )
    grown.tick_params(axis="y", labelsize=8)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)


LONG_AGO = Experiment(
    name="long-ago",
    group="what it costs, and the remedy",
    question="Why are long-term dependencies hard to learn, and what helps?",
    measure=measure,
    table=table,
    sentence=sentence,
    draw=draw,
    size=(13.0, 4.6),
)
