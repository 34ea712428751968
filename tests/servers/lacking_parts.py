"""Things that can be made with less than others need of them; only the refusal says what lacks."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service


def make_app(seed: int) -> FastAPI:
    """Roles "base" and "extra"; "flagged" needs a base with a flag, "backed" one with an extra."""
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
    return service.finish()
