"""Opens a database and gives out transactions on it. The one place that begins and ends them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.database.connecting import checked_url, make_engine, sqlite_file
from backend.database.errors import DatabaseUnavailable, unavailable
from backend.database.migrating import migrate


class Database:
    """A database, SQLite or PostgreSQL, for all threads of a process. Nothing connects before use.

    Objects that were read stay readable after their transaction. All methods but `close` raise
    `DatabaseUnavailable` where the database cannot be used now.
    """

    def __init__(self, url: str) -> None:
        """`url` as in DATABASE_URL; UsageError where it is none of a supported database."""
        self._url = checked_url(url)
        self._engine = make_engine(self._url)
        self._writer = self._engine.execution_options(is_writer=True)
        self._reader = self._engine
        if self.kind == "postgresql":  # both statements of a page see the same rows
            self._reader = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    def migrate(self) -> None:
        """Make the tables, or bring them into the present form; other processes wait meanwhile.

        DatabaseUnfit where a newer version, or something else, made the tables.
        """
        file = sqlite_file(self._url)
        if file is not None:
            _make_folder(file.parent)
        with _translated():
            migrate(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def check(self) -> None:
        """Nothing where the tables can be read."""
        with self.reading() as session:
            session.execute(text("SELECT version_num FROM alembic_version"))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state of the database and writes nothing."""
        with _translated(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at the end, and rolled back on an error.

        On SQLite it is the only writer of all processes from its beginning: keep it short.
        """
        with (
            _translated(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now, and not with the first statement
            yield session


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(
            "the database's folder cannot be made",
            "the operator has to see that the service may write where DATABASE_URL points",
        ) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Errors that mean an unavailable database, in our words; all others pass."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        meaning = unavailable(error)
        if meaning is None:
            raise
        raise meaning from error
