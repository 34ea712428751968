"""Watches, beside the pipeline, what ends a run from outside: its input, its folder, its time."""

from __future__ import annotations

import os
import threading
import time

from backend.supervisor.causes import cause_of
from backend.supervisor.folder import RunFolder
from backend.supervisor.interrupting import Interrupter
from backend.supervisor.job import MAX_JOB_BYTES, STOP, Job

PREPARATION_SECONDS = 900.0
"""What discovery, probe, rehearsal and clean-up may take together, besides the load itself."""

_LOOK_SECONDS = 1.0
_CHUNK = 65_536
_STDIN = 0


class Input:
    """Standard input as lines, read without a buffer that two threads could want at the exit."""

    def __init__(self) -> None:
        self._rest = b""

    def line(self) -> bytes:
        """The next line with its break; b"" where the input has ended, or a line is too long."""
        parts = [self._rest]
        length = len(self._rest)
        while b"\n" not in parts[-1]:
            chunk = os.read(_STDIN, _CHUNK)
            length += len(chunk)
            if not chunk or length > MAX_JOB_BYTES:
                self._rest = b""
                return b""
            parts.append(chunk)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line + b"\n"


def obey(source: Input, interrupter: Interrupter) -> None:
    """End the run when the service says so, or is gone."""

    def read() -> None:
        while line := source.line():
            if line == STOP:
                interrupter.end("stopped", "stopped on request")
        interrupter.end("interrupted", "the service ended")

    threading.Thread(target=read, daemon=True).start()


def watch(job: Job, folder: RunFolder, run_seconds: float, interrupter: Interrupter) -> None:
    """End the run when its files or its time are more than allowed, or nothing can be written.

    A load whose figures cannot be kept is for nothing, and nobody else may notice: the process that
    sends it tells what it could write.
    """
    most = job.limits.max_run_bytes
    end = time.monotonic() + PREPARATION_SECONDS + run_seconds

    def look() -> None:
        while interrupter.ending is None:
            if folder.size() > most:
                problem = f"its files took more than the {most:,} bytes that a test may have"
                interrupter.end("failed", problem)
            try:
                folder.try_to_write()
            except OSError as error:
                interrupter.end("failed", cause_of(error))
            if time.monotonic() > end:
                interrupter.end("failed", "it did not end in the time that it was given")
            time.sleep(_LOOK_SECONDS)

    threading.Thread(target=look, daemon=True).start()
