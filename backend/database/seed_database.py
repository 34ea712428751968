"""Fills in users, sessions and configurations to try the service with: `--help`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.database.queries import users
from backend.database.scripting import leave, opened, say, the_place
from backend.database.tables import TestConfiguration, TestSession, User

TARGET = "http://localhost:8001"
"""Where the demo gateway listens beside the service."""

USERS = ("user1@example.com", "user2@example.com", "user3@example.com")


@dataclass(frozen=True, slots=True)
class SeedConfiguration:
    """A configuration; `settings` are the fields with which a test is started."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeedSession:
    """A session of a user, with its configurations."""

    email: str
    name: str
    description: str
    configurations: tuple[SeedConfiguration, ...]


_READS = [
    {"path": "/", "method": "GET", "weight": 1.0},
    {"path": "/gateway/services", "method": "GET", "weight": 1.0},
    {"path": "/api/v1/documents/", "method": "GET", "weight": 3.0},
]

SESSIONS = (
    SeedSession(
        USERS[0],
        "Release 2.4",
        "Before each release of the gateway: does it hold what the last one held?",
        (
            SeedConfiguration(
                "Steady load",
                {
                    "strategy": "interleaved",
                    "max_concurrent_users": 20,
                    "request_rate": 40,
                    "duration": 120,
                    "thresholds": ["p95<250ms", "failures<1%"],
                },
            ),
            SeedConfiguration(
                "Reads only",
                {
                    "strategy": "random",
                    "max_concurrent_users": 30,
                    "request_rate": 60,
                    "duration": 30,
                    "endpoints": _READS,
                },
            ),
        ),
    ),
    SeedSession(
        USERS[0],
        "Every night",
        "The same test each night, to see when something becomes slower.",
        (
            SeedConfiguration(
                "All operations",
                {
                    "strategy": "sequential",
                    "max_concurrent_users": 10,
                    "duration": 60,
                    "thresholds": ["failures<0.5%"],
                },
            ),
        ),
    ),
    SeedSession(
        USERS[1],
        "Document service",
        "Uploads and what is read of them.",
        (
            SeedConfiguration(
                "Uploads",
                {
                    "strategy": "interleaved",
                    "max_concurrent_users": 25,
                    "request_rate": 30,
                    "duration": 30,
                    "endpoints": [
                        {
                            "path": "/api/v1/documents/sessions",
                            "method": "POST",
                            "weight": 1.0,
                        },
                        {
                            "path": "/api/v1/documents/session/{session_id}/upload",
                            "method": "POST",
                            "weight": 3.0,
                        },
                    ],
                },
            ),
        ),
    ),
    SeedSession(
        USERS[1],
        "Campaign in December",
        "Ten times the usual visitors for a few minutes.",
        (
            SeedConfiguration(
                "Ramp to the peak",
                {
                    "strategy": "random",
                    "max_concurrent_users": 200,
                    "stages": [
                        {"duration": 30, "request_rate": 20},
                        {"duration": 30, "request_rate": 120},
                        {"duration": 30, "request_rate": 20},
                    ],
                    "thresholds": ["p95<500ms"],
                },
            ),
            SeedConfiguration(
                "At the peak",
                {
                    "strategy": "random",
                    "max_concurrent_users": 200,
                    "request_rate": 120,
                    "duration": 30,
                    "endpoints": _READS,
                },
            ),
        ),
    ),
    SeedSession(
        USERS[2],
        "First steps",
        "To see that everything works.",
        (
            SeedConfiguration(
                "Quick look", {"strategy": "interleaved", "max_concurrent_users": 2, "duration": 10}
            ),
        ),
    ),
)


def seed(session: Session) -> int:
    """Make whatever of the examples is not there yet; how many rows were made.

    What is there by its name stays as it is, so that nothing anybody changed is lost.
    """
    made = 0
    for email in USERS:
        known = session.scalar(select(User.id).where(User.email == email))
        made += known is None
        users.find_or_make(session, email)
    for wanted in SESSIONS:
        made += _seed_session(session, wanted)
    return made


def _seed_session(session: Session, wanted: SeedSession) -> int:
    user = users.find_or_make(session, wanted.email)
    made = 0
    found = session.scalar(
        select(TestSession).where(TestSession.user_id == user.id, TestSession.name == wanted.name)
    )
    if found is None:
        found = TestSession(user_id=user.id, name=wanted.name, description=wanted.description)
        session.add(found)
        session.flush()
        made += 1
    names = set(
        session.scalars(
            select(TestConfiguration.name).where(TestConfiguration.session_id == found.id)
        )
    )
    for configuration in wanted.configurations:
        if configuration.name not in names:
            session.add(
                TestConfiguration(
                    session_id=found.id,
                    name=configuration.name,
                    target_url=TARGET,
                    settings=dict(configuration.settings),
                )
            )
            session.flush()  # ids in the order of this file
            made += 1
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="seed_database.py",
        description="Makes 3 users, 5 sessions and 7 configurations of tests against a demo "
        "gateway on port 8001, and the database where there is none. What is there is left alone. "
        "DATABASE_URL says where; without it, the service's own file.",
    )
    parser.parse_args(arguments)
    return leave(_main)


def _main() -> int:
    place = the_place()
    with opened(place, make=True) as database, database.writing() as session:
        made = seed(session)
    say(f"Database: {place.name}")
    configurations = sum(len(each.configurations) for each in SESSIONS)
    say(
        f"{len(USERS)} users, {len(SESSIONS)} sessions, {configurations} configurations: "
        + (f"made {made} of {len(USERS) + len(SESSIONS) + configurations}" if made else "all there")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
