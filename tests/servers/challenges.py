"""Operations that try out a way of signing in: the path says which credentials are right."""

from __future__ import annotations

from base64 import b64decode

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Service

_USERS = ("user", "username", "login", "account")
_SECRETS = ("password", "passwd", "secret", "passphrase")


def make_app(seed: int) -> FastAPI:
    """Roles "basic" (401 with a challenge), "hidden" (404 in its place), "bearer" (any token).

    Role "thing" needs nothing.
    """
    service = Service(seed)
    path = service.names.path
    user, secret = pick(seed, _USERS), pick(seed + 1, _SECRETS)

    def is_named(call: Call) -> bool:
        kind, _, coded = call.headers.get("authorization", "").partition(" ")
        right = f"{call.path[user]}:{call.path[secret]}"
        return kind == "Basic" and b64decode(coded).decode() == right

    def basic(call: Call) -> Item:
        if not is_named(call):
            challenge = {"WWW-Authenticate": 'Basic realm="here"'}
            raise RefusedError(401, "Wrong user or password.", headers=challenge)
        return {"authenticated": True}

    def hidden(call: Call) -> Item:
        if not is_named(call):
            raise RefusedError(404, "Not Found")
        return {"authenticated": True}

    def bearer(call: Call) -> Item:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise RefusedError(401, "No token.", headers={"WWW-Authenticate": "Bearer"})
        return {"authenticated": True}

    named = f"{{{user}}}/{{{secret}}}"
    answer = {"type": "object", "properties": {"authenticated": {"type": "boolean"}}}
    service.operation("basic", "GET", path("basic", named), basic, answer=answer)
    service.operation("hidden", "GET", path("hidden", named), hidden, answer=answer)
    service.operation("bearer", "GET", path("bearer"), bearer, answer=answer)
    Kind(service, "thing").with_all()
    return service.finish()
