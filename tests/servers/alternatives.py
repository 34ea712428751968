"""Bodies with alternatives, each with hidden rules; sorts that nobody lists; equal settings."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service

_SORTS = ("by_time", "by_event")


def make_app(seed: int, style: str = "fastapi") -> FastAPI:
    """Role "plan" has a body with alternatives, of which one wants exactly one of three members.

    Role "sorted" wants a type that no document lists; "configured" refuses equal settings twice.
    """
    service = Service(seed, style)
    names = service.names
    words = [names.text() for _ in range(3)]
    options = [names.cased(word, "rule") for word in words]
    owner = Kind(service, "owner").with_all()
    field = names.reference(owner.noun)
    label = "label of plan"

    def one_option(_: Call, __: Key, body: Item) -> None:
        given = [name for name in options if name in body]
        listed = ", ".join(words)
        if len(given) > 1:
            raise RefusedError(422, f"You must specify exactly one option ({listed}) for it.")
        if body["type"] != _SORTS[0] or not given:
            raise RefusedError(422, f"You must specify an execution option ({listed}) for it.")

    plan = Kind(
        service, "plan", {"type": TEXT, **dict.fromkeys(options, TEXT)},
        refers={field: owner}, optional=options, check=one_option,
    )  # fmt: skip

    def branch(sort: str, members: dict[str, Any]) -> dict[str, Any]:
        known = {service.fields[label]: TEXT, "type": {"const": sort}, **members}
        needed = [service.fields[label], field]
        reference = plan.members[field]
        return {"type": "object", "properties": {**known, field: reference}, "required": needed}

    told = {"oneOf": [branch(_SORTS[0], dict.fromkeys(options, TEXT)), branch(_SORTS[1], {})]}
    plan.with_list().with_create(told=told).with_read().with_delete()

    def known_type(_: Call, __: Key, body: Item) -> None:
        if body["type"] != "custom":
            raise RefusedError(422, f"Unsupported {sorted_.noun.one} type: {body['type']}.")

    sorted_ = Kind(service, "sorted", {"type": TEXT}, check=known_type)
    sorted_.with_list().with_create().with_read().with_delete()

    def new_settings(_: Call, __: Key, body: Item) -> None:
        settings = json.dumps(body["settings"], sort_keys=True)
        if any(json.dumps(i["settings"], sort_keys=True) == settings for i in kept.held.values()):
            raise RefusedError(409, "One with the same configuration already exists.")

    anything = {"type": "object"}
    kept = Kind(service, "configured", {"settings": anything}, check=new_settings)
    kept.with_list().with_create().with_read().with_delete()
    return service.finish()
