"""The client of tasks: it checks answers, keeps its user signed in, and notices what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.encoding import Pairs
from benchmark.engine.checks import Expected
from benchmark.engine.http_client import HttpSession, Response


class TaskSession(HttpSession):
    """The session of an `ApiUser`, whom it asks for access and tells of every answer."""

    user: Any

    def request(  # type: ignore[override]  # more parameters than Locust's
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        *,
        answers: Expected = "data",
        path: Mapping[str, Any] | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, Any] | None = None,
        cookies: Mapping[str, Any] | None = None,
        stream: bool = False,
        **kwargs: Any,
    ) -> Response:
        """Send one request.

        Fails also where an answer is not what it `answers` with: "data" is a 2xx that is no HTML
        page and speaks of no error, "anything" any 2xx, "redirect" a 3xx as well.
        """
        version = 0
        if (access := self.user.current_access()) is not None:
            version = access.version
            headers = access.headers(method, headers, self.cookiejar)
            params, cookies = access.query(params), access.cookies(cookies)
        reply = super().request(
            method,
            url,
            name,
            data,
            path=path,
            params=params,
            headers=headers,
            cookies=cookies,
            stream=stream,
            expected=None if stream else answers,
            **kwargs,
        )
        self.user.after_answer(method, url, path, reply, version)
        return reply
