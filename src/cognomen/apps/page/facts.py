"""What the page carries of the models: facts as JSON, and tensors packed into text."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import unescape
from html.entities import html5
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.classifier import Classifier
from cognomen.classifier.given_names import WEIGHTS
from cognomen.classifier.out_of_distribution import script_numbers
from cognomen.errors import InputError
from cognomen.io.tensors import load_tensors
from cognomen.network.generator import Generator
from cognomen.text import words
from cognomen.text.affixes import PUNCTUATION
from cognomen.text.forms import FORMS
from cognomen.text.placeholders import LEFT_OVER, NOBODY, OUTSIDE, PLACEHOLDERS
from cognomen.text.repair import LETTERS
from cognomen.text.spelling import normalise
from cognomen.text.things import COMPANY, OF_NUMBERS, OF_WORDS

CELLS = ("rnn", "gru", "lstm")  # those that the page can run
CALIBRATION = ("temperature", "known_temperature", "ood_threshold", "script_ood_thresholds")


def model_facts(clf: Classifier) -> dict[str, Any]:
    """The facts that answers need.

    Raises:
        InputError: the page has no code for the model's cell.
    """
    architecture = clf.network.architecture
    if architecture.cell not in CELLS:
        raise InputError(f"the page runs models with the cells {', '.join(CELLS)}, not {architecture.cell!r}")
    calibration = clf.calibration.to_json()
    return {
        "alphabet": clf.alphabet.letters,
        "scripts": clf.alphabet.scripts.tolist(),
        "script_numbers": script_numbers(clf.alphabet).tolist(),
        "architecture": architecture.to_json(),
        "calibration": {name: calibration[name] for name in CALIBRATION if name in calibration},
        "lower": clf.lower,
        "origins": clf.origins,
        "priors": clf.priors,
        "default_shares": None if clf.default_prior is None else clf.default_prior.shares,
        "tree": clf.tree.to_json(),
        "weights": clf.network.size,
    }


def first_evidence(clf: Classifier, name: str) -> dict[str, Any] | None:
    """What the n-grams say of a plain name and of all its beginnings, by their ids; None without n-grams."""
    if clf.network.ngrams is None:
        return None
    spelling = normalise(name, lower=clf.lower)
    beginnings = clf.alphabet.encode_all([spelling[: stop + 1] for stop in range(len(spelling))])
    found = clf.network.ngrams.evidence(beginnings, bits=True)
    columns = {"logits": found.logits, "bits": found.bits_per_letter, "known": found.known}
    return {
        ",".join(map(str, ids)): {
            key: None if column is None else column[row].tolist() for key, column in columns.items()
        }
        for row, ids in enumerate(beginnings)
    }


def generator_facts(generator: Generator) -> dict[str, Any]:
    """The same of a generator, whose lists are called by origin, and by script too where it has several."""
    return {
        "alphabet": generator.alphabet.letters,
        "lists": [
            origin if len(generator.scripts[origin]) == 1 else f"{origin} ({script})"
            for origin, script in generator.lists
        ],
        "list_scripts": [script.upper() for _, script in generator.lists],
        "scripts": generator.alphabet.scripts.tolist(),
        "temperature_scale": generator.temperature_scale,
    }


# Lists of which only patterns are made.
_OF_PATTERNS: Final = frozenset(
    (
        "RELATIONS",
        "PHRASES",
        "PARTICLES_LAST",
        "COUNTRY_CODES",
        "BEFORE_OF",
        "HONORIFICS_LAST",
        "AT_COURT",
        "RELATIVES",
        "SAID",
        "CLOSINGS",
    )
)


def reading_words() -> dict[str, Any]:
    """What reading a surname needs besides code: the lists of `text`, and tables of Unicode and HTML."""
    named = {name: value for name, value in vars(words).items() if name.isupper()}
    in_order = {name: value for name, value in named.items() if isinstance(value, tuple)}
    sets = {
        name: value
        for name, value in named.items()
        if isinstance(value, frozenset) and name not in _OF_PATTERNS
    }
    sets |= {
        "PLACEHOLDERS": PLACEHOLDERS - NOBODY,
        "NOBODY": NOBODY,
        "COMPANY": COMPANY,
        "LEFT_OVER": LEFT_OVER,
    }
    return {
        **{_camel(name): value for name, value in in_order.items()},
        "sets": {_camel(name): sorted(value) for name, value in sets.items()},
        "outside": OUTSIDE,
        "punctuation": PUNCTUATION,
        "folded": folded_characters(),
        "entities": {"names": html5, "numbers": invalid_references(), "letters": LETTERS},
        "forms": [(in_javascript(pattern), replacement.replace("\\", "$")) for pattern, replacement in FORMS],
        "ofNumbers": list(map(in_javascript, OF_NUMBERS)),
        "ofWords": list(map(in_javascript, OF_WORDS)),
        "givenNames": given_name_weights(),
    }


def in_javascript(pattern: str) -> str:
    """A pattern of `text.forms` or `text.things` as JavaScript would have it, with the flag u."""
    letter, of_word = r"[\p{L}\p{Nl}\p{No}]", r"[\p{L}\p{N}_]"
    word_end = f"(?:(?<={of_word})(?!{of_word})|(?<!{of_word})(?={of_word}))"
    return pattern.replace(r"[^\W\d_]", letter).replace(r"\d", r"\p{Nd}").replace(r"\b", word_end)


def given_name_weights() -> dict[str, Any]:
    """The weights of letters of given names, bytes with a sign, and what they are to be multiplied by."""
    tensors = load_tensors(WEIGHTS)
    scale, bias = (float(tensors[name][0]) for name in ("scale", "bias"))
    return {"weights": as_text(tensors["weights"].tobytes(), compressed=False), "scale": scale, "bias": bias}


def _camel(name: str) -> str:
    """A constant's name as JavaScript would have it: HAN_OF_ONE is hanOfOne."""
    head, *rest = name.lower().split("_")
    return head + "".join(map(str.capitalize, rest))


