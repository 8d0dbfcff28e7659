"""No view of the future: a forward network answers before it has seen what follows.

The task: the input is a sequence of random letters, and at each one the network must name the letter a few
places ahead. Nothing that a forward network has seen so far determines it. Two remedies: a second direction
that reads from the end ("both"), and a delay, with which each answer is given that many steps late.
Surnames are read completely before the answer, so there the question is only which end is better
remembered.
"""

from __future__ import annotations

from operator import itemgetter

import numpy as np

from cognomen.plots.canvas import GREY, Figure, bars, panel, series
from cognomen.rnn import Packed, pack
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts, parts
from cognomen.study.learning import learn, one_hot
from cognomen.study.names import fit_names, load_names
from cognomen.study.spread import how_often_less, lines

LETTERS, LENGTH, HIDDEN = 4, 20, 32
AHEAD = (0, 1, 2, 3)
VARIANTS = ("forward", "forward, delayed", "both")
# Directions on surnames; with 44 numbers each, both together have about as many weights as one of 64.
DIRECTIONS = (("forward", 64), ("reverse", 64), ("both", 44))


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Predict the letter 0 to 3 positions ahead, then the origins of surnames."""
    names = load_names(quick=settings.quick)
    letters, origins = parts(on_progress, ["letters ahead", "surnames"])
    ahead = AHEAD[::2] if settings.quick else AHEAD
    asked = [(variant, places) for variant in VARIANTS for places in ahead]
    shares: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for (variant, places), progress in in_parts(letters, asked, lambda each: "{}, {} ahead".format(*each)):
        shares[variant].append(_told_ahead(variant, places, settings, progress))
    found = []
    for (direction, size), progress in in_parts(origins, DIRECTIONS, itemgetter(0)):
        fitted = fit_names(
            names,
            epochs=1 if settings.quick else 10,
            direction=direction,
            hidden_size=size,
            pooling="last",
            seed=settings.seed,
            on_progress=progress,
        )
        found.append([direction, fitted.network.recurrent.size, fitted.test.accuracy])
    return {"letters": LETTERS, "ahead": ahead, "shares": shares, "test": len(names.test), "surnames": found}


def _told_ahead(variant: str, places: int, settings: Settings, on_progress: OnProgress) -> float:
    """The share of right letters `places` positions ahead, on new sequences, where there is such a letter."""
    start, rng = np.random.default_rng(settings.seed), np.random.default_rng(settings.seed)
    delay = places if variant == "forward, delayed" else 0
    direction = "both" if variant == "both" else "forward"
    encoder = Encoder("gru", LETTERS + 1, HIDDEN, direction=direction, rng=start)
    net = SyncedManyToMany(encoder, LETTERS, rng=start)

    def batch(count: int) -> tuple[Packed, Packed]:
        ids = rng.integers(0, LETTERS, (count, LENGTH))
        x = np.full((count, LENGTH + delay), LETTERS)  # with a delay, blanks after the end
        x[:, :LENGTH] = ids
        wanted = np.zeros((count, LENGTH + delay), np.int64)
        wanted[:, delay : LENGTH - places + delay] = ids[:, places:]
        return pack(one_hot(x, LETTERS + 1)), pack(wanted)

    learn(net, lambda step: batch(32), 60 if settings.quick else 300, on_progress=on_progress)
    x, wanted = batch(300)
    right = np.stack(x.with_data(net.predict(x).data == wanted.data).unpack())  # (N, T)
    return float(right[:, delay : LENGTH - places + delay].mean())


def table(numbers: Numbers) -> Table:
    """Accuracy on letters ahead, then on surnames."""
    heads = ("network", *(f"letter {places} ahead" for places in numbers["ahead"]), "surnames")
    surnames = {direction: f"{right:.1%}" for direction, _, right in numbers["surnames"]}
    rows = [
        (variant, *(f"{share:.1%}" for share in shares), surnames.pop(variant, "-"))
        for variant, shares in numbers["shares"].items()
    ]
    blank = ("-",) * len(numbers["ahead"])
    rows += [(direction, *blank, right) for direction, right in surnames.items()]
    return Table(heads, tuple(rows))


def sentence(numbers: Numbers) -> str:
    """What a forward network cannot know, and what helps."""
    places = numbers["ahead"][-1]
    forward, late, both = (numbers["shares"][variant][-1] for variant in VARIANTS)
    surnames = "; ".join(f"{direction} {right:.1%}" for direction, _, right in numbers["surnames"])
    (_, _, alone), *_, (_, _, ends) = numbers["surnames"]
    return (
        f"A forward network predicts the letter {places} places ahead with an accuracy of {forward:.1%} "
        f"(chance: {1 / numbers['letters']:.0%}), with a delay of {places} steps {late:.1%}, and reading "
        f"from both ends {both:.1%}. Accuracy on {numbers['test']:,} held-out surnames, with about equally "
        f"many weights: {surnames}. Both directions are better than forward alone "
        f"{how_often_less(alone, ends)}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Right letters by distance, and surnames by direction."""
    letters, surnames = figure.subplots(1, 2, width_ratios=(1.4, 1))
    for place, (variant, shares) in enumerate(numbers["shares"].items()):
        ls = ("-", "--", ":")[place]
        lines(letters, numbers["ahead"], shares, label=variant, ls=ls, **series(place))
    letters.axhline(1 / numbers["letters"], color=GREY, lw=1, ls=":", label="chance")
    panel(
        letters,
        "The future of random letters",
        legend="center right",
        xticks=numbers["ahead"],
        xlabel="how many places ahead the letter is",
        percent="letters right, %",
    )
    bars(
        surnames,
        {direction: 100 * right for direction, _, right in numbers["surnames"]},
        "{:.1f}",
        limit=100,
        title="Surnames, read by",
        xlabel="held-out names right, %",
    )
