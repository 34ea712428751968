"""The user class that generated locustfiles stand on: resources, bodies, fair first round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any, ClassVar, TypeVar

from locust import between
from locust.user.task import DefaultTaskSet

from benchmark.engine.bodies import Body
from benchmark.engine.http_client import RapidHttpUser
from benchmark.engine.resources import Resource, SkipTask, value_at

Task = TypeVar("Task", bound=Callable[..., Any])

OWN_LIMIT = 20
"""How many resources of one kind a user keeps; beyond it the oldest is deleted."""


def deletes(kind: str) -> Callable[[Task], Task]:
    """Marks the task that deletes a resource of `kind`, so that it also cleans up at the end."""

    def mark(task: Task) -> Task:
        task.deletes_kind = kind  # type: ignore[attr-defined]  # read by ApiUser.__init_subclass__
        return task

    return mark


class ApiUser(RapidHttpUser):
    """A user that owns what it creates, and deletes it when it stops.

    In tasks: `self.new(body)` makes a body; `self.keep("item", reply)` remembers what a 2xx answer
    created; `self.need("item", self.create_item)` gives one of those, made now if there is none;
    `self.find("item", "/items")` gives one that already exists on the server;
    `self.take("item", self.create_item)` gives one that will be deleted; `self.pick(…)` chooses.
    Where one of them cannot deliver, the task is skipped and counted, and nothing is sent.

    `seed` makes the choices repeatable; every user has its own random numbers.
    """

    abstract = True
    seed = 0
    wait_time = between(1, 3)

    _deleters: ClassVar[dict[str, Callable[[Any], None]]] = {}
    _first_round: ClassVar[deque[Callable[[Any], None]]]
    _found: ClassVar[dict[str, list[Any]]]
    _numbers: ClassVar[count[int]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = [value for value in vars(cls).values() if hasattr(value, "deletes_kind")]
        cls._deleters = {**cls._deleters, **{task.deletes_kind: task for task in own}}
        cls.start_over()

    @classmethod
    def start_over(cls) -> None:
        """Forget what an earlier test in this process left: each test starts alike."""
        cls._first_round = deque(dict.fromkeys(getattr(cls, "tasks", ())))
        cls._found = {}
        cls._numbers = count()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.random = Random(f"{self.seed}/{type(self).__name__}/{next(self._numbers)}")
        self._own: dict[str, list[Resource]] = {}
        self._in_deletion: Resource | None = None
        self._role = "load"

    def context(self) -> dict[str, str]:
        """What the `request` event says of the purpose of a request: load, set-up or clean-up."""
        return {"role": self._role}

    def on_start(self) -> None:
        """Share out one call of every operation first; weights apply afterwards."""
        self._taskset_instance = _FairStart(self)

    def on_stop(self) -> None:
        """Delete what is left of this user's resources, children before their parents."""
        own = [resource for resources in self._own.values() for resource in resources]
        for resource in sorted(own, key=_depth, reverse=True):
            self._delete(resource)

    # ── the verbs of tasks ────────────────────────────────────────────────────────────────────

    def new(self, body: Body, values: dict[str, Any] | None = None) -> Any:
        """One body from the template. `values` maps JSON Pointers to what belongs there."""
        return body.sample(self.random, values)

    def pick(self, *values: Any) -> Any:
        """One of the values, from this user's own random numbers."""
        return values[int(self.random.random() * len(values))]

    def keep(self, kind: str, reply: Any, at: str = "", **parents: Resource) -> None:
        """Remember the item that a 2xx answer holds at the JSON Pointer `at`; else do nothing."""
        if not 200 <= reply.status_code < 300:
            return
        try:
            item = value_at(reply.json(), at, kind)
        except ValueError:
            return
        own = self._own.setdefault(kind, [])
        own.append(Resource(kind, item, parents))
        if len(own) > OWN_LIMIT and (oldest := self._without_children(own)):
            self._delete(oldest)

    def need(self, kind: str, make: Callable[[], None]) -> Resource:
        """One of this user's own resources; where it has none, `make` is called first."""
        own = self._own.get(kind) or self._made(kind, make)
        return own[int(self.random.random() * len(own))]

    def take(self, kind: str, make: Callable[[], None]) -> Resource:
        """An own resource that will be deleted: it leaves the pool, and has no own children."""
        if self._in_deletion is not None:
            return self._in_deletion
        chosen = self._without_children(self._own.get(kind, []))
        if chosen is None:
            chosen = self._made(kind, make)[-1]
        self._own[kind].remove(chosen)
        return chosen

    def find(self, kind: str, path: str, at: str = "", **filled: Any) -> Resource:
        """One of the items that the server listed at the first call; only for reading.

        The list at `path` is asked for once in each process; `at` leads to the array in the answer
        and `filled` fills the path's names.
        """
        listing = f"{path} {sorted(filled.items())}" if filled else path
        if listing not in self._found:
            self._found[listing] = self._listed(path, at, filled)
        items = self._found[listing]
        if not items:
            raise SkipTask(f"the server lists no {kind} at {path}")
        return Resource(kind, self.pick(*items))

    # ── what the verbs stand on ───────────────────────────────────────────────────────────────

    def _made(self, kind: str, make: Callable[[], None]) -> list[Resource]:
        make()
        own = self._own.get(kind)
        if not own:
            raise SkipTask(f"no {kind} could be made")
        return own

    def _without_children(self, resources: list[Resource]) -> Resource | None:
        parents = {id(parent) for own in self._own.values() for r in own for parent in _above(r)}
        return next((r for r in resources if id(r) not in parents), None)

    def _delete(self, resource: Resource) -> None:
        if resource in self._own.get(resource.kind, []):
            self._own[resource.kind].remove(resource)
        if (delete := self._deleters.get(resource.kind)) is None:
            return
        before, self._role, self._in_deletion = self._role, "clean-up", resource
        try:
            delete(self)
        except SkipTask:
            pass
        finally:
            self._role, self._in_deletion = before, None

    def _listed(self, path: str, at: str, filled: dict[str, Any]) -> list[Any]:
        before, self._role = self._role, "setup"
        try:
            reply = self.client.request("GET", path, path=filled or None)
        finally:
            self._role = before
        if not 200 <= reply.status_code < 300:
            return []
        try:
            items = value_at(reply.json(), at, "list")
        except (ValueError, SkipTask):
            return []
        return items if isinstance(items, list) else []


class _FairStart(DefaultTaskSet):
    """Picks tasks: first each one once, shared out between all users of the class."""

    user: ApiUser

    def get_next_task(self) -> Any:
        if first_round := type(self.user)._first_round:
            return first_round.popleft()
        if not self.user.tasks:
            return super().get_next_task()  # says what is wrong
        return self.user.pick(*self.user.tasks)


def _above(resource: Resource) -> list[Resource]:
    direct = list(resource.parents.values())
    return [*direct, *(further for parent in direct for further in _above(parent))]


def _depth(resource: Resource) -> int:
    return max((1 + _depth(parent) for parent in resource.parents.values()), default=0)
