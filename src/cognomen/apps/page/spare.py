"""What the page leaves out of the pretrained generator."""

from __future__ import annotations

import numpy as np

from cognomen.network.generator import Generator
from cognomen.rnn.initializers import Zeros
from cognomen.text.alphabet import Alphabet


def without_script(generator: Generator, script: str) -> Generator:
    """The generator without the letters of a script, and without its filter of training names."""
    letters = np.flatnonzero(generator.alphabet.scripts != script.upper())  # (V',), with the boundary
    lists = [row for row, (_, its) in enumerate(generator.lists) if its != script]
    scripts = {o: [s for s in its if s != script] for o, its in generator.scripts.items()}
    smaller = Generator(
        Alphabet("".join(generator.alphabet.letters[token - 1] for token in letters[1:])),
        {origin: its for origin, its in scripts.items() if its},
        generator.config,
        rng=Zeros(),
        temperature_scale=[generator.temperature_scale[row] for row in lists],
    )
    of_letters = ("decoder.embedding.weight", "decoder.output.weight", "decoder.output.bias")
    kept = dict.fromkeys(of_letters, letters) | {"encoder.embedding.weight": np.array(lists)}
    params = generator.network.params
    smaller.network.load({name: p[kept[name]] if name in kept else p for name, p in params.items()})
    return smaller
