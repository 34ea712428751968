"""Has jobs done by child processes: few at once, for a limited time, with a limited answer."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from backend.inspection.jobs import ERRORS, MAX_ANSWER_BYTES, RESULT, SECONDS, Job
from backend.problems import Problem

_log = logging.getLogger("backend.inspection")

AT_ONCE = 2
"""Children at the same time, in each process of the service."""

WAITING = 6
"""More requests may wait for one; beyond them the answer is "later" at once."""

_WAIT_SECONDS = 20.0
_ROOT = Path(__file__).resolve().parents[2]


class Inspector:
    """Does jobs, for all threads of a process."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[bytes]] = set()

    def ask(self, job: Job) -> bytes:
        """The result as JSON. Raises UsageError, TargetError, DocumentError as the pipeline does.

        Problem 503 where too many ask at once, 422 for what takes too long or too much memory.
        """
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            if not self._slots.acquire(timeout=_WAIT_SECONDS):
                raise _busy()
            try:
                return _result_of(self._run(job))
            finally:
                self._slots.release()
        finally:
            self._places.release()

    def end(self) -> None:
        """End all children; their clients are told that they were ended."""
        with self._lock:
            for child in self._children:
                child.kill()

    def _run(self, job: Job) -> bytes:
        try:
            with tempfile.TemporaryFile() as answer:
                code = self._run_child(json.dumps(job.to_json()).encode(), answer)
                answer.seek(0)
                return b"" if code else answer.read(MAX_ANSWER_BYTES + 1)
        except OSError as error:  # no memory, no more processes, a full disk
            _log.warning("no child for an inspection: %s", error.strerror)
            raise _busy() from None

    def _run_child(self, question: bytes, answer: IO[bytes]) -> int:
        """The child's exit code. The question goes through a pipe: it may hold secrets."""
        child = subprocess.Popen(
            [sys.executable, "-m", "backend.inspection"],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            start_new_session=True,
        )
        with self._lock:
            self._children.add(child)
        try:
            child.communicate(question, self._seconds)
        except subprocess.TimeoutExpired:
            raise Problem(
                422,
                f"looking at the target took more than {self._seconds:g} s",
                "try again when it is faster, or give the document itself (`document`)",
            ) from None
        finally:
            child.kill()
            child.wait()
            with self._lock:
                self._children.discard(child)
        return child.returncode


def _result_of(answer: bytes) -> bytes:
    kind, _, content = answer.partition(b"\n")
    name = kind.decode("ascii", "replace")
    if len(answer) > MAX_ANSWER_BYTES or name not in (RESULT, *ERRORS):
        raise Problem(
            422,
            "the target's documents are too large to be looked at",
            "give one document itself (`document`), or a smaller one",
        )
    if name == RESULT:
        return content
    refused = json.loads(content)
    raise ERRORS[name](refused["message"], refused["hint"])


def _busy() -> Problem:
    return Problem(
        503,
        "too many targets are being looked at",
        "try again in a few seconds",
        {"Retry-After": "5"},
    )
