"""A user whose iterations may be due by a schedule: the open model, in any user class."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from gevent import GreenletExit
from locust import User
from locust.exception import StopTest, StopUser
from locust.user.task import (
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_STOPPING,
    LOCUST_STATE_WAITING,
    DefaultTaskSet,
)

from benchmark.engine.arrivals import TicketTasks, arrivals_of, on_tickets
from benchmark.engine.arrivals.arriving import Arrivals
from benchmark.engine.counters import LATENESS

logger = logging.getLogger(__name__)


class ScheduledUser(User):
    """Goes on by itself or, in an open run, starts each task when an iteration is due.

    In an open run it is parked, and does nothing at all, until its first one. `task_set_class` is
    what chooses and calls the tasks.
    """

    abstract = True
    task_set_class: ClassVar[type[DefaultTaskSet]] = DefaultTaskSet

    _untold_lateness: float | None = None

    def run(self) -> None:  # type: ignore[misc]  # final in Locust, which has no other place for it
        """What Locust's own method does, with the tasks of this class."""
        arrivals = arrivals_of(self.environment)
        if arrivals is None:
            self._work(self.task_set_class(self))
        else:
            self._run_on_tickets(arrivals)

    def context(self) -> dict[str, Any]:
        """What the `request` event says besides: once an iteration of an open run, its delay."""
        if (lateness := self._untold_lateness) is None:
            return {}
        self._untold_lateness = None
        return {LATENESS: lateness}

    def wait(self) -> None:
        """A pause within a task, as long as `wait_time` says, in an open run too."""
        if isinstance(self._taskset_instance, TicketTasks):
            self._taskset_instance.pause_within_task()
        else:
            super().wait()

    def stop(self, force: bool = False) -> bool:
        """Stop after the task in hand; between two tasks at once, where the tasks can be woken.

        Locust kills a user that waits. Where the wait just ends, that hits the next request, and
        what it makes on the server is nobody's.
        """
        tasks = self._taskset_instance
        if not force and isinstance(tasks, TicketTasks) and tasks.stop_after_iteration():
            return False
        wake = getattr(tasks, "wake", None)
        if force or wake is None or self._state != LOCUST_STATE_WAITING or not wake():
            return bool(super().stop(force))
        self._state = LOCUST_STATE_STOPPING
        return False

    def pause_asked_for(self) -> float:
        """How many seconds the server wants this user to wait before its next task."""
        return 0.0

    def _run_on_tickets(self, arrivals: Arrivals) -> None:
        self._taskset_instance = tasks = on_tickets(self.task_set_class)(self)
        arrivals.queue.join(self)
        try:
            tasks.await_ticket()
        except (GreenletExit, StopUser):
            return  # it never began, so there is nothing to end
        else:
            self._work(tasks)
        finally:
            arrivals.queue.leave(self)

    def _work(self, tasks: DefaultTaskSet) -> None:
        self._taskset_instance = tasks
        self._state = LOCUST_STATE_RUNNING
        try:
            try:
                self.on_start()
            except Exception as problem:
                self._tell(problem)
                raise
            tasks.run()
        except (GreenletExit, StopUser, StopTest):
            self.on_stop()

    def _tell(self, problem: Exception) -> None:
        """Say what went wrong before the first task, as Locust does."""
        logger.error("%s", problem, exc_info=problem)
        if not isinstance(problem, StopUser | StopTest):
            self.environment.events.user_error.fire(
                user_instance=self, exception=problem, tb=problem.__traceback__
            )
