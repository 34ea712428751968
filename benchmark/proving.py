"""Proves a plan on the live API, before the load: the probe first, then a short rehearsal.

The probe finds the recipes that succeed, one request at a time. The rehearsal runs the generated
file with a few users at once; what fails then (a quota, a race, a lock) stays out of the load.
"""
# ruff: noqa: PLC0415  # the stages are slow to import, and few commands need these

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.models import (
    ApiSpec,
    Created,
    Dependencies,
    LoadPlan,
    LoadProfile,
    OperationStats,
    PlannedTask,
    PlannedUser,
    Readiness,
)
from benchmark.settings import BenchmarkConfig

REHEARSAL_USERS = 5
REHEARSAL_WAIT = (0.0, 0.05)
"""A rehearsal is short, so its users hardly pause."""

LEAST_SHARE = 0.98
"""The share of an operation's requests that must succeed in the rehearsal."""

MAKER_FAILURES = 0.1
"""The share of a create's requests that may fail before what needs its things stays out as well."""

Say = Callable[[str], None]
Probing = Callable[[int, int, int], None]


def probe_plan(
    plan: LoadPlan,
    specs: Sequence[ApiSpec],
    dependencies: Dependencies,
    config: BenchmarkConfig,
    say: Say,
    probing: Probing,
) -> LoadPlan:
    """The plan with the recipes that the live API accepted, and the readiness of each operation."""
    from benchmark.generators.probe import ProbeOptions, probe

    dynamic = config.dynamic
    options = ProbeOptions(
        requests_per_operation=dynamic.probe_requests_per_operation,
        seconds=dynamic.probe_seconds,
        seed=config.seed,
        file_upload_size=dynamic.file_upload_size,
        infer_meaning=dynamic.enable_parameter_inference,
    )
    outcome = probe(plan, specs, dependencies, config.target, options, probing)
    total = sum(1 for _ in outcome.plan.tasks())
    verified = sum(t.readiness.status == "verified" for t in outcome.plan.tasks())
    say(
        f"{verified} of {total} operations verified with {outcome.requests} requests "
        f"in {outcome.seconds:.0f} s"
    )
    if outcome.left:
        things = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.left.items()))
        say(f"Could not be deleted again: {things}")
    proved = outcome.plan
    if config.auth_per_user:
        users = tuple(_signing_in_alone(user) for user in proved.users)
        proved = replace(proved, users=users)
    return _with_unverified(proved) if config.include_unverified else proved


def _signing_in_alone(user: PlannedUser) -> PlannedUser:
    if user.sign_in is None:
        return user
    return replace(user, sign_in=replace(user.sign_in, per_user=True))


def _with_unverified(plan: LoadPlan) -> LoadPlan:
    """The plan with what the probe could not verify, but for what nobody could call."""

    def enabled(task: PlannedTask) -> PlannedTask:
        status, reason = task.readiness.status, task.readiness.reason
        if status not in {"unverified", "in doubt"} or reason.startswith("not served"):
            return task
        return replace(task, readiness=Readiness(status, True, reason))

    users = tuple(
        replace(user, tasks=tuple(enabled(task) for task in user.tasks)) for user in plan.users
    )
    return replace(plan, users=users)


def without_weak(
    plan: LoadPlan, stats: Sequence[OperationStats], messages: Mapping[str, str]
) -> LoadPlan:
    """The plan without the operations that did not hold in the rehearsal.

    `stats` are the rehearsal's operations; `messages` holds the commonest failure of each, by key.
    """
    weak = {
        f"{each.method} {each.name}": each
        for each in stats
        if each.requests and 1 - each.failure_share < LEAST_SHARE
    }

    def judged(task: PlannedTask) -> PlannedTask:
        each = weak.get(task.operation)
        if each is None or not task.readiness.enabled:
            return task
        said = messages.get(task.operation, "")
        reason = f"{each.failures} of {each.requests} requests failed in the rehearsal"
        reason = f"{reason}: {said}" if said else reason
        return replace(task, readiness=Readiness("unverified", False, reason))

    users = tuple(
        replace(user, tasks=tuple(judged(task) for task in user.tasks)) for user in plan.users
    )
    failing = {
        key: f"{each.failures} of {each.requests} times"
        for key, each in weak.items()
        if each.failure_share > MAKER_FAILURES
    }
    return _without_things(replace(plan, users=users), failing)


