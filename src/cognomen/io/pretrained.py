"""Where a model is: one that comes with Cognomen, by its name, or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cognomen.errors import ModelError
from cognomen.io.folders import current_folder
from cognomen.text.matching import did_you_mean

SHIPPED = Path(__file__).parent.parent / "models"
DEFAULT: Final = "classic"


def find_model(model: str | Path) -> Path:
    """The folder of a shipped model's name, or of a path.

    Raises:
        ModelError: it is a bare name, and neither a shipped model nor a folder is called so; or it is neither
            a name nor a path.
    """
    if not isinstance(model, (str, Path)):
        raise ModelError(f"expected a shipped model's name or a model's folder, got {model!r}")
    shipped = sorted(path.parent.name for path in SHIPPED.glob("*/model.json"))
    if model in shipped:
        return SHIPPED / model
    if model == DEFAULT:
        raise ModelError(
            f"expected the shipped model {DEFAULT!r} in {SHIPPED}, found none: this installation is not "
            "whole. Install Cognomen anew, or load a model of your own: Classifier.load('FOLDER')."
        )
    folder = Path(model)
    if folder.name != model or _is_there(folder):
        return folder
    hint = did_you_mean(model, shipped) or f" Shipped: {', '.join(shipped) or 'none'}."
    raise ModelError(f"{model!r}: expected a shipped model's name or a model's folder, found neither.{hint}")


def _is_there(folder: Path) -> bool:
    try:
        return current_folder(folder).exists()
    except (OSError, ValueError):  # a name that no folder can have
        return False
