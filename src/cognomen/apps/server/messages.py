"""What is asked and answered, as JSON: each message is a class, which checks it and describes it.

The options are those of the classifier's calls in Python (`cognomen.classifier.Options`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

from cognomen.classifier.answers import Answer, OriginProbability, SurnamePart
from cognomen.classifier.composition_rows import JointShare, OriginShare
from cognomen.classifier.options import OrderOption
from cognomen.classifier.origins import Level
from cognomen.errors import InputError

MOST_ORIGINS, MOST_SEED = 10_000, 2**32 - 1
Share = Annotated[float, Meta(ge=0)]
Probability = Annotated[float, Meta(ge=0, le=1)]
Prior = Literal["default", "training", "uniform"] | dict[str, Share]
Words = list[Annotated[str, Meta(max_length=1000)]]


Whole = int | float  # JSON knows only numbers: 3.0 is a whole one


def whole(name: str, value: Whole, least: int, most: int) -> int:
    """A whole number of a message. Raises ValueError, which becomes an error of the message."""
    if value != int(value) or not least <= value <= most:
        raise ValueError(f"expected a whole number from {least} to {most:,}, got {value} - at `$.{name}`")
    return int(value)


class NamedText(Struct, forbid_unknown_fields=True):
    """A name with an id of the caller's own, which its answer repeats."""

    name: str | None
    id: str | int | None = None


Name = str | None | NamedText


class Reading(Struct, forbid_unknown_fields=True, kw_only=True):
    """How names are read."""

    full_names: bool = True
    order: OrderOption = "auto"
    na: Words | None = field(default_factory=list)
    suffixes: Words = field(default_factory=list)


class PredictRequest(Reading, kw_only=True):
    """Names to answer."""

    names: list[Name]
    top_k: Whole = 3
    level: Level = "origin"
    coverage: Annotated[float, Meta(gt=0, lt=1)] | None = None
    prior: Prior = "default"
    restrict: list[str] | None = None
    abstain_below: Probability = 0.0

    def __post_init__(self) -> None:
        self.top_k = whole("top_k", self.top_k, 1, MOST_ORIGINS)


class CompositionRequest(Reading, kw_only=True):
    """A list of names whose composition is wanted."""

    names: list[str | None]
    counts: list[Annotated[float, Meta(ge=0, le=1e12)]] | None = None
    level: Level = "origin"
    restrict: list[str] | None = None
    seed: Whole = 0

    def __post_init__(self) -> None:
        self.seed = whole("seed", self.seed, 0, MOST_SEED)


class ExplainRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """A name whose answer is to be explained."""

    name: str
    origin: str | None = None
    full_names: bool = True


class FoundOrder(Struct):
    """In which order the names are written, and how sure that is."""

    order: Literal["given-first", "surname-first"]
    probability: float | None
    cells: int
    decided: bool


class PredictResponse(Struct):
    """An answer to each name, in the same sequence, and the order of full names that was assumed."""

    model: str
    answers: list[Answer]
    order: FoundOrder


class CompositionResponse(Struct):
    """The shares of the origins in a list; they describe the list, and nobody in it."""

    model: str
    rows: float
    read: float
    unknown: dict[str, float]
    shares: list[OriginShare]
    joint: list[JointShare]
    level: float
    samples: int
    seed: int
    order: FoundOrder


class Letter(Struct):
    """What a letter adds to the logit of the origin, and to its margin over the rival."""

    letter: str
    attribution: float
    margin: float | None
    prefix_probability: float | None
    prefix_origins: list[OriginProbability]


class ExplainResponse(Struct):
    """How the letters of a name lead to an origin: what moved this model, not a rule of a language."""

    model: str
    name: str
    status: str
    reason: str | None
    surname: str | None
    note: str | None
    level: str | None
    group: str | None
    group_probability: float | None
    region: str | None
    region_probability: float | None
    evidence: str | None
    parts: list[SurnamePart]
    origin: str | None
    probability: float | None
    rival: str | None
    baseline: float | None
    logit: float | None
    convergence_delta: float | None
    baseline_margin: float | None
    margin: float | None
    letters: list[Letter]


class ModelResponse(Struct):
    """The model behind the answers."""

    name: str
    sha256: str
    cognomen: str
    origins: list[str]
    tree: list[list[str]] | None
    default_prior: list[float] | None
    training_prior: list[float]
    limits: dict[str, int]
    card: str


class Failure(Struct):
    """The one shape of all errors, which is also that of the Open Inference Protocol."""

    error: str  # what was expected, what came, and what to do
    type: str


class Tensor(Struct, kw_only=True):
    """A tensor of the Open Inference Protocol."""

    name: str
    shape: list[Whole]
    datatype: str
    data: list[Any]
    parameters: dict[str, Any] = field(default_factory=dict)


class WantedOutput(Struct):
    """An output that is asked for."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)


class OutputTensor(Struct):
    """An output tensor of the Open Inference Protocol."""

    name: str
    datatype: str
    shape: list[int]
    data: list[str | float | None]


class InferResponse(Struct, kw_only=True):
    """The answer of the Open Inference Protocol."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str | None = None


class InferRequest(Struct, kw_only=True):
    """A call of the Open Inference Protocol."""

    inputs: list[Tensor]
    id: str | None = None
    outputs: list[WantedOutput] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


Message = TypeVar("Message", bound=Struct)
READING = tuple(each.name for each in msgspec.structs.fields(Reading))


class BadRequestError(InputError):
    """A request that is not JSON (400), or not of the shape described (422)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def decode(body: bytes, kind: type[Message]) -> Message:
    """A message from its JSON.

    Raises:
        BadRequestError: it is not JSON, or not such a message; the error says where.
    """
    if not body:
        raise BadRequestError(400, "expected a body of JSON in UTF-8, got none. See /openapi.json.")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(422, f"{error}{choices(str(error), kind)}. See /openapi.json.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequestError(400, f"expected a body of JSON in UTF-8: {error}") from error


def choices(error: str, kind: type[Struct]) -> str:
    """What was expected, where msgspec says only that it is something else: the fields, or the words."""
    if error.startswith("Object contains unknown field") and " - at " not in error:
        return f"; expected any of {', '.join(kind.__struct_fields__)}"
    if found := re.fullmatch(r"Invalid enum value .* - at `\$\.(\w+)`", error):
        hint = get_type_hints(kind)[found[1]]
        words = (word for each in (hint, *get_args(hint)) for word in get_args(each))
        return f"; expected any of {', '.join(word for word in words if isinstance(word, str))}"
    return ""


def encode(value: object) -> bytes:
    """A value as JSON."""
    return msgspec.json.encode(value)


def texts_of(names: list[Name]) -> list[str | None]:
    """The names alone."""
    return [each.name if isinstance(each, NamedText) else each for each in names]


def answers_of(names: list[Name], answers: list[Answer]) -> list[dict[str, Any]]:
    """The answers as JSON values, with the ids that came with the names."""
    return [
        {"id": each.id, **answer.to_json()} if isinstance(each, NamedText) else answer.to_json()
        for each, answer in zip(names, answers, strict=True)
    ]
