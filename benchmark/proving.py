"""Proves a plan on the live API, before the load: the probe first, then a short rehearsal.

The probe finds the recipes that succeed, one request at a time. The rehearsal runs the generated
file with a few users at once; what fails then (a quota, a race, a lock) gets things of its own, or
stays out of the load.
"""
# ruff: noqa: PLC0415  # the stages are slow to import, and few commands need these

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.models import (
    ApiSpec,
    Created,
    Dependencies,
    Failure,
    Found,
    LoadPlan,
    LoadProfile,
    OperationStats,
    PlannedTask,
    PlannedUser,
    Readiness,
    Slot,
)
from benchmark.settings import BenchmarkConfig
from benchmark.utils.figures import plural

REHEARSAL_USERS = 5
REHEARSAL_WAIT = (0.0, 0.05)
"""A rehearsal is short, so its users hardly pause."""

LEAST_SHARE = 0.98
"""The share of an operation's requests that must succeed in the rehearsal."""

MAKER_FAILURES = 0.1
"""The share of a create's requests that may fail before what needs its things stays out as well."""

Say = Callable[[str], None]
Probing = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Weakness:
    """How often an operation failed in the rehearsal, and with which message most often."""

    requests: int
    failures: int
    message: str = ""

    @property
    def share(self) -> float:
        """Failures divided by requests, 0 to 1."""
        return self.failures / self.requests

    @property
    def times(self) -> str:
        """How often, in words."""
        return f"{self.failures} of {self.requests} times"

    @property
    def reason(self) -> str:
        """Why the load leaves the operation out."""
        counts = f"{self.failures} of {self.requests} requests failed in the rehearsal"
        return f"{counts}: {self.message}" if self.message else counts


def probe_plan(
    plan: LoadPlan,
    specs: Sequence[ApiSpec],
    dependencies: Dependencies,
    config: BenchmarkConfig,
    goals: frozenset[str] | None,
    say: Say,
    probing: Probing,
) -> LoadPlan:
    """The plan with the recipes that the live API accepted, and the readiness of each operation.

    Where there are `goals`, only these operations are tried, and what they need.
    """
    from benchmark.generators.probe import ProbeOptions, probe

    dynamic = config.dynamic
    options = ProbeOptions(
        requests_per_operation=dynamic.probe_requests_per_operation,
        seconds=dynamic.probe_seconds,
        seed=config.seed,
        file_upload_size=dynamic.file_upload_size,
        infer_meaning=dynamic.enable_parameter_inference,
        goals=goals,
    )
    outcome = probe(plan, specs, dependencies, config.target, options, probing)
    tried = [t for t in outcome.plan.tasks() if goals is None or t.operation in goals]
    total = len(tried)
    verified = sum(t.readiness.status == "verified" for t in tried)
    say(
        f"{verified} of {plural(total, 'operation')} verified with "
        f"{plural(outcome.requests, 'request')} in {outcome.seconds:.0f} s"
    )
    if outcome.left:
        things = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.left.items()))
        say(f"Not deleted again, perhaps still there: {things}")
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
        return _left_out(task, reason)

    return _each_task(plan, judged)


def _own_kinds(task: PlannedTask | None) -> list[str]:
    """The kinds of the things that a task has to make first."""
    slots = task.recipe.slots() if task is not None else ()
    return [slot.source.kind for slot in slots if isinstance(slot.source, Created)]


def rehearse(plan: LoadPlan, config: BenchmarkConfig, say: Say) -> LoadPlan:
    """Run the plan's file for a few seconds; cure what does not hold, or take it out.

    What may be cured by things of its own is rehearsed once more. Ctrl-C (KeyboardInterrupt) ends
    a rehearsal in good order and is passed on.
    """
    enabled = sum(task.readiness.enabled for task in plan.tasks())
    seconds = config.dynamic.rehearsal_seconds
    if not enabled or not seconds:
        return plan
    say(f"Rehearsing {plural(enabled, 'operation')} with {REHEARSAL_USERS} users for {seconds:g} s")
    weak = _weak_in_rehearsal(plan, config)
    cured, names = with_own_things(plan, weak)
    if not names:
        return without_weak(plan, weak)
    cured = without_weak(cured, {key: why for key, why in weak.items() if key not in names})
    say(f"Rehearsing once more: {plural(len(names), 'operation')} to get things of their own")
    return without_weak(cured, _weak_in_rehearsal(cured, config))


