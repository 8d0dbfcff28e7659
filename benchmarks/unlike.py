"""Does the model notice what is no name? `python benchmarks/unlike.py`, after `python benchmarks/classic.py`.

The models of the ten folds (benchmarks/folds) judge their own test surnames, which they never saw, and beside
them as many

    uniform letters     of the lengths of the surnames, each of a to z alike
    frequent letters    the same, each as often as in the surnames
    English words       of the GCIDE list of the package english-words 2.0.2: three letters or more, and none
                        that is a surname of the 18 files

by bits per letter. AUROC is the probability that a stranger has more of them than a surname; `refused`
is the share beyond the threshold of the pretrained model. Writes benchmarks/results/unlike.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import combining

import numpy as np
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import split_by_fold
from cognomen.io.files import write_atomically
from cognomen.text import fold, normalise

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "unlike.json"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = "english-words 2.0.2, GCIDE"


def dictionary_words(surnames: set[str]) -> list[str]:
    """The list of English words, less the surnames."""
    from english_words import get_english_words_set

    words = get_english_words_set(["gcide"], lower=True, alpha=True)
    return sorted(word for word in words if len(word) >= 3 and word not in surnames)


def strangers(names: list[str], words: list[str], rng: np.random.Generator) -> dict[str, list[str]]:
    """As many of each kind as there are names."""
    lengths = [len(name) for name in names]
    text = "".join(names)
    shares = np.array([text.count(letter) for letter in LETTERS], float)

    def drawn(chances: NDArray[np.float64]) -> list[str]:
        return ["".join(rng.choice(list(LETTERS), n, p=chances / chances.sum())) for n in lengths]

    return {
        "uniform letters": drawn(np.ones(len(LETTERS))),
        "frequent letters": drawn(shares),
        "English words": rng.choice(words, len(names), replace=False).tolist(),
    }


def bits_per_letter(clf: Classifier, names: list[str]) -> NDArray[np.floating[Any]]:
    """Bits per letter, (N,), with or without diacritics, whichever is less: as in `OodDetector.detect`."""
    if clf.network.ngrams is None:
        raise SystemExit("this model has no n-grams: run `python benchmarks/classic.py` first")
    spelt = [clf.alphabet.without_unknown_marks(normalise(name)) for name in names]
    plain = ["".join(letter for letter in name if not combining(letter)) for name in spelt]
    return np.minimum(
        *(clf.network.ngrams.bits_per_letter(clf.alphabet.encode_all(each)) for each in (spelt, plain))
    )


def measure_fold(corpus: Corpus, k: int, words: list[str]) -> dict[str, dict[str, float]]:
    """AUROC and share refused of each kind, against the test surnames of a fold."""
    from sklearn.metrics import roc_auc_score

    clf = Classifier.load(HERE / "folds" / str(k))
    limit = clf.calibration.ood_threshold
    if limit is None:
        raise SystemExit("this model holds no limit: run `python benchmarks/classic.py` first")
    names = sorted({corpus.names[i] for i in split_by_fold(corpus.names, k)[1]})
    usual = bits_per_letter(clf, names)  # (N,)
    rows = {"surnames": {"refused": float((usual > limit).mean())}}
    for kind, texts in strangers([fold(n) for n in names], words, np.random.default_rng(k)).items():
        found = bits_per_letter(clf, texts)
        labels = np.repeat([0, 1], [len(usual), len(found)])
        auroc = float(roc_auc_score(labels, np.concatenate([usual, found])))
        rows[kind] = {"auroc": auroc, "refused": float((found > limit).mean())}
    return rows


def refused_by_origin(corpus: Corpus) -> dict[str, float]:
    """The share of each origin's surnames that the model of their fold, which never saw them, refuses."""
    refused = np.zeros(len(corpus), bool)
    for k in range(10):
        clf = Classifier.load(HERE / "folds" / str(k))
        rows = split_by_fold(corpus.names, k)[1]
        refused[rows] = bits_per_letter(clf, [corpus.names[row] for row in rows]) > (
            clf.calibration.ood_threshold or 0
        )
    labels = np.array(corpus.labels)
    return {origin: float(refused[labels == origin].mean()) for origin in corpus.origins}


def table(result: dict[str, Any]) -> str:
    """The means of the folds as a Markdown table."""
    rows = "\n".join(
        f"| {kind} | " + (f"{row['auroc']:.3f}" if "auroc" in row else "") + f" | {row['refused']:.1%} |"
        for kind, row in result["mean_of_folds"].items()
    )
    uneven = ", ".join(
        f"{origin} {share:.1%}"
        for origin, share in sorted(result["refused_by_origin"].items(), key=lambda pair: -pair[1])
    )
    return (
        f"| | AUROC against surnames | answered `unlike-training` |\n| --- | --- | --- |\n{rows}\n\n"
        f"Surnames so answered, by origin: {uneven}."
    )


def main() -> None:
    """Measure all folds, and write the means."""
    corpus = load_corpus("tutorial")
    words = dictionary_words({fold(name) for name in corpus.names})
    folds = [measure_fold(corpus, k, words) for k in range(10)]
    means = {
        kind: {name: float(np.mean([row[kind][name] for row in folds])) for name in figures}
        for kind, figures in folds[0].items()
    }
    result = {
        "words": WORDS,
        "word_count": len(words),
        "mean_of_folds": means,
        "refused_by_origin": refused_by_origin(corpus),
        "folds": folds,
    }
    write_atomically(RESULTS, (json.dumps(result, indent=1) + "\n").encode())
    print(table(result))


if __name__ == "__main__":
    main()
