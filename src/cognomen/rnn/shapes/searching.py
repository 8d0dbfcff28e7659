"""Which text a decoder writes: always the likeliest token, a token drawn by chance, or the best of a beam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.shapes.decoder import BOUNDARY, Decoder, Position

__all__ = ["Choose", "Written", "beam_search", "follow", "greedy", "sampler"]

Choose = Callable[[Array, int], Ids]  # log-probabilities (N, V), the number of the step -> tokens (N,)


@dataclass(frozen=True)
class Written:
    """A text that a decoder wrote.

    Attributes:
        ids: its tokens, (T,), without the boundary.
        log_p: the sum of the log-probabilities of its tokens, and of what came after the last of them: the
            boundary, if it has ended.
        ended: whether it came to its end before the limit.
        attention: (T + 1, L), the weights with which each token, and the boundary at last, was chosen; None
            without attention.
    """

    ids: Ids
    log_p: float
    ended: bool
    attention: Array | None = None


def greedy(log_p: Array, step: int) -> Ids:
    """Choose the likeliest token."""
    tokens: Ids = log_p.argmax(axis=-1)
    return tokens


def sampler(chances: Array, temperature: float = 1.0) -> Choose:
    """Choose by chance, each token as often as it is likely.

    Args:
        chances: (N, T), even numbers from [0, 1): one for each text and step. So a text does not change with
            the number of texts that are written beside it.
        temperature: the log-probabilities are divided by it. Below 1 likely tokens become likelier still.

    Raises:
        InputError: the temperature is not positive.
    """
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature: expected a positive number, got {temperature}")

    def choose(log_p: Array, step: int) -> Ids:
        below = log_p.astype(np.float64) - log_p.max(axis=-1, keepdims=True)  # (N, V), 0 for the likeliest
        with np.errstate(over="ignore"):  # at next to no temperature nothing else has a chance
            p = np.exp(below / temperature)
        cumulative = p.cumsum(axis=-1)
        reached = cumulative <= chances[:, step, None] * cumulative[:, -1:]
        return np.asarray(reached.sum(axis=-1))

    return choose


def follow(
    decoder: Decoder,
    position: Position,
    choose: Choose,
    limit: int,
    *,
    prefix: Sequence[int] = (),
    never: Sequence[int] = (),
) -> list[Written]:
    """Write N texts, each token chosen for itself.

    Args:
        decoder: says how likely each token is.
        position: where the texts begin.
        choose: which token to take.
        limit: most tokens of a text.
        prefix: the first tokens of every text. They belong to what is written.
        never: tokens that are not to be chosen.
    """
    count = len(position.summary)
    tokens = np.full(count, BOUNDARY)
    log_p, ended = np.zeros(count), np.zeros(count, bool)
    taken, seen = [], []
    for step in range(limit + 1):
        found, position, weights = decoder.step(tokens, position)  # (N, V)
        allowed = found.copy()
        allowed[:, list(never)] = -np.inf
        chosen = np.full(count, prefix[step]) if step < len(prefix) else choose(allowed, step)
        tokens = np.where(ended, BOUNDARY, chosen)
        log_p += np.where(ended, 0, found[np.arange(count), tokens])
        taken.append(tokens)
        seen.append(weights)
        ended |= tokens == BOUNDARY
        if ended.all():
            break
    return _cut(np.stack(taken, axis=1), log_p, ended, limit, seen)


def _cut(tokens: Ids, log_p: Array, ended: Array, limit: int, seen: Sequence[Array | None]) -> list[Written]:
    """Texts (N, T) up to their boundaries, or to the limit."""
    lengths = np.where(ended, (tokens == BOUNDARY).argmax(axis=1), limit)  # (N,)
    attention = [weights for weights in seen if weights is not None]
    return [
        Written(
            text[:length],
            float(p),
            bool(end),
            np.stack([weights[i] for weights in attention[: length + 1]]) if attention else None,
        )
        for i, (text, length, p, end) in enumerate(zip(tokens, lengths, log_p, ended, strict=True))
    ]


def beam_search(decoder: Decoder, position: Position, width: int, limit: int) -> list[Written]:
    """Write N texts; for each keep the `width` likeliest beginnings, and give the likeliest text found.

    A beginning that has ended stays in the beam as it is. With a width of 1 this is `follow` with `greedy`;
    a width of V ** T finds the likeliest text of all.

    Args:
        decoder: says how likely each token is.
        position: where the texts begin.
        width: beginnings that are kept, B.
        limit: most tokens of a text.

    Raises:
        InputError: the width is less than 1.
    """
    if width < 1:
        raise InputError(f"width: expected 1 or more, got {width}")
    count, vocabulary = len(position.summary), decoder.vocabulary
    position = position.take(np.repeat(np.arange(count), width))  # rows of a text stand together, (N * B)
    scores = np.full((count, width), -np.inf)
    scores[:, 0] = 0  # at first all are the same: only one may go on
    ended = np.zeros((count, width), bool)
    history: list[tuple[Ids, Ids, Array | None]] = []  # rows before, tokens, weights
    tokens = np.full(count * width, BOUNDARY)
    for _ in range(limit + 1):
        log_p, after, weights = decoder.step(tokens, position)  # (N * B, V)
        steps = _steps(log_p.reshape(count, width, vocabulary), ended)
        total = (scores[..., None] + steps).reshape(count, -1)  # (N, B * V)
        best = np.argsort(-total, axis=1, kind="stable")[:, :width]  # (N, B)
        scores = np.take_along_axis(total, best, axis=1)
        before, chosen = best // vocabulary, best % vocabulary
        ended = np.take_along_axis(ended, before, axis=1) | (chosen == BOUNDARY)
        rows = (before + width * np.arange(count)[:, None]).ravel()
        tokens = chosen.ravel()
        history.append((rows, tokens, weights))
        position = after.take(rows)
        if ended.all():
            break
    return [_trace(history, width * n, float(scores[n, 0]), bool(ended[n, 0]), limit) for n in range(count)]


def _steps(log_p: Array, ended: Array) -> Array:
    """What each token adds to a score, (N, B, V); after the end only the boundary, and it adds nothing."""
    steps = np.where(ended[..., None], -np.inf, log_p)
    steps[..., BOUNDARY] = np.where(ended, 0, log_p[..., BOUNDARY])
    return steps


def _trace(
    history: Sequence[tuple[Ids, Ids, Array | None]], row: int, score: float, ended: bool, limit: int
) -> Written:
    """Follow one text of a beam from its last row back to its first."""
    tokens, seen = [], []
    for rows, chosen, weights in reversed(history):
        tokens.append(int(chosen[row]))
        row = int(rows[row])
        seen.append(None if weights is None else weights[row])
    text = np.array(tokens[::-1])
    length = int((text == BOUNDARY).argmax()) if ended else limit
    attention = [weights for weights in seen[::-1] if weights is not None]
    return Written(text[:length], score, ended, np.stack(attention[: length + 1]) if attention else None)
