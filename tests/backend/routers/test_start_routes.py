"""Starting and stopping tests over REST, while the only place is taken: nothing runs here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from backend.database import Database
from backend.database.queries import audit
from backend.settings import Limits
from tests.services import RunningService, hold_slot, running_service, service_settings

_TARGET = "http://127.0.0.1:9"
_EXAMPLE: dict[str, Any] = {
    "target_url": _TARGET,
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


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service whose only place is taken, so that whatever is started waits."""
    limits = Limits(max_runs_per_user=1000)
    settings = service_settings(tmp_path_factory.mktemp("busy"), queue_size=1000, limits=limits)
    hold_slot(settings)
    with running_service(settings) as running:
        yield running


def result(service: RunningService, started: dict[str, Any]) -> dict[str, Any]:
    """What is told of a test."""
    found: dict[str, Any] = service.get(f"/api/stress-test/{started['test_id']}/results")
    return found


def test_a_start_answers_at_once(service: RunningService) -> None:
    """The example of the documentation is accepted: it waits, and says where it goes on."""
    reply = service.ask("POST", "/api/stress-test/start", _EXAMPLE)
    assert reply.status_code == 202
    started = reply.json()
    assert started["test_id"] == started["result_id"]
    assert (started["status"], started["kind"]) == ("pending", "stress-test")
    assert started["queue_position"] >= 1
    assert reply.headers["location"] == started["links"]["self"]
    for link in ("self", "results"):
        assert service.get(started["links"][link])["test_id"] == started["test_id"]


def test_secrets_are_never_returned(service: RunningService) -> None:
    """Headers' values, and what calls itself a secret, stand in no answer."""
    endpoint = {"path": "/login", "method": "POST", "body": {"password": "hunter22", "name": "A"}}
    started = service.post("/api/stress-test/start", {**_EXAMPLE, "endpoints": [endpoint]})
    for path in started["links"]["self"], started["links"]["results"]:
        text = service.ask("GET", path).text
        assert "your-token" not in text
        assert "hunter22" not in text
    request = result(service, started)["request"]
    assert request["headers"] == {"Authorization": "***"}
    assert request["endpoints"][0]["body"] == {"password": "***", "name": "A"}


def test_a_simple_test_is_one_in_few_words(service: RunningService) -> None:
    """Users and duration are all that it needs."""
    started = service.post("/api/test/start", {"target_url": _TARGET, "users": 3, "duration": 9})
    assert started["kind"] == "test"
    request = service.get(f"/api/test/{started['test_id']}/results")["request"]
    assert (request["max_concurrent_users"], request["duration"]) == (3, 9.0)


def configuration(service: RunningService) -> dict[str, Any]:
    """A configuration in a session."""
    body = {
        "user_email": "user1@example.com",
        "session_name": "S",
        "configuration_name": "C",
        "target_url": _TARGET,
        "settings": {"duration": 30, "max_concurrent_users": 7, "strategy": "sequential"},
    }
    made: dict[str, Any] = service.post("/api/sessions/configuration", body)
    return made


def test_a_configuration_is_enough(service: RunningService) -> None:
    """A start takes everything from its configuration, and belongs to its session and user."""
    kept = configuration(service)
    started = service.post("/api/stress-test/start", {"configuration_id": kept["configuration_id"]})
    assert started["session_id"] == kept["session_id"]
    assert started["user_email"] == "user1@example.com"
    assert (started["target_url"], started["strategy"]) == (_TARGET, "sequential")
    assert result(service, started)["request"]["max_concurrent_users"] == 7


def test_what_the_start_says_wins(service: RunningService) -> None:
    """Fields of the request hold before those of the configuration; stages replace a duration."""
    kept = configuration(service)["configuration_id"]
    started = service.post("/api/stress-test/start", {"configuration_id": kept, "duration": 5})
    assert result(service, started)["request"]["duration"] == 5.0
    stages = [{"duration": 10, "users": 5}]
    started = service.post("/api/stress-test/start", {"configuration_id": kept, "stages": stages})
    request = result(service, started)["request"]
    assert "duration" not in request
    assert request["stages"] == stages


def test_two_starts_of_a_configuration_are_two_tests(service: RunningService) -> None:
    """Nothing but an Idempotency-Key makes two starts one."""
    kept = {"configuration_id": configuration(service)["configuration_id"]}
    first, second = (service.post("/api/stress-test/start", kept) for _ in range(2))
    assert first["test_id"] != second["test_id"]
    page = service.get("/api/test-results/filter", **kept)
    assert page["total"] == 2


def test_a_repeated_start_is_the_first_one(service: RunningService) -> None:
    """The same Idempotency-Key answers the same test; with another request it is refused."""
    key = {"headers": {"Idempotency-Key": str(uuid4())}}
    first, second = (service.post("/api/stress-test/start", _EXAMPLE, **key) for _ in range(2))
    assert first["test_id"] == second["test_id"]
    other = service.ask("POST", "/api/stress-test/start", {**_EXAMPLE, "duration": 5}, **key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]


def test_stopping_twice_does_no_harm(service: RunningService) -> None:
    """A waiting test ends by being stopped; the second time it has ended already."""
    started = service.post("/api/stress-test/start", _EXAMPLE)
    for _ in range(2):
        reply = service.ask("POST", started["links"]["stop"])
        assert reply.status_code == 200
        assert reply.json()["status"] == "stopped"
        assert reply.json()["stop_requested"]


