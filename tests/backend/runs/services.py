"""What the tests of runs share: services with a database and a folder of their own, and orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from backend.database import Database
from backend.database.queries import results
from backend.database.tables import FINAL_STATUSES, TestResult
from backend.runs import RunOrder, RunService
from backend.settings import ServiceSettings
from backend.supervisor.marks import marked_processes
from tests.waiting import until

SECRET = "Bearer kiosk-4711-very-secret"

SHORT = {"duration": 2, "max_concurrent_users": 2, "wait_time": [0, 0.1], "read_only": True}
"""A load that is over at once."""

LONG = {**SHORT, "duration": 9}
"""A load that somebody stops. It ends by itself so that its rehearsal is short."""


def settings_in(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings of a service that keeps everything in this folder."""
    return ServiceSettings(
        **{
            "database_url": f"sqlite:///{folder}/service.db",
            "runs_dir": folder / "runs",
            "key_file": folder / "key",
            **changes,
        }
    )


def order(url: str, load: dict[str, Any], **changes: Any) -> RunOrder:
    """An order for a test with a secret header."""
    request = {"target_url": url, **load, "headers": {"Authorization": SECRET}}
    masked = {**request, "headers": {"Authorization": "***"}}
    return RunOrder(**{
        "kind": "stress-test", "target_url": url, "request": request, "masked_request": masked,
        **changes,
    })  # fmt: skip


@contextmanager
def opened(settings: ServiceSettings) -> Iterator[Database]:
    """The database of these settings, with its tables."""
    database = Database(settings.database_url)
    try:
        database.migrate()
        yield database
    finally:
        database.close()


@contextmanager
def running(settings: ServiceSettings) -> Iterator[tuple[RunService, Database]]:
    """A service that claims runs, with connections of its own."""
    with opened(settings) as database:
        service = RunService(database, settings)
        service.begin()
        try:
            yield service, database
        finally:
            service.end()


def row_of(database: Database, result_id: str) -> TestResult:
    """The row of a test."""
    with database.reading() as session:
        row = results.get(session, result_id)
    assert row is not None
    return row


def final_row(database: Database, result_id: str) -> TestResult:
    """The row of a test, as soon as it is final."""
    until(lambda: row_of(database, result_id).status in FINAL_STATUSES)
    return row_of(database, result_id)


def document_of(database: Database, result_id: str) -> dict[str, Any]:
    """The result document of a test."""
    with database.reading() as session:
        document = results.document(session, result_id)
    assert document is not None
    return document


def nothing_runs(result_id: str) -> bool:
    """Whether no process of a run is left."""
    return not marked_processes(result_id)


def new_id() -> str:
    """The id of a run that nobody has."""
    return str(uuid4())
