"""New surnames: an origin in, a name out, letter by letter.

    Generator.load().names("Japanese", 3, seed=1, start="Ta")

The shape is one to many (`rnn.shapes`): the origin is read in one step, and a decoder writes the name. It is
reminded of the origin at every letter. What stands in the lists that it learned from is drawn again, unless
these names are wanted too; a made-up name may still be somebody's.

A made-up name hints at a language as real ones do. It tells nobody's nationality, ethnicity or religion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self
from unicodedata import category, combining
from unicodedata import normalize as compose
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError, ModelError, check_whole_number
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.io.pretrained import find_model
from cognomen.network.config import COUNT, FRACTION, NON_NEGATIVE, POSITIVE, Config, describe, setting
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.initializers import Initializer, Zeros
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.shapes import BOUNDARY, Decoder, Encoder, OneToMany, generate, sampler
from cognomen.rnn.shapes.encoder import one_step
from cognomen.text.alphabet import Alphabet
from cognomen.text.matching import find_origin
from cognomen.text.spelling import normalise

__all__ = ["LONGEST", "Generator", "GeneratorConfig", "capitalise", "fingerprints", "spell"]

LONGEST = 30  # letters in a name; the longest of the 18 files has 20
TOGETHER = 4096  # names that are written at once
DRAWS = 50  # of a name, until it is new
TRAINING_HASHES = "learned"  # the tensor's name
NO_LETTERS = ("Nd", "Nl", "No", "Sm", "Sc", "So")  # Unicode's numbers and symbols


@describe
@dataclass(frozen=True, kw_only=True)
class GeneratorConfig(Config):
    """Everything that fixes the training of a generator, besides the names."""

    origin_size: int = setting(32, "Size of an origin's embedding.", COUNT)
    letter_size: int = setting(48, "Size of a letter's embedding.", COUNT)
    hidden_size: int = setting(256, "Hidden units of the decoder.", COUNT)
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
    """Writes surnames of an origin.

    Args:
        alphabet: the letters; the network's token i + 1 is `alphabet.letters[i]`, and 0 the boundary.
        origins: what can be asked for, C.
        config: gives the network its sizes.
        rng: source of the starting values.
        facts: how it was trained; JSON values.
        card: the model card, Markdown.
        training_hashes: `fingerprints` of the names that it learned from, to know these; none when not given.
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
        self.config = r = GeneratorConfig() if config is None else config
        rng = np.random.default_rng(r.seed) if rng is None else rng
        self.alphabet, self.origins = alphabet, tuple(origins)
        self.facts, self.card = dict(facts or {}), card
        self.training_hashes = np.empty(0, np.uint32) if training_hashes is None else training_hashes
        scales = (1.0,) * len(self.origins) if temperature_scale is None else temperature_scale
        self.temperature_scale = tuple(map(float, scales))
        if len(scales) != len(self.origins) or not all(0 < each < np.inf for each in self.temperature_scale):
            raise InputError(
                f"temperature_scale: expected {len(self.origins)} numbers above 0, got {list(scales)}"
            )
        encoder = Encoder("rnn", len(self.origins), r.origin_size, embedding_size=r.origin_size, rng=rng)
        decoder = Decoder(
            "gru",
            len(alphabet),
            r.hidden_size,
            r.origin_size,
            embedding_size=r.letter_size,
            reminded=True,
            dropout=r.dropout,
            rng=rng,
        )
        self.network = OneToMany(encoder, decoder)

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
        """Write new names of an origin; the same may come twice.

        Args:
            origin: one of `origins`.
            count: how many. The first of many are those of fewer.
            seed: equal seeds give equal names.
            temperature: below 1 favours probable letters, above 1 improbable ones. It is multiplied by the
                origin's `temperature_scale`; at a product of 1, names are sampled as the network predicts.
            start: the first letters of every name.
            known: whether names that it learned from may come too. If not, such a name is drawn again; what
                is still none but these after 50 draws, as at a very low temperature, stays.

        Raises:
            InputError: there is no such origin, a letter of `start` is unknown, or a number is not possible.
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
        """The names that `names` gives, one after the other; some thousands at a time are written.

        Takes the arguments of `names`, and raises the same, before the first name is asked for.
        """
        row = self.row(origin)
        check_whole_number("count", count)
        check_whole_number("seed", seed, least=0)
        if not isinstance(start, str):
            raise InputError(f"start: expected a text, got {start!r}")
        if not isinstance(temperature, (int, float)):
            raise InputError(f"temperature: expected a number above 0, at most 10, got {temperature!r}")
        if not 0 < temperature <= 10:
            raise InputError(f"temperature: expected a number above 0, at most 10, got {temperature}")
        prefix, scaled = self._prefix(start), temperature * self.temperature_scale[row]
        parts = (
            self._part(
                row, (seed, first), min(TOGETHER, count - first), scaled, prefix, 1 if known else DRAWS
            )
            for first in range(0, count, TOGETHER)
        )
        return chain.from_iterable(parts)

    def _part(
        self, row: int, seed: tuple[int, int], count: int, temperature: float, prefix: list[int], draws: int
    ) -> list[str]:
        """So many names, those that are known drawn again."""
        names, missing = [""] * count, np.arange(count)
        for draw in range(draws):
            # A name's chances hang on its place and the draw alone, not on how many there are.
            chances = np.random.default_rng([*seed, draw]).random((count, LONGEST + 1))
            drawn = self._write(row, chances[missing], temperature, prefix)
            for place, name in zip(missing.tolist(), drawn, strict=True):
                names[place] = name
            missing = missing[np.isin(fingerprints(drawn), self.training_hashes)]
            if not len(missing):
                break
        return names

    def _write(self, row: int, chances: Array, temperature: float, prefix: list[int]) -> list[str]:
        """A name of an origin for each row of chances: no mark without its letter, no end in a hyphen."""
        network = self.network
        y, _ = network.encoder.forward(one_step(np.full(len(chances), row)))
        position = network.decoder.begin(y.data, None)
        joints = np.array([True, *(letter in " -'" for letter in self.alphabet.letters)])  # (V,)
        needs_letter = joints | [False, *(combining(c) > 0 or c == "ß" for c in self.alphabet.letters)]
        fresh = np.full(
            len(chances), bool(joints[prefix[-1]]) if prefix else True
        )  # a word has not begun yet
        draw = sampler(chances, temperature)

        def choose(log_p: Array, step: int) -> Ids:
            tokens = draw(np.where(fresh[:, None] & needs_letter, -np.inf, log_p), step)
            np.copyto(fresh, joints[tokens])
            return tokens

        written = generate(network.decoder, position, choose, LONGEST, prefix=prefix)
        # Only a name that was cut at the limit can end otherwise than with a letter.
        return [capitalise(self.alphabet.decode(text.ids).rstrip(" -'")) for text in written]

    def _prefix(self, start: str) -> list[int]:
        """The tokens of the first letters."""
        letters = spell(start)
        unknown = {letter for letter in letters if letter not in self.alphabet.letters}
        unknown |= {letter for letter in start if category(letter) in NO_LETTERS}  # `spell` passes these over
        if unknown or (start.strip() and not letters):
            known, marks = (
                _shown(filter(str.isalpha, self.alphabet.letters)),
                filter(combining, self.alphabet.letters),
            )
            wrong = f"has {_shown(sorted(unknown))}" if unknown else "has no letters"
            raise InputError(
                f"start: {start!r} {wrong}; expected letters among {known}, and the marks {_shown(marks)}"
            )
        if len(letters) >= LONGEST:
            raise InputError(f"start: expected less than {LONGEST} letters and marks, got {len(letters)}")
        return [int(token) for token in self.alphabet.encode(letters)]

    def row(self, origin: str) -> int:
        """The index of an origin; case is ignored.

        Raises:
            InputError: the generator does not know the origin.
        """
        return self.origins.index(find_origin("origin", origin, self.origins))

    def negative_log_likelihood(self, names: Sequence[str], origins: Sequence[str]) -> tuple[Array, Ids]:
        """-log p of each name in nats, and its number of letters, both (N,).

        The end of a name counts as a letter.

        Raises:
            InputError: a letter is not in the alphabet, or there is no such origin.
        """
        targets, rows = self.encode(names), np.array([self.row(origin) for origin in origins])
        logits, _ = self.network.forward(rows, targets)
        told, said = self.network.decoder.shifted(targets)
        log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)  # (M, V)
        letters = told.with_data(log_p[np.arange(len(log_p)), said.data]).unpack()
        return -np.array([each.sum() for each in letters]), np.array([len(each) for each in letters])

    def encode(self, names: Sequence[str]) -> Packed:
        """Names as tokens, packed.

        Raises:
            InputError: a letter is not in the alphabet.
        """
        texts = self.alphabet.encode_all([spell(name) for name in names])
        if (texts.data == BOUNDARY).any():
            raise InputError(f"expected letters among {self.alphabet.letters!r} only")
        return pack(texts)

    # --- on disk ------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, model: str | Path | None = None) -> Self:
        """Load a generator: the shipped one, or one from a folder.

        Raises:
            ModelError: there is none, or it is damaged.
        """
        folder = find_model("generator" if model is None else model)
        artifact = read_artifact(folder)
        facts, tensors = artifact.facts, dict(artifact.tensors)
        if "generator" not in facts["architecture"]:
            raise ModelError(
                f"{folder}: expected a model that writes names, found one that reads them. It is for "
                "`cognomen predict NAME --model FOLDER`; without --model, the shipped one writes names."
            )
        if TRAINING_HASHES not in tensors:
            raise ModelError(
                f"{folder}: expected a tensor {TRAINING_HASHES!r}, the checksums of the training names, "
                "found none: an older version made it. Retrain it, or leave --model out."
            )
        try:
            made = cls(
                Alphabet(facts["alphabet"]),
                facts["origins"],
                GeneratorConfig.from_json(facts["architecture"]["generator"]),
                rng=Zeros(),
                facts=facts["training"],
                card=artifact.card,
                training_hashes=tensors.pop(TRAINING_HASHES),
                temperature_scale=facts["calibration"].get("temperature_scale"),
            )
            made.network.load(tensors)
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"{folder}: the generator's parts do not fit together: {error}. Copy the whole folder anew "
                "from its source."
            ) from error
        return made

    def save(self, folder: str | Path) -> None:
        """Write the generator to a folder, its weights as float16, as a model is written (`artifact`).

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


# --- spelling ---------------------------------------------------------------------------------------------


def spell(name: str) -> str:
    """A name as the network writes it: small letters and their marks, each a letter of its own; ß stays."""
    return normalise(name, lower=False).lower()


def fingerprints(names: Iterable[str]) -> NDArray[np.uint32]:
    """A number for each name's spelling, (N,): its checksum CRC-32, which two names hardly ever share."""
    return np.array([crc32(spell(name).encode()) for name in names], np.uint32)


def capitalise(name: str) -> str:
    """A name in small letters as people write it: "o'brien" is O'Brien, "ou-yang" Ou-Yang; marks composed."""
    capitals = re.sub(r"(^|[ '\-])(\w)", lambda found: found[1] + found[2].title(), name)
    return compose("NFC", re.sub(r"\bMc(\w)", lambda found: f"Mc{found[1].upper()}", capitals))


def _shown(letters: Iterable[str]) -> str:
    """Letters side by side, marks on a dotted circle."""
    return " ".join(f"\u25cc{letter}" if combining(letter) else letter for letter in letters)
