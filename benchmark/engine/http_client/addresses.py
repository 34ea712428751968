"""Which addresses a host has: asked once in a run and kept, so that all load goes to one place.

BENCHMARK_RESOLVE gives hosts their addresses: `HOST:ADDRESS`, with commas or lines between.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Any

import gevent
import gevent.socket
from gevent.lock import BoundedSemaphore

from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.errors import ConnectTimeoutError
from benchmark.pinned_hosts import pinned_addresses

ASK_AGAIN_SECONDS = 1.0
"""How soon a name that could not be resolved is asked for again."""

Address = tuple[socket.AddressFamily, Any]
"""An address family and what its sockets connect to."""


@dataclass(slots=True)
class _Entry:
    addresses: list[Address] = field(default_factory=list)
    error: OSError | None = None
    asked_at: float = 0.0
    lock: BoundedSemaphore = field(default_factory=BoundedSemaphore)


class Addresses:
    """The addresses of hosts. `lifetime` is after how many seconds to ask again; None is never."""

    def __init__(self, lifetime: float | None = None) -> None:
        self.lifetime = lifetime
        self._entries: dict[tuple[str, int], _Entry] = {}

    def of(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses of a host, the one that worked last in front.

        Raises gaierror for a name that nobody knows, ConnectTimeoutError where there is no answer
        within some seconds. However many users ask at once, there is one look-up.
        """
        entry = self._entries.get((host, port))
        if entry is None:
            entry = self._entries[host, port] = _Entry()
        if self._is_known(entry):
            return entry.addresses
        with gevent.Timeout(seconds, ConnectTimeoutError()), entry.lock:
            if not self._is_known(entry):
                self._ask(entry, host, port)
        if entry.error is not None:
            # A copy: an exception that is raised again and again grows with each traceback.
            raise type(entry.error)(*entry.error.args)
        return entry.addresses

    def prefer(self, host: str, port: int, address: Address) -> None:
        """Try an address first from now on, because it accepted a connection."""
        if (entry := self._entries.get((host, port))) and address in entry.addresses:
            entry.addresses = [address, *(one for one in entry.addresses if one != address)]

    def forget(self) -> None:
        """A new run begins: ask anew."""
        self._entries.clear()

    def _is_known(self, entry: _Entry) -> bool:
        if not entry.asked_at:
            return False
        age = monotonic() - entry.asked_at
        if entry.error is not None:
            return age < ASK_AGAIN_SECONDS and bool(entry.addresses)
        return self.lifetime is None or age < self.lifetime

    def _ask(self, entry: _Entry, host: str, port: int) -> None:
        if entry.error is not None and monotonic() - entry.asked_at < ASK_AGAIN_SECONDS:
            return
        names = _given_addresses(host) or (host,)
        if not _is_numeric(names[0]):
            counters.dns_lookups += 1
        try:
            found = [
                entry
                for name in names
                for entry in gevent.socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            ]
        except OSError as error:
            counters.dns_failures += 1
            entry.error = error
        except UnicodeError:
            counters.dns_failures += 1
            entry.error = socket.gaierror(socket.EAI_NONAME, "not a host name")
        else:
            entry.error = None
            entry.addresses = list(dict.fromkeys((family, place) for family, *_, place in found))
        entry.asked_at = monotonic()


def _given_addresses(host: str) -> tuple[str, ...]:
    """The addresses that BENCHMARK_RESOLVE gives a host, in place of the name service."""
    pins = os.environ.get("BENCHMARK_RESOLVE", "").replace(",", " ").split()
    return pinned_addresses(pins).get(host.lower(), ())


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


addresses = Addresses()
"""The addresses that this process uses."""
