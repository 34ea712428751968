"""How many documented operations of example targets answer 2xx, and how valid the load is.

    python perf/coverage.py TARGET... [--targets FOLDER] [--seed N ...] [--no-probe] [--keep DIR]

For each target: a fresh server, recorders before it, and the dynamic test with nothing configured
but the credentials; then a fresh server again, a recorder, and the generated file under plain
Locust. Everything runs on free ports of loopback and is ended afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from recorded import (
    Traffic,
    census,
    credentials_live,
    first_answer,
    plain_share,
    read_report,
    readiness,
    valid_share,
)
from rich.console import Console
from target_servers import (
    MeasurementError,
    Server,
    Target,
    read_target,
    running,
    running_recorder,
    running_server,
    running_switch,
    sign_in,
)
from unreachable import judge

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_TARGETS = ROOT.parent / "shared" / "targets"
USERS, RUN_TIME, WAIT_TIME = 20, "30s", "0-0.1"
_LONGEST_RUN = 900.0  # seconds: discovery, probe, load and report together
_SHOWN = 120

console = Console(width=170, highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of one target and seed; coverages are numbers of operations."""

    target: str
    seed: int
    operations: int
    probe: int
    load: int
    both: int
    plain: int
    unreachable: int
    requests: int
    valid: int
    probe_requests: int
    probe_seconds: float
    share_2xx: float
    broken: int
    unanswered: int
    plain_requests: int
    plain_valid: int
    plain_share_2xx: float
    plain_broken: int
    credentials: str
    left_behind: dict[str, int]
    missing: dict[str, str]
    complaints: tuple[str, ...]
    exit_code: int


