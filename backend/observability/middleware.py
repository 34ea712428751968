"""Around each request: an id, a line in the log, its measurement, an answer to mistakes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.observability.logs import log_failure
from backend.observability.metrics import Metrics
from backend.observability.request_context import begin_request

_log = logging.getLogger("backend.requests")
_METHODS = frozenset("GET POST PUT PATCH DELETE HEAD OPTIONS".split())
_QUIET = frozenset(("/health", "/health/live", "/metrics"))  # asked every few seconds
HEADER = "X-Request-ID"


class ObservedRequests:
    """Plain ASGI: answers that are streams pass unbuffered."""

    def __init__(self, app: ASGIApp, metrics: Metrics, mistake: Callable[[], Response]) -> None:
        """`mistake` makes the answer to an error that nobody expected."""
        self._app, self._metrics, self._mistake = app, metrics, mistake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        identity = begin_request(Headers(scope=scope).get(HEADER, ""))
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
                self._note(scope, status, time.perf_counter() - begun)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            log_failure(_log, error, **_run_of(scope))
            if status:  # too late for another answer: the server closes the connection
                raise RuntimeError("an answer was cut short; the log says why") from None
            await self._mistake()(scope, receive, answer)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _template(scope)
        self._metrics.count(method, route, status, seconds)
        level = logging.DEBUG if route in _QUIET and status == 200 else logging.INFO
        _log.log(
            level,
            "%s %s %d",
            method,
            route,
            status,
            extra={"status": status, "ms": round(seconds * 1000, 1), **_run_of(scope)},
        )


def _template(scope: Scope) -> str:
    """The route's path with its parameters as names: there are as many as routes."""
    return str(getattr(scope.get("route"), "path", "none"))


def _run_of(scope: Scope) -> dict[str, Any]:
    parameters = scope.get("path_params") or {}
    identity = parameters.get("test_id") or parameters.get("result_id")
    return {"test_id": str(identity)} if identity else {}
