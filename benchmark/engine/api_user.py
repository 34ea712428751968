"""The user class that generated locustfiles stand on: resources, bodies, fair first round."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, ClassVar, TypeVar

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from locust import between, events
from locust.user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING, DefaultTaskSet

from benchmark.engine.bodies import Body
from benchmark.engine.http_client import RapidHttpUser
from benchmark.engine.resources import Resource, SkipTask, answer_json, value_at

Task = TypeVar("Task", bound=Callable[..., Any])

OWN_LIMIT = 20
"""How many resources of one kind a user keeps; beyond it the oldest is deleted."""

CLEAN_UP_SECONDS = 10.0
"""How long a user that stops may take to delete what it made."""

LISTED_LIMIT = 1000
"""How many items of a listing `find` chooses from."""

LISTINGS_LIMIT = 100
"""How many listings `find` keeps."""

ASK_AGAIN_SECONDS = 5.0
"""How soon `find` asks again for a list that was empty or could not be had."""

logger = logging.getLogger(__name__)


def deletes(kind: str) -> Callable[[Task], Task]:
    """Marks the task that deletes a resource of `kind`, so that it also cleans up at the end."""

    def mark(task: Task) -> Task:
        task.deletes_kind = kind  # type: ignore[attr-defined]  # read by ApiUser.__init_subclass__
        return task

    return mark


@dataclass(slots=True)
class _Listing:
    """Existing items of the server, and when to ask for them again where there are none."""

    items: list[Any] = field(default_factory=list)
    ask_at: float = 0.0
    lock: BoundedSemaphore = field(default_factory=BoundedSemaphore)


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
    _listings: ClassVar[dict[str, _Listing]]
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
        cls._listings = {}
        cls._numbers = count()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        worker = getattr(environment.runner, "worker_index", 0)
        self.random = Random(f"{self.seed}/{type(self).__name__}/{worker}/{next(self._numbers)}")
        self._own: dict[str, list[Resource]] = {}
        self._making: set[str] = set()
        self._in_deletion: Resource | None = None
        self._stopping = Event()
        self._role = "load"

    def context(self) -> dict[str, str]:
        """What the `request` event says of the purpose of a request: load, set-up or clean-up."""
        return {"role": self._role}

    def on_start(self) -> None:
        """Share out one call of every operation first; weights apply afterwards."""
        self._taskset_instance = _FairStart(self)

    def stop(self, force: bool = False) -> bool:
        """Stop after the task in hand, or at once when between two tasks.

        Locust kills a user that pauses. Where the pause just ends, that hits the next request, and
        what it makes on the server is nobody's.
        """
        if force or self._state != LOCUST_STATE_WAITING:
            return bool(super().stop(force))
        self._state = LOCUST_STATE_STOPPING
        self._stopping.set()
        return False

    def on_stop(self) -> None:
        """Delete what is left of this user's resources, children before their parents.

        It takes `CLEAN_UP_SECONDS` at most: a server that hangs must not hold up the end.
        """
        own = [resource for resources in self._own.values() for resource in resources]
        over = time.monotonic() + CLEAN_UP_SECONDS
        with gevent.Timeout(CLEAN_UP_SECONDS, exception=False):
            # The client takes the timeout for one of its own and returns, hence the second look.
            for resource in sorted(own, key=lambda each: len(each.ancestors()), reverse=True):
                if time.monotonic() >= over:
                    break
                self._delete(resource)
        if left := sum(map(len, self._own.values())):
            name = type(self).__name__
            logger.warning("%s: no time was left to delete %d resources", name, left)

    # ── the verbs of tasks ────────────────────────────────────────────────────────────────────

    def new(self, body: Body, values: dict[str, Any] | None = None) -> Any:
        """One body from the template. `values` maps JSON Pointers to what belongs there."""
        return body.sample(self.random, values)

    def pick(self, *values: Any) -> Any:
        """One of the values, from this user's own random numbers."""
        return values[int(self.random.random() * len(values))]

    def keep(self, kind: str, reply: Any, at: str = "", **parents: Resource) -> None:
        """Remember the item that a 2xx answer holds at the JSON Pointer `at`; else do nothing."""
        item = value_at(answer_json(reply), at)
        if item is None:
            return
        own = self._own.setdefault(kind, [])
        own.append(Resource(kind, item, parents))
        if len(own) > OWN_LIMIT and (oldest := self._without_children(own[:-1])):
            self._delete(oldest)

    def need(self, kind: str, make: Callable[[], None]) -> Resource:
        """One of this user's own resources; where it has none, `make` is called first."""
        own = self._own.get(kind) or self._made(kind, make)
        return self.pick(*own)  # type: ignore[no-any-return]  # pick gives what it was given

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

        The list at `path` is asked for once in each process, and again after a while if it was
        empty; `at` leads to the array in the answer and `filled` fills the path's names.
        """
        key = f"{path} {at} {sorted(filled.items())}" if filled else f"{path} {at}"
        listing = self._listings.setdefault(key, _Listing())
        with listing.lock:  # the others wait for the first one's answer
            if not listing.items and time.monotonic() >= listing.ask_at:
                listing.items = self._listed(path, at, filled)
                listing.ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        if len(self._listings) > LISTINGS_LIMIT:
            del self._listings[next(iter(self._listings))]
        if not listing.items:
            raise SkipTask(f"the server lists no {kind} at {path}")
        return Resource(kind, self.pick(*listing.items))

    # ── what the verbs stand on ───────────────────────────────────────────────────────────────

    def _made(self, kind: str, make: Callable[[], None]) -> list[Resource]:
        """The user's resources of a kind, the last of them new."""
        if self._in_deletion is not None or kind in self._making:
            raise SkipTask(f"no {kind} to be had, and not the time to make one")
        own = self._own.setdefault(kind, [])
        newest = own[-1:]
        self._making.add(kind)
        try:
            make()
        finally:
            self._making.discard(kind)
        if own[-1:] == newest:
            raise SkipTask(f"no {kind} could be made")
        return own

    def _without_children(self, resources: list[Resource]) -> Resource | None:
        parents = {id(one) for own in self._own.values() for r in own for one in r.ancestors()}
        return next((r for r in resources if id(r) not in parents), None)

    def _delete(self, resource: Resource) -> None:
        if resource in (own := self._own[resource.kind]):
            own.remove(resource)
        if (delete := self._deleters.get(resource.kind)) is None:
            return
        before, self._role, self._in_deletion = self._role, "clean-up", resource
        try:
            delete(self)
        except SkipTask:
            pass
        except Exception:  # the others must still be deleted
            logger.exception("a %s could not be deleted", resource.kind)
        finally:
            self._role, self._in_deletion = before, None

    def _listed(self, path: str, at: str, filled: dict[str, Any]) -> list[Any]:
        before, self._role = self._role, "setup"
        try:
            reply = self.client.request("GET", path, path=filled)
        finally:
            self._role = before
        items = value_at(answer_json(reply), at)
        return items[:LISTED_LIMIT] if isinstance(items, list) else []


class _FairStart(DefaultTaskSet):
    """Picks tasks: first each one once, shared out between all users of the class."""

    user: ApiUser

    def get_next_task(self) -> Any:
        if first_round := self.user._first_round:
            return first_round.popleft()
        if not self.user.tasks:
            return super().get_next_task()  # says what is wrong
        return self.user.pick(*self.user.tasks)

    def _sleep(self, seconds: float) -> None:
        self.user._stopping.wait(seconds)


def _start_over(environment: Any, **_: Any) -> None:
    for user_class in environment.user_classes:
        if issubclass(user_class, ApiUser):
            user_class.start_over()


# Here and not with the other hooks: a plain `locust -f FILE` needs it as well, for --tags (which
# Locust applies just before the test) and for the second test of its web page.
events.test_start.add_listener(_start_over)
