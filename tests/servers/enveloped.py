"""Answers in an envelope, and a create that is described by what is answered.

What the server sets itself is documented for the create too, and refused there as if hidden.
An update has to bring what only a read of the thing tells. Things are also looked up by their
label, and a log, empty at first, says what was done. Several are changed at once, or all of them
where none is named.
"""

from __future__ import annotations

from secrets import token_hex

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service

_SET_BY_SERVER = {
    "id": {"type": "string", "example": "8cbb43fe-4cdf-4991-8352-c461779cec02"},
    "created_at": {"type": "string", "format": "date-time", "example": "2020-01-01T00:00:00Z"},
    "group": {"type": "string", "example": "63716273-0f29-4648-8a2a-2af2948f6f78"},
}


def make_app(seed: int) -> FastAPI:
    """Roles "thing" (all operations), "change things", "look up thing", "list log", "read log"."""
    service = Service(seed)
    names = service.names
    entry = names.resource()
    log: dict[str, Item] = {}
    seal = names.text()

    def checked(call: Call, key: Key, body: Item) -> None:
        if call.operation.startswith("POST"):
            if seal in body or not _SET_BY_SERVER.keys().isdisjoint(body):
                raise RefusedError(403, "You may not do this.")
            body[seal] = token_hex(8)
            number = f"{entry.one}-{len(log) + 1}"
            log[number] = {"id": number, "text": "made"}
        elif body.get(seal) != thing.held[key][seal]:
            raise RefusedError(400, "Refused.")

    thing = Kind(service, "thing", {seal: TEXT}, optional=[seal], check=checked)
    thing.body["additionalProperties"] = True
    members = {**_SET_BY_SERVER, **thing.members}
    told = {"type": "object", "properties": members, "required": thing.body["required"]}
    envelope = {"type": "object", "properties": {"data": thing.shape}}

    def wrapped(_call: Call, _key: Key, item: Item) -> Item:
        return {"data": item}

    thing.with_list().with_create(told=told, reply=wrapped, answer=envelope)
    service.operation(
        "read thing", "GET", thing.item_path, lambda c: {"data": thing.found(c)}, answer=envelope
    )
    thing.with_update().with_delete()

    label = service.fields["label of thing"]

    def changed(call: Call) -> Item:
        if not call.body.get("ids"):
            service.traps_touched.append(call.operation)  # it is about all things then
        items = [i for i in thing.held.values() if i[thing.identifier] in call.body.get("ids", ())]
        if len(items) != len(call.body.get("ids", ())):
            raise RefusedError(404, "There is no such thing.")
        for item in items:
            item.update(call.body.get("changes", {}))
        return {"data": items}

    title = thing.noun.one.capitalize()
    ids = {"type": "array", "items": service.schemas[title]["properties"][thing.identifier]}
    changes = {"type": "object", "properties": {label: TEXT}}
    bulk = {"type": "object", "properties": {"changes": changes, "ids": ids}}
    service.operation("change things", "PATCH", thing.path, changed, body=bulk)

    def looked_up(call: Call) -> Item:
        for item in thing.held.values():
            if item[label] == call.path[label]:
                return {"data": item}
        raise RefusedError(404, "There is nothing like that.")

    path = f"{thing.path}/{label}/{{{label}}}"
    service.operation("look up thing", "GET", path, looked_up, answer=envelope)

    shape = {"type": "object", "properties": {"id": {"type": "string"}, "text": TEXT}}
    logs = names.path(entry.many)

    def told_of(call: Call) -> Item:
        if call.path["id"] not in log:
            raise RefusedError(404, "There is no such entry.")
        return log[call.path["id"]]

    service.operation(
        "list log", "GET", logs, lambda _: [*log.values()],
        answer={"type": "array", "items": shape},
    )  # fmt: skip
    service.operation("read log", "GET", f"{logs}/{{id}}", told_of, answer=shape)
    return service.finish()
