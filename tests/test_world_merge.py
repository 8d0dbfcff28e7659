"""Merging the lists of the world: each rule against the trap that it avoids, on made-up lists."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cognomen.corpora.world import rules
from cognomen.corpora.world.build import table_sha256
from cognomen.corpora.world.manifest import read_manifest, read_origins
from cognomen.corpora.world.merge import Merged, merge
from cognomen.corpora.world.rows import WorldRow, read_rows, table_of
from cognomen.corpora.world.shares import read_list, share_of_rank

pa = pytest.importorskip("pyarrow")

LETTERS = "abcdefghijklmnopqrst"
# Names that mean nothing, each of another beginning.
NAMES = [a + b + "oran" for a in LETTERS for b in LETTERS]


def counted(origin: str, counts: dict[str, float], country: str = "") -> list[WorldRow]:
    return [WorldRow(origin, country, name, bearers=count) for name, count in counts.items()]


def ranked(origin: str, names: Sequence[str]) -> list[WorldRow]:
    return [WorldRow(origin, "", name, rank=rank) for rank, name in enumerate(names, start=1)]


def bare(origin: str, names: Sequence[str]) -> list[WorldRow]:
    return [WorldRow(origin, "", name) for name in names]


def merged(**sources: list[WorldRow]) -> Merged:
    return merge({name: table_of(rows) for name, rows in sources.items()})


def column(found: Merged, name: str, field: str) -> dict[str, Any]:
    """A field of the rows of a name, by origin."""
    return {row["origin"]: row[field] for row in found.table.to_pylist() if row["name"] == name}


def shares(found: Merged, origin: str) -> dict[str, float]:
    return {row["name"]: row["share"] for row in found.table.to_pylist() if row["origin"] == origin}


def head(found: Merged, origin: str) -> list[str]:
    its = shares(found, origin)
    return sorted(its, key=its.__getitem__, reverse=True)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of 20 names are complete."""
    monkeypatch.setattr(rules, "COMPLETE", 20)


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is learned in rare variants."""
    monkeypatch.setattr(rules, "RARE_VARIANT_MIN_SHARE", 2.0)


# --- shares within a list ---------------------------------------------------------------------------------


def test_a_name_is_as_common_as_within_its_origin() -> None:
    """Trap 1: a large country has more people of any name."""
    found = merged(
        a=counted("English", {"Smith": 5e6, "Patel": 1.4e5}),
        b=counted("Gujarati", {"Patel": 4e4, "Shah": 2e4}),
    )
    patel = column(found, "patel", "share")
    assert patel["Gujarati"] > 10 * patel["English"]


def test_counts_of_any_scale_are_shares() -> None:
    """Trap 2: persons, thousands of persons, shares per million."""
    counts = {name: 1e6 / rank for rank, name in enumerate(NAMES, start=1)}
    one = read_list("a", "Dutch", [(name, "", count, None) for name, count in counts.items()], 1.0)
    other = read_list("a", "Dutch", [(name, "", 1000 * count, None) for name, count in counts.items()], 1.0)
    total = sum(counts.values())
    for name, count in counts.items():
        assert one.shares[name] == pytest.approx(other.shares[name], rel=1e-3)
        assert one.shares[name] / one.shares[NAMES[0]] == pytest.approx(count / counts[NAMES[0]])
    assert 0.3 < sum(one.shares.values()) < 0.8, "other names have the rest"
    assert total > 0


def test_ranks_are_shares_as_names_usually_have() -> None:
    found = merged(a=ranked("Dutch", NAMES[:100]), b=ranked("Swedish", NAMES[:100]))
    dutch, swedish = ([shares(found, each)[name] for name in NAMES[:100]] for each in ("Dutch", "Swedish"))
    for its in (dutch, swedish):
        assert its == sorted(its, reverse=True)
        assert 0.1 < sum(its) < 0.9
    assert swedish[0] > 2 * dutch[0], "few names have most bearers"
    assert dutch[4] == pytest.approx(share_of_rank("Dutch", 5))


def test_a_short_ranking_of_a_closed_list_is_the_whole() -> None:
    found = merged(a=ranked("Korean", ["Kim", "Lee", "Park"]))
    assert sum(shares(found, "Korean").values()) == pytest.approx(1)


def test_few_persons_say_little() -> None:
    """Trap 14: five notable Uzbeks named Khan do not make Khan Uzbek."""
    found = merged(
        wikipedia_people=counted("Uzbek", {"Khan": 5.0} | dict.fromkeys(NAMES[:30], 2.0)),
        a=counted("Urdu", {"Khan": 5e5, "Ali": 1e6} | dict.fromkeys(NAMES[:100], 1000.0)),
    )
    khan = column(found, "khan", "share")
    assert khan["Uzbek"] < 5 / 300
    assert khan["Urdu"] > 5 * khan["Uzbek"]


def test_of_very_few_notable_names_none_is_counted() -> None:
    rows = [(name, "", 50.0, None) for name in NAMES[: rules.FEWEST_NOTABLE]]
    assert read_list("wikipedia_people", "Khmer", rows, 1.0).shares
    few = read_list("wikipedia_people", "Khmer", rows[:-1], 1.0)
    assert not few.shares
    assert len(few.bare) == rules.FEWEST_NOTABLE - 1


def test_lists_weigh_as_much_as_the_bearers_behind_them() -> None:
    """Trap 14: by the square root, up to a million."""
    few, many, most = (read_list("a", "Dutch", [("x", "", n, None)], 1.0).weight for n in (1e4, 1e6, 1e8))
    assert few == pytest.approx(100)
    assert many == most == pytest.approx(1000)
    assert read_list("a", "Dutch", [("x", "", 1e4, None)], 0.3).weight == pytest.approx(100 * 0.3**0.5)
    small, large = {"Aaa": 9e2, "Bbb": 1e2}, {"Aaa": 1e5, "Bbb": 9e5}
    found = shares(merged(a=counted("Dutch", small), b=counted("Dutch", large)), "Dutch")
    assert found["bbb"] > 3 * found["aaa"]


# --- spellings --------------------------------------------------------------------------------------------


def test_a_native_form_divides_its_bearers_among_its_romanisations() -> None:
    """Trap 3: each row repeats the count of all."""
    rows = [WorldRow("Chinese", "", "王", roman, 9e4) for roman in ("Wang", "Wong", "Ong")]
    found = shares(merged(a=[*rows, WorldRow("Chinese", "", "李", "Li", 1e5)]), "Chinese")
    assert found["王"] == pytest.approx(found["wang"] + found["wong"] + found["ong"])
    assert found["li"] == found["李"] == pytest.approx(100 / 90 * found["王"])
    assert found["王"] + found["李"] == pytest.approx(1, abs=0.01), "nobody is counted three times"


def test_a_native_form_divides_them_by_how_common_each_is() -> None:
    rows = [
        WorldRow("Arabic", "EG", "محمد", "Mohamed", 80.0),
        WorldRow("Arabic", "EG", "محمد", "Mohammed", 20.0),
    ]
    its = shares(merged(a=rows), "Arabic")
    assert its["mohamed"] == pytest.approx(its["محمد"] * 0.8)
    assert its["mohammed"] == pytest.approx(its["محمد"] * 0.2)


def test_a_native_form_is_as_common_as_its_counted_romanisation() -> None:
    counts = counted("Hindi", {"Sharma": 5e4, "Verma": 2e4})
    found = shares(merged(a=counts, b=[WorldRow("Hindi", "", "शर्मा", "Sharma")]), "Hindi")
    assert found["शर्मा"] == pytest.approx(found["sharma"])


def test_both_spellings_are_learned_with_the_share_of_the_name() -> None:
    """Trap 6: one list has dropped the marks, and people type neither or both."""
    found = merged(
        a=counted("Spanish", {"GARCIA": 9e4, "LOPEZ": 1e4}), b=ranked("Spanish", ["García", "Nuñez"])
    )
    its = shares(found, "Spanish")
    assert its["garcía"] == its["garcia"] > its["lopez"]
    assert its["nuñez"] == its["nunez"]
    assert "lópez" not in its, "no list writes it so"
    assert column(found, "garcia", "key") == column(found, "garcía", "key") == {"Spanish": "garcia"}
    assert column(found, "garcía", "sources") == {"Spanish": "a;b"}


def test_chinese_surnames_are_learned_in_both_scripts() -> None:
    found = merged(
        mainland=[
            WorldRow("Chinese", "CN", "郑", "Zheng", 60.0),
            WorldRow("Chinese", "CN", "习", "Xi", 20.0),
            WorldRow("Chinese", "CN", "李", "Li", 20.0),
        ],
        taiwan=[WorldRow("Chinese", "TW", "鄭", "Cheng", 50.0), WorldRow("Chinese", "TW", "歐陽", "", 50.0)],
        korea=counted("Korean", {"鄭": 30.0, "習": 10.0}, "KR"),
    )
    its = shares(found, "Chinese")
    assert set(its) == {"郑", "鄭", "zheng", "cheng", "习", "習", "xi", "李", "li", "欧阳", "歐陽"}
    assert its["郑"] == its["鄭"] > its["歐陽"] == its["欧阳"]
    assert its["习"] == its["習"]
    assert column(found, "鄭", "sources") == {"Chinese": "mainland;taiwan", "Korean": "korea"}
    assert column(found, "鄭", "key") == {"Chinese": "鄭", "Korean": "鄭"}
    groups = {row["name"]: row["group"] for row in found.table.to_pylist()}
    assert len({groups[name] for name in ("郑", "鄭", "zheng", "cheng")}) == 1
    assert len({groups[name] for name in ("郑", "习", "李", "歐陽")}) == 4
    assert set(shares(found, "Korean")) == {"鄭", "習"}, "hanja are not simplified"


def test_lists_in_latin_letters_are_learned_in_cyrillic_too(usual: None) -> None:
    found = merged(
        a=ranked("Uzbek", ["Karimov", "To‘xtayev"]),
        b=[WorldRow("Mongolian", "MN", "", "Batbayar", 5.0), WorldRow("Turkish", "TR", "Karimov")],
        c=[
            WorldRow("Bulgarian", "BG", "Škorpil", "Skorpil"),
            WorldRow("Bulgarian", "BG", "Петров", "Petrov"),
        ],
    )
    assert set(shares(found, "Bulgarian")) == {"škorpil", "skorpil", "петров", "petrov", "petroff"}
    assert set(shares(found, "Uzbek")) == {
        "karimov",
        "to'xtayev",
        "toxtayev",
        "tukhtayev",
        "каримов",
        "тўхтаев",
        "тухтаев",
    }
    assert set(shares(found, "Mongolian")) == {"batbayar", "батбаяр"}
    assert set(shares(found, "Turkish")) == {"karimov"}
    assert column(found, "батбаяр", "group") == column(found, "batbayar", "group")
    assert column(found, "тухтаев", "group") == column(found, "to'xtayev", "group")


@pytest.mark.parametrize(
    ("origin", "name", "forms"),
    [
        ("German", "Müller", {"müller", "muller", "mueller"}),
        ("German", "Schmidt", {"schmidt"}),
        ("Danish", "Østergård", {"østergård", "ostergard", "oestergaard"}),
        ("Swedish", "Björk", {"björk", "bjork", "bjoerk"}),
        ("Serbian", "Đoković", {"đoković", "dokovic", "djoković", "djokovic"}),
        ("Turkish", "Özdemir", {"özdemir", "ozdemir"}),
        ("Irish", "O'Brien", {"o'brien", "obrien"}),
    ],
)
def test_names_are_learned_as_they_are_typed_without_their_letters(
    origin: str, name: str, forms: set[str], usual: None
) -> None:
    found = merged(a=counted(origin, {name: 50.0, "Abt": 50.0}))
    its = shares(found, origin)
    assert set(its) == forms | {"abt"}
    assert len(set(its.values())) == 1
    assert len({row["group"] for row in found.table.to_pylist()}) == 2


@pytest.mark.parametrize(
    ("origin", "name", "rare"),
    [
        ("Italian", "De Luca", {"deluca"}),
        ("Irish", "MacDonald", {"mac donald"}),
        ("French", "Saint-Denis", {"st-denis"}),
        ("Turkish", "Özil", {"oezil"}),
        ("Finnish", "Häkkinen", {"haekkinen"}),
    ],
)
def test_common_names_are_learned_in_rare_variants_too(origin: str, name: str, rare: set[str]) -> None:
    found = merged(a=counted(origin, {name: 50.0, **dict.fromkeys(NAMES, 50.0)}))
    its = shares(found, origin)
    usual = its[name.lower()]
    found_forms = {form: share for form, share in its.items() if not form.endswith("oran") and share < usual}
    assert found_forms == pytest.approx(dict.fromkeys(rare, usual * rules.RARE_VARIANT_WEIGHT))
    for form in rare:
        assert column(found, form, "group") == column(found, name.lower(), "group")


def test_forms_that_are_as_usual_are_as_common() -> None:
    """However else they are made: an apostrophe is also what stands before a name."""
    its = shares(merged(a=counted("Irish", {"O'Brien": 50.0, "Murphy": 50.0})), "Irish")
    assert its["obrien"] == its["o'brien"]


def test_what_a_russian_keyboard_types_is_spelled_abroad_too() -> None:
    rows = [
        WorldRow("Kazakh", "KZ", "Тоқаев", "Toqaev", 50.0),
        WorldRow("Kazakh", "KZ", "Әлиев", "Aliev", 9.0),
    ]
    found = merged(a=rows)
    assert {"токаев", "tokaev", "tokajew", "toqaev"} <= set(shares(found, "Kazakh"))


def test_rare_names_are_not_learned_in_rare_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RARE_VARIANT_MIN_SHARE", 1e-3)
    its = shares(merged(a=counted("Italian", {"De Luca": 5000.0, "De Carlo": 1.0})), "Italian")
    assert set(its) == {"de luca", "deluca", "de carlo"}


def test_a_rare_variant_may_be_another_name() -> None:
    """Which is as common as it is for itself; and both are one group."""
    found = merged(a=counted("Italian", {"De Luca": 500.0, "Deluca": 400.0, "Rossi": 500.0}))
    its = shares(found, "Italian")
    assert its["deluca"] == pytest.approx(0.8 * its["de luca"])
    assert column(found, "deluca", "group") == column(found, "de luca", "group")


def test_a_script_that_is_hardly_used_counts_little() -> None:
    rows = [
        WorldRow("Somali", "SO", "محمد", "Mohamed", 9.0),
        WorldRow("Somali", "SO", "حسن", "Hassan", 5.0),
        WorldRow("Arabic", "EG", "محمد", "Mohamed", 9.0),
        WorldRow("Arabic", "EG", "حسن", "Hassan", 5.0),
    ]
    found = merged(a=rows)
    for origin, times in (("Somali", rules.SCRIPT_SHARES["Somali", "Arabic"]), ("Arabic", 1.0)):
        its = shares(found, origin)
        assert its["محمد"] == pytest.approx(its["mohamed"] * times)


def test_names_are_learned_as_english_texts_write_them_too(usual: None) -> None:
    found = merged(
        a=[
            WorldRow("Russian", "RU", "Сергеев", "Sergeev", 60.0),
            WorldRow("Russian", "RU", "Иванов", "Ivanov", 60.0),
            WorldRow("Armenian", "AM", "", "Petrosyan", 60.0),
        ]
    )
    its = shares(found, "Russian")
    emigrated = {"sergeeff", "sergeyeff", "ivanoff"}
    assert set(its) == {"сергеев", "sergeev", "sergeyev", "иванов", "ivanov"} | emigrated
    assert its["sergeev"] == its["sergeyev"] == pytest.approx(its["ivanov"] / 2)
    assert its["сергеев"] == pytest.approx(its["иванов"])
    assert column(found, "sergeyev", "group") == column(found, "sergeev", "group")
    assert set(shares(found, "Armenian")) == {"petrosyan", "petrosian"}


def test_counted_hebrew_names_are_learned_in_latin_letters(short: None) -> None:
    """Where no list has them so; by a spelling that other lists have, if there is one."""
    hebrew = {"כהן": 5e4, "פרץ": 3e4, "שליט": 9e3, "ברגר": 100.0}
    hebrew |= {chr(0x5D1 + i) * 2: 10.0 for i in range(20)}
    found = merged(
        a=counted("Hebrew", hebrew),
        b=[WorldRow("Hebrew", "IL", "כהן", "Cohen")],
        c=counted("French", {"Peretz": 5.0, "Berger": 50.0, "Dupont": 50.0}),
    )
    its = shares(found, "Hebrew")
    assert {"cohen", "peretz", "shalit"} <= its.keys()
    assert "berger" not in its, "more common elsewhere"
    assert not {"kahan", "cahan", "paratz", "peratz"} & its.keys()
    assert its["peretz"] == pytest.approx(its["פרץ"] * rules.GUESSED)
    assert column(found, "peretz", "group")["Hebrew"] == column(found, "פרץ", "group")["Hebrew"]
    assert column(found, "peretz", "sources")["Hebrew"] == "a"


def test_hebrew_names_are_learned_as_lists_spell_them(short: None) -> None:
    """By how common others have each spelling; those that are more common elsewhere are not its."""
    hebrew = {"כהן": 5e4, "דוד": 50.0, "לוי": 2e4, "פרידמן": 2e4, "אביב": 2e4, "בן פרץ": 2e4}
    hebrew |= {chr(0x5D1 + i) * 2: 10.0 for i in range(20)}
    pairs = [("כהן", "Cohen"), ("כהן", "Kahan"), ("דוד", "David"), ("כהנוביץ", "Kahanovich")]
    pairs += [("פרידמן", "Friedman"), ("אביב", "Aviv"), ("פרץ", "Peretz")]
    pairs += [("זרה", "Dupont"), ("זרה", "David")]
    found = merged(
        a=counted("Hebrew", hebrew),
        wikidata_forms=[WorldRow("Hebrew", "IL", native, roman) for native, roman in pairs],
        c=counted("French", {"David": 1e6, "Dupont": 1e6, "Cohen": 10.0}),
    )
    its = shares(found, "Hebrew")
    assert its["cohen"] > its["kahan"] > 0
    assert its["cohen"] + its["kahan"] == pytest.approx(its["כהן"])
    assert {"levi", "aviv"} <= its.keys(), "one is guessed, as no list has it"
    assert "ben peretz" in its, "guessed with a word that another name has"
    assert "ben paratz" not in its
    assert column(found, "dupont", "group") != column(found, "david", "group"), "pairs of names it lacks"
    assert not {"david", "friedman"} & its.keys(), "more common elsewhere, and from another language"
    assert not {"kahanovich", "כהנוביץ"} & its.keys(), "of that list only the pairs are used"
    assert column(found, "kahan", "group")["Hebrew"] == column(found, "cohen", "group")["Hebrew"]


def test_indian_names_are_learned_in_their_own_letters() -> None:
    found = merged(a=counted("Hindi", {"Sharma": 9.0}), b=counted("Assamese", {"Sarma": 9.0}))
    assert set(shares(found, "Hindi")) == {"sharma", "शर्मा", "शार्मा"}
    assert "সৰ্মা" in shares(found, "Assamese")
    assert column(found, "शर्मा", "group") == column(found, "sharma", "group")
    assert column(found, "शर्मा", "script") == {"Hindi": "Devanagari"}


@pytest.mark.parametrize(("native", "roman"), [(90.0, 10.0), (10.0, 90.0)])
def test_a_form_of_one_name_may_be_anothers_spelling(native: float, roman: float) -> None:
    """One row for each spelling, with the larger share."""
    rows = [WorldRow("Hindi", "IN", "शर्मा", bearers=native), WorldRow("Hindi", "IN", "", "Sharma", roman)]
    found = merged(a=rows)
    assert [row["name"] for row in found.table.to_pylist()].count("शर्मा") == 1
    its = shares(found, "Hindi")
    assert its["शर्मा"] == pytest.approx(its["sharma"] * max(native, roman) / roman)


def test_womens_forms_are_as_common_as_mens() -> None:
    """Trap 3: some lists count both for each, some mostly men."""
    names = {"Иванов": 900.0, "Иванова": 100.0, "Ильина": 50.0, "Ильин": 10.0, "Глинка": 70.0, "Петров": 60.0}
    its = shares(merged(a=counted("Russian", names)), "Russian")
    assert its["иванова"] == its["иванов"]
    assert its["ильина"] == its["ильин"] == pytest.approx(its["иванов"] * 50 / 900)
    assert "петрова" not in its
    czech = shares(merged(a=counted("Czech", {"Petrov": 1.0, "Petrova": 99.0})), "Czech")
    assert czech["petrova"] > 50 * czech["petrov"], "of Petr"


def test_bosniak_names_of_other_lists_are_bosnian_too() -> None:
    """As lists without counts have them: the country that they went to knows how few there are."""
    dutch = {"Jansen": 9000.0, "Petrović": 30.0, "Halilović": 20.0} | dict.fromkeys(NAMES, 500.0)
    lists = {"nl": counted("Dutch", dutch), "rs": bare("Serbian", ["Petrović", "Begović"])}
    found = merged(**lists, ba=ranked("Bosnian", ["Hodžić", "Petrović"]))
    halilovic = column(found, "halilović", "share")
    assert halilovic["Bosnian"] > 10 * halilovic["Dutch"] > 0
    assert column(found, "halilović", "sources") == {"Bosnian": "nl", "Dutch": "nl"}
    assert set(column(found, "halilovic", "share")) == {"Bosnian", "Dutch"}
    assert set(column(found, "begović", "share")) == {"Bosnian", "Serbian"}
    assert set(shares(found, "Bosnian")) & {"jansen", NAMES[0]} == set()
    assert column(found, "petrović", "sources")["Bosnian"] == "ba", "in its own list"
    assert "Bosnian" not in {row["origin"] for row in merged(**lists).table.to_pylist()}


def test_a_russian_list_is_learned_in_belarusian_spelling_too() -> None:
    rows = [
        *counted("Russian", {"Козлов": 50.0}),
        *counted("Belarusian", {"Станкевич": 20.0, "Юркевич": 9.0}),
    ]
    found = merged(ru_names_count=rows)
    its = shares(found, "Belarusian")
    assert {"станкевич", "станкевіч", "stankevich", "казлоў", "kazlou"} <= set(its)
    assert "казлоў" not in shares(found, "Russian")
    assert its["станкевич"] > its["юркевич"]
    groups = column(found, "казлоў", "group")
    assert groups == column(found, "kazlou", "group") == column(found, "козлаў", "group")
    alone = shares(merged(other=rows), "Belarusian")
    assert set(alone) == {"станкевич", "юркевич"}
    assert its["станкевич"] == pytest.approx(alone["станкевич"], rel=1e-6), (
        "the new spellings take nothing away"
    )


def test_forms_of_a_name_are_one_group() -> None:
    """Women's and men's forms, native and romanised ones, across origins."""
    found = merged(
        a=counted("Czech", {"Nováková": 10.0, "Novák": 9.0}),
        b=[
            WorldRow("Russian", "", "Иванова", "Ivanova", 5.0),
            WorldRow("Russian", "", "Иванов", "Ivanov", 5.0),
        ],
        c=counted("Slovene", {"Novak": 5.0, "Horvat": 1.0}),
    )
    groups = {row["name"]: row["group"] for row in found.table.to_pylist()}
    assert len({groups[name] for name in ("nováková", "novakova", "novák", "novak")}) == 1
    assert len({groups[name] for name in ("иванова", "ivanova", "иванов", "ivanov")}) == 1
    assert len({groups[name] for name in ("novak", "ivanov", "horvat")}) == 3


def test_the_script_is_that_of_the_letters(usual: None) -> None:
    found = merged(a=bare("Russian", ["Иванов"]), b=bare("Hebrew", ["כהן"]), c=bare("Irish", ["Ó Briain"]))
    scripts = {row["name"]: row["script"] for row in found.table.to_pylist()}
    assert scripts == {"иванов": "Cyrillic", "כהן": "Hebrew", "ó briain": "Latin", "o briain": "Latin"}


# --- lists beside each other ------------------------------------------------------------------------------


def test_a_complete_list_says_what_is_rare(short: None) -> None:
    """A list of the ten most common names says nothing of others; but a complete one lacks only rare ones."""
    complete = {name: 1000.0 * (30 - i) for i, name in enumerate(NAMES[:30])}
    alone = shares(merged(a=counted("Dutch", complete)), "Dutch")
    ten = dict.fromkeys([*NAMES[:9], "zed"], 5000.0)
    both = shares(merged(a=counted("Dutch", complete), b=counted("Dutch", ten)), "Dutch")
    assert both[NAMES[20]] == pytest.approx(alone[NAMES[20]]), "the short list is not asked"
    only = shares(merged(b=counted("Dutch", ten)), "Dutch")
    assert both["zed"] < only["zed"] / 2, "the complete list lacks it"
    average = sorted([alone[NAMES[0]], both[NAMES[0]], only[NAMES[0]]])[1]
    assert both[NAMES[0]] == average
    assert alone[NAMES[0]] != average != only[NAMES[0]]


def test_bare_lists_have_no_head(short: None) -> None:
    """Trap 16: which names there are is not which are common."""
    alone = shares(merged(a=bare("Greek", NAMES[:3])), "Greek")
    assert max(alone.values()) <= rules.MOST_BARE
    complete = {name: 1000.0 - i for i, name in enumerate(NAMES[:30])}
    beside = shares(merged(a=bare("Greek", ["zed", NAMES[0]]), b=counted("Greek", complete)), "Greek")
    assert beside["zed"] < min(beside[name] for name in complete)
    without = shares(merged(b=counted("Greek", complete)), "Greek")
    assert beside[NAMES[0]] == pytest.approx(without[NAMES[0]]), "a counted name keeps its share"


def test_names_of_another_language_count_less_than_there() -> None:
    """Joseph, an English name, and Syed, an Arabic one, are common in Kerala; so is Kumar, an Indian one."""
    found = merged(
        a=counted("Malayalam", {"Nair": 900.0, "Joseph": 900.0, "Syed": 900.0, "Kumar": 900.0}),
        b=counted("English", {"Joseph": 1e5, "Nair": 1.0, "Smith": 1e6, "Kumar": 1e5}),
        c=counted("Urdu", {"Syed": 90.0, "Butt": 900.0, "Khan": 900.0}),
        d=counted("Hindi", {"Kumar": 900.0, "Singh": 900.0, "Ram": 900.0}),
    )
    its = shares(found, "Malayalam")
    assert its["joseph"] == pytest.approx(shares(found, "English")["joseph"] * rules.BORNE_PART)
    assert its["syed"] == pytest.approx(shares(found, "Urdu")["syed"] * rules.BORNE_PART)
    assert its["kumar"] == its["nair"] > shares(found, "English")["kumar"], "Hindi has more of it"


def test_lists_with_names_of_the_neighbours_count_less() -> None:
    names = NAMES[:9]
    few = shares(merged(in_indigen=bare("Kannada", names)), "Kannada")
    many = shares(merged(a=bare("Kannada", names)), "Kannada")
    assert 0 < few[NAMES[0]] < many[NAMES[0]]


def test_a_list_of_common_names_says_more_than_a_small_count(short: None) -> None:
    complete = counted("Marathi", {name: 1e6 - i for i, name in enumerate(NAMES[:30])} | {"joshi": 1.0})
    both = shares(merged(a=complete, in_faker=bare("Marathi", ["joshi", "apte"])), "Marathi")
    assert both["joshi"] == both["apte"] == rules.MOST_BARE
    bare_only = shares(merged(a=complete, b=bare("Marathi", ["joshi", "apte"])), "Marathi")
    assert bare_only["apte"] < bare_only["joshi"] < rules.MOST_BARE


def test_names_that_are_written_in_a_script_are_hardly_of_its_language() -> None:
    rows = [WorldRow("Hindi", "IN", "मेनन", "Menon")]
    found = shares(merged(indic_native_matched=rows), "Hindi")
    assert 0 < found["menon"] < found["मेनन"] / 3


def test_what_many_bare_lists_have_a_complete_one_lacks(short: None) -> None:
    """Абрамов is in every list of Russian names but the counted one."""
    complete = counted("Greek", {name: 1e6 - i for i, name in enumerate(NAMES[:30])} | {"rare": 1.0})
    many = dict.fromkeys("abc"[: rules.SURELY_LACKING], bare("Greek", ["zed"]))
    lacked = shares(merged(**many, d=complete), "Greek")
    assert lacked["zed"] == rules.MOST_BARE > lacked["rare"]
    few = dict.fromkeys("abc"[: rules.SURELY_LACKING - 1], bare("Greek", ["zed"]))
    its = shares(merged(**few, d=complete), "Greek")
    assert its["zed"] < its["rare"]


def test_copies_of_a_bare_list_prove_nothing() -> None:
    """Trap 7: lists that agree may be one list."""
    one, three = (
        merged(a=bare("German", NAMES[:9])),
        merged(**dict.fromkeys("abc", bare("German", NAMES[:9]))),
    )
    assert shares(one, "German") == shares(three, "German")


def test_counts_of_what_are_no_family_names_are_not_read() -> None:
    """Trap 16: of the few Icelanders who have one, it is common."""
    rows = counted("Icelandic", {"Blöndal": 300.0} | dict.fromkeys(NAMES[:30], 100.0))
    assert shares(merged(wikitop75=rows), "Icelandic")["blöndal"] <= rules.MOST_BARE
    assert shares(merged(a=rows), "Icelandic")["blöndal"] > rules.MOST_BARE


def test_a_list_that_goes_on_with_another_countrys_is_cut() -> None:
    """Trap 14: the names of El Salvador follow those of Sweden, without counts."""
    rows = counted("Swedish", {"Andersson": 300.0, "Lindberg": 100.0}) + bare("Swedish", ["Orellana"])
    assert shares(merged(a=rows), "Swedish").keys() == {"andersson", "lindberg", "orellana"}
    found = merged(wikitop75=rows)
    assert shares(found, "Swedish").keys() == {"andersson", "lindberg"}
    assert found.dropped["wikitop75: of another country"] == 1


def test_translations_and_famous_foreigners_are_struck() -> None:
    rows = [WorldRow("Khmer", "KH", "ចាប", "Bird", rank=1), WorldRow("Khmer", "KH", "សុខ", "Sok", rank=2)]
    assert shares(merged(sigpwned=rows), "Khmer").keys() == {"ចាប", "សុខ", "sok"}
    assert "bird" in shares(merged(a=rows), "Khmer")
    found = merged(mimesis=bare("Estonian", ["Tamm", "Maradona"]))
    assert shares(found, "Estonian").keys() == {"tamm"}
    assert found.dropped["no letters"] == 1


def test_names_of_guests_are_dropped() -> None:
    """Trap 5: two notable persons do not make a name of elsewhere a Kenyan one."""
    kenyan = {"Mwangi": 9.0, "Modi": 2.0, "Abdi": 2.0, "Rao": 4.0, "Kamau": 2.0, "Patel": 2.0}
    kenyan |= dict.fromkeys(NAMES[:30], 2.0)
    hindi = {"Modi": 9e3, "Abdi": 9e3, "Rao": 9e3, "Kamau": 1.0, "Patel": 9e3} | dict.fromkeys(
        NAMES[30:60], 1e4
    )
    lists = {
        "wikipedia_people": counted("Kenyan", kenyan),
        "b": counted("Hindi", hindi),
        "c": bare("Somali", ["Abdi"]),
        "d": bare("Swahili", ["Patel"]),
    }
    found = merged(**lists)
    its = shares(found, "Swahili and Kenyan")
    assert its.keys() == {name.lower() for name in kenyan} - {"modi"}
    assert found.dropped["wikipedia_people: of few persons, common in another region"] == 1
    assert "modi" in shares(found, "Hindi")
    lists["persons"] = lists.pop("wikipedia_people")
    assert "modi" in shares(merged(**lists), "Swahili and Kenyan"), "not in a list of everyone"


def test_irish_names_have_what_the_british_count_of_them() -> None:
    """Trap 4: Irish lists have hardly any counts; but Smith is not made Irish."""
    english = {"Smith": 6e5, "Walsh": 5e4} | dict.fromkeys(NAMES[:300], 1e5)
    found = merged(a=counted("English", english), b=bare("Irish", ["Walsh", "Smith", *NAMES[300:400]]))
    walsh, smith = column(found, "walsh", "share"), column(found, "smith", "share")
    assert walsh["Irish"] > max(walsh["English"], column(found, NAMES[300], "share")["Irish"])
    assert smith["Irish"] < smith["English"] / 5
    most = share_of_rank("Irish", rules.BORROWED["Irish"].max_rank)
    assert max(shares(found, "Irish").values()) == pytest.approx(most)


def test_basque_names_have_what_spain_counts_of_them() -> None:
    found = merged(
        es_ine2010=counted("Spanish", {"Zubizarreta": 60.0, "Merino": 60.0, "García": 4e4}),
        a=bare("Basque", [*NAMES, "Zubizarreta", "Merino"]),
    )
    its = shares(found, "Basque")
    assert its["zubizarreta"] > its[NAMES[0]] >= its["merino"]


def test_names_of_an_origins_form_have_what_a_large_list_counts_of_them() -> None:
    """Those too that its own lists lack, but not what others have more of."""
    britain = {
        "Llewellyn": 6e3,
        "Griffiths": 4e4,
        "Jones": 4e5,
        "Vaughan": 1e4,
        "Smith": 5e5,
        "Gwinnutt": 9e2,
    }
    britain |= dict.fromkeys(NAMES, 1e4)
    found = merged(
        gb=counted("English", britain),
        wikipedia_people=bare("Welsh", ["Griffiths", "Smith", "Jones"]),
        ie=ranked("Irish", ["Murphy", "Kelly", "Vaughan"]),
    )
    english, welsh = shares(found, "English"), shares(found, "Welsh")
    borrowed = rules.BORROWED["Welsh"]
    assert welsh["llewellyn"] == pytest.approx(borrowed.factor * english["llewellyn"])
    assert column(found, "llewellyn", "sources")["Welsh"] == "gb"
    assert {"griffiths", "gwinnutt"} <= set(welsh)
    assert "vaughan" not in welsh, "more common in Ireland"
    assert welsh["jones"] < english["jones"], "of no Welsh form"
    assert NAMES[0] not in welsh


def test_what_an_origins_own_lists_say_of_a_name_is_kept_if_it_is_more() -> None:
    britain = {"Llewellyn": 10.0, "Smith": 5e5} | dict.fromkeys(NAMES, 1e4)
    welsh = {"Llewellyn": 500.0} | dict.fromkeys(NAMES[:400], 500.0)
    borrowed = rules.BORROWED["Welsh"]
    found = merged(gb=counted("English", britain), cy=counted("Welsh", welsh))
    its = column(found, "llewellyn", "share")
    assert its["Welsh"] > 2 * borrowed.factor * its["English"]


def test_a_lender_keeps_a_part_of_what_is_mostly_not_its_own() -> None:
    names = {"Puig": 100.0, "García": 100.0} | dict.fromkeys(NAMES, 100.0)
    borrowed = rules.BORROWED["Catalan"]
    found = merged(es=counted("Spanish", names), wikipedia_people=bare("Catalan", ["Rovira"]))
    spanish = shares(found, "Spanish")
    assert spanish["puig"] == pytest.approx(borrowed.neighbour_weight * spanish["garcia"])
    assert shares(found, "Catalan")["puig"] == pytest.approx(borrowed.factor * spanish["garcia"], rel=0.01)
    alone = shares(merged(es=counted("Spanish", names)), "Spanish")
    assert alone["puig"] == alone["garcia"], "nobody to lend to"


def test_rare_names_of_a_list_are_borrowed_from_a_country_of_immigrants() -> None:
    """Of the South Africans in Britain there are few; Roberts is in their list, and as British as before."""
    britain = {"Botha": 600.0, "Roberts": 2e5, "van Wyk": 300.0} | dict.fromkeys(NAMES, 7e4)
    found = merged(gb=counted("English", britain), za=bare("Afrikaans", ["Botha", "Roberts", "Uys"]))
    its = shares(found, "Afrikaans")
    assert its["botha"] > its["van wyk"] > its["uys"] == its["roberts"]


def test_only_common_names_of_a_list_are_borrowed_where_a_rule_says_so() -> None:
    britain = {"Shah": 1e4, "Sharma": 1e4} | dict.fromkeys(NAMES, 7e4)
    gujarat = bare("Gujarati", ["Shah"]), bare("Gujarati", ["Sharma", *NAMES])
    found = merged(gb=counted("English", britain), in_faker=gujarat[0], in_indigen=gujarat[1])
    its = shares(found, "Gujarati")
    assert its["shah"] == pytest.approx(40 * shares(found, "English")["shah"], rel=0.01)
    assert its["sharma"] < its["shah"] / 10


def test_slovak_names_of_czech_lists_and_slovene_spellings_of_croatian_names() -> None:
    found = merged(
        cz=counted("Czech", {"Kráľ": 1.0, "Novák": 900.0} | dict.fromkeys(NAMES, 900.0)),
        sk=ranked("Slovak", ["Kováč"]),
        hr=counted("Croatian", {"Petrović": 50.0, "Horvat": 20.0}),
        si=ranked("Slovene", ["Novak"]),
    )
    assert set(column(found, "kráľ", "share")) == {"Czech", "Slovak"}
    assert set(column(found, "petrovič", "share")) == {"Slovene"}
    assert set(column(found, "petrović", "share")) == {"Croatian"}
    assert set(column(found, "petrovic", "share")) == {"Croatian", "Slovene"}
    assert "novák" not in shares(found, "Slovak")
    assert "horvat" not in shares(found, "Slovene")


def test_a_neighbours_names_are_taken_out_of_a_small_origins_list() -> None:
    """Traps 1 and 16: half of the people of Wales have English names, which are not Welsh for that."""
    english = {name: 1e5 / (rank + 5) for rank, name in enumerate(NAMES[:100])}
    welsh = {name: count * 0.01 for name, count in english.items()} | {"Bevan": 100.0, "Pryce": 90.0}
    welsh[NAMES[3]] *= 8  # common to both, but far more so in Wales
    found = merged(a=counted("English", english), b=counted("Welsh", welsh))
    its = shares(found, "Welsh")
    untouched = read_list(
        "b", "Welsh", [(name, "", count, None) for name, count in welsh.items()], 1.0
    ).shares
    assert its["bevan"] == untouched["bevan"]
    assert head(found, "Welsh")[0] == NAMES[3]
    assert its[NAMES[3]] < untouched[NAMES[3]]
    assert all(its.get(name, 0.0) < 0.3 * untouched[name] for name in NAMES[:3]), "the neighbour's"
    assert shares(found, "English").keys() == english.keys()


# --- what is left out, and reported -----------------------------------------------------------------------


def test_a_neighbour_of_whom_one_name_is_counted_takes_nothing_out() -> None:
    """One name says nothing of how much of a people it covers: its share is 0."""
    found = merged(es_ine2010=counted("Spanish", {"García": 1e4}), a=bare("Basque", [*NAMES, "García"]))
    assert "garcía" in shares(found, "Basque")


def test_rare_names_of_lists_with_foreign_tails_are_dropped_and_reported() -> None:
    """Trap 5: by count, not by list."""
    least = rules.MIN_COUNT["fr_insee"]
    found = merged(
        fr_insee=counted("French", {"Martin": 2e5, "Khan": least, "Marttin": least - 1, "123": 1e3}),
        a=counted("French", {"Dupont": 1.0}),
    )
    assert set(shares(found, "French")) == {"martin", "khan", "dupont"}
    assert dict(found.dropped) == {f"fr_insee: fewer than {least:g} bearers": 1, "no letters": 1}


def test_firms_and_whole_names_are_dropped_and_reported(usual: None) -> None:
    found = merged(
        ru_names_count=counted("Russian", {"Иванов": 9.0, "Иванов Завод": 9.0}),
        a=bare("Dutch", ["van der Berg", "Jan Piet Joris en Korneel"]),
    )
    assert {row["name"] for row in found.table.to_pylist()} == {"иванов", "van der berg"}
    assert dict(found.dropped) == {"ru_names_count: more than 1 word": 1, "a: more than 4 words": 1}


def test_labels_are_those_of_the_origins() -> None:
    found = merged(a=bare("Swahili", ["Juma"]) + bare("Kenyan", ["Otieno"]) + bare("Dothraki", ["Drogo"]))
    assert {row["origin"] for row in found.table.to_pylist()} == {"Swahili and Kenyan"}
    assert set(rules.SAME_ORIGIN.values()) <= {origin.name for origin in read_origins()}


def test_rules_name_sources_and_origins_that_there_are() -> None:
    sources = {source.name for source in read_manifest()}
    origins = {origin.name for origin in read_origins()}
    assert sources >= {*rules.MIN_COUNT, *rules.NOTABLE, *rules.SINGLE_WORDS}
    assert sources >= {source for source, _ in {*rules.NOT_COUNTED, *rules.STRUCK}}
    assert origins >= {origin for _, origin in rules.STRUCK} | rules.WITH_WOMENS_FORMS
    lenders = {each.neighbour for each in rules.BORROWED.values()}
    neighbours = {each for its in rules.MIXED.values() for each in its} | set(rules.MIXED_QUANTILES)
    assert origins >= {*rules.STEEP, *rules.CLOSED, *rules.BORROWED, *lenders, *rules.MIXED, *neighbours}
    assert set(rules.TRUST) == {source.trust for source in read_manifest()} | {"high", "medium", "low"}


def test_no_lists_make_an_empty_table() -> None:
    found = merge({})
    assert found.table.num_rows == 0
    assert found.table.column_names == ["name", "script", "origin", "share", "sources", "key", "group"]


# --- the same table each time -----------------------------------------------------------------------------


def tangled(seed: int) -> dict[str, Any]:
    """Lists with ties and with native forms that have several romanisations, in an order of chance."""
    rng = np.random.default_rng(seed)
    rows = {
        "a": counted("English", dict.fromkeys(NAMES[:90], 700.0)),
        "b": counted("Welsh", dict.fromkeys(NAMES[30:120], 5.0)) + bare("Welsh", NAMES[:10]),
        "c": [
            WorldRow("Hindi", "", native, roman, bearers)
            for native in ("शर्मा", "वर्मा", "सरमा")
            for roman, bearers in (("Sharma", 500.0), ("Verma", 300.0), ("Sarma", 200.0))
        ],
        "d": [WorldRow("Hindi", "", "शर्म", roman) for roman in ("Sharma", "Verma", "Sarma")],
    }
    return {
        str(name): table_of([rows[name][i] for i in rng.permutation(len(rows[name]))])
        for name in rng.permutation(list(rows))
    }


def test_the_table_depends_on_no_order() -> None:
    """Of the rows, of the sources, or of sets, which differs from process to process."""
    code = (
        "from test_world_merge import merge, tangled, table_sha256\n"
        "for seed in range(5): print(table_sha256(merge(tangled(seed)).table))"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    found = set()
    for hash_seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found |= set(done.stdout.split())
    assert found == {table_sha256(merge(tangled(9)).table)}


# --- the world itself -------------------------------------------------------------------------------------

# Two of the most common names of each, which a speaker of the language expects among the first ten.
EXPECTED = {
    "Arabic": ("ali", "hassan"),
    "Chinese": ("李", "王"),
    "Czech": ("novák", "svoboda"),
    "Danish": ("nielsen", "jensen"),
    "English": ("smith", "jones"),
    "Finnish": ("korhonen", "virtanen"),
    "French": ("martin", "bernard"),
    "German": ("müller", "schmidt"),
    "Hebrew": ("כהן", "לוי"),
    "Hungarian": ("nagy", "kovács"),
    "Irish": ("murphy", "kelly"),
    "Italian": ("rossi", "russo"),
    "Japanese": ("佐藤", "鈴木"),
    "Korean": ("김", "이"),
    "Polish": ("nowak", "kowalski"),
    "Portuguese": ("silva", "santos"),
    "Russian": ("иванов", "смирнов"),
    "Spanish": ("garcía", "gonzález"),
    "Swedish": ("andersson", "johansson"),
    "Turkish": ("yılmaz", "kaya"),
    "Vietnamese": ("nguyễn", "trần"),
    "Welsh": ("davies", "jones"),
}


@pytest.fixture(scope="module")
def world(world_folder: Path) -> Merged:
    paths = {source.name: world_folder / f"sources/{source.name}.tsv" for source in read_manifest()}
    return merge({name: read_rows(path) for name, path in paths.items() if path.is_file()})


@pytest.mark.slow
def test_speakers_nod_at_the_most_common_names(world: Merged) -> None:
    """Trap 16; of each script the ten most common keys, as romanisations share the bearers of one name."""
    best: dict[tuple[str, str], dict[str, float]] = {}
    keys: dict[str, set[str]] = {}
    columns = (world.table[name].to_pylist() for name in ("name", "origin", "share", "key", "script"))
    for name, origin, share, key, script in zip(*columns, strict=True):
        if origin in EXPECTED:
            best.setdefault((origin, script), {})[key] = share
            keys.setdefault(name, set()).add(key)
    for origin, names in EXPECTED.items():
        first = {
            key
            for (its, _), found in best.items()
            if its == origin
            for key in sorted(found, key=found.__getitem__, reverse=True)[:12]
        }
        assert all(keys[name] & first for name in names), (origin, names, sorted(first))


@pytest.mark.slow
def test_every_origin_has_names_and_no_name_has_too_much(world: Merged) -> None:
    totals: dict[str, float] = {}
    best: dict[str, dict[str, float]] = {}
    columns = (world.table[name].to_pylist() for name in ("origin", "key", "share"))
    for origin, key, share in zip(*columns, strict=True):
        assert 0 < share < 0.5
        best.setdefault(origin, {})[key] = share
    assert set(best) == {origin.name for origin in read_origins()}
    for origin, its in best.items():
        totals[origin] = sum(its.values())
    assert max(totals.values()) < 4, "native and romanised forms each count once"
