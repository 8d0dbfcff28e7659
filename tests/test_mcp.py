"""`cognomen mcp`: a real process, asked by the SDK's own client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cli_running import COMMAND, clean_environment, failure

from cognomen import Classifier
from cognomen.explanation import explain

mcp = pytest.importorskip("mcp")

NAMES = ["Nakamura", "O'Brien, Conan", "123", None]


def with_client(ask: Callable[[Any], Awaitable[Any]], *options: str) -> Any:
    """What a client finds at a server that it has started."""

    async def run() -> Any:
        server = mcp.StdioServerParameters(command=COMMAND, args=["mcp", *options], env=clean_environment())
        async with mcp.stdio_client(server) as streams, mcp.ClientSession(*streams) as session:
            await session.initialize()
            return await ask(session)

    return asyncio.run(asyncio.wait_for(run(), 120))


def test_the_tools_say_what_they_are_for() -> None:
    async def ask(session: Any) -> Any:
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in with_client(ask)}
    assert set(tools) == {"predict", "composition", "explain"}
    for tool in tools.values():
        assert "describes a list of names, not a person" in tool.description
    assert tools["predict"].input_schema["required"] == ["names"]


def test_the_order_of_full_names_can_be_told_and_is_said() -> None:
    squad = ["Suzuki Ichiro", "Tanaka Kenji"]

    async def ask(session: Any) -> list[Any]:
        calls = [(tool, {"names": squad, "order": "surname-first"}) for tool in ("predict", "composition")]
        return [(await session.call_tool(*call)).structured_content for call in calls]

    answers, shares = with_client(ask, "--model", "world")
    assert [answer["surname"] for answer in answers["answers"]] == ["Suzuki", "Tanaka"]
    assert answers["order"]["order"] == shares["order"]["order"] == "surname-first"


def test_the_answers_are_the_classifiers() -> None:
    async def ask(session: Any) -> list[Any]:
        calls = [
            ("predict", {"names": NAMES, "top_k": 2, "level": "group"}),
            ("composition", {"names": NAMES, "restrict": ["Japanese", "Irish"]}),
            ("explain", {"name": "Nakamura"}),
        ]
        return [(await session.call_tool(*call)).structured_content for call in calls]

    answers, shares, letters = with_client(ask, "--model", "world")
    clf = Classifier.load("world")
    assert answers == {
        "answers": [a.to_json() for a in clf(NAMES, top_k=2, level="group")],
        "order": clf.column_order(NAMES).to_json(),
    }
    assert shares == clf.composition(NAMES, restrict=["Japanese", "Irish"]).to_json()
    assert letters == explain(clf, "Nakamura").to_json()


WORDS = ("Klingon", "10,000", "list", "'prior'; expected any of names, top_k", "Klingon")


def test_what_cannot_be_answered_is_said() -> None:
    async def ask(session: Any) -> list[Any]:
        calls = [
            ("predict", {"names": ["a"], "restrict": ["Klingon"]}),
            ("predict", {"names": ["a"] * 10_001}),
            ("predict", {"names": "Nakamura"}),
            ("predict", {"names": ["Nakamura"], "prior": "uniform"}),  # an answer without it would mislead
            ("explain", {"name": "a", "origin": "Klingon"}),
        ]
        return [await session.call_tool(*call) for call in calls]

    for found, words in zip(with_client(ask), WORDS, strict=True):
        assert found.is_error
        assert words in found.content[0].text


def test_without_its_package_it_is_said_how_to_install_it() -> None:
    hidden = """
import sys
sys.modules["mcp"] = None
from cognomen.apps.cli.commands import cli
cli.main(["mcp"], prog_name="cognomen")
"""
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, check=False)
    assert "pip install 'cognomen[mcp]'" in failure(done, 1)
