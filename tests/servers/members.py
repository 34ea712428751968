"""Relations that may be made once, with things that are listed in one place and made in another."""

from __future__ import annotations

from itertools import count
from typing import Any

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, Item, RefusedError, Reply, Service


def make_app(seed: int) -> FastAPI:
    """A "group" has its first "person" in it from the start; each person is in it once at most.

    People are listed, and made at `…/create`; "copy" makes a group out of a group, which only the
    deletion of groups can delete.
    """
    service = Service(seed)
    names = service.names
    group = Kind(service, "group").with_all()
    noun = names.resource()
    numbers = count(2)
    people: list[Item] = [{"id": 1, "nick": "first"}]
    path = names.path(noun.many)
    shape = {"type": "object", "properties": {"id": {"type": "integer"}, "nick": TEXT}}

    def created(call: Call) -> Item:
        people.append({"id": next(numbers), **call.body})
        return people[-1]

    body: dict[str, Any] = {
        "type": "object", "properties": {"nick": TEXT}, "required": ["nick"]
    }  # fmt: skip
    service.operation("list people", "GET", path, lambda _: people,
                      answer={"type": "array", "items": shape})  # fmt: skip
    service.operation("create person", "POST", f"{path}/create", created, body=body,
                      answer=shape, status=201)  # fmt: skip

    def deleted(call: Call) -> Reply:
        number = call.path[names.parameter(noun)]
        if number == "1" or all(str(person["id"]) != number for person in people):
            raise RefusedError(404, "There is no such person.")
        people[:] = [person for person in people if str(person["id"]) != number]
        return Reply(status=204)

    item_path = f"{path}/{{{names.parameter(noun)}}}"
    service.operation("delete person", "DELETE", item_path, deleted, status=204)

    def check(call: Call, key: Any, sent: Any) -> None:
        if all(person["id"] != sent[noun.one] for person in people):
            raise RefusedError(400, f"{noun.one}: object does not exist.")
        members = [item for known, item in member.held.items() if known[:-1] == key]
        if sent[noun.one] == 1 or any(item[noun.one] == sent[noun.one] for item in members):
            raise RefusedError(400, f"This {noun.one} is already assigned to the {group.noun.one}.")

    integer = {"type": "integer", "minimum": 1}
    member = Kind(service, "member", {noun.one: integer}, parent=group, check=check)
    member.with_list().with_create().with_read().with_delete()

    def copied(call: Call) -> Item:
        item = group.found(call)
        own = group.new_identifier(())
        group.held[(str(own),)] = copy = {**item, group.identifier: own}
        return copy

    service.operation("copy", "POST", f"{group.item_path}/clone", copied, answer=group.shape,
                      status=201)  # fmt: skip
    return service.finish()
