"""Puts the guards before an application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.params import Depends
from fastapi.security import HTTPBearer
from starlette.middleware.cors import CORSMiddleware

from backend.access.admission import AccessMiddleware
from backend.access.allow_list import read_allowed, read_public_addresses
from backend.access.body_limit import BodyLimitMiddleware
from backend.access.origins import read_origins
from backend.access.rate_limits import RateLimits
from backend.settings import ServiceSettings
from benchmark.utils.service_tokens import read_token_lines

_EXPOSED = ("Content-Disposition", "Location", "Retry-After", "X-Request-ID")


def install_access(app: FastAPI, settings: ServiceSettings) -> None:
    """Guard every request to `app`. Middleware that is added later sees what is refused, too.

    Raises UsageError for settings that are wrong.
    """
    read_token_lines(settings.tokens)  # now, and not at the first request
    read_allowed(settings.allowed_targets)
    read_public_addresses(settings.public_addresses)
    origins = read_origins(settings.cors_origins)
    limits = RateLimits(settings.requests_per_minute, settings.starts_per_minute)
    app.state.rate_limits = limits
    # What is added last sees a request first.
    app.add_middleware(BodyLimitMiddleware, most=settings.limits.max_body_bytes)
    app.add_middleware(AccessMiddleware, settings=settings, limits=limits)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=_EXPOSED,
            max_age=600,
        )


def documented_security(settings: ServiceSettings) -> list[Depends]:
    """For `FastAPI(dependencies=…)`: with tokens, the document says that routes need one."""
    if not settings.tokens:
        return []
    scheme = HTTPBearer(
        auto_error=False,
        scheme_name="token",
        description="The token that `stress-api token EMAIL` printed.",
    )
    return [Depends(scheme)]
