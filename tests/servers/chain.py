"""Four resources, each below the one before, and every list empty at the start."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Service

ROLES = ("first", "second", "third", "fourth")


def make_app(seed: int) -> FastAPI:
    """Roles "first" to "fourth"; a parent cannot be deleted before its children."""
    service = Service(seed)
    parent: Kind | None = None
    for role in ROLES:
        parent = Kind(service, role, parent=parent).with_all()
    return service.finish()
