"""Cuts what one process counted at every full second of the test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event
from locust.runners import WorkerRunner

from benchmark.engine.recording.recorder import Recorder
from benchmark.engine.recording.telemetry import Telemetry

Deliver = Callable[[dict[str, Any]], None]
"""Takes a second of this process; nothing more will come of this second and those before."""


class Cutter:
    """Cuts what this process counted at every full second of the test, and delivers it."""

    def __init__(self, environment: Any, deliver: Deliver) -> None:
        self._environment = environment
        self._deliver = deliver
        self._recorder = Recorder(environment.events)
        self._telemetry = Telemetry()
        self._watching = False
        self._over = Event()
        self._ticker: gevent.Greenlet | None = None
        self._began = 0.0
        self._number = 0

    def start(self, elapsed: float) -> None:
        """A test runs that is `elapsed` seconds old."""
        self.finish()
        self._began = time.monotonic() - elapsed
        self._number = int(elapsed)
        self._recorder.start()
        self._telemetry.start()
        self._watching = True
        self._over.clear()
        self._ticker = gevent.spawn(self._tick)

    def stop_watching(self) -> None:
        """The load is over: how busy this process is with stopping says nothing."""
        self._watching = False
        self._telemetry.stop()

    def finish(self) -> None:
        """All users have stopped: deliver what is left."""
        if self._ticker is None:
            return
        self._over.set()
        self._ticker.join()
        self._ticker = None
        self.stop_watching()
        self._recorder.stop()
        self._cut(self._number + 1)

    def _tick(self) -> None:
        while not self._over.wait(max(0.0, self._began + self._number + 1 - time.monotonic())):
            passed = int(time.monotonic() - self._began)
            if passed > self._number:  # timers may be early
                self._cut(passed)

    def _cut(self, number: int) -> None:
        self._number = number
        runner = self._environment.runner
        worker = isinstance(runner, WorkerRunner)
        name = f"worker {runner.worker_index}" if worker else "local"
        second = self._recorder.take()
        health = {"process": name, **self._telemetry.take()}
        second |= {
            "second": number,
            "users": runner.user_count,
            "health": health if self._watching else None,
        }
        self._deliver(second)
