"""The rows on inference: names in, probabilities out, against the frameworks and the machine's own limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier import Classifier
from timed.names import (
    backwards,
    classifier,
    compiled,
    corpus,
    different_names,
    different_prefixes,
    pretrained,
    read_cheaply,
)
from timed.timing import Line, Setting, Target, alternate, best_way, seconds_of

__all__ = [
    "ngrams_row",
    "onnx_row",
    "product_rates",
    "product_row",
    "sklearn_row",
    "threads_row",
    "torch_lines",
    "torch_row",
    "useful_operations",
]

ALL_NAMES = "all distinct names of the 18 files, text to probabilities, 1 thread"
SIZES = (32, 64, 128, 256, 512, 1024)
Probabilities = NDArray[np.floating[Any]]


def rate(names: int, seconds: float) -> str:
    """Names per second, as the table shows them."""
    return f"{names / seconds:,.0f} names/s"


def check_equal(clf: Classifier, names: Sequence[str], theirs: Probabilities) -> float:
    """The largest difference between their probabilities and ours; the same network must give the same.

    Surnames in two parts are left out: ours answers from both parts, which the rivals are not asked to do.
    """
    whole = [row for row, name in enumerate(names) if not {" ", "-"} & set(name)]
    largest = 0.0
    for by in ways_here().values():
        with compiled(by):
            ours = clf.predict_proba(names, full_names=False, na=None)
        largest = max(largest, float(np.abs(ours - theirs)[whole].max()))
    if not largest < 1e-5:
        raise AssertionError(f"their probabilities differ from ours by up to {largest}: not the same network")
    return largest


def race(
    work: str,
    rival: str,
    names: Sequence[str],
    ways: Mapping[str, Callable[[], object]],
    setting: Setting,
    targets: Sequence[Target | None],
    facts: dict[str, Any],
    theirs_on: int | None = None,
) -> list[Line]:
    """Ours against the best of a rival's ways: with NumPy, and compiled where Numba is installed.

    Args:
        targets: of both.
        theirs_on: how many names the rival's ways are given, if not all.
    """
    count = theirs_on or len(names)
    way, search = best_way(ways)
    works = our_ways(names, 1)
    times = alternate({**works, "theirs": ways[way]}, setting.repetitions)
    details = {"best_way": way, "search_seconds": search, "names": len(names), "their_names": count}
    details |= {side: times[side].to_json() for side in times} | facts
    theirs = count / times["theirs"].median
    return [
        Line(
            work + FAST[ours],
            f"{rival}, {way}",
            rate(len(names), times[ours].median),
            rate(count, times["theirs"].median),
            len(names) / times[ours].median / theirs,
            target,
            details=details,
        )
        for ours, target in zip(works, targets, strict=False)
    ]


FAST = {"ours": "", "fast": ", with `[fast]`"}  # the ways in which ours is run, and what a row adds for them


def our_ways(names: Sequence[str], threads: int) -> dict[str, Callable[[], object]]:
    """Answering names with NumPy alone, and compiled where Numba is installed."""
    clf = classifier()

    def work(by: bool) -> None:
        with compiled(by):
            clf.predict_proba(names, threads=threads)

    return {way: partial(work, by) for way, by in ways_here().items()}


def ways_here() -> dict[str, bool]:
    """The ways of `FAST` that can be run here, and whether they are compiled."""
    return {"ours": False} | ({"fast": True} if find_spec("numba") else {})


def torch_lines(
    work: str, names: Sequence[str], setting: Setting, targets: Sequence[Target], sample: int
) -> list[Line]:
    """Ours on all names, torch on the first `sample` of them, in the best of its batchings."""
    import torch

    from timed.torch_side import probabilities, torch_network

    torch.set_num_threads(1)
    clf, some = classifier(), names[:sample]
    network = torch_network(clf.network.architecture, clf.network.params)
    sizes = (256,) if setting.quick else SIZES
    ways = {
        f"{way} {size}": partial(probabilities, network, clf, some, way, size)
        for way in ("packed", "padded", "equal")
        for size in sizes
    }
    largest = max(
        check_equal(clf, some[:5000], probabilities(network, clf, some[:5000], way, 256))
        for way in ("packed", "padded", "equal")
    )
    facts = {"largest_difference": largest}
    return race(work, "torch nn.GRU", names, ways, setting, targets, facts, len(some))


def torch_row(setting: Setting) -> list[Line]:
    names = different_names()
    return torch_lines(ALL_NAMES, names, setting, [Target(">=", 3.5), Target(">=", 4)], len(names))


def onnx_row(setting: Setting) -> list[Line]:
    from timed.onnx_side import OnnxSide

    clf, names = classifier(), different_names()
    side = OnnxSide(clf)
    sizes = (32, 128) if setting.quick else (16, *SIZES)
    ways = {
        f"{way} {size}": partial(side.probabilities, names, way, size)
        for way in ("equal", "padded")
        for size in sizes
    }
    largest = max(check_equal(clf, names, side.probabilities(names, way, 64)) for way in ("equal", "padded"))
    targets, facts = [Target(">=", 3.5), Target(">=", 4.5)], {"largest_difference": largest}
    return race(ALL_NAMES, "ONNX Runtime GRU", names, ways, setting, targets, facts)


def sklearn_row(setting: Setting) -> list[Line]:
    """The fastest analyser that reaches the published accuracy is the rival; the others are lines without a
    target. `--quick` takes the full run's choice and trains less far: that does not change the speed.
    """
    from timed import sklearn_side as side

    names, lines = different_names(), []
    accuracies = {} if setting.quick else {analyser: side.accuracy(analyser) for analyser in side.ANALYSERS}
    for analyser in side.ANALYSERS:
        pipeline = side.fitted(analyser, corpus().names, corpus().labels, setting.pick(1000, 5))
        ways = {
            f"batches of {size}": partial(side.probabilities, pipeline, names, size)
            for size in ((2000, 20_000) if setting.quick else (500, 2000, 6000, 20_000))
        }
        known = analyser in accuracies
        rival = f"scikit-learn 1-4-grams ({analyser}" + (
            f", accuracy {accuracies[analyser]:.3f})" if known else ")"
        )
        facts = {"analyser": analyser, "accuracy_folds_0_1": accuracies.get(analyser)}
        lines += race(ALL_NAMES, rival, names, ways, setting, [None, None], facts)
    return _with_targets(lines, side.FIRST, side.PUBLISHED)


def _with_targets(lines: list[Line], first: str, published: float) -> list[Line]:
    """The lines against the fastest rival that is accurate enough alone have targets.

    That with NumPy comes first, those with `[fast]` last.
    """
    reach = [line for line in lines if (line.details["accuracy_folds_0_1"] or 0) >= published]
    reach = reach or [line for line in lines if line.details["analyser"] == first]
    rival = min(reach, key=lambda line: line.details["theirs"]["median"]).details["analyser"]
    lines.sort(key=lambda line: (line.work.endswith(FAST["fast"]), line.details["analyser"] != rival))
    targets = {ALL_NAMES: Target(">=", 1.3), ALL_NAMES + FAST["fast"]: Target(">=", 2)}
    return [
        Line(**{**vars(line), "target": targets[line.work] if line.details["analyser"] == rival else None})
        for line in lines
    ]


def threads_row(setting: Setting) -> list[Line]:
    """Ours in two threads, the BLAS held to one for each; and in two processes with half of the names each.

    The processes share no lock, so they tell what the machine has to give.
    """
    names, lines = different_names(), []
    for way, by in ways_here().items():
        works = {f"{n}": our_ways(names, n)[way] for n in (1, 2)}
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            works["processes"] = lambda pool=pool, by=by: list(  # type: ignore[misc]
                pool.map(_answer_every_second, range(2), [by] * 2)
            )
            times = alternate(works, setting.pick(21, 3))
        one, two, processes = (t.median for t in times.values())
        details = {n: t.to_json() for n, t in times.items()}
        halves = "2 processes, half of the names each"
        for work, seconds, against, other, target in (
            ("2 threads", two, "1 thread", one, None if by else Target(">=", 1.7)),
            (halves, processes, "1 thread", one, None),
            ("2 threads", two, halves, processes, Target(">=", 0.95)),
        ):
            sides = rate(len(names), seconds), rate(len(names), other)
            line = Line(
                f"the same in {work}{FAST[way]}",
                f"ours in {against}",
                *sides,
                other / seconds,
                target,
                details=details,
            )
            lines.append(line)
    return lines


def _answer_every_second(first: int, by: bool) -> None:
    """What one of two processes does: it has its own classifier, and half of the names."""
    with compiled(by):
        classifier().predict_proba(different_names()[first::2], threads=1)


def ngrams_row(setting: Setting) -> list[Line]:
    """The pretrained model, with its n-grams' weights, against its recurrent part alone.

    Of probabilities only: whether a name is unlike the training is not asked for them.
    """
    whole, part, names = pretrained(), classifier(), different_names()
    times = alternate(
        {
            "whole": partial(whole.predict_proba, names, threads=1),
            "part": partial(part.predict_proba, names, threads=1),
        },
        setting.repetitions,
    )
    slow, quick = times["whole"].median, times["part"].median
    line = Line(
        f"{ALL_NAMES}: the pretrained model, time",
        "its recurrent part alone, as in the other rows",
        rate(len(names), slow),
        rate(len(names), quick),
        slow / quick,
        Target("<=", 1.2),
        details={n: t.to_json() for n, t in times.items()},
    )
    return [line]


def product_row(setting: Setting) -> list[Line]:
    """The useful operations a second, against the best that this machine's NumPy reaches in such a product.

    Useful is one product (1, H) @ (H, 3H) for each different beginning of a name, and one for each different
    end; nothing else counts, but the time is all of it, from text to probabilities.
    """
    clf, names = classifier(), different_names()
    size = clf.network.architecture.hidden_size
    steps, products, useful = useful_operations(clf, names)
    rates: list[dict[int, float]] = []
    works = our_ways(names, 1)
    times = alternate({**works, "limit": lambda: rates.append(product_rates(size))}, setting.repetitions)
    best = {n: float(np.median([rate[n] for rate in rates])) for n in rates[0]}
    limit = max(best.values())
    details = {
        "steps_after_sharing": steps,
        "products_after_sharing": products,
        "useful_operations": useful,
        "product_rates_by_rows": best,
    } | {way: times[way].to_json() for way in works}
    lines = []
    for way in works:
        reached = useful / times[way].median
        for work, share, target in (
            ("useful operations after sharing, over the whole time", 1.0, Target(">=", 0.5, "")),
            ("the same, if every step had a product of its own", steps / products, None),
        ):
            line = Line(
                work + FAST[way],
                f"this machine's best float32 product (n, {size}) @ ({size}, {3 * size})",
                f"{reached * share / 1e9:.1f} GFLOP/s",
                f"{limit / 1e9:.1f} GFLOP/s",
                reached * share / limit,
                target,
                unit="",
                details=details,
            )
            lines.append(line)
    return lines


def useful_operations(clf: Classifier, names: Sequence[str]) -> tuple[int, int, int]:
    """The steps that must be taken for some names, their matrix products, and the operations of these."""
    ids, lengths = read_cheaply(names, clf.alphabet)
    readings = (ids, backwards(ids, lengths))
    steps, products = map(sum, zip(*(different_prefixes(each, lengths) for each in readings), strict=True))
    return steps, products, products * 6 * clf.network.architecture.hidden_size**2


def product_rates(size: int) -> dict[int, float]:
    """Operations a second of (n, H) @ (H, 3H) into a given array, for several n: the best of a few."""
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((size, 3 * size), np.float32)
    rates = {}
    for rows in (256, 512, 1024, 2048, 4096):
        x, out = rng.standard_normal((rows, size), np.float32), np.empty((rows, 3 * size), np.float32)
        times = 2 * 4096 // rows

        def several(x: Any = x, out: Any = out, times: int = times) -> None:
            for _ in range(times):
                np.matmul(x, matrix, out=out)

        seconds = min(seconds_of(several) for _ in range(5))
        rates[rows] = times * rows * 2 * size * 3 * size / seconds
    return rates
