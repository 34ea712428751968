"""A real service for tests: uvicorn as people start it, with data of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FINAL = ("completed", "failed", "stopped", "interrupted")
PATIENCE = 120.0
"""Seconds after which a test gives up; as in tests/waiting.py, which no program can import."""
_ADDRESS = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Answer:
    """What the service answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass
class Service:
    """A service that runs: its port, its process, its database and where its runs are."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    log: Path
    environment: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"Content-Type": "application/json"} if body is not None else {}
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {**sent, **(headers or {})})
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.headers.items()}
            return Answer(reply.status, headers, reply.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """What a route answers, which must be 200."""
        answer = self.ask("GET", path)
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        return answer.json

    def start(self, request: Mapping[str, Any], **headers: str) -> str:
        """Start a stress test; its id."""
        answer = self.ask("POST", "/api/stress-test/start", request, headers)
        assert answer.status in (200, 201, 202), (answer.status, answer.body[:500])
        return str(answer.json["test_id"])

    def results(self, test_id: str) -> Any:
        """How a test is."""
        return self.get(f"/api/stress-test/{test_id}/results")

    def wait_for(self, test_id: str, is_so: Callable[[Any], bool]) -> Any:
        """The results of a test as soon as something holds of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.results(test_id)
            if is_so(found):
                return found
            assert time.monotonic() < deadline, (found["status"], found["live"], self.last_words())
            time.sleep(0.2)

    def wait_until_final(self, test_id: str) -> Any:
        """The results of a test that has ended."""
        return self.wait_for(test_id, lambda found: found["status"] in FINAL)

    def wait_for_load(self, test_id: str, requests: int = 1) -> Any:
        """The results of a test that is sending its load."""
        return self.wait_for(
            test_id, lambda found: (found["results"] or {}).get("requests", 0) >= requests
        )

    def last_words(self) -> str:
        """The end of the service's log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-12_000:]

    def kill(self) -> None:
        """End the service and all its workers with SIGKILL, as a crash does."""
        workers = children_of(self.process.pid)
        self.process.kill()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        self.process.wait(10)


def children_of(pid: int) -> tuple[int, ...]:
    """Processes that a process has started and that are in its session, as workers are."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid and int(fields[3]) == os.getsid(pid):
                    found.append(int(folder.name))
    return tuple(found)


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a service whose data are in a folder; limits far away."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STRESS_API_")}
    return {
        **kept,
        "DATABASE_URL": f"sqlite:///{folder / 'service.db'}",
        "STRESS_API_RUNS_DIR": str(folder / "runs"),
        "STRESS_API_KEY_FILE": str(folder / "key"),
        "STRESS_API_REQUESTS_PER_MINUTE": "1000000",
        "STRESS_API_STARTS_PER_MINUTE": "1000000",
        **settings,
    }


@contextmanager
def running_service(folder: Path, workers: int = 1, **settings: str) -> Iterator[Service]:
    """A service on a free port; asked to end afterwards, and it must end in order."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = environment_of(folder, **settings)
    log = folder / f"service_{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", "0"]
    command += ["--workers", str(workers)] if workers > 1 else []
    with log.open("wb") as output, subprocess.Popen(
        command, cwd=ROOT / "backend", env=environment,
        stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        service = Service(0, process, folder, log, environment)
        try:
            service.port = _port_of(service)
            yield service
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                service.kill()
                raise


def _port_of(service: Service) -> int:
    """Where it listens, once it answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = _ADDRESS.search(service.log.read_text(encoding="utf-8", errors="replace"))
        if found:
            service.port = int(found[1])
            with contextlib.suppress(OSError, http.client.HTTPException):
                service.ask("GET", "/health")
                return service.port
        assert service.process.poll() is None, service.last_words()
        assert time.monotonic() < deadline, service.last_words()
        time.sleep(0.05)


def run_script(service_environment: Mapping[str, str], name: str, *arguments: str) -> str:
    """What a script of backend/database prints, which must succeed."""
    done = subprocess.run(
        [sys.executable, f"{name}.py", *arguments],
        cwd=ROOT / "backend" / "database",
        env=dict(service_environment),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def processes_below(folder: Path) -> tuple[int, ...]:
    """Processes whose working folder or command line names a folder: what a run has started."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                where = str((process / "cwd").readlink())
                if str(folder).encode() in command or where.startswith(str(folder)):
                    found.append(int(process.name))
    return tuple(found)


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    id: int
    name: str
    data: Any


def read_events(service: Service, test_id: str, after: int = 0, most: int = 10_000) -> list[Event]:
    """The events of a test from one on, until the stream ends or there are enough."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(after)} if after else {})
    found: list[Event] = []
    try:
        connection.request("GET", f"/api/stress-test/{test_id}/events", headers=headers)
        reply = connection.getresponse()
        assert reply.status == 200, reply.read()
        assert reply.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        while len(found) < most and (line := reply.readline()):
            text = line.decode().rstrip("\n")
            if text and not text.startswith(":"):
                name, _, value = text.partition(":")
                fields[name] = value.removeprefix(" ")
            else:
                if "data" in fields:  # a block of `retry` alone is no event
                    data = json.loads(fields["data"])
                    found.append(Event(int(fields["id"]), fields["event"], data))
                fields = {}
        return found
    finally:
        connection.close()
