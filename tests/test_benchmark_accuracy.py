"""benchmarks/accuracy.py: its methods learn from the training part alone, and its table says what is so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import accuracy
import numpy as np
import pytest
from accuracy import ROWS, Row
from baselines.counted import MostFrequent, NgramModel, marked
from baselines.networks import HIDDEN_SIZES, OurNetwork, plain
from baselines.ngrams_alone import NgramsAlone

from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import CleaningReport
from cognomen.evaluation.splits import fold_numbers
from cognomen.network import Network
from cognomen.rnn.initializers import Zeros
from cognomen.training import TrainingConfig
from cognomen.training.dataset import corpus_sha256

ENDINGS = {"A": ("ova", "sky"), "B": ("ini", "ello"), "C": ("sson",)}
SMALL = TrainingConfig(epochs=4, hidden_size=4, embedding_size=4, batch_size=16, min_letter_count=1)


def quiet(share: float, figures: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Names that their endings give away; half are of A, few of C."""
    rng, names, labels = np.random.default_rng(0), [], []
    for origin, count in {"A": 150, "B": 110, "C": 30}.items():
        for _ in range(count):
            names.append("".join(rng.choice(list("abdgklmr"), 4)) + str(rng.choice(ENDINGS[origin])))
            labels.append(origin)
    return Corpus(tuple(names), tuple(labels), "made up", CleaningReport(290, 290, 290, (), {}))


def right(method: Any, corpus: Corpus) -> float:
    """The share of fold 0 answered right by a method that was trained on the others."""
    rows = np.flatnonzero(fold_numbers(corpus.names) == 0)
    p, origins = method(accuracy.training_part(corpus, 0), [corpus.names[i] for i in rows], 0, quiet)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    return float((np.array(origins)[p.argmax(axis=1)] == np.array(corpus.labels)[rows]).mean())


def test_no_spelling_of_the_test_part_is_trained_on(corpus: Corpus) -> None:
    for k in range(10):
        part = accuracy.training_part(corpus, k)
        assert len(part) == len(part.labels) == int((fold_numbers(corpus.names) != k).sum())
        assert k not in fold_numbers(part.names)


def test_the_most_frequent_comes_first_with_its_share(corpus: Corpus) -> None:
    p, origins = MostFrequent()(corpus, ["x", "y"], 0, quiet)
    assert origins == ["A", "B", "C"]
    np.testing.assert_allclose(p, [[150 / 290, 110 / 290, 30 / 290]] * 2)
    assert MostFrequent().size(corpus) == 3


@pytest.mark.parametrize("name", ["naive-bayes", "svm", "logistic", "logistic-balanced"])
def test_n_gram_models_learn_endings(corpus: Corpus, name: str) -> None:
    pytest.importorskip("sklearn")
    method = ROWS[name].method
    assert right(method, corpus) > 0.95
    assert method.probabilistic == (name != "svm")
    assert method.quick() != method


def test_marks_tell_beginnings_from_ends() -> None:
    pytest.importorskip("sklearn")
    assert marked(["Ó Brien", "LEE"]) == ["^o\u0301 brien$", "^lee$"]
    names = ("kaa", "kee", "aak", "eek")
    few = Corpus(names, ("A", "A", "B", "B"), "made up", CleaningReport(4, 4, 4, (), {}))
    p, _ = NgramModel("logistic regression", 1, 2, 20.0)(few, ["koo", "ook"], 0, quiet)
    assert p.argmax(axis=1).tolist() == [0, 1]


def test_balance_helps_the_rare(corpus: Corpus) -> None:
    pytest.importorskip("sklearn")
    few = NgramModel("logistic regression", 1, 1, 1.0)
    plainly, evenly = (m(corpus, corpus.names, 0, quiet)[0] for m in (few, replace(few, balanced=True)))
    assert evenly[:, 2].sum() > 1.2 * plainly[:, 2].sum()


