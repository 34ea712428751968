"""A delete on the whole collection that removes the things named in its body, or else all."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Reply, Service


def make_app(seed: int) -> FastAPI:
    """Role "thing" with "delete several", which takes ids; without them it is a trap."""
    service = Service(seed)
    thing = Kind(service, "thing").with_all()
    ids = _ids(service)

    def deleted(call: Call) -> Reply:
        named = {str(each) for each in call.body.get("ids", ())}
        if not named:
            service.traps_touched.append(call.operation)
        for key in [key for key in thing.held if key[-1] in named or not named]:
            thing.remove(key)
        return Reply(status=204)

    service.operation("delete several", "DELETE", thing.path, deleted, body=ids, status=204)
    return service.finish()


def make_ignoring_app(seed: int) -> FastAPI:
    """The same, but "delete several" is a trap whatever it is sent: it deletes all."""
    service = Service(seed)
    thing = Kind(service, "thing").with_all()
    ids = _ids(service)

    def deleted(_: Call) -> Reply:
        thing.held.clear()
        return Reply(status=204)

    service.trap("delete several", "DELETE", thing.path, deleted, body=ids, status=204)
    return service.finish()


def _ids(service: Service) -> dict[str, object]:
    one = {"type": "integer" if service.names.identifiers == "number" else "string"}
    return {"type": "object", "properties": {"ids": {"type": "array", "items": one}}}
