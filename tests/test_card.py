"""The model card says what was measured, and the command in it is one that trains the model."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cognomen.corpora import Corpus
from cognomen.training import TrainingConfig
from cognomen.training.card import model_card, train_command
from cognomen.training.dataset import describe_corpus
from cognomen.training.world_card import world_sections

TRAINING = {
    "config": TrainingConfig(seed=3).to_json(),
    "cognomen": "0.1.0",
    "source": "tutorial",
    "data": "20,074 surnames\n24 dropped as junk",
    "names": 17085,
    "validation_names": 900,
    "epochs": 30,
    "validation": {"accuracy": 0.8456, "macro_f1": 0.5678, "log_loss": 0.5, "ece": 0.02},
}
PROTOCOL = {
    "mean": 0.84123,
    "standard_deviation": 0.00789,
    "evaluation": {
        "macro_f1": 0.53212,
        "top3": 0.95123,
        "log_loss": 0.50123,
        "ece": 0.02123,
        "origins": [{"origin": "Irish", "support": 225, "precision": 0.875, "recall": 0.625, "f1": 0.7291}],
    },
}


def test_it_holds_what_was_measured() -> None:
    card = model_card(["Irish", "Dutch"], [0.75, 0.25], TRAINING | {"protocols": {"L": PROTOCOL}})
    for text in [
        "0.8412 ± 0.0079",
        "0.5321",
        "0.9512",
        "0.5012",
        "0.0212",
        "| Irish | 225 | 0.88 | 0.62 | 0.73 |",
    ]:
        assert text in card
    for text in [
        "| Irish | 75.0% |",
        "17,085 surnames",
        "0.846",
        "0.568",
        "nationality, ethnicity, religion",
    ]:
        assert text in card
    assert "Protocol L" in card
    assert "Protocol T" not in card


def test_without_measurements_it_claims_none() -> None:
    card = model_card(["A", "B"], [0.5, 0.5], {k: v for k, v in TRAINING.items() if k != "validation"})
    assert "accuracy" not in card


def test_a_run_that_was_stopped_is_said_to_be() -> None:
    whole = model_card(["A", "B"], [0.5, 0.5], TRAINING)
    stopped = model_card(["A", "B"], [0.5, 0.5], TRAINING | {"epochs": 12})
    assert "for 30 epochs" in whole
    assert "stopped" not in whole
    assert "for 12 epochs" in stopped
    assert "stopped before its 30 epochs" in stopped


def test_the_figures_are_those_of_the_names_held_out() -> None:
    card = model_card(["A", "B"], [0.5, 0.5], TRAINING)
    assert "On 900 other names" in card
    assert "The model knows the origins listed above and no others" in card


def test_protocols_stand_in_order() -> None:
    card = model_card(["A", "B"], [0.5, 0.5], TRAINING | {"protocols": {"T": PROTOCOL, "L": PROTOCOL}})
    assert card.index("Protocol L, leak-free") < card.index("Protocol T, the tutorial's rows")


def test_a_folder_with_a_space_is_quoted() -> None:
    assert train_command(TrainingConfig().to_json(), "my names").startswith("cognomen train 'my names' --out")


@pytest.mark.parametrize(
    ("config", "options"),
    [
        (TrainingConfig(seed=3), "--seed 3"),
        (replace(TrainingConfig(), cell="lstm", hidden_size=64), "--cell lstm --hidden-size 64 --seed 0"),
    ],
)
def test_the_command(config: TrainingConfig, options: str) -> None:
    assert train_command(config.to_json(), "names") == f"cognomen train names --out MODEL {options}"


def test_the_command_line_takes_every_setting() -> None:
    from click.testing import CliRunner

    from cognomen.apps.cli.commands import cli

    changed = TrainingConfig(
        cell="rnn",
        embedding_size=8,
        hidden_size=9,
        num_layers=2,
        direction="forward",
        pooling="last",
        nonlinearity="relu",
        dropout=(0.1, 0.2, 0.15),
        min_letter_count=3,
        letter_dropout=0.05,
        epochs=2,
        batch_size=16,
        learning_rate=0.01,
        swa_start=0.5,
        weight_decay=0.1,
        label_smoothing=0.05,
        clip=2.0,
        validation_share=0.2,
        seed=9,
        longest_ngram=3,
        min_ngram_count=4,
        ngram_dropout=0.25,
        rnn_loss_weight=0.75,
        rdrop_alpha=0.5,
        logit_adjustment=0.0,
        ngram_rank=4,
        ngram_bits=8,
        name_bits=9,
        frequency_power=0.25,
        origin_power=0.35,
        refit=False,
    )
    assert all(value != getattr(TrainingConfig(), name) for name, value in changed.to_json().items())
    words = train_command(changed.to_json(), "no-such-folder").split()[1:]
    result = CliRunner().invoke(cli, words)
    assert "no-such-folder" in result.output + str(result.exception)
    assert "No such option" not in result.output


def test_reliability_is_drawn() -> None:
    bins = [{"confidence": 0.5, "accuracy": 0.25, "count": 1199}]
    protocol = PROTOCOL | {"evaluation": {**PROTOCOL["evaluation"], "reliability": bins}}
    card = model_card(
        ["A", "B"], [0.5, 0.5], TRAINING | {"protocols": {"L": protocol}}, ["## More\n\nSections."]
    )
    said, right = "█" * 12 + "·" * 12, "█" * 6 + "·" * 18
    assert f"| 0.500 | 0.250 | 1,199 | `{said}`<br>`{right}` |" in card
    assert "Reliability" not in model_card(["A", "B"], [0.5, 0.5], TRAINING | {"protocols": {"L": PROTOCOL}})
    assert card.index("Protocol L") < card.index("## More") < card.index("## Limits")


def head_of(card: str) -> dict[str, object]:
    """The YAML head of a card: a line of JSON for each field."""
    assert card.startswith("---\n")
    lines = card.split("---\n")[1].splitlines()
    return {key: value for line in lines for key, value in [line.split(": ", 1)]}


def test_the_head_is_what_model_hubs_read() -> None:
    card = model_card(["A", "B"], [0.5, 0.5], TRAINING | {"protocols": {"L": PROTOCOL}}, license="mit")
    head = head_of(card)
    assert (head["library_name"], head["license"]) == ("cognomen", '"mit"')
    assert (head["pipeline_tag"], json.loads(str(head["metrics"]))) == (
        '"text-classification"',
        ["accuracy", "f1"],
    )
    [model] = json.loads(str(head["model-index"]))
    assert model["name"] == "surname-origin"
    [result] = model["results"]
    assert result["dataset"] == {"type": "tutorial", "name": "tutorial, protocol L"}
    assert [(m["type"], m["value"]) for m in result["metrics"]] == [("accuracy", 0.8412), ("f1", 0.5321)]


def test_the_head_claims_nothing_that_was_not_measured() -> None:
    head = head_of(model_card(["A", "B"], [0.5, 0.5], TRAINING))
    assert not {"license", "metrics", "model-index"} & head.keys()


def test_the_head_is_valid_yaml() -> None:
    import yaml

    card = model_card(["A", "B"], [0.5, 0.5], TRAINING | {"protocols": {"L": PROTOCOL}})
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["tags"] == ["surnames", "recurrent-neural-network", "gru"]
    assert head["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.8412


def test_the_pretrained_models_card_is_made_of_its_results() -> None:
    import classic

    from cognomen import Classifier

    clf = Classifier.load("classic")
    card, facts = clf.card, json.loads(json.dumps(clf.facts))
    classic.describe(clf)
    assert clf.card == card
    assert json.loads(json.dumps(clf.facts)) == facts


def test_foreign_names_are_counted() -> None:
    """Of what was found foreign to its list, and where it went; nothing is said where nobody looked."""
    facts = {"foreign_names": {"found": {"Dutch": 1200, "Danish": 30}, "moved": {"Turkish": 900}}}
    sections = " ".join(" ".join(world_sections(facts, ["Dutch"], None, None)).split())
    assert "1,230 have a spelling that is more likely foreign" in sections
    assert "(Dutch 1,200, Danish 30, ...)" in sections
    assert "900 of them, whose origin is sure, became rare names of that origin (Turkish 900" in sections
    assert "more likely foreign" not in " ".join(world_sections({}, ["Dutch"], None, None))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Smith", "Rossi"], "2 different names"),
        (["Smith"] * 2, "1 different names, 1 of them under several origins"),
    ],
)
def test_a_corpus_is_described_by_what_is_known_of_it(names: list[str], said: str) -> None:
    """A report that counts no names of several origins, as that of protocol W, claims no number of them."""
    [line] = describe_corpus(Corpus.from_names(names, ["English", "Italian"])).splitlines()
    assert line.endswith(f"2 kept: {said}")
