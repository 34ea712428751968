"""What one test may ask for."""

from __future__ import annotations

from backend.problems import Problem
from backend.settings import Limits


def check_limits(
    limits: Limits,
    *,
    users: float | None = None,
    request_rate: float | None = None,
    duration: float | None = None,
    endpoints: int | None = None,
    active_runs: int | None = None,
) -> None:
    """Raise Problem where a test asks for more than the operator allows; None is not asked for.

    `duration` in seconds; `users` and `request_rate` are the highest values that the test reaches.
    422 for a test that is too large, 429 where its owner has enough tests that did not end
    (`active_runs`, without the new one).
    """
    asked = (
        ("users", users, limits.max_users, "users", "STRESS_API_MAX_USERS"),
        (
            "request rate",
            request_rate,
            limits.max_request_rate,
            "per second",
            "STRESS_API_MAX_REQUEST_RATE",
        ),
        ("duration", duration, limits.max_duration, "seconds", "STRESS_API_MAX_DURATION"),
        ("endpoints", endpoints, limits.max_endpoints, "endpoints", "STRESS_API_MAX_ENDPOINTS"),
    )
    for what, value, most, unit, setting in asked:
        if value is not None and not value <= most:  # not >, which is false of NaN
            raise Problem(
                422,
                f"the test asks for too much: {what} {value:g}, at most {most:g} {unit}",
                f"ask for less; the operator sets the limit with {setting}",
            )
    if active_runs is not None and active_runs >= limits.max_runs_per_user:
        raise Problem(
            429,
            f"{active_runs} tests of this user have not ended, "
            f"at most {limits.max_runs_per_user} may be pending or running",
            "stop one, or wait until one ends; the operator sets the limit with "
            "STRESS_API_MAX_RUNS_PER_USER",
            {"Retry-After": "30"},
        )
