"""From the body of a start to an order for the runs: whose it is, what holds, what is masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend.access import Caller
from backend.database.queries import configurations, sessions
from backend.database.tables import TestSession
from backend.problems import Problem
from backend.routers.answering import no_such
from backend.schemas.starts import StressTestStart
from benchmark.utils.text_safety import MASK

_SECRET_NAME = re.compile(
    r"auth|api[_-]?key|cookie|credential|csrf|xsrf|passw|pwd|secret|signature|token", re.IGNORECASE
)
_EXCLUDED_BY_STAGES = ("request_rate", "duration")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, all from the request and its configuration; `target_url` among it."""

    asked: StressTestStart
    user_email: str | None
    session_id: int | None
    configuration_id: int | None

    @property
    def target_url(self) -> str:
        """Of the request, else of its configuration."""
        assert self.asked.target_url is not None
        return self.asked.target_url

    def request(self) -> dict[str, Any]:
        """What was asked for, as plain JSON, secrets and all."""
        return self.asked.model_dump(mode="json", exclude_none=True)


def order_of(session: Session, asked: StressTestStart, caller: Caller) -> Order:
    """The whole of what was asked for: what the request leaves out, its configuration says.

    Raises Problem: 404 for a session or configuration that the caller does not have, 403 for a
    test of somebody else, 409 where session, configuration and user do not belong together, 422
    where request and configuration together are no test.
    """
    group = _session(session, asked.session_id, caller)
    merged = asked
    if asked.configuration_id is not None:
        kept = configurations.get(session, asked.configuration_id, caller.owner_email)
        if kept is None:
            raise no_such("configuration", asked.configuration_id, "GET /api/sessions")
        if group is not None and group.id != kept.session_id:
            raise Problem(
                409,
                f"configuration {kept.id} is not of session {group.id}, but of {kept.session_id}",
                "leave out session_id: that of the configuration is taken",
            )
        group = kept.session
        merged = _merged(asked, {"target_url": kept.target_url, **kept.settings})
    owner = caller.owner_of_new(asked.user_email)
    if group is not None:
        owner = _of_session(group, asked.user_email)
    return Order(merged, owner, None if group is None else group.id, asked.configuration_id)


def masked(value: Any) -> Any:
    """What was asked for, without its secrets: headers, and what calls itself one."""
    if isinstance(value, Mapping):
        return {
            name: dict.fromkeys(member, MASK)
            if name == "headers" and isinstance(member, Mapping)
            else MASK
            if is_secret(name, member)
            else masked(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [masked(each) for each in value]
    return value


def is_secret(name: str, value: Any) -> bool:
    """Whether a member is a text whose name says that it is a secret."""
    return isinstance(value, str) and value != "" and _SECRET_NAME.search(name) is not None


def secret_place(value: Any, place: str = "") -> str:
    """Where something is that would be masked; "" where nothing is."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            inner = f"{place}.{name}" if place else str(name)
            if is_secret(name, member):
                return inner
            if found := secret_place(member, inner):
                return found
    if isinstance(value, list):
        for number, member in enumerate(value):
            if found := secret_place(member, f"{place}[{number}]"):
                return found
    return ""


def _session(session: Session, session_id: int | None, caller: Caller) -> TestSession | None:
    if session_id is None:
        return None
    found = sessions.get(session, session_id, caller.owner_email)
    if found is None:
        raise no_such("session", session_id, "GET /api/sessions")
    return found


def _of_session(group: TestSession, asked: str | None) -> str:
    """A test in a session belongs to whom the session belongs."""
    if asked is not None and asked != group.user.email:
        raise Problem(
            409,
            f"session {group.id} belongs to somebody else than user_email",
            "leave out user_email: that of the session is taken",
        )
    return group.user.email


def _merged(asked: StressTestStart, kept: Mapping[str, Any]) -> StressTestStart:
    """The request with what it leaves out. Raises Problem (422) where that is no test."""
    given = asked.model_dump(mode="json", exclude_none=True)
    rest = dict(kept)
    if "stages" in given:
        rest = {name: rest[name] for name in rest if name not in _EXCLUDED_BY_STAGES}
    elif any(name in given for name in _EXCLUDED_BY_STAGES):
        rest.pop("stages", None)
    try:
        return StressTestStart.model_validate({**rest, **given})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem(
            422,
            f"with configuration {asked.configuration_id} that is no test: {place} {first['msg']}",
            "mend the configuration (PATCH /api/configurations/{configuration_id}), or the request",
        ) from None
