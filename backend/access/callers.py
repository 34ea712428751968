"""Who sent a request, and what that lets them see and do."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Literal

from fastapi import Request

from backend.problems import Problem
from benchmark.utils.service_tokens import TokenLine, digest_of

_STATE = "stress_api_caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may use the service. Without tokens it is whoever sits at this machine.

    `email` is None for `local` only.
    """

    email: str | None
    role: Literal["local", "user", "admin"]

    @property
    def sees_all(self) -> bool:
        """Whether what belongs to others is shown, too."""
        return self.role != "user"

    @property
    def owner_email(self) -> str | None:
        """To whom queries are confined, or None where everything is shown."""
        return None if self.sees_all else self.email

    @property
    def name(self) -> str:
        """What stands in the audit log."""
        return self.email or self.role

    def sees(self, email: str) -> bool:
        """Whether things of the user with this address are shown."""
        return self.sees_all or email.lower() == self.email

    def owner_of_new(self, user_email: str | None) -> str | None:
        """Whose a new thing is, where the request names `user_email`.

        Raises Problem (403) where a user names somebody else.
        """
        if user_email is None:
            return self.email
        if not self.sees(user_email):
            raise Problem(
                403,
                "user_email is not the address of the token that was sent",
                "leave user_email out, or use a token of that user or of an admin",
            )
        return user_email.lower()


LOCAL = Caller(None, "local")


def caller_of_token(token: str, lines: tuple[TokenLine, ...]) -> Caller | None:
    """Whose this token is. Takes as long for a wrong token as for each right one."""
    digest = digest_of(token)
    found: Caller | None = None
    for line in lines:
        if compare_digest(digest, line.digest):
            found = Caller(line.email, line.role)
    return found


def remember(scope: MutableMapping[str, Any], caller: Caller | None) -> None:
    """Note with a request who sent it."""
    scope.setdefault("state", {})[_STATE] = caller


async def current_caller(request: Request) -> Caller:
    """Dependency: who sent the request. Problem (401) on a route that is open to everybody."""
    state: Mapping[str, Any] = request.scope.get("state", {})
    caller = state.get(_STATE)
    if not isinstance(caller, Caller):
        raise no_token()
    return caller


def no_token(*, wrong: bool = False) -> Problem:
    """The answer to a request without a token, or with one that is not known."""
    error = ', error="invalid_token"' if wrong else ""
    return Problem(
        401,
        "the token is not known" if wrong else "a token is needed",
        "send Authorization: Bearer <token>; the operator makes one with: stress-api token EMAIL",
        {"WWW-Authenticate": f'Bearer realm="stress-api"{error}'},
    )


def peer_of(scope: Mapping[str, Any]) -> str:
    """The address at the other end of the connection; "" where there is none (a Unix socket)."""
    client = scope.get("client")
    return str(client[0]) if client else ""
