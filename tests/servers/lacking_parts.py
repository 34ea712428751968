"""Things that can be made with less than others need of them; only the refusal says what lacks."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service


def make_app(seed: int) -> FastAPI:
    """Roles "base" and "extra"; "flagged" needs a base with a flag, "backed" one with an extra.

    Role "pointing" refers to what a "holder" may be made with: its parts have ids of their own.
    """
    service = Service(seed)
    names = service.names
    extra = Kind(service, "extra").with_all()
    word = names.text()
    flag, back = names.cased("is", word), names.reference(extra.noun)
    members = {flag: {"type": "boolean", "default": False}}
    base = Kind(service, "base", members, refers={back: extra}, optional=(flag, back)).with_all()
    field = names.reference(base.noun)

    def flagged(_: Call, __: Key, body: Item) -> None:
        if not base.held[(str(body[field]),)].get(flag):
            raise RefusedError(403, f"This is only possible for {word} things.")

    def backed(_: Call, __: Key, body: Item) -> None:
        if back not in base.held[(str(body[field]),)]:
            raise RefusedError(400, f"There is no associated {extra.noun.one}.")

    for role, check in (("flagged", flagged), ("backed", backed)):
        kind = Kind(service, role, refers={field: base}, check=check)
        kind.with_list().with_create().with_read().with_delete()

    inner = names.resource()

    def with_ids(_: Call, __: Key, item: Item) -> Item:
        for number, one in enumerate(item.get(inner.many, ())):
            one["id"] = f"{item[holder.identifier]}-{number}"
        return item

    part = {"type": "object", "properties": {names.text(): TEXT}}
    several = {inner.many: {"type": "array", "items": part}}
    holder = Kind(service, "holder", several, optional=(inner.many,))
    holder.with_list().with_create(reply=with_ids).with_read().with_delete()

    def known_part(_: Call, __: Key, body: Item) -> None:
        own = [one["id"] for item in holder.held.values() for one in item.get(inner.many, ())]
        if body[inner_field] not in own:
            raise RefusedError(404, f"{inner_field}: there is no such {inner.one}.")

    inner_field = names.cased(inner.one, "id")
    pointing = Kind(service, "pointing", {inner_field: TEXT}, check=known_part)
    pointing.with_list().with_create().with_read().with_delete()
    return service.finish()
