"""The model card: what a model is, what it was measured to do, and what it must not be used for."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from cognomen.training.config import TrainingConfig

__all__ = ["model_card", "train_command"]

MEANING = """\
A surname hints at the language it comes from, and this model reads that hint from the spelling alone. It
does not tell anyone's nationality, ethnicity, religion or place of birth: names travel, are married into,
translated and changed. Do not use it to decide anything about a person, to profile people one by one, or to
fill in such a field for them. Describing the mixture of a long list of names is what it is good for, and
even there its errors are uneven: a table by origin says how much."""

LIMITS = """\
- It knows the origins listed above and no others. A name from elsewhere is answered with the nearest of
  them, or not at all when its script is unknown.
- Probabilities are calibrated for names mixed as in training. In another mixture they are not.
- Marks that were rare in training are passed over: Nguyễn is read as Nguyen if its marks are.
- Spelling is all it sees. Romanised names lose what their own script would tell.
- Rare origins are learned from few names and recognised less well."""

BAR = 24  # letters of a whole one

PROTOCOLS = {
    "L": "Protocol L, leak-free\n\nTen runs, every spelling in one part only: names not seen in training.",
    "T": "Protocol T, the tutorial's rows\n\nDuplicates are kept, so about a tenth of the test rows were "
    "seen in training: for comparison with published figures only.",
}


def model_card(
    origins: Sequence[str],
    priors: Sequence[float],
    training: Mapping[str, Any],
    more: Sequence[str] = (),
) -> str:
    """Write the card of a model in Markdown.

    Args:
        origins: what the model can answer.
        priors: the share of each origin in the training names.
        training: the facts of its training; measured protocols, if any, under "protocols".
        more: further sections, Markdown, that stand before the limits.
    """
    sections = [
        f"# A Cognomen model of {len(origins)} origins",
        "## What its answers mean\n\n" + MEANING,
        "## Training\n\n" + _training(origins, priors, training),
        *(_protocol(which, result) for which, result in sorted(training.get("protocols", {}).items())),
        *more,
        "## Limits\n\n" + LIMITS,
    ]
    return "\n\n".join(sections) + "\n"


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


def _training(origins: Sequence[str], priors: Sequence[float], training: Mapping[str, Any]) -> str:
    """Data, settings and what the validation names gave."""
    parts = [
        f"Trained by Cognomen {training['cognomen']} on {training['names']:,} surnames from "
        f"{training['source']} for {training['epochs']} epochs, with",
        f"    {train_command(training['config'], training['source'])}",
        "The data:",
        "\n".join(f"- {line}" for line in training["data"].splitlines()),
    ]
    if training["epochs"] < training["config"]["epochs"]:
        parts.append(
            f"It was stopped before its {training['config']['epochs']} epochs had ended. The epoch that did "
            "best on the names held out was kept, so figures measured on those names flatter it a little."
        )
    if validation := training.get("validation"):
        held_out = f"{training['validation_names']:,}"
        which = (
            f"A first network was trained alike, without {held_out} of the names, and calibrated with them. "
            "On these its"
            if training.get("refit")
            else f"On {held_out} other names, held out to watch the training and for calibration, its"
        )
        parts.append(
            f"{which} accuracy is {validation['accuracy']:.3f} and its macro-F1 "
            f"{validation['macro_f1']:.3f}. What a protocol measured, where given below, comes from names "
            "that had no say in anything."
        )
    shares = "\n".join(f"| {o} | {p:.1%} |" for o, p in zip(origins, priors, strict=True))
    parts.append(f"| origin | share of the training names |\n| --- | --- |\n{shares}")
    return "\n\n".join(p if p[0] in " -|" else textwrap.fill(p, 110) for p in parts)


def _protocol(which: str, result: Mapping[str, Any]) -> str:
    """The measured figures of one protocol, and the table by origin."""
    pooled = result["evaluation"]
    figures = [
        ("accuracy, mean of the runs", f"{result['mean']:.4f} ± {result['standard_deviation']:.4f}"),
        ("macro-F1", f"{pooled['macro_f1']:.4f}"),
        ("top-3 accuracy", f"{pooled['top3']:.4f}"),
        ("log loss", f"{pooled['log_loss']:.4f}"),
        ("calibration error (ECE, 15 equal-mass bins)", f"{pooled['ece']:.4f}"),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in figures)
    rows = "\n".join(
        f"| {row['origin']} | {row['support']} "
        + " ".join(f"| {row[score]:.2f}" for score in ("precision", "recall", "f1"))
        + " |"
        for row in pooled["origins"]
    )
    reliability = _reliability(pooled["reliability"]) if "reliability" in pooled else ""
    return (
        f"## {PROTOCOLS[which]}\n\n| measure | value |\n| --- | --- |\n{table}\n\n"
        f"| origin | names | precision | recall | F1 |\n| --- | --- | --- | --- | --- |\n{rows}" + reliability
    )


def _reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """The reliability diagram, drawn with letters: answers mean what they say where bars are as long."""
    rows = "\n".join(
        f"| {each['confidence']:.3f} | {each['accuracy']:.3f} | {each['count']:,} | "
        f"`{_bar(each['confidence'])}`<br>`{_bar(each['accuracy'])}` |"
        for each in bins
    )
    return (
        "\n\nReliability, in bins of as many names: how sure the answers were, and how many right.\n\n"
        f"| said | right | names | said above, right below |\n| --- | --- | --- | --- |\n{rows}"
    )


def _bar(share: float) -> str:
    return ("█" * round(BAR * share)).ljust(BAR, "·")
