"""The list of experiments."""

from __future__ import annotations

from typing import Any, Protocol

from cognomen.errors import InputError
from cognomen.plots.canvas import Figure
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import GROUPS, Experiment, Numbers, Settings, Table
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

SHAPES, GAINS, COSTS, QUESTIONS = GROUPS


class Module(Protocol):
    """The module of an experiment: its functions have the names of the fields of `Experiment`."""

    __name__: str

    def measure(self, settings: Settings, on_progress: OnProgress) -> Numbers: ...  # noqa: D102
    def table(self, numbers: Numbers) -> Table: ...  # noqa: D102
    def sentence(self, numbers: Numbers) -> str: ...  # noqa: D102
    def draw(self, figure: Figure, numbers: Numbers) -> None: ...  # noqa: D102


def _of(module: Module, group: str, question: str, **options: Any) -> Experiment:
    """The experiment of a module, which has its name."""
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    functions = module.measure, module.table, module.sentence, module.draw
    return Experiment(name, group, question, *functions, **options)


# To add an experiment or a task: import its module, and list it among those of its group.
_ALL = (
    _of(
        digits,
        SHAPES,
        "One to one: which digit does an image show?",
        size=(9.0, 4.4),
        first_run=("confusion", "mistakes"),
    ),
    _of(
        captions,
        SHAPES,
        "One to many: can a network say, letter by letter, what an image shows?",
        size=(10.0, 5.4),
        runs=3,
        first_run=("examples",),
    ),
    _of(
        surnames,
        SHAPES,
        "One to many: can a network make up surnames that sound like those of an origin?",
        size=(9.0, 3.4),
        runs=3,
        first_run=("examples",),
        needs_names=True,
    ),
    # minutes; its accuracy over ten folds is quoted beside it
    _of(
        origins,
        SHAPES,
        "Many to one: which language does a surname sound like?",
        size=(8.0, 5.6),
        runs=1,
        needs_names=True,
    ),
    _of(
        numbers,
        SHAPES,
        "Many to many: can a network learn to translate numbers, also longer ones than in training?",
        size=(10.0, 4.6),
        runs=3,
        first_run=("example",),
    ),
    _of(
        kanji,
        SHAPES,
        "Many to many on names: can a network learn to read surnames in kanji?",
        size=(8.0, 2.6),
        runs=3,
        first_run=("examples",),
    ),
    _of(
        clips,
        SHAPES,
        "Many to many, in step: what does the past tell about each frame, and what requires the future?",
        runs=3,
    ),
    _of(
        program,
        GAINS,
        "Does a network trained on short examples find a program that works for long ones?",
        first_run=("points", "automaton"),
    ),
    _of(
        any_length,
        GAINS,
        "Can one network read inputs of any length, and be right?",
        size=(10.0, 4.2),
        runs=3,
    ),
    _of(
        constant_size,
        GAINS,
        "What does it cost a network to read all positions at once, without a hidden state?",
        size=(10.0, 4.2),
        runs=3,
    ),
    _of(
        history,
        GAINS,
        "Does the history count: its order and its distance?",
        size=(10.0, 4.2),
        needs_names=True,
        runs=3,
    ),
    _of(
        shared_weights,
        GAINS,
        "What is gained by sharing the weights between all steps?",
        size=(10.0, 4.2),
        runs=3,
    ),
    # times, each the shortest of several
    _of(
        slow,
        COSTS,
        "What does it cost that each step waits for the one before?",
        size=(13.0, 4.4),
        needs_names=True,
        runs=1,
    ),
    _of(long_ago, COSTS, "Why are long-term dependencies hard to learn, and what helps?", size=(13.0, 4.6)),
    _of(future, COSTS, "What does a network miss that cannot see what follows?", needs_names=True),
    _of(no_tanh, QUESTIONS, "What does leaving out the tanh do?", size=(12.0, 4.0), needs_names=True),
    _of(bigger, QUESTIONS, "Why did a bigger network get worse?", size=(12.0, 4.0), needs_names=True, runs=3),
    _of(nan_loss, QUESTIONS, "Why is my loss NaN?", size=(15.0, 4.4), runs=3),
)

EXPERIMENTS = {each.name: each for each in _ALL}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        InputError: there is none.
    """
    if name not in EXPERIMENTS:
        hint = did_you_mean(name, EXPERIMENTS)
        raise InputError(f"there is no experiment {name!r}.{hint} There are: {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[name]
