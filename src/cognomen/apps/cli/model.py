"""`cognomen model`: what a model is, and whether its files are intact.

\b
Examples:
  cognomen model list
  cognomen model info
  cognomen model verify my-model
  cognomen model origins classic

MODEL is a model folder, or the name of a pretrained model: the one that answers
by default, if left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any
from unicodedata import category, combining

import click

from cognomen.apps.cli.errors import HintingGroup
from cognomen.apps.cli.options import CLASSIFIER, MODEL, epilog, json_option, print_json
from cognomen.apps.cli.render import hanging, plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cognomen.classifier.classifier import Classifier
    from cognomen.text.alphabet import Alphabet

LARGEST = 5  # origins whose shares of the default prior are shown
MOST_LETTERS = 100  # of an alphabet that is shown letter by letter
ANSWERING = click.argument("model", type=CLASSIFIER, required=False)


@click.group("model", cls=HintingGroup, epilog=epilog(__doc__))
def command() -> None:
    """What a model is, which origins it knows, and whether its files are intact."""


@command.command("list", epilog="\b\nExample:\n  cognomen model list")
@json_option("Print one JSON object per line.")
def list_models(*, as_json: bool) -> None:
    """List the models that come with Cognomen, and which of them answers by default."""
    from cognomen.io.pretrained import pretrained_models

    for name in pretrained_models():
        facts = about(name)
        if as_json:
            print_json(facts)
        else:
            click.echo(hanging(f"{name:<11}", in_words(facts)))


@command.command("info", epilog="\b\nExamples:\n  cognomen model info\n  cognomen model info my-model --json")
@ANSWERING
@json_option()
def info(model: str | None, *, as_json: bool) -> None:
    """Describe MODEL: its network, its training, its measured figures, its files."""
    classifier, folder = load(model)
    if as_json:
        print_json(facts_of(classifier, folder))
    else:
        click.echo("\n".join(hanging(f"{what:<18}", value) for what, value in described(classifier, folder)))


@command.command(
    "verify",
    epilog="""\b
Examples:
  cognomen model verify
  cognomen model verify my-model
  cognomen model verify generator""",
)
@click.argument("model", type=MODEL, required=False)
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
@ANSWERING
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


def about(name: str) -> dict[str, Any]:
    """Return what tells pretrained models apart, as JSON values."""
    from cognomen.io.model_folder import read_artifact
    from cognomen.io.pretrained import DEFAULT, find_model

    folder = find_model(name)
    facts = read_artifact(folder).facts
    generates, training = "generator" in facts["architecture"], facts["training"]
    return {
        "name": name,
        "default": name == DEFAULT,
        "kind": "generator" if generates else "classifier",
        "origins": len(facts["origins"]),
        "groups": len({group for group, _ in facts.get("tree", ())}),
        "corpus": training.get("source", training.get("corpus")),
        "names": training.get("names"),
        "bytes": size_of(folder),
        "folder": str(folder),
    }


def in_words(facts: dict[str, Any]) -> str:
    """Say what a pretrained model is, in a line."""
    origins = f"{facts['origins']} origins"
    if facts["groups"]:
        origins += f" in {facts['groups']} groups"
    parts = [f"{facts['kind']} of {origins}", f"trained on {facts['names']:,} names of {facts['corpus']}"]
    parts += [f"{facts['bytes'] / 1e6:.1f} MB", *(["the default"] if facts["default"] else [])]
    return ", ".join(parts)


def size_of(folder: Path) -> int:
    """Add up the bytes of a model's files."""
    return sum(path.stat().st_size for path in folder.iterdir())


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
        "bytes": size_of(folder),
        "tensors_sha256": read_artifact(folder).facts["tensors_sha256"],
        "alphabet": classifier.alphabet.letters,
        "origins": list(classifier.origins),
        "tree": classifier.tree.to_json(),
        "priors": list(classifier.priors),
        "default_prior": None if classifier.default_prior is None else classifier.default_prior.to_json(),
        "temperature": classifier.temperature,
        "known_temperature": classifier.calibration.known_temperature,
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


def temperatures(classifier: Classifier) -> str:
    """What logits are divided by: those of names that are read, and of names that are known."""
    known = classifier.calibration.known_temperature
    return f"{classifier.temperature:.3f}" + ("" if known is None else f"; {known:.3f} for known names")


def letters_of(alphabet: Alphabet) -> str:
    """List the letters of an alphabet; of a large one the number of letters by script."""
    if len(alphabet) <= MOST_LETTERS:
        return " ".join(f"◌{each}" if combining(each) else each for each in alphabet.letters)
    scripts = Counter(
        script if category(letter).startswith("L") else "marks and signs"
        for letter, script in zip(alphabet.letters, alphabet.scripts[1:].tolist(), strict=True)
    )
    return ", ".join(f"{script.capitalize()} {count:,}" for script, count in scripts.most_common())


def described(classifier: Classifier, folder: Path) -> list[tuple[str, str]]:
    """What a person wants to know first, as pairs of a label and a text."""
    a, facts, model = classifier.network.architecture, classifier.facts, facts_of(classifier, folder)
    rows = [
        ("folder", str(folder)),
        ("card", str(folder / "README.md")),
        ("size", f"{model['bytes']:,} bytes, {model['weights']:,} weights"),
        ("network", f"{a.cell}, {a.num_layers} x {a.hidden_size}, {a.direction}, {a.pooling} pooling"),
        ("origins", f"{len(classifier.origins)}: {', '.join(classifier.origins)}"),
        *tree_rows(classifier),
        ("alphabet", f"{len(classifier.alphabet):,} letters: {letters_of(classifier.alphabet)}"),
        ("temperature", temperatures(classifier)),
        ("SHA-256", model["tensors_sha256"]),
    ]
    if "names" in facts:
        rows.append(("trained on", f"{facts['names']:,} names of {facts.get('source')}"))
    for which, result in facts.get("protocols", {}).items():
        mean, deviation = result.get("mean"), result.get("standard_deviation")
        if isinstance(mean, float) and isinstance(deviation, float):
            rows.append((f"protocol {which}", f"accuracy {mean:.4f} ± {deviation:.4f}"))
    if "validation" in facts:
        figures = ", ".join(f"{key} {value}" for key, value in sorted(facts["validation"].items()))
        rows.append(("validation", figures))
    return rows
