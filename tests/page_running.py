"""What the tests of the page share: Node, which runs its modules, and the page of each pretrained model."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
from cli_running import tiny_classifier

from cognomen.apps.page.build import build_page
from cognomen.apps.page.bundle import PAGE
from cognomen.classifier import Classifier
from cognomen.network import Architecture, Network

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed (apt-get install nodejs)")
RUN = Path(__file__).parent / "page" / "run.mjs"


@cache
def modules() -> Path:
    """A copy of the page's folder that Node takes for modules."""
    folder = Path(mkdtemp(prefix="cognomen-page-")) / "page"
    shutil.copytree(PAGE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    return folder


@cache
def page_of(model: str) -> Path:
    """The page of a pretrained model, as a file."""
    path = modules().parent / f"{Path(model).name}.html"
    path.write_text(build_page(model), encoding="utf-8")
    return path


MODELS = {
    "lstm": {"cell": "lstm", "pooling": "last"},
    "elman": {"cell": "rnn", "nonlinearity": "relu", "direction": "reverse", "pooling": "mean"},
    "deep": {"cell": "gru", "num_layers": 2, "pooling": "last+max+mean"},
    "forward": {"cell": "gru", "direction": "forward", "pooling": "last"},
}


def made(**changes: object) -> Classifier:
    """Make a classifier of random weights with another architecture."""
    tiny = tiny_classifier()
    sizes = {"embedding_size": 4, "hidden_size": 5, **changes}
    network = Network(Architecture(len(tiny.alphabet), 4, **sizes), rng=np.random.default_rng(3))  # type: ignore[arg-type]
    for value in network.params.values():
        value *= 3
    return Classifier(network, tiny.alphabet, tiny.origins, tiny.priors, 1.3, card="# Chance\n")


def in_node(task: str, given: Any, model: str = "classic") -> Any:
    """Run a task of run.mjs."""
    command = [str(NODE), str(RUN), str(modules()), task, str(page_of(model))]
    done = subprocess.run(
        command,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=300,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
