"""The size does not grow with the input, unlike a feedforward network's, which reads all positions at once.

The task: is there an `a` directly followed by a `b`, anywhere in the text? A feedforward network (one
hidden layer) has weights for each letter at each position, and shorter texts are padded. It must learn at
every position what the recurrent network learns once, and for positions that no training text reached it
has learned nothing.
"""

from __future__ import annotations

from operator import itemgetter

import numpy as np

from cognomen.plots.canvas import GREY, Figure, panel, series
from cognomen.rnn import Array, Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, ManyToOne, Shape
from cognomen.rnn.shapes.wiring import BackToInput, Input, Targets
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts
from cognomen.study.learning import Window, accuracy, learn, one_hot
from cognomen.study.spread import Spread, lines, values_of

LETTERS = 4
HIDDEN, WIDTH = 16, 64  # of the recurrent net, and of the hidden layer of the other
SHORT, LONG = 20, 40  # letters: the longest text in training, and the places of the net without memory
LENGTHS = (3, 5, 10, 15, 20, 25, 30, 35, 40)
RECURRENT, FRONT, BACK, EVERY = (
    "recurrent",
    "feedforward, padded at the end",
    "feedforward, padded at the start",
    "feedforward, trained on all lengths",
)


class AllAtOnce(Window):
    """A net with one hidden layer that reads all positions of a text at once.

    Args:
        places: P, the length of the longest text that it can read.
        in_front: whether shorter texts are padded in front.
        seed: of the initial values.
    """

    reads_many = True

    def __init__(self, places: int, *, in_front: bool = False, seed: int = 0) -> None:
        super().__init__(places * LETTERS, WIDTH, 2, nonlinearity="relu", seed=seed)
        self.places, self.in_front = places, in_front

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """Read texts of one length: logits (N, 2)."""
        letters = np.stack(self._steps(x).unpack())  # (N, T, V)
        count, steps, width = letters.shape
        page = np.zeros((count, self.places, width), letters.dtype)  # (N, P, V)
        filled = slice(self.places - steps, None) if self.in_front else slice(steps)
        page[:, filled] = letters
        logits, back = self.answer(page.reshape(count, -1))
        return logits, lambda d: pack(back(d).reshape(page.shape)[:, filled]).data


def texts(count: int, length: int, rng: np.random.Generator) -> tuple[Ids, Ids]:
    """Texts (N, T) of 2 or more letters, and whether `ab` is in each, (N,), which holds for half of them.

    Letters are random; `ab` is replaced by `ac`, and inserted at a random position in half of the texts.
    """
    ids = rng.integers(0, LETTERS, (count, length))
    ids[:, 1:][(ids[:, :-1] == 0) & (ids[:, 1:] == 1)] = 2
    has = rng.integers(0, 2, count)
    rows = np.flatnonzero(has)
    places = rng.integers(0, length - 1, len(rows))
    ids[rows, places], ids[rows, places + 1] = 0, 1
    return ids, has


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train each network on texts of up to 20 letters, one of them on up to 40, and test all lengths."""
    start = np.random.default_rng(settings.seed)
    nets: dict[str, tuple[int, Shape]] = {
        RECURRENT: (SHORT, ManyToOne(Encoder("gru", LETTERS, HIDDEN, rng=start), 2, rng=start)),
        FRONT: (SHORT, AllAtOnce(LONG, seed=settings.seed)),
        BACK: (SHORT, AllAtOnce(LONG, in_front=True, seed=settings.seed)),
        EVERY: (LONG, AllAtOnce(LONG, seed=settings.seed)),
    }
    rows = [
        [words, longest, net.size, _trained(net, longest, settings, progress)]
        for (words, (longest, net)), progress in in_parts(on_progress, nets.items(), itemgetter(0))
    ]
    return {
        "longest_in_training": SHORT,
        "places": LONG,
        "lengths": LENGTHS,
        "texts": 1000,
        "rows": rows,
        "weights": [[n, rows[0][2], AllAtOnce(n).size] for n in (10, 20, 40, 100, 1000, 10000)],
    }


def _trained(net: Shape, longest: int, settings: Settings, on_progress: OnProgress) -> list[float]:
    """The accuracy at each length, after training on texts of up to `longest` letters."""
    rng = np.random.default_rng(settings.seed)

    def batch(step: int) -> tuple[Packed, Ids]:
        ids, has = texts(64, int(rng.integers(2, longest + 1)), rng)
        return pack(one_hot(ids, LETTERS)), has

    learn(net, batch, 300 if settings.quick else 6000, learning_rate=3e-3, on_progress=on_progress)
    asked = np.random.default_rng([settings.seed, 1])
    tests = (texts(1000, length, asked) for length in LENGTHS)
    return [accuracy(net, pack(one_hot(ids, LETTERS)), has) for ids, has in tests]


def _two(numbers: Numbers, found: list[float]) -> tuple[float, float]:
    """The mean accuracy at lengths in training, and at longer ones."""
    inside = sum(length <= numbers["longest_in_training"] for length in numbers["lengths"])
    runs = max(len(values_of(share)) for share in found)
    by_run = np.array([values_of(share, runs) for share in found])  # (lengths, runs)
    return Spread(by_run[:inside].mean(axis=0).tolist()), Spread(by_run[inside:].mean(axis=0).tolist())


def table(numbers: Numbers) -> Table:
    """Each network's weights, and its accuracy on lengths in training and beyond."""
    short, long = numbers["longest_in_training"], numbers["places"]
    return Table(
        (
            "network",
            "weights",
            "texts in training",
            f"accuracy, up to {short} letters",
            f"{short + 1} to {long}",
        ),
        tuple(
            (words, f"{size:,}", f"2 to {longest}", *(f"{share:.1%}" for share in _two(numbers, found)))
            for words, longest, size, found in numbers["rows"]
        ),
    )


