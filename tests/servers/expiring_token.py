"""A login with user name and password, whose token lives for some seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, RefusedError, Service

_LOGINS = ("login", "auth/login", "sessions", "auth/token", "sign-in")
_TOKENS = ("token", "access_token", "key", "jwt", "accessToken")
_NAMES = ("username", "email", "login")

Clock = Callable[[], float]


def make_app(seed: int, seconds: float = 2.0, clock: Clock = time.monotonic) -> FastAPI:
    """Roles "login" and "thing"; credentials "username" and "password"; a token lives `seconds`.

    Fields "user", "password" and "token" are the names in the login's body and answer. A token in
    use stays valid when another one is handed out.
    """
    service = Service(seed)
    names = service.names
    user_name = pick(seed, _NAMES)
    service.credentials |= {
        "username": "keeper@example.com" if user_name == "email" else "keeper",
        "password": "of-the-gate-17",
    }
    service.fields |= {"user": user_name, "password": "password", "token": pick(seed + 1, _TOKENS)}
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    ends: dict[str, float] = {}

    def login(call: Call) -> dict[str, object]:
        given = call.body[user_name], call.body["password"]
        if given != (service.credentials["username"], service.credentials["password"]):
            raise RefusedError(401, "Wrong user name or password.")
        token = uuid4().hex
        ends[token] = clock() + seconds
        return {service.fields["token"]: token, "expires_in": seconds}

    def guard(call: Call) -> None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or ends.get(token, 0.0) < clock():
            raise RefusedError(401, "The token is missing or has expired.")

    service.guard = guard
    body = {
        "type": "object",
        "properties": {user_name: TEXT, "password": {**TEXT, "format": "password"}},
        "required": [user_name, "password"],
    }
    answer = {
        "type": "object",
        "properties": {
            service.fields["token"]: {"type": "string"},
            "expires_in": {"type": "number"},
        },
    }
    path = names.path(pick(seed + 2, _LOGINS))
    service.operation("login", "POST", path, login, body=body, answer=answer, guarded=False)
    Kind(service, "thing").with_all()
    return service.finish()
