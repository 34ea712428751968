"""What the tests of the supervisor share: one that is started as the service starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from backend.limits import Limits
from backend.runs.child import run_environment
from backend.supervisor.folder import Outcome, RunFolder, outcome_from_json, read_json
from backend.supervisor.job import Job
from backend.supervisor.marks import end_processes, marked_processes
from tests.waiting import PATIENCE, until

SECRET = "Bearer kiosk-4711-very-secret"
LIGHT = {"max_concurrent_users": 2, "wait_time": [0, 0.1], "read_only": True}
SHORT = {**LIGHT, "duration": 2}
LONG = {**LIGHT, "duration": 9}
CODES = (0, 120)
"""Of a supervisor that has told an outcome; 120 is Python's where the log cannot be written."""


class Supervised:
    """A supervisor at work. `run_id` marks its processes."""

    def __init__(
        self,
        place: Path,
        request: Mapping[str, Any],
        folder: RunFolder | None = None,
        **job: Any,
    ) -> None:
        self.run_id = str(uuid4())
        self.folder = folder or RunFolder(place / self.run_id)
        self.folder.path.mkdir(exist_ok=True)
        secret = {"headers": {"Authorization": SECRET}, **request}
        given = {"limits": Limits(), "request": secret, **job}
        self.job_line = Job(self.run_id, **given).as_line()

    def begin(self, errors: IO[bytes] | None = None) -> None:
        """Start the process, with its log at `errors`, and tell it its job."""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "backend.supervisor"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            cwd=self.folder.path, start_new_session=True,
            env=run_environment(self.run_id, self.folder.scratch),
        )  # fmt: skip
        self.tell(self.job_line)

    def tell(self, line: bytes) -> None:
        """Write to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def close(self) -> None:
        """Close its standard input, as the end of the service does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def outcome(self) -> Outcome:
        """What it says in the end."""
        assert self.process.stdout is not None
        told = self.process.stdout.read()
        assert self.process.wait(PATIENCE) in CODES
        outcome = outcome_from_json(json.loads(told.splitlines()[-1]))
        assert outcome is not None
        return outcome

    def events(self) -> list[dict[str, Any]]:
        """What it has written down so far."""
        try:
            lines = self.folder.events.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def stages(self) -> str:
        """The sentences of its stages, on lines."""
        return "\n".join(each["data"]["text"] for each in self.events() if each["event"] == "stage")

    def requests(self) -> int:
        """The requests of the load so far."""
        return int((read_json(self.folder.progress) or {}).get("requests", 0))

    def document(self, outcome: Outcome) -> dict[str, Any]:
        """Its result document."""
        path = self.folder.file(outcome.files["result"])
        assert path is not None
        return json.loads(path.read_bytes())

    def nothing_runs(self) -> bool:
        """Whether no process of the run is left."""
        return not marked_processes(self.run_id)

    def kill(self) -> None:
        """Kill the supervisor alone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def supervised(
    place: Path, request: Mapping[str, Any], *, errors: IO[bytes] | None = None, **job: Any
) -> Iterator[Supervised]:
    """A supervisor that has been told this job; in the end nothing of it is left."""
    one = Supervised(place, request, **job)
    one.begin(errors)
    try:
        yield one
    finally:
        end_processes(one.run_id)
        one.process.wait()
        for pipe in (one.process.stdin, one.process.stdout):
            if pipe is not None:
                pipe.close()


def until_running(one: Supervised) -> None:
    """Wait until the load goes on."""
    until(lambda: one.requests() > 0)
