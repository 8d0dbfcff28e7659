"""New surnames of an origin, letter by letter.

    Generator.load().names("Japanese", 3, seed=1)
    Generator.load().names("Japanese", 3, seed=1, script="Latin")

The network is one to many (`rnn.shapes`): an encoder reads the origin and the script in one step, and a
decoder generates the letters, with these as an input at every step. Names in the training lists are drawn
again, unless they are wanted too; a generated name may still be somebody's.

A generated name hints at a language as real ones do. It does not reveal anyone's nationality, ethnicity or
religion.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError, ModelError, check_whole_number
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.io.pretrained import find_model
from cognomen.network.generator_config import GeneratorConfig
from cognomen.network.int8 import compact_tensors, full_tensors
from cognomen.network.name_filter import NameFilter
from cognomen.network.scripts import MAX_LETTERS, first_tokens, is_written_in, script_of
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.rnn.initializers import Initializer, Zeros
from cognomen.rnn.losses import log_softmax
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.shapes import BOUNDARY, Decoder, Encoder, OneToMany, generate, sampler
from cognomen.rnn.shapes.encoder import one_step
from cognomen.text.alphabet import Alphabet
from cognomen.text.matching import find_origin
from cognomen.text.spelling import capitalise, lowercase

BATCH = 4096  # names generated at once
MAX_ATTEMPTS = 50  # to generate a name that is not in the training lists
HALF_A_SYLLABLE = re.compile("[\u1100-\u11ff]")  # letters of Hangul that are part of no syllable
LISTED_BY = "cognomen generate --origins"
TRAINING_NAMES = "learned"  # the tensor of the filter of training names


class GeneratorOptions(TypedDict, total=False):
    """The keywords of `Generator.stream`."""

    script: str | None
    seed: int
    temperature: float
    start: str
    known: bool


class Generator:
    """Generates surnames of an origin.

    Args:
        alphabet: the letters; the network's token i + 1 is `alphabet.letters[i]`, and 0 the boundary.
        scripts: the scripts that the names of each origin are written in, as `script_of` calls them, the main
            one first. There is a list to generate for each origin and script, K in all.
        config: fixes the sizes of the network.
        rng: initialises the weights.
        facts: how it was trained; JSON values.
        card: the model card, Markdown.
        training_names: recognises the training names; none by default.
        temperature_scale: factor of the sampling temperature for each list, (K,), all above 0; default 1.
            A list that was learned less well needs a lower one for samples as recognisable as real names.

    Attributes:
        origins: those that it knows.
        lists: the origin and the script of each list, (K,).

    Raises:
        InputError: an origin has no script, or `temperature_scale` has not one number above 0 for each list.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        scripts: Mapping[str, Sequence[str]],
        config: GeneratorConfig | None = None,
        *,
        rng: Initializer | None = None,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
        training_names: NameFilter | None = None,
        temperature_scale: Sequence[float] | None = None,
    ) -> None:
        self.config = c = GeneratorConfig() if config is None else config
        rng = np.random.default_rng(c.seed) if rng is None else rng
        self.alphabet, self.origins = alphabet, tuple(scripts)
        self.scripts = {origin: tuple(its) for origin, its in scripts.items()}
        for origin, its in self.scripts.items():
            if not its or not all(isinstance(script, str) for script in its):
                raise InputError(f"scripts: expected the names of one or more for {origin}, got {its}")
        self.lists = [(origin, script) for origin, its in self.scripts.items() for script in its]
        self.facts, self.card = dict(facts or {}), card
        self.training_names = NameFilter.of([]) if training_names is None else training_names
        scale = (1.0,) * len(self.lists) if temperature_scale is None else temperature_scale
        # Whole numbers of a file may be too large for `float`.
        fit = all(isinstance(each, Real) and 0 < each <= sys.float_info.max for each in scale)
        if len(scale) != len(self.lists) or not fit:
            raise InputError(f"temperature_scale: expected {len(self.lists)} numbers above 0, got {scale}")
        self.temperature_scale = tuple(map(float, scale))
        encoder = Encoder("rnn", len(self.lists), c.origin_size, embedding_size=c.origin_size, rng=rng)
        decoder = Decoder(
            "gru",
            len(alphabet),
            c.hidden_size,
            c.origin_size,
            embedding_size=c.letter_size,
            reminded=True,
            dropout=c.dropout,
            rng=rng,
        )
        self.network = OneToMany(encoder, decoder)

    # --- generating ---------------------------------------------------------------------------------------

    def names(self, origin: str, count: int = 1, **options: Unpack[GeneratorOptions]) -> list[str]:
        """Generate names of an origin; some may be equal. The arguments and errors are those of `stream`."""
        return list(self.stream(origin, count, **options))

    def stream(
        self,
        origin: str,
        count: int,
        *,
        script: str | None = None,
        seed: int = 0,
        temperature: float = 0.8,
        start: str = "",
        known: bool = False,
    ) -> Iterator[str]:
        """Generate names of an origin one after another; memory does not grow with their number.

        Args:
            origin: one of `origins`, in capitals or not.
            count: how many names. The first of many are the same as those of fewer.
            script: one of the origin's `scripts`, in capitals or not; if None, that of `start`, or the main
                one without a start.
            seed: equal seeds give equal names.
            temperature: below 1 favours probable letters, above 1 improbable ones. It is multiplied by the
                list's `temperature_scale`; at a product of 1, names are sampled as the network predicts.
            start: the first letters of every name.
            known: whether names in the training lists are wanted too. If not, such a name is drawn again; at
                a very low temperature it may still be known after 50 attempts, and is kept.

        Raises:
            InputError: there is no such origin, it is not written in the script, `start` has an unknown
                letter, or a number is out of range; raised before the first name is taken.
        """
        row = self._row(origin, script, start)
        check_whole_number("count", count)
        check_whole_number("seed", seed, least=0)
        if not isinstance(temperature, (int, float)) or not 0 < temperature <= 10:
            raise InputError(f"temperature: expected a number above 0, at most 10, got {temperature!r}")
        prefix = first_tokens(self.alphabet, start, self.lists[row][1])
        scaled = temperature * self.temperature_scale[row]

        def batch(first: int) -> list[str]:
            return self._batch(row, (seed, first), min(BATCH, count - first), scaled, prefix, known)

        return (name for first in range(0, count, BATCH) for name in batch(first))

    @one_blas_thread()  # many small products: threads would wait for each other
    def _batch(
        self,
        row: int,
        seed: tuple[int, int],
        count: int,
        temperature: float,
        prefix: list[int],
        known: bool,
    ) -> list[str]:
        """Generate names, those in the training lists and half-written syllables again."""
        names, missing = [""] * count, np.arange(count)
        for attempt in range(MAX_ATTEMPTS):
            # All numbers are drawn, also for names that are done: a name then depends on its index and the
            # attempt, but not on how many names there are.
            uniform = np.random.default_rng([*seed, attempt]).random((count, MAX_LETTERS + 1))
            drawn = self._sample(row, uniform[missing], temperature, prefix)
            for index, name in zip(missing.tolist(), drawn, strict=True):
                names[index] = name
            again = np.array([HALF_A_SYLLABLE.search(name) is not None for name in drawn])
            missing = missing[again if known else again | self.training_names.contains(drawn)]
            if not len(missing):
                break
        return names

    def _sample(self, row: int, uniform: Array, temperature: float, prefix: list[int]) -> list[str]:
        """A name for each row of numbers from [0, 1), in its list's script.

        Every word begins with a letter, not with a mark.
        """
        network = self.network
        y, _ = network.encoder.forward(one_step(np.full(len(uniform), row)))
        state = network.decoder.begin(y.data, None)
        foreign = ~is_written_in(self.alphabet, self.lists[row][1])  # (V,)
        joints = np.array([True, *(letter in " -'" for letter in self.alphabet.letters)])  # (V,)
        needs_letter = joints | self.alphabet.is_mark | [False, *(c == "ß" for c in self.alphabet.letters)]
        at_start = np.full(len(uniform), bool(joints[prefix[-1]]) if prefix else True)  # of a word, (N,)
        draw = sampler(uniform, temperature)

        def choose(log_p: Array, step: int) -> Ids:
            tokens = draw(np.where(at_start[:, None] & needs_letter | foreign, -np.inf, log_p), step)
            np.copyto(at_start, joints[tokens])
            return tokens

        texts = generate(network.decoder, state, choose, MAX_LETTERS, prefix=prefix)
        # Only a name that was cut at the limit can end in anything but a letter.
        return [capitalise(self.alphabet.decode(text.ids).rstrip(" -'")) for text in texts]

    def _row(self, origin: str, script: str | None, start: str = "") -> int:
        """The index of the list of an origin and a script, in capitals or not.

        Without a script it is that of `start`, and without that the main one.
        """
        origin = find_origin("origin", origin, self.origins, listed_by=LISTED_BY)
        for where, text in (("script", "" if script is None else script), ("start", start)):
            if not isinstance(text, str):
                raise InputError(f"{where}: expected a text, got {text!r}")
        its, where = self.scripts[origin], "start" if script is None else "script"
        wanted = (script or script_of(start) or its[0]).capitalize()
        if wanted not in its:
            raise InputError(f"{where}: expected {' or '.join(its)} letters for {origin}, got {wanted}")
        return self.lists.index((origin, wanted))

    # --- evaluation ---------------------------------------------------------------------------------------

    @one_blas_thread()
    def negative_log_likelihood(self, names: Sequence[str], origins: Sequence[str]) -> tuple[Array, Ids]:
        """-log p of each name given its origin and script, in nats, and its number of letters, both (N,).

        The end of a name counts as a letter.

        Raises:
            InputError: a letter is not in the alphabet, or there is no such origin.
        """
        targets = self.encode(names)
        rows = np.array([self._row(o, None, name) for name, o in zip(names, origins, strict=True)])
        logits, _ = self.network.forward(rows, targets)
        inputs, outputs = self.network.decoder.shifted(targets)
        log_p = log_softmax(logits)[np.arange(len(logits)), outputs.data]  # (M,)
        letters = inputs.with_data(log_p).unpack()
        return -np.array([each.sum() for each in letters]), np.array([len(each) for each in letters])

    def encode(self, names: Sequence[str]) -> Packed:
        """Names as tokens, packed.

        Raises:
            InputError: a letter is not in the alphabet.
        """
        texts = self.alphabet.encode_all([lowercase(name) for name in names])
        if (texts.data == BOUNDARY).any():
            raise InputError(f"expected letters among {self.alphabet.letters!r} only")
        return pack(texts)

    # --- on disk ------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, model: str | Path | None = None) -> Self:
        """Load the pretrained generator, or one from a folder.

        Raises:
            ModelError: there is none, or it is damaged.
        """
        folder = find_model("generator" if model is None else model)
        artifact = read_artifact(folder)
        facts, tensors = artifact.facts, dict(artifact.tensors)
        if "generator" not in facts["architecture"]:
            raise ModelError(
                f"{folder}: expected a generator, found a classifier. It is for `cognomen predict NAME "
                "--model FOLDER`; without --model, `generate` uses the pretrained generator."
            )
        if TRAINING_NAMES not in tensors or "scripts" not in facts["architecture"]:
            raise ModelError(
                f"{folder}: expected a tensor {TRAINING_NAMES!r}, which tells the training names, and the "
                "scripts of each origin, found none: an older version made it. Train it again, or leave out "
                "--model."
            )
        try:
            config = GeneratorConfig.from_json(facts["architecture"]["generator"])
            scripts = dict(zip(facts["origins"], facts["architecture"]["scripts"], strict=True))
            _check_size(config, len(facts["alphabet"]), len(scripts), tensors)
            generator = cls(
                Alphabet(facts["alphabet"]),
                scripts,
                config,
                rng=Zeros(),
                facts=facts["training"],
                card=artifact.card,
                training_names=NameFilter(tensors.pop(TRAINING_NAMES)),
                temperature_scale=facts["calibration"].get("temperature_scale"),
            )
            generator.network.load(full_tensors(tensors))
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"{folder}: the generator's parts do not fit together: {error}. Copy the whole folder again "
                "from its source."
            ) from error
        return generator

    def save(self, folder: str | Path) -> None:
        """Write the generator to a folder atomically, its weights rounded (see `write_artifact`).

        Matrices are stored as int8, each row divided by a number of its own, and vectors as float16.

        Raises:
            ModelError: the folder holds something else, or cannot be written.
        """
        facts = {
            "alphabet": self.alphabet.letters,
            "architecture": {
                "generator": self.config.to_json(),
                "scripts": [self.scripts[origin] for origin in self.origins],
            },
            "calibration": {"temperature": 1.0, "temperature_scale": self.temperature_scale},
            "lower": True,
            "origins": self.origins,
            "priors": [1 / len(self.origins)] * len(self.origins),
            "training": self.facts,
        }
        tensors = compact_tensors(self.network.params) | {TRAINING_NAMES: self.training_names.bits}
        write_artifact(folder, Artifact(tensors, facts, self.card))


def _check_size(c: GeneratorConfig, letters: int, origins: int, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Raise InputError before memory is allocated for more weights than there are."""
    least = c.hidden_size * (c.hidden_size + c.letter_size) + letters * c.letter_size
    least += c.origin_size * (origins + c.origin_size)
    weights = sum(tensor.size for name, tensor in tensors.items() if name != TRAINING_NAMES)
    if least > weights:
        raise InputError(f"these sizes make {least:,} weights or more, the tensors have {weights:,}")
