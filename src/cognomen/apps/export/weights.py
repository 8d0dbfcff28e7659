"""What is exported: tensors and facts, and the ids of letters that exported networks read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.classifier import Classifier
from cognomen.errors import InputError
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import letter_hashes, slots_of
from cognomen.network.ngrams import Ngrams
from cognomen.text.column_reading import read_column
from cognomen.text.reading import Rules

Tensors = dict[str, NDArray[Any]]

CELLS = ("gru", "lstm", "rnn")


def letters_of(clf: Classifier, names: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What an exported network reads: the letters of N surnames, found and spelled as the classifier does.

    Returns:
        ids (N, T), filled up with zeros; and lengths (N,), the number of each name's letters.

    Raises:
        InputError: a name cannot be read, or there is none: on an empty batch PyTorch raises an error, and
            ONNX Runtime ends the process.
    """
    texts: list[object] = [names] if isinstance(names, str) else list(names)
    if not texts:
        raise InputError(
            "names: expected at least one surname, got none, which exported networks cannot read"
        )
    read = [text if isinstance(text, str) else "" for text in texts]  # None is refused as "" is
    reading = read_column(read, clf.alphabet, lower=clf.lower, rules=Rules())
    if (reading.inverse < 0).any():
        row = int((reading.inverse < 0).argmax())
        raise InputError(f"names[{row}]: expected a surname in letters of the model, got {texts[row]!r}")
    spellings = reading.spellings[reading.inverse]
    ids = np.zeros((len(spellings), spellings.lengths.max(initial=1)), np.int64)
    ids[spellings.rows, spellings.positions] = spellings.data
    return ids, np.asarray(spellings.lengths, np.int64)


def facts_of(clf: Classifier) -> dict[str, Any]:
    """The facts of an exported network, as JSON values.

    Raises:
        InputError: there is no such network elsewhere: its cell is the tutorial's.
    """
    a = clf.network.architecture
    if a.cell not in CELLS:
        raise InputError(f"cell: expected {', '.join(CELLS)}, which other runtimes have, got {a.cell!r}")
    calibration = clf.calibration
    known = calibration.known_temperature
    return {
        "cell": a.cell,
        "nonlinearity": a.nonlinearity,
        "embedding_size": a.embedding_size,
        "hidden_size": a.hidden_size,
        "num_layers": a.num_layers,
        "direction": a.direction,
        "pooling": a.pooling,
        "longest_ngram": a.longest_ngram,
        "ngram_rank": a.ngram_rank,
        "temperature": calibration.temperature,
        "known_temperature": calibration.temperature if known is None else known,
        "alphabet": clf.alphabet.letters,
        "origins": list(clf.origins),
    }


def tensors_of(clf: Classifier) -> Tensors:
    """The tensors of an exported network.

    Parameters have their names in `Network`. Besides them there is "log_prior" (C,), which is added to the
    logits once they are divided by the temperature; and of the n-grams "ngrams.idf", with, if they are exact,
    "ngrams.child", their trie, and "ngrams.weight"; or if they are hashed, what `_hashed` returns.
    """
    network = clf.network
    # Copies, as PyTorch warns of arrays that cannot be changed.
    others = {name: value.copy() for name, value in network.params.items() if not name.startswith("ngrams.")}
    with np.errstate(divide="ignore"):
        log_prior = np.log(clf.expected_shares()) - np.log(np.asarray(clf.priors))
    found = {**others, "log_prior": log_prior.astype(np.float32)}
    if isinstance(network.ngrams, Ngrams):
        found |= {
            "ngrams.idf": network.ngrams.idf,
            "ngrams.child": network.ngrams.child.astype(np.int32),
            "ngrams.weight": network.ngrams.params["weight"].astype(np.float32),
        }
    elif isinstance(network.ngrams, HashedNgrams):
        found |= _hashed(network.ngrams)
    return {name: np.ascontiguousarray(value) for name, value in found.items()}


def _hashed(layer: HashedNgrams) -> Tensors:
    """The tensors of hashed n-grams and names.

    Returns:
        Those of `HashTables`, keys as a table of buckets and slots; the embedding of n-grams (1 + B, R) and
        the output's weight (C, R); "letters" (V + 1,), the hash of each letter and of the end mark, as signed
        numbers; and the rows of names: "name_codes" (W, S) say which entry of each codebook (S, K, R) they
        are the sum of, to which "common_codes" (W / 8, F, T) add for the first F slots of each bucket.
    """
    tables = layer.tables
    return {
        "ngrams.idf": layer.idf,
        "ngrams.letters": letter_hashes(layer.end_mark).view(np.int64).copy(),
        "ngrams.keys": _buckets(tables.keys),
        "ngrams.embedding": layer.params["embedding"],
        "ngrams.name_keys": _buckets(tables.name_keys),
        "ngrams.name_codes": tables.name_codes,
        "ngrams.name_codebooks": tables.name_codebooks,
        "ngrams.common_codes": tables.common_codes,
        "ngrams.common_codebooks": tables.common_codebooks,
        "ngrams.output.weight": layer.params["output.weight"].astype(np.float32),
    }


def _buckets(keys: NDArray[np.uint16]) -> NDArray[np.int32]:
    """The keys of each bucket, (buckets, slots)."""
    return keys.reshape(-1, slots_of(keys)).astype(np.int32)
