"""Generated names, measured: `python benchmarks/generator.py [--folds 0,1,...] [--out RESULTS.json]`.

For each fold of protocol L a generator is trained without the fold. Measured are

    recognised    how many of its samples the classifier that was trained without the same fold gives
                  their origin, beside the recall of the ten such classifiers on the real names of their folds
    new           how many samples are in no list that the generator learned from; and how many would be, if
                  it did not draw again what is
    perplexity    of a letter of the fold's names, beside letter n-gram models of the same names

Before that, each origin's `temperature_scale` is set so that samples are recognised as often as real names:
by the recall on the nine other folds, never on the fold that is measured.

The classifiers are those that `benchmarks/classic.py` keeps in `benchmarks/folds`; the generators are kept
beside them. After a new classifier was trained, `--kept --ship` measures the generators anew, which takes
two minutes, and sets the pretrained one's scales. `--ship` alone trains the pretrained generator on all
names, `--card` writes its card again from the results. Folds 0 to 2 were used to choose the config and the
n-grams: they are left out. About three minutes a fold on one core, with training.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from cognomen.classifier import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import split_by_fold
from cognomen.io.files import write_atomically
from cognomen.network.generator import Generator, GeneratorConfig
from cognomen.study.letter_ngrams import OriginModel
from cognomen.text.spelling import lowercase
from cognomen.training import train_generator
from cognomen.training.card import front_matter

HERE = Path(__file__).parent
RESULTS, FOLDS = HERE / "results" / "generator.json", HERE / "folds"
WANTED_NEW = 0.6  # of each origin's samples
PRETRAINED = HERE.parent / "src" / "cognomen" / "models" / "generator"
TEMPERATURES = (0.8, 1.0)
SAMPLES = 300  # of each origin, fold and temperature
SCALES = (0.6, 0.75, 0.9, 1.05, 1.2)  # of which a line is made; beyond them no origin is set
TRIED = 1000  # names of each origin and scale, to set it
FLAT = -0.05  # the line's slope, which chance moves by about .02
CHOSEN_ON = (0, 1, 2)  # the folds looked at when config and n-grams were chosen
ORDER, SHARE = 5, 0.9  # of the n-grams

Counts = dict[str, Counter[str]]


def part(corpus: Corpus, rows: np.ndarray[Any, Any]) -> Corpus:
    names, labels = ([values[i] for i in rows] for values in (corpus.names, corpus.labels))
    return Corpus(tuple(names), tuple(labels), corpus.source, corpus.report)


def real_recall(corpus: Corpus) -> list[dict[str, list[int]]]:
    """For each fold: by origin its names, and how many the classifier trained without the fold recognises."""
    runs = []
    for k in range(10):
        test = part(corpus, split_by_fold(corpus.names, k)[1])
        runs.append(recognised(Classifier.load(FOLDS / str(k)), test.names, test.labels))
    return runs


def others(real: list[dict[str, list[int]]], k: int) -> dict[str, list[int]]:
    """What real names say without those of fold k."""
    return pooled([{"real": run} for j, run in enumerate(real) if j != k], "real")


def trained(corpus: Corpus, config: GeneratorConfig, place: Path, *, kept: bool) -> Generator:
    """The generator kept at a place, or one trained anew, and kept there, rounded as it is stored."""
    if kept and (place / "model.json").is_file():
        generator = Generator.load(place)
        if generator.config == config:
            return generator
    train_generator(corpus, config).save(place)
    return Generator.load(place)


def temperature_scales(
    generator: Generator, classifier: Classifier, real: dict[str, list[int]], seed: int
) -> list[float]:
    """What makes each origin's samples, at the usual temperature, as often recognised as real names are.

    On the line that fits the shares at `SCALES` best; where that hardly falls, 1.
    """
    generator.temperature_scale, found = (1.0,) * len(generator.origins), []
    for origin in generator.origins:
        shares = []
        for place, scale in enumerate(SCALES):
            chance, temperature = 10 * seed + place, TEMPERATURES[0] * scale
            names = generator.names(origin, TRIED, seed=chance, temperature=temperature)
            shares.append(recognised(classifier, names, [origin] * TRIED)[origin][1] / TRIED)
        slope, at_none = np.polyfit(SCALES, shares, 1)
        wanted = real[origin][1] / real[origin][0]
        scale = float(np.clip((wanted - at_none) / slope, SCALES[0], SCALES[-1])) if slope < FLAT else 1.0
        found.append(round(scale, 2))
    return found


def measure_fold(
    corpus: Corpus, k: int, config: GeneratorConfig, real: list[dict[str, list[int]]], *, kept: bool
) -> dict[str, Any]:
    training, test = (part(corpus, rows) for rows in split_by_fold(corpus.names, k))
    generator = trained(training, config, FOLDS / f"generator-{k}", kept=kept)
    classifier = Classifier.load(FOLDS / str(k))
    learned = {lowercase(name) for name in training.names}
    found: dict[str, Any] = {"fold": k}
    found["at 0.8, all alike"] = sampled(generator, classifier, learned, k, TEMPERATURES[0])
    generator.temperature_scale = tuple(
        temperature_scales(generator, classifier, others(real, k), seed=100 + k)
    )
    found["temperature_scale"] = dict(zip(generator.origins, generator.temperature_scale, strict=True))
    for temperature in TEMPERATURES:
        found[f"at {temperature}"] = sampled(generator, classifier, learned, k, temperature)
    found["first draws"] = sampled(generator, classifier, learned, k, TEMPERATURES[0], known=True)
    return found | perplexities(generator, training, test)


def sampled(
    generator: Generator,
    classifier: Classifier,
    learned: set[str],
    seed: int,
    temperature: float,
    *,
    known: bool = False,
) -> dict[str, Any]:
    """How many samples of each origin are recognised, and how many are in no list."""
    names: list[str] = []
    origins: list[str] = []
    for origin in generator.origins:
        names += generator.names(origin, SAMPLES, seed=seed, temperature=temperature, known=known)
        origins += [origin] * SAMPLES
    new = Counter(o for n, o in zip(names, origins, strict=True) if lowercase(n) not in learned)
    return {
        "samples": recognised(classifier, names, origins),
        "new": {origin: [SAMPLES, new[origin]] for origin in generator.origins},
    }


def recognised(classifier: Classifier, names: Any, origins: Any) -> dict[str, list[int]]:
    """By origin: how many names, and how many of them are given it."""
    answers = classifier.predict(list(names), full_names=False)
    total, right = Counter(origins), Counter(o for o, a in zip(origins, answers, strict=True) if o == a)
    return {origin: [total[origin], right[origin]] for origin in sorted(total)}


def perplexities(generator: Generator, training: Corpus, test: Corpus) -> dict[str, Any]:
    """Nats (-log p) and letters, summed over the test names that are spelt with known letters."""
    known = set(generator.alphabet.letters)
    rows = [i for i, name in enumerate(test.names) if not set(lowercase(name)) - known]
    names, origins = [test.names[i] for i in rows], [test.labels[i] for i in rows]
    nats, letters = generator.negative_log_likelihood(names, origins)
    usable = [i for i, name in enumerate(training.names) if not set(lowercase(name)) - known]
    spelt = [lowercase(training.names[i]) for i in usable]
    model = OriginModel(spelt, [training.labels[i] for i in usable], ORDER, SHARE)
    ngrams = [model.negative_log_likelihood(lowercase(n), o) for n, o in zip(names, origins, strict=True)]
    return {
        "letters": int(letters.sum()),
        "left_out": len(test) - len(rows),
        "nats": float(nats.sum()),
        "nats_ngrams": float(np.sum(ngrams)),
        "by_origin": {
            origin: [
                int(letters[at].sum()),
                float(nats[at].sum()),
                float(np.sum(np.array(ngrams)[at])),
            ]
            for origin in sorted(set(origins))
            for at in [np.array(origins) == origin]
        },
    }


# --- all folds together -----------------------------------------------------------------------------------


def wilson(total: int, right: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    p, n = right / total, total
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def pooled(runs: list[dict[str, Any]], *keys: str) -> dict[str, list[int]]:
    total: dict[str, list[int]] = {}
    for run in runs:
        for key in keys:
            run = run[key]
        for origin, (count, right) in run.items():
            before = total.setdefault(origin, [0, 0])
            total[origin] = [before[0] + count, before[1] + right]
    return total


def share(pair: list[int]) -> dict[str, Any]:
    total, right = pair
    low, high = wilson(total, right)
    return {"names": total, "share": right / total, "interval": [low, high]}


def summary(runs: list[dict[str, Any]], real: dict[str, list[int]]) -> dict[str, Any]:
    found: dict[str, Any] = {"folds": [run["fold"] for run in runs]}
    found["temperature_scale"] = {
        o: float(np.mean([run["temperature_scale"][o] for run in runs])) for o in real
    }
    letters = sum(run["letters"] for run in runs)
    for name, key in (("perplexity", "nats"), ("perplexity_ngrams", "nats_ngrams")):
        found[name] = math.exp(sum(run[key] for run in runs) / letters)
    for key in ("at 0.8, all alike", *(f"at {temperature}" for temperature in TEMPERATURES), "first draws"):
        samples, new = pooled(runs, key, "samples"), pooled(runs, key, "new")
        rows = {
            origin: {
                "real": share(real[origin]),
                "samples": share(samples[origin]),
                "new": new[origin][1] / new[origin][0],
            }
            for origin in real
        }
        found[key] = {
            "new": sum(pair[1] for pair in new.values()) / sum(pair[0] for pair in new.values()),
            "within": within(rows),
            "origins": rows,
        }
    return found


def within(rows: dict[str, Any]) -> dict[str, Any]:
    """How many origins are within .08 of the recall on real names, and how many but for chance."""
    gaps = {origin: row["samples"]["share"] - row["real"]["share"] for origin, row in rows.items()}
    noise = {
        origin: 1.96
        * math.sqrt(
            sum(row[k]["share"] * (1 - row[k]["share"]) / row[k]["names"] for k in ("samples", "real"))
        )
        for origin, row in rows.items()
    }
    return {
        "origins": sum(abs(gap) <= 0.08 for gap in gaps.values()),
        "origins_with_chance": sum(abs(gap) <= 0.08 + noise[origin] for origin, gap in gaps.items()),
        "mean_gap": float(np.mean(list(gaps.values()))),
        "mean_absolute_gap": float(np.mean(np.abs(list(gaps.values())))),
        "gaps": gaps,
    }


def results_of(
    runs: list[dict[str, Any]], real: dict[str, list[int]], config: GeneratorConfig, seconds: float
) -> dict[str, Any]:
    untouched = [run for run in runs if run["fold"] not in CHOSEN_ON]
    return {
        "config": vars(config),
        "samples": SAMPLES,
        "ngrams": {"order": ORDER, "share_of_own_origin": SHARE},
        "chosen_on": list(CHOSEN_ON),
        "real": real,
        "summary": summary(untouched, real),
        "runs": runs,
        "seconds": round(seconds, 1),
    }


# --- the pretrained generator ------------------------------------------------------------------------------


def least_new(origins: dict[str, Any]) -> str:
    """Of how many samples of each origin it can be said that they are new, in words."""
    few = [f"{origin} {row['new']:.0%}" for origin, row in origins.items() if row["new"] < WANTED_NEW]
    if few:
        return f"of these origins fewer than the {WANTED_NEW:.0%} wanted: {', '.join(few)}"
    return f"of every origin at least {math.floor(100 * min(row['new'] for row in origins.values()))}%"


def card(results: dict[str, Any], generator: Generator) -> str:
    """The model card, made of the results alone."""
    found = results["summary"]
    usual, alike, first = found["at 0.8"], found["at 0.8, all alike"]["within"], found["first draws"]
    rows = [
        f"| {origin} | {row['real']['share']:.2f} ({row['real']['names']}) | {row['samples']['share']:.2f} "
        f"| {row['new']:.0%} | {first['origins'][origin]['new']:.0%} | {times:.2f} |"
        for (origin, row), times in zip(usual["origins"].items(), generator.temperature_scale, strict=True)
    ]
    folds = ", ".join(map(str, found["folds"]))
    source = generator.facts.get("corpus", "")
    result = {
        "task": {"type": "text-generation", "name": "Surname generation"},
        "dataset": {"type": source, "name": f"{source}, folds {folds} of protocol L"},
        "metrics": [
            {"type": "perplexity", "value": round(found["perplexity"], 2), "name": "Perplexity per letter"}
        ],
    }
    head = {
        "pipeline_tag": "text-generation",
        "tags": ["surnames", "recurrent-neural-network", "gru"],
        "license": "mit",
        "metrics": ["perplexity"],
        "model-index": [{"name": "cognomen-generator", "results": [result]}],
    }
    return "\n".join(
        [
            front_matter(head),
            "",
            "# Generator: new surnames, letter by letter\n",
            f"A GRU with {generator.config.hidden_size} hidden units and the origin as an input at every "
            f"letter; {generator.network.size:,} weights, stored as float16. Trained by "
            f"`benchmarks/generator.py` on {generator.facts['names']:,} surnames of "
            f"{len(generator.origins)} origins. It recognises its training names by a hash of each, and "
            "draws such a name again.\n",
            "Its temperature is multiplied by a factor for each origin (below), so that samples are as "
            "recognisable as real names: an origin that was learned less well needs a lower one. The factors "
            "are set by the recall on real names of other folds.\n",
            "A generated name hints at the language it sounds like, as real names do. It may be somebody's "
            "real name. It does not reveal anyone's nationality, ethnicity or religion.\n",
            "## Evaluation\n",
            f"On the folds {folds} of protocol L, by generators and classifiers that were trained without "
            f"them; {results['samples']} samples per origin and fold at temperature 0.8. No choice was "
            "made on these folds. Real names: those of all ten folds.\n",
            f"- Perplexity per letter of held-out real names: {found['perplexity']:.2f}; of Kneser-Ney "
            f"letter {results['ngrams']['order']}-grams: {found['perplexity_ngrams']:.2f}.",
            f"- {usual['new']:.1%} of the samples are in none of the generator's training lists, "
            f"{least_new(usual['origins'])}. Of first draws, which `known=True` and `--known` keep, "
            f"{first['new']:.0%} are not; fewest for origins with short names of few syllables.",
            "- The classifier trained without the same fold recognises the samples within .08 of its recall "
            f"on the real names for {usual['within']['origins']} of {len(rows)} origins, and within .08 plus "
            f"sampling error (95 %) for {usual['within']['origins_with_chance']}; with one temperature "
            f"for all origins, for {alike['origins']} and {alike['origins_with_chance']}; with first draws, "
            f"for {first['within']['origins']} and {first['within']['origins_with_chance']}. The mean gap is "
            f"{usual['within']['mean_gap']:+.3f}.\n",
            "| origin | real names recognised | samples | new | new first draws | temperature scale |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", default="3,4,5,6,7,8,9", help="none: '', for --ship and --card")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--config", type=json.loads, default={}, help="fields of the config, as JSON")
    parser.add_argument("--add", action="store_true", help="to the runs that the results hold already")
    parser.add_argument("--kept", action="store_true", help="measure the generators kept, train none")
    parser.add_argument(
        "--ship", action="store_true", help="train the pretrained generator, and set its scales"
    )
    parser.add_argument("--card", action="store_true", help="write the pretrained generator's card again")
    options = parser.parse_args()
    corpus = load_corpus("tutorial")
    config = GeneratorConfig(**options.config)
    before = json.loads(options.out.read_text("utf-8")) if options.add else {"runs": [], "seconds": 0}
    runs, began = before["runs"], time.perf_counter()
    real = real_recall(corpus) if options.folds or options.ship else []
    for k in map(int, filter(None, options.folds.split(","))):
        runs.append(measure_fold(corpus, k, config, real, kept=options.kept))
        print(f"fold {k}: {time.perf_counter() - began:.0f} s", flush=True)
    if {run["fold"] for run in runs} - set(CHOSEN_ON):
        seconds = before["seconds"] + time.perf_counter() - began
        results = results_of(runs, others(real, -1), config, seconds)
        write_atomically(options.out, (json.dumps(results, indent=1) + "\n").encode())
    if options.ship:
        generator = trained(corpus, config, PRETRAINED, kept=options.kept)
        generator.temperature_scale = tuple(
            temperature_scales(generator, Classifier.load("classic"), others(real, -1), seed=100)
        )
        generator.save(PRETRAINED)
    if options.ship or options.card:
        generator = Generator.load(PRETRAINED)
        generator.card = card(json.loads(options.out.read_text("utf-8")), generator)
        generator.save(PRETRAINED)


if __name__ == "__main__":
    main()
