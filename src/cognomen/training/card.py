"""The model card: what a model is, how well it does, and what it must not be used for."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from cognomen.classifier.origins import Place
from cognomen.classifier.priors import DefaultPrior
from cognomen.training.config import TrainingConfig
from cognomen.training.world_card import fixed_texts, section, table, world_sections

BAR = 24  # characters for a probability of 1

PROTOCOLS = {
    "L": "Protocol L, leak-free\n\nTen runs, tested on names with no spelling in common with training names.",
    "T": "Protocol T, the tutorial's rows\n\nDuplicates are kept, so that about a tenth of the test rows are "
    "training rows too: only for comparison with published figures.",
}


def front_matter(fields: Mapping[str, Any]) -> str:
    """The YAML head that model hubs read, with a line for each field; JSON is valid YAML."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items()]
    return "\n".join(["---", "library_name: cognomen", "language: multilingual", *lines, "---"])


def model_card(
    origins: Sequence[str],
    priors: Sequence[float],
    training: Mapping[str, Any],
    more: Sequence[str] = (),
    *,
    name: str = "surname-origin",
    license: str | None = None,
    places: Sequence[Place] | None = None,
    default_prior: DefaultPrior | None = None,
    figures: str | None = None,
) -> str:
    """Write the card of a model in Markdown; that of a model of the corpus world has more sections.

    Args:
        origins: what the model can answer.
        priors: the share of each origin in the training names.
        training: the facts of its training; measured protocols, if any, under "protocols", and what
            `benchmarks/world.py` measured under "world".
        more: further sections, Markdown, before the limits.
        name: the model's name on a hub.
        license: its SPDX identifier there, in lower case; none by default, as it depends on the names.
        places: the group and the region of each origin, (C,) pairs, if it has a tree of origins.
        default_prior: the mixture that it expects by default, if it has one.
        figures: what was measured of a model of the corpus world, Markdown.
    """
    of_world = places is not None
    fixed = fixed_texts("world" if of_world else "plain")
    of_its_own = world_sections(training, origins, places, default_prior, figures) if of_world else []
    shares = None if of_world else dict(zip(origins, priors, strict=True))
    sections = [
        _head(training, name, license),
        f"# A Cognomen model of {len(origins)} origins",
        section(fixed, "What its answers mean"),
        *of_its_own,
        "## Training\n\n" + _training(training, shares),
        *(_protocol(which, result) for which, result in sorted(training.get("protocols", {}).items())),
        *more,
        section(fixed, "Limits"),
    ]
    return "\n\n".join(sections) + "\n"


def _head(training: Mapping[str, Any], name: str, license: str | None) -> str:
    """The card's YAML head; with the figures of protocol L or W, if it was measured."""
    tags = ["surnames", "recurrent-neural-network", training["config"]["cell"]]
    fields: dict[str, Any] = {"pipeline_tag": "text-classification", "tags": tags}
    if license is not None:
        fields["license"] = license
    source = training["source"]
    if protocol := training.get("protocols", {}).get("L"):
        scores = {"accuracy": protocol["mean"], "f1": protocol["evaluation"]["macro_f1"]}
        fields |= _index(name, source, "L", scores, "Accuracy, mean of ten runs")
    elif world := training.get("world"):
        scores = {"accuracy": world["W"]["accuracy"], "f1": world["W"]["macro_f1"]}
        fields |= _index(name, source, "W", scores, "Accuracy, mean over the origins")
    return front_matter(fields)


def _index(
    name: str, source: str, protocol: str, scores: Mapping[str, float], accuracy: str
) -> dict[str, Any]:
    """The fields of the head that hold a protocol's figures."""
    labels = {"accuracy": accuracy, "f1": "Macro-F1"}
    result = {
        "task": {"type": "text-classification", "name": "Surname origin"},
        "dataset": {"type": source, "name": f"{source}, protocol {protocol}"},
        "metrics": [{"type": t, "value": round(v, 4), "name": labels[t]} for t, v in scores.items()],
    }
    return {"metrics": list(scores), "model-index": [{"name": name, "results": [result]}]}


