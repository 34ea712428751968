"""Proves a plan on the live API, before the load: the probe first, then a short rehearsal.

The probe finds the recipes that succeed, one request at a time. The rehearsal runs the generated
file with a few users at once; what fails then (a quota, a race, a lock) gets things of its own, or
stays out of the load.
"""
# ruff: noqa: PLC0415  # the stages are slow to import, and few commands need these

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.models import (
    ApiSpec,
    Created,
    Dependencies,
    Failure,
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

    return _each_task(plan, enabled)


def rehearse(plan: LoadPlan, config: BenchmarkConfig, say: Say) -> LoadPlan:
    """Run the plan's file for a few seconds; cure what does not hold, or take it out.

    What may be cured by things of its own is rehearsed once more. Ctrl-C (KeyboardInterrupt) ends
    a rehearsal in good order and is passed on.
    """
    enabled = sum(task.readiness.enabled for task in plan.tasks())
    seconds = config.dynamic.rehearsal_seconds
    if not enabled or not seconds:
        return plan
    say(f"Rehearsing {enabled} operations with {REHEARSAL_USERS} users for {seconds:g} s")
    weak = _weak_in_rehearsal(plan, config)
    cured, names = with_own_things(plan, weak)
    if not names:
        return without_weak(plan, weak)
    cured = without_weak(cured, {key: why for key, why in weak.items() if key not in names})
    say(f"Rehearsing once more: {len(names)} operations get things of their own")
    return without_weak(cured, _weak_in_rehearsal(cured, config))


def _weak_in_rehearsal(plan: LoadPlan, config: BenchmarkConfig) -> dict[str, str]:
    """The operations that do not hold when the plan's file is run, each with what happened.

    All are called equally often, since one that is rarely called must be seen to fail as well.
    """
    from benchmark.generators.locust_generator import render_locustfile
    from benchmark.runner import RunFiles, RunRequest, run_headless
    from benchmark.utils.timeline import read_timeline

    seconds = config.dynamic.rehearsal_seconds
    profile = LoadProfile("rehearsal", REHEARSAL_USERS, float(REHEARSAL_USERS), seconds)
    with tempfile.TemporaryDirectory(prefix="stress-api-") as folder:
        locustfile = Path(folder) / "rehearsal.py"
        even = _each_task(plan, lambda task: replace(task, weight=1))
        hasty = replace(even, wait_time=REHEARSAL_WAIT, strategy="interleaved")
        locustfile.write_text(render_locustfile(hasty), encoding="utf-8")
        files = RunFiles(Path(folder), "rehearsal")
        request = RunRequest(
            locustfile, plan.base_url, profile, files, config.credentials, config.insecure
        )
        outcome = run_headless(request, lambda: None, lambda: None)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt(outcome.reason)
        timeline = read_timeline(files.path("_timeline.jsonl"))
    return weak_operations(timeline.operations, timeline.failures)


def weak_operations(stats: Sequence[OperationStats], failures: Sequence[Failure]) -> dict[str, str]:
    """The operations that did not hold, by key, each with the counts and the commonest failure."""
    messages: dict[str, tuple[int, str]] = {}
    for failure in failures:
        key = f"{failure.method} {failure.name}"
        if failure.count > messages.get(key, (0, ""))[0]:
            messages[key] = (failure.count, failure.message)
    weak: dict[str, str] = {}
    for each in stats:
        if each.requests and 1 - each.failure_share < LEAST_SHARE:
            key = f"{each.method} {each.name}"
            reason = f"{each.failures} of {each.requests} requests failed in the rehearsal"
            said = messages.get(key, (0, ""))[1]
            weak[key] = f"{reason}: {said}" if said else reason
    return weak


def with_own_things(plan: LoadPlan, weak: Collection[str]) -> tuple[LoadPlan, frozenset[str]]:
    """The plan whose weak operations get a thing of their own each time, and which these are.

    What the other operations do to a thing then no longer matters. A deletion has one anyway.
    """
    curable = frozenset(
        task.operation
        for task in plan.tasks()
        if task.operation in weak and task.readiness.enabled and _shares_things(task)
    )

    def cured(task: PlannedTask) -> PlannedTask:
        if task.operation not in curable:
            return task
        return replace(task, recipe=replace(task.recipe, fresh=True))

    return _each_task(plan, cured), curable


def _shares_things(task: PlannedTask) -> bool:
    own = {slot.source.kind for slot in task.recipe.slots() if isinstance(slot.source, Created)}
    return bool(own) and task.takes is None and not task.recipe.fresh


def without_weak(plan: LoadPlan, weak: Mapping[str, str]) -> LoadPlan:
    """The plan whose load leaves out what did not hold, each with its reason.

    What the probe verified stays verified: a deletion still cleans up.
    """

    def judged(task: PlannedTask) -> PlannedTask:
        reason = weak.get(task.operation)
        if reason is None or not task.readiness.enabled:
            return task
        return replace(task, readiness=replace(task.readiness, enabled=False, reason=reason))

    return _each_task(plan, judged)


def _each_task(plan: LoadPlan, change: Callable[[PlannedTask], PlannedTask]) -> LoadPlan:
    users = tuple(replace(user, tasks=tuple(map(change, user.tasks))) for user in plan.users)
    return replace(plan, users=users)
