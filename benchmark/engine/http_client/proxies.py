"""Proxies: used where a locustfile names one, and never because the environment does."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from benchmark.engine.http_client.errors import CutOffError, ProxyError, ServerClosedError
from benchmark.engine.http_client.origin import Origin

_LONGEST_HEAD = 16384
_VARIABLES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where requests go instead of to their host."""

    host: str
    port: int


class _Stream(Protocol):
    def read(self, deadline_ns: int) -> bytes: ...
    def write(self, data: bytes, patience_ns: int, last_ns: int) -> bool: ...


def open_tunnel(connection: _Stream, origin: Origin, deadline_ns: int) -> None:
    """Have a proxy pass bytes to and fro between us and a server (RFC 9110, section 9.3.6)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    place = f"{host}:{origin.port}"
    request = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n"
    connection.write(request.encode("ascii"), deadline_ns, deadline_ns)
    answer = b""
    while b"\r\n\r\n" not in answer:
        data = connection.read(deadline_ns)
        if not data:
            raise CutOffError if answer else ServerClosedError
        answer += data
        if len(answer) > _LONGEST_HEAD:
            raise ProxyError("the answer of the proxy is too long")
    status = answer[:16].split(b" ")[1:2]
    if not status or not status[0].startswith(b"2"):
        code = status[0].decode("latin-1") if status and status[0].isdigit() else "no HTTP"
        raise ProxyError(f"the proxy answered {code[:7]}")


@lru_cache(maxsize=1)
def warn_of_ignored_proxies() -> None:
    """Say once that the environment's proxies are not used: they would be what is measured."""
    if found := [name for name in _VARIABLES if os.environ.get(name)]:
        logger.warning(
            "%s is ignored: requests go straight to their host; "
            "set proxy_host and proxy_port of the user class to use a proxy",
            found[0],
        )
