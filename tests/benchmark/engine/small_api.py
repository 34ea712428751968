"""A small HTTP server for the engine's tests: answers as told, or not at all, and counts."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it arrived; `path` has the query string."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, Any] | bytes | None
"""Status and JSON value; or the bytes to write before closing; or None to close at once."""


@dataclass
class SmallApi:
    """What the server answers and what it was asked."""

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    stop: Callable[[], None] = lambda: None

    def counts(self) -> Counter[str]:
        """How often each "METHOD /path" was asked for, queries left out."""
        return Counter(f"{one.method} {one.path.partition('?')[0]}" for one in self.asked)


@contextmanager
def small_api(answer: Callable[[Asked], Answer], tls: Any = None) -> Iterator[SmallApi]:
    """A running server, ended at the end of the block."""
    api = SmallApi(answer)
    connections: set[socket.socket] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            connections.add(self.request)
            super().setup()

        def any_method(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
            api.asked.append(asked)
            reply = api.answer(asked)
            if not isinstance(reply, tuple):
                self.wfile.write(reply or b"")
                self.close_connection = True
                return
            content = json.dumps(reply[1]).encode()
            self.send_response(reply[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = any_method

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 100

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that leave early are part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        thread.join()

    api.stop = stop
    api.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        if thread.is_alive():
            stop()


class Shop:
    """An API with two kinds, `orders` and their `lines`, and a listing of goods."""

    def __init__(self) -> None:
        self.orders: dict[int, set[int]] = {}
        self.number = 0
        self.lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request; a child is refused once its parent is gone."""
        parts = asked.path.partition("?")[0].strip("/").split("/")
        with self.lock:
            match asked.method, *parts:
                case "GET", "goods":
                    return 200, {"goods": [{"id": "a b"}, {"id": "c/d"}]}
                case "GET", "goods", _:
                    return 200, {}
                case "POST", "orders":
                    self.number += 1
                    self.orders[self.number] = set()
                    return 201, {"order": {"id": self.number}}
                case "POST", "orders", order, "lines" if int(order) in self.orders:
                    self.number += 1
                    self.orders[int(order)].add(self.number)
                    return 201, {"id": self.number}
                case "GET", "orders", order if int(order) in self.orders:
                    return 200, {"id": int(order)}
                case "DELETE", "orders", order, "lines", line if int(order) in self.orders:
                    self.orders[int(order)].remove(int(line))
                    return 200, {}
                case "DELETE", "orders", order if self.orders.get(int(order)) == set():
                    del self.orders[int(order)]
                    return 200, {}
        return 404, {"detail": "not found"}
