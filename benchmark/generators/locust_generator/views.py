"""Decides what each user class and method of a locustfile says; the template only prints it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.generators.locust_generator.bodies import (
    BodyView,
    BodyWriter,
    distinct_values,
    member,
)
from benchmark.generators.locust_generator.plan_index import PlanIndex
from benchmark.generators.locust_generator.scope import VARIABLES, Scope
from benchmark.generators.locust_generator.source_guard import ALLOWED_IMPORTS
from benchmark.generators.locust_generator.source_text import (
    WIDTH,
    Expression,
    call,
    identifier,
    literal,
    mapping,
    prose,
    quoted,
    within,
)
from benchmark.generators.locust_generator.task_order import in_dependency_order
from benchmark.models import (
    Clock,
    Echo,
    LoadPlan,
    Node,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Pooled,
    Recipe,
    ResourceKind,
    SecurityScheme,
    SignIn,
    Source,
    Unique,
    unescape_pointer,
)

_CLIENT_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_BODY_INDENT = 8
_SUMMARY = WIDTH - _BODY_INDENT - len('"""."""')
_REASON = WIDTH - len("    # Disabled: .")
_SIGN_UP = "Makes the account that signs in; called once, before the first sign-in."
_SIGN_IN = "Called before the first request, and again when a request is answered 401."


@dataclass(frozen=True, slots=True)
class TaskView:
    """One method: its decorators (or comments in their place), docstring and statements."""

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
    signs_in_alone: bool
    abstract: bool
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """The whole file. `fills` says whether methods fill something into bodies."""

    locust_imports: tuple[str, ...]
    imports: tuple[str, ...]
    bodies: tuple[BodyView, ...]
    fills: bool
    strategy: str
    users: tuple[UserView, ...]


class FileWriter:
    """Builds the views of one plan and notes which names of the engine they use."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._index = PlanIndex(plan)
        imported = frozenset().union(*ALLOWED_IMPORTS.values())
        self._bodies = BodyWriter(taken=imported | VARIABLES | {*plan.kinds})

    def view(self) -> FileView:
        """Everything that the template prints."""
        users = tuple(self._user(user) for user in self._plan.users)
        enabled = [task for task in self._plan.tasks() if task.readiness.enabled]
        locust = {"between"} | ({"task"} if enabled else set())
        engine = {"ApiUser"} | self._bodies.markers
        engine |= {"Body"} if self._bodies.bodies else set()
        engine |= {"deletes"} if any(map(_cleans_up, self._plan.tasks())) else set()
        return FileView(
            locust_imports=tuple(sorted(locust)),
            imports=tuple(sorted(engine, key=_import_order)),
            bodies=tuple(self._bodies.bodies),
            fills=self._bodies.fills,
            strategy=quoted(self._plan.strategy),
            users=users,
        )

    def _user(self, user: PlannedUser) -> UserView:
        sign_in = user.sign_in
        return UserView(
            name=identifier(user.name),
            description=_wrapped(_described(user)),
            weight=user.weight,
            api_key=_api_key(user.security_schemes),
            signs_in_alone=sign_in is not None and sign_in.per_user,
            abstract=not any(task.readiness.enabled for task in user.tasks),
            tasks=(
                *(self._sign_in(sign_in) if sign_in else ()),
                *(self._task(task) for task in in_dependency_order(user.tasks, self._index)),
            ),
        )

    def _task(self, task: PlannedTask) -> TaskView:
        decorators = [f"{'' if task.readiness.enabled else '# '}@task({task.weight})"]
        if task.takes:
            marked = f"@deletes({quoted(task.takes)})"
            decorators.append(marked if _cleans_up(task) else f"# {marked}")
        scope = Scope(self._index, self._bodies, task)
        self._others(task.recipe.before, scope)
        if task.keeps:
            self._create(task, self._index.kinds[task.keeps], scope)
        elif task.clears:
            scope.assign("reply", self._request(task, scope))
            below = list(scope.resources.values())
            scope.do(call("self.clear", quoted(task.clears), "reply", *below))
        else:
            scope.do(self._request(task, scope))
        self._others(task.recipe.after, scope)
        reason = prose(task.readiness.reason, _REASON).rstrip(".")
        return TaskView(
            name=identifier(task.name),
            decorators=tuple(decorators),
            summary=_summary(task),
            disabled="" if task.readiness.enabled else reason or "it is switched off",
            statements=tuple(scope.statements),
        )

    def _others(self, keys: Sequence[str], scope: Scope) -> None:
        """The calls of other operations, for the same resources, around a task's own."""
        for key in keys:
            if (other := self._index.tasks.get(key)) is not None:
                scope.do(self._request(other, scope))

    # ── the request ───────────────────────────────────────────────────────────────────────────

    def _request(
        self,
        task: PlannedTask,
        scope: Scope,
        chosen: Mapping[str, Expression] | None = None,
        body_name: str = "",
    ) -> Expression:
        """The call of the client. With a `body_name` the body is put into that variable first."""
        body: dict[str, Expression] = {}
        headers: list[tuple[str, Expression]] = []
        if task.recipe.body is not None:
            body = self._bodies.arguments(
                task, task.recipe.body, scope.fill, is_read=bool(body_name)
            )
            if content_type := self._bodies.content_type(task):
                headers.append(("Content-Type", quoted(content_type)))
            if task.recipe.encoding:
                body["encoding"] = literal(dict(task.recipe.encoding))
        for argument in {"json", "data"} & body.keys() if body_name else ():
            body[argument] = scope.assign(body_name, body[argument])
        named = scope.arguments(task.recipe, chosen, headers)
        before = {name: named.pop(name) for name in ["path", "params"] if name in named}
        ordered = before | body | named
        if task.answers != "data":
            ordered["answers"] = quoted(task.answers)
        if task.method in _CLIENT_METHODS:
            return call(f"self.client.{task.method.lower()}", quoted(task.path), **ordered)
        return call("self.client.request", quoted(task.method), quoted(task.path), **ordered)

    def _create(self, task: PlannedTask, kind: ResourceKind, scope: Scope) -> None:
        """The statements of a task that makes something and keeps what the answer says of it.

        What the client chose itself is made once, and used both in the request and in the item.
        """
        chosen: dict[str, Expression] = {}
        sent: dict[str, Expression] = {}
        for slot in task.recipe.parameters:
            name = unescape_pointer(slot.pointer[1:])
            if slot.location == "path" and name in kind.sent:
                value = scope.inline(slot.source)
                if _varies(slot.source):
                    value = scope.assign(scope.new_name(name), value)
                chosen[name] = sent[name] = value
        pointers = [p for p in kind.sent if p.startswith("/") and _holds(task.recipe.body, p)]
        request = self._request(task, scope, chosen, "body" if pointers else "")
        scope.assign("reply", request)
        sent |= _members("body", pointers)
        named = _kept(kind, sent)
        parents = [name for one, name in scope.resources.items() if one != task.keeps]
        scope.do(call("self.keep", quoted(kind.kind), "reply", *parents, **named))

    # ── signing in ────────────────────────────────────────────────────────────────────────────

    def _sign_in(self, sign_in: SignIn) -> Iterator[TaskView]:
        if sign_in.register is not None:
            task = self._unplanned("sign_up", sign_in.register, sign_in.register_recipe, "data")
            scope = Scope(self._index, self._bodies, task)
            request = self._request(task, scope, body_name="account")
            scope.assign("reply", request)
            account = "account" if task.recipe.body is not None else "{}"
            kind = self._account_kind(sign_in.register)
            kept: list[Expression] = [quoted(kind.kind)] if kind else []
            sent = [p for p in kind.sent if _holds(task.recipe.body, p)] if kind else []
            kept_at = _kept(kind, _members("account", sent)) if kind else {}
            kept_at.pop("settle", None)
            scope.do(call("self.keep_account", account, "reply", *kept, **kept_at))
            yield TaskView("sign_up", (), _SIGN_UP, "", tuple(scope.statements))
        expected: Literal["data", "redirect"] = (
            "redirect" if sign_in.token_pointer is None else "data"
        )
        task = self._unplanned("sign_in", sign_in.login, sign_in.recipe, expected)
        scope = Scope(self._index, self._bodies, task)
        scope.assign("reply", self._request(task, scope))
        named: dict[str, Expression] = {}
        csrf = sign_in.csrf
        if csrf is not None:
            path = csrf.read.partition(" ")[2]
            read = call("self.peek", quoted(path), **scope.arguments(csrf.recipe))
            token = member(scope.assign("current", read), csrf.pointer)
        pointer = [] if sign_in.token_pointer is None else [quoted(sign_in.token_pointer)]
        if pointer and sign_in.location != "header":
            named["location"] = quoted(sign_in.location)
        if pointer and sign_in.parameter != "Authorization":
            named["parameter"] = quoted(sign_in.parameter)
        if pointer and sign_in.prefix != "Bearer ":
            named["prefix"] = quoted(sign_in.prefix)
        if csrf is not None:
            named["csrf"] = mapping([(csrf.header, token)])
        scope.do(call("self.authorize", "reply", *pointer, **named))
        yield TaskView("sign_in", (), _SIGN_IN, "", tuple(scope.statements))

    def _account_kind(self, register: str) -> ResourceKind | None:
        """The kind that a registration makes, where one of it can be deleted."""
        for kind in self._index.kinds.values():
            deleter = self._index.tasks.get(kind.delete or "")
            if kind.create == register and deleter and deleter.takes == kind.kind:
                return kind if _cleans_up(deleter) else None
        return None

    def _unplanned(
        self, name: str, key: str, recipe: Recipe, answers: Literal["data", "redirect"]
    ) -> PlannedTask:
        """A task that is no part of the load, for an operation that may be one as well."""
        method, _, path = key.partition(" ")
        planned = self._index.tasks.get(key)
        expected = planned.answers if planned else answers
        return PlannedTask(key, name, method, path, "", 1, recipe, answers=expected)


