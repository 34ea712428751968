"""Makes the engine for a database's address: which driver, and how its connections behave."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from backend.database.json_text import to_json
from benchmark.errors import UsageError

BUSY_SECONDS = 5.0
"""How long a statement waits for a lock of others."""

_STATEMENT_SECONDS = 30
"""PostgreSQL gives up a statement that takes longer."""

_EXAMPLES = (
    "write sqlite:////folder/stress_api.db, sqlite:///stress_api.db (in the working folder) "
    "or postgresql://user:password@host/database"
)


def checked_url(text: str) -> URL:
    """The address of a database, with the driver that the service uses for it.

    `postgres://` is another spelling of `postgresql://`. UsageError for other databases and for
    SQLite without a file, which would be another database for each connection. The address may
    hold a password: no message repeats it.
    """
    try:
        url = make_url(text.strip())
        kind = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise UsageError("DATABASE_URL is no address of a database", _EXAMPLES) from None
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise UsageError(f"DATABASE_URL names {kind!r}, which is not supported", _EXAMPLES)
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise UsageError("DATABASE_URL names no file for SQLite", _EXAMPLES)
    return url.set(drivername="sqlite+pysqlite")


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; None for others."""
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(str(url.database)).absolute() if is_file else None


def file_url(path: Path) -> str:
    """The address of an SQLite database in this file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def make_engine(url: URL) -> Engine:
    """An engine that connects when it is first used."""
    return _postgresql(url) if sqlite_file(url) is None else _sqlite(url)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        json_serializer=to_json,
        pool_size=20,
        max_overflow=30,  # together more than a server has threads
        pool_timeout=BUSY_SECONDS,
        connect_args={
            **({} if "timeout" in url.query else {"timeout": BUSY_SECONDS}),
            "isolation_level": None,  # we say BEGIN ourselves
        },
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        """A writer takes the lock at once: one that reads first could not be given it later."""
        is_writer = connection.get_execution_options().get("is_writer", False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if is_writer else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    settings = {
        "timezone": "UTC",
        "lock_timeout": f"{BUSY_SECONDS:g}s",
        "statement_timeout": f"{_STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{2 * _STATEMENT_SECONDS}s",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    given = url.query.get("options", "")
    arguments: dict[str, Any] = {
        "connect_timeout": 5,
        "application_name": "stress-api",
        **{name: value for name, value in url.query.items() if name in _THEIRS},
        "options": f"{options} {given if isinstance(given, str) else ' '.join(given)}".strip(),
    }
    return create_engine(
        url,
        json_serializer=to_json,
        pool_size=10,
        max_overflow=10,  # four processes of the service stay below the server's usual 100
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        connect_args=arguments,
    )


_THEIRS = ("connect_timeout", "application_name")
"""What the address itself may say of a connection; ours otherwise."""
