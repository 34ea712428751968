"""backend.database.migrating: tables are made and changed, by one process at a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import text

from backend.database import Database, DatabaseUnfit, open_cipher
from backend.database.connecting import checked_url, make_engine
from backend.database.migrating import alembic_config
from backend.database.queries import results, users
from backend.database.queries.results import ResultFilter
from backend.database.queries.summaries import Summary, summarise
from backend.database.tables import Base
from tests.backend.database.processes import run_at_once
from tests.backend.database.rows import add_result


def _migrated(url: str) -> Database:
    database = Database(url)
    database.migrate()
    return database


def _take_back(url: str, revision: str) -> None:
    engine = make_engine(checked_url(url))
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def test_migrations_make_what_the_tables_say(empty_database_url: str) -> None:
    """Alembic finds no difference between the tables of the code and those in the database."""
    _migrated(empty_database_url).close()
    engine = make_engine(checked_url(empty_database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_migrations_can_be_taken_back(empty_database_url: str) -> None:
    """Each step down undoes its step up: none of our tables is left below the first one."""
    _migrated(empty_database_url).close()
    _take_back(empty_database_url, "base")
    engine = make_engine(checked_url(empty_database_url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        missing = {each[1].name for each in differences if each[0] == "add_table"}
        assert missing == set(Base.metadata.tables)
    engine.dispose()


def test_percentiles_of_older_results_are_taken_from_their_documents(
    empty_database_url: str,
) -> None:
    """A database of before knows them as soon as it is brought into the present form."""
    database = _migrated(empty_database_url)
    known = summarise({"totals": {"latency_ms": {"p75": 4.5, "p90": 6, "p99.9": 8}}})
    told = {"told": {"totals": {"latency_ms": {"p75": 4.5, "p90": 6, "p99.9": 8}}}}
    for result_id, document in {**told, "silent": {"totals": []}, "without": None}.items():
        with database.writing() as session:
            add_result(session, id=result_id, status="running")
            assert results.store(session, result_id, "completed", "", document)
    _take_back(empty_database_url, "0001")
    database.migrate()
    with database.reading() as session:
        rows = {row.id: row.summary for row in results.find(session, ResultFilter()).rows}
    assert rows == {"told": known, "silent": Summary(), "without": Summary()}
    database.close()


def test_there_is_one_line_of_migrations() -> None:
    """Two steps never follow the same one."""
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_to_migrate_again_changes_nothing(empty_database_url: str) -> None:
    """What is stored survives the next start."""
    database = _migrated(empty_database_url)
    with database.writing() as session:
        users.find_or_make(session, "ann@example.com")
    database.migrate()
    with database.reading() as session:
        assert users.get(session, "ann@example.com") is not None
    database.close()


def test_a_start_waits_for_nobody(sqlite_url: str, tmp_path: Path) -> None:
    """With tables in the present form a service starts while somebody else writes."""
    database = Database(f"{sqlite_url}?timeout=0.01")
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database.migrate()
    database.close()


def test_a_copied_file_writes_ahead_again(sqlite_url: str, tmp_path: Path) -> None:
    """A file that lost its write-ahead log, as copies may, gets it back at the next start."""
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        assert other.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    _migrated(sqlite_url).close()
    with closing(sqlite3.connect(tmp_path / "test.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_database_is_refused(empty_database_url: str) -> None:
    """Tables that a newer version made are left alone, and the message names both versions."""
    database = _migrated(empty_database_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnfit, match=r"newer version.*9999.*0002"):
        database.migrate()
    database.close()


def test_somebody_elses_tables_are_refused(empty_database_url: str) -> None:
    """A database with other tables of our names is left alone."""
    engine = make_engine(checked_url(empty_database_url))
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE users (login INTEGER)"))
    engine.dispose()
    database = Database(empty_database_url)
    with pytest.raises(DatabaseUnfit, match="did not make"):
        database.migrate()
    database.close()


def test_four_processes_can_start_at_once(empty_database_url: str, tmp_path: Path) -> None:
    """Tables and key are made once; all processes have the same, and read each other's secrets."""
    key_file = tmp_path / "made" / "run.key"
    command = ("tests.backend.database.starter", empty_database_url, str(key_file))
    said = run_at_once([command] * 4)
    cipher = open_cipher(key_file)
    assert [cipher.decrypt("one", line.encode()) for (line,) in said] == [{"said": "hello"}] * 4
    assert Fernet(key_file.read_bytes().strip())
    assert [path.name for path in key_file.parent.iterdir()] == ["run.key"]
    _migrated(empty_database_url).close()
