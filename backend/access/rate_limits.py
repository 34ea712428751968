"""How many requests a caller may send in a minute, and somebody without a token.

Counted in memory, by each process of the service for itself: with `--workers 4` up to four times as
many get through.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network

from fastapi import Request

from backend.access.addresses import parse_address
from backend.access.callers import current_caller
from backend.problems import Problem

_SECONDS = 60.0
_MOST_SENDERS = 10_000
_PROOF_CHECKS = 10
_PRIVATE_BITS = 64  # of an IPv6 address: whoever has one has all of its network


class Minute:
    """At most `amount` in any 60 seconds, for each sender.

    Own code, because the storage in memory of the library `limits` starts a thread every 10 ms,
    which took the 95th percentile of a request on a busy machine from 0.2 ms to 4 ms.
    """

    def __init__(self, amount: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.amount = amount
        self._clock = clock
        self._senders: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, sender: str) -> float:
        """Count one more and return 0; or count nothing and return the seconds until one may."""
        with self._lock:
            now = self._clock()
            times = self._senders.setdefault(sender, deque())
            self._senders.move_to_end(sender)
            if len(self._senders) > _MOST_SENDERS:
                self._senders.popitem(last=False)  # whoever was silent for longest
            while times and times[0] <= now - _SECONDS:
                times.popleft()
            if len(times) >= self.amount:
                return times[0] + _SECONDS - now
            times.append(now)
            return 0.0


class RateLimits:
    """Counts requests. Each `count_…` raises Problem (429) with the seconds until the next."""

    def __init__(
        self,
        requests_per_minute: int,
        starts_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = Minute(requests_per_minute, clock)
        self._starts = Minute(starts_per_minute, clock)

    def count_caller(self, name: str) -> None:
        """A request of somebody who was let in."""
        self._count_request(f"caller {name}")

    def count_open(self, peer: str) -> None:
        """A request of an unknown sender to a page that is open to everybody."""
        self._count_request(f"open {_network(peer)}")

    def count_refused(self, peer: str) -> None:
        """A request without a token, or with a wrong one. Does not stop the open pages."""
        self._count_request(f"refused {_network(peer)}")

    def count_start(self, name: str) -> None:
        """A test that is started."""
        hint = "the operator sets the limit with STRESS_API_STARTS_PER_MINUTE"
        _count(self._starts, name, "starts", hint)

    def _count_request(self, sender: str) -> None:
        hint = "the operator sets the limit with STRESS_API_REQUESTS_PER_MINUTE"
        _count(self._requests, sender, "requests", hint)


async def limit_starts(request: Request) -> None:
    """Dependency of routes that start a test: raises Problem (429) for too many in a minute."""
    caller = await current_caller(request)
    limits: RateLimits = request.app.state.rate_limits
    limits.count_start(caller.name)


def count_proof_check(email: str) -> None:
    """A look for a user's proof at a target, which is a request to somebody's server."""
    hint = "targets that the operator allows need no proof"
    _count(_proof_checks, email, "looks for a proof of ownership", hint)


_proof_checks = Minute(_PROOF_CHECKS)


def _count(minute: Minute, sender: str, what: str, hint: str) -> None:
    wait = minute.wait(sender)
    if wait > 0:
        seconds = max(1, math.ceil(wait))
        raise Problem(
            429,
            f"more than {minute.amount} {what} in a minute",
            f"try again in {seconds} s; {hint}",
            {"Retry-After": str(seconds)},
        )


def _network(peer: str) -> str:
    """Whom an address belongs to."""
    address = parse_address(peer)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _PRIVATE_BITS << _PRIVATE_BITS, _PRIVATE_BITS)))
    return str(address or peer)
