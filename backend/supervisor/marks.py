"""Finds and ends the processes of a run, whoever is their parent by now.

Locust leads a process group of its own, so that of the supervisor does not reach it. Every process
of a run inherits an environment variable with the run's id; on Linux /proc shows it to their owner.
Elsewhere Locust notices by itself, within a second, that its parent is gone, and ends in order.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

VARIABLE = "STRESS_API_RUN"
_PROC = Path("/proc")


def marked_processes(run_id: str) -> tuple[int, ...]:
    """The ids of the processes of a run, but for the one that asks."""
    return tuple(number for number in _all_processes() if _is_marked(number, run_id))


def end_processes(run_id: str) -> int:
    """Kill the processes of a run, but for the one that asks. How many there were."""
    ended = 0
    for number in marked_processes(run_id):
        with suppress(OSError):  # it ended meanwhile
            handle = os.pidfd_open(number)
            try:
                if _is_marked(number, run_id):  # still the same one, and the handle is its own
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    ended += 1
            finally:
                os.close(handle)
    return ended


def _all_processes() -> Iterator[int]:
    own = os.getpid()
    with suppress(OSError):
        names = [entry.name for entry in os.scandir(_PROC) if entry.name.isdecimal()]
        yield from (int(name) for name in names if int(name) != own)


def _is_marked(number: int, run_id: str) -> bool:
    try:
        environment = (_PROC / str(number) / "environ").read_bytes()
    except OSError:  # somebody else's, or gone
        return False
    return f"{VARIABLE}={run_id}".encode() in environment.split(b"\0")
