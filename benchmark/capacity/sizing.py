"""How many users a rate needs, so that they are never the silent limit."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from benchmark.capacity.objective import latency_limit
from benchmark.models import Threshold

LEAST_USERS = 20
USERS_AT_MOST = 20_000
"""Unless --max-users says another number."""

LONGEST_ITERATION = 2.0
"""Seconds for which an iteration keeps its user busy, if nothing else is known."""

ROOM = 4.0
"""How many times the longest latency that the objective allows, or than was seen, is reckoned with.

By Little's law a rate of N keeps N × T users busy whose iterations take T seconds. Where this many
are all busy, iterations take so many times as long, and the target is the cause.
"""


def users_for(
    rate: float,
    objective: Sequence[Threshold],
    iteration_seconds: float,
    more: int = 1,
    at_most: int = USERS_AT_MOST,
) -> int:
    """The users for a rate. `iteration_seconds` is how long an iteration took at lower rates.

    `more` is by how much this was too few before.
    """
    longest = max(latency_limit(objective) / 1000, iteration_seconds)
    seconds = max(LONGEST_ITERATION, ROOM * longest) * more
    return max(1, min(at_most, max(LEAST_USERS, ceil(rate * seconds))))
