"""Failures in groups: the same status and message is one group, whatever operations it befell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.models import Failure, RunResult

_MOST_GROUPS = 60
_MOST_OPERATIONS = 12
"""So many operations of a group are named; the result file has them all."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """One sort of failure: `share` of all failures (0 to 1), and the operations it befell.

    `status` is "" where it is not known; `more` operations are not in `failures`.
    """

    status: str
    message: str
    count: int
    share: float
    sample: str
    failures: tuple[Failure, ...]
    more: int


def failure_groups(result: RunResult) -> tuple[tuple[FailureGroup, ...], int]:
    """The groups, the most frequent first, and how many more there are."""
    grouped: dict[tuple[int, str], list[Failure]] = {}
    for each in result.failures:
        grouped.setdefault((each.status, each.message), []).append(each)
    everything = sum(each.count for each in result.failures) or 1
    unanswered = {
        (each.method, each.name) for each in result.operations if each.statuses.get("0", 0)
    }
    groups = sorted(
        (
            _group(failures, everything, answered=not _any_of(failures, unanswered))
            for failures in grouped.values()
        ),
        key=lambda group: -group.count,
    )
    return tuple(groups[:_MOST_GROUPS]), max(0, len(groups) - _MOST_GROUPS)


def _any_of(failures: Sequence[Failure], keys: set[tuple[str, str]]) -> bool:
    return any((each.method, each.name) in keys for each in failures)


def _group(failures: list[Failure], everything: int, *, answered: bool) -> FailureGroup:
    failures.sort(key=lambda each: -each.count)
    first = failures[0]
    count = sum(each.count for each in failures)
    # Plain Locust keeps no statuses: then 0 says nothing.
    status = str(first.status) if first.status else "" if answered else "no answer"
    return FailureGroup(
        status=status,
        message=first.message,
        count=count,
        share=count / everything,
        sample=next((each.sample for each in failures if each.sample), ""),
        failures=tuple(failures[:_MOST_OPERATIONS]),
        more=max(0, len(failures) - _MOST_OPERATIONS),
    )
