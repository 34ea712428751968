"""A user that deletes what it made: what is too much at once, and everything when it stops."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, ClassVar, TypeVar

import gevent
from gevent import GreenletExit
from gevent.lock import BoundedSemaphore

from benchmark.engine.pools import Pools
from benchmark.engine.resources import Resource, SkipTask
from benchmark.engine.signed_in_user import SignedInUser

Task = TypeVar("Task", bound=Callable[..., Any])

CLEAN_UP_SECONDS = 60.0
"""How long a user that stops may take to delete what it made, where deletions are answered."""

PATIENCE_SECONDS = 10.0
"""How long one deletion may take in the end; where it is not answered, the rest is left."""

_DELETE_TRIES = 3  # where a deletion is answered 429
_FOR_GOOD = frozenset({400, 403, 405, 415, 422, 501})
"""Answers to a deletion after which another one makes no sense."""

logger = logging.getLogger(__name__)


def deletes(kind: str) -> Callable[[Task], Task]:
    """Marks the task that deletes a resource of `kind`, so that it also cleans up at the end."""

    def mark(task: Task) -> Task:
        task.deletes_kind = kind  # type: ignore[attr-defined]  # read by __init_subclass__
        return task

    return mark


class TidyUser(SignedInUser):
    """A user that owns resources, and deletes them by the methods that are marked with `deletes`.

    What could not be deleted is tried again when the user stops: what stood in the way of one
    thing may be gone after the others. A method that is marked but no task does not hold under
    load: it is called in the end only, and by one user at a time.
    """

    abstract = True

    _deleters: ClassVar[dict[str, Callable[[Any], None]]] = {}
    _one_at_a_time: ClassVar[BoundedSemaphore]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = [value for value in vars(cls).values() if hasattr(value, "deletes_kind")]
        cls._deleters = {**cls._deleters, **{task.deletes_kind: task for task in own}}

    @classmethod
    def start_over(cls) -> None:
        """Forget what an earlier test in this process left: each test starts alike."""
        super().start_over()
        cls._one_at_a_time = BoundedSemaphore()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._pools = Pools()
        self._in_deletion: Resource | None = None
        self._is_refused = False
        self._is_unanswered = False
        self._is_ending = False
        self._paused_until = 0.0

    def on_start(self) -> None:
        """One user more that the sign-in lets in."""
        self._access.users += 1

    def on_stop(self) -> None:
        """Delete what is left of this user's resources, children before their parents.

        Locust kills users that take longer than its stop timeout. That is for requests without an
        answer: a clean-up goes on, as long as the server answers, and no longer than
        `CLEAN_UP_SECONDS`.
        """
        self._is_ending = True
        cleaning = gevent.spawn(self._clean_up)
        while not cleaning.ready():
            with suppress(GreenletExit):
                cleaning.join()
        if left := len(self._pools):
            logger.warning("%s: %d resources could not be deleted", type(self).__name__, left)

    def _clean_up(self) -> None:
        with gevent.Timeout(CLEAN_UP_SECONDS, exception=False):
            for resource in chain(self._pools.children_first(), self._refused_ones()):
                gevent.sleep(max(0.0, self._paused_until - time.monotonic()))
                self._delete(resource)
                if self._is_unanswered:
                    return
            self._delete_account()

    def _after_deletion(self, status: int) -> None:
        """The answer to the DELETE of a resource that has to go."""
        self._is_refused = not (200 <= status < 400 or status in {404, 410} | _FOR_GOOD)
        self._is_unanswered = status == 0

    def _refused_ones(self) -> Iterator[Resource]:
        """What is still there: looked up only after everything was deleted once."""
        yield from self._pools.children_first()

    def _delete(self, resource: Resource, *, at_once: bool = False) -> None:
        self._pools.remove(resource)
        if (delete := self._deleters.get(resource.kind)) is None:
            return
        if delete in getattr(self, "tasks", ()):
            self._call(delete, resource)
        elif self._is_ending:
            with self._one_at_a_time:
                self._call(delete, resource)
        elif at_once or not self._pools.give_back(resource):
            self._call(delete, resource)

    def _call(self, delete: Callable[[Any], None], resource: Resource) -> None:
        """Have a method delete this resource and no other; kept for the end where it does not."""
        if resource.ready_at:
            gevent.sleep(max(0.0, resource.ready_at - time.monotonic()))
        before, self._role, self._in_deletion = self._role, "clean-up", resource
        self._is_refused = False
        patience = gevent.Timeout(PATIENCE_SECONDS if self._is_ending else None)
        try:
            with patience:
                for _ in range(_DELETE_TRIES):
                    limited = self._paused_until
                    delete(self)
                    if self._paused_until == limited:
                        break
                    gevent.sleep(max(0.0, self._paused_until - time.monotonic()))
        except gevent.Timeout as timeout:
            if timeout is not patience:
                raise
            self._is_unanswered = self._is_refused = True
        except SkipTask:
            pass
        except Exception:  # the others must still be deleted
            logger.exception("a %s could not be deleted", resource.kind)
        finally:
            self._role, self._in_deletion = before, None
        if self._is_refused:
            self._pools.give_back(resource)

    def _delete_account(self) -> None:
        """Delete the account that the run registered, where this is the last user to need it."""
        access = self._access
        access.users -= 1
        if access.users == 0 and (account := access.registered) is not None:
            access.registered = None
            self._delete(account)
            access.account, access.version = None, 0
