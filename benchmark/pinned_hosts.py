"""Hosts whose addresses are given (--resolve HOST:ADDRESS): how that is written, and read.

The name service is not asked for them, by discovery, probe and load alike. Names in TLS and in the
Host header stay. The load gets them by the environment variable BENCHMARK_RESOLVE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from benchmark.errors import UsageError

MAX_PINS = 100
"""How many may be given."""

_HOST = re.compile(r"[A-Za-z0-9._~%-]{1,253}")


def split_pin(text: str) -> tuple[str, str]:
    """Host (in lower case) and address of `HOST:ADDRESS`; an IPv6 address may be in brackets.

    Raises UsageError for anything else, such as curl's HOST:PORT:ADDRESS.
    """
    host, colon, address = text.strip().partition(":")
    address = address.strip()
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    try:
        known = str(ip_address(address))
    except ValueError:
        known = ""
    if not colon or not _HOST.fullmatch(host) or not known:
        raise UsageError(
            f"{text!r} is no host and address", "write HOST:ADDRESS, as in api.example.com:10.0.0.7"
        )
    return host.lower(), known


def pinned_addresses(pins: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The addresses of each host, in the order in which they were given. Raises UsageError."""
    found: dict[str, tuple[str, ...]] = {}
    for pin in pins:
        host, address = split_pin(pin)
        found[host] = tuple(dict.fromkeys((*found.get(host, ()), address)))
    return found
