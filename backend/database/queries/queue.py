"""Tests that wait or run. A process claims a test for a time (a lease), and moves that time on.

What is decided by counting (is there room, is a slot free) is decided by one process at a time: a
write transaction of SQLite is alone anyway, on PostgreSQL an advisory lock is held until its end.
Examples wait for nobody and run nowhere: no function here sees them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from backend.database.queries import results, secrets
from backend.database.queries.paging import may_exist
from backend.database.tables import Base, TestConfiguration, TestResult, TestSession, now

_LOCK = 0x73747265737302
"""The advisory lock of PostgreSQL under which tests are counted."""


class QueueFull(Exception):  # noqa: N818  # says what the queue is
    """As many tests wait as may."""


class TooManyRuns(Exception):  # noqa: N818  # says what the user has
    """The user has as many tests waiting and running as they may."""


class KeyReused(Exception):  # noqa: N818  # says what happened to the key
    """The idempotency key stands for another request already."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A test to be done. `request` is what was asked for, secrets masked; `user_id` None: nobody's.

    Of `session_id` and `configuration_id`, what was deleted meanwhile is left out.
    """

    kind: str
    target_url: str
    strategy: str
    request: dict[str, Any]
    user_id: int | None = None
    session_id: int | None = None
    configuration_id: int | None = None
    idempotency_key: str | None = None
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class Renewal:
    """Whether the lease was moved on, and whether somebody wants the test to stop."""

    kept: bool
    stop_requested: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many tests wait and run, over all processes of the service."""

    pending: int
    running: int


def enqueue(
    session: Session, new_run: NewRun, *, slots: int, queue_size: int, runs_per_user: int
) -> TestResult:
    """Put a test at the queue's end.

    The same idempotency key of the same user gives the test that it stood for before: its id is not
    that of `new_run`. KeyReused where that one asked for something else, QueueFull where `slots`
    tests run and `queue_size` wait, TooManyRuns where the user has `runs_per_user`.
    """
    _lock(session)
    known = _by_key(session, new_run)
    if known is not None:
        return known
    unended = select(func.count()).where(_WAITS_OR_RUNS)
    if (session.scalar(unended) or 0) >= slots + queue_size:
        raise QueueFull
    if new_run.user_id is not None:
        own = unended.where(TestResult.user_id == new_run.user_id)
        if (session.scalar(own) or 0) >= runs_per_user:
            raise TooManyRuns
    made = TestResult(
        id=new_run.id,
        queue_number=next_number(session),
        kind=new_run.kind,
        user_id=new_run.user_id,
        session_id=_if_there(session, TestSession, new_run.session_id),
        configuration_id=_if_there(session, TestConfiguration, new_run.configuration_id),
        idempotency_key=new_run.idempotency_key,
        target_url=new_run.target_url,
        strategy=new_run.strategy,
        request=new_run.request,
    )
    session.add(made)
    session.flush()
    return _reread(session, made.id)


def next_number(session: Session) -> int:
    """The number of a test at the queue's end. Within a write transaction only."""
    return (session.scalar(select(func.max(TestResult.queue_number))) or 0) + 1


def position(session: Session, result_id: str) -> int | None:
    """The place of a waiting test, from 1; None where it does not wait."""
    own = select(TestResult.queue_number).where(_PENDING, TestResult.id == result_id)
    number = session.scalar(own)
    if number is None:
        return None
    up_to = select(func.count()).where(_PENDING, TestResult.queue_number <= number)
    return session.scalar(up_to)


def claim(session: Session, owner: str, slots: int, lease_seconds: float) -> TestResult | None:
    """Take the first waiting test, which runs from now on. None where none waits or no slot is free.

    The caller owns it until the lease ends, and begins it only after the transaction is committed.
    """
    _lock(session)
    if counts(session).running >= slots:
        return None
    first = select(TestResult.id).where(_PENDING).order_by(TestResult.queue_number).limit(1)
    moment = _clock(session)
    claimed = session.scalar(
        update(TestResult)
        .where(TestResult.id == first.scalar_subquery(), TestResult.status == "pending")
        .values(
            status="running",
            owner=owner,
            started_at=moment,
            lease_expires_at=moment + timedelta(seconds=lease_seconds),
        )
        .returning(TestResult.id)
        .execution_options(synchronize_session=False)
    )
    return None if claimed is None else _reread(session, claimed)


