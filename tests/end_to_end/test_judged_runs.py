"""Thresholds and abort conditions through the command line: verdicts, exit codes, files."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
ENDINGS = (".json", ".html", ".log", "_locust.html", "_timeline.jsonl", "_stats.csv")


def run(folder: Path, host: str, *options: str) -> subprocess.CompletedProcess[str]:
    """`stress-api run` without a probe, which a locustfile of one's own does not have."""
    unproved = () if "--locustfile" in options else ("--no-probe",)
    return subprocess.run(
        [
            *(sys.executable, "-m", "benchmark.cli", "run", "--host", host, "-q"),
            *("--results-dir", str(folder), *unproved, *options),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_a_failed_threshold_ends_with_1_and_every_file(gateway_url: str, tmp_path: Path) -> None:
    """In the text, in the JSON and in the last line stands which one, and what was measured."""
    ran = run(
        tmp_path, gateway_url, "-u", "5", "-r", "5", "-t", "3s", "--wait-time", "0.05",
        "--threshold", "failures<1%", "--threshold", "GET /health: p99<10s",
        "--threshold", "rps>100000", "--abort-on", "failures<50% for 2s",
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: 1 of 3 thresholds failed: rps>100000 (")
    assert ran.stderr.count("\n") == 1
    assert "Thresholds: 2 of 3 held" in ran.stdout
    (path,) = tmp_path.glob("benchmark_dynamic_*[0-9].json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["status"] == "completed"
    verdicts = {each["threshold"]: each["held"] for each in document["thresholds"]}
    assert verdicts == {"failures<1%": True, "GET /health: p99<10s": True, "rps>100000": False}
    for ending in ENDINGS:
        assert path.with_name(path.stem + ending).stat().st_size > 0


def test_a_threshold_on_nothing_is_found_before_anything_is_sent(
    gateway_url: str, tmp_path: Path
) -> None:
    """A typo does not cost the time of a run."""
    ran = run(tmp_path, gateway_url, "-t", "1h", "--threshold", "GET /healht: p99<1s")
    assert ran.returncode == 2
    assert "no operation 'GET /healht'" in ran.stderr
    assert "did you mean 'GET /health'?" in ran.stderr
    assert not list(tmp_path.glob("benchmark_*"))


class Breaking(BaseHTTPRequestHandler):
    """Answers two hundred requests, and 503 to all others."""

    protocol_version = "HTTP/1.1"
    numbers = count()

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if next(self.numbers) < 200 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_a_target_that_breaks_ends_the_whole_suite(tmp_path: Path) -> None:
    """A plain locustfile: aborted, judged, all files written, and no heavier load afterwards."""
    own = tmp_path / "own.py"
    own.write_text(
        "from locust import HttpUser, constant, task\n\n\n"
        "class Own(HttpUser):\n    wait_time = constant(0.01)\n\n"
        "    @task\n    def thing(self): self.client.get('/thing')\n"
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        ran = run(
            tmp_path, f"http://127.0.0.1:{server.server_port}", "--locustfile", str(own),
            "--test-type", "suite", "-u", "10", "-r", "10", "-t", "60s", "--json",
            "--abort-on", "GET /thing: failures<50% for 2s", "--threshold", "GET /other: p95<1s",
        )  # fmt: skip
        server.shutdown()
        thread.join()
    assert ran.returncode == 1
    (result,) = json.loads(ran.stdout)["results"]
    assert (result["test_type"], result["status"]) == ("light", "aborted")
    assert result["duration_s"] < 30
    reason = result["status_reason"]
    assert reason.startswith("GET /thing: failures<50% for 2s did not hold: ")
    assert " % failures of GET /thing up to second " in reason
    (verdict,) = result["thresholds"]
    assert (verdict["measured"], verdict["held"]) == (None, False)
    aborted, failed = ran.stderr.splitlines()
    assert aborted == f"error: The run was aborted: {reason}"
    assert failed == "error: 1 of 1 threshold failed: GET /other: p95<1s (no requests)"
    for ending in ENDINGS:
        (path,) = tmp_path.glob(f"benchmark_light_*[0-9]{ending}")
        assert path.stat().st_size > 0
