"""Artificial delays of single routes, to demonstrate what a slower release looks like."""

from __future__ import annotations

import asyncio
import heapq
import re
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request
from starlette.routing import Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi.params import Depends as Dependency

LONGEST_SECONDS = 60.0
MOST_AT_A_TIME = 10_000

_ENTRY = re.compile(
    r"(?P<method>[A-Za-z]+)\s+(?P<path>/[^\s=]*)\s*=\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)"
)
_SECONDS = {"ms": 0.001, "s": 1.0}


class DelayError(ValueError):
    """A delay that cannot be read, or that names a route which does not exist."""


def parse_delays(text: str) -> dict[tuple[str, str], float]:
    """Seconds by method and path template, from `GET /info=30ms, POST /sessions=0.5s`.

    Entries are separated by commas or semicolons. Raises DelayError for anything else.
    """
    delays: dict[tuple[str, str], float] = {}
    for entry in filter(None, (part.strip() for part in re.split("[,;]", text))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise DelayError(f"cannot read {entry!r}; write 'GET /path=30ms' or '=1.5s'")
        seconds = float(match["number"]) * _SECONDS[match["unit"]]
        if seconds > LONGEST_SECONDS:
            raise DelayError(f"{entry!r} is longer than {LONGEST_SECONDS:g} s")
        delays[match["method"].upper(), match["path"]] = seconds
    return delays


def parse_concurrency(text: str) -> int | None:
    """How many delays may pass at a time; None, no limit, for an empty text. Raises DelayError."""
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 0 < int(text) <= MOST_AT_A_TIME:
        raise DelayError(f"{text!r} is not a number from 1 to {MOST_AT_A_TIME:,}")
    return int(text)


class Workers:
    """So many workers and the line before them, as times at which each of them is free again.

    What they serve per second is known exactly: the next request begins when the last one was due,
    however late the event loop wakes up for its answer.
    """

    def __init__(self, number: int) -> None:
        """All are free."""
        self._free_at = [0.0] * number

    def take(self, seconds: float, now: float) -> float:
        """How long from `now` a request takes that works for so long, its time in line included."""
        done = max(now, self._free_at[0]) + seconds
        heapq.heapreplace(self._free_at, done)
        return done - now


def delaying(
    delays: Mapping[tuple[str, str], float], at_a_time: int | None = None
) -> list[Dependency]:
    """Dependencies for every application of the gateway; none, and so no cost, without delays.

    With `at_a_time`, only so many delayed requests are served at once, as by so many workers; the
    others wait in line.
    """
    if not delays:
        return []
    workers = Workers(at_a_time) if at_a_time else None

    async def wait(request: Request) -> None:
        template = request.scope["root_path"] + request.scope["route"].path
        seconds = delays.get((request.method, template), 0.0)
        if workers is not None and seconds:
            seconds = workers.take(seconds, asyncio.get_running_loop().time())
        await asyncio.sleep(seconds)

    return [Depends(wait)]


def require_known_routes(delays: Mapping[tuple[str, str], float], app: FastAPI) -> None:
    """Raise DelayError where a delay names a route that neither `app` nor a mount of it has."""
    known = _documented(app, "")
    for mount in app.routes:
        if isinstance(mount, Mount) and isinstance(mount.app, FastAPI):
            known |= _documented(mount.app, mount.path)
    for method, path in delays:
        if (method, path) not in known:
            raise DelayError(f"the gateway has no route '{method} {path}'")


def _documented(app: FastAPI, prefix: str) -> set[tuple[str, str]]:
    return {
        (method.upper(), prefix + path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
