"""What the routes work with, and how they get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from backend.access import Caller, current_caller
from backend.database import Database
from backend.inspection import Inspector
from backend.observability import Metrics
from backend.routers.comparing import Comparisons
from backend.routers.streams import Streams
from backend.runs import RunService
from backend.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Parts:
    """What one process of the service holds while it runs."""

    settings: ServiceSettings
    database: Database
    runs: RunService
    inspector: Inspector
    metrics: Metrics
    streams: Streams
    comparisons: Comparisons


def remember_parts(app: FastAPI, parts: Parts) -> None:
    """Let the routes of this application find them."""
    app.state.parts = parts


def _parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsHere = Annotated[Parts, Depends(_parts_of)]
CallerHere = Annotated[Caller, Depends(current_caller)]
