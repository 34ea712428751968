"""Rows for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.database.queries import queue
from backend.database.tables import TestResult, now

ROOMY = {"slots": 1, "queue_size": 1000, "runs_per_user": 1000}
"""Limits that no test reaches."""


def enqueue(session: Session, **changes: Any) -> TestResult:
    """A test at the queue's end, like any other but for what is given."""
    values = {"kind": "stress", "target_url": "http://127.0.0.1:9", "strategy": "sequential"}
    return queue.enqueue(session, queue.NewRun(**{**values, "request": {}, **changes}), **ROOMY)


def add_result(session: Session, **changes: Any) -> TestResult:
    """A test that has ended, as it was written by hand."""
    values: dict[str, Any] = {
        "id": f"r{queue.next_number(session)}",
        "queue_number": queue.next_number(session),
        "kind": "stress",
        "target_url": "http://127.0.0.1:9",
        "strategy": "sequential",
        "request": {"duration": 60},
        "status": "completed",
    }
    made = TestResult(**{**values, **changes})
    session.add(made)
    session.flush()
    return made


def days_ago(number: float) -> datetime:
    """A moment in the past."""
    return now() - timedelta(days=number)
