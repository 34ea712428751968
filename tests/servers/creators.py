"""Create and list operations with unusual answers: `Location` alone, a map by id, bare ids."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, Reply, Service


def make_app(seed: int) -> FastAPI:
    """Roles "located" (201, no body), "mapped" (listed as `{id: item}`), "bare" (ids alone)."""
    service = Service(seed)

    def located(_: Call, key: Key, _item: Item) -> Reply:
        return Reply(status=201, headers={"Location": f"{first.path}/{key[-1]}"})

    first = Kind(service, "located")
    first.with_create(reply=located, answer=None).with_read().with_update().with_delete()

    second = Kind(service, "mapped")
    by_id = {"type": "object", "additionalProperties": second.shape}

    def mapped(_: Call) -> dict[str, Item]:
        return {key[-1]: _without(item, second.identifier) for key, item in second.held.items()}

    def created(_: Call, key: Key, item: Item) -> dict[str, Item]:
        return {key[-1]: _without(item, second.identifier)}

    service.operation("list mapped", "GET", second.path, mapped, answer=by_id)
    second.with_create(reply=created, answer=by_id).with_read().with_update().with_delete()

    third = Kind(service, "bare")
    identifier = {"type": "integer" if service.names.identifiers == "number" else "string"}
    ids = {"type": "array", "items": identifier}

    def bare(_: Call) -> list[object]:
        return [item[third.identifier] for item in third.held.values()]

    def told(_: Call, _key: Key, item: Item) -> object:
        return item[third.identifier]

    service.operation("list bare", "GET", third.path, bare, answer=ids)
    third.with_create(reply=told, answer=identifier).with_read().with_update().with_delete()
    return service.finish()


def _without(item: Item, name: str) -> Item:
    return {key: value for key, value in item.items() if key != name}
