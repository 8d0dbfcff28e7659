"""A model on disk: a folder of three files, written atomically and verified when it is read.

    model.safetensors   the tensors, under PyTorch's parameter names
    model.json          the facts: what the tensors are, how they were trained, and two SHA-256 sums
    README.md           the model card, for people

Nothing is ever unpickled. `folders` replaces a folder in such a way that a crash cannot lose both models.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cognomen.errors import InputError, ModelError, shortened
from cognomen.io.files import found_instead
from cognomen.io.folders import current_folder, recover_folder, replace_folder
from cognomen.io.temporary import followed

FORMAT = "cognomen-model"
FORMAT_VERSION = 2
TENSORS, FACTS, CARD = FILES = ("model.safetensors", "model.json", "README.md")
LOWEST, HIGHEST = 1e-6, 1e6  # temperatures; those of fits are from 0.05 to 20
LARGEST_WEIGHT = 1e9
# In the head of the tensors' file, for tools that ask for it: PyTorch's layout. One entry only, as several
# would be written in any order.
METADATA = {"format": "pt"}
STORED_TYPES = ("float16", "float32", "float64", "int8", "uint8", "uint16", "uint32")


@dataclass(frozen=True)
class Artifact:
    """What a model folder holds.

    Attributes:
        tensors: parameters under PyTorch's names, of one of the `STORED_TYPES`; read as they are stored.
        facts: the contents of `model.json`: alphabet, architecture, calibration, lower, origins, priors and
            training. `write_artifact` adds format, format_version, tensors_sha256 and facts_sha256.
        card: the model card, Markdown.
    """

    tensors: dict[str, NDArray[Any]]
    facts: dict[str, Any]
    card: str


def write_artifact(folder: str | Path, artifact: Artifact) -> None:
    """Write a model folder atomically: it is complete afterwards, or everything is as before.

    An existing folder is replaced only if it is empty, or holds a Cognomen model and nothing else.

    Raises:
        InputError: the artifact is not a model: a fact is missing, or a tensor is not finite.
        ModelError: the folder holds something else, or cannot be written.
    """
    files = _encode(artifact)
    try:
        place = followed(Path(folder))
        recover_folder(place, FILES)
        check_replaceable(place)
        replace_folder(place, files)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: the model could not be written: {error}. What was there before is as it was. "
            "Check that the disk has room and that you may write there, or choose another folder."
        ) from error


def read_artifact(folder: str | Path) -> Artifact:
    """Read a model folder and verify it.

    Raises:
        ModelError: the folder or one of its files is missing, cut short, changed, of another format version,
            or not a Cognomen model at all; the message names the file, and what to do.
    """
    place = _find(Path(folder))
    data, text, card = (_read_file(place / name) for name in FILES)
    facts = _decode_facts(place / FACTS, text)
    tensors = _decode_tensors(place / TENSORS, data, facts.get("tensors_sha256"))
    try:
        return Artifact(tensors, facts, card.decode("utf-8"))
    except UnicodeDecodeError as error:
        _refuse(place / CARD, f"expected text in UTF-8, got other bytes ({error})")


def model_digest(folder: str | Path) -> str:
    """The SHA-256 of a model's facts, which hold that of its tensors: it tells one model from another.

    Raises:
        ModelError: there is no such model.
    """
    return sha256(_read_file(_find(Path(folder)) / FACTS)).hexdigest()


def _encode(artifact: Artifact) -> dict[str, bytes]:
    """The bytes of the three files; equal artifacts have equal bytes."""
    try:
        facts = json.loads(json.dumps(artifact.facts, allow_nan=False))  # as read: tuples are lists
        if problem := _tensor_problem(artifact.tensors) or _fact_problem(facts):
            raise ValueError(problem)
        arrays = {name: np.require(t, requirements="C") for name, t in artifact.tensors.items()}
        tensors = save(arrays, METADATA)
        facts |= {"format": FORMAT, "format_version": FORMAT_VERSION}
        facts["tensors_sha256"] = sha256(tensors).hexdigest()
        facts["facts_sha256"] = _facts_sha256(facts)
        # Sorted keys, and only ASCII, so that no editor changes how an accent is composed.
        text = json.dumps(facts, sort_keys=True, indent=2) + "\n"
        return {TENSORS: tensors, FACTS: text.encode("ascii"), CARD: artifact.card.encode("utf-8")}
    except (TypeError, ValueError) as error:
        raise InputError(f"this cannot be written as a model: {error}") from error


# --- the folder ------------------------------------------------------------------------------------------


def check_replaceable(place: Path) -> None:
    """Refuse to replace anything but a Cognomen model.

    Raises:
        ModelError: there is something else.
    """
    if not place.exists():
        return
    if not place.is_dir():
        raise ModelError(f"{place}: expected a model's folder, found a file. Choose another folder.")
    inside = {path.name for path in place.iterdir()}
    if inside and not _is_model(place):
        raise ModelError(
            f"{place}: expected no folder yet, or a Cognomen model to replace; this folder holds something "
            "else. Choose another folder, or remove this one yourself."
        )
    if others := sorted(inside.difference(FILES)):
        raise ModelError(
            f"{place}: expected nothing but a model to replace; the folder also holds {', '.join(others)}, "
            "which would be lost. Move that elsewhere, or choose another folder."
        )


def _is_model(place: Path) -> bool:
    try:
        facts = json.loads((place / FACTS).read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and facts.get("format") == FORMAT


def _find(place: Path) -> Path:
    """The model's folder, or the backup of the old model if its replacement was interrupted."""
    try:
        folder = current_folder(place)
        found = "a file" if folder.exists() else "nothing"
        if folder.is_dir():
            return folder
    except (OSError, ValueError) as error:  # no permission, or an impossible name
        found = str(error)
    raise ModelError(
        f"{place}: expected a model's folder (with {', '.join(FILES)}), found {found}. Check the path; "
        "a model is made by `cognomen train DATA --out FOLDER`."
    )


