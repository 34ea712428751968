"""A plan by its keys: tasks by operation, and which resources are made with which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmark.models import Created, Echo, Found, LoadPlan, PlannedTask, Recipe


class PlanIndex:
    """What the writers of methods look up in a plan."""

    def __init__(self, plan: LoadPlan) -> None:
        self.kinds = plan.kinds
        self.tasks = {task.operation: task for task in plan.tasks()}
        self.made_with = {kind: self._parents(kind) for kind in plan.kinds}
        self.depths = _depths(self.made_with)

    def creator(self, kind: str) -> PlannedTask | None:
        """The task that makes one of a kind."""
        return self.tasks.get(self.kinds[kind].create or "")

    def lister(self, kind: str) -> PlannedTask | None:
        """The task that lists a kind, though it may be disabled."""
        return self.tasks.get(self.kinds[kind].list or "")

    def rank(self, kind: str) -> tuple[int, bool]:
        """The order in which a task asks for its things: the deepest, and what can be deleted."""
        return self.depths[kind], self.kinds[kind].delete is not None

    def _parents(self, kind: str) -> dict[str, bool]:
        """The kinds that one of this kind is made with, and whether they are the user's own."""
        task = self.creator(kind)
        sources = resource_sources(task.recipe) if task else ()
        return {s.kind: isinstance(s, Created) for s in sources if s.kind != kind}


def resource_sources(recipe: Recipe) -> Iterator[Created | Found]:
    """The sources of a recipe that are values of resources."""
    for slot in recipe.slots():
        if isinstance(slot.source, Created | Found):
            yield slot.source


def echoes(recipe: Recipe) -> list[Echo]:
    """The sources of a recipe that are read from the server just before."""
    return [slot.source for slot in recipe.slots() if isinstance(slot.source, Echo)]


def _depths(made_with: Mapping[str, Mapping[str, bool]]) -> dict[str, int]:
    """How many things, one made with the other, stand before each kind; cycles count once."""
    depths: dict[str, int] = {}
    for start in made_with:
        way = {start: True}
        while way:
            kind = next(reversed(way))
            open_parents = [p for p in made_with[kind] if p not in depths and p not in way]
            if open_parents:
                way[open_parents[0]] = True
            else:
                del way[kind]
                known = (depths.get(parent, 0) for parent in made_with[kind])
                depths[kind] = 1 + max(known, default=-1)
    return depths
