"""Starts, watches and stops one Locust run.

Locust runs as a child process, because importing it monkey-patches the interpreter. What it
measures reaches us through the timeline file, which grows by a line each second.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import SystemRandom

from benchmark.errors import BenchmarkError, LocustError, TargetError, UsageError
from benchmark.interrupts import held_interrupts
from benchmark.models import AbortCondition, Credentials, LoadProfile, RunStatus
from benchmark.run_files import RunFiles
from benchmark.run_log import LogWriter
from benchmark.stages import PRESET_SHAPES, Stages

STOP_TIMEOUT = 10
"""Seconds that a user gets to finish its request."""

WEB_PORT = 8089
_POLL_SECONDS = 0.25
_GRACE_SECONDS = 30.0
_START_SECONDS = 120.0  # for imports and for workers of this machine to connect
_CLEAN_UP_SECONDS = 70.0  # what users of the engine may take to delete what they made, and a bit
_END_SECONDS = STOP_TIMEOUT + _CLEAN_UP_SECONDS + _GRACE_SECONDS
_LOG_SECONDS = 5.0
_PORTS = range(10_000, 20_000)  # whoever asks a system for any port gets one above these
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: which locustfile, against which URL, with how much load, to which files.

    `facts` stand in the first line of the timeline, so that it can be read without us. With more
    than one of `processes`, that many workers share the users, and another process directs them.
    `seed` is that of arrivals that come at random. The run ends where one of `abort_on` no longer
    holds, and its timeline says so. `resolve` gives hosts their addresses (`HOST:ADDRESS`).
    """

    locustfile: Path
    base_url: str
    profile: LoadProfile
    files: RunFiles
    credentials: Credentials
    insecure: bool = False
    processes: int = 1
    locust_args: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    seed: int = 42
    abort_on: tuple[AbortCondition, ...] = ()
    resolve: tuple[str, ...] = ()


class StopRun(Exception):  # noqa: N818  # no error: whoever watches a run has seen enough
    """Raised by `tick` to end the run in good order. Its text is the reason."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How the process ended. `reason` is "" for a completed run.

    `problem` is what the log of such a run complains of, if it does.
    """

    status: RunStatus
    reason: str
    problem: str = ""


def run_headless(
    request: RunRequest, tick: Callable[[], None], stopping: Callable[[], None]
) -> RunOutcome:
    """Run Locust without a web page until it ends; `tick` is called a few times a second.

    Where `tick` raises StopRun, the run is stopped in good order and its status is "aborted".
    Ctrl-C or SIGTERM (or a KeyboardInterrupt of `tick`) stops the run in good order, after a call
    of `stopping`; a second one stops it at once. What was measured is kept either way; an
    interruption before the test began is passed on as KeyboardInterrupt. Raises LocustError if
    Locust is missing or never began the test, TargetError if the locustfile found nothing to call,
    UsageError for arguments that Locust does not know. Whatever happens, no process is left.
    """
    with held_interrupts() as came:
        process, log = _start(request, headless_arguments(request))
        run = _Run(request, process)
        try:
            while process.poll() is None:
                run.heed(came, stopping)
                try:
                    tick()
                except StopRun as cause:
                    run.abort(str(cause))
                except KeyboardInterrupt as cause:
                    came.append(str(cause) or "Ctrl-C")
                time.sleep(_POLL_SECONDS)
                run.end_if_overdue()
        finally:
            if process.poll() is None:
                _signal_all(process, signal.SIGKILL)
            _read_to_end(process, log)
        if run.interruption:
            came.clear()
        if not run.timeline.exists():
            if run.interruption or came:
                raise KeyboardInterrupt(run.interruption or came.pop(0))
            raise _never_began(request, process.returncode, log.last_problem())
        with suppress(StopRun, KeyboardInterrupt):
            tick()
        return run.outcome(log)


