"""What a user owns on the server: the resources it made, and how they are read from answers."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
from locust.exception import RescheduleTask

from benchmark.wire.resource_items import bare_text, item_of, value_at

logger = logging.getLogger(__name__)

skipped_tasks: Counter[str] = Counter()
"""How often a task was left out because something that it needs could not be had, by reason."""


_NAMES = (str, int)  # no union: that is made anew at each use


class SkipTask(RescheduleTask):
    """Ends a task before it sends anything; it is counted, and the user goes on with another."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        skipped_tasks[reason] += 1
        if skipped_tasks[reason] == 1:
            logger.warning("A task sent nothing: %s (said once, and counted)", reason)


class Resource:
    """One thing on the server that this user made or found: its kind, its item, its parents.

    `ready_at` is when it can be read (monotonic seconds). `strikes` counts the signs in a row that
    it is gone.
    """

    __slots__ = ("_names", "item", "kind", "parents", "ready_at", "strikes")

    def __init__(self, kind: str, item: Any, parents: Mapping[str, Resource] | None = None) -> None:
        self.kind = kind
        self.item = item
        self.parents = dict(parents or {})
        self.ready_at = 0.0
        self.strikes = 0
        self._names: set[Any] = set()

    def __getitem__(self, field: str) -> Any:
        """A member of the item, by name or by JSON Pointer. Skips the task where it is missing."""
        if field.isidentifier() and isinstance(self.item, dict):
            value = self.item.get(field)
        else:
            value = value_at(self.item, field if field[:1] in {"", "/"} else f"/{field}")
        if value is None:
            pointer = field if field[:1] in {"", "/"} else f"/{field}"
            raise SkipTask(f"the answer with the {self.kind} has no {pointer}")
        if isinstance(value, _NAMES):
            self._names.add(value)
        return value

    def is_named(self, value: Any) -> bool:
        """Whether a value in a path is one that was read from this resource."""
        return isinstance(value, _NAMES) and value in self._names

    def of(self, kind: str) -> Resource:
        """The parent of that kind under which this resource was made."""
        if kind in self.parents:
            return self.parents[kind]
        raise SkipTask(f"a {self.kind} was made without its {kind}")

    def ancestors(self) -> list[Resource]:
        """Its parents, their parents, and so on: each once."""
        if not self.parents:
            return []
        known = list(self.parents.values())
        for resource in known:  # it grows meanwhile
            known.extend(one for one in resource.parents.values() if one not in known)
        return known

    def __repr__(self) -> str:
        return f"Resource({self.kind})"


def answer_json(reply: Any) -> Any:
    """The JSON value of a good answer, or its only word in plain text; None for an error."""
    if not is_good(reply) or not reply.content:
        return None
    try:
        return orjson.loads(reply.content)
    except ValueError:
        pass  # Python's own reader takes NaN, and other encodings
    try:
        return json.loads(reply.content)
    except (ValueError, RecursionError):
        return bare_text((reply.headers or {}).get("content-type") or "", reply.content)


def item_in(reply: Any, at: str, sent: Mapping[str, Any] | None, *, location: bool) -> Any | None:
    """The item that a good answer to a create tells of; see `wire.resource_items.item_of`."""
    place = reply.headers.get("location") if location and reply.headers else None
    return item_of(answer_json(reply), at, place, sent or {})


def is_good(reply: Any) -> bool:
    """Whether an answer is a 2xx, and held what was expected of it."""
    return 200 <= reply.status_code < 300 and getattr(reply, "error", None) is None
