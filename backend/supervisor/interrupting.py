"""Stops the pipeline in a supervisor's main thread: politely, then less so, in the end by force."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from types import FrameType

from backend.supervisor.folder import FinalStatus
from backend.supervisor.marks import end_processes

AGAIN_SECONDS = (2.0, 1.2, 1.3)
"""After so many seconds the next interruption follows: the load is then killed, not ended."""

FORCE_SECONDS = 3.5
"""So many seconds after the last interruption every other process of the run is killed."""

REPORT_SECONDS = 20.0
"""What this process has from then on to write what was measured, before it is killed as well."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run is stopped, and which status it has by that."""

    status: FinalStatus
    reason: str


class Interrupter:
    """Interrupts the main thread when a run is to end. Made in the main thread.

    The first reason counts. `finished` says that the pipeline needs no interruption any more.
    """

    def __init__(self, run_id: str) -> None:
        self.ending: Ending | None = None
        self._run_id = run_id
        self._main = threading.get_ident()
        self._lock = threading.Lock()
        self._finished = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupted)

    def end(self, status: FinalStatus, reason: str) -> None:
        """Let the run end with this status. Threads call this; it returns at once."""
        with self._lock:
            if self.ending is not None:
                return
            self.ending = Ending(status, reason)
        threading.Thread(target=self._interrupt, daemon=True).start()

    def finished(self) -> None:
        """From now on nothing is interrupted."""
        self._finished.set()

    def _interrupted(self, number: int, _frame: FrameType | None) -> None:
        """In the main thread, at a signal: of ours, or of whoever ends the machine's services."""
        if self._finished.is_set():
            return
        if number == signal.SIGTERM:
            self.end("interrupted", "the service's processes were told to end")
            return
        raise KeyboardInterrupt(self.ending.reason if self.ending else "a signal")

    def _interrupt(self) -> None:
        for seconds in AGAIN_SECONDS:
            if self._finished.is_set():
                return
            # To that very thread: a call that it waits in returns then.
            signal.pthread_kill(self._main, signal.SIGINT)
            self._finished.wait(seconds)
        if self._finished.wait(FORCE_SECONDS):
            return
        end_processes(self._run_id)
        if not self._finished.wait(REPORT_SECONDS):
            os.kill(os.getpid(), signal.SIGKILL)
