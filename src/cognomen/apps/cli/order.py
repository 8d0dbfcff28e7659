"""What the commands say of the order of a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cognomen.classifier.order import ColumnOrder

WORDS = {"given-first": "given name first", "surname-first": "surname first"}
OTHER = {"given-first": "surname-first", "surname-first": "given-first"}


def say_orders(found: Mapping[str, Mapping[str, float]]) -> None:
    """Say on standard error in which order the files of a folder are read (`DatasetSummary.orders`)."""
    parts = [
        f"{each['files']:,} file{'s' * (each['files'] != 1)} {WORDS[order]} (probability at least "
        f"{each['probability']:.3f})"
        for order, each in found.items()
    ]
    if parts:
        click.echo(f"Read {', '.join(parts)}. If that is wrong: --order", err=True)


def say_order(found: ColumnOrder) -> None:
    """Say on standard error in which order a column is read, and how sure that is, if it was found out."""
    if found.probability is None:
        return
    names = f"{found.cells:,} different full name{'s' * (found.cells != 1)}"
    if found.decided:
        text = f"Read {WORDS[found.order]} (probability {found.probability:.3f}, from {names})."
    else:
        text = (
            f"Read {WORDS[found.order]}: {names} do not tell the order (probability {found.probability:.2f})."
        )
    click.echo(f"{text} If that is wrong: --order {OTHER[found.order]}", err=True)
