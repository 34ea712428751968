"""Sessions: named groups of configurations, each of a user."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from backend.database.queries import users
from backend.database.queries.paging import Page, bounded, may_exist
from backend.database.tables import TestSession, User


def find(
    session: Session, owner_email: str | None = None, limit: int = 100, offset: int = 0
) -> Page[TestSession]:
    """Sessions with their users and configurations, the newest first."""
    total = select(func.count()).select_from(TestSession).join(TestSession.user)
    rows = (
        select(TestSession)
        .join(TestSession.user)
        .where(_owned(owner_email))
        .options(contains_eager(TestSession.user), selectinload(TestSession.configurations))
        .order_by(TestSession.created_at.desc(), TestSession.id.desc())
        .limit(bounded(limit))
        .offset(bounded(offset))
    )
    return Page(session.scalar(total.where(_owned(owner_email))) or 0, tuple(session.scalars(rows)))


def get(session: Session, session_id: int, owner_email: str | None = None) -> TestSession | None:
    """One session with its user and configurations."""
    if not may_exist(session_id):
        return None
    return session.scalar(
        select(TestSession)
        .join(TestSession.user)
        .where(TestSession.id == session_id, _owned(owner_email))
        .options(contains_eager(TestSession.user), selectinload(TestSession.configurations))
    )


def create(session: Session, email: str, name: str, description: str = "") -> TestSession:
    """A new session of this user, who is made on first use."""
    made = TestSession(
        user=users.find_or_make(session, email),
        name=name,
        description=description,
        configurations=[],
    )
    session.add(made)
    session.flush()
    return made


def update(
    session: Session,
    session_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    owner_email: str | None = None,
) -> TestSession | None:
    """The session with what was given changed; None stands for "as it is"."""
    found = get(session, session_id, owner_email)
    if found is None:
        return None
    found.name = found.name if name is None else name
    found.description = found.description if description is None else description
    session.flush()
    return found


def delete(session: Session, session_id: int, owner_email: str | None = None) -> bool:
    """Delete a session and its configurations; results stay. Whether there was one."""
    found = get(session, session_id, owner_email)
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


def _owned(owner_email: str | None) -> ColumnElement[bool]:
    return true() if owner_email is None else User.email == owner_email.lower()
