"""`cognomen serve`, answered by PyTorch: the same server, whose network is the exported module (one thread).

python benchmarks/timed/torch_server.py serve --port 8000
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from cognomen.apps.cli.commands import cli
from cognomen.apps.export.torch_network import SurnameNetwork
from cognomen.apps.export.weights import facts_of, tensors_of
from cognomen.classifier.classifier import Classifier
from cognomen.network.network import Network
from cognomen.network.ngram_layer import Evidence
from cognomen.text.ragged import Ragged


def answer_through_torch() -> None:
    """Let every classifier that is loaded from now on read names with PyTorch."""
    load = Classifier.load.__func__  # type: ignore[attr-defined]

    def loaded(cls: type[Classifier], model: Any = None) -> Classifier:
        clf: Classifier = load(cls, model)
        tensors = {name: torch.from_numpy(value) for name, value in tensors_of(clf).items()}
        exported = SurnameNetwork(facts_of(clf), tensors).eval()

        def evidence(names: Ragged, *, threads: int = 1, bits: bool = False) -> Evidence:
            return read(exported, clf.network, names, bits)

        clf.network.evidence = evidence  # type: ignore[method-assign]
        return clf

    Classifier.load = classmethod(loaded)  # type: ignore[assignment, method-assign]


@torch.inference_mode()
def read(exported: SurnameNetwork, network: Network, names: Ragged, bits: bool) -> Evidence:
    """What `Network.evidence` says, by PyTorch but for the bits per letter."""
    if len(names) == 0:
        return Evidence(np.empty((0, network.architecture.origin_count), np.float32), None)
    ids = np.zeros((len(names), names.lengths.max()), np.int64)
    ids[names.rows, names.positions] = names.data
    padded, lengths = torch.from_numpy(ids), torch.from_numpy(names.lengths.astype(np.int64))
    logits, known = exported.output(exported._pooled(padded, lengths)), None
    if exported.ngrams is not None:
        more, which = exported.ngrams(padded, lengths)
        logits, known = logits + more, which.numpy() if network.knows_names else None
    odd = network.ngrams.bits_per_letter(names) if bits and network.ngrams is not None else None
    return Evidence(logits.numpy(), odd, known)


if __name__ == "__main__":
    torch.set_num_threads(1)
    answer_through_torch()
    cli.main(sys.argv[1:], prog_name="cognomen")
