"""In which order the methods of a class are written."""

from __future__ import annotations

import random

from benchmark.generators.locust_generator.plan_index import PlanIndex
from benchmark.generators.locust_generator.task_order import in_dependency_order
from benchmark.models import (
    Created,
    Found,
    LoadPlan,
    PlannedTask,
    PlannedUser,
    Recipe,
    ResourceKind,
    Slot,
)

KINDS = {
    "shelf": ResourceKind("shelf", "main", create="POST /shelves", list="GET /shelves"),
    "book": ResourceKind("book", "main", create="POST /books", parents=("shelf",)),
}
SHELF = Slot("path", "/shelf", Created("shelf", "/id"))
BOOK = Slot("path", "/book", Created("book", "/id"))
ANY_SHELF = Slot("path", "/shelf", Found("shelf", "/id"))


def task(key: str, *slots: Slot, **more: object) -> PlannedTask:
    """A task that needs what some slots take."""
    method, path = key.split()
    recipe = Recipe(slots, before=tuple(more.pop("before", ())))  # type: ignore[arg-type]  # keys
    return PlannedTask(key, "name", method, path, "", 1, recipe, **more)  # type: ignore[arg-type]  # marks


TASKS = (
    task("DELETE /shelves/{shelf}", SHELF, takes="shelf"),
    task("DELETE /books/{book}", BOOK, takes="book"),
    task("POST /books/{book}/close", BOOK, before=("POST /books/{book}/open",)),
    task("POST /books/{book}/open", BOOK),
    task("GET /shelves/{shelf}", ANY_SHELF),
    task("POST /books", SHELF, keeps="book"),
    task("GET /shelves"),
    task("POST /shelves", keeps="shelf"),
)


def ordered(tasks: tuple[PlannedTask, ...]) -> list[str]:
    """The keys of some tasks in the order in which they are written."""
    user = PlannedUser("MainUser", "", ("main",), 1, tasks)
    plan = LoadPlan("http://x", 0, (1, 3), (user,), KINDS)
    return [each.operation for each in in_dependency_order(tasks, PlanIndex(plan))]


def test_makers_come_first_and_deletions_last() -> None:
    """Parents before children, what prepares a state before what needs it, children deleted first.

    Whatever the order in the document is.
    """
    for seed in range(20):
        tasks = random.Random(seed).sample(TASKS, len(TASKS))
        keys = ordered(tuple(tasks))
        assert sorted(keys) == sorted(each.operation for each in TASKS)
        assert keys[-2:] == ["DELETE /books/{book}", "DELETE /shelves/{shelf}"]
        for first, then in (
            ("POST /shelves", "POST /books"),
            ("POST /books", "POST /books/{book}/open"),
            ("POST /books/{book}/open", "POST /books/{book}/close"),
            ("GET /shelves", "GET /shelves/{shelf}"),
        ):
            assert keys.index(first) < keys.index(then)


def test_what_does_not_depend_stays_as_planned() -> None:
    """Nothing is moved without a reason."""
    tasks = (task("GET /b"), task("GET /a"), task("POST /c"), task("DELETE /cache"))
    assert ordered(tasks) == ["GET /b", "GET /a", "POST /c", "DELETE /cache"]


def test_cycles_and_long_chains_come_to_an_end() -> None:
    """Things that are made with each other, and a thousand made one with the other."""
    keys = [f"POST /k{number}" for number in range(1000)]
    kinds = {f"k{n}": ResourceKind(f"k{n}", "main", create=key) for n, key in enumerate(keys)}
    tasks = tuple(
        task(key, Slot("path", "/id", Created(f"k{(n + 1) % 1000}", "/id")), keeps=f"k{n}")
        for n, key in enumerate(keys)
    )
    user = PlannedUser("MainUser", "", ("main",), 1, tasks)
    plan = LoadPlan("http://x", 0, (1, 3), (user,), kinds)
    found = [each.operation for each in in_dependency_order(tasks, PlanIndex(plan))]
    assert found == list(reversed(keys))
