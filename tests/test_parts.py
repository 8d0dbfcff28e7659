"""Surnames in two parts: which they are, and that their answer pools those of the parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cognomen import Classifier
from cognomen.classifier import scoring
from cognomen.classifier.parts import part_weights, pool_parts
from cognomen.explanation import explain
from cognomen.text.column_reading import Parts
from cognomen.text.parts import are_joined_by_hyphen, parts_of

ORIGINS = ["English", "Portuguese", "Spanish"]


@pytest.fixture(scope="module")
def clf() -> Classifier:
    """The classifier of the 18 files, which knows no name as a whole."""
    return Classifier.load("classic")


@pytest.mark.parametrize(
    ("surname", "parts"),
    [
        ("García Márquez", ["García", "Márquez"]),
        ("Smith-Jones", ["Smith", "Jones"]),
        ("SMITH-JONES", ["SMITH", "JONES"]),
        ("smith-jones", ["smith", "jones"]),
        ("Smith‐Jones", ["Smith", "Jones"]),
        ("Ruiz y Lopez", ["Ruiz", "Lopez"]),
        ("Jansen-van Dijk", ["Jansen", "van Dijk"]),
        ("Saint-Exupéry", ["Saint-Exupéry"]),
        ("al-Masri", ["al-Masri"]),
        ("Ou-yang", ["Ou-yang"]),
        ("van der Berg", ["van der Berg"]),
        ("Иванов-Петров", ["Иванов", "Петров"]),
    ],
)
def test_the_parts_of_a_surname(surname: str, parts: list[str]) -> None:
    assert list(parts_of(surname)) == parts
    if len(parts) > 1:
        assert are_joined_by_hyphen(surname) == (" " not in surname.replace("van ", ""))


def test_logits_are_averaged() -> None:
    """Of hyphenated names alike, of Spanish the first counts twice, of Portuguese the last."""
    spanish, portuguese, english = np.float32([[0, 0, 3], [0, 3, 0], [3, 0, 0]])
    logits = np.stack([english, spanish, spanish + portuguese / 2, portuguese])
    for first, alike, expected in [
        ((1, 2), True, (0.5, 0.5)),
        ((1, 2), False, (2 / 3, 1 / 3)),
        ((3, 2), False, (1 / 3, 2 / 3)),
        ((0, 0), False, (0.5, 0.5)),
    ]:
        pair = Parts.of([(0, first, alike)])
        weights = part_weights(logits[list(first)], pair, ORIGINS, None)
        assert weights.tolist() == pytest.approx(expected)
        pooled = pool_parts(logits, 1.0, pair, ORIGINS, None)
        np.testing.assert_allclose(
            pooled[0], np.average(logits[list(first)], axis=0, weights=expected), atol=1e-6
        )
        np.testing.assert_array_equal(pooled[1:], logits[1:])


def test_the_answer_is_the_geometric_mean_of_the_parts(clf: Classifier) -> None:
    p = clf.predict_proba(["Smith-Nakamura", "Smith", "Nakamura"])
    mean = np.sqrt(p[1] * p[2])
    np.testing.assert_allclose(p[0], mean / mean.sum(), atol=1e-5)
    answer = clf("Anna Smith-Nakamura")
    assert answer.surname == "Smith-Nakamura"
    for part, alone in zip(answer.parts, clf(["Smith", "Nakamura"]), strict=True):
        assert (part.surname, part.origin) == (alone.name, alone.origin)
        assert part.probability == pytest.approx(alone.probability, abs=1e-6)
    assert answer.to_json()["parts"][0] == {
        "surname": "Smith", "origin": answer.parts[0].origin, "probability": answer.parts[0].probability
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["Smith-Nakamura", "García Márquez, Gabriel", "Ana Ruiz y Lopez", "smith-jones", "Silva Santos, Ana"],
)
def test_alone_and_in_a_column_alike(clf: Classifier, name: str) -> None:
    alone, among = clf(name), clf([name, *["Smith"] * 9, "John Smith", "Lloyd-Webber"])[0]
    assert [part.surname for part in alone.parts] == [part.surname for part in among.parts]
    assert (alone.origin, alone.surname, alone.note) == (among.origin, among.surname, among.note)
    assert alone.probability == pytest.approx(among.probability, abs=1e-6)
    assert clf.scores([name] * 9).probabilities[0] == pytest.approx(alone.probability, abs=1e-6)


def test_one_spelling_with_and_without_parts(clf: Classifier) -> None:
    """A small letter after the hyphen is that of a syllable."""
    apart, joined = clf(["Smith-Jones", "Smith-jones", *map(str, range(9))])[:2]
    assert (len(apart.parts), len(joined.parts)) == (2, 0)
    assert apart.probability != joined.probability


def test_a_surname_that_is_known_is_answered_as_a_whole() -> None:
    clf = Classifier.load()
    logits = clf.network.evidence(clf.alphabet.encode_all(["smith-jones", "lloyd-jones", "smith-nakamura"]))
    assert logits.known is not None
    for name, known in zip(
        ["Smith-Jones", "Lloyd-Jones", "Smith-Nakamura"], logits.known.tolist(), strict=True
    ):
        assert bool(clf(name).parts) != known


PAIRS = ["Smith-Nakamura", "Smith-Jones", "Molina-Nakamura", "GarcÍa-Ruiz", "Smith-Smith-Smith"]


@pytest.mark.parametrize("model", ["classic", "world"])
def test_what_is_pooled_is_not_read_as_a_whole(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But what the network knows is; and nothing is answered otherwise."""
    clf, column = Classifier.load(model), [*PAIRS, "Jones", "Nakamura", "123", "Lloyd-Ürgelbad", "Qx-Vv"]
    read, evidence = list[int](), clf.network.evidence

    def counted(names: Any, **options: Any) -> Any:
        read.append(len(names))
        return evidence(names, **options)

    monkeypatch.setattr(clf.network, "evidence", counted)
    expected = clf.scores(column, all_labels=True)  # of so few all are read
    monkeypatch.setattr(scoring, "MANY_IN_PARTS", 1)
    found = clf.scores(column, all_labels=True)
    all_of_them, few = read
    pooled = [bool(answer.parts) for answer in clf(column)]
    assert few == all_of_them - sum(pooled)
    assert pooled[1] == (model == "classic"), "world knows Smith-Jones"
    for name in ("origins", "reasons", "evidence", "surnames"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    np.testing.assert_allclose(found.table, expected.table, atol=1e-6)


def test_an_explanation_adds_up(clf: Classifier) -> None:
    found: Any = explain(clf, "García Nakamura, Ana")
    assert len(found.answer.parts) == 2
    total = found.baseline + sum(each.attribution for each in found.letters) - found.convergence_delta
    assert total == pytest.approx(found.logit, abs=1e-4)
    p = {each.origin: each.probability for each in found.answer.origins}
    assert found.margin == pytest.approx(np.log(p[found.origin] / p[found.rival]), abs=1e-3)
    joint = [each for each in found.letters if each.letter == " "]
    assert [each.attribution for each in joint] == [0]


def test_the_maiden_name_is_given() -> None:
    answer = Classifier.load()("Mary Toogood née Johnson")
    assert (answer.surname, answer.maiden_name, answer.to_json()["maiden_name"]) == (
        "Toogood",
        "Johnson",
        "Johnson",
    )
