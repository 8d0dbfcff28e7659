"""The page's network in JavaScript says what the one in Python says."""

from __future__ import annotations

import json
import random
import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_running import in_node, needs_node

from cognomen.apps.page.spare import without_script
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.composition import compose
from cognomen.classifier.given_names import given_name_odds
from cognomen.classifier.mixture import estimate_shares
from cognomen.classifier.options import Options
from cognomen.explanation import attribution
from cognomen.explanation.activations import record_activations
from cognomen.network.generator import Generator
from cognomen.rnn import SGD, AdamW, Packed, clip_grad_norm, pack
from cognomen.rnn.cells import CELLS
from cognomen.rnn.recurrent import scan
from cognomen.rnn.shapes import Encoder, ManyToOne, SyncedManyToMany
from cognomen.text import words
from cognomen.text.placeholders import PLACEHOLDERS
from cognomen.text.reading import Rules, read_surname
from cognomen.text.repair import composed
from cognomen.text.spelling import normalise
from cognomen.text.things import COMPANY

pytestmark = needs_node

CASES = Path(__file__).with_name("names_cases.toml")

ODD = json.loads((Path(__file__).parent / "page" / "odd.json").read_text(encoding="utf-8"))


@cache
def names() -> list[str]:
    """Two thousand names: generated ones, odd ones, and letters in random order from many scripts."""
    generator, rng = Generator.load(), random.Random(1)
    made = [
        name
        for origin, script in generator.lists
        for name in generator.names(origin, 18, script=script, seed=2, known=True)
    ]
    letters = Classifier.load("world").alphabet.letters
    scripts = [letters[:60], letters[60:160], letters[160:300], letters, letters + "ÄÖÜéñ  -’.,"]
    drawn = ["".join(rng.choices(rng.choice(scripts), k=rng.randint(1, 14))) for _ in range(500)]
    changed = [
        name.upper() if rng.random() < 0.5 else unicodedata.normalize("NFD", name) for name in made[::8]
    ]
    return list(dict.fromkeys([*made, *ODD["surnames"], *drawn, *changed]))


def test_there_are_two_thousand_names() -> None:
    assert len(names()) >= 2000


def test_text_is_normalised_alike_character_for_character() -> None:
    rng = random.Random(3)
    assigned = [c for c in map(chr, range(0x3000)) if unicodedata.category(c) != "Cn"]
    alone = [f"a{c}b {c}" for c in assigned]
    mixed = ["".join(rng.choices(assigned, k=8)) for _ in range(2000)]
    texts = [*names(), *alone, *mixed]
    found = in_node("normalised", {"texts": texts})
    differing = [(t, f, normalise(t)) for t, f in zip(texts, found, strict=True) if f != normalise(t)]
    assert not differing, differing[:5]


OF_NUMBERS = [
    "12",
    "5",
    "kg",
    "EUR",
    "May",
    "2020",
    "Page",
    "of",
    "Invoice",
    "Road",
    "rd.",
    "Rue",
    "Allee",
    "P.O.",
]
OF_NUMBERS += ["Box", "ext.", "\n", "'Jack'", "@", "Doe1", "p'ing"]


@cache
def full_names() -> list[str]:
    """The cases of the reader of full names, and words that its rules are about in random order."""
    cases = tomllib.loads(CASES.read_text(encoding="utf-8"))
    texts = [str(row[0]) for kinds in cases.values() for kind in kinds for row in kind["rows"]]
    rng = random.Random(8)
    lists = [value for name, value in vars(words).items() if name.isupper()]
    special = [word for each in lists for word in sorted(each)]
    special += [*sorted(PLACEHOLDERS), *sorted(COMPANY), *OF_NUMBERS]
    pools = [special, ODD["words"], ODD["words"], ODD["marks"]]
    for _ in range(3000):
        parts = [rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 6))]
        parts = [
            part.title() if rng.random() < 0.15 else part.upper() if rng.random() < 0.1 else part
            for part in parts
        ]
        texts.append("".join(part + rng.choice([" ", " ", " ", ", ", "", ". "]) for part in parts))
    return list(dict.fromkeys(texts))


