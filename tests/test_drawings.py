"""The figures: as the code is, whole, and the same as those in docs/figures."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cli_running import tiny_classifier
from drawings.architecture import draw_classifier
from drawings.cells import draw_gru, draw_lstm
from drawings.shapes import SHAPES, Column, columns_of, draw_shapes
from drawings.unrolled import draw_unrolled
from test_explanation import classifier

from cognomen import RNN, Classifier
from cognomen.errors import InputError
from cognomen.plots import explanation as explanation_plots
from cognomen.rnn.shapes import ManyToMany, ManyToOne, OneToMany, OneToOne, SyncedManyToMany

DOCS = Path(__file__).parent.parent / "docs"
SVG = "{http://www.w3.org/2000/svg}"
spec = spec_from_file_location("generate_figures", DOCS / "generate_figures.py")
assert spec is not None
assert spec.loader is not None
figures: Any = module_from_spec(spec)
spec.loader.exec_module(figures)
DRAWN = {
    "unrolled": lambda: draw_unrolled(RNN(input_size=4, hidden_size=3, output_size=2)),
    "shapes": draw_shapes,
    "gru": draw_gru,
    "lstm": draw_lstm,
    "classifier": lambda: draw_classifier(Classifier.load("classic")),
    "ngrams": lambda: draw_classifier(classifier(ngrams=True, layers=2)),
    "reverse": lambda: draw_classifier(classifier(cell="lstm", direction="reverse"), "Müller"),
}


def words(text: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(text).iter(f"{SVG}text")]


def test_the_figures_in_the_documents_are_those_that_the_code_draws():
    """If this fails: python docs/generate_figures.py."""
    command = [sys.executable, str(DOCS / "generate_figures.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (DOCS / "figures").glob("*.svg")} == {
        "classifier.svg", "explained-inside.svg", "explained.svg", "gru.svg", "lstm.svg", "shapes.svg",
        "unrolled.svg",
    }  # fmt: skip


def test_a_picture_of_another_model_or_of_older_code_is_stale(monkeypatch, tmp_path):
    assert figures.stale() == []
    monkeypatch.setattr(figures, "NAME", "Rossi")
    assert figures.stale() == ["explained.svg", "explained-inside.svg"]
    monkeypatch.undo()
    tiny_classifier().save(tmp_path / "other")
    monkeypatch.setattr(figures, "find_model", lambda name: tmp_path / "other")
    assert figures.stale() == ["explained.svg", "explained-inside.svg"]
    monkeypatch.undo()
    plots = tmp_path / "plots.py"
    plots.write_text(Path(explanation_plots.__file__).read_text("utf-8") + "# older\n", "utf-8")
    monkeypatch.setattr(explanation_plots, "__file__", str(plots))
    assert figures.stale() == ["explained.svg", "explained-inside.svg"]
    monkeypatch.undo()
    (tmp_path / "__init__.py").write_text("# older\n", "utf-8")
    monkeypatch.setattr(figures.explanation, "__file__", str(tmp_path / "__init__.py"))
    assert figures.stale() == ["explained.svg", "explained-inside.svg"]
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    assert len(figures.stale()) == 7


def test_a_picture_that_was_touched_is_stale(monkeypatch, tmp_path):
    for path in figures.FOLDER.glob("*.svg"):
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace("#", "#0", 1), "utf-8")
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    assert len(figures.stale()) == 7


def test_the_pictures_of_an_explained_name_are_whole():
    for name, whole in figures.EXPLAINED.items():
        root = ElementTree.parse(DOCS / "figures" / name).getroot()
        said = {text.text for text in root.iter(f"{SVG}text")}
        assert ("Probability after each letter: each prefix classified as a whole name" in said) is True
        assert ("forward: update gate" in said) is whole


@pytest.mark.parametrize("name", DRAWN)
def test_everything_stands_on_the_sheet(name):
    root = ElementTree.fromstring(DRAWN[name]())
    width, height = (float(each) for each in root.attrib["viewBox"].split()[2:])
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    for box in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for text in root.iter(f"{SVG}text"):
        length = 0.56 * float(text.attrib["font-size"]) * len(text.text or "")
        before = {"start": 0, "middle": 0.5, "end": 1}[text.attrib["text-anchor"]] * length
        left = float(text.attrib["x"]) - before
        assert left >= 0
        assert left + length <= width, text.text
        assert float(text.attrib["y"]) < height


def test_the_unrolled_network_has_its_own_function_and_sizes():
    told = " ".join(words(draw_unrolled(RNN(4, 3, 2, nonlinearity="relu", bias=True))))
    assert "hₜ = relu(V hₜ₋₁ + U xₜ + b)" in told
    assert "yₜ = W hₜ + c" in told
    assert "U 3 × 4, V 3 × 3, W 2 × 3" in told
    assert "φ(V" in " ".join(words(draw_unrolled(RNN(4, nonlinearity=(abs, abs)))))
    with pytest.raises(InputError, match="input_size"):
        draw_unrolled(RNN())


def test_the_shapes_are_drawn_as_their_classes_are_wired():
    reads, tells, writes = Column(True, False, False), Column(True, True, False), Column(False, True, True)
    assert columns_of(OneToOne) == [tells]
    assert columns_of(OneToMany) == [reads] + [writes] * 3
    assert columns_of(ManyToOne) == [reads, reads, tells]
    assert columns_of(ManyToMany) == [reads] * 3 + [writes] * 3
    assert columns_of(SyncedManyToMany) == [tells] * 3
    root = ElementTree.fromstring(draw_shapes())
    columns = [column for shape, _, _ in SHAPES for column in columns_of(shape)]
    parts = len(columns) + sum(c.reads + c.answers for c in columns)
    assert len(list(root.iter(f"{SVG}rect"))) == 1 + parts + 4  # the ground, and the legend
    assert {name for _, name, _ in SHAPES} <= set(words(draw_shapes()))


@pytest.mark.parametrize(
    "clf",
    [
        Classifier.load("classic"),
        tiny_classifier(),
        classifier(ngrams=True, layers=2),
        classifier(direction="forward"),
    ],
)
def test_every_tensor_of_the_model_is_there_with_its_shape(clf):
    told = words(draw_classifier(clf, "Müller"))
    for name, value in clf.network.params.items():
        shape = str(value.shape).replace(",)", ")")
        assert f"{name.split('.', 1)[1]} {shape}" in told
    assert f"{clf.network.size:,} weights" in told
    assert f"softmax(logits / {clf.temperature:.2f})" in told
    assert "“Müller”  →  m u ◌̈ l l e r" in told
    longest = clf.network.architecture.longest_ngram
    assert any(f"up to {longest} letters" in each for each in told) == (longest > 0)


def test_the_result_of_each_stage_is_what_the_network_makes():
    """The shapes between the boxes, against those of a name that is really read."""
    clf = classifier(layers=2)
    net, ids = clf.network, clf.alphabet.encode("nakamura")
    x, _ = net.embedding.forward(ids)
    told = words(draw_classifier(clf))
    assert f"({len(ids)}, {x.shape[1]})" in told
    assert told.count(f"({len(ids)}, {net.recurrent.output_size})") == 2
    assert f"({net.output.params['weight'].shape[1]})" in told
    assert f"({len(clf.origins)}) logits" in told


@pytest.mark.parametrize(("draw", "boxes"), [(draw_gru, "hxzrn"), (draw_lstm, "hxcifgo")])
def test_a_cell_has_its_gates_and_fits_a_telephone(draw, boxes):
    drawn = ElementTree.fromstring(draw())
    assert set(boxes) <= set(words(draw()))
    assert float(drawn.get("width")) <= 400
    assert min(float(each.get("font-size")) for each in drawn.iter(f"{SVG}text")) >= 13
