"""The guided demo: the whole way once, against a gateway that is started for it and stopped."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark import pipeline
from benchmark.console import print_discovery, print_plan, watching
from benchmark.errors import DocumentError, TargetError, UsageError
from benchmark.settings import BenchmarkConfig
from benchmark.utils.reporters.text import write_text

_GATEWAY = "examples.gateway"
_LISTENING = re.compile(r"https?://[\w.:\[\]-]+")
_ROOT = Path(__file__).resolve().parents[2]
_RUN_SECONDS = 20.0
_PAUSES = (0.1, 0.5)  # seconds: with the usual ones, percentiles would be of a few requests
_HEAD_LINES, _CLASS_LINES = 10, 40


def run_demo(given: BenchmarkConfig, *, ask: bool) -> None:
    """Run every step, with a pause before each if `ask`. Prints to stdout as a person reads it.

    Of what was given, the run time (20 s if there is none) and the results folder count.
    """
    with _gateway() as url, watching(quiet=False) as observer:
        print(f"The demo gateway listens on {url}.")  # noqa: T201
        config = BenchmarkConfig(
            host=url,
            test_type="dynamic",
            run_time=given.run_time or _RUN_SECONDS,
            wait_time=_PAUSES,
            results_dir=given.results_dir,
            command=given.command,
        )
        profile = config.profile()
        _step(ask, "Discover its API documents")
        prepared = pipeline.prepare(config, profile.users, observer)
        if prepared.discovery is None or prepared.plan is None:  # never without --locustfile
            raise DocumentError("The demo gateway showed no API document")
        counts = {s.application: (len(s.operations), len(s.skipped)) for s in prepared.specs}
        print_discovery(prepared.discovery, counts)
        print_plan(prepared.plan)
        _step(ask, "Look at the generated locustfile")
        _show(prepared.locustfile)
        _step(ask, f"Run it for {profile.run_time:g} seconds with {profile.users} users")
        report = pipeline.run(prepared, profile, config, observer)
        write_text(report, sys.stdout)
    if report.result.status == "interrupted":
        raise KeyboardInterrupt


def _step(ask: bool, title: str) -> None:
    print(f"\n== {title} ==", flush=True)  # noqa: T201
    if ask:
        input("Press Enter to go on, Ctrl-C to stop. ")


def _show(path: Path) -> None:
    """The beginning of the file and of its first user class, which is what there is to see."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("class "))
    parts = [*lines[:_HEAD_LINES], "...", *lines[first : first + _CLASS_LINES]]
    print("\n".join(parts))  # noqa: T201
    print(f"... and more: {len(lines)} lines in {path}")  # noqa: T201


@contextmanager
def _gateway() -> Iterator[str]:
    """Start the demo gateway on a free port, give its URL, and stop it at the end."""
    if not (_ROOT / "examples" / "gateway").is_dir() and not importlib.util.find_spec("examples"):
        raise UsageError(
            "The demo gateway is not part of an installed package", "run it from a checkout"
        )
    process = subprocess.Popen(  # noqa: S603  # our own interpreter, a list of arguments, no shell
        [sys.executable, "-m", _GATEWAY, "--port", "0"],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends the load first, then the gateway
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        url = _LISTENING.search(line)
        if url is None:
            raise TargetError(
                "The demo gateway did not start", "python -m examples.gateway says why"
            )
        yield url[0]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
