"""The classifier's network: letters in, one number for each origin out.

ids (M,) -> embedding (M, E) -> recurrent, both directions (M, 2H) -> pooling (N, 2H * kinds) -> logits (N, C)

With a single recurrent layer, M counts distinct prefixes, not letters: see `rnn.prefixes`. Beside all this,
weights of letter n-grams may add what they have to say to the logits: see `ngrams`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError
from cognomen.network.architecture import Architecture
from cognomen.network.ngrams import Ngrams
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cells import Cell
from cognomen.rnn.engine.blas import map_on_threads, one_blas_thread, reuse_memory
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import PrefixTree, SortedNames, check_lengths, prefix_tree, sort_names
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.engine.shared_reading import read_names
from cognomen.rnn.initializers import Initializer, Zeros
from cognomen.rnn.layers import Dropout, Embedding, Layer, Linear
from cognomen.rnn.packed import pack
from cognomen.rnn.pooling import kinds_of, pool
from cognomen.rnn.recurrent import Recurrent

__all__ = ["Architecture", "Network"]

BLOCK = 192  # names that begin with each level: enough rows for full-speed products, few enough for the cache
POOLED_NAMES, POOLED_LETTERS = 1 << 15, 1 << 20  # what is read as one tree
SORTED_NAMES, SORTED_LETTERS = 1 << 19, 1 << 23  # what is sorted at once
PACKED_NAMES, PACKED_LETTERS = 1 << 9, 1 << 13  # what a deeper network reads at once, remembering all
FEW_NAMES, FEW_LETTERS = 1 << 10, 1 << 12  # not worth another thread, or any preparation
NGRAM_TABLES = LETTERS, COUNTS = "ngrams.letters", "ngrams.counts"
WEIGHT = "ngrams.weight"


class Network(Layer):
    """Embedding, recurrent layers, pooling and a linear map to the origins.

    Args:
        architecture: shapes and wiring.
        ngrams: the n-grams that have weights: letters (G, K) with K = `longest_ngram`, and counts (G,); see
            `Ngrams`.
        ngram_weight: their first weights, (G + 1, C); zeros if None.
        dropout: in training, the share dropped after the embedding, after each recurrent layer, and
            after pooling.
        ngram_dropout: in training, the share dropped of each name's n-grams.
        rng: source of the starting values.

    Raises:
        InputError: the n-grams are not what the architecture says.

    A network that is trained while another thread asks it answers with a mixture of old and new weights.

    Parameters: "embedding.weight" (V, E), "recurrent.weight_ih_l0", ..., "output.weight" (C, F) and
    "output.bias" (C,), with F the width after pooling; where there are n-grams, "ngrams.weight" (G + 1, C).
    """

    def __init__(
        self,
        architecture: Architecture,
        *,
        ngrams: tuple[Ids, Ids] | None = None,
        ngram_weight: Array | None = None,
        dropout: tuple[float, float, float] = (0.0, 0.0, 0.0),
        ngram_dropout: float = 0.0,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.architecture = a = architecture
        self.dtype = np.dtype(dtype)
        options = {"nonlinearity": a.nonlinearity} if a.cell in ("rnn", "combined") else {}
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
        parts = {"embedding.{}": self.embedding, "recurrent.{}": self.recurrent, "output.{}": self.output}
        self.ngrams = None
        longest = 0 if ngrams is None else ngrams[0].shape[-1]
        if longest != a.longest_ngram:
            raise InputError(f"expected n-grams of up to {a.longest_ngram} letters, got {longest} (0: none)")
        if ngrams is not None:
            sizes = (a.alphabet_size, a.origin_count)
            self.ngrams = Ngrams(*ngrams, *sizes, dropout=ngram_dropout, dtype=dtype, weight=ngram_weight)
            parts["ngrams.{}"] = self.ngrams
        super().__init__(*self.collect(parts))

    @classmethod
    def from_tensors(cls, architecture: Architecture, tensors: Mapping[str, NDArray[Any]]) -> Network:
        """A network of what `tensors` gave, to be asked and not trained.

        It copies what it is given, in single precision; but n-grams' weights of half precision are those
        given, as they are (see `Ngrams`). `Network(architecture, ngrams=...)` with `load` copies these too.

        Raises:
            InputError: tensors are missing, unknown, or of other shapes.
        """
        fixed = {name: tensors[name] for name in NGRAM_TABLES if name in tensors}
        ngrams = (fixed[LETTERS], fixed[COUNTS]) if len(fixed) == 2 else None
        weight = None if ngrams is None else tensors.get(WEIGHT)
        network = cls(architecture, ngrams=ngrams, ngram_weight=weight, rng=Zeros())
        network.load({name: tensor for name, tensor in tensors.items() if name not in fixed})
        return network

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        """All that makes the network besides its architecture: the parameters, and the n-grams' tables."""
        if self.ngrams is None:
            return dict(self.params)
        return {**self.params, LETTERS: self.ngrams.letters, COUNTS: self.ngrams.counts}

    def forward(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """Read names laid end to end, ids (M,) with lengths (N,): logits (N, C) in the same order.

        `rng` is the source of dropout's noise; without it there is none.

        Raises:
            InputError: there is no name, a name has no letters, the lengths do not fit the ids, or an id is
                no letter's.
        """
        parts, back = self.forward_parts(ids, lengths, rng)
        return sum(parts[1:], start=parts[0]), lambda dlogits: back([dlogits] * len(parts))

    def forward_parts(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None = None
    ) -> tuple[list[Array], Callable[[list[Array]], None]]:
        """As `forward`, but the logits (N, C) of each kind of evidence: the recurrent ones, the n-grams'.

        Backward takes a gradient for each.
        """
        lengths = check_lengths(ids, lengths)
        if len(lengths) == 0:
            raise InputError("expected one or more names, got none")
        self.embedding.check(ids)
        readers = [self._recurrent_logits, *([] if self.ngrams is None else [self.ngrams.forward])]
        parts, backwards = zip(*(read(ids, lengths, rng) for read in readers), strict=True)

        def backward(dparts: list[Array]) -> None:
            for back, dlogits in zip(backwards, dparts, strict=True):
                back(dlogits)

        return list(parts), backward

    def _recurrent_logits(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """What the recurrent layers make of names: logits (N, C)."""
        read = self._read_shared if self.architecture.num_layers == 1 else self._read_packed
        pooled, back_read = read(ids, lengths, rng)  # (N, F)
        pooled, back_noise = self.dropout_pooled.forward(pooled, rng)
        logits, back_output = self.output.forward(pooled)  # (N, C)

        def backward(dlogits: Array) -> None:
            back_read(back_noise(back_output(dlogits)))

        return logits, backward

    def _read_shared(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """A single layer reads every prefix once, or suffix: pooled (N, F)."""
        count, (cells,) = len(lengths), self.recurrent.levels
        trees = [prefix_tree(sort_names(ids, lengths, reverse=reverse)) for _, reverse in cells]
        parts, backwards = [], []
        for (cell, _), tree in zip(cells, trees, strict=True):
            pooled, back_tree = self._read_tree(prepack(cell), tree, rng)  # (U, K, H)
            parts.append(pooled)
            backwards.append(back_tree)
        names = [tree.inverse[np.argsort(tree.sorted_indices)] for tree in trees]  # (N,) each
        pooled = np.stack([p[n] for p, n in zip(parts, names, strict=True)], axis=2)  # (N, K, D, H)

        def backward(dpooled: Array) -> None:
            dpooled = dpooled.reshape(pooled.shape)
            for d, (back, name) in enumerate(zip(backwards, names, strict=True)):
                back(segment_sum(dpooled[:, :, d].reshape(count, -1), name, len(trees[d].ends)))

        return pooled.reshape(count, -1), backward

    def _read_tree(
        self, cell: Cell, tree: PrefixTree, rng: np.random.Generator | None, head: Array | None = None
    ) -> tuple[Array, Callable[[Array], None]]:
        """One cell reads the names of a tree: pooled (U, K, H) for the distinct ones, or what a head says.

        A letter is the same input wherever it stands, so each of the alphabet's is projected once. Noise too
        is drawn once for a letter: what a batch loses of it, it loses in all its names.
        """
        x, back_embedding = self.embedding.forward(np.arange(self.architecture.alphabet_size))  # (V, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        a, back_project = cell.project(x)  # (..., V, A)
        pooled, back_read = read_names(
            cell, a, tree, self.architecture.pooling, dropout=self.recurrent.dropout, rng=rng, head=head
        )

        def backward(dpooled: Array) -> None:
            back_embedding(back_noise(back_project(back_read(dpooled))))

        return pooled, backward

    def _read_packed(
        self, ids: Ids, lengths: Ids, rng: np.random.Generator | None
    ) -> tuple[Array, Callable[[Array], None]]:
        """Several layers: what a second one reads hangs on all of a name, so every letter is a step."""
        letters = pack(ids, lengths)
        x, back_embedding = self.embedding.forward(letters.data)  # (M, E)
        x, back_noise = self.dropout_embedded.forward(x, rng)
        y, back_recurrent = self.recurrent.forward(letters.with_data(x), rng)  # (M, D * H)
        pooled, back_pool = pool(y, self.architecture.pooling, self.architecture.direction)  # (N, F)

        def backward(dpooled: Array) -> None:
            back_embedding(back_noise(back_recurrent(back_pool(dpooled))))

        return pooled, backward

    def logits(self, ids: Ids, lengths: Ids, *, threads: int = 1, surprise: Array | None = None) -> Array:
        """As `forward`, for any number of names, nothing remembered.

        Where `surprise` (N,) is given, it is filled with what `Ngrams.surprise` says of the names, which is
        cheaper here than there; without n-grams it stays as it is.

        Names go through in pieces: beyond the result, memory does not grow with their number. (It does with
        the length of a single name where there are several layers.)

        Raises:
            InputError: a name has no letters, the lengths do not fit the ids, an id is no letter's, or
                threads is not a whole number above 0.
        """
        if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
            raise InputError(f"threads: expected a whole number, 1 or more, got {threads!r}")
        lengths = check_lengths(ids, lengths)
        self.embedding.check(ids)
        result = np.empty((len(lengths), self.architecture.origin_count), self.dtype)  # (N, C)
        if len(ids) < FEW_LETTERS:
            if len(lengths):
                self._fill(result, ids, lengths, 1)
                self._add_ngrams(result, surprise, ids, lengths, 1)
            return result
        reuse_memory()
        ends = np.cumsum(lengths)
        with one_blas_thread():
            for names in _pieces(ends, SORTED_NAMES, SORTED_LETTERS):
                start = ends[names.start] - lengths[names.start]
                letters = ids[start : ends[names.stop - 1]]
                self._fill(result[names], letters, lengths[names], threads)
                some = None if surprise is None else surprise[names]
                self._add_ngrams(result[names], some, letters, lengths[names], threads)
        return result

    def _fill(self, logits: Array, ids: Ids, lengths: Ids, threads: int) -> None:
        """Put a piece's logits (N, C) in their places: the bias, and each direction's share."""
        if self.architecture.num_layers > 1:
            return self._fill_packed(logits, ids, lengths, threads)
        (cells,) = self.recurrent.levels
        logits[...] = self.output.params["bias"]
        weight = self.output.params["weight"]  # (C, F)
        heads = weight.T.reshape(-1, len(cells), self.architecture.hidden_size, len(weight))  # (K, D, H, C)
        in_order = map_on_threads(lambda cell: sort_names(ids, lengths, reverse=cell[1]), cells, threads)
        for d, (cell, _) in enumerate(cells):
            head = np.ascontiguousarray(heads[:, d])  # (K, H, C)
            self._add_direction(logits, cell, head, in_order[d], threads)

    def _add_direction(
        self, logits: Array, cell: Cell, head: Array, names: SortedNames, threads: int
    ) -> None:
        """Add what one direction has to say, part of the names by part."""

        def add(part: slice) -> None:
            tree = prefix_tree(names, part, block=BLOCK)
            shares, _ = self._read_tree(prepack(cell), tree, None, head)  # (U, C)
            # Far faster than logits[rows] += ...: each row is there once, which NumPy cannot know.
            sums = logits.take(tree.sorted_indices, axis=0)
            sums += shares.take(tree.inverse, axis=0)
            logits[tree.sorted_indices] = sums

        most = min(POOLED_NAMES, max(FEW_NAMES, -(-len(names) // threads)))
        map_on_threads(add, _pieces(np.cumsum(names.lengths), most, POOLED_LETTERS), threads)

    def _add_ngrams(
        self, logits: Array, surprise: Array | None, ids: Ids, lengths: Ids, threads: int
    ) -> None:
        """Add what the n-grams have to say, part of the names by part."""
        if self.ngrams is None:
            return
        ngrams, ends = self.ngrams, np.cumsum(lengths)
        summed = ngrams.summed() if len(ids) > len(ngrams.letters) else None

        def add(part: slice) -> None:
            start = ends[part.start] - lengths[part.start]
            some = None if surprise is None else surprise[part]
            ngrams.add_to(logits[part], ids[start : ends[part.stop - 1]], lengths[part], some, summed=summed)

        most = min(POOLED_NAMES, max(FEW_NAMES, -(-len(lengths) // threads)))
        map_on_threads(add, _pieces(ends, most, POOLED_LETTERS), threads)

    def _fill_packed(self, logits: Array, ids: Ids, lengths: Ids, threads: int) -> None:
        """The same for several layers, in blocks of names of similar lengths."""
        starts = np.cumsum(lengths) - lengths  # (N,)
        by_length = np.argsort(lengths, kind="stable")  # (N,)

        def fill(part: slice) -> None:
            names = by_length[part]
            letters = np.concatenate([ids[starts[n] : starts[n] + lengths[n]] for n in names])
            logits[names] = self._recurrent_logits(letters, lengths[names], None)[0]

        map_on_threads(fill, _pieces(np.cumsum(lengths[by_length]), PACKED_NAMES, PACKED_LETTERS), threads)


def _pieces(ends: Ids, most_names: int, most_letters: int) -> Iterator[slice]:
    """Cut names, of which the i-th ends with letter `ends[i]`, into even pieces of limited size.

    A name that is too long alone is a piece alone.
    """
    even = -(-len(ends) // max(1, -(-len(ends) // most_names)))
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        limit = int(np.searchsorted(ends, before + most_letters, side="right"))
        stop = min(start + even, max(start + 1, limit))
        yield slice(start, stop)
        start = stop
