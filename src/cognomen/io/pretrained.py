"""Where a model is: one that comes with Cognomen, by its name, or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cognomen.errors import ModelError
from cognomen.io.folders import current_folder
from cognomen.text.matching import did_you_mean

PRETRAINED = Path(__file__).parent.parent / "models"
DEFAULT: Final = "world"


def pretrained_models() -> list[str]:
    """The names of the models that come with Cognomen, in order."""
    return sorted(path.parent.name for path in PRETRAINED.glob("*/model.json"))


def find_model(model: str | Path) -> Path:
    """The folder of a pretrained model's name, or of a path.

    Raises:
        ModelError: no pretrained model or folder has this name, or it is neither a name nor a path.
    """
    if not isinstance(model, (str, Path)):
        raise ModelError(f"expected a pretrained model's name or a model's folder, got {model!r}")
    names = pretrained_models()
    if model in names:
        return PRETRAINED / model
    if model == DEFAULT:
        raise ModelError(
            f"expected the pretrained model {DEFAULT!r} in {PRETRAINED}, found none: the installation is "
            "incomplete. Reinstall Cognomen, or load a model of your own: Classifier.load('FOLDER')."
        )
    folder = Path(model)
    if folder.name != model or _is_there(folder):
        return folder
    hint = did_you_mean(model, names) or f" Pretrained: {', '.join(names) or 'none'}."
    raise ModelError(
        f"{model!r}: expected a pretrained model's name or a model's folder, found neither.{hint}"
    )


def _is_there(folder: Path) -> bool:
    try:
        return current_folder(folder).exists()
    except (OSError, ValueError):  # a name that no folder can have
        return False
