"""Users: e-mail addresses, in lower case."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.database.queries.inserting import insert_if_new
from backend.database.tables import User


def get(session: Session, email: str) -> User | None:
    """The user of this address, if they were made."""
    return session.scalar(select(User).where(User.email == email.lower()))


def find_or_make(session: Session, email: str) -> User:
    """The user of this address, made on first use, also where several do so at once."""
    known = get(session, email)
    if known is not None:
        return known
    insert_if_new(session, User, {"email": email.lower()})
    return session.scalars(select(User).where(User.email == email.lower())).one()
