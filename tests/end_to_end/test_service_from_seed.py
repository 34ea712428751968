"""The story of the service, from the configurations that the scripts make to a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from served import Service, read_events, run_script, running_service

pytestmark = pytest.mark.end_to_end

WRITTEN = {
    "target_url": "https://example-api.com",
    "strategy": "interleaved",
    "max_concurrent_users": 100,
    "request_rate": 10,
    "duration": 60,
    "endpoints": [
        {"path": "/users", "method": "GET", "weight": 2.0},
        {"path": "/products", "method": "GET", "weight": 1.0},
    ],
    "headers": {"Authorization": "Bearer your-token"},
}
"""The request that every client of this service was told to send."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service whose database holds the seeded configurations."""
    with running_service(tmp_path / "data") as service:
        run_script(service.environment, "seed_database")
        yield service


def test_from_a_seeded_database_to_a_comparison(service: Service, gateway_url: str) -> None:
    """Start, watch, read, filter, compare, stop: each step finds what the one before it left."""
    sessions = service.get("/api/user/user1@example.com/sessions")["items"]
    configuration = next(
        each
        for session in sessions
        for each in session["configurations"]
        if each["configuration_name"] == "Reads only"
    )
    request = {
        "configuration_id": configuration["configuration_id"],
        "target_url": gateway_url,
        "duration": 6,
        "request_rate": 40,
    }
    first = service.start(request)
    events = read_events(service, first)
    assert [event.id for event in events] == sorted(event.id for event in events)
    names = [event.name for event in events]
    assert names[-1] == "end"
    assert events[-1].data["status"] == "completed"
    assert names.count("progress") >= 4
    counted = [event.data["requests"] for event in events if event.name == "progress"]
    assert counted == sorted(counted)
    resumed = read_events(service, first, after=events[2].id)
    assert resumed == events[3:]

    result = service.wait_until_final(first)
    assert result["status"] == "completed"
    assert result["configuration_id"] == configuration["configuration_id"]
    assert result["session_id"] == configuration["session_id"]
    assert result["user_email"] == "user1@example.com"
    assert result["results"]["requests"] == pytest.approx(240, abs=30)
    assert result["results"]["successes"] == result["results"]["requests"]
    assert sum(each["requests"] for each in result["endpoints"]) == result["results"]["requests"]
    by_path = {each["path"]: each["requests"] for each in result["endpoints"]}
    others = by_path["/"], by_path["/gateway/services"]
    assert by_path["/api/v1/documents/"] > 1.3 * max(others)  # its weight is three times theirs

    second = service.start(request)
    assert service.wait_until_final(second)["status"] == "completed"
    page = service.get(
        "/api/test-results/filter?user_email=user1@example.com&status=completed"
        f"&configuration_id={configuration['configuration_id']}&limit=10"
    )
    assert [item["result_id"] for item in page["items"]] == [second, first]
    assert page["total"] == 2
    comparison = service.get(f"/api/test-results/{first}/compare/{second}")
    assert comparison
    report = service.ask("GET", f"/api/stress-test/{first}/artifacts/report")
    assert report.status == 200
    assert report.body.lstrip().lower().startswith(b"<!doctype html>")

    third = service.start({**request, "duration": 15})
    service.wait_for_load(third, requests=20)
    assert service.ask("POST", f"/api/stress-test/{third}/stop").status == 202
    stopped = service.wait_until_final(third)
    assert stopped["status"] == "stopped"
    assert stopped["results"]["requests"] >= 20
    assert service.ask("POST", f"/api/stress-test/{third}/stop").status == 200
    assert service.results(third) == stopped


def test_the_written_request_works_as_it_stands(service: Service, gateway_url: str) -> None:
    """With a target that may not be tested it is refused, and the answer names the setting.

    The gateway has neither of the two endpoints, so its answers are failures, which are counted.
    """
    elsewhere = {**WRITTEN, "target_url": "http://192.0.2.1"}
    refused = service.ask("POST", "/api/stress-test/start", elsewhere)
    assert refused.status == 403
    assert "STRESS_API_ALLOWED_TARGETS" in refused.body.decode()
    test_id = service.start({**WRITTEN, "target_url": gateway_url, "duration": 3})
    result = service.wait_until_final(test_id)
    assert result["status"] in ("completed", "failed")
    assert result["request"]["headers"] != WRITTEN["headers"]
    assert b"your-token" not in service.ask("GET", f"/api/test-results/{test_id}").body


def test_two_starts_of_one_configuration_are_two_tests(service: Service, gateway_url: str) -> None:
    """They run one after the other; with one Idempotency-Key they are one."""
    request = {"configuration_id": 2, "target_url": gateway_url, "duration": 2}
    first = service.start(request)
    same = {service.start(request, **{"Idempotency-Key": "once"}) for _ in range(3)}
    assert len(same) == 1
    assert first not in same
    done = [service.wait_until_final(test_id) for test_id in (first, *same)]
    assert [each["status"] for each in done] == ["completed"] * 2
    ends_and_starts = [(each["started_at"], each["ended_at"]) for each in done]
    assert ends_and_starts == sorted(ends_and_starts)
    for (_, ended), (started, _) in pairwise(ends_and_starts):
        assert started >= ended
