"""New surnames of an origin, letter by letter.

    Generator.load().names("Japanese", 3, seed=1, start="Ta")

The network is one to many (`rnn.shapes`): an encoder reads the origin in one step, and a decoder generates
the letters, with the origin as an input at every step. Names in the training lists are drawn again, unless
they are wanted too; a generated name may still be somebody's.

A generated name hints at a language as real ones do. It does not reveal anyone's nationality, ethnicity or
religion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from unicodedata import category, combining
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError, ModelError, check_whole_number
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.io.pretrained import find_model
from cognomen.network.config import COUNT, FRACTION, NON_NEGATIVE, POSITIVE, SIZE, Config, describe, setting
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.initializers import Initializer, Zeros
from cognomen.rnn.losses import log_softmax
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.shapes import BOUNDARY, Decoder, Encoder, OneToMany, generate, sampler
from cognomen.rnn.shapes.encoder import one_step
from cognomen.text.alphabet import Alphabet
from cognomen.text.matching import find_origin
from cognomen.text.spelling import capitalise, lowercase

MAX_LETTERS = 30  # of a name; the longest of the 18 files has 20
BATCH = 4096  # names generated at once
MAX_ATTEMPTS = 50  # to generate a name that is not in the training lists
TRAINING_HASHES = "learned"  # the tensor's name
NUMBERS_AND_SYMBOLS = ("Nd", "Nl", "No", "Sm", "Sc", "So")  # Unicode categories


@describe
@dataclass(frozen=True, kw_only=True)
class GeneratorConfig(Config):
    """Everything that fixes the training of a generator, besides the names."""

    origin_size: int = setting(32, "Size of an origin's embedding.", SIZE)
    letter_size: int = setting(48, "Size of a letter's embedding.", SIZE)
    hidden_size: int = setting(256, "Hidden units of the decoder.", SIZE)
    dropout: float = setting(0.25, "Dropout of letters' embeddings, and of the decoder's output.", FRACTION)
    resampling: float = setting(
        0.3,
        "How much rare origins are favoured: origins are drawn by their share of the names to the power of 1 "
        "minus this, which falls linearly to 0 over the training.",
        FRACTION,
    )
    min_letter_count: int = setting(3, "Names with a letter seen less often are left out.", NON_NEGATIVE)
    epochs: int = setting(25, "Passes over the training names.", COUNT)
    batch_size: int = setting(128, "Names in each step.", COUNT)
    learning_rate: float = setting(4e-3, "Peak of the learning-rate schedule.", POSITIVE)
    weight_decay: float = setting(0.1, "Weight decay of AdamW.", NON_NEGATIVE)
    clip: float = setting(1.0, "Largest norm of a step's gradient.", POSITIVE)
    seed: int = setting(0, "Of the initial weights, the order of the names, and dropout.", NON_NEGATIVE)


class Generator:
    """Generates surnames of an origin.

    Args:
        alphabet: the letters; the network's token i + 1 is `alphabet.letters[i]`, and 0 the boundary.
        origins: the origins it knows, C.
        config: fixes the sizes of the network.
        rng: initialises the weights.
        facts: how it was trained; JSON values.
        card: the model card, Markdown.
        training_hashes: `name_hashes` of the training names, to recognise them; none by default.
        temperature_scale: factor of the sampling temperature for each origin, (C,), all above 0; default 1.
            An origin that was learned less well needs a lower one for samples as recognisable as real names.

    Raises:
        InputError: `temperature_scale` has not one number above 0 for each origin.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        origins: Sequence[str],
        config: GeneratorConfig | None = None,
        *,
        rng: Initializer | None = None,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
        training_hashes: NDArray[np.uint32] | None = None,
        temperature_scale: Sequence[float] | None = None,
    ) -> None:
        self.config = c = GeneratorConfig() if config is None else config
        rng = np.random.default_rng(c.seed) if rng is None else rng
        self.alphabet, self.origins = alphabet, tuple(origins)
        self.facts, self.card = dict(facts or {}), card
        self.training_hashes = np.empty(0, np.uint32) if training_hashes is None else training_hashes
        scale = (1.0,) * len(self.origins) if temperature_scale is None else temperature_scale
        self.temperature_scale = tuple(map(float, scale))
        if len(scale) != len(self.origins) or not all(0 < each < np.inf for each in self.temperature_scale):
            raise InputError(f"temperature_scale: expected {len(self.origins)} numbers above 0, got {scale}")
        encoder = Encoder("rnn", len(self.origins), c.origin_size, embedding_size=c.origin_size, rng=rng)
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

    def names(
        self,
        origin: str,
        count: int = 1,
        *,
        seed: int = 0,
        temperature: float = 0.8,
        start: str = "",
        known: bool = False,
    ) -> list[str]:
        """Generate names of an origin; some may be equal.

        Args:
            origin: one of `origins`, in capitals or not.
            count: how many names. The first of many are the same as those of fewer.
            seed: equal seeds give equal names.
            temperature: below 1 favours probable letters, above 1 improbable ones. It is multiplied by the
                origin's `temperature_scale`; at a product of 1, names are sampled as the network predicts.
            start: the first letters of every name.
            known: whether names in the training lists are wanted too. If not, such a name is drawn again; at
                a very low temperature it may still be known after 50 attempts, and is kept.

        Raises:
            InputError: there is no such origin, `start` has an unknown letter, or a number is out of range.
        """
        return list(self.stream(origin, count, seed=seed, temperature=temperature, start=start, known=known))

    def stream(
        self,
        origin: str,
        count: int,
        *,
        seed: int = 0,
        temperature: float = 0.8,
        start: str = "",
        known: bool = False,
    ) -> Iterator[str]:
        """The names that `names` returns, one after another; memory does not grow with their number.

        The arguments and errors are those of `names`; the errors are raised before the first name is taken.
        """
        row = self._row(origin)
        check_whole_number("count", count)
        check_whole_number("seed", seed, least=0)
        if not isinstance(start, str):
            raise InputError(f"start: expected a text, got {start!r}")
        if not isinstance(temperature, (int, float)) or not 0 < temperature <= 10:
            raise InputError(f"temperature: expected a number above 0, at most 10, got {temperature!r}")
        prefix, scaled = self._prefix(start), temperature * self.temperature_scale[row]
        attempts = 1 if known else MAX_ATTEMPTS

        def batch(first: int) -> list[str]:
            return self._batch(row, (seed, first), min(BATCH, count - first), scaled, prefix, attempts)

        return (name for first in range(0, count, BATCH) for name in batch(first))

    def _batch(
        self,
        row: int,
        seed: tuple[int, int],
        count: int,
        temperature: float,
        prefix: list[int],
        attempts: int,
    ) -> list[str]:
        """Generate names, those in the training lists again."""
        names, missing = [""] * count, np.arange(count)
        for attempt in range(attempts):
            # All numbers are drawn, also for names that are done: a name then depends on its index and the
            # attempt, but not on how many names there are.
            uniform = np.random.default_rng([*seed, attempt]).random((count, MAX_LETTERS + 1))
            drawn = self._sample(row, uniform[missing], temperature, prefix)
            for index, name in zip(missing.tolist(), drawn, strict=True):
                names[index] = name
            missing = missing[np.isin(name_hashes(drawn), self.training_hashes)]
            if not len(missing):
                break
        return names

    def _sample(self, row: int, uniform: Array, temperature: float, prefix: list[int]) -> list[str]:
        """A name for each row of numbers from [0, 1); every word begins with a letter, not with a mark."""
        network = self.network
        y, _ = network.encoder.forward(one_step(np.full(len(uniform), row)))
        state = network.decoder.begin(y.data, None)
        joints = np.array([True, *(letter in " -'" for letter in self.alphabet.letters)])  # (V,)
        needs_letter = joints | [False, *(combining(c) > 0 or c == "ß" for c in self.alphabet.letters)]
        at_start = np.full(len(uniform), bool(joints[prefix[-1]]) if prefix else True)  # of a word, (N,)
        draw = sampler(uniform, temperature)

        def choose(log_p: Array, step: int) -> Ids:
            tokens = draw(np.where(at_start[:, None] & needs_letter, -np.inf, log_p), step)
            np.copyto(at_start, joints[tokens])
            return tokens

        texts = generate(network.decoder, state, choose, MAX_LETTERS, prefix=prefix)
        # Only a name that was cut at the limit can end in anything but a letter.
        return [capitalise(self.alphabet.decode(text.ids).rstrip(" -'")) for text in texts]

    def _prefix(self, start: str) -> list[int]:
        """The tokens of the first letters."""
        letters, known = lowercase(start), self.alphabet.letters
        # `lowercase` drops numbers and symbols, which would go unnoticed.
        wrong = {c for c in letters if c not in known} | {
            c for c in start if category(c) in NUMBERS_AND_SYMBOLS
        }
        if wrong or (start.strip() and not letters):
            raise InputError(
                f"start: {start!r} has {_shown(sorted(wrong)) or 'no letters'}; expected letters among "
                f"{_shown(filter(str.isalpha, known))}, and the marks {_shown(filter(combining, known))}"
            )
        if len(letters) >= MAX_LETTERS:
            raise InputError(f"start: expected less than {MAX_LETTERS} letters and marks, got {len(letters)}")
        return [int(token) for token in self.alphabet.encode(letters)]

    def _row(self, origin: str) -> int:
        """The index of an origin, in capitals or not."""
        return self.origins.index(find_origin("origin", origin, self.origins))

    # --- evaluation ---------------------------------------------------------------------------------------

    def negative_log_likelihood(self, names: Sequence[str], origins: Sequence[str]) -> tuple[Array, Ids]:
        """-log p of each name given its origin, in nats, and its number of letters, both (N,).

        The end of a name counts as a letter.

        Raises:
            InputError: a letter is not in the alphabet, or there is no such origin.
        """
        targets, rows = self.encode(names), np.array([self._row(origin) for origin in origins])
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
        if TRAINING_HASHES not in tensors:
            raise ModelError(
                f"{folder}: expected a tensor {TRAINING_HASHES!r}, the hashes of the training names, "
                "found none: an older version made it. Train it again, or leave --model out."
            )
        try:
            config = GeneratorConfig.from_json(facts["architecture"]["generator"])
            _check_size(config, len(facts["alphabet"]), len(facts["origins"]), tensors)
            generator = cls(
                Alphabet(facts["alphabet"]),
                facts["origins"],
                config,
                rng=Zeros(),
                facts=facts["training"],
                card=artifact.card,
                training_hashes=tensors.pop(TRAINING_HASHES),
                temperature_scale=facts["calibration"].get("temperature_scale"),
            )
            generator.network.load(tensors)
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"{folder}: the generator's parts do not fit together: {error}. Copy the whole folder again "
                "from its source."
            ) from error
        return generator

    def save(self, folder: str | Path) -> None:
        """Write the generator to a folder atomically, its weights as float16 (see `write_artifact`).

        Raises:
            ModelError: the folder holds something else, or cannot be written.
        """
        facts = {
            "alphabet": self.alphabet.letters,
            "architecture": {"generator": self.config.to_json()},
            "calibration": {"temperature": 1.0, "temperature_scale": self.temperature_scale},
            "lower": True,
            "origins": self.origins,
            "priors": [1 / len(self.origins)] * len(self.origins),
            "training": self.facts,
        }
        tensors: dict[str, NDArray[Any]] = {
            name: param.astype(np.float16) for name, param in self.network.params.items()
        }
        tensors[TRAINING_HASHES] = self.training_hashes
        write_artifact(folder, Artifact(tensors, facts, self.card))


def _check_size(c: GeneratorConfig, letters: int, origins: int, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Raise InputError before memory is allocated for more weights than there are."""
    least = c.hidden_size * (c.hidden_size + c.letter_size) + letters * c.letter_size
    least += c.origin_size * (origins + c.origin_size)
    weights = sum(tensor.size for name, tensor in tensors.items() if name != TRAINING_HASHES)
    if least > weights:
        raise InputError(f"these sizes make {least:,} weights or more, the tensors have {weights:,}")


def name_hashes(names: Iterable[str]) -> NDArray[np.uint32]:
    """The CRC-32 of each name's spelling, (N,); different names hardly ever have the same."""
    return np.array([crc32(lowercase(name).encode()) for name in names], np.uint32)


def _shown(letters: Iterable[str]) -> str:
    """Letters side by side, marks on a dotted circle."""
    return " ".join(f"\u25cc{letter}" if combining(letter) else letter for letter in letters)
