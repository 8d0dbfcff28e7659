"""Results on disk: `results/NAME.json` and `figures/NAME.svg` in a folder, and whether they agree.

The identifier of a figure is the SHA-256 of the numbers it was drawn from. So an outdated figure is found
without drawing it again, whatever the version of matplotlib.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cognomen.errors import DataError
from cognomen.io.files import write_atomically
from cognomen.plots.canvas import empty_figure
from cognomen.study.experiment import Experiment, Findings, Numbers, Settings
from cognomen.study.registry import find_experiment

PICTURE = "picture_sha256"  # not redrawn to compare: matplotlib's versions draw the same differently


def results_path(folder: Path, name: str) -> Path:
    """The path of an experiment's numbers."""
    return folder / "results" / f"{name}.json"


def figure_path(folder: Path, name: str) -> Path:
    """The path of an experiment's figure."""
    return folder / "figures" / f"{name}.svg"


def _sum(picture: bytes) -> str:
    """The SHA-256 of a figure's text, independent of line endings."""
    return hashlib.sha256(picture.replace(b"\r\n", b"\n")).hexdigest()


def digest(runs: Sequence[Numbers]) -> str:
    """The SHA-256 of the numbers of all runs in canonical form."""
    return hashlib.sha256(json.dumps(runs, sort_keys=True, allow_nan=False).encode()).hexdigest()


def write(findings: Findings, folder: Path) -> list[Path]:
    """Write numbers and figure atomically; return the paths.

    Raises:
        MissingExtraError: matplotlib is not installed; nothing is written.
    """
    name = findings.experiment.name
    # Drawn from the numbers as they will be read, which may be rounded.
    runs = json.loads(json.dumps(findings.to_json()["runs"]))
    kept = Findings(findings.experiment, findings.settings, tuple(runs))
    picture = draw_figure(kept)
    files = {
        figure_path(folder, name): picture,
        results_path(folder, name): _laid_out(kept.to_json() | {PICTURE: _sum(picture)}).encode(),
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return list(files)


def draw_figure(findings: Findings) -> bytes:
    """The figure as SVG, reproducible to the byte; its description is the sentence."""
    experiment = findings.experiment
    figure = empty_figure(*experiment.size)
    from matplotlib import rc_context

    findings.draw(figure)
    picture = io.BytesIO()
    about = {
        "Date": None,
        "Title": experiment.question,
        "Description": findings.sentence,
        "Identifier": f"sha256:{digest(findings.runs)}",
    }
    with rc_context({"svg.hashsalt": experiment.name}):  # else ids are random
        figure.savefig(picture, format="svg", metadata=about, bbox_inches="tight", pad_inches=0.15)
    return re.sub(rb"[ \t]+\n", b"\n", picture.getvalue())


def _laid_out(facts: Mapping[str, Any]) -> str:
    """JSON with one line per entry of the numbers of a run: compact, with readable differences."""
    lines = []
    for key, value in facts.items():
        if key == "runs":
            runs = [
                ",\n".join(f"   {json.dumps(k)}: {json.dumps(v)}" for k, v in run.items()) for run in value
            ]
            inner = ",\n".join(f"  {{\n{run}\n  }}" for run in runs)
            lines.append(f' "runs": [\n{inner}\n ]')
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(folder: Path, name: str) -> Findings:
    """The stored findings of an experiment.

    Raises:
        InputError: there is no such experiment.
        DataError: its results are missing or invalid.
    """
    experiment, path = find_experiment(name), results_path(folder, name)
    facts = _facts(path)
    try:
        return Findings(experiment, Settings(**facts["settings"]), tuple(facts["runs"]))
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: expected settings and runs; {error}") from error


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: expected the results of an experiment; {error}") from error
    return facts


def problems(folder: Path, experiments: Mapping[str, Experiment]) -> list[str]:
    """Inconsistencies in a folder of results, one line each.

    Each experiment must have results of a full run, with the sentence and the table that follow from its
    numbers, and a figure drawn from these numbers.
    """
    found: list[str] = []
    for name in experiments:
        if not results_path(folder, name).is_file():
            found.append(f"{name}: there are no results")
            continue
        try:
            found += [f"{name}: {problem}" for problem in _problems_of(folder, name)]
        except DataError as error:
            found.append(f"{name}: {error}")
    return found


def _problems_of(folder: Path, name: str) -> list[str]:
    findings, facts = read(folder, name), _facts(results_path(folder, name))
    try:
        expected = json.loads(json.dumps(findings.to_json()))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return [f"the experiment cannot read its numbers ({error!r}); run it again"]
    wrong = [
        f"the {key} does not follow from the numbers; run it again"
        for key in ("name", "question", "sentence", "table")
        if facts.get(key) != expected[key]
    ]
    if findings.settings.quick:
        wrong.append("these are the results of a quick run")
    picture = figure_path(folder, name)
    if not picture.is_file():
        return [*wrong, "there is no picture"]
    drawn = picture.read_bytes()
    if f"sha256:{digest(findings.runs)}".encode() not in drawn:
        wrong.append("the picture was drawn from other numbers")
    elif facts.get(PICTURE) != _sum(drawn):
        wrong.append("the picture has changed since it was drawn; run it again")
    return wrong
