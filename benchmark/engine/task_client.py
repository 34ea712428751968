"""The client of tasks: it checks answers, keeps its user signed in, and notices what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.engine.http_client import HttpSession, Response
from benchmark.engine.sign_in import Access


class TaskSession(HttpSession):
    """The session of an `ApiUser`, whom it asks for access and tells of every answer.

    Answers must be data unless a request says otherwise.
    """

    user: Any
    expected = "data"

    def _access(self) -> Access | None:
        access: Access | None = self.user.current_access()
        return access

    def _after_answer(
        self,
        method: str,
        url: str,
        path: Mapping[str, Any] | None,
        response: Response,
        version: int,
    ) -> None:
        self.user.after_answer(method, url, path, response, version)
