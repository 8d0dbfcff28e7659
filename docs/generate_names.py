"""Writes docs/names.md, which surname is read from what and why, from the table that the tests read.

python docs/generate_names.py            write the page
python docs/generate_names.py --check    fail when the page is not what the table says
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cognomen.text.names import SURNAME_OF_FULL_NAME

DOCS = Path(__file__).parent
PAGE = DOCS / "names.md"
FIGURES = DOCS.parent / "benchmarks" / "results" / "order.json"
WRITTEN = {
    "plain": "John Smith",
    "capitals": "John SMITH",
    "all capitals": "JOHN SMITH",
    "comma": "John Smith,",
}
CASES = DOCS.parent / "tests" / "names_cases.toml"
HEAD = """\
# Names as people write them

Which words of a cell are the surname, and what is no name. This page is written from the
[table](../tests/names_cases.toml) that the tests read. The rules are applied to a cell in the order of
[`text/names.py`](../src/cognomen/text/names.py), and know nothing of the other cells of a column, but for
[its order](#the-order-of-a-column); [some](#what-the-network-tells) are reworded before. With
`full_names=False` or `--as-is` the whole text is the surname.
"""
ORDER = """\
# The order of a column

Names that do not tell by themselves ("Suzuki Ichiro", "Kim Minjun", "SMITH JOHN") are read given name
first where they stand alone. A column of them mostly shows its order, and is read in it as a whole:
`order="auto"`, the default of every call with several names, of `score`, `composition` and of
`predict` with a file. `order="surname-first"` or `"given-first"` (`--order`) says it instead. Cells
that tell by themselves are read as they tell in any order.

What shows the order is in [`classifier/order.py`](../src/cognomen/classifier/order.py): the words
at one end are answered more surely, with origins that suit the column better, are more often known
surnames, and have less of the [letters of given names](../src/cognomen/classifier/given_names.py); and
capitals or commas of other cells. `clf.column_order(names)` says what was found
and how sure it is; so do `composition(...).order`, the JSON of `score` and `composition`, and a
line on standard error. A probability below .9 decides nothing, nor do fewer than ten different names that
depend on the order or begin with the surname by their words, unless most begin so: names are then read as
they are alone. One word at an end of nearly all cells, a title or a family's surname, tells nothing itself;
the letters of the other words do. A file or stream tells by its first rows:
10,000 of a table (each file of a folder by its own), 4,096 lines of `predict`.

A column whose order is said or found also shows whether its people have two surnames, as most have whose
languages are Spanish, Catalan, Basque and Portuguese: whether the word in the middle of "Ana Molina
Herrero" is the first of two, or a second given name as in "Ana Lucía Molina", is
[asked of the column](../src/cognomen/classifier/second_surnames.py): of where the word stands in other
names, of its letters, and of the languages that the words hint at. In a cell alone fewer such names tell.

Given names in a column of their own (`--given NAME`) tell more than any order: without them, a name is the
surname. They never count as evidence of an origin.

How many rows are right was measured by [benchmarks/order.py](../benchmarks/order.py) on columns made of the
surnames of protocol P and given names of the same country from Faker, and of all countries together. A
figure is the mean of COLUMNS columns. "Alone" is what is right in columns of 1,000 rows if each name is read
alone. "In part" also counts the rows of which a part of the surname is read, such as the last of two.
"""


def page() -> str:
    """The page that the table makes."""
    cases = tomllib.loads(CASES.read_text("utf-8"))
    names = [section(kind, ("written", "surname", "note"), name_row) for kind in cases["kind"]]
    reasons = [section(kind, ("written", "reason"), reason_row) for kind in cases["no_name"]]
    told = [section(kind, ("written", "surname", "note"), name_row) for kind in cases["told"]]
    return "\n".join([HEAD, *names, *told, order(), "# What is no name\n", *reasons])


def order() -> str:
    """How the order of a column is found, and how many rows are right."""
    found = json.loads(FIGURES.read_text("utf-8"))["summary"]
    sizes = list(dict.fromkeys(each["size"] for each in found))
    rows = {(each["form"], each["order"], each["size"]): each for each in found}
    head = ["written", "alone", *(f"{size:,} rows" for size in sizes), f"in part, {sizes[-1]:,}"]
    lines = [head, ["---"] * len(head)]
    for form, way in dict.fromkeys((each["form"], each["order"]) for each in found):
        of_sizes = [rows[form, way, size] for size in sizes]
        shares = [
            rows[form, way, 1000]["before"],
            *(each["whole"] for each in of_sizes),
            of_sizes[-1]["part"],
        ]
        written = WRITTEN[form].split()[:: -1 if way == "surname-first" else 1]
        lines.append([code(" ".join(written)), *(f"{share:.3f}" for share in shares)])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{ORDER.replace('COLUMNS', str(found[0]['columns']))}\n{table}\n"


def name_row(row: Sequence[str]) -> tuple[str, str, str]:
    """The cells of a name; the note only where it says more than that the text is a full name."""
    written, surname, note, maiden = [*row, *(SURNAME_OF_FULL_NAME, "")[len(row) - 2 :]]
    said = {"": "the whole text", SURNAME_OF_FULL_NAME: ""}.get(note, code(note))
    return code(written), code(surname), f"maiden name {code(maiden)}" if maiden else said


def reason_row(row: Sequence[str]) -> tuple[str, str]:
    """The cells of what may be no name."""
    text, reason = row
    return code(text), code(reason) if reason else "a name"


def section(kind: dict[str, Any], heads: Sequence[str], cells: Callable[[Any], Sequence[str]]) -> str:
    """A heading, why, and a table."""
    lines = [heads, ["---"] * len(heads), *map(cells, kind["rows"])]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {kind['title']}\n\n{kind['why']}\n\n{table}\n"


def code(text: str) -> str:
    """A text as code, its invisible letters shown as escapes."""
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
    return f"`{shown.replace('|', chr(92) + '|')}`"


def main() -> int:
    """Write or check; 1 when the page is stale."""
    made = page()
    if "--check" in sys.argv[1:]:
        stale = not PAGE.exists() or PAGE.read_text("utf-8") != made
        if stale:
            print(
                "docs/names.md is not what the table says. Run: python docs/generate_names.py",
                file=sys.stderr,
            )
        return int(stale)
    PAGE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
