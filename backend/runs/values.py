"""What goes in and out of the runs' door: an order, events, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

EventName = Literal["stage", "probing", "progress", "end", "keep-alive"]


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A test that somebody asked for, checked and allowed.

    `kind` is "test" or "stress-test"; `user_email` says whose test it is, None for nobody's.
    `request` is the body of the start request as plain JSON, secrets and all: it is kept encrypted
    until the run ends. `masked_request` is the same without secrets, for everybody to see.
    `resolve` pins the target's addresses, each as "host:address".
    """

    kind: str
    target_url: str
    request: Mapping[str, Any] = field(repr=False)
    masked_request: Mapping[str, Any]
    user_email: str | None = None
    resolve: tuple[str, ...] = ()
    session_id: int | None = None
    configuration_id: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run. `id` counts from 1; a keep-alive has 0.

    stage     {"text"}: a stage began or ended, in a sentence
    probing   {"done", "total", "verified"}: operations tried before the load
    progress  how the load goes, once a second: see `backend.supervisor.journal`
    end       {"status", "reason"}: the run is final, and its result can be read
    """

    id: int
    name: EventName
    data: Mapping[str, Any]

    def as_text(self) -> str:
        """The event as a server sends it (text/event-stream, WHATWG HTML 9.2.5)."""
        if self.name == "keep-alive":
            return ": keep-alive\n\n"
        data = json.dumps(self.data, ensure_ascii=False)
        return f"id: {self.id}\nevent: {self.name}\ndata: {data}\n\n"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a run. `name` is its file name, `what` its part in the result, as "report"."""

    name: str
    what: str
    media_type: str
    path: Path

    @property
    def size(self) -> int:
        """Its length in bytes; 0 where it is gone meanwhile."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0
