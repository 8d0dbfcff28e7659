"""Another mixture: exactly Bayes' rule; and what is no mixture is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen import Classifier
from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.origins import Tree
from cognomen.classifier.priors import log_prior_ratios
from cognomen.errors import InputError

ORIGINS = ("Czech", "English", "Irish", "Scottish")
PRIORS = (0.1, 0.6, 0.25, 0.05)
SHARES = st.lists(st.floats(0.001, 1), min_size=4, max_size=4)


def reweighed(p: np.ndarray[Any, Any], **asked: Any) -> np.ndarray[Any, Any]:
    """Probabilities under another mixture, by way of the logits as the classifier does it."""
    return softmax_with_temperature(np.log(p), 1.0, log_prior_ratios(Tree(ORIGINS), PRIORS, **asked))


def test_nothing_changes_under_the_mixture_of_the_training() -> None:
    assert log_prior_ratios(Tree(ORIGINS), PRIORS) is None
    p = np.array([[0.2, 0.3, 0.4, 0.1]])
    np.testing.assert_allclose(reweighed(p, prior=dict(zip(ORIGINS, PRIORS, strict=True))), p)


@given(SHARES, SHARES)
def test_it_is_bayes_rule(probabilities: list[float], shares: list[float]) -> None:
    p, new = np.array(probabilities) / sum(probabilities), np.array(shares) / sum(shares)
    expected = p * new / np.array(PRIORS)
    found = reweighed(p[None], prior=dict(zip(ORIGINS, shares, strict=True)))[0]
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-9)


def test_uniform_expects_all_alike() -> None:
    np.testing.assert_allclose(reweighed(np.array([PRIORS]), prior="uniform"), [[0.25] * 4])


def test_counts_do_as_well_as_shares() -> None:
    p = np.array([[0.2, 0.3, 0.4, 0.1]])
    counts, shares = {"Irish": 30, "Czech": 10}, {"Czech": 0.25, "Irish": 0.75}
    np.testing.assert_allclose(reweighed(p, prior=counts), reweighed(p, prior=shares))


def test_an_origin_that_is_not_named_cannot_be() -> None:
    found = reweighed(np.array([[0.2, 0.3, 0.4, 0.1]]), prior={"Irish": 1, "Czech": 1})
    np.testing.assert_allclose(found, [[0.2 / 0.1 / (2 + 1.6), 0, 0.4 / 0.25 / (2 + 1.6), 0]])


def test_restrict_leaves_the_ratios_of_the_others() -> None:
    p = np.array([[0.2, 0.3, 0.4, 0.1]])
    np.testing.assert_allclose(reweighed(p, restrict=["Scottish", "English"]), [[0, 0.75, 0, 0.25]])
    np.testing.assert_allclose(reweighed(p, restrict=iter(ORIGINS)), p)


def test_a_certain_name_can_still_be_restricted_to_others() -> None:
    """Probabilities of it would all have come out 0, and their shares as 0 / 0."""
    logits = np.array([[200.0, 1.0, 0.0, -300.0]], np.float32)
    found = softmax_with_temperature(
        logits, 1.0, log_prior_ratios(Tree(ORIGINS), PRIORS, restrict=ORIGINS[1:])
    )
    np.testing.assert_allclose(found, [[0, 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0]], rtol=1e-6)


def test_prior_and_restrict_in_either_order() -> None:
    p = np.array([[0.2, 0.3, 0.4, 0.1]])
    both = reweighed(p, prior="uniform", restrict=["Czech", "Irish"])
    np.testing.assert_allclose(both, [[2 / 3.6, 0, 1.6 / 3.6, 0]])
    np.testing.assert_allclose(both, reweighed(p, prior={"Czech": 1, "Irish": 1}))


def test_capital_letters_of_origins_do_not_matter() -> None:
    p = np.array([[0.2, 0.3, 0.4, 0.1]])
    for small, usual in [
        ({"restrict": ["czech", "IRISH"]}, {"restrict": ["Czech", "Irish"]}),
        ({"prior": {"czech": 1, "irish": 3}}, {"prior": {"Czech": 1, "Irish": 3}}),
    ]:
        np.testing.assert_array_equal(reweighed(p, **small), reweighed(p, **usual))


def test_counts_may_be_as_large_as_numbers_are() -> None:
    one, other = ({"prior": {"Irish": n, "Czech": n}} for n in (1.0, 1.5e308))
    found, expected = (log_prior_ratios(Tree(ORIGINS), PRIORS, **asked) for asked in (other, one))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"prior": "unifrom"}, 'prior: expected "default", "training", "uniform" or a mapping .*, got .unif'),
        ({"prior": [0.1, 0.9]}, "prior: expected .* or a mapping from origins to shares, got"),
        ({"prior": None}, "prior: expected .* or a mapping"),
        ({"prior": {"Scotish": 1}}, "prior: .* not know the origin 'Scotish'. Did you mean 'Scottish'"),
        ({"prior": {"irish": 1, "Irish": 2}}, "prior: 'Irish' is given twice"),
        ({"prior": {"Zulu": 1}}, "the origin 'Zulu'. It knows Czech, English, Irish, Scottish"),
        ({"prior": {"Irish": -1}}, "prior: expected shares of 0 or more, got -1 for 'Irish'"),
        ({"prior": {"Irish": float("nan")}}, "got nan for 'Irish'"),
        ({"prior": {"Irish": float("inf")}}, "got inf for 'Irish'"),
        ({"prior": {"Irish": "1"}}, "got '1' for 'Irish'"),
        ({"prior": {"Irish": True}}, "got True for 'Irish'"),
        ({"prior": {"Irish": None}}, "got None for 'Irish'"),
        ({"prior": {}}, "prior: expected a share above 0 for one origin or more, got none"),
        ({"prior": {"Irish": 0, "Czech": 0.0}}, "expected a share above 0"),
        ({"restrict": "Irish"}, r"restrict: expected a list .*, got the text 'Irish': put it in \[ \]"),
        ({"restrict": []}, "restrict: expected one or more origins, got none"),
        ({"restrict": ["Irish", "Cezch"]}, "restrict: .*'Cezch'. Did you mean 'Czech'"),
        ({"restrict": [3]}, "restrict: the model does not know the origin 3"),
        ({"prior": {"Irish": 1}, "restrict": ["Czech"]}, "prior and restrict leave no origin"),
    ],
)  # fmt: skip
def test_what_is_no_mixture_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        log_prior_ratios(Tree(ORIGINS), PRIORS, **asked)


def test_what_was_never_seen_cannot_be_expected() -> None:
    priors = (0.0, 0.7, 0.2, 0.1)
    with pytest.raises(InputError, match=r"trained without names of \['Czech'\], so their share must be 0"):
        log_prior_ratios(Tree(ORIGINS), priors, "uniform")
    weights = log_prior_ratios(Tree(ORIGINS), priors, {"Irish": 0.5, "English": 0.5})
    assert weights is not None
    np.testing.assert_allclose(weights, [-np.inf, np.log(0.5 / 0.7), np.log(2.5), -np.inf])


def test_another_default_prior_is_used_at_once() -> None:
    clf = Classifier.load()
    before = clf.predict_proba(["Lee"])
    clf.default_prior = None
    np.testing.assert_allclose(clf.predict_proba(["Lee"]), clf.predict_proba(["Lee"], prior="training"))
    assert np.abs(clf.predict_proba(["Lee"]) - before).max() > 0.01
