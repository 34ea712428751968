"""The service as tests use it: a real server on a free port, with a folder of its own."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
import uvicorn

from backend.app import create_app
from backend.database import Database
from backend.database.queries import queue
from backend.settings import ServiceSettings

_SECONDS_TO_START = 60.0


def service_settings(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings of a service that keeps everything in `folder`, and lets tests ask often."""
    settings = ServiceSettings(
        database_url=f"sqlite:///{folder / 'service.db'}",
        runs_dir=folder / "runs",
        key_file=folder / "key",
        requests_per_minute=1_000_000,
        starts_per_minute=1_000_000,
    )
    return replace(settings, **changes)


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers at `url`."""

    url: str
    settings: ServiceSettings

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send a request; `body` as JSON, with NaN and halves of characters where it has them."""
        if body is not None:
            options["data"] = json.dumps(body)
            options["headers"] = {"Content-Type": "application/json", **options.get("headers", {})}
        return requests.request(method, self.url + path, timeout=60, **options)

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of an answer, which must be a success."""
        reply = self.ask("GET", path, params=parameters)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of an answer, which must be a success."""
        reply = self.ask("POST", path, body, **options)
        assert reply.ok, reply.text
        return reply.json()


@contextmanager
def running_service(settings: ServiceSettings) -> Iterator[RunningService]:
    """The service in a thread of this process, on a free port; ended at the end."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(settings),
            log_config=None,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            end = time.monotonic() + _SECONDS_TO_START
            while not server.started:
                assert thread.is_alive(), "the service did not start"
                assert time.monotonic() < end, "the service takes too long to start"
                time.sleep(0.01)
            yield RunningService(f"http://127.0.0.1:{port}", settings)
        finally:
            server.should_exit = True
            thread.join()


def hold_slot(settings: ServiceSettings) -> None:
    """Occupy the only slot as if a test of another process ran: what is started then waits."""
    database = Database(settings.database_url)
    database.migrate()
    run = queue.NewRun("test", "http://localhost:1", "random", {})
    with database.writing() as session:
        queue.enqueue(session, run, slots=1, queue_size=1, runs_per_user=1)
        claimed = queue.claim(session, "the tests", slots=1, lease_seconds=86_400)
    assert claimed is not None
    database.close()