class _Run:
    """A Locust process while it runs, and what is to end it."""

    def __init__(self, request: RunRequest, process: subprocess.Popen[str]) -> None:
        self.timeline = request.files.path("_timeline.jsonl")
        self.interruption = self._aborted = ""
        self._process, self._run_time = process, request.profile.run_time
        self._began = self._overdue = False
        # Workers of other machines come when somebody starts them.
        patience = float("inf") if "--master" in request.locust_args else _START_SECONDS
        self._deadline = time.monotonic() + patience

    def heed(self, came: list[str], stopping: Callable[[], None]) -> None:
        """End the run in good order after the first interrupt, and at once after the second."""
        for cause in came:
            if self.interruption:
                _signal_all(self._process, signal.SIGKILL)
                continue
            self.interruption = cause
            self._deadline = time.monotonic() + _END_SECONDS
            if self.timeline.exists():
                self._process.send_signal(signal.SIGINT)
            else:  # Locust's answer to SIGINT may not be in place yet
                _signal_all(self._process, signal.SIGTERM)
            stopping()
        came.clear()

    def abort(self, reason: str) -> None:
        """End the run in good order because whoever watches it has seen enough."""
        if not (self._aborted or self.interruption):
            self._process.send_signal(signal.SIGINT)
            self._deadline = time.monotonic() + _END_SECONDS
        self._aborted = self._aborted or reason

    def end_if_overdue(self) -> None:
        """End the run at once where it took longer than it can take."""
        if not self._began and self.timeline.exists():
            self._began = True
            if not (self.interruption or self._aborted):
                self._deadline = time.monotonic() + self._run_time + _END_SECONDS
        if not self._overdue and time.monotonic() > self._deadline:
            self._overdue = True
            _signal_all(self._process, signal.SIGKILL)

    def outcome(self, log: LogWriter) -> RunOutcome:
        """How the run ended; its process is gone. Raises TargetError."""
        code = self._process.returncode
        if self.interruption:
            return RunOutcome("interrupted", f"stopped by {self.interruption}")
        if self._overdue:
            return RunOutcome("failed", "Locust did not end in time and was killed")
        if self._aborted:
            return RunOutcome("aborted", self._aborted)
        if code == TargetError.exit_code:  # the static scenarios end this way
            raise TargetError(log.last_problem(), "start the API, or correct the address (--host)")
        if code != 0:
            reason = f"Locust ended with code {code}: {log.last_problem()}"
            return RunOutcome("failed", reason)
        return RunOutcome("completed", "", log.problem())


def _never_began(request: RunRequest, code: int, problem: str) -> BenchmarkError:
    if code == 2 and request.locust_args:  # the code with which argparse ends a program
        what = problem.rpartition("error: ")[2]
        return UsageError(f"Locust refuses what follows --: {what}", "see locust --help")
    hint = f"read {request.files.path('.log')}"
    return LocustError(f"Locust ended with code {code} before the test: {problem}", hint)


def run_interactive(request: RunRequest, ready: Callable[[str], None]) -> None:
    """Open Locust's web page on 127.0.0.1:8089, call `ready` with its address, and wait.

    Ctrl-C is the ordinary way to end it. Raises UsageError if the port is taken, LocustError if
    Locust is missing or ends by itself with an error.
    """
    port = require_web_port(request.locust_args)
    process, log = _start(request, interactive_arguments(request))
    try:
        while process.poll() is None and port_is_free(port):
            time.sleep(_POLL_SECONDS)
        if process.poll() is None:
            ready(f"http://127.0.0.1:{port}")
        process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        _wait(process)
        _read_to_end(process, log)
        return
    _read_to_end(process, log)
    if process.returncode != 0:
        raise LocustError(
            f"Locust ended with code {process.returncode}: {log.last_problem()}",
            f"read {request.files.path('.log')}",
        )


def headless_arguments(request: RunRequest) -> list[str]:
    """Locust's arguments for a run without a web page."""
    profile, files = request.profile, request.files
    arguments = [
        *_common_arguments(request),
        "--headless",
        "--only-summary",
        f"--run-time={max(1, round(profile.run_time))}s",
        f"--csv={files.path('')}",
        f"--html={files.path('_locust.html')}",
    ]
    if profile.shape in PRESET_SHAPES:
        arguments.append(f"--load-shape={profile.shape}")
    return [*arguments, *request.locust_args]


def interactive_arguments(request: RunRequest) -> list[str]:
    """Locust's arguments for its web page."""
    web = ["--web-host=127.0.0.1", f"--web-port={WEB_PORT}"]
    return [*_common_arguments(request), *web, *request.locust_args]


def _common_arguments(request: RunRequest) -> list[str]:
    return [
        *(_process_arguments(request.processes) if request.processes > 1 else ()),
        f"--locustfile={request.locustfile}",
        f"--host={request.base_url}",
        f"--users={request.profile.users}",
        f"--spawn-rate={request.profile.spawn_rate:g}",
        f"--timeline={request.files.path('_timeline.jsonl')}",
        f"--timeline-facts={json.dumps(request.facts)}",
        f"--parent-pid={os.getpid()}",
        f"--stop-timeout={STOP_TIMEOUT}",
        "--exit-code-on-error=0",  # failed requests are a result, not an error of Locust's
        *_load_arguments(request.profile, request.seed),
        *(f"--abort-on={condition.text}" for condition in request.abort_on),
    ]


