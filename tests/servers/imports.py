"""Undocumented uploads: a field with a name of its own, a file that holds items."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, RefusedError, Reply, Service

_FORM = "multipart/form-data"


def make_app(seed: int) -> FastAPI:
    """Role "thing" below "place"; "import" takes a file of things, the same ones once for a place.

    "upload" takes any file in a field that only its summary names, and answers its id in plain
    text; "stored" wants that as a query parameter, of which the document says nothing.
    """
    service = Service(seed)
    names = service.names
    place = Kind(service, "place").with_all()
    thing = Kind(service, "thing", parent=place).with_all()
    field, label = names.text(), service.fields["label of thing"]
    seen: set[tuple[str, ...]] = set()

    def brought_in(call: Call) -> Reply:
        key = thing.parent_key(call)
        if "file" not in call.body:
            raise RefusedError(400, "Empty content")
        try:
            items = json.loads(call.body["file"])
            labels = [item[label] for item in items]
        except (ValueError, TypeError, KeyError) as error:
            raise RefusedError(400, "The file format is invalid.") from error
        for text in labels:
            if (*key, text) in seen:
                raise RefusedError(400, "There is a thing of that name already.")
            seen.add((*key, text))
        return Reply(status=201)

    files: set[str] = set()

    def uploaded(call: Call) -> Reply:
        if field not in call.body:
            raise RefusedError(400, "Could not find the field in the request.")
        files.add(token := uuid4().hex)
        return Reply(text=token)

    def stored(call: Call) -> Any:
        if "id" not in call.query:
            raise RefusedError(400, "A required parameter is missing.")
        if call.query["id"] not in files:
            raise RefusedError(404, "Not found")
        return {"size": 1}

    some: dict[str, Any] = {"type": "object", "properties": {}}
    service.operation("import", "POST", f"{place.item_path}/{thing.noun.one}-import", brought_in,
                      body=some, media=_FORM, tell_body=False, status=201)  # fmt: skip
    service.operation("upload", "POST", names.path("process"), uploaded, body=some, media=_FORM,
                      tell_body=False, summary=f"Stores the file of a {field} form")  # fmt: skip

    def dropped(call: Call) -> Reply:
        if call.path["token"] not in files:
            raise RefusedError(404, "Not found")
        files.remove(call.path["token"])
        return Reply(status=204)

    service.operation("stored", "GET", names.path("restore"), stored)
    service.operation("drop", "DELETE", names.path("process", "{token}"), dropped, status=204)
    return service.finish()
