"""What may be imported where: light at the door, arrows from left to right, no public name by accident."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cognomen

PACKAGE = Path(cognomen.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# Rooms that stay ignorant of models: they import these and nothing else of ours.
MAY_IMPORT = {
    "errors": set(),
    "text": {"errors"},
    "io": {"errors", "text"},
    "corpora": {"errors", "text", "io"},
    "rnn": {"errors", "text"},
    "evaluation": {"errors", "text", "rnn"},
}
# Only these draw.
MAY_DRAW = {"tutorial", "study", "apps", "plots"}

# Faces may import heavy packages at their top: they are only loaded when somebody uses them. They stand to
# the right of everything, wherever their files lie.
FACES = {"__main__", "tutorial.__main__", "tutorial.report"}

# These need the extra "fast", and are imported where there is much to read.
COMPILED = {"rnn.engine.kernels"}

# Modules that users import, besides the packages.
PUBLIC_MODULES = {"errors", "apps.engines", "apps.estimator", "apps.tables", "io.tensors"}


def module_of(path: Path) -> str:
    """The dotted name inside the package, "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    return "apps" if module in FACES else module.split(".")[0]


MODULES = [module_of(path) for path in FILES]


# --- light at the door ---------------------------------------------------------------------------------


def modules_loaded_by(code: str) -> set[str]:
    """All modules that a fresh Python loads for this code, beyond those of its start."""
    script = (
        f"import sys; before = set(sys.modules)\n{code}\n"
        "loaded = sorted(set(sys.modules) - before); import json; print(json.dumps(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def loaded_by(code: str) -> set[str]:
    """Of those the top-level ones outside the standard library."""
    tops = {name.split(".")[0] for name in modules_loaded_by(code)} - set(sys.stdlib_module_names)
    own_names = ("_cython_", "cython_runtime", "__mp_main__")  # parts of numpy.random, and of multiprocessing
    return {top for top in tops if not top.startswith(own_names)}


PREDICT = """
from cognomen.apps.cli.commands import cli
try:
    cli.main(["predict", "Smith"])
except SystemExit as leaving:
    assert leaving.code == 0
"""


def test_import_cognomen_loads_nothing_else_before_it_is_asked_for() -> None:
    assert loaded_by("import cognomen") == {"cognomen"}
    assert loaded_by("from cognomen import RNN") == {"cognomen", "numpy"}
    assert loaded_by("from cognomen import Classifier") == {"cognomen", "numpy", "safetensors"}


def test_answering_loads_nothing_more() -> None:
    code = """
import numpy as np
from cognomen import Classifier
from cognomen.text import Alphabet
from cognomen.network import Architecture, Network
clf = Classifier(Network(Architecture(3, 2)), Alphabet("ab"), ["A", "B"], [0.5, 0.5])
clf(["ab", "John Ab", None]), clf.predict(np.array(["a"])), clf.predict_proba("b"), repr(clf)
"""
    assert loaded_by(code) == {"cognomen", "numpy", "safetensors"}


def test_the_command_line_loads_nothing_before_ctrl_c_is_met() -> None:
    assert modules_loaded_by("from cognomen import _main") == {"cognomen"}


@pytest.mark.parametrize("options", [["--version"], ["--help"], ["predict", "--help"]])
def test_what_the_command_line_says_of_itself_needs_no_numpy(options: list[str]) -> None:
    loaded = modules_loaded_by(PREDICT.replace('["predict", "Smith"]', repr(options)))
    assert "click" in loaded
    assert not loaded & {"numpy", "safetensors", "importlib.metadata", "cognomen.classifier.classifier"}


def test_a_prediction_loads_what_it_needs_and_no_more() -> None:
    assert loaded_by(PREDICT) == {"click", "cognomen", "numpy", "safetensors"}
    beyond_numpy = modules_loaded_by(PREDICT) - modules_loaded_by("import numpy")
    spared = {"concurrent.futures", "difflib", "importlib.metadata", "logging", "multiprocessing", "tempfile"}
    spared |= {"html", "shlex", "shutil", "tqdm"}
    spared |= {
        f"cognomen.rnn.{each}" for each in ("fitting", "model", "optim", "sequential", "training_loop")
    }
    assert not beyond_numpy & spared


@pytest.mark.parametrize("package", ["cognomen", "cognomen.rnn"])
def test_names_loaded_when_asked_for_are_those_of_their_modules(package: str) -> None:
    """Whatever else has been imported before: a module of a name's own would take its place."""
    loaded = importlib.import_module(package)
    for name, home in loaded._HOMES.items():
        module = importlib.import_module(home if home.startswith("cognomen") else f"{package}.{home}")
        assert getattr(loaded, name) is getattr(module, name)
    assert not hasattr(loaded.gradcheck if package == "cognomen.rnn" else loaded, "numerical_gradient")
    assert set(loaded.__all__) <= set(dir(loaded))
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'nothing'"):
        _ = loaded.nothing


def test_a_prediction_draws_no_starting_values() -> None:
    assert "numpy.random" not in modules_loaded_by(PREDICT) - modules_loaded_by("import numpy")


def test_no_room_but_a_face_loads_anything_heavy() -> None:
    rooms = [name for name in MODULES if name not in COMPILED | {""} and room_of(name) != "apps"]
    code = "\n".join(f"import cognomen.{name}" for name in rooms)
    assert loaded_by(code) == {"cognomen", "numpy", "safetensors"}


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert cognomen.__version__ == version("cognomen")


# --- arrows --------------------------------------------------------------------------------------------


def imported(source: str, module: str, is_package: bool) -> Iterator[str]:
    """The rooms that a module's source imports, wherever in it; "" is the package itself."""
    base = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = ["cognomen", *base][: len(base) + 2 - node.level] if node.level else []
            path = ".".join([*start, *([node.module] if node.module else [])])
            names = [f"{path}.{alias.name}" for alias in node.names] if path == "cognomen" else [path]
        else:
            continue
        for name in names:
            top, _, inside = name.partition(".")
            if top == "cognomen":
                room = room_of(inside)
                yield room if room in ROOMS else ""


ROOMS = {room_of(module) for module in MODULES} - {""}


def arrows() -> dict[str, set[str]]:
    """For each room the other rooms that it imports, read from the tree."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for path, module in zip(FILES, MODULES, strict=True):
        if module:  # the package itself hands out names from everywhere
            source = path.read_text(encoding="utf-8")
            found[room_of(module)] |= set(imported(source, module, path.name == "__init__.py"))
    return {room: others - {room} for room, others in found.items()}


def test_no_arrow_runs_back() -> None:
    """Rooms can be put in an order in which each imports only rooms before it."""
    order = TopologicalSorter({room: others - {""} for room, others in arrows().items()})
    order.prepare()  # CycleError names the circle


def test_there_are_few_rooms() -> None:
    assert len(ROOMS) <= 18, "a new room: does an older one not hold it?"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_what_it_may(room: str) -> None:
    others = arrows()[room]
    assert room not in MAY_IMPORT or others <= MAY_IMPORT[room]
    assert "plots" not in others or room in MAY_DRAW
    assert "" not in others or room == "apps", "import the module that defines the name, not the door"
    assert "apps" not in others


@pytest.mark.parametrize(
    ("source", "module", "rooms"),
    [
        ("import cognomen.classifier.model", "io.files", ["classifier"]),
        ("from cognomen.classifier import Answer", "evaluation.metrics", ["classifier"]),
        ("from cognomen import classifier", "evaluation.metrics", ["classifier"]),
        ("from cognomen import Classifier", "training.train", [""]),
        ("def f():\n    from cognomen.training.training import train", "classifier.model", ["training"]),
        ("if TYPE_CHECKING:\n    import cognomen.apps", "plots.canvas", ["apps"]),
        ("import numpy, cognomen.apps.cli as c", "plots.canvas", ["apps"]),
        ("from ..training import train", "rnn.cells", ["training"]),
        ("from .layers import Array", "rnn.cells", ["rnn"]),
        ("from . import layers", "rnn.cells", ["rnn"]),
        ("from .. import training", "rnn.cells", ["training"]),
        ("import numpy\nfrom cognomenology import x", "text.names", []),
    ],
)
def test_an_arrow_is_found(source: str, module: str, rooms: list[str]) -> None:
    assert list(imported(source, module, is_package=False)) == rooms


# --- names ---------------------------------------------------------------------------------------------


def test_the_package_shows_what_it_promises_and_nothing_else() -> None:
    shown = {name: getattr(cognomen, name) for name in dir(cognomen) if not name.startswith("_")}
    ours = {n for n, value in shown.items() if getattr(value, "__module__", "").startswith("cognomen")}
    assert sorted(cognomen.__all__) == sorted(ours | {"__version__"})
    assert ours >= {"RNN", "Classifier", "Answer", "CognomenError"}


def test_every_error_is_at_the_door() -> None:
    from cognomen import errors

    kinds = set(errors.__all__)
    assert kinds <= set(cognomen.__all__)
    assert all(issubclass(getattr(errors, name), errors.CognomenError) for name in kinds)


@pytest.mark.parametrize("path", FILES, ids=MODULES)
def test_public_names_are_exported_in_one_place(path: Path) -> None:
    """By packages, and by a few modules that users import themselves; other modules are private."""
    module = module_of(path)
    public = (path.name == "__init__.py" and room_of(module) != "apps") or module in PUBLIC_MODULES
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    lists = any("__all__" in ast.unparse(node).split("=")[0] for node in assigned)
    assert lists == public or (room_of(module) == "apps" and path.name == "__init__.py")
    if public:
        loaded = importlib.import_module(f"cognomen.{module}" if module else "cognomen")
        assert len(set(loaded.__all__)) == len(loaded.__all__)
        assert all(hasattr(loaded, name) for name in loaded.__all__)
        assert not [name for name in loaded.__all__ if name.startswith("_") and name != "__version__"]


@pytest.mark.parametrize("path", FILES, ids=MODULES)
def test_no_star_import_no_pickle(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert "*" not in {alias.name for alias in node.names}
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert not names & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def test_the_modules_of_the_library_are_reached_through_it() -> None:
    """As attributes, though they are loaded when they are asked for."""
    code = "import cognomen.rnn\nassert cognomen.rnn.layers.Linear is cognomen.rnn.Linear"
    subprocess.run([sys.executable, "-c", code], check=True)
