"""Where a model is: one that comes with Cognomen, by its name; a folder; a repository of a model hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cognomen.errors import ModelError
from cognomen.io.extras import require
from cognomen.io.folders import current_folder
from cognomen.io.model_folder import FILES
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


def find_on_hub(model: str | Path, revision: str | None = None) -> Path:
    """The folder of a pretrained model's name, of a path, or of a repository of the Hugging Face hub.

    What has been fetched from there stays in its cache, and is found without a network.

    Args:
        model: a name or a path as for `find_model`; or OWNER/NAME, if no folder is called so.
        revision: of the repository: a branch, a tag or a commit.

    Raises:
        ModelError: nothing is found, or it cannot be fetched.
        MissingExtraError: huggingface_hub is not installed, and there is no such folder.
    """
    is_repository = isinstance(model, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", model)
    if not is_repository or _is_there(Path(model)):
        return find_model(model)
    hub = require("huggingface_hub", "hub", f"Fetching the repository {model}")
    try:
        return Path(hub.snapshot_download(str(model), revision=revision, allow_patterns=list(FILES)))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{model}: expected a model's folder, or a repository of the Hugging Face hub; found no folder, "
            f"and the repository cannot be fetched: {error}"
        ) from error


def _is_there(folder: Path) -> bool:
    try:
        return current_folder(folder).exists()
    except (OSError, ValueError):  # a name that no folder can have
        return False
