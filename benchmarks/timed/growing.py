"""`python -m timed.growing SCALE VALUE SIDE LETTERS SIZE`: one point of `growth.py`, as JSON.

The time from ids to logits, and the memory that it takes beyond what the process held before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial

import numpy as np

from cognomen.network import Architecture, Network
from cognomen.text.ragged import Ragged
from timed.batches import Laid, batches
from timed.memory import now, peak
from timed.names import classifier, different_names, read_cheaply, recombined_names
from timed.timing import alternate, seconds_of

ENOUGH = 20.0  # seconds: a point that takes longer is timed once


def laid_names(scale: str, value: int, letters: int) -> Laid:
    """The names of a point. Long ones are made of real ones laid end to end, and cut."""
    if scale == "hidden":
        return Laid(*read_cheaply(different_names(), classifier().alphabet))
    if scale == "names":
        return Laid(*read_cheaply(recombined_names(value), classifier().alphabet))
    count = -(-letters // value)
    ids, _ = read_cheaply(recombined_names(count * value // 7 + 10), classifier().alphabet)
    return Laid(ids[: count * value], np.full(count, value))


def network_of(scale: str, value: int) -> Network:
    """The pretrained one, or one of another size."""
    if scale != "hidden":
        return classifier().network
    pretrained = classifier().network.architecture
    changed = Architecture.from_json(pretrained.to_json() | {"hidden_size": value})
    return Network(changed, rng=np.random.default_rng(0))


def work_of(side: str, network: Network, names: Laid, size: int) -> Callable[[], object]:
    """What to time: ours as it comes, theirs with batches of one size."""
    if side == "ours":
        return partial(network.logits, Ragged(names.ids, names.lengths), threads=1)
    import torch

    from timed.torch_side import torch_network

    torch.set_num_threads(1)
    theirs = torch_network(network.architecture, network.params)

    def run() -> None:
        result = np.empty((len(names.lengths), network.architecture.origin_count), np.float32)
        with torch.inference_mode():
            for batch in batches(names, "packed", size):
                result[batch.which] = theirs(batch, "packed").numpy()

    return run


def main() -> None:
    scale, side = sys.argv[1], sys.argv[3]
    value, letters, size = (int(sys.argv[place]) for place in (2, 4, 5))
    names, network = laid_names(scale, value, letters), network_of(scale, value)
    some = Laid(names.ids[: names.lengths[0]], names.lengths[:1])
    work_of(side, network, some, size)()  # whatever is loaded or made at the first call
    work = work_of(side, network, names, size)
    before = now()
    seconds = seconds_of(work)
    memory = peak() - before
    if seconds < ENOUGH:
        seconds = alternate({"": work}, 5)[""].median
    point = {"seconds": seconds, "memory_mb": memory, "names": len(names.lengths), "batches_of": size or None}
    json.dump(point, sys.stdout)


if __name__ == "__main__":
    main()
