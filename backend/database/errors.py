"""What can go wrong with stored data, and which errors of the drivers mean which.

BenchmarkError
├── DatabaseUnavailable   nothing can be read or written now; the same may work later
├── DatabaseUnfit         a database of something else, or of a newer version: needs a person
└── SecretUnreadable      encrypted with another key, or damaged
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from benchmark.errors import BenchmarkError


class DatabaseUnavailable(BenchmarkError):  # noqa: N818  # a state, which may be over soon
    """The database cannot be used now: locked, read-only, full, not there, or its disk is full.

    Message and hint are ours and safe to show: no address, path or statement is in them.
    """


class DatabaseUnfit(BenchmarkError):  # noqa: N818  # says what the database is
    """The database is not one that this version can use, and waiting will not change that."""


class SecretUnreadable(BenchmarkError):  # noqa: N818  # says what the secret is
    """What was encrypted cannot be read with this key."""


def unavailable(error: BaseException) -> DatabaseUnavailable | None:
    """What a driver's or SQLAlchemy's error means, where it means that the database is unavailable.

    None for everything else, such as broken constraints and wrong statements.
    """
    if isinstance(error, exc.TimeoutError):
        return DatabaseUnavailable(
            "all connections to the database are in use", "try again in a few seconds"
        )
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(getattr(cause, "sqlite_errorname", ""), str(cause))
    if isinstance(error, exc.DBAPIError):
        return _of_postgresql(getattr(cause, "sqlstate", None), error)
    return None


_SQLITE = {
    "BUSY": ("the database is locked by a long write", "try again in a few seconds"),
    "LOCKED": ("the database is locked by a long write", "try again in a few seconds"),
    "READONLY": (
        "the database cannot be written to",
        "the operator has to give the service write access to the database's file and folder",
    ),
    "FULL": ("the database's disk is full", "the operator has to make room on it"),
    "IOERR": ("the database's disk does not work", "the operator has to look at the disk"),
    "CANTOPEN": (
        "the database's file cannot be opened",
        "the operator has to see that its folder exists and belongs to the service",
    ),
    "PERM": ("the database's file cannot be opened", "the operator has to look at its permissions"),
    "CORRUPT": ("the database's file is damaged", "the operator has to restore it from a copy"),
    "NOTADB": ("the database's file is no database", "the operator has to look at DATABASE_URL"),
    "NOMEM": ("the database has too little memory", "try again in a few seconds"),
}
"""By the primary part of SQLite's result codes, https://sqlite.org/rescode.html."""

_NO_TABLES = (
    "the database's tables are missing",
    "the operator has to restart the service, which makes them",
)


def _of_sqlite(name: str, text: str) -> DatabaseUnavailable | None:
    if text.startswith("no such table"):
        return DatabaseUnavailable(*_NO_TABLES)
    known = _SQLITE.get(name.removeprefix("SQLITE_").partition("_")[0])
    return DatabaseUnavailable(*known) if known else None


_POSTGRESQL = {
    "08": ("the connection to the database is lost", "try again in a few seconds"),
    "25006": ("the database takes no writes", "the operator has to look at the database server"),
    "28": ("the database refuses the service", "the operator has to look at DATABASE_URL"),
    "3D": ("the database does not exist", "the operator has to make it, or mend DATABASE_URL"),
    "40": ("the database was changed by others meanwhile", "try again"),
    "42P01": _NO_TABLES,
    "53100": ("the database's disk is full", "the operator has to make room on it"),
    "53": ("the database server is overloaded", "try again in a few seconds"),
    "55": ("the database is locked by a long write", "try again in a few seconds"),
    "57": ("the database server is stopping or too slow", "try again in a few seconds"),
    "58": ("the database server does not work", "the operator has to look at its log"),
    "XX": ("the database server does not work", "the operator has to look at its log"),
}
"""By SQLSTATE or its class, https://www.postgresql.org/docs/current/errcodes-appendix.html."""


def _of_postgresql(state: str | None, error: exc.DBAPIError) -> DatabaseUnavailable | None:
    if state is None:  # it never reached the server, or lost it
        if error.connection_invalidated or isinstance(
            error, exc.OperationalError | exc.InterfaceError
        ):
            return DatabaseUnavailable(
                "the database server cannot be reached", "try again in a few seconds"
            )
        return None
    known = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    return DatabaseUnavailable(*known) if known else None