@pytest.mark.parametrize("surname_first", [False, True])
def test_full_names_are_read_alike(surname_first: bool) -> None:
    alphabet, rules = Classifier.load("world").alphabet, Rules(surname_first=surname_first)
    for text, ours in zip(
        full_names(),
        in_node("read", {"names": full_names(), "surnameFirst": surname_first}, "world"),
        strict=True,
    ):
        read = read_surname(text, alphabet, lower=True, rules=rules)
        assert ours == [read.spelling, read.reason, read.surname, read.note], text


@pytest.mark.parametrize("model", ["classic", "world"])
def test_answers_agree(model: str) -> None:
    clf = Classifier.load(model)
    found = in_node("answers", {"names": names()}, model)
    for name, ours in zip(names(), found, strict=True):
        answer, p = clf(name), clf.predict_proba(name)[0]
        text = composed(name)
        read = read_surname(text, clf.alphabet, lower=clf.lower, rules=clf.rules_for([text], Options()))
        assert (ours["spelling"], ours["reason"]) == (read.spelling, answer.reason), name
        assert (ours["surname"], ours["note"]) == (answer.surname, answer.note), name
        if read.spelling is not None:
            np.testing.assert_allclose(ours["probabilities"], p, atol=1e-5, err_msg=name)
            assert ours["known"] == (None if answer.evidence is None else answer.evidence == "known")
    spelled = [each for each in found if each["spelling"]]
    ids = clf.alphabet.encode_all([each["spelling"] for each in spelled])
    assert clf.network.ngrams is not None
    expected_bits = clf.network.ngrams.bits_per_letter(ids)
    np.testing.assert_allclose([each["bits"] for each in spelled], expected_bits, rtol=1e-6)


@pytest.mark.parametrize("model", ["classic", "world"])
def test_what_the_network_tells_of_full_names_agrees(model: str) -> None:
    cases = tomllib.loads(CASES.read_text(encoding="utf-8"))
    written = [str(row[0]) for kind in cases["told"] for row in kind["rows"]]
    rng = random.Random(5)
    words = [word for text in written for word in re.split("[ ,-]+", text) if len(word) > 1]
    shapes = [
        "{}-{} {}",
        "{} {}-{}",
        "{} {}, {} {}",
        "{} {} y {} {}",
        "{} {} {}",
        "{} {} {}-{}",
        "{} LI",
        "MA {}",
        "{} {}",
        "{}. {}",
        "{}: {}",
        "{} – {}",
        "{} {} & {}",
        "{} {}: {}",
        "Lim {} {}",
        "{} v. {}",
        "van der {} {}",
        "O'{} {}",
        "Mc{} {}",
        "{} {} de {}",
    ]
    written += [rng.choice(shapes).format(*rng.choices(words, k=4)) for _ in range(400)]
    clf = Classifier.load(model)
    rules = [clf.rules_for([text], Options()) for text in written]
    assert sum(bool(each.reworded) for each in rules) > 50
    for text, each, ours in zip(written, rules, in_node("answers", {"names": written}, model), strict=True):
        read = read_surname(text, clf.alphabet, lower=clf.lower, rules=each)
        found = ours["spelling"], ours["surname"], ours["note"]
        assert found == (read.spelling, read.surname, read.note), text


def test_the_odds_of_given_names_agree() -> None:
    spellings = [*dict.fromkeys(filter(None, map(normalise, [*names()[:500], "Łukasz", "Müller", "Ёлка"])))]
    known = np.arange(len(spellings)) % 2 == 0
    found = in_node("givenNames", {"spellings": spellings, "known": known.tolist()})
    np.testing.assert_allclose(found, np.log(given_name_odds(spellings, known)), atol=1e-5)


