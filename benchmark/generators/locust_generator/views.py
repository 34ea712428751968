"""Decides what each user class and method of a locustfile says; the template only prints it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.generators.locust_generator.bodies import BodyView, BodyWriter
from benchmark.generators.locust_generator.source_guard import ALLOWED_IMPORTS
from benchmark.generators.locust_generator.source_text import (
    WIDTH,
    Expression,
    call,
    identifier,
    mapping,
    prose,
    quoted,
    write,
)
from benchmark.models import (
    Created,
    Found,
    LoadPlan,
    PlannedTask,
    PlannedUser,
    ResourceKind,
    SecurityScheme,
    unescape_pointer,
)

_CLIENT_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_ARGUMENTS = {"path": "path", "query": "params", "header": "headers", "cookie": "cookies"}
_BODY_INDENT = 8
_SUMMARY = WIDTH - _BODY_INDENT - len('"""."""')
_REASON = WIDTH - len("    # Disabled: .")


@dataclass(frozen=True, slots=True)
class TaskView:
    """One method: its decorators, docstring and statements, ready to print."""

    name: str
    decorators: tuple[str, ...]
    summary: str
    disabled: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserView:
    """One user class. `description` holds the lines of its docstring, one or several."""

    name: str
    description: tuple[str, ...]
    weight: int
    api_key: str
    abstract: bool
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """The whole file. `fills` says whether methods fill something into bodies."""

    locust_imports: tuple[str, ...]
    imports: tuple[str, ...]
    bodies: tuple[BodyView, ...]
    fills: bool
    users: tuple[UserView, ...]


class FileWriter:
    """Builds the views of one plan and notes which names of the engine they use."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._tasks = {task.operation: task for task in plan.tasks()}
        self._made_with = {kind.kind: self._parents(kind) for kind in plan.kinds.values()}
        self._depths = _depths(self._made_with)
        imported = frozenset().union(*ALLOWED_IMPORTS.values())
        self._bodies = BodyWriter(taken=imported | {"reply", "self", *plan.kinds})

    def _parents(self, kind: ResourceKind) -> dict[str, bool]:
        """The kinds that one of this kind is made with, and whether they are the user's own."""
        task = self._tasks.get(kind.create or "")
        sources = _resource_sources(task) if task else ()
        return {s.kind: isinstance(s, Created) for s in sources if s.kind != kind.kind}

    def view(self) -> FileView:
        """Everything that the template prints."""
        users = tuple(self._user(user) for user in self._plan.users)
        enabled = [task for task in self._plan.tasks() if task.readiness.enabled]
        locust = {"between"} | ({"task"} if enabled else set())
        engine = {"ApiUser"} | self._bodies.markers
        engine |= {"Body"} if self._bodies.bodies else set()
        engine |= {"deletes"} if any(task.takes for task in enabled) else set()
        return FileView(
            locust_imports=tuple(sorted(locust)),
            imports=tuple(sorted(engine, key=_import_order)),
            bodies=tuple(self._bodies.bodies),
            fills=self._bodies.fills,
            users=users,
        )

    def _user(self, user: PlannedUser) -> UserView:
        return UserView(
            name=identifier(user.name),
            description=_wrapped(user.description),
            weight=user.weight,
            api_key=_api_key(user.security_schemes),
            abstract=not any(task.readiness.enabled for task in user.tasks),
            tasks=tuple(self._task(task) for task in user.tasks),
        )

    def _task(self, task: PlannedTask) -> TaskView:
        decorators = [f"@task({task.weight})"]
        if task.takes:
            decorators.append(f"@deletes({quoted(task.takes)})")
        statements, resources = self._resources(task)
        request = self._request(task, resources)
        assigned = "reply = " if task.keeps else ""
        statements.append(assigned + write(request, _BODY_INDENT, len(assigned)))
        if task.keeps:
            statements.append(write(self._keep(task, resources), _BODY_INDENT))
        reason = prose(task.readiness.reason, _REASON).rstrip(".")
        return TaskView(
            name=identifier(task.name),
            decorators=tuple(decorators),
            summary=_summary(task),
            disabled="" if task.readiness.enabled else reason or "it is switched off",
            statements=tuple(statements),
        )

    # ── resources ─────────────────────────────────────────────────────────────────────────────

    def _resources(self, task: PlannedTask) -> tuple[list[str], dict[str, str]]:
        """The statements that get the resources of a task: kind → the variable that holds it.

        The most dependent one is asked for; its parents are read from it, so that a parent and
        its child are never of different families.
        """
        sources = {s.kind: s for s in _resource_sources(task)}
        statements: list[str] = []
        variables: dict[str, str] = {}
        for kind in sorted(sources, key=lambda kind: self._depths[kind], reverse=True):
            own = {k: v for k, v in variables.items() if isinstance(sources[k], Created)}
            expression = self._through_child(kind, own)
            if not expression and isinstance(sources[kind], Found):
                expression = self._find(kind)
            elif not expression:
                verb = "take" if kind == task.takes else "need"
                expression = call(f"self.{verb}", quoted(kind), f"self.{self._maker(kind)}")
            variables[kind] = identifier(kind)
            assigned = f"{kind} = "
            statements.append(assigned + write(expression, _BODY_INDENT, len(assigned)))
        return statements, variables

    def _through_child(self, goal: str, variables: Mapping[str, str]) -> Expression:
        """How a variable's resource leads to the `goal` that it was made with; "" if none does."""
        waiting = list(variables.items())
        seen = set(variables)
        for kind, expression in waiting:  # it grows meanwhile
            for parent, is_own in self._made_with.get(kind, {}).items():
                if parent == goal:
                    return call(f"{expression}.of", quoted(parent))
                if is_own and parent not in seen:
                    seen.add(parent)
                    waiting.append((parent, f"{expression}.of({quoted(parent)})"))
        return ""

    def _find(self, kind: str) -> Expression:
        resource = self._plan.kinds[kind]
        path = (resource.list or "").partition(" ")[2]
        at = {"at": quoted(resource.list_pointer)} if resource.list_pointer else {}
        return call("self.find", quoted(kind), quoted(path), **at)

    def _maker(self, kind: str) -> str:
        return identifier(self._tasks[self._plan.kinds[kind].create or ""].name)

    def _keep(self, task: PlannedTask, resources: Mapping[str, str]) -> Expression:
        kind = self._plan.kinds[task.keeps or ""]
        named: dict[str, Expression] = {}
        if kind.item_pointer:
            named["at"] = quoted(kind.item_pointer)
        named |= {name: variable for name, variable in resources.items() if name != task.keeps}
        return call("self.keep", quoted(kind.kind), "reply", **named)

    # ── the request ───────────────────────────────────────────────────────────────────────────

    def _request(self, task: PlannedTask, resources: Mapping[str, str]) -> Expression:
        values: dict[str, list[tuple[str, Expression]]] = {place: [] for place in _ARGUMENTS}
        for slot in task.recipe.parameters:
            name = unescape_pointer(slot.pointer[1:])
            values[slot.location].append((name, self._bodies.inline(slot.source, resources)))
        named: dict[str, Expression] = {}
        for place in ("path", "query"):
            if values[place]:
                named[_ARGUMENTS[place]] = mapping(values[place])
        if task.recipe.body is not None:
            named |= self._bodies.arguments(task, task.recipe.body, resources)
            if content_type := self._bodies.content_type(task):
                values["header"].append(("Content-Type", quoted(content_type)))
        for place in ("header", "cookie"):
            if values[place]:
                named[_ARGUMENTS[place]] = mapping(values[place])
        if task.method in _CLIENT_METHODS:
            return call(f"self.client.{task.method.lower()}", quoted(task.path), **named)
        return call("self.client.request", quoted(task.method), quoted(task.path), **named)


