"""`cognomen model`: what a model is, and whether its files are intact."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from unicodedata import combining

import click

from cognomen.apps.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cognomen.classifier.classifier import Classifier

LARGEST = 5  # origins whose shares of the default prior are shown
MODEL = click.argument("model", type=click.Path(), required=False)


@click.group(
    "model",
    epilog="""\b
Examples:
  cognomen model info
  cognomen model verify my-model
  cognomen model origins

MODEL is a model folder; the default is the pretrained model classic.""",
)
def command() -> None:
    """What a model is, which origins it knows, and whether its files are intact."""


@command.command("info", epilog="\b\nExamples:\n  cognomen model info\n  cognomen model info my-model --json")
@MODEL
@json_option()
def info(model: str | None, *, as_json: bool) -> None:
    """Describe MODEL: its network, its training, its measured figures, its files."""
    classifier, folder = load(model)
    if as_json:
        print_json(facts_of(classifier, folder))
    else:
        from cognomen.apps.cli.render import hanging

        click.echo("\n".join(hanging(f"{what:<18}", value) for what, value in described(classifier, folder)))


@command.command(
    "verify",
    epilog="""\b
Examples:
  cognomen model verify
  cognomen model verify my-model
  cognomen model verify generator""",
)
@MODEL
@json_option()
def verify(model: str | None, *, as_json: bool) -> None:
    """Check that the files of MODEL are intact, belong together, and can be loaded.

    If they are not, the exit code is 1 and the message says what is wrong.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.model_folder import read_artifact
    from cognomen.io.pretrained import DEFAULT, find_model
    from cognomen.network.generator import Generator

    folder = find_model(model or DEFAULT)
    facts = read_artifact(folder).facts
    kind = Generator if "generator" in facts["architecture"] else Classifier
    count, sha256 = len(kind.load(model or DEFAULT).network.params), facts["tensors_sha256"]
    if as_json:
        print_json({"folder": str(folder), "whole": True, "tensors": count, "tensors_sha256": sha256})
    else:
        click.echo(f"{folder} is whole: {count} tensors, SHA-256 {sha256}")


@command.command(
    "origins", epilog="\b\nExamples:\n  cognomen model origins\n  cognomen model origins my-model --json"
)
@MODEL
@json_option()
def origins(model: str | None, *, as_json: bool) -> None:
    """List the origins that MODEL knows; on a terminal with their groups, regions and expected shares.

    The shares are those of the default prior; without one, those of the training names.
    """
    classifier, _ = load(model)
    rows = known_origins(classifier)
    if as_json:
        print_json({"origins": rows})
    elif sys.stdout is not None and sys.stdout.isatty():
        click.echo(table_of(rows))
    else:
        click.echo("\n".join(classifier.origins))


def known_origins(classifier: Classifier) -> list[dict[str, Any]]:
    """List each origin, its shares, and its place in the tree; what the model lacks is None."""
    count, prior = len(classifier.origins), classifier.default_prior
    shares = [None] * count if prior is None else prior.shares
    places = classifier.tree.places or [(None, None)] * count
    return [
        {"origin": origin, "prior": trained, "default_prior": share, "group": group, "region": region}
        for origin, trained, share, (group, region) in zip(
            classifier.origins, classifier.priors, shares, places, strict=True
        )
    ]


def table_of(rows: list[dict[str, Any]]) -> str:
    """Format origins as a table."""
    from cognomen.apps.cli.render import plain_table

    names = [key for key in ("origin", "group", "region") if rows[0][key] is not None]
    share, head = (
        ("prior", "in training") if rows[0]["default_prior"] is None else ("default_prior", "by default")
    )
    cells = [[*(row[name] for name in names), f"{row[share]:.1%}"] for row in rows]
    return plain_table([*names, head], cells, left=len(names))


def load(model: str | None) -> tuple[Classifier, Path]:
    """Load a model, which verifies it, and find its folder. Raises ModelError."""
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.pretrained import DEFAULT, find_model

    return Classifier.load(model), find_model(model or DEFAULT)


def facts_of(classifier: Classifier, folder: Path) -> dict[str, Any]:
    """Everything that is known of a model, as JSON values."""
    from cognomen.io.model_folder import read_artifact

    return {
        "folder": str(folder),
        "architecture": classifier.network.architecture.to_json(),
        "weights": classifier.network.size,
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "tensors_sha256": read_artifact(folder).facts["tensors_sha256"],
        "alphabet": classifier.alphabet.letters,
        "origins": list(classifier.origins),
        "tree": classifier.tree.to_json(),
        "priors": list(classifier.priors),
        "default_prior": None if classifier.default_prior is None else classifier.default_prior.to_json(),
        "temperature": classifier.temperature,
        "training": classifier.facts,
    }


def tree_rows(classifier: Classifier) -> Iterator[tuple[str, str]]:
    """Yield the groups, regions and default prior of a model that has them."""
    for what, labels in (("groups", classifier.groups), ("regions", classifier.regions)):
        if labels:
            yield what, f"{len(labels)}: {', '.join(labels)}"
    prior = classifier.default_prior
    if prior is not None:
        ranked = sorted(zip(prior.shares, classifier.origins, strict=True), reverse=True)[:LARGEST]
        largest = ", ".join(f"{origin} {share:.1%}" for share, origin in ranked)
        yield "default prior", f"populations to the power {prior.power:g}: {largest}, ..."


def described(classifier: Classifier, folder: Path) -> list[tuple[str, str]]:
    """What a person wants to know first, as pairs of a label and a text."""
    a, facts, model = classifier.network.architecture, classifier.facts, facts_of(classifier, folder)
    letters = "".join(f" ◌{each}" if combining(each) else f" {each}" for each in classifier.alphabet.letters)
    rows = [
        ("folder", str(folder)),
        ("card", str(folder / "README.md")),
        ("size", f"{model['bytes']:,} bytes, {model['weights']:,} weights"),
        ("network", f"{a.cell}, {a.num_layers} x {a.hidden_size}, {a.direction}, {a.pooling} pooling"),
        ("origins", f"{len(classifier.origins)}: {', '.join(classifier.origins)}"),
        *tree_rows(classifier),
        ("alphabet", f"{len(classifier.alphabet)} letters:{letters}"),
        ("temperature", f"{classifier.temperature:.3f}"),
        ("SHA-256", model["tensors_sha256"]),
    ]
    if "names" in facts:
        rows.append(("trained on", f"{facts['names']:,} names of {facts.get('source')}"))
    for which, result in facts.get("protocols", {}).items():
        figures = f"accuracy {result['mean']:.4f} ± {result['standard_deviation']:.4f}"
        rows.append((f"protocol {which}", figures))
    if "validation" in facts:
        figures = ", ".join(f"{key} {value}" for key, value in sorted(facts["validation"].items()))
        rows.append(("validation", figures))
    return rows
