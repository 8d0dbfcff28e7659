"""Exported networks, run by their own runtimes: the classifier's probabilities, for any number and length."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import clean_environment, failure, inside, lines
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.apps.export import letters_of, write_onnx, write_torch
from cognomen.classifier import DefaultPrior
from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.errors import InputError
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet, normalise
from cognomen.text.alphabet import UNKNOWN
from cognomen.text.ragged import Ragged

# Surnames of one word that are like names: nothing else is done with what the network says of them.
PLAIN = ("Nakamura", "O'Brien", "Müller", "Kowalczyk", "Smith", "SMITH, John", "Иванов", "Ωνάσης", "Nguyễn")
NAMES = [
    *("Nakamura", "O'Brien", "Müller", "Kowalczyk", "García Márquez", "Smith", "A", "xqzzw", "SMITH, John"),
    "Wolfeschlegelsteinhausenbergerdorff",
]
OF_THE_WORLD = [*NAMES, "Иванов", "Ωνάσης", "李", "김", "Nguyễn", "בן-גוריון", "حسين"]

CASES = {
    "classic": ("classic", NAMES),
    "world": ("world", OF_THE_WORLD),
    "lstm": ({"cell": "lstm", "num_layers": 2, "pooling": "last+mean"}, NAMES[:8]),
    "rnn": ({"cell": "rnn", "direction": "forward", "pooling": "last", "nonlinearity": "relu"}, NAMES[:8]),
    "reverse": ({"cell": "gru", "direction": "reverse", "pooling": "last+max"}, NAMES[:8]),
    "stack": ({"cell": "rnn", "num_layers": 3, "pooling": "mean+last"}, NAMES[:8]),
}


def made(settings: dict[str, Any]) -> Classifier:
    """A classifier of random weights, without n-grams."""
    alphabet, origins = Alphabet(" ',-abcdefghijklmnopqrstuvwxyz\u0301\u0308"), ("A", "B", "C")
    architecture = Architecture(len(alphabet), 3, embedding_size=5, hidden_size=6, **settings)
    network = Network(architecture, rng=np.random.default_rng(1))
    prior = DefaultPrior((3.0, 2.0, 9.0), 0.5)
    return Classifier(network, alphabet, origins, [0.5, 0.3, 0.2], 1.7, default_prior=prior)


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[Classifier, list[str]]:
    which, names = CASES[request.param]
    return (Classifier.load(which) if isinstance(which, str) else made(which)), names


def of_the_network(clf: Classifier, ids: NDArray[Any], lengths: NDArray[Any]) -> tuple[Any, Any]:
    """The logits and probabilities of a network, (N, C), before anything else is done with them."""
    names = Ragged(np.concatenate([row[:n] for row, n in zip(ids, lengths, strict=True)]), lengths)
    found = clf.network.evidence(names)
    ratios = np.log(clf.expected_shares()) - np.log(clf.priors)
    temperatures = clf.calibration.temperatures(found.known)
    return found.logits, softmax_with_temperature(found.logits, temperatures, ratios)


def check(run: Any, clf: Classifier, names: list[str]) -> None:
    """The same probabilities and logits: of all names together, with more filling up, and of each alone."""
    ids, lengths = letters_of(clf, names)
    expected_logits, expected = of_the_network(clf, ids, lengths)
    logits, p = run(ids, lengths)
    np.testing.assert_allclose(p, expected, atol=1e-5)
    np.testing.assert_allclose(logits, expected_logits, atol=1e-4)
    plain = [row for row, name in enumerate(names) if name in PLAIN]
    np.testing.assert_allclose(p[plain], clf.predict_proba(names)[plain], atol=1e-5)
    wider = np.pad(ids, ((0, 0), (0, 7)), constant_values=1)
    np.testing.assert_allclose(run(wider, lengths)[1], expected, atol=1e-5)
    for row, length in enumerate(lengths[:3]):
        alone = run(ids[row : row + 1, :length], lengths[row : row + 1])[1]
        np.testing.assert_allclose(alone, expected[row : row + 1], atol=1e-5)


def test_the_onnx_graph_is_the_classifier(case: tuple[Classifier, list[str]], tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    clf, names = case
    path = write_onnx(clf, tmp_path / "a.onnx")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(ids: NDArray[Any], lengths: NDArray[Any]) -> list[NDArray[Any]]:
        found: list[NDArray[Any]] = session.run(["logits", "probabilities"], {"ids": ids, "lengths": lengths})
        return found

    check(run, clf, names)
    facts = session.get_modelmeta().custom_metadata_map
    assert facts["origins"].split("\n") == list(clf.origins)
    assert facts["alphabet"] == clf.alphabet.letters
    assert session.get_inputs()[0].shape == ["N", "T"]


def test_the_torch_module_is_the_classifier(case: tuple[Classifier, list[str]], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    clf, names = case
    path, _ = write_torch(clf, tmp_path / "made_network.py")
    spec = importlib.util.spec_from_file_location("made_network", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.load()

    def run(ids: NDArray[Any], lengths: NDArray[Any]) -> list[NDArray[Any]]:
        with torch.no_grad():
            return [each.numpy() for each in network(torch.from_numpy(ids), torch.from_numpy(lengths))]

    check(run, clf, names)
    assert network.origins == list(clf.origins)


def test_the_torch_module_needs_nothing_of_cognomen(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    written = inside("export", "classic", "--torch", str(tmp_path / "away.py"))
    assert [line.split(":")[0] for line in lines(written)] == [
        str(tmp_path / "away.py"),
        str(tmp_path / "away.safetensors"),
    ]
    assert [line[-3:] for line in lines(written)] == [" kB", " MB"]
    program = """
