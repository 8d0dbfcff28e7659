"""Writes docs/study/notebook/study.ipynb from the chapters: text as it is, each example as a cell that runs.

python docs/generate_notebook.py           write the notebook
python docs/generate_notebook.py --check   fail when it is stale
"""

from __future__ import annotations

import doctest
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STUDY = Path(__file__).parent / "study"
NOTEBOOK = STUDY / "notebook" / "study.ipynb"
EXAMPLES = re.compile(r"^```python\n(>>> .*?)^```\n", re.MULTILINE | re.DOTALL)
RELATIVE = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)")
INSTALL = """\
# Run this first. It installs Cognomen from where the notebook lies: from the clone around it, or the wheel
# beside it, which the site offers. In Colab you are asked to upload the wheel. Or give an address.
ADDRESS = ""  # such as "git+https://..."

from importlib.util import find_spec
from pathlib import Path

def source():
    here = Path.cwd()
    clones = [folder for folder in (here, *here.parents) if (folder / "src" / "cognomen").is_dir()]
    if ADDRESS or clones:
        return ADDRESS or str(clones[0])
    if not list(here.glob("cognomen-*.whl")) and find_spec("google") and find_spec("google.colab"):
        from google.colab import files

        files.upload()  # into this folder
    wheels = sorted(map(str, here.glob("cognomen-*.whl")))
    if not wheels:
        raise FileNotFoundError(f"no clone, no cognomen-*.whl in {here}: put the wheel there, or set ADDRESS")
    return wheels[-1]

SOURCE = "pip" if find_spec("cognomen") else source()  # installed already: nothing to do
%pip install --quiet "{SOURCE}"\
"""

Cell = dict[str, Any]


def chapters() -> list[Path]:
    """README.md as the way in, then the numbered chapters."""
    return [STUDY / "README.md", *sorted(STUDY.glob("[0-9]*.md"))]


def notebook() -> str:
    """The whole notebook as text, the same each time."""
    cells = [code_cell(INSTALL, None)]
    for page in chapters():
        cells += cells_of(page.read_text(encoding="utf-8"))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:03}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def cells_of(page: str) -> Iterator[Cell]:
    """The cells of a page: its text, cut where code begins, and the code."""
    for number, part in enumerate(EXAMPLES.split(page)):
        if number % 2:
            yield from code_cells(part)
        elif text := words(part):
            yield {"cell_type": "markdown", "metadata": {}, "source": lines(text)}


def words(text: str) -> str:
    """Text for the notebook: links lead out of its folder; answers, cut in pieces by their code, lie open."""
    text = re.sub(r"<details.*?><summary>(.*?)</summary>", r"**\1**", text).replace("</details>", "")
    return RELATIVE.sub("../", text).strip()


def code_cells(examples: str) -> Iterator[Cell]:
    """A cell ends where something is printed: the output of a cell is that of its last line."""
    source = ""
    for example in doctest.DocTestParser().get_examples(examples):
        source += example.source
        if example.want:
            yield code_cell(source.rstrip("\n"), example)
            source = ""
    if source:
        yield code_cell(source.rstrip("\n"), None)


def code_cell(source: str, last: doctest.Example | None) -> Cell:
    """Code, and the output that the page shows."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [] if last is None else [output(last)],
        "source": lines(source),
    }


def output(example: doctest.Example) -> dict[str, Any]:
    """What an example gives: the value of an expression, or what was printed."""
    if example.source.startswith(("print(", "for ", "with ")):
        return {"name": "stdout", "output_type": "stream", "text": lines(example.want)}
    value = {"text/plain": lines(example.want.rstrip("\n"))}
    return {"data": value, "execution_count": None, "metadata": {}, "output_type": "execute_result"}


def lines(text: str) -> list[str]:
    """A text as notebooks keep it."""
    return text.splitlines(keepends=True)


def main() -> int:
    """Write or check; 1 when the notebook is stale."""
    made = notebook()
    if "--check" not in sys.argv[1:]:
        NOTEBOOK.parent.mkdir(exist_ok=True)
        NOTEBOOK.write_text(made, "utf-8")
        return 0
    if NOTEBOOK.is_file() and NOTEBOOK.read_text("utf-8") == made:
        return 0
    print("stale: study.ipynb. Run: python docs/generate_notebook.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
