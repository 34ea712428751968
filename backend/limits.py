"""The limits of one test: what it may ask for at most, and how an operator writes that.

The process that runs a test knows these, and nothing else of the service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from benchmark.errors import UsageError

MAX_SORTS_OF_FAILURE = 200
"""How many sorts of failures are told of one test, while it runs and afterwards."""

_Number = TypeVar("_Number", int, float)
_LARGEST = 10**15


def at_least(lowest: _Number, kind: Callable[[str], _Number]) -> Callable[[str], _Number]:
    """A reader of a number from `lowest` on; `kind` is int or float."""
    sort = "a whole number" if kind is int else "a number"

    def read(text: str) -> _Number:
        try:
            number = kind(text)
        except ValueError:
            raise UsageError(f"{text[:50]!r} is not {sort}", f"for example {lowest}") from None
        if not lowest <= number <= _LARGEST:
            raise UsageError(f"{text[:50]!r} is not {sort} from {lowest} to {_LARGEST}")
        return number

    return read


WholeNumber = Annotated[int, at_least(1, int)]
PositiveNumber = Annotated[float, at_least(0.1, float)]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one test may ask for, and that the service bears.

    `max_duration` is in seconds, `max_request_rate` in requests per second whatever the test asked
    for, `max_body_bytes` is the size of a request to the service, `max_run_bytes` what the files of
    one run may hold, `max_memory_bytes` the address space of each of its processes.
    """

    max_users: WholeNumber = 1_000
    max_request_rate: PositiveNumber = 5_000.0
    max_duration: Annotated[float, at_least(1, float)] = 3_600.0
    max_endpoints: WholeNumber = 1_000
    max_body_bytes: WholeNumber = 10_000_000
    max_runs_per_user: WholeNumber = 10
    max_run_bytes: Annotated[int, at_least(1_000_000, int)] = 1_000_000_000
    max_memory_bytes: Annotated[int, at_least(200_000_000, int)] = 4_000_000_000
