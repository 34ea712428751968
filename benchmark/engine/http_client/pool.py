"""The connections of one user (or of several that share a pool), by origin."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from ssl import SSLContext
from time import perf_counter_ns
from typing import Any

from gevent.event import Event

from benchmark.engine.http_client.addresses import addresses
from benchmark.engine.http_client.connection import Connection
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.errors import (
    ConnectTimeoutError,
    TooManyRequestsError,
)
from benchmark.engine.http_client.origin import Origin
from benchmark.engine.http_client.proxies import Proxy, open_tunnel
from benchmark.engine.http_client.turns import Turns

DEFAULT_CONCURRENCY = 10

_TRUST_NS = 1_000_000
"""How long a connection is taken to stand that has just served, where none broke before."""

_HANDSHAKES = Turns(32, seconds=0.25)
"""A handshake takes a millisecond of processor time, and longer than that only from the server."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """How connections are opened; `timeout` is in seconds, for name, TCP and TLS together."""

    timeout: float
    tls: Callable[[], SSLContext]
    proxy: Proxy | None = None


class OriginPool:
    """The connections to one origin; new ones are opened when all are in use."""

    __slots__ = ("_breaks", "_freed", "_session", "count", "idle", "limit", "origin")

    def __init__(self, origin: Origin, limit: int) -> None:
        self.origin = origin
        self.limit = limit
        self.idle: list[Connection] = []
        self.count = 0
        self._freed: Event | None = None
        self._session: Any = None
        self._breaks = False  # whether a connection that had served ended

    def take(self, how: Connecting, now_ns: int) -> Connection:
        """A connection that stands, for one exchange. Raises OSError where none can be had."""
        replaced = False
        while True:
            while self.idle:
                connection = self.idle.pop()
                # The hub may not have seen the end yet, so the kernel is asked (1 µs under load).
                if not connection.closed and (
                    now_ns < connection.trusted_until_ns
                    or not connection.poll(0)
                    or connection.is_usable()
                ):
                    connection.in_use = True
                    return connection
                self.count -= 1
                self._breaks = replaced = True
            if self.count < self.limit:
                break
            if self._freed is None:
                self._freed = Event()
            self._freed.clear()
            if not self._freed.wait(how.timeout):
                raise TooManyRequestsError(self.limit)
        self.count += 1
        try:
            connection = self._open(how)
        except BaseException:
            self._one_less()
            raise
        counters.reconnects += replaced
        return connection

    def give_back(self, connection: Connection, ended_ns: int = 0) -> None:
        """An exchange is over, since `ended_ns`, and the connection can serve another."""
        connection.in_use = False
        if not connection.watched:
            connection.watch()
        self.idle.append(connection)
        if connection.is_new:
            connection.is_new = False
            self._session = connection.tls_session
        else:  # a server that closes after each answer without a word is found out by the first
            connection.trusted_until_ns = 0 if self._breaks else ended_ns + _TRUST_NS
        if self._freed is not None:
            self._freed.set()

    def drop(self, connection: Connection) -> None:
        """An exchange is over and the connection with it."""
        self._breaks = self._breaks or not connection.is_new
        connection.close()
        self._one_less()

    def close(self) -> None:
        """Close what is idle."""
        while self.idle:
            self.idle.pop().close()
            self.count -= 1

    def _one_less(self) -> None:
        self.count -= 1
        if self._freed is not None:
            self._freed.set()

    def _open(self, how: Connecting) -> Connection:
        # Ten thousand users that shake hands at once would all be too late.
        with _HANDSHAKES.turn() if self.origin.is_secure else nullcontext():
            return self._open_now(how)

    def _open_now(self, how: Connecting) -> Connection:
        try:
            return self._try_to_open(how)
        except OSError:
            counters.connect_failures += 1
            raise

    def _try_to_open(self, how: Connecting) -> Connection:
        origin, proxy = self.origin, how.proxy
        deadline_ns = perf_counter_ns() + int(how.timeout * 1e9)
        host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        failure: OSError = ConnectTimeoutError()
        for address in addresses.of(host, port, how.timeout):
            connection = None
            try:
                connection = Connection(address[0])
                connection.connect(address, deadline_ns)
                if origin.is_secure:
                    if proxy:
                        open_tunnel(connection, origin, deadline_ns)
                    connection.start_tls(how.tls(), origin.host, self._session, deadline_ns)
            except BaseException as error:
                if connection is not None:
                    connection.close()
                if not isinstance(error, OSError) or isinstance(error, ConnectTimeoutError):
                    raise
                failure = error
            else:
                addresses.prefer(host, port, address)
                connection.opened()
                return connection
        raise failure


class ConnectionPool:
    """Connections by origin, at most `concurrency` to each.

    Every user has a pool of its own, unless users share one through `client_pool`.
    """

    __slots__ = ("_origins", "concurrency")

    def __init__(self, concurrency: int = DEFAULT_CONCURRENCY) -> None:
        self.concurrency = concurrency
        self._origins: dict[Origin, OriginPool] = {}

    def of(self, origin: Origin) -> OriginPool:
        """The connections to an origin."""
        pool = self._origins.get(origin)
        if pool is None:
            pool = self._origins[origin] = OriginPool(origin, self.concurrency)
        return pool

    def close(self) -> None:
        """Close all that are idle; those in use are closed by whoever uses them."""
        for pool in self._origins.values():
            pool.close()

    def __del__(self) -> None:
        self.close()
