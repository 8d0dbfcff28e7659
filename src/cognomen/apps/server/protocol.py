"""The Open Inference Protocol v2 (KServe, Triton, MLServer, Seldon): the model as a function of tensors.

One input, `names` (BYTES, the shape [N] or [N, 1]). Four outputs: `origin`, `status` and `reason` (BYTES,
[N], "" where there is none), and `probabilities` (FP32, [N, C] in the order of the model's origins, null
where a name cannot be read).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cognomen import __version__
from cognomen.apps.server import routes
from cognomen.apps.server.messages import BadRequestError, InferRequest, Tensor
from cognomen.apps.server.service import Service
from cognomen.classifier.answers import Answer
from cognomen.classifier.options import ORDERS
from cognomen.errors import InputError

VERSION_LETTERS = 12  # of the SHA-256: they tell versions of a model apart
# restrict: origins with commas between them
PARAMETERS = {"full_names": bool, "order": str, "prior": str, "restrict": str}
ALL = 10_000  # origins of an answer: they make the tensor of probabilities

Outputs = dict[str, Callable[[Answer], Any]]


def version_of(service: Service) -> str:
    """The version of the model."""
    return service.sha256[:VERSION_LETTERS]


async def server(_request: Request) -> Response:
    """Describe the server."""
    return routes.json({"name": "cognomen", "version": __version__, "extensions": []})


async def model_metadata(request: Request) -> Response:
    """Describe the model's tensors."""
    service = _service(request)
    return routes.json(
        {
            "name": service.name,
            "versions": [version_of(service)],
            "platform": "cognomen",
            "inputs": [{"name": "names", "datatype": "BYTES", "shape": [-1]}],
            "outputs": [
                {"name": name, "datatype": kind, "shape": [-1, *rest]}
                for name, (kind, rest) in shapes(service).items()
            ],
        }
    )


async def model_ready(request: Request) -> Response:
    """Say whether calls of the model are welcome."""
    service = _service(request)
    facts = {"name": service.name, "ready": not service.stopping}
    return routes.json(facts, 503 if service.stopping else 200)


async def infer(request: Request) -> Response:
    """Answer a tensor of names."""
    service = _service(request)
    async with service.call(request, InferRequest) as asked:
        names, options = names_of(asked), options_of(asked)
        service.check_count(len(names))
        wanted = wanted_of(asked, service)
        answers, _ = await service.batcher.answer(names, **options)
    found = {
        "model_name": service.name,
        "model_version": version_of(service),
        "outputs": [output(name, answers, service) for name in wanted],
    }
    return routes.json(found if asked.id is None else {"id": asked.id, **found})


def shapes(service: Service) -> dict[str, tuple[str, list[int]]]:
    """The outputs: their types, and their sizes but for N."""
    texts: dict[str, tuple[str, list[int]]] = {each: ("BYTES", []) for each in ("origin", "status", "reason")}
    return {**texts, "probabilities": ("FP32", [len(service.classifier.origins)])}


def output(name: str, answers: list[Answer], service: Service) -> dict[str, Any]:
    """One output tensor."""
    kind, rest = shapes(service)[name]
    data: list[Any]
    if name == "probabilities":
        data = [p for answer in answers for p in probabilities(answer, service.classifier.origins)]
    else:
        data = [getattr(answer, name) or "" for answer in answers]
    return {"name": name, "datatype": kind, "shape": [len(answers), *rest], "data": data}


def probabilities(answer: Answer, origins: tuple[str, ...]) -> list[float | None]:
    """Those of all origins in their order: 0 for an excluded one; None if the name could not be read."""
    if not answer.origins:
        return [None] * len(origins)
    found = {each.origin: each.probability for each in answer.origins}
    return [found.get(origin, 0.0) for origin in origins]


def names_of(asked: InferRequest) -> list[str | None]:
    """The names in a call's one input.

    Raises:
        BadRequestError: it has other inputs, or they are not texts.
    """
    if [each.name for each in asked.inputs] != ["names"]:
        raise BadRequestError(422, f"inputs: expected one, names, got {[each.name for each in asked.inputs]}")
    (tensor,) = asked.inputs
    if tensor.datatype != "BYTES":
        raise BadRequestError(422, f"names: expected the datatype BYTES, got {tensor.datatype!r}")
    names = _flat(tensor)
    if not all(isinstance(name, str) for name in names):
        raise BadRequestError(422, "names: expected data of texts")
    return names


def _flat(tensor: Tensor) -> list[Any]:
    """The data of a tensor of the shape [N] or [N, 1], which may be nested as its shape is."""
    shape, data = tensor.shape, tensor.data
    if len(shape) not in (1, 2) or shape[1:] not in ([], [1]):
        raise BadRequestError(422, f"names: expected the shape [N] or [N, 1], got {shape}")
    if len(shape) == 2 and all(isinstance(row, list) and len(row) == 1 for row in data):
        data = [row[0] for row in data]
    if len(data) != shape[0]:
        raise InputError(f"names: expected {shape[0]:,} texts by the shape, got {len(data):,}")
    return data


def options_of(asked: InferRequest) -> dict[str, Any]:
    """The classifier's options among a call's parameters.

    Raises:
        BadRequestError: there are others, or they are of other types.
    """
    given = dict(asked.parameters)
    if given.pop("binary_data_output", False):
        raise BadRequestError(422, "binary_data_output: expected false; this server sends tensors as JSON")
    if unknown := given.keys() - set(PARAMETERS):
        raise BadRequestError(422, f"parameters: expected {', '.join(PARAMETERS)}, got {min(unknown)!r}")
    for name, value in given.items():
        if not isinstance(value, PARAMETERS[name]):
            raise BadRequestError(422, f"{name}: expected a {PARAMETERS[name].__name__}, got {value!r}")
    if given.get("order", "auto") not in ORDERS:
        raise BadRequestError(422, f"order: expected {', '.join(ORDERS)}, got {given['order']!r}")
    if "restrict" in given:
        given["restrict"] = [each.strip() for each in given["restrict"].split(",")]
    return {**given, "top_k": ALL}


def wanted_of(asked: InferRequest, service: Service) -> list[str]:
    """The outputs that are asked for; all of them if none is named.

    Raises:
        BadRequestError: there is no such output, or it is to be binary.
    """
    known = list(shapes(service))
    for each in asked.outputs or ():
        if each.name not in known:
            raise BadRequestError(422, f"outputs: expected {', '.join(known)}, got {each.name!r}")
        if each.parameters.get("binary_data"):
            raise BadRequestError(422, "binary_data: expected false; this server sends tensors as JSON")
    return [each.name for each in asked.outputs or ()] or known


def _service(request: Request) -> Service:
    """What the routes share, if the path names its model.

    Raises:
        HTTPException: it names another.
    """
    service = routes.service_of(request)
    served = {"model": service.name, "version": version_of(service)}
    for what, asked in request.path_params.items():
        if asked != served[what]:
            raise HTTPException(404, f"{what}: expected {served[what]!r}, got {asked!r}")
    return service


MODEL = "/v2/models/{model}"
VERSION = MODEL + "/versions/{version}"
ROUTES = [
    Route("/v2", server),
    Route("/v2/health/live", routes.live),
    Route("/v2/health/ready", routes.ready),
    *(Route(path, model_metadata) for path in (MODEL, VERSION)),
    *(Route(f"{path}/ready", model_ready) for path in (MODEL, VERSION)),
    *(Route(f"{path}/infer", infer, methods=["POST"]) for path in (MODEL, VERSION)),
]
