"""Many to many, in step: clips of digits, a label for each frame.

The frames are real images (scikit-learn's handwritten digits); the clips and their labels are made up by
us. The first label asks for the past: has a digit of this kind been shown before in the clip? The net must
recognise each image and remember which of ten kinds it has met. The second asks for the future: will it be
shown again? There a net that only reads forwards has nothing to go by but the place, and one that reads
both ways has.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, MARKERS, Figure, panel
from cognomen.rnn import Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, SyncedManyToMany, fit
from cognomen.study.experiment import Experiment, Numbers, OnProgress, Settings, Table, parts
from cognomen.study.tasks.common import digits, split

__all__ = ["CLIPS", "draw", "guess", "make_clips", "measure", "seen_before", "sentence", "table"]

FRAMES = 12
BATCH = 64
NETS = {
    "seen before, forwards": ("before", "forward"),
    "shown again, forwards": ("again", "forward"),
    "shown again, both ways": ("again", "both"),
}


def seen_before(shown: Ids) -> Ids:
    """For each frame (N, T) of kinds: 1 where the kind has come before in its clip."""
    same = shown[:, :, None] == shown[:, None, :]  # (N, T, T)
    found: Ids = np.tril(same, -1).any(axis=2).astype(np.int64)
    return found


def make_clips(
    images: Array, labels: Ids, pool: Ids, count: int, rng: np.random.Generator
) -> tuple[Packed, dict[str, Packed]]:
    """Clips of images of a pool, packed, and their labels: "before" and "again"."""
    frames = rng.choice(pool, (count, FRAMES))
    shown = labels[frames]  # (N, T)
    answers = {"before": seen_before(shown), "again": seen_before(shown[:, ::-1])[:, ::-1]}
    return pack(images[frames]), {kind: pack(each) for kind, each in answers.items()}


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train three nets on clips of four images of five, made anew at each step; ask for clips of the rest."""
    images, labels = digits("this task")
    training, test = split(labels, settings.seed)
    steps, asked = (30, 50) if settings.quick else (2500, 2000)
    x, answers = make_clips(images, labels, test, asked, np.random.default_rng(settings.seed + 1))
    rows: dict[str, Any] = {}
    for (name, (kind, direction)), progress in zip(
        NETS.items(), parts(on_progress, tuple(NETS)), strict=True
    ):
        rng = np.random.default_rng(settings.seed)
        encoder = Encoder("gru", 64, 96, num_layers=2, direction=direction, dropout=0.1, rng=rng)
        net = SyncedManyToMany(encoder, 2, rng=rng)

        def batch(which: Ids, kind: str = kind, rng: np.random.Generator = rng) -> tuple[Packed, Packed]:
            clips, labelled = make_clips(images, labels, training, len(which), rng)
            return clips, labelled[kind]

        fit(net, BATCH * steps, batch, epochs=1, batch_size=BATCH, seed=settings.seed, on_progress=progress)
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
    """How often the commoner answer at each place of the clip is right: answers (T, N) without looking."""
    share = answers.mean(axis=1)
    best = np.maximum(share, 1 - share)
    return {"frames": best.round(4).tolist(), "all": float(best.mean())}


def table(numbers: Numbers) -> Table:
    """Each net, and the guess that it must beat."""
    guessed = numbers["guess"]
    return Table(
        ("question, and how clips are read", "weights", "frames right", "guessed by place"),
        tuple(
            (name, f"{net['weights']:,}", f"{net['all']:.1%}", f"{guessed[NETS[name][0]]['all']:.1%}")
            for name, net in numbers["nets"].items()
        ),
    )


def sentence(numbers: Numbers) -> str:
    """What memory can do, and what it cannot."""
    nets, by_place = numbers["nets"], numbers["guess"]
    before, ahead, both = (nets[name]["all"] for name in NETS)
    return (
        f"Whether a digit has been shown before in a clip of {numbers['frames']} is told for {before:.1%} of "
        f"the frames (by place alone {by_place['before']['all']:.1%}). Whether it will be shown again, for "
        f"{ahead:.1%} by a net that reads forwards (by place alone {by_place['again']['all']:.1%}), and for "
        f"{both:.1%} by one that reads both ways."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Frames right, by their place in the clip."""
    panels = figure.subplots(1, 2, sharey=True)
    titles = {"before": "shown before?", "again": "will it be shown again?"}
    places = range(1, numbers["frames"] + 1)
    for axes, (kind, title) in zip(panels, titles.items(), strict=True):
        for number, (name, net) in enumerate(numbers["nets"].items()):
            if NETS[name][0] == kind:
                way = name.partition(", ")[2]
                axes.plot(places, net["frames"], marker=MARKERS[number], color=COLOURS[number], label=way)
        axes.plot(places, numbers["guess"][kind]["frames"], "--", color=COLOURS[-1], label="guessed by place")
        percent = "frames right, %" if axes is panels[0] else None
        side = "lower right" if kind == "again" else "lower left"
        panel(axes, title, percent=percent, low=0.45, legend=side, xlabel="frame", xticks=places)


CLIPS = Experiment(
    name="clips",
    group="the five shapes",
    question="Many to many, in step: what does the past tell of each frame, and what needs the future?",
    measure=measure,
    table=table,
    sentence=sentence,
    draw=draw,
)
