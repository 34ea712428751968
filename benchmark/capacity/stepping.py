"""Runs one step of a search: one Locust run at one rate, watched, and ended when it is clear."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmark.capacity.controller import Outcome, Planned
from benchmark.capacity.following import StepFollower
from benchmark.capacity.objective import results_of, samples_of, statistics_of
from benchmark.capacity.watching import Trouble, trouble_in
from benchmark.errors import LocustError
from benchmark.models import (
    ArrivalKind,
    ArrivalStats,
    CapacityStep,
    LoadProfile,
    OpenModel,
    RunResult,
    Threshold,
)
from benchmark.run_files import RunFiles
from benchmark.runner import RunRequest, StopRun, run_headless
from benchmark.utils.figures import percent
from benchmark.utils.timeline import Progress, Timeline, TimelineReader
from benchmark.utils.timeline_lines import SecondLine
from benchmark.utils.timeline_sums import total_of
from benchmark.utils.validity import MISSED_SHARE, judge_generator

WARM_UP = 2
"""Seconds at the beginning of each step that do not count: users connect, caches fill."""

MakeRequest = Callable[[LoadProfile, RunFiles], RunRequest]
Running = Callable[[LoadProfile, Progress], None]


@dataclass(frozen=True, slots=True)
class StepLoad:
    """What all steps have in common: objective, arrivals, and seconds that a start may be late."""

    objective: tuple[Threshold, ...]
    arrivals: ArrivalKind
    max_start_delay: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a step measured: what the controller asks for, and what people want to see."""

    outcome: Outcome
    step: CapacityStep
    iteration_seconds: float


def run_step(
    planned: Planned,
    users: int,
    load: StepLoad,
    make_request: MakeRequest,
    running: Running,
    log: Path,
) -> Measured:
    """Run one step; its log is added to `log`, and nothing else is left of it.

    Raises KeyboardInterrupt where somebody stopped it, LocustError where Locust failed.
    """
    profile = _profile(planned, users, load)
    with tempfile.TemporaryDirectory(prefix="stress-api-") as folder:
        files = RunFiles(Path(folder), "step")
        timeline = files.path("_timeline.jsonl")
        reader, follower = TimelineReader(timeline), StepFollower(timeline)
        found: list[Trouble] = []

        def tick() -> None:
            reader.read_new()
            running(profile, reader.progress())
            if follower.read_new() and not found:
                trouble = trouble_in(load.objective, follower.seconds, WARM_UP)
                found.extend([trouble] if trouble else [])
            if found:
                raise StopRun(found[0].reason)

        try:
            outcome = run_headless(make_request(profile, files), tick, lambda: None)
        finally:
            _keep_log(files.path(".log"), log, f"step at {planned.rate:g}/s")
        if outcome.status == "interrupted":
            raise KeyboardInterrupt(outcome.reason)
        if outcome.status == "failed":
            raise LocustError(outcome.reason, f"read {log}")
        reader.read_new()
        follower.read_new()
    return measured(planned, profile, load, follower.seconds, reader.timeline(), found)


def measured(
    planned: Planned,
    profile: LoadProfile,
    load: StepLoad,
    seconds: Sequence[SecondLine],
    timeline: Timeline,
    found: Sequence[Trouble],
) -> Measured:
    """What the recorded seconds of a step say. `found` is what ended it early, if anything did."""
    judged = seconds[WARM_UP:]
    operations = statistics_of(judged)
    totals = total_of(operations)
    samples = samples_of(load.objective, judged)
    arrivals = ArrivalStats.counted(_counters(seconds), float(len(seconds)))
    trouble = found[0] if found else None
    doubts = "; ".join(judge_generator(_result(profile, timeline)).reasons)
    missed = ""
    if trouble is not None and trouble.kind == "generator":
        missed = trouble.reason
    elif arrivals.missed > MISSED_SHARE * arrivals.asked:
        share = percent(arrivals.missed / arrivals.asked)
        missed = f"the generator missed {share} of the iterations"
    window = [line for line in judged[: round(planned.seconds)] if line.counters]
    answered = total_of(statistics_of(window))
    step = CapacityStep(
        rate=planned.rate,
        seconds=float(len(window)),
        users=profile.users,
        purpose=planned.purpose,
        verdict="undecided",
        reason="",
        asked=arrivals.asked,
        dropped=arrivals.dropped,
        missed=arrivals.missed,
        answered=(answered.requests - answered.failures) / max(1, len(window)),
        totals=totals,
        operations=operations,
        conditions=results_of(samples),
    )
    outcome = Outcome(
        samples=samples,
        mean=totals.latency.mean,
        distress=trouble.reason if trouble is not None and trouble.kind == "distress" else "",
        missed=missed,
        doubts=doubts,
    )
    return Measured(outcome, step, _iteration_seconds(arrivals, timeline))


def _iteration_seconds(arrivals: ArrivalStats, timeline: Timeline) -> float:
    """How long an iteration keeps its user busy, from all requests of the load."""
    return timeline.totals.latency.total / 1000 / arrivals.started if arrivals.started else 0.0


def _profile(planned: Planned, users: int, load: StepLoad) -> LoadProfile:
    return LoadProfile(
        name="capacity",
        users=users,
        spawn_rate=float(users),
        run_time=WARM_UP + planned.seconds,
        open_model=OpenModel(planned.rate, load.arrivals, load.max_start_delay),
    )


def _counters(seconds: Sequence[SecondLine]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for line in seconds:
        for name, number in line.counters.items():
            sums[name] = sums.get(name, 0.0) + number
    return sums


def _result(profile: LoadProfile, timeline: Timeline) -> RunResult:
    """As much of a result as the generator is judged by."""
    return RunResult(
        test_type=profile.name,
        base_url="",
        profile=profile,
        wait_time=(0.0, 0.0),
        started_at=datetime.now(UTC),
        duration=timeline.duration,
        status="completed",
        status_reason="",
        totals=timeline.totals,
        operations=(),
        counters=timeline.counters,
        processes=timeline.processes,
    )


def _keep_log(step_log: Path, log: Path, title: str) -> None:
    if step_log.exists():
        text = step_log.read_text(encoding="utf-8", errors="replace")
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"--- {title}\n{text}")
