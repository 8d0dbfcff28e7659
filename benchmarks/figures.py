"""Write the tables of the README and docs/ from the results.

python benchmarks/figures.py           write them
python benchmarks/figures.py --check   fail when one is stale
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accuracy
import dataset
import engines
import knowing
import limits
import outcomes
import outside
import page
import rivals
import serve
import unlike
import world_figures
from speed import all_results as speed_results
from speed import table as table_of
from speed_profile import table as profile_table
from timed.tables import markdown

from cognomen.io.files import write_atomically
from cognomen.training import world_card

HERE = Path(__file__).parent
README, DOCS = HERE.parent / "README.md", HERE.parent / "docs"
PROTOCOLS = {"L": "L, leak-free", "T": "T, the tutorial's rows"}
# What the README's short tables show: these methods, and one line of each of these rows, in short words.
SHORT_ACCURACY = ("most-frequent", "logistic", "video", "gru", "classic")
SHORT_SPEED = [
    ("torch", 0, "all names of the 18 files, text to probabilities", "PyTorch `nn.GRU`"),
    ("onnx", 0, "the same", "ONNX Runtime, GRU"),
    ("sklearn", 0, "the same", "scikit-learn, logistic regression on 1-4-grams"),
    ("torch", 1, "the same, with `[fast]`", "PyTorch `nn.GRU`"),
    ("onnx", 1, "the same, with `[fast]`", "ONNX Runtime, GRU"),
    ("column", 0, "an Arrow column with many repeated names", "its distinct names alone"),
    ("step", 1, "training, batches of 128", "PyTorch `nn.GRU`"),
    ("step", 4, "the same, with `[fast]`", "PyTorch `nn.GRU`"),
    ("letter", 1, "one step of a GRU, 59 -> 128", "PyTorch `nn.GRUCell`"),
    ("process", 0, "`cognomen predict --model classic smith`, whole process", '`python -c "import numpy"`'),
]


def results(name: str) -> dict[str, Any]:
    """The results of one benchmark."""
    read: dict[str, Any] = json.loads((HERE / "results" / f"{name}.json").read_text(encoding="utf-8"))
    return read


def row(protocol: str, model: str, result: dict[str, Any], pooled: dict[str, Any]) -> tuple[str, ...]:
    """One row of `protocol_table`."""
    accuracy = f"{result['mean']:.3f} ± {result['standard_deviation']:.3f}"
    scores = (f"{pooled[key]:.3f}" for key in ("macro_f1", "top3", "log_loss", "ece"))
    return PROTOCOLS[protocol], model, accuracy, *scores


def protocol_table() -> str:
    """The pretrained model's configuration and the video's network, under both protocols."""
    classic, video = results("classic"), results("tutorial")["video"]
    rows = []
    for protocol in PROTOCOLS:
        rows.append(row(protocol, "`classic`", classic[protocol], classic[protocol]["evaluation"]))
        rows.append(row(protocol, "the video's", video[protocol], video[protocol]["pooled"]))
    more = results("outside")["L"]
    rows.insert(1, row("L", "the same, with names from outside", more, more["evaluation"]))
    return markdown(("protocol", "model", "accuracy", "macro-F1", "top-3", "log loss", "ECE"), rows)


VARIANTS = {
    "video": "as in the video: origins drawn uniformly, no tanh",
    "tanh": "with the tanh that its network lacks",
    "rows": "with names drawn uniformly rather than origins",
}


def tutorial_table() -> str:
    """The video's network, trained in three variants."""
    rows = []
    for variant, words in VARIANTS.items():
        cells = (results("tutorial")[variant][p] for p in PROTOCOLS)
        rows.append((words, *(f"{cell['mean']:.3f} ± {cell['standard_deviation']:.3f}" for cell in cells)))
    return markdown(("the loop", "accuracy under L", "under T"), rows)


def where(here: dict[str, Any]) -> str:
    """The machine and the versions that something was measured with."""
    versions = ", ".join(f"{name} {v}" for name, v in here["versions"].items() if v and name != "cognomen")
    told = [short(here["processor"]), f"{here['cores']} cores", *here["blas"][:1], " ".join(here["simd"])]
    busy = ", in seconds of the processor, beside other work" if here.get("clock") == "processor" else ""
    return f"Measured on {', '.join(filter(None, told))}; {versions}{busy}.\n\n"


def short(processor: str) -> str:
    """A processor's name without its trademarks."""
    return processor.replace("(R)", "").replace(" Processor", "")


def speed_tables() -> str:
    """All that `speed.py` measured, and on what machines."""
    return "\n".join(where(measured["machine"]) + table_of(measured["rows"]) for measured in speed_results())


def profile_tables() -> str:
    """Where the time goes, on every processor that `speed_profile.py` has met."""
    return "\n".join(
        where(measured["machine"]) + profile_table(measured) for measured in speed_results("profile")
    )


