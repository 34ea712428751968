"""Operations that end the caller's own session, password, token or account, and nobody else's."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, Item, RefusedError, Reply, Service

_ACCOUNTS = ("users", "accounts")
_LOGINS = ("login", "auth/login", "sessions", "sign-in")
_LOGOUTS = ("logout", "sign-out", "auth/logout", "logoff")
_ME = ("me", "users/me", "profile", "current-user")
_OLD = ("old_password", "current_password", "currentPassword", "oldPassword")
_SECRET = {**TEXT, "minLength": 8, "format": "password"}


def make_app(seed: int) -> FastAPI:
    """Roles "register", "login", "thing", "read me" and "delete account".

    Four end the caller's access: "log out", "change password", "reset token" and "delete me". Done
    by an account that made a thing, they count as traps.
    """
    service = Service(seed)
    path = service.names.path
    accounts = _Accounts(service, seed)
    name, old, new = accounts.name, accounts.old, accounts.new
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    body = {
        "type": "object", "properties": {name: TEXT, "password": _SECRET},
        "required": [name, "password"], "additionalProperties": False,
    }  # fmt: skip
    passwords = {
        "type": "object", "properties": {old: _SECRET, new: _SECRET}, "required": [old, new]
    }  # fmt: skip
    made = {"type": "object", "properties": {"id": {"type": "string"}, name: TEXT}}
    answer = {"type": "object", "properties": {"token": {"type": "string"}}}
    service.operation("register", "POST", accounts.path, accounts.register, body=body,
                      answer=made, status=201, guarded=False)  # fmt: skip
    service.operation("login", "POST", path(pick(seed + 4, _LOGINS)), accounts.login, body=body,
                      answer=answer, guarded=False)  # fmt: skip
    service.guard = accounts.guard
    Kind(service, "thing").with_all()
    me, logout = path(pick(seed + 3, _ME)), path(pick(seed + 5, _LOGOUTS))
    service.operation("read me", "GET", me, accounts.read, answer=made)
    service.operation("log out", "POST", logout, accounts.end_sessions, status=204)
    service.operation("change password", "PUT", f"{me}/password", accounts.change, body=passwords,
                      status=204)  # fmt: skip
    service.operation("reset token", "POST", f"{me}/token/reset", accounts.end_sessions, status=204)
    service.operation("delete me", "DELETE", me, accounts.leave, status=204)
    item_path = f"{accounts.path}/{{{service.names.cased('account', 'id')}}}"
    service.operation("delete account", "DELETE", item_path, accounts.delete, status=204)
    return service.finish()


class _Accounts:
    """The accounts of a server, their tokens, and which of them made things."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service = service
        self.name, self.old = pick(seed, ("username", "email", "login")), pick(seed + 1, _OLD)
        self.new = "newPassword" if self.old.endswith("Password") else "new_password"
        self.path = service.names.path(pick(seed + 2, _ACCOUNTS))
        self.held = service.store.setdefault(self.path, {})
        self.owners: dict[str, str] = {}
        self.working: set[str] = set()

    def owner(self, call: Call) -> str:
        """Whose token a call carries."""
        kind, _, given = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or (self.owners.get(given, ""),) not in self.held:
            raise RefusedError(401, "The token is missing or has expired.")
        return self.owners[given]

    def guard(self, call: Call) -> None:
        """Let in who has a token."""
        me = self.owner(call)
        if call.operation == self.service.operations["create thing"]:
            self.working.add(me)

    def register(self, call: Call) -> Item:
        """Make an account."""
        taken = {known[self.name] for known in self.held.values()}
        if call.body[self.name] in taken:
            raise RefusedError(409, f"This {self.name} is taken.")
        key = uuid4().hex
        self.held[key,] = {"id": key, **call.body}
        return {"id": key, self.name: call.body[self.name]}

    def login(self, call: Call) -> Item:
        """Give out a token."""
        given = call.body[self.name], call.body["password"]
        for (key,), known in self.held.items():
            if (known[self.name], known["password"]) == given:
                token = uuid4().hex
                self.owners[token] = key
                return {"token": token}
        raise RefusedError(401, "Wrong user name or password.")

    def read(self, call: Call) -> Item:
        """The caller's own account."""
        return self.held[self.owner(call),]

    def end_sessions(self, call: Call) -> Reply:
        """No token of the caller is good any longer."""
        me = self._ending(call)
        self.owners = {token: key for token, key in self.owners.items() if key != me}
        return Reply(status=204)

    def change(self, call: Call) -> Reply:
        """Another password for the caller, who has to log in again."""
        me = self.owner(call)
        if call.body[self.old] != self.held[me,]["password"]:
            raise RefusedError(400, f"{self.old} is wrong.")
        if call.body[self.new] == call.body[self.old]:
            raise RefusedError(400, f"{self.new} is the old one.")
        self.held[me,]["password"] = call.body[self.new]
        return self.end_sessions(call)

    def leave(self, call: Call) -> Reply:
        """Delete the caller's account."""
        del self.held[self._ending(call),]
        return Reply(status=204)

    def delete(self, call: Call) -> Reply:
        """Delete any account."""
        if self.held.pop(tuple(call.path.values()), None) is None:
            raise RefusedError(404, "There is no such account.")
        return Reply(status=204)

    def _ending(self, call: Call) -> str:
        me = self.owner(call)
        if me in self.working:
            self.service.traps_touched.append(call.operation)
        return me
