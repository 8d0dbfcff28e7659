"""Write docs/reference/ from the code: the `--help` of every command, and the docstrings of public names.

python docs/generate_reference.py           write the pages
python docs/generate_reference.py --check   fail when a page is stale
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any

import click

from cognomen.apps.cli.commands import cli

FOLDER = Path(__file__).parent / "reference"
WIDTH = 100
HEAD = "<!-- Written by docs/generate_reference.py: change the docstrings, not this page. -->\n"
# The packages whose exported names users call, and the two modules that have no such package around them.
PACKAGES = [
    "cognomen",
    "cognomen.rnn",
    "cognomen.rnn.shapes",
    "cognomen.io.tensors",
    "cognomen.text",
    "cognomen.network",
    "cognomen.classifier",
    "cognomen.explanation",
    "cognomen.corpora",
    "cognomen.corpora.world",
    "cognomen.evaluation",
    "cognomen.training",
    "cognomen.study",
    "cognomen.tutorial",
    "cognomen.apps.tables",
    "cognomen.apps.estimator",
    "cognomen.apps.export",
    "cognomen.apps.engines",
    "cognomen.errors",
]


def commands(command: click.Command, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Each command's full name and help, parents first."""
    usual = cli.context_settings | {"max_content_width": WIDTH}
    name = "cognomen" if parent is None else command.name
    ctx = click.Context(command, parent, name, terminal_width=WIDTH, color=False, **usual)
    yield ctx.command_path, command.get_help(ctx)
    if isinstance(command, click.Group):
        for word in command.list_commands(ctx):
            child = command.get_command(ctx, word)
            assert child is not None
            yield from commands(child, ctx)


def command_page() -> str:
    """The page of the command line."""
    parts = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in commands(cli)]
    return "\n".join([HEAD, "# The command line\n", *parts])


def public_page() -> str:
    """The page of the public names."""
    parts = [section(importlib.import_module(name)) for name in PACKAGES]
    return "\n".join([HEAD, "# The Python library\n", *parts])


def section(module: ModuleType) -> str:
    """One package: its docstring and its exported names. Those documented in another section are linked."""
    names = list(getattr(module, "__all__", []))
    homes = {name: home_of(module, name) for name in names}
    guests = [name for name in names if homes[name] != module.__name__]
    parts = [f"## {module.__name__}\n", fenced(inspect.getdoc(module) or "")]
    if guests:
        parts.append(
            "".join(f"- `{name}`: see [`{homes[name]}`](#{anchor(homes[name])})\n" for name in guests)
        )
    parts += [entry(name, getattr(module, name)) for name in names if name not in guests]
    return "\n".join(parts)


def home_of(module: ModuleType, name: str) -> str:
    """The last package of the list that exports this object, which is where it is documented."""
    others = [importlib.import_module(each) for each in PACKAGES]
    offering = [each for each in others if name in getattr(each, "__all__", [])]
    same = [each.__name__ for each in offering if getattr(each, name) is getattr(module, name)]
    return same[-1] if same else module.__name__


def anchor(heading: str) -> str:
    """The anchor that GitHub and MkDocs give to a heading."""
    return heading.replace(".", "")


def entry(name: str, value: Any) -> str:
    """One public name: its signature and docstring; a class has its methods too, a constant its value."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return f"### {name}\n\n{fenced(constant(name, value))}"
    parts = [described(name, value)]
    if inspect.isclass(value):
        parts += [described(f"{name}.{member}", inner) for member, inner in methods(value)]
    return f"### {name}\n\n" + fenced("\n\n".join(parts))


def described(name: str, value: Any) -> str:
    """A signature with the docstring indented below it."""
    text = inspect.getdoc(value) or ""
    return f"{signature(name, value)}\n{indent(text, '    ')}".strip()


def constant(name: str, value: Any) -> str:
    """A constant with its value, or with the keys of a table, where that says something."""
    shown = repr(list(value)) if isinstance(value, Mapping) else repr(value)
    return f"{name} = {shown}" if " at 0x" not in shown and len(shown) < 500 else name


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class itself defines and describes."""
    for name, value in vars(kind).items():
        if name.endswith("_request"):  # scikit-learn gives them to its estimators
            continue
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        text = (
            getattr(plain, "__doc__", None)
            if inspect.isroutine(plain) or isinstance(plain, property)
            else None
        )
        if text and not text.startswith("See `") and (not name.startswith("_") or name == "__call__"):
            yield name, plain


class Plain(str):
    """Text that shows itself without quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


def signature(name: str, value: Any) -> str:
    """The call as it is written, one argument a line when it is long."""
    if isinstance(value, property):
        return name
    try:
        known = inspect.signature(value)
    except (TypeError, ValueError):  # built-in types do not tell
        return f"{name}(...)"
    arguments = [str(plain(each)) for each in known.parameters.values() if each.name not in ("self", "cls")]
    kinds = [each.kind for each in known.parameters.values() if each.name not in ("self", "cls")]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        arguments.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    answer = known.return_annotation
    result = "" if inspect.isclass(value) or answer in (known.empty, "None", None) else f" -> {answer}"
    line = tidy(f"{name}({', '.join(arguments)}){result}")
    if len(line) <= WIDTH:
        return line
    broken = "".join(f"    {argument},\n" for argument in arguments)
    return tidy(f"{name}(\n{broken}){result}")


def tidy(text: str) -> str:
    """Classes by their names, functions as `...`: nothing that changes from run to run."""
    return re.sub(r"<function .*? at 0x[0-9a-f]+>", "...", re.sub(r"<class '([\w.]+)'>", r"\1", text))


def plain(argument: inspect.Parameter) -> inspect.Parameter:
    """The argument with its annotation as it stands in the source."""
    written = getattr(argument.annotation, "__forward_arg__", argument.annotation)
    return argument.replace(annotation=Plain(written)) if isinstance(written, str) else argument


def fenced(text: str) -> str:
    """A block that Markdown leaves as it is: our docstrings are plain text with aligned columns."""
    return f"```text\n{text}\n```\n"


def main() -> int:
    """Write or check; 1 when a page is stale."""
    pages = {"cli.md": command_page(), "api.md": public_page()}
    check = "--check" in sys.argv[1:]
    stale = [
        name
        for name, text in pages.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]
    if check and stale:
        print(f"stale: {', '.join(stale)}. Run: python docs/generate_reference.py", file=sys.stderr)
        return 1
    if not check:
        FOLDER.mkdir(exist_ok=True)
        for name, text in pages.items():
            (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
