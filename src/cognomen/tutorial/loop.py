"""The tutorial's training loop: 100,000 names, one at a time, and what learners ask about it.

Where is the test part? There is none: the loop draws from all rows, and its loss is that of names that it has
mostly met before. What the network does on names it has never met is another question, and
`cognomen.tutorial.protocol` asks it.

Why one name at a time? Names differ in length, and one alone needs no padding. The price is time: a batch
would keep the processor's arithmetic busy, a single name mostly keeps Python busy. (`cognomen.rnn.pack` reads
names of unequal lengths side by side without padding; `RNN.read_all` uses it for answers.)

Why does the loss become NaN? Without a tanh nothing bounds the memory: once its matrix stretches it, it grows
with every letter of a long name, the numbers overflow, and infinity minus infinity is NaN. At the tutorial's
rate of .005 we have not seen it; at .05 it comes within a few thousand names. The loop stops and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from cognomen.errors import InputError, TrainingError
from cognomen.rnn import SGD, Array
from cognomen.tutorial.network import RNN, train
from cognomen.tutorial.vocabulary import (
    N_LETTERS,
    category_from_output,
    line_to_tensor,
    random_row,
    random_training_example,
)

__all__ = ["PLOT_STEPS", "PRINT_STEPS", "Fitted", "Lesson", "Progress", "Settings", "fit"]

PLOT_STEPS: Final = 1000  # names whose mean loss is one point of the curve
PRINT_STEPS: Final = 5000  # names between two lines of progress
BLOCK: Final = 2000  # names answered side by side
HOPELESS: Final = (
    1000.0  # a loss that only weights out of bounds can give: the right answer had p = exp(-1000)
)


@dataclass(frozen=True)
class Settings:
    """The tutorial's settings, and two things that it lacks.

    Attributes:
        steps: names drawn.
        learning_rate: of plain stochastic gradient descent.
        hidden_size: numbers in the memory.
        tanh: put a tanh between i2h and the next memory.
        rows: draw rows as they come, instead of every category equally often.
        seed: of the starting weights and the names drawn.
    """

    steps: int = 100_000
    learning_rate: float = 0.005
    hidden_size: int = 128
    tanh: bool = False
    rows: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.hidden_size < 1 or not 0 < self.learning_rate < math.inf:
            raise InputError(
                f"expected steps and hidden_size of at least 1, and a learning rate above 0; got {self}"
            )

    def to_json(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)


class Lesson(NamedTuple):
    """One name learnt from, number `step` counted from 1; loss and guess are those from before."""

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
class Progress:
    """Where the loop stands: the newest lesson of `steps`, and the means at the curve's newest point."""

    lesson: Lesson
    steps: int
    mean_loss: float
    accuracy: float

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return self.lesson.step / self.steps

    def __str__(self) -> str:
        """The line that the tutorial prints."""
        step, loss, line, category, guess = self.lesson
        verdict = "CORRECT" if self.lesson.right else f"WRONG ({category})"
        return f"{step:>7,} {self.share:>4.0%} {loss:.4f} {line} / {guess} {verdict}"


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network and how it came to be.

    `all_losses` and `all_accuracies` hold the means over each 1,000 names drawn (and over what remained).
    """

    rnn: RNN
    all_categories: tuple[str, ...]
    settings: Settings
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
        """The network's answers to names written in the 57 letters, (N, C); each row sums to 1.

        Raises:
            InputError: a name is empty, or a letter is not one of the 57.
        """
        blocks = [
            np.exp(self.rnn.read_all([line_to_tensor(line) for line in lines[start : start + BLOCK]]))
            for start in range(0, len(lines), BLOCK)
        ]
        return np.concatenate(blocks) if blocks else np.empty((0, len(self.all_categories)), np.float32)

    def predict(self, line: str, top_k: int = 3) -> list[tuple[str, float]]:
        """The `top_k` most probable categories of a name with their probabilities, highest first."""
        probabilities = self.probabilities([line])[0]  # (C,)
        best = np.argsort(-probabilities, kind="stable")[:top_k]
        return [(self.all_categories[i], float(probabilities[i])) for i in best]


def fit(
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Fitted:
    """Draw names and learn from one after the other. The same settings give the same weights, bit for bit.

    Args:
        category_lines: the names of each category, in the 57 letters.
        all_categories: the categories; their order numbers them.
        settings: the tutorial's when not given.
        on_progress: told of every 5,000th name, and of the last.

    Raises:
        TrainingError: there are fewer than two categories, one is empty, or training diverged.
    """
    settings = Settings() if settings is None else settings
    _check_categories(category_lines, all_categories)
    rng = np.random.default_rng(settings.seed)
    phi = "tanh" if settings.tanh else "identity"
    rnn = RNN(N_LETTERS, settings.hidden_size, len(all_categories), nonlinearity=phi, rng=rng)
    fitted = Fitted(rnn, tuple(all_categories), settings)
    recent: list[Lesson] = []
    for lesson in _lessons(rnn, category_lines, all_categories, settings, rng):
        recent.append(lesson)
        last = lesson.step == settings.steps
        if lesson.step % PLOT_STEPS == 0 or last:
            _note_means(fitted, recent)
            recent = []
        if lesson.step % PRINT_STEPS == 0 or last:
            newest = fitted.all_losses[-1], fitted.all_accuracies[-1]
            on_progress(Progress(lesson, settings.steps, *newest))
    return fitted


def _lessons(
    rnn: RNN,
    category_lines: Mapping[str, Sequence[str]],
    all_categories: Sequence[str],
    settings: Settings,
    rng: np.random.Generator,
) -> Iterator[Lesson]:
    """Draw a name, learn from it, and again."""
    draw = random_row if settings.rows else random_training_example
    optimiser = SGD(rnn.params, settings.learning_rate)
    for step in range(1, settings.steps + 1):
        category, line, category_tensor, line_tensor = draw(category_lines, all_categories, rng)
        with np.errstate(over="ignore", invalid="ignore"):  # the check below says it in plain words
            output, loss = train(rnn, optimiser, line_tensor, category_tensor)
        if not loss < HOPELESS:  # NaN is not less either
            raise _diverged(f"at name {step:,} ({line!r}) the loss is {loss:.4g}", settings)
        yield Lesson(step, loss, line, category, category_from_output(output, all_categories))


def _check_categories(category_lines: Mapping[str, Sequence[str]], all_categories: Sequence[str]) -> None:
    empty = [category for category in all_categories if not category_lines.get(category)]
    if len(all_categories) < 2 or empty:
        raise TrainingError(
            "expected two or more categories, each with a name or more; got "
            f"{len(all_categories)} categories" + (f", and no names for {empty}" if empty else "")
        )


def _note_means(fitted: Fitted, lessons: Sequence[Lesson]) -> None:
    """Add a point to the curve; stop where the network has become worse than knowing nothing."""
    fitted.all_losses.append(float(np.mean([lesson.loss for lesson in lessons])))
    fitted.all_accuracies.append(float(np.mean([lesson.right for lesson in lessons])))
    guess = math.log(len(fitted.all_categories))
    if len(lessons) == PLOT_STEPS and fitted.all_losses[-1] > 2 * guess:
        raise _diverged(
            f"the loss of {PLOT_STEPS:,} names is {fitted.all_losses[-1]:.4g} on average, where a network "
            f"that knows nothing has {guess:.2f}",
            fitted.settings,
        )


def _diverged(what: str, settings: Settings) -> TrainingError:
    rate = settings.learning_rate
    cause = (
        "each step overshoots" if settings.tanh else "without a tanh nothing keeps the memory within bounds"
    )
    return TrainingError(
        f"training diverged: {what}. The learning rate of {rate:g} is too high: {cause}. Try {rate / 10:g}"
        + ("" if settings.tanh else ", or put in the tanh (tanh=True, --tanh)")
    )
