"""The tutorial's training loop: 100,000 names, one at a time, and what learners ask about it.

Where is the test set? There is none: the loop draws from all rows, and most of them it has already been
trained on. `TutorialTrainer` evaluates the network on held-out names.

Why one name at a time? Names differ in length, and a single one needs no padding. The price is time: a single
name keeps the interpreter busy, not the arithmetic. (`cognomen.rnn.pack` batches names of unequal lengths
without padding; `RNN.read_all` uses it for inference.)

Why does the loss become NaN? Without a tanh the hidden state is unbounded: once its matrix has an eigenvalue
above 1, it grows with every letter of a long name until it overflows, and infinity minus infinity is NaN. We
have not seen it at the tutorial's rate of .005; at .05 it happens within a few thousand names. The loop then
stops with an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.network.config import COUNT, NON_NEGATIVE, POSITIVE, SIZE, Config, describe, setting
from cognomen.rnn import SGD, Array
from cognomen.rnn.training_loop import OnProgress
from cognomen.tutorial.network import RNN, train
from cognomen.tutorial.vocabulary import (
    N_LETTERS,
    category_from_output,
    line_to_tensor,
    lines_by_category,
    random_row,
    random_training_example,
    unicode_to_ascii,
)

PLOT_STEPS: Final = 1000  # names whose mean loss is one point of the curve
PRINT_STEPS: Final = 5000  # names between two lines of progress
BLOCK: Final = 2000  # names in a batch of `LoopResult.probabilities`
HOPELESS: Final = 1000.0  # a loss of diverged weights only: the right answer had the probability exp(-1000)


@describe
@dataclass(frozen=True)
class LoopConfig(Config):
    """The tutorial's settings, and two options that it lacks: `tanh` and `rows`.

    Raises:
        InputError: a value is out of its range.
    """

    steps: int = setting(100_000, "Names drawn.", COUNT)
    learning_rate: float = setting(0.005, "Learning rate of stochastic gradient descent.", POSITIVE)
    hidden_size: int = setting(128, "Size of the hidden state, H.", SIZE)
    tanh: bool = setting(False, "Add the tanh that the tutorial's network lacks.")
    rows: bool = setting(False, "Draw all rows with equal probability, not all origins.")
    seed: int = setting(0, "Of the initial weights and of the names drawn.", NON_NEGATIVE)


class Lesson(NamedTuple):
    """Training step number `step`, from 1, on one name; loss and guess are from before the update."""

    step: int
    loss: float
    line: str
    category: str
    guess: str

    @property
    def right(self) -> bool:
        """Whether the guess is the category."""
        return self.guess == self.category


@dataclass(frozen=True)
class LoopProgress:
    """Progress of the loop: the latest lesson of `steps`, and the latest point of the curve."""

    lesson: Lesson
    steps: int
    mean_loss: float
    accuracy: float

    @property
    def share(self) -> float:
        """The share of the steps that is done, 0 to 1."""
        return self.lesson.step / self.steps

    def __str__(self) -> str:
        """The line that the tutorial prints."""
        step, loss, line, category, guess = self.lesson
        verdict = "CORRECT" if self.lesson.right else f"WRONG ({category})"
        return f"{step:>7,} {self.share:>4.0%} {loss:.4f} {line} / {guess} {verdict}"


@dataclass(frozen=True, eq=False)
class LoopResult:
    """A trained network and the curve of its training.

    `all_losses` and `all_accuracies` are the means over each 1,000 names drawn, and over the rest.
    """

    rnn: RNN
    all_categories: tuple[str, ...]
    settings: LoopConfig
    all_losses: list[float] = field(default_factory=list)
    all_accuracies: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Settings and curve."""
        return {
            "settings": self.settings.to_json(),
            "all_losses": self.all_losses,
            "all_accuracies": self.all_accuracies,
        }

    def probabilities(self, lines: Sequence[str]) -> Array:
        """The probabilities (N, C) of the categories, for names in the 57 letters.

        Raises:
            InputError: a name is empty, or a letter is not one of the 57.
        """
        blocks = [
            np.exp(self.rnn.read_all([line_to_tensor(line) for line in lines[start : start + BLOCK]]))
            for start in range(0, len(lines), BLOCK)
        ]
        return np.concatenate(blocks) if blocks else np.empty((0, len(self.all_categories)), np.float32)

    def predict(self, line: str, top_k: int = 3) -> list[tuple[str, float]]:
        """The `top_k` most probable categories of a name and their probabilities, in descending order."""
        probabilities = self.probabilities([line])[0]  # (C,)
        best = np.argsort(-probabilities, kind="stable")[:top_k]
        return [(self.all_categories[i], float(probabilities[i])) for i in best]


