"""The classifier's network: made of tensors, turned into tensors, and asked for logits.

Its parts, `forward` and `backward` are in `trainable`; how inference divides its work is in `inference`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError, check_whole_number
from cognomen.network.architecture import Architecture
from cognomen.network.inference import infer
from cognomen.network.ngram_layer import Evidence
from cognomen.network.ngram_tensors import table_names, tables_of, weight_of
from cognomen.network.trainable import TrainableNetwork
from cognomen.rnn.arrays import Array
from cognomen.rnn.initializers import Zeros
from cognomen.text.ragged import Ragged


class Network(TrainableNetwork):
    """The network that answers: a `TrainableNetwork`, its tensors, and inference on any number of names.

    If one thread trains the network while another uses it, the logits are of old and new weights mixed.
    """

    @classmethod
    def from_tensors(cls, architecture: Architecture, tensors: Mapping[str, NDArray[Any]]) -> Network:
        """A network for inference, made of what `tensors` returned.

        Parameters are copied as float32, except weights of n-grams in float16 or int8, which are used as
        they are. Those of the embedding and the recurrent layers cannot be changed afterwards, so that what
        reads single names is prepared once.

        Raises:
            InputError: tensors are missing, unknown, or of other shapes; found before memory is allocated for
                more weights than there are.
        """
        weights = sum(tensor.size for tensor in tensors.values())
        if architecture.least_weights > weights:
            raise InputError(
                f"this architecture has {architecture.least_weights:,} weights or more, the tensors have "
                f"{weights:,}"
            )
        tables, weight = tables_of(architecture, tensors), weight_of(tensors)
        network = cls(architecture, ngrams=tables, ngram_weight=weight, rng=Zeros())
        others = tensors.keys() - set(table_names(architecture))
        network.load({name: tensors[name] for name in others})
        for param in [*network.embedding.params.values(), *network.recurrent.params.values()]:
            param.flags.writeable = False
        return network

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        """What defines the network besides its architecture: parameters, and the tables of the n-grams."""
        tables = {} if self.ngrams is None else self.ngrams.named_tables
        return self.params | {f"ngrams.{name}": table for name, table in tables.items()}

    @property
    def compact_tensors(self) -> dict[str, NDArray[Any]]:
        """`tensors` in fewer bytes: in float16, the rows of hashed n-grams in int8 (see `quantise`)."""
        found = {name: param.astype(np.float16) for name, param in self.params.items()}
        of_ngrams = {} if self.ngrams is None else self.ngrams.compact_tensors
        return found | {f"ngrams.{name}": tensor for name, tensor in of_ngrams.items()}

    def logits(self, names: Ragged, *, threads: int = 1) -> Array:
        """As `forward`, for inference: the logits (N, C) of any number of names.

        Names are processed in pieces: beyond the result, memory does not grow with their number, only with
        the length of the longest name.

        Raises:
            InputError: a name has no letters, an id is not in the alphabet, or threads is not an integer of 1
                or more.
        """
        return self.evidence(names, threads=threads).logits

    def evidence(self, names: Ragged, *, threads: int = 1, bits: bool = False) -> Evidence:
        """The logits (N, C), and what else n-grams tell; the bits per letter (N,) only with `bits`.

        Raises:
            InputError: a name has no letters, an id is not in the alphabet, or `threads` is not 1 or more.
        """
        check_whole_number("threads", threads)
        self._check(names)
        return infer(self, names, threads=threads, bits=bits)
