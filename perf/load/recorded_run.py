"""Runs Locust with the engine's recorder, and reads its timeline for the middle of the run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # works without being installed

from benchmark.histogram import Histogram, merge_histograms

from .generators import LOCUSTFILES, Load, environment_of, locust
from .machine import pinned
from .processes import MeasurementError, last_words, running

_PATIENCE = 60.0  # seconds that starting and stopping may take


@dataclass(frozen=True, slots=True)
class Window:
    """The requests of some whole seconds of a run; `begin` and `end` are wall-clock seconds."""

    begin: float
    end: float
    latency: Histogram
    failures: int

    @property
    def requests(self) -> int:
        """How many were recorded."""
        return self.latency.count

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / (self.end - self.begin)


@dataclass(frozen=True, slots=True)
class Run:
    """So many users of a class with one of our locustfiles, for so many whole seconds.

    `url` is the server's. `options` are further ones of the command line.
    """

    user: str
    locustfile: str
    url: str
    users: int
    seconds: int
    cafile: Path | None = None
    options: Sequence[str] = ()


def run_recorded(
    run: Run,
    tree: Path,
    folder: Path,
    core: int | None,
    during: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
) -> Path:
    """Run it to its end, `during` beside it; returns its timeline. Raises MeasurementError."""
    load = Load(
        case="get",
        url=run.url,
        users=run.users,
        seconds=run.seconds,
        locustfile=LOCUSTFILES / run.locustfile,
        tree=tree,
        folder=folder,
        cafile=run.cafile,
    )
    timeline, log = folder / "timeline.jsonl", folder / "generator.log"
    timeline.unlink(missing_ok=True)
    command = locust(run.user, recorded=True).command(load)
    words = pinned([*command.words, *run.options], core)
    with running(words, log, cwd=tree, environment=environment_of(command)) as process:
        during(process)
        try:
            process.wait(run.seconds + _PATIENCE)
        except subprocess.TimeoutExpired:
            raise MeasurementError(f"{run.user}: it does not end: {last_words(log)}") from None
    if not timeline.exists():
        raise MeasurementError(f"{run.user}: it recorded nothing: {last_words(log)}")
    return timeline


def read_window(timeline: Path, skip: float, last: float) -> Window:
    """The seconds of a timeline from `skip` to `last` seconds after its beginning.

    Raises MeasurementError where it has none.
    """
    lines = [json.loads(line) for line in timeline.read_text(encoding="utf-8").splitlines()]
    began = datetime.fromisoformat(lines[0]["started_at"]).timestamp()
    seconds = [line for line in lines if line["kind"] == "second"]
    before = [line["elapsed"] for line in seconds if line["elapsed"] < skip]
    # A line is written a little after its second.
    chosen = [line for line in seconds if skip <= line["elapsed"] <= last + 0.5]
    if not chosen:
        raise MeasurementError(f"the timeline has no second between {skip} and {last}")
    operations: list[dict[str, Any]] = [
        each for line in chosen for each in line["operations"] if each["role"] == "load"
    ]
    return Window(
        began + (before[-1] if before else 0.0),
        began + chosen[-1]["elapsed"],
        merge_histograms(histogram(each["latency"]) for each in operations),
        sum(each["failures"] for each in operations),
    )


def read_times(timeline: Path, name: str, skip: float = 0.0) -> Histogram:
    """What the timeline has of one of the generator's own times, after `skip` seconds."""
    lines = [json.loads(line) for line in timeline.read_text(encoding="utf-8").splitlines()]
    return merge_histograms(
        histogram(line["times"][name])
        for line in lines
        if line["kind"] == "second" and line["elapsed"] > skip and name in line.get("times", {})
    )


def read_counter(timeline: Path, name: str) -> int:
    """How often something happened, by the timeline."""
    lines = [json.loads(line) for line in timeline.read_text(encoding="utf-8").splitlines()]
    return int(sum(line.get("counters", {}).get(name, 0) for line in lines))


def read_latencies(timeline: Path, name: str) -> Histogram:
    """All latencies of the load of one kind: "latency" or "latency_from_schedule"."""
    lines = [json.loads(line) for line in timeline.read_text(encoding="utf-8").splitlines()]
    return merge_histograms(
        histogram(each[name])
        for line in lines
        for each in line.get("operations", ())
        if name in each and each["role"] == "load"
    )


def histogram(written: dict[str, Any]) -> Histogram:
    """A histogram as a timeline has it."""
    counts = {int(index): count for index, count in written["counts"].items()}
    return Histogram(counts, written["total"], written["lowest"], written["highest"])
