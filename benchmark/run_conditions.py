"""What thresholds and abort conditions mean for one run: its operations before, its end after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from benchmark.errors import UsageError
from benchmark.models import LoadPlan
from benchmark.settings import BenchmarkConfig
from benchmark.thresholds import is_meant

RATE_SECONDS = 3.0
"""Over how long the rate of requests is taken that must not be exceeded."""

if TYPE_CHECKING:
    from benchmark.runner import RunOutcome
    from benchmark.utils.timeline import TimelineReader


def require_known_operations(config: BenchmarkConfig, plan: LoadPlan) -> None:
    """Raise UsageError for a condition on an operation that the API does not have.

    It could only fail, after all the time that the run takes.
    """
    known = [task.operation for task in plan.tasks()] + [skip.key for skip in plan.skipped]
    for option, operation in _named_operations(config):
        if not _matching(operation, known):
            near = get_close_matches(operation, [*known, *_paths(known)], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "stress-api discover finds what it has"
            raise UsageError(f"{option}: the API has no operation {operation!r}", hint)


def conditions_without_load(config: BenchmarkConfig, plan: LoadPlan) -> Iterator[str]:
    """A sentence for each condition on operations none of which takes part in the load."""
    enabled = [task.operation for task in plan.tasks() if task.readiness.enabled]
    for option, operation in _named_operations(config):
        if not _matching(operation, enabled):
            outcome = "will have failed" if option == "--threshold" else "is never judged"
            yield f"Note: {operation} takes no part in the load, so its {option} {outcome}"


def follow(reader: TimelineReader, say: Callable[[str], None]) -> None:
    """Read what is new in the timeline of a run, and say what it tells of the run's conditions."""
    before, notes = reader.abort_reason, reader.notes
    reader.read_new()
    if reader.abort_reason != before:
        say(f"Stopping: {reader.abort_reason}")
    if reader.notes != notes:
        for note in reader.notes:
            say(f"Note: {note}")


def require_rate(most: float | None, reader: TimelineReader) -> None:
    """Raise StopRun where more requests per second were sent than allowed, whatever the load."""
    if most is None:
        return
    from benchmark.runner import StopRun  # noqa: PLC0415  # it starts processes: few commands do

    progress = reader.progress(RATE_SECONDS)
    if progress.elapsed >= RATE_SECONDS and progress.sent_rate > most:
        raise StopRun(
            f"{progress.sent_rate:,.0f} requests per second over the last {RATE_SECONDS:g} s, "
            f"and {most:,.10g} are allowed (--max-request-rate)"
        )


def ending(outcome: RunOutcome, abort_reason: str, requests: int) -> RunOutcome:
    """How a run ended, from how its process did and from what its timeline says.

    A run in which no request was sent has failed, however orderly it ended.
    """
    if outcome.status != "completed":
        return outcome
    if abort_reason:
        return replace(outcome, status="aborted", reason=abort_reason)
    if not requests:
        reason = f"no request was sent: {outcome.problem}".removesuffix(": ")
        return replace(outcome, status="failed", reason=reason)
    return outcome


def _named_operations(config: BenchmarkConfig) -> Iterator[tuple[str, str]]:
    for threshold in config.threshold:
        if threshold.operation:
            yield "--threshold", threshold.operation
    for condition in config.abort_on:
        if condition.threshold.operation:
            yield "--abort-on", condition.threshold.operation


def _matching(wanted: str, operations: Sequence[str]) -> bool:
    return any(is_meant(wanted, *_divided(operation)) for operation in operations)


def _divided(operation: str) -> tuple[str, str]:
    method, _, name = operation.partition(" ")
    return method, name


def _paths(operations: Sequence[str]) -> list[str]:
    return [_divided(operation)[1] for operation in operations]
