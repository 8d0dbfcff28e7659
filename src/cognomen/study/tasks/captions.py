"""One to many: an image in, a sentence out, letter by letter.

The images are real (scikit-learn's handwritten digits); the sentences are our own: each image has
five that are all right, and in training one of them is drawn at random each time. So the network must learn
the class, its spelling, and that there is more than one way to say it.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from cognomen.plots.canvas import COLOURS, Figure
from cognomen.rnn import Array, Ids
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.shapes import Decoder, Encoder, Hypothesis, OneToMany, generate, sampler
from cognomen.rnn.shapes.encoder import one_step
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.study.tasks.common import Vocabulary, digits, split

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PHRASES = (
    "a handwritten {}",
    "this is a {}",
    "the digit {}",
    "the number {}, written by hand",
    "somebody wrote a {}",
)
LONGEST = 40
SHOWN = 8  # images in the picture


def captions(digit: int) -> list[str]:
    """All correct captions of a digit's image ("an eight", not "a eight")."""
    said = [phrase.format(WORDS[digit]) for phrase in PHRASES]
    return [text.replace(" a eight", " an eight") for text in said]


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on four fifths of the images; caption the rest greedily and by sampling."""
    images, labels = digits()
    training, test = split(labels, settings.seed)
    rng = np.random.default_rng(settings.seed)
    letters = Vocabulary(text for digit in range(10) for text in captions(digit))
    encoder = Encoder(
        "rnn", images.shape[1], 128, dropout=0.3, rng=rng, cell_options={"nonlinearity": "relu"}
    )
    decoder = Decoder("gru", len(letters), 96, encoder.output_size, embedding_size=24, reminded=True, rng=rng)
    net = OneToMany(encoder, decoder)

    def batch(which: Ids) -> tuple[Array, object]:
        rows = training[which]
        return images[rows], letters.pack(str(rng.choice(captions(labels[row]))) for row in rows)

    fit_batches(
        net,
        len(training),
        batch,
        epochs=3 if settings.quick else 80,
        seed=settings.seed,
        on_progress=on_progress,
    )
    likeliest = spell(letters, net.write(images[test], limit=LONGEST))
    drawn = spell(letters, sample(net, images[test], rng))
    return {
        "training": len(training),
        "test": len(test),
        "weights": net.size,
        "phrases": len(PHRASES),
        "exact": share_allowed(likeliest, labels[test]),
        "exact_drawn": share_allowed(drawn, labels[test]),
        "always_the_same": float(np.bincount(labels[test]).max() / len(test)),
        "kinds": {"likeliest": kinds(likeliest), "drawn": kinds(drawn)},
        "examples": [
            {"image": images[i].round(3).tolist(), "likeliest": one, "drawn": other}
            for i, one, other in list(zip(test, likeliest, drawn, strict=True))[:SHOWN]
        ],
    }


def sample(net: OneToMany, images: Array, rng: np.random.Generator) -> list[Hypothesis]:
    """Captions sampled from the network's probabilities."""
    y, _ = net.encoder.forward(one_step(images))
    draws = rng.random((len(images), LONGEST + 1))
    return generate(net.decoder, net.decoder.begin(y.data, None), sampler(draws), LONGEST)


def spell(letters: Vocabulary, written: list[Hypothesis]) -> list[str]:
    """The texts as strings."""
    return ["".join(letters.decode(text.ids)) for text in written]


def share_allowed(texts: list[str], labels: Ids) -> float:
    """The share of texts that are correct captions, letter by letter."""
    return float(np.mean([text in captions(label) for text, label in zip(texts, labels, strict=True)]))


def kinds(texts: list[str]) -> list[int]:
    """The number of uses of each phrase, and at the end of texts that use none."""
    found = Counter(phrase_of(text) for text in texts)
    return [found[place] for place in range(len(PHRASES) + 1)]


def phrase_of(text: str) -> int:
    """The index of the phrase that a text uses, for any digit; `len(PHRASES)` if it uses none."""
    return next((captions(digit).index(text) for digit in range(10) if text in captions(digit)), len(PHRASES))


def table(numbers: Numbers) -> Table:
    """The number of uses of each phrase."""
    names = [*(phrase.format("...") for phrase in PHRASES), "anything else"]
    columns = zip(names, numbers["kinds"]["likeliest"], numbers["kinds"]["drawn"], strict=True)
    rows = [(name, f"{one}", f"{other}") for name, one, other in columns]
    right = ("right in every letter", f"{numbers['exact']:.1%}", f"{numbers['exact_drawn']:.1%}")
    return Table(("caption", "most likely letters", "sampled"), (*rows, right))


def sentence(numbers: Numbers) -> str:
    """The share of captions that are right."""
    used = sum(count > 0 for count in numbers["kinds"]["drawn"][:-1])
    return (
        f"Of {numbers['test']} held-out images, {numbers['exact']:.1%} get a caption that is right in every "
        f"letter, and {numbers['exact_drawn']:.1%} when letters are sampled, which uses {used} of the "
        f"{numbers['phrases']} phrases. A constant caption is right for {numbers['always_the_same']:.1%}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Some images with their captions."""
    for axes, example in zip(figure.subplots(2, SHOWN // 2).flat, numbers["examples"], strict=True):
        axes.imshow(np.array(example["image"]).reshape(8, 8), cmap="Greys")
        axes.set(xticks=[], yticks=[])
        said = example["drawn"].replace(", ", ",\n")
        said += "" if phrase_of(example["drawn"]) < len(PHRASES) else " (no such phrase)"
        axes.set_xlabel(f"{example['likeliest']}\n{said}", fontsize=9, color=COLOURS[0])
    figure.suptitle("above: greedy; below: sampled", fontsize=11)
