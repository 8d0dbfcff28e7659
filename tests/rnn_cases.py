"""What the tests of the recurrent library share: every cell by name, batches, and ways to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import settings
from numpy.typing import NDArray

from cognomen.network import Architecture, Network
from cognomen.rnn import Recurrent
from cognomen.rnn.cell import Cell
from cognomen.rnn.nonlinearities import Nonlinearity
from cognomen.text.ragged import Ragged

Array = NDArray[Any]

# Every cell with every non-linearity that it may have; the pair is a function that the library does not know.
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "rnn-tanh": ("rnn", {"nonlinearity": "tanh"}),
    "rnn-relu": ("rnn", {"nonlinearity": "relu"}),
    "rnn-identity": ("rnn", {"nonlinearity": "identity"}),
    "rnn-pair": ("rnn", {"nonlinearity": (np.arctan, lambda z: 1 / (1 + z * z))}),
    "combined-identity": ("combined", {}),
    "combined-tanh": ("combined", {"nonlinearity": "tanh"}),
    "combined-relu": ("combined", {"nonlinearity": "relu"}),
    "gru": ("gru", {}),
    "lstm": ("lstm", {}),
}
NETWORK_KINDS = [kind for kind in KINDS if kind != "rnn-pair"]  # an architecture names its non-linearity
WAYS = ["last", "max", "mean", "max+mean"]
DIRECTIONS = ["forward", "reverse", "both"]
SHAPES = [(direction, layers) for direction in DIRECTIONS for layers in (1, 2)]

# The same examples on every machine and in every run, however slow.
stable = settings(deadline=None, derandomize=True, max_examples=30)


def recurrent(
    kind: str, direction: str = "forward", layers: int = 1, *, x: int = 3, h: int = 2, **more: Any
) -> Recurrent:
    """A float64 layer whose starting values hang on its sizes alone."""
    cell, options = KINDS[kind]
    more = {"rng": np.random.default_rng(5), "dtype": np.float64} | more
    return Recurrent(cell, x, h, num_layers=layers, direction=direction, cell_options=options, **more)


def network(kind: str, pooling: str, direction: str, layers: int = 1, *, e: int = 3, h: int = 2) -> Network:
    """A float64 network over 6 letters and 4 origins."""
    cell, options = KINDS[kind]
    options = {"nonlinearity": "identity", "direction": direction, "pooling": pooling} | options
    architecture = Architecture(
        6, 4, cell=cell, embedding_size=e, hidden_size=h, num_layers=layers, **options
    )
    return Network(architecture, rng=np.random.default_rng(5), dtype=np.float64)


def sequences(seed: int, lengths: list[int], width: int = 3) -> list[Array]:
    """Random sequences (T_i, X)."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((length, width)) for length in lengths]


def letter_by_letter(layer: Recurrent, sequence: Array) -> Array:
    """The plain loop: one cell, one input, one state at a time."""
    ((cell, _),) = layer.levels[0]
    state, outputs = cell.initial_state(1), []
    for x in sequence:
        a, _ = cell.project(x[None])
        y, state, _ = cell.step(a, state)
        outputs.append(y[0])
    return np.stack(outputs)


def laid(names: Sequence[Sequence[int]], kind: Any = np.int64) -> Ragged:
    """Names as the library takes them."""
    ids = np.array([letter for name in names for letter in name], kind)
    return Ragged(ids, np.array([len(name) for name in names], np.int64))


def plain_logits(made: Network, names: Sequence[Sequence[int]]) -> Array:
    """What a network answers, name by name and letter by letter; nothing packed, nothing shared."""
    weight, bias = made.output.params["weight"], made.output.params["bias"]
    return np.stack([weight @ plain_pooled(made, list(name)) + bias for name in names])


def plain_pooled(made: Network, name: list[int]) -> Array:
    """One name through the embedding, every layer and the pooling, (F,)."""
    x = made.embedding.params["weight"][name]  # (T, E)
    for cells in made.recurrent.levels:
        sides = [
            plain_outputs(cell, x[::-1])[::-1] if turned else plain_outputs(cell, x) for cell, turned in cells
        ]
        ends = [y[0] if turned else y[-1] for y, (_, turned) in zip(sides, cells, strict=True)]
        x = np.concatenate(sides, axis=1)  # (T, D * H)
    ways = {"last": np.concatenate(ends), "max": x.max(axis=0), "mean": x.sum(axis=0) / len(x)}
    return np.concatenate([ways[way] for way in made.architecture.pooling.split("+")])


def plain_outputs(cell: Cell, x: Array) -> Array:
    """One cell along one sequence (T, X), a step at a time: (T, Y)."""
    state, outputs = cell.initial_state(1), []
    for one in x:
        y, state, _ = cell.step(cell.project(one[None])[0], state)
        outputs.append(y[0])
    return np.stack(outputs)


def assert_within(actual: Array, expected: Array, tolerance: float) -> None:
    """Every number within an absolute tolerance, shapes equal."""
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


def nearest_kink(layer: Recurrent, x: Any) -> float:
    """The smallest |z| that a relu of this layer sees while reading x; infinite where there is no relu."""
    nearest = [np.inf]
    cells = [cell for level in layer.levels for cell, _ in level if getattr(cell, "phi", None)]
    relu = Nonlinearity(lambda z: np.maximum(z, 0), lambda z, h: (z > 0).astype(z.dtype))
    kept = [cell.phi for cell in cells]

    def recorded(z: Array) -> Array:
        nearest.append(float(np.abs(z).min()))
        return relu.function(z)

    for cell in cells:
        if cell.phi.function(np.array(-1.0)) == 0:
            cell.phi = Nonlinearity(recorded, relu.slope)
    layer.forward(x)
    for cell, phi in zip(cells, kept, strict=True):
        cell.phi = phi
    return min(nearest)


def nearest_tie(outputs: list[Array]) -> float:
    """How far the largest value of a feature lies above its second largest, at least, over all sequences.

    Two exact zeros are no tie that matters: a relu that is off at both letters has no slope at either.
    """
    gaps = [np.inf]
    for sequence in outputs:
        if len(sequence) > 1:
            second, first = np.sort(sequence, axis=0)[-2:]
            gaps += list((first - second)[(first != 0) | (second != 0)])
    return float(min(gaps))
