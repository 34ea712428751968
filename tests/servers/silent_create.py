"""A create that says nothing of what it made: an invitation is answered 204, and makes a guest."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Reply, Service


def make_app(seed: int) -> FastAPI:
    """Role "guest" (all operations), and "invite guest"."""
    service = Service(seed)
    guest = Kind(service, "guest", {"email": {"type": "string", "format": "email"}}).with_all()

    def invited(call: Call) -> Reply:
        guest.add(call)
        return Reply(status=204)

    path = f"{guest.path}/invite"
    service.operation("invite guest", "POST", path, invited, body=guest.body, status=204)
    return service.finish()
