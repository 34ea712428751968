"""Requests per second from one core: our user class beside Locust's own, k6, hey and wrk.

    python perf/throughput.py [--quick] [--rounds N] [--only CASE ...] [--without GENERATOR ...]
                              [--tree CHECKOUT] [--json FILE]

nginx answers on one core, a generator works on another: 50 users without a pause. Rounds are
interleaved: each generator once, then each again. What is not installed is left out by name; see
perf/install.sh. Nothing else may run meanwhile. Every rate is counted by nginx, in the middle of a
run; that nginx and the generator agree on how many requests were sent is checked at the end of it.
With five rounds it takes a quarter of an hour; prints Markdown, 1 is the exit code where a bar is
missed or counts disagree.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load import machine, nginx, tables
from load.generators import (
    EVERY,
    FAST,
    LOCUSTFILES,
    OURS,
    OURS_RECORDED,
    Generator,
    Load,
    Sent,
    environment_of,
)
from load.processes import MeasurementError, last_words, running, working_folder

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = Path(__file__).resolve().parent / "load" / "shop.yaml"
CASES = {
    "GET": "about 90 bytes of JSON",
    "POST": "a body of five fields, made for each request",
    "8 operations": "generated from a document, against the same by hand for FastHttpUser",
    "HTTPS GET": "TLS 1.3, connections kept",
}
BARS = (
    ("GET", "FastHttpUser", 3.0),
    ("GET", "k6", 1.5),
    ("GET", "hey", 0.5),
    ("POST", "FastHttpUser", 3.0),
    ("POST", "k6", 1.5),
    ("POST", "hey", 0.5),
    ("8 operations", "by hand", 3.0),
    ("HTTPS GET", "FastHttpUser", 2.0),
)
"""Case, the rival, and how many times as fast we must be. Where k6 is there, hey is no bar."""
_FILES = 16_384
_START_SECONDS = 20.0  # until the first request
_END_SECONDS = 15.0
_AFTERWARDS = 2  # seconds that a run lasts beyond what is measured


@dataclass(frozen=True, slots=True)
class Contender:
    """A generator with the file it runs, and the name it has in the table."""

    name: str
    generator: Generator
    locustfile: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """One generator in one round. Rates are nginx's, of the measured seconds.

    `per_cpu_second` is requests for each second of processor time of the generator: on a busy
    machine it says more than the rate. `sent` and `served` are of the whole run. `server_busy` is
    the share of its core that nginx used: near 1, nginx is what was measured.
    """

    case: str
    name: str
    round: int
    rate: float
    per_cpu_second: float
    server_busy: float
    sent: int
    failures: int
    served: int
    agrees: bool


def main() -> int:
    """Measure and print; 1 where a bar is missed or counts disagree."""
    options = arguments()
    cores = machine.two_cores()
    files = min(_FILES, machine.raise_descriptor_limit())
    head = machine.description()
    measured: list[Measured] = []
    with working_folder() as folder, nginx.serving(folder, cores.server, files) as server:
        contenders = contenders_of(options, folder)
        for number in range(options.rounds):
            for case in options.only:
                for contender in contenders[case]:
                    try:
                        one = measure(case, contender, number, server, cores, folder, options)
                    except MeasurementError as problem:
                        sys.stderr.write(f"{case}, {contender.name}: {problem}\n")
                        continue
                    measured.append(one)
                    sys.stderr.write(f"{number + 1} {case} {one.name}: {one.rate:,.0f}/s\n")
    if options.json:
        figures = {"machine": head, "measured": [asdict(each) for each in measured]}
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    sys.stdout.write(f"{head}; rounds: {options.rounds} of {options.seconds} s\n\n")
    missed = report(measured, options.only)
    return int(missed or not all(each.agrees for each in measured))


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="measured in each run")
    parser.add_argument("--warm-up", type=int, default=2, help="seconds before them")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="one round of 2 s, for a short look")
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--without", nargs="+", default=[], help="generators to leave out")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is measured")
    parser.add_argument("--json", type=Path, help="a file for the figures of every round")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.warm_up = 1, 2, 1
    options.tree = options.tree.resolve()
    return options


def contenders_of(options: argparse.Namespace, folder: Path) -> dict[str, list[Contender]]:
    """Who takes part in each case."""
    one = LOCUSTFILES / "one_operation.py"
    present = []
    for generator in EVERY:
        if generator.name in options.without:
            continue
        if not generator.is_installed:
            sys.stderr.write(f"{generator.name} is not installed: left out\n")
            continue
        present.append(Contender(generator.name, generator, one))
    contenders = dict.fromkeys(CASES, present)
    if "8 operations" in options.only:
        generated = generated_locustfile(options.tree, folder)
        by_hand = LOCUSTFILES / "mixed_by_hand.py"
        contenders["8 operations"] = [
            Contender("generated", OURS, generated),
            Contender("generated, recorded", OURS_RECORDED, generated),
            Contender("by hand, RapidHttpUser", OURS, by_hand),
            Contender("by hand", FAST, by_hand),
        ]
    return contenders


def generated_locustfile(tree: Path, folder: Path) -> Path:
    """What `stress-api generate` makes of shop.yaml, without a pause between tasks."""
    path = folder / "generated.py"
    words = ["-m", "benchmark.cli", "generate", "--spec", str(DOCUMENT), "--wait-time", "0-0"]
    files = ["-o", str(path), "--results-dir", str(folder), "--quiet"]
    done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [sys.executable, *words, *files], cwd=tree, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"the locustfile was not generated: {done.stderr.strip()[-300:]}")
    return path


# ── One run ───────────────────────────────────────────────────────────────────────────────────────


def measure(
    case: str,
    contender: Contender,
    number: int,
    server: nginx.Nginx,
    cores: machine.Cores,
    folder: Path,
    options: argparse.Namespace,
) -> Measured:
    """One generator at work, seen by nginx. Raises MeasurementError."""
    secure = case.startswith("HTTPS")
    load = Load(
        case={"POST": "post", "8 operations": "mixed"}.get(case, "get"),
        url=server.https_url if secure else server.url,
        users=options.users,
        seconds=options.warm_up + options.seconds + _AFTERWARDS,
        locustfile=contender.locustfile,
        tree=options.tree,
        folder=folder,
        cafile=server.cafile if secure else None,
    )
    command = contender.generator.command(load)
    log = folder / "generator.log"
    before = server.counts()
    pinned = machine.pinned(command.words, cores.generator)
    with running(pinned, log, cwd=load.tree, environment=environment_of(command)) as process:
        deadline = time.monotonic() + _START_SECONDS
        while server.counts().requests - before.requests < options.users:
            if process.poll() is not None or time.monotonic() > deadline:
                raise MeasurementError(f"it sends nothing: {last_words(log)}")
            time.sleep(0.02)
        time.sleep(options.warm_up)
        begin = sample(process.pid, server)
        time.sleep(options.seconds)
        end = sample(process.pid, server)
        if process.poll() is not None:
            raise MeasurementError(f"it ended before it was measured: {last_words(log)}")
        try:
            process.wait(_END_SECONDS + _AFTERWARDS)
        except subprocess.TimeoutExpired:
            raise MeasurementError(f"it does not end: {last_words(log)}") from None
    served = server.counts().requests - before.requests
    sent = sent_by(contender.generator, load, log)
    requests = end.requests - begin.requests
    seconds = end.at - begin.at
    return Measured(
        case=case,
        name=contender.name,
        round=number,
        rate=requests / seconds,
        per_cpu_second=requests / max(end.generator_cpu - begin.generator_cpu, 1e-9),
        server_busy=(end.server_cpu - begin.server_cpu) / seconds,
        sent=sent.requests,
        failures=sent.failures,
        served=served,
        # What is on its way when a run ends is served, but not counted by everyone.
        agrees=abs(served - sent.requests) <= options.users and not sent.failures,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    requests: int
    generator_cpu: float
    server_cpu: float


def sample(pid: int, server: nginx.Nginx) -> _Sample:
    """What has been counted and used until now."""
    requests = server.counts().requests
    return _Sample(
        time.perf_counter(), requests, machine.cpu_seconds(pid), machine.cpu_seconds(server.pid)
    )


def sent_by(generator: Generator, load: Load, log: Path) -> Sent:
    """What the generator says that it sent. Raises MeasurementError where it says nothing."""
    try:
        return generator.sent(load, log.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError, KeyError) as problem:
        raise MeasurementError(f"no report ({problem}): {last_words(log)}") from problem


# ── The tables ────────────────────────────────────────────────────────────────────────────────────


def report(measured: Sequence[Measured], cases: Sequence[str]) -> bool:
    """Print the tables of the cases and the bars; returns whether a bar is missed."""
    for case in cases:
        sys.stdout.write(f"{case}: {CASES[case]}\n\n{table(measured, case)}\n\n")
    missed = False
    rows = []
    for case, rival, bar in BARS:
        k6_is_there = any(each.case == case and each.name == "k6" for each in measured)
        if case not in cases or (rival == "hey" and k6_is_there):
            continue
        for ours in (
            "RapidHttpUser",
            "RapidHttpUser, recorded",
            "generated",
            "generated, recorded",
        ):
            if not any(each.case == case and each.name == ours for each in measured):
                continue
            ratio = ratio_of(measured, case, ours, rival, lambda each: each.rate)
            by_cpu = ratio_of(measured, case, ours, rival, lambda each: each.per_cpu_second)
            judged = tables.verdict(ratio, bar)
            missed = missed or judged == "MISSED"
            shown = (tables.factor(ratio), tables.factor(by_cpu), f"{bar:.1f}", judged)
            rows.append([f"{case}: {ours} / {rival}", *shown])
    columns = ["ratio", "of requests/s", "per CPU second", "bar", ""]
    sys.stdout.write(tables.markdown(columns, rows) + "\n")
    return missed


def table(measured: Sequence[Measured], case: str) -> str:
    """One case: a line for each generator."""
    names = list(dict.fromkeys(each.name for each in measured if each.case == case))
    rival = "by hand" if case == "8 operations" else "FastHttpUser"
    rows = []
    for name in names:
        own = of(measured, case, name)
        ratio = ratio_of(measured, case, name, rival, lambda each: each.rate)
        disagreeing = [each for each in own if not each.agrees]
        worst = max(own, key=lambda each: abs(each.served - each.sent))
        counted = "agree" if not disagreeing else f"served {worst.served}, sent {worst.sent}"
        rows.append(
            [
                name,
                tables.median_and_range([each.rate for each in own]),
                tables.median_and_range([each.per_cpu_second for each in own]),
                tables.factor(ratio),
                f"{max(each.server_busy for each in own):.0%}",
                f"{counted}, {sum(each.failures for each in own)} failed",
            ]
        )
    columns = ["generator", "requests/s", "per CPU second", f"× {rival}", "nginx's core", "counts"]
    return tables.markdown(columns, rows)


def of(measured: Sequence[Measured], case: str, name: str) -> list[Measured]:
    """The rounds of one generator at one case, in order."""
    return [each for each in measured if each.case == case and each.name == name]


def ratio_of(
    measured: Sequence[Measured],
    case: str,
    ours: str,
    theirs: str,
    figure: Callable[[Measured], float],
) -> float | None:
    """How many times as fast one generator is as another, by rounds that have both."""
    rival = {each.round: figure(each) for each in of(measured, case, theirs)}
    own = [each for each in of(measured, case, ours) if each.round in rival]
    return tables.median_ratio([figure(each) for each in own], [rival[each.round] for each in own])


if __name__ == "__main__":
    sys.exit(main())
