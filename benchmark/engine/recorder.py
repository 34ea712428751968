"""Records every request of a run, second by second, into the timeline file.

One JSON object per line, flushed each second, so that a run that is killed leaves everything up to
its last second. Lines are deltas: the sum of all of them is the result.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import gevent
import locust
from locust.exception import CatchResponseError

from benchmark.engine.http_client import describe_error
from benchmark.engine.resources import skipped_tasks
from benchmark.histogram import Histogram, bucket_index

SCHEMA_VERSION = 1
MAX_MESSAGE = 200
MAX_MESSAGES = 50
"""How many different failure messages are kept per operation and second."""
OTHER_FAILURES = "(other failures)"
ROLES = frozenset({"load", "setup", "clean-up"})

_VARYING = re.compile(
    r"https?://\S+"  # URLs
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"  # addresses, with a port or without
    r"|\b(?=[a-z_-]*\d)[\da-z_-]{8,}\b"  # ids: long words with digits
    r"|\b\d{4,}\b",  # ports, numbers
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Tally:
    """What happened to one operation within the current second."""

    requests: int = 0
    failures: int = 0
    received: int = 0
    total: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    latencies: Counter[int] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, milliseconds: float, received: int, status: int, error: str | None) -> None:
        self.lowest = milliseconds if not self.requests else min(self.lowest, milliseconds)
        self.highest = max(self.highest, milliseconds)
        self.requests += 1
        self.total += milliseconds
        self.received += received
        self.latencies[bucket_index(milliseconds)] += 1
        self.statuses[status] += 1
        if error is not None:
            self.failures += 1
            known = error in self.errors or len(self.errors) < MAX_MESSAGES
            self.errors[error if known else OTHER_FAILURES] += 1

    def to_json(self, method: str, name: str, role: str) -> dict[str, Any]:
        latency = Histogram(self.latencies, self.total, self.lowest, self.highest)
        return {
            "method": method,
            "name": name,
            "role": role,
            "requests": self.requests,
            "failures": self.failures,
            "received": self.received,
            "statuses": {str(status): number for status, number in self.statuses.items()},
            "latency": latency.to_json(),
            "errors": dict(self.errors),
        }


class Recorder:
    """Listens to Locust's `request` event and writes the timeline of one test at a time.

    `facts` are written to the first line: what was asked of the run.
    """

    def __init__(self, environment: Any, path: Path, facts: Mapping[str, Any]) -> None:
        self._environment = environment
        self._path = path
        self._facts = dict(facts)
        self._file: IO[str] | None = None
        self._tallies: dict[tuple[str, str, str], _Tally] = {}
        self._began = 0.0
        self._ended: float | None = None
        self._users_at_end = 0
        self._skipped: Counter[str] = Counter()
        events = environment.events
        events.test_start.add_listener(self.start)
        events.test_stopping.add_listener(self.mark_end)
        events.test_stop.add_listener(self.finish)
        events.request.add_listener(self.record)

    def start(self, **_: Any) -> None:
        """A test begins (again, in the web UI): start a fresh file and a line each second."""
        self._tallies.clear()
        self._skipped = Counter(skipped_tasks)
        self._ended = None
        self._began = time.monotonic()
        self._file = self._path.open("w", encoding="utf-8")
        self._write(
            {
                "kind": "start",
                "schema_version": SCHEMA_VERSION,
                "started_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "host": re.sub(r"//[^/]*@", "//", self._environment.host or ""),  # no passwords
                "locust": locust.__version__,
                **self._facts,
            }
        )
        self._ticker = gevent.spawn(self._tick)

    def record(
        self,
        *,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int | None,
        response: Any = None,
        context: Any = None,
        exception: BaseException | str | None = None,
        **_: Any,
    ) -> None:
        """Count one request. It runs in the middle of the load, so it does nothing slow."""
        role = context.get("role") if isinstance(context, dict) else None
        key = (str(request_type), str(name), role if role in ROLES else "load")
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _Tally()
        status = getattr(response, "status_code", 0)
        status = status if isinstance(status, int) else 0
        error = describe_failure(exception, status) if exception else None
        tally.add(response_time or 0.0, response_length or 0, status, error)

    def mark_end(self, **_: Any) -> None:
        """The load is over; what still comes is answers on their way and clean-up."""
        if self._ended is None:  # a second Ctrl-C says it again
            self._ended = time.monotonic()
            self._users_at_end = self._environment.runner.user_count

    def finish(self, **_: Any) -> None:
        """All users have stopped: write what is left and the last line."""
        if self._file is None:
            return
        self._ticker.kill()
        self._write_second()
        elapsed = (self._ended or time.monotonic()) - self._began
        profile = self._facts.get("profile")
        planned = profile.get("run_time", 0) if isinstance(profile, dict) else 0
        reason = "run time reached" if planned and elapsed >= planned - 1 else "stopped"
        self._write({"kind": "end", "elapsed": round(elapsed, 3), "reason": reason})
        self._file.close()
        self._file = None

    def _tick(self) -> None:
        number = 0
        while True:
            number += 1
            gevent.sleep(max(0.0, self._began + number - time.monotonic()))
            self._write_second()

    def _write_second(self) -> None:
        tallies, self._tallies = self._tallies, {}
        skipped = Counter(skipped_tasks)
        skipped.subtract(self._skipped)
        self._skipped.update(skipped)
        elapsed = (self._ended or time.monotonic()) - self._began
        line: dict[str, Any] = {
            "kind": "second",
            "elapsed": round(elapsed, 3),
            "users": self._users_at_end if self._ended else self._environment.runner.user_count,
            "operations": [tally.to_json(*key) for key, tally in tallies.items()],
        }
        if reasons := {reason: number for reason, number in skipped.items() if number > 0}:
            line["skipped"] = reasons
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._file.flush()


def describe_failure(exception: BaseException | str, status: int) -> str:
    """A failure in a few words, the same for all of its sort: "HTTP 404", "connection refused".

    What a locustfile says in `failure("…")` stays as it is.
    """
    if isinstance(exception, CatchResponseError | str):
        return str(exception)[:MAX_MESSAGE] or "failed"
    if status >= 400:
        return f"HTTP {status}"
    if (known := describe_error(exception)) is not None:
        return known
    # The errors of Locust's own client begin with the URL; `text` is what they say besides.
    text = _VARYING.sub("…", getattr(exception, "text", None) or str(exception))
    name = type(exception).__name__
    return (f"{name}: {text}" if text else name)[:MAX_MESSAGE]
