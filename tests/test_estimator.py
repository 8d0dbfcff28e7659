"""The estimators for scikit-learn: what its tools ask of a classifier, with texts."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks
from sklearn.utils._tags import get_tags

from cognomen import Classifier
from cognomen.apps.estimator import PretrainedSurnameClassifier, SurnameClassifier
from cognomen.corpora import Corpus
from cognomen.errors import DataError, InputError, TrainingError
from cognomen.network import Architecture
from cognomen.training import TrainingConfig

STEMS = [a + b for a in "bcdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "en", "ar")]
X = [stem + ending for stem in STEMS for ending in ("ini", "ova", "sson")]
Y = ["Italian", "Czech", "Swedish"] * len(STEMS)


def small(**settings: Any) -> SurnameClassifier:
    sizes = {"epochs": 2, "hidden_size": 8, "embedding_size": 8, "longest_ngram": 3, "batch_size": 32}
    return SurnameClassifier(**sizes, **settings)


@pytest.fixture(scope="module")
def fitted() -> SurnameClassifier:
    return small().fit(X, Y)


# --- scikit-learn's own checks ---------------------------------------------------------------------------

# Those that ask nothing of the data are run. The others make tables of numbers, which are no names: what they
# are about is tested below with texts, or concerns tables only.
RUN = {
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
}
WITH_TEXTS = {
    "test_it_learns": "classifiers_train classifiers_classes decision_proba_consistency estimators_dtypes",
    "test_fitting_again_is_fitting": "dict_unchanged dont_overwrite_parameters estimators_fit_returns_self "
    "estimators_overwrite_params estimators_unfitted fit_check_is_fitted fit_idempotent",
    "test_a_column_of_any_kind_is_the_same": "classifier_data_not_an_array dtype_object fit1d "
    "fit2d_predict1d readonly_memmap_input f_contiguous_array_estimator",
    "test_what_cannot_be_fitted_is_said": "classifiers_one_label classifiers_regression_target "
    "estimators_empty_data_messages fit2d_1sample requires_y_none supervised_y_2d supervised_y_no_nan",
    "test_a_row_is_answered_alone": "methods_sample_order_invariance methods_subset_invariance",
    "test_weights_say_how_often_a_name_occurs": "all_zero_sample_weights_error sample_weights_list "
    "sample_weights_not_an_array sample_weights_not_overwritten sample_weights_pandas_series "
    "sample_weights_shape sample_weight_equivalence_on_dense_data classifiers_one_label_sample_weights",
    "test_it_can_be_pickled": "estimators_pickle",
    "test_in_a_pipeline": "pipeline_consistency fit_score_takes_y",
}
OF_TABLES = (
    "array_api_input complex_data estimator_sparse_array estimator_sparse_matrix estimator_sparse_tag "
    "estimators_nan_inf estimators_partial_fit_n_features fit2d_1feature n_features_in "
    "n_features_in_after_fitting non_transformer_estimators_n_iter positive_only_tag_during_fit"
)


def all_checks(estimator: Any) -> dict[str, Any]:
    """All checks of scikit-learn, by name; it lists none for estimators of texts."""
    tags = get_tags(estimator)
    tags.input_tags.two_d_array = True
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(estimator_checks, "get_tags", lambda _: tags)
        checks = list(estimator_checks._yield_all_checks(estimator, legacy=True))
    checks.append(estimator_checks.check_estimator_cloneable)
    return {getattr(check, "func", check).__name__: check for check in checks}


def test_each_check_is_run_or_its_subject_tested() -> None:
    subjects = " ".join([*WITH_TEXTS.values(), OF_TABLES]).split()
    assert set(all_checks(SurnameClassifier())) <= RUN | {f"check_{subject}" for subject in subjects}
    assert set(WITH_TEXTS) <= set(globals())


@pytest.mark.parametrize("kind", [SurnameClassifier, PretrainedSurnameClassifier])
@pytest.mark.parametrize("check", sorted(RUN))
def test_a_check_of_scikit_learn(kind: Any, check: str) -> None:
    all_checks(kind())[check](kind.__name__, kind())


# --- parameters ------------------------------------------------------------------------------------------


def test_each_setting_is_a_parameter() -> None:
    parameters = SurnameClassifier().get_params()
    expected = TrainingConfig().to_json()
    del expected["seed"]
    assert {name: parameters[name] for name in expected if name != "dropout"} == {
        name: value for name, value in expected.items() if name != "dropout"
    }
    assert SurnameClassifier(epochs=3, random_state=7).config == TrainingConfig(epochs=3, seed=7)
    assert SurnameClassifier().set_params(hidden_size=5).config.hidden_size == 5
    with pytest.raises(TypeError, match="epoch"):
        SurnameClassifier(epoch=3)
    with pytest.raises(InputError, match="epochs"):
        SurnameClassifier(epochs=0).fit(X, Y)
    with pytest.raises(TypeError, match=r"'epoch'\. Did you mean 'epochs'"):
        SurnameClassifier(epoch=3)


def test_it_is_a_classifier_of_texts() -> None:
    for each in (SurnameClassifier(), PretrainedSurnameClassifier()):
        tags = get_tags(each)
        assert is_classifier(each)
        assert (tags.input_tags.string, tags.input_tags.two_d_array) == (True, False)


# --- what the checks of numbers are about, with texts ----------------------------------------------------


def test_it_learns(fitted: SurnameClassifier) -> None:
    assert fitted.score(X, Y) > 0.9
    assert fitted.classes_.tolist() == sorted(set(Y))
    p = fitted.predict_proba(X)
    assert p.shape == (len(X), 3)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (fitted.classes_[p.argmax(axis=1)] == fitted.predict(X)).all()


def test_fitting_again_is_fitting(fitted: SurnameClassifier) -> None:
    again = clone(fitted)
    with pytest.raises(NotFittedError):
        again.predict(X)
    before = copy.deepcopy(again.get_params())
    np.testing.assert_array_equal(again.fit(X, Y).fit(X, Y).predict_proba(X), fitted.predict_proba(X))
    assert again.get_params() == before


@pytest.mark.parametrize(
    "column",
    [np.array(X), np.array(X, object)[:, None], pd.Series(X), pd.DataFrame({"name": X}), tuple(X), iter(X)],
    ids=["array", "table", "series", "frame", "tuple", "iterator"],
)
def test_a_column_of_any_kind_is_the_same(fitted: SurnameClassifier, column: Any) -> None:
    np.testing.assert_array_equal(fitted.predict_proba(column), fitted.predict_proba(X))


@pytest.mark.parametrize(
    "column", [[1, 2], np.array([1.5]), ["rossini", b"rossini"], [["rossini"]], pd.DataFrame({"n": [1]})]
)
def test_what_holds_other_things_than_texts_is_no_column(fitted: SurnameClassifier, column: Any) -> None:
    with pytest.raises(InputError, match=r"X\[[01]\]: expected a text or a missing value, got "):
        fitted.predict(column)


def test_missing_values_of_all_kinds_are_texts_that_cannot_be_read(fitted: SurnameClassifier) -> None:
    p = fitted.predict_proba([None, float("nan"), pd.NA, pd.NaT])
    np.testing.assert_allclose(p, [fitted.classifier_.priors] * 4, atol=1e-6)


def test_arrow_columns_are_fitted_alike() -> None:
    for names in (pa.array(X), pa.chunked_array([X[:2], X[2:]]), pa.array(X).dictionary_encode()):
        again = small().fit(names, pa.array(Y), pa.array([1.0] * len(X)))
        assert again.predict(names).tolist() == small().fit(X, Y, [1.0] * len(X)).predict(X).tolist()


@pytest.mark.parametrize("labels", [[3, 7, -1], ["10", "9", "8"], [True, False, True], [" a", "a ", "b"]])
def test_classes_of_any_kind(labels: list[Any]) -> None:
    y = labels * len(STEMS)
    fitted = small().fit(X, y)
    np.testing.assert_array_equal(fitted.classes_, np.unique(y))
    assert fitted.score(X, y) > 0.6
    assert fitted.predict(X).dtype == np.asarray(y).dtype


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, Y[:-1], "label"),
        (X, None, "target y is None"),
        ("Rossi", ["Italian"], "put it in"),
        (np.zeros((4, 2)), Y[:4], "shape"),
        (X, [0.5] * len(X), "continuous|Unknown label"),
        ([3] * 9, Y[:9], "expected a text or a missing value, got 3"),
        ([], [], "no name is left"),
        (X[:1], Y[:1], "origin"),
        (X, ["Italian"] * len(X), "origin"),
        (X, [*Y[:-1], None], r"y\[311\]: .* None"),
        (X, [float("nan"), *Y[1:]], r"y\[0\]: .* nan"),
        (X, pd.array([1] * 311 + [None], "Int64"), r"y\[311\]: .*"),
        (X, [[label, label] for label in Y], "shape|y should be"),
    ],
)
def test_what_cannot_be_fitted_is_said(x: Any, y: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError, DataError, TrainingError), match=words):
        small().fit(x, y)


def test_a_text_that_cannot_be_read_has_the_expected_shares(fitted: SurnameClassifier) -> None:
    p = fitted.predict_proba(["123", None, "rossini"])
    np.testing.assert_allclose(p[:2], [fitted.classifier_.priors] * 2, atol=1e-6)
    assert p[2].max() > p[0].max()
    with pytest.raises(InputError, match=r"X\[1\].*None"):
        clone(fitted).set_params(unreadable="error").fit(X, Y).predict(["rossini", None])


def test_a_row_is_answered_alone(fitted: SurnameClassifier) -> None:
    whole, order = fitted.predict_proba(X), np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(fitted.predict_proba([X[k] for k in order]), whole[order], atol=1e-6)
    np.testing.assert_allclose(
        np.vstack([fitted.predict_proba([name]) for name in X[:9]]), whole[:9], atol=1e-6
    )


@pytest.mark.parametrize("kind", [np.array, list, pd.Series])
def test_weights_say_how_often_a_name_occurs(kind: Any) -> None:
    weights = kind([8.0 if label == "Czech" else 1.0 for label in Y])
    before = list(weights)
    fitted = small(refit=False).fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(fitted.classifier_.priors, [0.8, 0.1, 0.1], atol=0.02)
    assert list(weights) == before
    for wrong in (kind([1.0]), kind([-1.0] * len(X)), kind([0.0] * len(X))):
        with pytest.raises((InputError, TrainingError)):
            small().fit(X, Y, sample_weight=wrong)


# --- scikit-learn's tools --------------------------------------------------------------------------------


def test_it_can_be_pickled(fitted: SurnameClassifier) -> None:
    for each in (fitted, PretrainedSurnameClassifier("classic").fit()):
        again = pickle.loads(pickle.dumps(each))  # noqa: S301
        np.testing.assert_array_equal(again.predict_proba(X[:5]), each.predict_proba(X[:5]))


def test_in_a_pipeline() -> None:
    upper = FunctionTransformer(lambda names: [name.strip() for name in names])
    pipe = Pipeline([("strip", upper), ("names", small())])
    assert pipe.fit([f" {name} " for name in X], Y).score(X, Y) > 0.9
    assert pipe.set_params(names__epochs=1)["names"].epochs == 1


def test_in_a_search() -> None:
    search = GridSearchCV(small(), {"longest_ngram": [0, 3]}, cv=2, scoring="neg_log_loss").fit(X, Y)
    assert search.best_params_ == {"longest_ngram": 3}
    assert search.score(X, Y) > -1


def test_in_cross_validation() -> None:
    assert cross_val_score(small(), np.array(X), np.array(Y), cv=2).mean() > 0.9


def test_frozen_and_calibrated(fitted: SurnameClassifier) -> None:
    frozen = FrozenEstimator(fitted)
    assert frozen.fit(["a"], ["b"]).predict(["rossini"]) == ["Italian"]
    calibrated = CalibratedClassifierCV(frozen, method="sigmoid").fit(X, Y)
    assert log_loss(Y, calibrated.predict_proba(X)) < 1.5
    assert CalibratedClassifierCV(small(), cv=2).fit(X, Y).score(X, Y) > 0.9


# --- pretrained ------------------------------------------------------------------------------------------


def test_a_pretrained_one_answers_as_the_classifier_does() -> None:
    names = ["Nakamura", "O'Brien", "SMITH, John", "123"]
    for model, options in (
        ("world", {}),
        ("classic", {"prior": "uniform", "restrict": ("Irish", "Japanese")}),
    ):
        estimator, clf = PretrainedSurnameClassifier(model, **options), Classifier.load(model)
        assert tuple(estimator.classes_) == options.get("restrict", clf.origins)
        columns = [clf.origins.index(origin) for origin in estimator.classes_]
        found, expected = estimator.predict_proba(names), clf.predict_proba(names, **options)
        np.testing.assert_allclose(found[:3], expected[:3, columns], atol=1e-6)
        np.testing.assert_allclose(found[3], clf.expected_shares(**options)[columns], atol=1e-9)
        assert estimator.predict(names[:3]).tolist() == clf.predict(names[:3], abstain_below=0, **options)


def test_expected_shares_are_those_of_the_prior() -> None:
    clf = Classifier.load()
    assert clf.default_prior is not None
    np.testing.assert_allclose(clf.expected_shares(), clf.default_prior.shares, atol=1e-9)
    np.testing.assert_allclose(clf.expected_shares("training"), clf.priors, atol=1e-9)
    two = clf.expected_shares({"Irish": 3, "German": 1})
    assert two[clf.origins.index("Irish")] == pytest.approx(0.75)
    assert clf.expected_shares("uniform", ["Irish", "German"]).max() == pytest.approx(0.5)


def test_a_pretrained_one_can_be_calibrated_and_cloned() -> None:
    estimator = clone(PretrainedSurnameClassifier("classic"))
    names, origins = ["Rossi", "Bianchi", "Nakamura", "Tanaka"], ["Italian"] * 2 + ["Japanese"] * 2
    assert estimator.score(names, origins) == 1
    two = FrozenEstimator(PretrainedSurnameClassifier(restrict=["Italian", "Japanese"]))
    calibrated = CalibratedClassifierCV(two, cv=2).fit(names, origins)  # whose classes are those two
    assert calibrated.predict_proba(["Moretti", "Yamada"]).argmax(axis=1).tolist() == [0, 1]
    assert PretrainedSurnameClassifier(prior={"Greek": 1, "Czech": 3}).classes_.tolist() == ["Czech", "Greek"]
    assert estimator.set_params(model="world").classes_.size == 83
    assert isinstance(estimator.classifier_.network.architecture, Architecture)


# --- Corpus.from_names -----------------------------------------------------------------------------------


def test_a_corpus_of_names() -> None:
    names = ["Smith", "smith", None, " ", "Rossi", "Smith", float("nan")]
    labels = ["English"] * 4 + ["Italian", "Scottish", "Italian"]
    corpus = Corpus.from_names(names, labels)
    assert (corpus.names, corpus.labels) == (("Smith", "Rossi", "Smith"), ("English", "Italian", "Scottish"))
    assert corpus.report.counts == {"duplicate": 1, "empty-cell": 3}
    assert corpus.report.dropped[0].place == "names:3"
    assert corpus.row_weights is None
    weighted = Corpus.from_names(names, labels, range(7), source="staff")
    assert weighted.weights.tolist() == [1, 4, 5]
    assert weighted.source == "staff"
    assert len(Corpus.from_names(["a", "a"], ["x", "x"], clean=False)) == 2


@pytest.mark.parametrize(
    ("names", "labels", "weights", "error"),
    [
        (["a"], [], None, InputError),
        (["a"], [3], None, InputError),
        (["a"], [" "], None, InputError),
        (["a"], ["x"], [-1], InputError),
        (["a"], ["x"], [np.inf], InputError),
        (["a"], ["x"], [[1]], InputError),
        ([None], ["x"], None, DataError),
        ([], [], None, DataError),
    ],
)
def test_no_corpus_of_what_does_not_fit(
    names: Any, labels: Any, weights: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Corpus.from_names(names, labels, weights)
