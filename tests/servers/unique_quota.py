"""Labels that nobody may use twice, and an end to how many things there may be."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, RefusedError, Service


def make_app(seed: int, quota: int = 40) -> FastAPI:
    """Role "thing": 409 for a label in use, 403 beyond `quota` of them at a time."""
    service = Service(seed)

    def check(call: Call, key: Key, sent: Item) -> None:
        label = service.fields["label of thing"]
        others = [item for known, item in kind.held.items() if known != key]
        if any(item[label] == sent[label] for item in others):
            raise RefusedError(409, f"A {kind.noun.one} with this {label} already exists.")
        if key not in kind.held and len(others) >= quota:
            raise RefusedError(403, f"The limit of {quota} {kind.noun.many} is reached.")

    kind = Kind(service, "thing", check=check).with_all()
    return service.finish()