def sentence(numbers: Numbers) -> str:
    """The sizes and accuracies of both kinds of net."""
    by_words = {words: (size, *_two(numbers, found)) for words, _, size, found in numbers["rows"]}
    size, near, far = by_words[RECURRENT]
    other, other_near, other_far = max((by_words[FRONT], by_words[BACK]), key=lambda each: each[2])
    longest, _, needed = numbers["weights"][-1]
    return (
        f"With {size:,} weights for any length, the recurrent network has an accuracy of {near:.1%} on texts "
        f"as long as those in training and of {far:.1%} on longer ones. The better of the two feedforward "
        f"networks, which read {numbers['places']} positions at once, has {other:,} weights and reaches "
        f"{other_near:.1%} and {other_far:.1%}. Trained on texts of all these lengths, it reaches "
        f"{by_words[EVERY][2]:.1%} on the longer ones, and still no text can have more than "
        f"{numbers['places']} letters. For texts of {longest:,} letters it would need {needed:,} weights."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Accuracy by length, and number of weights by the longest text."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    for which, (words, _, _, found) in enumerate(numbers["rows"]):
        lines(left, numbers["lengths"], found, label=words, **series(which))
    left.axvline(numbers["longest_in_training"] + 0.5, color=GREY, ls="--", lw=1)
    beyond = numbers["longest_in_training"] + 1
    left.text(beyond, 1.01, "longer than in training", color=GREY, fontsize=9, va="bottom")
    left.axhline(0.5, color=GREY, ls=":")
    left.text(40, 0.505, "chance", color=GREY, fontsize=9, ha="right", va="bottom")
    panel(
        left,
        "Is there an a followed by a b?",
        low=0.45,
        percent="texts answered right, %",
        xlabel="letters of the text",
    )
    left.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.13),
        fontsize=8.5,
        handlelength=1.4,
        framealpha=1,
        edgecolor="white",
    )
    lengths, recurrent, at_once = zip(*numbers["weights"], strict=True)
    right.plot(lengths, recurrent, label="recurrent", **series(0))
    right.plot(lengths, at_once, label="feedforward", **series(1))
    panel(
        right,
        "Weights",
        legend="upper left",
        xlabel="longest text that can be read, letters",
        xscale="log",
        yscale="log",
        ylim=(300, None),
    )
