"""Names from outside: how they are spelt, which are left out, and that none of the test comes in."""

from __future__ import annotations

import importlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.corpora import Corpus, load_corpus
from cognomen.corpora import installed as room
from cognomen.corpora.cleaning import CleaningReport
from cognomen.corpora.download import TUTORIAL_SHA256
from cognomen.corpora.installed import SOURCES, Source, given_names, read_source
from cognomen.corpora.outside import (
    REASONS,
    OutsideName,
    OutsideNames,
    outside_names,
    select_names,
    with_outside,
)
from cognomen.corpora.romanise import from_greek, from_kana, from_russian
from cognomen.corpora.spelling import all_spellings, looks_like_a_name, spelt_as_in_files, without_diacritics
from cognomen.errors import DataError, MissingExtraError
from cognomen.evaluation.splits import fold_numbers
from cognomen.text import fold, normalise


def a_list(locale: str, origin: str, names: str, given: str = "") -> tuple[Source, list[str], frozenset[str]]:
    return Source("faker", locale, origin), names.split(","), frozenset(given.split(",")) - {""}


def selected(*lists: tuple[Source, list[str], frozenset[str]]) -> list[tuple[str, str]]:
    return [(row.name, row.origin) for row in select_names(lists).rows]


def corpus_of(**names: str) -> Corpus:
    pairs = [(name, origin) for origin, listed in names.items() for name in listed.split(",")]
    report = CleaningReport(len(pairs), len(pairs), len(pairs), (), {})
    return Corpus(tuple(n for n, _ in pairs), tuple(o for _, o in pairs), "files", report)


def outside_of(**names: str) -> OutsideNames:
    rows = [
        OutsideName(n, origin, f"list of {origin}") for origin, each in names.items() for n in each.split(",")
    ]
    return OutsideNames(tuple(rows), {}, {})


def added(corpus: Corpus, merged: Corpus) -> list[tuple[str, str]]:
    return list(zip(merged.names, merged.labels, strict=True))[len(corpus) :]


# --- romanised --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "kanji", "name"),
    [
        ("さいとう", "斎藤", "Saito"),
        ("おおの", "大野", "Ono"),
        ("ゆうき", "結城", "Yuki"),
        ("しんぼ", "新保", "Shimbo"),
        ("はっとり", "服部", "Hattori"),
        ("ほっち", "", "Hotchi"),
        ("しょうじ", "庄司", "Shoji"),
        ("きょうごく", "京極", "Kyogoku"),
        ("つづき", "都築", "Tsuzuki"),
        ("いいづか", "飯塚", "Iizuka"),
        ("いのうえ", "井上", "Inoue"),
        ("まつうら", "松浦", "Matsuura"),
        ("おおうち", "大内", "Ouchi"),
        ("おおおか", "大岡", "Ooka"),
        ("よこお", "横尾", "Yokoo"),
    ],
)
def test_readings_are_spelt_by_hepburn_with_short_vowels(reading, kanji, name):
    assert from_kana(reading, kanji) == name


@pytest.mark.parametrize(
    ("greek", "name"),
    [
        ("Παπαδόπουλος", "Papadopoulos"),
        ("Ευσταθίου", "Efstathiou"),
        ("Αυγερινός", "Avgerinos"),
        ("Μπουλούκος", "Bouloukos"),
        ("Λαμπράκης", "Lamprakis"),
        ("Ντάνος", "Danos"),
        ("Αγγελόπουλος", "Angelopoulos"),
        ("Χατζής", "Hatzis"),
        ("Χρήστου", "Christou"),
        ("Ζαΐμης", "Zaimis"),
        ("Ψάλτης", "Psaltis"),
        ("Παπα Δήμου", "Papa Dimou"),
    ],
)
def test_greek_letters_by_elot_743(greek, name):
    assert from_greek(greek) == name


@pytest.mark.parametrize(
    ("russian", "name"),
    [
        ("Достоевский", "Dostoevsky"),
        ("Бывалый", "Byvaly"),
        ("Хрущёв", "Hrushchev"),
        ("Савватьев", "Savvatyev"),
        ("Подъячев", "Podyachev"),
        ("Объездчиков", "Obyezdchikov"),
        ("Юдин", "Yudin"),
        ("Цой", "Tsoy"),
    ],
)
def test_russian_letters_as_the_files_write_them(russian, name):
    assert from_russian(russian) == name


