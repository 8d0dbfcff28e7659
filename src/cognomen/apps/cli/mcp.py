"""`cognomen mcp`: the classifier as tools for language models.

\b
Example:
  cognomen mcp --model classic

\b
In a client's settings:
  {"mcpServers": {"cognomen": {"command": "cognomen", "args": ["mcp"]}}}

\b
Tools:
  predict       the origins that names sound like, with probabilities
  composition   the shares of the origins in a list of names
  explain       which letters of a name speak for an origin

Each says that its result describes a list of names, and must not decide anything about a person. Messages go
over standard input and output; the program that started it ends it.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 the command was not understood, 130 Ctrl-C.
"""

from __future__ import annotations

import click

from cognomen.apps.cli.options import epilog, model_option


@click.command("mcp", epilog=epilog(__doc__))
@model_option
def command(model: str | None) -> None:
    """Serve the Model Context Protocol on standard input and output.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.apps.mcp_server import create_server

    create_server(model).run("stdio")
