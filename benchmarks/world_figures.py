"""What `benchmarks/world.py` measured, as tables: for the model's card, docs/accuracy.md and the README.

N/A is a dash.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from cognomen.training.world_card import WORST, filled, share_of, table

PEOPLE: Final = {
    "default": "the default prior",
    "uniform": "origins equally likely",
    "restricted": "the same, restricted to the parliament's origins",
    "known names": "names that are in the training table, origins equally likely",
    "look-up, known names": "the same names, looked up in that table",
    "other names": "names that are not in it, origins equally likely",
}
UNSEEN: Final = {
    "accuracy": "origin",
    "group": "group",
    "region": "region",
    "top_3": "among the first three",
    "macro_f1": "macro-F1",
    "log_loss": "log loss",
    "ece": "ECE",
    "ece_against_shares": "ECE against shares",
}
SCRIPTS: Final = {"Cjk": "Chinese characters"}  # what Unicode's first word of a letter's name does not say


def figures(measured: Mapping[str, Any]) -> str:
    """All that was measured: unseen names, people, native scripts, common names."""
    parts = [
        "### Names that it has never seen (protocol W)",
        unseen_table(measured["W"], measured.get("W, bag of n-grams")),
        "### Members of the European Parliament (protocol P)",
        people_table(measured["P"]["shipped"]),
        "### Parliaments in native script",
        native_table(measured["native"]["shipped"]),
        "### The most common names",
        common_sentence(measured["common"]),
    ]
    return "\n\n".join(parts)


def unseen_table(found: Mapping[str, Any], bag: Mapping[str, Any] | None = None) -> str:
    """Protocol W: figures balanced over the origins and by bearers, and the accuracy by script.

    Args:
        found: as `benchmarks/protocol_w.py` measured it.
        bag: the same of a bag of n-grams, the rival.
    """
    columns = [found, found["by_bearers"], *([] if bag is None else [bag])]
    heads = ["right", "balanced", "by bearers", *([] if bag is None else ["a bag of n-grams, balanced"])]
    rows = [[words, *(share_of(its.get(key)) for its in columns)] for key, words in UNSEEN.items()]
    text = filled(
        "One name in twenty, with all its spellings and forms, was held out, and a model trained on the "
        f"others answers these: {found['items']:,} pairs of a name and an origin whose share of it is a "
        "fifth or more. An answer is right if it is one of these origins. Balanced figures give the same "
        f"weight to each of the {found['origins_counted']} origins with 15 such names or more; the others "
        "weigh a name by its bearers."
    )
    if "ece_of_shares" in found:
        text += "\n\n" + filled(
            "Where two origins share a name, either is right, though neither is very probable: even the "
            "shares themselves, taken as probabilities, would have an ECE of "
            f'{share_of(found["ece_of_shares"])}. The ECE "against shares" counts an answer as right by the '
            "share that its origin has of the name, which is what a probability says about a bearer."
        )
    sizes = [(SCRIPTS.get(script, script), *figures) for script, figures in _by_size(found)]
    scripts = [(script, f"{count:,}", share_of(hit)) for script, hit, count in sizes]
    return "\n\n".join([text, table(heads, rows), table(("script", "names", "right"), scripts)])


def _by_size(found: Mapping[str, Any]) -> list[tuple[str, tuple[float, int]]]:
    return sorted(found["by_script"].items(), key=lambda each: -each[1][1])


def people_table(found: Mapping[str, Any]) -> str:
    """Protocol P: per person, by prior, for known and other names, and a look-up beside it."""
    keys = ("origin", "group", "region", "macro", "top_3", "log_loss", "ece")
    heads = ("", "origin", "group", "region", "macro over origins", "first three", "log loss", "ECE")
    rows = [
        (words, *(share_of(found[which].get(key)) for key in keys))
        for which, words in PEOPLE.items()
        if which in found
    ]
    sure, listed = found["uniform"], found["listed"]
    text = filled(
        f"{found['persons']:,.0f} persons. An answer is right if it is the language of the country that "
        "elected the person. The surname may be of another language, which costs every method alike. "
        f"The surnames of {found['known']:.0%} are in the training table; for {listed:.0%} of these, the "
        "table lists that origin at all."
    )
    after = filled(
        f"With origins equally likely, {sure['sure']:.0%} of the answers have a probability above .9; of "
        f"these {_percent(sure['sure_origin'])} are right by origin and {_percent(sure['sure_group'])} by "
        f"group. Of the wrong answers {_percent(sure['near'])} are in the right group, and "
        f"{_percent(sure['far'])} in another region."
    )
    return "\n\n".join([text, table(heads, rows), after])


def native_table(found: Mapping[str, Any]) -> str:
    """Protocol P in native script, by language: right per person."""
    rows = [
        (language, f"{its['persons']:,.0f}", share_of(its["default"]), share_of(its["uniform"]))
        for language, its in sorted(found.items())
    ]
    return table(("language", "persons", "the default prior", "origins equally likely"), rows)


def common_sentence(found: Mapping[str, Any]) -> str:
    """The most common names of the official lists, and the origins where they are missed most."""
    default, uniform = found["default"], found["uniform"]
    worst = ", ".join(f"{origin} {share_of(share)}" for origin, share in default["worst"][:WORST])
    return filled(
        f"Of the 25 most common names of each official list, {default['names']:,} in all, "
        f"{default['accuracy']:.1%} are answered with that list's origin, or with another whose share of the "
        f"name is a fifth or more ({uniform['accuracy']:.1%} with origins equally likely). The worst lists: "
        f"{worst}."
    )


def _percent(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.0%}"
