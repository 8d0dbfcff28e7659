"""Many to many: numbers in words, from English to French.

"ninety-nine" is "quatre-vingt-dix-neuf": different words, a different number of words, a different
structure. A network trained on some thousand pairs translates numbers that it has never seen. Numbers
longer than those in training show how much it has learned about counting, and how much about the lengths
that occurred in training.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cognomen.io.extras import require
from cognomen.plots.canvas import COLOURS, Figure, panel
from cognomen.rnn import Ids, Packed
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.shapes import Decoder, Encoder, ManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, parts
from cognomen.study.spread import how_often_less, lines
from cognomen.study.tasks.common import Vocabulary

BELOW = 1_000_000
SHORT = 8  # English tokens in the longest training sentence of the second net
FAILS = 0.9  # a length fails if less than this share of its sentences is right
EXAMPLE = 97_092
LIMIT = 40  # tokens of a translation


class Pair(NamedTuple):
    """A number in English and in French, as tokens."""

    english: list[str]
    french: list[str]


class Languages(NamedTuple):
    """The tokens of both languages."""

    english: Vocabulary
    french: Vocabulary


def tokens(text: str) -> list[str]:
    """Words, each with the hyphen that joins it to the one before, and commas: "-neuf" follows "quatre"."""
    return re.findall(r"-?[^\s,-]+|,", text)


def draw_numbers(count: int, rng: np.random.Generator) -> list[int]:
    """Distinct numbers below a million in random order, half of them uniform, half uniform on a log scale."""
    found: dict[int, None] = {}
    while len(found) < count:
        even = rng.integers(0, BELOW, count)
        short = np.exp(rng.uniform(0, np.log(BELOW), count)).astype(np.int64) - 1
        found |= dict.fromkeys(np.stack([even, short], axis=1).ravel().tolist())
    # The few short ones are found first: without the permutation nearly all of them would be in the test set.
    numbers: list[int] = rng.permutation(list(found)[:count]).tolist()
    return numbers


def read(numbers: Sequence[int]) -> list[Pair]:
    """Numbers in words, in both languages."""
    words = require("num2words", "study", "this task").num2words
    return [Pair(tokens(words(n, lang="en")), tokens(words(n, lang="fr"))) for n in numbers]


def translator(languages: Languages, seed: int, *, attention: bool = True) -> ManyToMany:
    """An encoder that reads English in both directions, and a decoder that writes French."""
    rng = np.random.default_rng(seed)
    english, french = map(len, languages)
    encoder = Encoder("gru", english, 64, embedding_size=32, direction="both", rng=rng)
    how: dict[str, Any] = {"embedding_size": 32, "attention": attention, "dropout": 0.1, "rng": rng}
    return ManyToMany(encoder, Decoder("gru", french, 128, encoder.output_size, **how))


def right(net: ManyToMany, languages: Languages, pairs: Sequence[Pair], beam: int = 1) -> list[bool]:
    """Whether each whole French sentence is right."""
    written = net.write(languages.english.pack(pair.english for pair in pairs), beam=beam, limit=LIMIT)
    texts = [languages.french.decode(text.ids) for text in written]
    return [text == pair.french for text, pair in zip(texts, pairs, strict=True)]


def word_by_word(pairs: Sequence[Pair]) -> dict[str, str]:
    """For each English token the French one that co-occurs with it most (Dice's coefficient)."""
    both: Counter[tuple[str, str]] = Counter()
    one: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for english, french in pairs:
        one.update(set(english))
        other.update(set(french))
        both.update((e, f) for e in set(english) for f in set(french))

    def nearest(e: str) -> str:
        return max(other, key=lambda f: (2 * both[e, f] / (one[e] + other[f]), f))

    return {e: nearest(e) for e in one}


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on 20,000 numbers, test on 2,000 others; then train on short sentences, test on longer ones."""
    rng = np.random.default_rng(0)  # the same numbers for every seed, so that their lengths are the same
    test_size, size, epochs = (100, 600, 2) if settings.quick else (2000, 20_000, 6)
    pairs = read(draw_numbers(test_size + size, rng))
    test, training = pairs[:test_size], pairs[test_size:]
    languages = Languages(*map(Vocabulary, zip(*pairs, strict=True)))
    with_attention, without, on_short = parts(on_progress, ("attention", "no attention", "short ones only"))

    def trained(
        pairs: Sequence[Pair], epochs: int, progress: OnProgress, attention: bool = True
    ) -> ManyToMany:
        def batch(which: Ids) -> tuple[Packed, Packed]:
            english, french = zip(*(pairs[i] for i in which), strict=True)
            return languages.english.pack(english), languages.french.pack(french)

        net = translator(languages, settings.seed, attention=attention)
        fit_batches(net, len(pairs), batch, epochs=epochs, seed=settings.seed, on_progress=progress)
        return net

    net = trained(training, epochs, with_attention)
    plain_net = trained(training, epochs, without, attention=False)
    dictionary = word_by_word(training)
    literal = [[dictionary.get(e, "") for e in pair.english] == pair.french for pair in test]
    short = [pair for pair in training if len(pair.english) <= SHORT]
    of_short = trained(short, epochs * len(training) // max(len(short), 1), on_short)
    return {
        "training": len(training),
        "test": len(test),
        "weights": net.size,
        "exact": float(np.mean(right(net, languages, test))),
        "exact_beam": float(np.mean(right(net, languages, test, beam=4))),
        "exact_without_attention": float(np.mean(right(plain_net, languages, test))),
        "word_by_word": float(np.mean(literal)),
        "short": SHORT,
        "short_training": len(short),
        "lengths": by_length([of_short, net], languages, test),
        "example": example(net, languages),
    }


def by_length(nets: Sequence[ManyToMany], languages: Languages, test: Sequence[Pair]) -> list[list[Any]]:
    """For each number of English tokens: the number of sentences, and each network's accuracy."""
    lengths = sorted({len(pair.english) for pair in test})
    parts = [[pair for pair in test if len(pair.english) == length] for length in lengths]
    return [
        [length, len(part), *(float(np.mean(right(net, languages, part))) for net in nets)]
        for length, part in zip(lengths, parts, strict=True)
    ]


def example(net: ManyToMany, languages: Languages) -> dict[str, Any]:
    """One number, and where the decoder looked at each word that it wrote."""
    (pair,) = read([EXAMPLE])
    (text,) = net.write(languages.english.pack([pair.english]), limit=LIMIT)
    assert text.attention is not None
    return {
        "number": EXAMPLE,
        "english": pair.english,
        "french": languages.french.decode(text.ids),
        "weights": text.attention[: len(text.ids)].round(3).tolist(),
    }


def table(numbers: Numbers) -> Table:
    """Sentences right by length, for training on all lengths and on short ones only."""
    heads = (
        "English words and commas",
        "test sentences",
        f"trained on up to {numbers['short']}",
        "trained on all",
    )
    rows = [
        (f"{length}", f"{count}", f"{short:.1%}", f"{whole:.1%}")
        for length, count, short, whole in numbers["lengths"]
    ]
    count = sum(row[1] for row in numbers["lengths"])
    short = sum(row[1] * row[2] for row in numbers["lengths"]) / count
    return Table(heads, (*rows, ("all", f"{count}", f"{short:.1%}", f"{numbers['exact']:.1%}")))


def failing(numbers: Numbers) -> int | None:
    """The first length beyond those in training at which less than `FAILS` of the sentences are right."""
    beyond = [row for row in numbers["lengths"] if row[0] > numbers["short"]]
    return next((length for length, _, short, _ in beyond if short < FAILS), None)


def sentence(numbers: Numbers) -> str:
    """The share of right sentences, and the length from which on it is low."""
    text = (
        f"Trained on {numbers['training']:,} numbers below a million, the network translates "
        f"{numbers['exact']:.1%} of {numbers['test']:,} others without a mistake "
        f"({numbers['exact_beam']:.1%} with a beam of 4; "
        f"{numbers['exact_without_attention']:.1%} without attention, which is fewer "
        f"{how_often_less(numbers['exact_without_attention'], numbers['exact'])}; word by word "
        f"{numbers['word_by_word']:.1%}). "
    )
    short, fails = numbers["short"], failing(numbers)
    longest = numbers["lengths"][-1]
    if fails is None:
        return f"{text}Trained on sentences of up to {short} words, it does not fail up to {longest[0]}."
    share = next(row[2] for row in numbers["lengths"] if row[0] == fails)
    return (
        f"{text}Trained only on sentences of up to {short} words and commas, it starts to fail at {fails}: "
        f"{share:.1%} of these are right, and {longest[2]:.1%} of those of {longest[0]}."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The attention of the decoder, and the share of right sentences by length."""
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    example = numbers["example"]
    weights = np.array(example["weights"])  # (T, L)
    left.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    left.set_xticks(range(len(example["english"])), example["english"], rotation=45, ha="right")
    left.set_yticks(range(len(example["french"])), example["french"])
    left.set_title("attention for each generated word", fontsize=11, loc="left")
    left.tick_params(length=0, labelsize=9)
    rows = numbers["lengths"]
    lengths = [row[0] for row in rows]
    right.axvspan(lengths[0] - 0.5, numbers["short"] + 0.5, color="#eeeeee", zorder=0)
    for column, marker, label in (
        (3, "o", "trained on all lengths"),
        (2, "s", f"on up to {numbers['short']} (grey)"),
    ):
        shares = [row[column] for row in rows]
        lines(right, lengths, shares, marker=marker, color=COLOURS[3 - column], label=label)
    panel(
        right,
        "sentences without an error",
        xlabel="English words and commas",
        legend="lower left",
        ylim=(-0.03, 1.05),
        xlim=(lengths[0] - 0.5, lengths[-1] + 0.5),
    )
    right.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
