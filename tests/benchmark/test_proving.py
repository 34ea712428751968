"""What the rehearsal cures in a plan, and what it takes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmark.histogram import Histogram
from benchmark.models import (
    Created,
    Failure,
    Found,
    LoadPlan,
    OperationStats,
    PlannedTask,
    PlannedUser,
    Readiness,
    Recipe,
    ResourceKind,
    Slot,
)
from benchmark.proving import (
    REHEARSAL_WAIT,
    Weakness,
    rehearsal_wait,
    weak_operations,
    with_own_things,
    without_weak,
)
from benchmark.settings import BenchmarkConfig

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


def failure(key: str, message: str, count: int) -> Failure:
    """One sort of failure of an operation."""
    method, name = key.split()
    return Failure(method, name, message, count)


def with_recipe(plan: LoadPlan, key: str, **changes: Any) -> LoadPlan:
    """The plan with another recipe, or other marks, for one task."""
    user = plan.users[0]
    tasks = tuple(replace(t, **changes) if t.operation == key else t for t in user.tasks)
    return replace(plan, users=(replace(user, tasks=tasks),))


def test_an_operation_that_fails_in_the_rehearsal_is_weak_and_says_why() -> None:
    """Below 98 % of success, with the counts and the commonest message; without requests never."""
    measured = [stats("GET /a", 100, 3), stats("GET /b", 100, 2), stats("GET /c", 0, 0)]
    failures = [failure("GET /a", "HTTP 404", 1), failure("GET /a", "HTTP 409", 2)]
    weak = weak_operations(measured, failures)
    assert weak == {"GET /a": Weakness(100, 3, "HTTP 409")}
    assert weak["GET /a"].reason == "3 of 100 requests failed in the rehearsal: HTTP 409"


def test_weak_operations_stay_out_of_the_load() -> None:
    """They are disabled with their reason, though verified; all others stay as they are."""
    found = readiness(without_weak(plan_of("GET /a", "GET /b"), {"GET /a": Weakness(9, 1)}))
    reason = "1 of 9 requests failed in the rehearsal"
    assert found["GET /a"] == Readiness("verified", False, reason)
    assert found["GET /b"] == VERIFIED


def test_a_disabled_operation_keeps_its_own_reason() -> None:
    """What was left out before is not said to have failed now."""
    excluded = Readiness("excluded", False, "destructive")
    plan = with_recipe(plan_of("GET /a"), "GET /a", readiness=excluded)
    assert readiness(without_weak(plan, {"GET /a": Weakness(9, 9)}))["GET /a"] == excluded


def test_weak_operations_on_shared_things_get_their_own() -> None:
    """Each time a new one, but for deletions and what needs none: they stay as they are."""
    plan = plan_of("GET /a/{id}", "DELETE /a/{id}", "GET /b", "GET /c/{id}")
    shared = Recipe((Slot("path", "/id", Created("a", "/id")),))
    plan = with_recipe(plan, "GET /a/{id}", recipe=shared)
    plan = with_recipe(plan, "DELETE /a/{id}", recipe=shared, takes="a")
    plan = with_recipe(plan, "GET /c/{id}", recipe=shared)
    cured, names = with_own_things(plan, {"GET /a/{id}", "DELETE /a/{id}", "GET /b"})
    assert names == {"GET /a/{id}"}
    assert [task.recipe.fresh for task in cured.tasks()] == [True, False, False, False]


def test_weak_reads_of_listed_things_take_made_ones() -> None:
    """Others may delete what is listed, but not what was made for a write of the same path."""
    plan = plan_of("GET /a/{id}", "PATCH /a/{id}", "GET /b/{id}", "GET /a/{id}/parts")
    listed = Recipe((Slot("path", "/id", Found("a", "/id")),))
    for key in ("GET /a/{id}", "GET /b/{id}", "GET /a/{id}/parts"):
        plan = with_recipe(plan, key, recipe=listed)
    made = Recipe((Slot("path", "/id", Created("c", "/a_id")),))
    plan = with_recipe(plan, "PATCH /a/{id}", recipe=made)
    cured, names = with_own_things(plan, {"GET /a/{id}", "GET /b/{id}"})
    assert names == {"GET /a/{id}"}
    recipes = {task.operation: task.recipe for task in cured.tasks()}
    assert recipes["GET /a/{id}"] == replace(made, fresh=True)
    assert recipes["GET /b/{id}"] == recipes["GET /a/{id}/parts"] == listed


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
    found = readiness(without_weak(plan, {"POST /a": Weakness(10, 6)}))
    reason = "no a for certain: POST /a failed 6 of 10 times in the rehearsal"
    assert found["GET /b/{id}"].reason == reason.replace("no a", "no b")
    assert found["GET /a/{id}"] == Readiness("verified", False, reason)
    assert found["GET /c"] == VERIFIED
    few = readiness(without_weak(plan, {"POST /a": Weakness(100, 4)}))
    assert few["GET /a/{id}"] == VERIFIED


def test_a_rehearsal_keeps_to_the_rate_that_is_allowed() -> None:
    """Five users pause long enough; without a limit, or with a high one, hardly at all."""
    assert rehearsal_wait(BenchmarkConfig()) == REHEARSAL_WAIT
    assert rehearsal_wait(BenchmarkConfig(max_request_rate=10.0)) == (0.5, 0.5)
    assert rehearsal_wait(BenchmarkConfig(max_request_rate=1000.0))[0] == 0.005
