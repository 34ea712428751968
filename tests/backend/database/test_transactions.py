"""backend.database.database: transactions, and what an unavailable database looks like."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.database import Database, DatabaseUnavailable
from backend.database.queries import audit, users
from backend.database.tables import TestSession, User
from tests.ports import unused_port
from tests.postgresql import Server


def _emails(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(text("SELECT email FROM users ORDER BY id")))


def test_a_write_is_kept_at_the_end(database: Database) -> None:
    """What a write transaction did is there for others when it is over, and readable after."""
    with database.writing() as session:
        made = users.find_or_make(session, "Ann@Example.com")
    assert made.email == "ann@example.com"
    assert _emails(database) == ["ann@example.com"]


def test_an_error_undoes_a_write(database: Database) -> None:
    """Nothing is left of a write transaction that ended with an error; the error is the same."""
    with pytest.raises(KeyError), database.writing() as session:
        users.find_or_make(session, "ann@example.com")
        raise KeyError
    assert _emails(database) == []


def test_errors_of_the_body_pass(database: Database) -> None:
    """Errors that have nothing to do with the database are not taken for its own."""
    with pytest.raises(FileNotFoundError), database.reading():
        Path("/does/not/exist").read_text()


def test_a_reader_writes_nothing(database: Database) -> None:
    """A reading transaction cannot change anything."""
    with pytest.raises(DatabaseUnavailable), database.reading() as session:
        session.execute(text("DELETE FROM users"))


def test_a_reader_sees_one_state(database: Database) -> None:
    """What is written while a reader reads is not seen by it."""
    with database.reading() as session:
        assert users.get(session, "ann@example.com") is None
        with database.writing() as other:
            users.find_or_make(other, "ann@example.com")
        assert users.get(session, "ann@example.com") is None
    assert _emails(database) == ["ann@example.com"]


def test_foreign_keys_hold(database: Database) -> None:
    """A row cannot refer to one that is not there; that is no sign of an unavailable database."""
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(TestSession(user_id=77, name="nobody's"))


@pytest.mark.parametrize("hostile", ["a\0b@example.com", "\ud800@example.com", "é\udfff"])
def test_any_text_can_be_stored_and_asked_for(database: Database, hostile: str) -> None:
    """Characters that a database does not know become U+FFFD."""
    with database.writing() as session:
        audit.add(session, actor=hostile, action="start", detail=hostile * 3000)
        users.find_or_make(session, hostile)
    with database.reading() as session:
        found = users.get(session, hostile)
        assert found is not None
        assert "\ufffd" in found.email
        assert audit.find(session, actor=hostile).total == 1


# ── SQLite ────────────────────────────────────────────────────────────────────────────────────


def _assert_says(caught: pytest.ExceptionInfo[DatabaseUnavailable], words: str, path: str) -> None:
    assert words in caught.value.message
    assert caught.value.hint
    assert path not in str(caught.value)


def test_sqlite_writes_ahead(sqlite_url: str) -> None:
    """Readers are not held up by a writer: the write-ahead log is in use."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_locked_database_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    """A writer that waits in vain for another program's lock says so; readers go on."""
    database = Database(f"{sqlite_url}?timeout=0.05")
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable) as caught, database.writing():
            pass
        _assert_says(caught, "locked", str(tmp_path))
        assert _emails(database) == []
        other.execute("ROLLBACK")
    with database.writing() as session:
        users.find_or_make(session, "ann@example.com")
    database.close()


def test_a_damaged_file_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    """A file that is no database says so."""
    (tmp_path / "test.db").write_bytes(b"no database at all " * 1000)
    database = Database(sqlite_url)
    for attempt in (database.check, database.migrate):
        with pytest.raises(DatabaseUnavailable) as caught:
            attempt()
        _assert_says(caught, "no database", str(tmp_path))
    database.close()


def test_missing_tables_are_unavailable(empty_database_url: str) -> None:
    """A database without tables says so, and what makes them."""
    database = Database(empty_database_url)
    with pytest.raises(DatabaseUnavailable) as caught:
        database.check()
    _assert_says(caught, "tables are missing", empty_database_url)
    database.close()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A file in the way of the database's folder is told at the start."""
    (tmp_path / "file").touch()
    database = Database(f"sqlite:///{tmp_path}/file/inner/test.db")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.migrate()
    _assert_says(caught, "folder", str(tmp_path))


