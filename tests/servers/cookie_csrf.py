"""A session in a cookie, and a token against forged requests that every write must carry."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, RefusedError, Reply, Service

_LOGINS = ("login", "session", "auth/session", "sign-in")
_TOKENS = ("csrf", "csrf-token", "auth/csrf", "xsrf")
_HEADERS = ("X-CSRF-Token", "X-CSRFToken", "X-XSRF-TOKEN")
_COOKIES = ("sid", "sessionid", "session", "connect.sid")


def make_app(seed: int) -> FastAPI:
    """Roles "login", "token" and "thing"; credentials "username" and "password".

    The login sets the cookie. "token" answers `{"csrf_token": …}` of the session, which writes
    must send in the header "header": 403 without it, 401 without a session.
    """
    service = Service(seed)
    service.credentials |= {"username": "keeper", "password": "of-the-gate-17"}
    cookie, header = pick(seed, _COOKIES), pick(seed + 1, _HEADERS)
    service.fields |= {"header": header, "cookie": cookie}
    service.schemes["session"] = {"type": "apiKey", "in": "cookie", "name": cookie}
    sessions: dict[str, str] = {}

    def login(call: Call) -> Reply:
        if call.body != service.credentials:
            raise RefusedError(401, "Wrong user name or password.")
        session = uuid4().hex
        sessions[session] = uuid4().hex
        cookies = {"Set-Cookie": f"{cookie}={session}; Path=/; HttpOnly; SameSite=Lax"}
        return Reply({"status": "signed in"}, 200, cookies)

    def guard(call: Call) -> None:
        token = sessions.get(call.cookies.get(cookie, ""))
        if token is None:
            raise RefusedError(401, "Sign in first.")
        if not call.operation.startswith("GET ") and call.headers.get(header) != token:
            raise RefusedError(403, f"CSRF token missing or incorrect: send it in {header}.")

    body = {
        "type": "object",
        "properties": {"username": TEXT, "password": TEXT},
        "required": ["username", "password"],
    }
    path = service.names.path
    service.operation("login", "POST", path(pick(seed + 2, _LOGINS)), login, body=body,
                      answer={"type": "object"}, guarded=False)  # fmt: skip
    service.guard = guard
    answer = {"type": "object", "properties": {"csrf_token": {"type": "string"}}}
    service.operation(
        "token", "GET", path(pick(seed + 3, _TOKENS)),
        lambda call: {"csrf_token": sessions[call.cookies[cookie]]}, answer=answer,
    )  # fmt: skip
    Kind(service, "thing").with_all()
    return service.finish()
