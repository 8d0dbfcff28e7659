"""`cognomen model`: what is known of a model, and whether its files are whole."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from unicodedata import combining

import click

if TYPE_CHECKING:
    from pathlib import Path

    from cognomen.classifier.classifier import Classifier

MODEL = click.argument("model", type=click.Path(), required=False)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(
    "model",
    epilog="""\b
Examples:
  cognomen model info
  cognomen model verify my-model
  cognomen model origins

MODEL is a model folder; without it, the shipped model classic is meant.""",
)
def command() -> None:
    """What a model is, which origins it knows, and whether its files are whole."""


@command.command("info", epilog="\b\nExamples:\n  cognomen model info\n  cognomen model info my-model --json")
@MODEL
@JSON
def info(model: str | None, *, as_json: bool) -> None:
    """Say what MODEL is: its network, its training, its measured figures, its files."""
    classifier, folder = opened(model)
    if as_json:
        click.echo(json.dumps(facts_of(classifier, folder), ensure_ascii=False))
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
@JSON
def verify(model: str | None, *, as_json: bool) -> None:
    """Check that the files of MODEL are whole, fit each other, and give answers.

    Leaves with 1, and says what is wrong, when they do not.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.model_folder import read_artifact
    from cognomen.io.pretrained import DEFAULT, find_model
    from cognomen.network.generator import Generator

    folder = find_model(model or DEFAULT)
    facts = read_artifact(folder).facts
    kind = Generator if "generator" in facts["architecture"] else Classifier
    loaded, sha256 = kind.load(model or DEFAULT), facts["tensors_sha256"]
    count = len(loaded.network.params)
    if as_json:
        said = {"folder": str(folder), "whole": True, "tensors": count, "tensors_sha256": sha256}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(f"{folder} is whole: {count} tensors, SHA-256 {sha256}")


@command.command(
    "origins", epilog="\b\nExamples:\n  cognomen model origins\n  cognomen model origins my-model --json"
)
@MODEL
@JSON
def origins(model: str | None, *, as_json: bool) -> None:
    """List the origins that MODEL can answer; on a terminal with their shares of its training names."""
    classifier, _ = opened(model)
    pairs = list(zip(classifier.origins, classifier.priors, strict=True))
    if as_json:
        listed = [{"origin": origin, "prior": prior} for origin, prior in pairs]
        click.echo(json.dumps({"origins": listed}, ensure_ascii=False))
    elif sys.stdout is not None and sys.stdout.isatty():
        from cognomen.apps.cli.render import plain_table

        rows = [(origin, f"{prior:.1%}") for origin, prior in pairs]
        click.echo(plain_table(("origin", "of the training names"), rows))
    else:
        click.echo("\n".join(classifier.origins))


def opened(model: str | None) -> tuple[Classifier, Path]:
    """Load a model, which verifies it, and find its folder. Raises ModelError."""
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.pretrained import DEFAULT, find_model

    return Classifier.load(model), find_model(model or DEFAULT)


def checksum(folder: Path) -> str:
    """Give the SHA-256 of the tensors, which loading has compared with the file."""
    from cognomen.io.model_folder import read_artifact

    return str(read_artifact(folder).facts["tensors_sha256"])


def facts_of(classifier: Classifier, folder: Path) -> dict[str, Any]:
    """Give everything that is known of a model, as JSON values."""
    return {
        "folder": str(folder),
        "architecture": classifier.network.architecture.to_json(),
        "weights": classifier.network.size,
        "bytes": size(folder),
        "tensors_sha256": checksum(folder),
        "alphabet": classifier.alphabet.letters,
        "origins": list(classifier.origins),
        "priors": list(classifier.priors),
        "temperature": classifier.temperature,
        "training": classifier.facts,
    }


def size(folder: Path) -> int:
    """Add up the bytes of a model's files."""
    return sum(path.stat().st_size for path in folder.iterdir())


def described(classifier: Classifier, folder: Path) -> list[tuple[str, str]]:
    """Give what a person wants to know first, as pairs of words."""
    a, facts = classifier.network.architecture, classifier.facts
    letters = "".join(f" ◌{each}" if combining(each) else f" {each}" for each in classifier.alphabet.letters)
    rows = [
        ("folder", str(folder)),
        ("card", str(folder / "README.md")),
        ("size", f"{size(folder):,} bytes, {classifier.network.size:,} weights"),
        ("network", f"{a.cell}, {a.num_layers} x {a.hidden_size}, {a.direction}, {a.pooling} pooling"),
        ("origins", f"{len(classifier.origins)}: {', '.join(classifier.origins)}"),
        ("alphabet", f"{len(classifier.alphabet)} letters:{letters}"),
        ("temperature", f"{classifier.temperature:.3f}"),
        ("SHA-256", checksum(folder)),
    ]
    if "names" in facts:
        rows.append(("trained on", f"{facts['names']:,} names of {facts.get('source')}"))
    rows += [("protocol " + which, measured(result)) for which, result in facts.get("protocols", {}).items()]
    if "validation" in facts:
        figures = ", ".join(f"{key} {value}" for key, value in sorted(facts["validation"].items()))
        rows.append(("validation", figures))
    return rows


def measured(result: Any) -> str:
    """Sum the figures of a protocol up."""
    return f"accuracy {result['mean']:.4f} ± {result['standard_deviation']:.4f}"