def short_speed_table() -> str:
    """A few lines of the speed table, each from the processor where it is worst, with the ratio in words."""
    lines = ["| task | compared with | Cognomen | the other | | on |\n", "| --- " * 6 + "|\n"]
    for name, place, task, other in SHORT_SPEED:
        if not (found := weakest(name, place)):
            continue  # not measured anywhere yet
        line, processor = found
        ratio = f"{line['figure']:.2f} times {'as fast' if '≥' in line['target'] else 'the time'}"
        lines.append(f"| {task} | {other} | {line['ours']} | {line['theirs']} | {ratio} | {processor} |\n")
    return "".join(lines)


def weakest(row: str, place: int) -> tuple[dict[str, Any], str] | None:
    """One line of a row of the speed table where its figure is worst, and the processor there."""
    found = [
        (measured["rows"][row]["lines"][place], short(measured["machine"]["processor"]))
        for measured in speed_results()
        if len(measured["rows"].get(row, {"lines": []})["lines"]) > place
    ]
    return min(
        found, key=lambda each: each[0]["figure"] * (1 if "≥" in each[0]["target"] else -1), default=None
    )


def of_world(tables: Callable[[dict[str, Any]], str]) -> str:
    """Tables of what `world.py` measured; nothing before it has run."""
    return tables(results("world")) + "\n" if (HERE / "results" / "world.json").exists() else ""


def short_world_table(measured: dict[str, Any]) -> str:
    """The main figures of `world`, with its rivals beside it."""
    people, native = measured["P"]["shipped"], measured["native"]["shipped"]
    rows = [("unseen names, each origin counting the same (W)", measured["W"])]
    if bag := measured.get("W, bag of n-grams"):
        rows.append(("the same, by a bag of n-grams alone", bag))
    rows.append(("members of the European Parliament (P)", _right(people["uniform"])))
    known, table = people["known names"], people["look-up, known names"]
    rows.append(("of these, those whose names are in the training table", _right(known)))
    rows.append(("the same names, looked up in that table", _right(table)))
    languages = [language for language in native if "(" not in language]
    rows += [
        (f"members of a parliament, in native script: {o}", {"accuracy": native[o]["default"]})
        for o in languages
    ]
    rows.append(("the 25 most common names of each official list", measured["common"]["default"]))
    lines = [(what, *(_figure(its.get(key)) for key in ("accuracy", "group"))) for what, its in rows]
    return world_card.table(("names", "origin", "group"), lines)


def _right(people: dict[str, Any]) -> dict[str, Any]:
    """The figures of protocol P under the names of protocol W."""
    return {"accuracy": people["origin"], "group": people["group"]}


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def filled(text: str, mark: str, table: str) -> str:
    """The text with the table between its two marks."""
    block = re.compile(rf"(?<=<!-- {mark} -->\n).*(?=<!-- /{mark} -->)", re.DOTALL)
    written, count = block.subn(lambda _: table, text)
    if count != 1:
        sys.exit(f"expected one place between <!-- {mark} --> and <!-- /{mark} -->")
    return written


def main() -> None:
    pages = {
        README: {
            "accuracy-short": accuracy.table(results("accuracy"), SHORT_ACCURACY),
            "world-short": of_world(short_world_table),
            "speed-short": short_speed_table(),
        },
        DOCS / "knowing.md": {
            "knowing": knowing.tables(results("knowing")) + "\n",
            "unlike": unlike.table(results("unlike")) + "\n",
        },
        DOCS / "accuracy.md": {
            "protocols": protocol_table(),
            "methods": accuracy.table(results("accuracy")),
            "tutorial": tutorial_table(),
            "curve": limits.curve_table(results("limits")),
            "errors": limits.error_tables(results("limits")),
            "rows": limits.rows_sentence(results("limits")),
            "outside": outside.sentence(results("outside")),
            "world": of_world(world_figures.figures),
            "rivals": rivals.tables(results("rivals")),
        },
        DOCS / "page.md": {
            "page": where(results("page")["machine"]) + page.table(results("page")),
            "faults": page.faults_table(results("faults")),
        },
        DOCS / "engines.md": {
            "engines": where(results("engines")["machine"]) + engines.table(results("engines")),
            "dataset": where(results("dataset")["machine"]) + dataset.table(results("dataset")),
        },
        DOCS / "outcomes.md": {"outcomes": outcomes.table(results("outcomes"))},
        DOCS / "server.md": {"serve": serve.table(results("serve"))},
        DOCS / "speed.md": {
            "profile": profile_tables(),
            "speed": speed_tables(),
        },
    }
    for document, tables in pages.items():
        text = written = document.read_text(encoding="utf-8")
        for mark, made in tables.items():
            written = filled(written, mark, made)
        if sys.argv[1:] != ["--check"]:
            write_atomically(document, written.encode())
        elif written != text:
            sys.exit(f"{document.name}: the figures are stale; run: python benchmarks/figures.py")


if __name__ == "__main__":
    main()
