"""Reports of imaginary runs for the tests of the HTML report: good, failing, hostile, an hour."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

from sample_runs import (
    OPERATIONS,
    end_line,
    histogram_of,
    operation_second,
    sample_result,
    second_line,
    start_line,
    write_lines,
)

from benchmark.histogram import Histogram, merge_histograms
from benchmark.models import (
    Block,
    Failure,
    LoadProfile,
    OpenModel,
    OperationReadiness,
    OperationStats,
    Readiness,
    Report,
    RunResult,
    Second,
    Stage,
)
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze
from benchmark.utils.results import build_result
from benchmark.utils.timeline import read_timeline
from benchmark.utils.timeline_sums import total_of

HOSTILE = (
    "<script>alert(1)</script><img src=http://x.invalid onerror=alert(1)>\"'{{ 7*7 }}"
    "\x1b[31m\u202e שלום مرحبا " + "x" * 5000
)
COMMAND = "stress-api run --host http://127.0.0.1:8000 --test-type medium --seed 42"


def judged(result: RunResult, *thresholds: str) -> Report:
    """The report of a run, its thresholds judged."""
    read = tuple(parse_threshold(text) for text in thresholds)
    return analyze(replace(result, thresholds=read), {"Log": "run.log"})


def good_report(folder: Path, *thresholds: str, seconds: int = 40) -> Report:
    """A run in which nothing failed, and nothing was slow."""
    quick = tuple(replace(each, failing=0.0, median=each.median * 0.3) for each in OPERATIONS)
    result = sample_result(
        folder / "good.jsonl", seconds=seconds, operations=quick, rate=160.0, trouble=False
    )
    return judged(replace(result, command=COMMAND), *thresholds)


def failing_report(folder: Path, *thresholds: str, seconds: int = 40) -> Report:
    """A run in which three operations failed often, with samples of their answers."""
    often = tuple(replace(each, failing=each.failing * 6) for each in OPERATIONS)
    result = sample_result(
        folder / "bad.jsonl", seconds=seconds, operations=often, rate=120.0, trouble=False
    )
    failures = tuple(
        replace(each, status=503, sample='{"detail": "<b>pool</b> exhausted"}')
        for each in result.failures
    )
    return judged(replace(result, failures=failures, command=COMMAND), *thresholds)


def open_report(folder: Path) -> Report:
    """A run of the open model in stages, which could not start all that was asked for."""
    dice = random.Random(3)
    lines = [start_line()]
    for second in range(1, 31):
        asked = min(second, 10) * 4
        dropped = max(0, asked - 36)
        sent = [dice.lognormvariate(3, 0.4) for _ in range(asked - dropped)]
        operation = operation_second(latencies=tuple(sent))
        late = histogram_of([latency + dropped * 20 for latency in sent])
        operation["latency_from_schedule"] = late.to_json()
        counters = {
            "asked_arrivals": asked,
            "started_iterations": asked - dropped,
            "dropped_iterations": dropped,
        }
        lines.append(second_line(float(second), 60, operation) | {"counters": counters})
    timeline = read_timeline(write_lines(folder / "open.jsonl", [*lines, end_line(30.2)]))
    stages = (Stage(10, 40), Stage(20, 40))
    result = build_result(
        timeline,
        test_type="stages",
        base_url="http://127.0.0.1:8000",
        profile=LoadProfile("stages", 60, 10, 30, "stages", stages, OpenModel(40)),
        wait_time=(0.0, 0.0),
        seed=1,
        readiness=(),
        status="completed",
        status_reason="",
    )
    return judged(result)


def hostile_report(folder: Path) -> Report:
    """Hostile text everywhere that text can come from outside."""
    stats = OperationStats(HOSTILE, HOSTILE, 2, 2, histogram_of([1.0, 2.0]), {HOSTILE: 2})
    result = replace(
        good_report(folder).result,
        test_type=HOSTILE,
        base_url=HOSTILE,
        status="aborted",
        status_reason=HOSTILE,
        totals=replace(stats, method="", name="Total"),
        operations=(stats,),
        failures=(Failure(HOSTILE, HOSTILE, HOSTILE, 2, 503, HOSTILE),),
        skipped_tasks={HOSTILE: 3},
        command=HOSTILE,
        environment={HOSTILE: HOSTILE},
        readiness=(
            OperationReadiness(HOSTILE, HOSTILE, Readiness("excluded", False, HOSTILE)),
            OperationReadiness(HOSTILE, HOSTILE, Readiness("verified", True, HOSTILE)),
        ),
    )
    return analyze(result, {HOSTILE: "javascript:alert(1)//" + HOSTILE})


def empty_report(folder: Path) -> Report:
    """A run that broke before it sent anything."""
    nothing = OperationStats("", "Total", 0, 0, Histogram())
    return analyze(
        replace(
            good_report(folder).result,
            status="failed", status_reason="Locust ended with code 1", duration=0.0,
            totals=nothing, operations=(), failures=(), timeline=(), blocks=(),
        )
    )  # fmt: skip


def hour_report(folder: Path, operations: int = 300) -> Report:
    """An hour of many operations, each with failures of its own; one second has a spike."""
    dice = random.Random(11)
    latencies = [
        histogram_of([dice.lognormvariate(math.log(5 * 1.5**n), 0.5) for _ in range(8)])
        for n in range(12)
    ]
    names = [
        f"/api/v1/tenants/{{tenant_id}}/collections-{n}/items/{{id}}" for n in range(operations)
    ]
    blocks = tuple(
        Block(
            elapsed=5.0 * number,
            users=200,
            operations=tuple(
                OperationStats("GET", name, 8, n % 7 == 0, dice.choice(latencies))
                for n, name in enumerate(names)
            ),
        )
        for number in range(1, 721)
    )
    seconds = tuple(
        Second(float(n), 200, 9000 if n == 1801 else dice.randint(420, 540), dice.randint(0, 12),
               20.0, dice.uniform(90, 140))
        for n in range(1, 3601)
    )  # fmt: skip
    whole = merge_histograms([*latencies] * 480)
    stats = tuple(
        OperationStats(
            "GET", name, 5760, 700 if n % 7 == 0 else 0, whole, {"200": 5060, "503": 700}
        )
        for n, name in enumerate(names)
    )
    failures = tuple(
        Failure(
            "GET", name, f"503 Service Unavailable: pool {n} exhausted", 700 - n, 503, "y" * 2000
        )
        for n, name in enumerate(names)
    )
    readiness = tuple(
        OperationReadiness(f"GET {name}", "main", Readiness("verified", True, "")) for name in names
    )
    result = replace(
        good_report(folder).result,
        duration=3600.0, totals=total_of(stats), operations=stats, failures=failures,
        timeline=seconds, blocks=blocks, readiness=readiness,
        profile=LoadProfile("stress", 200, 10.0, 3600.0, "stress"),
    )  # fmt: skip
    return judged(result, "p95<5s", "failures<1%", "GET *: p99<2s")
