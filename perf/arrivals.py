"""Whether as many requests start as were asked for, and how late they start.

    python perf/arrivals.py [--quick] [--rounds N] [--seconds N] [--rates 10 100 1000 10000]
                            [--processes 1 2] [--arrivals KIND] [--tree CHECKOUT] [--json FILE]

The engine asks a server that answers at once, on a core of its own, at a constant or a random
rate. The server counts; its log also says how evenly requests arrived. Lateness of starts is what
the engine says of itself: from the moment at which an iteration was due to its start, where a user
was free; the first two seconds, in which users connect, are left out. One process of the engine is
pinned to the other core; several share all cores with the server, so on two cores they show that
they share the load, not how much they could bear.

Nothing else may run meanwhile. Needs a C compiler. Prints Markdown; the exit code is 1 where a bar
is missed.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load import machine, precise_server, tables, truth
from load.ideal_starts import ideal_lateness
from load.precise_server import Behaviour
from load.processes import MeasurementError, working_folder
from load.recorded_run import Run, read_times, run_recorded

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from benchmark.utils.timeline import read_timeline  # noqa: E402 - see above

RATES = (10, 100, 1000, 10_000)
MOST_OFF = 0.005
"""Bar: the share by which the achieved rate may differ from the asked one."""
SKIPPED = 2.0
"""Seconds at the beginning, in which users connect, that lateness leaves out; rates do not."""
MOST_LATE = 1.5
"""Bar: milliseconds, p99 of the lateness of starts."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: what was asked for, what the server saw, and what the engine says of it.

    `asked` and `achieved` are in requests per second. `late` are p50, p99 and the most of the
    lateness of starts in milliseconds; `uneven` is p99 of how much later a request arrived at the
    server than the others, in milliseconds too, of constant arrivals. `ideal_p99` is the lateness
    of a program that only sleeps, right after the run.
    """

    rate: int
    processes: int
    round: int
    asked: float
    achieved: float
    dropped: int
    missed: int
    late: tuple[float, float, float]
    uneven: float
    ideal_p99: float

    @property
    def off(self) -> float:
        """By which share of the asked rate the achieved one differs from it."""
        return self.achieved / self.asked - 1


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and on which cores runs take place."""

    cores: machine.Cores
    folder: Path
    server: Path
    tree: Path
    seconds: int
    kind: str


def main() -> int:
    """Measure and print; 1 where a bar is missed."""
    options = arguments()
    machine.raise_descriptor_limit()
    head = machine.description()
    measured: list[Measured] = []
    with working_folder() as folder:
        server = precise_server.compiled(folder)
        bench = Bench(
            machine.two_cores(), folder, server, options.tree, options.seconds, options.arrivals
        )
        for number in range(options.rounds):
            for rate in options.rates:
                for processes in options.processes:
                    try:
                        measured.append(measure(bench, rate, processes, number))
                    except MeasurementError as problem:
                        sys.stderr.write(f"{rate}/s, {processes} processes: {problem}\n")
    if options.json:
        figures = {"machine": head, "measured": [asdict(each) for each in measured]}
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    sys.stdout.write(f"{head}; rounds: {options.rounds} of {options.seconds} s\n\n")
    rows, missed = table(measured)
    columns = ["asked, processes", "achieved", "off", "dropped", "missed"]
    columns += ["late p50", "p99", "most", "a sleeping program's p99", "uneven p99", "bars"]
    sys.stdout.write(f"{tables.markdown(columns, rows)}\n")
    return int(missed)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="of each run")
    parser.add_argument("--rates", type=int, nargs="+", default=list(RATES), help="per second")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--arrivals", choices=("constant", "poisson"), default="constant")
    parser.add_argument("--quick", action="store_true", help="one round of 4 s, for a short look")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is measured")
    parser.add_argument("--json", type=Path, help="a file for the figures of every round")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 4
    options.tree = options.tree.resolve()
    return options


def measure(bench: Bench, rate: int, processes: int, number: int) -> Measured:
    """One run. Raises MeasurementError."""
    # Answers take far less than a fifth of a second, so so many users are never all at work.
    users = max(10, rate // 5)
    options = ["--request-rate", str(rate), "--arrivals", bench.kind]
    core: int | None = bench.cores.generator
    if processes > 1:
        options += several(processes)
        core = None
    with precise_server.serving(
        bench.server, bench.folder, bench.cores.server, Behaviour()
    ) as server:
        one = Run(
            "RapidHttpUser", "one_operation.py", server.url, users, bench.seconds, options=options
        )
        path = run_recorded(one, bench.tree, bench.folder, core)
    log = server.truth()
    counters = read_timeline(path).counters
    due = counters.get("asked_arrivals", 0)
    late = read_times(path, "start_lateness", SKIPPED)
    sys.stderr.write(f"{number + 1} {rate}/s, {processes}: {len(log.arrivals):,} of {due:,.0f}\n")
    return Measured(
        rate=rate,
        processes=processes,
        round=number,
        # At random there are never exactly as many as on average.
        asked=rate if bench.kind == "constant" else due / bench.seconds,
        achieved=len(log.arrivals) / bench.seconds,
        dropped=int(counters.get("dropped_iterations", 0)),
        missed=int(counters.get("missed_arrivals", 0)),
        late=(late.percentile(50), late.percentile(99), late.highest),
        uneven=truth.percentile(truth.lateness(log, rate, SKIPPED), 99)
        if bench.kind == "constant"
        else 0.0,
        ideal_p99=ideal_lateness(bench.folder, core, rate),
    )


def several(processes: int) -> list[str]:
    """The options with which the engine runs in several processes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    return [
        *("--processes", str(processes), "--master-bind-host", "127.0.0.1"),
        *("--master-bind-port", port, "--master-port", port),
    ]


# ── The table ─────────────────────────────────────────────────────────────────────────────────────


def table(measured: Sequence[Measured]) -> tuple[list[list[str]], bool]:
    """A row for each rate and number of processes, medians of the rounds; whether we missed one."""
    rows, missed = [], False
    for rate, processes in sorted({(each.rate, each.processes) for each in measured}):
        own = [each for each in measured if (each.rate, each.processes) == (rate, processes)]
        off = statistics.median(each.off for each in own)
        p50, p99, most = (statistics.median(each.late[place] for each in own) for place in range(3))
        wrong = [
            name
            for name, holds in (("rate", abs(off) <= MOST_OFF), ("lateness", p99 <= MOST_LATE))
            if not holds
        ]
        missed = missed or bool(wrong)
        rows.append(
            [
                f"{rate:,}/s, {processes}",
                tables.median_and_range([each.achieved for each in own], ",.1f"),
                f"{off:+.2%}",
                f"{statistics.median(each.dropped for each in own):,.0f}",
                f"{statistics.median(each.missed for each in own):,.0f}",
                *(f"{value:.2f}" for value in (p50, p99, most)),
                f"{statistics.median(each.ideal_p99 for each in own):.2f}",
                f"{statistics.median(each.uneven for each in own):.2f}",
                f"MISSED: {', '.join(wrong)}" if wrong else "hold",
            ]
        )
    return rows, missed


if __name__ == "__main__":
    sys.exit(main())
