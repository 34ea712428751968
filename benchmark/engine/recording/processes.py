"""Who records what in a local run, on a worker and on the master."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from benchmark.engine import counters
from benchmark.engine.aborting import Aborting
from benchmark.engine.recording.cutter import Cutter
from benchmark.engine.recording.timeline import TimelineWriter

START_MESSAGE = "recording"
"""From the master to a worker: a test runs, and how old it is."""
REPORT_KEY = "recording"
"""Where a worker's seconds stand in its report."""
_LOOK_SECONDS = 0.25
_SILENT_SECONDS = 5.0
_LAST_SECONDS = 10.0
"""How long the last report of a worker is waited for, once Locust says that no user is left."""

logger = logging.getLogger(__name__)


def record_test(
    environment: Any, path: Path | None, facts: Mapping[str, Any], aborting: Aborting
) -> None:
    """Record each test of this process to come; `facts` stand in the first line of the file.

    A worker records where its master asks for it, so it needs no path; without one nobody else
    records.
    """
    if isinstance(environment.runner, WorkerRunner):
        _WorkerRecording(environment)
    elif path is None:
        return
    elif isinstance(environment.runner, MasterRunner):
        _MasterRecording(environment, TimelineWriter(environment, path, facts, aborting))
    else:
        _LocalRecording(environment, TimelineWriter(environment, path, facts, aborting))


class _LocalRecording:
    """One process that has the users and writes the file."""

    def __init__(self, environment: Any, timeline: TimelineWriter) -> None:
        self._timeline = timeline
        self._cutter = Cutter(environment, self._take)
        environment.events.test_start.add_listener(self._start)
        environment.events.test_stopping.add_listener(self._mark_end)
        environment.events.test_stop.add_listener(self._finish)

    def _start(self, **_: Any) -> None:
        self._timeline.begin()
        self._cutter.start(self._timeline.elapsed)

    def _take(self, second: dict[str, Any]) -> None:
        self._timeline.aggregator.add("local", [second], second["second"])
        self._timeline.write_whole({"local"})

    def _mark_end(self, **_: Any) -> None:
        self._timeline.mark_end()
        self._cutter.stop_watching()

    def _finish(self, **_: Any) -> None:
        self._cutter.finish()
        self._timeline.finish({"local"})


class _WorkerRecording:
    """A process that has users, and a master that writes the file."""

    def __init__(self, environment: Any) -> None:
        self._runner = environment.runner
        self._events = environment.events
        self._cutter = Cutter(environment, self._take)
        self._test: Any = None
        self._seconds: list[dict[str, Any]] = []
        self._passed = 0
        self._left = False
        self._runner.register_message(START_MESSAGE, self._start)
        self._events.report_to_master.add_listener(self._report)
        self._events.test_stopping.add_listener(self._stop_watching)
        self._events.test_stop.add_listener(self._finish)

    def _start(self, msg: Any, **_: Any) -> None:
        if msg.data["test"] == self._test:  # the master says it again after a lost connection
            return
        self._cutter.start(msg.data["elapsed"])
        self._test, self._seconds, self._left = msg.data["test"], [], False
        self._passed = int(msg.data["elapsed"])

    def _take(self, second: dict[str, Any]) -> None:
        self._seconds.append(second)
        self._passed = second["second"]

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        seconds, self._seconds = self._seconds, []
        if self._test is not None:
            data[REPORT_KEY] = {
                "test": self._test, "seconds": seconds, "passed": self._passed, "left": self._left,
            }  # fmt: skip

    def _stop_watching(self, **_: Any) -> None:
        self._cutter.stop_watching()

    def _finish(self, **_: Any) -> None:
        """All users have stopped: report what is left before the master hears that we have."""
        self._cutter.finish()
        self._left = True
        data: dict[str, Any] = {}
        self._events.report_to_master.fire(client_id=self._runner.client_id, data=data)
        self._runner.send_message("stats", data)


class _MasterRecording:
    """The process that writes the file; its workers have the users."""

    def __init__(self, environment: Any, timeline: TimelineWriter) -> None:
        self._runner = environment.runner
        self._timeline = timeline
        self._test = ""
        self._expected: dict[str, float] = {}  # workers and when they were told
        self._heard: set[str] = set()
        self._left: set[str] = set()
        self._lost: set[str] = set()
        self._silent: set[str] = set()
        self._over = Event()
        self._keeper: gevent.Greenlet | None = None
        events = environment.events
        events.test_start.add_listener(self._start)
        events.worker_connect.add_listener(self._welcome)
        events.worker_report.add_listener(self._take)
        events.test_stopping.add_listener(self._mark_end)
        events.test_stop.add_listener(self._finish)

    def _start(self, **_: Any) -> None:
        self._timeline.begin()
        counters.take()
        self._test = f"{time.time_ns()}"
        self._expected, self._heard = {}, set()
        self._left, self._lost, self._silent = set(), set(), set()
        for client_id in self._runner.clients:
            self._welcome(client_id)
        self._over.clear()
        self._keeper = gevent.spawn(self._keep)

    def _welcome(self, client_id: str, **_: Any) -> None:
        """Tell a worker that a test runs; one that came back is no longer lost."""
        if not self._timeline.running:
            return
        elapsed = self._timeline.elapsed
        self._expected.setdefault(client_id, elapsed)
        data = {"test": self._test, "elapsed": elapsed}
        self._runner.send_message(START_MESSAGE, data, client_id)

    def _take(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        report = data.pop(REPORT_KEY, None)
        if report is None or report["test"] != self._test:
            return
        self._heard.add(client_id)
        if report["left"]:
            self._left.add(client_id)
        self._timeline.aggregator.add(client_id, report["seconds"], report["passed"])

    def _mark_end(self, **_: Any) -> None:
        self._add_own()
        self._timeline.mark_end()

    def _add_own(self) -> None:
        """Add what this process itself has counted, such as the arrivals of a lost worker."""
        for name, number in counters.take()[0].items():
            self._timeline.aggregator.count(name, self._timeline.elapsed, number)

    def _finish(self, **_: Any) -> None:
        if self._keeper is not None:
            self._over.set()
            self._keeper.join()  # it may be writing
            self._keeper = None
        with gevent.Timeout(_LAST_SECONDS, exception=False):
            while self._heard & self._live():
                gevent.sleep(0.02)
        for client_id in sorted(self._heard - self._left - self._lost):
            self._lose(client_id)
        self._timeline.finish(self._live())

    def _keep(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            if self._timeline.running:
                self._look_for_lost_workers()
                self._add_own()
            self._timeline.write_whole(self._live())

    def _live(self) -> set[str]:
        """The workers whose seconds are waited for."""
        clients = self._runner.clients.items()
        known = {client_id for client_id, node in clients if node.state != STATE_MISSING}
        return known - self._left

    def _lose(self, client_id: str) -> None:
        elapsed = self._timeline.elapsed
        self._lost.add(client_id)
        self._timeline.aggregator.lose(client_id, elapsed)
        logger.warning("A worker was lost after %d s: %s", elapsed, client_id)

    def _look_for_lost_workers(self) -> None:
        live, elapsed = self._live(), self._timeline.elapsed
        for client_id, told in self._expected.items():
            if client_id not in live and client_id not in self._lost:
                self._lose(client_id)
            silent = client_id not in self._heard and elapsed > told + _SILENT_SECONDS
            if silent and client_id not in self._silent and client_id in live:
                self._silent.add(client_id)
                self._timeline.aggregator.count("silent_workers", elapsed)
                logger.warning(
                    "%s reports no seconds: start it with python -m benchmark.engine", client_id
                )
