"""Lists of names in the source of Python modules, which are parsed and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from cognomen.corpora.world.letters import tidy


def names_in(source: bytes, parts: Sequence[str]) -> dict[str, float | None]:
    """The names in variables, each with its weight if it has one; the heaviest first.

    Args:
        source: of a module, which is not run.
        parts: the variables, wherever they are assigned.

    Raises:
        KeyError: there is no such variable.
    """
    values: dict[str, ast.expr] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                values[name] = value
    found: dict[str, float | None] = {}
    for part in parts:
        for name, weight in _pairs(values[part], values):
            found.setdefault(tidy(name), weight)
    return dict(sorted(found.items(), key=lambda pair: -(pair[1] or 0)))


def _pairs(node: ast.AST, values: Mapping[str, ast.expr]) -> Iterator[tuple[str, float | None]]:
    """The strings in an expression, each with the number beside it."""
    match node:
        case ast.Constant(value=str(name)):
            yield name, None
        case ast.Tuple(elts=[ast.Constant(value=str(name)), ast.Constant(value=float() | int() as weight)]):
            yield name, weight
        case ast.Name(id=other):
            yield from _pairs(values[other], values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Call(args=parts):
            for part in parts:
                yield from _pairs(part, values)
        case ast.BinOp(left=left, right=right):
            yield from _pairs(left, values)
            yield from _pairs(right, values)
