"""Whether the latencies that are reported are true: against a server that knows.

    python perf/latency.py [--quick] [--rounds N] [--shares 20 50 80] [--without USER ...]
                           [--tree CHECKOUT] [--json FILE]

The server sleeps for a lognormal time with a median of 20 ms, on a core of its own, and logs when
each request arrived and was answered. First the generator's capacity is found: so many users
without a pause that another does not help. Then, at 20, 50 and 80 % of it, the percentiles that
the engine's recorder reports are laid beside those of the log for the same seconds. Locust's
FastHttpUser, under the same recorder, at the shares of its own capacity, is beside it.

Where the engine starts requests at a rate (`--request-rate`), that is measured as well: how late
requests start (and how late a C program is that does nothing but sleep until they are due), and,
with a server that stalls for two seconds, the percentiles from schedule against a correction like
wrk2's, computed from the server's log.

Nothing else may run meanwhile; five rounds take ten minutes. Needs a C compiler. Prints Markdown;
the exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load import machine, open_runs, precise_server, tables, truth
from load.open_runs import PERCENTS, Bench
from load.precise_server import Behaviour
from load.processes import MeasurementError, working_folder
from load.recorded_run import Run, Window, read_window, run_recorded

ROOT = Path(__file__).resolve().parents[1]
LOGNORMAL = Behaviour(median=20.0, sigma=0.5)
MEAN = LOGNORMAL.median * math.exp(LOGNORMAL.sigma**2 / 2)
"""Milliseconds that the server sleeps on average."""
OURS = "RapidHttpUser"
CAPACITY_USERS = {OURS: 2000, "FastHttpUser": 600}
"""More users than the class can keep busy; the latter's connections break from 1,000 on."""
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: percentiles in milliseconds, true and reported, in the order of PERCENTS.

    `asked` is the rate that was aimed at, `true_rate` and `rate` what came of it by the server and
    by the recorder, per second.
    """

    user: str
    share: int
    round: int
    asked: float
    rate: float
    true_rate: float
    failures: int
    true: tuple[float, ...]
    reported: tuple[float, ...]


def main() -> int:
    """Measure and print; 1 where a bar is missed."""
    options = arguments()
    cores = machine.two_cores()
    machine.raise_descriptor_limit()
    head = machine.description()
    measured: list[Measured] = []
    starts: list[open_runs.Starts] = []
    stalls: list[open_runs.Stall] = []
    with working_folder() as folder:
        server = precise_server.compiled(folder)
        bench = Bench(cores, folder, server, options.tree, options.seconds)
        users = [name for name in CAPACITY_USERS if name not in options.without]
        with_rates = OURS not in options.without and open_runs.has_rates(options.tree)
        capacities = {user: capacity(bench, user) for user in users}
        for number in range(options.rounds):
            for share in options.shares:
                for user in users:
                    asked = capacities[user] * share / 100
                    try:
                        measured.append(measure(bench, user, share, number, asked))
                    except MeasurementError as problem:
                        sys.stderr.write(f"{user} at {share} %: {problem}\n")
            if with_rates:
                measure_rates(bench, number, options.shares, capacities, starts, stalls)
    if options.json:
        figures = {
            "machine": head,
            "capacities": capacities,
            "measured": [asdict(each) for each in measured],
            "starts": [asdict(each) for each in starts],
            "stalls": [asdict(each) for each in stalls],
        }
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    sys.stdout.write(f"{head}; rounds: {options.rounds} of {options.seconds} s\n\n")
    for user, rate in capacities.items():
        sys.stdout.write(f"Capacity of {user}: {rate:,.0f} requests/s\n")
    rows, missed = table(measured)
    columns = ["user, share of its capacity", "requests/s", "of the server's count"]
    columns += [*(f"p{p:g}, ms" for p in PERCENTS), "bars"]
    sys.stdout.write(f"\n{tables.markdown(columns, rows)}\n")
    if not with_rates:
        sys.stdout.write("\nStarts at a rate: left out, the engine has no --request-rate\n")
        return int(missed)
    for title, (text, one_missed) in (
        ("How late requests start, by the server's log", open_runs.starts_table(starts)),
        ("A stall of two seconds, percentiles from schedule", open_runs.stall_table(stalls)),
    ):
        sys.stdout.write(f"\n{title}\n\n{text}\n")
        missed = missed or one_missed
    return int(missed)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8, help="measured in each run")
    parser.add_argument("--shares", type=int, nargs="+", default=[20, 50, 80], help="per cent")
    parser.add_argument("--quick", action="store_true", help="one round of 4 s, for a short look")
    parser.add_argument("--without", nargs="+", default=[], help="user classes to leave out")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is measured")
    parser.add_argument("--json", type=Path, help="a file for the figures of every round")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 4
    options.tree = options.tree.resolve()
    return options


# ── Users without a pause ─────────────────────────────────────────────────────────────────────────


def capacity(bench: Bench, user: str) -> float:
    """The requests per second of a user class that is never without work."""
    _, window = run(bench, user, CAPACITY_USERS[user])
    sys.stderr.write(f"capacity of {user}: {window.rate:,.0f}/s\n")
    return window.rate


def measure(bench: Bench, user: str, share: int, number: int, asked: float) -> Measured:
    """As many users as ask for about that rate. Raises MeasurementError."""
    log, window = run(bench, user, max(1, round(asked * MEAN / 1000)))
    true = log.between(window.begin, window.end)
    sys.stderr.write(f"{number + 1} {user} at {share} %: {window.rate:,.0f}/s\n")
    return Measured(
        user=user,
        share=share,
        round=number,
        asked=asked,
        rate=window.rate,
        true_rate=len(true) / (window.end - window.begin),
        failures=window.failures,
        true=tuple(truth.percentile(true, percent) for percent in PERCENTS),
        reported=tuple(window.latency.percentile(percent) for percent in PERCENTS),
    )


def run(bench: Bench, user: str, users: int) -> tuple[truth.Truth, Window]:
    """One run with users that never pause: the server's log, and what was recorded."""
    seconds = _WARM_UP + bench.seconds
    with precise_server.serving(
        bench.server, bench.folder, bench.cores.server, LOGNORMAL
    ) as server:
        one = Run(user, "one_operation.py", server.url, users, seconds + 1)
        timeline = run_recorded(one, bench.tree, bench.folder, bench.cores.generator)
    return server.truth(), read_window(timeline, _WARM_UP + 0.5, seconds)


