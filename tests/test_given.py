"""Given names in a column of their own tell what of a name is the surname."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import inside, lines

from cognomen.text.given import hold_full_names, surnames_first

ROWS = [
    ("Kim Min Jun", "Min Jun"),
    ("Nagy Péter", "péter"),
    ("John Smith", "John"),
    ("van Gogh Vincent", "Vincent"),
]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        *((name, given, f"{name.replace(given.title(), '').strip()}, {given}") for name, given in ROWS),
        ("Smith, John", "John", "Smith, John"),
        ("John Smith", "Jack", "John Smith"),
        ("Smith", "John", "Smith"),
        ("Smith", None, "Smith"),
        (None, "John", None),
        ("John", "John", "John"),
    ],
)
def test_a_full_name_without_its_given_name(name: object, given: object, expected: object) -> None:
    assert surnames_first([name], [given], full_names=True) == [expected]


def test_surnames_are_surnames_as_a_whole() -> None:
    names, given = ["García Lorca", "Ruiz Picasso", "Smith"], ["Federico", "Pablo", "John"]
    assert not hold_full_names(names, given)
    assert surnames_first(names, given, full_names=False)[0] == "García Lorca, Federico"
    assert hold_full_names(*map(list, zip(*ROWS, strict=True)))


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("Nagy Péter", "Peter", "Nagy, Peter"),
        ("Kim Min Jun", "Min-jun", "Kim, Min-jun"),
        ("Kim Minjun", "Min-jun", "Kim, Min-jun"),
        ("Anne Marie Berg", "Anne-Marie", "Berg, Anne-Marie"),
        ("Łukasz Nowak", "Lukasz", "Nowak, Lukasz"),
        ("1 2 3", "...", "1 2 3"),
    ],
)
def test_a_given_name_that_is_written_otherwise(name: str, given: str, expected: str) -> None:
    assert surnames_first([name], [given], full_names=True) == [expected]


@pytest.mark.parametrize(
    ("rows", "surnames"),
    [
        (
            [("John Paul Smith", "John"), ("Mary Ann van der Berg", "Mary"), ("Anna Jones", "Anna")],
            ["Smith", "van der Berg", "Jones"],
        ),
        (
            [
                ("Ana Molina Herrero", "Ana"),
                ("José Luis Ruiz Pardo", "José Luis"),
                ("Eva Prieto Vega", "Eva"),
            ],
            ["Molina Herrero", "Ruiz Pardo", "Prieto Vega"],
        ),
    ],
)
def test_more_given_names_than_the_column_has(
    tmp_path: Path, rows: list[tuple[str, str]], surnames: list[str]
) -> None:
    """Whether the word after the given name is one, too, is asked of all rows."""
    table, out = tmp_path / "people.csv", tmp_path / "out.jsonl"
    table.write_text("\n".join(map(",".join, [("name", "first"), *rows])), encoding="utf-8")
    inside("score", str(table), "--column", "name", "--given", "first", "--out", str(out))
    read = [json.loads(line)["read_surname"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert read == surnames


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_commands_read_the_given_names(tmp_path: Path, ending: str) -> None:
    table, out = tmp_path / f"people.{ending}", tmp_path / "out.jsonl"
    mark = {"csv": ",", "tsv": "\t"}[ending]
    table.write_text("\n".join(mark.join(row) for row in [("name", "first"), *ROWS]), encoding="utf-8")
    inside("score", str(table), "--column", "name", "--given", "first", "--out", str(out))
    read = [json.loads(line)["read_surname"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert read == ["Kim", "Nagy", "Smith", "van Gogh"]
    found = json.loads(
        lines(inside("composition", str(table), "--column", "name", "--given", "first", "--json"))[0]
    )
    assert found["read"] == 4
