"""The files of real runs: of several processes, of the open model, and of a target that dies."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/result.schema.json").read_text(encoding="utf-8"))

SERVER = """
import json, os, sys
from itertools import count
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

numbers, last = count(1), int(sys.argv[1])

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if next(numbers) == last:
            os._exit(0)
        bad = self.path.startswith("/bad")
        told = {"detail": "no stock", "sent": self.headers.get("Authorization")}
        body = json.dumps(told if bad else {}).encode()
        self.send_response(503 if bad else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
"""
"""Says what it was sent where it fails; dies at the request of that number."""

LOCUSTFILE = """
from locust import constant, task
from benchmark.engine import RapidHttpUser

class Reader(RapidHttpUser):
    wait_time = constant(0.05)

    @task(3)
    def read(self):
        self.client.get("/items")

    @task
    def fail(self):
        self.client.get("/bad")
"""


@contextmanager
def serving(last: int = 0) -> Iterator[str]:
    """The URL of the server."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(last)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def run(folder: Path, url: str, *options: str) -> tuple[Any, subprocess.CompletedProcess[str]]:
    """What a run of the command line printed as JSON."""
    locustfile = folder / "readers.py"
    locustfile.write_text(LOCUSTFILE)
    arguments = ["--host", url, "--locustfile", str(locustfile), "--results-dir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "run", *arguments, *options, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    return json.loads(done.stdout), done


def only(folder: Path, pattern: str) -> Path:
    """The one file of a pattern."""
    (path,) = folder.glob(pattern)
    return path


def test_a_run_of_several_processes_leaves_every_file(tmp_path: Path) -> None:
    """All say the same; the secret is in none of them, whoever said it."""
    with serving() as url:
        options = ["--token", "s3cret-of-this-run", "--threshold", "p95<10s"]
        options += [
            "--threshold",
            "failures<1%",
            "--processes",
            "2",
            "-u",
            "4",
            "-r",
            "4",
            "-t",
            "3s",
        ]
        document, done = run(tmp_path, url, *options)
    assert done.returncode == 1
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(document)
    stored = json.loads(only(tmp_path, "*[0-9].json").read_text(encoding="utf-8"))
    assert stored == document
    assert [each["held"] for each in document["thresholds"]] == [True, False]
    (failure,) = document["failures"]
    assert (failure["message"], failure["status"]) == ("HTTP 503", 503)
    assert failure["sample"] == '{"detail": "no stock", "sent": "Bearer ***"}'
    words = shlex.split(document["command"])
    assert words[:2] == ["stress-api", "run"]
    assert words[words.index("--token") + 1] == "$BENCHMARK_TOKEN"
    assert document["environment"]["Locust"]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not [file for file in files if b"s3cret-of-this-run" in file.read_bytes()]
    junit = ET.parse(only(tmp_path, "*_junit.xml")).getroot()
    assert junit.get("failures") == "1"
    text = only(tmp_path, "*_metrics.txt").read_text(encoding="utf-8")
    counted = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("operation") == "/bad"
    }
    assert counted["stress_api_failures_total"] == failure["count"]
    mark = "❔" if document["validity"]["verdict"] == "invalid" else "❌"  # on a busy machine
    assert only(tmp_path, "*_summary.md").read_text(encoding="utf-8").startswith(f"## {mark}")
    assert len(only(tmp_path, "*_operations.csv").read_text(encoding="utf-8").splitlines()) == 3
    for path in document["files"].values():
        assert Path(path).exists(), path


def test_an_open_run_has_both_latencies(tmp_path: Path) -> None:
    """And its document is as the schema says."""
    with serving() as url:
        document, _ = run(tmp_path, url, "--request-rate", "20", "-t", "2s")
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(document)
    assert document["arrivals"]["asked"] == 40
    assert document["totals"]["histogram_from_schedule"]["counts"]


def test_a_target_that_dies_fails_the_run(tmp_path: Path) -> None:
    """The status says when, and the exit code is not that of a good run."""
    with serving(100) as url:
        document, done = run(tmp_path, url, "-u", "4", "-r", "4", "-t", "8s")
    assert document["status"] == "failed"
    assert document["status_reason"].startswith("the target stopped answering after ")
    assert done.returncode == 3
    assert document["status_reason"] in done.stderr
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(document)
