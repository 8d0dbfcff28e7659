"""The classifier's network as it is trained: names in, a logit for each origin out, and the way back.

ids (M,) -> embedding (M, E) -> recurrent, both directions (M, 2H) -> pooling (N, 2H * kinds) -> logits (N, C)

With a single recurrent layer, M counts distinct prefixes instead of letters (see `rnn.engine.prefix_tree`).
The weights of letter n-grams may be added to the logits (see `ngrams`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.architecture import Architecture
from cognomen.network.ngram_tensors import Tables, make_ngrams
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import WITH_NONLINEARITY
from cognomen.rnn.engine.choice import is_worth_compiling, read_names, tree_of
from cognomen.rnn.engine.one_sequence import SequenceReader
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import PrefixTree, check_names, letters_of, sort_names
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Dropout, Embedding, Linear
from cognomen.rnn.nonlinearities import find_nonlinearity
from cognomen.rnn.packed import pack
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.recurrent import Recurrent
from cognomen.text.ragged import Ragged

if TYPE_CHECKING:
    from cognomen.rnn.engine.compiled import Tree


class TrainableNetwork(Layer):
    """Embedding, recurrent layers, pooling and a linear map to the origins.

    Args:
        architecture: sizes and kinds of its parts.
        ngrams: the n-grams that have weights: letters (G, K) with K = `longest_ngram`, and counts (G,), see
            `Ngrams`; or, where there is an `ngram_rank`, the tables of `HashedNgrams`.
        ngram_weight: their initial weights, (G + 1, C), or embedding; see there.
        dropout: in training, the share dropped after the embedding, after each recurrent layer, and
            after pooling.
        ngram_dropout: in training, the share dropped of each name's n-grams.
        rng: draws the initial values.
        dtype: of the parameters, except n-gram weights in float16 or int8.

    Raises:
        InputError: the n-grams are not what the architecture says.

    Parameters: "embedding.weight" (V, E), "recurrent.weight_ih_l0", ..., "output.weight" (C, F) and
    "output.bias" (C,), with F the width after pooling; where there are n-grams, "ngrams.weight" (G + 1, C) or
    those of `HashedNgrams`.
    """

    def __init__(
        self,
        architecture: Architecture,
        *,
        ngrams: Tables | None = None,
        ngram_weight: NDArray[Any] | None = None,
        dropout: tuple[float, float, float] = (0.0, 0.0, 0.0),
        ngram_dropout: float = 0.0,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.compiled = False  # see `compile`
        self._letter_reader: SequenceReader | None = None
        self.architecture = a = architecture
        self.dtype = np.dtype(dtype)
        find_nonlinearity(a.nonlinearity)  # also where the cell does not use it
        options = {"nonlinearity": a.nonlinearity} if a.cell in WITH_NONLINEARITY else {}
        after_embedding, after_recurrent, after_pooling = dropout
        self.embedding = Embedding(a.alphabet_size, a.embedding_size, rng=rng, dtype=dtype)
        self.dropout_embedded = Dropout(after_embedding)
        self.recurrent = Recurrent(
            a.cell,
            a.embedding_size,
            a.hidden_size,
            num_layers=a.num_layers,
            direction=a.direction,
            dropout=after_recurrent,
            rng=rng,
            dtype=dtype,
            cell_options=options,
        )
        self.dropout_pooled = Dropout(after_pooling)
        pooled = self.recurrent.output_size * len(kinds_of(a.pooling))
        self.output = Linear(pooled, a.origin_count, rng=rng, dtype=dtype)
        self.ngrams = make_ngrams(a, ngrams, ngram_weight, dropout=ngram_dropout, rng=rng, dtype=dtype)
        super().__init__()

    def compile(self, letters: int) -> None:
        """Let the compiled engine read the names of `forward`, if it can and so many letters are worth it."""
        (cell, _), *_ = self.recurrent.levels[0]
        able = self.architecture.num_layers == 1 and not self.recurrent.dropout.rate
        self.compiled = able and is_worth_compiling(cell, letters)

    @property
    def knows_names(self) -> bool:
        """Whether whole names may have weights of their own."""
        return self.architecture.ngram_rank > 0

    def forward(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits (N, C) of names of ids, and backward; `rng` draws the dropout noise, None for none.

        Raises:
            InputError: there is no name, a name has no letters, or an id is not in the alphabet.
        """
        parts, back = self.forward_parts(names, rng)
        return sum(parts[1:], start=parts[0]), lambda dlogits: back([dlogits] * len(parts))

    def forward_parts(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[list[Array], Callable[[list[Array]], None]]:
        """As `forward`, with the logits (N, C) of the recurrent part and those of the n-grams apart.

        Backward takes a gradient (N, C) for each.

        Raises:
            InputError: as for `forward`.
        """
        self._check(names)
        if len(names) == 0:
            raise InputError("expected one or more names, got none")
        readers = [self.recurrent_logits, *([] if self.ngrams is None else [self.ngrams.forward])]
        parts, backwards = zip(*(read(names, rng) for read in readers), strict=True)

        def backward(dparts: list[Array]) -> None:
            for back, dlogits in zip(backwards, dparts, strict=True):
                back(dlogits)

        return list(parts), backward

    def _check(self, names: Ragged) -> None:
        check_names(names)
        self.embedding.check(names.data)

    def recurrent_logits(
        self, names: Ragged, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """The logits (N, C) of the recurrent part."""
        read = self._read_shared if self.architecture.num_layers == 1 else self._read_packed
        pooled, back_read = read(names, rng)  # (N, F)
        pooled, back_noise = self.dropout_pooled.forward(pooled, rng)
        logits, back_output = self.output.forward(pooled)  # (N, C)

        def backward(dlogits: Array) -> None:
            back_read(back_noise(back_output(dlogits)))

        return logits, backward

    def _read_shared(
        self, names: Ragged, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """A single layer reads each distinct prefix, or suffix, once: pooled (N, F)."""
        (cells,) = self.recurrent.levels
        letters, names = letters_of(names)
        in_order = [sort_names(names, reverse=reverse) for _, reverse in cells]
        trees = [tree_of(each, compiled=self.compiled) for each in in_order]
        parts, backwards = [], []
        for (cell, _), tree in zip(cells, trees, strict=True):
            pooled, back_tree = self.read_tree(prepack(cell), tree, letters, rng)  # (U, K, H)
            parts.append(pooled)
            backwards.append(back_tree)
        inverse = [
            tree.inverse[np.argsort(each.sorted_indices)] for tree, each in zip(trees, in_order, strict=True)
        ]  # (N,) each
        pooled = np.stack([part[i] for part, i in zip(parts, inverse, strict=True)], axis=2)  # (N, K, D, H)

        def backward(dpooled: Array) -> None:
            dpooled = dpooled.reshape(pooled.shape)
            for d, (back, i) in enumerate(zip(backwards, inverse, strict=True)):
                back(segment_sum(dpooled[:, :, d].reshape(len(i), -1), i, len(trees[d].lengths)))

        return pooled.reshape(len(names), -1), backward

    def letter_reader(self) -> SequenceReader | None:
        """What reads the letters of single names in the first layer; None if the weights can be changed."""
        vectors = self.embedding.params["weight"]  # (V, E)
        if vectors.flags.writeable:  # as those of a copy are again
            return None
        if self._letter_reader is None:
            self._letter_reader = SequenceReader(self.recurrent.levels[0], vectors, lazily=True)
        return self._letter_reader

    def read_tree(
        self,
        cell: Cell,
        tree: PrefixTree | Tree,
        letters: Ids,
        rng: np.random.Generator | None,
        head: Array | None = None,
    ) -> tuple[Array, Callable[[Array], None]]:
        """One cell reads the names of a tree: pooled (U, K, H) of the distinct ones, (U, C) through a head.

        The tree is of numbers of `letters` (L,), ids. A letter is the same input wherever it occurs, so each
        is projected once. Its dropout noise is drawn once as well, for all names of a batch that this
        direction reads.
        """
        x, back_embedding = self.embedding.forward(letters)  # (L, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        a, back_project = cell.project(x)  # (..., L, A)
        pooled, back_read = read_names(
            cell, a, tree, self.architecture.pooling, dropout=self.recurrent.dropout, rng=rng, head=head
        )

        def backward(dpooled: Array) -> None:
            back_embedding(back_noise(back_project(back_read(dpooled))))

        return pooled, backward

    def _read_packed(
        self, names: Ragged, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """Several layers: the input of the second depends on the whole name, so every letter is a step."""
        letters = pack(names)
        x, back_embedding = self.embedding.forward(letters.data)  # (M, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        y, _, back_recurrent = self.recurrent.forward(letters.with_data(x), rng=rng)  # (M, D * H)
        pooled, back_pool = pool(y, self.architecture.pooling, self.architecture.direction)  # (N, F)

        def backward(dpooled: Array) -> None:
            dx, _ = back_recurrent(back_pool(dpooled))
            back_embedding(back_noise(dx))

        return pooled, backward

    def knows(self, names: Ragged) -> NDArray[np.bool_] | None:
        """Which names have weights of their own, (N,); None if none can."""
        return None if self.ngrams is None else self.ngrams.knows(names)
