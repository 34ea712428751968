"""The stages in order: the program on one screen, and the only door to them.

    discover → parse → analyse → plan → prove → generate → run → report

Both entrances, command line and service, call these functions. What happens on the way is told to
an `Observer`; nothing here prints. Each function imports the stage that it calls, because stages
are slow to import and no command needs them all.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from benchmark.asking import FoundApi, find_api
from benchmark.baseline import compare_results, read_baseline
from benchmark.errors import UsageError
from benchmark.finding import discover, parse, reach, where_from
from benchmark.inspecting import (
    DocumentCheck,
    TargetCheck,
    endpoints,
    sample_data,
    validate_target,
)
from benchmark.interrupts import held_interrupts
from benchmark.models import ApiSpec, Comparison, Dependencies, LoadPlan, Report
from benchmark.outputs import require_writable, shown, time_stamp, write_discovery, write_test
from benchmark.readiness import require_tasks
from benchmark.rebuilding import rebuild
from benchmark.run_conditions import conditions_without_load, require_known_operations
from benchmark.running import (
    Observer,
    Prepared,
    UnwrittenReportsError,
    report_run,
    request_of,
    run,
)
from benchmark.settings import BenchmarkConfig
from benchmark.utils.figures import plural

if TYPE_CHECKING:
    from benchmark.capacity import CapacityReport

__all__ = [
    "DocumentCheck",
    "Observer",
    "Prepared",
    "TargetCheck",
    "UnwrittenReportsError",
    "analyse",
    "compare",
    "discover",
    "endpoints",
    "find_capacity",
    "generate",
    "graph_text",
    "interact",
    "origin",
    "parse",
    "plan",
    "prepare",
    "prove",
    "reach",
    "rebuild",
    "report_run",
    "run",
    "run_benchmark",
    "sample_data",
    "validate_target",
    "where_from",
]

_GENERATED_FOR = 10  # users, if nobody says how many: enough for one of each class


def analyse(specs: Sequence[ApiSpec]) -> Dependencies:
    """The data flow between the operations: which answers supply which values."""
    from benchmark.generators.dependency_analyzer import analyze_dependencies

    return analyze_dependencies(specs)


def graph_text(specs: Sequence[ApiSpec]) -> str:
    """The data flow as a tree of the kinds of things, as a terminal shows it."""
    from benchmark.generators.dependency_analyzer import tree_text

    return tree_text(analyse(specs))


def plan(
    base_url: str,
    specs: Sequence[ApiSpec],
    dependencies: Dependencies,
    config: BenchmarkConfig,
    users: int,
    asked: FoundApi | None = None,
) -> LoadPlan:
    """Decide, from the documents alone, who calls what, with which values.

    Where endpoints were asked for (`asked`), one user class calls all of them, so that their
    weights hold.
    """
    from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios

    dynamic = config.dynamic
    goals = asked.goals if asked is not None else None
    options = PlanOptions(
        seed=config.seed,
        wait_time=config.wait_time,
        users=1 if goals else users,
        credentials=config.credentials,
        include=config.include,
        exclude=config.exclude,
        tags=config.tag,
        read_only=config.read_only,
        infer_meaning=dynamic.enable_parameter_inference,
        file_upload_size=dynamic.file_upload_size,
        max_operations=None if goals else dynamic.max_endpoints_per_app,
        strategy=config.strategy,
        given_in_paths=asked.given_in_paths if asked is not None else frozenset(),
    )
    return plan_scenarios(base_url, specs, dependencies, options)


def prove(
    load_plan: LoadPlan,
    api: FoundApi,
    dependencies: Dependencies,
    config: BenchmarkConfig,
    observer: Observer,
) -> LoadPlan:
    """Try the operations on the live API, then rehearse the load; keep what holds."""
    from benchmark import proving

    total = sum(1 for _ in load_plan.tasks()) if api.goals is None else len(api.goals)
    if not any(load_plan.tasks()):
        return load_plan
    observer.stage(f"Trying {plural(total, 'operation')}, one request at a time")
    proved = proving.probe_plan(
        load_plan, api.specs, dependencies, config, api.goals, observer.stage, observer.probing
    )
    proved = api.load(proved, config, probed=True)
    return api.load(proving.rehearse(proved, config, observer.stage), config, probed=True)


def prepare(
    config: BenchmarkConfig,
    users: int,
    observer: Observer,
    out: Path | None = None,
    *,
    live: bool = True,
) -> Prepared:
    """Everything up to the locustfile, each result written to the results folder.

    `out` is where the locustfile goes instead; with `live` off nothing is tried on the API. Raises
    UsageError if nothing is left to call, or if the file cannot be written there.
    """
    from benchmark.run_files import prepare_folder

    prepare_folder(config.results_dir)
    if out is not None:
        require_writable(out)
    if config.locustfile is not None:
        if config.endpoints:
            raise UsageError(
                "--endpoints and --locustfile both say what is called", "leave one of them out"
            )
        if not config.locustfile.is_file():
            raise UsageError(f"No locustfile {config.locustfile}", "check --locustfile")
        return Prepared(config.base_url, config.locustfile.resolve())
    observer.stage(where_from(config))
    api = find_api(config, observer.stage)
    stamp = time_stamp()
    found = write_discovery(config.results_dir, stamp, api.discovery, api.specs)
    dependencies = analyse(api.specs)
    load_plan = plan(origin(config.base_url), api.specs, dependencies, config, users, api)
    require_known_operations(config, load_plan)
    probed = live and not config.no_probe
    if probed:
        load_plan = prove(load_plan, api, dependencies, config, observer)
    else:
        load_plan = api.load(load_plan, config, probed=False)
    for note in api.notes(load_plan, config, probed=probed):
        observer.stage(note)
    require_tasks(load_plan)
    for note in conditions_without_load(config, load_plan):
        observer.stage(note)
    plan_file, locustfile = write_test(config.results_dir, stamp, load_plan, out)
    enabled = sum(task.readiness.enabled for task in load_plan.tasks())
    total = sum(1 for _ in load_plan.tasks()) + len(load_plan.skipped)
    observer.stage(f"Wrote {shown(locustfile)}: {enabled} of {total} operations take part")
    return Prepared(
        load_plan.base_url,
        locustfile,
        api.discovery,
        api.specs,
        load_plan,
        (found, plan_file, locustfile),
    )


def run_benchmark(config: BenchmarkConfig, observer: Observer) -> tuple[Report, ...]:
    """The whole way, for one test type or a suite of them, until one is interrupted or aborted."""
    from benchmark.runner import require_locust

    require_locust()
    names = config.suite if config.test_type == "suite" else (config.test_type,)
    profiles = [config.profile(name) for name in names]
    baseline = read_baseline(config, profiles)
    prepared = prepare(config, min(profile.users for profile in profiles), observer)
    reports: list[Report] = []
    with held_interrupts() as came:
        for profile in profiles:
            try:
                reports.append(run(prepared, profile, config, observer, baseline))
            except KeyboardInterrupt:  # before its load began
                if not reports:
                    raise
                break
            if came or reports[-1].result.status in ("interrupted", "aborted"):
                break
        came.clear()
    return tuple(reports)


def find_capacity(config: BenchmarkConfig, observer: Observer) -> CapacityReport:
    """Find the highest rate of iterations that meets an objective, and write the answer."""
    from benchmark.capacity import plan_search, run_search
    from benchmark.runner import require_locust

    require_locust()
    search = plan_search(config)  # what is wrong with it is known before the user waits
    prepared = prepare(config, config.max_users or _GENERATED_FOR, observer)
    return run_search(
        search,
        config,
        prepared.base_url,
        lambda profile, files: request_of(prepared, profile, config, files),
        observer,
    )


def compare(base: str, new: Sequence[str], margin: float | None) -> tuple[Comparison, ...]:
    """Each of `new` compared with `base`: files, folders, or several with commas between.

    `margin` is the share that counts as no change. Raises UsageError for what is not comparable.
    """
    return compare_results(base, new, margin)


def interact(config: BenchmarkConfig, observer: Observer) -> None:
    """Open Locust's web page with the generated file, and wait until it is stopped."""
    from benchmark.run_files import claim_files
    from benchmark.runner import require_locust, require_web_port, run_interactive

    profile = config.profile()
    require_locust()
    require_web_port(config.locust_args)  # known before the user waits for discovery
    prepared = prepare(config, profile.users, observer)
    files = claim_files(config.results_dir, "interactive")
    request = request_of(prepared, profile, config, files)
    run_interactive(request, lambda url: observer.stage(f"Open {url} - Ctrl-C ends it"))
    observer.stage(f"Ended; what happened is in {shown(files.path('.log'))}")
    timeline = files.path("_timeline.jsonl")
    if timeline.exists():
        observer.stage(f"The last test: stress-api analyze {quote(shown(timeline))}")


def generate(config: BenchmarkConfig, out: Path | None, observer: Observer) -> Prepared:
    """Everything up to the locustfile; `out` is where it goes instead of the results folder.

    With --spec the documents are all that counts: nothing is sent. Conditions are those of runs.
    """
    config = replace(config, threshold=(), abort_on=())
    return prepare(config, config.users or _GENERATED_FOR, observer, out, live=not config.spec)


# ── small parts ───────────────────────────────────────────────────────────────────────────────


def origin(base_url: str) -> str:
    """Scheme, host and port of a URL: operations' paths begin below them."""
    scheme, _, rest = base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
