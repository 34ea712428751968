"""The arrivals of several workers: the master gives each its share, and again when one is lost.

Locust has no event for a lost worker, so the master looks at its list of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gevent
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner

from benchmark.curve import Curve
from benchmark.engine.arrivals.schedule import Share
from benchmark.engine.counters import count

MESSAGE = "arrivals"
REPORTED = "arrivals"
"""In a worker's report: the second of the schedule, and how many arrivals it will report later."""

POLL_SECONDS = 0.5
SLACK_SECONDS = 0.2
"""How long after the first shares were sent the schedule begins, so that no worker begins late.

So long after its end the test ends, so that the clock of no worker cuts it short.
"""

HANDOVER_SECONDS = 1.0
"""How long before it holds a new share is announced: until then every worker must have heard."""


class Dealer:
    """Shares the arrivals of one test out between the workers that have users, until they end."""

    def __init__(self, runner: MasterRunner, curve: Curve, on_end: Callable[[], None]) -> None:
        self._runner = runner
        self._curve = curve
        self._on_end = on_end
        self._shares: dict[str, Share] = {}
        self._reported: dict[str, tuple[float, float]] = {}
        self._greenlet = gevent.spawn(self._run)

    def note(self, client_id: str, data: dict[str, Any]) -> None:
        """A worker reports."""
        if (reported := data.get(REPORTED)) is not None:
            elapsed, uncounted = reported
            self._reported[client_id] = (elapsed, uncounted)

    def finish(self) -> None:
        """The load ends here."""
        if self._greenlet is not gevent.getcurrent():
            self._greenlet.kill()

    def _run(self) -> None:
        began = time.perf_counter() + SLACK_SECONDS
        end = self._curve.end + SLACK_SECONDS
        while (elapsed := time.perf_counter() - began) < end:
            workers = self._workers()
            if workers and set(workers) != self._shares.keys():
                self._deal(workers, elapsed)
            gevent.sleep(min(POLL_SECONDS, end - elapsed))
        self._on_end()

    def _workers(self) -> list[str]:
        """The workers that have users, in an order that stays the same."""
        every = self._runner.clients.values()
        states = (STATE_RUNNING, STATE_SPAWNING)
        return sorted(one.id for one in every if one.state in states and one.user_count)

    def _deal(self, workers: list[str], elapsed: float) -> None:
        since = elapsed + HANDOVER_SECONDS if self._shares else 0.0
        for lost in self._shares.keys() - set(workers):
            self._count_lost(lost, since)
        shares = {one: Share(index, len(workers), since) for index, one in enumerate(workers)}
        self._shares = shares
        for worker, share in shares.items():
            message = {
                "lines": self._curve.lines,
                "share": [share.index, share.of, share.since],
                "elapsed": elapsed,
            }
            self._runner.send_message(MESSAGE, message, worker)

    def _count_lost(self, worker: str, until: float) -> None:
        """What a lost worker should have started, between its last report and the new shares.

        It is the area of its share; the arrivals themselves it took with it. What it was asked for
        before, and had not begun, is the recording's to count: it knows what each second said.
        """
        share = self._shares[worker]
        elapsed, uncounted = self._reported.get(worker, (0.0, 0))
        begin = max(share.since, elapsed)
        area = max(0.0, self._curve.area(until) - self._curve.area(begin))
        missed = round(area / share.of + uncounted)
        count("asked_arrivals", missed)
        count("missed_arrivals", missed)
