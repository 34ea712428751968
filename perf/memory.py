"""What thousands of users cost: time to start, memory, connections, and true latencies.

    python perf/memory.py [--quick] [--rounds N] [--users N ...] [--without USER ...]
                          [--tree CHECKOUT] [--json FILE]

Users send one small GET per second each. Over HTTP the server is the one that logs the truth, over
HTTPS it is nginx. Both count connections: each user shall need one. Memory is the resident one of
the generator's process a second before its users stop, less that of a run with a single user, for
each user.
Starting lasts from the command to the first request of the last user, over HTTPS to its connection;
up to a second of it is that users begin at different times.

Nothing else may run meanwhile; five rounds take twenty minutes. Needs a C compiler and nginx, and a
limit of open files above the number of users: the hard limit is used. Prints Markdown; the exit
code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load import machine, nginx, precise_server, tables, truth
from load.generators import TIMELINE
from load.precise_server import Behaviour
from load.processes import MeasurementError, working_folder
from load.recorded_run import Run, read_window, run_recorded

ROOT = Path(__file__).resolve().parents[1]
USER_CLASSES = ("RapidHttpUser", "FastHttpUser")
KIBIBYTES_PER_USER = 20.0
"""What a user of ours may take over plain HTTP."""
_MOST_FAST_HTTPS_USERS = 1_000  # each loads all certificates: 18 ms and 0.8 MB
_SPARE_FILES = 200
_LOOK_SECONDS = 0.1
_BEFORE_THE_END = 1.0
_MEASURED = 10  # seconds, after the last user has started
_STARTING = {1: 2, 1_000: 6, 10_000: 30}  # seconds left for starting so many users, and fewer


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `starting` is seconds, `memory` bytes, percentiles are milliseconds.

    What only the server's log tells, over HTTPS, is None.
    """

    user: str
    scheme: str
    users: int
    round: int
    starting: float | None
    memory: int
    accepted: int
    rate: float
    failures: int
    p50: float
    p99: float
    true_p50: float | None
    true_p99: float | None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and on which cores runs take place."""

    cores: machine.Cores
    folder: Path
    server: Path
    tree: Path
    files: int


def main() -> int:
    """Measure and print; 1 where a bar is missed."""
    options = arguments()
    head = machine.description()
    files = machine.raise_descriptor_limit()
    numbers = [number for number in options.users if number + _SPARE_FILES <= files]
    for number in sorted(set(options.users) - set(numbers)):
        sys.stdout.write(f"{number:,} users are left out: only {files:,} files may be open\n")
    measured: list[Measured] = []
    with working_folder() as folder:
        cores = machine.two_cores()
        bench = Bench(cores, folder, precise_server.compiled(folder), options.tree, files)
        for number in range(options.rounds):
            for scheme, measure in (("HTTP", over_http), ("HTTPS", over_https)):
                for users in [1, *numbers]:
                    for user in USER_CLASSES:
                        if user in options.without or is_too_much(user, scheme, users):
                            continue
                        try:
                            measured.append(measure(bench, user, users, number))
                        except MeasurementError as problem:
                            sys.stderr.write(f"{scheme}, {users} × {user}: {problem}\n")
                            continue
                        sys.stderr.write(f"{number + 1} {scheme}, {users} × {user}\n")
    if options.json:
        figures = {"machine": head, "measured": [asdict(each) for each in measured]}
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    sys.stdout.write(f"{head}; rounds: {options.rounds}\n\n")
    rows, missed = table(measured)
    columns = ["", "started, s", "KiB per user", "base, MiB", "connections", "requests/s"]
    columns += ["failed", "p50 true", "p50", "p99 true", "p99", "bars"]
    sys.stdout.write(tables.markdown(columns, rows) + "\n")
    return int(missed)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--users", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--quick", action="store_true", help="one round of 1,000 users")
    parser.add_argument("--without", nargs="+", default=[], help="user classes to leave out")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is measured")
    parser.add_argument("--json", type=Path, help="a file for the figures of every round")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.users = 1, [1_000]
    options.tree = options.tree.resolve()
    return options


def is_too_much(user: str, scheme: str, users: int) -> bool:
    """Whether a run would take minutes and gigabytes before it began."""
    return user == "FastHttpUser" and scheme == "HTTPS" and users > _MOST_FAST_HTTPS_USERS


# ── Runs ──────────────────────────────────────────────────────────────────────────────────────────


def over_http(bench: Bench, user: str, users: int, number: int) -> Measured:
    """One run against the server that logs the truth. Raises MeasurementError."""
    watch = _Watch(run_seconds(users), bench.folder / TIMELINE, lambda: True)
    with precise_server.serving(
        bench.server, bench.folder, bench.cores.server, Behaviour()
    ) as server:
        began = time.monotonic()
        timeline = run_users(bench, user, users, server.url, None, watch)
    log = server.truth()
    firsts = log.first_arrivals()
    window = read_window(timeline, watch.seconds - _MEASURED, watch.seconds - 1)
    true = log.between(window.begin, window.end)
    return Measured(
        user=user,
        scheme="HTTP",
        users=users,
        round=number,
        starting=firsts[users - 1] / 1e9 - began if len(firsts) >= users else None,
        memory=watch.memory,
        accepted=len(log.accepted),
        rate=window.rate,
        failures=window.failures,
        p50=window.latency.percentile(50),
        p99=window.latency.percentile(99),
        true_p50=truth.percentile(true, 50),
        true_p99=truth.percentile(true, 99),
    )


def over_https(bench: Bench, user: str, users: int, number: int) -> Measured:
    """One run against nginx, which counts connections but no times. Raises MeasurementError."""
    with nginx.serving(bench.folder, bench.cores.server, bench.files) as server:
        watch = _Watch(
            run_seconds(users), bench.folder / TIMELINE, lambda: server.counts().accepted >= users
        )
        timeline = run_users(bench, user, users, server.https_url, server.cafile, watch)
        accepted = server.counts().accepted
    window = read_window(timeline, watch.seconds - _MEASURED, watch.seconds - 1)
    return Measured(
        user=user,
        scheme="HTTPS",
        users=users,
        round=number,
        starting=watch.starting,
        memory=watch.memory,
        accepted=accepted,
        rate=window.rate,
        failures=window.failures,
        p50=window.latency.percentile(50),
        p99=window.latency.percentile(99),
        true_p50=None,
        true_p99=None,
    )


class _Watch:
    """Looks at a process until its test has lasted nearly `seconds`, for its memory then.

    Not to the very end: what a run writes when its users stop takes some 8 MiB for a moment.

    The test begins when `timeline` is there. `have_started` says whether all users are;
    `starting` is how many seconds that took from the start of the process.
    """

    def __init__(self, seconds: int, timeline: Path, have_started: Callable[[], bool]) -> None:
        self.seconds = seconds
        self.memory = 0
        self.starting: float | None = None
        self._timeline = timeline
        self._have_started = have_started

    def __call__(self, process: subprocess.Popen[bytes]) -> None:
        began = time.monotonic()
        ends = math.inf
        while process.poll() is None and time.monotonic() < ends:
            if ends == math.inf and self._timeline.exists():
                ends = time.monotonic() + self.seconds - _BEFORE_THE_END
            if self.starting is None and self._have_started():
                self.starting = time.monotonic() - began
            # Looking takes processor time, which the last seconds are to be free of.
            early = ends == math.inf or self.starting is None
            time.sleep(_LOOK_SECONDS if early else min(1.0, max(0.0, ends - time.monotonic())))
        self.memory = machine.resident_bytes(process.pid)


def run_users(
    bench: Bench,
    user: str,
    users: int,
    url: str,
    cafile: Path | None,
    watch: Callable[[subprocess.Popen[bytes]], None],
) -> Path:
    """The timeline of a run of users that send one request per second."""
    if user == "FastHttpUser":
        cafile = None  # it verifies nothing, but loads all usual certificates for each user
    one = Run(user, "one_per_second.py", url, users, run_seconds(users), cafile)
    return run_recorded(one, bench.tree, bench.folder, bench.cores.generator, watch)


def run_seconds(users: int) -> int:
    """How long a run with so many users lasts."""
    most = max(number for number in _STARTING if number <= users)
    return _STARTING[most] + _MEASURED


# ── The table ─────────────────────────────────────────────────────────────────────────────────────


def table(measured: Sequence[Measured]) -> tuple[list[list[str]], bool]:
    """A row for each number of users above one, and whether we missed a bar."""
    rows, any_missed = [], False
    kinds = dict.fromkeys((each.scheme, each.users, each.user) for each in measured)
    for scheme, users, user in kinds:
        if users == 1:
            continue
        own = rounds_of(measured, scheme, users, user)
        base = rounds_of(measured, scheme, 1, user)
        kibibytes = [
            (each.memory - one.memory) / 1024 / (users - 1)
            for each, one in zip(own, base, strict=False)
        ]
        missed = []
        if not all(each.accepted == users for each in own):
            missed.append("connections")
        if scheme == "HTTP" and (not kibibytes or max(kibibytes) > KIBIBYTES_PER_USER):
            missed.append("memory")
        if any(each.failures for each in own):
            missed.append("failures")
        any_missed = any_missed or (bool(missed) and user == "RapidHttpUser")
        rows.append(
            [
                f"{users:,} × {user}, {scheme}",
                tables.median_and_range([each.starting for each in own if each.starting], ".1f"),
                tables.median_and_range(kibibytes, ".1f"),
                tables.median_and_range([each.memory / 2**20 for each in base], ".0f"),
                tables.median_and_range([each.accepted for each in own]),
                tables.median_and_range([each.rate for each in own]),
                f"{sum(each.failures for each in own):,}",
                tables.median_and_range(known([each.true_p50 for each in own]), ".3f"),
                tables.median_and_range([each.p50 for each in own], ".2f"),
                tables.median_and_range(known([each.true_p99 for each in own]), ".3f"),
                tables.median_and_range([each.p99 for each in own], ".2f"),
                f"MISSED: {', '.join(missed)}" if missed else "hold",
            ]
        )
    return rows, any_missed


def rounds_of(measured: Sequence[Measured], scheme: str, users: int, user: str) -> list[Measured]:
    """The rounds of one kind of run, in order."""
    wanted = (scheme, users, user)
    return [each for each in measured if (each.scheme, each.users, each.user) == wanted]


def known(values: Sequence[float | None]) -> list[float]:
    """The values that are there."""
    return [value for value in values if value is not None]


if __name__ == "__main__":
    sys.exit(main())