def invalid_references() -> dict[int, str]:
    """What HTML makes of the numbers of characters that nobody may write, such as &#146;."""
    numbers = (0, 0x0D, *range(0x80, 0xA0))
    return {number: unescape(f"&#{number};") for number in numbers}


@cache  # a second of work, the same for every page
def folded_characters() -> dict[str, str]:
    """What `str.casefold` makes of the characters that it does not merely make small, as JavaScript does."""
    pairs = ((chr(code), chr(code).casefold()) for code in range(0x110000))
    return {one: folded for one, folded in pairs if folded != one.lower()}


def pack(
    tensors: Mapping[str, NDArray[Any]], *, in_planes: bool = True
) -> tuple[list[tuple[str, str, list[int]]], bytes]:
    """A table of contents (name, type, shape), and the bytes of all tensors one after the other.

    The tensors may have any shape. In planes the first bytes of all numbers of a tensor stand before all
    second ones, which gzip compresses better; else browsers decode them faster.
    """
    in_order = sorted(tensors.items())  # safetensors gives them in any order
    contents = [(name, each.dtype.name, list(each.shape)) for name, each in in_order]
    return contents, b"".join(_bytes_of(each, in_planes) for _, each in in_order)


def _bytes_of(tensor: NDArray[Any], in_planes: bool) -> bytes:
    little = np.ascontiguousarray(tensor, tensor.dtype.newbyteorder("<"))
    return (
        little.view(np.uint8).reshape(-1, tensor.dtype.itemsize).T.tobytes()
        if in_planes
        else little.tobytes()
    )


def as_text(data: bytes, *, compressed: bool = True) -> str:
    """Bytes as gzip and base64; equal bytes give equal texts."""
    return b64encode(gzip.compress(data, 9, mtime=0) if compressed else data).decode("ascii")


def as_json(value: Any) -> str:
    """JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c")
