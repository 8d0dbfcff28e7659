"""The rows on inference: names in, probabilities out, against the frameworks and the machine's own limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier import Classifier
from timed.names import (
    backwards,
    classifier,
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
    "torch_line",
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
    """The largest difference between their probabilities and ours; the same network must give the same."""
    largest = float(np.abs(clf.predict_proba(names, full_names=False, na=None) - theirs).max())
    if not largest < 1e-5:
        raise AssertionError(f"their probabilities differ from ours by up to {largest}: not the same network")
    return largest


def race(
    work: str,
    rival: str,
    names: Sequence[str],
    ways: Mapping[str, Callable[[], object]],
    setting: Setting,
    target: Target | None,
    facts: dict[str, Any],
    theirs_on: int | None = None,
) -> Line:
    """Ours against the best of a rival's ways; `theirs_on`: how many names its ways are given, if not all."""
    clf, count = classifier(), theirs_on or len(names)
    way, search = best_way(ways)
    times = alternate(
        {"ours": lambda: clf.predict_proba(names, threads=1), "theirs": ways[way]}, setting.repetitions
    )
    ours, theirs = len(names) / times["ours"].median, count / times["theirs"].median
    details = {"best_way": way, "search_seconds": search, "names": len(names), "their_names": count}
    details |= {side: times[side].to_json() for side in times} | facts
    return Line(
        work,
        f"{rival}, {way}",
        rate(len(names), times["ours"].median),
        rate(count, times["theirs"].median),
        ours / theirs,
        target,
        details=details,
    )


def torch_line(work: str, names: Sequence[str], setting: Setting, target: Target, sample: int) -> Line:
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
    return race(work, "torch nn.GRU", names, ways, setting, target, facts, len(some))


def torch_row(setting: Setting) -> list[Line]:
    names = different_names()
    return [torch_line(ALL_NAMES, names, setting, Target(">=", 3.5), len(names))]


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
    target, facts = Target(">=", 3.5), {"largest_difference": largest}
    return [race(ALL_NAMES, "ONNX Runtime GRU", names, ways, setting, target, facts)]


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
        lines.append(race(ALL_NAMES, rival, names, ways, setting, None, facts))
    return _with_target(lines, side.FIRST, side.PUBLISHED)


def _with_target(lines: list[Line], first: str, published: float) -> list[Line]:
    """The line of the fastest rival that is accurate enough comes first, and alone has the target."""
    reach = [line for line in lines if (line.details["accuracy_folds_0_1"] or 0) >= published]
    reach = reach or [line for line in lines if line.details["analyser"] == first]
    rival = min(reach, key=lambda line: line.details["theirs"]["median"])
    others = [line for line in lines if line is not rival]
    return [Line(**{**vars(rival), "target": Target(">=", 1.3)}), *others]


def threads_row(setting: Setting) -> list[Line]:
    """Ours in two threads, the BLAS held to one for each; and in two processes with half of the names each.

    The processes share no lock, so they tell what the machine has to give.
    """
    clf, names = classifier(), different_names()
    works = {f"{n}": partial(clf.predict_proba, names, threads=n) for n in (1, 2)}
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        works["processes"] = lambda: list(pool.map(_answer_every_second, range(2)))
        times = alternate(works, setting.pick(21, 3))
    one, details = times["1"].median, {n: t.to_json() for n, t in times.items()}

    def line(work: str, seconds: float, target: Target | None) -> Line:
        sides = rate(len(names), seconds), rate(len(names), one)
        return Line(work, "ours in 1 thread", *sides, one / seconds, target, details=details)

    return [
        line("the same in 2 threads", times["2"].median, Target(">=", 1.7)),
        line("the same in 2 processes, half of the names each", times["processes"].median, None),
    ]


def _answer_every_second(first: int) -> None:
    """What one of two processes does: it has its own classifier, and half of the names."""
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
    times = alternate(
        {
            "ours": lambda: clf.predict_proba(names, threads=1),
            "limit": lambda: rates.append(product_rates(size)),
        },
        setting.repetitions,
    )
    best = {n: float(np.median([rate[n] for rate in rates])) for n in rates[0]}
    reached, limit = useful / times["ours"].median, max(best.values())
    details = {
        "steps_after_sharing": steps,
        "products_after_sharing": products,
        "useful_operations": useful,
        "product_rates_by_rows": best,
        "ours": times["ours"].to_json(),
    }
    line = Line(
        "useful operations after sharing, over the whole time",
        "this machine's best float32 product (n, 128) @ (128, 384)",
        f"{reached / 1e9:.1f} GFLOP/s",
        f"{limit / 1e9:.1f} GFLOP/s",
        reached / limit,
        Target(">=", 0.5, ""),
        details=details,
    )
    each_step = reached * steps / products
    by_step = Line(
        "the same, if every step had a product of its own",
        line.against,
        f"{each_step / 1e9:.1f} GFLOP/s",
        line.theirs,
        each_step / limit,
        unit="",
    )
    return [line, by_step]


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
