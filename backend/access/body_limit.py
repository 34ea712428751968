"""Middleware that reads the body of a request, within a size and a time."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.error_answers import problem_response
from backend.problems import Problem

_SECONDS = 60.0


class BodyLimitMiddleware:
    """Reads bodies before the routes do, so that no route sees one that is too long (413) or slow.

    Answers 408 to one that did not come within `seconds`.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float = _SECONDS) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or hand on what was read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check_length(scope)
            async with asyncio.timeout(self._seconds):
                body, complete = await self._read(receive)
        except TimeoutError:
            problem = Problem(
                408,
                f"the body did not come within {self._seconds:g} s",
                "send it faster",
                {"Connection": "close"},
            )
            await problem_response(problem)(scope, receive, send)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
        else:
            if complete:
                await self._app(scope, _replaying(body, receive), send)

    def _check_length(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self._most:
                raise self._too_long()

    async def _read(self, receive: Receive) -> tuple[bytes, bool]:
        """The body, and whether it came whole: else the client is gone. Raises Problem (413)."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b"", False
            body += message.get("body", b"")
            if len(body) > self._most:
                raise self._too_long()
            if not message.get("more_body", False):
                return bytes(body), True

    def _too_long(self) -> Problem:
        return Problem(
            413,
            f"the body is longer than {self._most} bytes",
            "send a shorter one; the operator sets the limit with STRESS_API_MAX_BODY_BYTES",
        )


def _replaying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
