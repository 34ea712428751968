"""Operations that end or change the access of who calls them, fit for an account of no use."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Reply, Service

_LOGOUTS = ("logout", "sign-out", "auth/logout")
_CREATES = ("users", "accounts", "users/create")
_ME = ("me", "profile", "auth/user")


def make_app(seed: int) -> FastAPI:
    """Role "thing" and the accounts of "register", made with the given token only.

    "login", "log out", "change password" and "rename" work for every account. Done to the account
    of the given token, the last three are traps. "who" tells who calls.
    """
    service = Service(seed)
    names = service.names
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    service.credentials["token"] = given = f"tok-{uuid4().hex}"
    create = pick(seed, _CREATES)
    path = names.path(create.removesuffix("/create"))
    accounts = service.store.setdefault(path, {})
    tokens: dict[str, str] = {given: ""}

    def caller(call: Call) -> str:
        return tokens[call.headers["authorization"].partition(" ")[2]]

    def guard(call: Call) -> None:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        known = tokens.get(token)
        if kind != "Bearer" or known is None or (known and (known,) not in accounts):
            raise RefusedError(401, "Invalid token.")

    def register(call: Call) -> Item:
        if caller(call):
            raise RefusedError(403, "Only the owner makes accounts.")
        if any(known["username"] == call.body["username"] for known in accounts.values()):
            raise RefusedError(409, "This username is taken.")
        key = uuid4().hex
        accounts[key,] = {"id": key, **call.body}
        return {"id": key, "username": call.body["username"]}

    def login(call: Call) -> Item:
        for (key,), known in accounts.items():
            if all(known[name] == call.body[name] for name in ("username", "password")):
                token = uuid4().hex
                tokens[token] = key
                return {"token": token}
        raise RefusedError(400, "Unable to log in.")

    def own(call: Call, role: str) -> Item:
        key = caller(call)
        if not key:
            service.traps_touched.append(role)
            tokens.clear()
        return accounts[key,] if key else {}

    def log_out(call: Call) -> Reply:
        own(call, "log out")
        tokens.pop(call.headers["authorization"].partition(" ")[2], None)
        return Reply(status=204)

    def change(call: Call) -> Reply:
        account = own(call, "change password")
        if call.body["old_password"] != account.get("password"):
            raise RefusedError(400, "old_password: it is wrong.")
        account["password"] = call.body["new_password"]
        return Reply(status=204)

    def rename(call: Call) -> Item:
        if call.body["username"] == "keeper":
            raise RefusedError(400, "username: this is taken.")
        own(call, "rename")["username"] = call.body["username"]
        return {"username": call.body["username"]}

    def who(call: Call) -> Item:
        key = caller(call)
        return {"username": accounts[key,]["username"] if key else "keeper"}

    def deleted(call: Call) -> Reply:
        if accounts.pop(tuple(call.path.values()), None) is None:
            raise RefusedError(404, "There is no such account.")
        return Reply(status=204)

    service.guard = guard
    secret = {**TEXT, "minLength": 8}
    signed = _object(username=TEXT, password=secret)
    operation, me = service.operation, names.path(pick(seed + 1, _ME))
    operation("register", "POST", names.path(create), register, body=signed, status=201,
              answer={**_object(id=TEXT, username=TEXT), "required": ["id"]})  # fmt: skip
    operation("delete account", "DELETE", f"{path}/{{user_id}}", deleted, status=204)
    operation("login", "POST", names.path("login"), login, body=signed, guarded=False,
              answer=_object(token=TEXT))  # fmt: skip
    operation("who", "GET", me, who, answer=_object(username=TEXT))
    operation("rename", "PUT", me, rename, body=_object(username=TEXT))
    operation("change password", "POST", names.path("password/change"), change, status=204,
              body=_object(old_password=secret, new_password=secret))  # fmt: skip
    operation("log out", "POST", names.path(pick(seed + 2, _LOGOUTS)), log_out, status=204)
    Kind(service, "thing").with_all()
    return service.finish()


def _object(**members: object) -> dict[str, object]:
    return {"type": "object", "properties": members, "required": list(members)}
