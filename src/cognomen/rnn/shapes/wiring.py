"""The five shapes: which parts are joined, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.initializers import Source
from cognomen.rnn.layers import Layer, Linear
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.packed import Packed
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.shapes.decoder import Decoder
from cognomen.rnn.shapes.encoder import Encoder, one_step
from cognomen.rnn.shapes.searching import Written, beam_search, follow, greedy

__all__ = ["ManyToMany", "ManyToOne", "OneToMany", "OneToOne", "Shape", "SyncedManyToMany"]

Input = NDArray[Any] | Packed  # one vector or token for each row (N, ...), or a packed batch of sequences
Targets = Ids | Packed  # one answer for each (N,), or a packed batch of them
BackToInput = Callable[[Array], Array | None]  # None where the inputs are tokens


class Shape(Layer):
    """What the five have in common.

    Attributes:
        reads_many: whether the inputs are sequences (a `Packed` batch), or single vectors or tokens (N, ...).
        encoder: reads them.
    """

    reads_many = True

    def __init__(self, encoder: Encoder, parts: Mapping[str, Layer]) -> None:
        self.encoder = encoder
        super().__init__(*self.collect({"encoder.{}": encoder, **parts}))

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """Logits, a row for each single answer; backward gives the gradient by x, None for tokens.

        Args:
            x: what is read: a packed batch, or an array (N, X) or (N,) for the shapes that read one thing.
            targets: the right answers. Only the shapes that write look at them: each token is foretold with
                the right ones before it (teacher forcing).
            rng: source of dropout's noise, for training only.

        Raises:
            InputError: the inputs or the targets are of another kind.
        """
        raise NotImplementedError

    def labels(self, x: Input, targets: Targets) -> Ids:
        """The right answer for each row of logits.

        Raises:
            InputError: the targets are of another kind or number.
        """
        raise NotImplementedError

    def predict(self, x: Input) -> Any:
        """The likeliest answers: (N,), a packed batch of them, or a list of N texts of tokens."""
        raise NotImplementedError

    def loss(
        self, x: Input, targets: Targets, rng: np.random.Generator | None = None
    ) -> tuple[float, Callable[[], Array | None]]:
        """The cross-entropy of the right answers, the mean over all rows of logits, and its backward."""
        logits, backward = self.forward(x, targets, rng)
        loss, dlogits = cross_entropy(logits, self.labels(x, targets))
        return loss, lambda: backward(dlogits)

    def _steps(self, x: Input) -> Packed:
        """What is read, as sequences."""
        if isinstance(x, Packed) != self.reads_many:
            wanted = "a packed batch of sequences" if self.reads_many else "an array with a row for each"
            raise InputError(f"{type(self).__name__} reads {wanted}, got {type(x).__name__}")
        return x if isinstance(x, Packed) else one_step(x)


class _Answers(Shape):
    """A linear map makes logits of what was read.

    Parameters: the encoder's as "encoder.*", "output.weight" and "output.bias".
    """

    def __init__(self, encoder: Encoder, classes: int, width: int, rng: Source | None) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.output = Linear(width, classes, rng=rng, dtype=encoder.dtype)
        super().__init__(encoder, {"output.{}": self.output})


class ManyToOne(_Answers):
    """A sequence in, one answer out: x -> encoder -> pooling -> logits (N, C).

    Args:
        encoder: reads the sequence.
        classes: how many answers there are, C.
        pooling: as for `rnn.pool`: the last state of each direction, the maximum, the mean, or several.
        rng: source of the starting values.
    """

    def __init__(
        self, encoder: Encoder, classes: int, *, pooling: str = "last", rng: Source | None = None
    ) -> None:
        self.pooling = pooling
        super().__init__(encoder, classes, encoder.output_size * len(kinds_of(pooling)), rng)

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`."""
        y, back_read = self.encoder.forward(self._steps(x), rng)
        pooled, back_pool = pool(y, self.pooling, self.encoder.direction)  # (N, F)
        logits, back_output = self.output.forward(pooled)  # (N, C)
        return logits, lambda d: back_read(back_pool(back_output(d)))

    def labels(self, x: Input, targets: Targets) -> Ids:
        """See `Shape.labels`: they are the targets themselves, (N,)."""
        if isinstance(targets, Packed):
            raise InputError(f"{type(self).__name__} gives one answer for each row, got packed targets")
        return targets

    def predict(self, x: Input) -> Ids:
        """The likeliest answer for each, (N,)."""
        answers: Ids = self.forward(x)[0].argmax(axis=1)
        return answers


