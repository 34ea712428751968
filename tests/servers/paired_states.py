"""Opposite actions: what is started cannot be started again, and only what is stopped goes away."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Reply, Service

_PAIRS = {
    "start": ("stop", "running"), "open": ("close", "open"), "enable": ("disable", "enabled"),
    "mount": ("unmount", "mounted"), "lock": ("unlock", "locked"), "pause": ("resume", "paused"),
}  # fmt: skip


def make_app(seed: int) -> FastAPI:
    """Role "thing" with the actions "on" and "off"; 409 where it is in that state already."""
    service = Service(seed)
    start = pick(seed, tuple(_PAIRS))
    stop, word = _PAIRS[start]
    on: set[tuple[str, ...]] = set()

    def switched_on(call: Call) -> Item:
        item, key = kind.found(call), kind.key(call)
        if key in on:
            raise RefusedError(409, f"The {kind.noun.one} is already {word}.")
        on.add(key)
        return item

    def switched_off(call: Call) -> Item:
        item, key = kind.found(call), kind.key(call)
        if key not in on:
            raise RefusedError(409, f"The {kind.noun.one} is not {word}.")
        on.discard(key)
        return item

    def deleted(call: Call) -> Reply:
        kind.found(call)
        if kind.key(call) in on:
            raise RefusedError(409, f"The {kind.noun.one} is still {word}: {stop} it first.")
        kind.remove(kind.key(call))
        return Reply(status=204)

    kind = Kind(service, "thing").with_list().with_create().with_read()
    path = kind.item_path
    # The later one stands first, so that the order in the document does not help.
    service.operation("off", "POST", f"{path}/{stop}", switched_off, answer=kind.shape)
    service.operation("on", "POST", f"{path}/{start}", switched_on, answer=kind.shape)
    service.operation("delete thing", "DELETE", path, deleted, status=204)
    return service.finish()
