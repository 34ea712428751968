"""What the rehearsal takes out of a plan."""

from __future__ import annotations

from dataclasses import replace

from benchmark.histogram import Histogram
from benchmark.models import (
    Created,
    LoadPlan,
    OperationStats,
    PlannedTask,
    PlannedUser,
    Readiness,
    Recipe,
    ResourceKind,
    Slot,
)
from benchmark.proving import without_weak

VERIFIED = Readiness("verified", True)


def plan_of(*keys: str) -> LoadPlan:
    """A plan of one user class with a verified task for each key."""
    tasks = tuple(
        PlannedTask(key, "task", key.split()[0], key.split()[1], "", 1, Recipe(), VERIFIED)
        for key in keys
    )
    user = PlannedUser("MainUser", "", ("main",), 1, tasks)
    return LoadPlan("http://localhost", 1, (0, 0), (user,))


def stats(key: str, requests: int, failures: int) -> OperationStats:
    """What a rehearsal measured of one operation."""
    method, name = key.split()
    return OperationStats(method, name, requests, failures, Histogram())


def readiness(plan: LoadPlan) -> dict[str, Readiness]:
    """The readiness of each task, by its key."""
    return {task.operation: task.readiness for task in plan.tasks()}


def test_an_operation_that_fails_in_the_rehearsal_stays_out_and_says_why() -> None:
    """Below 98 % of success a task is disabled, with the counts and the commonest message."""
    plan = plan_of("GET /a", "GET /b")
    measured = [stats("GET /a", 100, 3), stats("GET /b", 100, 2)]
    found = readiness(without_weak(plan, measured, {"GET /a": "HTTP 409"}))
    reason = "3 of 100 requests failed in the rehearsal: HTTP 409"
    assert found["GET /a"] == Readiness("unverified", False, reason)
    assert found["GET /b"] == VERIFIED


def test_an_operation_that_the_rehearsal_did_not_reach_stays_as_it_is() -> None:
    """No requests prove nothing."""
    plan = plan_of("GET /a", "GET /b")
    assert without_weak(plan, [stats("GET /a", 0, 0)], {}) == plan


def test_a_disabled_operation_keeps_its_own_reason() -> None:
    """What was left out before is not said to have failed now."""
    plan = plan_of("GET /a")
    user = plan.users[0]
    task = replace(user.tasks[0], readiness=Readiness("excluded", False, "destructive"))
    plan = replace(plan, users=(replace(user, tasks=(task,)),))
    found = readiness(without_weak(plan, [stats("GET /a", 9, 9)], {}))
    assert found["GET /a"].reason == "destructive"


def test_what_needs_things_that_cannot_be_relied_on_stays_out_too() -> None:
    """It would call the failing create again and again; so would what is made of such things."""
    plan = plan_of("POST /a", "POST /b", "GET /a/{id}", "GET /b/{id}", "GET /c")

    def needing(task: PlannedTask) -> PlannedTask:
        kind = {"POST /b": "a", "GET /a/{id}": "a", "GET /b/{id}": "b"}.get(task.operation)
        slots = (Slot("query", "/x", Created(kind, "/id")),) if kind else ()
        return replace(task, recipe=Recipe(slots))

    (user,) = plan.users
    user = replace(user, tasks=tuple(needing(task) for task in user.tasks))
    kinds = {name: ResourceKind(name, "main", create=f"POST /{name}") for name in ("a", "b")}
    plan = replace(plan, users=(user,), kinds=kinds)
    found = readiness(without_weak(plan, [stats("POST /a", 10, 6)], {}))
    reason = "no a for certain: POST /a failed 6 of 10 times in the rehearsal"
    assert found["GET /b/{id}"].reason == reason.replace("no a", "no b")
    assert found["GET /a/{id}"] == Readiness("unverified", False, reason)
    assert found["GET /c"] == VERIFIED
    few = readiness(without_weak(plan, [stats("POST /a", 100, 4)], {}))
    assert few["GET /a/{id}"] == VERIFIED
