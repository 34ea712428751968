"""backend.database.migrating: tables are made and changed, by one process at a time."""

from __future__ import annotations

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
from backend.database.queries import users
from backend.database.tables import Base
from tests.backend.database.processes import run_at_once


def _migrated(url: str) -> Database:
    database = Database(url)
    database.migrate()
    return database


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
    engine = make_engine(checked_url(empty_database_url))
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        missing = {each[1].name for each in differences if each[0] == "add_table"}
        assert missing == set(Base.metadata.tables)
    engine.dispose()


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


def test_a_newer_database_is_refused(database: Database) -> None:
    """Tables that a newer version made are left alone, and the message names both versions."""
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnfit, match=r"newer version.*9999.*0001"):
        database.migrate()


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