def _resource_sources(task: PlannedTask) -> Iterator[Created | Found]:
    for slot in task.recipe.slots():
        if isinstance(slot.source, Created | Found):
            yield slot.source


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


def _wrapped(description: str) -> tuple[str, ...]:
    """The docstring of a class: on one line where it fits, else on several."""
    lines = [prose(line, 300) for line in description.split("\n")]
    if len(lines) == 1 and len(lines[0]) <= WIDTH - len('    """"""'):
        return tuple(lines)
    return tuple(part for line in lines for part in textwrap.wrap(line, WIDTH - len('    """')))


def _summary(task: PlannedTask) -> str:
    """The docstring of a method, a sentence; "" where it would only repeat the method's name."""
    text = prose(task.summary, _SUMMARY)
    plain = "".join(char for char in text.lower() if char.isalnum())
    if plain == task.name.replace("_", ""):
        return ""
    return f"{text}." if text[-1:].isalnum() else text


def _api_key(schemes: Sequence[SecurityScheme]) -> str:
    """The class attribute that says where an API key goes; "" where the default will do."""
    for scheme in schemes:
        if scheme.type == "apiKey":
            if (scheme.location, scheme.parameter) != ("header", "X-API-Key"):
                return f"({quoted(scheme.location)}, {quoted(scheme.parameter)})"
            return ""
    return ""


def _import_order(name: str) -> tuple[bool, str]:
    """Classes before functions, as import sorters put them."""
    return not name[0].isupper(), name
