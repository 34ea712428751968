"""The audit log: who did what against whom."""

from __future__ import annotations

from pathlib import Path

from backend.access import LOCAL, Caller, audit
from backend.database import Database
from backend.database.queries import audit as queries


def test_what_was_done_is_kept(tmp_path: Path) -> None:
    """With the caller, the peer, the target and the result, the newest first."""
    database = Database(f"sqlite:///{tmp_path}/audit.db")
    try:
        database.migrate()
        with database.writing() as session:
            audit(session, Caller("ann@example.com", "user"), "192.0.2.1", "start", "http://a", "7")
            audit(session, LOCAL, "127.0.0.1", "stop")
        with database.reading() as session:
            found = [
                (entry.actor, entry.peer, entry.action, entry.target_url, entry.result_id)
                for entry in queries.find(session).rows
            ]
    finally:
        database.close()
    assert found == [
        ("local", "127.0.0.1", "stop", "", None),
        ("ann@example.com", "192.0.2.1", "start", "http://a", "7"),
    ]
