"""Why did "bigger" get worse: a larger network needs another learning rate, and overfits.

Two things happen when only the size increases. The network has more weights than the data determine, and
memorises the training names: the loss on them keeps falling, the loss on others rises. And each of Adam's
steps moves every weight by about the learning rate, however many weights there are, so the outputs of a
larger network change more in each step, until the steps are too large even for the training names (Yang &
Hu 2021).

The remedy is to select the learning rate, which decays to zero, and the dropout for each size. They are
selected on validation names from the training part; the held-out names are used once, by the selected
configuration.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Figure, panel
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, parts
from cognomen.study.names import Surnames, TrainedNetwork, fit_names, load_names
from cognomen.study.spread import lines

SIZES = (16, 32, 64, 128, 256, 512)
SHARE = 4  # one in four of the training names is used: few, as in many users' own data
EPOCHS = 15
RATE = 5e-3  # of the fixed settings
# The candidates: the peak of a one-cycle schedule, and the dropout after embedding, layer and pooling.
RATES = (6e-3, 2e-3, 6e-4)
DROPS = ((0.0, 0.0, 0.0), (0.2, 0.0, 0.5))


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train each size with the same settings, then with the best of several."""
    learned, chosen_by = _subset(load_names(quick=settings.quick), 2 if settings.quick else SHARE)
    sizes = SIZES[:4:3] if settings.quick else SIZES
    epochs = 2 if settings.quick else EPOCHS
    # Progress is counted in hidden units, since larger nets take longer.
    whole = sum(sizes)
    rows, done = [], 0
    for size in sizes:

        def report(share: float, words: str, size: int = size, done: int = done) -> None:
            on_progress((done + share * size) / whole, f"size {size} · {words}")

        rows.append(_at_size(size, learned, chosen_by, epochs, settings.seed, report))
        done += size
    return {
        "training": len(learned.training),
        "validation": len(chosen_by.test),
        "test": len(learned.test),
        "epochs": epochs,
        "rate": RATE,
        "rows": rows,
    }


def _subset(names: Surnames, share: int) -> tuple[Surnames, Surnames]:
    """Every `share`-th training name for training, and half as many others for validation."""
    rows, others = np.arange(0, len(names.training), share), np.arange(1, len(names.training), 2 * share)
    learned = replace(
        names,
        training=tuple(names.training[row] for row in rows),
        training_labels=names.training_labels[rows],
    )
    return learned, replace(
        learned,
        test=tuple(names.training[row] for row in others),
        test_labels=names.training_labels[others],
    )


def _fit(size: int, names: Surnames, epochs: int, seed: int, **settings: Any) -> TrainedNetwork:
    shape: dict[str, Any] = {"cell": "rnn", "direction": "forward", "pooling": "last", "hidden_size": size}
    return fit_names(names, epochs=epochs, seed=seed, **shape, **settings)


def _at_size(
    size: int, learned: Surnames, chosen_by: Surnames, epochs: int, seed: int, on_progress: OnProgress
) -> dict[str, Any]:
    """The same settings as for all sizes, and the best of several for this size."""
    combinations = [(rate, drop) for rate in RATES for drop in DROPS]
    labels = [f"rate {rate:g}, dropout {drop[2]:g}" for rate, drop in combinations]
    first, *reports = parts(on_progress, ["the same settings", *labels])
    none = {"dropout": DROPS[0], "weight_decay": 0.0, "schedule": False, "clip": np.inf}
    same = _fit(size, learned, epochs, seed, learning_rate=RATE, on_progress=first, **none)
    choices = [
        _fit(size, chosen_by, epochs, seed, learning_rate=rate, dropout=drop, on_progress=progress)
        for (rate, drop), progress in zip(combinations, reports, strict=True)
    ]
    best = min(range(len(choices)), key=lambda place: choices[place].test.loss)
    rate, drop = combinations[best]
    return {
        "size": size,
        "weights": same.network.recurrent.size,
        "same": _scores(same),
        "tuned": {**_scores(replace(choices[best], names=learned)), "rate": rate, "dropout": drop[2]},
    }


