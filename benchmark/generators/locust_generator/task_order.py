"""Puts the tasks of a user class in dependency order: the order in which methods are written.

The strategy `sequential` calls them in that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.generators.locust_generator.plan_index import PlanIndex, echoes, resource_sources
from benchmark.models import PlannedTask


def in_dependency_order(tasks: Sequence[PlannedTask], index: PlanIndex) -> list[PlannedTask]:
    """Makers before what needs their things, deletions last and children first; else as planned."""
    own = {task.operation: task for task in tasks}
    ordered: dict[str, PlannedTask] = {}
    for first in tasks:
        way = {first.operation: True}
        while way:
            task = own[next(reversed(way))]
            waiting = (each for each in _needed(task, index) if each in own)
            needed = next((k for k in waiting if k not in ordered and k not in way), None)
            if needed is not None:
                way[needed] = True
            else:
                del way[task.operation]
                ordered.setdefault(task.operation, task)
    return sorted(ordered.values(), key=lambda task: _end(task, index))


def _needed(task: PlannedTask, index: PlanIndex) -> Iterator[str]:
    """The operations that make, list or prepare what a task needs."""
    for source in resource_sources(task.recipe):
        for other in (index.creator(source.kind), index.lister(source.kind)):
            if other is not None and source.kind != task.keeps:
                yield other.operation
    yield from task.recipe.before
    yield from (echo.operation for echo in echoes(task.recipe))


def _end(task: PlannedTask, index: PlanIndex) -> int:
    """How late a task comes: 0 for all but deletions, of which those of parents are the last."""
    kind = task.takes or task.clears
    if kind is None:
        return 0
    return 1 + max(index.depths.values(), default=0) - index.depths.get(kind, 0)
