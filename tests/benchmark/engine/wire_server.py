"""A server that does with a connection whatever a test says, byte by byte, and certificates."""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Wire = Any
"""A connected socket, with TLS or without."""


@dataclass
class WireServer:
    """Where it listens, how many connections it accepted, and the requests that `request` read."""

    port: int = 0
    accepted: int = 0
    requests: list[bytes] = field(default_factory=list)
    open: set[Any] = field(default_factory=set)
    scheme: str = "http"

    @property
    def url(self) -> str:
        """What to use as host."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def request(self, wire: Wire) -> bytes:
        """Read one request from a connection: head, and body by its length. b"" at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = wire.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
                while len(body) < length:
                    body += wire.recv(65536)
            if line == b"transfer-encoding: chunked":
                while not body.endswith(b"0\r\n\r\n"):
                    body += wire.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]


def answered(content: bytes = b"ok", head: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """A plain answer."""
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, head, len(content), content)


def reset(wire: Wire) -> None:
    """End a connection with a reset."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


@contextmanager
def wire_server(
    handle: Callable[[WireServer, Wire], None],
    *,
    tls: ssl.SSLContext | None = None,
    family: socket.AddressFamily = socket.AF_INET,
    port: int = 0,
) -> Iterator[WireServer]:
    """A server that calls `handle` for each connection, and closes the connection after it."""
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
    listener.listen(1000)
    server = WireServer(listener.getsockname()[1], scheme="https" if tls else "http")

    def serve(wire: Wire) -> None:
        server.open.add(wire)
        with suppress(OSError, ValueError):  # gevent's TLS sockets say ValueError when closed
            if tls is not None:
                server.open.discard(wire)
                wire = tls.wrap_socket(wire, server_side=True)
                server.open.add(wire)
            handle(server, wire)
        server.open.discard(wire)
        wire.close()

    def accept() -> None:
        while True:
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            server.accepted += 1
            threading.Thread(target=serve, args=(wire,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for wire in list(server.open):
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        thread.join()


@dataclass(frozen=True)
class Certificate:
    """The paths of a certificate that signs itself, and of its key."""

    path: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """For a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


def certificate(folder: Path, names: str, *, expired: bool = False) -> Certificate:
    """A new certificate for `names` ("DNS:localhost,IP:127.0.0.1"), made by openssl."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    settings = folder / "openssl.cnf"
    settings.write_text(
        f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nnew_certs_dir={folder}\n"
        f"serial={folder}/serial\ndefault_md=sha256\npolicy=any\nx509_extensions=ext\n"
        f"[any]\ncommonName=supplied\n[ext]\nsubjectAltName={names}\nbasicConstraints=CA:TRUE\n"
        "[req]\ndistinguished_name=dn\n[dn]\n"
    )
    (folder / "index").write_text("")
    (folder / "serial").write_text("01")
    dates = (
        ["20200101000000Z", "20200102000000Z"]
        if expired
        else ["20200101000000Z", "20990101000000Z"]
    )
    for command in (
        ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test",
         "-keyout", str(made.key), "-out", str(folder / "request.pem")],
        ["ca", "-batch", "-selfsign", "-notext", "-keyfile", str(made.key),
         "-in", str(folder / "request.pem"), "-out", str(made.path),
         "-startdate", dates[0], "-enddate", dates[1]],
    ):  # fmt: skip
        subprocess.run(
            ["openssl", *command, "-config", str(settings)], check=True, capture_output=True
        )
    return made
