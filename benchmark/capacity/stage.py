"""The search as a stage: from settings to an answer that is written beside the other results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from benchmark.capacity.controller import Limits, Planned
from benchmark.capacity.objective import parse_objective
from benchmark.capacity.search import Search, find_capacity
from benchmark.capacity.sizing import USERS_AT_MOST
from benchmark.capacity.stepping import MakeRequest, Measured, StepLoad, run_step
from benchmark.errors import UsageError
from benchmark.generators.transport import Transport, TransportFailure
from benchmark.interrupts import interrupts_wait
from benchmark.load_settings import MAX_START_DELAY
from benchmark.models import Capacity, LoadProfile
from benchmark.run_files import claim_stem
from benchmark.settings import BenchmarkConfig
from benchmark.utils.reporters.capacity import write_capacity
from benchmark.utils.reporters.environment import describe_environment
from benchmark.utils.timeline import Progress


class Watching(Protocol):
    """Whoever watches a search."""

    def stage(self, text: str) -> None:
        """A step begins or ended."""

    def running(self, profile: LoadProfile, progress: Progress) -> None:
        """A step goes on."""


@dataclass(frozen=True, slots=True)
class CapacityReport:
    """An answer, where its load came from, and the files that hold it, by what they are."""

    capacity: Capacity
    environment: Mapping[str, str]
    files: Mapping[str, str]


def plan_search(config: BenchmarkConfig) -> Search:
    """What is to be searched. Raises UsageError for settings that make no search."""
    if config.max_rate < config.min_rate:
        raise UsageError(
            f"--max-rate {config.max_rate:g} is less than --min-rate {config.min_rate:g}",
            "write the lower rate as --min-rate",
        )
    if config.max_time < config.step_time:
        raise UsageError(
            "--max-time is shorter than a single step", "give a shorter --step-time, or more time"
        )
    load = StepLoad(
        objective=parse_objective(config.slo),
        arrivals=config.arrivals or "constant",
        max_start_delay=config.max_start_delay or MAX_START_DELAY,
    )
    limits = Limits(
        min_rate=config.min_rate,
        max_rate=config.max_rate,
        step_seconds=float(round(config.step_time)),
        max_seconds=config.max_time,
    )
    at_most = config.max_users or USERS_AT_MOST
    return Search(
        config.base_url, load, limits, not config.slo, config.seed, at_most, config.command
    )


def run_search(
    search: Search,
    config: BenchmarkConfig,
    base_url: str,
    make_request: MakeRequest,
    watching: Watching,
) -> CapacityReport:
    """Search, and write the answer, however the search ended."""
    files = claim_stem(config.results_dir, "capacity")
    log = files.path(".log")
    objective = ", ".join(each.text for each in search.load.objective)
    watching.stage(
        f"Looking for the highest rate with {objective}"
        f"{' (the default)' if search.is_default else ''} at {base_url}"
    )

    def step(planned: Planned, users: int) -> Measured:
        return run_step(planned, users, search.load, make_request, watching.running, log)

    with Transport(config.target) as transport:

        def ask() -> float | None:
            reply = transport.get(config.base_url)
            return None if isinstance(reply, TransportFailure) else reply.seconds

        capacity = find_capacity(search, step, ask, watching.stage)
    environment = describe_environment()
    paths = {"report": ".html", "result": ".json", "log": ".log"}
    named = {label: str(files.path(ending)) for label, ending in paths.items()}
    with interrupts_wait(forget=True):
        write_capacity(capacity, environment, named)
    return CapacityReport(capacity, environment, named)
