"""Stages that a thing goes through once each, in their order, and never back."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, Key, RefusedError, Service

_WAYS = ("confirm pack dispatch", "submit review sign", "pay print post")


def make_app(seed: int) -> FastAPI:
    """Role "thing" with the actions "first", "second" and "third"; 409 where it is not the turn."""
    service = Service(seed)
    way = pick(seed, _WAYS).split()
    reached: dict[Key, int] = {}

    def stage(number: int) -> Callable[[Call], Item]:
        def moved(call: Call) -> Item:
            item, key = kind.found(call), kind.key(call)
            if reached.get(key, 0) != number:
                raise RefusedError(409, f"The {kind.noun.one} is at another stage.")
            reached[key] = number + 1
            return item

        return moved

    kind = Kind(service, "thing").with_list().with_create().with_read()
    roles = ("first", "second", "third")
    for number in (2, 1, 0):  # so that the order in the document does not help
        path = f"{kind.item_path}/{way[number]}"
        service.operation(roles[number], "POST", path, stage(number), answer=kind.shape)
    kind.with_delete()
    return service.finish()
