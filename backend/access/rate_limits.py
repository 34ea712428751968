"""How many requests a caller may send in a minute, and somebody without a token.

Counted in memory, by each process of the service for itself: with `--workers 4` up to four times as
many get through.
"""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, IPv6Network

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from backend.access.addresses import parse_address
from backend.access.callers import current_caller
from backend.problems import Problem

_PROOF_CHECKS_PER_MINUTE = 10
_PRIVATE_BITS = 64  # of an IPv6 address: whoever has one has all of its network


class RateLimits:
    """Counts requests. Each `count_…` raises Problem (429) with the seconds until the next."""

    def __init__(self, requests_per_minute: int, starts_per_minute: int) -> None:
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._starts = RateLimitItemPerMinute(starts_per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count_caller(self, name: str) -> None:
        """A request of somebody who was let in."""
        self._count(self._requests, "STRESS_API_REQUESTS_PER_MINUTE", "caller", name)

    def count_open(self, peer: str) -> None:
        """A request of an unknown sender to a page that is open to everybody."""
        self._count(self._requests, "STRESS_API_REQUESTS_PER_MINUTE", "open", _network(peer))

    def count_refused(self, peer: str) -> None:
        """A request without a token, or with a wrong one. Does not stop the open pages."""
        self._count(self._requests, "STRESS_API_REQUESTS_PER_MINUTE", "refused", _network(peer))

    def count_start(self, name: str) -> None:
        """A test that is started."""
        self._count(self._starts, "STRESS_API_STARTS_PER_MINUTE", "start", name)

    def _count(self, limit: RateLimitItemPerMinute, setting: str, *who: str) -> None:
        _count(self._limiter, limit, who, f"the operator sets the limit with {setting}")


async def limit_starts(request: Request) -> None:
    """Dependency of routes that start a test: raises Problem (429) for too many in a minute."""
    caller = await current_caller(request)
    limits = request.app.state.rate_limits
    if isinstance(limits, RateLimits):
        limits.count_start(caller.name)


def count_proof_check(email: str) -> None:
    """A look for a user's proof at a target, which is a request to somebody's server."""
    _count(
        _proof_checks,
        RateLimitItemPerMinute(_PROOF_CHECKS_PER_MINUTE),
        ("proof", email),
        "targets that the operator allows need no proof",
    )


_proof_checks = MovingWindowRateLimiter(MemoryStorage())


def _count(
    limiter: MovingWindowRateLimiter,
    limit: RateLimitItemPerMinute,
    who: tuple[str, ...],
    hint: str,
) -> None:
    if limiter.hit(limit, *who):
        return
    seconds = max(1, math.ceil(limiter.get_window_stats(limit, *who).reset_time - time.time()))
    raise Problem(
        429,
        f"more than {limit.amount} in a minute ({who[0]})",
        f"try again in {seconds} s; {hint}",
        {"Retry-After": str(seconds)},
    )


def _network(peer: str) -> str:
    """Whom an address belongs to."""
    address = parse_address(peer)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _PRIVATE_BITS << _PRIVATE_BITS, _PRIVATE_BITS)))
    return str(address or peer)
