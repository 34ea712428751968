"""A second credential, which comes out of an earlier answer and counts below one thing only."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, Key, RefusedError, Service

_SECRETS = ("access_key", "api_key", "secret_token", "client_secret", "write_key")
_HEADERS = ("X-Access-Key", "X-Api-Key", "X-Secret", "X-Auth-Token")


def make_app(seed: int) -> FastAPI:
    """Role "owner" is open to all; its creation hands out the "secret", told that one time.

    Whatever lies below, role "owned", wants it in the "header", a documented API key.
    """
    service = Service(seed)
    service.fields |= {"secret": pick(seed, _SECRETS), "header": pick(seed + 1, _HEADERS)}
    secrets: dict[Key, str] = {}

    def with_secret(_: Call, key: Key, item: Item) -> Item:
        secrets[key] = uuid4().hex
        return item | {service.fields["secret"]: secrets[key]}

    def guard(call: Call) -> None:
        key = (call.path[owner.parameter],)
        if key not in owner.held:
            raise RefusedError(404, f"There is no such {owner.noun.one}.")
        if call.headers.get(service.fields["header"]) != secrets[key]:
            raise RefusedError(401, f"{service.fields['header']} is missing or wrong.")

    owner = Kind(service, "owner").with_all(reply=with_secret)
    owner.service.schemas[owner.noun.one.capitalize()]["properties"][service.fields["secret"]] = {
        "type": "string"
    }
    service.schemes["key"] = {"type": "apiKey", "in": "header", "name": service.fields["header"]}

    def guarded_below(call: Call) -> None:
        if call.operation.partition(" ")[2].startswith(owner.item_path + "/"):
            guard(call)

    service.guard = guarded_below
    Kind(service, "owned", parent=owner).with_all()
    return service.finish()
