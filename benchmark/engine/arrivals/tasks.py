"""The tasks of a user in an open run: each begins with a ticket, and no pause follows it."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from locust.exception import StopUser
from locust.user.task import (
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_STOPPING,
    LOCUST_STATE_WAITING,
    DefaultTaskSet,
)

from benchmark.engine.arrivals.control import arrivals_of


class TicketTasks(DefaultTaskSet):
    """Starts a task when its iteration is due; which task, the class that it is mixed with says."""

    user: Any

    def __init__(self, user: Any) -> None:
        super().__init__(user)
        arrivals = arrivals_of(user.environment)
        if arrivals is None:
            raise RuntimeError("a user waits for tickets in a run that gives none")
        self._queue = arrivals.queue
        self._late: float | None = None
        self._is_last = False

    def await_ticket(self) -> None:
        """Park until an iteration of this user is due. Raises StopUser where none comes any more.

        What a user does before its first task, such as signing in, does not make that any later.
        """
        user = self.user
        if self._late is not None:
            return
        if self._is_last or user._state == LOCUST_STATE_STOPPING:
            raise StopUser
        user._state = LOCUST_STATE_WAITING
        ticket = self._queue.take(user)
        if ticket is None or user._state == LOCUST_STATE_STOPPING:
            raise StopUser
        user._state = LOCUST_STATE_RUNNING
        self._late = max(0.0, time.perf_counter() - ticket) * 1000

    def get_next_task(self) -> Any:
        """The next task in the user's own order, once it is due."""
        self.await_ticket()
        return super().get_next_task()

    def execute_next_task(self) -> None:
        """One iteration. A further task that a task has scheduled is one of its own.

        By how many milliseconds it began late, the user tells once, with its first request.
        """
        self.await_ticket()
        self.user._untold_lateness, self._late = self._late, None
        try:
            super().execute_next_task()
        finally:
            self.user._untold_lateness = None

    def wait(self) -> None:
        """Between two iterations there is no pause but one that the server asked for."""
        user = self.user
        if self._is_last or user._state == LOCUST_STATE_STOPPING:
            raise StopUser
        if (pause := user.pause_asked_for()) > 0:
            user._state = LOCUST_STATE_WAITING
            self._sleep(pause)
            if user._state == LOCUST_STATE_STOPPING:
                raise StopUser
            user._state = LOCUST_STATE_RUNNING

    def stop_after_iteration(self) -> bool:
        """Whether the user has a ticket and still gets ready for it: that iteration is its last.

        It counts as started; a user that left between signing in and its task would lose it.
        """
        self._is_last = self._late is not None
        return self._is_last

    def pause_within_task(self) -> None:
        """A pause that a task makes, as in a closed run."""
        super().wait()

    def wake(self) -> bool:
        """A user that waits is to stop, without a ticket that is on its way to it."""
        self._queue.send_away(self.user)
        if (wake := getattr(super(), "wake", None)) is not None:
            wake()
        return True


@cache
def on_tickets(tasks: type[DefaultTaskSet]) -> type[TicketTasks]:
    """A kind of tasks, with tickets."""
    return type(f"Ticket{tasks.__name__}", (TicketTasks, tasks), {})