def test_a_full_disk_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    """A write that finds no room says so, leaves nothing behind, and works when there is room."""
    database = Database(sqlite_url)
    with pytest.raises(DatabaseUnavailable) as caught, database.writing() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        users.find_or_make(session, "ann@example.com")
        for _ in range(1000):
            audit.add(session, actor="ann@example.com", action="start", detail="x" * 2000)
    _assert_says(caught, "full", str(tmp_path))
    database.close()  # the limit was the connection's
    assert _emails(database) == []
    with database.writing() as session:
        users.find_or_make(session, "ann@example.com")
    assert _emails(database) == ["ann@example.com"]
    database.close()


@contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_broken_disk_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    """A write that the system refuses says so, and leaves nothing behind."""
    database = Database(sqlite_url)
    with (
        pytest.raises(DatabaseUnavailable) as caught,
        _files_up_to(20_000),
        database.writing() as session,
    ):
        for _ in range(100):
            audit.add(session, actor="ann@example.com", action="start", detail="x" * 2000)
    _assert_says(caught, "disk", str(tmp_path))
    with database.reading() as session:
        assert audit.find(session).total == 0
    database.close()


@contextmanager
def _as_nobody() -> Iterator[None]:
    """File permissions mean nothing to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_database_is_unavailable(migrated_file: Path) -> None:
    """Without the right to write, writing says so, and nothing else happens."""
    folder = Path(tempfile.mkdtemp())  # one that everybody can enter
    try:
        shutil.copyfile(migrated_file, folder / "test.db")
        (folder / "test.db").chmod(0o444)
        folder.chmod(0o555)
        database = Database(f"sqlite:///{folder}/test.db")
        with _as_nobody():
            with pytest.raises(DatabaseUnavailable) as caught, database.writing() as session:
                users.find_or_make(session, "ann@example.com")
            database.close()
        _assert_says(caught, "cannot be", str(folder))
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def postgresql_url(postgresql_server: Server, migrated_postgresql: str) -> str:
    """A PostgreSQL database with our tables."""
    return postgresql_server.new_database(like=migrated_postgresql)


def test_a_missing_server_is_unavailable() -> None:
    """Where no server listens, that is said without its address."""
    port = unused_port()
    database = Database(f"postgresql://user:s3cret@127.0.0.1:{port}/tests")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.check()
    _assert_says(caught, "cannot be reached", str(port))
    assert "s3cret" not in str(caught.value)


def test_a_lost_connection_is_unavailable(postgresql_url: str, postgresql_server: Server) -> None:
    """A connection that is cut within a transaction says so; the next transaction has another."""
    database = Database(postgresql_url)
    with pytest.raises(DatabaseUnavailable), database.writing() as session:
        users.find_or_make(session, "ann@example.com")
        _cut(postgresql_server, postgresql_url)
        users.find_or_make(session, "bob@example.com")
    assert _emails(database) == []
    _cut(postgresql_server, postgresql_url)  # one that rests in the pool
    assert _emails(database) == []
    database.close()


def _cut(server: Server, url: str) -> None:
    name = url.rpartition("/")[2]
    server.administer(
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
    )


def test_a_server_that_takes_no_writes_is_unavailable(
    postgresql_url: str, postgresql_server: Server
) -> None:
    """A standby server, or one that ran out of room, still lets tests be read."""
    name = postgresql_url.rpartition("/")[2]
    postgresql_server.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database = Database(postgresql_url)
    with pytest.raises(DatabaseUnavailable) as caught, database.writing() as session:
        users.find_or_make(session, "ann@example.com")
    _assert_says(caught, "no writes", name)
    assert _emails(database) == []
    database.close()


def test_a_lock_on_postgresql_is_not_awaited_for_ever(
    postgresql_url: str, postgresql_server: Server
) -> None:
    """A statement that waits in vain for a lock says so."""
    del postgresql_server
    database = Database(f"{postgresql_url}?options=-c%20lock_timeout=50ms")
    patient = Database(postgresql_url)
    with patient.writing() as session:
        _lock_users(session)
        with pytest.raises(DatabaseUnavailable) as caught, database.writing() as other:
            _lock_users(other)
    _assert_says(caught, "locked", postgresql_url)
    database.close()
    patient.close()


def _lock_users(session: Session) -> None:
    session.execute(text(f"LOCK TABLE {User.__tablename__} IN ACCESS EXCLUSIVE MODE"))
