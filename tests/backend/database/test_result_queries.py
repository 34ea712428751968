"""backend.database.queries.results: lists, documents, and ends that are stored once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from backend.database import Database
from backend.database.queries import queue, results, users
from backend.database.queries.results import ORDERINGS, ResultFilter, find
from backend.database.queries.summaries import Summary, summarise
from backend.database.tables import RUN_STATUSES
from tests.backend.database.rows import add_result, days_ago, enqueue

ANN = "ann@example.com"
DOCUMENT: dict[str, Any] = {
    "status": "completed",
    "duration_s": 60.5,
    "grade": "Below acceptable",
    "validity": {"verdict": "valid"},
    "thresholds": [{"threshold": "p95<1s", "held": True}, {"threshold": "rps>9", "held": False}],
    "totals": {
        "requests": 12,
        "failures": 1,
        "rps": 0.2,
        "latency_ms": {
            "min": 1,
            "mean": 2.5,
            "p50": 2,
            "p75": 4,
            "p90": 6,
            "p95": 7,
            "p99": 8,
            "p99.9": 8.5,
            "max": 9,
        },
    },
    "operations": [{"path": "/ünï\0\ud800"}],
}


def test_a_summary_is_read_from_a_document() -> None:
    """Each column has its place in the result document."""
    assert summarise(DOCUMENT) == Summary(
        requests=12, failures=1, rps=0.2, min_ms=1, mean_ms=2.5, p50_ms=2, p75_ms=4, p90_ms=6,
        p95_ms=7, p99_ms=8, p99_9_ms=8.5, max_ms=9, seconds=60.5,
        grade="Below acceptable", validity="valid", thresholds_met=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"totals": None, "thresholds": {}, "validity": []},
        {"totals": {"requests": True, "rps": float("inf"), "latency_ms": [1]}, "grade": 7},
        {"totals": {"requests": 10**30, "rps": 10**400}, "grade": "x" * 999},
    ],
)
def test_what_a_document_does_not_say_is_unknown(document: dict[str, Any]) -> None:
    """Missing, misshapen and absurd figures are None."""
    assert summarise(document) == Summary()


def _ids(session: Session, **wanted: Any) -> list[str]:
    return [row.id for row in find(session, ResultFilter(**wanted)).rows]


@pytest.fixture
def filled(database: Database) -> Database:
    """Six results: r1 is the oldest, those with odd numbers are Ann's."""
    with database.writing() as session:
        ann, bob = (users.find_or_make(session, each) for each in (ANN, "bob@example.com"))
        for number, status in enumerate(RUN_STATUSES, start=1):
            add_result(
                session,
                id=f"r{number}",
                user_id=ann.id if number % 2 else bob.id,
                status=status,
                created_at=days_ago(10 - number),
                rps=None if number == 1 else float(10 - number),
                request={"secret": "masked"},
            )
    return database


def test_results_are_filtered(filled: Database) -> None:
    """Each field limits; together they limit more."""
    with filled.reading() as session:
        assert _ids(session) == ["r6", "r5", "r4", "r3", "r2", "r1"]
        assert _ids(session, user_email="Ann@example.com") == ["r5", "r3", "r1"]
        assert _ids(session, status="completed") == ["r3"]
        assert _ids(session, status="completed", user_email="bob@example.com") == []
        assert _ids(session, status="no status\0") == []
        assert _ids(session, user_email="nobody@example.com") == []
        middle = {"start_date": days_ago(7.5), "end_date": days_ago(5.5)}
        assert _ids(session, **middle) == ["r4", "r3"]
        assert _ids(session, start_date=days_ago(5.5), end_date=days_ago(7.5)) == []


def test_both_ends_of_a_time_belong_to_it(database: Database) -> None:
    """A test of exactly the given moment is found, whatever zone the moment is written in."""
    moment = datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    with database.writing() as session:
        add_result(session, created_at=moment)
        elsewhere = moment.astimezone(timezone(timedelta(hours=-9)))
        page = find(session, ResultFilter(start_date=elsewhere, end_date=elsewhere))
        assert [row.created_at for row in page.rows] == [moment]
        first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
        last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))
        assert find(session, ResultFilter(start_date=first, end_date=last)).total == 1


def test_a_page_knows_how_many_there_are(filled: Database) -> None:
    """The total does not depend on the page, not even beyond the last one."""
    with filled.reading() as session:
        for limit, offset, expected in ((2, 0, 2), (2, 4, 2), (2, 5, 1), (2, 6, 0), (0, 0, 0)):
            page = find(session, ResultFilter(limit=limit, offset=offset))
            assert (page.total, len(page.rows)) == (6, expected)
        assert find(session, ResultFilter(limit=2**80, offset=2**80)).total == 6
        assert find(session, ResultFilter(limit=-1, offset=-1)).total == 6


@pytest.mark.parametrize("order_by", ORDERINGS)
@pytest.mark.parametrize("is_descending", [True, False])
def test_pages_in_any_order_have_each_row_once(
    filled: Database, order_by: str, is_descending: bool
) -> None:
    """Page after page gives all rows, none twice, also where figures are equal or missing."""
    with filled.reading() as session:
        wanted = ResultFilter(order_by=order_by, descending=is_descending, limit=2)
        pages = [find(session, replace(wanted, offset=offset)).rows for offset in (0, 2, 4)]
    assert sorted(row.id for page in pages for row in page) == [f"r{n}" for n in range(1, 7)]


