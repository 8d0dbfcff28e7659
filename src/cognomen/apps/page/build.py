"""The page of a model, as the text of one HTML file."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import Any

from cognomen.apps.page.bundle import assemble
from cognomen.apps.page.facts import (
    as_json,
    as_text,
    first_evidence,
    generator_facts,
    model_facts,
    pack,
    reading_words,
)
from cognomen.apps.page.spare import without_script
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.html import percent, text
from cognomen.io.model_folder import read_artifact
from cognomen.io.pretrained import DEFAULT, find_model
from cognomen.network.generator import Generator
from cognomen.network.int8 import compact_tensors

FIRST = "Nakamura"  # the page begins with its answer, which can be read before the network is unpacked
NGRAMS = "ngrams."  # how the names of their tensors begin
# What to try with the gates of a cell, if it has any.
GATE_TIPS = {
    "rnn": "",
    "gru": "Show the update gate: where it is orange, the number is kept.",
    "lstm": "Show the forget gate: where it is orange, the number is kept.",
}
# What the small network of part 6 learns: names that the pretrained generator makes.
LEARNED, NAMES_EACH = ("English", "Italian", "Japanese", "Russian"), 250


def build_page(model: str | Path | None = None, *, study: str | None = None) -> str:
    """The page "See it think".

    Args:
        model: the name of a pretrained classifier, or a folder; the default model if None.
        study: where the pages of the study lie, seen from the page, such as "study/"; None if they are not
            beside it, and are named without links.

    Raises:
        ModelError: there is no such model, or it is damaged.
        InputError: the page has no code for the model's cell.
    """
    folder = find_model(DEFAULT if model is None else model)
    clf = Classifier.load(folder)
    tensors, generator = read_artifact(folder).tensors, _generator()
    packed = {
        "network": pack(
            {name: each for name, each in tensors.items() if not name.startswith(NGRAMS)}, in_planes=False
        ),
        "ngrams": pack({name: each for name, each in tensors.items() if name.startswith(NGRAMS)}),
        "generator": pack(compact_tensors(generator.network.params)),
    }
    facts: dict[str, Any] = {
        "name": folder.resolve().name,
        "model": model_facts(clf),
        "generator": generator_facts(generator),
        "tensors": {part: contents for part, (contents, _) in packed.items()},
        "names": _learned_names(),
        "words": reading_words(),
        "study": study,
        "first": {"name": FIRST, "ngrams": first_evidence(clf, FIRST)},
    }
    return assemble(
        {
            "facts": as_json(facts),
            "first_name": FIRST,
            "first_answer": _first_answer(clf),
            # The network is not compressed, as it is small, and the first answer waits for it.
            **{part: as_text(data, compressed=part != "network") for part, (_, data) in packed.items()},
            "weights": f"{clf.network.size:,}",
            "origins": str(len(clf.origins)),
            "gate_tip": GATE_TIPS[clf.network.architecture.cell],
            "model_name": html.escape(facts["name"]),
        }
    )


def _first_answer(clf: Classifier) -> str:
    """The answer to the first name, shown before the script runs, in HTML: as parts/type.js makes it."""
    answer = clf(FIRST)
    if answer.origin is None:
        return "<span>Unknown</span>"
    places = [answer.origin, *filter(None, (answer.group, answer.region))]
    wider = " · ".join(dict.fromkeys(place for place in places if place != answer.origin))
    said = f"<span>{text(answer.origin)}, {percent(answer.probability or 0)}</span>"
    return said + (f"<small>{text(wider)}</small>" if wider else "")


@cache
def _generator() -> Generator:
    """The pretrained generator without Chinese characters, which are most of its letters.

    It does not know its training names; the page says instead that a name may be somebody's.
    """
    return without_script(Generator.load(), "Cjk")


@cache
def _learned_names() -> dict[str, list[str]]:
    """The names that part 6 learns, by origin."""
    generator = Generator.load()
    return {origin: generator.names(origin, NAMES_EACH, script="Latin") for origin in LEARNED}
