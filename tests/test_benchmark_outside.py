"""What the benchmark with names from outside learns from, and what it tells."""

from __future__ import annotations

import numpy as np
import outside as bench
import pytest

from cognomen.corpora import load_corpus
from cognomen.corpora.outside import OutsideName, OutsideNames
from cognomen.evaluation.splits import fold_numbers
from cognomen.text import fold
from cognomen.training import TrainingConfig
from cognomen.training.protocols import ClassifierMethod


@pytest.mark.parametrize("inner", [True, False])
def test_neither_the_test_fold_nor_the_one_never_looked_at_is_learnt(inner, monkeypatch, names_folder):
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    corpus = load_corpus("tutorial")
    every = [OutsideName(name, "Polish", "list") for name in (*corpus.names, "Zzyzx")]
    monkeypatch.setattr(bench, "chosen_names", lambda settings: OutsideNames(tuple(every), {}, {}))
    learnt = []

    def train_nothing(self, part, names, seed, tell):
        learnt.append(part)
        return np.full((len(names), len(part.origins)), 1 / len(part.origins)), part.origins

    monkeypatch.setattr(ClassifierMethod, "__call__", train_nothing)
    method = bench.WithOutside(TrainingConfig(), bench.Settings(at_most=None, contradicting=True))
    probabilities, right = bench.one_fold(method, 4, inner)
    folds = fold_numbers(corpus.names)
    kept_out = {fold(n) for n, k in zip(corpus.names, folds, strict=True) if k in ((0, 4) if inner else (4,))}
    assert len(right) == len(probabilities) == (folds == 4).sum()
    names = {fold(name) for name in learnt[0].names}
    assert "zzyzx" in names
    assert not names & kept_out
    assert len(names) == len({fold(name) for name in corpus.names} - kept_out) + 1


def test_the_sentence_tells_what_was_added():
    figures = {"macro_f1": 0.61, "top3": 0.96, "log_loss": 0.45, "ece": 0.011}
    added = {"names": 1234, "by_source": {"a": 1, "b": 2}, "by_origin": {"Irish": 234, "Dutch": 1000}}
    added["settings"] = {"at_most": 6.0}
    said = bench.sentence(
        {"outside": added, "L": {"mean": 0.86, "standard_deviation": 0.005, "evaluation": figures}}
    )
    assert said == (
        "1,234 names from 2 lists: Dutch 1,000, Irish 234. Of these at most 6 times as many per "
        "origin as in a fold's training part. Under L: accuracy 0.860 ± 0.005, macro-F1 0.610, top-3 0.960, "
        "log loss 0.450, ECE 0.011.\n"
    )
