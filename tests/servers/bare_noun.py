"""A body field that is a bare noun, `child`, holds the identifier of one of the `/children`."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Service


def make_app(seed: int) -> FastAPI:
    """Role "referrer" needs one of "referred", whose plural is an irregular one."""
    service = Service(seed)
    referred = Kind(service, "referred", noun=service.names.resource(irregular=True)).with_all()
    service.fields["reference"] = referred.noun.one
    Kind(service, "referrer", refers={referred.noun.one: referred}).with_all()
    return service.finish()