def _read_file(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # it may have no end
            _refuse(path, f"expected a file, {found_instead(path)}")
        return path.read_bytes()
    except FileNotFoundError:
        _refuse(path, f"the file is missing; expected {', '.join(FILES)}")
    except OSError as error:
        raise ModelError(
            f"{path}: expected a file, but it cannot be read: {error}. See who may read it."
        ) from error


# --- the facts -------------------------------------------------------------------------------------------


def is_within(value: Any, low: float, high: float) -> bool:
    """Whether a value of JSON is a number in a range; NaN is in none."""
    return type(value) in (int, float) and low <= value <= high


def _are_origins(value: Any) -> bool:
    texts = isinstance(value, list) and all(isinstance(origin, str) for origin in value)
    return texts and 0 < len(value) == len(set(value))


def _are_shares(value: Any) -> bool:
    numbers = isinstance(value, list) and all(is_within(share, 0, 1) for share in value)
    return numbers and math.isclose(math.fsum(value), 1, abs_tol=1e-6)


def _is_calibration(value: Any) -> bool:
    return isinstance(value, dict) and is_within(value.get("temperature"), LOWEST, HIGHEST)


def _is_training(value: Any) -> bool:
    """Whether the facts that are shown of a training are what they should be, where they are known."""
    if not isinstance(value, dict):
        return False
    names, protocols = value.get("names", 0), value.get("protocols", {})
    figures = [value.get("validation", {}), *(protocols.values() if isinstance(protocols, dict) else [None])]
    of_figures = all(isinstance(each, dict) and _has_numbers(each) for each in figures)
    return is_within(names, 0, 1e12) and of_figures


def _has_numbers(figures: Mapping[str, Any]) -> bool:
    """Whether the values that are neither texts nor lists are numbers."""
    return all(
        isinstance(each, (str, list, dict)) or is_within(each, -1e12, 1e12) for each in figures.values()
    )


SCHEMA: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "alphabet": ("a text of all letters", lambda value: isinstance(value, str)),
    "architecture": ("an object", lambda value: isinstance(value, dict)),
    "calibration": (f"an object with a temperature from {LOWEST:g} to {HIGHEST:g}", _is_calibration),
    "lower": ("true or false", lambda value: isinstance(value, bool)),
    "origins": ("a list of one or more texts, all different", _are_origins),
    "priors": ("a list of shares that sum to 1", _are_shares),
    "training": ("an object, with numbers of names, validation and protocols", _is_training),
}


