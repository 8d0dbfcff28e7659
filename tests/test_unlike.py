"""Names that look like nothing in the training: found, said, and left out of what is counted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cognomen.apps.tables import score_column
from cognomen.classifier import Classifier, OriginProbability
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.out_of_distribution import is_repetition
from cognomen.errors import InputError
from cognomen.network import Architecture, Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.text import Alphabet

LETTERS = " '-abcdefghijklmnopqrstuvwxyz"
KNOWN = ["smith", "smithson", "jones", "johnson", "jonson", "brown", "browning"] * 3
ORIGINS = ["English", "Irish"]
NAMES = ["Smith", "xqzvk", "Jones", "", "qqq", "xqzvk"]


@pytest.fixture(scope="module")
def clf() -> Classifier:
    """It knows the n-grams of a few names."""
    alphabet = Alphabet(LETTERS)
    size = len(alphabet)
    ngrams = frequent_ngrams(alphabet.encode_all(KNOWN), longest=3, min_count=1, alphabet_size=size)
    architecture = Architecture(size, 2, embedding_size=4, hidden_size=5, longest_ngram=3)
    network = Network(architecture, ngrams=ngrams, rng=np.random.default_rng(0))
    return Classifier(network, alphabet, ORIGINS, [0.5, 0.5], Calibration(1.0, None, 4.0))


def test_the_reason(clf: Classifier) -> None:
    answers = clf(NAMES)
    assert [a.reason for a in answers] == [
        None,
        *["unlike-training", None, "empty"],
        *["unlike-training"] * 2,
    ]
    strange = answers[1]
    assert (strange.status, strange.origin, strange.probability) == ("unknown", None, None)
    assert len(strange.origins) == 2, "what the answer would have been"
    assert strange.surname == "xqzvk"
    assert list(clf.stream(NAMES)) == answers
    assert clf("xqzvk", abstain_below=1).reason == "unlike-training", "before low-confidence"


def test_marks_alone_make_no_name_unlike(clf: Classifier) -> None:
    """Names and random letters, with and without a mark on each of their letters: only the letters count."""
    marked = Classifier(*_with_marks(), ORIGINS, [0.5, 0.5], Calibration(1.0, None, 4.0))
    assert marked.network.ngrams is not None
    texts = [*sorted(set(KNOWN)), "xqzvk", "qqq"]
    spelt = ["".join(letter + "\u0301" for letter in text) for text in texts]
    names = marked.alphabet.encode_all(spelt)
    bits = marked.network.ngrams.bits_per_letter(names)
    assert (bits > 4).all(), "with all these marks every one is strange"
    assert marked.ood_detector is not None
    assert marked.ood_detector.detect(names, bits)[0].tolist() == [False] * 7 + [True] * 2
    assert [a.reason for a in marked([*spelt, *texts])] == ([None] * 7 + ["unlike-training"] * 2) * 2
    one = "Jo\u0301nes"
    np.testing.assert_array_equal(
        marked.predict_proba([one])[0], [o.probability for o in sorted(marked(one).origins, key=_name)]
    )


def _name(each: OriginProbability) -> str:
    return each.origin


def _with_marks() -> tuple[Network, Alphabet]:
    alphabet = Alphabet(LETTERS + "\u0301")
    size = len(alphabet)
    ngrams = frequent_ngrams(alphabet.encode_all(KNOWN), longest=3, min_count=1, alphabet_size=size)
    architecture = Architecture(size, 2, embedding_size=4, hidden_size=5, longest_ngram=3)
    return Network(architecture, ngrams=ngrams, rng=np.random.default_rng(0)), alphabet


def test_a_model_without_a_limit_cannot_tell(clf: Classifier) -> None:
    unable = Classifier(clf.network, clf.alphabet, ORIGINS, [0.5, 0.5], Calibration(1.0, None, None))
    assert unable.ood_detector is None
    assert unable("xqzvk").reason is None


def test_all_faces_say_the_same(clf: Classifier) -> None:
    answers, scores = clf(NAMES), clf.scores(NAMES)
    assert clf.predict(NAMES) == [a.origin for a in answers]
    assert [None if r < 0 else REASONS[r] for r in scores.reasons] == [a.reason for a in answers]
    assert np.isnan(scores.probabilities).tolist() == [a.probability is None for a in answers]
    p = clf.predict_proba(NAMES)
    assert np.isnan(p).any(axis=1).tolist() == [a.reason == "empty" for a in answers]
    column = score_column(clf, pa.array(NAMES)).to_pylist()
    assert [row["reason"] for row in column] == [a.reason for a in answers]


def test_all_faces_give_the_same_of_two_reasons(clf: Classifier) -> None:
    """No answer is certain, so all are too unsure; those out of distribution are still called so."""
    answers, scores = clf(NAMES, abstain_below=1.0), clf.scores(NAMES, abstain_below=1.0)
    wanted = ["low-confidence", "unlike-training", "low-confidence", "empty", *["unlike-training"] * 2]
    assert [a.reason for a in answers] == wanted
    assert [REASONS[r] for r in scores.reasons] == wanted
    column = score_column(clf, pa.array(NAMES), abstain_below=1.0).to_pylist()
    assert [row["reason"] for row in column] == wanted


def test_a_composition_leaves_them_out(clf: Classifier) -> None:
    found = clf.composition(NAMES)
    assert (found.rows, found.read) == (6, 2)
    assert found.unknown == {"empty": 1, "unlike-training": 3}
    alone = clf.composition(["Smith", "Jones"])
    assert [s.share for s in found.shares] == pytest.approx([s.share for s in alone.shares])


def test_more_names_than_are_read_at_once(clf: Classifier) -> None:
    rng = np.random.default_rng(1)
    ends = ["".join(rng.choice(list("sonqx"), n)) for n in rng.integers(0, 6, 3000)]
    names = [str(rng.choice(KNOWN)) + end for end in ends]
    assert len(set(names)) > 1500
    texts = clf.alphabet.encode_all(names)
    assert clf.network.ngrams is not None
    expected = clf.network.ngrams.bits_per_letter(texts) > 4.0
    expected |= is_repetition(texts)
    assert 0.02 < expected.mean() < 0.98
    for threads in (1, 2):
        found = clf(names, threads=threads)
        assert [a.reason == "unlike-training" for a in found] == expected.tolist()


def test_without_a_limit_nothing_is_unlike(clf: Classifier) -> None:
    free = Classifier(clf.network, clf.alphabet, ORIGINS, [0.5, 0.5])
    assert [a.reason for a in free(NAMES)] == [None, None, None, "empty", None, None]


def test_deeper_networks_too(clf: Classifier) -> None:
    assert clf.network.ngrams is not None
    deep = Network(
        Architecture(len(clf.alphabet), 2, embedding_size=4, hidden_size=5, num_layers=2, longest_ngram=3),
        ngrams=(clf.network.ngrams.letters, clf.network.ngrams.counts),
    )
    found = Classifier(deep, clf.alphabet, ORIGINS, [0.5, 0.5], clf.calibration)
    assert [a.reason for a in found(NAMES)] == [a.reason for a in clf(NAMES)]


def test_a_limit_that_is_no_number() -> None:
    with pytest.raises(InputError, match=r"ood_threshold: expected a number from 0 to 1e\+06, got 'high'"):
        Calibration.from_json({"temperature": 1.0, "ood_threshold": "high"})
    limited = Calibration(1.5, None, 7.25)
    assert Calibration.from_json(limited.to_json()) == limited
