"""Accounts that clients make for themselves: register, log in, and be let in by a token."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Reply, Service

_ACCOUNTS = ("users", "accounts")
_LOGINS = ("login", "auth/login", "sessions", "auth/token", "sign-in")
_TOKENS = ("token", "access_token", "jwt", "accessToken")
_NAMES = ("username", "email", "login")
_FORM = "application/x-www-form-urlencoded"


def make_app(seed: int, *, oauth2: bool = False) -> FastAPI:
    """Roles "register", "delete account", "login" and "thing"; no credentials are given.

    The token opens everything but "register" and "login" while its account is there. With
    `oauth2` the login is the form of a password flow, as the document's security scheme says.
    """
    service = Service(seed)
    names = service.names
    name = "username" if oauth2 else pick(seed, _NAMES)
    token = "access_token" if oauth2 else pick(seed + 1, _TOKENS)
    login_path = names.path(pick(seed + 2, _LOGINS))
    scheme: dict[str, object] = {"type": "http", "scheme": "bearer"}
    if oauth2:
        flows = {"password": {"tokenUrl": login_path, "scopes": {}}}
        scheme = {"type": "oauth2", "flows": flows}
    service.schemes["bearer"] = scheme
    path = names.path(pick(seed + 3, _ACCOUNTS))
    item_path = f"{path}/{{{names.cased('account', 'id')}}}"
    accounts = service.store.setdefault(path, {})
    owners: dict[str, str] = {}

    def register(call: Call) -> Item:
        if any(known[name] == call.body[name] for known in accounts.values()):
            raise RefusedError(409, f"This {name} is taken.")
        key = uuid4().hex
        accounts[key,] = {"id": key, **call.body}
        return {"id": key, name: call.body[name]}

    def login(call: Call) -> Item:
        if oauth2 and call.body.get("grant_type") != "password":
            raise RefusedError(400, "grant_type must be 'password'")
        for (key,), known in accounts.items():
            if (known[name], known["password"]) == (call.body[name], call.body["password"]):
                given = uuid4().hex
                owners[given] = key
                return {token: given, "token_type": "bearer"}
        raise RefusedError(401, "Wrong user name or password.")

    def deleted(call: Call) -> Reply:
        if accounts.pop(tuple(call.path.values()), None) is None:
            raise RefusedError(404, "There is no such account.")
        return Reply(status=204)

    def guard(call: Call) -> None:
        kind, _, given = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or (owners.get(given, ""),) not in accounts:
            raise RefusedError(401, "The token is missing or has expired.")

    service.guard = guard
    secret = {**TEXT, "minLength": 8, "format": "password"}
    body = {
        "type": "object", "properties": {name: TEXT, "password": secret},
        "required": [name, "password"], "additionalProperties": False,
    }  # fmt: skip
    grant = {"grant_type": {"type": "string", "pattern": "^password$"}} if oauth2 else {}
    asked = {
        "type": "object", "properties": {**grant, name: TEXT, "password": secret},
        "required": [*grant, name, "password"],
    }  # fmt: skip
    made = {"type": "object", "properties": {"id": {"type": "string"}, name: TEXT}}
    answer = {"type": "object", "properties": {token: {"type": "string"}}}
    service.operation("register", "POST", path, register, body=body, answer=made, status=201,
                      guarded=False)  # fmt: skip
    service.operation("login", "POST", login_path, login, body=asked, answer=answer,
                      guarded=False, media=_FORM if oauth2 else "application/json")  # fmt: skip
    service.operation("delete account", "DELETE", item_path, deleted, status=204)
    Kind(service, "thing").with_all()
    return service.finish()