import sys, away
network = away.load()
p = network(*away.encode(["nakamura", "Rossi", "Müller"], network.alphabet)).probabilities
print(*(network.origins[k] for k in p.argmax(1)), *(name for name in sys.modules if "cognomen" in name))
"""
    environment = {**clean_environment(), "PYTHONPATH": ""}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Japanese", "Italian", "German"]


def test_the_torch_module_encodes_as_the_classifier_does() -> None:
    pytest.importorskip("torch")
    from cognomen.apps.export.torch_network import encode

    alphabet = Classifier.load("world").alphabet
    names = ["smith", "石破", "龘", "김", "q𠮷", "𐌰"]
    ids, lengths = encode(names, alphabet.letters)
    assert UNKNOWN in alphabet.encode("𐌰")
    for name, row, length in zip(names, ids.tolist(), lengths.tolist(), strict=True):
        assert row[:length] == alphabet.encode(normalise(name)).tolist()


def test_letters_are_those_that_the_classifier_reads() -> None:
    clf = Classifier.load("classic")
    ids, lengths = letters_of(clf, ["SMITH, John", "Abc"])
    assert clf.alphabet.decode(ids[0]) == "smith"
    assert lengths.tolist() == [5, 3]
    assert ids[1].tolist()[3:] == [0, 0]
    with pytest.raises(InputError, match="at least one surname, got none"):
        letters_of(clf, [])
    with pytest.raises(InputError, match=r"names\[1\].*'123'"):
        letters_of(clf, ["Smith", "123"])
    with pytest.raises(InputError, match=r"names\[0\]: .* in letters of the model, got 'Иванов'"):
        letters_of(clf, ["Иванов"])
    with pytest.raises(InputError, match=r"names\[1\]: expected a surname in letters .*, got None"):
        letters_of(clf, ["Smith", None])  # type: ignore[list-item]
    assert letters_of(clf, "Smith")[0].tolist() == letters_of(clf, ["Smith"])[0].tolist()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "--onnx"),
        (["--onnx", "a.txt"], 1, ".onnx"),
        (["--torch", "a.pt"], 1, ".py"),
        (["--onnx", "a.onnx", "--torch", "a"], 1, "a: expected a file that ends in .py"),
        (["--torch", "there.py"], 1, "--force"),
        (["--onnx", "no/folder.onnx"], 1, "No such file"),
        (["generator", "--onnx", "a.onnx"], 1, "generator"),
    ],
)
def test_what_cannot_be_written_is_said(
    arguments: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.safetensors").write_text("mine")
    given = arguments if arguments[:1] == ["generator"] else ["classic", *arguments]
    assert words in failure(inside("export", *given), code)
    assert [path.name for path in tmp_path.iterdir()] == ["there.safetensors"]


def test_what_other_runtimes_lack_is_said(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    with pytest.raises(InputError, match="combined"):
        write_onnx(made({"cell": "combined"}), tmp_path / "a.onnx")
    with pytest.raises(InputError, match="identity"):
        write_torch(made({"cell": "rnn", "nonlinearity": "identity"}), tmp_path / "a.py")
    assert not list(tmp_path.iterdir())
