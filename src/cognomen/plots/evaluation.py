"""Pictures of a training and of a model's figures: SVG, PNG or PDF by suffix (see `canvas`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.evaluation.metrics import Evaluation
from cognomen.plots.canvas import BLUE, GREY, VERMILION, checked_path, empty_figure, plain, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cognomen.training.run import EpochRecord

__all__ = ["confusion_matrix", "loss_curve", "reliability_diagram"]

MOST_ORIGINS_WITH_NUMBERS = 40  # beyond, the cells' numbers are smaller than print


def loss_curve(
    history: Sequence[EpochRecord], path: str | Path, *, title: str = "How training went", unit: str = "Epoch"
) -> None:
    """Draw loss (and accuracy beside it) on training and validation names after each epoch.

    Args:
        history: the records of a run; validation figures may be None.
        path: where to; the suffix `.png`, `.svg` or `.pdf` says what.
        title: what stands above.
        unit: what a record stands for, where it is no epoch.

    Raises:
        InputError: no record, or another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    if not history:
        raise InputError("expected the record of at least one epoch to draw, got none")
    figure = empty_figure(10, 4.2)
    losses, accuracies = figure.subplots(1, 2)
    epochs = [record.epoch for record in history]
    _curves(losses, epochs, [r.train_loss for r in history], [r.validation_loss for r in history])
    _curves(
        accuracies,
        epochs,
        [100 * r.train_accuracy for r in history],
        [None if r.validation_accuracy is None else 100 * r.validation_accuracy for r in history],
    )
    losses.set(
        xlabel=unit, ylabel="Loss per name (nats), lower is better", ylim=(0, 1.05 * losses.dataLim.y1)
    )
    accuracies.set(
        xlabel=unit, ylabel="Names answered right (%)", ylim=(max(0, accuracies.dataLim.y0 - 5), 100)
    )
    losses.legend(frameon=False)
    figure.suptitle(title)
    save(figure, target)


def _curves(axes: Axes, epochs: list[int], training: list[float], validation: Sequence[float | None]) -> None:
    from matplotlib.ticker import MaxNLocator

    marker = "o" if len(epochs) <= 40 else ""
    axes.plot(epochs, training, color=BLUE, marker=marker, markersize=4, label="training names")
    held_out = [(x, y) for x, y in zip(epochs, validation, strict=True) if y is not None]
    if held_out:
        xs, ys = zip(*held_out, strict=True)
        axes.plot(
            xs, ys, color=VERMILION, marker=marker and "s", markersize=4, ls="--", label="validation names"
        )
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    plain(axes)


def confusion_matrix(
    evaluation: Evaluation, path: str | Path, *, title: str = "What names of each origin were taken for"
) -> None:
    """Draw which origin was answered (columns) for names of each origin (rows), most names first.

    Shades and numbers are per cent of the row, so that rare origins are seen as well as common ones.

    Raises:
        InputError: a suffix other than `.png`, `.svg` and `.pdf`.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    support = evaluation.confusion.sum(axis=1)  # (C,)
    order = np.argsort(-support, kind="stable")  # (C,)
    counts = evaluation.confusion[np.ix_(order, order)]  # (C, C)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (C, C)
    names = [evaluation.origins[i] for i in order]
    side = max(2.5 + 0.42 * len(names), 4.5)
    figure = empty_figure(side + 0.9, side)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(
        range(len(names)), [f"{name} ({support[i]:,})" for name, i in zip(names, order, strict=True)]
    )
    axes.set(xlabel="Answered origin", ylabel="True origin (number of names)")
    axes.set_title(f"{title}\nper cent of each row; blank: less than half a per cent", fontsize=11, pad=12)
    if len(names) <= MOST_ORIGINS_WITH_NUMBERS:
        _write_shares(axes, shares)
    _lines_between_cells(axes, len(names))
    figure.colorbar(
        image, ax=axes, label="Per cent of the names of this origin", aspect=40, fraction=0.03, pad=0.02
    )
    save(figure, target)


def _write_shares(axes: Axes, shares: NDArray[np.float64]) -> None:
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.5:
            colour = "white" if share > 55 else "black"
            axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=8, color=colour)


def _lines_between_cells(axes: Axes, count: int) -> None:
    axes.set_xticks(np.arange(1, count) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, count) - 0.5, minor=True)
    axes.grid(which="minor", color="#e4e4e4", linewidth=0.6)
    axes.tick_params(which="minor", length=0)


def reliability_diagram(
    evaluation: Evaluation, path: str | Path, *, title: str = "Is the model as often right as it is sure?"
) -> None:
    """Draw, for each bin of like confidence, how sure the model was against how often it was right.

    The whiskers are 95 % Wilson intervals: how far chance alone may move a bin of that many names.

    Raises:
        InputError: a suffix other than `.png`, `.svg` and `.pdf`.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    bins = evaluation.reliability
    confidence = np.array([100 * one.confidence for one in bins])
    accuracy = np.array([100 * one.accuracy for one in bins])
    low, high = 100 * _wilson(accuracy / 100, np.array([one.count for one in bins]))
    figure = empty_figure(6.4, 6.4)
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=GREY, linestyle="--", linewidth=1, label="as sure as right")
    whiskers = np.stack([accuracy - low, high - accuracy]).clip(0)
    size = f"{min(one.count for one in bins):,}" if bins else "0"
    label = f"the model, in {len(bins)} group{'s' * (len(bins) != 1)} of {size} names or more"
    axes.errorbar(
        confidence, accuracy, whiskers, color=BLUE, marker="o", mec="white", capsize=3, lw=1.3, label=label
    )
    axes.set(xlim=(0, 101), ylim=(0, 101), aspect="equal")
    axes.set(xlabel="How sure the model was (%, mean of the group)", ylabel="How often it was right (%)")
    axes.text(97, 40, "too sure", ha="right", color=GREY, style="italic")
    axes.text(4, 78, "too cautious", color=GREY, style="italic")
    axes.set_title(
        f"{title}\nmean distance from the line (ECE): {100 * evaluation.ece:.1f} points", fontsize=11
    )
    axes.legend(loc="lower right", frameon=False)
    plain(axes)
    save(figure, target)


def _wilson(share: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """The ends (2, B) of the 95 % score interval of a share (Wilson 1927)."""
    z = 1.96
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return np.stack([middle - half, middle + half])
