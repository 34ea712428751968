"""Operations that end or change the access of who calls them, fit for an account of no use."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service

_LOGOUTS = ("logout", "sign-out", "auth/logout")
_CREATES = ("users", "accounts", "users/create")
_ME = ("me", "profile", "auth/user")
_SECRET = {**TEXT, "minLength": 8}


def make_app(seed: int) -> FastAPI:
    """Role "thing" and the accounts of "register", made with the given token only.

    "login", "log out", "change password" and "rename" work for every account. Done to the owner of
    the given token, the last three are traps. "who" tells who calls.
    """
    service = Service(seed)
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    service.credentials["token"] = given = f"tok-{uuid4().hex}"
    create = pick(seed, _CREATES)
    path = service.names.path(create.removesuffix("/create"))
    desk = _Desk(service, service.store.setdefault(path, {}), given)
    signed = _object(username=TEXT, password=_SECRET)
    operation, named = service.operation, service.names.path
    me = named(pick(seed + 1, _ME))
    operation("register", "POST", named(create), desk.register, body=signed, status=201,
              answer=_object(id=TEXT, username=TEXT))  # fmt: skip
    operation("delete account", "DELETE", f"{path}/{{user_id}}", desk.delete, status=204)
    operation("login", "POST", named("login"), desk.log_in, body=signed, guarded=False,
              answer=_object(token=TEXT))  # fmt: skip
    operation("who", "GET", me, desk.who, answer=_object(username=TEXT))
    operation("rename", "PUT", me, desk.rename, body=_object(username=TEXT))
    operation("change password", "POST", named("password/change"), desk.change, status=204,
              body=_object(old_password=_SECRET, new_password=_SECRET))  # fmt: skip
    operation("log out", "POST", named(pick(seed + 2, _LOGOUTS)), desk.log_out, status=204)
    Kind(service, "thing").with_all()
    return service.finish()


class _Desk:
    """Knows the accounts and the tokens that were given for them; "" is the owner's account."""

    def __init__(self, service: Service, accounts: dict[Key, Item], given: str) -> None:
        self.service, self.accounts = service, accounts
        self.tokens = {given: ""}
        service.guard = self.guard

    def guard(self, call: Call) -> None:
        known = self.tokens.get(_token(call))
        if known is None or (known and (known,) not in self.accounts):
            raise RefusedError(401, "Invalid token.")

    def register(self, call: Call) -> Item:
        if self.tokens[_token(call)]:
            raise RefusedError(403, "Only the owner makes accounts.")
        if any(known["username"] == call.body["username"] for known in self.accounts.values()):
            raise RefusedError(409, "This username is taken.")
        key = uuid4().hex
        self.accounts[key,] = {"id": key, **call.body}
        return {"id": key, "username": call.body["username"]}

    def log_in(self, call: Call) -> Item:
        for (key,), known in self.accounts.items():
            if all(known[name] == call.body[name] for name in ("username", "password")):
                token = uuid4().hex
                self.tokens[token] = key
                return {"token": token}
        raise RefusedError(400, "Unable to log in.")

    def log_out(self, call: Call) -> Reply:
        self.own(call)
        self.tokens.pop(_token(call), None)
        return Reply(status=204)

    def change(self, call: Call) -> Reply:
        account = self.own(call)
        if call.body["old_password"] != account.get("password"):
            raise RefusedError(400, "old_password: it is wrong.")
        account["password"] = call.body["new_password"]
        return Reply(status=204)

    def rename(self, call: Call) -> Item:
        if call.body["username"] == "keeper":
            raise RefusedError(400, "username: this is taken.")
        self.own(call)["username"] = call.body["username"]
        return {"username": call.body["username"]}

    def who(self, call: Call) -> Item:
        key = self.tokens[_token(call)]
        return {"username": self.accounts[key,]["username"] if key else "keeper"}

    def delete(self, call: Call) -> Reply:
        if self.accounts.pop(tuple(call.path.values()), None) is None:
            raise RefusedError(404, "There is no such account.")
        return Reply(status=204)

    def own(self, call: Call) -> Item:
        """The account that calls; what is done to the owner's locks everybody out."""
        key = self.tokens[_token(call)]
        if not key:
            self.service.traps_touched.append(call.operation)
            self.tokens.clear()
        return self.accounts[key,] if key else {}


def _token(call: Call) -> str:
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _object(**members: object) -> dict[str, object]:
    return {"type": "object", "properties": members, "required": list(members)}
