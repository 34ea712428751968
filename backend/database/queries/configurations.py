"""Configurations: what a test asks for, kept under a name in a session."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from backend.database.queries import sessions
from backend.database.queries.paging import Page, bounded, may_exist
from backend.database.tables import TestConfiguration, TestSession, User


def find(
    session: Session,
    session_id: int | None = None,
    owner_email: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Page[TestConfiguration]:
    """Configurations, of one session or all, the oldest first; their sessions are read with them."""
    if session_id is not None and not may_exist(session_id):
        return Page(0, ())
    total = _owned(select(func.count()).select_from(TestConfiguration), owner_email)
    rows = _owned(select(TestConfiguration), owner_email).options(
        contains_eager(TestConfiguration.session)
    )
    if session_id is not None:
        total = total.where(TestConfiguration.session_id == session_id)
        rows = rows.where(TestConfiguration.session_id == session_id)
    rows = rows.order_by(TestConfiguration.id).limit(bounded(limit)).offset(bounded(offset))
    return Page(session.scalar(total) or 0, tuple(session.scalars(rows)))


def get(
    session: Session, configuration_id: int, owner_email: str | None = None
) -> TestConfiguration | None:
    """One configuration with its session and that one's user."""
    if not may_exist(configuration_id):
        return None
    return session.scalar(
        _owned(select(TestConfiguration), owner_email)
        .where(TestConfiguration.id == configuration_id)
        .options(contains_eager(TestConfiguration.session).contains_eager(TestSession.user))
    )


def create(
    session: Session,
    session_id: int,
    name: str,
    target_url: str,
    settings: dict[str, Any],
    owner_email: str | None = None,
) -> TestConfiguration | None:
    """A new configuration in a session; None where there is no such session."""
    group = sessions.get(session, session_id, owner_email)
    if group is None:
        return None
    made = TestConfiguration(session=group, name=name, target_url=target_url, settings=settings)
    session.add(made)
    session.flush()
    return made


def update(
    session: Session,
    configuration_id: int,
    *,
    name: str | None = None,
    target_url: str | None = None,
    settings: dict[str, Any] | None = None,
    owner_email: str | None = None,
) -> TestConfiguration | None:
    """The configuration with what was given changed; None stands for "as it is"."""
    found = get(session, configuration_id, owner_email)
    if found is None:
        return None
    found.name = found.name if name is None else name
    found.target_url = found.target_url if target_url is None else target_url
    found.settings = found.settings if settings is None else settings
    session.flush()
    return found


def delete(session: Session, configuration_id: int, owner_email: str | None = None) -> bool:
    """Delete a configuration; results stay. Whether there was one."""
    found = get(session, configuration_id, owner_email)
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


def _owned(statement: Select[Any], owner_email: str | None) -> Select[Any]:
    joined = statement.join(TestConfiguration.session).join(TestSession.user)
    return joined if owner_email is None else joined.where(User.email == owner_email.lower())
