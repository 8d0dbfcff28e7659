"""`cognomen data`, `cognomen model` and `cognomen evaluate`."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from cli_running import ORIGINS, failure, inside, lines, tiny_classifier

from cognomen.apps.cli import evaluate as evaluate_command
from cognomen.apps.cli.model import letters_of
from cognomen.classifier import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.evaluation import evaluate
from cognomen.io import pretrained
from cognomen.io.model_folder import read_artifact
from cognomen.io.pretrained import DEFAULT, pretrained_models
from cognomen.text import Alphabet
from cognomen.training.dataset import corpus_sha256

ROWS = {
    "Czech": ["Novák", "Dvořák", "Svoboda", "Svoboda", "123"],
    "English": ["Smith", "Jones", "Taylor", "Brown"],
    "Japanese": ["Nakamura", "Tanaka", "Suzuki"],
    "Vietnamese": ["Nguyễn", "Trần", "Smith"],
}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    return write_names(tmp_path / "names", ROWS)


def write_names(folder: Path, rows: dict[str, list[str]]) -> Path:
    folder.mkdir()
    for origin, names in rows.items():
        (folder / f"{origin}.txt").write_text("\n".join(names), "utf-8")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_classifier().save(tmp_path / "model")
    return tmp_path / "model"


# --- data -------------------------------------------------------------------------------------------------


def test_check_reports_what_would_be_left_out(names):
    text = "\n".join(lines(inside("data", "check", str(names))))
    assert "13 names of 4 origins" in text
    assert "15 rows read, 13 kept" in text
    assert "1 dropped as no-letters" in text
    assert "1 dropped as duplicate" in text
    assert "4  English" in text


def test_check_lists_rows_and_gives_json(names):
    listed = lines(inside("data", "check", str(names), "--rows"))
    assert "Czech.txt:5\tno-letters\t123\tCzech" in listed
    assert "smith\tEnglish, Vietnamese" in listed
    [line] = lines(inside("data", "check", str(names), "--json"))
    report = json.loads(line)
    assert report["origins"] == {"Czech": 3, "English": 4, "Japanese": 3, "Vietnamese": 3}
    assert report["dropped"] == {"no-letters": 1, "duplicate": 1}
    assert report["names_under_several_origins"] == {"smith": ["English", "Vietnamese"]}


def test_check_explains_data_that_cannot_be_read(tmp_path):
    (tmp_path / "Czech.txt").write_bytes(b"Novak\nDvo\xf8\xe1k\n")
    message = failure(inside("data", "check", str(tmp_path)), 1)
    assert "Czech.txt, line 2" in message
    error = json.loads(failure(inside("data", "check", "--json", str(tmp_path / "none")), 1))
    assert error["error"]["type"] == "DataError"


def test_path_shows_where_downloads_live(tmp_path):
    cache = str(tmp_path / "cache")
    places = {"COGNOMEN_CACHE": cache, "COGNOMEN_NAMES": ""}
    assert lines(inside("data", "path", **places)) == [cache]
    assert lines(inside("data", "path", "tutorial", **places)) == [str(Path(cache) / "tutorial")]
    assert not Path(cache).exists()  # asking for it does not make it
    text = "\n".join(lines(inside("data", "list", **places)))
    assert "not here yet: cognomen data fetch tutorial" in text


def test_cognomen_names_stands_in_for_the_tutorial(names):
    places = {"COGNOMEN_NAMES": str(names)}
    assert lines(inside("data", "path", "tutorial", **places)) == [str(names)]
    assert lines(inside("data", "fetch", **places)) == [str(names)]
    listed, _world = lines(inside("data", "list", "--json", **places))
    assert json.loads(listed) | {"folder": str(names), "here": True, "name": "tutorial"} == json.loads(listed)


def test_fetch_without_a_network_is_explained_and_leaves_nothing(tmp_path):
    nobody = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    cache = tmp_path / "cache"
    result = inside("data", "fetch", "tutorial", COGNOMEN_CACHE=str(cache), COGNOMEN_NAMES="", **nobody)
    assert "could not download" in failure(result, 1)
    assert not cache.exists() or list(cache.iterdir()) == []


@pytest.mark.parametrize("command", ["path", "fetch"])
def test_an_unknown_corpus_is_a_usage_error(command):
    message = failure(inside("data", command, "census"), 2)
    assert "'census'" in message
    assert "tutorial" in message


# --- model ------------------------------------------------------------------------------------------------


def test_origins_are_listed_a_line_each(model):
    assert tuple(lines(inside("model", "origins", str(model)))) == ORIGINS
    [line] = lines(inside("model", "origins", str(model), "--json"))
    rest = {"prior": 0.25, "default_prior": None, "group": None, "region": None}
    assert json.loads(line) == {"origins": [{"origin": origin, **rest} for origin in ORIGINS]}


def test_verify_gives_the_sum_of_the_tensors(model):
    sha256 = read_artifact(model).facts["tensors_sha256"]
    [line] = lines(inside("model", "verify", str(model)))
    assert "whole" in line
    assert sha256 in line
    [line] = lines(inside("model", "verify", "--json", str(model)))
    assert json.loads(line)["tensors_sha256"] == sha256


def test_verify_knows_models_that_write_too():
    [line] = lines(inside("model", "verify", "generator"))
    assert "generator is whole" in line


def test_verify_finds_a_flipped_bit_and_a_missing_file(model):
    tensors = model / "model.safetensors"
    data = bytearray(tensors.read_bytes())
    data[-1] ^= 1
    tensors.write_bytes(data)
    assert "model.safetensors" in failure(inside("model", "verify", str(model)), 1)
    tensors.unlink()
    error = json.loads(failure(inside("model", "verify", "--json", str(model)), 1))
    assert error["error"]["type"] == "ModelError"


def test_info_tells_the_facts(model):
    text = "\n".join(lines(inside("model", "info", str(model))))
    for word in (str(model), "gru", *ORIGINS, "SHA-256"):
        assert word in text
    [line] = lines(inside("model", "info", "--json", str(model)))
    facts = json.loads(line)
    assert facts["architecture"]["hidden_size"] == 4
    assert facts["origins"] == list(ORIGINS)
    assert facts["bytes"] == sum(path.stat().st_size for path in model.iterdir())


def test_the_pretrained_models_are_listed_and_one_is_the_default():
    listed = [json.loads(line) for line in lines(inside("model", "list", "--json"))]
    by_name = {facts["name"]: facts for facts in listed}
    assert list(by_name) == pretrained_models()
    assert {"classic", "generator", DEFAULT} <= set(by_name)
    assert [name for name, facts in by_name.items() if facts["default"]] == [DEFAULT]
    classic = by_name["classic"]
    assert (classic["kind"], classic["origins"], classic["groups"]) == ("classifier", 18, 0)
    assert by_name["generator"]["kind"] == "generator"
    text = " ".join(" ".join(lines(inside("model", "list"))).split())
    assert "classic classifier of 18 origins, trained on 17,985 names of tutorial, 1.9 MB" in text
    assert text.count("the default") == 1


def test_a_tree_is_counted_among_the_facts_of_a_model(tmp_path, monkeypatch):
    clf = tiny_classifier()
    places = [("Slavic", "Europe"), ("British", "Europe"), ("Japanese", "Asia"), ("Vietnamese", "Asia")]
    facts = {"names": 1200, "source": "world"}
    clf = Classifier(clf.network, clf.alphabet, ORIGINS, clf.priors, facts=facts, places=places)
    clf.save(tmp_path / "tree")
    monkeypatch.setattr(pretrained, "PRETRAINED", tmp_path)
    text = " ".join(" ".join(lines(inside("model", "list"))).split())
    assert text.startswith("tree classifier of 4 origins in 4 groups, trained on 1,200 names of world, ")


@pytest.mark.parametrize(
    ("letters", "shown"),
    [
        ("-ab\u0308", "- a b ◌\u0308"),
        (
            "-\u0308" + "".join(map(chr, [*range(0x61, 0x7B), *range(0x4E00, 0x4E80)])),
            "Cjk 128, Latin 26, Marks and signs 2",
        ),
    ],
)
def test_a_large_alphabet_is_told_by_script(letters, shown):
    assert letters_of(Alphabet(letters)) == shown


# --- evaluate ---------------------------------------------------------------------------------------------


def test_evaluate_gives_the_figures_of_the_evaluation(model, names):
    [line] = lines(inside("evaluate", str(model), str(names), "--json"))
    facts = json.loads(line)
    corpus, classifier = load_corpus(names), Classifier.load(model)
    labels = np.array([classifier.origins.index(label) for label in corpus.labels])
    expected = evaluate(classifier.predict_proba(corpus.names), labels, classifier.origins).to_json()
    for figure in ("accuracy", "macro_f1", "top3", "log_loss", "ece", "confusion", "origins", "names"):
        assert facts[figure] == expected[figure]
    low, high = facts["intervals"]["accuracy"]
    assert low <= facts["accuracy"] <= high
    text = "\n".join(lines(inside("evaluate", str(model), str(names))))
    for words in (
        f"{facts['accuracy']:.3f}",
        f"{facts['macro_f1']:.3f}",
        "95% interval",
        "Vietnamese",
        "recall",
    ):
        assert words in text


def test_an_origin_without_names_has_no_scores(model, tmp_path):
    data = write_names(tmp_path / "some", {"English": ["Smith", "Jones"], "Czech": ["Dvorak"]})
    said = lines(inside("evaluate", str(model), str(data)))
    [row] = [line for line in said if line.startswith("Japanese")]
    assert row.split() == ["Japanese", "0", "–", "–", "–"]
    assert "No names here for Japanese, Vietnamese" in " ".join(said)


def test_a_table_of_many_origins_has_rows_for_those_that_have_names(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("name,origin,share\nSmith,English,0.5\nHansen,Danish,0.25\n")
    said = lines(inside("evaluate", "world", str(path)))
    assert any(line.split()[:3] == ["origin", "weight", "precision"] for line in said)
    assert [line.split()[1] for line in said if line.startswith(("English ", "Danish "))] == ["0.25", "0.5"]
    assert not any(line.startswith("Thai ") for line in said)
    assert "Thai" in " ".join(said), "the note names it"


def test_names_seen_in_training_are_told(tmp_path, names):
    corpus = load_corpus(names)
    tiny_classifier(corpus_sha256=corpus_sha256(corpus)).save(tmp_path / "seen")
    tiny_classifier(corpus_sha256="of other names").save(tmp_path / "unseen")
    [line] = lines(inside("evaluate", str(tmp_path / "seen"), str(names), "--json"))
    assert "trained on these very names" in json.loads(line)["notes"][0]
    assert "trained on these" in "\n".join(lines(inside("evaluate", str(tmp_path / "seen"), str(names))))
    [line] = lines(inside("evaluate", str(tmp_path / "unseen"), str(names), "--json"))
    assert "not known" in json.loads(line)["notes"][0]


def test_an_encoding_reaches_every_command_that_reads_names(model, tmp_path):
    data = write_names(tmp_path / "names", {"Irish": ["Byrne"]})
    (data / "German.txt").write_bytes("Müller\nMüller\n".encode("cp1252"))
    out = ["--out", str(tmp_path / "new-model")]
    commands = (["data", "check"], ["evaluate", str(model)], ["train", *out], ["protocol", "L"])
    for command in commands:
        assert "--encoding cp1252" in failure(inside(*command, str(data)), 1)
        assert "expected a text encoding" in failure(inside(*command, str(data), "--encoding", "x"), 1)
    said = lines(inside("data", "check", str(data), "--encoding", "cp1252"))
    assert "1 dropped as duplicate" in "\n".join(said)


def test_origins_that_the_model_does_not_know_count_as_errors(model, tmp_path):
    all_right = write_names(tmp_path / "known", {"English": ["Smith", "Jones"], "Czech": ["Dvorak"]})
    with_strangers = write_names(tmp_path / "strange", {"English": ["Smith", "Jones"], "Welsh": ["Dvorak"]})
    known, strange = (
        json.loads(lines(inside("evaluate", str(model), str(data), "--json"))[0])
        for data in (all_right, with_strangers)
    )
    czech_hits = known["confusion"][0][0]
    assert strange["accuracy"] == pytest.approx(known["accuracy"] - czech_hits / 3)
    assert strange["names"] == 3
    assert any("does not know Welsh" in note and "1 names here" in note for note in strange["notes"])
    assert {row["origin"]: row["recall"] for row in strange["origins"]}["Welsh"] == 0


def test_names_without_an_answer_are_counted(model, tmp_path):
    data = tmp_path / "names.csv"
    right = Classifier.load(model)("Smith").origin
    data.write_text(f"name,origin\nSmith,{right}\nИванов aa,{right}\n", "utf-8")
    facts = json.loads(lines(inside("evaluate", str(model), str(data), "--json"))[0])
    assert (facts["names"], facts["unanswered"], facts["accuracy"]) == (1, 1, 1.0)
    assert any('"unknown"' in note and "0.500" in note for note in facts["notes"])


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs matplotlib")
def test_plots_are_drawn_into_the_folder(model, names, tmp_path):
    result = inside("evaluate", str(model), str(names), "--plots", str(tmp_path / "pictures"))
    lines(result)
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert [path.name for path in pictures] == ["confusion.png", "reliability.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert "confusion.png" in result.stderr.decode()


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs matplotlib")
def test_the_loss_curve_is_drawn_where_a_model_tells_of_its_training(names, tmp_path):
    history = [{"epoch": i, "train_loss": 1 / i, "train_accuracy": 0.5} for i in (1, 2)]
    whole = [record | {"validation_loss": None, "validation_accuracy": None} for record in history]
    tiny_classifier(history=whole).save(tmp_path / "told")
    lines(inside("evaluate", str(tmp_path / "told"), str(names), "--plots", str(tmp_path / "pictures")))
    assert (tmp_path / "pictures" / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_evaluate_explains_what_is_missing(model, names):
    assert "no-model" in failure(inside("evaluate", "no-model", str(names)), 1)
    assert "no-names" in failure(inside("evaluate", str(model), "no-names"), 1)
    failure(inside("evaluate", str(model)), 2)


def test_a_plots_folder_that_cannot_be_made_is_explained(model, names, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "file" in failure(inside("evaluate", str(model), str(names), "--plots", str(tmp_path / "file")), 1)


def test_model_info_tells_both_temperatures():
    world, classic = (json.loads(inside("model", "info", m, "--json").stdout) for m in ("world", "classic"))
    assert (world["known_temperature"], classic["known_temperature"]) == (1.2, None)
    said = [line for line in lines(inside("model", "info", "world")) if line.startswith("temperature")]
    assert said[0].split(None, 1)[1] == f"{world['temperature']:.3f}; 1.200 for known names"


def test_with_many_origins_only_those_with_names_have_a_row(monkeypatch):
    found = evaluate_command.measure(
        tiny_classifier(), Corpus.from_names(["Smith", "Nguyen", "Novak"], ["Czech"] * 3)
    )
    assert sum(scores.predicted > 0 for scores in found.evaluation.per_origin) > 1  # wrong answers
    assert [line.split()[0] for line in evaluate_command.by_origin(found).splitlines()[1:]] == list(ORIGINS)
    monkeypatch.setattr(evaluate_command, "MOST_ABSENT", 2)
    assert [line.split()[0] for line in evaluate_command.by_origin(found).splitlines()[1:]] == ["Czech"]
