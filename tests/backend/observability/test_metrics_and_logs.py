"""What an operator sees: metrics, logs, health."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.services import RunningService, hold_slot, running_service, service_settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service whose only place is taken."""
    settings = service_settings(tmp_path_factory.mktemp("observed"))
    hold_slot(settings)
    with running_service(settings) as running:
        yield running


def samples(service: RunningService) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The metrics as Prometheus reads them."""
    reply = service.ask("GET", "/metrics")
    assert reply.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_runs_are_counted_in_the_database(service: RunningService) -> None:
    """The gauges say what the database has now, whichever process runs it."""
    service.post("/api/test/start", {"target_url": "http://127.0.0.1:9"})
    found = samples(service)
    assert found["stress_api_runs", (("status", "running"),)] == 1
    assert found["stress_api_runs", (("status", "pending"),)] == 1
    assert found["stress_api_run_slots", ()] == 1
    assert found["stress_api_free_run_slots", ()] == 0
    assert found["stress_api_database_up", ()] == 1
    health = service.get("/health")
    assert health["runs"] == {"slots": 1, "running": 1, "pending": 1, "free_slots": 0}
    assert health["versions"]["stress-api"]


def test_requests_are_counted_by_template(service: RunningService) -> None:
    """Ids and unknown paths make no series of their own."""
    for _ in range(3):
        service.ask("GET", f"/api/test/{uuid4()}/results")
        service.ask("GET", f"/{uuid4()}")
        service.ask("PURGE", "/health")
    found = samples(service)
    labels = (("method", "GET"), ("route", "/api/test/{test_id}/results"), ("status", "404"))
    assert found["stress_api_http_requests_total", labels] == 3
    assert found[
        "stress_api_http_request_seconds_count",
        (("method", "GET"), ("route", "/api/test/{test_id}/results")),
    ] == 3  # fmt: skip
    routes = {dict(labels).get("route", "") for _, labels in found}
    assert "none" in routes
    assert not any(re.search(r"[0-9a-f]{8}-", route) for route in routes)
    methods = {dict(labels).get("method", "") for _, labels in found}
    assert "PURGE" not in methods
    assert "other" in methods


def test_a_request_can_be_found_in_the_log(
    service: RunningService, caplog: pytest.LogCaptureFixture
) -> None:
    """A line for each request has its status and the run's id; the client may choose its id."""
    test = str(uuid4())
    with caplog.at_level(logging.INFO, logger="backend.requests"):
        mine = {"X-Request-ID": "my-request-1"}
        reply = service.ask("GET", f"/api/test/{test}/results?token=hunter22", headers=mine)
        other = service.ask("GET", "/api/sessions", headers={"X-Request-ID": 'a"b<c>' * 3})
    assert reply.headers["x-request-id"] == "my-request-1"
    assert re.fullmatch(r"[0-9a-f-]{36}", other.headers["x-request-id"])
    lines = [record for record in caplog.records if record.name == "backend.requests"]
    assert (lines[0].status, lines[0].test_id) == (404, test)  # type: ignore[attr-defined]
    assert "hunter22" not in caplog.text


def test_the_log_is_json_with_ids() -> None:
    """Each line is a JSON object; of an exception it has the places and not the text."""
    program = """
import logging
from backend.observability import log_as_json
from backend.observability.request_context import begin_request
log_as_json()
begin_request("request-7")
logging.getLogger("uvicorn.error").info("started", extra={"test_id": "t"})
try:
    raise ValueError("hunter22")
except ValueError:
    logging.getLogger("backend").exception("failed")
"""
    lines = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stderr.splitlines()
    first, second = map(json.loads, lines)
    assert (first["message"], first["level"], first["test_id"]) == ("started", "INFO", "t")
    assert first["request_id"] == "request-7"
    assert "ValueError" in second["exc_info"]
    assert "hunter22" not in "".join(lines)


def test_several_processes_are_summed_up(tmp_path: Path) -> None:
    """With a shared folder any process tells the requests of all, those of the dead too.

    A stream that was open when its process died is open no longer.
    """
    program = """
import os, sys
from pathlib import Path
from backend.observability import Metrics
from backend.database import Database
from tests.services import service_settings
settings = service_settings(Path(sys.argv[1]))
metrics = Metrics(Database(settings.database_url), settings)
metrics.count("GET", "/health", 200, 0.01)
metrics.stream_opened()
sys.stdout.write(metrics.text().decode())
"""
    shared = tmp_path / "metrics"
    shared.mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(shared)}
    for expected in ("1.0", "2.0"):
        text = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        wanted = 'stress_api_http_requests_total{method="GET",route="/health",status="200"} '
        assert wanted + expected in text
        assert "stress_api_event_streams 1.0" in text
    for file in shared.iterdir():
        assert file.stat().st_blocks * 512 >= file.stat().st_size, f"a full disk tears {file}"


def test_a_folder_that_cannot_be_shared_is_named() -> None:
    """Before anything is answered."""
    done = subprocess.run(
        [sys.executable, "-c", "import backend.main"],
        cwd=ROOT, env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": "/nowhere"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith("error: PROMETHEUS_MULTIPROC_DIR: nothing can be written there")
