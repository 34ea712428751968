"""The recorder: its lines as the reader sees them, and what it calls failures."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import gevent
import pytest
from geventhttpclient.useragent import ConnectionError as ClientError
from locust.env import Environment
from locust.exception import CatchResponseError

from benchmark.engine.aborting import Aborting
from benchmark.engine.failures import describe_failure
from benchmark.engine.recording import record_test
from benchmark.engine.recording.recorder import MAX_MESSAGES
from benchmark.engine.resources import skipped_tasks
from benchmark.utils.timeline import Timeline, read_timeline
from tests.waiting import until


def profile_of(run_time: float) -> dict[str, Any]:
    """The load that was asked for, as it stands in the facts."""
    return {"name": "t", "users": 1, "spawn_rate": 1, "run_time": run_time, "shape": "hold"}


class Reply:
    """An answer, as far as the recorder looks."""

    def __init__(self, status_code: Any) -> None:
        self.status_code = status_code


class Recording:
    """An environment with a recorder, and the timeline that it wrote."""

    def __init__(self, path: Path, **facts: Any) -> None:
        self.environment = Environment(host="http://ann:secret@localhost:1")
        self.environment.create_local_runner()
        self.path = path
        record_test(self.environment, path, facts, Aborting(self.environment, ()))

    def start(self) -> None:
        """The test starts."""
        self.environment.events.test_start.fire(environment=self.environment)

    def request(self, name: str = "/x", time: float = 1.0, status: Any = 200, **more: Any) -> None:
        """A request was made."""
        event = {"request_type": "GET", "response_length": 10, "response": Reply(status), **more}
        self.environment.events.request.fire(name=name, response_time=time, **event)

    def end(self) -> Timeline:
        """The test stops; what the file says then."""
        self.environment.events.test_stopping.fire(environment=self.environment)
        self.environment.events.test_stop.fire(environment=self.environment)
        return read_timeline(self.path)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """A recording whose test has not started."""
    return Recording(tmp_path / "t.jsonl", profile=profile_of(60))


def test_sums_are_exact(recording: Recording) -> None:
    """Requests, failures, bytes, statuses and the sum of latencies, over several seconds."""
    recording.start()
    for time in (0.5, 2.0, 10.25):
        recording.request(time=time)
    until(lambda: b'"requests":3' in recording.path.read_bytes())
    recording.request(time=0.125, status=503, exception=ClientError("http://x/1", code=503))
    recording.request("/y", response=None, exception=ConnectionRefusedError(), response_length=None)
    timeline = recording.end()
    assert [each.requests for each in timeline.seconds if each.requests] == [3, 2]
    total = timeline.totals
    assert (total.requests, total.failures, total.received) == (5, 2, 40)
    assert total.statuses == {"0": 1, "200": 3, "503": 1}
    assert total.latency.total == pytest.approx(13.875)
    assert (total.latency.lowest, total.latency.highest) == (0.125, 10.25)
    assert {(each.name, each.message) for each in timeline.failures} == {
        ("/x", "HTTP 503"), ("/y", "connection refused"),
    }  # fmt: skip


def test_preparation_stands_apart(recording: Recording) -> None:
    """Set-up and clean-up are no load; a context that says something else is load."""
    recording.start()
    for context in ({"role": "setup"}, {"role": "clean-up"}, {"role": 5}, {"role": "mine"}, None):
        recording.request(context=context)
    timeline = recording.end()
    assert timeline.totals.requests == 3
    assert [operation.requests for operation in timeline.preparation] == [2]
    assert timeline.damaged_lines == 0


def test_odd_events_do_not_damage_the_file(recording: Recording) -> None:
    """Plugins fire events without times, with odd statuses, and names of half characters."""
    recording.start()
    recording.request(time=None, status="OK")  # type: ignore[arg-type]  # that is the point
    recording.request("/\ud800\n{x}")
    timeline = recording.end()
    assert timeline.damaged_lines == 0
    assert timeline.totals.requests == 2
    assert timeline.totals.statuses == {"0": 1, "200": 1}


def test_passwords_of_the_host_are_left_out(recording: Recording) -> None:
    """The first line has the host without user and password, and the facts it was given."""
    recording.start()
    timeline = recording.end()
    assert timeline.start.host == "http://localhost:1"
    assert b"secret" not in recording.path.read_bytes()


def test_a_second_test_starts_afresh(recording: Recording) -> None:
    """The file of the next test has nothing of the one before, skipped tasks included."""
    skipped_tasks["earlier"] += 3
    recording.start()
    recording.request()
    skipped_tasks["now"] += 2
    first = recording.end()
    assert (first.totals.requests, dict(first.skipped_tasks)) == (1, {"now": 2})
    recording.start()
    second = recording.end()
    assert (second.totals.requests, dict(second.skipped_tasks)) == (0, {})


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"profile": profile_of(1)}, "run time reached"),
        ({"profile": profile_of(60)}, "stopped"),
        ({"profile": None}, "stopped"),
        ({}, "stopped"),
    ],
)
def test_the_end_says_why(facts: dict[str, Any], reason: str, tmp_path: Path) -> None:
    """A run that got its time reached it; any other was stopped."""
    recording = Recording(tmp_path / "t.jsonl", **facts)
    recording.start()
    assert recording.end().end_reason == reason


def test_a_stop_before_any_start_is_no_test(recording: Recording) -> None:
    """Locust fires the stop events also where no test ran."""
    recording.environment.events.test_stopping.fire(environment=recording.environment)
    recording.environment.events.test_stop.fire(environment=recording.environment)
    assert not recording.path.exists()


def test_messages_are_bounded(recording: Recording) -> None:
    """A locustfile that puts ids into its messages does not fill the file."""
    recording.start()
    for number in range(2 * MAX_MESSAGES):
        recording.request(exception=CatchResponseError(f"no {number}"))
    timeline = recording.end()
    assert len(timeline.failures) == MAX_MESSAGES + 1
    assert timeline.failures[0].message == "(other failures)"
    assert timeline.failures[0].count == MAX_MESSAGES


def bad_certificate() -> ssl.SSLCertVerificationError:
    """What Python raises for a certificate of another host."""
    problem = ssl.SSLCertVerificationError(1, "failed")
    problem.verify_message = "IP address mismatch, certificate is not valid for '10.1.2.3'"
    return problem


@pytest.mark.parametrize(
    ("exception", "status", "message"),
    [
        (ClientError("http://h/7", code=404), 404, "HTTP 404"),
        (CatchResponseError("no items in 12345678"), 404, "no items in 12345678"),
        ("a text", 200, "a text"),
        (ConnectionRefusedError(111, "Connection refused"), 0, "connection refused"),
        (BrokenPipeError(), 0, "connection reset by the server"),
        (TimeoutError("timed out"), 0, "timed out"),
        (gevent.Timeout(5), 0, "timed out"),
        (socket.gaierror(-2, "unknown"), 0, "the host name cannot be resolved"),
        (OSError(99, "Cannot assign requested address"), 0, "no free local port in the load generator"),  # noqa: E501
        (OSError(5, "Input/output error"), 0, "input/output error"),
        (bad_certificate(), 0, "TLS certificate not accepted: IP address mismatch"),
        (ClientError("http://h:1/7", "lost 10.0.0.1:8000"), 0, "ConnectionError: lost …"),
        (ValueError("item 4f1c9e7a-0b1d at port 51234 of http://h/x"), 0, "ValueError: item … at port … of …"),  # noqa: E501
        (ValueError(), 0, "ValueError"),
    ],
)  # fmt: skip
def test_failures_have_few_names(exception: Any, status: int, message: str) -> None:
    """The same sort of failure has the same words: no URL, address, port or id in it."""
    assert describe_failure(exception, status) == message
