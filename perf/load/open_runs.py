"""Runs that start requests at a rate: how late they start, and what a stall does to percentiles."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import precise_server, tables, truth
from .ideal_starts import ideal_lateness
from .machine import Cores
from .precise_server import Behaviour
from .recorded_run import (
    Run,
    read_counter,
    read_latencies,
    read_times,
    run_recorded,
)

PERCENTS = (50.0, 90.0, 95.0, 99.0, 99.9)
MOST_LATE = 1.5
"""Milliseconds that 99 of 100 requests may start late."""
STALL = Behaviour(median=5.0, sigma=0.5, stall_after=3.0, stall=2.0)
STALL_RATE, STALL_USERS = 500.0, 200  # the users are all taken after 0.4 s of the stall
_STALL_SECONDS = 12
_SKIPPED = 2.0  # seconds in which users connect for the first time
_USERS_BEYOND = 50


@dataclass(frozen=True, slots=True)
class Starts:
    """How late requests started, in milliseconds: as recorded, and by the server's log.

    `ideal_p99` is that of a program which only sleeps, on the same core right after the run.
    """

    share: int
    round: int
    asked: float
    achieved: float
    reported_p99: float
    true_p50: float
    true_p99: float
    true_worst: float
    dropped: int
    ideal_p99: float


@dataclass(frozen=True, slots=True)
class Stall:
    """Percentiles from schedule in the order of PERCENTS, in milliseconds; `service` beside them.

    `true` is computed from the server's log as wrk2 corrects; `reported` is the recorder's.
    """

    round: int
    requests: int
    true_requests: int
    true: tuple[float, ...]
    reported: tuple[float, ...]
    service: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and on which cores runs take place; `server` is the compiled one."""

    cores: Cores
    folder: Path
    server: Path
    tree: Path
    seconds: int


def has_rates(tree: Path) -> bool:
    """Whether the engine of a checkout can start requests at a rate."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.engine", "--help"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    return "--request-rate" in done.stdout


def measure_starts(
    bench: Bench, behaviour: Behaviour, mean: float, share: int, number: int, rate: float
) -> Starts:
    """A run at a rate; the server takes `mean` milliseconds. Raises MeasurementError."""
    users = round(rate * mean / 1000 * 3) + _USERS_BEYOND
    log, timeline = _run(bench, behaviour, rate, users, bench.seconds + int(_SKIPPED))
    late = truth.lateness(log, rate, _SKIPPED)
    counted = log.arrivals[int(_SKIPPED * rate) :]
    return Starts(
        share=share,
        round=number,
        asked=rate,
        achieved=(len(counted) - 1) / (counted[-1] - counted[0]) * 1e9,
        reported_p99=read_times(timeline, "start_lateness", _SKIPPED).percentile(99),
        true_p50=truth.percentile(late, 50),
        true_p99=truth.percentile(late, 99),
        true_worst=truth.percentile(late, 100),
        dropped=read_counter(timeline, "dropped_iterations"),
        ideal_p99=ideal_lateness(bench.folder, bench.cores.generator, rate),
    )


def measure_stall(bench: Bench, number: int) -> Stall:
    """A run against a server that stalls. Raises MeasurementError."""
    log, timeline = _run(bench, STALL, STALL_RATE, STALL_USERS, _STALL_SECONDS)
    true = truth.from_schedule(log, STALL_RATE)
    reported = read_latencies(timeline, "latency_from_schedule")
    service = read_latencies(timeline, "latency")
    return Stall(
        round=number,
        requests=reported.count,
        true_requests=len(true),
        true=tuple(truth.percentile(true, percent) for percent in PERCENTS),
        reported=tuple(reported.percentile(percent) for percent in PERCENTS),
        service=tuple(service.percentile(percent) for percent in PERCENTS),
    )


def starts_table(measured: list[Starts]) -> tuple[str, bool]:
    """The table of how late requests start, and whether the bar is missed."""
    rows, missed = [], False
    for share in sorted({each.share for each in measured}):
        own = [each for each in measured if each.share == share]
        cells = [
            tables.median_and_range([each.asked for each in own]),
            tables.median_and_range([each.achieved for each in own]),
            tables.median_and_range([each.reported_p99 for each in own], ".2f"),
            tables.median_and_range([each.true_p50 for each in own], ".2f"),
            tables.median_and_range([each.true_p99 for each in own], ".2f"),
            tables.median_and_range([each.true_worst for each in own], ".2f"),
            tables.median_and_range([each.ideal_p99 for each in own], ".2f"),
            f"{sum(each.dropped for each in own):,}",
        ]
        worst = tables.median([each.true_p99 for each in own])
        judged = tables.verdict(worst, MOST_LATE, at_least=False)
        missed = missed or judged == "MISSED"
        rows.append([f"{share} %", *cells, judged])
    columns = ["share of the capacity", "asked/s", "achieved/s", "recorded p99, ms", "p50, ms"]
    columns += ["p99, ms", "worst, ms", "a sleeping program's p99, ms", "dropped"]
    columns += [f"p99 ≤ {MOST_LATE} ms"]
    return tables.markdown(columns, rows), missed


def stall_table(measured: list[Stall]) -> tuple[str, bool]:
    """The table of the percentiles around a stall, and whether they do not match."""
    missed = False
    lines: dict[str, list[str]] = {}
    for place, percent in enumerate(PERCENTS):
        true = tables.median([each.true[place] for each in measured])
        said = tables.median([each.reported[place] for each in measured])
        served = tables.median([each.service[place] for each in measured])
        holds = truth.is_within(true, said, *(truth.STRICT if percent <= 99 else truth.LOOSE))
        missed = missed or not holds
        lines.setdefault("corrected, from the server's log", []).append(f"{true:,.1f}")
        lines.setdefault("reported, from schedule", []).append(f"{said:,.1f}")
        lines.setdefault("reported, service time", []).append(f"{served:,.1f}")
        lines.setdefault("match", []).append("holds" if holds else "MISSED")
    columns = ["milliseconds", *(f"p{percent:g}" for percent in PERCENTS)]
    return tables.markdown(columns, [[name, *cells] for name, cells in lines.items()]), missed


def _run(
    bench: Bench, behaviour: Behaviour, rate: float, users: int, seconds: int
) -> tuple[truth.Truth, Path]:
    with precise_server.serving(
        bench.server, bench.folder, bench.cores.server, behaviour
    ) as server:
        options = ("--request-rate", f"{rate!r}")
        one = Run("RapidHttpUser", "one_operation.py", server.url, users, seconds, options=options)
        timeline = run_recorded(one, bench.tree, bench.folder, bench.cores.generator)
    return server.truth(), timeline
