"""`cognomen serve`: the classifier over HTTP.

\b
Examples:
  cognomen serve
  cognomen serve --model classic --port 9000
  COGNOMEN_TOKEN=secret cognomen serve --host 0.0.0.0
  curl -H 'Content-Type: application/json' \\
    -d '{"names": ["Smith", "Nakamura"]}' localhost:8000/v1/predict

\b
Routes (/openapi.json describes them):
  POST /v1/predict       answers to names, with the caller's ids
  POST /v1/composition   the shares of the origins in a list
  POST /v1/explain       what each letter adds to an answer
  GET  /v1/model         the model: its hash, origins and card
  /v2                    the Open Inference Protocol
  GET  /health/live, /health/ready, /metrics (Prometheus), / (a page)

Names of many clients are answered together. No name is logged or stored. An address that other machines
can reach needs a token, which callers send as "Authorization: Bearer TOKEN"; only the routes of health do
without. SIGTERM and Ctrl-C let the answers in progress finish. How to run it as a service: docs/server.md.

\b
Exit codes: 0 stopped by SIGTERM, 1 an error that the message explains,
2 the command was not understood, 130 Ctrl-C.
"""

from __future__ import annotations

import signal
from typing import Any

import click

from cognomen.apps.cli.config_options import config_options
from cognomen.apps.cli.options import epilog, model_option
from cognomen.apps.limits import Limits


@click.command("serve", epilog=epilog(__doc__))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0: any free one.",
)
@click.option(
    "--token",
    envvar="COGNOMEN_TOKEN",
    help="What callers must send. Better set as COGNOMEN_TOKEN, which other users of the machine cannot see.",
)
@config_options(Limits)
@model_option
def command(host: str, port: int, token: str | None, model: str | None, **limits: Any) -> None:
    """Serve a model over HTTP, to programs and browsers.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    answers describe lists of names, and must not decide anything about a person.
    """
    from cognomen.apps.cli.errors import Interrupted
    from cognomen.apps.server.running import serve

    server = serve(model, host=host, port=port, token=token, limits=Limits(**limits), on_start=announce)
    if server.signal == signal.SIGINT:
        answered = "" if server.force_exit else "; all calls have been answered"
        raise Interrupted(f"Stopped{answered}.")


def announce(url: str) -> None:
    """Say where the server is."""
    click.echo(f"Cognomen answers on {url} (Ctrl-C stops it)", err=True)
