"""Decoding strategies: greedy, sampling, and beam search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cognomen.errors import InputError, check_whole_number
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.shapes.decoder import BOUNDARY, Decoder, DecoderState

Choose = Callable[[Array, int], Ids]  # log-probabilities (N, V), index of the step -> tokens (N,)


@dataclass(frozen=True)
class Hypothesis:
    """A text that a decoder has written.

    Attributes:
        ids: its tokens, (T,), without the boundary.
        log_p: the sum of the log-probabilities of its tokens and of the one after them, which is the boundary
            if the text has ended.
        ended: whether it ended before the limit.
        attention: (T + 1, L), the weights at each token and at the one after them; None without attention.
    """

    ids: Ids
    log_p: float
    ended: bool
    attention: Array | None = None


def greedy(log_p: Array, step: int) -> Ids:
    """Choose the most probable token of each of N texts, (N,), by log_p (N, V)."""
    tokens: Ids = log_p.argmax(axis=-1)
    return tokens


def sampler(draws: Array, temperature: float = 1.0) -> Choose:
    """Sample tokens from the predicted distribution.

    Args:
        draws: (N, T), uniform on [0, 1), one for each text and step. Passed in, and not drawn here, so that a
            text does not depend on the number of texts in the batch.
        temperature: log-probabilities are divided by it. Below 1 it favours probable tokens.

    Raises:
        InputError: the temperature is not positive.
    """
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature: expected a positive number, got {temperature}")

    def choose(log_p: Array, step: int) -> Ids:
        below = log_p.astype(np.float64) - log_p.max(axis=-1, keepdims=True)  # (N, V), 0 at most
        with np.errstate(over="ignore"):  # near zero temperature only the most probable token is left
            p = np.exp(below / temperature)
        cumulative = p.cumsum(axis=-1)
        reached = cumulative <= draws[:, step, None] * cumulative[:, -1:]
        return np.asarray(reached.sum(axis=-1))

    return choose


def generate(
    decoder: Decoder,
    state: DecoderState,
    choose: Choose,
    limit: int,
    *,
    prefix: Sequence[int] = (),
) -> list[Hypothesis]:
    """Write N texts token by token.

    Args:
        decoder: predicts the tokens.
        state: the state before the first token.
        choose: chooses a token from the predictions.
        limit: the largest number of tokens.
        prefix: the first tokens of every text, which are part of the result.
    """
    count = len(state.summary)
    tokens = np.full(count, BOUNDARY)
    log_p, ended = np.zeros(count), np.zeros(count, bool)
    taken, seen = [], []
    for step in range(limit + 1):
        found, state, weights = decoder.step(tokens, state)  # (N, V)
        chosen = np.full(count, prefix[step]) if step < len(prefix) else choose(found, step)
        tokens = np.where(ended, BOUNDARY, chosen)
        log_p += np.where(ended, 0, found[np.arange(count), tokens])
        taken.append(tokens)
        seen.append(weights)
        ended |= tokens == BOUNDARY
        if ended.all():
            break
    attention = [weights for weights in seen if weights is not None]  # (N, L) at each step
    return [
        _hypothesis(text, p, end, limit, [weights[i] for weights in attention])
        for i, (text, p, end) in enumerate(zip(np.stack(taken, axis=1), log_p, ended, strict=True))
    ]


def _hypothesis(tokens: Ids, log_p: float, ended: bool, limit: int, attention: Sequence[Array]) -> Hypothesis:
    """The text (T,) up to the boundary or the limit."""
    length = int((tokens == BOUNDARY).argmax()) if ended else limit
    weights = np.stack(attention[: length + 1]) if attention else None
    return Hypothesis(tokens[:length], float(log_p), bool(ended), weights)


def beam_search(decoder: Decoder, state: DecoderState, width: int, limit: int) -> list[Hypothesis]:
    """Write N texts, keeping the `width` most probable beginnings of each; return the most probable text
    found.

    A hypothesis that has ended stays in the beam. With a width of 1 this is `generate` with `greedy`; a width
    of V ** T finds the most probable text of all.

    Args:
        decoder: predicts the tokens.
        state: the state before the first token.
        width: the number of hypotheses that are kept, B.
        limit: the largest number of tokens.

    Raises:
        InputError: the width is not a whole number of 1 or more.
    """
    check_whole_number("width", width)
    count, vocabulary = len(state.summary), decoder.vocabulary
    state = state.take(np.repeat(np.arange(count), width))  # (N * B), the rows of a text are adjacent
    scores = np.full((count, width), -np.inf)
    scores[:, 0] = 0  # all B hypotheses are equal at first: only one may be extended
    ended = np.zeros((count, width), bool)
    history: list[tuple[Ids, Ids, Array | None]] = []  # the rows that were extended, tokens, weights
    tokens = np.full(count * width, BOUNDARY)
    for _ in range(limit + 1):
        log_p, after, weights = decoder.step(tokens, state)  # (N * B, V)
        steps = _steps(log_p.reshape(count, width, vocabulary), ended)
        total = (scores[..., None] + steps).reshape(count, -1)  # (N, B * V)
        best = np.argsort(-total, axis=1, kind="stable")[:, :width]  # (N, B)
        scores = np.take_along_axis(total, best, axis=1)
        before, chosen = best // vocabulary, best % vocabulary
        ended = np.take_along_axis(ended, before, axis=1) | (chosen == BOUNDARY)
        rows = (before + width * np.arange(count)[:, None]).ravel()
        tokens = chosen.ravel()
        history.append((rows, tokens, weights))
        state = after.take(rows)
        if ended.all():
            break
    return [_trace(history, width * n, scores[n, 0], ended[n, 0], limit) for n in range(count)]


def _steps(log_p: Array, ended: Array) -> Array:
    """What each token adds to the score, (N, B, V); after the end only the boundary is allowed, at 0."""
    steps = np.where(ended[..., None], -np.inf, log_p)
    steps[..., BOUNDARY] = np.where(ended, 0, log_p[..., BOUNDARY])
    return steps


def _trace(
    history: Sequence[tuple[Ids, Ids, Array | None]], row: int, score: float, ended: bool, limit: int
) -> Hypothesis:
    """The text that ends in a row of the beam, traced back to its first token."""
    tokens, seen = [], []
    for rows, chosen, weights in reversed(history):
        tokens.append(int(chosen[row]))
        row = int(rows[row])
        seen.append(None if weights is None else weights[row])
    attention = [weights for weights in seen[::-1] if weights is not None]
    return _hypothesis(np.array(tokens[::-1]), score, ended, limit, attention)