def _fact_problem(facts: Mapping[str, Any]) -> str | None:
    """What is wrong with the facts, or None. The architecture and the letters are checked by their users."""
    for key, (kind, fits) in SCHEMA.items():
        if key not in facts:
            return f"{key}: expected {kind}, but the key is missing"
        if not fits(facts[key]):
            return f"{key}: expected {kind}, got {shortened(facts[key])}"
    if len(facts["origins"]) != len(facts["priors"]):
        return f"priors: expected one for each of {len(facts['origins'])} origins, got {len(facts['priors'])}"
    return None


def _facts_sha256(facts: Mapping[str, Any]) -> str:
    """SHA-256 of all other facts, however the file is indented."""
    others = {key: value for key, value in facts.items() if key != "facts_sha256"}
    return sha256(json.dumps(others, sort_keys=True).encode("ascii")).hexdigest()


def _decode_facts(path: Path, data: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        _refuse(path, f"expected JSON in UTF-8, got {shortened(data)} ({error})")
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        _refuse(path, f'this is not a Cognomen model: expected "format": "{FORMAT}", got {shortened(facts)}')
    _check_version(path, facts.get("format_version"))
    if problem := _fact_problem(facts):
        _refuse(path, problem)
    expected, noted = _facts_sha256(facts), facts.get("facts_sha256")
    if noted != expected:
        _refuse(path, f"changed since it was written: its SHA-256 is {expected}, facts_sha256 says {noted!r}")
    return facts


def _check_version(path: Path, version: object) -> None:
    if type(version) is not int:
        _refuse(path, f"format_version: expected {FORMAT_VERSION}, got {shortened(version)}")
    if version == FORMAT_VERSION:
        return
    found = f"{path}: expected format_version {FORMAT_VERSION}, got {version}"
    if version > FORMAT_VERSION:
        raise ModelError(
            f"{found}: a newer Cognomen wrote it. Upgrade Cognomen, or train the model with this one."
        )
    raise ModelError(f'{found}: an older Cognomen wrote it. Train it again: "training" holds its config.')


# --- the tensors -----------------------------------------------------------------------------------------


def _decode_tensors(path: Path, data: bytes, expected_sha256: object) -> dict[str, NDArray[Any]]:
    found = sha256(data).hexdigest()
    if found != expected_sha256:
        # A safetensors file begins with a length in eight bytes, the last of them zeros.
        pickled = data[:4] == b"PK\x03\x04" or (data[:1] == b"\x80" and data[2:8] != bytes(6))
        what = (
            "a pickle or a zip archive, which Cognomen never opens"
            if pickled
            else "cut short, damaged, or of another model"
        )
        _refuse(path, f"{what}: expected SHA-256 {expected_sha256}, got {found} ({len(data)} bytes)")
    try:
        tensors: dict[str, NDArray[Any]] = load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:  # KeyError: a type that NumPy lacks
        _refuse(path, f"expected tensors in the safetensors format, got {shortened(data[:60])} ({error})")
    if problem := _tensor_problem(tensors):
        _refuse(path, problem)
    return tensors


def _tensor_problem(tensors: Mapping[str, NDArray[Any]]) -> str | None:
    """What is wrong with the tensors, or None."""
    for name, tensor in tensors.items():
        if tensor.dtype.name not in STORED_TYPES:
            return f"tensor {name}: expected {', '.join(STORED_TYPES)}, got {tensor.dtype.name}"
        if tensor.dtype.kind != "f":  # no integer is other than finite, or too large
            continue
        if not np.isfinite(tensor).all():
            return f"tensor {name}: expected finite numbers, got NaN or infinite ones"
        if tensor.dtype == np.float16:  # ends at 65,504
            continue
        extremes = float(tensor.min(initial=0)), float(tensor.max(initial=0))
        if max(map(abs, extremes)) > LARGEST_WEIGHT:
            return f"tensor {name}: expected numbers up to {LARGEST_WEIGHT:g}, got larger ones"
    return None if tensors else "expected tensors, got none"


def _refuse(path: Path, what: str) -> NoReturn:
    raise ModelError(f"{path}: {what}. Copy the whole model folder again from its source, or train it again.")
