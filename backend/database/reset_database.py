"""Drops everything that the service has stored, and makes its tables anew: `--help`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import argparse
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.database.database import Database
from backend.database.scripting import (
    Place,
    count_rows,
    leave,
    opened,
    runs_at_work,
    say,
    the_place,
)
from backend.database.tables import Base
from benchmark.errors import UsageError

_DECLINED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; its exit code: 0 done, 1 declined, 2 refused."""
    parser = argparse.ArgumentParser(
        prog="reset_database.py",
        description="Drops all users, sessions, configurations, results and audit entries, and "
        "makes the tables anew. DATABASE_URL says where; without it, the service's own file.",
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    options = parser.parse_args(arguments)
    return leave(lambda: _reset(the_place(), asks=not options.yes))


def _reset(place: Place, *, asks: bool) -> int:
    with opened(place, make=True) as database:
        if not place.exists:
            say(f"There was no database {place.name}; it is made, and empty.")
            return 0
        with database.reading() as session:
            _require_idle(session)
            counts = count_rows(session)
        losses = ", ".join(f"{counts[name]:,} {word}" for name, word in _WORDS.items())
        say(f"Database: {place.name}\nTo be dropped: {losses}")
        if asks and not _agreed():
            say("Nothing was changed.")
            return _DECLINED
        _drop(database)
        database.migrate()
    say("Dropped. The tables are new and empty; python seed_database.py fills in examples.")
    return 0


_WORDS = {
    "users": "users",
    "test_sessions": "sessions",
    "test_configurations": "configurations",
    "test_results": "results",
    "audit_log": "audit entries",
}


def _require_idle(session: Session) -> None:
    """UsageError where a test is going on: its result would have no place."""
    if running := runs_at_work(session):
        raise UsageError(
            f"the service is running a test now: {', '.join(running[:5])}",
            "stop it (POST /api/stress-test/{test_id}/stop) and the service, then reset",
        )


def _agreed() -> bool:
    """Whether somebody at the terminal types yes. UsageError where nobody can."""
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody can be asked: standard input is no terminal", "--yes drops without asking"
        )
    try:
        return input("Drop all of this? Type yes: ").strip().lower() == "yes"
    except EOFError:
        say("")
        return False


def _drop(database: Database) -> None:
    """Drop our own tables: a database may hold others."""
    with database.writing() as session:
        _require_idle(session)  # whoever was asked may have thought for long
        Base.metadata.drop_all(session.connection())
        session.execute(text("DROP TABLE IF EXISTS alembic_version"))


if __name__ == "__main__":
    sys.exit(main())