@pytest.mark.parametrize("model", ["classic", "world"])
def test_explanations_agree(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "SEGMENTS", 24)
    clf = Classifier.load(model)
    given = [{"name": name, "origin": 3 + k} for k, name in enumerate(["o'brien", "x", "lo\u0301p"])]
    for one, found in zip(given, in_node("explained", {"names": given, "segments": 24}, model), strict=True):
        ids = clf.alphabet.encode(str(one["name"]))
        target = np.eye(len(clf.origins))[[one["origin"]]]
        alone = attribution._integrate(attribution.in_double_precision(clf.network), ids, target)
        np.testing.assert_allclose(found["added"], alone[0], atol=1e-8)
        assert clf.network.ngrams is not None
        of_ngrams, _ = attribution._attribute_ngrams(clf.network.ngrams, ids, target)
        np.testing.assert_allclose(found["ofNgrams"], of_ngrams[0], atol=1e-4)
        inside = record_activations(clf.network, ids)
        np.testing.assert_allclose(found["states"], inside.states, atol=1e-6)
        np.testing.assert_allclose(found["gates"], inside.gates["update"], atol=1e-6)
        np.testing.assert_allclose(found["norms"], inside.jacobian_norms, atol=1e-6)


def test_the_generator_predicts_alike() -> None:
    generator = without_script(Generator.load(), "Cjk")
    tokens = [0, *generator.alphabet.encode("ta'k").tolist()]
    found = in_node("generated", {"list": "Russian (Latin)", "tokens": tokens})
    network, row = generator.network, np.array([generator.lists.index(("Russian", "Latin"))])
    summary, _ = network.encoder.forward(Packed(row, np.array([1]), np.array([0])))
    position = network.decoder.begin(summary.data, None)
    for token, ours in zip(tokens, found, strict=True):
        log_p, position, _ = network.decoder.step(np.array([token]), position)
        np.testing.assert_allclose(ours["logP"], log_p[0], atol=1e-4)
        letters, weights = generator.alphabet.scripts, np.array(ours["weights"])
        assert weights.sum() == pytest.approx(1)
        assert not weights[np.isin(letters, ["CYRILLIC", "GREEK", "HANGUL"])].any()
        assert (weights[letters == "LATIN"] > 0).all()
        begins = token == 0 or generator.alphabet.letters[token - 1] == "'"  # a word, with a letter
        assert (weights[letters == "HYPHEN-MINUS"] > 0) != begins


def test_compositions_agree() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.full(5, 0.4), 60)
    counts, priors = rng.integers(1, 9, 60).astype(float), np.array([0.4, 0.3, 0.2, 0.1, 0.0])
    given = {"probabilities": p.tolist(), "counts": counts.tolist(), "priors": priors.tolist()}
    np.testing.assert_allclose(in_node("shares", given), estimate_shares(p, counts, priors), atol=1e-9)


@pytest.mark.parametrize("names", [12, 60, 900])  # of 900, Python resamples all, and the page a part
def test_intervals_of_compositions_agree(names: int) -> None:
    rng = np.random.default_rng(names)
    p = rng.dirichlet(np.full(5, 0.4), names)
    counts, priors = rng.integers(1, 9, names).astype(float), np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    given = {"probabilities": p.tolist(), "counts": counts.tolist(), "priors": priors.tolist()}
    labels = [*"abcde"]
    ours = {
        each.origin: (each.low, each.high) for each in compose(p, counts, priors, labels, unknown={}).shares
    }
    found = np.array(in_node("intervals", given))
    # Two draws of 200 resamples each: their ends differ by chance.
    np.testing.assert_allclose(found, [ours[label] for label in labels], atol=max(0.3 / names**0.5, 0.04))
    assert (found[:, 0] < estimate_shares(p, counts, priors)).all()


