"""The five shapes: how encoders, decoders and linear maps are connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Linear
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.shapes.decoder import Decoder
from cognomen.rnn.shapes.encoder import Encoder, one_step
from cognomen.rnn.shapes.searching import Hypothesis, beam_search, generate, greedy

Input = NDArray[Any] | Packed  # one vector or token per row (N, ...), or a packed batch of sequences
Targets = Ids | Packed  # one answer per row (N,), or a packed batch of them
BackToInput = Callable[[Array], Array | None]  # None where the inputs are tokens


class Shape(Layer):
    """What all networks with a loss have in common.

    Attributes:
        reads_many: whether the inputs are sequences (a `Packed` batch), or single vectors or tokens (N, ...).
    """

    reads_many = True

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """Logits, one row per answer, and backward, which returns the gradient by x, or None for tokens.

        Args:
            x: the inputs: a packed batch, or an array (N, X) or (N,) for the shapes that read one thing.
            targets: the right answers. Only the shapes that write use them: each token is predicted from the
                right ones before it (teacher forcing).
            rng: for dropout, in training only.

        Raises:
            InputError: the inputs or the targets are of the wrong kind.
        """
        raise NotImplementedError

    def labels(self, x: Input, targets: Targets) -> Ids:
        """The right answer for each row of logits; unless a shape says otherwise, the targets (N,).

        Raises:
            InputError: the targets are of the wrong kind or number.
        """
        if isinstance(targets, Packed):
            raise InputError(f"{type(self).__name__} gives one answer for each row, got packed targets")
        return targets

    def predict(self, x: Input) -> Any:
        """The most probable answers: (N,), a packed batch of them, or a list of N texts of tokens."""
        return self.forward(x)[0].argmax(axis=1)

    def loss(
        self, x: Input, targets: Targets, rng: np.random.Generator | None = None
    ) -> tuple[float, Callable[[], Array | None]]:
        """The cross-entropy of the targets, averaged over all rows of logits, and its backward.

        Backward adds to the gradients of the parameters, and returns that by x, as `forward` does. The
        arguments and errors are those of `forward`.
        """
        logits, backward = self.forward(x, targets, rng)
        loss, dlogits = cross_entropy(logits, self.labels(x, targets))
        return loss, lambda: backward(dlogits)

    def _steps(self, x: Input) -> Packed:
        """The inputs as sequences; an array (N, T, ...) holds N of one length."""
        if self.reads_many and isinstance(x, np.ndarray) and x.ndim >= 2:
            return pack(x)
        if isinstance(x, Packed) != self.reads_many:
            wanted = "a packed batch of sequences" if self.reads_many else "an array with a row for each"
            raise InputError(f"{type(self).__name__} reads {wanted}, got {type(x).__name__}")
        return x if isinstance(x, Packed) else one_step(x)


class _Answers(Shape):
    """An encoder and a linear map to logits.

    Parameters: the encoder's as "encoder.*", "output.weight" and "output.bias".
    """

    def __init__(self, encoder: Encoder, classes: int, width: int, rng: Initializer | None) -> None:
        self.encoder, self.output = encoder, Linear(width, classes, rng=rng, dtype=encoder.dtype)
        super().__init__()


class ManyToOne(_Answers):
    """A sequence in, one answer out: x -> encoder -> pooling -> logits (N, C).

    Args:
        encoder: reads the sequence.
        classes: C.
        pooling: as for `rnn.pool`: the last output of each direction, the maximum, the mean, or several.
        rng: of the initial values.
    """

    def __init__(
        self, encoder: Encoder, classes: int, *, pooling: str = "last", rng: Initializer | None = None
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


class OneToOne(ManyToOne):
    """One vector or token in, one answer out: the same with a single step, and so without memory."""

    reads_many = False


class SyncedManyToMany(_Answers):
    """A sequence in, an answer at each step: x -> encoder -> logits (M, C).

    With the direction "both" each answer depends on later steps too.

    Args:
        encoder: reads the sequence.
        classes: C.
        rng: of the initial values.
    """

    def __init__(self, encoder: Encoder, classes: int, *, rng: Initializer | None = None) -> None:
        super().__init__(encoder, classes, encoder.output_size, rng)

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`; rows are in the packed order."""
        y, back_read = self.encoder.forward(self._steps(x), rng)
        logits, back_output = self.output.forward(y.data)  # (M, C)
        return logits, lambda d: back_read(back_output(d))

    def labels(self, x: Input, targets: Targets) -> Ids:
        """See `Shape.labels`: one per step, packed like the inputs, (M,).

        Raises:
            InputError: the targets are not packed like the inputs.
        """
        steps = self._steps(x)
        if not isinstance(targets, Packed) or not (
            np.array_equal(targets.sorted_indices, steps.sorted_indices)
            and np.array_equal(targets.batch_sizes, steps.batch_sizes)
        ):
            raise InputError("expected packed targets, of as many steps in each sequence as the inputs")
        return np.asarray(targets.data)

    def predict(self, x: Input) -> Packed:
        """The most probable answer at each step, packed like the inputs."""
        return self._steps(x).with_data(super().predict(x))


