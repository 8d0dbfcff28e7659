"""How time and memory grow: `python benchmarks/growth.py [--quick]`.

Against the number of names, 100 to 1,000,000; their length, 5 to 10,000 letters, at the same number of
letters altogether; and the size of the memory, H from 16 to 512. From ids to logits: ours and torch's nn.GRU
with the same weights, one thread. Torch reads packed batches of like lengths, and of three sizes of batch the
fastest counts. Each point is a process of its own: its time is the median of a few calls, its memory the
most that it held, less what it held before the first. Writes `benchmarks/results/growth.json` and draws
`docs/growth.svg`; `--draw` only draws. `--quick` writes and draws growth-quick instead, in the results.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from timed.processes import hold_to_one_thread, run_module
from timed.timing import machine

HERE = Path(__file__).parent
RESULTS, PICTURE = HERE / "results", HERE.parent / "docs" / "growth.svg"
# What grows, the values, those of --quick, and how the axis is called.
SCALES: dict[str, tuple[tuple[int, ...], tuple[int, ...], str]] = {
    "names": ((100, 1000, 10_000, 100_000, 1_000_000), (100, 1000, 10_000), "names"),
    "length": (
        (5, 10, 20, 50, 100, 300, 1000, 3000, 10_000),
        (5, 100, 3000),
        "letters in a name, {letters:,} altogether",
    ),
    "hidden": ((16, 32, 64, 128, 256, 512), (16, 128), "size of the memory, H; all names of the 18 files"),
}
SIDES = {"ours": "Cognomen", "torch": "PyTorch nn.GRU"}
SIZES = {"ours": (0,), "torch": (64, 256, 1024)}  # of batches; ours has none to choose
COLOURS = {"ours": "#2E8BC9", "torch": "#D55E00"}  # a blue and a vermilion that differ to every kind of eye
GREY = "#808080"  # reads on a light and on a dark page
LEAST = {"seconds": 0.0, "memory_mb": 0.1}  # what is drawn of less
MARKS = {"ours": "o", "torch": "s"}


def letters(quick: bool) -> int:
    """Letters altogether where the length of names grows."""
    return 20_000 if quick else 200_000


def measure(quick: bool) -> dict[str, Any]:
    """Every point of every curve."""
    curves: dict[str, Any] = {}
    for scale, (values, few, _) in SCALES.items():
        curves[scale] = {side: [] for side in SIDES}
        for value in few if quick else values:
            for side, sizes in SIZES.items():
                words = [scale, str(value), side, str(letters(quick))]
                points = [run_module("timed.growing", *words, str(size)) for size in sizes]
                point = {"value": value} | min(points, key=lambda point: point["seconds"])
                print(scale, side, point, file=sys.stderr, flush=True)
                curves[scale][side].append(point)
    return curves


def draw(results: dict[str, Any], path: Path) -> None:
    """Two rows of pictures, time above and memory below, on no background."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    coloured = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    style: dict[Any, Any] = dict.fromkeys(coloured, GREY)
    style |= {"svg.hashsalt": "growth", "font.size": 10, "svg.fonttype": "none"}
    with plt.rc_context(style):
        figure, rows = plt.subplots(2, 3, figsize=(12, 6.4), sharex="col", sharey="row", layout="constrained")
        for column, (scale, curves) in enumerate(results["curves"].items()):
            for row, key in enumerate(("seconds", "memory_mb")):
                _plot(rows[row, column], curves, key)
            rows[1, column].set_xlabel(SCALES[scale][2].format(letters=results["letters"]))
        rows[0, 0].set_ylabel("seconds")
        rows[1, 0].set_ylabel("memory used, MB")
        rows[0, 0].legend(frameon=False, labelcolor="linecolor")
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
        plt.close(figure)


def _plot(axes: Any, curves: dict[str, Any], key: str) -> None:
    """One of the six pictures: both axes logarithmic, their ticks plain numbers at powers of ten."""
    for side, points in curves.items():
        x = [point["value"] for point in points]
        y = [max(point[key], LEAST[key]) for point in points]
        axes.plot(x, y, color=COLOURS[side], marker=MARKS[side], linewidth=2, label=SIDES[side])
    axes.set(xscale="log", yscale="log")
    if max(x) <= 1000:  # so few doublings that each has its own tick
        axes.set_xticks(x)
        axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
        axis.set_minor_formatter(lambda value, _: "")
    axes.grid(color=GREY, alpha=0.25, linewidth=0.6)
    axes.patch.set_alpha(0)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure and draw how time and memory grow.")
    parser.add_argument("--quick", action="store_true", help="a few points only")
    parser.add_argument("--draw", action="store_true", help="draw what was measured before")
    given = parser.parse_args()
    path = RESULTS / ("growth-quick.json" if given.quick else "growth.json")
    if not given.draw:
        kept = hold_to_one_thread()
        here = machine() | {"settings_kept": kept}
        results = {"machine": here, "letters": letters(given.quick), "curves": measure(given.quick)}
        path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draw(json.loads(path.read_text("utf-8")), path.with_suffix(".svg") if given.quick else PICTURE)


if __name__ == "__main__":
    main()
