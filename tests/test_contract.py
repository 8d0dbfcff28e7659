"""`cognomen score --contract`: the columns that sister packages share, and what must hold of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cli_running import failure, inside, lines, run, tiny_classifier

from cognomen import Classifier, __version__
from cognomen.apps.contract import NOT_OF_A_SCRIPT, SHARED, SHARED_COLUMNS, ModelFacts
from cognomen.classifier.decisions import REASONS

NAMES = ["Nakamura", "N/A", "", "qzxqzx", "Abel", "123", "李", "Acme Ltd", "SMITH, John", "Garc?a", "ⲁⲃⲅⲇⲉ"]
# What the contract calls shared; a package may add a reason only where none of these is accurate.
VOCABULARY = {
    *("missing-name", "no-letters", "unsupported-script", "out-of-vocabulary", "out-of-dictionary"),
    *("uncertain-score", "insufficient-evidence"),
}
OF_OUR_OWN = {"too-long", "not-a-name", "garbled"}


@pytest.fixture(scope="module", params=[".csv", ".parquet"])
def scored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("contract")
    table, out = folder / "a.csv", folder / f"b{request.param}"
    pd.DataFrame({"id": range(len(NAMES)), "name": NAMES}).to_csv(table, index=False)
    lines(
        inside("score", str(table), "--column", "name", "--out", str(out), "--contract", "--abstain", "0.6")
    )
    return pd.read_csv(out, keep_default_na=False, na_values={}) if request.param == ".csv" else read(out)


def read(path: Path) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    return pd.read_parquet(path)


def missing(value: Any) -> bool:
    return value is None or value == "" or value != value


def test_the_columns_are_the_contracts(scored: pd.DataFrame) -> None:
    clf = Classifier.load()
    assert scored.columns.tolist() == ["id", "name", *clf.origins, *SHARED_COLUMNS]
    assert len(SHARED_COLUMNS) == 18
    assert scored["id"].astype(int).tolist() == list(range(len(NAMES)))
    facts = json.loads(run("model", "info", "--json").stdout)
    for column, value in {
        "estimate_type": "name-pattern estimate",
        "target": "surname-origin",
        "input_scope": "last-name",
        "model_id": "cognomen-world",
        "model_version": __version__,
        "model_revision": f"sha256:{facts['tensors_sha256']}",
    }.items():
        assert set(scored[column]) == {value}


def test_its_invariants_hold(scored: pd.DataFrame) -> None:
    origins = list(Classifier.load().origins)
    for row in scored.to_dict("records"):
        assert row["abstained"] == missing(row["predicted_label"]) == missing(row["predicted_probability"])
        assert row["abstained"] != missing(row["abstention_reason"])
        assert row["scored"] or row["abstained"]
        assert row["script_supported"] or not row["scored"]
        assert row["scored"] != missing(row[origins[0]])
        if row["scored"]:
            assert sum(float(row[origin]) for origin in origins) == pytest.approx(1, abs=1e-4)
        if not row["abstained"]:
            assert row["predicted_probability"] == row[row["predicted_label"]]


def test_reasons_are_the_shared_ones(scored: pd.DataFrame) -> None:
    found = dict(zip(NAMES, scored["abstention_reason"], strict=True))
    assert {name: reason for name, reason in found.items() if not missing(reason)} == {
        "N/A": "missing-name",
        "": "missing-name",
        "qzxqzx": "insufficient-evidence",
        "Abel": "uncertain-score",
        "123": "no-letters",
        "Acme Ltd": "not-a-name",
        "Garc?a": "garbled",
        "ⲁⲃⲅⲇⲉ": "unsupported-script",
    }
    assert found.keys() >= {"SMITH, John"}
    assert set(SHARED.values()) <= VOCABULARY
    assert set(REASONS) == SHARED.keys() | OF_OUR_OWN
    assert set(NOT_OF_A_SCRIPT) <= VOCABULARY


def test_an_answer_at_a_coarser_level_is_an_uncertain_score(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name\nAbel\nNakamura\n")
    table, out = str(tmp_path / "a.csv"), tmp_path / "b.csv"
    lines(inside("score", table, "--column", "name", "--out", str(out), "--contract", "--level", "region"))
    found = pd.read_csv(out)
    assert found["predicted_label"].tolist()[1] == "East Asia"
    assert set(found["target"]) == {"surname-origin-region"}
    assert found.columns.tolist()[1] in Classifier.load().regions


def test_facts_of_a_model_of_your_own(tmp_path: Path) -> None:
    tiny_classifier(source="staff").save(tmp_path / "mine")
    facts = ModelFacts.of(tmp_path / "mine")
    assert (facts.model_id, facts.reference_population, facts.calibrated) == (
        "cognomen-mine",
        "names of staff",
        False,
    )


@pytest.mark.parametrize("option", [["--top", "2"], ["--coverage", "0.9"], ["--all"]])
def test_other_columns_do_not_go_with_it(option: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name\nAbel\n")
    given = ["score", str(tmp_path / "a.csv"), "--column", "name", "--out", str(tmp_path / "b.csv")]
    assert "--contract" in failure(inside(*given, "--contract", *option), 2)
