"""How much words are like given names: weights of n-grams, not a list."""

from __future__ import annotations

import numpy as np
import pytest

from cognomen import Classifier
from cognomen.classifier import order
from cognomen.classifier.given_names import BITS, WEIGHTS, given_name_probabilities, ngrams_of
from cognomen.io.tensors import load_tensors

GIVEN = ["anna", "péter", "jean", "maria", "thomas", "katarzyna", "björn", "giulia", "иван"]
SURNAMES = ["schröder", "kowalczyk", "dupont", "jovanović", "andersson", "o'brien", "papadopoulos", "петров"]


def test_given_names_and_surnames_are_told_apart_by_their_letters() -> None:
    assert (given_name_probabilities(GIVEN) > 0.5).all()
    assert (given_name_probabilities(SURNAMES) < 0.5).all()


def test_marks_case_and_other_words_do_not_matter() -> None:
    p = given_name_probabilities([*GIVEN, *SURNAMES])
    alone = np.concatenate([given_name_probabilities([each]) for each in [*GIVEN, *SURNAMES]])
    np.testing.assert_allclose(p, alone, rtol=1e-6)
    np.testing.assert_allclose(given_name_probabilities(["Peter", "BJORN"]), p[[1, 6]], rtol=1e-6)


def test_the_n_grams_of_a_word() -> None:
    """Those of one to four letters among the four of the first, with the marks before and after it."""
    found = ngrams_of(["ab c", "d"])
    assert found.lengths.tolist() == [6 + 5 + 4 + 3, 3 + 2 + 1]
    assert 0 <= found.data.min() <= found.data.max() < 1 << BITS


def test_the_file_holds_weights_and_no_names() -> None:
    tensors = load_tensors(WEIGHTS)
    assert {name: (t.dtype.name, t.shape) for name, t in tensors.items()} == {
        "weights": ("int8", (1 << BITS,)),
        "scale": ("float32", (1,)),
        "bias": ("float32", (1,)),
    }


FRENCH_GIVEN = ["Camille", "Amélie", "Thomas", "Sophie", "Vincent", "Nathalie", "Lucie", "Henri", "Céline"]
MADE_UP = [
    "Grauvelet",
    "Brindolle",
    "Fauchemin",
    "Tarvignon",
    "Lemboise",
    "Quersillac",
    "Dorvanne",
    "Peyrolette",
]


@pytest.mark.parametrize("surname_first", [False, True])
def test_they_tell_the_order_where_most_surnames_are_unknown(
    surname_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = zip(
        [*FRENCH_GIVEN, "Jules", "Margot"], [*MADE_UP, "Lefebvre", "Rousseau", "Garnier"], strict=True
    )
    names = [f"{surname} {given}" if surname_first else f"{given} {surname}" for given, surname in pairs]
    clf = Classifier.load()
    found = clf.column_order(names)
    assert (found.order, found.decided) == ("surname-first" if surname_first else "given-first", True)
    monkeypatch.setattr(order, "given_name_probabilities", lambda words: np.zeros(len(words)))
    assert not clf.column_order(names).decided
