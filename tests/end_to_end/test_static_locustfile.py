"""The static scenarios with the real Locust: at the gateway, and where routes are missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from examples.gateway.__main__ import listen
from tests.conftest import running_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = "/api/v1/documents"


@pytest.fixture
def gateway() -> Iterator[str]:
    """The address of a gateway that no other test uses: what is left on it is looked at."""
    with running_gateway() as url:
        yield url


@pytest.fixture
def small_host() -> Iterator[str]:
    """The address of a server that knows nothing but `/health`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), HealthOnly) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class HealthOnly(BaseHTTPRequestHandler):
    """Answers 404 to everything but `GET /health`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_OPTIONS = do_GET

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def run_locust(
    host: str, results: Path, *options: str, folder: Path = ROOT
) -> tuple[int, str, dict[str, tuple[int, int]]]:
    """Exit code, log, and (requests, failures) by name of a short headless run."""
    ended = subprocess.run(
        [
            str(Path(sys.executable).with_name("locust")),
            "-f", str((ROOT / "benchmark" / "locustfile.py").relative_to(folder)),
            "--host", host, "--headless", "--only-summary", "--json-file",
            str(results / "run"), "--stop-timeout", "5", *options,
        ],
        cwd=folder, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    rows = {
        f"{row['method']} {row['name']}": (row["num_requests"], row["num_failures"])
        for row in json.loads((results / "run.json").read_text())
    }
    return ended.returncode, ended.stderr, rows


def test_every_class_runs_without_failures_and_cleans_up(gateway: str, tmp_path: Path) -> None:
    """Against the gateway all user classes work, nothing fails, and nothing is left behind."""
    code, log, rows = run_locust(gateway, tmp_path, "-u", "12", "-r", "12", "-t", "6s")
    assert code == 0
    spawned = re.search(r"All users spawned: (\{.*?\})", log)
    assert spawned is not None
    assert json.loads(spawned[1]) == {"BrowsingUser": 4, "DocumentUser": 6, "MonitorUser": 2}
    assert "left out" not in log
    assert {name: failed for name, (_, failed) in rows.items() if failed} == {}
    opened, _ = rows[f"POST {DOCUMENTS}/sessions"]
    assert opened > 0
    assert rows[f"DELETE {DOCUMENTS}/session/{{session_id}}"] == (opened, 0)
    assert rows[f"POST {DOCUMENTS}/session/{{session_id}}/upload"][0] > 0
    assert not [name for name in rows if re.search(r"[0-9a-f]{8}-", name)]
    info = requests.get(f"{gateway}{DOCUMENTS}/info", timeout=600).json()
    assert (info["sessions"], info["documents"]) == (0, 0)


def test_missing_routes_are_left_out_with_one_line(small_host: str, tmp_path: Path) -> None:
    """A host with one of the routes is asked for that one only; started from `benchmark/`."""
    code, log, rows = run_locust(
        small_host, tmp_path, "-u", "3", "-r", "3", "-t", "6s", folder=ROOT / "benchmark"
    )
    assert code == 0
    assert log.count("left out") == 1
    assert f"POST {DOCUMENTS}/sessions" in log
    assert list(rows) == ["GET /health"]
    assert rows["GET /health"][1] == 0


def test_a_host_without_any_route_ends_the_test(small_host: str, tmp_path: Path) -> None:
    """Where nothing remains to be done, one line says so and the run ends at once."""
    code, log, rows = run_locust(f"{small_host}/elsewhere", tmp_path, "-t", "60s")
    assert code == 3
    assert log.count("has none of the routes") == 1
    assert "Traceback" not in log
    assert rows == {}


def test_a_host_that_is_down_ends_the_test(tmp_path: Path) -> None:
    """One line instead of a test full of refused connections."""
    with listen("127.0.0.1", 0) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    code, log, rows = run_locust(closed, tmp_path, "-t", "60s")
    assert code == 3
    assert log.count("does not answer") == 1
    assert "Traceback" not in log
    assert rows == {}
