"""Middleware that lets a request in or not, and notes whose it is."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.access.callers import (
    LOCAL,
    Caller,
    caller_of_token,
    no_token,
    peer_of,
    remember,
)
from backend.access.local_only import foreign_sign
from backend.access.rate_limits import RateLimits
from backend.error_answers import problem_response
from backend.problems import Problem
from backend.settings import ServiceSettings
from benchmark.utils.service_tokens import read_token_lines

OPEN_PATHS = frozenset(("/", "/health", "/health/live", "/docs", "/redoc", "/openapi.json"))
"""What needs no token. The document is the same at every installation, and browsers cannot send a
token when they open a page; what the page then asks for needs one."""

OPEN_FOLDER = "/docs/"
"""Scripts and styles of those pages."""

_LONGEST_TOKEN = 500


class AccessMiddleware:
    """Without tokens lets in this machine alone (403 for others), else whoever has one (401)."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings, limits: RateLimits) -> None:
        self._app = app
        self._lines = read_token_lines(settings.tokens)
        self._cors_origins = frozenset(settings.cors_origins)
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or hand on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the service has no web sockets, and nothing guards them
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            caller = self._admit(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        remember(scope, caller)
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> Caller | None:
        """Who sent it; None for an unknown sender to an open page. Raises Problem."""
        if not self._lines:
            if sign := foreign_sign(scope, self._cors_origins):
                raise _not_local(sign)
            self._limits.count_caller(LOCAL.name)
            return LOCAL
        token = _bearer(scope)
        caller = caller_of_token(token, self._lines) if token else None
        if caller is not None:
            self._limits.count_caller(caller.name)
            return caller
        peer = peer_of(scope)
        if token is None and is_open(scope):
            self._limits.count_open(peer)
            return None
        self._limits.count_refused(peer)
        raise no_token(wrong=token is not None)


def is_open(scope: Scope) -> bool:
    """Whether this is one of the pages for everybody, or belongs to one."""
    path = route_path(scope)
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDER)


def route_path(scope: Scope) -> str:
    """The path as routes see it, without the prefix at which a proxy mounts the service."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    if root and path.startswith(f"{root}/"):
        return path[len(root) :]
    return path


def _bearer(scope: Scope) -> str | None:
    """The token that was sent; "" for credentials of another kind, None without any."""
    sent: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not sent:
        return None
    scheme, _, token = sent[0].decode("latin-1").partition(" ")
    token = token.strip()
    if len(sent) > 1 or scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        return ""
    return token


def _not_local(sign: str) -> Problem:
    return Problem(
        403,
        f"without tokens the service serves this machine alone, and the request shows {sign}",
        "use http://localhost or http://127.0.0.1 on this machine, without a proxy; to serve "
        "others the operator sets STRESS_API_TOKENS (stress-api token EMAIL)",
    )
