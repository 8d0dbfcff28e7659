"""The classifier as tools for language models: a server of the Model Context Protocol on standard input."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from cognomen import __version__
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import OrderOption
from cognomen.classifier.origins import Level
from cognomen.errors import CognomenError, InputError, MissingExtraError
from cognomen.explanation.explanation import explain as explanation_of

try:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
except ImportError as error:
    raise MissingExtraError("mcp", "mcp", "The server of the Model Context Protocol") from error

Given = ParamSpec("Given")
MOST_NAMES = 10_000
CAUTION = (
    "A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or "
    "religion: the result describes a list of names, not a person, and must not be used to decide anything "
    "about one."
)


def create_server(model: str | Path | None = None) -> MCPServer[Any]:
    """A server with the tools predict, composition and explain.

    Args:
        model: as for `Classifier.load`.

    Raises:
        ModelError: there is no such model.
    """
    clf = Classifier.load(model)
    server = _Server("cognomen", instructions=CAUTION, version=__version__, log_level="CRITICAL")

    @_tool(server, "Which languages surnames sound like, with calibrated probabilities.")
    def predict(
        names: list[str | None],
        top_k: int = 3,
        level: Level = "origin",
        restrict: list[str] | None = None,
        abstain_below: float = 0.0,
        order: OrderOption = "auto",
    ) -> dict[str, Any]:
        _check_count(names)
        read_in = clf.column_order(names, order=order)
        found = clf(
            names, top_k=top_k, level=level, restrict=restrict, abstain_below=abstain_below, order=read_in
        )
        return {"answers": [answer.to_json() for answer in found], "order": read_in.to_json()}

    @_tool(
        server, "The shares of the origins in a list of surnames, with 95 % intervals: better than counting."
    )
    def composition(
        names: list[str | None],
        level: Level = "origin",
        restrict: list[str] | None = None,
        order: OrderOption = "auto",
    ) -> dict[str, Any]:
        _check_count(names)
        return clf.composition(names, level=level, restrict=restrict, order=order).to_json()

    @_tool(server, "Which letters of a surname speak for an origin, by default the most probable one.")
    def explain(name: str, origin: str | None = None) -> dict[str, Any]:
        return explanation_of(clf, name, origin).to_json()

    return server


class _Server(MCPServer[Any]):
    """The SDK's server, which would pass over arguments that a tool lacks, and so mislead."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool, if it has all of these arguments."""
        for tool in await self.list_tools():
            known = tool.input_schema["properties"]
            if tool.name == name and (unknown := arguments.keys() - known):
                raise ToolError(f"unexpected argument {min(unknown)!r}; expected any of {', '.join(known)}")
        return await super().call_tool(name, arguments, context)


def _check_count(names: list[str | None]) -> None:
    if len(names) > MOST_NAMES:
        raise InputError(f"names: expected at most {MOST_NAMES:,}, got {len(names):,}")


def _tool(
    server: MCPServer[Any], description: str
) -> Callable[[Callable[Given, dict[str, Any]]], Callable[Given, dict[str, Any]]]:
    """Make a function a tool, whose description says what its result must not be used for."""

    def decorate(work: Callable[Given, dict[str, Any]]) -> Callable[Given, dict[str, Any]]:
        @wraps(work)
        def tool(*given: Given.args, **named: Given.kwargs) -> dict[str, Any]:
            try:
                return work(*given, **named)
            except CognomenError as error:  # told to the caller; other errors are not, as they are faults
                raise ToolError(str(error)) from error

        server.add_tool(tool, description=f"{description} {CAUTION}")
        return tool

    return decorate
