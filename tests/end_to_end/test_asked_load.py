"""A load of the endpoints that were asked for: these alone, in proportion, with given values."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Response

from benchmark import pipeline
from benchmark.errors import TargetError, UsageError
from benchmark.models import LoadProfile, Report
from benchmark.settings import BenchmarkConfig, load_config
from benchmark.utils.timeline import Progress
from tests.servers.serving import serving

pytestmark = pytest.mark.end_to_end


class Heard:
    """An observer that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def stage(self, text: str) -> None:
        """Keep it."""
        self.said.append(text)

    def probing(self, done: int, total: int, verified: int) -> None:
        """Nothing to keep."""

    def running(self, profile: LoadProfile, progress: Progress) -> None:
        """Nothing to keep."""


def shop() -> FastAPI:
    """Items that are made, read and deleted; something broken, and something that logs out."""
    app = FastAPI()
    app.state.items = {}
    app.state.calls = Counter()
    numbers = count(1)

    @app.post("/items", status_code=201)
    def make(item: dict[str, str]) -> dict[str, Any]:
        number = next(numbers)
        app.state.items[number] = item
        return {"id": number, **item}

    @app.get("/items/{item_id}")
    def read(item_id: int) -> dict[str, Any]:
        if item_id not in app.state.items:
            raise HTTPException(404)
        return {"id": item_id}

    @app.delete("/items/{item_id}", status_code=204, response_class=Response)
    def delete(item_id: int) -> None:
        app.state.items.pop(item_id, None)

    @app.get("/broken")
    def broken() -> dict[str, str]:
        raise HTTPException(404, "no such thing")

    @app.get("/other")
    def other() -> dict[str, str]:
        app.state.calls["other"] += 1
        return {}

    @app.post("/logout")
    def logout() -> dict[str, str]:
        app.state.calls["logout"] += 1
        return {}

    return app


def config_of(url: str, folder: Path, *endpoints: Any, **more: Any) -> BenchmarkConfig:
    """Settings of a short run."""
    given = {
        "host": url,
        "endpoints": list(endpoints),
        "results_dir": str(folder),
        "users": 3,
        "run_time": 3,
        "wait_time": "0-0.02",
        "strategy": "interleaved",
        "dynamic": {"rehearsal_seconds": 1},
        **more,
    }
    return load_config(given, None, {})


def measured(report: Report) -> dict[str, tuple[int, int]]:
    """Requests and failures of each operation of the load."""
    return {
        f"{each.method} {each.name}": (each.requests, each.failures)
        for each in report.result.operations
    }


def test_the_load_is_what_was_asked_for(tmp_path: Path) -> None:
    """In its proportion; what that needs is prepared and cleaned up; what fails is measured."""
    heard = Heard()
    with serving(shop) as served:
        config = config_of(
            served.url, tmp_path, "GET /items/{item_id} 1.0", "GET /broken 0.5", "POST /logout"
        )
        (report,) = pipeline.run_benchmark(config, heard)
        state = served.app.state
        assert state.items == {}
        assert state.calls == {}
    found = measured(report)
    assert found.keys() == {"GET /items/{item_id}", "GET /broken"}
    (reads, failed), (broken, broke) = found["GET /items/{item_id}"], found["GET /broken"]
    assert failed == 0
    assert broke == broken > 0
    assert abs(reads / broken - 2) < 0.2
    prepared = {each.name for each in report.result.preparation if each.method == "POST"}
    assert prepared == {"/items"}
    notes = [line for line in heard.said if line.startswith("Note: ")]
    assert any("GET /broken takes part because it was asked for" in note for note in notes)
    assert any("POST /logout was asked for and takes no part" in note for note in notes)
    status = {each.operation: each.readiness.status for each in report.result.readiness}
    assert status["GET /items/{item_id}"] == "verified"
    assert status["GET /broken"] == "unverified"
    assert "GET /other" not in status


