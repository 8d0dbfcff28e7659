"""Words in scripts that tell the origin by themselves."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from test_training import stop_at
from test_weighted_training import SMALL, corpus_of

from cognomen import Classifier
from cognomen.corpora import Corpus
from cognomen.corpora.world.manifest import Origin, read_origins
from cognomen.text.alphabet import STAND_IN, UNKNOWN
from cognomen.text.spelling import normalise
from cognomen.training import train
from cognomen.training.dataset import Dataset
from cognomen.training.run import TrainingRun
from cognomen.training.script_words import (
    TIMES,
    letters_of,
    modern_letters,
    script_words,
    with_rare_letters,
    with_unknown_ideographs,
    words_of,
)

SCRIPTS = sorted({script for origin in read_origins() for script in origin.scripts})
FACTS = {
    "A": Origin("A", "aa", "First", "Here", 1.0, ("Thai",)),
    "B": Origin("B", "bb", "Second", "Here", 1.0),
}
FACTS_WITHOUT = {name: origin._replace(scripts=()) for name, origin in FACTS.items()}
CONFIG = replace(SMALL, epochs=3, min_letter_count=3)


def mixed_lists() -> list[tuple[str, str, float]]:
    """Names of A end in -oko, those of B in -vic."""
    rng = np.random.default_rng(3)

    def made(ending: str, count: int) -> list[str]:
        return list(dict.fromkeys("".join(rng.choice(list("abdelmnrst"), 5)) + ending for _ in range(count)))

    rows = [(name, "A", 0.9 / 300) for name in made("oko", 300)]
    return [*rows, *((name, "B", 0.01) for name in made("vic", 60)), ("common", "A", 0.05)]


def corpus(facts: dict[str, Origin] = FACTS) -> Corpus:
    return replace(corpus_of(mixed_lists(), shares=True), origin_facts=facts)


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_letter_occurs_as_often_as_the_others(script: str) -> None:
    letters = letters_of(script)
    assert len(letters) > 40
    found = Counter("".join(script_words(script)))
    plain = [letter for letter in letters if normalise(letter) == letter]  # no marks, nor letters with one
    assert len(plain) > 20
    assert all(found[letter] >= TIMES for letter in plain)
    assert script_words(script) == script_words(script)


def test_no_script_belongs_to_two_origins() -> None:
    every = [script for origin in read_origins() for script in origin.scripts]
    assert len(every) == len(set(every))
    assert "Hiragana" in every


def test_words_are_no_names_of_the_dataset() -> None:
    with_words, without = (
        Dataset.of(each, CONFIG, hold_out=True) for each in (corpus(), corpus(FACTS_WITHOUT))
    )
    assert with_words.words is not None
    assert without.words is None
    assert len(with_words.words) == len(script_words("Thai"))
    assert set(with_words.words.labels.tolist()) == {0}
    assert len(with_words.training) == len(without.training)
    assert len(with_words.validation) == len(without.validation)
    assert set(letters_of("Thai")) & set(with_words.alphabet.letters)
    assert Dataset.of(corpus_of(mixed_lists(), shares=True), CONFIG, hold_out=True).words is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("王", ["〓"]),
        ("石破", ["〓破", "石〓", "〓〓"]),
        ("佐々木", []),
        ("abe", []),
        ("", []),
        ("一二三", ["〓二三", "一〓三", "一二〓", "〓〓〓"]),
    ],
)
def test_names_with_unknown_ideographs(name: str, words: list[str]) -> None:
    assert with_unknown_ideographs(name) == words


def test_an_unknown_ideograph_is_learned_from_what_stands_beside_it() -> None:
    """Alone it is of those whose surnames are one character; beside another of those who have two."""
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 120)]
    rows = [(letter, "A", 0.01) for letter in han[:60]]
    rows += [(first + second, "B", 0.01) for first, second in zip(han[60:90], han[90:], strict=True)]
    rows = [*mixed_lists(), *rows]
    made = replace(corpus_of(rows, shares=True), origin_facts=FACTS_WITHOUT)
    words, labels = words_of(made, 1)
    assert Counter(zip(words, labels, strict=True))[STAND_IN, "A"] == 60
    clf = train(made, CONFIG).classifier
    assert STAND_IN in clf.alphabet.letters
    unseen = "\u9000"
    assert unseen not in clf.alphabet.letters
    one, two = clf([unseen, han[60] + unseen])
    assert (one.origin, two.origin) == ("A", "B")
    np.testing.assert_allclose(clf.predict_proba([unseen]), clf.predict_proba(["𠮷"]), atol=1e-6)


def devanagari() -> list[tuple[str, str, float]]:
    """Names of A and B in the same six letters of Devanagari, and of A in Latin ones."""
    rng = np.random.default_rng(5)
    made = ["".join(rng.choice(list("कगतदनम"), 4)) for _ in range(120)]
    rows = [(name + "क", "A", 0.005) for name in dict.fromkeys(made[:60])]
    return [*rows, *((name + "म", "B", 0.005) for name in dict.fromkeys(made[60:])), *mixed_lists()]


def test_each_letter_that_few_names_have_is_in_names_of_its_script() -> None:
    made = replace(corpus_of(devanagari(), shares=True), origin_facts=FACTS_WITHOUT)
    found = with_rare_letters(made, 3)
    counts = Counter("".join(word for word, _ in found))
    rare = set(modern_letters("DEVANAGARI")) - set("कगतदनम")
    letters = [letter for letter in rare if unicodedata.category(letter)[0] == "L"]
    assert len(letters) > 40
    assert {counts[letter] for letter in letters} == {TIMES + 2}, "and once alone for each origin"
    assert {(letters[0], "A"), (letters[0], "B")} <= set(found)
    assert not [word for word, _ in found if unicodedata.category(word[0])[0] == "M"], "no mark alone"
    assert {origin for _, origin in found} == {"A", "B"}
    assert found == with_rare_letters(made, 3)
    assert not with_rare_letters(replace(corpus_of(mixed_lists(), shares=True), origin_facts=FACTS), 3)


def test_names_with_letters_that_no_name_has_are_read_by_their_script() -> None:
    """घोष was refused as of an unknown script, since lists of a few hundred names had no घ."""
    made = replace(corpus_of(devanagari(), shares=True), origin_facts=FACTS_WITHOUT)
    clf = train(made, CONFIG).classifier
    answers = clf(["घषछक", "घषछम"], prior="uniform")
    assert [each.origin for each in answers] == ["A", "B"]


def test_a_letter_of_one_language_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cognomen.training.script_words.OF_ONE", {"ळ": "B"})
    made = replace(corpus_of(devanagari(), shares=True), origin_facts=FACTS_WITHOUT)
    assert {origin for word, origin in with_rare_letters(made, 3) if "ळ" in word} == {"B"}
    monkeypatch.setattr("cognomen.training.script_words.OF_ONE", {"ळ": "C"})  # not an origin of the corpus
    assert not any("ळ" in word for word, _ in with_rare_letters(made, 3))


@pytest.mark.parametrize(("script", "letters"), [("HANGUL", 67), ("GREEK", 24), ("ARMENIAN", 38)])
def test_modern_letters(script: str, letters: int) -> None:
    assert len(modern_letters(script)) == letters


def test_letters_are_learned_after_ctrl_c_too() -> None:
    """They are in the alphabet, so a model without them would answer at random, whosever script it is."""
    found = []
    for owner in "AB":
        facts = FACTS_WITHOUT | {owner: FACTS_WITHOUT[owner]._replace(scripts=("Thai",))}
        stopped = train(corpus(facts), CONFIG, on_progress=stop_at(3))
        assert stopped.interrupted
        found.append(stopped.classifier.predict_proba(script_words("Thai"), prior="uniform")[:, 0].mean())
    assert found[0] > found[1] + 0.3


def test_without_weights_there_are_no_words() -> None:
    counted = replace(corpus_of(mixed_lists(), weighted=False), origin_facts=FACTS)
    assert not set(letters_of("Thai")) & set(Dataset.of(counted, CONFIG, hold_out=True).alphabet.letters)


def test_only_the_vectors_of_new_letters_change() -> None:
    run = TrainingRun(corpus(), CONFIG)
    run.epoch(lambda progress: None)
    before = {name: param.copy() for name, param in run.network.params.items()}
    run.learn_letters()
    known = np.unique(run.dataset.training.texts.data)
    new = np.setdiff1d(np.arange(1, len(run.dataset.alphabet)), known)
    vectors, old = run.network.params["embedding.weight"], before.pop("embedding.weight")
    assert len(new) > 40
    assert (vectors[new] != old[new]).any(axis=1).all()
    np.testing.assert_array_equal(vectors[known], old[known])
    np.testing.assert_array_equal(vectors[UNKNOWN], old[UNKNOWN])
    for name, param in before.items():
        np.testing.assert_array_equal(run.network.params[name], param)


def test_letters_of_a_few_names_are_learned_too() -> None:
    """Two names teach little of a script: what their letters tell is learned from its words as well."""
    names = [("ชิน", "A", 0.001), ("นิช", "A", 0.001)]
    made = replace(corpus_of([*mixed_lists(), *names], shares=True), origin_facts=FACTS)
    run = TrainingRun(made, replace(CONFIG, min_letter_count=1))
    run.epoch(lambda progress: None)
    before = run.network.params["embedding.weight"].copy()
    run.learn_letters()
    after, latin = run.network.params["embedding.weight"], run.dataset.alphabet.encode("abdeko")
    assert (after != before)[run.dataset.alphabet.encode("ชน")].any(axis=1).all()
    np.testing.assert_array_equal(after[latin], before[latin])


def test_a_name_in_such_a_script_is_answered() -> None:
    told, untold = (train(each, CONFIG).classifier for each in (corpus(), corpus(FACTS_WITHOUT)))
    names = ["ชินวัตร", "ทวีสิน", "สมชาย"]
    assert (told.predict_proba(names, prior="uniform")[:, 0] > 0.9).all()
    assert [answer.reason for answer in untold(names)] == ["unknown-script"] * 3
    twice = train(corpus(), CONFIG).classifier
    np.testing.assert_array_equal(twice.predict_proba(names), told.predict_proba(names))


WRITTEN = {
    "Thai": ["ชินวัตร", "สุขสวัสดิ์"],
    "Tamil": ["ஸ்டாலின்", "முருகன்"],
    "Telugu": ["నాయుడు", "రెడ్డి"],
    "Kannada": ["ಸಿದ್ದರಾಮಯ್ಯ", "ಹೆಗ್ಡೆ"],
    "Malayalam": ["നമ്പൂതിരി", "മേനോൻ"],
    "Gujarati": ["પટેલ", "શાહ"],
    "Punjabi": ["ਢਿੱਲੋਂ", "ਗਿੱਲ"],
    "Odia": ["ପଟ୍ଟନାୟକ"],
    "Sinhala": ["රාජපක්ෂ"],
    "Ethiopian": ["ተስፋዬ", "አበበ"],
    "Burmese": ["သိန်းစိန်", "မြင့်"],
    "Khmer": ["នរោត្តម"],
    "Japanese": ["さとう", "タナカ", "ﾔﾏﾀﾞ"],
}


@pytest.mark.parametrize("origin", list(WRITTEN))
def test_the_model_of_the_world_reads_such_scripts(origin: str) -> None:
    for answer in Classifier.load()(WRITTEN[origin]):
        assert answer.origin == origin, answer.name
        assert (answer.probability or 0) > 0.4


def test_scripts_of_no_origin_stay_unknown() -> None:
    names = ["ບຸນຍັງ", "བསྟན་འཛིན", "ᠪᠠᠲᠤ"]  # Lao, Tibetan, Mongolian
    assert [answer.reason for answer in Classifier.load()(names)] == ["unknown-script"] * 3
