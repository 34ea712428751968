"""What Alembic runs: our migrations, on the connection that it was given.

Where it was given none, somebody called `alembic`: it is the database that DATABASE_URL names.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from backend.database.connecting import checked_url, make_engine
from backend.database.tables import Base, LongText, ShortText, UtcDateTime


def _as_plain_type(kind: str, item: object, _: object) -> str | bool:
    """Migrations name types of SQLAlchemy only: they must not change with our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, LongText):
        return "sa.Text()"
    if isinstance(item, ShortText):
        return f"sa.String({item.length})"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite changes columns by making the table anew
        render_item=_as_plain_type,
    )
    context.run_migrations()


_given: Connection | None = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    _engine = make_engine(checked_url(os.environ["DATABASE_URL"]))
    with _engine.connect().execution_options(is_writer=True) as _own, _own.begin():
        _run(_own)
