"""A small HTTP server on a free loopback port that answers as it is told and remembers requests."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import uvicorn


@dataclass
class Asked:
    """A request as it arrived; `path` has the query string."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Answer:
    """What a path answers. `body` may be JSON values, text or bytes."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The whole answer as it goes over the wire."""
        body, content_type = self.body, "application/octet-stream"
        if isinstance(body, str):
            body, content_type = body.encode(), "text/html"
        elif not isinstance(body, bytes):
            body, content_type = json.dumps(body).encode(), "application/json"
        headers = {"Content-Type": content_type, "Content-Length": len(body), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Answer\r\n{lines}\r\n".encode("latin-1") + body


Rule = Answer | Callable[[Asked], Answer]


class Loopback:
    """The server: `routes` by path (without query), `otherwise` for all others."""

    def __init__(self, routes: Mapping[str, Any], otherwise: Rule | None = None) -> None:
        self.routes = dict(routes)
        self.otherwise = otherwise or Answer({"detail": "Not Found"}, 404)
        self.asked: list[Asked] = []
        self.url = ""
        self.port = 0

    def paths(self) -> list[str]:
        """The paths that were asked for, queries included."""
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        self.asked.append(asked)
        rule = self.routes.get(asked.path.partition("?")[0], self.otherwise)
        if callable(rule):
            rule = rule(asked)
        return rule if isinstance(rule, Answer) else Answer(rule)


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 50

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave early are part of the tests."""


@contextmanager
def serve(
    routes: Mapping[str, Any],
    otherwise: Rule | None = None,
    *,
    address: str = "127.0.0.1",
    tls: Any = None,
) -> Iterator[Loopback]:
    """A running server with these routes, ended at the end of the block."""
    loopback = Loopback(routes, otherwise)

    class Handler(StreamRequestHandler):
        # Far quicker than http.server's handler, which matters: a discovery asks a hundred times.
        disable_nagle_algorithm = True
        timeout = 5  # TLS clients that give up would keep the thread

        def handle(self) -> None:
            while line := self.rfile.readline(65_537).decode("latin-1"):
                method, path, _ = line.split()
                lines = iter(lambda: self.rfile.readline(65_537).decode("latin-1").strip(), "")
                headers = {
                    name: value.strip() for name, _, value in (x.partition(":") for x in lines)
                }
                content = self.rfile.read(int(headers.get("Content-Length", 0)))
                answer = loopback.answer(Asked(method, path, headers, content))
                self.wfile.write(answer.encoded())
                if answer.headers.get("Connection") == "close":
                    return

    class Server(_Server):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

    server = Server((address, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    loopback.port = server.server_address[1]
    host = f"[{address}]" if ":" in address else address
    loopback.url = f"{'https' if tls else 'http'}://{host}:{loopback.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve_raw(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server without HTTP: `talk` has each connection, and an event that says when to stop."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def converse(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection, over)

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(5)
            threads.append(threading.Thread(target=converse, args=(connection,), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        accepting.join()
        listener.close()
        for thread in threads:
            thread.join(5)


@contextmanager
def serve_asgi(app: Any) -> Iterator[str]:
    """The base URL of an ASGI application, served by uvicorn in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def openapi(*operations: str, title: str = "An API", **more: Any) -> dict[str, Any]:
    """An OpenAPI document with these operations, as in "GET /items"."""
    paths: dict[str, Any] = {}
    for operation in operations:
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = {"responses": {"200": {"description": "ok"}}}
    info = {"title": title, "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, **more}
