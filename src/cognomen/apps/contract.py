"""The answers under the column names that ethnicolr 2 and its sister packages share.

Packages that estimate something from names have agreed on an "inference contract" (version 1.0): columns that
say what was estimated, of what, by which model, and why a row has no label; and a column for each label with
its probability. `cognomen score --contract` writes these, so that Cognomen can take the place of such a
package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cognomen import __version__
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.origins import Level, Tree
from cognomen.classifier.scores import Scores
from cognomen.io.arrow import require_pyarrow
from cognomen.io.model_folder import read_artifact
from cognomen.io.pretrained import DEFAULT, find_model

VERSION: Final = "1.0"
# The shared words for why a row has no label. A reason that has none of these keeps its own.
SHARED: Final[Mapping[str, str]] = {
    "not-text": "missing-name",
    "empty": "missing-name",
    "placeholder": "missing-name",
    "no-letters": "no-letters",
    "unknown-script": "unsupported-script",
    "unlike-training": "insufficient-evidence",
    "low-confidence": "uncertain-score",
}
SHARED_COLUMNS: Final = (
    *("inference_contract_version", "estimate_type", "target", "input_scope"),
    *("predicted_label", "predicted_probability"),
    *("scored", "script_supported", "abstained", "abstention_reason"),
    *("model_id", "model_version", "model_revision"),
    *("reference_population", "calibration_reference", "calibration_status"),
    *("uncertainty_method", "uncertainty_level"),
)
NOT_OF_A_SCRIPT: Final = ("missing-name", "no-letters", "unsupported-script")
TARGETS: Final[Mapping[Level, str]] = {
    "origin": "surname-origin",
    "group": "surname-origin-group",
    "region": "surname-origin-region",
}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the contract says of a model.

    Attributes:
        model_id: its name.
        model_revision: "sha256:" and the hash of its tensors.
        reference_population: what its training names are.
        calibrated: whether its probabilities were calibrated with names held out of the training.
    """

    model_id: str
    model_revision: str
    reference_population: str
    calibrated: bool

    @classmethod
    def of(cls, model: str | Path | None = None) -> ModelFacts:
        """Those of a pretrained model, or of a folder.

        Raises:
            ModelError: there is no such model.
        """
        folder = find_model(DEFAULT if model is None else model)
        facts = read_artifact(folder).facts
        source, training = folder.resolve().name, facts["training"]
        return cls(
            f"cognomen-{source}",
            f"sha256:{facts['tensors_sha256']}",
            f"names of {training.get('source', 'an unknown source')}",
            bool(training.get("validation_names")),
        )


@dataclass(frozen=True, slots=True)
class ContractColumns:
    """The columns of the contract, from scores with `all_labels`; used as `AnswerColumns` is.

    Attributes:
        tree: of the classifier's origins.
        level: of the labels.
        facts: of the model.
    """

    tree: Tree
    level: Level
    facts: ModelFacts

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns: the labels, and those that packages share."""
        return (*self.tree.labels(self.level), *SHARED_COLUMNS)

    @property
    def _same(self) -> dict[str, str | None]:
        """The columns that are the same in all rows."""
        calibrated = "held-out" if self.facts.calibrated else "not-calibrated"
        return {
            "inference_contract_version": VERSION,
            "estimate_type": "name-pattern estimate",
            "target": TARGETS[self.level],
            "input_scope": "last-name",
            "model_id": self.facts.model_id,
            "model_version": __version__,
            "model_revision": self.facts.model_revision,
            "reference_population": self.facts.reference_population,
            "calibration_reference": self.facts.reference_population if self.facts.calibrated else None,
            "calibration_status": calibrated,
            "uncertainty_method": None,
            "uncertainty_level": None,
        }

    def values(self, scores: Scores) -> tuple[list[Any], ...]:
        """The columns as lists of N float, str, bool or None."""
        labels, found = self.tree.labels(self.level), scores.at(self.level)
        scored = np.asarray(~np.isnan(scores.table).any(axis=1))  # (N,)
        label = [labels[k] if k >= 0 else None for k in found.tolist()]
        reasons = [
            None if name is not None else REASONS[k] if k >= 0 else "low-confidence"
            for name, k in zip(label, scores.reasons.tolist(), strict=True)
        ]
        reasons = [SHARED.get(reason, reason) if reason else None for reason in reasons]
        best = scores.table[np.arange(len(found)), found].tolist()
        columns: dict[str, list[Any]] = {
            **dict(zip(labels, _numbers(scores.table.astype(np.float64)), strict=True)),
            **{name: [value] * len(found) for name, value in self._same.items()},
            "predicted_label": label,
            "predicted_probability": [
                p if name is not None else None for p, name in zip(best, label, strict=True)
            ],
            "scored": scored.tolist(),
            "script_supported": [reason not in NOT_OF_A_SCRIPT for reason in reasons],
            "abstained": [reason is not None for reason in reasons],
            "abstention_reason": reasons,
        }
        return tuple(columns[name] for name in self.names)

    def cells(self, scores: Scores) -> tuple[list[str], ...]:
        """The columns as cells of CSV, N each: "" for None, True and False, six decimals."""
        return tuple(list(map(_cell, column)) for column in self.values(scores))

    def table(self, scores: Scores) -> Any:
        """The columns as a pyarrow.Table of N rows."""
        pa = require_pyarrow("A table of answers")
        kinds = {"predicted_probability": pa.float64(), "uncertainty_level": pa.float64()}
        kinds |= dict.fromkeys(self.tree.labels(self.level), pa.float64())
        kinds |= dict.fromkeys(("scored", "script_supported", "abstained"), pa.bool_())
        columns = zip(self.names, self.values(scores), strict=True)
        return pa.table({name: pa.array(column, kinds.get(name, pa.string())) for name, column in columns})


def _numbers(table: Any) -> list[list[float | None]]:
    """The columns of a table (N, K), K lists of N, with None for NaN."""
    return [[None if p != p else p for p in column] for column in table.T.tolist()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