def test_results_are_ordered(filled: Database) -> None:
    """By a figure in both directions; what has none comes last in both."""
    with filled.reading() as session:
        falling = _ids(session, order_by="rps")
        rising = _ids(session, order_by="rps", descending=False)
    assert falling == ["r2", "r3", "r4", "r5", "r6", "r1"]
    assert rising == ["r6", "r5", "r4", "r3", "r2", "r1"]


def test_no_other_order_is_known(filled: Database) -> None:
    """An order is one of a list: nothing else reaches a statement."""
    with filled.reading() as session, pytest.raises(ValueError, match="ordered by"):
        find(session, ResultFilter(order_by="id; DROP TABLE users"))


def test_a_row_is_the_same_alone_and_in_a_list(filled: Database) -> None:
    """A list's row is made of the same columns as a single test."""
    with filled.reading() as session:
        rows = find(session, ResultFilter()).rows
        for row in rows:
            single = results.get(session, row.id)
            assert single is not None
            assert results.row_of(single) == row


def test_a_test_of_others_is_not_there(filled: Database) -> None:
    """With an owner, the tests of others are as those that do not exist."""
    with filled.reading() as session:
        assert results.get(session, "r1", ANN) is not None
        assert results.get(session, "r2", ANN) is None
        assert results.get(session, "\0") is None
        assert results.document(session, "r1") is None


def test_an_end_is_stored_once(database: Database) -> None:
    """Of twenty that end a test at once, one does; the rest leaves all as it is."""
    with database.writing() as session:
        row = enqueue(session)
        queue.claim(session, "me", 1, 100)

    def end(number: int) -> bool:
        with database.writing() as session:
            document = {**DOCUMENT, "number": number}
            summary = Summary(requests=number)
            return results.store(session, row.id, "completed", str(number), document, summary)

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(end, range(20)))
    assert sum(done) == 1
    winner = done.index(True)
    with database.reading() as session:
        ended = results.get(session, row.id)
        assert ended is not None
        assert (ended.status, ended.status_reason, ended.requests) == (
            "completed", str(winner), winner,
        )  # fmt: skip
        assert ended.ended_at is not None
        assert ended.lease_expires_at is None
        assert results.document(session, row.id) == {**DOCUMENT, "number": winner}


def test_an_owner_ends_only_what_it_still_has(database: Database) -> None:
    """A process whose test was taken over cannot end it."""
    with database.writing() as session:
        row = enqueue(session)
        queue.claim(session, "first", 1, -1)
        queue.take_expired(session, "second", 100)
        assert not results.store(session, row.id, "completed", "", DOCUMENT, owner="first")
        assert results.document(session, row.id) is None
        assert results.store(session, row.id, "interrupted", "", None, owner="second")
        assert not results.store(session, "unknown", "failed", "", DOCUMENT)


def test_only_final_statuses_end(database: Database) -> None:
    """A test cannot be ended as running."""
    with database.writing() as session, pytest.raises(ValueError, match="ends no test"):
        results.store(session, "r1", "running", "", None)


def test_summary_columns_are_all_stored(database: Database) -> None:
    """Every figure of the summary comes back in lists."""
    with database.writing() as session:
        row = enqueue(session)
        results.store(session, row.id, "completed", "", DOCUMENT, summarise(DOCUMENT))
    with database.reading() as session:
        (listed,) = find(session, ResultFilter()).rows
    assert asdict(listed.summary) == asdict(summarise(DOCUMENT))


# ── indexes ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _said() -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (ResultFilter(), "ix_test_results_created_at"),
        (ResultFilter(start_date=days_ago(5)), "ix_test_results_created_at"),
        (ResultFilter(user_email=ANN), "ix_test_results_user_created"),
        (ResultFilter(user_email=ANN, start_date=days_ago(5)), "ix_test_results_user_created"),
        (ResultFilter(session_id=1), "ix_test_results_session_created"),
        (ResultFilter(configuration_id=1), "ix_test_results_configuration_created"),
        (ResultFilter(status="failed"), "ix_test_results_status_created"),
        *((ResultFilter(order_by=name), f"ix_test_results_{name}") for name in ORDERINGS),
        (ResultFilter(order_by="rps", descending=False), "ix_test_results_rps"),
    ],
)
def test_lists_use_an_index(sqlite_url: str, wanted: ResultFilter, index: str) -> None:
    """SQLite reads a page and counts all by indexes: it walks through no whole table."""
    database = Database(sqlite_url)
    with database.reading() as session:
        with _said() as said:
            find(session, wanted)
        statement, parameters = said[0]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row.detail for row in plan]
    database.close()
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]


def test_the_queue_uses_indexes(sqlite_url: str) -> None:
    """What dispatchers ask every second walks through no whole table."""
    database = Database(sqlite_url)
    with database.writing() as session:
        row = enqueue(session)
        with _said() as said:
            queue.counts(session)
            queue.position(session, row.id)
            queue.expired_ids(session)
            queue.next_number(session)
            queue.claim(session, "me", 1, 10)
        for statement, parameters in said:
            plan = session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            steps = [row.detail for row in plan]
            assert not [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
    database.close()
