"""Words in scripts that tell the origin by themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from test_weighted_training import SMALL, corpus_of

from cognomen.corpora import Corpus
from cognomen.corpora.world import Origin, read_origins
from cognomen.text.spelling import normalise
from cognomen.training import train
from cognomen.training.dataset import Dataset
from cognomen.training.script_words import SHARE, letters_of, script_words, with_script_words

SCRIPTS = sorted({script for origin in read_origins() for script in origin.scripts})
FACTS = {
    "A": Origin("A", "aa", "First", "Here", 1.0, ("Thai",)),
    "B": Origin("B", "bb", "Second", "Here", 1.0),
}


def mixed_lists() -> list[tuple[str, str, float]]:
    """Names of A end in -oko, those of B in -vic."""
    rng = np.random.default_rng(3)

    def made(ending: str, count: int) -> list[str]:
        return list(dict.fromkeys("".join(rng.choice(list("abdelmnrst"), 5)) + ending for _ in range(count)))

    rows = [(name, "A", 0.9 / 300) for name in made("oko", 300)]
    return [*rows, *((name, "B", 0.01) for name in made("vic", 60)), ("common", "A", 0.05)]


def corpus() -> Corpus:
    return replace(corpus_of(mixed_lists(), shares=True), origin_facts=FACTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_letter_occurs_as_often_as_asked(script: str) -> None:
    letters = letters_of(script)
    assert len(letters) > 40
    found = Counter("".join(script_words(script, 6)))
    plain = [letter for letter in letters if normalise(letter) == letter]  # no marks, nor letters with one
    assert len(plain) > 20
    assert all(found[letter] >= 6 for letter in plain)
    assert script_words(script, 6) == script_words(script, 6)


def test_no_script_belongs_to_two_origins() -> None:
    every = [script for origin in read_origins() for script in origin.scripts]
    assert len(every) == len(set(every))
    assert "Hiragana" in every


def test_words_are_from_outside_and_share_little() -> None:
    before, after = corpus(), with_script_words(corpus(), 5)
    count = len(script_words("Thai", 5))
    assert after.outside == count == len(after) - len(before)
    assert set(after.labels[-count:]) == {"A"}
    assert after.row_weights is not None
    assert after.row_weights[-count:].sum() == pytest.approx(SHARE)
    counted = replace(corpus_of(mixed_lists(), weighted=False), origin_facts=FACTS)
    assert with_script_words(counted, 5) is counted
    unknown = corpus_of(mixed_lists(), shares=True)
    assert with_script_words(unknown, 5) is unknown


def test_words_are_trained_on_and_never_held_out() -> None:
    data = Dataset.of(corpus(), replace(SMALL, validation_share=0.5), hold_out=True)
    held = "".join(data.alphabet.decode(ids) for ids in data.validation.texts)
    assert not set(held) & set(letters_of("Thai"))
    assert set(letters_of("Thai")) & set(data.alphabet.letters)


def test_a_name_in_such_a_script_is_answered() -> None:
    config = replace(SMALL, epochs=6, min_letter_count=3, validation_share=0.0, frequency_power=0.3)
    told = train(corpus(), config).classifier
    names = ["ชินวัตร", "ทวีสิน", "สมชาย"]
    assert (told.predict_proba(names, prior="uniform")[:, 0] > 0.9).all()
    untold = train(corpus_of(mixed_lists(), shares=True), config).classifier
    assert [answer.reason for answer in untold(names)] == ["unknown-script"] * 3
    np.testing.assert_array_equal(untold.predict_proba(["common"]).shape, (1, 2))
