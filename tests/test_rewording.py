"""Names whose surname the network tells: the last table of docs/names.md, and what holds of columns."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from cognomen import Classifier
from cognomen.classifier.described import MIN_TEXTS, WordFeatures
from cognomen.classifier.options import Options
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.rewording import reword
from cognomen.classifier.two_words import Cell
from cognomen.explanation import explain
from cognomen.text import find_surname
from cognomen.text.names import SURNAME_OF_FULL_NAME

CASES = tomllib.loads((Path(__file__).parent / "names_cases.toml").read_text("utf-8"))
TOLD = [row for kind in CASES["told"] for row in kind["rows"]]
GROUPS = np.eye(2, dtype=np.float32)


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row[0])
def test_the_surname_is_that_of_the_table(row: list[str]) -> None:
    written, surname, note = [*row, SURNAME_OF_FULL_NAME][:3]
    answer = Classifier.load()(written)
    assert (answer.surname, answer.note) == (surname, note)
    assert Classifier.load()(written, full_names=False).surname == written


def test_some_of_the_table_are_told_by_no_rule() -> None:
    told = [written for written, surname, *_ in TOLD if find_surname(written).surname != surname]
    assert len(told) > 15
    assert Classifier.load().rules_for(told, Options()).reworded.keys() == set(told)


def test_a_column_reads_them_as_they_are_read_alone() -> None:
    clf, column = Classifier.load(), [*(row[0] for row in TOLD), "Anna Berg", "Smith"]
    alone = [(clf(text).surname, clf(text).note) for text in column]
    assert [(answer.surname, answer.note) for answer in clf(column, order=ColumnOrder())] == alone


def test_they_do_not_tell_how_others_are_read() -> None:
    """Though "Smith-Jones Mary" and "Robert-Jacob Webster" are words of the same kinds."""
    column = ["Smith-Jones Mary", "Robert-Jacob Webster", *(f"Doe{letter} x" for letter in "abcdefgh")]
    read = [answer.surname for answer in Classifier.load()(column, order=ColumnOrder())]
    assert read[:2] == ["Smith-Jones", "Webster"]


def test_an_explanation_is_of_the_same_surname() -> None:
    assert explain(Classifier.load(), "Wong Kar-Wai").answer.surname == "Wong"


@pytest.mark.parametrize("sign", [" -", " –", ":"])
def test_most_cells_of_a_column_have_no_second_surname(sign: str) -> None:
    """Alone, "Jane Doe - London" ends in a surname in two parts: both are known as surnames."""
    clf, people = (
        Classifier.load(),
        ["Anna Berg", "John Smith", "Maria Rossi", "Hans Weber", "Ewa Nowak", "Juan Ruiz"],
    )
    people += ["Luc Moreau", "Eva Holm", "Ivan Petrov", "Jane Doe", "Ali Demir", "Piet Visser"]
    column = [f"{name}{sign} London" for name in people]
    surnames = [name.split()[1] for name in people]
    assert [answer.surname for answer in clf(column)] == surnames
    among = column + [f"{given} Lang" for given in ("Anna", "John", "Eva", "Tom", "Ann", "Pia", "Ida") * 4]
    assert [answer.surname for answer in clf(among)][:12] == surnames
    fields = [f"Best Man{sign} {surname}" for surname in surnames]
    if sign == ":":
        assert [answer.surname for answer in clf(fields)] == surnames


def test_many_cells_of_one_kind_tell_for_all() -> None:
    clf, pairs = (
        Classifier.load(),
        ["Smith - John", "Taylor - David", "Berg - Anna", "Rossi - Maria", "Nowak - Ewa"],
    )
    pairs += ["Petrov - Ivan", "Weber - Hans", "Moreau - Luc", "Demir - Ali", "Holm - Eva", "Kaya - Zeynep"]
    assert clf(pairs[0]).surname == "Smith - John"
    assert [answer.surname for answer in clf(pairs)] == [pair.split()[0] for pair in pairs]
    double = [
        f"{one.split()[0]} - {other.split()[0]}"
        for one, other in zip(pairs, pairs[1:] + pairs[:1], strict=True)
    ]
    assert [answer.surname for answer in clf(double)] == double


# --- with a network that knows but a few words --------------------------------------------------------------

GIVEN = ("jane", "john", "mary", "ann", "ana", "paul", "kim")


def asked(words: list[str]) -> dict[str, WordFeatures]:
    """Given names are of one group, all else of the other; of East Asian surnames there is Wong."""
    return {
        word: WordFeatures(
            0.0 if word == "lee" else 4.0 if word in GIVEN else -4.0,
            GROUPS[int(word in GIVEN)],
            float(word == "wong"),
            known=True,
            in_order=float(word == "nagy"),
            iberian=float(word in ("vargas", "llosa")),
            germanic=float(word == "ostberg"),
        )
        for word in words
    }


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Holm-Berg Mary", "Holm-Berg, Mary"),
        ("Holm-Berg Mary Ann", "Holm-Berg, Mary Ann"),
        ("Holm-Berg\tMary", "Holm-Berg, Mary"),
        ("Holm-Berg\u00a0Mary", "Holm-Berg, Mary"),
        ("Holm-Berg Mary Holm", None),
        ("Mary-Ann Doe", None),
        ("Al-Masri Paul", "Al-Masri, Paul"),
        ("Holm-van Berg Paul", None),
        ("Holm-Berg MARY", None),
        ("Jane LI", "LI, Jane"),
        ("LI Jane", "LI, Jane"),
        ("Doe LI", "Doe, LI"),
        ("LI Doe", None),
        ("Wong LI", None),
        ("JR Jane", None),
        ("DE Jane", None),
        ("LI JANE", None),
        ("Jane Doe, John Roe", "Jane Doe; John Roe"),
        ("Jane Doe,John Roe", "Jane Doe;John Roe"),
        ("Doe Roe, Mary Ann", None),
        ("García Doe, John Roe", None),
        ("Van Doe, John Roe", None),
        ("Jane Doe, Acme Corp", "Jane Doe"),
        ("Jane Doe, John", "Jane Doe"),
        ("Jane Doe, S.J.", "Jane Doe"),
        ("Jane Mary, S.J.", "Jane Mary"),
        ("Jane Mary, S.K.", None),
        ("Jane Doe,S. J., Rome", "Jane Doe"),
        ("Jane DOE, Acme", None),
        ("Dr Doe, Acme", None),
        ("Jane Doe, Dr. Ana", None),
        ("Jane van Doe, Acme", "Jane van Doe"),
        ("Doe van, Jane", None),
        ("Jane y Doe, Acme", None),
        ("Jane Doe - Acme", None),
        ("Jane Doe y Ana Roe", "Jane Doe & Ana Roe"),
        ("Jane-Ann Doe y Ana Roe", "Jane-Ann Doe & Ana Roe"),
        ("Jane Doe y Holm Roe", None),
        ("Jane Doe y Ana Roe y Paul Holm", None),
        ("Jane y Ana Roe", None),
        ("Jane Doe y Cusí", None),
        ("Wong Kar-Wai", "Wong, Kar-Wai"),
        ("Tony Wong Kar-Wai", "Wong, Tony Kar-Wai"),
        ("Wong Smith-Jones", None),
        ("Kim Lee-Park", None),
        ("Kar-Wai Holm", None),
        ("Wong Li-Chen", "Wong, Li-Chen"),
        ("Wong Kar Wai", "Wong, Kar Wai"),
        ("Tony Wong Kar Wai", "Wong, Tony Kar Wai"),
        ("Kar Wai Wong", None),
        ("Wong Kar Lee", None),
        ("Wong de Hoon", None),
        ("²² Kar Wai", None),
        (f"Jane {'o' * 100}, John Roe", None),
        ("Wong\tKar Wai", "Wong, Kar Wai"),
        ("Wong\u2003Kar\n Wai", "Wong, Kar Wai"),
        ("Wong Kar\u2011Wai", "Wong, Kar-Wai"),
        ("Holm\u2010Berg Mary", "Holm-Berg, Mary"),
        ("Jane Doe", None),
        ("Kovacs Ana", "Kovacs, Ana"),
        ("Kovacs Ana Ana", "Kovacs, Ana Ana"),
        ("Kovacs Ana Holm", None),
        ("KOVACS Ana", None),
        ("Nagy Holm", None),
        ("Nagy Jane", "Nagy, Jane"),
        ("van der Holm Jane", "van der Holm, Jane"),
        ("de la Holm Jane", "de la Holm, Jane"),
        ("O'Holm Jane", "O'Holm, Jane"),
        ("McHolm Jane", "McHolm, Jane"),
        ("Holm Mary-Ann", "Holm, Mary-Ann"),
        ("Holm El-Ann", None),
        ("Holm v. Roe", "Holm & Roe"),
        ("Holm v Mary Roe", "Holm & Roe"),
        ("Jane v. Roe", None),
        ("Lee v. Roe", "Lee & Roe"),
        ("Lee v. Ostberg", None),
        ("Jane Vargas Llosa", "Vargas Llosa, Jane"),
        ("Jane Vargas de Llosa", "Vargas de Llosa, Jane"),
        ("Jane Mary Llosa", None),
        ("Jane Vargas Holm", None),
        ("Doe Vargas Llosa", None),
        ("Jane VARGAS Llosa", None),
        ("Jane van Llosa", None),
        ("Doe Mr", None),
        ("Lopez Ana", None),
        ("Roe. Jane", None),
        ("Holm. Jane", "Holm, Jane"),
        ("Holm – Jane", "Holm, Jane"),
        ("Holm - Doe", None),
        ("Doe Jane & Ann (eds.)", "Doe, Jane & Ann (eds.)"),
        ("Jane Doe & Ann", None),
        ("Doe", None),
        ("", None),
    ],
)
def test_which_texts_are_reworded(text: str, other: str | None) -> None:
    assert reword([text], asked) == ({text: other} if other else {})


@pytest.mark.parametrize(
    "text", ["Holm and Ana", "Holm Ana Manager", "Holm Ana PhD", "Holm Al Ana", "Germany Ana", "HOLM Ana"]
)
def test_some_cells_of_two_words_are_of_no_names(text: str) -> None:
    assert Cell.of(text) is None


def test_a_word_that_no_surname_is_known_to_be_comes_not_first() -> None:
    def unknown(words: list[str]) -> dict[str, WordFeatures]:
        return {word: about._replace(known=False) for word, about in asked(words).items()}

    assert reword(["Kovacs Ana"], unknown) == {}


def test_nothing_is_asked_of_texts_of_other_kinds() -> None:
    def never(words: list[str]) -> dict[str, WordFeatures]:
        raise AssertionError("the network was asked")

    texts = [
        "Smith",
        "Jane Doe",
        "Doe, Jane",
        "Anna Maria Berg",
        "x-y",
        "Jane Doe-Holmes",
        "Jane Y Doe",
        "Jane Y. Doe",
    ]
    assert reword(texts, never) == {}


def test_a_column_whose_order_is_told_tells_of_words_with_a_hyphen() -> None:
    texts = ["Holm-Berg Mary", "Wong Kar-Wai"]
    assert reword(texts, asked, order_is_told=True) == {"Wong Kar-Wai": "Wong, Kar-Wai"}
    column = [
        *(f"Anna {each}berg" for each in ("Holm", "Lind", "Sjö", "Ny", "Ek", "Ros")),
        "Smith-Jones Mary",
    ]
    assert Classifier.load()(column)[-1].surname == "Smith-Jones"
    assert Classifier.load()(column, order="given-first")[-1].surname == "Mary"
    told = ColumnOrder("given-first", 0.99, 12, decided=True)
    assert Classifier.load()(column, order=told)[-1].surname == "Mary"


def test_where_most_tell_the_contrary_none_is_reworded() -> None:
    people, others = "Jane Doe, John Roe", [f"Doe Roe{each}, Mary Ann" for each in "abcdefghi"]
    assert reword([people, *others[1:]], asked) == {people: "Jane Doe; John Roe"}
    assert len([people, *others]) == MIN_TEXTS
    assert reword([people, *others], asked) == {}
    assert reword([people, *others, "Holm-Berg Mary"], asked) == {"Holm-Berg Mary": "Holm-Berg, Mary"}
    capitals = ["LI Jane", *(f"LI Doe{each}" for each in "abcdefghi")]
    assert reword(capitals, asked) == {}
    assert reword([*capitals, "Holm-Berg Mary"], asked) == {"Holm-Berg Mary": "Holm-Berg, Mary"}


def test_a_column_tells_what_stands_after_commas() -> None:
    people = [f"Jane Doe{each}, Acme" for each in "abcdefghi"]
    doubtful = "Mary Ann, Paul"  # two given names, and a third
    assert reword([doubtful, *people[1:]], asked).keys() == set(people[1:])
    assert len([doubtful, *people]) == MIN_TEXTS
    assert reword([doubtful, *people], asked).keys() == {doubtful, *people}
    surnames = [f"Doe Roe{each}, Acme" for each in "abcdefghi"]
    assert reword([*surnames, people[0]], asked) == {}
    one_word = [f"Doe{each}, Mary" for each in "abcdefghij"]
    assert reword([people[0], *one_word], asked) == {}  # which has two surnames
    assert reword([people[0], *one_word[1:]], asked) == {people[0]: "Jane Doea"}


@pytest.mark.parametrize(
    "written", [" Wong  Kar-Wai ", "Wong\u00a0Kar-Wai", "Wong Kar\u2010Wai", "\ufeffWong Kar-Wai"]
)
def test_spaces_and_what_nobody_sees_change_nothing(written: str) -> None:
    clf = Classifier.load()
    assert clf(written).surname == "Wong"
    assert [answer.surname for answer in clf([written, "Smith-Jones Mary"])] == ["Wong", "Smith-Jones"]


def test_an_order_that_is_said_tells_of_hyphens() -> None:
    """Whoever says that given names come first has read the column."""
    clf = Classifier.load()
    assert clf("Smith-Jones Mary").surname == "Smith-Jones"
    assert clf("Smith-Jones Mary", order="given-first").surname == "Mary"
    assert [answer.surname for answer in clf(["Smith-Jones Mary"] * 2, order="given-first")] == ["Mary"] * 2


def test_what_stands_in_brackets_after_them_is_kept() -> None:
    answer = Classifier.load()("Mrs. Wong Kar-Wai (née Lee)")
    assert (answer.surname, answer.maiden_name) == ("Wong", "Lee")


def test_many_cells_are_told_as_few_are() -> None:
    """Arrays leave out cells of plain words, of which the network is asked nothing."""
    clf, few = Classifier.load(), [row[0] for row in TOLD]
    many = [*few, *(f"Anna {'abcdefghij'[i % 10]}erg Holm{'abcdefghijklm'[i // 10]}" for i in range(100))]
    of_few, of_many = (clf.rules_for(texts, Options(order=ColumnOrder())).reworded for texts in (few, many))
    assert {text: of_few[text] for text in few if text in of_few} == {
        text: of_many[text] for text in few if text in of_many
    }


def test_a_column_that_begins_with_surnames_may_say_who_its_people_are() -> None:
    """As a telephone book does: no part of a surname is before a comma and a trade."""
    people = ["Müller Hans", "Schmidt Petra", "Weber Karl", "Huber Sabine", "Fischer Jürgen", "Wagner Heike"]
    people += [
        "Becker Monika",
        "Schulz Stefan",
        "Hoffmann Ute",
        "Koch Andreas",
        "Richter Birgit",
        "Klein Uwe",
    ]
    column = [f"{person}, {trade}" for person in people for trade in ("Lehrer", "Bäcker")]
    answers = Classifier.load()(column, order="surname-first")
    assert [answer.surname for answer in answers] == [cell.split()[0] for cell in column]