class OneToOne(ManyToOne):
    """One vector or token in, one answer out: the same with a single step, where no memory comes in."""

    reads_many = False


class SyncedManyToMany(_Answers):
    """A sequence in, an answer at each of its steps: x -> encoder -> logits (M, C).

    In the direction "both" an answer knows what follows it.

    Args:
        encoder: reads the sequence.
        classes: how many answers there are, C.
        rng: source of the starting values.
    """

    def __init__(self, encoder: Encoder, classes: int, *, rng: Source | None = None) -> None:
        super().__init__(encoder, classes, encoder.output_size, rng)

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`; rows stand in the packed order."""
        y, back_read = self.encoder.forward(self._steps(x), rng)
        logits, back_output = self.output.forward(y.data)  # (M, C)
        return logits, lambda d: back_read(back_output(d))

    def labels(self, x: Input, targets: Targets) -> Ids:
        """See `Shape.labels`: one for each step, packed as the inputs are, (M,)."""
        steps = self._steps(x)
        if not isinstance(targets, Packed) or not (
            np.array_equal(targets.order, steps.order) and np.array_equal(targets.sizes, steps.sizes)
        ):
            raise InputError("expected packed targets, of as many steps in each sequence as the inputs")
        return np.asarray(targets.data)

    def predict(self, x: Input) -> Packed:
        """The likeliest answer at each step, packed as the inputs are."""
        return self._steps(x).with_data(self.forward(x)[0].argmax(axis=1))


class ManyToMany(Shape):
    """A sequence in, another out, of whatever length: x -> encoder -> decoder -> logits (M, V).

    The decoder starts from the encoder's last states; with attention it also looks back at all of them
    (Sutskever, Vinyals & Le 2014; Bahdanau, Cho & Bengio 2015).

    Args:
        encoder: reads.
        decoder: writes. Its context size is the encoder's output size.

    Parameters: the parts' as "encoder.*" and "decoder.*".

    Raises:
        InputError: the parts do not fit each other.
    """

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        if decoder.context_size != encoder.output_size:
            raise InputError(
                f"decoder: expected context_size {encoder.output_size}, the encoder's output size, got "
                f"{decoder.context_size}"
            )
        self.decoder = decoder
        super().__init__(encoder, {"decoder.{}": decoder})

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`; rows stand in the order of `labels`."""
        texts, inputs = _texts(targets), self._steps(x)
        if len(texts.order) != len(inputs.order):
            raise InputError(
                f"expected a text to write for each of the {len(inputs.order)} inputs, got {len(texts.order)}"
            )
        told, _ = self.decoder.shifted(texts)
        y, summary, back_read = self._read(x, rng)
        logits, back_write = self.decoder.forward(told, summary, y, rng)  # (M, V)

        def backward(dlogits: Array) -> Array | None:
            return back_read(*back_write(dlogits))

        return logits, backward

    def _read(
        self, x: Input, rng: np.random.Generator | None = None
    ) -> tuple[Packed, Array, Callable[[Array, Array | None], Array | None]]:
        """What was read: step by step (M, Y), in one vector (N, Y), and the way back."""
        y, back_read = self.encoder.forward(self._steps(x), rng)
        summary, back_pool = pool(y, "last", self.encoder.direction)  # (N, Y)

        def backward(dsummary: Array, dy: Array | None) -> Array | None:
            d = back_pool(dsummary)  # (M, Y)
            return back_read(d if dy is None else d + dy)

        return y, summary, backward

    def labels(self, x: Input, targets: Targets) -> Ids:
        """See `Shape.labels`: the targets' tokens, and the boundary after each text, (M,)."""
        return self.decoder.shifted(_texts(targets))[1].data

    def write(self, x: Input, *, beam: int = 1, limit: int = 100) -> list[Written]:
        """Write a text for each input: the likeliest token each time, or the best text that a beam finds.

        Args:
            x: what is read.
            beam: how many beginnings of each text are kept.
            limit: most tokens of a text.
        """
        y, summary, _ = self._read(x)
        position = self.decoder.begin(summary, y)
        if beam == 1:
            return follow(self.decoder, position, greedy, limit)
        return beam_search(self.decoder, position, beam, limit)

    def predict(self, x: Input) -> list[Ids]:
        """The tokens of the text for each input, without the boundary."""
        return [text.ids for text in self.write(x)]


class OneToMany(ManyToMany):
    """One vector or token in, a sequence out: the same with a single step to read."""

    reads_many = False


def _texts(targets: Targets | None) -> Packed:
    if not isinstance(targets, Packed):
        raise InputError(f"expected a packed batch of texts to write, got {type(targets).__name__}")
    return targets
