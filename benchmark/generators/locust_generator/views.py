"""Decides what each user class and method of a locustfile says; the template only prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.generators.locust_generator.source_text import (
    Expression,
    call,
    identifier,
    literal,
    mapping,
    prose,
    quoted,
    sequence,
    write,
)
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    Found,
    LoadPlan,
    Node,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Pooled,
    SecurityScheme,
    Slot,
    Source,
    Unique,
    Upload,
    unescape_pointer,
)

_CLIENT_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_BODY_INDENT = 8


@dataclass(frozen=True, slots=True)
class BodyView:
    """A body template at the top of the file: `name = Body({…})`."""

    name: str
    source: str


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
    """One user class."""

    name: str
    description: str
    weight: int
    api_key: str
    abstract: bool
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """The whole file."""

    locust_imports: tuple[str, ...]
    imports: tuple[str, ...]
    bodies: tuple[BodyView, ...]
    users: tuple[UserView, ...]


class FileWriter:
    """Builds the views of one plan and notes which names of the engine they use."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._bodies: list[BodyView] = []
        self._used = {"ApiUser"}
        self._locust_names = {"between"}
        self._tasks = {task.operation: task for task in plan.tasks()}

    def view(self) -> FileView:
        """Everything that the template prints."""
        users = tuple(self._user(user) for user in self._plan.users)
        return FileView(
            locust_imports=tuple(sorted(self._locust_names)),
            imports=tuple(sorted(self._used, key=_import_order)),
            bodies=tuple(self._bodies),
            users=users,
        )

    def _user(self, user: PlannedUser) -> UserView:
        return UserView(
            name=identifier(user.name),
            description=prose(user.description, 300),
            weight=user.weight,
            api_key=_api_key(user.security_schemes),
            abstract=not any(task.readiness.enabled for task in user.tasks),
            tasks=tuple(self._task(task) for task in user.tasks),
        )

    def _task(self, task: PlannedTask) -> TaskView:
        decorators = [f"@task({task.weight})"]
        enabled = task.readiness.enabled
        if enabled:
            self._locust_names.add("task")
        if task.takes:
            self._used.update({"deletes"} if enabled else ())
            decorators.append(f"@deletes({quoted(task.takes)})")
        statements, resources = self._resources(task)
        request = self._request(task, resources)
        assigned = "reply = " if task.keeps else ""
        statements.append(assigned + write(request, _BODY_INDENT, len(assigned)))
        if task.keeps:
            statements.append(write(self._keep(task, resources), _BODY_INDENT))
        return TaskView(
            name=identifier(task.name),
            decorators=tuple(decorators),
            summary=_summary(task),
            disabled="" if enabled else prose(task.readiness.reason, 80),
            statements=tuple(statements),
        )

    # ── resources ─────────────────────────────────────────────────────────────────────────────

    def _resources(self, task: PlannedTask) -> tuple[list[str], dict[str, str]]:
        """The statements that get the resources of a task: kind → the variable that holds it.

        The most dependent one is asked for; its parents are read from it, so that a parent and
        its child are never of different families.
        """
        sources = [slot.source for slot in task.recipe.slots()]
        kinds = list(dict.fromkeys(s.kind for s in sources if isinstance(s, Created | Found)))
        found = {source.kind for source in sources if isinstance(source, Found)}
        ordered = sorted(kinds, key=self._depth, reverse=True)
        statements: list[str] = []
        variables: dict[str, str] = {}
        for kind in ordered:
            holder = next(
                (k for k in variables if kind in self._ancestors(k) and k not in found), ""
            )
            variables[kind] = identifier(kind)
            expression: Expression
            if holder and kind not in found:
                expression = call(f"{variables[holder]}.of", quoted(kind))
            elif kind in found:
                expression = self._find(kind)
            else:
                verb = "take" if kind == task.takes else "need"
                expression = call(f"self.{verb}", quoted(kind), f"self.{self._maker(kind)}")
            assigned = f"{variables[kind]} = "
            statements.append(assigned + write(expression, _BODY_INDENT, len(assigned)))
        return statements, variables

    def _find(self, kind: str) -> Expression:
        resource = self._plan.kinds[kind]
        path = (resource.list or "").partition(" ")[2]
        at = {"at": quoted(resource.list_pointer)} if resource.list_pointer else {}
        return call("self.find", quoted(kind), quoted(path), **at)

    def _maker(self, kind: str) -> str:
        return identifier(self._tasks[self._plan.kinds[kind].create or ""].name)

    def _keep(self, task: PlannedTask, resources: dict[str, str]) -> Expression:
        kind = self._plan.kinds[task.keeps or ""]
        named: dict[str, Expression] = {}
        if kind.item_pointer:
            named["at"] = quoted(kind.item_pointer)
        named |= {name: variable for name, variable in resources.items() if name != task.keeps}
        return call("self.keep", quoted(kind.kind), "reply", **named)

    def _ancestors(self, kind: str) -> set[str]:
        known: set[str] = set()
        waiting = list(self._plan.kinds[kind].parents)
        while waiting:
            parent = waiting.pop()
            if parent not in known:
                known.add(parent)
                waiting.extend(self._plan.kinds[parent].parents)
        return known

    def _depth(self, kind: str) -> int:
        return len(self._ancestors(kind))

    # ── the request ───────────────────────────────────────────────────────────────────────────

    def _request(self, task: PlannedTask, resources: dict[str, str]) -> Expression:
        slots = {
            location: [slot for slot in task.recipe.parameters if slot.location == location]
            for location in ("path", "query", "header", "cookie")
        }
        named: dict[str, Expression] = {}
        if slots["path"]:
            named["path"] = self._values(slots["path"], resources)
        if slots["query"]:
            named["params"] = self._values(slots["query"], resources)
        headers = self._members(slots["header"], resources)
        if task.recipe.body is not None:
            named |= self._payload(task, task.recipe.body, resources)
            content_type = task.recipe.media_type or ""
            if not _implied(content_type, named):
                headers.append(("Content-Type", quoted(_header_text(content_type))))
        if headers:
            named["headers"] = mapping(headers)
        if slots["cookie"]:
            named["cookies"] = self._values(slots["cookie"], resources)
        if task.method in _CLIENT_METHODS:
            return call(f"self.client.{task.method.lower()}", quoted(task.path), **named)
        return call("self.client.request", quoted(task.method), quoted(task.path), **named)

    def _values(self, slots: Sequence[Slot], resources: dict[str, str]) -> Expression:
        return mapping(self._members(slots, resources))

    def _members(
        self, slots: Sequence[Slot], resources: dict[str, str]
    ) -> list[tuple[str, Expression]]:
        return [
            (unescape_pointer(slot.pointer[1:]), self._inline(slot.source, resources))
            for slot in slots
        ]

    def _inline(self, source: Source, resources: dict[str, str]) -> Expression:
        """A source within a method: values are picked there and then."""
        if isinstance(source, Pooled):
            return call("self.pick", *(literal(value) for value in source.values))
        if isinstance(source, Created | Found):
            return _item_value(resources[source.kind], source.pointer)
        return literal(source.value if isinstance(source, Constant) else "")

    def _payload(
        self, task: PlannedTask, body: Node, resources: dict[str, str]
    ) -> dict[str, Expression]:
        """The body's arguments: `json=`, or `data=` with `files=` for forms, files and text."""
        content_type = task.recipe.media_type or ""
        essence = content_type.partition(";")[0].strip().lower()
        if isinstance(body, Upload):
            return {"data": f"{write(self._template(body))}[1]"}
        if essence == "multipart/form-data" and isinstance(body, ObjectNode):
            files = [(n, m) for n, m in body.members if _uploads(m)]
            fields = tuple((n, m) for n, m in body.members if not _uploads(m))
            named: dict[str, Expression] = {}
            if fields:
                named["data"] = self._new(task, ObjectNode(fields), "form", resources)
            if files:
                named["files"] = mapping([(n, self._template(m)) for n, m in files])
            return named
        is_json = "json" in essence or essence in {"", "*/*", "application/*"}
        kind = "json" if is_json else "data"
        suffix = "form" if essence == "application/x-www-form-urlencoded" else "body"
        return {kind: self._new(task, body, suffix, resources)}

    def _new(
        self, task: PlannedTask, body: Node, suffix: str, resources: dict[str, str]
    ) -> Expression:
        """A template at the top of the file, and the expression that makes a body of it."""
        own = {
            pointer: source for pointer, source in _created(body, "") if source.kind in resources
        }
        if isinstance(body, Created | Found):
            return _item_value(resources[body.kind], body.pointer)
        name = identifier(f"{task.name}_{suffix}")
        self._used.add("Body")
        prefix = f"{name} = "
        source = prefix + write(call("Body", self._template(body)), 0, len(prefix))
        self._bodies.append(BodyView(name, source))
        if not own:
            return call("self.new", name)
        values = [(p, _item_value(resources[s.kind], s.pointer)) for p, s in own.items()]
        return call("self.new", name, mapping(values))

    def _template(self, node: Node) -> Expression:
        """A body template: plain data with the engine's markers where values vary."""
        if isinstance(node, ObjectNode):
            return mapping([(name, self._template(member)) for name, member in node.members])
        if isinstance(node, ArrayNode):
            return sequence([self._template(item) for item in node.items])
        if isinstance(node, Constant):
            return literal(node.value)
        if isinstance(node, Pooled):
            return self._marker("any_of", *(literal(value) for value in node.values))
        if isinstance(node, Unique):
            return self._unique(node)
        if isinstance(node, Clock):
            return self._clock(node)
        if isinstance(node, Upload):
            return self._marker("file_of", quoted(node.content_type), str(node.size))
        return "None"  # filled in by the method, from a resource

    def _unique(self, node: Unique) -> Expression:
        if node.style in {"uuid", "number"}:
            return self._marker(f"unique_{node.style}")
        if node.style == "email":
            return self._marker("unique_email", literal(node.sample))
        limit = {} if node.max_length is None else {"max_length": str(node.max_length)}
        return self._marker("unique", literal(node.sample), **limit)

    def _clock(self, node: Clock) -> Expression:
        days, rest = divmod(node.offset_seconds, 86_400)
        offset = {"seconds": str(node.offset_seconds)} if rest else {"days": str(days)}
        style = {} if node.format == "date-time" else {"format": quoted(node.format)}
        return self._marker("clock", **offset, **style)

    def _marker(self, name: str, *items: Expression, **named: Expression) -> Expression:
        self._used.add(name)
        return call(name, *items, **named)


