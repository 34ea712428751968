"""Writes only under `If-Match`, with the ETag of the last read: 428 without, 412 when it is old."""

from __future__ import annotations

import hashlib
import json

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service


def make_app(seed: int, *, documented: bool = True) -> FastAPI:
    """Role "thing"; the header stands in the document, unless it is said that it does not."""
    service = Service(seed)
    header = {"name": "If-Match", "in": "header", "required": True, "schema": TEXT}
    parameters = (header,) if documented else ()

    def tagged(item: Item, status: int = 200) -> Reply:
        return Reply(dict(item), status, {"ETag": _tag(item)})

    def created(_: Call, _key: Key, item: Item) -> Reply:
        return tagged(item, 201)

    def matching(call: Call) -> Item:
        item = kind.found(call)
        given = call.headers.get("if-match")
        if given is None:
            raise RefusedError(428, "If-Match is required.")
        if given != _tag(item):
            raise RefusedError(412, "If-Match does not match the current ETag.")
        return item

    def updated(call: Call) -> Reply:
        item = matching(call)
        item.update(call.body)
        return tagged(item)

    def deleted(call: Call) -> Reply:
        matching(call)
        kind.remove(kind.key(call))
        return Reply(status=204)

    kind = Kind(service, "thing").with_list().with_create(reply=created)
    path, shape = kind.item_path, kind.shape
    service.operation(
        "read thing", "GET", path, lambda call: tagged(kind.found(call)), answer=shape
    )
    service.operation(
        "update thing", "PUT", path, updated, body=kind.body, answer=shape, parameters=parameters
    )
    service.operation("delete thing", "DELETE", path, deleted, status=204, parameters=parameters)
    return service.finish()


def _tag(item: Item) -> str:
    return f'"{hashlib.sha256(json.dumps(item).encode()).hexdigest()[:16]}"'
