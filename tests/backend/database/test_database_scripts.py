"""The scripts of backend/database, run as people run them: in their folder, by their names."""

from __future__ import annotations

import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.database import Database, tables
from backend.database.tables import now

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "backend" / "database"
SCRIPTS = ("reset_database", "seed_database", "display_database", "add_test_results")


@dataclass(frozen=True)
class Scripts:
    """Runs the scripts on one SQLite file."""

    file: Path

    @property
    def url(self) -> str:
        """The database, as DATABASE_URL names it."""
        return f"sqlite:///{self.file}"

    def run(
        self, name: str, *arguments: str, **options: object
    ) -> subprocess.CompletedProcess[str]:
        """What a script prints, with nobody at its terminal."""
        return subprocess.run(
            [sys.executable, f"{name}.py", *arguments],
            cwd=FOLDER,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def done(self, name: str, *arguments: str) -> str:
        """The output of a script that must succeed."""
        process = self.run(name, *arguments)
        assert process.returncode == 0, process.stderr
        assert not process.stderr
        return process.stdout

    def environment(self) -> dict[str, str]:
        """Ours, with that database."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("STRESS_API_", "COLUMNS"))}
        return {**kept, "DATABASE_URL": self.url}

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, open."""
        database = Database(self.url)
        try:
            yield database
        finally:
            database.close()

    def counts(self) -> dict[str, int]:
        """How many users, sessions, configurations and results there are."""
        with self.database() as database, database.reading() as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (
                    tables.User,
                    tables.TestSession,
                    tables.TestConfiguration,
                    tables.TestResult,
                )
            }


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    """The scripts on a database that does not exist yet."""
    return Scripts(tmp_path / "folder" / "some.db")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """A database that the script for examples has made; it is not to be changed."""
    scripts = Scripts(tmp_path_factory.mktemp("examples") / "some.db")
    scripts.done("add_test_results")
    return scripts


@pytest.fixture
def copied(examples: Scripts, scripts: Scripts) -> Scripts:
    """A copy of it, which may be changed."""
    scripts.file.parent.mkdir()
    shutil.copy(examples.file, scripts.file)
    return scripts


SEEDED = {"users": 3, "test_sessions": 5, "test_configurations": 7, "test_results": 0}


def test_seeding_makes_three_users_five_sessions_and_seven_configurations(scripts: Scripts) -> None:
    """A database is made where there is none; a second time nothing is added."""
    assert "made 15 of 15" in scripts.done("seed_database")
    assert scripts.counts() == SEEDED
    with scripts.database() as database, database.reading() as session:
        emails = session.scalars(select(tables.User.email).order_by(tables.User.id)).all()
        assert emails == [f"user{number}@example.com" for number in (1, 2, 3)]
        first = session.get_one(tables.TestSession, 1)
        assert first.user.email == "user1@example.com"
        assert session.get_one(tables.TestConfiguration, 1).session_id == first.id
    assert "all there" in scripts.done("seed_database")
    assert scripts.counts() == SEEDED


def test_seeding_changes_nothing_that_is_there(scripts: Scripts) -> None:
    """What somebody edited stays as it is; what somebody deleted comes back."""
    scripts.done("seed_database")
    with scripts.database() as database, database.writing() as session:
        session.get_one(tables.TestConfiguration, 1).settings = {"duration": 7}
        session.delete(session.get_one(tables.TestConfiguration, 2))
    assert "made 1 of 15" in scripts.done("seed_database")
    with scripts.database() as database, database.reading() as session:
        assert session.get_one(tables.TestConfiguration, 1).settings == {"duration": 7}
    assert scripts.counts() == SEEDED


def test_examples_are_replaced_and_not_doubled(copied: Scripts) -> None:
    """Added to nothing, users and configurations are made too; added again, nothing is doubled."""
    counts = copied.counts()
    assert counts == SEEDED | {"test_results": counts["test_results"]}
    assert counts["test_results"] > 20
    said = copied.done("add_test_results")
    for status in ("completed", "running", "failed", "stopped"):
        assert f" {status}" in said
    assert copied.counts() == counts


def test_the_database_is_shown_in_eighty_columns(examples: Scripts) -> None:
    """Every table, whole ids, no line longer than that; --limit says what it leaves out."""
    shown = examples.done("display_database", "--limit", "3")
    assert max(map(len, shown.splitlines())) <= 80
    for title in ("Users", "Sessions", "Configurations", "Results"):
        assert title in shown
    with examples.database() as database, database.reading() as session:
        total = session.scalar(select(func.count()).select_from(tables.TestResult)) or 0
        newest = session.scalars(
            select(tables.TestResult.id).order_by(tables.TestResult.created_at.desc()).limit(4)
        ).all()
    assert all(result_id in shown for result_id in newest[:3])
    assert newest[3] not in shown
    assert f"{total - 3} older not shown" in shown
    everything = examples.done("display_database", "--limit", "0")
    assert "not shown" not in everything
    assert newest[3] in everything


def test_text_of_others_cannot_write_on_the_terminal(scripts: Scripts) -> None:
    """Control characters and markup in names are shown as text, or not at all."""
    scripts.done("seed_database")
    with scripts.database() as database, database.writing() as session:
        session.get_one(tables.TestConfiguration, 1).name = "\x1b[2J[red]name[/nothing]\x07"
        session.get_one(tables.TestConfiguration, 2).settings = {
            "duration": "\x1b[31m",
            "strategy": [],
        }
        session.get_one(tables.TestSession, 1).name = "x" * 200
    shown = scripts.done("display_database")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]name[/nothing]" in shown.replace("\n", "")
    assert max(map(len, shown.splitlines())) <= 80


