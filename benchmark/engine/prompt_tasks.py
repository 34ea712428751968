"""Tasks that follow each other at once where nobody wants a pause between them."""

from __future__ import annotations

from typing import Any

from gevent.event import Event
from locust.exception import StopUser
from locust.user.task import (
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_STOPPING,
    LOCUST_STATE_WAITING,
    DefaultTaskSet,
)


class PromptTasks(DefaultTaskSet):
    """Locust's own tasks, but that a pause of nothing costs nothing.

    Locust gives way to all other users after each task. A request did that already, while it waited
    for its answer; after a task without one it is still done.
    """

    user: Any = None  # in place of Locust's property, which is asked for a dozen times per task

    def __init__(self, user: Any) -> None:
        self.user = user
        super().__init__(user)
        self._requests_seen = 0
        self._woken = Event()
        self._is_pausing = False

    def gave_way(self) -> bool:
        """Whether a request was sent since this was asked last."""
        sent = self.user.client.requests_sent
        if sent == self._requests_seen:
            return False
        self._requests_seen = sent
        return True

    def wait(self) -> None:
        """The pause between two tasks, as Locust has it, where there is one."""
        user = self.user
        if user._state == LOCUST_STATE_STOPPING:
            raise StopUser
        wait_time = user.wait_time or self.wait_time  # without one, Locust says what is wrong
        seconds = wait_time()
        if (asked_for := user.pause_asked_for()) > seconds:
            seconds = asked_for
        if seconds <= 0 and self.gave_way():
            return
        user._state = LOCUST_STATE_WAITING
        self._is_pausing = True
        self._sleep(seconds)
        self._is_pausing = False
        if user._state == LOCUST_STATE_STOPPING:
            raise StopUser
        user._state = LOCUST_STATE_RUNNING

    def wake(self) -> bool:
        """End the pause of a user that is to stop; whether it is here that it pauses.

        Tasks within tasks pause by themselves.
        """
        self._woken.set()
        return self._is_pausing

    def _sleep(self, seconds: float) -> None:
        self._woken.wait(seconds)
