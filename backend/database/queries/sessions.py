"""Sessions: named groups of configurations, each of a user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy import delete as delete_from
from sqlalchemy.orm import Session, contains_eager, selectinload

from backend.database.queries import users
from backend.database.queries.paging import Page, bounded, may_exist
from backend.database.tables import TestConfiguration, TestSession, User


@dataclass(frozen=True, slots=True)
class ListedConfiguration:
    """A configuration as lists have it."""

    id: int
    name: str
    target_url: str
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session as lists have it: plain values take half the time of mapped objects."""

    id: int
    name: str
    description: str
    email: str
    created_at: datetime
    updated_at: datetime
    configurations: tuple[ListedConfiguration, ...]


def find(
    session: Session, owner_email: str | None = None, limit: int = 100, offset: int = 0
) -> Page[ListedSession]:
    """Sessions with their users and configurations, the newest first."""
    total = select(func.count()).select_from(TestSession).join(TestSession.user)
    group = TestSession
    rows = session.execute(
        select(
            group.id, group.name, group.description, User.email, group.created_at, group.updated_at
        )
        .join(group.user)
        .where(_owned(owner_email))
        .order_by(group.created_at.desc(), group.id.desc())
        .limit(bounded(limit))
        .offset(bounded(offset))
    ).all()
    belonging = _configurations_of(session, [row.id for row in rows])
    listed = (ListedSession(*row, tuple(belonging.get(row.id, ()))) for row in rows)
    return Page(session.scalar(total.where(_owned(owner_email))) or 0, tuple(listed))


def _configurations_of(
    session: Session, session_ids: Sequence[int]
) -> dict[int, list[ListedConfiguration]]:
    kept = TestConfiguration
    found: dict[int, list[ListedConfiguration]] = {}
    for session_id, *values in session.execute(
        select(
            kept.session_id,
            *(kept.id, kept.name, kept.target_url, kept.settings, kept.created_at, kept.updated_at),
        )
        .where(kept.session_id.in_(session_ids))
        .order_by(kept.id)
    ):
        found.setdefault(session_id, []).append(ListedConfiguration(*values))
    return found


def get(session: Session, session_id: int, owner_email: str | None = None) -> TestSession | None:
    """One session with its user and configurations."""
    return session.scalar(_one(session_id, owner_email)) if may_exist(session_id) else None


def get_held(
    session: Session, session_id: int, owner_email: str | None = None
) -> TestSession | None:
    """As `get`; until the transaction's end nobody else changes or deletes the session."""
    if not may_exist(session_id):
        return None
    held = _one(session_id, owner_email).with_for_update(of=TestSession)
    return session.scalar(held.execution_options(populate_existing=True))


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
    found = get_held(session, session_id, owner_email)
    if found is None:
        return None
    found.name = found.name if name is None else name
    found.description = found.description if description is None else description
    session.flush()
    return found


def delete(session: Session, session_id: int, owner_email: str | None = None) -> bool:
    """Delete a session and its configurations; results stay. Whether there was one."""
    if not may_exist(session_id):
        return False
    owners = select(User.id).where(_owned(owner_email))
    statement = delete_from(TestSession).where(
        TestSession.id == session_id, TestSession.user_id.in_(owners)
    )
    unsynchronised = statement.execution_options(synchronize_session=False)
    return session.scalar(unsynchronised.returning(TestSession.id)) is not None


def _one(session_id: int, owner_email: str | None) -> Select[TestSession]:
    return (
        select(TestSession)
        .join(TestSession.user)
        .where(TestSession.id == session_id, _owned(owner_email))
        .options(contains_eager(TestSession.user), selectinload(TestSession.configurations))
    )


def _owned(owner_email: str | None) -> ColumnElement[bool]:
    return true() if owner_email is None else User.email == owner_email.lower()
