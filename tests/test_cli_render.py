"""Bars and tables: exact, and never wider than the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cli_running import ORIGINS, tiny_classifier
from hypothesis import given, settings
from hypothesis import strategies as st

from cognomen.apps.cli.render import (
    REASONS,
    AnswerTable,
    bar,
    cell_len,
    filled,
    percent,
    plain_table,
    shortened,
)
from cognomen.classifier import Answer, Classifier, OriginProbability

CLASSIFIER: Classifier = tiny_classifier()


def shown(answers: list[Answer], width: int, origins: tuple[str, ...] = ORIGINS) -> list[str]:
    """Give the lines of a table, without colours."""
    return list(AnswerTable(origins, width, colours=False).lines(answers))


def answer(name: str, *pairs: tuple[str, float]) -> Answer:
    origins = tuple(OriginProbability(*pair) for pair in pairs)
    return Answer(name, *pairs[0], origins, "ok", None, name, None, level="origin")


@given(st.floats(0, 1), st.integers(1, 40))
def test_a_bar_fills_its_width_in_proportion(share, width):
    drawn = bar(share, width)
    eighths = sum(" ▏▎▍▌▋▊▉█".index(cell) for cell in drawn)
    assert len(drawn) == width
    assert abs(eighths - share * width * 8) <= 0.5


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (1.0, ">99.9%"),
        (0.9995, ">99.9%"),
        (0.999, "99.9%"),
        (0.123, "12.3%"),
        (0.001, "0.1%"),
        (0.0, "<0.1%"),
    ],
)
def test_a_percentage_never_claims_certainty(share, written):
    assert percent(share) == written


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5), st.integers(40, 160), st.integers(1, 4))
def test_no_line_is_wider_than_the_terminal_whatever_the_name(names, width, top):
    for line in shown(CLASSIFIER(names, top_k=top), width):
        assert cell_len(line) <= width


def test_columns_stand_under_each_other_in_later_blocks():
    table = AnswerTable(ORIGINS, 80, colours=False)
    heads, *rows = table.lines(CLASSIFIER(["Smith", "Papadopoulos"]))
    rows += table.lines(CLASSIFIER(["Nakamura"]))
    first = [row for row in rows if row.startswith(("Smith", "Papa", "Naka"))]
    assert len(first) == 3
    assert {row[: heads.index("origin")].strip() for row in first} == {"Smith", "Papadopoulos", "Nakamura"}
    assert heads.count("origin") == 1


def test_combining_marks_take_no_room():
    composed, decomposed = "Nguyễn", "Nguye\u0302\u0303n"
    _, one, two = shown(
        [answer(name, ("Vietnamese", 0.9), ("Czech", 0.1)) for name in (composed, decomposed)], 80
    )
    assert one.removeprefix(composed) == two.removeprefix(decomposed)


def test_a_long_name_is_shortened_and_a_runner_up_is_not():
    head, *rows = shown([answer("x" * 90, ("Vietnamese", 0.6), ("Japanese", 0.3), ("English", 0.05))], 60)
    assert rows[0].startswith("xxx")
    assert "…" in rows[0]
    assert "Japanese 30.0%" in "\n".join(rows)
    assert "English 5.0%" in "\n".join(rows)
    assert head.split()[0] == "name"


def test_every_reason_of_the_classifier_has_words():
    texts = [None, "", "123", "Иванов", "x" * 500, "N/A", "jane@doe.org", "Garc?a"]
    reasons = [answer.reason for answer in CLASSIFIER(texts)]
    assert {*reasons, "low-confidence", "unlike-training"} == set(REASONS)
    lines = shown(CLASSIFIER(texts), 100)[1:]
    for line, reason in zip(lines, reasons, strict=True):
        assert REASONS[reason] in line
        assert "unknown" in line


def test_an_unsure_answer_is_refused_with_what_it_would_have_been():
    [unsure] = CLASSIFIER(["Smith"], abstain_below=1.0)
    text = " ".join("\n".join(shown([unsure], 60)[1:]).split())
    assert text.startswith("Smith unknown too unsure: ")
    first, second, third = (f"{each.origin} {percent(each.probability)}" for each in unsure.origins)
    assert text.endswith(f"too unsure: {first}, {second}, {third}")


@pytest.mark.parametrize(
    ("origins", "said"),
    [((), "set: empty, too unsure"), (("Czech",), "set: Czech"), (ORIGINS, "set: Czech,")],
)
@pytest.mark.parametrize("width", [30, 60, 100])
def test_a_set_is_shown_below_its_answer(origins, said, width):
    lines = shown([replace(CLASSIFIER("Smith"), origin_set=origins)], width)
    assert any(said in line for line in lines) or width == 30
    assert all(cell_len(line) <= width for line in lines)
    assert all(origin in "\n".join(lines) for origin in origins)


def test_entries_are_not_broken():
    assert filled(["Irish 3.0%", "Dutch 2.0%", "Czech 1.0%"], 23) == ["Irish 3.0%, Dutch 2.0%,", "Czech 1.0%"]
    assert filled(["Vietnamese 3.0%"], 5) == ["Vietnamese 3.0%"]
    assert filled([], 10) == []


def test_a_plain_table_lines_its_columns_up():
    table = plain_table(("origin", "names"), [("Việt", "7"), ("English", "3,668")])
    assert table.splitlines() == ["origin   names", "Việt         7", "English  3,668"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("Nguyễn", 6), ("Nguye\u0302\u0303n", 6), ("北京", 4), ("ｓ", 2), ("a\u200bb", 2)],
)
def test_cells_are_those_of_a_terminal(text: str, cells: int) -> None:
    assert cell_len(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("北京北京", 4, "北…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_what_is_cut_ends_in_an_ellipsis(text: str, width: int, cut: str) -> None:
    assert shortened(text, width) == cut
    assert cell_len(cut) <= width


@pytest.mark.parametrize("width", [58, 64, 80])
def test_a_refused_answer_loses_none_of_its_figures(width):
    pairs = (("Czech", 0.351), ("English", 0.242), ("Japanese", 0.133))
    refused = replace(
        answer("Xqzvk", *pairs), origin=None, status="unknown", reason="unlike-training", level=None
    )
    text = " ".join(" ".join(shown([refused], width)).split())
    assert "unlike all training names: Czech 35.1%, English 24.2%, Japanese 13.3%" in text


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_are_whole_at_80_columns(reason):
    known = replace(answer("x" * 40, ("Czech", 0.4)), evidence="spelling")
    refused = replace(known, origin=None, status="unknown", reason=reason, level=None)
    assert REASONS[reason] in "".join(shown([known, refused], 80, ("West and Central Asia",)))
