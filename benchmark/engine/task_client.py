"""The client of tasks: it checks answers, keeps its user signed in, and notices what is gone."""

from __future__ import annotations

from typing import Any

from benchmark.engine.http_client import HttpSession


class TaskSession(HttpSession):
    """The session of an `ApiUser`, whom it asks for access and tells of every answer.

    Answers must be data unless a request says otherwise.
    """

    expected = "data"

    def __init__(self, base_url: str, request_event: Any, user: Any, **settings: Any) -> None:
        super().__init__(base_url, request_event, user, **settings)
        if user.signs_in:
            self.admission = user.current_access
        self.after_answer = user.after_answer