def run_loop(
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    settings: LoopConfig | None = None,
    on_progress: Callable[[LoopProgress], None] = lambda progress: None,
) -> LoopResult:
    """Train on one random name after another. The same settings give the same weights, bit for bit.

    Args:
        category_lines: the names of each category, in the 57 letters.
        all_categories: the categories, in the order of their indices.
        settings: the tutorial's by default.
        on_progress: called at every 5,000th name, and at the last.

    Raises:
        TrainingError: there are fewer than two categories, one is empty, or training diverged.
    """
    settings = LoopConfig() if settings is None else settings
    _check_categories(category_lines, all_categories)
    rng = np.random.default_rng(settings.seed)
    phi = "tanh" if settings.tanh else "identity"
    rnn = RNN(N_LETTERS, settings.hidden_size, len(all_categories), nonlinearity=phi, rng=rng)
    fitted = LoopResult(rnn, tuple(all_categories), settings)
    recent: list[Lesson] = []
    for lesson in _lessons(rnn, category_lines, all_categories, settings, rng):
        recent.append(lesson)
        last = lesson.step == settings.steps
        if lesson.step % PLOT_STEPS == 0 or last:
            _note_means(fitted, recent)
            recent = []
        if lesson.step % PRINT_STEPS == 0 or last:
            newest = fitted.all_losses[-1], fitted.all_accuracies[-1]
            on_progress(LoopProgress(lesson, settings.steps, *newest))
    return fitted


def _lessons(
    rnn: RNN,
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    settings: LoopConfig,
    rng: np.random.Generator,
) -> Iterator[Lesson]:
    """Draw names and train on each."""
    draw = random_row if settings.rows else random_training_example
    optimiser = SGD(rnn.params, settings.learning_rate)
    for step in range(1, settings.steps + 1):
        category, line, category_tensor, line_tensor = draw(category_lines, all_categories, rng)
        with np.errstate(over="ignore", invalid="ignore"):  # the check below reports it
            output, loss = train(rnn, optimiser, line_tensor, category_tensor)
        if not loss < HOPELESS:  # true for NaN as well
            raise _diverged(f"at name {step:,} ({line!r}) the loss is {loss:.4g}", settings)
        yield Lesson(step, loss, line, category, category_from_output(output, all_categories))


def _check_categories(category_lines: Mapping[str, Sequence[str]], all_categories: Sequence[str]) -> None:
    empty = [category for category in all_categories if not category_lines.get(category)]
    if len(all_categories) < 2 or empty:
        raise TrainingError(
            "expected two or more categories, each with a name or more; got "
            f"{len(all_categories)} categories" + (f", and no names for {empty}" if empty else "")
        )


def _note_means(fitted: LoopResult, lessons: Sequence[Lesson]) -> None:
    """Add a point to the curve; raise TrainingError if the network is worse than guessing."""
    fitted.all_losses.append(float(np.mean([lesson.loss for lesson in lessons])))
    fitted.all_accuracies.append(float(np.mean([lesson.right for lesson in lessons])))
    guess = math.log(len(fitted.all_categories))
    if len(lessons) == PLOT_STEPS and fitted.all_losses[-1] > 2 * guess:
        raise _diverged(
            f"the mean loss of {PLOT_STEPS:,} names is {fitted.all_losses[-1]:.4g}, where a guess has "
            f"{guess:.2f}",
            fitted.settings,
        )


def _diverged(what: str, settings: LoopConfig) -> TrainingError:
    rate = settings.learning_rate
    cause = "each step overshoots" if settings.tanh else "without a tanh the hidden state is unbounded"
    return TrainingError(
        f"training diverged: {what}. The learning rate of {rate:g} is too high: {cause}. Try {rate / 10:g}"
        + ("" if settings.tanh else ", or add the tanh (tanh=True, --tanh)")
    )


@dataclass(frozen=True)
class TutorialTrainer:
    """The tutorial as a method for `run_protocol`, which evaluates it on held-out names.

    Under protocol L the network is trained ten times, each time without a tenth of the names, and tested on
    those. Protocol T does so five times with rows as they are listed; there a name that is listed twice may
    be on both sides, so T is too optimistic. See `training.protocols`. Run k uses the config's seed + k.
    """

    settings: LoopConfig

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: OnProgress
    ) -> tuple[Array, Sequence[str]]:
        """See `cognomen.training.protocols.FitPredict`."""

        def on_progress(progress: LoopProgress) -> None:
            figures = f"loss {progress.mean_loss:.3f}, right {progress.accuracy:.1%}"
            tell(progress.share, figures)

        category_lines, all_categories = lines_by_category(corpus)
        settings = replace(self.settings, seed=self.settings.seed + seed)
        fitted = run_loop(category_lines, all_categories, settings, on_progress)
        return fitted.probabilities([unicode_to_ascii(name) for name in names]), all_categories
