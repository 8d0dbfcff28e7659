"""The pictures: drawn whole, of what was measured, and with nothing cut off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cognomen.errors import InputError, MissingExtraError
from cognomen.evaluation import Evaluation, evaluate
from cognomen.plots.evaluation import confusion_matrix, loss_curve, reliability_diagram
from cognomen.training import EpochRecord

ORIGINS = ["Arabic", "Basque", "Czech"]
HISTORY = [EpochRecord(i, 2 / i, 1 - 0.6 / i, 2.2 / i, 1 - 0.7 / i) for i in range(1, 6)]
DRAWINGS = [
    (loss_curve, HISTORY, ["training names", "validation names", "Epoch", "nats"]),
    (confusion_matrix, None, ["Arabic (20)", "Basque (40)", "Czech (60)", "True origin", "Answered origin"]),
    (reliability_diagram, None, ["perfect calibration", "Mean confidence", "ECE"]),
]


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [20, 40, 60])
    logits = rng.standard_normal((120, 3))
    logits[np.arange(120), labels] += 1.5
    return evaluate(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels, ORIGINS)


@pytest.mark.parametrize(("draw", "what", "words"), DRAWINGS)
@pytest.mark.parametrize("suffix", [".png", ".svg", ".PNG"])
def test_each_picture_is_drawn(
    draw: Any, what: Any, words: list[str], suffix: str, evaluation: Evaluation, tmp_path: Path
) -> None:
    path = tmp_path / "new folder" / f"picture{suffix}"
    draw(what or evaluation, path)
    assert path.read_bytes().startswith(b"\x89PNG" if suffix.lower() == ".png" else b"<?xml")
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("draw", "what", "words"), DRAWINGS)
def test_the_words_are_in_it(
    draw: Any, what: Any, words: list[str], evaluation: Evaluation, tmp_path: Path
) -> None:
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):  # words as words, not as shapes
        draw(what or evaluation, tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text(encoding="utf-8")
    for word in words:
        assert word in text


def test_the_matrix_shows_the_rows_shares(evaluation: Evaluation, tmp_path: Path) -> None:
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        confusion_matrix(evaluation, tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text(encoding="utf-8")
    for row in 100 * evaluation.confusion / evaluation.confusion.sum(axis=1, keepdims=True):
        for share in row[row >= 0.5]:
            assert f">{share:.0f}</text>" in text


def many_origins() -> Evaluation:
    labels = np.arange(18).repeat(range(60, 60 + 18))
    return evaluate(
        np.full((len(labels), 18), 0.02) + 0.64 * np.eye(18)[labels],
        labels,
        [f"Origin number {i}" for i in range(18)],
    )


@pytest.mark.parametrize("draw", [loss_curve, confusion_matrix, reliability_diagram])
def test_nothing_is_cut_off_at_the_edges(draw: Any, tmp_path: Path) -> None:
    from matplotlib.image import imread

    draw(HISTORY if draw is loss_curve else many_origins(), tmp_path / "p.png")
    pixels = imread(tmp_path / "p.png")[..., :3]  # (height, width, 3)
    edge = 8
    for strip in (pixels[:edge], pixels[-edge:], pixels[:, :edge], pixels[:, -edge:]):
        assert (strip == 1).all()
    assert (pixels < 0.5).any()


def test_losses_and_accuracies_stand_inside_their_axes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure

    drawn: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (drawn.append(self), save(self, *a, **k)))
    for history in (HISTORY, HISTORY[:1]):
        loss_curve(history, tmp_path / "p.png")
        for axes in drawn[-1].axes:
            low, high = axes.get_ylim()
            left, right = axes.get_xlim()
            for line in axes.lines:
                assert (low < np.asarray(line.get_ydata())).all()
                assert (np.asarray(line.get_ydata()) < high).all()
                assert (left < np.asarray(line.get_xdata())).all()
                assert (np.asarray(line.get_xdata()) < right).all()
            assert all(tick == round(tick) for tick in axes.get_xticks())


def test_a_run_without_validation_names_is_drawn(tmp_path: Path) -> None:
    loss_curve([EpochRecord(1, 1.0, 0.5, None, None)], tmp_path / "p.png")
    assert (tmp_path / "p.png").stat().st_size > 1000


def drawn_by(draw: Any, *what: Any, to: Path) -> Any:
    """The matplotlib figure that a function saves."""
    from matplotlib.figure import Figure

    with pytest.MonkeyPatch.context() as patch:
        figures: list[Figure] = []
        save = Figure.savefig
        patch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k)))
        draw(*what, to)
    return figures[0]


def test_whiskers_are_95_percent_wilson_intervals(tmp_path: Path) -> None:
    """Against the interval's definition: the proportions that are 1.96 standard errors from the observed."""
    labels = np.array([0] * 8 + [1] * 2)
    figure = drawn_by(
        reliability_diagram, evaluate([[0.6, 0.4]] * 10, labels, ["Czech", "Irish"]), to=tmp_path / "p.svg"
    )
    [bars] = [each for each in figure.axes[0].collections if hasattr(each, "get_segments")]
    [segment] = bars.get_segments()
    assert segment[:, 0] == pytest.approx([60, 60])
    for end in segment[:, 1] / 100:
        assert abs(0.8 - end) == pytest.approx(1.96 * np.sqrt(end * (1 - end) / 10), rel=1e-6)
    np.testing.assert_allclose(segment[:, 1], [49.02, 94.33], atol=0.01)


