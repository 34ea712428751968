"""Looking at targets in child processes: what they answer, and what hostile documents can do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.inspection import Inspector, Job
from backend.inspection import inspector as module
from backend.problems import Problem
from benchmark.errors import UsageError
from tests.services import RunningService, running_service, service_settings

pytestmark = pytest.mark.end_to_end

Serve = Callable[[dict[str, tuple[str, bytes]]], str]

_DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "2"},
    "paths": {
        "/users/{user_id}": {
            "put": {
                "parameters": [
                    {
                        "name": "user_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 5, "maximum": 9},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/User"}}
                    },
                },
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
    "components": {
        "schemas": {
            "User": {
                "type": "object",
                "properties": {"email": {"type": "string", "format": "email"}},
                "required": ["email"],
            }
        }
    },
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without tokens."""
    with running_service(service_settings(tmp_path_factory.mktemp("inspecting"))) as running:
        yield running


def test_a_good_target_is_usable(service: RunningService, gateway_url: str) -> None:
    """Reachable, with its documents, their titles and versions."""
    found = service.post("/api/validate-target", {"target_url": gateway_url})
    assert (found["reachable"], found["usable"], found["problem"]) == (True, True, "")
    titles = {each["title"] for each in found["documents"]}
    assert "Document service" in titles
    assert found["target_url"] == gateway_url


def test_a_target_that_is_away_is_an_answer(service: RunningService, closed_url: str) -> None:
    """What cannot be tested is no error of the request: the answer says why, and what to do."""
    found = service.post("/api/validate-target", {"target_url": closed_url})
    assert (found["reachable"], found["usable"]) == (False, False)
    assert found["problem"]
    assert found["hint"]


def test_a_target_without_documents(service: RunningService, serve: Serve) -> None:
    """It answers, and shows no document: both are said."""
    target = serve({"/": ("text/html", b"<p>hello</p>")})
    found = service.post("/api/validate-target", {"target_url": target})
    assert (found["reachable"], found["usable"]) == (True, False)
    assert found["problem"]
    reply = service.ask("POST", "/api/openapi-endpoints", {"target_url": target})
    assert reply.status_code == 422
    assert reply.json()["detail"]


def test_headers_reach_the_target(service: RunningService, serve: Serve) -> None:
    """Endpoints are listed with parameters and body, of a target as of a document given inline."""
    target = serve({"/openapi.json": ("application/json", json.dumps(_DOCUMENT).encode())})
    body = {"target_url": target, "headers": {"X-Tenant": "7"}}
    of_target = service.post("/api/openapi-endpoints", body)
    inline = service.post("/api/openapi-endpoints", {"document": _DOCUMENT})
    assert of_target["total"] == inline["total"] == 1
    endpoint = inline["endpoints"][0]
    assert (endpoint["method"], endpoint["path"]) == ("PUT", "/users/{user_id}")
    assert endpoint["parameters"][0]["in"] == "path"
    assert endpoint["body"]["content"][0]["schema"] == {"$ref": "#/$defs/User"}
    assert "User" in inline["applications"][0]["definitions"]


def test_samples_are_valid_and_repeatable(service: RunningService) -> None:
    """As many as asked for, within the schema; the same seed gives the same."""
    asked = {"document": _DOCUMENT, "path": "/users/{user_id}", "method": "PUT", "count": 5}
    first, second = (
        service.post("/api/generate-sample-data", {**asked, "seed": 7}) for _ in range(2)
    )
    assert first == second
    assert len(first["samples"]) == 5
    for sample in first["samples"]:
        assert sample["valid"]
        assert 5 <= sample["parameters"]["path"]["user_id"] <= 9
        assert "@" in sample["body"]["email"]


def test_refusals_keep_their_sort() -> None:
    """What the pipeline raises in the child is raised by the inspector."""
    with pytest.raises(UsageError) as caught:
        Inspector().ask(Job("samples", document=_DOCUMENT, method="GET", path="/x"))
    assert "GET /x" in caught.value.message


def test_what_takes_too_long_is_ended(serve: Serve) -> None:
    """After its time the child is ended, and the client is told."""
    begun = time.monotonic()
    with pytest.raises(Problem) as caught:
        Inspector(seconds=0.05).ask(Job("endpoints", document=_DOCUMENT))
    assert caught.value.status == 422
    assert time.monotonic() - begun < 10


def test_more_than_a_few_are_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many run and wait at once; the next is told when to try again, at once."""
    inspector = Inspector()
    going, leave = threading.Semaphore(0), threading.Event()

    def slow(_: Job) -> bytes:
        going.release()
        leave.wait(30)
        return b"result\n{}"

    monkeypatch.setattr(inspector, "_run", slow)
    several = module.AT_ONCE + module.WAITING
    threads = [
        threading.Thread(target=inspector.ask, args=(Job("endpoints"),)) for _ in range(several)
    ]
    for thread in threads:
        thread.start()
    for _ in range(module.AT_ONCE):
        assert going.acquire(timeout=10)
    deadline = time.monotonic() + 10
    refused: Problem | None = None
    while refused is None and time.monotonic() < deadline:
        try:
            if inspector._places.acquire(blocking=False):  # not all of them wait yet
                inspector._places.release()
                continue
            inspector.ask(Job("endpoints"))
        except Problem as problem:
            refused = problem
    leave.set()
    for thread in threads:
        thread.join()
    assert refused is not None
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
