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

Which words of a text are the surname, and what is not a name. This page is generated from the
[table](../tests/names_cases.toml) that the tests read; each part has the rule and the examples that are
tested. [`text/names.py`](../src/cognomen/text/names.py) applies the rules, in its own order, to each cell
of a column alone, apart from [the order of the column](#the-order-of-a-column) and the cells that [the
network](#what-the-network-tells) rewords first. With `full_names=False` or `--as-is` the whole text is the
surname.
"""
ORDER = """\
# The order of a column

A name that does not show its order ("Suzuki Ichiro", "Kim Minjun", "SMITH JOHN") is read with the given
name first if it stands alone. A column of such names mostly shows the order, and all of it is then read in
that order: this is `order="auto"`, the default of every call with several names, of `score`, of
`composition`, and of `predict` with a file. `order="surname-first"` or `"given-first"` (`--order`) states
the order instead. Cells that show their own order, for instance by a comma, are always read in that order.

The order is inferred ([`classifier/order.py`](../src/cognomen/classifier/order.py)) from the words at both
ends of the cells: surnames are answered with higher probabilities, with origins that suit the column
better, are more often known surnames, and look less like [given
names](../src/cognomen/classifier/given_names.py). Capitals and commas in other cells count as well.
`clf.column_order(names)` gives the order and its probability; so do `composition(...).order`, the JSON of
`score` and `composition`, and a line on standard error. Names are read as if they stood alone if the
probability is below .9, or if fewer than ten different names depend on the order or show that they begin
with the surname (unless most of the names show this). A word that stands at the same end of nearly all
cells is a title or the surname of a family: it is no evidence itself, but the letters of the other words
are. For a file or a stream, the first 10,000 rows or lines decide (of each file, in a folder).

Once the order is known, the column also shows whether its people have two surnames, as most people whose
languages are Spanish, Catalan, Basque or Portuguese do. Whether the word in the middle of "Ana Molina
Herrero" is the first of two surnames, or a second given name as in "Ana Lucía Molina", is
[inferred](../src/cognomen/classifier/second_surnames.py) from its places in other names of the column, its
letters and the probable languages of the words. For a cell alone, this is decided less often.

Given names in a column of their own (`--given NAME`) are better evidence than any order: what remains of a
name without them is the surname. Where more given names follow them in most names ("John Paul Smith" beside
"John"), the surname is found in what remains. They never count as evidence of an origin.

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
    return "\n".join([HEAD, *names, *told, order(), "# What is not a name\n", *reasons])


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
