"""What the commands say of the order of a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cognomen.classifier.order import ColumnOrder

OTHER = {"given-first": "surname-first", "surname-first": "given-first"}


def say_orders(found: Mapping[str, Mapping[str, float]]) -> None:
    """Say on standard error in which order the files of a folder are read (`DatasetSummary.orders`)."""
    from cognomen.classifier.order import ORDERED

    parts = [
        f"{each['files']:,} file{'s' * (each['files'] != 1)} {ORDERED[order]} (probability at least "
        f"{each['probability']:.3f})"
        for order, each in found.items()
    ]
    if parts:
        click.echo(f"Read {', '.join(parts)}. If that is wrong: --order", err=True)


def say_order(found: ColumnOrder) -> None:
    """Say on standard error in which order a column is read, and how sure that is, if it was found out."""
    if found.probability is None:
        return
    click.echo(f"Read {found.in_words()}. If that is wrong: --order {OTHER[found.order]}", err=True)
