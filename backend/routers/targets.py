"""Looks at a target before it is tested. Documents are read in a child process."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from backend.access import Caller, PinnedTarget, check_target, service_addresses_of
from backend.inspection import Job
from backend.routers.answering import json_answer
from backend.routers.parts import CallerHere, Parts, PartsHere
from backend.schemas.targets import (
    EndpointList,
    EndpointsAsked,
    Inspection,
    SampleAsked,
    SampleList,
    ValidatedTarget,
)

router = APIRouter(prefix="/api", tags=["Targets"])


@router.post(
    "/validate-target",
    operation_id="validate_target",
    summary="Whether a target can be tested",
    response_model=ValidatedTarget,
)
def validate_target(
    asked: Inspection, request: Request, caller: CallerHere, parts: PartsHere
) -> Response:
    """Is it reachable, does it serve an API document, which, with what title and version.

    A target that cannot be tested is no error: `usable` is false, and `problem` says why.
    """
    target = allowed_target(asked.target_url, caller, parts, request)
    job = Job("validate", target.url, target.pins, asked.headers or {})
    return json_answer(parts.inspector.ask(job))


@router.post(
    "/openapi-endpoints",
    operation_id="list_endpoints",
    summary="Every endpoint of a target",
    response_model=EndpointList,
)
def list_endpoints(
    asked: EndpointsAsked, request: Request, caller: CallerHere, parts: PartsHere
) -> Response:
    """Method, path, parameters, body, security and application of each, as its document says.

    Schemas are JSON Schema 2020-12, whatever version of OpenAPI or Swagger the document has.
    """
    url, pins = _source(asked, request, caller, parts)
    job = Job("endpoints", url, pins, asked.headers or {}, asked.document)
    return json_answer(parts.inspector.ask(job))


@router.post(
    "/generate-sample-data",
    operation_id="generate_sample_data",
    summary="Valid requests for one endpoint",
    response_model=SampleList,
)
def generate_sample_data(
    asked: SampleAsked, request: Request, caller: CallerHere, parts: PartsHere
) -> Response:
    """Realistic parameters and bodies, as a test would send them. The same seed gives the same."""
    url, pins = _source(asked, request, caller, parts)
    job = Job(
        "samples",
        url,
        pins,
        asked.headers or {},
        asked.document,
        method=asked.method,
        path=asked.path,
        count=asked.count,
        seed=asked.seed,
    )
    return json_answer(parts.inspector.ask(job))


def allowed_target(url: str, caller: Caller, parts: Parts, request: Request) -> PinnedTarget:
    """The target with the addresses that may be used. Raises Problem (403, 422)."""
    own = service_addresses_of(request, parts.settings)
    return check_target(url, caller, parts.settings, own)


def _source(
    asked: EndpointsAsked, request: Request, caller: Caller, parts: Parts
) -> tuple[str, tuple[str, ...]]:
    """The target's URL and pins; of a document that was given nothing is requested."""
    if asked.target_url is None or asked.document is not None:
        return asked.target_url or "", ()
    target = allowed_target(asked.target_url, caller, parts, request)
    return target.url, target.pins
