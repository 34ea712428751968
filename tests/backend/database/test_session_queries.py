"""backend.database.queries: users, sessions, configurations and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from backend.database import Database
from backend.database.queries import audit, configurations, queue, results, sessions, users
from backend.database.tables import TestSession, now
from tests.backend.database.rows import enqueue

ANN, BOB = "ann@example.com", "bob@example.com"
ABSURD_IDS = (0, -1, 2**31, 2**63, 2**200)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _session_with(session: Session, email: str, configuration_count: int) -> TestSession:
    made = sessions.create(session, email, f"of {email}")
    for number in range(configuration_count):
        configurations.create(session, made.id, f"c{number}", "http://127.0.0.1:9", {"n": number})
    return made


def test_a_user_is_made_once_however_many_ask(database: Database) -> None:
    """Twenty threads that need a new user get the same one, in whatever case it is written."""

    def ask(number: int) -> int:
        with database.writing() as session:
            return users.find_or_make(session, ANN if number % 2 else ANN.upper()).id

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1


def test_sessions_are_listed_with_all_that_belongs_to_them(database: Database) -> None:
    """A page has users and configurations, the newest session first; the total counts all."""
    with database.writing() as session:
        first = _session_with(session, ANN, 2)
        second = _session_with(session, ANN, 0)
        first.created_at = now() - timedelta(days=1)
        _session_with(session, BOB, 1)
    with database.reading() as session:
        page = sessions.find(session, ANN, limit=2)
    assert (page.total, [row.id for row in page.rows]) == (2, [second.id, first.id])
    assert [row.name for row in page.rows[1].configurations] == ["c0", "c1"]
    assert page.rows[1].configurations[0].settings == {"n": 0}
    assert page.rows[0].email == ANN
    with database.reading() as session:
        assert sessions.find(session).total == 3
        beyond = sessions.find(session, limit=2**70, offset=2)
        assert [row.id for row in beyond.rows] == [first.id]
        assert sessions.find(session, "nobody@example.com").total == 0


def test_a_list_takes_as_many_statements_as_a_row(database: Database) -> None:
    """The number of statements does not grow with the number of sessions."""
    numbers = []
    for _ in range(2):
        with database.writing() as session:
            for _ in range(5):
                _session_with(session, ANN, 3)
        with _counted() as said, database.reading() as session:
            for row in sessions.find(session, ANN).rows:
                assert row.email == ANN
                assert len(row.configurations) == 3
        numbers.append(sum("SELECT" in statement for statement in said))
    assert numbers[0] == numbers[1] <= 3


def test_what_belongs_to_others_is_not_there(database: Database) -> None:
    """Each function treats things of other users as it treats things that do not exist."""
    with database.writing() as session:
        owned = _session_with(session, ANN, 1)
        number = owned.configurations[0].id
    with database.writing() as session:
        assert sessions.get(session, owned.id, BOB) is None
        assert sessions.update(session, owned.id, name="taken", owner_email=BOB) is None
        assert not sessions.delete(session, owned.id, BOB)
        assert configurations.get(session, number, BOB) is None
        assert configurations.update(session, number, name="taken", owner_email=BOB) is None
        assert not configurations.delete(session, number, BOB)
        assert configurations.create(session, owned.id, "n", "http://h", {}, BOB) is None
        assert configurations.find(session, owner_email=BOB).total == 0
    with database.reading() as session:
        found = sessions.get(session, owned.id, ANN.upper())
        assert found is not None
        assert found.name == f"of {ANN}"
        assert configurations.find(session, owned.id, ANN).total == 1


@pytest.mark.parametrize("absurd", ABSURD_IDS)
def test_absurd_ids_are_not_there(database: Database, absurd: int) -> None:
    """Numbers that no database takes as an id are ids of nothing."""
    with database.writing() as session:
        assert sessions.get(session, absurd) is None
        assert sessions.update(session, absurd, name="n") is None
        assert not sessions.delete(session, absurd)
        assert configurations.get(session, absurd) is None
        assert configurations.update(session, absurd, name="n") is None
        assert not configurations.delete(session, absurd)
        assert configurations.create(session, absurd, "n", "http://h", {}) is None
        assert configurations.find(session, absurd).total == 0
        assert results.find(session, results.ResultFilter(session_id=absurd)).total == 0
        assert enqueue(session, session_id=absurd, configuration_id=absurd).session_id is None


def test_an_update_changes_what_was_given(database: Database) -> None:
    """The rest stays as it was, and the time of the change is noted."""
    with database.writing() as session:
        made = _session_with(session, ANN, 1)
        number = made.configurations[0].id
        before = made.updated_at
    with database.writing() as session:
        changed = sessions.update(session, made.id, description="new", owner_email=ANN)
        assert changed is not None
        assert (changed.name, changed.description) == (f"of {ANN}", "new")
        assert changed.updated_at > before
        settings = {"users": 5, "rate": float("nan")}
        assert configurations.update(session, number, settings=settings) is not None
    with database.reading() as session:
        found = configurations.get(session, number)
        assert found is not None
        assert (found.name, found.settings) == ("c0", {"users": 5, "rate": None})
        assert found.session.user.email == ANN


def test_results_outlive_what_they_were_asked_with(database: Database) -> None:
    """Deleting a session deletes its configurations; results stay and refer to nothing."""
    with database.writing() as session:
        made = _session_with(session, ANN, 1)
        number = made.configurations[0].id
        row = enqueue(session, session_id=made.id, configuration_id=number)
        assert (row.session_id, row.configuration_id) == (made.id, number)
    with database.writing() as session:
        assert sessions.delete(session, made.id, ANN)
    with database.writing() as session:
        assert configurations.get(session, number) is None
        kept = results.get(session, row.id)
        assert kept is not None
        assert (kept.session_id, kept.configuration_id) == (None, None)
        late = queue.enqueue(
            session,
            queue.NewRun("stress", "http://h", "random", {}, configuration_id=number),
            slots=1, queue_size=5, runs_per_user=5,
        )  # fmt: skip
        assert late.configuration_id is None


def test_changes_and_deletions_at_once_end_well(database: Database) -> None:
    """Threads that change, fill and delete the same session see it, or do not: no error."""
    with database.writing() as session:
        number = _session_with(session, ANN, 2).id

    def work(turn: int) -> None:
        with database.writing() as session:
            if turn == 10:
                sessions.delete(session, number)
            elif turn % 2:
                sessions.update(session, number, name=f"turn {turn}")
            else:
                configurations.create(session, number, "n", "http://h", {})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    with database.reading() as session:
        assert sessions.find(session).total == configurations.find(session).total == 0


def test_the_audit_log_outlives_all(database: Database) -> None:
    """Entries stay when what they name is gone; the newest is first; nothing is too long."""
    with database.writing() as session:
        row = enqueue(session)
        for action in ("start", "stop" * 1000):
            audit.add(
                session, actor=ANN * 100, action=action, peer="127.0.0.1" * 100,
                target_url="http://h/" + "x" * 5000, result_id=row.id,
            )  # fmt: skip
        session.delete(row)
    with database.reading() as session:
        page = audit.find(session, limit=1)
        assert (page.total, page.rows[0].action[:8], page.rows[0].result_id) == (
            2, "stopstop", row.id,
        )  # fmt: skip
        assert audit.find(session, actor=BOB).total == 0