@pytest.mark.parametrize(
    ("kind", "nonlinearity"),
    [("rnn", "tanh"), ("rnn", "identity"), ("rnn", "relu"), ("gru", "tanh"), ("lstm", "tanh")],
)
def test_gradients_agree(kind: str, nonlinearity: str) -> None:
    rng = np.random.default_rng(4)
    options = {"nonlinearity": nonlinearity} if kind == "rnn" else {}
    cell = CELLS[kind](3, 5, rng=rng, dtype=np.float64, **options)
    x, dy = rng.standard_normal((6, 3)), rng.standard_normal((6, 5))
    params = {name: {"shape": p.shape, "data": p.ravel().tolist()} for name, p in cell.params.items()}
    given = {"kind": kind, "nonlinearity": nonlinearity, "params": params, "x": x.tolist(), "dy": dy.tolist()}
    found = in_node("gradients", given)
    a, back_project = cell.project(x)
    y, back = scan(cell, a, Packed(x, np.ones(6, np.int64), np.array([0])))
    dx = back_project(back(dy))
    np.testing.assert_allclose(found["y"], y, atol=1e-12)
    np.testing.assert_allclose(found["dx"], dx, atol=1e-10)
    for name, grad in cell.grads.items():
        np.testing.assert_allclose(found["grads"][name], grad.ravel(), atol=1e-10)


SETTINGS = {
    "cell": "gru",
    "hidden": 8,
    "nonlinearity": "tanh",
    "direction": "forward",
    "rate": 0.01,
    "clip": 1,
    "seed": 5,
}
RUNS: list[tuple[str, dict[str, Any]]] = [
    ("names", {}),
    ("names", {"direction": "both", "cell": "lstm"}),
    ("parity", {"cell": "rnn"}),
    ("addition", {"cell": "rnn", "nonlinearity": "identity", "clip": None}),
    ("again", {"direction": "both"}),
    ("recall", {"cell": "lstm"}),
    ("seen", {"clip": 0.05}),
    ("addition", {"cell": "rnn", "nonlinearity": "relu", "optimiser": "sgd", "rate": 0.5}),
]


@pytest.mark.parametrize(("task", "changes"), RUNS)
def test_twenty_steps_of_training_agree(task: str, changes: dict[str, Any]) -> None:
    settings = {**SETTINGS, **changes}
    found = in_node("trained", {"task": task, "length": 7, "settings": settings, "steps": 20})
    net = same_network(found, settings)
    optimiser = (SGD if "optimiser" in changes else AdamW)(net.params, settings["rate"])
    for batch, loss, norm in zip(found["batches"], found["losses"], found["norms"], strict=True):
        net.zero_grad()
        ours, backward = net.loss(*packed(batch, found))
        backward()
        before = clip_grad_norm(net.grads, settings["clip"] or np.inf)
        optimiser.step(net.grads)
        assert ours == pytest.approx(loss, abs=1e-4)
        assert before == pytest.approx(norm, abs=1e-4)
    for name, param in net.params.items():
        np.testing.assert_allclose(found["after"][name]["data"], param.ravel(), atol=1e-4)
    x, targets = packed(found["heldOut"], found)
    predicted = net.predict(x)
    right = predicted.data == targets.data if found["each"] else predicted == targets
    assert found["accuracy"] == pytest.approx(right.mean(), abs=0.02)


def same_network(found: dict[str, Any], settings: dict[str, Any]) -> ManyToOne | SyncedManyToMany:
    """Make the network that the page began with."""
    options = {"nonlinearity": settings["nonlinearity"]} if settings["cell"] == "rnn" else {}
    encoder = Encoder(
        settings["cell"],
        found["symbols"],
        settings["hidden"],
        direction=settings["direction"],
        dtype=np.float64,
        cell_options=options,
    )
    net = (SyncedManyToMany if found["each"] else ManyToOne)(encoder, found["answers"])
    net.load({name: np.reshape(each["data"], each["shape"]) for name, each in found["before"].items()})
    return net


def packed(batch: list[dict[str, Any]], found: dict[str, Any]) -> tuple[Packed, Any]:
    """Make a batch of one-hot inputs, and its targets."""
    eye = np.eye(found["symbols"])
    x = pack([eye[item["ids"]] for item in batch])
    targets = [np.array(item["targets"]) for item in batch]
    return x, pack(targets) if found["each"] else np.concatenate(targets)


def test_a_program_is_learned() -> None:
    settings = {**SETTINGS, "hidden": 16, "rate": 0.02}
    found = in_node("trained", {"task": "addition", "length": 8, "settings": settings, "steps": 200})
    assert found["accuracy"] >= 0.99
