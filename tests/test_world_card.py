"""The card of a model of the world says what was measured, as benchmarks/protocol_w.py measures it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import world_figures
import yaml
from figures import short_world_table
from protocol_w import (
    OFFICIAL,
    World,
    measure_common,
    measure_native,
    measure_people,
    measure_unseen,
)

from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.conformal import COVERAGES
from cognomen.classifier.priors import DefaultPrior
from cognomen.corpora.world import WorldReport
from cognomen.corpora.world.build import MissingSource
from cognomen.corpora.world.manifest import read_manifest
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet
from cognomen.training import TrainingConfig
from cognomen.training.card import model_card
from cognomen.training.world_card import source_table, table

ORIGINS = ("Czech", "English", "Hebrew", "Japanese")
PLACES = [("West Slavic", "Europe"), ("British", "Europe"), ("Hebrew", "Asia"), ("Japanese", "Asia")]
TRAINING = {
    "config": TrainingConfig(name_bits=9).to_json(),
    "cognomen": "0.1.0",
    "source": "world",
    "data": "1,000 names",
    "names": 1000,
    "validation_names": 50,
    "epochs": 30,
    "validation": {"accuracy": 0.61, "macro_f1": 0.6, "log_loss": 1.2, "ece": 0.02},
}
NAMES = {"Czech": "novak", "English": "smith", "Hebrew": "כהן", "Japanese": "sato"}
LATIN, HEBREW = ("".join(letters) for letters in (map(chr, range(0x61, 0x7B)), map(chr, range(0x5D0, 0x5EB))))
ENDS = {
    origin: [a + b for a in letters[:2] for b in letters[:20]]
    for origin, letters in zip(NAMES, (LATIN, LATIN, HEBREW, LATIN), strict=True)
}  # 20 test names each, more than the 15 that count


@pytest.fixture(scope="module")
def clf() -> Classifier:
    letters = " '-" + LATIN + HEBREW
    network = Network(Architecture(len(letters) + 1, 4, embedding_size=3, hidden_size=4))
    sets = tuple(tuple(np.linspace(0, 1, len(COVERAGES)).tolist()) for _ in ORIGINS)
    return Classifier(
        network,
        Alphabet(letters),
        ORIGINS,
        [0.25] * 4,
        Calibration(1.5, origin_set_levels=sets),
        TRAINING,
        places=PLACES,
        default_prior=DefaultPrior((11.0, 120.0, 9.0, 125.0), 0.5),
    )


@pytest.fixture(scope="module")
def measured(clf: Classifier, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `benchmarks/world.py` writes, of a random network and a few names."""
    folder = tmp_path_factory.mktemp("world")
    write_people(folder)
    rows = [(name + end, origin) for origin, name in NAMES.items() for end in ENDS[origin]]
    names = [name for name, _ in rows]
    world = World(
        names,
        [origin for _, origin in rows],
        np.ones(len(rows)),
        names,
        ["HEBREW" if origin == "Hebrew" else "LATIN" for _, origin in rows],
        np.array(["test", "training"] * (len(rows) // 2)),
    )
    report = WorldReport(
        {"gb_ons2002": 50000},
        [MissingSource("hebrew_cbs", "no network", ("Hebrew",))],
        40,
        48,
        ["Khmer"],
        {},
        "ab" * 32,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COGNOMEN_WORLD", str(folder))
        unseen = measure_unseen(clf, world, "test")
        people = measure_people(clf, world, ("training",))
        return {
            "corpus": report.to_json(),
            "W": unseen,
            "W, bag of n-grams": unseen | {"accuracy": 0.1234},
            "P": {"measured": people, "shipped": people},
            "native": {"measured": measure_native(clf), "shipped": measure_native(clf)},
            "common": measure_common(clf, world),
        }


def write_people(folder: Path) -> None:
    """Tables as those that COGNOMEN_WORLD holds."""
    (folder / "people").mkdir()
    (folder / "sources").mkdir()
    persons = ["novakab CZ 3", "smithaa GB 2", "kahn IE 1"]  # the first is in the training part
    write(folder / "people" / "meps.tsv", "surname country persons", persons)
    write(folder / "people" / "country_to_origin.tsv", "country origin", ["CZ Czech", "GB English"])
    write(folder / "people" / "parliaments_native.tsv", "native origin count", ["כהן Hebrew/Arabic 4"])
    for source in OFFICIAL:
        write(folder / "sources" / f"{source}.tsv", "origin country native roman count rank", [])
    rows = ["English GB smith - 9 1", "English GB jones - 8 2", "Czech CZ novak - 7 1"]
    write(folder / "sources" / "sigpwned.tsv", "origin country native roman count rank", rows)


def write(path: Path, heads: str, rows: list[str]) -> None:
    path.write_text("\n".join("\t".join(line.split(" ")) for line in [heads, *rows]) + "\n", "utf-8")


def card_of(clf: Classifier, facts: Mapping[str, Any]) -> str:
    shown = world_figures.figures(facts["world"]) if "world" in facts else None
    return model_card(
        clf.origins, clf.priors, facts, places=clf.tree.places, default_prior=clf.default_prior, figures=shown
    )


@pytest.fixture(scope="module")
def card(clf: Classifier, measured: dict[str, Any]) -> str:
    return card_of(clf, TRAINING | {"world": measured})


def cells(card: str, first: str) -> list[str]:
    """The cells of the one row that begins with this one."""
    [row] = [line for line in card.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def section(card: str, head: str) -> str:
    return card.partition(f"\n## {head}\n")[2].partition("\n## ")[0]


def test_its_sections_stand_in_order(card: str) -> None:
    heads = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        "What its answers mean",
        "What it must not be used for",
        "How to read an answer",
        "How well it does",
        "Origins",
        "Who is missing",
        "Sources",
        "Training",
        "Limits",
    ]


def test_each_origin_has_its_place_its_share_and_its_figures(
    clf: Classifier, measured: dict[str, Any], card: str
) -> None:
    prior = clf.default_prior
    assert prior is not None
    found = {row["origin"]: row for row in measured["W"]["by_origin"]}
    for origin, place, share in zip(ORIGINS, PLACES, prior.shares, strict=True):
        row, its = cells(section(card, "Origins"), origin), found[origin]
        assert row[:4] == [origin, *place, f"{share:.1%}"]
        assert row[4] == f"{its['names']}"
        low, high = its["interval"]
        assert row[5:] == [f"{its['accuracy']:.3f}", f"{low:.2f} to {high:.2f}", f"{its['coverage']:.3f}"]


def test_every_source_has_its_licence_and_its_rows(card: str) -> None:
    text = section(card, "Sources")
    for source in read_manifest():
        row = cells(text, source.name)
        assert row[2] == source.licence
        assert row[-1] == ("50,000" if source.name == "gb_ons2002" else "not read")
    assert cells(text, "gb_ons2002")[1] == "bairwell/faker-en-gb-ons-lastnames 193dfa9"
    assert "ab" * 32 in text


def test_who_is_missing_is_named(card: str) -> None:
    text = section(card, "Who is missing")
    assert "no family names in Burmese, Mongolian, Ethiopian, Somali, Tamil, Icelandic" in text
    assert "No source had names of: Khmer." in text
    assert "hebrew_cbs was not available; fewer names are known of: Hebrew." in " ".join(text.split())


def test_what_a_label_means_and_what_it_must_not_be_used_for(card: str) -> None:
    meaning = " ".join(section(card, "What its answers mean").split())
    assert "does not reveal anyone's nationality, ethnicity, religion" in meaning
    assert "spelling alone" not in meaning  # it knows names, too
    assert "decide anything about a person" in " ".join(section(card, "What it must not be used for").split())
    assert "to the power 0.5" in section(card, "How to read an answer")


def test_the_figures_are_those_that_were_measured(card: str, measured: dict[str, Any]) -> None:
    text = section(card, "How well it does")
    unseen, people = measured["W"], measured["P"]["shipped"]
    assert f"| origin | {unseen['accuracy']:.3f} | {unseen['by_bearers']['accuracy']:.3f} | 0.123 |" in text
    for which, words in {"uniform": "origins equally likely", "restricted": "the same, restricted"}.items():
        [row] = [line for line in text.splitlines() if line.startswith(f"| {words}")]
        assert f"| {people[which]['origin']:.3f} | {people[which]['group']:.3f} |" in row
    assert "the same names, looked up in that table" in text
    native = measured["native"]["shipped"]["Hebrew"]
    assert f"| Hebrew | 4 | {native['default']:.3f} | {native['uniform']:.3f} |" in text
    assert f"3 in all, {measured['common']['default']['accuracy']:.1%} are" in " ".join(text.split())


def test_its_head_holds_protocol_w(card: str, measured: dict[str, Any]) -> None:
    head = yaml.safe_load(card.split("---\n")[1])
    [result] = head["model-index"][0]["results"]
    assert result["dataset"] == {"type": "world", "name": "world, protocol W"}
    assert result["metrics"][0]["value"] == measured["W"]["accuracy"]


def test_a_model_that_was_not_measured_claims_no_figures(clf: Classifier) -> None:
    card = card_of(clf, TRAINING)
    assert "How well it does" not in card
    assert "model-index" not in card
    assert "95 % interval" not in card
    assert len(cells(section(card, "Sources"), "gb_ons2002")) == 5
    assert cells(section(card, "Origins"), "Czech")[:3] == ["Czech", "West Slavic", "Europe"]


def test_an_origin_without_test_names_has_dashes(clf: Classifier, measured: dict[str, Any]) -> None:
    nothing = {"origin": "Czech", "names": 0, "accuracy": None, "interval": None, "coverage": None}
    by_origin = [nothing if row["origin"] == "Czech" else row for row in measured["W"]["by_origin"]]
    unseen = measured["W"] | {"by_origin": by_origin}
    text = section(card_of(clf, TRAINING | {"world": measured | {"W": unseen}}), "Origins")
    assert cells(text, "Czech")[4:] == ["0", "–", "–", "–"]


def test_without_a_rival_there_is_no_column_for_it(measured: dict[str, Any]) -> None:
    assert "bag of n-grams" not in world_figures.unseen_table(measured["W"])


def test_the_short_table_has_the_rivals_beside_it(measured: dict[str, Any]) -> None:
    text, people = short_world_table(measured), measured["P"]["shipped"]
    assert cells(text, "the same, by a bag of n-grams alone")[1] == "0.123"
    assert cells(text, "the same names, looked up in that table")[1:] == ["1.000", "1.000"]
    assert cells(text, "members of the European Parliament (P)")[1] == f"{people['uniform']['origin']:.3f}"
    assert cells(text, "the 25 most common names of each official list")[2] == ""
    assert "in native script: Hebrew" in text


def test_no_cell_breaks_its_table() -> None:
    assert table(["a", "b"], [["1|2", "3"]]).splitlines()[-1] == "| 1/2 | 3 |"
    columns = {line.count("|") for line in source_table({}).splitlines() if line.startswith("|")}
    assert len(columns) == 1


def test_lines_of_text_fit_a_page(card: str) -> None:
    text = card.split("---\n", 2)[2].splitlines()
    assert max(len(line) for line in text if not line.startswith(("|", "    "))) <= 110