class ManyToMany(Shape):
    """A sequence in, another sequence out, of any length: x -> encoder -> decoder -> logits (M, V).

    The decoder starts from the encoder's last outputs; with attention it uses all of them
    (Sutskever, Vinyals & Le 2014; Bahdanau, Cho & Bengio 2015).

    Args:
        encoder: reads the input.
        decoder: writes the output. Its context size is the encoder's output size.

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
        self.encoder, self.decoder = encoder, decoder
        super().__init__()

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`; rows are in the order of `labels`.

        Raises:
            InputError: there is not a text for each input.
        """
        texts, inputs = _texts(targets), self._steps(x)
        if len(texts) != len(inputs):
            raise InputError(
                f"expected a text to write for each of the {len(inputs)} inputs, got {len(texts)}"
            )
        inputs, _ = self.decoder.shifted(texts)
        y, summary, back_read = self._read(x, rng)
        logits, back_write = self.decoder.forward(inputs, summary, y, rng)  # (M, V)

        def backward(dlogits: Array) -> Array | None:
            return back_read(*back_write(dlogits))

        return logits, backward

    def _read(
        self, x: Input, rng: np.random.Generator | None = None
    ) -> tuple[Packed, Array, Callable[[Array, Array | None], Array | None]]:
        """The encoder's outputs (M, Y), their summary (N, Y), and backward."""
        y, back_read = self.encoder.forward(self._steps(x), rng)
        summary, back_pool = pool(y, "last", self.encoder.direction)  # (N, Y)

        def backward(dsummary: Array, dy: Array | None) -> Array | None:
            d = back_pool(dsummary)  # (M, Y)
            return back_read(d if dy is None else d + dy)

        return y, summary, backward

    def labels(self, x: Input, targets: Targets) -> Ids:
        """See `Shape.labels`: the tokens of the targets, and the boundary after each text, (M,)."""
        return self.decoder.shifted(_texts(targets))[1].data

    def write(self, x: Input, *, beam: int = 1, limit: int = 100) -> list[Hypothesis]:
        """Write a text for each input, greedily or by beam search.

        Args:
            x: the inputs.
            beam: the width of the beam; 1 is greedy.
            limit: the largest number of tokens of a text.
        """
        y, summary, _ = self._read(x)
        state = self.decoder.begin(summary, y)
        if beam == 1:
            return generate(self.decoder, state, greedy, limit)
        return beam_search(self.decoder, state, beam, limit)

    def predict(self, x: Input) -> list[Ids]:
        """The tokens of the text written for each input, without the boundary."""
        return [text.ids for text in self.write(x)]


class OneToMany(ManyToMany):
    """One vector or token in, a sequence out: the same with a single input step."""

    reads_many = False


def _texts(targets: Targets | None) -> Packed:
    if not isinstance(targets, Packed):
        raise InputError(f"expected a packed batch of texts to write, got {type(targets).__name__}")
    return targets