def test_reset_needs_somebody_who_agrees_or_yes(copied: Scripts) -> None:
    """Without a terminal and without --yes nothing is dropped; it says where, and what would be."""
    before = copied.counts()
    refused = copied.run("reset_database")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert str(copied.file) in refused.stdout
    assert f"{before['test_results']} results" in refused.stdout
    assert copied.counts() == before
    copied.done("reset_database", "--yes")
    assert set(copied.counts().values()) == {0}


@pytest.mark.parametrize(("answer", "drops"), [("yes", True), ("y", False), ("", False)])
def test_reset_asks_at_a_terminal(scripts: Scripts, answer: str, drops: bool) -> None:
    """Only a whole "yes" drops."""
    scripts.done("seed_database")
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "reset_database.py"],
            cwd=FOLDER, env=scripts.environment(),
            stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            os.write(ours, f"{answer}\n".encode())
            code = process.wait(60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert code == (0 if drops else 1)
    assert scripts.counts()["users"] == (0 if drops else 3)


def add_running(scripts: Scripts, *, lease: timedelta, is_example: bool = False) -> None:
    """A test that some process of the service owns until its lease ends."""
    with scripts.database() as database, database.writing() as session:
        session.add(
            tables.TestResult(
                id="5f0c3a55-5a3c-4b6e-9c34-0d4d6c6d5a01",
                queue_number=1, kind="stress-test", is_example=is_example,
                target_url="http://localhost:8001", strategy="random", request={},
                status="running", owner="somebody", lease_expires_at=now() + lease,
            )
        )  # fmt: skip


def test_reset_refuses_while_a_test_is_running(scripts: Scripts) -> None:
    """Also with --yes; examples that say running do not count, nor do runs whose owner is gone."""
    scripts.done("seed_database")
    add_running(scripts, lease=timedelta(minutes=1))
    refused = scripts.run("reset_database", "--yes")
    assert refused.returncode == 2
    assert "running a test now" in refused.stderr
    assert scripts.counts()["users"] == 3
    with scripts.database() as database, database.writing() as session:
        for row in session.scalars(select(tables.TestResult)):
            row.lease_expires_at = now() - timedelta(seconds=1)
    scripts.done("reset_database", "--yes")
    assert scripts.counts()["users"] == 0


def test_reset_leaves_tables_of_others(scripts: Scripts) -> None:
    """Only the service's own tables are dropped."""
    scripts.done("seed_database")
    with closing(sqlite3.connect(scripts.file)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute("INSERT INTO theirs VALUES (1)")
        connection.commit()
    scripts.done("reset_database", "--yes")
    with closing(sqlite3.connect(scripts.file)) as connection:
        assert connection.execute("SELECT x FROM theirs").fetchall() == [(1,)]


def test_what_is_not_there_is_named(scripts: Scripts) -> None:
    """Showing a database that does not exist makes none, and says how to make one."""
    refused = scripts.run("display_database")
    assert refused.returncode == 2
    assert str(scripts.file) in refused.stderr
    assert "seed_database.py" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not scripts.file.exists()
    assert "is made, and empty" in scripts.done("reset_database", "--yes")


@pytest.mark.parametrize("name", ["reset_database", "seed_database", "add_test_results"])
def test_a_locked_database_is_said_to_be_locked(scripts: Scripts, name: str) -> None:
    """In seconds, in words, with the file's name, and nothing is changed."""
    scripts.done("seed_database")
    with closing(sqlite3.connect(scripts.file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        refused = scripts.run(name, *(["--yes"] if name == "reset_database" else []))
    assert refused.returncode not in (0, None)
    assert "locked" in refused.stderr
    assert str(scripts.file) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert scripts.counts() == SEEDED


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_that_is_no_database_is_named(scripts: Scripts, name: str) -> None:
    """It is left as it is."""
    scripts.file.parent.mkdir()
    scripts.file.write_text("no database " * 200)
    refused = scripts.run(name, *(["--yes"] if name == "reset_database" else []))
    assert refused.returncode not in (0, None)
    assert "no database" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert scripts.file.read_text() == "no database " * 200


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_address_of_no_database_is_refused_without_its_password(name: str) -> None:
    """A wrong DATABASE_URL is a line of error, and no password is in it."""
    process = subprocess.run(
        [sys.executable, f"{name}.py"],
        cwd=FOLDER,
        env={**os.environ, "DATABASE_URL": "mysql://somebody:hunter2-hunter2@localhost/x"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 2
    assert "DATABASE_URL" in process.stderr
    assert "hunter2" not in process.stderr + process.stdout
    assert "Traceback" not in process.stderr


def test_no_module_beside_the_scripts_stands_in_for_another() -> None:
    """A module beside a script must not have the name of one of Python's own.

    The script's folder is searched first until its first lines have taken it away.
    """
    names = {path.stem for path in FOLDER.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not names & sys.stdlib_module_names


def test_examples_lie_in_the_last_weeks(examples: Scripts) -> None:
    """Over more than three weeks, and none of them in the future."""
    with examples.database() as database, database.reading() as session:
        times = session.scalars(select(tables.TestResult.created_at)).all()
    assert max(times) <= datetime.now(UTC)
    assert max(times) - min(times) > timedelta(weeks=3)
