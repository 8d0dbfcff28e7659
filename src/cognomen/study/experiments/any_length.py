"""Inputs of any length: the same weights read ten symbols or ten thousand, but counting has limits.

Two questions about ones and zeros: is the number of ones odd, and are there more ones than zeros? Both
networks are trained on up to 20 symbols. The feedforward network sees a window of 20 symbols, so of longer
inputs only the end. The recurrent network reads inputs of any length and stores only its hidden state, so its
memory usage does not grow. Reading any length is not the same as being right at any length, though: the first
question needs two states, but the second needs a count, which goes beyond the hidden states seen in training.
"""

from __future__ import annotations

import numpy as np

from cognomen.plots.canvas import GREY, Figure, panel, series
from cognomen.rnn import Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, parts
from cognomen.study.learning import Window, learn, one_hot
from cognomen.study.spread import lines

HIDDEN, SHOWN = 16, 20
LENGTHS = (5, 10, 20, 50, 100, 1000, 10_000)
ASKED = 1000
ODD, MORE = "is the number of ones odd?", "are there more ones than zeros?"


def _right_answers(bits: Ids, question: str) -> Ids:
    """The right answer after each symbol, (N, T) -> (N, T)."""
    ones = bits.cumsum(axis=1)
    return ones % 2 if question == ODD else (2 * ones > np.arange(1, bits.shape[1] + 1)).astype(np.int64)


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train both networks on both questions, and test them on ever longer inputs."""
    lengths = LENGTHS[:5] if settings.quick else LENGTHS
    rows, sizes = [], {}
    for question, progress in in_parts(on_progress, (ODD, MORE)):
        recurrent, window = parts(progress, ["recurrent", "window"])
        net = _trained(question, settings, recurrent)
        fixed = _trained_window(question, settings, window)
        sizes = {"recurrent": net.size, "window": fixed.size}
        rng = np.random.default_rng(settings.seed + 1)
        for kind in ("recurrent", "window"):
            shares = []
            for length in lengths:
                bits = rng.integers(0, 2, (ASKED, length))
                said = answers_at(net, bits) if kind == "recurrent" else fixed.predict(_seen(bits))
                shares.append(float((said == _right_answers(bits, question)[:, -1]).mean()))
            rows.append({"net": kind, "question": question, "shares": shares})
    return {"shown": SHOWN, "asked": ASKED, "lengths": lengths, "weights": sizes, "rows": rows}


def _trained(question: str, settings: Settings, on_progress: OnProgress) -> SyncedManyToMany:
    start, rng = np.random.default_rng(settings.seed), np.random.default_rng(settings.seed)
    net = SyncedManyToMany(Encoder("rnn", 2, HIDDEN, rng=start), 2, rng=start)

    def batch(step: int) -> tuple[Packed, Packed]:
        bits = rng.integers(0, 2, (64, int(rng.integers(1, SHOWN + 1))))
        return pack(one_hot(bits, 2)), pack(_right_answers(bits, question))

    quick = 800 if question == ODD else 100  # counting cannot be learned in seconds
    learn(net, batch, quick if settings.quick else 4000, learning_rate=5e-3, on_progress=on_progress)
    return net


def _seen(bits: Ids) -> Array:
    """The input of the window: the last 20 symbols of (N, T), padded in front, (N, 20 * 2)."""
    last = one_hot(bits[:, -SHOWN:], 2)  # (N, T, 2)
    return np.pad(last, ((0, 0), (SHOWN - last.shape[1], 0), (0, 0))).reshape(len(bits), -1)


def _trained_window(question: str, settings: Settings, on_progress: OnProgress) -> Window:
    net, rng = Window(2 * SHOWN, 64, 2, seed=settings.seed), np.random.default_rng(settings.seed)

    def batch(step: int) -> tuple[Array, Ids]:
        bits = rng.integers(0, 2, (256, int(rng.integers(1, SHOWN + 1))))
        return _seen(bits), _right_answers(bits, question)[:, -1]

    learn(net, batch, 200 if settings.quick else 8000, learning_rate=3e-3, on_progress=on_progress)
    return net


def answers_at(net: SyncedManyToMany, bits: Ids) -> Ids:
    """The answers (N,) after the last symbol of (N, T); only the state is kept from step to step."""
    (((cell, _),),) = net.encoder.recurrent.levels
    state = cell.initial_state(len(bits))  # (1, N, H)
    for t in range(bits.shape[1]):
        y, state = cell.read(one_hot(bits[:, t], 2), state)
    found: Ids = net.output.forward(y)[0].argmax(axis=1)
    return found


def table(numbers: Numbers) -> Table:
    """The share of right answers by length."""
    return Table(
        ("network, question", *(f"{length:,} symbols" for length in numbers["lengths"])),
        tuple(
            (f"{row['net']}, {row['question']}", *(f"{share:.1%}" for share in row["shares"]))
            for row in numbers["rows"]
        ),
    )


def sentence(numbers: Numbers) -> str:
    """What generalises to longer inputs, and what does not."""
    longest = numbers["lengths"][-1]
    last = {(row["net"], row["question"]): row["shares"][-1] for row in numbers["rows"]}
    return (
        f"Trained on up to {numbers['shown']} symbols and tested on {longest:,}, the recurrent network "
        f"({numbers['weights']['recurrent']} weights) tells whether the number of ones is odd with an "
        f"accuracy of {last['recurrent', ODD]:.1%}, the network with a window "
        f"({numbers['weights']['window']:,} weights) with {last['window', ODD]:.1%} (chance: 50%). On "
        "whether there are more ones than zeros, which requires counting, the recurrent network reaches "
        f"{last['recurrent', MORE]:.1%}, and the window {last['window', MORE]:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The share of right answers by length, one panel per question."""
    for axes, question in zip(figure.subplots(1, 2, sharey=True), (ODD, MORE), strict=True):
        rows = [row for row in numbers["rows"] if row["question"] == question]
        for place, row in enumerate(rows):
            label = {"recurrent": "recurrent network", "window": f"window of {numbers['shown']}"}[row["net"]]
            ls = ("-", "--")[place]
            lines(axes, numbers["lengths"], row["shares"], label=label, ls=ls, **series(place))
        axes.axvspan(numbers["lengths"][0], numbers["shown"], color="#eeeeee", zorder=0)
        axes.axhline(0.5, color=GREY, ls=":", lw=1, label="chance")
        panel(
            axes,
            question.capitalize(),
            low=0.4,
            legend="center right",
            xscale="log",
            xlabel="symbols (shaded: lengths in training)",
            percent="right, %",
        )
        axes.xaxis.set_major_formatter("{x:,.0f}")