def _cleans_up(task: PlannedTask) -> bool:
    """Whether a task deletes what its user made, in the end; the load itself may leave it out."""
    proved = task.readiness.enabled or task.readiness.status == "verified"
    return task.takes is not None and proved


def _varies(source: Source) -> bool:
    """Whether a source may give another value each time that it is asked."""
    if isinstance(source, Pooled):
        return len(distinct_values(source)) > 1
    return isinstance(source, Unique | Clock | Echo)


def _holds(body: Node | None, pointer: str) -> bool:
    """Whether a body is an object that always has a member at a JSON Pointer."""
    node = body
    for token in pointer[1:].split("/"):
        members = dict(node.members) if isinstance(node, ObjectNode) else {}
        node = members.get(unescape_pointer(token))
    return node is not None


def _members(variable: str, pointers: Sequence[str]) -> dict[str, Expression]:
    """The values at JSON Pointers of what was sent, by their last token."""
    found: dict[str, Expression] = {}
    for pointer in pointers:
        tokens = [unescape_pointer(token) for token in pointer[1:].split("/")]
        found[tokens[-1]] = within(variable, tokens)
    return found


def _kept(kind: ResourceKind, sent: Mapping[str, Expression]) -> dict[str, Expression]:
    """The arguments that say where in an answer the item is, and what names it."""
    named: dict[str, Expression] = {}
    if kind.item_pointer:
        named["at"] = quoted(kind.item_pointer)
    if sent:
        named["sent"] = mapping(list(sent.items()))
    if kind.from_location:
        named["location"] = "True"
    if kind.settle_seconds > 0:
        named["settle"] = literal(float(kind.settle_seconds))
    return named


def _described(user: PlannedUser) -> str:
    """What a user class is for, and how many of its tasks are disabled."""
    disabled = sum(not task.readiness.enabled for task in user.tasks)
    if not disabled:
        return user.description
    if "\n" in user.description:
        return f"{user.description}\n{disabled} of {len(user.tasks)} operations are disabled."
    return f"{user.description.removesuffix('.')}, {disabled} of them disabled."


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
