"""The order of a column: found from the column, said by the caller, and nothing to a name alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import run

from cognomen import Classifier, InputError
from cognomen.apps.cli.input import BLOCK
from cognomen.apps.memory import ROWS_LOOKED_AT, Memory
from cognomen.classifier import scoring
from cognomen.classifier.options import Options
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.second_surnames import SecondSurnames, second_surnames, texts_of_two
from cognomen.text import find_surname
from cognomen.text.column_reading import Column
from cognomen.text.reading import Rules, read_surname

HUNGARIAN = [
    "Nagy",
    "Kovács",
    "Tóth",
    "Szabó",
    "Horváth",
    "Varga",
    "Kiss",
    "Molnár",
    "Németh",
    "Farkas",
    "Balogh",
    "Papp",
    "Takács",
    "Juhász",
    "Lakatos",
]
GIVEN = [
    "Péter",
    "Anna",
    "László",
    "Éva",
    "Zoltán",
    "Katalin",
    "Gábor",
    "Ágnes",
    "István",
    "Mária",
    "Tamás",
    "Judit",
    "Ferenc",
    "Ilona",
    "Attila",
]
KOREAN = [
    "Kim",
    "Lee",
    "Park",
    "Choi",
    "Jung",
    "Kang",
    "Cho",
    "Yoon",
    "Jang",
    "Lim",
    "Han",
    "Oh",
    "Seo",
    "Shin",
    "Kwon",
]
KOREAN_GIVEN = [
    "Minjun",
    "Seoyeon",
    "Jihoon",
    "Haeun",
    "Dohyun",
    "Soobin",
    "Yejin",
    "Hyunwoo",
    "Jiwon",
    "Eunji",
    "Sungmin",
    "Nayeon",
    "Taehyun",
    "Yuna",
    "Junho",
]
LISTS = {"Hungarian": (HUNGARIAN, GIVEN), "Korean": (KOREAN, KOREAN_GIVEN)}


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return Classifier.load()


def column(origin: str, order: str) -> list[str]:
    surnames, given = LISTS[origin]
    pairs = zip(surnames, given, strict=True)
    return [f"{s} {g}" if order == "surname-first" else f"{g} {s}" for s, g in pairs]


@pytest.mark.parametrize(
    ("text", "surname"),
    [
        ("Nagy Péter", "Nagy"),
        ("Kim Min Jun", "Kim"),
        ("van Gogh Vincent", "van Gogh"),
        ("De La Cruz Maria", "De La Cruz"),
        ("Al Dawsari Salem", "Al Dawsari"),
        ("Ruiz y Lopez Ana", "Ruiz y Lopez"),
        ("O Brien Conan", "O Brien"),
        ("Jansen - van Dijk Anna", "Jansen - van Dijk"),
        ("Salah al-Din Yusuf", "Salah al-Din"),
        ("Le Pen Marine", "Le Pen"),
        ("Le Hong Son", "Le"),
        ("SMITH JOHN", "SMITH"),
        ("Smith, John", "Smith"),
        ("John SMITH", "SMITH"),
        ("J. Smith", "Smith"),
        ("Smith J.", "Smith"),
        ("Dr. Smith John PhD", "Smith"),
        ("Smith", "Smith"),
        ("Dott.ssa Rossi Anna", "Rossi"),
        ("García de la Cruz Ana", "García de la Cruz"),
        ("Al Amin Abdul Rahman", "Al Amin"),
        ("RUIZ Y LOPEZ ANA", "RUIZ Y LOPEZ"),
        ("Mac an tSaoir Seán", "Mac an tSaoir"),
    ],
)
def test_a_name_read_surname_first(text: str, surname: str) -> None:
    assert find_surname(text, surname_first=True).surname == surname


@pytest.mark.parametrize("origin", LISTS)
@pytest.mark.parametrize("order", ["given-first", "surname-first"])
def test_a_column_shows_its_order(clf: Classifier, origin: str, order: str) -> None:
    names = column(origin, order)
    found = clf.column_order(names)
    told = 10 if (origin, order) == ("Korean", "surname-first") else 0  # Park Jisung, but Kim Minjun
    assert (found.order, found.decided, found.cells) == (order, True, 15 - told)
    assert 0.8 < (found.probability or 0) < 1
    surnames = LISTS[origin][0]
    assert [answer.surname for answer in clf(names)] == surnames
    assert clf.predict(names) == clf.predict(surnames)
    np.testing.assert_allclose(clf.predict_proba(names), clf.predict_proba(surnames), atol=1e-6)
    assert [answer.surname for answer in clf.stream(iter(names))] == surnames
    assert clf.composition(names).order == found
    assert clf.composition(names).shares[0].origin == origin


def test_cells_that_tell_by_their_words_count_in_a_short_column(clf: Classifier) -> None:
    told = ["Шевченко Тарас", "Коваленко Ганна", "Бойчук Олег"]
    surnames = ["Мельник", "Кравець", "Гнатюк", "Сорока", "Стельмах", "Гончар", "Козак", "Мороз"]
    given = ["Богдан", "Оксана", "Тарас", "Микола", "Соломія", "Остап", "Ярина", "Дмитро"]
    names = [*told, *map(" ".join, zip(surnames, given, strict=True))]
    found = clf.column_order(names)
    assert (found.order, found.decided, found.cells) == ("surname-first", True, 8)
    assert [answer.surname for answer in clf(names)] == ["Шевченко", "Коваленко", "Бойчук", *surnames]
    turned = [" ".join(reversed(name.split())) for name in names]
    assert clf.column_order(turned).order == "given-first"


def test_the_order_can_be_said(clf: Classifier) -> None:
    names = column("Hungarian", "surname-first")
    assert [answer.surname for answer in clf(names, order="given-first")] == GIVEN
    assert clf("Nagy Péter", order="surname-first").surname == "Nagy"
    assert clf.column_order(names, order="given-first").probability is None
    with pytest.raises(
        InputError, match=r'order: expected "auto", "given-first" or "surname-first", got .last.'
    ):
        clf("Nagy Péter", order="last")  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["Player", "Minister", "Pan", "Bishop"])
def test_one_word_before_all_cells_is_a_title(clf: Classifier, title: str) -> None:
    names = [f"{title} {name}" for name in column("Hungarian", "given-first")]
    assert [answer.surname for answer in clf(names)] == HUNGARIAN
    assert clf.column_order(names).order == "given-first"


def test_one_word_before_all_given_names_is_the_surname_of_a_family(clf: Classifier) -> None:
    assert {answer.surname for answer in clf([f"Smith {given}" for given in GIVEN])} == {"Smith"}
    assert {answer.surname for answer in clf([f"{given} Smith" for given in GIVEN])} == {"Smith"}


def test_one_word_after_all_cells_is_no_surname(clf: Classifier) -> None:
    names = [f"{name}: Ophelia" for name in column("Hungarian", "given-first")]
    assert [answer.surname for answer in clf(names)] == HUNGARIAN


def test_a_name_alone_and_few_names_are_read_as_they_are(clf: Classifier) -> None:
    names = column("Hungarian", "surname-first")
    assert clf(names[0]).surname == "Nagy"
    assert clf("SMITH JOHN").surname == "JOHN"
    assert [answer.surname for answer in clf(names[:5])] == [clf(name).surname for name in names[:5]]
    assert not clf.column_order(names[:9]).decided


def test_a_column_that_does_not_tell_is_read_as_its_names_alone(clf: Classifier) -> None:
    mixed = column("Hungarian", "surname-first") + column("Hungarian", "given-first")
    found = clf.column_order(mixed)
    assert (found.order, found.decided) == ("given-first", False)
    assert [answer.surname for answer in clf(mixed)] == [clf(name).surname for name in mixed]


def test_cells_that_tell_are_read_as_they_tell(clf: Classifier) -> None:
    names = [*column("Hungarian", "surname-first"), "Smith, John", "John SMITH", "Ivanov Ivan Ivanovich"]
    assert [answer.surname for answer in clf(names)[-3:]] == ["Smith", "SMITH", "Ivanov"]


def test_capitals_of_some_cells_tell_the_others(clf: Classifier) -> None:
    """Where the words themselves do not: the same stand at both ends."""
    names = [f"{a} {b}" for a, b in zip(GIVEN, GIVEN[1:] + GIVEN[:1], strict=True)]
    first = [f"{a.upper()} {b}" for a, b in zip(HUNGARIAN, GIVEN, strict=True)]
    last = [f"{b} {a.upper()}" for a, b in zip(HUNGARIAN, GIVEN, strict=True)]
    assert not clf.column_order(names).decided
    assert clf.column_order([*names, *first]).order == "surname-first"
    assert clf.column_order([*names, *last]).decided


# --- on the command line ------------------------------------------------------------------------------------


def written(folder: Path, names: list[str]) -> Path:
    path = folder / "names.csv"
    path.write_text("name\n" + "\n".join(names) + "\n", encoding="utf-8")
    return path


def test_commands_find_the_order_and_say_so(tmp_path: Path) -> None:
    table, out = written(tmp_path, column("Hungarian", "surname-first")), tmp_path / "out.csv"
    said = b"Read surname first (probability"
    done = run("score", str(table), "--column", "name", "--out", str(out), "--json")
    assert said in done.stderr
    assert json.loads(done.stdout)["order"]["order"] == "surname-first"
    assert all(",Hungarian," in line for line in out.read_text(encoding="utf-8").splitlines()[1:4])
    done = run("composition", str(table), "--column", "name", "--json")
    assert said in done.stderr
    assert json.loads(done.stdout)["order"]["decided"] is True
    lines = tmp_path / "names.txt"
    lines.write_text("\n".join(column("Hungarian", "surname-first")), encoding="utf-8")
    done = run("predict", "--file", str(lines))
    assert said in done.stderr
    assert done.stdout.splitlines()[0].split(b"\t")[1] == b"Hungarian"
    done = run("predict", "--file", str(lines), "--order", "given-first")
    assert done.stderr == b""


def test_names_given_one_by_one_are_read_alone() -> None:
    names = column("Korean", "surname-first")
    done = run("predict", "--json", *names)
    answers: list[Any] = [json.loads(line) for line in done.stdout.splitlines()]
    clf = Classifier.load()
    assert [answer["surname"] for answer in answers] == [clf(name).surname for name in names]
    assert [answer["surname"] for answer in answers] != [answer.surname for answer in clf(names)]
    assert done.stderr == b""
    assert (
        json.loads(run("predict", "--json", "--order", "surname-first", "Nagy Péter").stdout)["surname"]
        == "Nagy"
    )


# --- people with two surnames -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "surname_first", "surname"),
    [
        ("Ana Molina Herrero", False, "Molina Herrero"),
        ("Molina Herrero Ana", True, "Molina Herrero"),
        ("Ana Molina", False, "Molina"),
        ("Molina Ana", True, "Molina"),
        ("Ana de la Torre Vega", False, "de la Torre Vega"),
        ("Vega de la Torre Molina Ana", True, "Vega de la Torre Molina"),
        ("Ana Álvarez de Eulate Vega", False, "Álvarez de Eulate Vega"),
        ("Ana Vega Pérez del Arco", False, "Vega Pérez del Arco"),
        ("ANA COMÍN I VEGA", False, "COMÍN I VEGA"),
        ("COMÍN I VEGA ANA", True, "COMÍN I VEGA"),
        ("Ana Lucía Comín i Vega", False, "Comín i Vega"),
        ("ANA I VEGA", False, "I VEGA"),
        ("Ana García López", False, "García López"),
        ("Kim Min Jun", False, "Kim"),
        ("Anna VEGA", False, "VEGA"),
    ],
)
def test_a_name_of_two_surnames(text: str, surname_first: bool, surname: str) -> None:
    assert find_surname(text, surname_first=surname_first, two_surnames=True).surname == surname


TWO = ["Molina Herrero", "Ortega Prieto", "Navarro Gil", "Castillo Vega", "Herrero Rubio", "Prieto Molina",
       "Rubio Serrano", "Vega Castillo", "Serrano Ortega", "Gil Navarro", "de la Torre Vega",
       "Molina de la Torre"]  # fmt: skip
OF_TWO = ["Ana", "Carlos", "Lucía", "Javier", "Elena", "Miguel Ángel", "Pilar", "José Luis", "Teresa",
          "Pablo", "María del Carmen", "Jorge"]  # fmt: skip


def column_of_two(order: str) -> list[str]:
    return [f"{s} {g}" if order == "surname-first" else f"{g} {s}" for g, s in zip(OF_TWO, TWO, strict=True)]


@pytest.mark.parametrize("order", ["given-first", "surname-first"])
def test_a_column_shows_that_its_people_have_two_surnames(clf: Classifier, order: str) -> None:
    names = column_of_two(order)
    found = clf.column_order(names)
    assert found.order == order
    assert found.second_surnames is not None
    assert [answer.surname for answer in clf(names)] == TWO
    said: Any = order
    assert [answer.surname for answer in clf(names, order=said)] == TWO
    assert [answer.surname for answer in clf.stream(iter(names))] == TWO
    assert [answer.surname for answer in clf(names[:3], order=found)] == TWO[:3]
    assert clf(names[0]).surname == names[0].split()[-1]
    assert [answer.surname for answer in clf(names[:3])] == [clf(name).surname for name in names[:3]]


ODD = ["Ana  Molina Herrero", " Ana Molina Vega", "Ana\tMolina Vega Gil", "ANA COMÍN I VEGA",
       "Ana Vega y Gil", "Ana García López", "Ana B Molina", "Ana Pérez del Arco Vega", "Ana I Vega",
       "Ana Molina Vega y Gil", "Ana Vega Vega Vega", "Ángel 漢字 漢字 Vega", "Dr. Ana Gil Vega",
       "Gil, Ana Vega", "Ana Vega", "Vega"]  # fmt: skip


@pytest.mark.parametrize("surname_first", [False, True])
def test_two_surnames_are_found_by_the_kinds_of_words_as_one_by_one(
    clf: Classifier, surname_first: bool
) -> None:
    order = "surname-first" if surname_first else "given-first"
    given = [f"{g} {h} {s.split()[-1]}" for g, h, s in zip(OF_TWO, OF_TWO[::-1], TWO, strict=True)]
    names = [*column_of_two(order), *given, *ODD]
    rules = Rules(surname_first=surname_first)
    together = Column.of(names, clf.alphabet, lower=clf.lower, rules=rules)
    alone, score = replace(together, names=None), clf._score_of_two(Options())
    found = second_surnames(together, score)
    assert found is not None
    assert found == second_surnames(alone, score)
    two, expected = (texts_of_two(each, found, score) for each in (together, alone))
    assert two.tolist() == expected.tolist()
    assert 5 < two.sum() < len(two) - 5  # both occur
    readings, others = together.read(two).unusual, alone.read(two).unusual
    assert readings == others
    kinds = iter(two.tolist())
    for row, reading in readings.items():
        style = replace(rules, two_surnames=next(kinds))
        assert reading == read_surname(names[row], clf.alphabet, lower=clf.lower, rules=style)


@pytest.mark.parametrize("order", ["given-first", "surname-first"])
def test_second_given_names_are_no_surnames(clf: Classifier, order: str) -> None:
    """Not those of people with one surname, nor those of Spaniards in a column."""
    names = [f"{g} {h} {s}" for g, h, s in zip(GIVEN, GIVEN[1:] + GIVEN[:1], HUNGARIAN, strict=True)]
    assert clf.column_order(names).second_surnames is None
    one = [surname.split()[-1] for surname in TWO]
    pairs = zip(OF_TWO, OF_TWO[1:] + OF_TWO[:1], one, strict=True)
    names = [f"{s} {g} {h}" if order == "surname-first" else f"{g} {h} {s}" for g, h, s in pairs]
    assert [answer.surname for answer in clf(names)] == one


def test_the_parts_of_a_column_of_two_surnames_are_read_as_the_whole(clf: Classifier, tmp_path: Path) -> None:
    """By what remembers answers too, and by commands; names given one by one are read alone."""
    names = column_of_two("given-first")
    memory = Memory(clf, {})
    found = memory.order_of(names)
    for part in (names[:2], names):
        scores, rows = memory.scores(part, found)
        assert [scores.surnames[row] for row in rows.tolist()] == TWO[: len(part)]
    scores, rows = memory.scores(names)
    assert [scores.surnames[row] for row in rows.tolist()] == [clf(name).surname for name in names]
    lines = written(tmp_path, names).read_text(encoding="utf-8").split("\n", 1)[1]
    done = run("predict", "--json", "--file", "-", stdin=lines.encode())
    assert [json.loads(line)["surname"] for line in done.stdout.splitlines()] == TWO
    done = run("predict", "--json", "--order", "given-first", *names)
    alone = [clf(name).surname for name in names]
    assert [json.loads(line)["surname"] for line in done.stdout.splitlines()] == alone


def test_the_order_is_said_in_four_words() -> None:
    """What was counted to find it stays inside."""
    found = ColumnOrder("surname-first", 0.99, 12, decided=True, second_surnames=SecondSurnames(0.5, ()))
    assert found.to_json() == {"order": "surname-first", "probability": 0.99, "cells": 12, "decided": True}


def test_columns_that_are_read_as_they_are_are_not_looked_at(
    clf: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300,000 rows it would take a tenth of the time of their answers."""
    monkeypatch.setattr(scoring, "sample_of", lambda texts: pytest.fail("looked at"))
    clf.scores(["Nagy Péter"] * 20 + [f"Kovács {each}" for each in "ABCDEFGHIJKL"], full_names=False)
    assert clf.column_order(map(pytest.fail, ["taken"]), full_names=False) == ColumnOrder()


