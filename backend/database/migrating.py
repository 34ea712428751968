"""Brings a database's tables into the present form, by one process at a time."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from backend.database.errors import DatabaseUnfit
from backend.database.tables import Base

SCRIPTS = Path(__file__).resolve().parent / "migrations"

_LOCK = 0x73747265737301
"""The advisory lock of PostgreSQL under which tables are changed."""

_WAIT_SECONDS = 60.0
"""How long a process waits for another one that changes the tables."""


def alembic_config() -> Config:
    """Alembic's settings for our migrations, without a file of settings."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def migrate(engine: Engine) -> None:
    """Make or change the tables as far as this version knows.

    All migrations are one transaction, which is the lock too: on SQLite as the only writer, on
    PostgreSQL with an advisory lock. DatabaseUnfit where somebody else's tables are in the way.
    """
    if engine.dialect.name == "sqlite":
        _migrate_sqlite(engine)
    else:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS:g}s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            _upgrade(connection)


def _migrate_sqlite(engine: Engine) -> None:
    """As `migrate`. Foreign keys rest meanwhile: a table that is made anew is dropped first."""
    with engine.connect().execution_options(is_writer=True) as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")
        _use_write_ahead_log(driver)
        driver.execute("PRAGMA foreign_keys = OFF")  # without effect within a transaction
        try:
            with connection.begin():
                _upgrade(connection)
                if connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise DatabaseUnfit(
                        "the database has rows that refer to rows that do not exist",
                        "restore it from a copy, or begin with another DATABASE_URL",
                    )
        finally:
            connection.invalidate()  # its settings are not those of the others


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work at once. It is kept in the file, so once is enough.

    SQLite's own waiting does not hold for this change.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _upgrade(connection: Connection) -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    known = {script.revision for script in scripts.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if present - known:
        raise DatabaseUnfit(
            f"the database was made by a newer version (its tables are at {min(present - known)},"
            f" this version knows {scripts.get_current_head()})",
            "use that version, or another DATABASE_URL",
        )
    if not present and set(inspect(connection).get_table_names()) & set(Base.metadata.tables):
        raise DatabaseUnfit(
            "the database has tables of the same names that stress-api did not make",
            "use another DATABASE_URL",
        )
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
