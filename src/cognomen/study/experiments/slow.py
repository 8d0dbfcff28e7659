"""Recurrence is slow: each step waits for the one before. And how much time sharing prefixes saves.

Both sides of the first comparison do the same arithmetic, tanh(h V) for equally many rows: once step by step,
as recurrence requires, and once in large products, as a feedforward network can. The remedies: more sequences
side by side, and for names the tree of their prefixes, in which a prefix that names share is a single step.
Each time is the shortest of several repetitions, on one core; other machines have other times, so the ratios
within one run are more informative.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Axes, Figure, bars, panel, series
from cognomen.rnn import GRU, Array, Dropout, pack, pool
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.rnn.engine.prefix_tree import prefix_tree, sort_names
from cognomen.rnn.engine.shared_reading import read_names
from cognomen.rnn.recurrent import scan
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, parts
from cognomen.study.names import load_names
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged

HIDDEN = 128
LENGTHS = (1, 3, 10, 30, 100, 300, 1000)
SIDE_BY_SIDE = (1, 8, 64)
ROWS = 2048  # in a product: more do not fit the cache
PACKED = 512  # names in a batch without sharing
BLOCK = 192  # names that start at one level


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Time steps and large products, then names letter by letter and along the tree of their prefixes."""
    names = load_names(quick=settings.quick)
    steps, sharing = parts(on_progress, ["steps against large products", "shared prefixes"])
    lengths = LENGTHS[::3] if settings.quick else LENGTHS
    repeats = 3 if settings.quick else 25
    rng = np.random.default_rng(settings.seed)
    v = rng.standard_normal((HIDDEN, HIDDEN)).astype(np.float32) / np.float32(HIDDEN**0.5)
    with one_blas_thread():
        milliseconds = {}
        for count, progress in in_parts(steps, SIDE_BY_SIDE, "{} side by side".format):
            x = rng.standard_normal((lengths[-1] * count, HIDDEN)).astype(np.float32)
            milliseconds[str(count)] = [_times(x[: length * count], v, count, repeats) for length in lengths]
            progress(1.0, "")
        alphabet = Alphabet.from_names(names.training)
        shared = _sharing(alphabet.encode_all(list(names.training)), len(alphabet), settings)
        sharing(1.0, "")
    return {"hidden_size": HIDDEN, "rows": ROWS, "lengths": lengths, "milliseconds": milliseconds, **shared}