def test_watching_ends_with_the_test(service: RunningService) -> None:
    """Who has had the `end` of a test gets 204, so that a browser comes back no more."""
    service.post("/api/stress-test/start", {"target_url": _TARGET, "duration": 600})
    waiting = service.post("/api/stress-test/start", {"target_url": _TARGET, "duration": 600})
    service.post(waiting["links"]["stop"])
    watched = service.ask("GET", waiting["links"]["events"])
    assert (watched.status_code, watched.text.count("event: end")) == (200, 1)
    number = watched.text.rpartition("id: ")[2].partition("\n")[0]
    path, header = waiting["links"]["events"], {"Last-Event-ID": number}
    again = service.ask("GET", path, headers=header)
    assert (again.status_code, again.content) == (204, b"")
    assert service.ask("GET", f"{path}?last_event_id={number}").status_code == 204


@pytest.mark.parametrize("kind", ["test", "stress-test"])
def test_what_is_not_there_is_neither_read_nor_stopped(service: RunningService, kind: str) -> None:
    """Unknown ids answer 404 on every route of a test."""
    path = f"/api/{kind}/{uuid4()}"
    assert service.ask("GET", f"{path}/results").status_code == 404
    assert service.ask("POST", f"{path}/stop").status_code == 404
    events = f"/api/stress-test/{uuid4()}/events"
    assert service.ask("GET", events).status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "`target_url` is missing"),
        ({"target_url": _TARGET, "duration": 0}, "greater"),
        ({"target_url": _TARGET, "duration": 1e12}, "less"),
        ({"target_url": _TARGET, "request_rate": float("nan")}, "NaN"),
        ({"target_url": _TARGET, "max_concurrent_users": 10**30}, "64 bits"),
        ({"target_url": _TARGET, "max_concurrent_users": True}, "integer"),
        ({"target_url": _TARGET, "strategy": "fast"}, "sequential"),
        ({"target_url": _TARGET, "stages": [{"duration": 5}]}, "either `users`"),
        (
            {"target_url": _TARGET, "duration": 5, "stages": [{"duration": 5, "users": 1}]},
            "leave out the other two",
        ),
        ({"target_url": _TARGET, "headers": {"a b": "c"}}, "no name of a header"),
        ({"target_url": _TARGET, "headers": {"a": "b\r\nc: d"}}, "one line"),
        ({"target_url": _TARGET, "duration": "60"}, "valid number"),
        ({"target_url": _TARGET, "duration": True}, "valid number"),
        ({"target_url": _TARGET, "request_rate": "1"}, "valid number"),
        ({"target_url": _TARGET, "wait_time": ["0", 1]}, "valid number"),
        ({"target_url": _TARGET, "stages": [{"duration": 5, "request_rate": "1"}]}, "valid number"),
        ({"target_url": _TARGET, "endpoints": [{"path": "/a", "weight": "1"}]}, "valid number"),
        ({"target_url": _TARGET, "wait_time": [3, 1]}, "shorter pause first"),
        ({"target_url": _TARGET, "endpoints": [{"path": "/a", "weight": 0}]}, "greater"),
        ({"target_url": _TARGET, "endpoints": [{"path": "//evil"}]}, "no path"),
        ({"target_url": _TARGET, "thresholds": ["fast"]}, "fast"),
        ({"target_url": _TARGET, "max_concurrent_users": 5000}, "allows"),
        ({"target_url": _TARGET, "arrivals": "poisson"}, "rate"),
        ({"target_url": _TARGET, "session_id": 0}, "greater"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(
    service: RunningService, body: dict[str, Any], says: str
) -> None:
    """Wrong and absurd starts answer 422 with a reason, and leave nothing behind."""
    before = service.get("/api/test-results/filter")["total"]
    reply = service.ask("POST", "/api/stress-test/start", body)
    assert reply.status_code == 422
    assert says in reply.text
    assert service.get("/api/test-results/filter")["total"] == before


@pytest.mark.parametrize(
    ("ids", "status"),
    [({"session_id": 999999}, 404), ({"configuration_id": 999999}, 404)],
)
def test_links_must_lead_somewhere(
    service: RunningService, ids: dict[str, int], status: int
) -> None:
    """A session or configuration that is not there is said, before anything is started."""
    reply = service.ask("POST", "/api/stress-test/start", {"target_url": _TARGET, **ids})
    assert reply.status_code == status


def test_session_and_configuration_must_belong_together(service: RunningService) -> None:
    """A configuration of another session is a conflict."""
    first, second = configuration(service), configuration(service)
    ids = {
        "session_id": first["session_id"],
        "configuration_id": second["configuration_id"],
    }
    assert service.ask("POST", "/api/stress-test/start", ids).status_code == 409


def test_forbidden_targets_are_refused_and_noted(service: RunningService) -> None:
    """Without tokens this machine alone may be tested; a refusal stands in the audit log."""
    target = "http://169.254.169.254"
    reply = service.ask("POST", "/api/stress-test/start", {"target_url": target})
    assert reply.status_code == 403
    assert reply.json()["hint"]
    database = Database(service.settings.database_url)
    with database.reading() as session:
        actions = [(entry.action, entry.target_url) for entry in audit.find(session).rows]
    database.close()
    assert ("start refused", target) in actions
    assert ("start", _TARGET) in actions


def test_a_full_queue_says_when_to_try_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where no more may wait, the answer is 429 with Retry-After, and nothing is kept."""
    settings = service_settings(tmp_path_factory.mktemp("full"), queue_size=1)
    hold_slot(settings)
    with running_service(settings) as running:
        running.post("/api/stress-test/start", _EXAMPLE)
        reply = running.ask("POST", "/api/stress-test/start", _EXAMPLE)
        assert reply.status_code == 429
        assert int(reply.headers["retry-after"]) > 0
        assert running.get("/api/test-results/filter")["total"] == 2  # with the one that runs
