"""What the benchmark with names from outside learns from, and what it tells."""

from __future__ import annotations

import numpy as np
import outside as bench
import outside_names
import pytest
from outside_names import Name, Settings, all_keys, as_in_files, with_outside
from protocol_w import World

from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation.splits import fold_numbers
from cognomen.text import fold
from cognomen.training import TrainingConfig
from cognomen.training.protocols import ClassifierMethod


def name(spelling: str, origin: str, share: float = 0.001, sureness: float = 1.0) -> Name:
    return Name(spelling, origin, share, sureness, all_keys(spelling))


def added(
    corpus: Corpus, rows: list[Name], excluded: tuple[str, ...] = (), **settings: float
) -> list[tuple[str, str]]:
    found = with_outside(corpus, rows, excluded, Settings(**settings), 0)  # type: ignore[arg-type]
    assert found.outside == len(found) - len(corpus)
    return list(zip(found.names, found.labels, strict=True))[len(corpus) :]


@pytest.mark.parametrize("inner", [True, False])
def test_neither_the_test_fold_nor_the_one_never_looked_at_is_learnt(inner, monkeypatch, names_folder):
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    corpus = load_corpus("tutorial")
    every = [name(each, "Polish") for each in (*corpus.names, "Zzyzx")]
    monkeypatch.setattr(bench, "outside_names", lambda origins: every)
    learnt = []

    def train_nothing(self, part, names, seed, tell):
        learnt.append(part)
        return np.full((len(names), len(part.origins)), 1 / len(part.origins)), part.origins

    monkeypatch.setattr(ClassifierMethod, "__call__", train_nothing)
    method = bench.WithOutside(TrainingConfig(), Settings(at_most=1e9, most=10**9))
    probabilities, right = bench.one_fold(method, 4, inner)
    folds = fold_numbers(corpus.names)
    kept_out = {fold(n) for n, k in zip(corpus.names, folds, strict=True) if k in ((0, 4) if inner else (4,))}
    assert len(right) == len(probabilities) == (folds == 4).sum()
    names = {fold(each) for each in learnt[0].names}
    assert "zzyzx" in names
    assert not names & kept_out
    assert len(names) == len({fold(each) for each in corpus.names} - kept_out) + 1


def test_names_that_fold_like_a_test_name_or_share_its_key_are_left_out():
    corpus = Corpus.from_names(["Kos", "Lis", "Koch"], ["Polish", "Polish", "German"])
    rows = [name(each, "Polish") for each in ("pawłowski", "straße", "bjørn", "kós", "koch", "nowy")]
    assert added(corpus, rows, ("Pawlowski", "Strasse", "bjorn")) == [("nowy", "Polish")]
    assert added(corpus, [name("pawlowski", "Polish")], ("Pawłowski",)) == []


def test_no_origin_gets_more_than_so_many_times_its_own_names():
    corpus = Corpus.from_names(["Kos", "Lis", "Koch"], ["Polish", "Polish", "German"])
    rows = [name(f"{origin[0]}a{a}", origin) for origin in ("Polish", "German") for a in "bcdefg"]
    origins = [origin for _, origin in added(corpus, rows, at_most=2.0)]
    assert (origins.count("Polish"), origins.count("German")) == (4, 2)
    assert len(added(corpus, rows, most=1)) == 2
    doubtful = [name("nowy", "Polish", sureness=0.4)]
    assert added(corpus, doubtful) == []
    assert added(corpus, doubtful, least=0.4) == [("nowy", "Polish")]


def test_common_names_are_chosen_before_others_by_the_power_of_their_share():
    corpus = Corpus.from_names(["Kos", "Koch"], ["Polish", "German"])
    rows = [name(f"na{a}{b}", "Polish", 1e-6 if b != "z" else 1e-3) for a in "abcdefgh" for b in "xyz"]
    common = [
        sum(each.endswith("z") for each, _ in added(corpus, rows, at_most=8.0, power=p)) for p in (0, 5)
    ]
    assert common[0] < common[1] == 8


@pytest.mark.parametrize(
    ("origin", "spellings", "spelt"),
    [
        ("Dutch", ["van der berg"], "berg"),
        ("Portuguese", ["da silva"], "silva"),
        ("Irish", ["ó catháin", "o cathain"], "cathain"),
        ("Irish", ["ó héidhní"], "eidhni"),
        ("Irish", ["mac eoin"], "maceoin"),
        ("Irish", ["mac giolla dhe"], ""),
        ("Irish", ["moloney"], ""),
        ("Irish", ["o'brien"], "o'brien"),
        ("Greek", ["michalopoulos"], "mihalopoulos"),
        ("Greek", ["michailidou"], ""),
        ("Japanese", ["shinbo"], "shimbo"),
        ("Japanese", ["oota"], "ota"),
        ("Russian", ["khrushchev"], "hrushchev"),
        ("Russian", ["dostoevskiy"], "dostoevsky"),
        ("Russian", ["ivanova"], ""),
        ("Polish", ["kowalska"], ""),
        ("Czech", ["novák", "novak"], "novak"),
        ("Czech", ["nováková"], ""),
        ("Italian", ["cantù", "cantu"], "cantù"),
        ("French", ["saint-martin"], "st martin"),
        ("English", ["o"], ""),
    ],
)
def test_names_are_spelt_as_in_the_files(origin, spellings, spelt):
    assert as_in_files(spellings, origin) == spelt


def test_marks_are_as_frequent_as_in_the_files():
    kept = [
        as_in_files([f"m{a}{b}ü", f"m{a}{b}u"], "German").endswith("ü")
        for a in "abcdefghij"
        for b in "klmnopqrst"
    ]
    assert 0.45 < np.mean(kept) < 0.75


def test_names_of_the_table_come_with_their_shares(monkeypatch):
    names, keys = (
        ["müller", "muller", "мюллер", "muller", "rossi"],
        ["muller", "muller", "мюллер", "muller", "rossi"],
    )
    origins, shares = ["German", "German", "German", "French", "Italian"], np.array([3, 3, 1, 1, 2]) / 100
    scripts = ["Latin", "Latin", "Cyrillic", "Latin", "Latin"]
    table = World(names, origins, shares, keys, scripts, np.array(["training"] * 5))
    monkeypatch.setattr(outside_names, "world", lambda: table)
    outside_names.outside_names.cache_clear()
    found = outside_names.outside_names(("French", "German"))
    assert [(fold(each.name), each.origin, each.share, each.sureness) for each in found] == [
        ("muller", "German", 0.03, 0.75),
        ("muller", "French", 0.01, 0.25),
    ]
    outside_names.outside_names.cache_clear()


def test_the_sentence_tells_what_was_added():
    figures = {"macro_f1": 0.61, "top3": 0.96, "log_loss": 0.45, "ece": 0.011}
    told = {"names": 1234, "by_origin": {"Irish": 234, "Dutch": 1000}}
    said = bench.sentence(
        {"outside": told, "L": {"mean": 0.86, "standard_deviation": 0.005, "evaluation": figures}}
    )
    assert said == (
        "1,234 names: Dutch 1,000, Irish 234. Under L: accuracy 0.860 ± 0.005, macro-F1 0.610, top-3 0.960, "
        "log loss 0.450, ECE 0.011.\n"
    )
