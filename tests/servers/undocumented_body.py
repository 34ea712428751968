"""A create operation of whose body the document says nothing; the complaints tell what it needs."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import NUMBER, TEXT, Kind
from tests.servers.service import Service


def make_app(seed: int, style: str = "fastapi") -> FastAPI:
    """Role "thing"; its "text" and its "number" are required. Complaints come in a `style`."""
    service = Service(seed, style)
    service.fields |= {"text": service.names.text(), "number": service.names.number()}
    members = {service.fields["text"]: TEXT, service.fields["number"]: NUMBER}
    kind = Kind(service, "thing", members).with_list()
    kind.with_create(tell_body=False, answer={"type": "object"}).with_read().with_delete()
    return service.finish()
