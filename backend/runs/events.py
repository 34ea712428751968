"""Follows the events of a run while its supervisor writes them down, for any number of readers."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.runs.values import Event, EventName

KEEP_ALIVE_SECONDS = 15.0
MAX_STREAM_SECONDS = 3_600.0
"""A stream ends after that, and its reader begins another one behind the last event that it has."""

_LOOK_SECONDS = 0.3
_STATE_SECONDS = 0.5
_ASK_SECONDS = 1.0
_CHUNK = 262_144
_NAMES: dict[str, EventName] = {
    "stage": "stage",
    "probing": "probing",
    "progress": "progress",
    "end": "end",
}


@dataclass(frozen=True, slots=True)
class RunState:
    """What the database says of a run."""

    status: str
    reason: str
    is_final: bool


class States:
    """What the database says of runs, asked twice a second at most, however many want to know.

    `read` gives None for a run that is not there; where it cannot read, it raises.
    """

    def __init__(self, read: Callable[[str], RunState | None]) -> None:
        self._read = read
        self._known: dict[str, tuple[float, RunState | None]] = {}
        self._lock = threading.Lock()

    def get(self, run_id: str) -> RunState | None:
        """The state, at most half a second old."""
        with self._lock:
            now = time.monotonic()
            known = self._known.get(run_id)
            if known is None or now - known[0] >= _STATE_SECONDS:
                recent = {k: v for k, v in self._known.items() if now - v[0] < _STATE_SECONDS}
                known = (now, self._read(run_id))
                self._known = {**recent, run_id: known}
            return known[1]


class EventFile:
    """Reads what was added to a file of events. A file that is not there yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self.last_id = 0
        self.end_id = 0

    def new(self) -> tuple[Event, ...]:
        """Some events that were not given yet, in order; () where there are none now.

        The last, `end`, is not among them: it is the database that says when a run is final.
        """
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._offset)
                chunk = file.read(_CHUNK)
        except OSError:
            return ()
        self._offset += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return tuple(self._events(lines))

    def _events(self, lines: list[bytes]) -> Iterator[Event]:
        for line in lines:
            event = _event(line)
            if event is None:
                continue
            self.last_id = max(self.last_id, event.id)
            if event.name == "end":
                self.end_id = event.id
            else:
                yield event


async def follow(
    path: Path,
    after: int,
    state: Callable[[], RunState | None],
    is_closing: Callable[[], bool],
    *,
    waits: bool = True,
) -> AsyncIterator[Event]:
    """The events behind the one numbered `after`, as they come, then `end` when the run is final.

    Without `waits`, those that have come so far, and `end` only where the run is final already.
    In silence a keep-alive comes every 15 seconds. `state` may wait for the database, so it is
    called in a thread; what it raises is taken as "not now".
    """
    file = EventFile(path)
    begin = spoke_at = time.monotonic()
    asked_at = float("-inf")
    while not is_closing() and time.monotonic() - begin < MAX_STREAM_SECONDS:
        found = file.new()
        for event in found:
            if event.id > after:
                yield event
                spoke_at = time.monotonic()
        if found:
            await asyncio.sleep(0)
            continue
        if file.end_id or time.monotonic() - asked_at >= _ASK_SECONDS:
            asked_at = time.monotonic()
            known = await _asked(state)
            if known == "gone":
                return
            if isinstance(known, RunState) and known.is_final:
                for event in _last(file, known, after):
                    yield event
                return
            if not waits:
                return
        if time.monotonic() - spoke_at >= KEEP_ALIVE_SECONDS:
            yield Event(0, "keep-alive", {})
            spoke_at = time.monotonic()
        await asyncio.sleep(_LOOK_SECONDS)


async def _asked(state: Callable[[], RunState | None]) -> RunState | str:
    """The state; "gone" where there is no such run, "unknown" where the database cannot say it."""
    try:
        known = await asyncio.to_thread(state)
    except Exception:  # a database that is away now may be back the next time
        return "unknown"
    return "gone" if known is None else known


def _last(file: EventFile, state: RunState, after: int) -> Iterator[Event]:
    """What is left of a final run. A reader that has had its `end` gets nothing."""
    while found := file.new():
        yield from (event for event in found if event.id > after)
    # Without a file, nobody knows which number came last.
    number = file.end_id or (file.last_id or after) + 1
    if number > after:
        yield Event(number, "end", {"status": state.status, "reason": state.reason})


def _event(line: bytes) -> Event | None:
    try:
        value: Any = json.loads(line)
        number, name, data = int(value["id"]), _NAMES[value["event"]], dict(value["data"])
    except (ValueError, KeyError, TypeError):
        return None
    return Event(number, name, data)
