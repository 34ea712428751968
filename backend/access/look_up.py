"""Looks up the addresses of a host, once, within a time."""

from __future__ import annotations

import socket
import threading

from backend.access.addresses import Address, parse_address
from backend.problems import Problem

_SECONDS = 5.0
_MOST = 16


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a host in the system's order. Problem (422) where there are none."""
    literal = parse_address(host)
    if literal is not None:
        return (literal,)
    found: list[list[str] | OSError] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append([str(entry[4][0]) for entry in entries])
        except (OSError, UnicodeError) as error:
            found.append(OSError(str(error)))

    # The system's look-up knows no time limit, so it waits in a thread of its own.
    thread = threading.Thread(target=ask, daemon=True, name="look-up")
    thread.start()
    thread.join(_SECONDS)
    answer = found[0] if found else OSError("no answer in time")
    texts = [] if isinstance(answer, OSError) else answer
    if host == "localhost":  # it means this machine's own, RFC 6761; servers may use either
        texts = [*texts, "127.0.0.1", "::1"]
    addresses = dict.fromkeys(parse_address(text) for text in texts)
    if not addresses:
        raise Problem(
            422,
            f"the host {host} has no address" if found else f"no address of {host} in time",
            "see that its name is right, and that this machine's name service knows it",
        )
    if len(addresses) > _MOST or None in addresses:
        raise Problem(
            422,
            f"the host {host} has more than {_MOST} addresses, or strange ones",
            "give a host with fewer addresses, or one of the addresses",
        )
    return tuple(address for address in addresses if address is not None)
