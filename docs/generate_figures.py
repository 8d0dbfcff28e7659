"""Writes docs/figures/ from the code's own structure: a network's classes, and the shipped model's tensors.

python docs/generate_figures.py           write the figures
python docs/generate_figures.py --check   fail when one is stale
"""

from __future__ import annotations

import sys
from pathlib import Path

from cognomen import RNN, Classifier
from cognomen.drawings import draw_classifier, draw_shapes, draw_unrolled

FOLDER = Path(__file__).parent / "figures"


def figures() -> dict[str, str]:
    """Each figure's file name and text."""
    return {
        "unrolled.svg": draw_unrolled(RNN(input_size=4, hidden_size=3, output_size=2)),
        "shapes.svg": draw_shapes(),
        "classifier.svg": draw_classifier(Classifier.load()),
    }


def main() -> int:
    """Write or check; 1 when a figure is stale."""
    made = figures()
    if "--check" not in sys.argv[1:]:
        FOLDER.mkdir(exist_ok=True)
        for name, text in made.items():
            (FOLDER / name).write_text(text, "utf-8")
        return 0
    stale = [
        name
        for name, text in made.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]
    if stale:
        print(f"stale: {', '.join(stale)}. Run: python docs/generate_figures.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
