"""Takes from a process, and from all that it starts, what a run must not use."""

from __future__ import annotations

import resource
from contextlib import suppress

from backend.limits import Limits


def restrict(limits: Limits) -> None:
    """Bound this process: its memory, the length of its files; it leaves no core dump.

    Each process of the run may have `max_memory_bytes` of address space. A core dump would hold
    the run's secrets.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, limits.max_memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.max_run_bytes)


def _lower(which: int, most: int) -> None:
    """Set soft and hard limit, unless the system's own is lower already."""
    _, hard = resource.getrlimit(which)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):  # a system that does not know this limit
        resource.setrlimit(which, (bound, bound))
