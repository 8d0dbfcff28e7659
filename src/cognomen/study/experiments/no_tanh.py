"""What leaving out the tanh does: the hidden state becomes a sum, with one term for each letter.

    h_t = V h_(t-1) + U x_t    is    h_t = U x_t + V U x_(t-1) + V V U x_(t-2) + ...

A letter's term depends on the letter and on how long ago it was read, never on another letter. So with no
weights can such a network tell whether the number of minus signs is odd (Minsky & Papert 1969), and nothing
bounds the sum: what V stretches grows with every step. PyTorch's tutorial on names leaves the tanh out, and
yet its network learns: most of the evidence in a surname's letters is additive.
"""

from __future__ import annotations

import math

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Axes, Figure, bars, panel, series
from cognomen.rnn import Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, ManyToOne, SyncedManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, parts, rounded
from cognomen.study.learning import accuracy, learn
from cognomen.study.names import TrainedNetwork, fit_names, load_names
from cognomen.study.spread import how_often_less

VARIANTS = {"tanh": "with tanh", "identity": "without"}
TASKS = ("odd", "first sign", "names")
HIDDEN = 16  # of the tasks with signs
SIGNS = 10  # the length of the sequences for oddness
LONGEST = 20  # the longest training sequence for the first sign
LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # in the test


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train both networks on parity, on the first sign, and on surnames."""
    names = load_names(quick=settings.quick)
    reports = iter(parts(on_progress, [f"{task}, {words}" for task in TASKS for words in VARIANTS.values()]))
    odd = {phi: _odd(phi, settings, next(reports)) for phi in VARIANTS}
    first = {phi: _first(phi, settings, next(reports)) for phi in VARIANTS}
    surnames = {}
    for phi in VARIANTS:
        fitted = fit_names(
            names,
            epochs=1 if settings.quick else 12,
            cell="rnn",
            nonlinearity=phi,
            direction="forward",
            pooling="last",
            seed=settings.seed,
            on_progress=next(reports),
        )
        surnames[phi] = {
            "accuracy": fitted.test.accuracy,
            "interaction": interaction(fitted, names.test, np.random.default_rng(settings.seed)),
        }
    return {
        "signs": SIGNS,
        "odd": odd,
        "longest": LONGEST,
        "lengths": LENGTHS,
        "first": first,
        "test": len(names.test),
        "commonest": names.commonest,
        "names": surnames,
    }


def _encoder(phi: str, rng: np.random.Generator) -> Encoder:
    return Encoder("rnn", 1, HIDDEN, rng=rng, cell_options={"nonlinearity": phi})


def _signs(count: int, length: int, rng: np.random.Generator) -> tuple[Array, Ids]:
    """Random signs as 1 and -1, (N, T, 1), and which of them are minus, (N, T)."""
    minus = rng.integers(0, 2, (count, length))
    return (1 - 2 * minus).astype(np.float32)[..., None], minus


def _odd(phi: str, settings: Settings, on_progress: OnProgress) -> list[float]:
    """After each sign: how often the network tells whether the number of minus signs so far is odd."""
    start, rng = np.random.default_rng(settings.seed), np.random.default_rng(settings.seed)
    net = SyncedManyToMany(_encoder(phi, start), 2, rng=start)

    def batch(count: int) -> tuple[Packed, Packed]:
        x, minus = _signs(count, SIGNS, rng)
        return pack(x), pack(minus.cumsum(axis=1) % 2)

    steps = 300 if settings.quick else 3000
    learn(net, lambda step: batch(64), steps, tolerance=1e-3, on_progress=on_progress)
    x, labels = batch(2000)
    right = (net.predict(x).data == labels.data).reshape(SIGNS, -1)  # (T, N)
    shares: list[float] = right.mean(axis=1).round(4).tolist()
    return shares


def _first(phi: str, settings: Settings, on_progress: OnProgress) -> dict[str, object]:
    """The accuracy on which sign was first, trained on short sequences; and the norm of the state."""
    start, rng = np.random.default_rng(settings.seed), np.random.default_rng(settings.seed)
    net = ManyToOne(_encoder(phi, start), 2, rng=start)

    def batch(count: int, length: int) -> tuple[Packed, Ids]:
        x, minus = _signs(count, length, rng)
        return pack(x), minus[:, 0]

    learn(
        net,
        lambda step: batch(64, int(rng.integers(1, LONGEST + 1))),
        300 if settings.quick else 2000,
        learning_rate=3e-3,
        tolerance=0.01,
        on_progress=on_progress,
    )
    recalled, norms = [], []
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is what is measured
        for length in LENGTHS:
            x, labels = batch(100 if settings.quick else 400, length)
            recalled.append(accuracy(net, x, labels))
            last = net.encoder.forward(x)[0].data[x.last].astype(np.float64)  # (N, H)
            norms.append(rounded(float(np.linalg.norm(last, axis=1).mean()), 4))
    eigenvalues = np.linalg.eigvals(net.params["encoder.weight_hh_l0"].astype(np.float64))
    return {
        "recalled": recalled,
        "norms": norms,
        "largest_eigenvalue": float(np.abs(eigenvalues).max()),  # the growth per step, after many steps
    }


def interaction(fitted: TrainedNetwork, names: tuple[str, ...], rng: np.random.Generator) -> float:
    """The interaction of the first and the last letter, relative to the effect of the first; 0 for a sum.

    The first letter is changed, the last one, and both. For a sum the effects on the logits add. The mean
    absolute difference from additivity is divided by the mean absolute effect of the first letter.
    """
    kept = [name for name in names if len(name) > 1]
    others = [kept[row] for row in rng.permutation(len(kept))]
    pairs = list(zip(kept, others, strict=True))
    first = tuple(other[0] + name[1:] for name, other in pairs)
    last = tuple(name[:-1] + other[-1] for name, other in pairs)
    both = tuple(other[0] + name[1:-1] + other[-1] for name, other in pairs)
    as_is = fitted.logits(tuple(kept))  # (N, C)
    by_first, by_last, by_both = (fitted.logits(changed) - as_is for changed in (first, last, both))
    return float(np.abs(by_both - by_first - by_last).mean() / np.abs(by_first).mean())


def table(numbers: Numbers) -> Table:
    """Both networks, task by task."""
    signs, longest = numbers["signs"], numbers["lengths"][-1]
    heads = (
        "network",
        f"odd or even after {signs} signs",
        f"first sign recalled after {numbers['longest']}",
        f"after {longest:,}",
        "largest eigenvalue of V there",
        "accuracy on surnames",
        "interaction of first and last letter",
    )
    found = [
        (words, *(numbers[task][phi] for task in ("odd", "first", "names")))
        for phi, words in VARIANTS.items()
    ]
    rows = (
        (
            words,
            f"{odd[-1]:.1%}",
            f"{first['recalled'][numbers['lengths'].index(numbers['longest'])]:.1%}",
            f"{first['recalled'][-1]:.1%}",
            f"{first['largest_eigenvalue']:.2f}",
            f"{names['accuracy']:.1%}",
            f"{names['interaction']:.1%}",
        )
        for words, odd, first, names in found
    )
    return Table(heads, tuple(rows))


def _overflow(first: dict[str, list[float | None]], lengths: list[int]) -> int | None:
    """The shortest length at which the state overflows."""
    return next((n for n, norm in zip(lengths, first["norms"], strict=True) if norm is None), None)


def sentence(numbers: Numbers) -> str:
    """What the network without tanh cannot learn, how its state grows, and the accuracy on surnames."""
    odd, first, names = numbers["odd"], numbers["first"], numbers["names"]
    with_, without = VARIANTS
    lengths = numbers["lengths"]
    length, end = lengths[-1], _overflow(first[without], lengths)
    grown = f"overflows by {end} signs" if end else f"has grown to {first[without]['norms'][-1]:.3g}"
    near = lengths.index(numbers["longest"])
    lower = how_often_less(names[without]["accuracy"], names[with_]["accuracy"])
    return (
        f"After {numbers['signs']} signs the network with tanh tells with an accuracy of "
        f"{odd[with_][-1]:.1%} whether the number of minus signs is odd, the one without with "
        f"{odd[without][-1]:.1%} (chance: 50%). The first of {numbers['longest']} signs is recalled in "
        f"{first[with_]['recalled'][near]:.0%} of the cases with tanh, and in "
        f"{first[without]['recalled'][near]:.0%} without. For this, V has an eigenvalue of "
        f"{first[with_]['largest_eigenvalue']:.1f} and {first[without]['largest_eigenvalue']:.1f}, "
        f"respectively. tanh bounds the state; without it, the state {grown}, and after {length:,} signs the "
        f"first is recalled in {first[without]['recalled'][-1]:.0%} of the cases, with tanh in "
        f"{first[with_]['recalled'][-1]:.0%}. On {numbers['test']:,} held-out surnames the accuracy is "
        f"{names[without]['accuracy']:.1%} without and {names[with_]['accuracy']:.1%} with tanh (always the "
        f"most frequent origin: {numbers['commonest']:.1%}), lower without {lower}. The interaction of the "
        f"first and the last letter, beyond the sum of their separate effects, is "
        f"{names[without]['interaction']:.0%} of the first letter's effect "
        f"without tanh, and {names[with_]['interaction']:.0%} with it."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Accuracy by number of signs, the norm of the state by length, and surnames."""
    odd, state, names = figure.subplots(1, 3)
    steps = range(1, numbers["signs"] + 1)
    for place, (phi, words) in enumerate(VARIANTS.items()):
        style = {**series(place), "label": words}
        odd.plot(steps, numbers["odd"][phi], **style)
        norms = [math.nan if norm is None else norm for norm in numbers["first"][phi]["norms"]]
        state.plot(numbers["lengths"], norms, **style)
    odd.axhline(0.5, color=GREY, ls=":", lw=1)
    panel(
        odd,
        "Is the number of minus signs odd?",
        low=0.4,
        legend="center right",
        xticks=steps,
        xlabel="signs read",
        percent="right answers, %",
    )
    _finish_state(state, numbers)
    shown = {VARIANTS[phi]: 100 * row["accuracy"] for phi, row in numbers["names"].items()}
    shown["most frequent\norigin"] = 100 * numbers["commonest"]
    colours = [*COLOURS[: len(VARIANTS)], GREY]
    bars(
        names,
        shown,
        "{:.1f}",
        limit=100,
        color=colours,
        title="Surnames",
        xlabel="held-out surnames right, %",
    )


def _finish_state(axes: Axes, numbers: Numbers) -> None:
    """Logarithmic axes, the lengths in training, and where the state overflows."""
    axes.axvspan(1, numbers["longest"], color="#eeeeee", zorder=0)
    axes.text(1.15, 0.6, "lengths\nin training", transform=axes.get_xaxis_transform(), color=GREY, fontsize=9)
    end = _overflow(numbers["first"]["identity"], numbers["lengths"])
    if end is not None:
        axes.axvline(end, color=COLOURS[1], ls="--", lw=1)
        axes.text(end * 1.15, 0.9, "overflow", transform=axes.get_xaxis_transform(), color=COLOURS[1])
    panel(
        axes,
        "Remembering the first sign",
        xlabel="signs read",
        ylabel="norm of the state",
        xscale="log",
        yscale="log",
    )
