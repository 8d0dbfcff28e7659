"""`cognomen train`: from a folder of names to a model, stopped and resumed as people stop and resume it."""

from __future__ import annotations

import dataclasses
import json
import shlex
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from cli_running import clean_environment, failure, inside, interruptible, lines, run
from click.testing import CliRunner

from cognomen.apps.cli.commands import cli
from cognomen.apps.cli.config_options import config_options
from cognomen.classifier import Classifier
from cognomen.errors import InputError
from cognomen.network.config import COUNT, FRACTION, Range, describe, setting
from cognomen.training import TrainingConfig
from cognomen.training.card import train_command

SMALL = [
    "--hidden-size",
    "8",
    "--embedding-size",
    "4",
    "--batch-size",
    "32",
    "--validation-share",
    "0.2",
    "--no-refit",
]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three origins that a small network can tell apart by their endings."""
    folder = tmp_path_factory.mktemp("names")
    stems = [a + b + c for a in "BDKLMNPRST" for b in "aeiou" for c in "lrn"]
    for origin, ending in {"Japanese": "moto", "Polish": "owski", "Swedish": "sson"}.items():
        rows = [*(stem + ending for stem in stems[:60]), f"Bal{ending}"]  # the last one stands twice
        (folder / f"{origin}.txt").write_text("\n".join(rows), "utf-8")
    return str(folder)


def test_training_makes_a_model_that_predicts(names, tmp_path):
    out = tmp_path / "model"
    result = run("train", names, "--out", str(out), *SMALL, "--epochs", "12", "--learning-rate", "0.02")
    said = lines(result)
    assert "180 names of 3 origins" in said[0]
    assert any("3 dropped as duplicate" in line for line in said)
    assert any("names held out of the training: accuracy" in line for line in said)
    assert str(out) in said[-1]
    epochs = result.stderr.decode().splitlines()
    assert len(epochs) == 12
    assert all("loss" in line and "names/s" in line and "left" in line for line in epochs)
    assert sorted(path.name for path in out.iterdir()) == ["README.md", "model.json", "model.safetensors"]
    assert not Path(f"{out}.checkpoint").exists()
    assert lines(run("predict", "--model", str(out), "Kirowski"))[0].startswith("Kirowski\tPolish\t")


def test_equal_seeds_give_equal_weights_and_others_do_not(names, tmp_path):
    def weights(name: str, seed: str) -> bytes:
        lines(run("train", names, "--out", str(tmp_path / name), *SMALL, "--epochs", "1", "--seed", seed))
        return (tmp_path / name / "model.safetensors").read_bytes()

    first = weights("a", "3")
    assert weights("b", "3") == first
    assert weights("c", "4") != first


def test_the_options_reach_the_config(names, tmp_path):
    options = [
        "--cell",
        "lstm",
        "--num-layers",
        "2",
        "--dropout",
        "0.1,0,0.3",
        "--pooling",
        "last",
        "--seed",
        "9",
    ]
    lines(run("train", names, "--out", str(tmp_path / "model"), *SMALL, "--epochs", "1", *options))
    config = TrainingConfig.from_json(Classifier.load(tmp_path / "model").facts["config"])
    wanted = TrainingConfig(
        cell="lstm",
        num_layers=2,
        dropout=(0.1, 0.0, 0.3),
        pooling="last",
        seed=9,
        hidden_size=8,
        embedding_size=4,
        batch_size=32,
        validation_share=0.2,
        refit=False,
        epochs=1,
    )
    assert config == wanted


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs matplotlib")
def test_the_loss_curve_is_drawn(names, tmp_path):
    pictures = tmp_path / "pictures"
    result = inside(
        "train", names, "--out", str(tmp_path / "model"), *SMALL, "--epochs", "2", "--plots", str(pictures)
    )
    lines(result)
    assert [path.name for path in pictures.iterdir()] == ["loss.png"]
    assert (pictures / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert "loss.png" in result.stderr.decode()


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_pictures_that_cannot_be_drawn_are_refused_before_the_work(names, tmp_path, monkeypatch, command):
    starts = {
        "train": ["train", names, "--out", str(tmp_path / "model")],
        "evaluate": ["evaluate", "classic", names],
    }
    (tmp_path / "file").write_text("mine")
    result = inside(*starts[command], "--plots", str(tmp_path / "file"))
    assert "expected a folder" in failure(result, 1)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = inside(*starts[command], "--plots", str(tmp_path / "pictures"))
    assert "pip install 'cognomen[plots]'" in failure(result, 1)
    assert not (tmp_path / "model").exists()


@describe
@dataclasses.dataclass(frozen=True, kw_only=True)
class OneMore(TrainingConfig):
    """A config with new settings, each written in one place: here."""

    temperature: float = setting(0.5, "How hot.", Range(0, 2, min_open=True))
    order: str = setting("up", "Which way.", ("up", "down"))
    widths: tuple[float, float] = setting((0.5, 0.25), "Two widths.", FRACTION)
    turns: int = setting(3, "How often.", COUNT)
    loud: bool = setting(False, "With noise.")


@click.command()
@config_options(OneMore)
def one_more(**settings):
    click.echo(json.dumps(OneMore(**settings).to_json()))


def test_every_setting_has_an_option_with_its_help_and_range():
    """Also one that was only just added: default, help, range and type follow from the field."""
    options = {each.name: each for each in one_more.params}
    assert list(options) == [each.name for each in dataclasses.fields(OneMore)]
    for each in dataclasses.fields(OneMore):
        option = options[each.name]
        assert option.opts == [f"--{each.name.replace('_', '-')}"]
        assert (option.default, option.help) == (each.default, each.metadata["help"])
        assert f"    {each.name}: {each.metadata['help'][:60]}" in OneMore.__doc__
    text = " ".join(CliRunner().invoke(one_more, ["--help"]).output.split())
    assert "--temperature X How hot. [default: 0.5; 0<x<=2]" in text
    assert "--order [up|down] Which way. [default: up]" in text
    assert "--widths A,B,C Two widths. [default: (0.5,0.25)]" in text
    assert "--turns N How often. [default: 3; x>=1]" in text
    assert "--loud / --no-loud With noise. [default: no-loud]" in text


def test_the_options_of_new_settings_reach_the_config():
    words = ["--temperature", "2", "--order", "down", "--widths", "0,.9", "--turns", "7", "--loud"]
    given = json.loads(CliRunner().invoke(one_more, words).output)
    wanted = OneMore(temperature=2.0, order="down", widths=(0.0, 0.9), turns=7, loud=True)
    assert OneMore.from_json(given) == wanted
    assert given["widths"] == [0.0, 0.9]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0", 0.0),
        ("temperature", "2.1", 2.1),
        ("order", "left", "left"),
        ("widths", "0.5,1", (0.5, 1.0)),
        ("widths", "0.5", None),
        ("turns", "0", 0),
        ("turns", "1.5", 1.5),
        ("swa_start", "0", 0.0),
        ("seed", "-1", -1),
    ],
)
def test_invalid_values_are_refused_by_option_and_config_alike(name, text, value):
    result = CliRunner().invoke(one_more, [f"--{name.replace('_', '-')}", text])
    assert result.exit_code == 2
    assert f"--{name.replace('_', '-')}" in result.output
    if value is not None:
        with pytest.raises(InputError, match=f"{name}: expected .*, got"):
            OneMore(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("turns", True),
        ("temperature", float("nan")),
        ("rdrop_alpha", float("inf")),
        ("loud", 1),
        ("order", 1),
        ("widths", 0.5),
        ("epochs", "3"),
    ],
)
def test_values_of_another_type_are_refused(name, value):
    with pytest.raises(InputError, match=f"{name}: expected"):
        OneMore(**{name: value})


def test_the_command_in_a_model_card_is_understood():
    config = TrainingConfig(
        cell="rnn", dropout=(0.1, 0.0, 0.3), epochs=7, seed=4, label_smoothing=0.1, num_layers=3
    )
    words = shlex.split(train_command(config.to_json(), "names"))
    assert words[:2] == ["cognomen", "train"]
    train = cli.get_command(None, "train")
    settings = train.make_context("train", words[2:]).params
    fields = {field.name for field in dataclasses.fields(TrainingConfig)}
    assert TrainingConfig(**{name: value for name, value in settings.items() if name in fields}) == config


# --- what stands in the way -------------------------------------------------------------------------------


def test_places_that_will_not_do_are_refused_before_the_training(names, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("mine")
    for place, words in [("file", "file"), ("folder", "something else"), ("none/model", "no folder")]:
        result = inside("train", names, "--out", str(tmp_path / place), *SMALL, "--force")
        assert words in failure(result, 1)
        assert "epoch" not in result.stderr.decode()
    assert (tmp_path / "folder" / "thesis.txt").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_model_is_only_replaced_when_forced(names, tmp_path):
    command = ["train", names, "--out", str(tmp_path / "model"), *SMALL, "--epochs", "1"]
    lines(inside(*command))
    weights = (tmp_path / "model" / "model.safetensors").read_bytes()
    assert "--force" in failure(inside(*command, "--seed", "1"), 1)
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == weights
    lines(inside(*command, "--seed", "1", "--force"))
    assert (tmp_path / "model" / "model.safetensors").read_bytes() != weights


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--cell", "transformer"], 2, "--cell"),
        (["--epochs", "0"], 2, "--epochs"),
        (["--dropout", "0.5"], 2, "'--dropout': expected 3 numbers"),
        (["--dropout", "0,0,1"], 2, "'--dropout': 1.0 is not in the range 0<=x<1"),
        (["--dropout", "a,b,c"], 2, "'--dropout': 'a' is not a valid float"),
        (["--pooling", "median"], 1, "pooling"),
        (["--resume"], 1, "nothing to resume"),
    ],
)
def test_wrong_settings_are_explained(names, tmp_path, options, code, words):
    result = inside("train", names, "--out", str(tmp_path / "model"), *options)
    assert words in failure(result, code)
    assert not (tmp_path / "model").exists()


def test_missing_data_is_explained(tmp_path):
    assert "no-such-names" in failure(inside("train", "no-such-names", "--out", str(tmp_path / "model")), 1)


def test_out_is_needed(names):
    assert "--out" in failure(inside("train", names), 2)


# --- stopped and resumed ----------------------------------------------------------------------------------


def stop_after(epochs: int, command: list[str], how: signal.Signals) -> tuple[int, str]:
    """Send a signal when so many epochs have ended; give the exit code and the rest of stderr."""
    environment = clean_environment(PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        interruptible(*command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stderr is not None
        for _ in range(epochs):
            assert process.stderr.readline().startswith(b"epoch")
        process.send_signal(how)
        rest = process.stderr.read().decode()
    return process.returncode, rest


def test_ctrl_c_keeps_the_best_model_and_resume_ends_where_it_would_have(names, tmp_path):
    def command(name: str) -> list[str]:
        return ["train", names, "--out", str(tmp_path / name), *SMALL, "--epochs", "60"]

    code, rest = stop_after(2, command("model"), signal.SIGINT)
    assert code == 130
    assert "Traceback" not in rest
    assert "of 60 epochs" in rest
    assert str(tmp_path / "model") in rest
    assert len(Classifier.load(tmp_path / "model").origins) == 3
    assert "--resume" in failure(run(*command("model"), "--epochs", "60"), 1)  # not started anew by mistake
    lines(run(*command("model"), "--resume"))
    lines(run(*command("whole")))
    resumed, whole = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("model", "whole"))
    assert resumed == whole
    assert not (tmp_path / "model.checkpoint").exists()


def test_a_killed_run_can_be_resumed_or_forced(names, tmp_path):
    command = ["train", names, "--out", str(tmp_path / "model"), *SMALL, "--epochs", "60"]
    stop_after(2, command, signal.SIGKILL)  # the checkpoint follows the line
    assert not (tmp_path / "model").exists()
    message = failure(run(*command), 1)
    assert "--resume" in message
    assert "--force" in message
    lines(run(*command, "--resume"))
    assert (tmp_path / "model" / "model.safetensors").exists()


def test_ctrl_c_before_the_first_epoch_says_that_nothing_is_kept(names, tmp_path, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cognomen.training.training.train", interrupted)
    result = CliRunner().invoke(cli, ["train", names, "--out", str(tmp_path / "model")])
    assert result.exit_code == 130
    assert "nothing to keep" in result.stderr


def test_ctrl_c_while_calibrating_keeps_what_was_learnt(names, tmp_path, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    command = ["train", names, "--out", str(tmp_path / "model"), *SMALL]
    (tmp_path / "model.checkpoint").write_text("of an earlier run")
    with monkeypatch.context() as patched:
        patched.setattr("cognomen.training.calibrate.fit_calibration", interrupted)
        result = CliRunner().invoke(cli, [*command, "--force"])
    assert result.exit_code == 130
    assert "--resume continues" in result.stderr
    lines(run(*command, "--resume"))
    assert (tmp_path / "model" / "model.safetensors").exists()


def test_an_earlier_runs_checkpoint_is_not_offered(names, tmp_path, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "model.checkpoint").write_text("of an earlier run")
    monkeypatch.setattr("cognomen.training.run.TrainingRun.epoch", interrupted)
    result = CliRunner().invoke(cli, ["train", names, "--out", str(tmp_path / "model"), *SMALL, "--force"])
    assert result.exit_code == 130
    assert "nothing to keep" in result.stderr


def test_one_epoch_is_not_called_epochs(names, tmp_path):
    small = [word for word in SMALL if word != "--no-refit"]
    result = CliRunner().invoke(cli, ["train", names, "--out", str(tmp_path / "m"), *small, "--epochs", "1"])
    assert "Two trainings of 1 epoch:" in result.stdout + result.stderr


def test_anew_on_all_names(names, tmp_path):
    """As `train` does when nobody says otherwise: two runs, one bar, both checkpoints gone at the end."""
    small = [word for word in SMALL if word != "--no-refit"]
    result = run("train", names, "--out", str(tmp_path / "model"), *small, "--epochs", "2")
    assert "held out of a first training with the same settings" in lines(result)[-2]
    assert "Two trainings of 2 epochs" in "\n".join(lines(result))
    assert "epoch 4/4" in result.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    facts = Classifier.load(tmp_path / "model").facts
    assert facts["refit"]
    assert facts["names"] > facts["validation_names"] > 0
    assert "A first network was trained in the same way" in (tmp_path / "model" / "README.md").read_text()


def test_commands_that_read_names_with_origins_take_other_headings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [vowel + consonant for vowel in "aeiou" for consonant in "bcdfg"]
    rows = [f"{land},{name}{land[:2]}" for name in names for land in ("Nord", "Sud")]
    Path("t.csv").write_text("\n".join(["land,last", *rows]) + "\n", "utf-8")
    columns = ["--name-column", "last", "--origin-column", "1"]
    assert "--name-column" in failure(inside("data", "check", "t.csv"), 1)
    assert lines(inside("data", "check", "t.csv", *columns))[0].startswith("t.csv: 50 names of 2 origins")
    small = ["--epochs", "1", "--hidden-size", "4", "--no-refit"]
    lines(inside("train", "t.csv", "--out", "m", *columns, *small))
    assert json.loads(lines(inside("evaluate", "m", "t.csv", "--json", *columns))[0])["data"] == "t.csv"
    measured = lines(inside("protocol", "T", "t.csv", "--json", *columns, *small))
    assert json.loads(measured[0])["corpus"]["rows"] == 50
