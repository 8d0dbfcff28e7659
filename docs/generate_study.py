"""Fills what the study's pages quote from docs/study/results: the sentence and the table of each experiment.

python docs/generate_study.py            fill the pages; draw pictures anew where the results have changed
python docs/generate_study.py --check    fail when a page, a table or a picture is not what the results say

The results themselves come from `make study`, or `cognomen study run NAME --out docs/study` for one of them.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

from cognomen.study import EXPERIMENTS
from cognomen.study.record import problems, read, results_path, write
from cognomen.study.tasks.origins import shipped_accuracy
from cognomen.training import TrainingConfig

STUDY = Path(__file__).parent / "study"
MARK = re.compile(r"(<!-- study (\S+) -->\n).*?(<!-- /study \2 -->)", re.DOTALL)


def filled(page: str, folder: Path) -> str:
    """A page with what the results say between its marks; nothing where there are no results yet."""
    return MARK.sub(lambda mark: mark[1] + quoted(mark[2], folder) + mark[3], page)


def quoted(name: str, folder: Path) -> str:
    """An experiment's sentence and table."""
    if not results_path(folder, name).is_file():
        return ""
    findings = read(folder, name)
    return f"\n{findings.sentence}\n\n{findings.table.markdown()}\n"  # some Markdowns need the empty lines


def redraw(folder: Path) -> None:
    """Write sentence, table and picture again where they are not what the numbers say; nothing is trained."""
    if "origins" in EXPERIMENTS:
        findings = read(folder, "origins")
        if (now := shipped_accuracy()) != findings.numbers["all_folds"]:
            runs = tuple({**run, "all_folds": now} for run in findings.runs)
            write(replace(findings, runs=runs), folder)
    for name in EXPERIMENTS:
        if problems(folder, {name: EXPERIMENTS[name]}) and results_path(folder, name).is_file():
            write(read(folder, name), folder)


def stale(folder: Path) -> list[str]:
    """What is not as the results say, and what is quoted but does not exist."""
    found = problems(folder, EXPERIMENTS)
    if "origins" in EXPERIMENTS and not found:
        found = outdated(folder)
    for page in sorted(folder.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        found += [
            f"{page.name}: there is no experiment {mark[1]}"
            for mark in MARK.findall(text)
            if mark[1] not in EXPERIMENTS
        ]
        if not found and filled(text, folder) != text:
            found.append(f"{page.name}: what it quotes is not what the results say")
    return found


def outdated(folder: Path) -> list[str]:
    """What `origins` says of `classic`, or found with a config, that is no longer there."""
    numbers = read(folder, "origins").numbers
    found = []
    if numbers["all_folds"] != shipped_accuracy():
        found.append("origins: the pretrained model classic has changed")
    if numbers["config"] != json.loads(json.dumps(asdict(TrainingConfig()))):
        found.append("origins: the config has changed; run: cognomen study run origins --out docs/study")
    return found


def main() -> int:
    """Fill or check; 1 when something is stale."""
    if "--check" in sys.argv[1:]:
        if found := stale(STUDY):
            print("\n".join(found), file=sys.stderr)
            print(
                "Run: python docs/generate_study.py; where results are missing, make study", file=sys.stderr
            )
        return 1 if found else 0
    redraw(STUDY)
    for page in sorted(STUDY.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if (made := filled(text, STUDY)) != text:
            page.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