def _times(x: Array, v: Array, count: int, repeats: int) -> list[float]:
    """Milliseconds of T sequential steps, and of their rows (T * N, H) in large products."""
    h, z, result = x[:count].copy(), np.empty_like(x[:count]), np.empty_like(x)  # allocation is not timed

    def step_by_step() -> None:
        for _ in range(len(x) // count):
            np.matmul(h, v, out=z)  # (N, H)
            np.tanh(z, out=h)

    def in_large_products() -> None:
        for start in range(0, len(x), ROWS):
            part = slice(start, start + ROWS)
            np.matmul(x[part], v, out=result[part])
            np.tanh(result[part], out=result[part])

    return _milliseconds([step_by_step, in_large_products], repeats)


def _milliseconds(calls: list[Callable[[], object]], repeats: int) -> list[float]:
    """The shortest time of each call, taken in turns: other load on the machine only adds."""
    times = np.empty((repeats, len(calls)))
    for repeat in range(repeats + 1):  # the first warms up
        for place, call in enumerate(calls):
            began = time.perf_counter()
            call()
            if repeat:
                times[repeat - 1, place] = time.perf_counter() - began
    return [float(f"{1e3 * each:.3g}") for each in times.min(axis=0)]


def _sharing(names: Ragged, letters: int, settings: Settings) -> dict[str, Any]:
    """All names through one cell, letter by letter and along the tree: steps, times, and the difference."""
    cell = GRU(letters, HIDDEN, rng=np.random.default_rng(settings.seed))

    def letter_by_letter() -> Array:
        found = []
        for start in range(0, len(names), PACKED):
            rows = pack(names[start : start + PACKED])
            a, _ = cell.project(np.eye(letters, dtype=np.float32))  # (G, V, H), one for each letter
            y, _ = scan(cell, a[:, rows.data], rows)
            found.append(pool(rows.with_data(y), "last")[0])
        return np.concatenate(found)

    def along_the_tree() -> Array:
        tree = prefix_tree(sort_names(names), block=BLOCK)
        a, _ = cell.project(np.eye(letters, dtype=np.float32))
        found, _ = read_names(cell, a, tree, "last", dropout=Dropout(0), learn=False)  # (U, 1, H)
        result = np.empty((len(names), HIDDEN), np.float32)
        result[tree.sorted_indices] = found[tree.inverse, 0]
        return result

    apart = float(np.abs(letter_by_letter() - along_the_tree()).max())
    times = _milliseconds([letter_by_letter, along_the_tree], 3 if settings.quick else 10)
    prefixes = len(prefix_tree(sort_names(names)).letters)
    return {
        "names": len(names),
        "letters": len(names.data),
        "prefixes": prefixes,
        "sharing_milliseconds": times,
        "apart": float(f"{apart:.1e}"),
    }


def _ratio(times: Sequence[float]) -> float:
    """The ratio of the first time to the second."""
    return times[0] / times[1]


def table(numbers: Numbers) -> Table:
    """Milliseconds of steps and of large products, and their ratio, by length and batch size."""
    times = numbers["milliseconds"]  # by number of sequences: for each length, steps and products
    heads = ((f"batch of {count}: steps (ms)", "products (ms)", "ratio") for count in times)
    rows = [
        [(_shown(step), _shown(whole), f"{step / whole:.1f}") for step, whole in pairs]
        for pairs in zip(*times.values(), strict=True)
    ]
    return Table(
        ("steps", *chain(*heads)),
        tuple((f"{n:,}", *chain(*cells)) for n, cells in zip(numbers["lengths"], rows, strict=True)),
    )


def _shown(milliseconds: float) -> str:
    """Two significant digits, or all digits before the point."""
    return f"{milliseconds:.0f}" if milliseconds >= 10 else f"{milliseconds:#.2g}"


def sentence(numbers: Numbers) -> str:
    """What waiting costs, and what sharing saves."""
    (alone, *_, many), longest = numbers["milliseconds"].values(), numbers["lengths"][-1]
    most = list(numbers["milliseconds"])[-1]
    apart, along = numbers["sharing_milliseconds"]
    return (
        f"On one core, {longest:,} sequential steps of one sequence take "
        f"{_shown(alone[-1][0])} ms, {_ratio(alone[-1]):.1f} times as long as the same arithmetic in "
        f"products of up to {numbers['rows']:,} rows; with a batch of {most} sequences "
        f"{_ratio(many[-1]):.1f} times. {numbers['names']:,} surnames have {numbers['letters']:,} letters "
        f"but {numbers['prefixes']:,} distinct prefixes: along their tree they are read in "
        f"{_shown(along)} ms, letter by letter in {_shown(apart)}, {apart / along:.1f} times as long, with "
        f"the same result to {numbers['apart']:.0e}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Times by length, their ratio, and letters against prefixes."""
    times, price, shared = figure.subplots(1, 3, width_ratios=(1, 1, 0.9))
    _draw_waiting(times, price, numbers)
    _draw_sharing(shared, numbers)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)


def _draw_waiting(times: Axes, price: Axes, numbers: Numbers) -> None:
    """Milliseconds of steps and of large products by length; and their ratio."""
    lengths = numbers["lengths"]
    for place, (count, pairs) in enumerate(numbers["milliseconds"].items()):
        style = series(place)
        label = "1 sequence" if count == "1" else f"batch of {count}"
        times.plot(lengths, [step for step, _ in pairs], label=label, **style)
        times.plot(lengths, [whole for _, whole in pairs], ls=":", markerfacecolor="white", **style)
        price.plot(lengths, [_ratio(pair) for pair in pairs], **style)
    by_steps: dict[str, Any] = {"xscale": "log", "xlabel": "steps"}
    panel(times, "Sequential; dotted, large products", yscale="log", ylabel="milliseconds", **by_steps)
    times.yaxis.set_major_formatter("{x:g}")
    panel(price, "The cost of sequential steps", ylabel="times as long as large products", **by_steps)
    price.set_ylim(bottom=0)
    price.axhline(1, color=GREY, lw=1, ls=":")
    for axes in (times, price):
        axes.xaxis.set_major_formatter("{x:,.0f}")


def _draw_sharing(shared: Axes, numbers: Numbers) -> None:
    """The steps for all letters, and for the distinct prefixes alone."""
    apart, along = numbers["sharing_milliseconds"]
    steps = {
        f"letters,\none step each:\n{_shown(apart)} ms": numbers["letters"],
        f"distinct\nprefixes:\n{_shown(along)} ms": numbers["prefixes"],
    }
    bars(
        shared,
        steps,
        "{:,.0f}",
        title=f"Sharing prefixes: {apart / along:.1f} times as fast",
        xlabel=f"steps for {numbers['names']:,} names",
        limit=1.35 * numbers["letters"],
        color=COLOURS[:2],
    )
    shared.locator_params(axis="x", nbins=4)
    shared.xaxis.set_major_formatter("{x:,.0f}")
