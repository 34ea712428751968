"""Two things that belong to owners: what joins them wants both of the same owner."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service


def make_app(seed: int) -> FastAPI:
    """Roles "owner", "left" and "right"; "join" and "part" attach a right one to a left one."""
    service = Service(seed)
    owner = Kind(service, "owner").with_all()
    field = service.names.reference(owner.noun)
    left = Kind(service, "left", refers={field: owner}).with_all()
    right = Kind(service, "right", refers={field: owner}).with_all()
    path = f"{left.item_path}/{right.noun.many}/{{{right.parameter}}}"
    joined: set[Key] = set()

    def both(call: Call) -> tuple[Item, Key]:
        key = (call.path[left.parameter], call.path[right.parameter])
        one = left.held.get(key[:1])
        other = right.held.get(key[1:])
        if one is None or other is None or one[field] != other[field]:
            raise RefusedError(404, f"{right.noun.one.capitalize()} {key[1]} not found.")
        return one, key

    def join(call: Call) -> Item:
        one, key = both(call)
        joined.add(key)
        return one

    def part(call: Call) -> Reply:
        _, key = both(call)
        if key not in joined:
            raise RefusedError(404, f"{key[1]} is not attached to {key[0]}.")
        joined.discard(key)
        return Reply(status=204)

    service.operation("part", "DELETE", path, part, status=204)
    service.operation("join", "PUT", path, join, answer=left.shape)
    return service.finish()