def main() -> int:
    """Measure each target with each seed and print what came out; 1 where one could not be."""
    options = arguments()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell's background job would let it be ignored
    failed = False
    outcomes: list[Outcome] = []
    with working_folder(options.keep) as folder:
        try:
            for name in options.target:
                for seed in options.seed:
                    # Each run has a folder: an earlier timeline would look like this one's.
                    work = folder / f"{Path(name).name}-{seed}-{time.strftime('%m%d-%H%M%S')}"
                    work.mkdir(parents=True)
                    try:
                        target = read_target((options.targets / name).resolve())
                        outcomes.append(measure(target, seed, work, probe=not options.no_probe))
                    except MeasurementError as error:
                        console.print(f"{name}, seed {seed}: {error}\n")
                        failed = True
                        continue
                    show(outcomes[-1])
        except KeyboardInterrupt:
            console.print("interrupted: everything started has been ended")
            failed = True
        figures = [asdict(each) for each in outcomes]
        (folder / "coverage.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    show_table(outcomes)
    return int(failed)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    default = Path(os.environ.get("STRESS_API_TARGETS") or DEFAULT_TARGETS)
    parser.add_argument("target", nargs="+", help="a folder with start.sh and target.json")
    parser.add_argument("--targets", type=Path, default=default, help="the folder of the targets")
    parser.add_argument("--seed", type=int, nargs="+", default=[42])
    parser.add_argument("--no-probe", action="store_true", help="passed on to the command")
    parser.add_argument("--keep", type=Path, help="a folder that keeps reports, results and logs")
    return parser.parse_args()


@contextmanager
def working_folder(kept: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that is gone afterwards."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="coverage-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def measure(target: Target, seed: int, work: Path, *, probe: bool) -> Outcome:
    """Both runs of one target. Raises MeasurementError."""
    results = work / "results"
    with ExitStack() as stack:
        server = stack.enter_context(running_server(target, work / "first"))
        code, seconds = own_run(server, seed, work, results, probe=probe)
        credentials = credentials_live(server)
        after = census(server)
    timeline = _newest(results, "benchmark_dynamic_*_timeline.jsonl")
    locustfile = _newest(results, "dynamic_locustfile_*.py")
    if timeline is None or locustfile is None:
        raise MeasurementError(_failed(code, work / "stress-api.log"))
    with running_server(target, work / "second") as server:
        fresh = census(server)
        # A census may have called what ends a session.
        again = replace(server, headers=sign_in(target, server.origin))
        plain_run(again, locustfile, work)
    before, load, plain = (
        read_report(work / f"{each}.json") for each in ("probe", "load", "plain")
    )
    sent, valid = valid_share(timeline)
    plain_sent, plain_valid = plain_share(work / "plain_stats.csv")
    judged = judge(target.name, (before, load, plain))
    both = before.reached | load.reached
    result = json.loads(timeline.with_name(_result_name(timeline)).read_text(encoding="utf-8"))
    return Outcome(
        target=target.name,
        seed=seed,
        operations=len(load.operations),
        probe=len(before.reached),
        load=len(load.reached),
        both=len(both),
        plain=len(plain.reached),
        unreachable=len(judged.unreachable),
        requests=sent,
        valid=valid,
        probe_requests=before.requests,
        probe_seconds=seconds,
        share_2xx=load.share,
        broken=load.broken,
        unanswered=load.unanswered,
        plain_requests=plain_sent,
        plain_valid=plain_valid,
        plain_share_2xx=plain.share,
        plain_broken=plain.broken,
        credentials=credentials,
        left_behind={
            key: after[key] - fresh[key] for key in after if after[key] > fresh.get(key, after[key])
        },
        missing=missing(load.operations - both, (before, load), readiness(result, server)),
        complaints=judged.complaints,
        exit_code=code,
    )


def own_run(
    server: Server, seed: int, work: Path, results: Path, *, probe: bool
) -> tuple[int, float]:
    """The dynamic test through the recorders; its exit code, and the seconds before the load.

    A connection that is opened before the timeline of the run exists belongs to discovery and
    probe. Locust writes the timeline's first line before it starts the first user, so that no
    connection of the load is counted as one of the probe.
    """
    began: list[float] = []

    def load_began() -> bool:
        if not began and _newest(results, "benchmark_dynamic_*_timeline.jsonl") is not None:
            began.append(time.monotonic())
        return bool(began)

    with ExitStack() as stack:
        recorders = [
            stack.enter_context(running_recorder(server, work / f"{name}.json"))
            for name in ("probe", "load")
        ]
        origin = stack.enter_context(running_switch(recorders[0], recorders[1], load_began))
        command = [sys.executable, str(ROOT / "benchmark" / "run_benchmark.py")]
        command += ["--test-type", "dynamic", "--users", str(USERS), "--run-time", RUN_TIME]
        command += ["--wait-time", WAIT_TIME, "--seed", str(seed), "--results-dir", str(results)]
        command += ["--host", origin + server.target.base_path, *server.options()]
        command += [] if probe else ["--no-probe"]
        start = time.monotonic()
        code = _finish(command, work / "stress-api.log", {}, work)
        load_began()
        return code, round((began[0] if began else time.monotonic()) - start, 1)


def plain_run(server: Server, locustfile: Path, work: Path) -> None:
    """The generated file as anybody would run it."""
    with running_recorder(server, work / "plain.json") as origin:
        command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--host", origin]
        command += ["--headless", "-u", str(USERS), "-t", RUN_TIME]
        command += ["--csv", str(work / "plain"), "--only-summary"]
        environment = {**server.environment(), "PYTHONPATH": str(ROOT)}
        _finish(command, work / "plain.log", environment, work)


def _finish(command: list[str], log: Path, environment: dict[str, str], folder: Path) -> int:
    """Run a command to its end; on Ctrl-C it is asked to end first. Gives its exit code."""
    own = {name: "" for name in os.environ if name.startswith("BENCHMARK_")}
    if own:
        raise MeasurementError(f"{', '.join(own)} would configure the run: unset them first")
    with running(command, log, environment, gently=signal.SIGINT, folder=folder) as process:
        try:
            return process.wait(_LONGEST_RUN)
        except subprocess.TimeoutExpired as error:
            raise MeasurementError(f"{log}: not at its end after {_LONGEST_RUN:g} s") from error


def missing(
    operations: frozenset[str], traffics: Sequence[Traffic], left_out: dict[str, str]
) -> dict[str, str]:
    """Each operation without a 2xx: its first answer, or why it was never called."""
    found = {}
    for key in sorted(operations):
        answer = first_answer(key, traffics)
        reason = left_out.get(key, "")
        if answer is None:
            found[key] = f"never called ({reason or 'no reason given'})"
        else:
            found[key] = f"{answer.status} {answer.text[:_SHOWN]}"
            found[key] += f" [{answer.request[:_SHOWN]}]"
    return found


def show(outcome: Outcome) -> None:
    """Print one outcome in full."""
    of = outcome.operations
    console.print(f"── {outcome.target}, seed {outcome.seed}: {of} documented operations")
    for name, number in (
        ("probe", outcome.probe), ("load", outcome.load), ("both", outcome.both),
        ("generated file, reset server", outcome.plain),
    ):  # fmt: skip
        console.print(f"   2xx coverage, {name:30} {number:4} = {_percent(number, of)}")
    rest = of - outcome.unreachable
    console.print(
        f"   both, without unreachable            {_percent(outcome.both, rest)} of {rest}"
    )
    console.print(
        f"   load: {outcome.requests} requests, valid {_percent(outcome.valid, outcome.requests)}, "
        f"2xx {outcome.share_2xx:.1%}, 5xx {outcome.broken}, unanswered {outcome.unanswered}"
    )
    console.print(
        f"   generated file: {outcome.plain_requests} requests, valid "
        f"{_percent(outcome.plain_valid, outcome.plain_requests)}, 2xx "
        f"{outcome.plain_share_2xx:.1%}, 5xx {outcome.plain_broken}"
    )
    console.print(
        f"   before the load: {outcome.probe_requests} requests in {outcome.probe_seconds:g} s; "
        f"exit code {outcome.exit_code}; credentials live at the end: {outcome.credentials}"
    )
    for key, number in outcome.left_behind.items():
        console.print(f"   left behind: {key} lists {number} more than on a fresh server")
    for key, why in outcome.missing.items():
        console.print(f"   no 2xx: {key}: {why}")
    for complaint in outcome.complaints:
        console.print(f"   {complaint}")
    console.print()


def show_table(outcomes: Sequence[Outcome]) -> None:
    """Print the rows for `RESULTS.md`, and the pooled coverage where there are several targets."""
    console.print(
        "| target | seed | operations | probe | load | both | without unreachable | generated file "
        "(share of load) | valid | valid, generated file | 2xx | 5xx | requests "
        "| seconds before the load | credentials live | left behind |"
    )
    console.print("|---|---:|" + "---:|" * 12 + "---|---:|")
    for each in outcomes:
        of = each.operations
        cells = [
            each.target, each.seed, of,
            *(f"{n} = {_percent(n, of)}" for n in (each.probe, each.load, each.both)),
            _percent(each.both, of - each.unreachable),
            f"{each.plain} ({_percent(each.plain, each.load)})",
            _percent(each.valid, each.requests), _percent(each.plain_valid, each.plain_requests),
            f"{each.share_2xx:.1%}", each.broken, each.requests, f"{each.probe_seconds:g}",
            each.credentials.partition(" (")[0], sum(each.left_behind.values()),
        ]  # fmt: skip
        console.print("| " + " | ".join(str(cell) for cell in cells) + " |")
    for seed in dict.fromkeys(each.seed for each in outcomes):
        rows = [each for each in outcomes if each.seed == seed]
        both, of = sum(each.both for each in rows), sum(each.operations for each in rows)
        rest = of - sum(each.unreachable for each in rows)
        console.print(
            f"\nseed {seed}, {len(rows)} targets pooled: {both} of {of} = {_percent(both, of)}; "
            f"without unreachable {_percent(both, rest)}"
        )


def _percent(number: int, of: int) -> str:
    return f"{number / of:.1%}" if of else "–"


def _newest(folder: Path, pattern: str) -> Path | None:
    return max(folder.glob(pattern), key=lambda path: path.stat().st_mtime, default=None)


def _result_name(timeline: Path) -> str:
    return timeline.name.replace("_timeline.jsonl", ".json")


def _failed(code: int, log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-4:]
    return f"no load was run (exit code {code}): {' / '.join(lines)}"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