def test_the_size_of_an_n_gram_model_is_that_of_its_weights() -> None:
    pytest.importorskip("sklearn")
    names = ("ab", "ac", "bb")
    few = Corpus(names, ("A", "B", "C"), "made up", CleaningReport(3, 3, 3, (), {}))
    grams = {g for n in marked(names) for k in (1, 2) for g in (n[i : i + k] for i in range(len(n) - k + 1))}
    assert NgramModel("logistic regression", 1, 2, 1.0).size(few) == (len(grams) + 1) * 3
    shared = NgramModel("linear SVM", 1, 1, 1.0, min_names=2).size(few)
    assert shared == (len({"^", "a", "b", "$"}) + 1) * 3


def test_the_cells_networks_are_of_one_size() -> None:
    sizes = {
        cell: Network(plain(cell).architecture(33, 18), rng=Zeros()).size for cell in ("gru", *HIDDEN_SIZES)
    }
    assert sizes.keys() == {"rnn", "combined", "lstm", "gru"}
    assert all(abs(size / sizes["gru"] - 1) < 0.02 for size in sizes.values())
    assert HIDDEN_SIZES["gru"] == TrainingConfig().hidden_size


def test_a_networks_size_is_that_of_the_one_that_answers(corpus: Corpus) -> None:
    method = OurNetwork(SMALL)
    clf = method.train(corpus, 0, quiet)
    assert method.size(corpus) == clf.network.size
    once = OurNetwork(replace(SMALL, refit=False))
    assert once.size(corpus) == once.train(corpus, 0, quiet).network.size < clf.network.size
    assert right(method, corpus) > 0.8


def test_n_grams_alone_learn_endings_and_tell_how_far_they_are(corpus: Corpus) -> None:
    method = NgramsAlone(replace(SMALL, epochs=15))
    assert right(method, corpus) > 0.95
    told: list[float] = []
    p, origins = method(corpus, ["xova", "qini"], 3, lambda share, figures: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1
    assert np.array(origins)[p.argmax(axis=1)].tolist() == ["A", "B"]
    np.testing.assert_array_equal(p, method(corpus, ["xova", "qini"], 3, quiet)[0])
    assert (p != method(corpus, ["xova", "qini"], 4, quiet)[0]).any()


def test_n_grams_alone_are_those_of_the_whole_network(corpus: Corpus) -> None:
    whole = OurNetwork(SMALL).size(corpus) - OurNetwork(replace(SMALL, longest_ngram=0)).size(corpus)
    assert NgramsAlone(SMALL).size(corpus) == whole


def test_margins_have_no_log_loss() -> None:
    result = {
        "mean": 0.5,
        "evaluation": {"accuracy": 0.5, "log_loss": 1.0, "ece": 0.1, "reliability": [], "confusion": []},
        "intervals": {"accuracy": [0, 1], "origins": {"A": {"f1": [0, 1]}}},
    }
    assert accuracy.entry(result)["intervals"].keys() == {"accuracy"}
    assert accuracy.entry(result)["evaluation"].keys() == {"accuracy", "log_loss", "ece", "reliability"}
    kept = accuracy.entry(result, probabilistic=False)
    assert kept["evaluation"] == {"accuracy": 0.5}
    assert kept["intervals"] == {"accuracy": [0, 1]}


def measured(name: str, mean: float = 0.5) -> dict[str, Any]:
    """Figures as `accuracy.json` has them."""
    evaluation = {"macro_f1": 0.1, "top3": 0.2, "log_loss": 0.3, "ece": 0.4}
    facts = ROWS[name].method.facts()
    return {"mean": mean, "standard_deviation": 0.25, "evaluation": evaluation, "method": facts}


def write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values), encoding="utf-8")


def test_figures_of_other_settings_do_not_count(tmp_path: Path) -> None:
    old = measured("gru") | {"method": {"config": {**TrainingConfig().to_json(), "epochs": 99}}}
    results = {"quick": False, "corpus": {"sha256": "1"}, "methods": {"svm": measured("svm"), "gru": old}}
    assert list(accuracy.current(results, tmp_path)) == ["svm"]


def test_what_is_measured_elsewhere_is_read_there_if_it_is_the_same(tmp_path: Path) -> None:
    then = measured("classic", 0.25) | {"from": "classic.json", "parameters": 7}
    results = {"quick": False, "corpus": {"sha256": "1"}, "methods": {"classic": then}}
    path = tmp_path / "classic.json"
    now = measured("classic", 0.75) | {"corpus": {"sha256": "1"}}
    assert accuracy.current(results, tmp_path) == {}
    write(path, {"L": now})
    found = accuracy.current(results, tmp_path)["classic"]
    assert (found["mean"], found["parameters"], found["from"]) == (0.75, 7, "classic.json")
    assert accuracy.current(results | {"quick": True}, tmp_path) == {}
    for changed in ({"corpus": {"sha256": "2"}}, {"method": {"config": SMALL.to_json()}}):
        write(path, {"L": now | changed})
        assert accuracy.current(results, tmp_path) == {}


