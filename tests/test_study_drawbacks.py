"""What learners ask: no tanh, bigger nets, NaN. Quick runs, and what is true of the experiments' parts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cognomen.rnn import cross_entropy
from cognomen.study import Findings, Settings, find_experiment
from cognomen.study.experiments.nan_loss import VARIANTS, loss_as_written, train
from cognomen.study.experiments.no_tanh import interaction
from cognomen.study.names import fit_names, load_names

NAMES = ("no-tanh", "bigger", "nan-loss")
REPO = Path(__file__).parents[1]


@cache
def quick(name: str) -> Findings:
    """A quick run, as it would be read from disk."""
    findings = find_experiment(name).run(Settings(quick=True))
    kept = json.loads(json.dumps(findings.to_json(), allow_nan=False))["runs"]
    return Findings(findings.experiment, findings.settings, tuple(kept))


@pytest.fixture(autouse=True)
def with_names(names_folder, monkeypatch):
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))


def full(name: str) -> Findings:
    """The committed findings of a full run."""
    kept = json.loads((REPO / "docs/study/results" / f"{name}.json").read_text(encoding="utf-8"))
    return Findings(find_experiment(name), Settings(**kept["settings"]), tuple(kept["runs"]))


def numbers_in(value: object) -> list[float]:
    """All numbers in JSON values."""
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers_in(inner)]
    if isinstance(value, list | tuple):
        return [number for inner in value for number in numbers_in(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def scaled(value: object) -> object:
    """The same JSON values, every broken number a tenth smaller."""
    if isinstance(value, dict):
        return {key: scaled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [scaled(inner) for inner in value]
    return 0.9 * value if isinstance(value, float) else value


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_numbers(name):
    (again,) = find_experiment(name).run(Settings(quick=True)).runs
    assert json.loads(json.dumps(again)) == quick(name).numbers
    (other,) = find_experiment(name).run(Settings(quick=True, seed=1)).runs
    assert json.loads(json.dumps(other)) != quick(name).numbers


@pytest.mark.parametrize("name", NAMES)
def test_sentence_and_table_come_from_the_numbers(name):
    findings = full(name)
    changed = Findings(findings.experiment, findings.settings, tuple(map(scaled, findings.runs)))
    assert changed.sentence != findings.sentence
    assert changed.table.heads == findings.table.heads
    assert changed.table.rows != findings.table.rows
    assert all(np.isfinite(numbers_in(findings.runs)))


# --- no tanh -------------------------------------------------------------------------------------------


def test_without_tanh_oddness_is_a_guess_and_the_state_overflows():
    numbers = quick("no-tanh").numbers
    assert min(numbers["odd"]["tanh"]) > 0.99
    assert numbers["odd"]["identity"][0] == 1  # one sign alone needs no memory
    assert max(numbers["odd"]["identity"][1:]) < 0.56
    first = numbers["first"]
    assert first["identity"]["norms"][-1] is None
    assert first["identity"]["recalled"][-1] < 0.6
    assert max(first["tanh"]["norms"]) <= 4  # sixteen numbers between -1 and 1
    assert first["tanh"]["recalled"][-1] > 0.95
    assert "overflows by" in quick("no-tanh").sentence


def test_an_overflow_that_did_not_come_is_not_told():
    findings = quick("no-tanh")
    numbers = json.loads(json.dumps(findings.numbers))
    numbers["first"]["identity"]["norms"] = [1234.0] * len(numbers["lengths"])
    sentence = findings.experiment.sentence(numbers)
    assert "overflow" not in sentence
    assert "1.23e+03" in sentence


@pytest.mark.parametrize(("phi", "least", "most"), [("identity", 0.0, 1e-5), ("tanh", 1e-3, 10.0)])
def test_letters_act_together_through_tanh_only(phi, least, most):
    names = load_names(quick=True)
    fitted = fit_names(names, epochs=1, cell="rnn", nonlinearity=phi, direction="forward", pooling="last")
    found = interaction(fitted, names.test, np.random.default_rng(0))
    assert least <= found <= most


# --- bigger --------------------------------------------------------------------------------------------


def test_one_recipe_makes_the_largest_nets_worse_and_their_own_mends_them():
    rows = {row["size"]: row for row in full("bigger").numbers["rows"]}
    sizes = sorted(rows)
    best = min(sizes, key=lambda size: rows[size]["same"]["loss"])
    largest = rows[sizes[-1]]
    assert sizes == [16, 32, 64, 128, 256, 512]
    assert best < 256
    assert largest["same"]["loss"] > rows[best]["same"]["loss"]
    assert largest["tuned"]["loss"] < largest["same"]["loss"]
    assert f"least at {best} " in full("bigger").sentence


def test_held_out_names_choose_nothing(monkeypatch):
    from cognomen.study.experiments import bigger

    names = load_names(quick=True)
    learned, chosen_by = bigger._subset(names, 4)
    assert learned.test == names.test
    assert len(learned.training) == len(learned.training_labels) == -(-len(names.training) // 4)
    assert chosen_by.training == learned.training
    rows = range(1, len(names.training), 8)
    assert chosen_by.test == tuple(names.training[row] for row in rows)
    assert list(chosen_by.test_labels) == [names.training_labels[row] for row in rows]
    asked = []
    fit = bigger.fit_names

    def watched(names, **recipe):
        fitted = fit(names, **recipe)
        asked.append((names, recipe["learning_rate"], recipe["dropout"][2], fitted.test.loss))
        return fitted

    monkeypatch.setattr(bigger, "fit_names", watched)
    row = bigger._at_size(8, learned, chosen_by, 1, 0, lambda share, words: None)
    same, *choices = asked
    assert same[0] is learned
    assert all(each[0] is chosen_by for each in choices)
    assert len(choices) == len(bigger.RATES) * len(bigger.DROPS)
    _, rate, dropped, _ = min(choices, key=lambda each: each[3])
    assert (row["tuned"]["rate"], row["tuned"]["dropout"]) == (rate, dropped)


# --- NaN -----------------------------------------------------------------------------------------------


def test_the_loss_as_written_is_the_loss_until_exp_overflows():
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((6, 4)).astype(np.float32), rng.integers(0, 4, 6)
    loss, gradient = loss_as_written(logits, labels)
    expected, its_gradient = cross_entropy(logits, labels)
    assert loss == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(gradient, its_gradient, atol=1e-6)
    large = 100 * np.eye(4, dtype=np.float32)
    with np.errstate(all="ignore"):
        assert np.isnan(loss_as_written(large, np.arange(4))[0])
    assert cross_entropy(large, np.arange(4))[0] < 1e-6


def test_a_run_ends_at_its_first_bad_number():
    by_words = {variant.words: variant for variant in VARIANTS}
    free = train(by_words["relu"], 10, 3.0, 0, 20)
    assert free.bad in {"the answers", "the loss", "the gradient"}
    assert len(free.losses) == len(free.norms) < 20
    assert all(np.isfinite([*free.losses[:-1], *free.norms[:-1]]))
    clipped = train(by_words["relu, clipped"], 10, 3.0, 0, 20)
    assert clipped.bad is None
    assert len(clipped.losses) == 20


def test_clipping_saves_most_runs_and_tanh_all():
    bad = full("nan-loss").numbers["diverged"]
    assert bad["tanh"] == 0 < bad["tanh, log(softmax) as written"]
    assert bad["relu, clipped"] < bad["relu"]
    assert bad["identity, clipped"] < bad["identity"]
    assert list(bad) == [variant.words for variant in VARIANTS]
    assert f"relu {bad['relu']};" in full("nan-loss").sentence


def test_a_sentence_without_bad_runs_tells_of_no_gradient():
    findings = quick("nan-loss")
    calm = {"diverged": {variant.words: 0 for variant in VARIANTS}, "before": None}
    sentence = findings.experiment.sentence({**findings.numbers, **calm})
    assert "identity 0" in sentence
    assert "gradient" not in sentence
