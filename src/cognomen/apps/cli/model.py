"""`cognomen model`: what a model is, and whether its files are intact."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from unicodedata import combining

import click

from cognomen.apps.cli.options import json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from cognomen.classifier.classifier import Classifier

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
        click.echo("\n".join(f"{what:<18}{value}" for what, value in described(classifier, folder)))


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
    """List the origins that MODEL knows; on a terminal with their shares of its training names."""
    classifier, _ = load(model)
    pairs = list(zip(classifier.origins, classifier.priors, strict=True))
    if as_json:
        print_json({"origins": [{"origin": origin, "prior": prior} for origin, prior in pairs]})
    elif sys.stdout is not None and sys.stdout.isatty():
        from cognomen.apps.cli.render import plain_table

        rows = [(origin, f"{prior:.1%}") for origin, prior in pairs]
        click.echo(plain_table(("origin", "of the training names"), rows))
    else:
        click.echo("\n".join(classifier.origins))


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
        "priors": list(classifier.priors),
        "temperature": classifier.temperature,
        "training": classifier.facts,
    }


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
