"""docs/schema.md says what the command line does: its tables are compared with the real thing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_running import inside, lines, tiny_classifier

from cognomen import errors
from cognomen.apps.cli.errors import ExitCode
from cognomen.apps.cli.render import REASONS

PAGE = (Path(__file__).parent.parent / "docs" / "schema.md").read_text("utf-8")
KEY = re.compile(r"`([a-z_0-9-]+)`")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `?([^|`]+?)`? \|", text, re.MULTILINE)


def test_the_keys_of_an_answer_and_the_reasons():
    cells = first_cells(section("`cognomen predict --json`"))
    keys, reasons = cells[: cells.index("reason", 8)], cells[cells.index("reason", 8) :]
    answer = tiny_classifier()("Smith").to_json()
    assert [cell for cell in keys if cell not in ("key", "---")] == list(answer)
    assert set(reasons) - {"reason", "---"} == set(REASONS)


def test_the_examples_have_the_shape_of_answers():
    block = section("`cognomen predict --json`").partition("```json\n")[2].partition("```")[0]
    classifier = tiny_classifier()
    for line, name in zip(block.splitlines(), ["John Smith", "123"], strict=True):
        example, answer = json.loads(line), classifier(name).to_json()
        assert list(example) == list(answer)
        for key in ("name", "status", "reason", "surname", "note"):
            assert example[key] == answer[key]


def test_the_exit_codes_and_error_types():
    text = section("Errors")
    assert [int(cell) for cell in first_cells(text) if cell.isdigit()] == [int(code) for code in ExitCode]
    kinds = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}
    for name in kinds - {"CognomenError"}:
        assert f"`{name}`" in text


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("schema")
    tiny_classifier().save(folder / "model")
    (folder / "names.csv").write_text("name,origin\nSmith,English\nNakamura,Japanese\n", "utf-8")
    return str(folder / "model"), str(folder / "names.csv")


@pytest.mark.parametrize(
    "command",
    [
        *("evaluate", "model info", "model verify", "model origins", "data list", "data check"),
        *("composition", "score"),
    ],
)
def test_the_keys_of_the_other_commands(command, places):
    model, data = places
    table = [data, "--column", "name", "--model", model]
    arguments = {
        "evaluate": [model, data],
        "data list": [],
        "data check": [data],
        "composition": table,
        "score": [*table, "--prefix", "new_", "--out", f"{data}.out.csv"],
    }.get(command, [model])
    output = json.loads(lines(inside(*command.split(), *arguments, "--json"))[0])
    [row] = re.findall(rf"^\| `{command}` \| (.*) \|$", section("The other commands"), re.MULTILINE)
    outside_brackets = re.sub(r"\([^)]*\)", "", row)
    assert KEY.findall(outside_brackets) == list(output)
