"""What a method has at hand: the statements that get it, and the expressions that use it."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmark.generators.locust_generator.bodies import BodyWriter, member
from benchmark.generators.locust_generator.plan_index import PlanIndex, echoes, resource_sources
from benchmark.generators.locust_generator.source_guard import MARKERS
from benchmark.generators.locust_generator.source_text import (
    Expression,
    call,
    identifier,
    mapping,
    quoted,
    sequence,
    write,
)
from benchmark.generators.naming import words
from benchmark.models import (
    Constant,
    Created,
    Credential,
    Echo,
    Found,
    OwnAddress,
    PlannedTask,
    Pooled,
    Recipe,
    Registered,
    Source,
    unescape_pointer,
)

VARIABLES = frozenset({"account", "body", "current", "reply", "self"})
"""The variables that methods have besides resources."""

_INDENT = 8
_ARGUMENTS = {"path": "path", "query": "params", "header": "headers", "cookie": "cookies"}
_TAKEN = VARIABLES | MARKERS


class Scope:
    """The variables of one method and the statements that make them."""

    def __init__(self, index: PlanIndex, bodies: BodyWriter, task: PlannedTask) -> None:
        self.statements: list[str] = []
        self.resources: dict[str, str] = {}
        self._index = index
        self._bodies = bodies
        self._task = task
        self._read: dict[str, str] = {}
        self._sources = self._all_sources()
        self._own = {k for k, source in self._sources.items() if isinstance(source, Created)}
        by_depth = sorted(self._sources, key=index.rank, reverse=True)
        for kind in sorted(by_depth, key=lambda kind: kind not in self._own):
            self._state(kind, frozenset())
        self._read_for_several()

    def assign(self, name: str, expression: Expression) -> str:
        """A statement that gives a variable its value; the variable's name."""
        before = f"{identifier(name)} = "
        self.statements.append(before + write(expression, _INDENT, len(before)))
        return name

    def do(self, expression: Expression) -> None:
        """A statement that is only called."""
        self.statements.append(write(expression, _INDENT))

    def new_name(self, wanted: str) -> str:
        """A name for a variable, as close as possible to the name of what it holds."""
        base = "_".join(words(wanted))
        if not (base.isascii() and base.isidentifier()) or keyword.iskeyword(base):
            base = "key"
        if base.endswith(("_body", "_form")) or base in _TAKEN:
            base = f"the_{base}_value"
        name, number = base, 1
        while name in self.resources.values():
            number += 1
            name = f"{base}_{number}"
        return name

    def fill(self, source: Source) -> Expression | None:
        """What a method writes for a source that is not made from the plan alone; else None."""
        if isinstance(source, Created | Found):
            variable = self.resources.get(source.kind)
            return member(variable, source.pointer) if variable else None
        if isinstance(source, Credential):
            return call("self.given", quoted(source.part))
        if isinstance(source, OwnAddress):
            return call("self.own_address", quoted(source.path))
        if isinstance(source, Registered):
            return member("self.own_account", source.pointer)
        return self._echo(source) if isinstance(source, Echo) else None

    def inline(self, source: Source) -> Expression:
        """A source within a method."""
        return self._bodies.inline(source, self.fill)

    def arguments(
        self,
        recipe: Recipe,
        chosen: Mapping[str, Expression] | None = None,
        headers: Sequence[tuple[str, Expression]] = (),
    ) -> dict[str, Expression]:
        """The arguments that carry a recipe's parameters.

        `chosen` are values of the path that are known already, `headers` are sent besides.
        """
        values: dict[str, list[tuple[str, Expression]]] = {place: [] for place in _ARGUMENTS}
        for slot in recipe.parameters:
            name = unescape_pointer(slot.pointer[1:])
            known = (chosen or {}).get(name) if slot.location == "path" else None
            values[slot.location].append((name, known or self.inline(slot.source)))
        values["header"].extend(headers)
        named: dict[str, Expression] = {
            _ARGUMENTS[place]: mapping(pairs) for place, pairs in values.items() if pairs
        }
        if unencoded := _unencoded(recipe):
            named["allow_reserved"] = sequence([quoted(name) for name in unencoded])
        return named

    # ── resources ─────────────────────────────────────────────────────────────────────────────

    def _all_sources(self) -> dict[str, Created | Found]:
        """What the task needs by kind; a read whose answer it sends back needs the same."""
        own = {source.kind: source for source in resource_sources(self._task.recipe)}
        for key in (*self._task.recipe.before, *self._task.recipe.after):
            if (other := self._index.tasks.get(key)) is not None:
                for source in resource_sources(other.recipe):
                    own.setdefault(source.kind, source)
        for echo in echoes(self._task.recipe):
            if (read := self._index.tasks.get(echo.operation)) is not None:
                for source in resource_sources(read.recipe):
                    own.setdefault(source.kind, source)
        return own

    def _state(self, kind: str, waiting: frozenset[str]) -> None:
        """The statement that gets a resource.

        The most dependent one is asked for; its parents are read from it, so that a parent and
        its child are never of different families. A list below a parent is that of the same parent.
        """
        if kind in self.resources or kind in waiting:
            return
        expression = self._through_child(kind)
        if not expression and kind in self._own:
            is_first = not self._own.intersection(self.resources)
            verb = "fresh" if self._task.recipe.fresh and is_first else "need"
            verb = "take" if kind == self._task.takes else verb
            maker = self._index.creator(kind)
            made_by = f"self.{identifier(maker.name if maker else '')}"
            expression = call(f"self.{verb}", quoted(kind), made_by)
        elif not expression:
            expression = self._find(kind, waiting | {kind})
        self.resources[kind] = self.assign(f"the_{kind}" if kind in _TAKEN else kind, expression)

    def _through_child(self, goal: str) -> Expression:
        """How a variable's resource leads to the `goal` that it was made with; "" if none does."""
        waiting = [(kind, name) for kind, name in self.resources.items() if kind in self._own]
        seen = {kind for kind, _ in waiting}
        for kind, expression in waiting:  # it grows meanwhile
            for parent, is_own in self._index.made_with.get(kind, {}).items():
                if parent == goal:
                    return call(f"{expression}.of", quoted(parent))
                if is_own and parent not in seen:
                    seen.add(parent)
                    waiting.append((parent, f"{expression}.of({quoted(parent)})"))
        return ""

    def _find(self, kind: str, waiting: frozenset[str]) -> Expression:
        resource = self._index.kinds[kind]
        named: dict[str, Expression] = {}
        if resource.list_pointer:
            named["at"] = quoted(resource.list_pointer)
        if resource.where:
            pairs = [(pointer, quoted(value)) for pointer, value in resource.where]
            named["where"] = mapping(pairs)
        if (task := self._index.lister(kind)) is not None:
            for source in resource_sources(task.recipe):
                if source.kind not in self.resources and source.kind not in waiting:
                    if isinstance(source, Created):
                        self._own.add(source.kind)
                    self._state(source.kind, waiting)
            named |= self.arguments(_settled(task.recipe))
        path = (resource.list or "").partition(" ")[2]
        return call("self.find", quoted(kind), quoted(path), **named)

    # ── what is read just before ──────────────────────────────────────────────────────────────

    def _read_for_several(self) -> None:
        """Where several values come from one read, it is made once and kept in a variable."""
        whole = (e for e in echoes(self._task.recipe) if not (e.members or e.header))
        uses = Counter(echo.operation for echo in whole)
        for operation, number in uses.items():
            task = self._index.tasks.get(operation)
            if number > 1 and task is not None:
                name = f"current_{len(self._read) + 1}" if self._read else "current"
                expression = call("self.peek", quoted(task.path), **self.arguments(task.recipe))
                self._read[operation] = self.assign(name, expression)

    def _echo(self, source: Echo) -> Expression | None:
        if source.operation in self._read and not (source.members or source.header):
            return member(self._read[source.operation], source.pointer)
        task = self._index.tasks.get(source.operation)
        if task is None or task is self._task:
            return None
        named = self.arguments(task.recipe)
        if source.pointer:
            named["at"] = quoted(source.pointer)
        if source.members:
            names = sequence([quoted(name) for name in source.members])
            named["members"] = names
        if source.header:
            named["header"] = quoted(source.header)
        return call("self.echo", quoted(task.path), **named)


def _unencoded(recipe: Recipe) -> list[str]:
    """The names of the parameters whose reserved characters are not percent-encoded."""
    slots = [s for s in recipe.parameters if s.allow_reserved and s.location != "header"]
    return list(dict.fromkeys(unescape_pointer(slot.pointer[1:]) for slot in slots))


def _settled(recipe: Recipe) -> Recipe:
    """A recipe for a list that many share: of several values that would do, it has the first."""
    slots = tuple(
        replace(slot, source=Constant(slot.source.values[0]))
        if isinstance(slot.source, Pooled)
        else slot
        for slot in recipe.parameters
    )
    return Recipe(slots)
