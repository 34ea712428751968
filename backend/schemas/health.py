"""How the service is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backend.schemas.common import Answer


class RunSlots(Answer):
    """How many tests may run at the same time, over all processes of the service."""

    slots: int = Field(ge=1)
    running: int = Field(ge=0)
    pending: int = Field(ge=0)
    free_slots: int = Field(ge=0)


class DatabaseHealth(Answer):
    """Which database keeps the results."""

    status: Literal["ok"] = "ok"
    kind: str = Field(description="sqlite or postgresql.")


class Health(Answer):
    """The service is alive and ready. When it is not, the answer is a problem with status 503."""

    status: Literal["ok"] = "ok"
    database: DatabaseHealth
    runs: RunSlots
    versions: dict[str, str] = Field(examples=[{"stress-api": "1.0", "python": "3.12.3"}])


class Alive(Answer):
    """The process answers."""

    status: Literal["ok"] = "ok"
