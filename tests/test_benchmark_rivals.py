"""How the answers of other packages are judged, and ours beside them."""

from __future__ import annotations

import json
import sys

import pytest
import rivals as bench
from baselines.asking import PACKAGES
from baselines.rival_classes import (
    COUNTRIES,
    ETHNICITIES,
    Item,
    covered,
    origins_of_classes,
    ours_right,
    rival_right,
    share,
)

from cognomen import Classifier

CLASSES = origins_of_classes(COUNTRIES, {"GB", "IE", "CH", "DE", "IN"})


def item(*right: str, weight: float = 1.0) -> Item:
    return Item("name", right[0], frozenset(right), weight)


def test_the_tables_speak_of_our_origins() -> None:
    origins = set(Classifier.load("world").origins)
    assert set(COUNTRIES) == origins
    assert set(ETHNICITIES) < origins


def test_a_class_stands_for_every_origin_at_home_there() -> None:
    assert CLASSES["CH"] == {"German", "French", "Italian"} & set(COUNTRIES)
    assert CLASSES["GB"] == {"English", "Scottish", "Irish", "Welsh"}
    assert origins_of_classes(COUNTRIES, {"Atlantis"}) == {"Atlantis": frozenset()}


def test_an_origin_is_asked_only_if_its_first_class_can_be_answered() -> None:
    assert covered(COUNTRIES, {"FI", "CH"}) == {"Finnish"}, "FI is Swedish too, but not first"
    assert covered(ETHNICITIES, {"ger", "spa"}) == {"German", "Spanish", "Catalan", "Basque"}


@pytest.mark.parametrize(
    ("answer", "right", "expected"),
    [
        ("CH", ("French",), True),
        ("DE", ("French",), False),
        ("DE", ("French", "German"), True),
        ("FR", ("French",), False),  # it cannot answer that
        (None, ("French",), False),
    ],
)
def test_any_origin_of_the_class_is_right(answer: str | None, right: tuple[str, ...], expected: bool) -> None:
    assert rival_right([item(*right)], [answer], CLASSES) == [expected]


@pytest.mark.parametrize(
    ("answer", "right", "expected"),
    [
        ("Scottish", "English", True),  # both are GB
        ("Marathi", "Gujarati", True),
        ("German", "French", False),  # though CH is both: a German name is DE
        ("French", "French", True),  # FR cannot be answered, but the origin is right
        ("Polish", "German", False),
        (None, "German", False),
    ],
)
def test_ours_is_judged_by_the_same_classes(answer: str | None, right: str, expected: bool) -> None:
    assert ours_right([item(right)], [answer], COUNTRIES, CLASSES) == [expected]


def test_shares_are_by_weight_and_apart_where_there_is_an_answer() -> None:
    items = [item("German", weight=3), item("German"), item("French")]
    hits = {"rival": [True, False, False], "world": [True, True, False]}
    found = bench.figures(items, ["DE", None, "DE"], hits)
    assert (found["items"], found["weight"], found["origins"]) == (3, 5, 2)
    assert found["answered"] == share([True, False, True], items) == 0.8
    assert found["all"] == {"rival": 0.6, "world": 0.8}
    assert found["where answered"] == {"rival": 0.75, "world": 0.75}
    assert found["ahead"][0] == 0.2


def test_a_name_is_asked_in_latin_letters() -> None:
    assert bench.in_latin("Müller", "Muller") == "Müller"
    assert bench.in_latin("김", "Kim") == "Kim"
    assert bench.in_latin("כהן", "") == ""
    assert bench.in_latin("", "O'Brien") == "O'Brien"


def test_every_rival_can_be_asked() -> None:
    assert {rival.name for rival in bench.RIVALS} == set(PACKAGES)


def test_a_package_that_fails_is_left_out_with_its_reason(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bench, "people", lambda clf: [item("German")])
    monkeypatch.setattr(bench, "common", lambda clf, names: [item("German")])
    broken = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    monkeypatch.setattr(bench, "environment", lambda rival: bench.run(broken, "pip could not install it"))
    found = bench.measure(None, None)  # type: ignore[arg-type]
    assert found["rivals"] == {}
    assert found["left out"]["ethnicseer 0.1.2"] == "pip could not install it"
    assert "no such thing" in capsys.readouterr().err


def test_the_tables_show_what_was_measured() -> None:
    measured = json.loads(bench.RESULTS.read_text(encoding="utf-8"))
    text = bench.tables(measured)
    for name, its in measured["rivals"].items():
        for found in its["people"].values():
            assert any(
                line.startswith(f"| {name} ") and f"| {found['all']['rival']:.3f} |" in line
                for line in text.splitlines()
            )


def test_it_is_said_where_world_is_not_ahead() -> None:
    even = {"ahead": [0.01, 0.02], "where answered": {"rival": 0.7, "world": 0.71}}
    better = {"ahead": [0.2, 0.02], "where answered": {"rival": 0.8, "world": 0.7}}
    behind = {"ahead": [0.2, 0.02], "where answered": {"rival": 0.6, "world": 0.7}}
    said = bench.not_ahead({"even": even, "better": better, "behind": behind})
    assert said == [
        "Not clearly behind `world`: even.",
        "Ahead of `world` on the names that it answers: better.",
    ]
    assert bench.not_ahead({"behind": behind}) == []
