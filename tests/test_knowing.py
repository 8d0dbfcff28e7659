"""Sets of origins, abstaining, another mixture, fewer origins; and what a list is composed of."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cli_running import tiny_classifier
from counting import count_calls

from cognomen.classifier import Classifier, scoring
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.conformal import in_sets, score_levels, threshold
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.mixture import estimate_shares
from cognomen.corpora import load_corpus
from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.text.matching import did_you_mean
from cognomen.training import TrainingConfig, train

NAMES = ["Smith", "Nguyễn", "", "O'Brien", "123", "John Smith", None, "Nakamura", "Smith", "x"]
READ = [0, 1, 3, 5, 7, 8, 9]
PRIORS = (0.1, 0.6, 0.25, 0.05)


@pytest.fixture(scope="module")
def clf() -> Classifier:
    """A tiny classifier with thresholds for sets, and priors that differ."""
    made = tiny_classifier()
    names = [f"{a}{b}{c}" for a in "abkst" for b in "aeiou" for c in "lmnrst"]
    p = made.predict_proba(names)
    labels = (np.log(p) + np.random.default_rng(0).gumbel(size=p.shape)).argmax(axis=1)
    calibration = Calibration(1.0, score_levels(p, labels))
    return Classifier(made.network, made.alphabet, made.origins, PRIORS, calibration, card=made.card)


# --- sets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coverage", [0.3, 0.8, 0.9, 0.95])
def test_sets_are_the_first_of_each_ranking(clf: Classifier, coverage: float) -> None:
    p = clf.predict_proba(NAMES)
    sizes = in_sets(p[READ], threshold(clf.calibration.set_levels or (), coverage)).sum(axis=1)
    expected: list[Any] = [None] * len(NAMES)
    for row, size in zip(READ, sizes, strict=True):
        expected[row] = tuple(clf.origins[c] for c in np.argsort(-p[row], kind="stable")[:size])
    assert clf.predict_sets(NAMES, coverage) == expected
    assert clf.predict_sets(pa.array(NAMES), coverage) == expected
    assert [answer.origin_set for answer in clf(NAMES, coverage=coverage)] == expected
    assert [answer.origin_set for answer in clf.stream(NAMES, coverage=coverage)] == expected


def test_nine_in_ten_unless_asked_and_a_single_text_gives_a_list(clf: Classifier) -> None:
    assert clf.predict_sets("Smith") == clf.predict_sets(["Smith"], coverage=0.9)
    assert clf.predict_sets("") == clf.predict_sets([None]) == [None]
    assert clf.predict_sets([]) == []
    assert clf("Smith").origin_set is None


def test_sets_of_full_names(clf: Classifier) -> None:
    assert clf.predict_sets("John Smith") == clf.predict_sets("Smith")
    assert clf.predict_sets("John Smith", full_names=False, threads=2) == [
        clf("John Smith", full_names=False, coverage=0.9).origin_set
    ]


@pytest.mark.parametrize("asked", [{"prior": "uniform"}, {"restrict": ["Czech", "English"]}])
def test_a_promise_about_another_mixture_is_not_given(clf: Classifier, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="coverage: it only holds under the model's default prior"):
        clf("Smith", coverage=0.9, **asked)


def test_a_model_without_thresholds_answers_but_gives_no_sets(clf: Classifier, tmp_path: Path) -> None:
    clf.save(tmp_path / "model")
    artifact = read_artifact(tmp_path / "model")
    del artifact.facts["calibration"]["set_levels"]
    write_artifact(tmp_path / "old", artifact)
    old = Classifier.load(tmp_path / "old")
    assert old("Smith") == Classifier.load(tmp_path / "model")("Smith")
    for ask in (old.predict_sets, lambda name: old(name, coverage=0.9)):
        with pytest.raises(InputError, match=r"has no thresholds for sets of origins.*Train it again"):
            ask("Smith")


def test_thresholds_are_saved_and_damaged_ones_refused(clf: Classifier, tmp_path: Path) -> None:
    clf.save(tmp_path / "model")
    again = Classifier.load(tmp_path / "model")
    assert again.calibration == clf.calibration
    assert again.predict_sets(NAMES) == clf.predict_sets(NAMES)
    facts = read_artifact(tmp_path / "model").facts
    facts["calibration"]["set_levels"] = [1.0]
    write_artifact(tmp_path / "bad", Artifact(clf.network.params, facts, ""))
    with pytest.raises(ModelError, match="do not fit together: set_levels: expected 201 rising numbers"):
        Classifier.load(tmp_path / "bad")


def test_a_trained_model_holds_thresholds_if_names_were_held_out(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text(
        "name,origin\n" + "".join(f"{a}{b}o,A\n{b}{a}e,B\n" for a in "bcdfghjkl" for b in "aiou"), "utf-8"
    )
    corpus = load_corpus(tmp_path / "names.csv")
    small = TrainingConfig(epochs=1, hidden_size=4, embedding_size=4, validation_share=0.3)
    trained = train(corpus, small).classifier
    assert trained.calibration.set_levels is not None
    assert len(trained.predict_sets(["bao", "abe"], 0.5)) == 2
    alone = train(corpus, replace(small, validation_share=0.0)).classifier
    assert alone.calibration == Calibration(1.0, None)


# --- abstaining -------------------------------------------------------------------------------------------


def test_an_unsure_name_is_unknown_but_nothing_is_lost(clf: Classifier) -> None:
    sure = clf(NAMES)
    highest = [a.probability for a in sure if a.probability is not None]
    limit = float(np.median(highest))
    found = clf(NAMES, abstain_below=limit, coverage=0.9)
    assert len({a.reason for a in found} & {"low-confidence"}) == 1
    for before, answer in zip(sure, found, strict=True):
        if before.probability is not None and before.probability < limit:
            assert (answer.origin, answer.probability, answer.status) == (None, None, "unknown")
            assert answer.reason == "low-confidence"
            assert (answer.origins, answer.surname, answer.note) == (
                before.origins,
                before.surname,
                before.note,
            )
            assert answer.origin_set is not None
        else:
            assert replace(answer, origin_set=None) == before
    assert list(clf.stream(NAMES, abstain_below=limit, coverage=0.9)) == found
    assert clf.predict(NAMES, abstain_below=limit) == [a.origin for a in found]


def test_scores_abstain_alike(clf: Classifier) -> None:
    answers, scores = clf(NAMES, abstain_below=0.6), clf.scores(NAMES, abstain_below=0.6)
    assert [None if r < 0 else REASONS[r] for r in scores.reasons] == [a.reason for a in answers]
    np.testing.assert_array_equal(scores.origins < 0, [a.origin is None for a in answers])
    np.testing.assert_array_equal(np.isnan(scores.probabilities), scores.origins < 0)


def test_just_as_sure_as_asked_is_sure_enough(clf: Classifier) -> None:
    p = clf("Smith").probability
    assert p is not None
    assert clf("Smith", abstain_below=p).status == "ok"
    assert clf("Smith", abstain_below=math.nextafter(p, 1)).reason == "low-confidence"
    assert [clf(NAMES), clf.predict(NAMES)] == [
        clf(NAMES, abstain_below=0),
        clf.predict(NAMES, abstain_below=0.0),
    ]


@pytest.mark.parametrize("limit", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_what_is_no_probability_is_refused(clf: Classifier, limit: Any) -> None:
    for face in (clf, clf.predict, clf.scores, clf.stream):
        with pytest.raises(InputError, match="abstain_below: expected a probability, 0 to 1, got"):
            face("Smith", abstain_below=limit)


# --- priors, and fewer origins ----------------------------------------------------------------------------


def bayes(p: np.ndarray[Any, Any], new: Any) -> np.ndarray[Any, Any]:
    q = p * np.asarray(new) / np.asarray(PRIORS)
    return np.asarray(q / q.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("asked", "new"),
    [
        ({"prior": "training"}, PRIORS),
        ({"prior": "uniform"}, [0.25] * 4),
        ({"prior": {"Czech": 3, "Japanese": 1}}, [0.75, 0, 0.25, 0]),
        ({"restrict": ["Vietnamese", "English"]}, [0, 0.6, 0, 0.05]),
        ({"prior": "uniform", "restrict": ["Vietnamese", "English"]}, [0, 0.5, 0, 0.5]),
    ],
    ids=str,
)
def test_every_face_reweighs_alike(clf: Classifier, asked: dict[str, Any], new: list[float]) -> None:
    p = clf.predict_proba(NAMES, **asked)
    np.testing.assert_allclose(p, bayes(clf.predict_proba(NAMES), new), atol=1e-6)
    best = [None if np.isnan(row[0]) else clf.origins[row.argmax()] for row in p]
    assert clf.predict(NAMES, **asked) == [a.origin for a in clf(NAMES, **asked)] == best
    np.testing.assert_allclose(clf.scores(NAMES, **asked).probabilities, p.max(axis=1), rtol=1e-6)
    possible = {origin for origin, share in zip(clf.origins, new, strict=True) if share}
    for answer in clf.stream(NAMES, top_k=9, **asked):
        assert {each.origin for each in answer.origins} == (possible if answer.surname else set())


def test_origins_that_cannot_be_are_not_listed_even_among_zeros() -> None:
    """A name that is surely English has 0 for all others, those it may be and those it may not."""
    sure = tiny_classifier()
    sure.network.params["output.weight"][...] = 0
    sure.network.params["output.bias"][...] = [0, 500, 0, 0]
    assert [o.origin for o in sure("Smith", restrict=["English", "Vietnamese"]).origins] == [
        "English",
        "Vietnamese",
    ]
    assert sure.predict_proba("Smith", restrict=["Czech", "Japanese"]).tolist() == [[0.5, 0, 0.5, 0]]


def test_abstaining_looks_at_the_probabilities_that_are_shown(clf: Classifier) -> None:
    """Prior and restrict first: alone, the only origin that can be is certain."""
    only = clf("Smith", restrict=["Czech"], abstain_below=1.0)
    assert (only.origin, only.probability) == ("Czech", 1.0)
    assert clf("Smith", abstain_below=1.0).status == "unknown"


def test_a_mistyped_origin_is_refused_by_every_face(clf: Classifier) -> None:
    for face in (clf, clf.predict, clf.predict_proba, clf.scores, clf.stream, clf.composition):
        with pytest.raises(InputError, match=r"origin 'Chech'\. Did you mean 'Czech'\?"):
            face("Smith", restrict=["Chech"])
    with pytest.raises(InputError, match="prior: expected"):
        clf.stream(["Smith"], prior="flat")


def test_only_near_misses_are_suggested() -> None:
    assert did_you_mean("surname", ["id", "Name"]) == " Did you mean 'Name'?"
    assert did_you_mean("Nowhere", ["Hebrew", "Korean"]) == ""


# --- composition ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", [list, iter, lambda names: pd.Series(names, dtype=object), pa.array], ids=["l", "i", "pd", "pa"]
)
def test_a_list_is_composed_of_what_could_be_read(clf: Classifier, column: Any) -> None:
    found = clf.composition(column(NAMES * 3))
    p = clf.predict_proba([NAMES[row] for row in READ])
    expected = estimate_shares(p, [3] * len(READ), PRIORS)
    shares = {each.origin: each.share for each in found.shares}
    assert [shares[o] for o in clf.origins] == pytest.approx(expected, abs=1e-5)
    assert (found.rows, found.read) == (30, 21)
    assert found.unknown == {"not-text": 3, "empty": 3, "no-letters": 3}
    top = [clf(NAMES[row]).origin for row in READ]
    assert {e.origin: e.counted for e in found.shares} == pytest.approx(
        {o: top.count(o) / len(top) for o in clf.origins}
    )
    json.dumps(found.to_json())


def test_repeated_names_are_scored_once(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(clf, monkeypatch)
    clf.composition(["Smith", "Nakamura"] * 100)
    assert [names for names, _ in calls] == [2]


def test_blocks_of_texts_give_the_same_composition(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = clf.composition(NAMES)
    monkeypatch.setattr(scoring, "SCORED_TEXTS", 3)
    parts = clf.composition(NAMES)
    assert (parts.unknown, parts.read) == (whole.unknown, whole.read)
    assert {e.origin: e.share for e in parts.shares} == pytest.approx(
        {e.origin: e.share for e in whole.shares}, abs=1e-4
    )


def test_a_list_of_few_origins(clf: Classifier) -> None:
    found = clf.composition(NAMES, restrict=["Czech", "Vietnamese"], seed=3)
    assert {each.origin for each in found.shares} == {"Czech", "Vietnamese"}
    assert sum(each.share for each in found.shares) == pytest.approx(1)
    assert found.seed == 3


@pytest.mark.parametrize("names", [[], [""], [None, "123"], ""])
def test_a_list_without_a_surname_has_no_shares(clf: Classifier, names: Any) -> None:
    found = clf.composition(names)
    assert found.shares == ()
    assert found.rows == sum(found.unknown.values()) == (1 if names == "" else len(names))
