"""Results: one test, lists of them, whole documents, and the storing of an end, once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from backend.database.json_text import compress, decompress
from backend.database.queries import secrets
from backend.database.queries.inserting import insert_if_new
from backend.database.queries.paging import Page, bounded, may_exist
from backend.database.queries.summaries import Summary
from backend.database.tables import FINAL_STATUSES, ResultDocument, TestResult, User, now

ORDERINGS = ("created_at", "requests", "failures", "rps", "mean_ms", "p95_ms", "p99_ms")
"""What a list can be ordered by."""


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results, in which order, how many. None does not limit.

    `start_date` and `end_date` bound the moment at which a test was asked for, both included.
    `order_by` is one of ORDERINGS; what has no such figure comes last, equals come newest first.
    """

    user_email: str | None = None
    session_id: int | None = None
    configuration_id: int | None = None
    status: str | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    order_by: str = "created_at"
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result as a list shows it. Figures as in `Summary`, the rest as in `TestResult`."""

    id: str
    kind: str
    user_email: str | None
    session_id: int | None
    configuration_id: int | None
    is_example: bool
    target_url: str
    strategy: str
    status: str
    status_reason: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    summary: Summary


def find(session: Session, wanted: ResultFilter) -> Page[ResultRow]:
    """The page, and the number of all that the filter lets through, of one moment."""
    ids = (wanted.session_id, wanted.configuration_id)
    if any(each is not None and not may_exist(each) for each in ids):
        return Page(0, ())
    total = _filtered(select(func.count()).select_from(TestResult), wanted)
    statement = (
        _filtered(select(*_COLUMNS).outerjoin(TestResult.user), wanted)
        .add_columns(total.scalar_subquery())
        .order_by(*_order(wanted))
        .limit(bounded(wanted.limit))
        .offset(bounded(wanted.offset))
    )
    found = session.execute(statement).all()
    if not found:  # beyond the last page
        return Page(session.scalar(total) or 0, ())
    rows = tuple(
        ResultRow(*row[:_PLAIN], summary=Summary(*row[_PLAIN:-1]))  # the total stands last
        for row in found
    )
    return Page(found[0][-1], rows)


def get(session: Session, result_id: str, owner_email: str | None = None) -> TestResult | None:
    """One test with its user, without its document."""
    statement = select(TestResult).where(TestResult.id == result_id)
    if owner_email is not None:
        statement = statement.where(_belongs_to(owner_email))
    return session.scalar(
        statement.options(joinedload(TestResult.user)).execution_options(populate_existing=True)
    )


def row_of(result: TestResult) -> ResultRow:
    """A test that was read with its user, as a list shows it."""
    plain = {each.name: getattr(result, each.name, None) for each in fields(ResultRow)}
    figures = {each.name: getattr(result, each.name) for each in fields(Summary)}
    plain["user_email"] = None if result.user is None else result.user.email
    return ResultRow(**{**plain, "summary": Summary(**figures)})


def document(session: Session, result_id: str) -> dict[str, Any] | None:
    """The whole result document; None where the test has none, yet or for ever."""
    stored = session.scalar(
        select(ResultDocument.document).where(ResultDocument.result_id == result_id)
    )
    return None if stored is None else decompress(stored)


def store(
    session: Session,
    result_id: str,
    status: str,
    reason: str,
    document: dict[str, Any] | None,
    summary: Summary | None = None,
    *,
    owner: str | None = None,
) -> bool:
    """End a test: status, figures and document are kept, its secrets erased. Whether it was done.

    Nothing happens where the test has ended already, is not there, or where `owner` is given and
    another process has it by now.
    """
    if status not in FINAL_STATUSES:
        raise ValueError(f"{status!r} ends no test")
    ending = update(TestResult).where(
        TestResult.id == result_id, TestResult.status.not_in(FINAL_STATUSES)
    )
    if owner is not None:
        ending = ending.where(TestResult.owner == owner)
    ended = (
        ending.values(
            status=status,
            status_reason=reason,
            ended_at=now(),
            lease_expires_at=None,
            **asdict(summary or Summary()),
        )
        .returning(TestResult.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(ended).first() is None:
        return False
    if document is not None:
        values = {"result_id": result_id, "document": compress(document)}
        insert_if_new(session, ResultDocument, values)
    secrets.erase(session, result_id)
    return True


_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    *(
        User.email if each.name == "user_email" else getattr(TestResult, each.name)
        for each in fields(ResultRow)
        if each.name != "summary"
    ),
    *(getattr(TestResult, each.name) for each in fields(Summary)),
)
_PLAIN = len(fields(ResultRow)) - 1


def _belongs_to(email: str) -> ColumnElement[bool]:
    user_id = select(User.id).where(User.email == email.lower()).scalar_subquery()
    return TestResult.user_id == user_id


def _filtered(statement: Select[Any], wanted: ResultFilter) -> Select[Any]:
    if wanted.user_email is not None:
        statement = statement.where(_belongs_to(wanted.user_email))
    if wanted.session_id is not None:
        statement = statement.where(TestResult.session_id == wanted.session_id)
    if wanted.configuration_id is not None:
        statement = statement.where(TestResult.configuration_id == wanted.configuration_id)
    if wanted.status is not None:
        statement = statement.where(TestResult.status == wanted.status)
    if wanted.start_date is not None:
        statement = statement.where(TestResult.created_at >= wanted.start_date)
    if wanted.end_date is not None:
        statement = statement.where(TestResult.created_at <= wanted.end_date)
    return statement


def _order(wanted: ResultFilter) -> tuple[ColumnElement[Any], ...]:
    if wanted.order_by not in ORDERINGS:
        raise ValueError(f"no list is ordered by {wanted.order_by!r}")
    column: InstrumentedAttribute[Any] = getattr(TestResult, wanted.order_by)
    first = column.desc() if wanted.descending else column.asc()
    if wanted.order_by == "created_at":
        return first, TestResult.id.desc() if wanted.descending else TestResult.id.asc()
    return first.nulls_last(), TestResult.created_at.desc(), TestResult.id.desc()
