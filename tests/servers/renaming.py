"""Things that paths name by a name of theirs, which an update may change."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service


def make_app(seed: int) -> FastAPI:
    """Role "thing": read and deleted by its name, updated by its identifier, with a "new_name"."""
    service = Service(seed)

    def check(_: Call, __: Key, sent: Item) -> None:
        if any(item["name"] == sent["name"] for item in kind.held.values()):
            raise RefusedError(409, "This name is taken.")

    def named(call: Call) -> tuple[Key, Item]:
        for key, item in kind.held.items():
            if item["name"] == call.path[kind.parameter]:
                return key, item
        raise RefusedError(404, f"There is no such {kind.noun.one}.")

    def updated(call: Call) -> Item:
        item = kind.found(call)
        if name := call.body.get("new_name"):
            check(call, (), {"name": name})
            item["name"] = name
        item[label] = call.body[label]
        return item

    def deleted(call: Call) -> Reply:
        kind.remove(named(call)[0])
        return Reply(status=204)

    kind = Kind(service, "thing", {"name": TEXT}, check=check).with_list().with_create()
    label = service.fields["label of thing"]
    changes = {
        "type": "object", "properties": {"new_name": TEXT, label: TEXT}, "required": [label]
    }  # fmt: skip
    path = kind.item_path
    service.operation("read thing", "GET", path, lambda call: named(call)[1], answer=kind.shape)
    service.operation("update thing", "PUT", path, updated, body=changes, answer=kind.shape)
    service.operation("delete thing", "DELETE", path, deleted, status=204)
    return service.finish()
