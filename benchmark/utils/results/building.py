"""Makes the result of a run from its timeline."""

from __future__ import annotations

from benchmark.models import (
    AbortCondition,
    LoadProfile,
    OperationReadiness,
    RunResult,
    RunStatus,
    Threshold,
)
from benchmark.utils.silence import silence_at_end, stopped_answering
from benchmark.utils.timeline import Timeline


def build_result(
    timeline: Timeline,
    *,
    test_type: str,
    base_url: str,
    profile: LoadProfile,
    wait_time: tuple[float, float] | None,
    seed: int | None,
    readiness: tuple[OperationReadiness, ...],
    status: RunStatus,
    status_reason: str,
    thresholds: tuple[Threshold, ...] = (),
    abort_on: tuple[AbortCondition, ...] = (),
) -> RunResult:
    """The result of a run: what was asked for, and what its timeline recorded.

    A run in which the target stopped answering for good has failed, though Locust completed it.
    """
    if status == "completed" and (silence := silence_at_end(timeline.seconds)) is not None:
        status, status_reason = "failed", stopped_answering(silence)
    return RunResult(
        test_type=test_type,
        base_url=base_url,
        profile=profile,
        wait_time=wait_time,
        started_at=timeline.start.started_at,
        duration=timeline.duration,
        status=status,
        status_reason=status_reason,
        totals=timeline.totals,
        operations=timeline.operations,
        failures=timeline.failures,
        timeline=timeline.seconds,
        blocks=timeline.blocks,
        skipped_tasks=timeline.skipped_tasks,
        readiness=readiness,
        seed=seed,
        preparation=timeline.preparation,
        counters=timeline.counters,
        times=timeline.times,
        processes=timeline.processes,
        thresholds=thresholds,
        abort_on=abort_on,
        notes=timeline.notes,
        command=timeline.start.command,
        environment=timeline.start.environment,
    )
