"""What fetches the address that it is given, and refuses one that it cannot reach."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, RefusedError, Service


def make_app(seed: int) -> FastAPI:
    """Role "thing", and "import", which knows no other hosts than the one it is asked at."""
    service = Service(seed)
    thing = Kind(service, "thing").with_all()
    field = service.names.cased(service.names.text(), "url")
    body = {
        "type": "object", "properties": {field: {"type": "string", "format": "uri"}},
        "required": [field],
    }  # fmt: skip

    def fetched(call: Call) -> Item:
        if urlsplit(call.body[field]).netloc != call.headers["host"]:
            raise RefusedError(400, "The connection could not be established.")
        return {"read": True}

    service.operation("import", "POST", f"{thing.path}/fetch", fetched, body=body)
    return service.finish()
