"""The load that was asked for: these operations, with these weights, and what they need made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.generators.asked.asking import Asked, AskedOperation
from benchmark.generators.asked.given_values import sends_given, with_given
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.safety.caution import READ_ONLY, changes_singleton, danger
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.generators.scenario_planner.credential_needs import credential_needs
from benchmark.models import (
    ApiSpec,
    Created,
    Credentials,
    Echo,
    Found,
    LoadPlan,
    Operation,
    PlannedTask,
    PlannedUser,
    Readiness,
    Unique,
    unescape_pointer,
)

PREPARES = "not asked for: it only makes what the others need"
"""Why an operation is in the file and no part of the load."""


@dataclass(frozen=True, slots=True)
class AskedLoad:
    """Makes of a plan for all operations the plan of the load that was asked for.

    `specs` have the given values laid over them.
    """

    asked: Asked
    specs: Sequence[ApiSpec]
    credentials: Credentials
    seed: int

    def of(self, plan: LoadPlan, *, probed: bool) -> LoadPlan:
        """The plan with the asked operations alone; nothing changes where none were asked for.

        What the probe (or, before it, the document) holds for unfit takes part all the same, as far
        as that is safe: who asks for an operation wants to see how it fails.
        """
        if not self.asked:
            return plan
        tasks = {task.operation: task for task in plan.tasks()}
        known = {op.key: (op, spec) for spec in self.specs for op in spec.operations}
        judged = {
            key: self._judged(tasks[key], *known[key], tasks, plan, probed=probed)
            for key in self.asked.operations
            if key in tasks
        }
        needed = _needed(judged, tasks, plan)
        users = tuple(_only(user, judged, needed) for user in plan.users)
        skipped = tuple(skip for skip in plan.skipped if skip.key in self.asked.operations)
        return replace(plan, users=tuple(u for u in users if u.tasks), skipped=skipped)

    def notes(self, plan: LoadPlan, *, probed: bool) -> Iterator[str]:
        """A sentence for each asked operation that is not as it should be."""
        tasks = {task.operation: task for task in plan.tasks()}
        skipped = {skip.key: skip.reason for skip in plan.skipped}
        for key in self.asked.operations:
            task = tasks.get(key)
            if task is None:
                yield f"Note: {key} was asked for and takes no part: {skipped.get(key, '')}"
            elif not task.readiness.enabled:
                yield f"Note: {key} was asked for and takes no part: {task.readiness.reason}"
            elif task.readiness.reason and (probed or task.readiness.status != "unverified"):
                yield f"Note: {key} takes part because it was asked for: {task.readiness.reason}"

    # ── one operation ─────────────────────────────────────────────────────────────────────────

    def _judged(
        self,
        task: PlannedTask,
        operation: Operation,
        spec: ApiSpec,
        tasks: Mapping[str, PlannedTask],
        plan: LoadPlan,
        *,
        probed: bool,
    ) -> PlannedTask:
        asked = self.asked.operations[task.operation]
        as_proved = sends_given(task.recipe, operation, asked)
        recipe = with_given(task.recipe, operation, asked)
        task = replace(task, recipe=recipe, weight=asked.weight)
        readiness = task.readiness
        if readiness.enabled and as_proved:
            return task
        status = readiness.status if as_proved else "unverified"
        reason = readiness.reason if as_proved else "the given values were not answered well"
        if why := self._forbidden(task, operation, spec, asked):
            return replace(task, readiness=Readiness("excluded", False, why))
        if operation.method in READ_ONLY and not _can_be_made(task, tasks, plan, probed=probed):
            made_up = self._writer(spec).write(operation, {})
            task = replace(task, recipe=with_given(made_up, operation, asked))
        return replace(task, readiness=Readiness(status, True, reason))

    def _writer(self, spec: ApiSpec) -> RecipeWriter:
        return RecipeWriter(ParameterGenerator(self.seed, spec.definitions), spec.definitions)

    def _forbidden(
        self, task: PlannedTask, operation: Operation, spec: ApiSpec, asked: AskedOperation
    ) -> str:
        """Why an operation must not be called although it was asked for; "" if it may be."""
        if why := danger(operation):
            return why
        needs = credential_needs(spec, self.credentials)
        if needs.signs_in(operation) and not asked.bodies and task.readiness.status != "verified":
            return "it is the sign-in: give its body, or --basic user:password"
        if operation.method in READ_ONLY:
            return ""
        if changes_singleton(operation) and not asked.bodies:
            return "it would put made-up values where there is one thing alone: give its body"
        for slot in task.recipe.parameters:
            name = unescape_pointer(slot.pointer[1:])
            given = ("path", name) in asked.values
            own = isinstance(slot.source, Created) or (
                task.keeps is not None and isinstance(slot.source, Unique)
            )
            if slot.location == "path" and not given and not own:
                return (
                    f"it would be aimed at somebody's data: nothing that the test made can stand "
                    f"for {{{name}}}; give its value in parameters"
                )
        return ""


def _can_be_made(
    task: PlannedTask, tasks: Mapping[str, PlannedTask], plan: LoadPlan, *, probed: bool
) -> bool:
    """Whether everything that a request needs can be made or found."""
    if not probed:
        return task.readiness.enabled
    for slot in task.recipe.slots():
        source = slot.source
        if isinstance(source, Created | Found):
            kind = plan.kinds.get(source.kind)
            key = (kind.create if isinstance(source, Created) else kind.list) if kind else None
            supplier = tasks.get(key or "")
            if supplier is None or supplier.readiness.status != "verified":
                return False
        elif isinstance(source, Echo):
            read = tasks.get(source.operation)
            if read is None or read.readiness.status != "verified":
                return False
    return True


# ── the whole plan ────────────────────────────────────────────────────────────────────────────────


def _needed(
    judged: Mapping[str, PlannedTask], tasks: Mapping[str, PlannedTask], plan: LoadPlan
) -> frozenset[str]:
    """The operations without which the asked ones cannot be called, or leave things behind."""
    found: set[str] = set()
    waiting = [task for task in judged.values() if task.readiness.enabled]
    waiting += [
        PlannedTask(key, "", "", "", "", 1, recipe)
        for user in plan.users
        if user.sign_in is not None
        for key, recipe in (
            (user.sign_in.login, user.sign_in.recipe),
            (user.sign_in.register or "", user.sign_in.register_recipe),
        )
    ]
    while waiting:
        task = waiting.pop()
        for key in _used(task, plan):
            if key in tasks and key not in found:
                found.add(key)
                waiting.append(tasks[key])
    return frozenset(found - judged.keys())


def _used(task: PlannedTask, plan: LoadPlan) -> Iterator[str]:
    """The operations that make, list, read or delete what a task needs or makes."""
    kinds = [task.keeps] if task.keeps else []
    kinds += [kind.kind for kind in plan.kinds.values() if kind.create == task.operation]
    for slot in task.recipe.slots():
        if isinstance(slot.source, Created | Found):
            kinds.append(slot.source.kind)
        elif isinstance(slot.source, Echo):
            yield slot.source.operation
    yield from (*task.recipe.before, *task.recipe.after)
    for name in kinds:
        if (kind := plan.kinds.get(name)) is not None:
            yield from filter(None, (kind.create, kind.list, kind.delete))


def _only(
    user: PlannedUser, judged: Mapping[str, PlannedTask], needed: frozenset[str]
) -> PlannedUser:
    """A user class with what was asked for, and switched off what that needs."""
    tasks = []
    for task in user.tasks:
        if task.operation in judged:
            tasks.append(judged[task.operation])
        elif task.operation in needed:
            readiness = replace(task.readiness, enabled=False, reason=PREPARES)
            tasks.append(replace(task, readiness=readiness))
    weight = sum(task.weight for task in tasks if task.readiness.enabled)
    return replace(user, tasks=tuple(tasks), weight=max(1, weight))
