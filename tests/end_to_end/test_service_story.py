"""A test over REST from start to end: started, watched, read, found, compared, stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services import RunningService, running_service, service_settings
from tests.waiting import until

pytestmark = pytest.mark.end_to_end

_SECRET = "secret-of-the-story"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without tokens."""
    with running_service(service_settings(tmp_path_factory.mktemp("story"))) as running:
        yield running


@pytest.fixture(scope="module")
def asked(gateway_url: str) -> dict[str, Any]:
    """A test of two endpoints at a rate."""
    return {
        "target_url": gateway_url,
        "strategy": "interleaved",
        "max_concurrent_users": 10,
        "request_rate": 20,
        "duration": 4,
        "endpoints": [
            {"path": "/health", "method": "GET", "weight": 2.0},
            {"path": "/gateway/status", "method": "GET", "weight": 1.0},
        ],
        "headers": {"Authorization": f"Bearer {_SECRET}"},
        "thresholds": ["failures<1%"],
    }


def events(service: RunningService, path: str, **options: Any) -> list[tuple[int, str, Any]]:
    """The events of a test until its end: id, name and data."""
    found, number, name = [], 0, ""
    with service.ask("GET", path, stream=True, **options) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert reply.headers["x-accel-buffering"] == "no"
        for raw in reply.iter_lines():
            field, _, value = raw.decode().partition(": ")
            if field == "id":
                number = int(value)
            elif field == "event":
                name = value
            elif field == "data":
                found.append((number, name, json.loads(value)))
    return found


@pytest.fixture(scope="module")
def done(service: RunningService, asked: dict[str, Any]) -> dict[str, Any]:
    """The result of a test that was watched to its end, with its events."""
    started = service.post("/api/stress-test/start", asked)
    seen = events(service, started["links"]["events"])
    result: dict[str, Any] = service.get(started["links"]["results"])
    return {**result, "seen": seen}


def test_a_test_runs_as_asked(done: dict[str, Any]) -> None:
    """It is completed; only the endpoints that were asked for are called, as often as asked."""
    assert done["status"] == "completed", done["status_reason"]
    assert {each["path"] for each in done["endpoints"]} == {"/health", "/gateway/status"}
    assert 60 <= done["results"]["requests"] <= 90
    counts = {each["path"]: each["requests"] for each in done["endpoints"]}
    assert counts["/health"] > counts["/gateway/status"]
    assert done["summary"]["thresholds_met"] is True
    assert done["thresholds"][0]["held"] is True
    assert done["results"]["status_codes"]["200"] == done["results"]["requests"]


def test_events_tell_it_second_by_second(service: RunningService, done: dict[str, Any]) -> None:
    """Ids grow, a line of progress comes each second, the end comes last; watching resumes."""
    seen = done["seen"]
    numbers = [number for number, _, _ in seen]
    assert numbers == sorted(set(numbers))
    assert sum(name == "progress" for _, name, _ in seen) >= 3
    assert (seen[-1][1], seen[-1][2]["status"]) == ("end", "completed")
    path, middle = done["links"]["events"], numbers[len(numbers) // 2]
    rest = [each for each in seen if each[0] > middle]
    assert events(service, path, headers={"Last-Event-ID": str(middle)}) == rest
    assert events(service, path, params={"last_event_id": middle}) == rest
    over = service.ask("GET", path, headers={"Last-Event-ID": str(numbers[-1])})
    assert over.status_code == 204  # a browser comes back no more


def test_files_are_given_safely(service: RunningService, done: dict[str, Any]) -> None:
    """All files can be had; a page is shut off from the service, others are downloads."""
    files = {each["what"]: each for each in done["artifacts"]}
    assert {"report", "statistics", "locustfile", "timeline"} <= set(files)
    for what, file in files.items():
        reply = service.ask("GET", file["url"])
        assert reply.status_code == 200, what
        assert reply.headers["x-content-type-options"] == "nosniff"
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("sandbox"), what
        assert "allow-same-origin" not in policy
        disposition = reply.headers["content-disposition"]
        is_page = file["content_type"].startswith("text/html")
        assert disposition.startswith("inline" if is_page else "attachment"), what
        assert _SECRET not in reply.text, what
    assert service.ask("GET", f"{done['links']['events']}/../artifacts/report").status_code == 200


def test_two_results_are_compared(
    service: RunningService, asked: dict[str, Any], done: dict[str, Any]
) -> None:
    """Two runs of the same test against the same target compare."""
    again = service.post("/api/stress-test/start", asked)
    events(service, again["links"]["events"])
    reply = service.ask(
        "GET", f"/api/test-results/{done['result_id']}/compare/{again['result_id']}"
    )
    assert reply.status_code == 200
    compared = reply.json()
    assert compared["answer"] in {"equivalent", "cannot tell", "regressed", "improved"}
    assert {each["name"] for each in compared["operations"]} == {"/health", "/gateway/status"}


def test_a_running_test_tells_and_stops(service: RunningService, asked: dict[str, Any]) -> None:
    """Live figures come while it runs; stopped, it ends before its time and keeps them."""
    started = service.post("/api/stress-test/start", {**asked, "duration": 15})
    links = started["links"]

    def with_requests() -> Any:
        told = service.get(links["results"])
        return told if (told["results"] or {}).get("requests") else None

    found = until(with_requests)
    assert found["status"] == "running"
    assert found["live"]["users"] >= 1
    assert found["live"]["requests_per_second"] > 0
    assert found["endpoints"]
    stopped = service.ask("POST", links["stop"])
    assert (stopped.status_code, stopped.json()["stop_requested"]) == (202, True)
    until(lambda: service.get(links["results"])["status"] != "running")
    result = service.get(links["results"])
    assert result["status"] == "stopped"
    assert result["results"]["requests"] >= found["results"]["requests"]
    assert service.ask("POST", links["stop"]).status_code == 200


def test_secrets_left_no_trace(service: RunningService, done: dict[str, Any]) -> None:
    """Of the headers' values nothing is in the database or in any file of the run."""
    folder = service.settings.runs_dir.parent
    for path in folder.rglob("*"):
        if path.is_file():
            assert _SECRET.encode() not in path.read_bytes(), path
