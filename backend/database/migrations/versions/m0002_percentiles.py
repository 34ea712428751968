"""Lists show the same percentiles as results: p75, p90 and p99.9 beside the others."""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = {"p75_ms": "p75", "p90_ms": "p90", "p99_9_ms": "p99.9"}
"""The new columns, and what they are called in a result's document."""


def upgrade() -> None:
    """Add the columns, and fill them from the documents that are there."""
    for name in _COLUMNS:
        op.add_column("test_results", sa.Column(name, sa.Float()))
    connection = op.get_bind()
    columns = ", ".join(f"{name} = :{name}" for name in _COLUMNS)
    filling = sa.text(f"UPDATE test_results SET {columns} WHERE id = :id")  # noqa: S608  # ours
    reading = sa.text("SELECT document FROM result_documents WHERE result_id = :id")
    for (result_id,) in connection.execute(sa.text("SELECT result_id FROM result_documents")).all():
        found = _times(connection.execute(reading, {"id": result_id}).scalar_one())
        connection.execute(filling, {"id": result_id, **found})


def downgrade() -> None:
    """Remove the columns; the documents still say it."""
    for name in _COLUMNS:
        op.drop_column("test_results", name)


def _times(stored: bytes) -> dict[str, float | None]:
    """What a stored document says of them, None where it says nothing."""
    text = zlib.decompress(stored)
    try:
        value: Any = orjson.loads(text)  # a quarter of the time
    except orjson.JSONDecodeError:  # it refuses what others write, such as halves of characters
        value = json.loads(text)
    for member in ("totals", "latency_ms"):
        value = value.get(member) if isinstance(value, dict) else None
    times = value if isinstance(value, dict) else {}
    found = {name: times.get(called) for name, called in _COLUMNS.items()}
    return {
        name: float(each) if isinstance(each, int | float) else None for name, each in found.items()
    }