def _without_things(plan: LoadPlan, failing: Mapping[str, str]) -> LoadPlan:
    """The plan without the operations on things that cannot be relied on to be made.

    `failing` are the operations that make things, and how often they failed. Whatever needs such a
    thing would call them again and again.
    """
    bad = {kind.kind: kind.create for kind in plan.kinds.values() if kind.create in failing}
    makers = {kind.create: kind.kind for kind in plan.kinds.values() if kind.create}
    causes = {kind: create for kind, create in bad.items() if create}
    tasks = {task.operation: task for task in plan.tasks()}
    changed = True
    while changed:  # what is made of a bad thing is bad itself
        changed = False
        for key, kind in makers.items():
            need = next((n for n in _own_kinds(tasks.get(key)) if n in causes), None)
            if kind not in causes and need is not None:
                causes[kind], changed = causes[need], True

    def judged(task: PlannedTask) -> PlannedTask:
        need = next((kind for kind in _own_kinds(task) if kind in causes), None)
        if need is None or not task.readiness.enabled:
            return task
        cause = causes[need]
        reason = f"no {need} for certain: {cause} failed {failing[cause]} in the rehearsal"
        return replace(task, readiness=Readiness("unverified", False, reason))

    users = tuple(
        replace(user, tasks=tuple(judged(task) for task in user.tasks)) for user in plan.users
    )
    return replace(plan, users=users)


def _own_kinds(task: PlannedTask | None) -> list[str]:
    """The kinds of the things that a task has to make first."""
    slots = task.recipe.slots() if task is not None else ()
    return [slot.source.kind for slot in slots if isinstance(slot.source, Created)]


def rehearse(plan: LoadPlan, config: BenchmarkConfig, say: Say) -> LoadPlan:
    """Run the plan's file for a few seconds, and take out what does not hold.

    Ctrl-C (KeyboardInterrupt) ends it in good order and is passed on.
    """
    from benchmark.generators.locust_generator import render_locustfile
    from benchmark.run_files import RunFiles
    from benchmark.runner import RunRequest, run_headless
    from benchmark.utils.timeline import read_timeline

    enabled = sum(task.readiness.enabled for task in plan.tasks())
    seconds = config.dynamic.rehearsal_seconds
    if not enabled or not seconds:
        return plan
    say(f"Rehearsing {enabled} operations with {REHEARSAL_USERS} users for {seconds:g} s")
    profile = LoadProfile("rehearsal", REHEARSAL_USERS, float(REHEARSAL_USERS), seconds)
    with tempfile.TemporaryDirectory(prefix="stress-api-") as folder:
        locustfile = Path(folder) / "rehearsal.py"
        hasty = replace(plan, wait_time=REHEARSAL_WAIT)
        locustfile.write_text(render_locustfile(hasty), encoding="utf-8")
        files = RunFiles(Path(folder), "rehearsal")
        request = RunRequest(
            locustfile, plan.base_url, profile, files, config.credentials, config.insecure
        )
        outcome = run_headless(request, lambda: None, lambda: None)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt(outcome.reason)
        timeline = read_timeline(files.path("_timeline.jsonl"))
    messages: dict[str, tuple[int, str]] = {}
    for failure in timeline.failures:
        key = f"{failure.method} {failure.name}"
        if failure.count > messages.get(key, (0, ""))[0]:
            messages[key] = (failure.count, failure.message)
    words = {key: message for key, (_, message) in messages.items()}
    return without_weak(plan, timeline.operations, words)