# --- spelt as in the files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "origin", "locale", "spelt"),
    [
        ("van den Berg", "Dutch", "nl_NL", "Berg"),
        ("Van der Linden", "Dutch", "nl-be", "Linden"),
        ("'s Gravensande", "Dutch", "nl_NL", "Gravensande"),
        ("Vandenberg", "Dutch", "nl_NL", "Vandenberg"),
        ("da Costa", "Portuguese", "pt_BR", "Costa"),
        ("Ó Catháin", "Irish", "ga_IE", "Cathain"),
        ("Ó hÉidhní", "Irish", "ga_IE", "Eidhni"),
        ("Mac Giolla Eoin", "Irish", "ga_IE", "Macgiollaeoin"),
        ("de Búrc", "Irish", "ga_IE", ""),
        ("O'Mara", "Irish", "en_IE", "O'Mara"),
        ("Davenport", "Irish", "en_IE", ""),
        ("Růžička", "Czech", "cs_CZ", "Ruzicka"),
        ("Ιορδανίδου", "Greek", "el", ""),
        ("Θεοδοσίου", "Greek", "el", "Theodosiou"),
        ("HUANG", "Chinese", "zh_TW", "Huang"),
        ("St-Onge", "French", "fr_QC", "St Onge"),
        ("D’Arco", "Italian", "it", "D'Arco"),
        ("김", "Korean", "ko_KR", ""),
        ("Kovaл", "Polish", "pl_PL", ""),
    ],
)
def test_habits_of_the_files(name, origin, locale, spelt):
    assert spelt_as_in_files(name, origin, locale) == spelt


def test_about_as_many_names_keep_their_marks_as_in_the_files():
    names = [
        f"{'abcdefghij'[i % 10]}ł{'klmnopqrst'[i // 10 % 10]}{'uvwxyzabcd'[i // 100]}" for i in range(1000)
    ]
    kept = [spelt_as_in_files(name, "Polish", "pl_PL") == name for name in names]
    assert 0.3 < sum(kept) / len(kept) < 0.4
    assert all(
        spelt_as_in_files(name, "Polish", "pl_PL") in (name, without_diacritics(name)) for name in names
    )


@pytest.mark.parametrize(
    "text", ["Bena?", "Koch II", "Bourgondië, van", "Henrichsdt.", "Name", "X", "", "R2"]
)
def test_what_is_no_name(text):
    assert not looks_like_a_name(text)


@pytest.mark.parametrize("text", ["O’Neil", "Grein Groth", "Łódź", "Ан", "Jacot-Guillarmod"])
def test_what_is_a_name(text):
    assert looks_like_a_name(text)


def test_letters_that_folding_drops_are_known():
    assert fold("Pawłowski") == "pawowski"
    assert all_spellings("Pawłowski") == {"pawowski", "pawlowski"}
    assert without_diacritics("Łødziæßœđ") == "Lodziaessoed"


# --- selected ---------------------------------------------------------------------------------------------


def test_a_second_list_adds_only_what_is_new():
    found = select_names([a_list("xx", "Polish", "Nowak,Lis"), a_list("yy", "Polish", "Lis,Kos")])
    assert [(row.name, row.source) for row in found.rows] == [
        ("Nowak", "faker xx"),
        ("Lis", "faker xx"),
        ("Kos", "faker yy"),
    ]
    assert found.dropped == {("faker yy", "duplicate"): 1}
    assert found.read == {"faker xx": 2, "faker yy": 2}
    assert found.counts() == {"faker xx": {"Polish": 2}, "faker yy": {"Polish": 1}}


def test_given_names_among_surnames_are_left_out():
    found = select_names([a_list("xx", "French", "Leblanc,Nicole", given="Nicole,Marie")])
    assert [row.name for row in found.rows] == ["Leblanc"]
    assert found.dropped == {("faker xx", "given-name"): 1}


def test_an_immigrants_name_goes_home():
    # In two of three lists of one origin, and in all two of another
    french = [a_list(x, "French", f"Leblanc{x},Fernandes" if x != "c" else "Dupont") for x in "abc"]
    portuguese = [a_list(x, "Portuguese", f"Fernandes,Sousa{x}") for x in "de"]
    found = select_names([*french, *portuguese])
    assert [(row.name, row.origin) for row in found.rows if row.name == "Fernandes"] == [
        ("Fernandes", "Portuguese")
    ]
    assert sum(count for (_, reason), count in found.dropped.items() if reason == "elsewhere") == 2


