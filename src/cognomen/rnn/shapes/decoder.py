"""The decoder: writes tokens one by one, each given those before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import find_cell
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Dropout, Embedding, Linear
from cognomen.rnn.losses import log_softmax
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.recurrent import scan_from
from cognomen.rnn.shapes.attention import Attention, Padded

BOUNDARY = 0  # the token before the first one and after the last one


class DecoderState(NamedTuple):
    """The state of N texts that are being written.

    Attributes:
        cell: (S, N, H), the state of the cell.
        summary: (N, Y), the input in one vector.
        memory: (N, L, Y), the encoder's outputs; None without attention.
    """

    cell: Array
    summary: Array
    memory: Padded | None

    def take(self, rows: Ids) -> Self:
        """The texts at M indices (M,), which may repeat."""
        memory = None if self.memory is None else self.memory.take(rows)
        return type(self)(self.cell[:, rows], self.summary[rows], memory)


class Decoder(Layer):
    """A recurrent cell that predicts each token from those before it.

        state_0 = tanh(W_s summary)                            the initial state
        h_t = cell([embedding(token_t-1), summary], state)     the summary only with `reminded`
        logits_t = W h_t,  or W h'_t with attention

    Token 0 is the boundary, before the first token and after the last one; it occurs nowhere else.

    Args:
        cell: as for `Recurrent`.
        vocabulary: the number of tokens, V, including the boundary.
        hidden_size: H.
        context_size: the size of the summary and of each step of the memory, Y: the encoder's output size.
        embedding_size: E; H if not given.
        attention: attend to all outputs of the encoder (see `Attention`).
        reminded: concatenate the summary to the input of each step (Cho et al. 2014), in addition to deriving
            the initial state from it.
        dropout: the dropout rate of the embeddings, and of the input of the output layer.
        rng: of the initial values.

    Parameters: "cell.*", "embedding.weight" (V, E), "start.weight" (S * H, Y), "start.bias" (S * H,),
    "output.weight" (V, H), "output.bias" (V,), and "attention.*".
    """

    def __init__(
        self,
        cell: str | Callable[..., Cell],
        vocabulary: int,
        hidden_size: int,
        context_size: int,
        *,
        embedding_size: int | None = None,
        attention: bool = False,
        reminded: bool = False,
        dropout: float = 0.0,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        embedding_size = hidden_size if embedding_size is None else embedding_size
        self.vocabulary, self.context_size, self.reminded = vocabulary, context_size, reminded
        self.dropout = Dropout(dropout)
        width = embedding_size + context_size * reminded
        self.embedding = Embedding(vocabulary, embedding_size, rng=rng, dtype=dtype)
        self.cell = find_cell(cell)[0](width, hidden_size, rng=rng, dtype=dtype)
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
        """The input tokens and the target tokens of all steps: the targets after a boundary, and before one.

        Raises:
            InputError: a target is not a token, or is the boundary.
        """
        if not BOUNDARY < targets.data.min() <= targets.data.max() < self.vocabulary:
            raise InputError(
                f"targets: expected tokens from 1 to {self.vocabulary - 1}, got {targets.data.min()} to "
                f"{targets.data.max()}"
            )
        end = np.array([BOUNDARY])
        texts = targets.unpack()
        inputs = pack([np.concatenate([end, text]) for text in texts])
        return inputs, pack([np.concatenate([text, end]) for text in texts])

    def forward(
        self, inputs: Packed, summary: Array, memory: Packed | None, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], tuple[Array, Array | None]]]:
        """Logits (M, V) of the token after each input token (M,).

        Args:
            inputs: the input tokens, as from `shifted`.
            summary: (N, Y), in the order of the input.
            memory: (M', Y), needed for attention.
            rng: for dropout, in training only.

        Returns:
            The logits in the packed order, and backward: to the gradients by summary and memory.
        """
        state, back_start = self._first_state(summary)  # (S, N, H)
        x, back_x = self._inputs(inputs.data, _rows(inputs), summary, rng)
        a, back_project = self.cell.project(x)
        h, _, back_scan = scan_from(self.cell, a, inputs, state[:, inputs.sorted_indices])  # (M, H)
        h, back_look = self._look(inputs.with_data(h), memory)
        h, back_noise = self.dropout.forward(h, rng)
        logits, back_output = self.output.forward(h)  # (M, V)

        def backward(dlogits: Array) -> tuple[Array, Array | None]:
            dh, dmemory = back_look(back_noise(back_output(dlogits)))
            da, dstate = back_scan(dh)
            dsummary = back_x(back_project(da))
            dgiven = np.empty_like(dstate)
            dgiven[:, inputs.sorted_indices] = dstate
            return dsummary + back_start(dgiven), dmemory

        return logits, backward

    def _first_state(self, summary: Array) -> tuple[Array, Callable[[Array], Array]]:
        z, back = self.start.forward(summary)
        state = np.tanh(z)  # (S, N, H)
        return state, lambda d: back(d * (1 - state * state))

    def _inputs(
        self, ids: Ids, rows: Ids, summary: Array, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], Array]]:
        """The inputs of the cell, (M, E) or (M, E + Y); `rows` (M,) are the indices of the tokens' texts."""
        e, back_embedding = self.embedding.forward(ids)  # (M, E)
        e, back_noise = self.dropout.forward(e, rng)
        width = e.shape[1]

        def backward(dx: Array) -> Array:
            back_embedding(back_noise(dx[:, :width]))
            return segment_sum(dx[:, width:], rows, len(summary)) if self.reminded else np.zeros_like(summary)

        return (np.concatenate([e, summary[rows]], axis=1) if self.reminded else e), backward

    def _look(
        self, h: Packed, memory: Packed | None
    ) -> tuple[Array, Callable[[Array], tuple[Array, Array | None]]]:
        """The attentional states (M, H) of states (M, H); the same states without attention."""
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

    def begin(self, summary: Array, memory: Packed | None) -> DecoderState:
        """The state before the first token of N texts.

        Args:
            summary: (N, Y), of the inputs.
            memory: the encoder's outputs, (M, Y); needed for attention.
        """
        seen = None if self.attention is None or memory is None else Padded.of(memory)[0]
        return DecoderState(self._first_state(summary)[0], summary, seen)

    def step(self, ids: Ids, state: DecoderState) -> tuple[Array, DecoderState, Array | None]:
        """One step of writing.

        Args:
            ids: (N,), the previous tokens; `BOUNDARY` at the beginning.
            state: from `begin` or the previous step.

        Returns:
            Log-probabilities (N, V) of the next token, the next state, and the weights of attention (N, L),
            None without it.
        """
        x, _ = self._inputs(ids, np.arange(len(ids)), state.summary, None)
        h, cell = self.cell.read(x, state.cell)  # (N, H)
        weights = None
        if self.attention is not None and state.memory is not None:
            out, seen, _ = self.attention.forward(h[:, None], state.memory)
            h, weights = out[:, 0], seen[:, 0]
        return log_softmax(self.output.forward(h)[0]), state._replace(cell=cell), weights


def _rows(x: Packed) -> Ids:
    """The index in the input of the sequence that each row belongs to, (M,)."""
    return np.concatenate([x.sorted_indices[: rows.stop - rows.start] for rows in x.steps()])
