"""What was read before counts: remove the order, or all but the last few letters, and see what it costs.

One network, one configuration, the same held-out surnames; only the names are changed, in training and test
alike. With its letters sorted a name is a bag of letters: what it gains in its own order is the value of the
order. With its last k letters it shows how far back the useful history reaches.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Figure, bars, panel
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table, in_parts
from cognomen.study.names import fit_names, load_names
from cognomen.study.spread import lines

LAST = (1, 2, 3, 4, 5, 6, 8)
WHOLE, SHUFFLED, SORTED = "whole names", "letters shuffled", "letters sorted alphabetically"


def _shuffled(name: str) -> str:
    """Its letters in a random order that differs between names, but is always the same for a name."""
    seed = int.from_bytes(name.encode(), "little")
    return "".join(name[i] for i in np.random.default_rng(seed).permutation(len(name)))


def _changes(quick: bool) -> dict[str, Callable[[str], str]]:
    changes: dict[str, Callable[[str], str]] = {
        WHOLE: lambda name: name,
        SHUFFLED: _shuffled,
        SORTED: lambda name: "".join(sorted(name)),
    }
    for k in LAST[1:4:2] if quick else LAST:
        changes[f"the last {k}" if k > 1 else "the last letter"] = lambda name, k=k: name[-k:]  # type: ignore[misc]
    return changes


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train and test once for each change of the names, and once with shuffled names in the test only."""
    names = load_names(quick=settings.quick)
    rows = []
    changes = _changes(settings.quick).items()
    for (words, change), progress in in_parts(on_progress, changes, itemgetter(0)):
        fitted = fit_names(
            names.changed(change),
            epochs=2 if settings.quick else 10,
            direction="forward",
            pooling="last",
            seed=settings.seed,
            on_progress=progress,
        )
        rows.append([words, fitted.test.accuracy])
        if words == WHOLE:
            asked = tuple(_shuffled(name) for name in names.test)
            right = fitted.logits(asked).argmax(axis=1) == names.test_labels
            only_asked = float(right.mean())
    return {
        "training": len(names.training),
        "test": len(names.test),
        "commonest": names.commonest,
        "rows": rows,
        "shuffled_only_when_asked": only_asked,
    }


def table(numbers: Numbers) -> Table:
    """Accuracy on held-out names for each kind of input."""
    whole, *rows = numbers["rows"]
    rows = [
        whole,
        ("trained on whole names, tested on shuffled ones", numbers["shuffled_only_when_asked"]),
        *rows,
        ("nothing: always the most frequent origin", numbers["commonest"]),
    ]
    shown = tuple((words, f"{accuracy:.1%}") for words, accuracy in rows)
    return Table(("input", "accuracy on held-out names"), shown)


def sentence(numbers: Numbers) -> str:
    """The value of order and distance."""
    by_words = dict(numbers["rows"])
    whole = by_words[WHOLE]
    cut = {words: accuracy for words, accuracy in by_words.items() if words.startswith("the last")}
    near = next((words for words, accuracy in cut.items() if accuracy >= whole - 0.02), None)
    text = (
        f"The accuracy on {numbers['test']:,} held-out names is {whole:.1%}; with their letters sorted "
        f"alphabetically it is {by_words[SORTED]:.1%}, shuffled {by_words[SHUFFLED]:.1%}; always answering "
        f"the most frequent origin reaches {numbers['commonest']:.1%}. "
    )
    first, *_ = cut
    text += f"From {first} alone the accuracy is {cut[first]:.1%}"
    return text + (
        f"; {near} are enough to come within two percentage points of whole names." if near else "."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The value of order, and how far back useful history reaches."""
    order, distance = figure.subplots(1, 2, width_ratios=(1, 1))
    by_words = dict(numbers["rows"])
    shown = {
        "whole names": by_words[WHOLE],
        "letters sorted": by_words[SORTED],
        "letters shuffled": by_words[SHUFFLED],
        "shuffled only\nin the test": numbers["shuffled_only_when_asked"],
        "most frequent origin": numbers["commonest"],
    }
    label = "held-out names right, %"
    shown = {words: 100 * share for words, share in shown.items()}
    bars(order, shown, "{:.1f}", title="The value of the order", xlabel=label, limit=100)
    cut = {int(w.split()[2]) if w != "the last letter" else 1: a for w, a in numbers["rows"] if "last" in w}
    lines(
        distance, list(cut), list(cut.values()), marker="o", color=COLOURS[0], label="only the last k letters"
    )
    distance.axhline(by_words[WHOLE], color=COLOURS[1], ls="--", label="whole names")
    distance.axhline(numbers["commonest"], color=GREY, ls=":", label="most frequent origin")
    panel(
        distance,
        "How far back the history reaches",
        percent=label,
        legend="lower right",
        xlabel="letters in the input, k",
    )