def test_a_name_of_two_origins_alike_stays_under_both():
    rows = selected(a_list("a", "Spanish", "Castro"), a_list("b", "Portuguese", "Castro"))
    assert rows == [("Castro", "Spanish"), ("Castro", "Portuguese")]


def test_odd_names_and_other_forms_are_counted():
    found = select_names([a_list("en_IE", "Irish", "O'Mara,Davenport,Be?")])
    assert [row.name for row in found.rows] == ["O'Mara"]
    assert found.dropped == {("faker en_IE", "form"): 1, ("faker en_IE", "odd"): 1}
    assert {reason for _, reason in found.dropped} <= set(REASONS)


# --- merged -----------------------------------------------------------------------------------------------


def test_rows_from_outside_stand_behind_and_know_their_source():
    corpus = corpus_of(Polish="Nowak", Czech="Novak")
    merged = with_outside(corpus, outside_of(Polish="Lis,Kos"), [])
    assert added(corpus, merged) == [("Lis", "Polish"), ("Kos", "Polish")]
    assert merged.row_sources == ("files", "files", "list of Polish", "list of Polish")
    assert merged.names[:2] == corpus.names
    assert merged.report.rows_kept == len(merged) == 4
    assert merged.report.names_kept == 4


def test_nothing_that_folds_like_a_test_name():
    corpus = corpus_of(Polish="Nowak")
    outside = outside_of(Polish="Pawłowski,Lis,KOS,Marszalek")
    merged = with_outside(corpus, outside, ["Pawlowski", "lis", "Kós", "Marszałek"])
    assert added(corpus, merged) == []


def test_an_excluded_name_is_kept_out_under_every_origin():
    corpus = corpus_of(Polish="Nowak", German="Koch")
    assert added(corpus, with_outside(corpus, outside_of(German="Lis"), ["Lis"])) == []


def test_no_pair_twice_and_no_new_origin():
    corpus = corpus_of(Polish="Nowak,Król", German="Koch")
    outside = outside_of(Polish="nowak,Krol", French="Petit")
    assert added(corpus, with_outside(corpus, outside, [], contradicting=True)) == []


def test_names_that_contradict_the_files_are_asked_for():
    corpus = corpus_of(Polish="Nowak", German="Koch")
    outside = outside_of(Polish="Koch,Lis")
    assert added(corpus, with_outside(corpus, outside, [])) == [("Lis", "Polish")]
    both = added(corpus, with_outside(corpus, outside, [], contradicting=True))
    assert both == [("Koch", "Polish"), ("Lis", "Polish")]


def test_at_most_so_many_times_an_origins_own_names():
    corpus = corpus_of(Polish="Nowak,Kowal", German="Koch")
    outside = outside_of(Polish="Aa,Ab,Ac,Ad,Ae,Af,Ag", German="Ba,Bb,Bc,Bd")
    merged = with_outside(corpus, outside, [], at_most=1.5)
    assert Counter(origin for _, origin in added(corpus, merged)) == {"Polish": 3, "German": 1}
    assert merged == with_outside(corpus, outside, [], at_most=1.5)
    others = {tuple(added(corpus, with_outside(corpus, outside, [], at_most=1.5, seed=s))) for s in range(9)}
    assert len(others) > 1
    assert added(corpus, with_outside(corpus, outside, [], at_most=0)) == []


WORDS = st.lists(st.text("abcłéK '", min_size=1, max_size=4).filter(normalise), min_size=1, max_size=8)


@given(WORDS, WORDS, WORDS)
def test_whatever_the_names_none_of_the_test_comes_in_and_no_pair_twice(own, more, test):
    corpus = corpus_of(Polish=",".join(dict.fromkeys(own)), German="xx")
    outside = OutsideNames(tuple({fold(n): OutsideName(n, "Polish", "list") for n in more}.values()), {}, {})
    merged = with_outside(corpus, outside, test, contradicting=True)
    new = [fold(name) for name, _ in added(corpus, merged)]
    assert not set(new) & {fold(name) for name in test}
    assert not set(new) & {fold(name) for name in own}
    assert len(new) == len(set(new))


