"""A target that dies during a run: how it is found, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_runs import (
    end_line,
    operation_second,
    sample_result,
    second_line,
    start_line,
    write_lines,
)

from benchmark.models import LoadProfile, RunResult, Second
from benchmark.utils.analyze_results import analyze
from benchmark.utils.results import build_result
from benchmark.utils.silence import silence_at_end
from benchmark.utils.timeline import read_timeline


def seconds(*answered: tuple[int, int]) -> tuple[Second, ...]:
    """Seconds of so many requests, of which so many got no answer."""
    return tuple(
        Second(float(number), 5, requests, unanswered, unanswered=unanswered)
        for number, (requests, unanswered) in enumerate(answered, 1)
    )


@pytest.mark.parametrize(
    ("timeline", "after"),
    [
        (seconds((5, 0), (5, 2), (5, 5), (5, 5), (5, 5)), 2.0),
        (seconds((5, 0), (5, 2), (5, 5), (5, 5), (5, 5), (0, 0)), 2.0),
        (seconds((5, 0), (5, 0), (5, 5), (5, 5)), None),
        (seconds((5, 0), (1, 1), (1, 1), (1, 1), (1, 1)), None),
        (seconds((5, 5), (5, 5), (5, 5), (5, 5)), None),
        (seconds((5, 0), (5, 5), (5, 5), (5, 5), (5, 4)), None),
        ((), None),
        (seconds((0, 0), (0, 0)), None),
    ],
    ids=["dead", "dead, then silent", "short", "few", "never alive", "came back", "empty", "idle"],
)
def test_silence_is_what_lasts_to_the_end(
    timeline: tuple[Second, ...], after: float | None
) -> None:
    """Some seconds and requests without one answer, after answers; not a restart, not a start."""
    assert silence_at_end(timeline) == after


def died(path: Path, status: str = "completed") -> RunResult:
    """A run of ten seconds whose target died after six."""
    alive = operation_second(latencies=(10.0,) * 6)
    dead = operation_second(
        latencies=(1.0,) * 6, failures=6, statuses={"0": 6}, errors={"connection refused": 6}
    )
    lines = [second_line(float(n), 5, alive if n <= 6 else dead) for n in range(1, 11)]
    timeline = read_timeline(write_lines(path, [start_line(), *lines, end_line(10.0)]))
    return build_result(
        timeline, test_type="light", base_url="http://x", profile=LoadProfile("light", 5, 1, 10),
        wait_time=(1, 3), seed=1, readiness=(), status=status, status_reason="",  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_run_whose_target_died_has_failed(tmp_path: Path) -> None:
    """The reason and the first advice say when."""
    result = died(tmp_path / "t.jsonl")
    assert (result.status, result.status_reason) == (
        "failed", "the target stopped answering after 6 s",
    )  # fmt: skip
    assert analyze(result).tips[0].startswith("The target stopped answering after 6 s")


def test_an_interrupted_run_stays_interrupted(tmp_path: Path) -> None:
    """Whoever stopped it may have seen it; the advice says it all the same."""
    result = died(tmp_path / "t.jsonl", "interrupted")
    assert (result.status, result.status_reason) == ("interrupted", "")
    assert "stopped answering" in analyze(result).tips[0]


def test_a_healthy_run_has_none(tmp_path: Path) -> None:
    """Failures with an answer are no silence."""
    result = sample_result(tmp_path / "t.jsonl", seconds=30)
    assert silence_at_end(result.timeline) is None
    assert result.status == "completed"
