"""Operations that lock everybody out: logout, password, account, token, maintenance, shutdown."""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI

from tests.servers.kinds import TEXT, Kind
from tests.servers.names import pick
from tests.servers.service import Call, RefusedError, Reply, Service

_LOGOUT = ("logout", "sign-out", "logoff", "session/end")
_ME = ("me", "users/me", "account", "profile", "current-user")
_MAINTENANCE = ("admin/maintenance", "system/maintenance-mode", "settings/maintenance")
_SHUTDOWN = ("admin/shutdown", "system/stop", "server/terminate")


def make_app(seed: int) -> FastAPI:
    """Role "thing" is harmless; each trap ends the bearer token "token", or the whole service.

    Roles of the traps: "logout", "change password", "delete me", "reset token", "maintenance",
    "shut down". "read me" is reachable. After a trap everything answers 401, or 503.
    """
    service = Service(seed)
    service.schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    service.credentials["token"] = token = f"tok-{uuid4().hex}"
    state = {"token": token, "open": "yes"}
    user = {service.names.identifier(service.names.resource()): 1, "username": "keeper"}

    def guard(call: Call) -> None:
        if state["open"] != "yes":
            raise RefusedError(503, "Service unavailable.")
        if call.headers.get("authorization") != f"Bearer {state['token']}":
            raise RefusedError(401, "Invalid token.")

    def lock(_: Call) -> Reply:
        state["token"] = uuid4().hex
        return Reply(status=204)

    def close(_: Call) -> Reply:
        state["open"] = "no"
        return Reply({"status": "stopping"}, 202)

    service.guard = guard
    Kind(service, "thing").with_all()
    me = service.names.path(pick(seed, _ME))
    passwords = {
        "type": "object", "properties": {"new_password": TEXT}, "required": ["new_password"]
    }  # fmt: skip
    switch = {
        "type": "object", "properties": {"enabled": {"type": "boolean"}}, "required": ["enabled"]
    }  # fmt: skip
    path = service.names.path
    service.operation("read me", "GET", me, lambda _: user, answer={"type": "object"})
    service.trap("logout", "POST", path(pick(seed + 1, _LOGOUT)), lock, status=204)
    service.trap("change password", "PUT", f"{me}/password", lock, body=passwords, status=204)
    service.trap("delete me", "DELETE", me, lock, status=204)
    service.trap("reset token", "POST", f"{me}/token/reset", lock, status=204)
    maintenance, shutdown = pick(seed + 2, _MAINTENANCE), pick(seed + 3, _SHUTDOWN)
    service.trap("maintenance", "PUT", path(maintenance), close, body=switch, status=202)
    service.trap("shut down", "POST", path(shutdown), close, status=202)
    return service.finish()