def _weak_in_rehearsal(plan: LoadPlan, config: BenchmarkConfig) -> dict[str, Weakness]:
    """The operations that do not hold when the plan's file is run, each with what happened.

    All are called equally often, since one that is rarely called must be seen to fail as well.
    """
    from benchmark.generators.locust_generator import render_locustfile
    from benchmark.run_files import RunFiles
    from benchmark.runner import RunRequest, run_headless
    from benchmark.utils.timeline import read_timeline

    seconds = config.dynamic.rehearsal_seconds
    profile = LoadProfile("rehearsal", REHEARSAL_USERS, float(REHEARSAL_USERS), seconds)
    with tempfile.TemporaryDirectory(prefix="stress-api-") as folder:
        locustfile = Path(folder) / "rehearsal.py"
        even = _each_task(plan, lambda task: replace(task, weight=1))
        hasty = replace(even, wait_time=rehearsal_wait(config), strategy="interleaved")
        locustfile.write_text(render_locustfile(hasty), encoding="utf-8")
        files = RunFiles(Path(folder), "rehearsal")
        request = RunRequest(
            locustfile,
            plan.base_url,
            profile,
            files,
            config.credentials,
            config.insecure,
            resolve=config.resolve,
        )
        outcome = run_headless(request, lambda: None, lambda: None)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt(outcome.reason)
        timeline = read_timeline(files.path("_timeline.jsonl"))
    return weak_operations(timeline.operations, timeline.failures)


def rehearsal_wait(config: BenchmarkConfig) -> tuple[float, float]:
    """The pauses of a rehearsal's users: short, but not above the rate that is allowed."""
    if config.max_request_rate is None:
        return REHEARSAL_WAIT
    least = REHEARSAL_USERS / config.max_request_rate
    return REHEARSAL_WAIT if least <= REHEARSAL_WAIT[0] else (least, max(least, REHEARSAL_WAIT[1]))


def weak_operations(
    stats: Sequence[OperationStats], failures: Sequence[Failure]
) -> dict[str, Weakness]:
    """The operations that did not hold, by key, each with its commonest failure."""
    messages: dict[str, tuple[int, str]] = {}
    for failure in failures:
        key = f"{failure.method} {failure.name}"
        if failure.count > messages.get(key, (0, ""))[0]:
            messages[key] = (failure.count, failure.message)
    weak: dict[str, Weakness] = {}
    for each in stats:
        if each.requests and 1 - each.failure_share < LEAST_SHARE:
            key = f"{each.method} {each.name}"
            weak[key] = Weakness(each.requests, each.failures, messages.get(key, (0, ""))[1])
    return weak


def with_own_things(plan: LoadPlan, weak: Collection[str]) -> tuple[LoadPlan, frozenset[str]]:
    """The plan whose weak operations get a thing of their own each time, and which these are.

    What the other operations do to a thing then no longer matters. A deletion has one anyway. What
    reads listed things, which others may delete meanwhile, takes the sort of thing that a verified
    write of the same path has.
    """
    plan = _each_task(
        plan, lambda task: _of_own_things(task, plan) if task.operation in weak else task
    )
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


def _of_own_things(task: PlannedTask, plan: LoadPlan) -> PlannedTask:
    """The task with made things in place of listed ones, where a write of its path has such."""
    path = task.operation.partition(" ")[2]
    made = {
        slot.pointer: slot.source
        for other in plan.tasks()
        if other.operation.partition(" ")[2] == path and other.readiness.status == "verified"
        for slot in other.recipe.parameters
        if slot.location == "path" and isinstance(slot.source, Created)
    }

    def own(slot: Slot) -> Slot:
        is_listed = slot.location == "path" and isinstance(slot.source, Found)
        return replace(slot, source=made.get(slot.pointer, slot.source)) if is_listed else slot

    parameters = tuple(own(slot) for slot in task.recipe.parameters)
    return replace(task, recipe=replace(task.recipe, parameters=parameters))


def _shares_things(task: PlannedTask) -> bool:
    own = {slot.source.kind for slot in task.recipe.slots() if isinstance(slot.source, Created)}
    return bool(own) and task.takes is None and not task.recipe.fresh


def without_weak(plan: LoadPlan, weak: Mapping[str, Weakness]) -> LoadPlan:
    """The plan whose load leaves out what did not hold, each with its reason.

    What the probe verified stays verified: a deletion still cleans up.
    """

    def judged(task: PlannedTask) -> PlannedTask:
        if task.operation not in weak or not task.readiness.enabled:
            return task
        return _left_out(task, weak[task.operation].reason)

    failing = {key: each.times for key, each in weak.items() if each.share > MAKER_FAILURES}
    return _without_things(_each_task(plan, judged), failing)


def _left_out(task: PlannedTask, reason: str) -> PlannedTask:
    return replace(task, readiness=replace(task.readiness, enabled=False, reason=reason))


def _each_task(plan: LoadPlan, change: Callable[[PlannedTask], PlannedTask]) -> LoadPlan:
    users = tuple(replace(user, tasks=tuple(map(change, user.tasks))) for user in plan.users)
    return replace(plan, users=users)
