"""Inserts a row unless it is there already, by whoever put it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.database.tables import Base


def insert_if_new(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Whether the row was inserted: not where a unique column has such a value already."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    key = next(iter(table.__table__.primary_key))
    return session.execute(statement.returning(key)).first() is not None
