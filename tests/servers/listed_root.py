"""A root that nobody can create: what always exists is only listed, and all hangs on it."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Service


def make_app(seed: int) -> FastAPI:
    """Role "root" is only listed and read; "below" lies under it, "beside" refers to it."""
    service = Service(seed)
    root = Kind(service, "root")
    del service.store[root.path]  # what always exists is not what clients created
    for _ in range(3):
        own = root.new_identifier(())
        text = service.names.text()
        root.held[(str(own),)] = {root.identifier: own, service.fields["label of root"]: text}
    root.with_list().with_read()
    Kind(service, "below", parent=root).with_all()
    field = service.names.reference(root.noun)
    service.fields["reference"] = field
    Kind(service, "beside", refers={field: root}).with_all()
    return service.finish()
