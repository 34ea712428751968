"""Looks for proofs of ownership at their places: a file of the target, TXT records, certificates.

What answers is somebody's server, and perhaps hostile: connections go to addresses that were
checked, redirects are not followed, little is read, and a timer ends what takes too long.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

_MOST_BYTES = 1_000
_MOST_RECORDS = 50
_SECONDS = 5.0


@contextmanager
def _connected(
    host: str, address: str, port: int, *, tls: bool, seconds: float
) -> Iterator[socket.socket]:
    """A connection to `address`; over TLS its certificate is valid for `host`. It ends in time.

    Raises OSError, of which ssl.SSLError is one.
    """
    deadline = time.monotonic() + seconds
    with socket.create_connection((address, port), seconds) as plain:
        guard = plain.dup()  # the same connection, which TLS below takes out of `plain`
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [guard])
        timer.daemon = True
        timer.start()
        try:
            if tls:
                context = ssl.create_default_context()
                with context.wrap_socket(plain, server_hostname=host) as secure:
                    yield secure
            else:
                yield plain
        finally:
            timer.cancel()
            guard.close()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def file_at(
    scheme: str, host: str, address: str, port: int, path: str, *, seconds: float = _SECONDS
) -> str:
    """What the target serves at `path`, asked at this address; "" where that is no short text."""
    usual = port == (443 if scheme == "https" else 80)
    name = f"[{host}]" if ":" in host else host
    try:
        with _connected(host, address, port, tls=scheme == "https", seconds=seconds) as connection:
            client = http.client.HTTPConnection(address, port)
            client.sock = connection
            client.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            client.putheader("Host", name if usual else f"{name}:{port}")
            client.putheader("Accept", "text/plain")
            client.putheader("Connection", "close")
            client.putheader("User-Agent", "stress-api (proof of ownership)")
            client.endheaders()
            with client.getresponse() as response:
                if response.status != 200:
                    return ""
                body = response.read(_MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    return body.decode("ascii", "replace") if len(body) <= _MOST_BYTES else ""


def has_certificate(host: str, address: str, port: int, *, seconds: float = _SECONDS) -> bool:
    """Whether the server at this address has a certificate for `host` that this machine trusts."""
    with (
        suppress(OSError, ValueError),
        _connected(host, address, port, tls=True, seconds=seconds),
    ):
        return True
    return False


def text_records(
    name: str, *, resolver: dns.resolver.Resolver | None = None, seconds: float = _SECONDS
) -> tuple[str, ...]:
    """The TXT records of a name, each as one text; none where the name service knows none."""
    try:
        answer = (resolver or dns.resolver.get_default_resolver()).resolve(
            dns.name.from_text(name), dns.rdatatype.TXT, lifetime=seconds
        )
    except (dns.exception.DNSException, OSError, UnicodeError):
        return ()
    records = [b"".join(record.strings) for record in answer][:_MOST_RECORDS]
    return tuple(record.decode("ascii", "replace") for record in records)
