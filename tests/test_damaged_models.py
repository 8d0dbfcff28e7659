"""Models with checksums that fit and facts that make no sense: refused before memory is spent, or read."""

from __future__ import annotations

import json
import resource
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import inside, tiny_classifier
from hostile.damage import HOSTILE_NUMBERS, HOSTILE_VALUES, changed, leaves, write_facts

from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.priors import DefaultPrior
from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.network import Architecture, Network
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.network.hashing import HashTables, ngram_table
from cognomen.text import Alphabet

SIZES = (
    *("embedding_size", "hidden_size", "num_layers", "longest_ngram", "ngram_rank"),
    *("alphabet_size", "origin_count"),
)
NAMES = ["Smith", "Nakamura", "O'Brien"]
ROOM = 1 << 30  # bytes of address space that loading a model of some kilobytes may take


@pytest.fixture(scope="module")
def facts_and_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """A model with all that a model can have: n-grams by hash, a tree, a default prior, all thresholds."""
    folder = tmp_path_factory.mktemp("models") / "whole"
    alphabet, origins = Alphabet(" '-abcdefghijklmnopqrstuvwxyz"), ["Irish", "Czech", "Japanese"]
    names = alphabet.encode_all(["smith", "novak", "nakamura", "murphy"])
    ngrams = ngram_table(names, longest=3, min_count=1, alphabet_size=len(alphabet), bits=8)
    tables = HashTables.of_ngrams(*ngrams, 2)
    architecture = Architecture(
        len(alphabet), 3, embedding_size=4, hidden_size=4, longest_ngram=3, ngram_rank=2
    )
    calibration = Calibration(
        1.5,
        script_ood_thresholds={"LATIN": 30.0},
        ood_threshold=30.0,
        set_levels=tuple(np.linspace(0, 1, 201).tolist()),
        known_temperature=1.0,
    )
    Classifier(
        Network(architecture, ngrams=tables, rng=np.random.default_rng(1)),
        alphabet,
        origins,
        [0.5, 0.25, 0.25],
        calibration,
        {"config": {"epochs": 3}, "validation": {"accuracy": 0.5}, "protocols": {"L": {"mean": 0.6}}},
        places=[("British", "Europe"), ("Slavic", "Europe"), ("Japanese", "Asia")],
        default_prior=DefaultPrior((5.0, 10.0, 120.0), 0.5),
    ).save(folder)
    return json.loads((folder / "model.json").read_bytes()), folder


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Little memory: what would take all of it fails here."""
    usual = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, usual)


def load_and_use(folder: Path) -> None:
    """Load a model and ask it, unless it is refused as it should be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            clf = Classifier.load(folder)
            repr(clf)
            answers = clf(NAMES)
            assert all(0 <= (a.probability or 0) <= 1 for a in answers)
            if clf.calibration.set_levels or clf.calibration.origin_set_levels:
                clf.predict_sets(NAMES)
    except ModelError:
        return


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("value", [10**400, 2**62, 10**9, 40_000], ids=["10**400", "2**62", "10**9", "40000"])
def test_sizes_are_checked_before_anything_is_allocated(facts_and_folder, tmp_path, size, value):
    facts, folder = facts_and_folder
    whole = read_artifact(folder)
    write_artifact(tmp_path / "m", whole)
    write_facts(tmp_path / "m", changed(facts, ("architecture", size), value))
    with pytest.raises(ModelError) as caught:
        Classifier.load(tmp_path / "m")
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("pair", [("embedding_size", "alphabet_size"), ("hidden_size", "embedding_size")])
def test_sizes_within_their_ranges_that_do_not_fit_the_tensors(facts_and_folder, tmp_path, pair):
    facts, folder = facts_and_folder
    write_artifact(tmp_path / "m", read_artifact(folder))
    for size in pair:
        facts = changed(facts, ("architecture", size), 60_000)
    write_facts(tmp_path / "m", facts)
    with pytest.raises(ModelError, match="weights"):
        Classifier.load(tmp_path / "m")


@pytest.mark.parametrize("temperature", [1e-300, 1e-30, 1e30, -1, 0])
@pytest.mark.parametrize("key", ["temperature", "known_temperature"])
def test_temperatures_have_a_range(facts_and_folder, tmp_path, temperature, key):
    facts, folder = facts_and_folder
    write_artifact(tmp_path / "m", read_artifact(folder))
    write_facts(tmp_path / "m", changed(facts, ("calibration", key), temperature))
    with pytest.raises(ModelError, match="temperature"):
        Classifier.load(tmp_path / "m")


def test_any_number_of_the_facts_may_be_absurd(facts_and_folder, tmp_path):
    facts, folder = facts_and_folder
    write_artifact(tmp_path / "m", read_artifact(folder))
    places = [place for place in leaves(facts, most=2) if place and place[0] not in ("training",)]
    for place in places:
        for value in HOSTILE_NUMBERS:
            write_facts(tmp_path / "m", changed(facts, place, value))
            load_and_use(tmp_path / "m")


def test_any_value_may_be_of_another_kind(facts_and_folder, tmp_path):
    facts, folder = facts_and_folder
    write_artifact(tmp_path / "m", read_artifact(folder))
    for number, place in enumerate(each for each in leaves(facts, most=2) if each):
        for value in HOSTILE_VALUES[number % 5 :: 5]:
            write_facts(tmp_path / "m", changed(facts, place, value))
            load_and_use(tmp_path / "m")


@pytest.mark.parametrize(
    "command", [["info"], ["info", "--json"], ["verify"], ["origins"], ["origins", "--json"]]
)
def test_commands_on_a_model_of_absurd_facts(facts_and_folder, tmp_path, command):
    facts, folder = facts_and_folder
    write_artifact(tmp_path / "m", read_artifact(folder))
    for number, place in enumerate(each for each in leaves(facts, most=2) if each):
        write_facts(tmp_path / "m", changed(facts, place, HOSTILE_VALUES[number % len(HOSTILE_VALUES)]))
        result = inside("model", *command, str(tmp_path / "m"))
        assert result.returncode in (0, 1)


@pytest.mark.parametrize("value", [np.finfo(np.float32).max, -1e30])
def test_weights_have_a_range(facts_and_folder, tmp_path, value):
    _, folder = facts_and_folder
    whole = read_artifact(folder)
    weight = whole.tensors["output.weight"].copy()
    weight[0, 0] = value
    with pytest.raises(InputError, match=r"output\.weight: expected numbers up to"):
        write_artifact(tmp_path / "m", Artifact(whole.tensors | {"output.weight": weight}, whole.facts, ""))


@pytest.mark.parametrize("size", ["origin_size", "letter_size", "hidden_size"])
@pytest.mark.parametrize("value", [10**400, 10**9, 50_000], ids=["10**400", "10**9", "50000"])
def test_sizes_of_a_generator_are_checked_too(tmp_path, size, value):
    config = GeneratorConfig(origin_size=2, letter_size=3, hidden_size=4)
    Generator(Alphabet("ab"), {"A": ["Latin"], "B": ["Latin"]}, config).save(tmp_path / "g")
    facts = json.loads((tmp_path / "g" / "model.json").read_bytes())
    write_facts(tmp_path / "g", changed(facts, ("architecture", "generator", size), value))
    with pytest.raises(ModelError):
        Generator.load(tmp_path / "g")


def test_the_tiny_model_of_the_tests_is_whole(tmp_path):
    tiny_classifier().save(tmp_path / "m")
    load_and_use(tmp_path / "m")
    assert Classifier.load(tmp_path / "m")("Smith").status == "ok"
