"""One to one: an image in, its class out. No sequence: the feedforward network behind the others.

The images are the 1,797 handwritten digits that come with scikit-learn, 8 by 8 pixels each.
"""

from __future__ import annotations

import numpy as np

from cognomen.plots.canvas import COLOURS, Figure
from cognomen.rnn import Array, Ids
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.shapes import Encoder, OneToOne
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.study.tasks.common import digits, split

HIDDEN = 128
SHOWN = 12  # mistakes in the picture


def nearest_mean(images: Array, labels: Ids, asked: Array) -> Ids:
    """The class with the nearest mean image, (N,), of the images asked (N, X): the baseline.

    Args:
        images: (M, X), the images that the means are of.
        labels: (M,), their classes.
        asked: (N, X).
    """
    means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])  # (C, X)
    found: Ids = ((asked[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    return found


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on four fifths of the images, test on the rest."""
    images, labels = digits()
    training, test = split(labels, settings.seed)
    rng = np.random.default_rng(settings.seed)
    encoder = Encoder(
        "rnn", images.shape[1], HIDDEN, dropout=0.3, rng=rng, cell_options={"nonlinearity": "relu"}
    )
    net = OneToOne(encoder, 10, rng=rng)
    fit_batches(
        net,
        len(training),
        lambda which: (images[training[which]], labels[training[which]]),
        epochs=10 if settings.quick else 60,
        seed=settings.seed,
        on_progress=on_progress,
    )
    answers, right = net.predict(images[test]), labels[test]
    mean = nearest_mean(images[training], labels[training], images[test])
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (right, answers), 1)
    wrong = np.flatnonzero(answers != right)
    return {
        "training": len(training),
        "test": len(test),
        "weights": net.size,
        "accuracy": float((answers == right).mean()),
        "digits": [[int((right == k).sum()), float((answers[right == k] == k).mean())] for k in range(10)],
        "nearest_mean": float((mean == right).mean()),
        "confusion": confusion.tolist(),
        "mistakes": [
            {"image": images[test[i]].round(3).tolist(), "is": int(right[i]), "said": int(answers[i])}
            for i in wrong[:SHOWN]
        ],
    }


def table(numbers: Numbers) -> Table:
    """For each digit the number of images, and the share that is recognised."""
    rows = [
        (f"{digit}", f"{count}", f"{share:.1%}") for digit, (count, share) in enumerate(numbers["digits"])
    ]
    total = ("all", f"{numbers['test']}", f"{numbers['accuracy']:.1%}")
    return Table(("digit", "test images", "recognised"), (*rows, total))


def sentence(numbers: Numbers) -> str:
    """The share of images that are recognised."""
    return (
        f"Of {numbers['test']} held-out images, the network recognises {numbers['accuracy']:.1%}; "
        f"the nearest of the ten mean images is right for {numbers['nearest_mean']:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The confusion matrix, and misclassified images."""
    left, right = figure.subfigures(1, 2)  # type: ignore[misc]  # two, in an array
    axes = left.subplots()
    confusion = np.array(numbers["confusion"])
    axes.imshow(np.sqrt(confusion), cmap="Blues")
    for row, column in zip(*np.nonzero(confusion), strict=True):
        colour = "white" if confusion[row, column] > confusion.max() / 3 else "black"
        axes.text(column, row, confusion[row, column], ha="center", va="center", fontsize=8.5, color=colour)
    axes.set(xticks=range(10), yticks=range(10), xlabel="predicted", ylabel="true")
    axes.tick_params(length=0)
    count = numbers["test"] - sum(np.diag(confusion))
    right.suptitle(f"{len(numbers['mistakes'])} of {count} mistakes", fontsize=11)
    for place, axes in enumerate(np.ravel(right.subplots(3, 4))):
        axes.axis("off")
        if place < len(numbers["mistakes"]):
            mistake = numbers["mistakes"][place]
            axes.imshow(np.array(mistake["image"]).reshape(8, 8), cmap="Greys")
            axes.set_title(f"{mistake['is']}, predicted {mistake['said']}", fontsize=9, color=COLOURS[0])
