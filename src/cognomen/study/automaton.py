"""Extraction of a finite automaton from the states of a trained net (Giles et al. 1992).

If the hidden states along long inputs fall into a few groups, and each group with the next symbol always
leads to the same group and the same answer, the net works as a finite automaton. In the tables of this module
rows are states and columns symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Axes
from cognomen.rnn import Array, Ids

MOST_GROUPS = 400


@dataclass(frozen=True)
class Automaton:
    """States 0 to S - 1, of which 0 is the first; symbols 0 to K - 1.

    Attributes:
        next: (S, K) as lists, the state after a symbol.
        says: (S, K) as lists, the answer at this transition.
    """

    next: list[list[int]]
    says: list[list[int]]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    def run(self, symbols: Ids) -> tuple[Ids, Ids]:
        """The answers (N, T) to symbols (N, T), and the state after each symbol, (N, T)."""
        table, says = np.array(self.next), np.array(self.says)
        state = np.zeros(len(symbols), np.int64)  # (N,)
        answers, states = np.empty_like(symbols), np.empty_like(symbols)
        for t in range(symbols.shape[1]):
            answers[:, t] = says[state, symbols[:, t]]
            states[:, t] = state = table[state, symbols[:, t]]
        return answers, states


def extract(states: Array, symbols: Ids, answers: Ids) -> tuple[Automaton, Ids] | None:
    """The smallest automaton that reproduces the net's answers, and its state for each of the net's.

    Groups are refined until each of them, with each symbol, has one successor and one answer.

    Args:
        states: of the net after each symbol, (N, T, H); zero before the first.
        symbols: the inputs, (N, T).
        answers: the outputs, (N, T).

    Returns:
        The automaton and its states (N, T), or None if a few hundred groups are not enough.
    """
    count, steps, width = states.shape
    before = np.concatenate([np.zeros((count, 1, width), states.dtype), states], axis=1)  # (N, T+1, H)
    points = before.reshape(-1, width)
    radius = float(np.linalg.norm(points, axis=1).max())
    while True:
        groups = groups_within(points, radius)
        if groups is None:
            return None
        grouped = groups.reshape(count, steps + 1)
        if (found := _deterministic(grouped, symbols, answers)) is not None:
            automaton, state_of = minimised(found)
            return automaton, state_of[grouped[:, 1:]]
        radius *= 0.8


def groups_within(points: Array, radius: float) -> Ids | None:
    """Assign each point (M, H) to the first group whose first point is near, (M,); None for too many."""
    groups = np.full(len(points), -1)
    for group in range(MOST_GROUPS):
        left = np.flatnonzero(groups < 0)
        if len(left) == 0:
            return groups
        near = np.linalg.norm(points[left] - points[left[0]], axis=1) <= radius
        groups[left[near]] = group
    return None


def _deterministic(groups: Ids, symbols: Ids, answers: Ids) -> Automaton | None:
    """The automaton of groups (N, T+1), unless a group and a symbol have two ways on, or never occurred."""
    size, kinds = int(groups.max()) + 1, int(symbols.max()) + 1
    cell = (groups[:, :-1] * kinds + symbols).ravel()  # (N * T,)
    result = []
    for values in (groups[:, 1:].ravel(), answers.ravel()):
        low, high = np.full(size * kinds, values.max() + 1), np.full(size * kinds, -1)
        np.minimum.at(low, cell, values)
        np.maximum.at(high, cell, values)
        if (low != high).any():
            return None
        result.append(low.reshape(size, kinds).tolist())
    return Automaton(*result)


def minimised(automaton: Automaton) -> tuple[Automaton, Ids]:
    """Merge states that no input distinguishes (Moore 1956): the automaton, and the new state of
    each, (S,)."""
    following, says = np.array(automaton.next), np.array(automaton.says)
    part = _numbered(says)  # (S,); at first by what they say to each symbol
    while True:
        finer = _numbered(np.column_stack([part, part[following]]))
        if finer.max() == part.max():
            break
        part = finer
    first = [int(np.flatnonzero(part == each)[0]) for each in range(int(part.max()) + 1)]
    return Automaton(part[following[first]].tolist(), says[first].tolist()), part


def _numbered(rows: Ids) -> Ids:
    """The index of each row (S, K) among the distinct rows, in order of first appearance: (S,)."""
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    numbers: Ids = rank[inverse.ravel()]
    return numbers


def draw_automaton(
    axes: Axes, following: Sequence[Sequence[int]], labels: Sequence[Sequence[str]], names: Sequence[str]
) -> None:
    """States as circles in a row, transitions as labelled arrows; an arrow leads into the first state.

    Args:
        axes: empty.
        following: (S, K), the state after each symbol.
        labels: (S, K), of the arrows.
        names: (S,), of the states.
    """
    from matplotlib.patches import Circle

    for state, name in enumerate(names):
        x = 3.0 * state
        colour = COLOURS[state % len(COLOURS)]
        axes.add_patch(Circle((x, 0), 0.7, facecolor=colour, edgecolor="white", zorder=3))
        axes.text(x, 0, name, ha="center", va="center", color="white", fontsize=11, weight="bold")
        for other in sorted(set(following[state])):
            written = "\n".join(
                label for label, to in zip(labels[state], following[state], strict=True) if to == other
            )
            _arrow(axes, x, 3.0 * other, written)
    axes.annotate("", (-0.75, 0), (-1.5, 0), arrowprops={"arrowstyle": "-|>", "color": GREY})
    axes.text(-1.55, 0, "start", ha="right", va="center", color=GREY)
    axes.set(xlim=(-2.4, 3.0 * len(names) - 1.8), ylim=(-2.6, 2.6), aspect="equal")
    axes.axis("off")


def _arrow(axes: Axes, x: float, to: float, label: str) -> None:
    """An arrow between two circles, above when it goes right, below when left; or back to itself."""
    up = 1 if to >= x else -1
    if to == x:
        ends, bend, place, va = ((x - 0.35, 0.65), (x + 0.35, 0.65)), "arc3,rad=-1.6", (x, 1.5), "bottom"
    else:
        ends = ((x + 0.55 * up, 0.45 * up), (to - 0.55 * up, 0.45 * up))
        bend, place = "arc3,rad=-0.3", ((x + to) / 2, up * (0.8 + 0.1 * abs(to - x)))
        va = "bottom" if up > 0 else "top"
    axes.annotate(
        "",
        ends[1],
        ends[0],
        arrowprops={"arrowstyle": "-|>", "connectionstyle": bend, "color": GREY, "lw": 1.2},
    )
    axes.text(*place, label, ha="center", va=va, fontsize=9.5, linespacing=1.3)