# --- read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["faker", "mimesis", "japanese_personal_name_dataset"])
def test_a_missing_package_gives_the_command(package, monkeypatch):
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    source = next(source for source in SOURCES if source.package == package)
    name = package.replace("_", "-")
    with pytest.raises(MissingExtraError, match=rf"'{name}'.*pip install 'cognomen\[outside\]'"):
        read_source(source)


def test_another_version_without_the_list_is_named():
    pytest.importorskip("mimesis")
    source = Source("mimesis", "xx", "Polish")
    with pytest.raises(DataError, match=r"surnames of mimesis xx.*FileNotFoundError"):
        read_source(source)
    pytest.importorskip("faker")
    with pytest.raises(DataError, match=r"faker pl_PL.*AttributeError"):
        read_source(Source("faker", "pl_PL", "Polish", ("no_such_list",)))


def test_no_locale_stands_twice_and_origins_are_ours():
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert {source.origin for source in SOURCES} <= {name.removesuffix(".txt") for name in TUTORIAL_SHA256}


@pytest.fixture(scope="module")
def found() -> OutsideNames:
    for package in ("faker", "mimesis", "japanese_personal_name_dataset"):
        pytest.importorskip(package, reason="the extra `outside` is not installed")
    return outside_names()


def test_the_lists_hold_what_was_seen(found):
    by_origin = Counter(row.origin for row in found.rows)
    assert by_origin["Polish"] > 4000
    assert by_origin["Japanese"] > 1700
    assert by_origin["Greek"] > 800
    rows = {(row.name, row.origin) for row in found.rows}
    assert not {("Suiden", "Japanese"), ("Hakucho", "Japanese"), ("Avramidi", "Greek")} & rows
    assert {("Matsuura", "Japanese"), ("Papadopoulos", "Greek"), ("Hsieh", "Chinese")} <= rows


def test_every_name_is_latin_and_readable(found):
    assert all(normalise(row.name) and fold(row.name) for row in found.rows)
    assert all(without_diacritics(row.name).isascii() for row in found.rows)


def test_the_traps(found):
    """Women's forms are as rare as in the files; no pair twice; nothing in the spelling of another custom."""
    pairs = [(fold(without_diacritics(row.name)), row.origin) for row in found.rows]
    assert len(set(pairs)) == len(pairs)
    names: dict[str, list[str]] = {}
    for name, origin in pairs:
        names.setdefault(origin, []).append(name)
    assert sum(name.endswith("ova") for name in names["Czech"]) < 0.1 * len(names["Czech"])
    for origin, ending in (
        ("Russian", ("ova", "eva")),
        ("Greek", ("idou", "adou")),
        ("Polish", ("cka", "ska")),
    ):
        assert sum(name.endswith(ending) for name in names[origin]) < 0.01 * len(names[origin]), origin
    assert not any(name.startswith(("van ", "de ", "ter ")) for name in names["Dutch"])
    french = {name for name, origin in pairs if origin == "French"}
    assert not french & {"fernandes", "goncalves", "ferreira", "diaz"}


def test_copied_locales_are_not_read():
    pytest.importorskip("faker")
    for copy, of in (("es_CA", "es_ES"), ("fr_CA", "fr_QC")):
        lists = [
            importlib.import_module(f"faker.providers.person.{each}").Provider.last_names
            for each in (copy, of)
        ]
        assert set(lists[0]) == set(lists[1])
        assert copy not in {source.locale for source in SOURCES}


def test_given_names_of_a_locale(found):
    assert "Giulia" in given_names(Source("mimesis", "it", "Italian"))
    assert "Johann" in given_names(Source("faker", "de_AT", "German"))
    assert given_names(Source("japanese_personal_name_dataset", "", "Japanese")) == frozenset()


def test_under_protocol_l_nothing_of_the_test_fold_is_learnt(found, names_folder):
    corpus = load_corpus(names_folder)
    folds = fold_numbers(corpus.names)
    test = [name for name, k in zip(corpus.names, folds, strict=True) if k == 3]
    merged = with_outside(corpus, found, test, contradicting=True)
    new = {fold(name) for name, _ in added(corpus, merged)}
    assert len(new) > 20000
    assert not new & {fold(name) for name in test}
