"""`cognomen completion`: the script that lets a shell complete the commands.

\b
Examples:
  eval "$(cognomen completion bash)"                 # this shell
  echo 'eval "$(cognomen completion bash)"' >> ~/.bashrc
  echo 'eval "$(cognomen completion zsh)"' >> ~/.zshrc  # below compinit
  cognomen completion fish > ~/.config/fish/completions/cognomen.fish
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cognomen.apps.cli.options import epilog

INSTALL = {
    "bash": 'add this line to ~/.bashrc:  eval "$(cognomen completion bash)"',
    "zsh": 'add this line to ~/.zshrc, below compinit:  eval "$(cognomen completion zsh)"',
    "fish": "run once:  cognomen completion fish > ~/.config/fish/completions/cognomen.fish",
}


@click.command("completion", epilog=epilog(__doc__))
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and paths in SHELL."""
    completion = get_completion_class(shell)
    assert completion is not None  # click has all three
    script = completion(ctx.find_root().command, {}, "cognomen", "_COGNOMEN_COMPLETE").source()
    click.echo(f"{script.rstrip()}\n\n# To install, {INSTALL[shell]}")
