"""The routes of /v1, of health and metrics, and the page."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cognomen import __version__
from cognomen.apps.server.messages import (
    READING,
    CompositionRequest,
    ExplainRequest,
    PredictRequest,
    answers_of,
    encode,
    texts_of,
)
from cognomen.apps.server.openapi import describe
from cognomen.apps.server.service import Service, options_of
from cognomen.explanation.explanation import explain as explain_name

ANSWERED = (*READING, "top_k", "level", "coverage", "prior", "restrict", "abstain_below")
COMPOSED = (*READING, "level", "restrict", "seed")


def json(value: object, status: int = 200, **headers: str) -> Response:
    """A response of JSON."""
    return Response(encode(value), status, headers, "application/json")


def service_of(request: Request) -> Service:
    """What the routes share."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


async def predict(request: Request) -> Response:
    """Answer names."""
    service = service_of(request)
    async with service.call(request, PredictRequest) as asked:
        service.check_count(len(asked.names))
        answers, order = await service.batcher.answer(texts_of(asked.names), **options_of(asked, *ANSWERED))
        found = {"answers": answers_of(asked.names, answers), "order": order.to_json()}
        return json({"model": service.name, **found})


async def composition(request: Request) -> Response:
    """Estimate the shares of the origins in a list."""
    service = service_of(request)
    async with service.call(request, CompositionRequest) as asked:
        service.check_count(len(asked.names))
        options = options_of(asked, *COMPOSED)
        compose = partial(service.classifier.composition, asked.names, counts=asked.counts, **options)
        found = await service.apart(compose)
        return json({"model": service.name, **found.to_json()})


async def explain(request: Request) -> Response:
    """Attribute an answer to the letters of a name."""
    service = service_of(request)
    async with service.call(request, ExplainRequest) as asked:
        clf = service.classifier
        found = await service.apart(
            partial(explain_name, clf, asked.name, asked.origin, full_names=asked.full_names)
        )
        return json({"model": service.name, **found.to_json()})


async def model(request: Request) -> Response:
    """Describe the model."""
    service = service_of(request)
    return json(facts_of(service))


def facts_of(service: Service) -> dict[str, Any]:
    """What is known of a model, as JSON values."""
    clf = service.classifier
    return {
        "name": service.name,
        "sha256": service.sha256,
        "cognomen": __version__,
        "origins": list(clf.origins),
        "tree": clf.tree.to_json(),
        "default_prior": None if clf.default_prior is None else list(clf.default_prior.shares),
        "training_prior": list(clf.priors),
        "limits": {"names": service.limits.max_names, "body": service.limits.max_body},
        "card": clf.card,
    }


async def live(_request: Request) -> Response:
    """Say that the process runs."""
    return json({"live": True})


async def ready(request: Request) -> Response:
    """Say whether calls are welcome."""
    stopping = service_of(request).stopping
    return json({"ready": not stopping}, 503 if stopping else 200)


async def metrics(request: Request) -> Response:
    """Give the counters."""
    counted = service_of(request).metrics
    return Response(counted.text(), media_type=counted.content_type)


async def openapi(request: Request) -> Response:
    """Describe the interface."""
    return json(describe(service_of(request)))


async def page(request: Request) -> Response:
    """Show the page."""
    return HTMLResponse(await service_of(request).page())


ROUTES = [
    Route("/", page),
    Route("/openapi.json", openapi),
    Route("/health/live", live),
    Route("/health/ready", ready),
    Route("/metrics", metrics),
    Route("/v1/predict", predict, methods=["POST"]),
    Route("/v1/composition", composition, methods=["POST"]),
    Route("/v1/explain", explain, methods=["POST"]),
    Route("/v1/model", model),
]
