"""Which experiments there are."""

from __future__ import annotations

from cognomen.errors import InputError
from cognomen.study.experiment import GROUPS, Experiment
from cognomen.study.experiments.any_length import ANY_LENGTH
from cognomen.study.experiments.bigger import BIGGER
from cognomen.study.experiments.constant_size import CONSTANT_SIZE
from cognomen.study.experiments.future import FUTURE
from cognomen.study.experiments.history import HISTORY
from cognomen.study.experiments.long_ago import LONG_AGO
from cognomen.study.experiments.nan_loss import NAN_LOSS
from cognomen.study.experiments.no_tanh import NO_TANH
from cognomen.study.experiments.program import PROGRAM
from cognomen.study.experiments.shared_weights import SHARED_WEIGHTS
from cognomen.study.experiments.slow import SLOW
from cognomen.study.tasks.captions import CAPTIONS
from cognomen.study.tasks.clips import CLIPS
from cognomen.study.tasks.digits import DIGITS
from cognomen.study.tasks.kanji import KANJI
from cognomen.study.tasks.numbers import NUMBERS
from cognomen.study.tasks.origins import ORIGINS
from cognomen.study.tasks.surnames import SURNAMES
from cognomen.text.matching import did_you_mean

__all__ = ["EXPERIMENTS", "find_experiment"]

# A new experiment or task: import it, and give it its place among those of its group.
_ALL: tuple[Experiment, ...] = (
    *(DIGITS, CAPTIONS, SURNAMES, ORIGINS, NUMBERS, KANJI, CLIPS),
    *(PROGRAM, ANY_LENGTH, CONSTANT_SIZE, HISTORY, SHARED_WEIGHTS),
    *(SLOW, LONG_AGO, FUTURE),
    *(NO_TANH, BIGGER, NAN_LOSS),
)

EXPERIMENTS: dict[str, Experiment] = {
    each.name: each for group in GROUPS for each in _ALL if each.group == group
}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        InputError: there is none.
    """
    if name not in EXPERIMENTS:
        hint = did_you_mean(name, EXPERIMENTS)
        raise InputError(f"there is no experiment {name!r}.{hint} There are: {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[name]
