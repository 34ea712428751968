"""What lets the requests of a user in, as the client sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from benchmark.engine.http_client.cookies import CookieJar
from benchmark.engine.http_client.response import Response
from benchmark.wire.encoding import Pairs

AfterAnswer = Callable[[str, str, "Mapping[str, Any] | None", Response, int], None]
"""Hears of an answer: method, URL as the task wrote it, its path values, answer, version."""


class Admission(Protocol):
    """What lets the requests of a user in, and from which sign-in it is."""

    version: int

    def headers(
        self, method: str, headers: Mapping[str, Any] | None, jar: CookieJar, /
    ) -> Mapping[str, Any]:
        """The headers of a request, and those that let it in."""
        ...

    def query(self, params: Pairs | None, /) -> Pairs | None:
        """The query of a request, and what lets it in."""
        ...

    def cookies(self, cookies: Mapping[str, Any] | None, /) -> Mapping[str, Any] | None:
        """The cookies of a request, and those that let it in."""
        ...
