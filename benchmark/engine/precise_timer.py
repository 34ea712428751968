"""Sleeps until a point in time, and no longer: to about 0.1 ms, where Locust's loop has 1 ms.

The event loop rounds the time that it waits up to whole milliseconds. On Linux a timer of the
kernel (timerfd) wakes it like arriving data does; elsewhere the loop's own timer must do.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

import gevent

_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1
_READ = 1


class PreciseTimer:
    """A timer for one greenlet at a time."""

    def __init__(self) -> None:
        self._descriptor = _new_timer()
        self._readable: Any = None
        if self._descriptor is not None:
            self._readable = gevent.get_hub().loop.io(self._descriptor, _READ)

    def sleep_until(self, moment: float) -> None:
        """Sleep until `time.monotonic()` is `moment`; a moment that is past gives way to others."""
        if self._descriptor is None or moment <= time.monotonic():
            gevent.sleep(max(0.0, moment - time.monotonic()))
            return
        _arm(self._descriptor, moment)
        gevent.get_hub().wait(self._readable)
        os.read(self._descriptor, 8)

    def close(self) -> None:
        """Give its descriptor back."""
        if self._descriptor is not None:
            self._readable.close()
            os.close(self._descriptor)
            self._descriptor = None


class _TimerSpec(ctypes.Structure):
    """`struct itimerspec`: the interval, which we do not use, and the moment."""

    _fields_ = (
        ("interval_seconds", ctypes.c_long),
        ("interval_nanoseconds", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("nanoseconds", ctypes.c_long),
    )


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _new_timer() -> int | None:
    """A timer's descriptor; None where the system has no such timers, or no descriptor is left."""
    if _libc is None:
        return None
    descriptor: int = _libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
    return descriptor if descriptor >= 0 else None


def _arm(descriptor: int, moment: float) -> None:
    seconds, fraction = divmod(moment, 1)
    # A moment of zero would disarm the timer.
    spec = _TimerSpec(0, 0, int(seconds), max(1, int(fraction * 1e9)))
    if _libc is None or _libc.timerfd_settime(descriptor, _ABSOLUTE, ctypes.byref(spec), None):
        raise OSError(ctypes.get_errno(), "the timer cannot be set")
