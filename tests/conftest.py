"""What several tests share: the demo gateway, small servers, and the command line as a program."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "suite",
    max_examples=100,
    derandomize=True,  # the same examples in every run
    database=None,
    deadline=None,  # a slow machine is no failure
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out to several processes by our own rule."""
    from tests.distribution import Scheduler

    return Scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In several processes, begin with what takes long: then all of them end at the same time."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("end_to_end") is None)


Serve = Callable[[Mapping[str, tuple[str, bytes]]], str]


@contextmanager
def running_gateway() -> Iterator[str]:
    """The base URL of a demo gateway that runs as a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "examples.gateway", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def gateway_url() -> Iterator[str]:
    """The base URL of the demo gateway that the tests share."""
    with running_gateway() as url:
        yield url


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers: path → (content type, body) in, base URL out; other paths answer 404."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(pages: Mapping[str, tuple[str, bytes]]) -> str:
        class Pages(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # header and body in one packet, or each answer takes 40 ms

            def do_GET(self) -> None:
                known = pages.get(self.path)
                content_type, body = known or ("text/plain", b"no such page")
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def closed_url() -> str:
    """A base URL on which nothing listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not count in them."""
    ours = ("BENCHMARK_", "STRESS_API_", "DATABASE_URL")
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)
