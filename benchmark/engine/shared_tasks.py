"""Gives a user its tasks: first each one once, shared out between all users of the class."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from benchmark.engine.prompt_tasks import PromptTasks
from benchmark.engine.strategies import next_tasks

if TYPE_CHECKING:
    from benchmark.engine.api_user import ApiUser


class SharedTasks(PromptTasks):
    """Gives out tasks: first each one once, shared out between all users of the class."""

    user: ApiUser

    def __init__(self, user: ApiUser) -> None:
        super().__init__(user)
        self._rest: Iterator[Any] | None = None

    def get_next_task(self) -> Any:
        """One of the first round while there is any, then as the strategy says."""
        user = self.user
        if first_round := user._first_round:
            return first_round.popleft()
        if not user.tasks:
            return super().get_next_task()  # says what is wrong
        if self._rest is None:
            self._rest = next_tasks(user.strategy, user.tasks, user.random, user._number)
        return next(self._rest)

    def execute_task(self, task: Any) -> None:
        """Call a task, and forget which resources the one before it used."""
        user = self.user
        user._in_use.clear()
        user._taken = None
        if type(task) is FunctionType:
            task(user)
        else:
            super().execute_task(task)
