"""An operation whose name says nothing, and after which everybody has to sign in again."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, RefusedError, Service


def make_app(seed: int) -> FastAPI:
    """Roles "login", "thing" and "quiet", the trap; credentials "username" and "password"."""
    service = Service(seed)
    service.credentials |= {"username": "keeper", "password": "of-the-gate-17"}
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    valid: set[str] = set()

    def login(call: Call) -> Item:
        if call.body != service.credentials:
            raise RefusedError(401, "Wrong user name or password.")
        valid.add(token := uuid4().hex)
        return {"token": token}

    def guard(call: Call) -> None:
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in valid:
            raise RefusedError(401, "The token is missing or has expired.")

    def quiet(_: Call) -> Item:
        valid.clear()
        return {"done": True}

    body = {
        "type": "object", "properties": {"username": TEXT, "password": TEXT},
        "required": ["username", "password"],
    }  # fmt: skip
    path = service.names.path
    answer = {"type": "object", "properties": {"token": {"type": "string"}}}
    service.operation("login", "POST", path("login"), login, body=body, answer=answer,
                      guarded=False)  # fmt: skip
    service.guard = guard
    Kind(service, "thing").with_all()
    place = path(service.names.resource().one)
    service.trap("quiet", "POST", place, quiet, answer={"type": "object"})
    return service.finish()