def renew(session: Session, result_id: str, owner: str, lease_seconds: float) -> Renewal:
    """Move the lease on. Not kept: the test has ended, or another process has it."""
    expires = _clock(session) + timedelta(seconds=lease_seconds)
    found = session.execute(
        update(TestResult)
        .where(_RUNNING, TestResult.id == result_id, TestResult.owner == owner)
        .values(lease_expires_at=expires)
        .returning(TestResult.stop_requested_at)
        .execution_options(synchronize_session=False)
    ).first()
    return Renewal(found is not None, found is not None and found[0] is not None)


def request_stop(session: Session, result_id: str) -> TestResult | None:
    """Stop a test, and give it back: one that waits has ended by that, one that runs will soon.

    One that has ended is left as it is. None where there is no such test.
    """
    waiting = (
        update(TestResult)
        .where(_PENDING, TestResult.id == result_id)
        .values(
            status="stopped",
            status_reason="stopped before it began",
            ended_at=now(),
            stop_requested_at=now(),
        )
        .returning(TestResult.id)
        .execution_options(synchronize_session=False)
    )
    running = (
        update(TestResult)
        .where(_RUNNING, TestResult.id == result_id, TestResult.stop_requested_at.is_(None))
        .values(stop_requested_at=now())
        .execution_options(synchronize_session=False)
    )
    if session.execute(waiting).first() is not None:
        secrets.erase(session, result_id)
    else:  # a second statement: on PostgreSQL it sees who claimed the test meanwhile
        session.execute(running)
    return results.get(session, result_id)


def expired_ids(session: Session) -> tuple[str, ...]:
    """Running tests whose owner gave no sign of life until the lease's end, the oldest first."""
    statement = select(TestResult.id).where(_expired(_clock(session)))
    return tuple(session.scalars(statement.order_by(TestResult.queue_number)))


def take_expired(
    session: Session, owner: str, lease_seconds: float, only: Collection[str] | None = None
) -> tuple[TestResult, ...]:
    """Take running tests whose lease has ended, to end them: all, or those of `only`.

    Each is taken by one process, even where several try at once.
    """
    moment = _clock(session)
    statement = (
        update(TestResult)
        .where(_expired(moment))
        .values(owner=owner, lease_expires_at=moment + timedelta(seconds=lease_seconds))
        .returning(TestResult.id)
        .execution_options(synchronize_session=False)
    )
    if only is not None:
        statement = statement.where(TestResult.id.in_(only))
    taken = session.scalars(statement).all()
    rows = [_reread(session, result_id) for result_id in taken]
    return tuple(sorted(rows, key=lambda row: row.queue_number))


def counts(session: Session) -> QueueCounts:
    """How many tests wait and run."""
    statement = select(TestResult.status, func.count()).where(_WAITS_OR_RUNS)
    found: dict[str, int] = {
        status: number for status, number in session.execute(statement.group_by(TestResult.status))
    }
    return QueueCounts(found.get("pending", 0), found.get("running", 0))


_PENDING = (TestResult.status == "pending") & TestResult.is_example.is_(False)
_RUNNING = (TestResult.status == "running") & TestResult.is_example.is_(False)
_WAITS_OR_RUNS = TestResult.status.in_(("pending", "running")) & TestResult.is_example.is_(False)


def _expired(moment: datetime) -> ColumnElement[bool]:
    return _RUNNING & (TestResult.lease_expires_at < moment)


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _clock(session: Session) -> datetime:
    """The time by one clock for all processes: on PostgreSQL they may be on several machines."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalars(select(func.clock_timestamp())).one()
    return now()


def _by_key(session: Session, new_run: NewRun) -> TestResult | None:
    if new_run.idempotency_key is None:
        return None
    whose = (
        TestResult.user_id.is_(None)
        if new_run.user_id is None
        else TestResult.user_id == new_run.user_id
    )
    statement = select(TestResult).where(
        whose, TestResult.idempotency_key == new_run.idempotency_key
    )
    known = session.scalar(statement)
    if known is None:
        return None
    asked = (new_run.kind, new_run.target_url, new_run.request)
    if (known.kind, known.target_url, known.request) != asked:
        raise KeyReused
    return _reread(session, known.id)


def _if_there(session: Session, table: type[Base], number: int | None) -> int | None:
    """The id where such a row is there, which stays until the transaction's end; else None."""
    if number is None or not may_exist(number):
        return None
    key = next(iter(table.__table__.primary_key))
    held = select(key).where(key == number).with_for_update(read=True, key_share=True)
    return session.scalar(held)


def _reread(session: Session, result_id: str) -> TestResult:
    found = results.get(session, result_id)
    assert found is not None
    return found
