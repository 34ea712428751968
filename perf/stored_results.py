"""Fills a database with users, configurations and results as they are after some months."""

from __future__ import annotations

import random
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from sqlalchemy import insert, select  # noqa: E402 - see above

from backend.database import Database  # noqa: E402
from backend.database.example_runs import (  # noqa: E402
    GATEWAY,
    ExampleRun,
    example_report,
    load_profile,
)
from backend.database.json_text import compress  # noqa: E402
from backend.database.queries.summaries import summarise  # noqa: E402
from backend.database.tables import (  # noqa: E402
    ResultDocument,
    TestConfiguration,
    TestResult,
    TestSession,
    User,
    now,
)
from benchmark.utils.results import result_to_json  # noqa: E402

TARGET = "http://localhost:8001"
_DOCUMENTS = 40
"""Different documents; each stands in many rows."""
_BATCH = 500
_STATUSES = ("completed",) * 8 + ("failed", "stopped")


@dataclass(frozen=True, slots=True)
class Stored:
    """What there is to ask for."""

    emails: tuple[str, ...]
    session_ids: tuple[int, ...]
    configuration_ids: tuple[int, ...]
    result_ids: tuple[str, ...]


def fill(database: Database, results: int) -> None:
    """Put users, sessions, configurations and results into an empty database."""
    documents = [_document(number) for number in range(_DOCUMENTS)]
    packed = [compress(document) for document in documents]
    summaries = [asdict(summarise(document)) for document in documents]
    dice = random.Random(1)
    with database.writing() as session:
        for user in range(20):
            owner = User(email=f"user{user}@example.com")
            for group in range(5):
                test_session = TestSession(user=owner, name=f"Session {group}")
                test_session.configurations = [
                    TestConfiguration(name=f"Load {n}", target_url=TARGET, settings=_SETTINGS)
                    for n in range(3)
                ]
            session.add(owner)
    with database.reading() as session:
        places = [
            (row.user_id, row.session_id, row.id)
            for row in session.execute(
                select(
                    TestSession.user_id, TestConfiguration.session_id, TestConfiguration.id
                ).join(TestConfiguration.session)
            )
        ]
    end = now()
    for first in range(0, results, _BATCH):
        rows, wholes = [], []
        for number in range(first, min(first + _BATCH, results)):
            user_id, session_id, configuration_id = dice.choice(places)
            created = end - timedelta(minutes=10 * (results - number))
            choice = dice.randrange(_DOCUMENTS)
            result_id = str(UUID(int=dice.getrandbits(128), version=4))
            rows.append(
                {
                    "id": result_id,
                    "queue_number": number,
                    "kind": "stress-test",
                    "user_id": user_id,
                    "session_id": session_id,
                    "configuration_id": configuration_id,
                    "target_url": TARGET,
                    "strategy": "interleaved",
                    "request": {"target_url": TARGET, **_SETTINGS},
                    "status": dice.choice(_STATUSES),
                    "created_at": created,
                    "started_at": created,
                    "ended_at": created + timedelta(seconds=63),
                    **summaries[choice],
                }
            )
            wholes.append({"result_id": result_id, "document": packed[choice]})
        with database.writing() as session:
            session.execute(insert(TestResult), rows)
            session.execute(insert(ResultDocument), wholes)


_SETTINGS = {
    "strategy": "interleaved",
    "max_concurrent_users": 20,
    "request_rate": 40,
    "duration": 60,
    "thresholds": ["p95<250ms"],
}


def _document(number: int) -> dict[str, Any]:
    run = ExampleRun(
        started_at=now() - timedelta(days=number),
        base_url=TARGET,
        profile=load_profile("dynamic", 20, 60, 40.0),
        rate=40.0,
        seed=number,
        operations=GATEWAY,
        thresholds=("p95<250ms",),
        slower={"*": 1 + number / 200},
    )
    return result_to_json(example_report(run))


def what_is_stored(database: Database) -> Stored:
    """The ids of what is in the database."""
    with database.reading() as session:
        return Stored(
            tuple(session.scalars(select(User.email))),
            tuple(session.scalars(select(TestSession.id))),
            tuple(session.scalars(select(TestConfiguration.id))),
            tuple(session.scalars(select(TestResult.id).where(TestResult.status == "completed"))),
        )
