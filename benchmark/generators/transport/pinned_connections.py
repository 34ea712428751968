"""Connections for the transport: to addresses looked up once, and closed when their time is up.

A host name that is looked up again for each request can lead somewhere else the second time (DNS
rebinding), so an adapter of `requests` connects to the address that it was told. Socket timeouts
count from byte to byte; the total time of an exchange is kept by a timer that closes the socket.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_CONNECT_SECONDS = 3.0


def resolve(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """The addresses of a host, in the system's order of preference, without repetition.

    Raises OSError where there are none and TimeoutError after `seconds`.
    """
    outcome: list[tuple[str, ...] | OSError] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = [str(entry[4][0]) for entry in entries]
            # It means this machine's own addresses (RFC 6761), even where hosts files name one.
            addresses += ["127.0.0.1", "::1"] if host == "localhost" else []
            outcome.append(tuple(dict.fromkeys(addresses)))
        except (OSError, UnicodeError) as error:
            outcome.append(socket.gaierror(str(error)))

    # The system's look-up knows no time limit, so it waits in a thread of its own.
    thread = threading.Thread(target=look_up, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"no address of {host} within {seconds:g} s")
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    return outcome[0]


def first_open(addresses: tuple[str, ...], port: int, seconds: float) -> str:
    """The first address at which something listens; the first of all where none does.

    `localhost` names both 127.0.0.1 and ::1, and many servers listen at one of them only.
    """
    if len(addresses) > 1:
        for address in addresses:
            with contextlib.suppress(OSError):
                socket.create_connection((address, port), min(seconds, _CONNECT_SECONDS)).close()
                return address
    return addresses[0]


class Exchange:
    """The total time of one request: `watch` its socket, `end` it, then ask whether it `expired`.

    Entered as a context, it is the exchange of the current thread.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self.cut = False
        self._watched: socket.socket | None = None
        self._deadline = time.monotonic() + seconds
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Exchange:
        _thread.exchange = self
        return self

    def __exit__(self, *_: object) -> None:
        _thread.exchange = None
        if self._timer is not None:
            self._timer.cancel()

    def watch(self, watched: socket.socket | None) -> None:
        """Close this socket when the time is up."""
        if watched is None or self._timer is not None:
            return
        self._watched = watched
        self._close_after(max(0.0, self._deadline - time.monotonic()), self._expire)

    def cut_after(self, seconds: float) -> None:
        """Close the socket after so many seconds more; what was read until then is the answer."""
        if self._timer is not None:
            self._timer.cancel()
        self._close_after(seconds, self._cut)

    def _close_after(self, seconds: float, how: Callable[[], None]) -> None:
        self._timer = threading.Timer(seconds, how)
        self._timer.daemon = True
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        self._shut()

    def _cut(self) -> None:
        self.cut = True
        self._shut()

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            if self._watched is not None:
                self._watched.shutdown(socket.SHUT_RDWR)


_thread = threading.local()


def _watch(connection: HTTPConnection) -> None:
    exchange = getattr(_thread, "exchange", None)
    if isinstance(exchange, Exchange):
        exchange.watch(connection.sock)


class _WatchedConnection(HTTPConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class _WatchedTlsConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


class PinnedAdapter(HTTPAdapter):
    """Connects to the address that `pin` said, under the name that stands in the URL."""

    def __init__(self, connections: int) -> None:
        self._addresses: dict[tuple[str, int], str] = {}
        super().__init__(pool_connections=16, pool_maxsize=connections, max_retries=0)

    def pin(self, host: str, port: int, address: str) -> None:
        """From now on, `host` at `port` means `address`."""
        self._addresses.setdefault((host, port), address)

    def pinned(self, host: str, port: int) -> str | None:
        """The address that stands for `host` at `port`, if it was said."""
        return self._addresses.get((host, port))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections, whose exchanges have a total time."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTlsPool}

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Where to connect, and how: `requests` asks this before each request."""
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        name = str(host["host"])
        secure = host["scheme"] == "https"
        address = self._addresses.get((name, host["port"] or (443 if secure else 80)))
        if address is None or address == name:
            return host, tls
        names = {"server_hostname": name, "assert_hostname": name} if secure else {}
        return {**host, "host": address}, {**tls, **names}
