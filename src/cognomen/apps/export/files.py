"""Exported networks as files."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from safetensors.numpy import save

from cognomen.apps.export.weights import facts_of, tensors_of
from cognomen.classifier.classifier import Classifier
from cognomen.errors import InputError
from cognomen.io.extras import require
from cognomen.io.files import write_atomically

MODULE = "torch_network.py"


def write_onnx(clf: Classifier, path: str | Path) -> Path:
    """Write a classifier as an ONNX graph (see `onnx_graph`).

    Args:
        clf: what to export.
        path: a file that ends in .onnx; one that is there is replaced, atomically.

    Raises:
        InputError: the file's name ends otherwise, or ONNX has no such network.
        MissingExtraError: the package onnx is not installed.
        OSError: it cannot be written.
    """
    target = checked_path(path, ".onnx")
    require("onnx", "onnx", "Writing an ONNX graph")
    from cognomen.apps.export.onnx_graph import onnx_model

    write_atomically(target, onnx_model(clf).SerializeToString())
    return target


def write_torch(clf: Classifier, path: str | Path) -> tuple[Path, Path]:
    """Write a classifier as a PyTorch module in one readable file, and its weights beside it.

    Args:
        clf: what to export.
        path: a file that ends in .py; its weights go into the file of this name that ends in .safetensors.
            Files that are there are replaced, atomically.

    Returns:
        The two files.

    Raises:
        InputError: the file's name ends otherwise, or PyTorch has no such network.
        OSError: they cannot be written.
    """
    target = checked_path(path, ".py")
    facts = facts_of(clf)
    if facts["cell"] == "rnn" and facts["nonlinearity"] == "identity":
        raise InputError("nonlinearity: expected tanh or relu, which torch.nn.RNN has, got 'identity'")
    weights = target.with_suffix(".safetensors")
    metadata = {"format": "pt", "facts": json.dumps(facts, ensure_ascii=False)}
    write_atomically(weights, save(tensors_of(clf), metadata))
    write_atomically(target, files("cognomen.apps.export").joinpath(MODULE).read_bytes())
    return target, weights


def checked_path(path: str | Path, suffix: str) -> Path:
    """The path of a file to write; an InputError unless it has the suffix."""
    target = Path(path)
    if target.suffix != suffix:
        raise InputError(f"{target}: expected a file that ends in {suffix}")
    return target
