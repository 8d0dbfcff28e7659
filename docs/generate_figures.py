"""Write docs/figures/ from the code's own structure: a network's classes, and the tensors of `classic`.

python docs/generate_figures.py           write the figures
python docs/generate_figures.py --check   fail when one is stale

What `cognomen explain --plot` draws is among them. matplotlib's versions draw the same differently, so these
files are not compared letter by letter: each says which model and which code it was drawn with.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from drawings.architecture import draw_classifier
from drawings.cells import draw_gru, draw_lstm
from drawings.shapes import draw_shapes
from drawings.unrolled import draw_unrolled

from cognomen import RNN, Classifier, explanation
from cognomen.explanation import explain, name_activations
from cognomen.io.pretrained import find_model
from cognomen.plots import explanation as explanation_plots

FOLDER = Path(__file__).parent / "figures"
NAME, MODEL = "Nakamura", "classic"
EXPLAINED = {"explained.svg": False, "explained-inside.svg": True}  # with the activations?


def figures() -> dict[str, str]:
    """Each figure's file name and text, of those that are the same wherever they are drawn."""
    return {
        "unrolled.svg": draw_unrolled(RNN(input_size=3, hidden_size=4, output_size=2)),
        "shapes.svg": draw_shapes(),
        "gru.svg": draw_gru(),
        "lstm.svg": draw_lstm(),
        "classifier.svg": draw_classifier(Classifier.load(MODEL)),
    }


def stamp(lines: list[str]) -> str:
    """A comment that changes with the model's files, with the code, and with what was drawn: these lines."""
    seen = hashlib.sha256(NAME.encode())
    code = [Path(explanation_plots.__file__), *sorted(Path(explanation.__file__).parent.glob("*.py"))]
    for path in (find_model(MODEL) / "model.json", *code):
        seen.update(path.read_text(encoding="utf-8").encode())
    seen.update("\n".join(lines).encode())
    return f"<!-- drawn with, and as, sha256:{seen.hexdigest()} -->"


def explained(*, whole: bool) -> str:
    """What `cognomen explain --plot` draws for a name, with or without the activations."""
    from matplotlib import rc_context

    classifier = Classifier.load(MODEL)
    found = explain(classifier, NAME)
    activations = name_activations(classifier, NAME) if whole else None
    with TemporaryDirectory() as folder, rc_context({"svg.hashsalt": NAME, "svg.fonttype": "none"}):
        path = Path(folder) / "picture.svg"
        explanation_plots.plot_explanation(found, activations, path)
        text = path.read_text(encoding="utf-8")
    first, *others = (line.rstrip() for line in text.splitlines())
    return "\n".join([first, stamp(others), *others, ""])


def as_drawn(text: str) -> bool:
    """Whether an explained name is as this code and this model draw it, wherever it was drawn."""
    lines = text.splitlines()
    return len(lines) > 1 and lines[1] == stamp(lines[2:])


def stale() -> list[str]:
    """The figures that are missing, or not as the code and the model are."""
    texts = {
        name: (FOLDER / name).read_text(encoding="utf-8") if (FOLDER / name).is_file() else ""
        for name in [*figures(), *EXPLAINED]
    }
    others = [name for name, made in figures().items() if texts[name] != made]
    return others + [name for name in EXPLAINED if not as_drawn(texts[name])]


def main() -> int:
    """Write or check; 1 when a figure is stale."""
    if "--check" in sys.argv[1:]:
        if found := stale():
            print(f"stale: {', '.join(found)}. Run: python docs/generate_figures.py", file=sys.stderr)
        return 1 if found else 0
    FOLDER.mkdir(exist_ok=True)
    for name in stale():
        text = explained(whole=EXPLAINED[name]) if name in EXPLAINED else figures()[name]
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
