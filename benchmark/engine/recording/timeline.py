"""The timeline of the test that runs: its clock, its end, and what is written when."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import locust

from benchmark.engine.aborting import Aborting
from benchmark.engine.recording.aggregator import Aggregator
from benchmark.engine.recording.timeline_file import SCHEMA_VERSION, TimelineFile


class TimelineWriter:
    """The timeline file of the test that runs, and what is put into it.

    `aborting` sees each second that is written, and may end the test.
    """

    def __init__(
        self, environment: Any, path: Path, facts: Mapping[str, Any], aborting: Aborting
    ) -> None:
        self._environment = environment
        self._path = path
        self._facts = dict(facts)
        self._aborting = aborting
        self._file: TimelineFile | None = None
        self._began = 0.0
        self._ended: float | None = None
        self._users_at_end = 0
        self._is_aborted = False
        self.aggregator = Aggregator()
        environment.events.spawning_complete.add_listener(self._note_full_load)

    @property
    def running(self) -> bool:
        """Whether a test runs whose load is not over."""
        return self._file is not None and self._ended is None

    @property
    def elapsed(self) -> float:
        """How old the test is, in seconds."""
        return time.monotonic() - self._began

    def begin(self) -> None:
        """A test begins (again, in the web UI): start a fresh file."""
        self.aggregator = Aggregator()
        self._aborting.begin()
        self._began = time.monotonic()
        self._ended = None
        self._is_aborted = False
        self._file = TimelineFile(self._path)
        host = self._environment.host or ""
        self._file.write(
            {
                "kind": "start",
                "schema_version": SCHEMA_VERSION,
                "started_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "host": re.sub(r"//[^/]*@", "//", host),  # no passwords
                "locust": locust.__version__,
                **self._facts,
            }
        )

    def mark_end(self) -> None:
        """The load is over; what still comes is answers on their way and clean-up."""
        if self.running:  # a second Ctrl-C says it again
            self._users_at_end = self._environment.runner.user_count
            self._ended = self.elapsed

    def write_whole(self, live: set[str]) -> None:
        """Write the seconds that all `live` processes have passed."""
        for line in self.aggregator.whole(self.elapsed, live):
            self._write(line)
            if self.running and (reason := self._aborting.reason_to_end(line)):
                self._abort(line["elapsed"], reason)

    def finish(self, live: set[str]) -> None:
        """Write what is left and the last line."""
        if self._file is None:
            return
        self.mark_end()
        for line in self.aggregator.rest(live):
            self._write(line)
        elapsed = self._ended or 0.0
        profile = self._facts.get("profile")
        planned = profile.get("run_time", 0) if isinstance(profile, dict) else 0
        reason = "run time reached" if planned and elapsed >= planned - 1 else "stopped"
        reason = "aborted" if self._is_aborted else reason
        self._file.write({"kind": "end", "elapsed": round(elapsed, 3), "reason": reason})
        self._file.close()
        self._file = None

    def _note_full_load(self, **_: Any) -> None:
        if self.running:
            self._aborting.full_load(self.elapsed)

    def _abort(self, second: float, reason: str) -> None:
        """Say so at once: users may take a while to clean up, or be killed."""
        if self._file is not None and self.running:  # it may have ended while it was judged
            self._file.write({"kind": "abort", "elapsed": second, "reason": reason})
            self._is_aborted = True
            self.mark_end()
            self._aborting.end(reason)

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        if self._ended is not None and line["elapsed"] > self._ended:
            line |= {"elapsed": round(self._ended, 3), "users": self._users_at_end}
        self._file.write_second(line)
