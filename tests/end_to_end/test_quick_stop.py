"""Two interrupts, two seconds apart, end a run at every stage; results so far are kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BETWEEN = 2.0
"""Seconds from the first interrupt to the second."""

WAITING = 60.0
"""Seconds for which the target keeps whoever asks waiting."""

PATIENCE = WAITING / 2
"""Seconds that it may take in all, on a machine that is busy with other tests."""

CALLER = """
import sys, time
from pathlib import Path
from benchmark import pipeline, running
from benchmark.settings import load_config

class Watching:
    def stage(self, text):
        print(text, flush=True)
    def probing(self, done, total, verified):
        pass
    def running(self, profile, progress):
        if progress.requests:
            print("requests", flush=True)

def slowly(*given):
    print("Reporting", flush=True)
    time.sleep(3)
    return written(*given)

host, folder, stage = sys.argv[1:]
given = {"host": host, "results_dir": folder, "users": 2, "wait_time": 0, "run_time": 60}
if stage != "discovery":
    given["spec"] = [f"{host}/openapi.json"]
if stage not in ("probe", "rehearsal"):
    given["no_probe"] = True
if stage == "workers":
    given["processes"] = 2
if stage == "report":
    given["run_time"] = 2
    written, running.write_reports = running.write_reports, slowly
config = load_config(given, None, {})
try:
    reports = pipeline.run_benchmark(config, Watching())
except KeyboardInterrupt:
    print("nothing was measured")
else:
    print("measured", [(r.result.status, r.result.totals.requests > 0) for r in reports])
"""

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Slow", "version": "1"},
    "paths": {
        "/things": {
            "get": {"responses": {"200": {"description": "all"}}},
            "post": {
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"id": {"type": "integer"}},
                                }
                            }
                        },
                    }
                }
            },
        },
        "/things/{id}": {
            "delete": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"204": {"description": "gone"}},
            }
        },
    },
}


class Target(ThreadingHTTPServer):
    """An API that keeps whoever asks waiting: not at all, for everything, or for some methods."""

    daemon_threads = True

    def __init__(self) -> None:
        self.waits = threading.Event()
        self.slow: tuple[str, ...] = ()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Target

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        place = f"{self.command} {self.path}"
        if place.startswith(self.server.slow):
            self.server.waits.wait(WAITING)
        body = b"[]"
        status = 200 if self.path == "/things" else 404
        if self.path == "/openapi.json":
            status, body = 200, json.dumps(DOCUMENT).encode()
        elif self.command == "POST":
            status, body = 201, b'{"id": 7}'
        elif self.command == "DELETE":
            status, body = 204, b""
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # the names that http.server asks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def target() -> Iterator[Target]:
    """A target in a thread."""
    with Target() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.waits.set()
            server.shutdown()
            thread.join()


STAGES = {
    # stage: what is slow before it begins, what says that it began, what is slow from then on
    "discovery": (("GET /",), "Looking", ()),
    "probe": ((), "Trying", ("GET /things", "POST")),
    "rehearsal": ((), "Rehearsing", ("GET /things", "POST", "DELETE")),
    "start": ((), "Running", ("GET /things", "POST", "DELETE")),
    "run": ((), "requests", ("GET /things", "POST", "DELETE")),
    "workers": ((), "requests", ("GET /things", "POST", "DELETE")),
    "clean-up": ((), "requests", ("DELETE",)),
    "report": ((), "Reporting", ()),
}


@pytest.mark.end_to_end
@pytest.mark.parametrize("stage", STAGES)
def test_two_interrupts_end_it_at_any_stage(target: Target, tmp_path: Path, stage: str) -> None:
    """Soon, without a process left, with all that was measured; before the load that is nothing."""
    before, mark, then = STAGES[stage]
    target.slow = before
    (tmp_path / "tmp").mkdir()
    caller = subprocess.Popen(
        [sys.executable, "-P", "-c", CALLER, target.url, str(tmp_path / "out"), stage],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")},
    )
    assert caller.stdout is not None
    assert any(line.startswith(mark) for line in caller.stdout)
    target.slow = then
    if stage in ("rehearsal", "probe", "discovery"):
        time.sleep(1.0)
    began = time.monotonic()
    caller.send_signal(signal.SIGINT)
    try:
        caller.wait(BETWEEN)
    except subprocess.TimeoutExpired:
        caller.send_signal(signal.SIGINT)
    out, _ = caller.communicate(timeout=2 * WAITING)
    took = time.monotonic() - began
    assert took < PATIENCE
    assert _left(str(tmp_path)) == []
    if stage in ("run", "workers", "clean-up"):
        assert "measured [('interrupted', True)]" in out
    elif stage == "report":
        assert "measured [('completed', True)]" in out
    else:
        assert "nothing was measured" in out
    results = list((tmp_path / "out").glob("benchmark_*[0-9].json"))
    assert len(results) == (stage in ("run", "workers", "clean-up", "report"))


def _left(trace: str) -> list[str]:
    """The processes whose command lines hold a text."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if trace in line and process.name != str(os.getpid()):
            found.append(line.replace("\0", " "))
    return found
