"""One list holds things of several sorts; others refer to those of one sort, or to any kind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service

_SORTS = 3


def make_app(seed: int) -> FastAPI:
    """Role "part" is only listed, each of a sort; "whole" maps sorts to parts and needs two.

    Role "user" needs a part of one sort, in a field named after the sort; "note" refers to a part
    or a whole, and says to which.
    """
    service = Service(seed)
    service.names.identifiers = "uuid"
    parts = Kind(service, "part")
    parts.identifier = "id"
    del service.store[parts.path]
    sorts = [service.names.resource().one for _ in range(_SORTS)]
    for number in range(2 * _SORTS):
        own = str(uuid4())
        sort = sorts[number % _SORTS]
        parts.held[(own,)] = {"id": own, "type": sort, service.fields["label of part"]: f"{number}"}
    parts.with_list().with_read()

    def of_sort(sort: str, own: Any) -> bool:
        return parts.held.get((str(own),), {}).get("type") == sort

    def is_whole(_: Call, __: Key, body: Item) -> None:
        sent = body[parts.noun.many]
        needed = sorts[:2]
        if any(sort not in sent for sort in needed):
            raise RefusedError(422, f"A whole must contain at least {' and '.join(needed)}.")
        for sort, ids in sent.items():
            if not ids or not all(of_sort(sort, own) for own in ids):
                raise RefusedError(404, f"The {sort} was not found.")

    ids = {"type": "array", "items": {"type": "string", "format": "uuid"}}
    members = {parts.noun.many: {"type": "object", "additionalProperties": ids}}
    whole = Kind(service, "whole", members, check=is_whole)
    whole.with_list().with_create().with_read().with_delete()

    field = service.names.cased(sorts[2], "id")

    def uses(_: Call, __: Key, body: Item) -> None:
        if not of_sort(sorts[2], body[field]):
            raise RefusedError(404, f"The {sorts[2]} with the id {body[field]} was not found.")

    reference = {"type": "string", "format": "uuid"}
    user = Kind(service, "user", {field: reference}, check=uses)
    user.with_list().with_create().with_read().with_delete()

    kind_field, id_field = (service.names.cased("target", end) for end in ("type", "id"))
    targets = {whole.noun.one: whole, user.noun.one: user}

    def refers(_: Call, __: Key, body: Item) -> None:
        if (str(body[id_field]),) not in targets[body[kind_field]].held:
            raise RefusedError(404, f"There is no such {body[kind_field]}.")

    choice = {"type": "string", "enum": list(targets)}
    noted = {kind_field: choice, id_field: reference}
    note = Kind(service, "note", noted, check=refers)
    note.with_list().with_create().with_read().with_delete()
    return service.finish()
