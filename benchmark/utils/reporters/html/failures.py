"""Failures in groups: the same status and message is one group, whatever operations it befell."""

from __future__ import annotations

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
    grouped: dict[tuple[int | None, str], list[Failure]] = {}
    for each in result.failures:
        grouped.setdefault((each.status, each.message), []).append(each)
    everything = sum(each.count for each in result.failures) or 1
    groups = sorted(
        (_group(failures, everything) for failures in grouped.values()),
        key=lambda group: -group.count,
    )
    return tuple(groups[:_MOST_GROUPS]), max(0, len(groups) - _MOST_GROUPS)


def _group(failures: list[Failure], everything: int) -> FailureGroup:
    failures.sort(key=lambda each: -each.count)
    first = failures[0]
    count = sum(each.count for each in failures)
    status = "" if first.status is None else str(first.status or "no answer")
    return FailureGroup(
        status=status,
        message=first.message,
        count=count,
        share=count / everything,
        sample=next((each.sample for each in failures if each.sample), ""),
        failures=tuple(failures[:_MOST_OPERATIONS]),
        more=max(0, len(failures) - _MOST_OPERATIONS),
    )