@pytest.mark.parametrize("epochs", [40, 41])
def test_many_epochs_are_drawn_without_markers(epochs: int, tmp_path: Path) -> None:
    history = [EpochRecord(i, 2 / i, 0.5, None, None) for i in range(1, epochs + 1)]
    for axes in drawn_by(loss_curve, history, to=tmp_path / "p.svg").axes:
        assert [line.get_marker() for line in axes.lines] == ["o" if epochs == 40 else ""]


def test_curves_show_losses_and_percentages(tmp_path: Path) -> None:
    figure = drawn_by(loss_curve, HISTORY, to=tmp_path / "p.svg")
    found = [np.asarray(line.get_ydata()) for axes in figure.axes for line in axes.lines]
    columns = [
        [r.train_loss, r.validation_loss, 100 * r.train_accuracy, 100 * (r.validation_accuracy or 0)]
        for r in HISTORY
    ]
    np.testing.assert_allclose(found, np.transpose(columns))
    losses, accuracies = figure.axes
    np.testing.assert_allclose([*losses.get_ylim(), *accuracies.get_ylim()], [0, 1.05 * 2.2, 25, 100])
    assert [line.get_linestyle() for line in losses.lines] == ["-", "--"]


def test_numbers_in_the_matrix_can_be_read(tmp_path: Path) -> None:
    """None below half a per cent, white on dark cells, and none at all where cells are tiny."""
    confusion = np.array([[995, 5], [441, 559]])
    labels, answers = (place.repeat(confusion.ravel()) for place in np.indices((2, 2)).reshape(2, -1))
    figure = drawn_by(
        confusion_matrix, evaluate(np.eye(2)[answers], labels, ["Czech", "Irish"]), to=tmp_path / "p.svg"
    )
    written = {each.get_text(): each.get_color() for each in figure.axes[0].texts}
    assert written == {"100": "white", "0": "black", "44": "black", "56": "white"}
    for count, numbers in [(40, 40), (41, 0)]:
        eye = np.eye(count)
        many = evaluate(eye, np.arange(count), [f"Origin {i}" for i in range(count)])
        assert len(drawn_by(confusion_matrix, many, to=tmp_path / "p.svg").axes[0].texts) == numbers
    few = np.array([[996, 4], [450, 550]])
    labels, answers = (place.repeat(few.ravel()) for place in np.indices((2, 2)).reshape(2, -1))
    figure = drawn_by(
        confusion_matrix, evaluate(np.eye(2)[answers], labels, ["Czech", "Irish"]), to=tmp_path / "p.svg"
    )
    written = {each.get_text(): each.get_color() for each in figure.axes[0].texts}
    assert written == {"100": "white", "45": "black", "55": "black"}


def test_other_suffixes_and_empty_histories_are_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        confusion_matrix(evaluation, tmp_path / "p.jpg")
    with pytest.raises(InputError, match="at least one epoch"):
        loss_curve([], tmp_path / "p.png")


def test_without_matplotlib_the_door_says_what_to_install(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cognomen\[plots\]'"):
        reliability_diagram(evaluation, tmp_path / "p.png")


def test_drawing_leaves_matplotlibs_global_state_alone() -> None:
    script = (
        "import sys, tempfile, pathlib\n"
        "from cognomen.plots.evaluation import loss_curve\n"
        "from cognomen.training.run import EpochRecord\n"
        "assert 'matplotlib' not in sys.modules\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    loss_curve([EpochRecord(1, 1.0, 0.5, None, None)], pathlib.Path(folder) / 'p.png')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
