"""Ports for programs that have to be told one, before they open it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from random import SystemRandom

_LOWEST = 20_000
_PARTS = 5
_EACH = 2_500
"""Below the ports that systems give to whoever asks for any (from 32,768 on Linux), so that no
server of another test gets one in between; each of five test processes has a part of its own."""


def _candidates() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PARTS
    begin = SystemRandom().randrange(_EACH)
    while True:
        yield _LOWEST + worker * _EACH + begin
        begin = (begin + 1) % _EACH


_ports = _candidates()


def unused_port() -> int:
    """A port of 127.0.0.1 on which nothing listens, another one each time."""
    while True:
        port = next(_ports)
        with suppress(OSError), socket.socket() as trial:
            trial.bind(("127.0.0.1", port))
            return port
