"""A token against forged requests though nobody signs in: it belongs to the cookie of a visitor."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.names import pick
from tests.servers.service import Call, RefusedError, Reply, Service

_TOKENS = ("csrf", "csrf-token", "auth/csrf", "xsrf")
_HEADERS = ("X-CSRF-Token", "X-CSRFToken", "X-XSRF-TOKEN")


def make_app(seed: int) -> FastAPI:
    """Roles "token" and "thing". Writes need the cookie and the token that "token" hands out."""
    service = Service(seed)
    header = pick(seed, _HEADERS)
    service.fields |= {"header": header}
    visitors: dict[str, str] = {}

    def token(call: Call) -> Reply:
        visitor = call.cookies.get("visitor", "")
        if visitor not in visitors:
            visitor = uuid4().hex
            visitors[visitor] = uuid4().hex
        cookies = {"Set-Cookie": f"visitor={visitor}; Path=/; HttpOnly; SameSite=Lax"}
        return Reply({"csrf_token": visitors[visitor]}, 200, cookies)

    def guard(call: Call) -> None:
        expected = visitors.get(call.cookies.get("visitor", ""), "none")
        if not call.operation.startswith("GET ") and call.headers.get(header) != expected:
            raise RefusedError(403, f"CSRF token missing or incorrect: send it in {header}.")

    service.guard = guard
    answer = {"type": "object", "properties": {"csrf_token": {"type": "string"}}}
    path = service.names.path(pick(seed + 1, _TOKENS))
    service.operation("token", "GET", path, token, answer=answer)
    Kind(service, "thing").with_all()
    return service.finish()
