"""403 for what does not exist, so that nobody can tell it from what is hidden."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Service


def make_app(seed: int) -> FastAPI:
    """Roles "parent" and "child", the one below the other."""
    service = Service(seed)
    parent = Kind(service, "parent", missing=403).with_all()
    Kind(service, "child", parent=parent, missing=403).with_all()
    return service.finish()
