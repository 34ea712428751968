"""What lists can be asked for: filters, order, and which part."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from backend.schemas.common import MAX_ID, Email, Part, Status

MAX_PAGE = 500
MAX_OFFSET = 2**53
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+ -]\d\d:\d\d)?")
_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
        "description": "A moment (RFC 3339, UTC unless it says otherwise) or a day, whole.",
        "examples": ["2026-11-01", "2026-11-01T12:00:00Z"],
    }
)


def _moment(value: Any, of_a_day: time) -> datetime:
    try:
        found = _read(value.strip() if isinstance(value, str) else "", of_a_day)
        moment = None if found is None else _in_utc(found)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ValueError("is neither 2026-11-01 nor 2026-11-01T12:00:00Z")
    return moment


def _read(text: str, of_a_day: time) -> datetime | None:
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), of_a_day, UTC)
    if not _MOMENT.fullmatch(text):
        return None
    # A plus sign in a query is a space to many programs.
    written = re.sub(r" (\d\d:\d\d)$", r"+\1", f"{text[:10]}T{text[11:]}").upper()
    return datetime.fromisoformat(written)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Begin = Annotated[datetime, BeforeValidator(lambda value: _moment(value, time.min)), _SCHEMA]
End = Annotated[datetime, BeforeValidator(lambda value: _moment(value, time.max)), _SCHEMA]
QueryId = Annotated[int, Field(ge=1, le=MAX_ID)]
Limit = Annotated[int, Field(ge=1, le=MAX_PAGE, description="How many, at most.")]
Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET, description="How many to leave out first.")]

OrderBy = Literal["created_at", "requests", "failures", "requests_per_second", "mean", "p95", "p99"]


class PageQuery(Part):
    """Which part of a list. A parameter that is not known is refused, and said."""

    limit: Limit = 50
    offset: Offset = 0


class SessionQuery(PageQuery):
    """Which sessions."""

    user_email: Email | None = None


class ResultQuery(PageQuery):
    """Which results, and in which order."""

    user_email: Email | None = None
    session_id: QueryId | None = None
    configuration_id: QueryId | None = None
    status: Status | None = Field(
        default=None,
        description="`completed` are those that can be read whole and compared.",
        examples=["completed"],
    )
    start_date: Begin | None = Field(default=None, description="Asked for then or later.")
    end_date: End | None = Field(default=None, description="Asked for then or before.")
    order_by: OrderBy = Field(
        default="created_at", description="What has no such figure comes last. Times in ms."
    )
    order: Literal["desc", "asc"] = "desc"
