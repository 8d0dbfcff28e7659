"""The list of experiments."""

from __future__ import annotations

from cognomen.errors import InputError
from cognomen.study.experiment import GROUPS, Experiment
from cognomen.study.experiments import (
    any_length,
    bigger,
    constant_size,
    future,
    history,
    long_ago,
    nan_loss,
    no_tanh,
    program,
    shared_weights,
    slow,
)
from cognomen.study.tasks import captions, clips, digits, kanji, numbers, origins, surnames
from cognomen.text.matching import did_you_mean

# To add an experiment or a task: import its module, and list it among those of its group.
_ALL: tuple[Experiment, ...] = (
    digits.DIGITS,
    captions.CAPTIONS,
    surnames.SURNAMES,
    origins.ORIGINS,
    numbers.NUMBERS,
    kanji.KANJI,
    clips.CLIPS,
    program.PROGRAM,
    any_length.ANY_LENGTH,
    constant_size.CONSTANT_SIZE,
    history.HISTORY,
    shared_weights.SHARED_WEIGHTS,
    slow.SLOW,
    long_ago.LONG_AGO,
    future.FUTURE,
    no_tanh.NO_TANH,
    bigger.BIGGER,
    nan_loss.NAN_LOSS,
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
