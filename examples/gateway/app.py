"""The gateway: its own few routes, and the services that are mounted under it."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, Field

from examples.gateway.accounts import Credentials, create_accounts_app
from examples.gateway.delays import delaying, require_known_routes
from examples.gateway.documents import create_documents_app
from examples.gateway.schemas import Health

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "Demo gateway"
VERSION = "2.0.0"
NO_DELAYS: Mapping[tuple[str, str], float] = MappingProxyType({})

router = APIRouter(tags=["gateway"])


class Welcome(BaseModel):
    """Where to go from the root page."""

    name: str
    version: str
    docs_url: str
    services_url: str


class GatewayStatus(BaseModel):
    """How the gateway is doing."""

    status: str = Field(examples=["ok"])
    version: str
    uptime_seconds: float
    services: dict[str, str] = Field(description="The state of each mounted service.")


class Service(BaseModel):
    """An application that is mounted under the gateway."""

    name: str
    title: str
    version: str
    prefix: str
    docs_url: str
    openapi_url: str


def create_app(
    delays: Mapping[tuple[str, str], float] = NO_DELAYS,
    credentials: Credentials | None = None,
    at_a_time: int | None = None,
) -> FastAPI:
    """The gateway with empty services; `delays` are seconds by method and path template.

    With `at_a_time`, only so many delayed requests are served at once.
    Raises DelayError where a delay names a route that does not exist.
    """
    dependencies = delaying(delays, at_a_time)
    app = FastAPI(
        title=NAME,
        version=VERSION,
        description="One door to the document service and the account service.",
        dependencies=dependencies,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(router)
    mounted = {
        "/api/v1/documents": create_documents_app(dependencies),
        "/api/v1/accounts": create_accounts_app(credentials or Credentials(), dependencies),
    }
    for prefix, service in mounted.items():
        app.mount(prefix, service)
    app.state.services = [_listed(prefix, service) for prefix, service in mounted.items()]
    app.state.started = time.monotonic()
    require_known_routes(delays, app)
    return app


def _listed(prefix: str, service: FastAPI) -> Service:
    return Service(
        name=prefix.rpartition("/")[2],
        title=service.title,
        version=service.version,
        prefix=prefix,
        docs_url=f"{prefix}{service.docs_url}",
        openapi_url=f"{prefix}{service.openapi_url}",
    )


@router.get("/")
async def welcome() -> Welcome:
    """Say what this is and where its documentation stands."""
    return Welcome(name=NAME, version=VERSION, docs_url="/docs", services_url="/gateway/services")


@router.get("/health")
async def gateway_health() -> Health:
    """Say whether the gateway can do its work."""
    return Health(status="ok")


@router.get("/gateway/status")
async def gateway_status(request: Request) -> GatewayStatus:
    """Give the state of the gateway and of every service behind it."""
    state = request.app.state
    return GatewayStatus(
        status="ok",
        version=VERSION,
        uptime_seconds=round(time.monotonic() - state.started, 3),
        services={service.name: "up" for service in state.services},
    )


@router.get("/gateway/services")
async def gateway_services(request: Request) -> list[Service]:
    """List the mounted services with their prefixes and documentation."""
    services: list[Service] = request.app.state.services
    return services


@router.get("/docs/openapi.json", include_in_schema=False)
async def openapi_beside_docs(request: Request) -> dict[str, Any]:
    """Give the OpenAPI document a second time, where some clients look for it."""
    document: dict[str, Any] = request.app.openapi()
    return document
