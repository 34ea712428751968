"""Adds results of tests that never were, of the last five weeks, to try the service with: `--help`.

The rows are examples (`is_example`): those that say running occupy no slot, and nobody recovers
them. Their ids are the same each time; adding them again moves them to the present.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import argparse
import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.database.example_runs import GATEWAY, ExampleRun, example_report, load_profile
from backend.database.json_text import compress
from backend.database.queries.summaries import summarise
from backend.database.scripting import leave, opened, say, the_place
from backend.database.seed_database import SESSIONS, TARGET, seed
from backend.database.tables import (
    ResultDocument,
    TestConfiguration,
    TestResult,
    TestSession,
    User,
    now,
)
from benchmark.utils.results import result_to_json

_SETTINGS = {each.name: each.settings for group in SESSIONS for each in group.configurations}
_CLOSED_RATE = 2.5  # requests per second of each user of a closed model
_UPLOAD = "POST /api/v1/documents/session/{session_id}/upload"
_CHUNKS = "GET /api/v1/documents/{document_id}/chunks"


@dataclass(frozen=True, slots=True)
class Example:
    """One row: whose, of which configuration (both of `seed_database.py`), how long ago in days.

    `status` is "" where the made-up run itself says how it ended. The other fields are those of
    `ExampleRun`.
    """

    email: str
    configuration: str
    days_ago: float
    status: str = ""
    slower: Mapping[str, float] = field(default_factory=dict)
    failing: Mapping[str, float] = field(default_factory=dict)
    silent_after: float | None = None
    stopped_after: float | None = None


def _examples() -> Iterator[Example]:
    """The tests of five weeks. Ten days ago uploads became slower, as the history shows."""
    first, second, third = (f"user{number}@example.com" for number in (1, 2, 3))
    slow = {_UPLOAD: 1.8}
    for days in (35, 28, 24, 21, 17, 14, 12):
        yield Example(first, "Steady load", days)
    yield Example(first, "Steady load", 11, silent_after=17)
    for days in (10, 7, 5, 3, 1):
        yield Example(first, "Steady load", days, slower=slow)
    for days in (20, 13, 6):
        yield Example(first, "Reads only", days)
    yield Example(first, "Reads only", 0.002, "running")
    for days in (9, 8, 7, 6, 5, 4, 3, 2):
        failing = {_CHUNKS: 0.06} if days == 4 else {}
        yield Example(first, "All operations", days + 0.4, failing=failing)
    for days in (25, 18, 11, 4):
        slower = slow if days < 10 else {}
        yield Example(second, "Uploads", days, slower=slower, failing={_UPLOAD: 0.004})
    yield Example(second, "At the peak", 8, failing={"*": 0.08}, silent_after=12)
    yield Example(second, "At the peak", 7.9)
    yield Example(second, "At the peak", 2, stopped_after=14)
    yield Example(third, "Quick look", 3)
    yield Example(third, "Quick look", 0.001, "running")


@dataclass(frozen=True, slots=True)
class Made:
    """An example with its moment, and its document where it has ended."""

    example: Example
    result_id: str
    started_at: datetime
    document: dict[str, Any] | None


def make_examples(at: datetime) -> tuple[Made, ...]:
    """All examples as they would be at a moment. Takes seconds: no transaction waits for it."""
    dice = random.Random("examples")
    made = []
    for number, example in enumerate(_examples()):
        result_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        # Not all at the same time of day.
        earlier = timedelta(minutes=0 if example.status else number * 97 % 300)
        started = at - timedelta(days=example.days_ago) - earlier
        document = None
        if not example.status:
            document = result_to_json(example_report(_run(example, started, number)))
        made.append(Made(example, result_id, started, document))
    return tuple(made)


def add_examples(session: Session, made: Sequence[Made]) -> Counter[str]:
    """Add the rows, in place of those that were added before; how many have which status.

    The users, sessions and configurations are made where they are missing.
    """
    seed(session)
    ids = [each.result_id for each in made]
    session.execute(delete(TestResult).where(TestResult.id.in_(ids)))
    rows = [_row(session, each) for each in made]
    session.add_all(rows)
    session.flush()
    session.add_all(
        ResultDocument(result_id=each.result_id, document=compress(each.document))
        for each in made
        if each.document is not None
    )
    session.flush()
    return Counter(row.status for row in rows)


def _row(session: Session, made: Made) -> TestResult:
    example, document = made.example, made.document
    configuration = session.scalars(
        select(TestConfiguration)
        .join(TestConfiguration.session)
        .join(TestSession.user)
        .where(User.email == example.email, TestConfiguration.name == example.configuration)
        .order_by(TestConfiguration.id)
    ).first()
    assert configuration is not None, "it was seeded"
    settings = _SETTINGS[example.configuration]
    row = TestResult(
        id=made.result_id,
        queue_number=0,
        kind="stress-test",
        user_id=configuration.session.user_id,
        session_id=configuration.session_id,
        configuration_id=configuration.id,
        is_example=True,
        target_url=TARGET,
        strategy=settings["strategy"],
        request={"target_url": TARGET, **settings, "user_email": example.email},
        status=example.status,
        created_at=made.started_at - timedelta(seconds=2),
        started_at=made.started_at,
    )
    if document is not None:
        for name, value in asdict(summarise(document)).items():
            setattr(row, name, value)
        row.status = _STATUSES[document["status"]]
        row.status_reason = document["status_reason"]
        row.ended_at = made.started_at + timedelta(seconds=document["duration_s"] + 3)
    return row


_STATUSES = {"completed": "completed", "failed": "failed", "interrupted": "stopped"}


def _run(example: Example, started: datetime, number: int) -> ExampleRun:
    settings = _SETTINGS[example.configuration]
    users, rate = settings["max_concurrent_users"], settings.get("request_rate")
    asked = {(each["method"], each["path"]) for each in settings.get("endpoints", ())}
    return ExampleRun(
        started_at=started,
        base_url=TARGET,
        profile=load_profile("dynamic", users, settings["duration"], rate),
        rate=rate or users * _CLOSED_RATE,
        seed=number,
        operations=tuple(
            each for each in GATEWAY if not asked or (each.method, each.name) in asked
        ),
        thresholds=tuple(settings.get("thresholds", ())),
        slower=example.slower,
        failing=example.failing,
        silent_after=example.silent_after,
        stopped_after=example.stopped_after,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="add_test_results.py",
        description="Adds examples of completed, running, failed and stopped tests of the last "
        "five weeks, with whole results, for the users of seed_database.py. Examples that were "
        "added before are replaced. DATABASE_URL says where; without it, the service's own file.",
    )
    parser.parse_args(arguments)
    return leave(_main)


def _main() -> int:
    place = the_place()
    with opened(place, make=True) as database:
        made = make_examples(now())
        with database.writing() as session:
            statuses = add_examples(session, made)
    say(f"Database: {place.name}")
    parts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    say(f"{statuses.total()} example results of the last five weeks: {parts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
