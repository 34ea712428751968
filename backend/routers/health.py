"""How the service is: for people, orchestrators and Prometheus."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter
from starlette.responses import Response

from backend.database.queries import queue
from backend.observability.metrics import CONTENT_TYPE
from backend.routers.parts import PartsHere
from backend.schemas.health import Alive, DatabaseHealth, Health, RunSlots
from benchmark import __version__

router = APIRouter(tags=["Health"])

_PACKAGES = ("locust", "fastapi", "sqlalchemy")


@router.get("/health", operation_id="get_health", summary="Whether the service is ready")
def get_health(parts: PartsHere) -> Health:
    """Alive and ready: the database answers, and so many tests could start now.

    503 where the database is away. To know that the process is alive, ask `/health/live`.
    """
    with parts.database.reading() as session:
        counts = queue.counts(session)
    slots = parts.settings.slots
    return Health(
        database=DatabaseHealth(kind=parts.database.kind),
        runs=RunSlots(
            slots=slots,
            running=counts.running,
            pending=counts.pending,
            free_slots=max(0, slots - counts.running),
        ),
        versions=_versions(),
    )


@router.get("/health/live", operation_id="get_liveness", summary="Whether the process is alive")
async def get_liveness() -> Alive:
    """The process answers. Nothing else is looked at, so nothing else makes it restart."""
    return Alive()


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_metrics(parts: PartsHere) -> Response:
    """Requests by route and status, and tests that wait and run, in Prometheus' text format."""
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE)


@cache
def _versions() -> dict[str, str]:
    found = {"stress-api": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
