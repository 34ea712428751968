"""Every error of the service is a problem document."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from backend.database.queries import sessions
from tests.services import RunningService, running_service, service_settings


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without tokens."""
    with running_service(service_settings(tmp_path_factory.mktemp("errors"))) as running:
        yield running


def problem(reply: requests.Response, status: int) -> dict[str, object]:
    """The problem that an answer holds, which must be one."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    document: dict[str, object] = reply.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def test_what_is_not_there(service: RunningService) -> None:
    """An unknown route says where the routes are listed, and under which id the log has it."""
    reply = service.ask("GET", "/api/nothing")
    document = problem(reply, 404)
    assert "/docs" in str(document["hint"])
    assert document["request_id"] == reply.headers["x-request-id"]


def test_all_methods_of_a_path_are_named(service: RunningService) -> None:
    """The header Allow has the methods of all routes of the path, not of the first."""
    reply = service.ask("PUT", "/api/sessions/1")
    problem(reply, 405)
    assert reply.headers["allow"] == "DELETE, GET, PATCH"
    reply = service.ask("PATCH", "/api/sessions/configuration")
    problem(reply, 405)
    assert reply.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"a": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"9" * 100_000, "application/json", 400),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "application/json", 422),
        (b'{"target_url": "http://localhost", "x": ' + b"1" * 400 + b"}", "application/json", 422),
        (b'{"target_url": "http://localhost"}', "text/plain", 422),
        (b"a=b", "application/x-www-form-urlencoded", 422),
        (b"--x--", "multipart/form-data; boundary=x", 422),
        (b"{}", "application/json; charset=nonsense", 422),
    ],
)
def test_bodies_that_are_none(
    service: RunningService, body: bytes, content_type: str, status: int
) -> None:
    """What is no JSON, too deep, too large a number or of another type is refused."""
    headers = {"Content-Type": content_type}
    for path in ("/api/stress-test/start", "/api/sessions/configuration", "/api/validate-target"):
        problem(requests.post(service.url + path, data=body, headers=headers, timeout=60), status)


def test_too_large_a_body_is_refused_before_it_is_read(service: RunningService) -> None:
    """A body beyond the limit is answered 413, whatever its length says."""
    large = b"[" + b"0," * 6_000_000 + b"0]"
    reply = requests.post(f"{service.url}/api/test/start", data=large, timeout=60)
    problem(reply, 413)


def test_what_is_no_http_harms_nobody(service: RunningService) -> None:
    """Whatever comes on a connection, the next one is answered."""
    address = urlsplit(service.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
        connection.recv(1000)
    assert service.ask("GET", "/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/%00", "/api/%ff", "/api//sessions", "/api/../../etc/passwd"])
def test_paths_that_lead_nowhere(service: RunningService, path: str) -> None:
    """Strange paths are unknown routes."""
    address = urlsplit(service.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    """Where nothing can be read the answer is 503 with Retry-After, until it can be again."""
    with running_service(service_settings(tmp_path)) as running:
        _execute(tmp_path, "ALTER TABLE test_results RENAME TO away")
        for path in ("/health", "/api/test-results/filter"):
            reply = running.ask("GET", path)
            problem(reply, 503)
            assert int(reply.headers["retry-after"]) > 0
        assert running.ask("GET", "/health/live").status_code == 200
        assert "stress_api_database_up 0.0" in running.ask("GET", "/metrics").text
        _execute(tmp_path, "ALTER TABLE away RENAME TO test_results")
        assert running.ask("GET", "/health").status_code == 200
        assert "stress_api_database_up 1.0" in running.ask("GET", "/metrics").text


def test_a_locked_database_is_said(tmp_path: Path) -> None:
    """Where somebody else writes for too long, a change answers 503, and reading goes on."""
    body = {"session_name": "S", "configuration_name": "C", "target_url": "http://localhost:1"}
    with running_service(service_settings(tmp_path)) as running:
        with closing(sqlite3.connect(tmp_path / "service.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            problem(running.ask("POST", "/api/sessions/configuration", body), 503)
            assert running.get("/api/sessions")["total"] == 0
            other.execute("ROLLBACK")
        running.post("/api/sessions/configuration", body)


def _execute(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "service.db")) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_mistake_of_ours_tells_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected is answered 500 without details; the log has places, and no values."""

    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter22")

    with running_service(service_settings(tmp_path)) as running:
        monkeypatch.setattr(sessions, "find", broken)
        with caplog.at_level(logging.INFO):
            reply = running.ask("GET", "/api/sessions")
        document = problem(reply, 500)
    assert "hunter22" not in json.dumps(document)
    assert "hunter22" not in caplog.text
    places = [record for record in caplog.records if hasattr(record, "places")]
    assert "sessions.py" in places[0].places  # type: ignore[attr-defined]
