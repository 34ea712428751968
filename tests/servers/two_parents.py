"""Two sorts of parents with children of the same name, whose numbers begin at 1 below each."""

from __future__ import annotations

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Key, Service


class _Numbered(Kind):
    """Its identifiers count from 1 below each parent."""

    def new_identifier(self, parent: Key) -> int | str:
        numbers = [int(known[-1]) for known in self.held if known[:-1] == parent]
        return max(numbers, default=0) + 1


def make_app(seed: int) -> FastAPI:
    """Roles "left" and "right"; below each one "left child" and "right child"."""
    service = Service(seed)
    service.names.identifiers = "number"
    noun = service.names.resource()
    for side in ("left", "right"):
        parent = Kind(service, side).with_all()
        _Numbered(service, f"{side} child", noun=noun, parent=parent).with_all()
    return service.finish()
