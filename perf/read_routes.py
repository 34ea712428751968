"""The read routes of the service that are measured, and what each of them is asked for."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from stored_results import Stored  # noqa: E402 - see above

from backend.database.tables import now  # noqa: E402

Path_ = Callable[[Stored, random.Random], str]


@dataclass(frozen=True, slots=True)
class Route:
    """A route to measure: what it is called, the template it stands for, and a path of it."""

    name: str
    template: str
    path: Path_
    has_bar: bool = True


def _filter(**parameters: Any) -> Path_:
    def path(stored: Stored, dice: random.Random) -> str:
        said = {
            name: value(stored, dice) if callable(value) else value
            for name, value in parameters.items()
        }
        return f"/api/test-results/filter?{urlencode(said)}"

    return path


def _any_email(stored: Stored, dice: random.Random) -> str:
    return dice.choice(stored.emails)


_FILTER = "/api/test-results/filter"
_COMPARE = "/api/test-results/{}/compare/{}"

ROUTES = (
    Route("health", "/health", lambda *_: "/health"),
    Route("filter: everything", _FILTER, _filter(limit=50)),
    Route("filter: a user", _FILTER, _filter(user_email=_any_email, limit=50)),
    Route(
        "filter: a user, completed, 30 days",
        _FILTER,
        _filter(
            user_email=_any_email,
            status="completed",
            start_date=lambda *_: f"{now() - timedelta(days=30):%Y-%m-%d}",
            limit=50,
        ),
    ),
    Route(
        "filter: a configuration",
        _FILTER,
        _filter(configuration_id=lambda stored, dice: dice.choice(stored.configuration_ids)),
    ),
    Route(
        "filter: a session",
        _FILTER,
        _filter(session_id=lambda stored, dice: dice.choice(stored.session_ids)),
    ),
    Route(
        "filter: failed, deep page",
        _FILTER,
        _filter(status="failed", limit=50, offset=lambda _, dice: dice.randrange(0, 900)),
    ),
    Route(
        "filter: everything, deep page",
        _FILTER,
        _filter(limit=50, offset=lambda _, dice: dice.randrange(0, 9_900)),
    ),
    Route("filter: slowest first", _FILTER, _filter(order_by="p95", limit=50)),
    Route(
        "one result",
        "/api/test-results/{result_id}",
        lambda stored, dice: f"/api/test-results/{dice.choice(stored.result_ids)}",
    ),
    Route(
        "results of a stress test",
        "/api/stress-test/{test_id}/results",
        lambda stored, dice: f"/api/stress-test/{dice.choice(stored.result_ids)}/results",
    ),
    Route(
        "compare two, known",
        "/api/test-results/{result_id}/compare/{other_id}",
        lambda stored, _: _COMPARE.format(*stored.result_ids[:8:4]),
    ),
    Route(
        "a user's sessions",
        "/api/user/{email}/sessions",
        lambda stored, dice: f"/api/user/{quote(dice.choice(stored.emails))}/sessions",
    ),
    Route("sessions", "/api/sessions", lambda *_: "/api/sessions?limit=50"),
    Route(
        "a session",
        "/api/sessions/{session_id}",
        lambda stored, dice: f"/api/sessions/{dice.choice(stored.session_ids)}",
    ),
    Route(
        "a configuration",
        "/api/configurations/{configuration_id}",
        lambda stored, dice: f"/api/configurations/{dice.choice(stored.configuration_ids)}",
    ),
    Route("metrics", "/metrics", lambda *_: "/metrics"),
)

COMPUTED = (
    Route(
        "compare two, for the first time",
        "/api/test-results/{result_id}/compare/{other_id}",
        lambda stored, dice: _COMPARE.format(*dice.sample(stored.result_ids, 2)),
        has_bar=False,
    ),
)
"""What is not read, but computed. Measured apart, by one client, without a bar."""

NOT_MEASURED = {
    "/api/stress-test/{test_id}/events": "stays open",
    "/api/stress-test/{test_id}/artifacts/{name}": "sends a file",
    "/api/test/{test_id}/results": "the same as that of a stress test",
    "/health/live": "reads nothing",
}
