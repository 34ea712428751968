"""A body of which the document says half: the rest is told by lists and reads beside it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.service import Call, RefusedError, Service


def make_app(seed: int) -> FastAPI:
    """Role "thing": its model is one of the names of "list models".

    Its settings, an object for the document, are as the "read model" of that name says.
    """
    service = Service(seed)
    names = service.names
    model, settings = names.cased(names.text(), "name"), names.cased(names.text(), "settings")
    size, label = names.number(), names.text()
    choices = {
        "small": {size: {"type": "integer", "minimum": 1, "maximum": 5}},
        "large": {label: {"type": "string", "enum": ["x", "y"]}},
    }

    def listed(_: Call) -> list[str]:
        return list(choices)

    def told(call: Call) -> dict[str, Any]:
        name = next(iter(call.path.values()))
        if name not in choices:
            raise RefusedError(404, "There is no such model.")
        members = choices[name]
        schema = {"type": "object", "properties": members, "required": list(members)}
        return {"name": name, "schema": schema}

    def check(_: Call, __: object, body: Any) -> None:
        if body[model] not in choices:
            raise RefusedError(400, f"{model}: {body[model]} does not exist.")
        if not choices[body[model]].keys() <= body.get(settings, {}).keys():
            raise RefusedError(400, "The settings do not match the model.")

    members = {model: TEXT, settings: {"type": "object"}}
    thing = Kind(service, "thing", members, check=check, optional=(settings,)).with_all()
    folder = thing.path.rpartition("/")[0]
    path = f"{folder}/{names.resource().many}"
    names_told = {"type": "array", "items": {"type": "string"}}
    service.operation("list models", "GET", path, listed, answer=names_told)
    service.operation("read model", "GET", f"{path}/{{model_name}}", told)
    return service.finish()


def make_referring_app(seed: int) -> FastAPI:
    """Role "note" lies below "place" and is about a "thing" of it, which only the query tells."""
    service = Service(seed)
    place = Kind(service, "place").with_all()
    thing = Kind(service, "thing", parent=place).with_all()
    field = service.names.reference(thing.noun)
    note = Kind(service, "note", parent=place)
    number = service.names.identifiers == "number"
    read = {"type": "integer" if number else "string", "readOnly": True}
    shown = {**note.body, "properties": {**note.members, field: read}}

    def created(call: Call) -> Any:
        key, item = note.parent_key(call), call.query.get(field, "")
        if (*key, item) not in thing.held:
            raise RefusedError(500, "Something went wrong.")
        _, made = note.add(call)
        return made | {field: item}

    note.with_list().with_read().with_delete()
    service.operation("create note", "POST", note.path, created, body=note.body, told=shown,
                      answer=note.shape, status=201)  # fmt: skip
    return service.finish()