def _load_arguments(profile: LoadProfile, seed: int) -> list[str]:
    """What Locust's own options cannot say of a load."""
    arguments = []
    open_model = profile.open_model
    if profile.stages:
        arguments.append(f"--stages={Stages(profile.stages, per_second=open_model is not None)}")
    elif open_model is not None:
        arguments.append(f"--request-rate={open_model.rate!r}")
    if open_model is not None:
        arguments += [
            f"--arrivals={open_model.arrivals}",
            f"--max-start-delay={open_model.max_start_delay!r}",
            f"--arrivals-seed={seed}",
        ]
    return arguments


def _process_arguments(processes: int) -> list[str]:
    """Workers of this machine alone: Locust would listen on all interfaces, on one port for all."""
    port = free_port()
    return [
        f"--processes={processes}",
        "--master-bind-host=127.0.0.1",
        f"--master-bind-port={port}",
        "--master-host=127.0.0.1",
        f"--master-port={port}",
        "--enable-rebalancing",
    ]


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that no system gives away meanwhile."""
    return next(filter(port_is_free, SystemRandom().sample(_PORTS, 200)))


def web_port(locust_args: Sequence[str]) -> int:
    """The port of Locust's web page: 8089, unless Locust's own arguments name another."""
    text = " ".join(locust_args).replace("=", " ").split()
    for flag, value in pairwise(text):
        if flag in {"--web-port", "-P"} and value.isdecimal():
            return int(value)
    return WEB_PORT


def require_web_port(locust_args: Sequence[str]) -> int:
    """The port of Locust's web page; raises UsageError if it is taken."""
    port = web_port(locust_args)
    if not port_is_free(port):
        raise UsageError(
            f"Port {port} is taken, so Locust's web page cannot open",
            f"stop what listens there, or choose another: -- --web-port {port + 1}",
        )
    return port


def port_is_free(port: int) -> bool:
    """Whether nothing listens on a port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# ── the child process ─────────────────────────────────────────────────────────────────────────


def require_locust() -> None:
    """Raises LocustError if Locust is not installed."""
    if importlib.util.find_spec("locust") is None:
        raise LocustError(
            f"Locust is not installed for {sys.executable}",
            "./benchmark/run_benchmark.sh install, or pip install -r benchmark/requirements.txt",
        )


def _start(request: RunRequest, arguments: list[str]) -> tuple[subprocess.Popen[str], LogWriter]:
    require_locust()
    process = subprocess.Popen(  # noqa: S603  # our own interpreter, a list of arguments, no shell
        # -P: a folder `benchmark` where the user stands must not be taken for this package.
        [sys.executable, "-P", "-m", "benchmark.engine", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(request),
        start_new_session=True,  # Ctrl-C reaches Locust through us, once
    )
    if process.stdout is None:  # cannot be: it was asked for above
        raise LocustError("Locust's output cannot be read")
    log = LogWriter(process.stdout, request.files.path(".log"), request.credentials.secrets())
    log.start()
    return process, log


def _environment(request: RunRequest) -> dict[str, str]:
    """The child's environment: ours, the credentials, and a path on which `benchmark` is found."""
    credentials = request.credentials
    own = {
        "BENCHMARK_TOKEN": credentials.token,
        "BENCHMARK_BASIC": credentials.basic,
        "BENCHMARK_API_KEY": credentials.api_key,
        "BENCHMARK_HEADER": "\n".join(f"{name}: {value}" for name, value in credentials.headers),
        "BENCHMARK_INSECURE": "1" if request.insecure else "",
        "BENCHMARK_RESOLVE": "\n".join(request.resolve),
    }
    kept = {k: v for k, v in os.environ.items() if k not in own and not k.startswith("LOCUST_")}
    python_path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    return {
        **kept,
        **{name: value for name, value in own.items() if value},
        "PYTHONPATH": python_path,
        "PYTHONUNBUFFERED": "1",
    }


def _read_to_end(process: subprocess.Popen[str], log: LogWriter) -> None:
    """Wait for the last output. Workers that outlive their master hold it open: they are killed."""
    log.join(_LOG_SECONDS)
    if log.is_alive():
        _signal_all(process, signal.SIGKILL)
        log.join()


def _signal_all(process: subprocess.Popen[str], number: int) -> None:
    """Send a signal to Locust and its workers: it leads a process group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _wait(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_GRACE_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        _signal_all(process, signal.SIGKILL)
        process.wait()