def train_command(config: Mapping[str, Any], data: str) -> str:
    """The command that trains with a config: what differs from the defaults, and the seed."""
    defaults = TrainingConfig().to_json()
    changed = {k: v for k, v in config.items() if v != defaults[k] or k == "seed"}
    options = (_option(name.replace("_", "-"), value) for name, value in changed.items())
    return f"cognomen train {shlex.quote(data)} --out MODEL {' '.join(options)}"


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {','.join(map(str, value)) if isinstance(value, list) else value}"


def _training(training: Mapping[str, Any], shares: Mapping[str, float] | None) -> str:
    """Data, settings, and the results on the validation names; a table of the origins' shares, if given."""
    parts = [
        f"Trained by Cognomen {training['cognomen']} on {training['names']:,} surnames of "
        f"{training['source']} for {training['epochs']} epochs, with",
        f"    {train_command(training['config'], training['source'])}",
        "Data:",
        "\n".join(f"- {line}" for line in training["data"].splitlines()),
    ]
    if training["epochs"] < training["config"]["epochs"]:
        parts.append(
            f"It was stopped before its {training['config']['epochs']} epochs had ended. The epoch with the "
            "lowest loss on the held-out names was kept, so figures measured on them are a little high."
        )
    if validation := training.get("validation"):
        held_out = f"{training['validation_names']:,}"
        which = (
            f"A first network was trained in the same way without {held_out} of the names, which calibrate "
            "the model. On these its"
            if training.get("refit")
            else f"On {held_out} other names, held out to measure progress and to calibrate the model, its"
        )
        parts.append(
            f"{which} accuracy is {validation['accuracy']:.3f} and its macro-F1 "
            f"{validation['macro_f1']:.3f}. The figures of a protocol, where given below, are from names "
            "that had no influence on the model."
        )
    if shares is not None:
        rows = [(origin, f"{share:.1%}") for origin, share in shares.items()]
        parts.append(table(("origin", "share of the training names"), rows))
    return "\n\n".join(p if p[0] in " -|" else textwrap.fill(p, 110) for p in parts)


def _protocol(which: str, result: Mapping[str, Any]) -> str:
    """The figures of one protocol, and the table by origin."""
    pooled = result["evaluation"]
    figures = [
        ("accuracy, mean over the runs", f"{result['mean']:.4f} ± {result['standard_deviation']:.4f}"),
        ("macro-F1", f"{pooled['macro_f1']:.4f}"),
        ("top-3 accuracy", f"{pooled['top3']:.4f}"),
        ("log loss", f"{pooled['log_loss']:.4f}"),
        ("calibration error (ECE, 15 equal-mass bins)", f"{pooled['ece']:.4f}"),
    ]
    scores = ("precision", "recall", "f1")
    rows = [
        (row["origin"], str(row["support"]), *(f"{row[score]:.2f}" for score in scores))
        for row in pooled["origins"]
    ]
    parts = [f"## {PROTOCOLS[which]}", table(("measure", "value"), figures)]
    parts.append(table(("origin", "names", "precision", "recall", "F1"), rows))
    if "reliability" in pooled:
        parts += ["Reliability, in bins of equally many names: mean confidence and accuracy."]
        parts += [_reliability(pooled["reliability"])]
    return "\n\n".join(parts)


def _reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """The reliability diagram in characters: both bars are equally long where probabilities are right."""
    heads = ("confidence", "accuracy", "names", "confidence above, accuracy below")
    rows = []
    for each in bins:
        sure, right = each["confidence"], each["accuracy"]
        bars = f"`{_bar(sure)}`<br>`{_bar(right)}`"
        rows.append((f"{sure:.3f}", f"{right:.3f}", f"{each['count']:,}", bars))
    return table(heads, rows)


def _bar(share: float) -> str:
    return ("█" * round(BAR * share)).ljust(BAR, "·")
