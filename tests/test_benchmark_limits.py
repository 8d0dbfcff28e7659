"""benchmarks/limits.py: what it says of errors is right where the answer is known."""

from __future__ import annotations

from pathlib import Path

import limits
import numpy as np
import pytest
from knowing import Predictions

from cognomen.corpora import Corpus, load_corpus

pytest.importorskip(
    "sklearn", reason="the benchmarks' rivals need scikit-learn: pip install 'cognomen[test]'"
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    names = {"English": "Abel Smith Taylor Woodward", "German": "Abel Schmidt", "Irish": "Flanagan"}
    for origin, listed in names.items():
        (tmp_path / f"{origin}.txt").write_text("\n".join(listed.split()), encoding="utf-8")
    return load_corpus(tmp_path)


def test_a_power_law_is_found_again() -> None:
    law = {"floor": 0.1, "scale": 3.0, "slope": 0.4}
    points = [
        {"names": float(n), "accuracy": limits.expected(law, n)} for n in (1000, 2000, 4000, 8000, 16000)
    ]
    assert limits.power_law(points) == pytest.approx(law, rel=1e-3)
    assert limits.expected(law, 1e12) == pytest.approx(0.9, abs=1e-4)
    assert limits.power_law(points, lowest=0.12)["floor"] == 0.12


def test_a_name_of_two_origins_is_wrong_once(corpus: Corpus) -> None:
    assert limits.least_error(corpus) == pytest.approx(1 / 7)


def test_groups_of_names(corpus: Corpus) -> None:
    rows = np.arange(len(corpus))
    ranks = {"Smith": 0, "Schmidt": 0, "Flanagan": 0, "Abel": 3}
    rank = np.array([ranks.get(name, 2) for name in corpus.names])
    found = {row["group"]: row for row in limits.groups(corpus, rows, rank)}
    assert found["names of several origins"]["top3"] == 0
    assert found["names of one origin"]["top3"] == 1
    assert found["names of several origins"]["share"] == pytest.approx(2 / 7)
    assert found["names of several origins"]["accuracy"] == 0
    assert found["names of one origin"]["accuracy"] == pytest.approx(3 / 5)
    assert found["up to 4 letters"]["share"] == pytest.approx(2 / 7)
    assert found["5 to 6 letters"]["share"] == pytest.approx(2 / 7)  # Smith, Taylor
    assert found["7 to 8 letters"]["accuracy"] == pytest.approx(2 / 3)  # Schmidt, Flanagan; Woodward
    assert sum(row["share"] for group, row in found.items() if "letters" in group) == pytest.approx(1)


def test_a_group_without_names_is_left_out(corpus: Corpus) -> None:
    found = limits.groups(corpus, np.arange(7), np.zeros(7, np.int64))
    assert "11 letters or more" not in [row["group"] for row in found]


def test_confusions_are_counted(corpus: Corpus) -> None:
    labels = np.array([0, 0, 0, 1, 2, 2])
    answers = np.array([0, 1, 1, 1, 0, 0])
    found = Predictions(np.eye(3)[answers], labels, np.zeros(6, int))
    first, second = limits.confusions(found, corpus.origins)
    assert (first["origin"], first["taken_for"], first["names"]) == ("English", "German", 2)
    assert first["share"] == pytest.approx(1 / 2)
    assert first["of_origin"] == pytest.approx(2 / 3)
    assert (second["origin"], second["taken_for"], second["of_origin"]) == ("Irish", "English", 1.0)
    assert len(limits.confusions(found, corpus.origins, most=1)) == 1


def test_tutorial_rows_add_up(tmp_path: Path) -> None:
    """Twenty rows of one Arabic name and twenty different others: most of the first kind are seen."""
    others = [f"{a}{b}mann" for a in "BFGHK" for b in ("a", "e", "i", "o")]
    (tmp_path / "Arabic.txt").write_text("\n".join(["Khoury"] * 20), encoding="utf-8")
    (tmp_path / "German.txt").write_text("\n".join([*others, "Khoury"]), encoding="utf-8")
    found = limits.tutorial_rows(load_corpus(tmp_path, clean=False))
    assert found["same"] + found["others_only"] + found["new"] == pytest.approx(1)
    assert found["same"] == pytest.approx(0.5)  # two rows of each origin are tested
    assert found["needed_of_new"] == pytest.approx((0.875 - found["same"]) / found["new"])


def test_tables_say_what_was_measured() -> None:
    law = {"floor": 0.1, "scale": 3.0, "slope": 0.4}
    results = {
        "curve": {
            "points": [{"names": 1000.0, "accuracy": 0.75}],
            "law": law,
            "other_law": law,
            "least_error": 0.03,
        },
        "rows": {"same": 0.115, "others_only": 0.061, "new": 0.824, "needed_of_new": 0.922},
    }
    assert "| 1,000 | 0.750 |" in limits.curve_table(results)
    assert f"| 2,000: extrapolated | {limits.expected(law, 2000):.3f} |" in limits.curve_table(results)
    assert "No more than 97.0% can be right" in limits.curve_table(results)
    assert "11.5% are also in the training part" in limits.rows_sentence(results)


def test_the_table_of_groups_says_how_often_the_right_one_is_near(corpus: Corpus) -> None:
    results = {
        "groups": limits.groups(corpus, np.arange(7), np.array([0, 0, 1, 2, 3, 3, 5])),
        "confusions": [],
        "first": {"1": 0.3, "2": 0.4, "3": 0.5, "5": 0.9},
        "top3_trusted": 0.61,
        "sure": {"above": 0.9, "share_of_errors": 0.1, "share_of_names": 0.6},
        "rivals": {"also_wrong": 0.8, "same_answer": 0.7, "either_right": 0.9},
    }
    table = limits.error_tables(results)
    assert "| names of several origins | 28.6% | 50.0% | 50.0% |" in table  # Abel: first, and fourth
    assert "The three highest probabilities sum to 61.0% on average" in table
