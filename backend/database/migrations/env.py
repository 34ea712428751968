"""What Alembic runs: our migrations on the connection that it was given."""

from __future__ import annotations

from alembic import context

from backend.database.tables import Base, UtcDateTime


def _render_item(kind: str, item: object, _: object) -> str | bool:
    """Times in migrations are plain columns: migrations must not change with our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes columns by making the table anew
    render_item=_render_item,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
