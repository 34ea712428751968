"""The recording of a master: what its workers report, to the last of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from locust.env import Environment

from benchmark.engine.aborting import Aborting
from benchmark.engine.recording import processes
from benchmark.engine.recording.processes import REPORT_KEY, _MasterRecording
from benchmark.engine.recording.timeline import TimelineWriter
from benchmark.histogram import HistogramBuilder
from benchmark.utils.timeline import read_timeline


class Recorded:
    """A master's recording, with one worker that says what a test lets it say."""

    def __init__(self, path: Path) -> None:
        self.environment = Environment(host="http://localhost:1")
        self.told: list[dict[str, Any]] = []
        runner = SimpleNamespace(
            clients={"w": SimpleNamespace(state="running")},
            send_message=lambda kind, data, client: self.told.append(data),
            user_count=0,
        )
        self.environment.runner = runner  # type: ignore[assignment]  # as much as is looked at
        _MasterRecording(
            self.environment,
            TimelineWriter(self.environment, path, {}, Aborting(self.environment, ())),
        )
        self.environment.events.test_start.fire(environment=self.environment)

    def report(self, requests: int, *, left: bool) -> None:
        """The worker reports a second."""
        latency = HistogramBuilder()
        for _ in range(requests):
            latency.add(1.0)
        operation = {
            "method": "GET", "name": "/x", "role": "load", "requests": requests, "failures": 0,
            "received": 0, "statuses": {"200": requests}, "errors": [],
            "latency": latency.histogram().plain(),
        }  # fmt: skip
        second = {
            "second": 1, "users": 1, "operations": [operation], "skipped": {}, "counters": {},
            "times": {}, "health": None,
        }  # fmt: skip
        said = {"test": self.told[-1]["test"], "seconds": [second], "passed": 1, "left": left}
        self.environment.events.worker_report.fire(client_id="w", data={REPORT_KEY: said})

    def end(self) -> None:
        """Locust says that the test is over."""
        self.environment.events.test_stopping.fire(environment=self.environment)
        self.environment.events.test_stop.fire(environment=self.environment)


def test_the_last_report_of_a_worker_is_waited_for(tmp_path: Path) -> None:
    """Locust ends a test as soon as no user is left, which a worker may report before the rest."""
    recorded = Recorded(tmp_path / "t.jsonl")
    recorded.report(3, left=False)
    ending = gevent.spawn(recorded.end)
    gevent.sleep(0.1)
    assert not ending.ready()
    recorded.report(2, left=True)
    ending.join()
    timeline = read_timeline(tmp_path / "t.jsonl")
    assert (timeline.totals.requests, timeline.counters) == (5, {})


def test_a_worker_that_says_no_more_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while the file is finished with what there is."""
    monkeypatch.setattr(processes, "_LAST_SECONDS", 0.1)
    recorded = Recorded(tmp_path / "t.jsonl")
    recorded.report(3, left=False)
    recorded.end()
    timeline = read_timeline(tmp_path / "t.jsonl")
    assert (timeline.totals.requests, timeline.end_reason) == (3, "stopped")
    assert timeline.counters == {"lost_workers": 1}, "its last words are missing"
