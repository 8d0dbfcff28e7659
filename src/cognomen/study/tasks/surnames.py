"""One to many, for users: an origin in, a new surname out, letter by letter (`cognomen generate`).

A generator is trained without the first fold of protocol L. How well it predicts each letter of the
held-out names is measured by its perplexity: the number of equally likely letters with the same
uncertainty. Letter n-gram models, which only count, are the baseline. The share of new names among those
generated is measured too, by temperature.

Whether the classifier recognises generated names is measured by `benchmarks/generator.py`, on those of the
pretrained generator.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation.splits import split_by_fold
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.plots.canvas import COLOURS, Figure, bars, panel
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.study.letter_ngrams import OriginModel
from cognomen.study.spread import how_often_less
from cognomen.text.spelling import lowercase
from cognomen.training.generator import train_generator

ORDERS = (2, 3, 4, 5)
OWN_SHARE = 0.9  # the weight of an origin's own n-grams in the mixture; chosen on another fold
TEMPERATURES = (0.4, 0.6, 0.8, 1.0, 1.2)
SAMPLES = 200  # of each origin and temperature
SHOWN = ("Arabic", "Greek", "Italian", "Japanese", "Polish", "Russian")
QUICK = GeneratorConfig(origin_size=4, letter_size=8, hidden_size=16, epochs=1)


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on nine folds; measure the perplexity on the first; generate names."""
    corpus = load_corpus("tutorial")
    training, test = map(corpus.part, split_by_fold(corpus.names, 0))
    config = QUICK if settings.quick else GeneratorConfig()
    generator = train_generator(training, replace(config, seed=settings.seed), on_progress=on_progress)
    known = set(generator.alphabet.letters)
    asked, learned = (_spelt(each, known) for each in (test, training))
    nll, letters = generator.negative_log_likelihood(*asked)
    orders = ORDERS[:2] if settings.quick else ORDERS
    return {
        "training": len(training),
        "test": len(asked[0]),
        "left_out": len(test) - len(asked[0]),
        "weights": generator.network.size,
        "perplexity": math.exp(nll.sum() / letters.sum()),
        "ngrams": [[order, OriginModel(*learned, order, OWN_SHARE).perplexity(*asked)] for order in orders],
        "new": [[temperature, _share_new(generator, training, temperature)] for temperature in TEMPERATURES],
        "examples": {
            origin: generator.names(origin, 6, seed=settings.seed)
            for origin in SHOWN
            if origin in generator.origins
        },
    }


def _spelt(corpus: Corpus, known: set[str]) -> tuple[list[str], list[str]]:
    """Names that have known letters only, and their origins."""
    pairs = [(lowercase(name), origin) for name, origin in zip(corpus.names, corpus.labels, strict=True)]
    kept = [(name, origin) for name, origin in pairs if name and not set(name) - known]
    return [name for name, _ in kept], [origin for _, origin in kept]


def _share_new(generator: Generator, training: Corpus, temperature: float) -> float:
    """The share of first draws that are in none of the training lists; every origin counts alike."""
    learned = {lowercase(name) for name in training.names}
    written = [
        name
        for origin in generator.origins
        for name in generator.names(origin, SAMPLES, seed=1, temperature=temperature, known=True)
    ]
    return float(np.mean([lowercase(name) not in learned for name in written]))


def table(numbers: Numbers) -> Table:
    """The perplexity of each model."""
    found = {f"{order}-grams, interpolated Kneser-Ney": each for order, each in numbers["ngrams"]}
    found["recurrent network"] = numbers["perplexity"]
    return Table(("model", "perplexity per letter"), tuple((name, f"{p:.2f}") for name, p in found.items()))


def sentence(numbers: Numbers) -> str:
    """How well letters are predicted, and how many names are new."""
    order, best = min(numbers["ngrams"], key=lambda row: row[1])
    new = dict(map(tuple, numbers["new"]))[0.8]
    return (
        f"On {numbers['test']:,} held-out names, the network's perplexity per letter is "
        f"{numbers['perplexity']:.2f}; that of the best n-gram model, of {order} letters, is {best:.2f}. The "
        f"network's is lower {how_often_less(numbers['perplexity'], best)}. At "
        f"a temperature of 0.8, {new:.0%} of the first draws are in none of the training lists."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """Perplexities as bars; the share of new names, by temperature."""
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    found = {f"{order}-grams": perplexity for order, perplexity in numbers["ngrams"]}
    found["network"] = numbers["perplexity"]
    label = "perplexity per letter, held-out names"
    bars(left, found, "{:.2f}", xlabel=label, limit=1.15 * max(found.values()))
    temperatures, new = zip(*numbers["new"], strict=True)
    right.plot(temperatures, [100 * share for share in new], "o-", color=COLOURS[0])
    label = "first draws that are new, %"
    panel(right, xlabel="temperature", ylabel=label, ylim=(0, 103), xticks=temperatures)
