"""Sends the probe's requests, one at a time, within a budget of requests and of seconds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlencode

from benchmark.generators.probe.access.entrances import Entrance
from benchmark.generators.probe.requests.building import BuiltRequest
from benchmark.generators.transport import Reply, Transport, TransportFailure
from benchmark.wire.retry_after import seconds_to_wait

MAX_WAIT = 10.0
"""How many seconds a 429 answer may make the probe wait."""

STREAM_SECONDS = 1.0
"""How long a 2xx answer of unknown length is listened to."""

_THROTTLED_TRIES = 3
_SLOW = 1.0  # seconds; a server that takes longer gets a pause as long as half its answer


class BudgetSpentError(Exception):
    """The probe's requests or seconds are used up; what it knows so far stands."""


@dataclass(slots=True)
class Exchange:
    """The way to the server. `requests` and `seconds` are what is left to spend.

    What the user or a sign-in gave, `entrance`, goes with every request.
    """

    transport: Transport
    requests: int
    seconds: float
    entrance: Entrance = field(default_factory=Entrance)
    sent: int = 0
    _start: float = field(default_factory=time.monotonic)

    def store(self, location: str) -> dict[str, str]:
        """What goes with every request as header, query parameter or cookie."""
        entrance = self.entrance
        return {"header": entrance.headers, "query": entrance.query}.get(location, entrance.cookies)

    def keep_cookies(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Send the cookies that an answer sets with every request from now on; which they are."""
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(headers.get("Set-Cookie", ""))
        except CookieError:
            return {}
        found = {name: morsel.value for name, morsel in jar.items()}
        self.entrance.cookies.update(found)
        return found

    def is_spent(self) -> bool:
        """Whether nothing more may be sent."""
        return self.sent >= self.requests or self.elapsed() >= self.seconds

    def elapsed(self) -> float:
        """Seconds since the probe began."""
        return time.monotonic() - self._start

    def send(self, request: BuiltRequest) -> Reply | TransportFailure:
        """The answer to one request; after a 429 it is sent again. Raises BudgetSpentError."""
        for _ in range(_THROTTLED_TRIES):
            reply = self._once(request)
            if isinstance(reply, TransportFailure) or reply.status != 429:
                break
            time.sleep(min(MAX_WAIT, seconds_to_wait(reply.headers.get("Retry-After"))))
        return reply

    def _once(self, request: BuiltRequest) -> Reply | TransportFailure:
        if self.is_spent():
            raise BudgetSpentError
        self.sent += 1
        headers = {**self.entrance.headers, **request.headers}
        if self.entrance.cookies:
            own = "; ".join(f"{name}={value}" for name, value in self.entrance.cookies.items())
            given = headers.get("Cookie")
            headers["Cookie"] = f"{own}; {given}" if given else own
        reply = self.transport.request(
            request.method,
            _with_query(request.target, self.entrance.query),
            headers=headers,
            body=request.body,
            follow_redirects=False,
            stream_seconds=STREAM_SECONDS,
        )
        if reply.seconds > _SLOW:
            time.sleep(min(reply.seconds / 2, 1.0))
        return reply


def _with_query(target: str, query: Mapping[str, str]) -> str:
    if not query:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode(query, quote_via=quote)}"