def test_who_has_two_surnames_is_not_asked_of_a_model_without_their_languages(
    clf: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = column_of_two("given-first")
    assert clf.column_order(names, order="given-first").second_surnames is not None
    monkeypatch.setattr(scoring, "ORIGINS_OF_TWO", ("Atlantean",))
    assert clf.column_order(names, order="given-first").second_surnames is None


def test_cells_that_tell_by_their_words_tell_the_others_only_if_most_do(clf: Classifier) -> None:
    """A list of names from all over the world has some that begin with the surname."""
    told = [f"Park {given}" for given in KOREAN_GIVEN[:12]]
    others = [f"{a} {b}" for a, b in zip(GIVEN, GIVEN[1:] + GIVEN[:1], strict=True)][:13]
    assert [clf(name).surname for name in told] == ["Park"] * 12
    assert not clf.column_order([*told, *others]).decided
    assert clf.column_order([*told, *others[:11]]).order == "surname-first"


PEOPLE = [
    "Anna Berg", "Paul Martin", "Lee Scott", "Grace Park", "Mark Jordan", "Dean Thomas", "Ray Paul",
    "Grant Lewis", "Scott James", "Kim Taylor", "Alexis George", "Jordan Henry",
]  # fmt: skip


@pytest.mark.parametrize("unseen", ["\ufeff{}", "\u200b{}", "{}\u200b"])
def test_what_nobody_sees_hides_no_capitals(unseen: str) -> None:
    """Though a text that begins with it does not begin with its surname."""
    told = [f"{given.upper()} {surname}" for given, surname in map(str.split, PEOPLE)]
    column, clf = [*PEOPLE, *told], Classifier.load()
    found = clf.column_order(column)
    assert found.order == "surname-first"
    assert clf.column_order(list(map(unseen.format, column))) == found


def test_lines_and_tables_show_their_order_by_as_many_rows() -> None:
    assert BLOCK == ROWS_LOOKED_AT, "predict and score would read the same names in different orders"