def _item_value(variable: str, pointer: str) -> Expression:
    """A member of a resource: `session["id"]`, or by pointer where it lies deeper."""
    simple = pointer.startswith("/") and "/" not in pointer[1:] and "~" not in pointer
    return f"{variable}[{quoted(pointer[1:] if simple else pointer)}]"


def _created(node: Node, pointer: str) -> list[tuple[str, Created | Found]]:
    if isinstance(node, ObjectNode):
        pairs = [
            (f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", m)
            for name, m in node.members
        ]
    elif isinstance(node, ArrayNode):
        pairs = [(f"{pointer}/{index}", item) for index, item in enumerate(node.items)]
    else:
        return [(pointer, node)] if isinstance(node, Created | Found) else []
    return [found for where, member in pairs for found in _created(member, where)]


def _uploads(node: Node) -> bool:
    if isinstance(node, ArrayNode):
        return bool(node.items) and all(isinstance(item, Upload) for item in node.items)
    return isinstance(node, Upload)


def _implied(content_type: str, named: dict[str, Any]) -> bool:
    """Whether the client sends this content type by itself."""
    essence = content_type.partition(";")[0].strip().lower()
    if "json" in named:
        return essence in {"", "application/json", "*/*", "application/*"}
    return essence in {"", "application/x-www-form-urlencoded", "multipart/form-data"}


def _summary(task: PlannedTask) -> str:
    """The docstring of a method; "" where it would only repeat the method's name."""
    text = prose(task.summary, 82)
    plain = "".join(char for char in text.lower() if char.isalnum())
    return "" if plain == task.name.replace("_", "") else text


def _header_text(text: str) -> str:
    return "".join(char for char in text if " " <= char <= "~")


def _api_key(schemes: Sequence[SecurityScheme]) -> str:
    """The class attribute that says where an API key goes; "" where the default will do."""
    for scheme in schemes:
        if scheme.type == "apiKey" and scheme.location in {"header", "query", "cookie"}:
            if (scheme.location, scheme.parameter) != ("header", "X-API-Key"):
                return f"({quoted(scheme.location)}, {quoted(_header_text(scheme.parameter))})"
            return ""
    return ""


def _import_order(name: str) -> tuple[bool, str]:
    """Classes before functions, as import sorters put them."""
    return not name[0].isupper(), name
