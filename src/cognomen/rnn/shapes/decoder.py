"""The part that writes: tokens, one after the other, each chosen in the light of those before."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cells import CELLS
from cognomen.rnn.engine.segments import sum_rows
from cognomen.rnn.initializers import Source
from cognomen.rnn.layers import Dropout, Embedding, Layer, Linear
from cognomen.rnn.losses import log_softmax
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.recurrent import scan_from
from cognomen.rnn.shapes.attention import Attention, Padded

__all__ = ["BOUNDARY", "Decoder", "Position"]

BOUNDARY = 0  # the token before the first, and after the last


class Position(NamedTuple):
    """Where N texts stand that are being written.

    Attributes:
        state: (S, N, H), the cell's.
        summary: (N, Y), what was read, in one vector.
        memory: (N, L, Y), what was read, step by step; None without attention.
    """

    state: Array
    summary: Array
    memory: Padded | None

    def take(self, rows: Ids) -> Self:
        """Some of the texts, each as often as it is named."""
        memory = None if self.memory is None else self.memory.take(rows)
        return type(self)(self.state[:, rows], self.summary[rows], memory)


class Decoder(Layer):
    """A recurrent cell that is told the token before, and says how likely each token is to come next.

        state_0 = tanh(W_s summary)                            what was read gives the first state
        h_t = cell([embedding(token_t-1), summary], state)     with `reminded`, at every step anew
        logits_t = W h_t,  or W h'_t of what attention makes of h_t

    Token 0 is the boundary: it stands before the first token and after the last, and nowhere else.

    Args:
        cell: "rnn", "combined", "gru" or "lstm".
        vocabulary: how many tokens there are, V, the boundary among them.
        hidden_size: numbers in the hidden state, H.
        context_size: numbers in the summary and in each step of the memory, Y: the encoder's output size.
        embedding_size: numbers for each token, E; H when not given.
        attention: look back at every step that was read (see `Attention`).
        reminded: whether each step is given the summary beside its token (Cho et al. 2014), and not the first
            state alone.
        dropout: in training, the share dropped of the embeddings, and of what is read from the state.
        rng: source of the starting values.

    Parameters: "cell.*", "embedding.weight" (V, E), "start.weight" (S * H, Y), "start.bias" (S * H,),
    "output.weight" (V, H), "output.bias" (V,), and "attention.*".
    """

    def __init__(
        self,
        cell: str,
        vocabulary: int,
        hidden_size: int,
        context_size: int,
        *,
        embedding_size: int | None = None,
        attention: bool = False,
        reminded: bool = False,
        dropout: float = 0.0,
        rng: Source | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if cell not in CELLS:
            raise InputError(f"cell: expected one of {', '.join(CELLS)}, got {cell!r}")
        rng = np.random.default_rng() if rng is None else rng
        embedding_size = hidden_size if embedding_size is None else embedding_size
        self.vocabulary, self.context_size, self.reminded = vocabulary, context_size, reminded
        self.dropout = Dropout(dropout)
        width = embedding_size + context_size * reminded
        self.embedding = Embedding(vocabulary, embedding_size, rng=rng, dtype=dtype)
        self.cell = CELLS[cell](width, hidden_size, rng=rng, dtype=dtype)
        self.start = Linear(context_size, hidden_size, rng=rng, dtype=dtype, blocks=self.cell.slots)
        self.output = Linear(hidden_size, vocabulary, rng=rng, dtype=dtype)
        parts: dict[str, Layer] = {
            "embedding.{}": self.embedding,
            "start.{}": self.start,
            "cell.{}": self.cell,
            "output.{}": self.output,
        }
        self.attention = None
        if attention:
            self.attention = Attention(hidden_size, context_size, rng=rng, dtype=dtype)
            parts["attention.{}"] = self.attention
        super().__init__(*self.collect(parts))

    # --- training: the right token before is given (teacher forcing) --------------------------------------

    def shifted(self, targets: Packed) -> tuple[Packed, Packed]:
        """What each step is told, and what it should say: the boundary before, and the boundary after.

        Raises:
            InputError: a target is no token, or the boundary itself.
        """
        if not BOUNDARY < targets.data.min() <= targets.data.max() < self.vocabulary:
            raise InputError(
                f"targets: expected tokens from 1 to {self.vocabulary - 1}, got {targets.data.min()} to "
                f"{targets.data.max()}"
            )
        end = np.array([BOUNDARY])
        texts = targets.unpack()
        told = pack([np.concatenate([end, text]) for text in texts])
        return told, pack([np.concatenate([text, end]) for text in texts])

    def forward(
        self, told: Packed, summary: Array, memory: Packed | None, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], tuple[Array, Array | None]]]:
        """Logits (M, V) of the token after each one told (M,).

        Args:
            told: as `shifted` gives it.
            summary: (N, Y), in the order in which the texts were given.
            memory: (M', Y), needed for attention.
            rng: source of dropout's noise, for training only.

        Returns:
            The logits in the packed order, and backward: to the gradients by summary and memory.
        """
        state, back_start = self._first_state(summary)  # (S, N, H)
        x, back_x = self._inputs(told.data, _rows(told), summary, rng)
        a, back_project = self.cell.project(x)
        h, back_scan = scan_from(self.cell, a, told, state[:, told.order])  # (M, H)
        h, back_look = self._look(told.with_data(h), memory)
        h, back_noise = self.dropout.forward(h, rng)
        logits, back_output = self.output.forward(h)  # (M, V)

        def backward(dlogits: Array) -> tuple[Array, Array | None]:
            dh, dmemory = back_look(back_noise(back_output(dlogits)))
            da, dstate = back_scan(dh)
            dsummary = back_x(back_project(da))
            dgiven = np.empty_like(dstate)
            dgiven[:, told.order] = dstate
            return dsummary + back_start(dgiven), dmemory

        return logits, backward

    def _first_state(self, summary: Array) -> tuple[Array, Callable[[Array], Array]]:
        z, back = self.start.forward(summary)
        state = np.tanh(z)  # (S, N, H)
        return state, lambda d: back(d * (1 - state * state))

    def _inputs(
        self, ids: Ids, rows: Ids, summary: Array, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], Array]]:
        """What the cell reads, (M, E) or (M, E + Y); `rows` (M,) says which text a token belongs to."""
        e, back_embedding = self.embedding.forward(ids)  # (M, E)
        e, back_noise = self.dropout.forward(e, rng)
        width = e.shape[1]

        def backward(dx: Array) -> Array:
            back_embedding(back_noise(dx[:, :width]))
            return sum_rows(dx[:, width:], rows, len(summary)) if self.reminded else np.zeros_like(summary)

        return (np.concatenate([e, summary[rows]], axis=1) if self.reminded else e), backward

    def _look(
        self, h: Packed, memory: Packed | None
    ) -> tuple[Array, Callable[[Array], tuple[Array, Array | None]]]:
        """Attention, if there is any: states (M, H) to what the steps go on with, (M, H)."""
        if self.attention is None or memory is None:
            return h.data, lambda d: (d, None)
        seen, back_seen = Padded.of(memory)
        states, unpad = Padded.of(h)
        out, _, back = self.attention.forward(states.values, seen)  # (N, T, H)

        def backward(d: Array) -> tuple[Array, Array | None]:
            dstates, dseen = back(Padded.of(h.with_data(d))[0].values)
            return unpad(dstates), back_seen(dseen)

        return unpad(out), backward

    # --- writing: one token at a time ----------------------------------------------------------------------

    def begin(self, summary: Array, memory: Packed | None) -> Position:
        """Stand before the first token of N texts."""
        seen = None if self.attention is None or memory is None else Padded.of(memory)[0]
        return Position(self._first_state(summary)[0], summary, seen)

    def step(self, ids: Ids, position: Position) -> tuple[Array, Position, Array | None]:
        """Write one token: log-probabilities (N, V) of the next, where the texts stand then, and weights.

        Args:
            ids: (N,), the tokens before; `BOUNDARY` at the beginning.
            position: as `begin` or the last step gave it.

        Returns:
            The weights of attention (N, L) are None without it.
        """
        x, _ = self._inputs(ids, np.arange(len(ids)), position.summary, None)
        h, state = self.cell.read(x, position.state)  # (N, H)
        weights = None
        if self.attention is not None and position.memory is not None:
            out, seen, _ = self.attention.forward(h[:, None], position.memory)
            h, weights = out[:, 0], seen[:, 0]
        return log_softmax(self.output.forward(h)[0]), position._replace(state=state), weights


def _rows(x: Packed) -> Ids:
    """Which sequence, in the order given, each step of a packed batch belongs to, (M,)."""
    return np.concatenate([x.order[: rows.stop - rows.start] for rows in x.steps()])
