"""The supervisor as its owner has it: started, told to stop, its outcome read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from backend.settings import ROOT
from backend.supervisor.folder import Outcome, RunFolder, outcome_from_json, read_json
from backend.supervisor.job import STOP, Job
from backend.supervisor.marks import VARIABLE, end_processes

_KEPT = (
    "PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip
"""The environment that a run gets. The service's own secrets are not in it, and no proxies: the
addresses that were checked and pinned are those that are called."""

_MAX_OUTCOME = 100_000


class Child:
    """A supervisor of a run. Raises OSError where it cannot be started."""

    def __init__(self, job: Job, folder: RunFolder) -> None:
        self._run_id, self._folder = job.run_id, folder
        path = folder.path.resolve()
        with folder.errors.open("ab") as errors:
            self._process = subprocess.Popen(  # our own program, no shell
                [sys.executable, "-P", "-m", "backend.supervisor"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=path,
                env=run_environment(job.run_id, path / folder.scratch.name),
                start_new_session=True,  # what ends the service must not end the run unasked
            )
        self._lock = threading.Lock()
        # In a thread, since a pipe holds less than a job: nobody must wait for a slow start.
        self._sender = threading.Thread(target=self._send, args=(job.as_line(),), daemon=True)
        self._sender.start()

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """Stop the run because somebody asked for it."""
        if self._sender.is_alive():
            self.kill()  # it has not even read what to do
        else:
            self._send(STOP)

    def let_go(self) -> None:
        """Stop the run because the service cannot keep it: the pipe is closed."""
        if self._sender.is_alive():
            self.kill()
        elif self._process.stdin is not None:
            with self._lock, suppress(OSError):
                self._process.stdin.close()

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        end_processes(self._run_id)

    def outcome(self) -> Outcome | None:
        """What the ended supervisor said; None where it was killed before it could."""
        end_processes(self._run_id)  # Locust outlives a supervisor that was killed
        self._process.wait()
        self._sender.join()
        told = b""
        if self._process.stdout is not None:
            with self._process.stdout as stdout:
                told = stdout.read(_MAX_OUTCOME)
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        lines = told.splitlines()
        with suppress(ValueError):
            return outcome_from_json(json.loads(lines[-1])) if lines else self._written()
        return self._written()

    def cause_of_death(self) -> str:
        """How the process ended, in words."""
        code = self._process.returncode or 0
        if code < 0:
            return f"the process that ran the test was killed by signal {-code}"
        return f"the process that ran the test ended with code {code}"

    def _written(self) -> Outcome | None:
        return outcome_from_json(read_json(self._folder.outcome))

    def _send(self, line: bytes) -> None:
        stdin = self._process.stdin
        if stdin is not None:
            with self._lock, suppress(OSError, ValueError):  # it is gone, or closed
                stdin.write(line)
                stdin.flush()


def run_environment(run_id: str, scratch: Path) -> dict[str, str]:
    """The environment of a run's processes, which is all that they inherit of the service."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(scratch),
        # Each of glibc's arenas takes 64 MB of address space, which is what is limited.
        "MALLOC_ARENA_MAX": "2",
        VARIABLE: run_id,
    }