class _Bare(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    seen: Counter[tuple[str, str, str, str | None]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.seen[self.command, self.path, body, self.headers.get("X-Tenant")] += 1
        known = self.path.startswith(("/api/a", "/api/b", "/api/users/"))
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_DELETE = _answer  # the names that http.server asks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bare() -> Iterator[tuple[str, Counter[tuple[str, str, str, str | None]]]]:
    """A target that shows no document, by a name that only a pin leads to; what it was asked."""
    seen: Counter[tuple[str, str, str, str | None]] = Counter()
    handler = type("Handler", (_Bare,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://bare.invalid:{server.server_port}/api", seen
        finally:
            server.shutdown()
            thread.join()


PIN = ["bare.invalid:127.0.0.1"]


def test_a_target_without_a_document_is_called_as_it_was_asked(
    bare: tuple[str, Counter[tuple[str, str, str, str | None]]], tmp_path: Path
) -> None:
    """Exactly the given requests are sent, by all processes to the pinned address."""
    url, seen = bare
    heard = Heard()
    config = config_of(
        url,
        tmp_path,
        {"path": "/a?x=1", "weight": 2},
        {
            "method": "POST",
            "path": "/b",
            "parameters": {"header": {"X-Tenant": "t"}},
            "body": {"email": "a@b.example", "n": [1]},
        },
        {"path": "/users/{id}", "parameters": {"id": "7"}},
        "DELETE /users/{id}",
        resolve=PIN,
        processes=2,
    )
    (report,) = pipeline.run_benchmark(config, heard)
    found = measured(report)
    assert found.keys() == {"GET /api/a", "POST /api/b", "GET /api/users/{id}"}
    assert not any(failed for _, failed in found.values())
    assert found["GET /api/a"][0] > 0
    calls = {key for key in seen if key[0] != "GET" or key[1].startswith(("/api/a?", "/api/users"))}
    assert {(m, p, t) for m, p, _, t in calls} == {
        ("GET", "/api/a?x=1", None),
        ("POST", "/api/b", "t"),
        ("GET", "/api/users/7", None),
    }
    bodies = {json.dumps(json.loads(body)) for method, _, body, _ in calls if method == "POST"}
    assert bodies == {'{"email": "a@b.example", "n": [1]}'}
    assert any("called as they stand" in line for line in heard.said)
    assert any("DELETE /api/users/{id} was asked for and takes no part" in s for s in heard.said)


def test_without_endpoints_a_target_needs_a_document(
    bare: tuple[str, Counter[tuple[str, str, str, str | None]]], tmp_path: Path
) -> None:
    """As ever; and one that does not answer is no target at all."""
    url, _ = bare
    with pytest.raises(TargetError, match="no OpenAPI document"):
        pipeline.run_benchmark(config_of(url, tmp_path, resolve=PIN), Heard())
    away = config_of("http://127.0.0.1:9", tmp_path, "GET /a")
    with pytest.raises(TargetError, match="not reachable"):
        pipeline.run_benchmark(away, Heard())


def test_where_nothing_may_be_called_the_run_does_not_begin(tmp_path: Path) -> None:
    """The reason is said."""
    with serving(shop) as served, pytest.raises(UsageError, match="destructive"):
        pipeline.run_benchmark(config_of(served.url, tmp_path, "POST /logout"), Heard())


def test_more_requests_per_second_than_allowed_stop_the_run(tmp_path: Path) -> None:
    """In good order, with that reason, long before its time is over."""
    with serving(shop) as served:
        config = config_of(
            served.url, tmp_path, "GET /other", run_time=60, wait_time=0, max_request_rate=20,
            no_probe=True,
        )  # fmt: skip
        (report,) = pipeline.run_benchmark(config, Heard())
    assert report.result.status == "aborted"
    assert "20 are allowed (--max-request-rate)" in report.result.status_reason
    assert report.result.duration < 20
