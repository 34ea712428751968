"""How well this process keeps up with its own load, second by second.

A generator that is short of processor time measures its own delays. So each process watches itself:
its processor time, how late its event loop is, how long garbage collection stops everything, and
whether the wall clock was set meanwhile.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import gevent

from benchmark.engine import counters
from benchmark.engine.precise_timer import PreciseTimer
from benchmark.histogram import HistogramBuilder

LAG_INTERVAL = 0.020
"""Seconds between two looks at the event loop."""
MAX_MISSED_TICKS = 500
"""How many looks that a stopped loop missed are counted, at most, for one stop."""
CLOCK_STEP = 0.1
"""Seconds by which the wall clock must leave the monotonic one in a second, to have been set."""


class Telemetry:
    """Watches this process between `start` and `stop`; `take` gives what was seen since the last.

    `cpu` is the share of one processor that was used, 0 to 1 and more where other threads work.
    `lag` counts how late the loop was, in milliseconds: for a request that was answered then, that
    is how much too long its latency may be.
    """

    def __init__(self) -> None:
        self._watcher: gevent.Greenlet | None = None
        self._lag = HistogramBuilder()
        self._collections = HistogramBuilder()
        self._collection_began = 0
        self._cpu, self._clock, self._wall = _clocks()

    def start(self) -> None:
        """Begin, with everything at zero."""
        self.stop()
        self._lag, self._collections = HistogramBuilder(), HistogramBuilder()
        self._cpu, self._clock, self._wall = _clocks()
        self._watcher = gevent.spawn(self._watch_loop)
        gc.callbacks.append(self._watch_collection)

    def stop(self) -> None:
        """End; what was seen can still be taken."""
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher = None
            gc.callbacks.remove(self._watch_collection)

    def take(self) -> dict[str, Any]:
        """What was seen since the last call, as numbers that can be sent and written."""
        cpu, clock, wall = _clocks()
        passed = clock - self._clock
        if abs((wall - self._wall) - passed) > CLOCK_STEP:
            counters.count("clock_steps")
        seen = {
            "cpu": round((cpu - self._cpu) / passed, 4) if passed > 0 else 0.0,
            "lag": self._lag.histogram().plain(),
            "gc_pauses": self._collections.histogram().plain(),
        }
        self._cpu, self._clock, self._wall = cpu, clock, wall
        self._lag, self._collections = HistogramBuilder(), HistogramBuilder()
        return seen

    def _watch_loop(self) -> None:
        timer = PreciseTimer()
        try:
            due = time.monotonic() + LAG_INTERVAL
            while True:
                timer.sleep_until(due)
                due = self._count_lag(due, time.monotonic())
        finally:
            timer.close()

    def _count_lag(self, due: float, now: float) -> float:
        """Count a look that came at `now`, and those that fell out meanwhile; give the next."""
        missed = min(int((now - due) / LAG_INTERVAL), MAX_MISSED_TICKS)
        for number in range(missed + 1):
            self._lag.add((now - due - number * LAG_INTERVAL) * 1000)
        return max(due + (missed + 1) * LAG_INTERVAL, now)

    def _watch_collection(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._collection_began = time.perf_counter_ns()
        else:
            self._collections.add((time.perf_counter_ns() - self._collection_began) / 1e6)


def _clocks() -> tuple[float, float, float]:
    return time.process_time(), time.monotonic(), time.time()
