"""Many to many, in step: clips of digits, a label for each frame.

The frames are real images (scikit-learn's handwritten digits); the clips and their labels are synthetic.
The first label depends on the past: has this digit been shown before in the clip? The network must
recognise each image and remember which of the ten digits it has seen. The second depends on the future:
will it be shown again? A forward network can only go by the position, a bidirectional one sees the rest of
the clip.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, Figure, panel, series
from cognomen.rnn import Array, Ids, Packed, pack
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts
from cognomen.study.spread import lines
from cognomen.study.tasks.common import digits, split

FRAMES = 12
BATCH = 64
NETS = {
    "seen before, forwards": ("before", "forward"),
    "shown again, forwards": ("again", "forward"),
    "shown again, both ways": ("again", "both"),
}


def seen_before(shown: Ids) -> Ids:
    """For each frame of digits (N, T): 1 if the digit has occurred before in its clip."""
    same = shown[:, :, None] == shown[:, None, :]  # (N, T, T)
    found: Ids = np.tril(same, -1).any(axis=2).astype(np.int64)
    return found


def make_clips(
    images: Array, labels: Ids, pool: Ids, count: int, rng: np.random.Generator
) -> tuple[Packed, dict[str, Packed]]:
    """Packed clips of images from a pool, and their labels "before" and "again"."""
    frames = rng.choice(pool, (count, FRAMES))
    shown = labels[frames]  # (N, T)
    answers = {"before": seen_before(shown), "again": seen_before(shown[:, ::-1])[:, ::-1]}
    return pack(images[frames]), {kind: pack(each) for kind, each in answers.items()}


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train three networks on clips of four fifths of the images, new clips at each step; test the rest."""
    images, labels = digits()
    training, test = split(labels, settings.seed)
    steps, asked = (30, 50) if settings.quick else (2500, 2000)
    x, answers = make_clips(images, labels, test, asked, np.random.default_rng(settings.seed + 1))
    rows: dict[str, Any] = {}
    for (name, (kind, direction)), progress in in_parts(on_progress, NETS.items(), itemgetter(0)):
        rng = np.random.default_rng(settings.seed)
        encoder = Encoder("gru", 64, 96, num_layers=2, direction=direction, dropout=0.1, rng=rng)
        net = SyncedManyToMany(encoder, 2, rng=rng)

        def batch(which: Ids, kind: str = kind, rng: np.random.Generator = rng) -> tuple[Packed, Packed]:
            clips, labelled = make_clips(images, labels, training, len(which), rng)
            return clips, labelled[kind]

        fit_batches(
            net, BATCH * steps, batch, epochs=1, batch_size=BATCH, seed=settings.seed, on_progress=progress
        )
        right = (net.predict(x).data == answers[kind].data).reshape(FRAMES, asked)
        rows[name] = {
            "weights": net.size,
            "frames": right.mean(axis=1).round(4).tolist(),
            "all": float(right.mean()),
        }
    guesses = {kind: guess(each.data.reshape(FRAMES, asked)) for kind, each in answers.items()}
    return {
        "frames": FRAMES,
        "training_clips": BATCH * steps,
        "training_images": len(training),
        "test_clips": asked,
        "test_images": len(test),
        "nets": rows,
        "guess": guesses,
    }


def guess(answers: Ids) -> dict[str, Any]:
    """The baseline: the share of the more common answer at each position, of answers (T, N)."""
    share = answers.mean(axis=1)
    best = np.maximum(share, 1 - share)
    return {"frames": best.round(4).tolist(), "all": float(best.mean())}


def table(numbers: Numbers) -> Table:
    """Each net, and its baseline."""
    guessed = numbers["guess"]
    return Table(
        ("question and direction", "weights", "frames right", "guessed from the position"),
        tuple(
            (name, f"{net['weights']:,}", f"{net['all']:.1%}", f"{guessed[NETS[name][0]]['all']:.1%}")
            for name, net in numbers["nets"].items()
        ),
    )


def sentence(numbers: Numbers) -> str:
    """What the hidden state can do, and what it cannot."""
    nets, by_place = numbers["nets"], numbers["guess"]
    before, ahead, both = (nets[name]["all"] for name in NETS)
    return (
        f"In clips of {numbers['frames']} frames, the network tells for {before:.1%} of the frames whether "
        f"their digit has been shown before (from the position alone: {by_place['before']['all']:.1%}). "
        f"Whether it will be shown again is right for {ahead:.1%} with a forward network (from the position "
        f"alone: {by_place['again']['all']:.1%}), and for {both:.1%} with a bidirectional one."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The share of right answers by position in the clip."""
    panels = figure.subplots(1, 2, sharey=True)
    titles = {"before": "shown before?", "again": "will it be shown again?"}
    places = range(1, numbers["frames"] + 1)
    for axes, (kind, title) in zip(panels, titles.items(), strict=True):
        for number, (name, net) in enumerate(numbers["nets"].items()):
            if NETS[name][0] == kind:
                way = name.partition(", ")[2]
                lines(axes, places, net["frames"], label=way, **series(number))
        axes.plot(places, numbers["guess"][kind]["frames"], "--", color=COLOURS[-1], label="position only")
        percent = "frames right, %" if axes is panels[0] else None
        side = "lower right" if kind == "again" else "lower left"
        panel(axes, title, percent=percent, low=0.45, legend=side, xlabel="frame", xticks=places)
