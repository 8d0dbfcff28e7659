"""Figures of a training run and of an evaluation: SVG, PNG or PDF by suffix (see `canvas`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.evaluation.metrics import Evaluation
from cognomen.plots.canvas import BLUE, GREY, VERMILION, Axes, checked_path, empty_figure, plain, save
from cognomen.training.run import EpochRecord

Values = Sequence[float | None]
MOST_ORIGINS_WITH_NUMBERS = 40  # beyond, the numbers in the cells are too small to read
MOST_EPOCHS_WITH_MARKERS = 40
SMALLEST_NUMBER, WHITE_ABOVE = 0.5, 55  # per cent of a row: what is written, and where black is hard to read
Z = 1.96  # the 97.5 % quantile of the normal distribution, for two-sided 95 % intervals


def loss_curve(
    history: Sequence[EpochRecord], path: str | Path, *, title: str = "How training went", unit: str = "Epoch"
) -> None:
    """Draw the loss, and beside it the accuracy, on training and validation names after each epoch.

    Args:
        history: the records of a run; validation scores may be None.
        path: of the file; the suffix `.png`, `.svg` or `.pdf` sets the format.
        title: of the figure.
        unit: what a record is of, if not an epoch.

    Raises:
        InputError: no record, or another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    if not history:
        raise InputError("expected the record of at least one epoch to draw, got none")
    figure = empty_figure(10, 4.2)
    losses, accuracies = figure.subplots(1, 2)
    epochs = [r.epoch for r in history]
    _curves(losses, epochs, [r.train_loss for r in history], [r.validation_loss for r in history])
    _curves(
        accuracies, epochs, [r.train_accuracy for r in history], [r.validation_accuracy for r in history], 100
    )
    losses.set(
        xlabel=unit, ylabel="Loss per name (nats), lower is better", ylim=(0, 1.05 * losses.dataLim.y1)
    )
    accuracies.set(xlabel=unit, ylabel="Accuracy (%)", ylim=(max(0, accuracies.dataLim.y0 - 5), 100))
    losses.legend(frameon=False)
    figure.suptitle(title)
    save(figure, target)


def _curves(axes: Axes, epochs: list[int], training: Values, validation: Values, scale: int = 1) -> None:
    """A curve over the epochs for training names, and one for validation names if there are any."""
    from matplotlib.ticker import MaxNLocator

    for values, colour, marker, style, label in [
        (training, BLUE, "o", "-", "training names"),
        (validation, VERMILION, "s", "--", "validation names"),
    ]:
        scaled = scale * np.array(values, dtype=np.float64)  # None becomes NaN, which is not drawn
        marker = marker if len(epochs) <= MOST_EPOCHS_WITH_MARKERS else ""
        if not np.isnan(scaled).all():
            axes.plot(epochs, scaled, color=colour, marker=marker, markersize=4, ls=style, label=label)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    plain(axes)


def confusion_matrix(
    evaluation: Evaluation, path: str | Path, *, title: str = "What names of each origin were taken for"
) -> None:
    """Draw which origin was answered (columns) for names of each origin (rows), most names first.

    Shades and numbers are per cent of the row, so that rare origins are as visible as common ones.

    Raises:
        InputError: a suffix other than `.png`, `.svg` and `.pdf`.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    support = evaluation.confusion.sum(axis=1)  # (C,)
    order = np.argsort(-support, kind="stable")  # (C,)
    shares = 100 * evaluation.confusion / np.where(support > 0, support, 1)[:, None]  # (C, C)
    shares = shares[np.ix_(order, order)]
    names = [evaluation.origins[i] for i in order]
    number = "," if support.dtype.kind == "i" else ",.3g"  # of names, or their weight
    side = max(2.5 + 0.42 * len(names), 4.5)
    figure = empty_figure(side + 0.9, side)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    places, borders = np.arange(len(names)), np.arange(1, len(names)) - 0.5
    axes.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, [f"{name} ({support[i]:{number}})" for name, i in zip(names, order, strict=True)])
    axes.set(xlabel="Answered origin", ylabel="True origin (number of names)")
    axes.set_title(f"{title}\nper cent of each row; blank: less than half a per cent", fontsize=11, pad=12)
    for (row, column), share in np.ndenumerate(shares):
        if len(names) <= MOST_ORIGINS_WITH_NUMBERS and share >= SMALLEST_NUMBER:
            colour = "white" if share > WHITE_ABOVE else "black"
            axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(borders, minor=True)
    axes.set_yticks(borders, minor=True)
    axes.grid(which="minor", color="#e4e4e4", linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    figure.colorbar(
        image, ax=axes, label="Per cent of the names of this origin", aspect=40, fraction=0.03, pad=0.02
    )
    save(figure, target)


def reliability_diagram(
    evaluation: Evaluation,
    path: str | Path,
    *,
    title: str = "Is the model right as often as it is sure?",
) -> None:
    """Draw the accuracy against the mean confidence of each bin.

    The whiskers are 95 % Wilson intervals: how far the accuracy of that many names varies by chance.

    Raises:
        InputError: a suffix other than `.png`, `.svg` and `.pdf`.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    bins = evaluation.reliability
    sure, accuracy, count = np.array([(100 * b.confidence, 100 * b.accuracy, b.count) for b in bins]).T
    effective = count * (evaluation.effective_count / evaluation.weight)  # (B,), names of equal weight
    low, high = 100 * _wilson_interval(accuracy / 100, effective)  # (B,) each
    whiskers = np.stack([accuracy - low, high - accuracy]).clip(0)  # (2, B)
    figure = empty_figure(6.4, 6.4)
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=GREY, linestyle="--", linewidth=1, label="perfect calibration")
    label = f"the model, {len(bins)} bin{'s' * (len(bins) != 1)} of {effective.min():,.0f} names or more"
    axes.errorbar(
        sure, accuracy, whiskers, label=label, color=BLUE, marker="o", mec="white", capsize=3, lw=1.3
    )
    axes.set(xlim=(0, 101), ylim=(0, 101), aspect="equal")
    axes.set(xlabel="Mean confidence of the bin (%)", ylabel="Accuracy (%)")
    axes.text(97, 40, "overconfident", ha="right", color=GREY, style="italic")
    axes.text(4, 78, "underconfident", color=GREY, style="italic")
    axes.set_title(
        f"{title}\nexpected calibration error (ECE): {100 * evaluation.ece:.1f} points", fontsize=11
    )
    axes.legend(loc="lower right", frameon=False)
    plain(axes)
    save(figure, target)


def _wilson_interval(share: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ends (2, B) of the 95 % score interval of a proportion (Wilson 1927)."""
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return np.stack([middle - half, middle + half])
