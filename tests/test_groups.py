"""Groups of spellings and their parts: protocol W, steps 2 and 3."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.corpora.world.groups import SHORTEST_STEM, group_keys, mens_forms, part_of_group
from cognomen.text import key

# Women's and men's forms of one name, as lists spell them.
PAIRS = """
    Nováková Novák
    Procházková Procházka
    Havlíčková Havlíček
    Němcová Němec
    Krylová Krylo
    Novotná Novotný
    Dvorská Dvorský
    Sawicka Sawicki
    Kowalska Kowalski
    Zawadzka Zawadzki
    Ivanova Ivanov
    Medvedeva Medvedev
    Pushkina Pushkin
    Golitsyna Golitsyn
    Dostoevskaya Dostoevskiy
    Chaikovskaia Chaikovskii
    Tolstaya Tolstoy
    Kovalska Kovalskyi
    Kazlauskienė Kazlauskas
    Kazlauskaitė Kazlauskas
    Petrytė Petrys
    Butkutė Butkus
    Kalniņa Kalniņš
    Ozola Ozols
    Pētersone Pētersons
    Eglīte Eglītis
    Balode Balodis
    Neimane Neimanis
    Kurzemniece Kurzemnieks
    Petrova Petrovs
    Kovalevska Kovalevskis
    Jónsdóttir Jónsson
    Papadopoulou Papadopoulos
    Economidou Economidis
    Papadaki Papadakis
    Karagianni Karagiannis
    Παπαδοπούλου Παπαδόπουλος
    Οικονομίδου Οικονομίδης
    Καραγιάννη Καραγιάννης
    Παππά Παππάς
    Иванова Иванов
    Медведева Медведев
    Королёва Королёв
    Пушкина Пушкин
    Голицына Голицын
    Достоевская Достоевский
    Высоцкая Высоцкий
    Толстая Толстой
    Белая Белый
    Златарска Златарски
    Шевченкова Шевченков
    Ковальська Ковальський
    Біла Білий
    Васільева Васільеў
    Іванава Іванаў
    Коваленська Коваленський
    Грицька Грицький
    Гнатіна Гнатін
    Ковальська-Біла Ковальська-Білий
"""


@pytest.mark.parametrize(("womens", "mens"), [line.split() for line in PAIRS.split("\n") if line.strip()])
def test_womens_and_mens_forms_are_one_group(womens: str, mens: str) -> None:
    assert key(mens) in mens_forms(key(womens))
    groups = group_keys([[womens], ["Smith"], [mens]])
    assert groups[key(womens)] == groups[key(mens)] == min(key(womens), key(mens))
    assert groups["smith"] == "smith"


def test_womens_forms_of_one_name_are_one_group_without_the_mens() -> None:
    groups = group_keys([["Kazlauskienė"], ["Kazlauskaitė"], ["Jonaitė"]])
    assert groups == {
        "kazlauskiene": "kazlauskaite",
        "kazlauskaite": "kazlauskaite",
        "jonaite": "jonaite",
    }


def test_a_short_stem_makes_no_womans_form() -> None:
    assert "x" * SHORTEST_STEM in mens_forms("x" * SHORTEST_STEM + "ova")
    assert mens_forms("eva") == mens_forms("ина") == mens_forms("") == []
    assert "ev" not in group_keys([["Eva"], ["Ev"]])["eva"].removeprefix("eva")


def test_native_and_romanised_forms_are_one_group_from_row_to_row() -> None:
    groups = group_keys([["王", "Wang"], ["汪", "WANG"], ["王", "Wong"], ["李", "Li"], ["陈"], ["", "123"]])
    assert {groups[key(name)] for name in ("王", "汪", "Wang", "wong")} == {"wang"}
    assert groups["li"] == groups["李"] == "li"
    assert groups["陈"] == "陈"
    assert "" not in groups
    assert len(groups) == 7


def test_the_key_of_a_group_is_a_spelling_that_a_row_has() -> None:
    assert group_keys([["Ivanova"]]) == {"ivanova": "ivanova"}  # not "ivan", which nobody spelled


names = st.text(alphabet="aiknosv", min_size=1, max_size=6)


@given(st.lists(st.lists(names, max_size=3), max_size=12))
def test_groups_are_those_of_joining_pairs_until_nothing_changes(rows: list[list[str]]) -> None:
    sets = [set(row) for row in rows if row]
    sets += [{name, form} for row in rows for name in row for form in mens_forms(name)]
    while True:
        merged: list[set[str]] = []
        for each in sets:
            apart = [other for other in merged if not other & each]
            merged = [*apart, each.union(*(other for other in merged if other & each))]
        if len(merged) == len(sets):
            break
        sets = merged
    spelled = {name for row in rows for name in row}
    expected = {name: min(each & spelled) for each in sets for name in each & spelled}
    assert group_keys(rows) == expected
    assert group_keys(row[::-1] for row in reversed(rows)) == expected


@given(st.text(max_size=8))
def test_the_part_of_a_group_is_the_protocols(group: str) -> None:
    number = int(hashlib.sha256(b"world" + group.encode(errors="replace")).hexdigest(), 16) % 20
    expected = {0: "test", 1: "validation"}.get(number, "training")
    assert part_of_group(group.encode(errors="replace").decode()) == expected


def test_a_tenth_of_many_groups_is_not_for_training() -> None:
    parts = [part_of_group(f"name {number}") for number in range(4000)]
    assert 150 < parts.count("test") < 250
    assert 150 < parts.count("validation") < 250
    assert set(parts) == {"test", "validation", "training"}
    assert (part_of_group("wang"), part_of_group("ang")) == (literal("wang"), literal("ang"))


def literal(group: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"world{group}".encode()).digest()) % 20
    return "test" if number == 0 else "validation" if number == 1 else "training"


WORLD = os.environ.get("COGNOMEN_WORLD")


@pytest.mark.slow
@pytest.mark.skipif(WORLD is None, reason="COGNOMEN_WORLD names no folder of the world's surnames")
def test_the_worlds_rows_are_grouped_in_a_minute() -> None:
    rows: list[list[str]] = []
    for path in sorted((Path(WORLD or "") / "sources").glob("*.tsv")):
        rows += [line.split("\t")[2:4] for line in path.read_text("utf-8").splitlines()[1:]]
    begin = time.process_time()
    groups = group_keys(rows)
    assert time.process_time() - begin < 60
    for native, roman in rows:
        assert not (key(native) and key(roman)) or groups[key(native)] == groups[key(roman)]
    parts = [part_of_group(group) for group in set(groups.values())]
    assert 0.04 < parts.count("test") / len(parts) < 0.06
