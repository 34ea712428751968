"""Tasks that follow each other at once where nobody wants a pause between them."""

from __future__ import annotations

from typing import Any

from locust.user.task import DefaultTaskSet


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

    def gave_way(self) -> bool:
        """Whether a request was sent since this was asked last."""
        sent = self.user.client.requests_sent
        if sent == self._requests_seen:
            return False
        self._requests_seen = sent
        return True

    def _sleep(self, seconds: float) -> None:
        if seconds > 0 or not self.gave_way():
            super()._sleep(seconds)