def _scores(net: TrainedNetwork) -> dict[str, float]:
    return {"training_loss": net.training.loss, "loss": net.test.loss, "accuracy": net.test.accuracy}


def table(numbers: Numbers) -> Table:
    """Losses by size, with one configuration for all sizes and with one for each."""
    heads = (
        "hidden size",
        "same configuration: training loss",
        "held-out loss",
        "accuracy",
        "tuned: learning rate",
        "tuned: dropout",
        "tuned: training loss",
        "tuned: held-out loss",
        "tuned: accuracy",
    )
    rows = []
    for row in numbers["rows"]:
        same, tuned = (
            (f"{each['training_loss']:.3f}", f"{each['loss']:.3f}", f"{each['accuracy']:.1%}")
            for each in (row["same"], row["tuned"])
        )
        chosen = (f"{row['tuned']['rate']:g}", f"{row['tuned']['dropout']:g}")
        rows.append((str(row["size"]), *same, *chosen, *tuned))
    return Table(heads, tuple(rows))


def sentence(numbers: Numbers) -> str:
    """The best size with one configuration, and the largest network with that one and with its own."""
    rows = numbers["rows"]
    best = min(rows, key=lambda row: row["same"]["loss"])
    fitted = min(rows, key=lambda row: row["same"]["training_loss"])
    last = rows[-1]
    both = f"{last['same']['training_loss']:.2f} in training and {last['same']['loss']:.2f} on held-out names"
    rest = "" if fitted is last else f"; with {last['size']} units it is {both}"
    return (
        f"With {numbers['training']:,} names, {numbers['epochs']} epochs and a learning rate of "
        f"{numbers['rate']:g} for every size, the held-out loss is least at {best['size']} hidden units "
        f"({best['same']['loss']:.2f}). The training loss is least with {fitted['size']} units "
        f"({fitted['same']['training_loss']:.2f}, and {fitted['same']['loss']:.2f} on held-out names{rest}). "
        f"With the learning rate and dropout selected on validation names ({last['tuned']['rate']:g} and "
        f"{last['tuned']['dropout']:g}), the held-out loss with {last['size']} units is "
        f"{last['tuned']['loss']:.2f}, and the accuracy on {numbers['test']:,} held-out names is "
        f"{last['tuned']['accuracy']:.1%} instead of {last['same']['accuracy']:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Training and held-out loss by size, with the same settings and with tuned ones; and accuracy."""
    same, tuned, right = figure.subplots(1, 3)
    tuned.sharey(same)
    sizes = [row["size"] for row in numbers["rows"]]
    by_size: dict[str, Any] = {"xscale": "log", "xlabel": "hidden size"}
    for axes, kind, title in (
        (same, "same", "One configuration for all"),
        (tuned, "tuned", "One for each size"),
    ):
        for key, words, colour, mark in (
            ("loss", "held-out names", COLOURS[1], "s-"),
            ("training_loss", "training names", COLOURS[0], "o--"),
        ):
            losses = [row[kind][key] for row in numbers["rows"]]
            lines(axes, sizes, losses, marker=mark[0], ls=mark[1:], color=colour, label=words)
        panel(axes, title, ticks=sizes, ylabel="loss", **by_size)
    same.set_ylim(bottom=0)
    same.legend(frameon=False)
    for kind, words, colour, mark in (
        ("tuned", "one for each size", COLOURS[2], "^-"),
        ("same", "one configuration for all", GREY, "D--"),
    ):
        shares = [100 * row[kind]["accuracy"] for row in numbers["rows"]]
        lines(right, sizes, shares, marker=mark[0], ls=mark[1:], color=colour, label=words)
    panel(right, "Held-out names", ticks=sizes, legend="lower center", ylabel="right, %", **by_size)
