"""Things that others refer to by name: whoever renames them breaks the others."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service


class _Referring(Kind):
    """It fails for every call while what it refers to is not there by that name."""

    named: Kind

    def found(self, call: Call) -> Item:
        item = super().found(call)
        if not _is_there(self.named, item[self.named.noun.one]):
            raise RefusedError(500, f"Missing {self.named.noun.one} of this {self.noun.one}.")
        return item


def _is_there(named: Kind, name: Any) -> bool:
    return any(item["name"] == name for item in named.held.values())


def make_app(seed: int) -> FastAPI:
    """Role "named" has a name, by which "referring" refers to it."""
    service = Service(seed)
    named = Kind(service, "named", {"name": TEXT}).with_all()

    def by_name(_: Call, __: Key, body: Item) -> None:
        name = body[named.noun.one]
        if not _is_there(named, name):
            raise RefusedError(404, f"No {named.noun.one} with the name '{name}' exists.")

    referring = _Referring(service, "referring", {named.noun.one: TEXT}, check=by_name)
    referring.named = named
    referring.with_list().with_create().with_read().with_delete()
    return service.finish()
