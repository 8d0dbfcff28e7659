"""The description of the interface for programs (OpenAPI 3.1), made from the messages and the model."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec

from cognomen import __version__
from cognomen.apps.server import messages
from cognomen.apps.server.service import Service
from cognomen.classifier.order import ColumnOrder

Schema = dict[str, Any]

ABOUT = (
    "Which language does a surname sound like? A recurrent network answers with calibrated probabilities. "
    "A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or "
    "religion: the answers describe lists of names, and must not decide anything about a person. No name "
    "is logged or stored."
)
NAMES = ["Nakamura", {"id": 17, "name": "O'Brien, Conan"}, "N/A"]
LIST = ["Nakamura", "Yamamoto", "Tanaka", "Rossi"]
TENSOR = {"name": "names", "datatype": "BYTES", "shape": [2], "data": ["Nakamura", "Rossi"]}
KINDS = (
    messages.PredictRequest,
    messages.PredictResponse,
    messages.CompositionRequest,
    messages.CompositionResponse,
    messages.ExplainRequest,
    messages.ExplainResponse,
    messages.ModelResponse,
    messages.InferResponse,
    messages.Failure,
)
WHOLE = (
    ("PredictRequest", "top_k", 1, messages.MOST_ORIGINS, 3),
    ("CompositionRequest", "seed", 0, messages.MOST_SEED, 0),
)
# The errors of calls with a body, and of all others.
OF_CALLS = (400, 401, 409, 413, 415, 422, 429, 503)
OF_ALL = (401,)


@lru_cache(maxsize=1)
def describe(service: Service) -> Schema:
    """The OpenAPI document of a server."""
    clf = service.classifier
    answers = messages.answers_of(NAMES_READ, clf(messages.texts_of(NAMES_READ)))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cognomen", "version": __version__, "description": ABOUT},
        "paths": {
            "/v1/predict": _call(
                "Answer names",
                "PredictRequest",
                "PredictResponse",
                {"names": {"names": NAMES, "top_k": 2}, "sets": {"names": ["Abel"], "coverage": 0.9}},
                {"model": service.name, "answers": answers, "order": ColumnOrder.alone("auto").to_json()},
            ),
            "/v1/composition": _call(
                "Estimate the shares of the origins in a list, with intervals",
                "CompositionRequest",
                "CompositionResponse",
                {"list": {"names": LIST}, "counts": {"names": LIST[2:], "counts": [300, 100]}},
            ),
            "/v1/explain": _call(
                "Attribute an answer to the letters of a name",
                "ExplainRequest",
                "ExplainResponse",
                {"name": {"name": "Nakamura"}},
            ),
            "/v1/model": _get("Describe the model that answers", _ref("ModelResponse")),
            **_probes(),
            **_inference_protocol(service),
        },
        "components": {
            "schemas": _schemas(service),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [] if service.token is None else [{"token": []}],
    }


NAMES_READ = msgspec.convert(NAMES, list[messages.Name])


def _call(
    summary: str, asked: str, answered: str, examples: dict[str, Any], answer: Any = None, **more: Any
) -> Schema:
    """A POST of a message, which another one answers."""
    shown = {name: {"value": value} for name, value in examples.items()}
    body = {"schema": _ref(asked), "examples": shown}
    found = {"schema": _ref(answered)} | ({} if answer is None else {"example": answer})
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {"200": _response("the answer", found), **_failures(OF_CALLS)},
            **more,
        }
    }


def _get(summary: str, schema: Schema, failures: tuple[int, ...] = OF_ALL, **more: Any) -> Schema:
    """A GET of JSON."""
    answers = {"200": _response("the answer", {"schema": schema}), **_failures(failures)}
    return {"get": {"summary": summary, "responses": answers, **more}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _response(description: str, content: Schema, kind: str = "application/json") -> Schema:
    return {"description": description, "content": {kind: content}}


def _failures(statuses: tuple[int, ...]) -> Schema:
    return {str(each): _response(HTTPStatus(each).phrase, {"schema": _ref("Failure")}) for each in statuses}


def _flag(name: str) -> Schema:
    return {"type": "object", "properties": {name: {"type": "boolean"}}, "required": [name]}


def _probes() -> Schema:
    """The paths of health, metrics and the page."""
    stopping = _response("about to stop", {"schema": _flag("ready")})
    ready = _get("Whether calls are welcome", _flag("ready"), (), security=[])
    ready["get"]["responses"]["503"] = stopping
    text = {"schema": {"type": "string"}}
    return {
        "/health/live": _get("Whether the process runs", _flag("live"), (), security=[]),
        "/health/ready": ready,
        "/metrics": {
            "get": {
                "summary": "Counters for Prometheus",
                "responses": {"200": _response("counters", text, "text/plain"), **_failures(OF_ALL)},
            }
        },
        "/": {
            "get": {
                "summary": "The page",
                "responses": {"200": _response("a page", text, "text/html"), **_failures(OF_ALL)},
            }
        },
    }


def _inference_protocol(service: Service) -> Schema:
    """The paths of the Open Inference Protocol."""
    version = service.sha256[:12]
    probes, paths = _probes(), {}
    paths["/v2"] = _get("Describe the server", {"type": "object"})
    paths["/v2/health/live"], paths["/v2/health/ready"] = probes["/health/live"], probes["/health/ready"]
    for path, fixed in (
        ("/v2/models/{model}", {"model": service.name}),
        ("/v2/models/{model}/versions/{version}", {"model": service.name, "version": version}),
    ):
        given = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "enum": [value]}}
            for name, value in fixed.items()
        ]
        failures = (*OF_ALL, 404)
        paths[path] = _get("Describe the model's tensors", {"type": "object"}, failures, parameters=given)
        ready = _get("Whether calls are welcome", _flag("ready"), failures, parameters=given)
        ready["get"]["responses"]["503"] = _response("about to stop", {"schema": _flag("ready")})
        paths[f"{path}/ready"] = ready
        call = _call(
            "Answer a tensor of names",
            "InferRequest",
            "InferResponse",
            {"names": {"inputs": [TENSOR]}, "origins": {"inputs": [TENSOR], "outputs": [{"name": "origin"}]}},
            parameters=given,
        )
        call["post"]["responses"] |= _failures((404,))
        paths[f"{path}/infer"] = call
    return paths


def _schemas(service: Service) -> Schema:
    """The messages, as narrow as the served model and the limits make them."""
    _, found = msgspec.json.schema_components(KINDS, ref_template="#/components/schemas/{name}")
    clf = service.classifier
    levels, labels = list(clf.tree.levels), [*clf.origins, *clf.groups, *clf.regions]
    found["Origin"] = {"type": "string", "enum": list(clf.origins)}
    found["Label"] = {"type": "string", "enum": list(dict.fromkeys(labels))}
    found["Answer"]["properties"]["id"] = {
        "type": ["string", "integer", "null"],
        "description": "given with the name",
    }
    restrict = {
        "anyOf": [{"type": "array", "items": _ref("Label"), "minItems": 1}, {"type": "null"}],
        "default": None,
    }
    for name in ("PredictRequest", "CompositionRequest"):
        fields = found[name]["properties"]
        fields["names"]["maxItems"] = service.limits.max_names
        fields["level"]["enum"], fields["restrict"] = levels, restrict
    for name, field, least, most, default in WHOLE:
        numbers = {"minimum": least, "maximum": most, "default": default}
        found[name]["properties"][field] = {"type": "integer", **numbers}
    for choice in found["PredictRequest"]["properties"]["prior"]["anyOf"]:
        if choice.get("type") == "object":
            choice |= {"propertyNames": _ref("Label"), "minProperties": 1}
    found["ExplainRequest"]["properties"]["origin"]["anyOf"] = [_ref("Origin"), {"type": "null"}]
    found["InferRequest"] = _infer_request()
    return found


def _infer_request() -> Schema:
    """The calls that the protocol allows and this model answers."""
    tensor = {
        "type": "object",
        "required": ["name", "shape", "datatype", "data"],
        "properties": {
            "name": {"const": "names"},
            "datatype": {"const": "BYTES"},
            "shape": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0},
                "minItems": 1,
                "maxItems": 1,
            },
            "data": {"type": "array", "items": {"type": "string"}},
        },
    }
    outputs = ["origin", "status", "reason", "probabilities"]
    wanted = {"type": "object", "required": ["name"], "properties": {"name": {"enum": outputs}}}
    options = {
        "full_names": {"type": "boolean"},
        "order": {"enum": ["auto", "given-first", "surname-first"]},
        "prior": {"enum": ["default", "training", "uniform"]},
        "restrict": {"type": "string", "description": "origins, with commas between them"},
    }
    return {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "id": {"type": ["string", "null"]},
            "inputs": {"type": "array", "items": tensor, "minItems": 1, "maxItems": 1},
            "outputs": {"type": ["array", "null"], "items": wanted},
            "parameters": {"type": "object", "properties": options, "additionalProperties": False},
        },
    }
