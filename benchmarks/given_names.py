"""Trains the weights that tell given names from surnames by their letters (`classifier.given_names`).

    python benchmarks/given_names.py    writes models/given_names.safetensors, a minute

Given names are those of mimesis, surnames those of the corpus world's lists, up to 2,000 of each origin,
drawn by how common they are, to the power .5. Faker's given names and protocol P's surnames, on which
`order.py` measures, are not read.

Needs COGNOMEN_WORLD, mimesis (the extra `outside`) and scikit-learn.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mimesis
import numpy as np
from order import weights_of_lists
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from cognomen.classifier.given_names import BITS, WEIGHTS, ngrams_of
from cognomen.io.tensors import save_tensors
from cognomen.text import normalise

MOST_SURNAMES = 2000  # of an origin
INVERSE_PENALTY = 10.0


def leaves(tree: Any) -> Iterator[str]:
    """The texts of nested lists and dictionaries."""
    if isinstance(tree, str):
        yield tree
    elif tree is not None:
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from leaves(branch)


def given_names() -> list[str]:
    """The different given names of all languages of mimesis."""
    found: set[str] = set()
    for path in sorted((Path(mimesis.__file__).parent / "datasets").glob("*/person.json")):
        found.update(leaves(json.loads(path.read_text("utf-8")).get("names")))
    return sorted(filter(normalise, found))


def surnames(world: Path) -> list[str]:
    """Different surnames of all origins."""
    rng, found = random.Random(0), set[str]()
    for weights in weights_of_lists(world).values():
        count = min(MOST_SURNAMES, len(weights))
        found.update(rng.choices(list(weights), [weight**0.5 for weight in weights.values()], k=count))
    return sorted(filter(normalise, found))


def main() -> None:
    given, borne = given_names(), surnames(Path(os.environ["COGNOMEN_WORLD"]))
    ngrams = ngrams_of(given + borne)
    values = (1 / np.sqrt(ngrams.lengths))[ngrams.rows]
    places = ngrams.rows.astype(np.int32), ngrams.data.astype(np.int32)  # liblinear asks for these
    x = csr_array((values, places), shape=(len(ngrams), 1 << BITS))
    y = np.arange(len(ngrams)) < len(given)
    fitted = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", class_weight="balanced").fit(x, y)
    weights = fitted.coef_[0]
    scale = np.abs(weights).max() / 127
    tensors = {
        "weights": np.rint(weights / scale).astype(np.int8),
        "scale": np.array([scale], np.float32),
        "bias": fitted.intercept_.astype(np.float32),
    }
    save_tensors(WEIGHTS, tensors)
    print(f"{len(given)} given names, {len(borne)} surnames; {fitted.score(x, y):.3f} of them told apart")


if __name__ == "__main__":
    main()
