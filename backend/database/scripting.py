"""What the scripts of this folder share: which database they work on, and errors in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.database.connecting import checked_url, sqlite_file
from backend.database.database import Database
from backend.database.tables import Base, TestResult, now
from backend.settings import load_settings
from benchmark.errors import INTERRUPTED, BenchmarkError, UsageError


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data are. `name` is fit to be shown: it holds no password."""

    url: str
    name: str
    exists: bool


def the_place() -> Place:
    """The database that DATABASE_URL names, or the one that the service uses without it.

    Of a database server `exists` only says that one was named. UsageError where it is none.
    """
    url = load_settings().database_url
    checked = checked_url(url)
    file = sqlite_file(checked)
    if file is not None:
        return Place(url, str(file), file.is_file())
    return Place(url, checked.render_as_string(hide_password=True), exists=True)


@contextmanager
def opened(place: Place, *, make: bool) -> Iterator[Database]:
    """The database, for as long as a script works on it; with `make`, with tables up to date.

    Otherwise nothing is made: UsageError where there is no database yet.
    """
    if not (make or place.exists):
        raise UsageError(
            f"there is no database {place.name}",
            "python seed_database.py makes one, and so does the service; DATABASE_URL names others",
        )
    database = Database(place.url)
    try:
        if make:
            if place.exists:
                with database.writing():  # known in seconds; `migrate` waits for a minute
                    pass
            database.migrate()
        yield database
    except BenchmarkError as error:
        raise type(error)(f"{place.name}: {error.message}", error.hint) from error
    finally:
        database.close()


def count_rows(session: Session) -> dict[str, int]:
    """How many rows each table holds, by its name."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def runs_at_work(session: Session, at: datetime | None = None) -> tuple[str, ...]:
    """The ids of the tests that some process of the service runs: their lease still holds."""
    runs = select(TestResult.id).where(
        TestResult.status == "running",
        TestResult.is_example.is_(False),
        TestResult.lease_expires_at > (at or now()),
    )
    return tuple(session.scalars(runs))


def say(text: str) -> None:
    """A line for whoever started the script."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def leave(work: Callable[[], int]) -> int:
    """Do the work of a script; its exit code. Errors become a line or two on stderr."""
    try:
        return work()
    except BenchmarkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return INTERRUPTED
