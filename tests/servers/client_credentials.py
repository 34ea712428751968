"""The client-credentials flow of OAuth2: a program signs in, with an id and a secret of its own."""

from __future__ import annotations

from base64 import b64decode
from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Service

_TOKENS = ("oauth/token", "token", "oauth2/token", "connect/token")
_FORM = "application/x-www-form-urlencoded"


def make_app(seed: int, *, in_header: bool = False) -> FastAPI:
    """Roles "login" and "thing"; credentials "username" and "password" are the client's.

    They stand in the form, or, with `in_header`, in the Authorization header of RFC 6749, section
    2.3.1.
    """
    service = Service(seed)
    service.credentials |= {"username": "gate-7", "password": "of-the-program-17"}
    path = service.names.path(pick(seed, _TOKENS))
    flows = {"clientCredentials": {"tokenUrl": path, "scopes": {}}}
    service.schemes["oauth"] = {"type": "oauth2", "flows": flows}
    valid: set[str] = set()

    def login(call: Call) -> Item:
        if call.body.get("grant_type") != "client_credentials":
            raise RefusedError(400, "unsupported_grant_type")
        given = call.body.get("client_id"), call.body.get("client_secret")
        if in_header:
            kind, _, coded = call.headers.get("authorization", "").partition(" ")
            name, _, secret = b64decode(coded).decode().partition(":")
            given = (name, secret) if kind == "Basic" else (None, None)
        if given != (service.credentials["username"], service.credentials["password"]):
            raise RefusedError(401, "invalid_client")
        valid.add(token := uuid4().hex)
        return {"access_token": token, "token_type": "bearer", "expires_in": 3600}

    def guard(call: Call) -> None:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in valid:
            raise RefusedError(401, "The token is missing or has expired.")

    service.guard = guard
    members = {"grant_type": TEXT, "scope": TEXT}
    if not in_header:
        members |= {"client_id": TEXT, "client_secret": TEXT}
    asked = {
        "type": "object", "properties": members, "required": [n for n in members if n != "scope"]
    }  # fmt: skip
    answer = {"type": "object", "properties": {"access_token": {"type": "string"}}}
    service.operation("login", "POST", path, login, body=asked, answer=answer, guarded=False,
                      media=_FORM)  # fmt: skip
    Kind(service, "thing").with_all()
    return service.finish()
