"""Configurations: what a test asks for, kept under a name in a session."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy import delete as delete_from
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
    """Configurations with their sessions, of one session or of all, the oldest first."""
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
    return (
        session.scalar(_one(configuration_id, owner_email)) if may_exist(configuration_id) else None
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
    group = sessions.get_held(session, session_id, owner_email)
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
    if not may_exist(configuration_id):
        return None
    held = _one(configuration_id, owner_email).with_for_update(of=TestConfiguration)
    found = session.scalar(held.execution_options(populate_existing=True))
    if found is None:
        return None
    found.name = found.name if name is None else name
    found.target_url = found.target_url if target_url is None else target_url
    found.settings = found.settings if settings is None else settings
    session.flush()
    return found


def delete(session: Session, configuration_id: int, owner_email: str | None = None) -> bool:
    """Delete a configuration; results stay. Whether there was one."""
    if not may_exist(configuration_id):
        return False
    owned = select(TestSession.id).join(TestSession.user)
    if owner_email is not None:
        owned = owned.where(User.email == owner_email.lower())
    statement = delete_from(TestConfiguration).where(
        TestConfiguration.id == configuration_id, TestConfiguration.session_id.in_(owned)
    )
    unsynchronised = statement.execution_options(synchronize_session=False)
    return session.scalar(unsynchronised.returning(TestConfiguration.id)) is not None


def _one(configuration_id: int, owner_email: str | None) -> Select[TestConfiguration]:
    return (
        _owned(select(TestConfiguration), owner_email)
        .where(TestConfiguration.id == configuration_id)
        .options(contains_eager(TestConfiguration.session).contains_eager(TestSession.user))
    )


def _owned(statement: Select[Any], owner_email: str | None) -> Select[Any]:
    joined = statement.join(TestConfiguration.session).join(TestSession.user)
    return joined if owner_email is None else joined.where(User.email == owner_email.lower())