# ── Requests at a rate ────────────────────────────────────────────────────────────────────────────


def measure_rates(
    bench: Bench,
    number: int,
    shares: Sequence[int],
    capacities: Mapping[str, float],
    starts: list[open_runs.Starts],
    stalls: list[open_runs.Stall],
) -> None:
    """One round of runs whose requests start at a rate."""
    try:
        for share in shares:
            rate = capacities[OURS] * share / 100
            starts.append(open_runs.measure_starts(bench, LOGNORMAL, MEAN, share, number, rate))
            sys.stderr.write(f"{number + 1} {rate:,.0f}/s started at a rate\n")
        stalls.append(open_runs.measure_stall(bench, number))
        sys.stderr.write(f"{number + 1} stall\n")
    except MeasurementError as problem:
        sys.stderr.write(f"requests at a rate: {problem}\n")


# ── The table ─────────────────────────────────────────────────────────────────────────────────────


def table(measured: Sequence[Measured]) -> tuple[list[list[str]], bool]:
    """A row for each user class and share, medians of the rounds; and whether we missed a bar."""
    rows, missed = [], False
    for user, share in sorted({(each.user, each.share) for each in measured}, reverse=True):
        own = [each for each in measured if (each.user, each.share) == (user, share)]
        cells, wrong = [], []
        for place, percent in enumerate(PERCENTS):
            true = statistics.median(each.true[place] for each in own)
            more = statistics.median(each.reported[place] - each.true[place] for each in own)
            cells.append(f"{true:.2f} {more:+.2f}")
            strict = share <= 50 and percent <= 99
            if not truth.is_within(true, true + more, *(truth.STRICT if strict else truth.LOOSE)):
                wrong.append(f"p{percent:g}")
        missed = missed or (bool(wrong) and user == OURS)
        judged = f"MISSED: {', '.join(wrong)}" if wrong else "hold"
        rate = tables.median_and_range([each.rate for each in own])
        counted = statistics.median(each.rate / max(each.true_rate, 1e-9) for each in own)
        rows.append([f"{user}, {share} %", rate, f"{counted:.2%}", *cells, judged])
    return rows, missed


if __name__ == "__main__":
    sys.exit(main())