def test_the_videos_figures_are_those_of_its_own_loop(tmp_path: Path) -> None:
    settings = ROWS["video"].method.facts()["tutorial"]
    under_l = measured("video") | {"corpus": {"sha256": "1"}, "pooled": {"macro_f1": 0.9}}
    del under_l["evaluation"], under_l["method"]
    write(tmp_path / "tutorial.json", {"video": {"loop": {"settings": settings}, "L": under_l}})
    found = accuracy.elsewhere("video", "1", tmp_path)
    assert found is not None
    assert found["evaluation"] == {"macro_f1": 0.9}
    write(
        tmp_path / "tutorial.json", {"video": {"loop": {"settings": settings | {"tanh": True}}, "L": under_l}}
    )
    assert accuracy.elsewhere("video", "1", tmp_path) is None
    assert accuracy.elsewhere("svm", "1", tmp_path) is None


def test_the_table_says_what_was_measured() -> None:
    svm = accuracy.entry(measured("svm") | {"intervals": {}}, probabilistic=False)
    methods = {"svm": svm, "most-frequent": measured("most-frequent")}
    lines = accuracy.table({"quick": True, "corpus": {"sha256": "1"}, "methods": methods}).splitlines()
    assert lines[2:] == [
        "| always the most frequent origin | 0.500 ± 0.250 | 0.100 | 0.200 | 0.300 | 0.400 |",
        "| 1-5-gram TF-IDF, linear SVM | 0.500 ± 0.250 | 0.100 | 0.200 | – | – |",
    ]


def test_results_are_written_method_by_method(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(MostFrequent):
        def __call__(self, *_: Any) -> Any:
            raise RuntimeError("interrupted")

        def quick(self) -> Broken:
            return self

    rows = {"first": Row("first", MostFrequent()), "second": Row("second", Broken())}
    monkeypatch.setattr(accuracy, "ROWS", rows)
    monkeypatch.setattr(accuracy, "RESULTS", tmp_path / "accuracy.json")
    monkeypatch.setattr(accuracy, "load_corpus", lambda _: corpus)
    monkeypatch.setattr("sys.argv", ["accuracy.py", "--quick"])
    with pytest.raises(RuntimeError, match="interrupted"):
        accuracy.main()
    path = tmp_path / "accuracy-quick.json"
    results = json.loads(path.read_text("utf-8"))
    assert list(results["methods"]) == ["first"]
    first = results["methods"]["first"]
    counts = np.array([150, 110, 30])
    assert first["parameters"] == 3
    assert first["mean"] == pytest.approx(np.mean(first["accuracies"]))
    assert first["evaluation"]["accuracy"] == pytest.approx(counts[0] / 290, abs=0.15)
    assert first["evaluation"]["names"] == int((fold_numbers(corpus.names) < 2).sum())

    rows |= {"first": Row("first", Broken()), "second": Row("second", MostFrequent())}
    monkeypatch.setattr("sys.argv", ["accuracy.py", "--quick", "--missing"])
    accuracy.main()
    after = json.loads(path.read_text("utf-8"))
    assert list(after["methods"]) == ["first", "second"]
    assert after["methods"]["first"] == first
    assert accuracy.table(after) in capsys.readouterr().out
    monkeypatch.setattr(accuracy, "load_corpus", lambda _: replace(corpus, names=corpus.names[::-1]))
    assert accuracy.earlier(path, accuracy.load_corpus(""), quick=True)["methods"] == {}
    assert after["corpus"]["sha256"] == corpus_sha256(corpus)


def test_a_method_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["accuracy.py", "--only", "gru,transformer"])
    with pytest.raises(SystemExit):
        accuracy.main()
    assert "there are no methods transformer; there are most-frequent, naive-bayes" in capsys.readouterr().err
