"""The user class that generated locustfiles stand on: resources, bodies, sign-in, strategies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any, ClassVar, Literal

import gevent
from locust import between, events

from benchmark.engine import counters
from benchmark.engine.bodies import AtSending, Body
from benchmark.engine.listings import Listings
from benchmark.engine.quotas import is_quota
from benchmark.engine.resources import Resource, SkipTask, answer_json, is_good, item_in
from benchmark.engine.shared_tasks import SharedTasks
from benchmark.engine.strategies import STRATEGIES
from benchmark.engine.task_client import TaskSession
from benchmark.engine.tidy_user import TidyUser
from benchmark.kinship import of_kin
from benchmark.wire.resource_items import items_of, value_at
from benchmark.wire.retry_after import seconds_to_wait

LONGEST_SETTLING = 30.0
"""Seconds that a user waits at most until what it made can be read."""

_USERS_OF_A_WORKER = 100_000  # so that no two users of a test have the same number


class ApiUser(TidyUser):
    """A user that owns what it creates, and deletes it when it stops.

    In tasks: `self.new(body)` makes a body, `self.new_json(body)` one for `json=`, quicker;
    `self.keep("item", reply)` remembers what a 2xx answer
    created; `self.need("item", self.create_item)` gives one of those, made now if there is none;
    `self.find("item", "/items")` gives one that already exists on the server;
    `self.take("item", self.create_item)` gives one that will be deleted;
    `self.fresh("item", self.create_item)` gives one that no other task will see;
    `self.echo("/items/{id}", path=…)` gives what the server holds now, to be sent back;
    `self.pick(…)` chooses and `self.value(unique("a"))` makes a value.
    Where one of them cannot deliver, the task is skipped and counted, and nothing is sent.

    `seed` makes the choices repeatable; every user has its own random numbers. `strategy` is how
    the next task is chosen: "sequential", "interleaved" or "random".
    """

    abstract = True
    seed = 0
    strategy: Literal["sequential", "interleaved", "random"] = "random"
    wait_time = between(1, 3)
    follow_redirects = False  # one call is one request
    session_class = TaskSession
    task_set_class = SharedTasks

    _first_round: ClassVar[deque[Callable[[Any], None]]]
    _listings: ClassVar[Listings]
    _numbers: ClassVar[count[int]]
    _load: ClassVar[frozenset[Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.strategy not in STRATEGIES:
            raise ValueError(f"strategy is {cls.strategy!r}, not one of {STRATEGIES}")
        cls.start_over()

    @classmethod
    def start_over(cls) -> None:
        """Forget what an earlier test in this process left: each test starts alike."""
        super().start_over()
        cls._first_round = deque(dict.fromkeys(getattr(cls, "tasks", ())))
        cls._load = frozenset(cls._first_round)
        cls._listings = Listings()
        cls._numbers = count()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        worker = getattr(environment.runner, "worker_index", 0)
        number = next(self._numbers)
        self.random = Random(f"{self.seed}/{type(self).__name__}/{worker}/{number}")
        self._number = number + worker * _USERS_OF_A_WORKER
        self._making: set[str] = set()
        self._in_use: list[Resource] = []
        self._without_kin: set[str] = set()
        self._taken: Resource | None = None

    def pause_asked_for(self) -> float:
        """What is left of the time that an answer 429 named."""
        return self._paused_until and max(0.0, self._paused_until - time.monotonic())

    # ── the verbs of tasks ────────────────────────────────────────────────────────────────────

    def new(self, body: Body, values: Mapping[str, Any] | None = None) -> Any:
        """One body from the template. `values` maps JSON Pointers to what belongs there."""
        return body.sample(self.random, values)

    def new_json(self, body: Body) -> Any:
        """One body from the template for `json=`; what does not change was written at import."""
        return body.json(self.random)

    def pick(self, *values: Any) -> Any:
        """One of the values, from this user's own random numbers."""
        return values[int(self.random.random() * len(values))]

    def value(self, marker: AtSending) -> Any:
        """What `unique…` or `clock` stands for, made now."""
        return marker.make()

    def keep(
        self,
        kind: str,
        reply: Any,
        *parents: Resource,
        at: str = "",
        sent: Mapping[str, Any] | None = None,
        location: bool = False,
        settle: float = 0.0,
    ) -> None:
        """Remember the item that a good answer tells of, and the resources it was made with.

        The item stands at the JSON Pointer `at` of the answer. What the client itself chose is in
        `sent`; with `location` the header of that name ends in its `id`. It is used only after
        `settle` seconds.
        """
        if not is_good(reply):
            if is_quota(reply) and (surplus := self._pools.have_fewer(kind)) is not None:
                self._delete(surplus, at_once=True)
            return
        item = item_in(reply, at, sent, location=location)
        if item is None:
            return
        made = Resource(kind, item, {parent.kind: parent for parent in parents})
        if settle > 0:
            made.ready_at = time.monotonic() + min(settle, LONGEST_SETTLING)
        if (surplus := self._pools.add(made)) is not None:
            self._delete(surplus)

    def clear(self, kind: str, reply: Any, *parents: Resource) -> None:
        """Forget what a good answer says is deleted: all of a kind that was made with `parents`.

        Where some of that kind are named among them, it is those alone.
        """
        if is_good(reply):
            self._pools.clear(kind, parents)

    def need(self, kind: str, make: Callable[[], None]) -> Resource:
        """One of this user's own resources; where it has none, `make` is called first.

        It belongs together with what the task has already, where such a one can be had: another
        project's file is not found in this project.
        """
        own = self._pools.of(kind)
        kin = of_kin(own, self._in_use)
        if kin or (own and kind in self._without_kin):
            return self._use(kin or own)
        try:
            made = self._made(kind, make)
        except SkipTask:
            if not own:
                raise
            return self._use(own)
        kin = of_kin(made[-1:], self._in_use)
        if own and not kin:
            self._without_kin.add(kind)
        return self._use(kin or made)

    def take(self, kind: str, make: Callable[[], None]) -> Resource:
        """An own resource that will be deleted: it leaves the pool, and has no own children."""
        if self._in_deletion is not None:
            return self._in_deletion
        chosen = self._pools.without_children(self._pools.of(kind))
        chosen = self._use([chosen or self._made(kind, make)[-1]])
        self._pools.remove(chosen)
        self._taken = chosen
        return chosen

    def fresh(self, kind: str, make: Callable[[], None]) -> Resource:
        """A new own resource for this task alone: what is done to it suits no other task."""
        chosen = self._use(self._made(kind, make)[-1:])
        if (surplus := self._pools.set_aside(chosen)) is not None:
            self._delete(surplus)
        return chosen

    def find(
        self,
        kind: str,
        url: str,
        *parents: Resource,
        at: str = "",
        where: Mapping[str, str] | None = None,
        path: Mapping[str, Any] | None = None,
        **request: Any,
    ) -> Resource:
        """One of the items that the server listed at the first call; only for reading.

        The list at `url` is asked for once in each process, and again after a while if it was
        empty; `at` leads to the items in the answer, and of these only the ones count that have
        the values of `where` at its JSON Pointers. `path` and what else is given (`params`,
        `headers`) go with the request, `parents` are the resources below which it lists.
        """
        key = f"{url} {at} {sorted(path.items())}" if path else f"{url} {at}"
        found = self._listings.items(key, lambda: self._listed(url, at, path=path, **request))
        if where:
            found = [one for one in found if all(value_at(one, p) == v for p, v in where.items())]
        if not found:
            raise SkipTask(f"the server lists no {kind} at {url}")
        item = self.pick(*found)
        return self._use([Resource(kind, item, {parent.kind: parent for parent in parents})])

    def peek(self, url: str, **request: Any) -> Resource:
        """What the server holds at `url` now. It is a request of the load, like any other."""
        answer = answer_json(self.client.get(url, **request))
        if answer is None:
            raise SkipTask(f"GET {url} gave nothing to send back")
        return Resource("answer", answer)

    def echo(
        self,
        url: str,
        *,
        at: str = "",
        members: Sequence[str] = (),
        header: str = "",
        **request: Any,
    ) -> Any:
        """What the server holds at `url` now, to be sent back: the value `at` a JSON Pointer.

        Of an object only `members` are sent back, all of them where none are named. With `header`
        it is that header of the answer.
        """
        if header:
            reply = self.client.get(url, **request)
            if not is_good(reply) or not (value := _header(reply, header)):
                raise SkipTask(f"GET {url} gave no {header} to send back")
            return value
        value = self.peek(url, **request)[at]
        if members and isinstance(value, Mapping):
            return {name: value[name] for name in members if name in value}
        return value

    # ── what the client asks of its user ──────────────────────────────────────────────────────

    def after_answer(
        self, method: str, url: str, path: Mapping[str, Any] | None, reply: Any, version: int
    ) -> None:
        """Draw the conclusions from an answer; `version` is that of the access it was sent with."""
        status = reply.status_code
        if method == "DELETE" and self._in_deletion is not None:
            self._after_deletion(status)
        elif method == "DELETE" and (taken := self._taken) is not None:
            self._taken = None
            if not 200 <= status < 400 and status not in {404, 410}:
                self._pools.set_aside(taken)  # it is still there
        if 0 < status < 400:
            if self.signs_in:
                self._access.let_in(f"{method} {url}")
            if path:
                for one in self._in_use:
                    if one.strikes:
                        self._forgive(path)
                        break
        elif status in {404, 410} and path:
            self._miss(url, path)
        elif status == 401:
            self.sign_in_anew(version, f"{method} {url}")
        elif status == 429:
            counters.count("rate_limited")
            pause = seconds_to_wait((reply.headers or {}).get("retry-after"))
            self._paused_until = max(self._paused_until, time.monotonic() + pause)

    # ── what the verbs stand on ───────────────────────────────────────────────────────────────

    def _use(self, resources: list[Resource]) -> Resource:
        """One of some resources, of those that can be read if there are any; else wait for it."""
        chosen = resources[int(self.random.random() * len(resources))]
        if not chosen.ready_at:
            self._in_use.append(chosen)
            return chosen
        now = time.monotonic()
        ready = [one for one in resources if one.ready_at <= now]
        chosen = self.pick(*(ready or resources))
        if not ready:
            chosen = min(resources, key=lambda one: one.ready_at)
            gevent.sleep(chosen.ready_at - now)
        self._in_use.append(chosen)
        return chosen

    def _made(self, kind: str, make: Callable[[], None]) -> list[Resource]:
        """The user's resources of a kind, the last of them new.

        What makes it counts as set-up where it is no task of the load itself.
        """
        if self._in_deletion is not None or kind in self._making:
            raise SkipTask(f"no {kind} to be had, and not the time to make one")
        if not self._pools.may_make(kind):
            raise SkipTask(f"no {kind} could be made a moment ago")
        own = self._pools.of(kind)
        newest = own[-1:]
        self._making.add(kind)
        before = self._role
        if getattr(make, "__func__", None) not in self._load:
            self._role = "setup"
        try:
            make()
        finally:
            self._role = before
            self._making.discard(kind)
        if own[-1:] == newest:
            self._pools.could_not_make(kind)
            raise SkipTask(f"no {kind} could be made")
        return own

    def _listed(self, url: str, at: str, **request: Any) -> list[Any]:
        before, self._role = self._role, "setup"
        try:
            reply = self.client.get(url, **request)
        finally:
            self._role = before
        return items_of(answer_json(reply), at)

    def _named(self, value: Any) -> Resource | None:
        """The resource in use that a value in a path names; a child rather than its parent."""
        parents = [one for used in self._in_use for one in used.ancestors()]
        latest_first = reversed([*parents, *self._in_use])
        named = [one for one in latest_first if one.is_named(value)]
        return max(named, key=lambda one: len(one.ancestors()), default=None)

    def _miss(self, url: str, path: Mapping[str, Any]) -> None:
        """A request was answered that something in its path does not exist."""
        last = url.rpartition("{")[2].partition("}")[0]
        resource = self._named(path.get(last))
        if resource is not None and self._pools.missed(resource, itself=url.endswith("}")):
            self._listings.discard(resource.item)

    def _forgive(self, path: Mapping[str, Any]) -> None:
        for value in path.values():
            if (resource := self._named(value)) is not None:
                resource.strikes = 0


def _header(reply: Any, name: str) -> Any:
    return reply.headers.get(name) if reply.headers else None


def _start_over(environment: Any, **_: Any) -> None:
    for user_class in environment.user_classes:
        if issubclass(user_class, ApiUser):
            user_class.start_over()


# Here and not with the other hooks: a plain `locust -f FILE` needs it as well, for --tags (which
# Locust applies just before the test) and for the second test of its web page.
events.test_start.add_listener(_start_over)
