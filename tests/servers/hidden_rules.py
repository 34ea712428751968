"""Rules that no document states: a least length, a date not in the future, one of two members."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import DAY, TEXT, Kind
from tests.servers.service import Service

LEAST_LENGTH = 24


def make_app(seed: int, style: str = "fastapi") -> FastAPI:
    """Role "thing": "long", "past", and exactly one of "one" and "other".

    Complaints come in one of the styles of `error_formats.FORMATS`.
    """
    service = Service(seed, style)
    names = service.names
    service.fields |= {
        "long": names.text(), "past": names.day(), "one": names.text(), "other": names.text()
    }  # fmt: skip
    fields = service.fields
    rules = {
        fields["long"]: {**TEXT, "minLength": LEAST_LENGTH},
        fields["past"]: {**DAY, "x-past": True},
        fields["one"]: TEXT,
        fields["other"]: TEXT,
    }
    kind = Kind(service, "thing", rules, optional=(fields["one"], fields["other"]))
    told = {
        "type": "object",
        "properties": {**kind.members, fields["long"]: {"type": "string"}},
        "required": [service.fields["label of thing"], fields["long"], fields["past"]],
    }
    kind.body["x-either"] = (fields["one"], fields["other"])
    kind.with_list().with_create(told=told).with_read().with_delete()
    return service.finish()
