"""One run of a load: Locust is started, watched, and what it recorded is judged and written."""
# ruff: noqa: PLC0415  # the stages are slow to import, and no command needs them all

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmark.baseline import Baseline, with_comparison
from benchmark.interrupts import interrupts_wait
from benchmark.load_settings import load_in_words
from benchmark.models import ApiSpec, Discovery, LoadPlan, LoadProfile, Report
from benchmark.outputs import result_files, write_reports
from benchmark.readiness import readiness_of
from benchmark.run_conditions import ending, follow, require_rate
from benchmark.settings import BenchmarkConfig

if TYPE_CHECKING:
    from benchmark.run_files import RunFiles
    from benchmark.runner import RunOutcome, RunRequest
    from benchmark.utils.timeline import Progress


class Observer(Protocol):
    """Whoever watches a command: a terminal, a service, a test."""

    def stage(self, text: str) -> None:
        """A stage begins or ended; `text` is one sentence."""

    def probing(self, done: int, total: int, verified: int) -> None:
        """The probe goes on: operations tried, all of them, and verified ones."""

    def running(self, profile: LoadProfile, progress: Progress) -> None:
        """The load goes on; called a few times a second."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A test that is ready to run: its file, what it calls, and where that was found.

    For a locustfile of the user's own there is no discovery and no plan.
    """

    base_url: str
    locustfile: Path
    discovery: Discovery | None = None
    specs: tuple[ApiSpec, ...] = ()
    plan: LoadPlan | None = None
    files: tuple[Path, ...] = ()


class UnwrittenReportsError(OSError):
    """The reports of a run cannot be written, for a full disk; `report` is what they would say."""

    def __init__(self, cause: OSError, report: Report) -> None:
        super().__init__(cause.errno, cause.strerror, cause.filename)
        self.report = report


def run(
    prepared: Prepared,
    profile: LoadProfile,
    config: BenchmarkConfig,
    observer: Observer,
    baseline: Baseline | None = None,
) -> Report:
    """Run one load, and write its result and reports beside Locust's own files."""
    from benchmark.run_files import claim_files, prepare_folder
    from benchmark.runner import run_headless
    from benchmark.utils.timeline import TimelineReader

    prepare_folder(config.results_dir)
    files = claim_files(config.results_dir, profile.name)
    request = request_of(prepared, profile, config, files)
    observer.stage(f"Running {profile.name}: {load_in_words(profile)} against {prepared.base_url}")
    reader = TimelineReader(files.path("_timeline.jsonl"))

    def tick() -> None:
        follow(reader, observer.stage)
        observer.running(profile, reader.progress())
        require_rate(config.max_request_rate, reader)

    def stopping() -> None:
        observer.stage("Stopping: users finish and delete what they made (Ctrl-C again: at once)")

    outcome = run_headless(request, tick, stopping)
    with interrupts_wait(forget=outcome.status == "interrupted"):
        return report_run(prepared, profile, config, files, outcome, baseline)


def report_run(
    prepared: Prepared,
    profile: LoadProfile,
    config: BenchmarkConfig,
    files: RunFiles,
    outcome: RunOutcome,
    baseline: Baseline | None = None,
) -> Report:
    """Judge what a run recorded, compare it, and write its result and its report.

    Raises UnwrittenReportsError.
    """
    from benchmark.utils.analyze_results import analyze
    from benchmark.utils.results import build_result
    from benchmark.utils.timeline import read_timeline

    timeline = read_timeline(files.path("_timeline.jsonl"))
    outcome = ending(outcome, timeline.abort_reason, timeline.totals.requests)
    result = build_result(
        timeline,
        test_type=profile.name,
        base_url=prepared.base_url,
        profile=profile,
        wait_time=config.pauses,
        seed=config.seed,
        readiness=readiness_of(prepared.plan),
        status=outcome.status,
        status_reason=outcome.reason,
        thresholds=config.threshold,
        abort_on=config.abort_on,
    )
    report = analyze(result, result_files(files, prepared.locustfile))
    report = with_comparison(report, baseline)
    try:
        write_reports(report, files)
    except OSError as error:
        raise UnwrittenReportsError(error, report) from error
    return report


def request_of(
    prepared: Prepared, profile: LoadProfile, config: BenchmarkConfig, files: RunFiles
) -> RunRequest:
    """The run of Locust that a load asks for."""
    from benchmark.run_facts import run_facts
    from benchmark.runner import RunRequest

    return RunRequest(
        locustfile=prepared.locustfile,
        base_url=prepared.base_url,
        profile=profile,
        files=files,
        credentials=config.credentials,
        insecure=config.insecure,
        processes=config.processes,
        locust_args=config.locust_args,
        facts=run_facts(profile, config),
        seed=config.seed,
        abort_on=config.abort_on,
        resolve=config.resolve,
    )
